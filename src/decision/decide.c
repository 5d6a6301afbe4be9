/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The decision: reads the object, makes the facts, makes the plan.
 */
#include "decision-private.h"

#include "upbeat/directory.h"

static void refuse(
    struct ub_decision *decision, const struct ub_ical_refusal *refusal, struct ub_arena *arena)
{
	decision->refused = refusal->code;
	decision->refused_text =
	    refusal->line ? ub_textf(arena, "line %zu: %.*s", refusal->line, UB_ARGS(refusal->message))
			  : refusal->message;
}

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
	if (input->account || (!accounts && !snapshot->directory))
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

const struct ub_zone *owner_zone(const struct ub_decide_input *input, const struct ub_event *event)
{
	struct ub_text owner = owner_of(input, event);
	const struct ub_org *org = input->snapshot->org;
	return owner.len ? ub_org_person(org, owner)->zone : org->standard.zone;
}

const struct ub_facts *find_facts(
    const struct ub_decide_input *input, const struct ub_event *event, struct ub_arena *arena)
{
	const struct ub_snapshot *snapshot = input->snapshot;
	struct ub_account_match match = find_account(input, event, arena);
	struct ub_facts_input facts = { .event = event,
		.org = snapshot->org,
		.account = match.account,
		.others = match.others,
		.n_others = match.n_others,
		.history = input->history,
		.owner = owner_of(input, event),
		.calendar = input->calendar,
		.now = input->now };
	return ub_facts_make(&facts, arena);
}

struct ub_plan_input plan_input(const struct ub_decide_input *input, const struct ub_facts *facts)
{
	return (struct ub_plan_input){ .rules = input->snapshot->rules,
		.facts = facts,
		.existing = input->existing,
		.n_existing = input->n_existing,
		.gone = input->gone,
		.brought_forward = input->brought_forward,
		.busy = input->busy,
		.n_busy = input->n_busy,
		.explain = input->explain };
}

void decide_meeting(const struct ub_decide_input *input, const struct ub_event *event,
    struct ub_decision *decision, struct ub_arena *arena)
{
	decision->facts = find_facts(input, event, arena);
	struct ub_plan_input plan = plan_input(input, decision->facts);
	decision->plan = ub_plan_make(&plan, arena);
}

void ub_decide(const struct ub_decide_input *input, struct ub_decision *decision, struct ub_arena *arena)
{
	const struct ub_snapshot *snapshot = input->snapshot;
	struct ub_plan *nothing = UB_NEW(arena, struct ub_plan);
	struct ub_ical_refusal refusal;
	*decision = (struct ub_decision){ .plan = nothing, .look_again = UB_INSTANT_NONE };
	const struct ub_ical *ical = ub_ical_parse(arena, input->text, &refusal);
	const struct ub_event *event = ical ? ub_ical_event(ical, snapshot->zones, arena, &refusal) : NULL;
	if (!event) {
		refuse(decision, &refusal, arena);
		return;
	}
	decision->event = event;
	if (event->component != UB_COMPONENT_EVENT || !event->start.given) {
		nothing->not_eligible = ub_facts_not_eligible(event, snapshot->org, input->now);
		return;
	}
	if (is_series(event) && !input->gone && event->marks.item.len == 0 && event->uid.len)
		decide_series(input, ical, decision, arena);
	else
		decide_meeting(input, event, decision, arena);
}
