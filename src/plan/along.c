/* SPDX-License-Identifier: Apache-2.0 */
#include "plan-private.h"

/*
 * Where its user has put an event is his. If the meeting moves away from it, the event is moved along: as
 * many business days from the meeting as before, at the same time of day. So is a task, with the meeting
 * wherever that goes.
 */

/* How many business days lie between, with the earlier day and without the later one. */
static int business_days(const struct ub_work_calendar *calendar, ub_day earlier, ub_day later)
{
	int n = 0;
	for (ub_day day = earlier; day < later; day++)
		n += ub_cal_is_business_day(calendar, day);
	return n;
}

/* The day that is as far from the day `to` as `day` is from the day `from`. */
static bool shifted_day(
    const struct ub_work_calendar *calendar, ub_day day, ub_day from, ub_day to, ub_day *shifted)
{
	bool before = day < from;
	int n = before ? business_days(calendar, day, from) : business_days(calendar, from + 1, day + 1);
	if (day == from)
		return *shifted = to, true;
	n = n ? n : 1; /* a weekend may lie between */
	return ub_cal_business_day(calendar, to, before ? -n : n, shifted);
}

/* The same for what begins at `start`: its time of day stays. */
static bool shifted_start(
    const struct ub_making *making, ub_instant start, ub_instant from, ub_instant *shifted)
{
	const struct ub_zone *zone = making->calendar.zone;
	struct ub_civil civil = ub_cal_civil(zone, start);
	ub_day day, to = ub_cal_local_day(zone, making->input->facts->meeting.start);
	if (start - from > UB_PLAN_BUSY_REACH || from - start > UB_PLAN_BUSY_REACH ||
	    !shifted_day(
		&making->calendar, ub_cal_local_day(zone, start), ub_cal_local_day(zone, from), to, &day))
		return false;
	struct ub_civil date = ub_cal_day_civil(day);
	civil.year = date.year;
	civil.month = date.month;
	civil.day = date.day;
	*shifted = ub_cal_instant(zone, civil);
	return true;
}

/* The owner has work that day, and nobody is taken then. The time of day is the user's own. */
static bool is_free(const struct ub_making *making, const struct ub_slot_request *request, ub_instant start)
{
	return start >= request->now && start + request->duration <= request->useful_until &&
	       ub_cal_is_business_day(&making->calendar, ub_cal_local_day(making->calendar.zone, start)) &&
	       !plan_is_busy(request, start);
}

static bool find_from(const struct ub_making *making, const struct ub_slot_request *request,
    struct ub_interval window, bool latest, ub_instant *start)
{
	struct ub_slot_search search = { .window = window,
		.duration = request->duration,
		.step = UB_PLAN_STEP,
		.latest = latest,
		.people = request->people,
		.n_people = request->n_people,
		.busy = request->busy };
	return window.end - window.start >= request->duration &&
	       ub_cal_find_slot(making->arena, &search, start);
}

/* The free time in the rest of the window that is nearest to the wanted one; of two the earlier. */
static bool find_nearest(const struct ub_making *making, const struct ub_slot_request *request,
    ub_instant wanted, ub_instant *start)
{
	struct ub_interval left = plan_left_of_window(request), before = left, after = left;
	ub_instant later;
	if (wanted + request->duration < left.end)
		before.end = wanted + request->duration;
	if (wanted > left.start)
		after.start = wanted;
	bool earlier_found = find_from(making, request, before, true, start);
	if (!find_from(making, request, after, false, &later))
		return earlier_found;
	if (!earlier_found || later - wanted < wanted - *start)
		*start = later;
	return true;
}

/* Whether the user has moved the item, and the meeting has moved since that was seen. */
static bool has_moved(const struct ub_making *making, const struct ub_existing *existing)
{
	return existing && existing->state == UB_EXISTING_STANDS && existing->event &&
	       !plan_is_declined(existing) && existing->event->marks.base.len &&
	       existing->event->repeats == UB_REPEATS_NOT && (existing->user_changed & UB_PROPERTY_TIME) &&
	       !plan_is_over(making, existing) && existing->last_occasion &&
	       existing->last_occasion != making->input->facts->meeting.start;
}

static bool stand(struct ub_draft *draft, ub_instant start, int64_t duration)
{
	draft->item.along = true;
	return plan_stand(draft, start, start + duration);
}

bool plan_goes_along(struct ub_making *making, struct ub_draft *draft, const struct ub_slot_request *request)
{
	const struct ub_existing *existing = draft->existing;
	struct ub_slot_request own = *request;
	ub_instant wanted, start;
	if (draft->rule->subject != UB_FOR_MEETING || !has_moved(making, existing))
		return false;
	own.duration = existing->end - existing->start;
	/* It was moved along already, and nobody has heard of that: the server's answer was lost. */
	if (existing->last_time && existing->last_time != existing->start &&
	    shifted_start(making, existing->last_time, existing->last_occasion, &wanted) &&
	    wanted == existing->start)
		return stand(draft, existing->start, own.duration);
	bool inside = existing->start >= own.window.start && existing->end <= own.window.end &&
		      existing->end <= own.useful_until;
	if (inside || !shifted_start(making, existing->start, existing->last_occasion, &wanted) ||
	    wanted == existing->start)
		return false;
	return is_free(making, &own, wanted)
		   ? stand(draft, wanted, own.duration)
		   : find_nearest(making, &own, wanted, &start) && stand(draft, start, own.duration);
}

/* On the day of the meeting a task keeps its time to the meeting, and not its time of day. */
static bool shifted_due(const struct ub_making *making, ub_instant due, ub_instant from, ub_instant *shifted)
{
	const struct ub_zone *zone = making->calendar.zone;
	if (ub_cal_local_day(zone, due) != ub_cal_local_day(zone, from))
		return shifted_start(making, due, from, shifted);
	*shifted = due + making->input->facts->meeting.start - from;
	return true;
}

bool plan_task_goes_along(const struct ub_making *making, struct ub_draft *draft, ub_instant useful_until)
{
	const struct ub_existing *existing = draft->existing;
	ub_instant due = existing ? existing->due : 0, wanted;
	if (draft->rule->subject != UB_FOR_MEETING || !has_moved(making, existing))
		return false;
	/* As of an event: it was moved along already. */
	bool went = existing->last_time && existing->last_time != due &&
		    shifted_due(making, existing->last_time, existing->last_occasion, &wanted) &&
		    (wanted < useful_until ? wanted : useful_until) == due;
	if (!went && !shifted_due(making, due, existing->last_occasion, &wanted))
		return false;
	wanted = wanted < useful_until ? wanted : useful_until;
	if (!went && (wanted == due || wanted < making->input->facts->now))
		return false;
	draft->item.due = wanted;
	draft->item.along = true;
	return true;
}

bool plan_went_along(const struct ub_draft *draft)
{
	const struct ub_existing *existing = draft->existing;
	return draft->item.along || (existing && existing->moved_along &&
					(!existing->event || (existing->user_changed & UB_PROPERTY_TIME)));
}
