/* SPDX-License-Identifier: Apache-2.0 */
#include "plan-private.h"

/* Handles a missing value that the item needs. */
static bool required(struct ub_making *making, struct ub_draft *draft, struct ub_cases cases,
    const char *field, const struct ub_case **chosen)
{
	enum ub_verdict verdict = plan_case(making, draft, cases, field, chosen);
	if (verdict == UB_NO)
		plan_drop(making, draft, UB_NOTE_SKIPPED, "no case of `%s` holds", field);
	return verdict == UB_YES;
}

static bool duration_of(struct ub_making *making, struct ub_draft *draft, int64_t *duration)
{
	const struct ub_case *chosen;
	if (!required(making, draft, draft->source->duration, "duration", &chosen))
		return false;
	if (ub_cal_span_seconds(chosen->use.span, duration) && *duration > 0) {
		*duration += draft->longer < *duration ? draft->longer : *duration;
		return true;
	}
	return plan_drop(making, draft, UB_NOTE_SKIPPED, "its duration is no length of time");
}

/* Computes one end of `between`. *anchor becomes the instant from which that end counts. */
static bool border(struct ub_making *making, struct ub_draft *draft, struct ub_cases cases,
    struct ub_interval *found, ub_instant *anchor, const struct ub_point **point)
{
	const struct ub_case *chosen;
	if (!required(making, draft, cases, "between", &chosen))
		return false;
	*point = &chosen->use.point;
	enum ub_verdict verdict = plan_anchor(making, draft, *point, anchor);
	if (verdict == UB_YES && !ub_cal_point_interval(&making->calendar, **point, *anchor, found))
		verdict = UB_NO;
	return verdict == UB_YES || plan_no_time(making, draft, *point, verdict);
}

/* Whether the slot is the one that a decision before the beginning of the window would have chosen. */
static bool is_first_choice(struct ub_making *making, const struct ub_slot_request *request, ub_instant start)
{
	struct ub_slot_request before = *request;
	if (before.now > start)
		before.now = start;
	struct ub_slot slot = plan_find_slot(&before, making->arena);
	return slot.found && !slot.late && slot.start == start;
}

/* Until when an event of the rule is of use. What users have made of a period is theirs. */
static ub_instant useful_until(const struct ub_draft *draft, ub_instant until)
{
	return draft->rule->subject != UB_FOR_MEETING ? UB_INSTANT_MAX : until;
}

/* Whether an existing event keeps its time. Passing time alone moves no event: a pinned one stays, and so
 * does one within its window and within working hours. */
static bool stays(struct ub_making *making, struct ub_draft *draft, const struct ub_slot_request *request)
{
	const struct ub_existing *existing = draft->existing;
	if (plan_goes_along(making, draft, request))
		return true;
	if (plan_is_pinned(making, existing, useful_until(draft, request->useful_until)))
		return plan_stand(draft, existing->start, existing->end);
	if (!existing || !existing->event)
		return false;
	ub_instant start = existing->start, end = start + request->duration;
	bool inside = start >= request->window.start && end <= request->window.end;
	return ((inside && plan_fits(making, request, start)) || is_first_choice(making, request, start)) &&
	       plan_stand(draft, start, end);
}

static bool place_between(struct ub_making *making, struct ub_draft *draft, int64_t duration)
{
	const struct ub_rule_item *source = draft->source;
	struct ub_interval from, to;
	ub_instant anchor;
	const struct ub_point *point;
	if (!border(making, draft, source->between_from, &from, &anchor, &point) ||
	    !border(making, draft, source->between_to, &to, &anchor, &point))
		return false;

	struct ub_slot_request request = { .window = { from.start, to.end },
		.now = making->input->facts->now,
		.before = !point->after,
		.useful_until = point->after ? to.end + UB_PLAN_SEARCH : anchor,
		.duration = duration,
		.prefer = (enum ub_prefer)draft->wishes.prefer,
		.late = (enum ub_late)draft->wishes.late,
		.full = (enum ub_full)draft->wishes.full,
		.same_time = plan_time_of_day(making->calendar.zone, making->input->facts->meeting.start),
		.all_day = making->input->facts->meeting.event->start.date,
		.busy = plan_busy_times(making, draft),
		.gap = draft->item.busy ? making->input->facts->org->gap : 0,
		.full_days = plan_full_days(making, draft),
		.declined = plan_declined_times(making, draft) };
	request.people = plan_calendars(making, &draft->item.attendees, &request.n_people);
	plan_seek(making, draft, &request);
	return stays(making, draft, &request) || plan_search(making, draft, &request, request.window);
}

/* The whole day, in the owner's zone, on which the point falls. */
static bool place_day(struct ub_making *making, struct ub_draft *draft)
{
	const struct ub_case *chosen;
	const struct ub_zone *zone = making->calendar.zone;
	ub_instant at;
	if (!required(making, draft, draft->source->at, "at", &chosen))
		return false;
	enum ub_verdict verdict = plan_instant(making, draft, &chosen->use.point, &at);
	if (verdict != UB_YES)
		return plan_no_time(making, draft, &chosen->use.point, verdict);
	ub_day day = ub_cal_local_day(zone, at);
	draft->item.all_day = true;
	plan_stand(draft, ub_cal_day_start(zone, day), ub_cal_day_start(zone, day + 1));
	if (plan_is_pinned(making, draft->existing, useful_until(draft, making->input->facts->meeting.end)))
		return plan_stand(draft, draft->existing->start, draft->existing->end);
	return draft->item.end > making->input->facts->now ||
	       plan_drop(making, draft, UB_NOTE_SKIPPED, "its day has passed");
}

static bool place_at(struct ub_making *making, struct ub_draft *draft, int64_t duration)
{
	const struct ub_case *chosen;
	if (!required(making, draft, draft->source->at, "at", &chosen))
		return false;
	enum ub_verdict verdict = plan_instant(making, draft, &chosen->use.point, &draft->item.start);
	if (verdict != UB_YES)
		return plan_no_time(making, draft, &chosen->use.point, verdict);
	draft->item.end = draft->item.start + duration;
	const struct ub_slot_request request = { .window = { draft->item.start, draft->item.start },
		.now = making->input->facts->now,
		.useful_until = making->input->facts->meeting.end,
		.duration = duration };
	if (plan_goes_along(making, draft, &request))
		return true;
	if (plan_is_pinned(making, draft->existing, useful_until(draft, making->input->facts->meeting.end)))
		return plan_stand(draft, draft->existing->start, draft->existing->end);
	if (draft->item.end <= making->input->facts->now)
		return plan_drop(making, draft, UB_NOTE_SKIPPED, "its time has passed");
	return true;
}

bool plan_place(struct ub_making *making, struct ub_draft *draft)
{
	int64_t duration;
	draft->item.zone = making->calendar.zone;
	if (draft->source->task)
		return plan_place_task(making, draft);
	if (draft->source->all_day)
		return place_day(making, draft);
	if (!duration_of(making, draft, &duration))
		return false;
	if (draft->source->at.items)
		return place_at(making, draft, duration);
	return draft->source->between_from.items ? place_between(making, draft, duration)
						 : plan_place_in_period(making, draft, duration);
}
