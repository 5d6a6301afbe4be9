/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The decision: reads the object, makes the facts, makes the plan.
 */
#include "upbeat/decision.h"
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

static const struct ub_facts *find_facts(
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
		.owner = input->owner.len ? input->owner : ub_facts_default_owner(event, snapshot->org),
		.calendar = input->calendar,
		.now = input->now };
	return ub_facts_make(&facts, arena);
}

void ub_decide(const struct ub_decide_input *input, struct ub_decision *decision, struct ub_arena *arena)
{
	const struct ub_snapshot *snapshot = input->snapshot;
	struct ub_plan *nothing = UB_NEW(arena, struct ub_plan);
	struct ub_ical_refusal refusal;
	*decision = (struct ub_decision){ .plan = nothing };
	const struct ub_event *event = ub_ical_read(input->text, snapshot->zones, arena, &refusal);
	if (!event) {
		refuse(decision, &refusal, arena);
		return;
	}
	decision->event = event;
	if (event->component != UB_COMPONENT_EVENT || !event->start.given) {
		nothing->not_eligible = ub_facts_not_eligible(event, snapshot->org, input->now);
		return;
	}
	decision->facts = find_facts(input, event, arena);
	struct ub_plan_input plan = { .rules = snapshot->rules,
		.facts = decision->facts,
		.existing = input->existing,
		.n_existing = input->n_existing,
		.gone = input->gone,
		.brought_forward = input->brought_forward,
		.busy = input->busy,
		.n_busy = input->n_busy,
		.explain = input->explain };
	decision->plan = ub_plan_make(&plan, arena);
}
