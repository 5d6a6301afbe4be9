/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The decision about one meeting: makes the facts, makes the plan.
 */
#include "decision-private.h"

#include "upbeat/directory.h"

static void release_accounts(void *accounts)
{
	struct ub_accounts *mine = accounts;
	ub_accounts_release(&mine);
}

/* The customer's account, as the accounts are known now. It stays for as long as the decision is kept. */
static struct ub_account_match find_account(
    const struct ub_decide_input *input, const struct ub_event *event, struct ub_arena *arena)
{
	const struct ub_snapshot *snapshot = input->snapshot;
	struct ub_accounts *accounts = input->accounts;
	if (input->account || input->team || (!accounts && !snapshot->directory))
		return (struct ub_account_match){ .account = input->account };
	if (!accounts) {
		accounts = ub_directory_accounts(snapshot->directory);
		ub_arena_defer(arena, release_accounts, accounts);
	}
	return ub_accounts_match(accounts, ub_facts_guests(event, snapshot->org, arena), arena);
}

static struct ub_text owner_of(const struct ub_decide_input *input, const struct ub_event *event)
{
	return input->owner.len ? input->owner : ub_facts_default_owner(event, input->snapshot->org);
}

const struct ub_zone *decision_owner_zone(const struct ub_decide_input *input, const struct ub_event *event)
{
	struct ub_text owner = owner_of(input, event);
	const struct ub_org *org = input->snapshot->org;
	return owner.len ? ub_org_person(org, owner)->zone : org->standard.zone;
}

/* The account's meetings, with the instance before this one: a series' own instances are not
 * among them. */
static const struct ub_account_history *with_series(
    const struct ub_decide_input *input, const struct ub_event *event, struct ub_arena *arena)
{
	if (!input->history || !event->is_instance || event->previous == UB_INSTANT_NONE)
		return input->history;
	struct ub_account_history *history = UB_NEW(arena, struct ub_account_history);
	*history = *input->history;
	if (event->previous < input->now) {
		if (event->previous > history->last_meeting)
			history->last_meeting = event->previous;
	} else if (history->next_meeting == UB_INSTANT_NONE || event->previous < history->next_meeting) {
		history->next_meeting = event->previous;
	}
	return history;
}

const struct ub_facts *decision_find_facts(
    const struct ub_decide_input *input, const struct ub_event *event, struct ub_arena *arena)
{
	const struct ub_snapshot *snapshot = input->snapshot;
	struct ub_account_match match = find_account(input, event, arena);
	struct ub_facts_input facts = { .event = decision_with_who_comes(input, event, arena),
		.org = snapshot->org,
		.account = match.account,
		.others = match.others,
		.n_others = match.n_others,
		.history = with_series(input, event, arena),
		.team = input->team,
		.owner = owner_of(input, event),
		.calendar = input->calendar,
		.now = input->now };
	return ub_facts_make(&facts, arena);
}

struct ub_plan_input decision_plan_input(const struct ub_decide_input *input, const struct ub_facts *facts)
{
	return (struct ub_plan_input){ .rules = input->snapshot->rules,
		.facts = facts,
		.existing = input->existing,
		.n_existing = input->n_existing,
		.former_uids = input->former_uids,
		.gone = input->gone,
		.brought_forward = input->brought_forward,
		.busy = input->busy,
		.n_busy = input->n_busy,
		.doubles = input->doubles.items,
		.n_doubles = input->doubles.n,
		.form = input->form,
		.titles_ask_again = input->titles_ask_again,
		.explain = input->explain };
}

void decide_meeting(const struct ub_decide_input *input, const struct ub_event *event,
    struct ub_decision *decision, struct ub_arena *arena)
{
	decision->facts = decision_find_facts(input, event, arena);
	struct ub_plan_input plan = decision_plan_input(input, decision->facts);
	decision->plan = ub_plan_make(&plan, arena);
}
