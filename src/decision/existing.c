/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Items that exist: as the server's text tells of them, and as they stand after a plan without a server.
 */
#include "decision-private.h"

ub_instant decision_instant_in(const struct ub_when *when, const struct ub_zone *floating)
{
	if (!when->given)
		return UB_INSTANT_NONE;
	return ub_cal_instant(when->zone ? when->zone : floating, when->civil);
}

/* The due time of what stands as an event. If the user has moved that to another day, the time of day stays.
 */
static ub_instant due_of(const struct ub_event *event, const struct ub_zone *zone, ub_instant start)
{
	if (!event->marks.due || !event->start.date)
		return start;
	struct ub_civil civil = ub_cal_civil(zone, event->marks.due);
	civil.year = event->start.civil.year;
	civil.month = event->start.civil.month;
	civil.day = event->start.civil.day;
	return ub_cal_instant(zone, civil);
}

const struct ub_ical *ub_existing_read(struct ub_text text, const struct ub_zones *zones,
    const struct ub_zone *floating, struct ub_existing *existing, struct ub_arena *arena)
{
	struct ub_ical_refusal refusal;
	const struct ub_ical *ical = ub_ical_parse(arena, text, &refusal);
	const struct ub_event *event = ical ? ub_ical_event(ical, zones, arena, &refusal) : NULL;
	if (!event)
		return NULL;
	bool task = event->component == UB_COMPONENT_TASK;
	existing->event = event;
	existing->start = decision_instant_in(&event->start, floating);
	existing->end = decision_instant_in(&event->end, floating);
	existing->due = task ? existing->end : due_of(event, floating, existing->start);
	existing->user_changed = ub_ical_user_changes(ical, zones, arena);
	existing->has_notes = ub_ical_has_notes(ical, event->description, arena);
	if (event->marks.item.len) {
		existing->item_mark = event->marks.item;
		existing->generation = event->marks.generation;
	}
	return ical;
}

/* The item as a pass would find it: written by the writer and read by the reader that `serve` has. */
static struct ub_existing stand(
    const struct ub_snapshot *snapshot, const struct ub_item *item, ub_instant now, struct ub_arena *arena)
{
	struct ub_ical_writing writing = { .zones = snapshot->zones, .now = now };
	struct ub_existing existing = { .uid = item->uid,
		.name = item->name,
		.generation = item->generation,
		.item_mark = item->marks.item,
		.state = UB_EXISTING_STANDS };
	ub_existing_read(ub_ical_write(item, &writing, arena), snapshot->zones,
	    item->zone ? item->zone : ub_cal_utc(), &existing, arena);
	return existing;
}

struct ub_existing *ub_existing_after(const struct ub_snapshot *snapshot, const struct ub_plan *plan,
    ub_instant now, size_t *n, struct ub_arena *arena)
{
	struct ub_existing *existing = UB_NEW_ARRAY(arena, struct ub_existing, plan->steps.n);
	*n = 0;
	for (size_t i = 0; i < plan->steps.n; i++) {
		const struct ub_step *step = &plan->steps.items[i];
		if (step->item)
			existing[(*n)++] = stand(snapshot, step->item, now, arena);
	}
	return existing;
}
