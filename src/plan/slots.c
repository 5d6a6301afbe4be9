/* SPDX-License-Identifier: Apache-2.0 */
#include "plan-private.h"

static ub_instant later(ub_instant a, ub_instant b)
{
	return a > b ? a : b;
}

static ub_instant earlier(ub_instant a, ub_instant b)
{
	return a < b ? a : b;
}

struct ub_interval plan_left_of_window(const struct ub_slot_request *request)
{
	return (struct ub_interval){ later(request->window.start, request->now),
		earlier(request->window.end, request->useful_until) };
}

bool plan_is_busy(const struct ub_slot_request *request, ub_instant start)
{
	return ub_cal_any_overlap(request->busy, (struct ub_interval){ start, start + request->duration });
}

bool plan_collides(const struct ub_slot_request *request, ub_instant start)
{
	return (request->full != UB_FULL_OVERLAP && plan_is_busy(request, start)) ||
	       ub_cal_any_overlap(
		   request->declined, (struct ub_interval){ start, start + request->duration });
}

struct ub_intervals plan_busy_and_gap(const struct ub_slot_request *request, struct ub_arena *arena)
{
	struct ub_intervals wide = { 0 };
	for (size_t i = 0; i < request->busy.n; i++)
		*ub_push(arena, &wide) = (struct ub_interval){ request->busy.items[i].start - request->gap,
			request->busy.items[i].end + request->gap };
	return ub_cal_intervals_normal(arena, wide);
}

/* When the event cannot be, so that people have the rest. */
static struct ub_intervals taken(
    const struct ub_slot_request *request, const struct ub_slot_try *attempt, struct ub_arena *arena)
{
	struct ub_intervals closed = ub_cal_union(arena, request->full_days, request->declined);
	if (attempt->ignore_busy)
		return closed;
	return ub_cal_union(
	    arena, attempt->apart ? plan_busy_and_gap(request, arena) : request->busy, closed);
}

ub_instant plan_same_time(const struct ub_slot_request *request, ub_day day)
{
	struct ub_civil civil = ub_cal_day_civil(day);
	civil.hour = request->same_time / 3600;
	civil.minute = request->same_time / 60 % 60;
	return ub_cal_instant(request->people[0].zone, civil);
}

static bool find_same_time(const struct ub_slot_request *request, const struct ub_slot_try *attempt,
    struct ub_arena *arena, ub_instant *start)
{
	const struct ub_zone *zone = request->people[0].zone;
	struct ub_intervals free =
	    ub_cal_common_time(arena, request->people, attempt->n_people, attempt->window);
	free = ub_cal_subtract(arena, free, taken(request, attempt, arena));
	ub_day last = ub_cal_local_day(zone, attempt->window.end);
	for (ub_day day = ub_cal_local_day(zone, attempt->window.start); day <= last; day++) {
		*start = plan_same_time(request, day);
		if (ub_cal_covers(free, (struct ub_interval){ *start, *start + request->duration }))
			return true;
	}
	return false;
}

static bool find(const struct ub_slot_request *request, const struct ub_slot_try *attempt,
    struct ub_arena *arena, ub_instant *start)
{
	if (attempt->window.end - attempt->window.start < request->duration)
		return false;
	if (attempt->prefer == UB_PREFER_SAME_TIME)
		return find_same_time(request, attempt, arena, start);
	struct ub_slot_search search = { .window = attempt->window,
		.duration = request->duration,
		.step = UB_PLAN_STEP,
		.latest = attempt->prefer == UB_PREFER_LATEST,
		.people = request->people,
		.n_people = attempt->n_people,
		.busy = taken(request, attempt, arena) };
	return ub_cal_find_slot(arena, &search, start);
}

/* Makes a try and keeps the try. A preferred time of day that cannot be had gives way to any time. */
static bool try_once(const struct ub_slot_request *request, struct ub_slot_try attempt,
    struct ub_arena *arena, struct ub_slot *slot)
{
	bool found = find(request, &attempt, arena, &slot->start);
	attempt.start = found ? slot->start : UB_INSTANT_NONE;
	slot->tries[slot->n_tries++] = attempt;
	if (found || attempt.prefer != UB_PREFER_SAME_TIME)
		return found;
	attempt.prefer = UB_PREFER_EARLIEST;
	return try_once(request, attempt, arena, slot);
}

