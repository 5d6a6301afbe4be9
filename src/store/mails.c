/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Mails, as every store deals with them.
 */
#include "store-private.h"

const char *ub_store_mail_kind_word(enum ub_mail_kind kind)
{
	static const char *const words[] = {
		[UB_MAIL_INVITATION] = "invitation",
		[UB_MAIL_CHANGE] = "change",
		[UB_MAIL_LEFT_OFF] = "left off",
		[UB_MAIL_CANCELLATION] = "cancellation",
	};
	return words[kind];
}

const char *ub_store_mail_state_word(enum ub_mail_state state)
{
	static const char *const words[] = {
		[UB_MAIL_WAITING] = "waiting",
		[UB_MAIL_SENT] = "sent",
		[UB_MAIL_REFUSED] = "refused",
		[UB_MAIL_EXPIRED] = "expired",
		[UB_MAIL_NEEDLESS] = "needless",
	};
	return words[state];
}

static bool takes_back(const struct ub_store_mail *mail)
{
	return mail->kind == UB_MAIL_LEFT_OFF || mail->kind == UB_MAIL_CANCELLATION;
}

bool store_next_mail(
    const struct ub_store_mail *former, const struct ub_store_mail *mail, struct ub_store_mail *next)
{
	bool reached = former && former->reached;
	if (former ? ub_text_eq(former->version, mail->version) : takes_back(mail))
		return false;
	*next = *mail;
	next->state = takes_back(mail) && !reached ? UB_MAIL_NEEDLESS : UB_MAIL_WAITING;
	if (mail->kind == UB_MAIL_INVITATION && reached && !takes_back(former))
		next->kind = UB_MAIL_CHANGE;
	next->reached = reached;
	next->due = mail->made;
	next->attempts = 0;
	next->problem = UB_TEXT_NONE;
	next->sent = former ? former->sent : 0;
	return true;
}

enum ub_store_result ub_store_put_mail(struct ub_store *store, const struct ub_store_mail *mail)
{
	return store->ops->put_mail(store, mail);
}

enum ub_store_result ub_store_note_mail(struct ub_store *store, const struct ub_store_mail *mail)
{
	return store->ops->note_mail(store, mail);
}

enum ub_store_result ub_store_mails(struct ub_store *store, struct ub_text organization,
    struct ub_text meeting_uid, struct ub_arena *arena, struct ub_store_mails *mails)
{
	*mails = (struct ub_store_mails){ 0 };
	return store->ops->mails(store, organization, meeting_uid, arena, mails);
}

enum ub_store_result ub_store_mails_due(
    struct ub_store *store, int64_t now, size_t max, struct ub_arena *arena, struct ub_store_mails *mails)
{
	*mails = (struct ub_store_mails){ 0 };
	return store->ops->mails_due(store, now, max, arena, mails);
}

enum ub_store_result ub_store_count_mails(struct ub_store *store, struct ub_mail_counts *counts)
{
	*counts = (struct ub_mail_counts){ { 0 } };
	return store->ops->count_mails(store, counts);
}
