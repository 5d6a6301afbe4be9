/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Which item serves which period of a rule for accounts.
 *
 * An item serves the period that its mark names. One that its user has moved into another period serves the
 * one where it stands; in the period that it has left nothing is made, as its user wanted nothing there. If
 * the rhythm has changed, what is ahead serves the period that it fits best; what is over, and what users
 * have deleted, serves none.
 */
#include "decision-private.h"

bool cadence_is_near(const struct cadence *cadence, ub_instant start)
{
	return start <= cadence->input->now + UB_SERIES_HORIZON;
}

static bool is_open(const struct cadence *cadence, size_t i)
{
	return cadence->periods[i].state == UB_PERIOD_PLANNED;
}

/* The periods that may take over items of another rhythm: those of the horizon, or else the next one. */
static bool takes_over(const struct cadence *cadence, size_t instance)
{
	if (!is_open(cadence, instance))
		return false;
	for (size_t i = 0; i < instance; i++)
		if (is_open(cadence, i) && !cadence_is_near(cadence, cadence->periods[instance].time.start))
			return false;
	return true;
}

ub_instant existing_own_time(const struct ub_existing *existing)
{
	bool task = existing->event->component == UB_COMPONENT_TASK || existing->event->marks.due;
	return task ? existing->due : existing->end;
}

static bool is_event(const struct ub_existing *existing)
{
	return existing->state == UB_EXISTING_STANDS && existing->event &&
	       existing->event->component == UB_COMPONENT_EVENT && !existing->event->marks.due;
}

/* When the item is, or the event that was made with it: both go over to the same period. A to-do without its
 * event goes by the period that it was made for, as it is due before the period that it serves may begin. */
static ub_instant time_of(const struct cadence *cadence, const struct ub_existing *existing)
{
	ub_instant at;
	struct ub_text instance = ub_plan_mark_instance(existing->item_mark);
	for (size_t i = 0; i < cadence->input->n_existing; i++) {
		const struct ub_existing *other = &cadence->input->existing[i];
		size_t serves = cadence->series.serves[i];
		if (is_event(other) && ub_text_eq(ub_plan_mark_instance(other->item_mark), instance))
			return serves < cadence->series.instances.n ? cadence->periods[serves].time.start
								    : other->start;
	}
	return ub_plan_mark_instant(existing->item_mark, &at) ? at : existing_own_time(existing);
}

/* Whether both are the same item, for whatever periods. */
static bool is_same_item(
    const struct cadence *cadence, const struct ub_existing *a, const struct ub_existing *b)
{
	const struct ub_existing *first = cadence->input->existing;
	return ub_text_eq(cadence->series.marks[a - first], cadence->series.marks[b - first]);
}

/* What Upbeat has removed is in nobody's way. */
static bool is_taken(const struct cadence *cadence, size_t instance, const struct ub_existing *by)
{
	const struct ub_cadence_input *input = cadence->input;
	for (size_t i = 0; i < input->n_existing; i++)
		if (cadence->series.serves[i] == instance &&
		    input->existing[i].state != UB_EXISTING_REMOVED &&
		    is_same_item(cadence, &input->existing[i], by))
			return true;
	return false;
}

/* How little an item fits a period: what users have changed comes first, then what is nearest. */
static int64_t misfit(const struct cadence *cadence, const struct ub_existing *existing, size_t instance)
{
	struct ub_interval period = cadence->periods[instance].time;
	ub_instant at = time_of(cadence, existing);
	int64_t far = at < period.start ? period.start - at : at >= period.end ? at - period.end + 1 : 0;
	int64_t changed = existing->user_changed || existing->has_notes ? 0 : INT64_C(1) << 40;
	return changed + far;
}

bool decision_makes_events(const struct ub_ruleset *rules)
{
	for (size_t r = 0; r < rules->n_rules; r++)
		for (size_t i = 0; i < rules->rules[r]->n_items; i++)
			if (!rules->rules[r]->items[i].task)
				return true;
	return false;
}

