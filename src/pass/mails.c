/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What colleagues are told of an item by mail: its latest version, once. Mails are put into the store, and
 * somebody else sends them: no pass waits for a mail server.
 */
#include "pass-private.h"

#include "upbeat/deliver.h"

struct mailing {
	struct ub_pass *pass;
	struct ub_deliver_item item;
};

static bool knows_mails(struct ub_pass *pass, const struct pass_item *item)
{
	if (pass->knows_mails)
		return true;
	pass->knows_mails = ub_store_mails(pass->store, ub_organization, item->meeting_uid, pass->arena,
				&pass->mails) == UB_STORE_OK;
	if (!pass->knows_mails)
		pass_complain(pass);
	return pass->knows_mails;
}

static struct ub_store_mail *find_mail(const struct mailing *mailing, struct ub_text person)
{
	const struct ub_store_mails *mails = &mailing->pass->mails;
	for (size_t i = 0; i < mails->n; i++)
		if (ub_text_eq(mails->items[i].item, mailing->item.href) &&
		    ub_text_eq(mails->items[i].person, person))
			return &mails->items[i];
	return NULL;
}

/* Whether the mail is new. */
static bool put(struct ub_pass *pass, const struct ub_store_mail *mail)
{
	enum ub_store_result result = ub_store_put_mail(pass->store, mail);
	if (result != UB_STORE_OK && result != UB_STORE_NONE)
		pass_complain(pass);
	return result == UB_STORE_OK;
}

/* Who has declined is told no more, nor that he is left off. */
static void note_declined(struct ub_pass *pass, struct ub_store_mail *known)
{
	if (!known || known->state == UB_MAIL_NEEDLESS)
		return;
	known->state = UB_MAIL_NEEDLESS;
	if (ub_store_note_mail(pass->store, known) == UB_STORE_FAILED)
		pass_complain(pass);
}

/* Whether the mail is new. */
static bool invite(struct mailing *mailing, const struct ub_party *party)
{
	struct ub_pass *pass = mailing->pass;
	struct ub_store_mail mail, *known = find_mail(mailing, party->address);
	if (party->partstat == UB_PARTSTAT_DECLINED)
		note_declined(pass, known);
	return party->partstat != UB_PARTSTAT_DECLINED &&
	       ub_deliver_invitation(&mailing->item, party->address, known, pass->now, &mail, pass->arena) &&
	       put(pass, &mail);
}

/* The first of those who are to get the item; told once for each version that there are more. */
static void invite_all(struct mailing *mailing)
{
	const struct ub_event *event = mailing->item.event;
	size_t readers = 0, news = 0;
	for (size_t i = 0; event && event->organizer && i < event->n_attendees; i++)
		if (pass_is_to_get(mailing->pass, event, &event->attendees[i]) &&
		    readers++ < UB_MAIL_READERS_MAX)
			news += invite(mailing, &event->attendees[i]);
	if (news && readers > UB_MAIL_READERS_MAX)
		ub_log(mailing->pass->log, UB_LOG_WARNING,
		    "%.*s: %zu colleagues are invited; the first %d of them are told by mail",
		    UB_ARGS(mailing->item.href), readers, UB_MAIL_READERS_MAX);
}

/* Those who were told of the item, and are not invited any more, or to nothing. */
static void take_back(struct mailing *mailing)
{
	struct ub_pass *pass = mailing->pass;
	const struct ub_event *event = mailing->item.event;
	for (size_t i = 0; i < pass->mails.n; i++) {
		const struct ub_store_mail *known = &pass->mails.items[i];
		struct ub_store_mail mail;
		if (ub_text_eq(known->item, mailing->item.href) &&
		    !(event && ub_facts_attendee(event, known->person)) &&
		    ub_deliver_cancellation(known, !event, pass->now, &mail, pass->arena))
			(void)put(pass, &mail);
	}
}

void pass_mail(struct ub_pass *pass, const struct pass_item *item)
{
	struct mailing mailing = { .pass = pass,
		.item = { .org = pass->snapshot->org,
		    .organization = ub_organization,
		    .upstream = pass->job->key.upstream,
		    .href = item->href,
		    .meeting_uid = item->meeting_uid,
		    .owner = pass->identity.owner,
		    .ical = item->ical,
		    .event = item->event } };
	if (!knows_mails(pass, item))
		return;
	invite_all(&mailing);
	take_back(&mailing);
}
