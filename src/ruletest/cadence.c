/* SPDX-License-Identifier: Apache-2.0 */
#include "ruletest-private.h"

/* A step with an account in place of a meeting: the rules for accounts are asked. */

bool is_of_account(const struct step *step)
{
	return step->event.len == 0 && step->meeting.start.len == 0 && step->account;
}

static struct ub_met *met_of(const struct calendar *calendar, const struct step *step)
{
	const struct ub_zone *zone = test_zone(calendar->file);
	struct ub_met *met = UB_NEW_ARRAY(calendar->arena, struct ub_met, step->met.n);
	for (size_t i = 0; i < step->met.n; i++) {
		const struct meeting *meeting = &step->met.items[i];
		ub_cal_parse_time(meeting->start, meeting->zone ? meeting->zone : zone, &met[i].start);
		met[i].end = met[i].start + meeting_length(meeting, zone);
		met[i].text = meeting_text(meeting, zone, calendar->arena);
	}
	return met;
}

/* The busy times of the step, and those of the owner's items of other rules. */
static struct ub_busy *busy_of(
    const struct calendar *calendar, const struct step *step, struct ub_text family, size_t *n)
{
	struct ub_busy *busy = UB_NEW_ARRAY(calendar->arena, struct ub_busy, step->busy.n + 1);
	for (*n = 0; *n < step->busy.n; ++*n)
		busy[*n] = (struct ub_busy){ step->busy.items[*n].address, step->busy.items[*n].times };
	struct ub_busy *own = &busy[*n];
	own->address = step->account->owner;
	for (size_t i = 0; i < calendar->standing.n; i++) {
		const struct standing *standing = &calendar->standing.items[i];
		if (standing->existing.state == UB_EXISTING_STANDS && standing->item.kind == UB_ITEM_EVENT &&
		    standing->item.busy && !ub_text_eq(ub_plan_family(standing->item.rule), family))
			*ub_push(calendar->arena, &own->times) =
			    (struct ub_interval){ standing->item.start, standing->item.end };
	}
	own->times = ub_cal_intervals_normal(calendar->arena, own->times);
	*n += own->times.n != 0;
	return busy;
}

static void decide_rule(struct calendar *calendar, const struct step *step, const struct ub_rule *rule,
    struct ub_decision *decision)
{
	struct ub_text family = ub_plan_family(rule);
	struct ub_cadence_input input = { .snapshot = &calendar->file->snapshot,
		.account = step->account,
		.rule = rule,
		.owner = step->account->owner,
		.met = met_of(calendar, step),
		.n_met = step->met.n,
		.now = calendar->now,
		.gone = step->gone,
		.watched = calendar->file->watched };
	input.existing = calendar_existing(calendar, family, &input.n_existing);
	input.busy = busy_of(calendar, step, family, &input.n_busy);
	ub_decide_cadence(&input, decision, calendar->arena);
}

static bool was_decided(const struct ub_ruleset *rules, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (ub_text_eq(
			ub_plan_family(rules->account_rules[k]), ub_plan_family(rules->account_rules[i])))
			return true;
	return false;
}

void decide_account(struct calendar *calendar, const struct step *step, struct coverage *coverage,
    struct ub_decision *decision)
{
	struct ub_arena *arena = calendar->arena;
	const struct ub_ruleset *rules = calendar->file->snapshot.rules;
	struct ub_plan *all = UB_NEW(arena, struct ub_plan);
	struct ub_match *matches = UB_NEW_ARRAY(arena, struct ub_match, rules->n_account_rules);
	*decision = (struct ub_decision){ .plan = all };
	for (size_t i = 0; i < rules->n_account_rules; i++) {
		struct ub_decision one;
		if (was_decided(rules, i))
			continue;
		decide_rule(calendar, step, rules->account_rules[i], &one);
		calendar_apply_plan(calendar, one.plan);
		coverage_add(coverage, &one, arena);
		ub_plan_join(all, one.plan, arena);
		for (size_t k = 0; k < one.plan->n_matches; k++)
			matches[all->n_matches++] = one.plan->matches[k];
	}
	all->matches = matches;
}