/* A to-do that nobody has touched goes with the event that it was made with. If that serves nothing, the
 * to-do is made anew. */
static bool is_left_behind(const struct cadence *cadence, const struct ub_existing *existing)
{
	struct ub_text instance = ub_plan_mark_instance(existing->item_mark);
	if (is_event(existing) || existing->user_changed || existing->has_notes ||
	    !decision_makes_events(cadence->series.rules))
		return false;
	for (size_t i = 0; i < cadence->input->n_existing; i++) {
		const struct ub_existing *other = &cadence->input->existing[i];
		if (is_event(other) && cadence->series.serves[i] < cadence->series.instances.n &&
		    ub_text_eq(ub_plan_mark_instance(other->item_mark), instance))
			return false;
	}
	return true;
}

/* Lets the event, or else the to-do, and the period that fit best find each other. False: none are left. */
static bool match_best(struct cadence *cadence, bool events)
{
	const struct ub_cadence_input *input = cadence->input;
	size_t *serves = cadence->series.serves, best = SIZE_MAX, instance = 0;
	int64_t least = INT64_MAX;
	for (size_t i = 0; i < input->n_existing; i++) {
		const struct ub_existing *existing = &input->existing[i];
		bool open = serves[i] == SERVES_NOTHING && is_event(existing) == events &&
			    !is_left_behind(cadence, existing);
		for (size_t k = 0; open && k < cadence->series.instances.n; k++) {
			int64_t bad = misfit(cadence, existing, k);
			bool sooner = bad == least &&
				      existing_own_time(existing) < existing_own_time(&input->existing[best]);
			if ((bad < least || sooner) && takes_over(cadence, k) &&
			    !is_taken(cadence, k, existing)) {
				least = bad;
				best = i;
				instance = k;
			}
		}
	}
	if (best != SIZE_MAX)
		serves[best] = instance;
	return best != SIZE_MAX;
}

/* The beginning of the period that an item is of: what its mark says, or, of one that its user has deleted,
 * what is remembered. It may have gone over to another rhythm's period before. */
static bool period_of(const struct ub_existing *existing, ub_instant *at)
{
	bool remembered = existing->state == UB_EXISTING_DELETED && existing->last_occasion;
	if (remembered)
		*at = existing->last_occasion;
	return remembered || ub_plan_mark_instant(existing->item_mark, at);
}

static size_t named_by(const struct cadence *cadence, const struct ub_existing *existing)
{
	ub_instant at;
	if (period_of(existing, &at))
		for (size_t i = 0; i < cadence->series.instances.n; i++)
			if (cadence->periods[i].time.start == at)
				return i;
	bool ahead = existing->state == UB_EXISTING_STANDS && existing->event &&
		     existing_own_time(existing) > cadence->input->now;
	return ahead ? SERVES_NOTHING : SERVES_PAST;
}

/* ---- what users have moved ---- */

static size_t period_at(const struct cadence *cadence, ub_instant at)
{
	for (size_t i = 0; i < cadence->series.instances.n; i++)
		if (at >= cadence->periods[i].time.start && at < cadence->periods[i].time.end)
			return i;
	return SERVES_NOTHING;
}

/* What stood in the period makes way, unless users have changed it. */
static void make_way(struct cadence *cadence, size_t period, const struct ub_existing *moved)
{
	const struct ub_cadence_input *input = cadence->input;
	for (size_t i = 0; i < input->n_existing; i++) {
		const struct ub_existing *existing = &input->existing[i];
		if (existing == moved || cadence->series.serves[i] != period ||
		    !is_same_item(cadence, existing, moved))
			continue;
		bool ahead = existing->state == UB_EXISTING_STANDS && existing->event &&
			     existing_own_time(existing) > input->now;
		if (!ahead || !(existing->user_changed & UB_PROPERTY_TIME))
			cadence->series.serves[i] = ahead ? SERVES_NOTHING : SERVES_PAST;
	}
}

