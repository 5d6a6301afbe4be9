/* SPDX-License-Identifier: Apache-2.0 */
#include "ruletest-private.h"

/* A step with an account or a team in place of a meeting: the rules for accounts or for teams are asked. */

bool ruletest_is_by_period(const struct step *step)
{
	return step->event.len == 0 && step->meeting.start.len == 0 && (step->account || step->team);
}

static enum ub_rule_subject subject_of(const struct step *step)
{
	return step->team ? UB_FOR_TEAM : UB_FOR_ACCOUNT;
}

static struct ub_met *met_of(const struct calendar *calendar, const struct step *step)
{
	const struct ub_zone *zone = ruletest_zone(calendar->file);
	struct ub_met *met = UB_NEW_ARRAY(calendar->arena, struct ub_met, step->met.n);
	for (size_t i = 0; i < step->met.n; i++) {
		const struct meeting *meeting = &step->met.items[i];
		ub_cal_parse_time(meeting->start, meeting->zone ? meeting->zone : zone, &met[i].start);
		met[i].end = met[i].start + ruletest_meeting_length(meeting, zone);
		met[i].text = ruletest_meeting_text(meeting, zone, calendar->arena);
	}
	return met;
}

static struct ub_text owner_of(const struct calendar *calendar, const struct step *step)
{
	return step->team ? ub_org_lead(calendar->file->snapshot.org, step->team) : step->account->owner;
}

/* The busy times of the step, and those of the owner's items of other rules. */
static struct ub_busy *busy_of(
    const struct calendar *calendar, const struct step *step, struct ub_text family, size_t *n)
{
	struct ub_busy *busy = UB_NEW_ARRAY(calendar->arena, struct ub_busy, step->busy.n + 1);
	for (*n = 0; *n < step->busy.n; ++*n)
		busy[*n] = (struct ub_busy){ step->busy.items[*n].address, step->busy.items[*n].times };
	struct ub_busy *own = &busy[*n];
	own->address = calendar->owner;
	for (size_t i = 0; i < calendar->standing.n; i++) {
		const struct standing *standing = &calendar->standing.items[i];
		if (standing->existing.state == UB_EXISTING_STANDS && standing->item.kind == UB_ITEM_EVENT &&
		    standing->item.busy && !ub_text_eq(ub_plan_family(standing->item.rule), family) &&
		    ub_text_eq(standing->owner, calendar->owner))
			*ub_push(calendar->arena, &own->times) =
			    (struct ub_interval){ standing->item.start, standing->item.end };
	}
	own->times = ub_cal_intervals_normal(calendar->arena, own->times);
	*n += own->times.n != 0;
	return busy;
}

static struct kept_rhythm *rhythm_of(struct calendar *calendar, struct ub_text uid)
{
	for (size_t i = 0; i < calendar->rhythms.n; i++)
		if (ub_text_eq(calendar->rhythms.items[i].uid, uid))
			return &calendar->rhythms.items[i];
	struct kept_rhythm *kept = ub_push(calendar->arena, &calendar->rhythms);
	*kept = (struct kept_rhythm){ .uid = uid };
	return kept;
}

static void keep_rhythm(struct kept_rhythm *kept, const struct ub_decision *decision)
{
	if (decision->recurs != UB_CANNOT_TELL)
		kept->rhythm = decision->recurs == UB_YES ? decision->rhythm : (struct ub_rhythm){ 0 };
}

