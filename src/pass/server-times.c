/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What the server says of when people are busy.
 *
 * The server is asked before times are chosen, as nobody else chooses any meanwhile. The owner's own
 * calendars are looked at whenever an item of the meeting has a time that was searched for: what stands in
 * its way moves it, as an appointment does that the store knows. Others are asked only if something is to be
 * placed: of them the server tells times alone, in which an item that stands hides what else is then.
 *
 * A server that does not answer delays what is to be placed, for UB_FREEBUSY_WAIT_MS; then the item is
 * placed, the plan says whose times were not known, and the item stays there: no later look moves it.
 */
#include "pass-private.h"

/* Whether the item was made already: it stands, or its user does not want it. */
static bool is_made(const struct ub_item *item, const struct ub_existing *existing, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (existing[i].state != UB_EXISTING_REMOVED &&
		    (ub_text_eq(existing[i].item_mark, item->marks.item) ||
			ub_text_eq(existing[i].uid, item->uid)))
			return true;
	return false;
}

/* Whether some item is to be placed: a new one, or those of a meeting that was moved. */
static bool is_to_place(
    const struct ub_pass *pass, const struct ub_plan *plan, const struct ub_existing *existing, size_t n)
{
	if (pass->moved || pass->job->attempts > 1)
		return true;
	for (size_t i = 0; i < plan->items.n; i++)
		if (plan->items.items[i].free.n && !is_made(&plan->items.items[i], existing, n))
			return true;
	return false;
}

static struct ub_texts whom_to_ask(const struct ub_pass *pass, struct ub_texts sought, bool everybody)
{
	struct ub_texts people = { 0 };
	for (size_t i = 0; i < sought.n; i++)
		if (everybody || ub_text_eq(sought.items[i], pass->identity.owner))
			*ub_push(pass->arena, &people) = sought.items[i];
	return people;
}

/* Waits for a server that did not answer, unless the key has waited long enough. */
static void wait_for_answers(const struct ub_pass *pass, struct ub_said *said)
{
	if (pass->clock() - pass->job->put >= UB_FREEBUSY_WAIT_MS)
		return;
	for (size_t i = 0; i < said->people.n && !said->wait; i++) {
		const struct ub_busy_person *person = &said->people.items[i];
		said->wait = person->state == UB_FREEBUSY_AGAIN;
		said->why = ub_textf(pass->arena, "the busy times of %.*s are not known yet: %.*s",
		    UB_ARGS(person->address), UB_ARGS(person->words));
	}
}

void pass_ask_for_times(struct ub_pass *pass, const struct ub_plan *plan, const struct ub_existing *existing,
    size_t n_existing, struct ub_said *said)
{
	struct ub_sought sought = ub_decide_sought(plan, pass->arena);
	bool placing = sought.people.n && is_to_place(pass, plan, existing, n_existing);
	int64_t since = placing ? pass->monotonic : pass->monotonic - UB_FREEBUSY_KEPT_MS;
	const struct ub_freebusy_question question = { .caller = pass->caller,
		.identity = &pass->identity,
		.collection = pass->collection,
		.org = pass->snapshot->org,
		.people = whom_to_ask(pass, sought.people, placing),
		.range = sought.range,
		.since = since,
		.watched = pass->watched };
	*said = (struct ub_said){ .why = UB_TEXT_NONE };
	if (question.people.n == 0)
		return;
	ub_freebusy_ask(pass->snapshot->freebusy, &question, &said->people, pass->arena);
	pass_tell_of_way(pass);
	if (placing)
		wait_for_answers(pass, said);
}
