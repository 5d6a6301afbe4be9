/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The decision about a series: each of its next instances is decided as a meeting of its own, and the plans
 * become one.
 *
 * An item is made for one instance, which its mark names. While the series has that instance, the item serves
 * it. If the series is moved, its instances have other names, and no item ahead has one any more: then each
 * serves the nearest instance that has no such item yet, so that it goes along instead of being made anew.
 * What is left serves nothing any more.
 */
#include "decision-private.h"

#include <stdlib.h>
#include <string.h>

/* What an existing item serves, besides the number of an instance. */
#define SERVES_NOTHING SIZE_MAX       /* the series has no instance for it any more */
#define SERVES_PAST    (SIZE_MAX - 1) /* an instance that is over: it stays as it is */

struct series {
	const struct ub_decide_input *input;
	struct ub_decision *decision;
	struct ub_plan *plan;
	struct ub_instances instances;
	const struct ub_zone *floating;
	size_t *serves; /* of each existing item */
	struct ub_arena *arena;
};

bool is_series(const struct ub_event *event)
{
	return event->repeats != UB_REPEATS_NOT || event->override_only;
}

static ub_instant start_of(const struct series *series, size_t i)
{
	const struct ub_when *when = &series->instances.items[i]->start;
	return ub_cal_instant(when->zone ? when->zone : series->floating, when->civil);
}

static ub_instant end_of(const struct series *series, size_t i)
{
	const struct ub_when *when = &series->instances.items[i]->end;
	return when->given ? ub_cal_instant(when->zone ? when->zone : series->floating, when->civil)
			   : start_of(series, i);
}

static bool is_ahead(const struct series *series, size_t i)
{
	return end_of(series, i) > series->input->now;
}

/* ---- which item serves which instance ---- */

static size_t instance_named(const struct series *series, struct ub_text name)
{
	for (size_t i = 0; name.len && i < series->instances.n; i++)
		if (ub_text_eq(ub_plan_instance_name(series->instances.items[i], series->arena), name))
			return i;
	return SERVES_NOTHING;
}

/* When the item's own instance was, or for an item of no series, when the item is. */
static ub_instant origin_of(const struct ub_existing *existing)
{
	ub_instant at;
	if (ub_plan_mark_instant(existing->item_mark, &at))
		return at;
	return existing->event ? existing->due : UB_INSTANT_NONE;
}

static bool is_served(const struct series *series, size_t instance, const struct ub_existing *by)
{
	const struct ub_decide_input *input = series->input;
	for (size_t i = 0; i < input->n_existing; i++)
		if (series->serves[i] == instance &&
		    ub_plan_same_item(input->existing[i].item_mark, by->item_mark))
			return true;
	return false;
}

static size_t nearest(const struct series *series, const struct ub_existing *existing, ub_instant origin)
{
	size_t best = SERVES_NOTHING;
	int64_t least = INT64_MAX;
	for (size_t i = 0; i < series->instances.n; i++) {
		int64_t far = series->instances.items[i]->instance - origin;
		far = far < 0 ? -far : far;
		if (far < least && is_ahead(series, i) && !is_served(series, i, existing)) {
			best = i;
			least = far;
		}
	}
	return best;
}

/* Whether no item has an instance ahead any more, though there are some for the time ahead. */
static bool was_moved(const struct series *series)
{
	for (size_t i = 0; i < series->input->n_existing; i++)
		if (series->serves[i] < series->instances.n && is_ahead(series, series->serves[i]))
			return false;
	return true;
}

static void assign(struct series *series)
{
	const struct ub_decide_input *input = series->input;
	series->serves = UB_NEW_ARRAY(series->arena, size_t, input->n_existing);
	for (size_t i = 0; i < input->n_existing; i++)
		series->serves[i] =
		    instance_named(series, ub_plan_mark_instance(input->existing[i].item_mark));
	bool moved = was_moved(series);
	for (size_t i = 0; i < input->n_existing; i++) {
		const struct ub_existing *existing = &input->existing[i];
		ub_instant origin = origin_of(existing);
		if (series->serves[i] != SERVES_NOTHING)
			continue;
		if (origin < input->now || existing->state == UB_EXISTING_REMOVED)
			series->serves[i] = SERVES_PAST;
		else if (moved || ub_plan_mark_instance(existing->item_mark).len == 0)
			series->serves[i] = nearest(series, existing, origin);
	}
}