static void decide_rule(struct calendar *calendar, const struct step *step, const struct ub_rule *rule,
    bool gone, struct ub_decision *decision)
{
	struct ub_text family = ub_plan_family(rule);
	struct ub_text id = step->team ? step->team->name : step->account->id;
	struct kept_rhythm *kept = rhythm_of(calendar, ub_cadence_uid(rule, id, calendar->arena));
	struct ub_cadence_input input = { .snapshot = &calendar->file->snapshot,
		.account = step->team ? NULL : step->account,
		.team = step->team,
		.rule = rule,
		.owner = calendar->owner,
		.met = met_of(calendar, step),
		.n_met = step->met.n,
		.rhythm = kept->rhythm.every.n ? &kept->rhythm : NULL,
		.now = calendar->now,
		.gone = gone,
		.watched = calendar->file->watched };
	input.existing = ruletest_calendar_existing(calendar, family, &input.n_existing);
	input.busy = busy_of(calendar, step, family, &input.n_busy);
	ub_decide_cadence(&input, decision, calendar->arena);
	if (!gone || step->gone)
		keep_rhythm(kept, decision);
}

/* An owner who has items that a step before has made, and is not the present one. Empty: there is none. */
static struct ub_text former_owner(const struct calendar *calendar, struct ub_text present)
{
	for (size_t i = 0; i < calendar->standing.n; i++) {
		const struct standing *standing = &calendar->standing.items[i];
		if (standing->existing.state == UB_EXISTING_STANDS && !standing->given_up &&
		    !ub_text_eq(standing->owner, present))
			return standing->owner;
	}
	return UB_TEXT_NONE;
}

/* What is ahead of former owners goes; what of theirs is left, such as what is over, stays for good. */
static void give_up(struct calendar *calendar, const struct step *step, struct ub_text present)
{
	size_t n;
	const struct ub_rule **rules = ub_rules_of(calendar->file->snapshot.rules, subject_of(step), &n);
	while ((calendar->owner = former_owner(calendar, present)).len) {
		for (size_t i = 0; i < n; i++) {
			struct ub_decision decision;
			if (!ub_cadence_leads(calendar->file->snapshot.rules, rules[i]))
				continue;
			decide_rule(calendar, step, rules[i], true, &decision);
			ruletest_calendar_apply_plan(calendar, decision.plan);
		}
		for (size_t i = 0; i < calendar->standing.n; i++)
			calendar->standing.items[i].given_up |=
			    ub_text_eq(calendar->standing.items[i].owner, calendar->owner);
	}
}

void ruletest_decide_by_period(struct calendar *calendar, const struct step *step, struct coverage *coverage,
    struct ub_decision *decision)
{
	struct ub_arena *arena = calendar->arena;
	const struct ub_ruleset *rules = calendar->file->snapshot.rules;
	struct ub_plan *all = UB_NEW(arena, struct ub_plan);
	UB_VEC(struct ub_match) matches = { 0 };
	size_t n;
	const struct ub_rule **list = ub_rules_of(rules, subject_of(step), &n);
	*decision = (struct ub_decision){ .plan = all };
	struct ub_text owner = owner_of(calendar, step);
	give_up(calendar, step, owner);
	calendar->owner = owner;
	for (size_t i = 0; i < n; i++) {
		struct ub_decision one;
		if (!ub_cadence_leads(rules, list[i]))
			continue;
		decide_rule(calendar, step, list[i], step->gone, &one);
		ruletest_calendar_apply_plan(calendar, one.plan);
		ruletest_coverage_add(coverage, &one, arena);
		ub_plan_join(all, one.plan, arena);
		for (size_t k = 0; k < one.plan->n_matches; k++)
			*ub_push(arena, &matches) = one.plan->matches[k];
	}
	all->matches = matches.items;
	all->n_matches = matches.n;
}

void ruletest_live_on(
    struct calendar *calendar, const struct step *step, ub_instant until, struct coverage *coverage)
{
	const struct ub_org_person *standard = &calendar->file->snapshot.org->standard;
	const struct ub_work_calendar clock = { standard->zone, standard->hours, standard->holidays };
	struct ub_span const day = { 1, UB_DAYS };
	struct ub_decision decision;
	while (ub_cal_shift(&clock, calendar->now, day, true, &calendar->now) && calendar->now < until) {
		ruletest_calendar_forget_audit(calendar);
		ruletest_decide_by_period(calendar, step, coverage, &decision);
	}
}
