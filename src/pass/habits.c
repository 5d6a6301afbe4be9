/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Servers differ in what they do with what is written, and do not say so. What came of a write tells it. It
 * is looked at once.
 */
#include "pass-private.h"

bool pass_titles_ask_again(const struct ub_pass *pass)
{
	return ub_identities_titles_ask_again(pass->snapshot->identities, &pass->identity);
}

static enum ub_partstat answer_of(const struct ub_event *event, struct ub_text person)
{
	for (size_t i = 0; i < event->n_attendees; i++)
		if (ub_text_eq(event->attendees[i].address, person))
			return event->attendees[i].partstat;
	return UB_PARTSTAT_NEEDS_ACTION;
}

/* How many of those who are invited to the event had answered before. *lost: whose answers are there no
 * more. */
static size_t answers(const struct ub_event *before, const struct ub_event *event, size_t *lost)
{
	size_t n = 0;
	*lost = 0;
	for (size_t i = 0; i < event->n_attendees; i++) {
		const struct ub_party *party = &event->attendees[i];
		bool owner = event->organizer && ub_text_eq(event->organizer->address, party->address);
		if (owner || answer_of(before, party->address) == UB_PARTSTAT_NEEDS_ACTION)
			continue;
		n++;
		*lost += party->partstat == UB_PARTSTAT_NEEDS_ACTION;
	}
	return n;
}

void pass_learn_titles(
    struct ub_pass *pass, const struct ub_event *before, struct ub_text href, unsigned written)
{
	struct ub_response response;
	struct ub_ical_refusal refusal;
	size_t lost;
	bool there, alone = (written & UB_PROPERTY_TITLE) && !(written & UB_PROPERTY_TIME);
	if (!alone || answers(before, before, &lost) == 0 ||
	    ub_identities_knows(pass->snapshot->identities, UB_HABIT_TITLES, &there) ||
	    pass_get(pass, href, &response) != UB_OUTCOME_OK)
		return;
	const struct ub_event *event =
	    ub_ical_read(response.body, pass->snapshot->zones, pass->arena, &refusal);
	size_t n = event ? answers(before, event, &lost) : 0;
	/* What only some have lost is no habit: they may have taken their answers back. */
	if (n == 0 || (lost && lost < n))
		return;
	if (ub_identities_learn(pass->snapshot->identities, UB_HABIT_TITLES, lost > 0) && lost)
		ub_log(pass->log, UB_LOG_INFO,
		    "%.*s: at another title the server has set answers back; from now on no title follows "
		    "where "
		    "that would cost answers",
		    UB_ARGS(href));
}
