/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Which rhythm is in force: the one that the rule asks for, unless that is a return that has to wait
 * (upbeat/decision.h).
 *
 * It waits until the beginning of a day, in the zone of the organization, as everything is looked at then.
 */
#include "decision-private.h"

bool decision_is_akin(const struct ub_rule *rule, const struct ub_rule *other)
{
	return ub_text_eq(ub_plan_family(rule), ub_plan_family(other));
}

/* A nominal length, in twelfths of a day. */
static int length_of(struct ub_every every)
{
	static const int lengths[] = {
		[UB_EVERY_DAY] = 12, [UB_EVERY_WEEK] = 7 * 12, [UB_EVERY_MONTH] = 365
	};
	return every.n * lengths[every.unit];
}

static bool is_same(struct ub_every a, struct ub_every b)
{
	return a.n == b.n && a.unit == b.unit;
}

static void add_conditions(struct ub_buf *out, const char *key, const struct ub_conditions *parts)
{
	for (size_t i = 0; i < parts->n; i++) {
		struct ub_text text = ub_cel_program_text(parts->items[i].program);
		ub_buf_printf(out, " %s %zu:%.*s", key, text.len, UB_ARGS(text));
	}
}

static void add_cases(struct ub_buf *out, struct ub_cases cases)
{
	for (size_t i = 0; i < cases.n; i++) {
		const struct ub_case *one = &cases.items[i];
		struct ub_text when = one->when ? ub_cel_program_text(one->when) : UB_TEXT_NONE;
		ub_buf_printf(out, " if %zu:%.*s ", when.len, UB_ARGS(when));
		ub_cal_print_every(out, one->use.rhythm);
	}
}

/* Of all rules of the family, as another one of them may come to apply. Their names do not count. */
static struct ub_text wording_of(const struct cadence *cadence)
{
	struct ub_buf out = UB_BUF(cadence->arena);
	const struct ub_ruleset *rules = cadence->series.rules;
	for (size_t i = 0; i < rules->n_rules; i++) {
		const struct ub_rule *rule = rules->rules[i];
		if (!decision_is_akin(rule, cadence->rule))
			continue;
		ub_buf_printf(&out, "%d %d", rule->enabled, rule->mode);
		add_conditions(&out, "when", &rule->when);
		add_conditions(&out, "unless", &rule->unless);
		add_cases(&out, rule->every);
		ub_buf_char(&out, '\n');
	}
	return ub_digest(cadence->arena, ub_buf_text(&out), 9);
}

/* When a rhythm may return that another one took the place of then. */
static ub_instant end_of_hold(const struct cadence *cadence, ub_instant since)
{
	const struct ub_org *org = cadence->input->snapshot->org;
	const struct ub_zone *zone = org->standard.zone;
	return ub_cal_day_start(zone, ub_cal_local_day(zone, since) + (ub_day)org->rhythm_hold_days);
}

void cadence_take_rhythm(struct cadence *cadence, struct ub_every wanted)
{
	const struct ub_rhythm *known = cadence->input->rhythm;
	struct ub_decision *decision = cadence->decision;
	struct ub_text wording = wording_of(cadence);
	bool goes_on = known && ub_text_eq(known->wording, wording);
	if (goes_on && is_same(wanted, known->every)) {
		decision->rhythm = *known;
		return;
	}
	ub_instant end = goes_on ? end_of_hold(cadence, known->since) : UB_INSTANT_MIN;
	if (goes_on && is_same(wanted, known->former) && length_of(wanted) > length_of(known->every) &&
	    cadence->input->now < end) {
		decision->rhythm = *known;
		decision->waiting = wanted;
		decision->waits_until = end;
		return;
	}
	decision->rhythm = (struct ub_rhythm){ .every = wanted,
		.former = goes_on ? known->every : (struct ub_every){ 0 },
		.since = cadence->input->now,
		.wording = wording };
}
