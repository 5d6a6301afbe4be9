/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The other meetings with a customer's account, as the store knows them.
 */
#include "decision-private.h"
#include "upbeat/history.h"

/* ---- whether a meeting counts ---- */

/* A meeting that is over has no plan, and yet was held. A plan is of the decision's facts alone. */
static bool some_rule_applies(const struct ub_snapshot *snapshot, const struct ub_decision *decision,
    const struct ub_facts *facts, struct ub_arena *arena)
{
	const struct ub_match *matches = decision->plan->matches;
	if (decision->plan->not_eligible || facts != decision->facts)
		matches = ub_rules_match(
		    snapshot->rules, ub_rules_activation(snapshot->rules, facts, arena), arena);
	for (size_t i = 0; i < snapshot->rules->n_rules; i++)
		if (matches[i].verdict != UB_NO)
			return true;
	return false;
}

/* Whether the event may count, though it may be too late or too early for a plan. */
static bool is_eligible(const struct ub_decision *decision)
{
	struct ub_text why = ub_text(decision->plan->not_eligible ? decision->plan->not_eligible : "");
	return decision->facts && decision->event->class == UB_CLASS_PUBLIC &&
	       (why.len == 0 || ub_text_is(why, "past") ||
		   (ub_text_is(why, "no-instance") && decision->ahead.n > 0));
}

static bool counts(const struct ub_snapshot *snapshot, const struct ub_decision *decision,
    const struct ub_facts *facts, struct ub_arena *arena)
{
	return facts->account && facts->meeting.customer && facts->meeting.internal.n > 0 &&
	       some_rule_applies(snapshot, decision, facts, arena);
}

/* A series whose next instance its guests have declined is one with their account all the same. */
struct ub_text ub_decide_account(
    const struct ub_snapshot *snapshot, const struct ub_decision *decision, struct ub_arena *arena)
{
	if (!is_eligible(decision))
		return UB_TEXT_NONE;
	if (counts(snapshot, decision, decision->facts, arena))
		return decision->facts->account->id;
	for (size_t i = 0; i < decision->ahead.n; i++)
		if (counts(snapshot, decision, decision->ahead.items[i], arena))
			return decision->ahead.items[i]->account->id;
	return UB_TEXT_NONE;
}

/* ---- what the meetings come to ---- */

struct telling {
	const struct ub_account *account;
	struct ub_account_history *history;
	struct ub_map *met, *executives, *colleagues; /* addresses */
	struct ub_arena *arena;
};

static void add_each(
    struct ub_text lines, struct ub_map *known, struct ub_texts *people, struct ub_arena *arena)
{
	struct ub_text address;
	while (ub_text_split(&lines, '\n', &address))
		if (address.len && !ub_map_put(known, address, known))
			*ub_push(arena, people) = address;
}

static void add_executives(struct telling *telling, struct ub_text guests)
{
	const struct ub_account *account = telling->account;
	struct ub_text address;
	while (ub_text_split(&guests, '\n', &address))
		for (size_t i = 0; i < account->n_stakeholders; i++)
			if (account->stakeholders[i].executive &&
			    ub_text_eq_nocase(account->stakeholders[i].email, address))
				add_each(address, telling->executives, &telling->history->executives,
				    telling->arena);
}

static void tell_of(struct telling *telling, const struct ub_met *met, ub_instant now)
{
	struct ub_account_history *history = telling->history;
	if (met->end > now) {
		if (history->next_meeting == UB_INSTANT_NONE || met->start < history->next_meeting)
			history->next_meeting = met->start;
		return;
	}
	if (met->start > history->last_meeting)
		history->last_meeting = met->start;
	history->meetings++;
	add_each(met->guests, telling->met, &history->people, telling->arena);
	add_each(met->ours, telling->colleagues, &history->colleagues, telling->arena);
	if (met->end > now - UB_HISTORY_EXECUTIVES_DAYS * INT64_C(86400))
		add_executives(telling, met->guests);
}

struct ub_account_history *decision_history_of(const struct ub_account *account, const struct ub_met *met,
    size_t n, ub_instant now, struct ub_arena *arena)
{
	struct ub_account_history *history = UB_NEW(arena, struct ub_account_history);
	struct telling telling = { .account = account,
		.history = history,
		.met = ub_map_new(arena),
		.executives = ub_map_new(arena),
		.colleagues = ub_map_new(arena),
		.arena = arena };
	history->last_meeting = history->next_meeting = UB_INSTANT_NONE;
	for (size_t i = 0; i < n; i++)
		tell_of(&telling, &met[i], now);
	return history;
}

struct ub_met decision_met_of(const struct ub_store_meeting *meeting)
{
	return (struct ub_met){ .start = meeting->start / 1000,
		.end = meeting->end / 1000,
		.guests = meeting->guests,
		.ours = meeting->ours };
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
	UB_VEC(struct ub_met) others = { 0 };
	for (size_t i = 0; i < meetings->n; i++)
		if (!ub_text_eq(meetings->items[i].meeting_uid, facts->meeting.event->uid))
			*ub_push(arena, &others) = decision_met_of(&meetings->items[i]);
	struct ub_account_history *history =
	    decision_history_of(facts->account, others.items, others.n, input->now, arena);
	ub_instant start = facts->meeting.start;
	bool to_come = facts->meeting.end > input->now;
	if (to_come && (history->next_meeting == UB_INSTANT_NONE || start < history->next_meeting))
		history->next_meeting = start;
	input->history = history;
	return true;
}