static bool has_items(const struct series *series, size_t instance)
{
	for (size_t i = 0; i < series->input->n_existing; i++)
		if (series->serves[i] == instance)
			return true;
	return false;
}

/* ---- the plans ---- */

static void plan_instance(struct series *series, const struct ub_event *event, size_t instance, bool gone)
{
	const struct ub_facts *facts = find_facts(series->input, event, series->arena);
	struct ub_plan_input input = plan_input(series->input, facts);
	input.serves = series->serves;
	input.instance = instance;
	input.gone = gone;
	struct ub_plan *plan = ub_plan_make(&input, series->arena);
	if (!series->decision->facts) {
		series->decision->facts = facts;
		*series->plan = *plan;
	} else {
		ub_plan_join(series->plan, plan, series->arena);
	}
}

/* Whether the instance is to be planned for. Those in `asked` are counted. */
static bool is_wanted(struct series *series, size_t i, size_t *asked)
{
	const struct ub_decide_input *input = series->input;
	const struct ub_event *event = series->instances.items[i];
	if (!is_ahead(series, i))
		return false;
	if (input->only_instance)
		return ub_cal_local_day(series->floating, start_of(series, i)) ==
		       ub_cal_local_day(series->floating, input->only_instance);
	if (event->status != UB_STATUS_CANCELLED && *asked < UB_SERIES_AHEAD) {
		if ((*asked)++ == 0)
			series->decision->look_again = end_of(series, i);
		*ub_push(series->arena, &series->decision->instances) =
		    ub_plan_instance_name(event, series->arena);
		return true;
	}
	return has_items(series, i);
}

static void plan_all(struct series *series)
{
	size_t asked = 0, last = series->instances.n;
	for (size_t i = 0; i < series->instances.n; i++) {
		last = i;
		if (is_wanted(series, i, &asked))
			plan_instance(series, series->instances.items[i], i, false);
	}
	if (has_items(series, SERVES_NOTHING))
		plan_instance(series,
		    last < series->instances.n ? series->instances.items[last] : series->decision->event,
		    SERVES_NOTHING, true);
	if (asked == 0 && series->instances.more)
		series->decision->look_again = series->input->now + UB_SERIES_HORIZON / 2;
}

/* A rule that cannot be expanded: the first date is prepared as if it stood alone. */
static void decide_first(struct series *series, struct ub_text why)
{
	struct ub_event *alone = UB_NEW(series->arena, struct ub_event);
	*alone = *series->decision->event;
	alone->repeats = UB_REPEATS_NOT;
	alone->override_only = false;
	decide_meeting(series->input, alone, series->decision, series->arena);
	struct ub_plan *plan = (struct ub_plan *)series->decision->plan;
	*ub_push(series->arena, &plan->notes) = (struct ub_note){ .kind = UB_NOTE_REMARK,
		.text = ub_textf(series->arena,
		    "it is not told which instances the series has (%.*s), so its first date counts alone",
		    UB_ARGS(why)) };
}

void decide_series(const struct ub_decide_input *input, const struct ub_ical *ical,
    struct ub_decision *decision, struct ub_arena *arena)
{
	struct series series = { .input = input,
		.decision = decision,
		.plan = UB_NEW(arena, struct ub_plan),
		.floating = owner_zone(input, decision->event),
		.arena = arena };
	struct ub_text why;
	if (!ub_ical_instances(ical, input->snapshot->zones, series.floating, input->now - UB_SERIES_BACK,
		input->now + UB_SERIES_HORIZON, UB_SERIES_MAX, arena, &series.instances, &why)) {
		decide_first(&series, why);
		return;
	}
	assign(&series);
	plan_all(&series);
	if (!decision->facts)
		decision->facts = find_facts(input, decision->event, arena);
	if (decision->instances.n == 0 && !input->only_instance)
		series.plan->not_eligible = "no-instance";
	decision->plan = series.plan;
}
