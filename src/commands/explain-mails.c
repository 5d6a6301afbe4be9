/* SPDX-License-Identifier: Apache-2.0 */
#include "explain-mails.h"

#include "upbeat/configuration.h"
#include "upbeat/json.h"

struct ub_store_mails explain_mails(
    struct ub_store *store, struct ub_text meeting_uid, struct ub_arena *arena)
{
	struct ub_store_mails mails;
	if (ub_store_mails(store, ub_organization, meeting_uid, arena, &mails) != UB_STORE_OK)
		mails.n = 0;
	return mails;
}

static const char *state_of(const struct ub_store_mail *mail)
{
	static const char *const states[] = {
		[UB_MAIL_WAITING] = "not sent yet",
		[UB_MAIL_SENT] = "sent ",
		[UB_MAIL_REFUSED] = "refused",
		[UB_MAIL_EXPIRED] = "not sent in time",
		[UB_MAIL_NEEDLESS] = "not needed",
	};
	return states[mail->state];
}

void explain_mails_print(const struct ub_store_mails *mails, const struct ub_zone *zone, struct ub_buf *out)
{
	for (size_t i = 0; i < mails->n; i++) {
		const struct ub_store_mail *mail = &mails->items[i];
		ub_buf_str(out, "  mail to ");
		ub_buf_shown(out, mail->person);
		ub_buf_printf(out, ": %s, %s", ub_store_mail_kind_word(mail->kind), state_of(mail));
		if (mail->state == UB_MAIL_SENT)
			ub_cal_format(out, UB_TEXT("%F %T"), zone, mail->sent / 1000, UB_ENGLISH);
		if (mail->problem.len) {
			ub_buf_str(out, ": ");
			ub_buf_shown(out, mail->problem);
		}
		ub_buf_str(out, " (");
		ub_buf_shown(out, mail->item);
		ub_buf_str(out, ")\n");
	}
}

json_t *explain_mails_array(
    const struct ub_store_mails *mails, const struct ub_zone *zone, struct ub_arena *arena)
{
	json_t *array = ub_json_array();
	for (size_t i = 0; i < mails->n; i++) {
		const struct ub_store_mail *mail = &mails->items[i];
		json_t *object = ub_json_object();
		ub_json_set(object, "person", ub_json_text(mail->person));
		ub_json_set(object, "item", ub_json_text(mail->item));
		ub_json_set(object, "what", ub_json_word(ub_store_mail_kind_word(mail->kind)));
		ub_json_set(object, "state", ub_json_word(ub_store_mail_state_word(mail->state)));
		ub_json_set(object, "made", ub_json_instant(arena, zone, mail->made / 1000));
		if (mail->sent)
			ub_json_set(object, "sent", ub_json_instant(arena, zone, mail->sent / 1000));
		ub_json_set(object, "why", ub_json_text(mail->problem));
		ub_json_add(array, object);
	}
	return array;
}
