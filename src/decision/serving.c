/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Which item serves which instance of a series.
 *
 * An item is made for one instance, which its mark names. While the series has that instance, the item serves
 * it. If the series is moved, its instances have other names, and no item ahead has one any more: then each
 * serves the nearest instance that has no such item yet, so that it goes along instead of being made anew. If
 * only some of its instances are moved, an item that has lost its own serves the nearest one, if that is new;
 * the item of one that was left out serves none. What is left serves nothing any more.
 */
#include "decision-private.h"

#include <stdlib.h>

static ub_instant instant(const struct series *series, const struct ub_when *when)
{
	return ub_cal_instant(when->zone ? when->zone : series->floating, when->civil);
}

ub_instant series_start(const struct series *series, size_t i)
{
	return instant(series, &series->instances.items[i]->start);
}

ub_instant series_end(const struct series *series, size_t i)
{
	const struct ub_when *when = &series->instances.items[i]->end;
	return when->given ? instant(series, when) : series_start(series, i);
}

bool series_is_ahead(const struct series *series, size_t i)
{
	return series_end(series, i) > series->input->now;
}

/* The instance that the mark names. An item from before the event was a series has none in its mark, and
 * serves the instance at the event's own time. */
static size_t instance_named(const struct series *series, struct ub_text mark)
{
	ub_instant at = UB_INSTANT_NONE, begin = instant(series, &series->decision->event->start);
	bool named = ub_plan_mark_instant(mark, &at);
	for (size_t i = 0; i < series->instances.n; i++) {
		const struct ub_event *event = series->instances.items[i];
		if (named ? event->is_instance && event->instance == at
			  : !event->is_instance || event->instance == begin)
			return i;
	}
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

/* Whether what the item was made for is over: an instance that has begun may still be moved. */
static bool is_over(const struct series *series, const struct ub_existing *existing)
{
	const struct ub_event *event = series->decision->event;
	int64_t length = event->end.given ? instant(series, &event->end) - instant(series, &event->start) : 0;
	return origin_of(existing) + length <= series->input->now;
}

const struct ub_text *series_present_marks(const struct series *series, struct ub_text uid)
{
	const struct ub_decide_input *input = series->input;
	return ub_plan_present_marks(series->rules, uid, input->former_uids, input->owner, input->existing,
	    input->n_existing, series->arena);
}

static bool is_served(const struct series *series, size_t instance, const struct ub_existing *by)
{
	const struct ub_decide_input *input = series->input;
	for (size_t i = 0; i < input->n_existing; i++)
		if (series->serves[i] == instance &&
		    ub_text_eq(series->marks[i], series->marks[by - input->existing]))
			return true;
	return false;
}

static int64_t distance(const struct series *series, const struct ub_existing *existing, size_t instance)
{
	const struct ub_event *event = series->instances.items[instance];
	ub_instant at = event->is_instance ? event->instance : series_start(series, instance);
	return llabs(at - origin_of(existing));
}

bool series_has_items(const struct series *series, size_t instance)
{
	for (size_t i = 0; i < series->input->n_existing; i++)
		if (series->serves[i] == instance)
			return true;
	return false;
}

static bool is_left_out(const struct series *series, const struct ub_existing *existing)
{
	for (size_t i = 0; i < series->instances.left_out.n; i++)
		if (series->instances.left_out.items[i] == origin_of(existing))
			return true;
	return false;
}

/* The instance that is nearer to the item than any other one, if it is new. */
static size_t new_one_near(const struct series *series, const struct ub_existing *existing)
{
	size_t nearest = SERVES_NOTHING;
	int64_t least = INT64_MAX;
	for (size_t k = 0; k < series->instances.n; k++) {
		int64_t far = distance(series, existing, k);
		if (far == least)
			nearest = SERVES_NOTHING;
		if (far < least) {
			least = far;
			nearest = k;
		}
	}
	return nearest != SERVES_NOTHING && series_is_ahead(series, nearest) &&
		       !series_has_items(series, nearest)
		   ? nearest
		   : SERVES_NOTHING;
}

/* Which instance an item may serve that has lost its own: SERVES_NOTHING, or ANY. */
#define ANY (SIZE_MAX - 2)

/* Lets the item and the instance that are nearest to each other find each other. False: none are left. */
static bool match_nearest(struct series *series, const size_t *may_serve)
{
	const struct ub_decide_input *input = series->input;
	size_t item = 0, instance = SERVES_NOTHING;
	int64_t least = INT64_MAX;
	for (size_t i = 0; i < input->n_existing; i++)
		for (size_t k = 0; series->serves[i] == SERVES_NOTHING && k < series->instances.n; k++) {
			int64_t far = distance(series, &input->existing[i], k);
			if (far < least && series_is_ahead(series, k) &&
			    (may_serve[i] == ANY || may_serve[i] == k) &&
			    !is_served(series, k, &input->existing[i])) {
				least = far;
				item = i;
				instance = k;
			}
		}
	if (instance != SERVES_NOTHING)
		series->serves[item] = instance;
	return instance != SERVES_NOTHING;
}

/* Whether no item has an instance ahead any more, though there are some for the time ahead. */
static bool was_moved(const struct series *series)
{
	for (size_t i = 0; i < series->input->n_existing; i++)
		if (series->serves[i] < series->instances.n && series_is_ahead(series, series->serves[i]))
			return false;
	return true;
}

/* An item of no series may always serve an instance, one of an instance any only if the series was moved. */
static size_t may_serve(const struct series *series, const struct ub_existing *existing, bool moved)
{
	if (moved || ub_plan_mark_instance(existing->item_mark).len == 0)
		return ANY;
	if (existing->state != UB_EXISTING_STANDS || is_left_out(series, existing))
		return SERVES_NOTHING;
	return new_one_near(series, existing);
}

void series_assign(struct series *series)
{
	const struct ub_decide_input *input = series->input;
	size_t *may = UB_NEW_ARRAY(series->arena, size_t, input->n_existing);
	series->serves = UB_NEW_ARRAY(series->arena, size_t, input->n_existing);
	for (size_t i = 0; i < input->n_existing; i++)
		series->serves[i] = instance_named(series, input->existing[i].item_mark);
	bool moved = was_moved(series);
	for (size_t i = 0; i < input->n_existing; i++) {
		const struct ub_existing *existing = &input->existing[i];
		if (series->serves[i] != SERVES_NOTHING)
			continue;
		if (is_over(series, existing) || existing->state == UB_EXISTING_REMOVED)
			series->serves[i] = SERVES_PAST;
		may[i] = may_serve(series, existing, moved);
	}
	while (match_nearest(series, may))
		;
}