/* Tries with the gap, and then without: people who have no room for it meet all the same. */
static bool try_slot(const struct ub_slot_request *request, struct ub_slot_try attempt,
    struct ub_arena *arena, struct ub_slot *slot)
{
	attempt.apart = request->gap > 0 && !attempt.ignore_busy;
	if (try_once(request, attempt, arena, slot))
		return true;
	if (!attempt.apart)
		return false;
	attempt.apart = false;
	return try_once(request, attempt, arena, slot);
}

/* Tries the rest of the window, and then what `full` asks for. */
static bool try_in_time(
    const struct ub_slot_request *request, size_t n_people, struct ub_arena *arena, struct ub_slot *slot)
{
	struct ub_interval window = request->window;
	struct ub_slot_try attempt = {
		.window = plan_left_of_window(request), .prefer = request->prefer, .n_people = n_people
	};
	if (try_slot(request, attempt, arena, slot))
		return true;
	switch (request->full) {
	case UB_FULL_EARLIER:
		attempt.window.end = attempt.window.start;
		attempt.window.start = later(window.start - UB_PLAN_SEARCH, request->now);
		attempt.prefer = UB_PREFER_LATEST;
		slot->remark = "no time was left in its days, so it comes earlier";
		if (try_slot(request, attempt, arena, slot))
			return true;
		/* Better late than never. */
		attempt.window =
		    (struct ub_interval){ later(window.end, request->now), request->useful_until };
		attempt.prefer = UB_PREFER_EARLIEST;
		slot->remark = "no time was left in its days, nor before them, so it comes later";
		if (!request->before || request->now > window.start)
			return false;
		break;
	case UB_FULL_LATER:
		attempt.window.start = later(window.end, request->now);
		attempt.window.end = earlier(window.end + UB_PLAN_SEARCH, request->useful_until);
		attempt.prefer = UB_PREFER_EARLIEST;
		slot->remark = "no time was left in its days, so it comes later";
		break;
	case UB_FULL_OVERLAP:
		attempt.ignore_busy = true;
		slot->remark = "no free time was left in its days, so it overlaps with something else";
		break;
	case UB_FULL_SKIP:
		return false;
	}
	return try_slot(request, attempt, arena, slot);
}

/* Tries times after the window, as the window has passed or its rest is too short. */
static bool try_late(
    const struct ub_slot_request *request, size_t n_people, struct ub_arena *arena, struct ub_slot *slot)
{
	if (request->late == UB_LATE_SKIP || request->now <= request->window.start)
		return false;
	struct ub_slot_try attempt = { .window = { request->now, request->useful_until },
		.prefer = UB_PREFER_EARLIEST,
		.n_people = n_people };
	slot->late = try_slot(request, attempt, arena, slot);
	slot->remark = slot->late ? "its time had passed, so it comes as early as still useful" : NULL;
	return slot->late;
}

/* Takes the time right before the meeting, as no working time is left. People are there for the meeting, and
 * so can be there a little earlier. */
static bool try_right_before(const struct ub_slot_request *request, struct ub_slot *slot)
{
	ub_instant start = request->useful_until - request->duration;
	if (!request->before || request->late == UB_LATE_SKIP || request->now <= request->window.start ||
	    start < request->now || plan_collides(request, start))
		return false;
	slot->start = start;
	slot->late = true;
	slot->remark = "no working time was left, so it comes right before";
	return true;
}

/* ---- the meeting's own time of day ---- */

/* Whether the slot begins in the day or evening, and goes on into the night. */
static bool goes_into_the_night(const struct ub_zone *zone, struct ub_interval slot)
{
	struct ub_civil civil = ub_cal_civil(zone, slot.start);
	if (civil.hour >= UB_PLAN_NIGHT_FROM || civil.hour < UB_PLAN_NIGHT_UNTIL)
		return false;
	civil.hour = UB_PLAN_NIGHT_FROM;
	civil.minute = civil.second = 0;
	return slot.end > ub_cal_instant(zone, civil);
}

