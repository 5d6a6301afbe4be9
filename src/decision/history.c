/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The other meetings with a customer's account, as the store knows them.
 */
#include "upbeat/decision.h"
#include "upbeat/settings.h"
#include "upbeat/store.h"

/* ---- whether a meeting counts ---- */

/* A meeting that is over has no plan, and yet was held. */
static bool some_rule_applies(
    const struct ub_snapshot *snapshot, const struct ub_decision *decision, struct ub_arena *arena)
{
	const struct ub_match *matches = decision->plan->matches;
	if (decision->plan->not_eligible)
		matches = ub_rules_match(
		    snapshot->rules, ub_rules_activation(snapshot->rules, decision->facts, arena), arena);
	for (size_t i = 0; i < snapshot->rules->n_rules; i++)
		if (matches[i].verdict != UB_NO)
			return true;
	return false;
}

struct ub_text ub_decide_account(
    const struct ub_snapshot *snapshot, const struct ub_decision *decision, struct ub_arena *arena)
{
	const struct ub_facts *facts = decision->facts;
	const char *not_eligible = decision->plan->not_eligible;
	if (!facts || !facts->account || !facts->meeting.customer ||
	    decision->event->class != UB_CLASS_PUBLIC ||
	    (not_eligible && !ub_text_is(ub_text(not_eligible), "past")) ||
	    !some_rule_applies(snapshot, decision, arena))
		return UB_TEXT_NONE;
	return facts->account->id;
}

/* ---- what the meetings come to ---- */

struct telling {
	struct ub_account_history *history;
	struct ub_map *held, *met; /* UIDs, addresses */
	struct ub_arena *arena;
};

static void meet(struct telling *telling, struct ub_text guests)
{
	struct ub_text guest;
	while (ub_text_split(&guests, '\n', &guest))
		if (guest.len && !ub_map_put(telling->met, guest, telling))
			*ub_push(telling->arena, &telling->history->people) = guest;
}

static void tell_of(struct telling *telling, const struct ub_store_meeting *meeting, ub_instant now)
{
	struct ub_account_history *history = telling->history;
	ub_instant start = meeting->start / 1000;
	if (meeting->end / 1000 > now) {
		if (history->next_meeting == UB_INSTANT_NONE || start < history->next_meeting)
			history->next_meeting = start;
		return;
	}
	if (start > history->last_meeting)
		history->last_meeting = start;
	history->meetings += !ub_map_put(telling->held, meeting->meeting_uid, telling);
	meet(telling, meeting->guests);
}

/* The account's meetings. NULL: the store cannot tell. */
static const struct ub_store_meetings *look_up(
    const struct ub_taken *taken, struct ub_text account, struct ub_arena *arena)
{
	/* People are known by addresses, which have no line break. */
	struct ub_text name = ub_textf(arena, "account\n%.*s", UB_ARGS(account));
	struct ub_store_meetings *found = taken->known ? ub_map_get(taken->known, name) : NULL;
	if (found)
		return found;
	if (taken->known)
		arena = taken->arena;
	found = UB_NEW(arena, struct ub_store_meetings);
	if (ub_store_account_meetings(taken->store, ub_organization, account, arena, found) != UB_STORE_OK)
		return NULL;
	if (taken->known)
		ub_map_put(taken->known, ub_text_copy(arena, name), found);
	return found;
}

bool ub_decide_history(const struct ub_taken *taken, const struct ub_decision *decision,
    struct ub_decide_input *input, struct ub_arena *arena)
{
	const struct ub_facts *facts = decision->facts;
	input->history = NULL;
	if (!input->snapshot->rules->reads_history || !facts || !facts->account)
		return true;
	const struct ub_store_meetings *meetings = look_up(taken, facts->account->id, arena);
	if (!meetings)
		return false;
	struct ub_account_history *history = UB_NEW(arena, struct ub_account_history);
	struct telling telling = {
		.history = history, .held = ub_map_new(arena), .met = ub_map_new(arena), .arena = arena
	};
	history->last_meeting = UB_INSTANT_NONE;
	history->next_meeting = facts->meeting.end > input->now ? facts->meeting.start : UB_INSTANT_NONE;
	for (size_t i = 0; i < meetings->n; i++)
		if (!ub_text_eq(meetings->items[i].meeting_uid, facts->meeting.event->uid))
			tell_of(&telling, &meetings->items[i], input->now);
	input->history = history;
	return true;
}