/* The to-dos that were made with the event go with it. */
static void take_along(struct cadence *cadence, size_t from, size_t to, const struct ub_existing *moved)
{
	const struct ub_cadence_input *input = cadence->input;
	struct ub_text instance = ub_plan_mark_instance(moved->item_mark);
	for (size_t i = 0; i < input->n_existing; i++) {
		const struct ub_existing *existing = &input->existing[i];
		if (existing == moved || cadence->series.serves[i] != from ||
		    existing->state != UB_EXISTING_STANDS || is_event(existing) ||
		    !ub_text_eq(ub_plan_mark_instance(existing->item_mark), instance))
			continue;
		make_way(cadence, to, existing);
		cadence->series.serves[i] = to;
	}
}

static bool has_event(const struct cadence *cadence, size_t period)
{
	for (size_t i = 0; i < cadence->input->n_existing; i++)
		if (cadence->series.serves[i] == period && is_event(&cadence->input->existing[i]))
			return true;
	return false;
}

static void follow_user(struct cadence *cadence, size_t i)
{
	const struct ub_existing *moved = &cadence->input->existing[i];
	size_t from = cadence->series.serves[i], to = period_at(cadence, moved->start);
	if (to == SERVES_NOTHING && from == SERVES_NOTHING)
		cadence->series.serves[i] = SERVES_PAST; /* beyond what is planned now */
	if (to == SERVES_NOTHING || to == from)
		return;
	make_way(cadence, to, moved);
	cadence->series.serves[i] = to;
	if (from >= cadence->series.instances.n)
		return;
	/* A period whose place a meeting takes wants no to-dos. They must not hide its own, which go, too. */
	if (cadence->periods[to].state != UB_PERIOD_SATISFIED)
		take_along(cadence, from, to, moved);
	if (is_open(cadence, from) && !has_event(cadence, from))
		cadence->periods[from].state = UB_PERIOD_EMPTY;
}

/* ---- what was held in a period of another rhythm ---- */

/* While the rhythm was another one, the item went over to a period of that one, and was held there, with the
 * to-dos before it: the period that its mark names is without an item. */
static void let_held_go(struct cadence *cadence, size_t i)
{
	const struct ub_cadence_input *input = cadence->input;
	const struct ub_existing *held = &input->existing[i];
	size_t period = cadence->series.serves[i];
	struct ub_text instance = ub_plan_mark_instance(held->item_mark);
	if (period >= cadence->series.instances.n || existing_own_time(held) > input->now ||
	    period_at(cadence, held->start) == period)
		return;
	for (size_t k = 0; k < input->n_existing; k++)
		if (cadence->series.serves[k] == period && input->existing[k].state == UB_EXISTING_STANDS &&
		    input->existing[k].event &&
		    existing_own_time(&input->existing[k]) <= existing_own_time(held) &&
		    ub_text_eq(ub_plan_mark_instance(input->existing[k].item_mark), instance))
			cadence->series.serves[k] = SERVES_PAST;
}

void cadence_assign_periods(struct cadence *cadence)
{
	size_t n = cadence->input->n_existing;
	cadence->series.serves = UB_NEW_ARRAY(cadence->arena, size_t, n);
	for (size_t i = 0; i < n; i++)
		cadence->series.serves[i] = named_by(cadence, &cadence->input->existing[i]);
	for (size_t i = 0; i < n; i++)
		if (is_event(&cadence->input->existing[i]) &&
		    !(cadence->input->existing[i].user_changed & UB_PROPERTY_TIME))
			let_held_go(cadence, i);
	for (size_t i = 0; i < n; i++)
		if (is_event(&cadence->input->existing[i]) &&
		    (cadence->input->existing[i].user_changed & UB_PROPERTY_TIME))
			follow_user(cadence, i);
	while (match_best(cadence, true))
		;
	while (match_best(cadence, false))
		;
}