/* Looks for a business day of the owner's in the window on which nothing else is at that time of day. */
static bool find_own_time(
    const struct ub_slot_request *request, struct ub_interval window, bool latest, ub_instant *start)
{
	const struct ub_work_calendar *owner = &request->people[0];
	ub_day first = ub_cal_local_day(owner->zone, window.start);
	ub_day last = ub_cal_local_day(owner->zone, window.end);
	for (ub_day i = 0; i <= last - first; i++) {
		ub_day day = latest ? last - i : first + i;
		*start = plan_same_time(request, day);
		struct ub_interval slot = { *start, *start + request->duration };
		if (slot.start >= window.start && slot.end <= window.end &&
		    ub_cal_is_business_day(owner, day) && !ub_cal_any_overlap(request->busy, slot) &&
		    !ub_cal_any_overlap(request->declined, slot) && !goes_into_the_night(owner->zone, slot))
			return true;
	}
	return false;
}

/* Takes the meeting's own time of day, as there is no working time that all share: between Berlin, Chicago
 * and Tokyo somebody always sleeps. Everybody comes to the meeting at that hour, so that nobody is asked for
 * a worse one. */
static bool try_own_time(const struct ub_slot_request *request, struct ub_slot *slot)
{
	struct ub_interval window = request->window;
	struct ub_interval before = { later(window.start - UB_PLAN_SEARCH, request->now), window.start };
	struct ub_interval after = { later(window.end, request->now),
		earlier(window.end + UB_PLAN_SEARCH, request->useful_until) };
	struct ub_interval late = { request->now, request->useful_until };
	if (request->all_day)
		return false;
	slot->remark = "no time lies in everybody's working hours, so it is at the meeting's own time of day";
	if (find_own_time(
		request, plan_left_of_window(request), request->prefer == UB_PREFER_LATEST, &slot->start) ||
	    (request->full == UB_FULL_EARLIER && find_own_time(request, before, true, &slot->start)) ||
	    (request->full == UB_FULL_LATER && find_own_time(request, after, false, &slot->start)))
		return true;
	if (request->late == UB_LATE_SKIP || request->now <= window.start)
		return false;
	slot->late = find_own_time(request, late, false, &slot->start);
	slot->remark =
	    "its time had passed and nothing was left in everybody's working hours, so it is at the "
	    "meeting's own time of day";
	return slot->late;
}

/* Everybody's working hours fail, so the owner's alone count. */
static bool try_owner_alone(
    const struct ub_slot_request *request, struct ub_arena *arena, struct ub_slot *slot)
{
	if (!try_in_time(request, 1, arena, slot) && !try_late(request, 1, arena, slot))
		return false;
	if (slot->late)
		slot->remark = "its time had passed and nothing was left in everybody's working hours, so it "
			       "goes by the owner's alone";
	else if (plan_is_busy(request, slot->start))
		slot->remark = "no time lies in everybody's working hours, so it goes by the owner's alone, "
			       "and it overlaps with something else";
	else
		slot->remark = "no time lies in everybody's working hours, so it goes by the owner's alone";
	return true;
}

/* Says so where the gap was given up. What is odder than that is said instead. */
static void remark_on_gap(const struct ub_slot_request *request, struct ub_slot *slot)
{
	const struct ub_slot_try *last = &slot->tries[slot->n_tries - 1];
	if (request->gap > 0 && !last->apart && !slot->remark)
		slot->remark = "no time in its days keeps the gap to all else, so it comes without one";
}

struct ub_slot plan_find_slot(const struct ub_slot_request *request, struct ub_arena *arena)
{
	struct ub_slot slot = { 0 };
	if (try_in_time(request, request->n_people, arena, &slot) ||
	    try_late(request, request->n_people, arena, &slot)) {
		slot.found = true;
		remark_on_gap(request, &slot);
		return slot;
	}
	if (request->n_people > 1 && request->full != UB_FULL_SKIP &&
	    (try_own_time(request, &slot) || try_owner_alone(request, arena, &slot))) {
		slot.found = true;
		return slot;
	}
	slot.found = try_right_before(request, &slot);
	if (!slot.found && request->now > request->window.start)
		slot.remark = "its time has passed";
	else if (!slot.found)
		slot.remark = "no time is left in its days";
	return slot;
}

ub_instant plan_working_moment(
    const struct ub_work_calendar *calendar, ub_instant from, struct ub_arena *arena)
{
	struct ub_slot_search search = { .window = { from, from + UB_PLAN_SEARCH },
		.duration = 1,
		.step = UB_PLAN_STEP,
		.people = calendar,
		.n_people = 1 };
	ub_instant start;
	return ub_cal_find_slot(arena, &search, &start) ? start : from;
}
