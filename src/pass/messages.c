/* SPDX-License-Identifier: Apache-2.0 */

/*
 * An agenda is renewed more often than its readers want to be told. Some servers, DAViCal among them, make a
 * message to all guests of whatever is written of an event. Only a guest's inbox shows it: if the message
 * there is as old as a writing that changed the agenda alone, the server is one of these. From then on such
 * writings wait until the one before is a day old, or the item is near.
 *
 * To have the server send nothing by SCHEDULE-AGENT=NONE (RFC 6638 7.1) is no way. It would stay in the item,
 * so that guests would not be told either what its owner changes later by hand; and Cyrus, as the RFC wants
 * it, tells guests of such an item that it is called off.
 */
#include "pass-private.h"

#include "upbeat/http.h"
#include "upbeat/ical.h"

static bool has_guests(const struct ub_event *event)
{
	for (size_t i = 0; event->organizer && i < event->n_attendees; i++)
		if (!ub_text_eq(event->attendees[i].address, event->organizer->address))
			return true;
	return false;
}

static const struct ub_ical *parse(const struct ub_pass *pass, struct ub_text text)
{
	struct ub_ical_refusal refusal;
	return ub_ical_parse(pass->arena, text, &refusal);
}

/* ---- what a writing is ---- */

/* Writings of the agenda alone are remembered among the looks, by the item's UID and DTSTAMP. */
static struct ub_text writing_of(const struct ub_pass *pass, struct ub_text uid)
{
	return ub_textf(pass->arena, "agenda of %.*s", UB_ARGS(uid));
}

static struct ub_text written_at(const struct ub_pass *pass, ub_instant stamp)
{
	return stamp == UB_INSTANT_NONE ? UB_TEXT_NONE : ub_textf(pass->arena, "%lld", (long long)stamp);
}

/* Of two writings within a second one would be taken for the other. */
void pass_note_agenda(struct ub_pass *pass, const struct ub_step *step, const struct ub_found *found,
    unsigned written, struct ub_text text)
{
	const struct ub_ical *ical = written == UB_PROPERTY_AGENDA ? parse(pass, text) : NULL;
	if (ical && has_guests(step->existing->event) && ub_ical_stamp(ical) != ub_ical_stamp(found->ical))
		pass_note_look(pass, writing_of(pass, step->existing->event->uid),
		    written_at(pass, ub_ical_stamp(ical)));
}

/* ---- what a guest was told ---- */

/* Looks at one of the messages that a guest has. */
static void learn_of(struct ub_pass *pass, struct ub_text href, ub_instant stamp)
{
	struct ub_response response;
	const struct ub_ical *ical =
	    pass_get(pass, href, &response) == UB_OUTCOME_OK ? parse(pass, response.body) : NULL;
	if (!ical || !ub_ical_invites(ical) || ub_ical_stamp(ical) == UB_INSTANT_NONE)
		return;
	bool there = ub_ical_stamp(ical) >= stamp;
	if (ub_identities_learn(pass->snapshot->identities, UB_HABIT_MESSAGES, there) && there)
		ub_log(pass->log, UB_LOG_INFO,
		    "%.*s: the server makes a message of whatever is written of an event; from now on, what "
		    "changes the agenda alone is written once a day",
		    UB_ARGS(href));
}

/* SOGo keeps messages in no inbox, and names the calendar for one. */
static struct ub_text inbox_of(const struct ub_pass *pass)
{
	struct ub_text href = ub_http_href_canonical(pass->arena, pass->identity.inbox);
	if (href.len && !ub_text_ends(href, UB_TEXT("/")))
		href = ub_textf(pass->arena, "%.*s/", UB_ARGS(href));
	return ub_text_eq(href, pass->collection) ? UB_TEXT_NONE : href;
}

void pass_learn_messages(
    struct ub_pass *pass, const struct ub_event *event, const struct ub_response *response)
{
	struct ub_dav_members members;
	bool there, guest = event->organizer && !ub_text_eq(event->organizer->address, pass->identity.owner);
	struct ub_text inbox = inbox_of(pass);
	if (!guest || inbox.len == 0 ||
	    ub_identities_knows(pass->snapshot->identities, UB_HABIT_MESSAGES, &there))
		return;
	const struct ub_ical *ical = parse(pass, response->body);
	ub_instant stamp = ical ? ub_ical_stamp(ical) : UB_INSTANT_NONE;
	if (!pass_has_looked(pass, writing_of(pass, event->uid), written_at(pass, stamp)) ||
	    pass_search_calendar(pass, inbox, event->uid, &members) != UB_OUTCOME_OK)
		return;
	for (size_t i = 0; i < members.n; i++)
		learn_of(pass, members.items[i].href, stamp);
}

/* ---- what waits ---- */

/* When an agenda may be written again: a day after the last time, and once more when the item is near. */
static ub_instant due(ub_instant last, ub_instant start)
{
	ub_instant next = last + UB_AGENDA_SECONDS, near = start - UB_AGENDA_NEAR_SECONDS;
	return last < near && near < next ? near : next;
}

bool pass_agenda_waits(
    struct ub_pass *pass, const struct ub_step *step, const struct ub_found *found, unsigned written)
{
	bool there;
	ub_instant last = ub_ical_stamp(found->ical);
	if (written != UB_PROPERTY_AGENDA || last == UB_INSTANT_NONE ||
	    !ub_identities_knows(pass->snapshot->identities, UB_HABIT_MESSAGES, &there) || !there ||
	    !has_guests(step->existing->event))
		return false;
	ub_instant at = due(last, step->existing->start);
	if (pass->now >= at || last > pass->now)
		return false;
	if (!pass->look_again || at * 1000 < pass->look_again)
		pass->look_again = at * 1000;
	ub_log(pass->log, UB_LOG_INFO,
	    "%.*s for %.*s: its new agenda waits, as guests were told of one lately", UB_ARGS(step->item->id),
	    UB_ARGS(pass->job->key.href));
	return true;
}
