/* SPDX-License-Identifier: Apache-2.0 */
#include "plan-private.h"

/* The time of an event of a rule for accounts that may be anywhere in its period. */

/* The account's own day: the same part of each period, another one for each account, so that the items of all
 * accounts do not pile up on a period's first day. */
static ub_day own_day(const struct ub_making *making, struct ub_interval period)
{
	const struct ub_facts *facts = making->input->facts;
	const struct ub_work_calendar *owner = &making->calendar;
	ub_day first = ub_cal_local_day(owner->zone, period.start),
	       last = ub_cal_local_day(owner->zone, period.end - 1);
	unsigned char digest[UB_SHA256_SIZE];
	uint64_t n = 0;
	ub_sha256(facts->team ? facts->team->name : facts->account->id, digest);
	for (ub_day day = first; day <= last; day++)
		n += ub_cal_is_business_day(owner, day);
	uint64_t part = (uint64_t)digest[0] << 16 | (uint64_t)digest[1] << 8 | digest[2],
		 skip = part * n >> 24;
	for (ub_day day = first; day <= last; day++)
		if (ub_cal_is_business_day(owner, day) && skip-- == 0)
			return day;
	return first;
}

/* The time of day of the last item that stands from before the period, for `prefer: same-time`. Without one,
 * or if it was all day, the time at which the owner's work begins will do. */
static bool last_time(
    const struct ub_making *making, const struct ub_draft *draft, ub_instant before, int32_t *time)
{
	ub_instant last = UB_INSTANT_MIN;
	for (size_t i = 0; i < making->input->n_existing; i++) {
		const struct ub_existing *existing = &making->input->existing[i];
		if (existing->state == UB_EXISTING_STANDS && existing->event &&
		    !existing->event->start.date && existing->start < before && existing->start > last &&
		    plan_belongs(making, existing, draft->rule, draft->source))
			last = existing->start;
	}
	if (last != UB_INSTANT_MIN)
		*time = plan_time_of_day(making->calendar.zone, last);
	return last != UB_INSTANT_MIN;
}

/* Whether the existing event may stay where it is: passing time and a new rhythm move none that fits. */
static bool stays_in(struct ub_making *making, struct ub_draft *draft, const struct ub_slot_request *request,
    struct ub_interval period)
{
	const struct ub_existing *existing = draft->existing;
	if (plan_is_pinned(making, existing, UB_INSTANT_MAX))
		return plan_stand(draft, existing->start, existing->end);
	if (!existing || !existing->event)
		return false;
	ub_instant start = existing->start, end = start + request->duration;
	return start >= period.start && end <= period.end && plan_fits(making, request, start) &&
	       plan_stand(draft, start, end);
}

/* When the search begins: on the account's own day, or, where that has passed, on as good a one of the rest.
 */
static ub_instant first_day(const struct ub_making *making, struct ub_interval period, ub_instant earliest)
{
	const struct ub_zone *zone = making->calendar.zone;
	ub_instant own = ub_cal_day_start(zone, own_day(making, period));
	if (own >= earliest || earliest >= period.end)
		return own;
	return ub_cal_day_start(zone, own_day(making, (struct ub_interval){ earliest, period.end }));
}

static void note_day(struct ub_making *making, const struct ub_draft *draft, ub_instant day)
{
	struct ub_buf text = UB_BUF(making->arena);
	ub_cal_format(&text, UB_TEXT("%a %F"), making->calendar.zone, day, UB_ENGLISH);
	plan_note(making, UB_NOTE_REMARK, draft->item.id,
	    "the search begins on %.*s, the account's own day: each has another, so that not all fall on one",
	    UB_ARGS(ub_buf_text(&text)));
}

static int64_t business_days(const struct ub_work_calendar *calendar, ub_instant from, ub_instant to)
{
	ub_day last = ub_cal_local_day(calendar->zone, to - 1);
	int64_t n = 0;
	for (ub_day day = ub_cal_local_day(calendar->zone, from); day <= last; day++)
		n += ub_cal_is_business_day(calendar, day);
	return n;
}

/* Whether so little of the period is left that a new event waits for the next one. Otherwise the first day of
 * many accounts at a month's end would have all of their events, and the next ones soon after. */
static bool is_nearly_over(const struct ub_making *making, struct ub_interval period, ub_instant earliest)
{
	const struct ub_work_calendar *owner = &making->calendar;
	return earliest > period.start && business_days(owner, earliest, period.end) * UB_PERIOD_LEFT_PARTS <
					      business_days(owner, period.start, period.end);
}

static ub_instant later(ub_instant a, ub_instant b)
{
	return a > b ? a : b;
}

/* From when on an event is looked for that does not stand in the period yet: its guests have to be invited.
 * `left`: when the rest of the period begins. It is used if there is nothing better. */
static ub_instant after_notice(
    const struct ub_making *making, const struct ub_draft *draft, struct ub_interval period, ub_instant left)
{
	const struct ub_work_calendar *owner = &making->calendar;
	const struct ub_existing *existing = draft->existing;
	bool stands =
	    existing && existing->event && existing->start >= period.start && existing->start < period.end;
	int64_t days = business_days(owner, period.start, period.end) / UB_PERIOD_NOTICE_PARTS;
	ub_day day = ub_cal_local_day(owner->zone, making->input->facts->now);
	if (stands)
		return left;
	days = days < 1 ? 1 : days > UB_PERIOD_NOTICE_MAX ? UB_PERIOD_NOTICE_MAX : days;
	if (!ub_cal_business_day(owner, day, (int)days + 1, &day))
		return left;
	ub_instant noticed = later(left, ub_cal_day_start(owner->zone, day));
	return noticed < period.end ? noticed : left;
}

bool plan_place_in_period(struct ub_making *making, struct ub_draft *draft, int64_t duration)
{
	const struct ub_meeting *meeting = &making->input->facts->meeting;
	const struct ub_zone *zone = making->calendar.zone;
	struct ub_interval period = { meeting->start, meeting->end };
	ub_instant tomorrow = ub_cal_day_start(zone, ub_cal_local_day(zone, making->input->facts->now) + 1);
	ub_instant left = later(tomorrow, period.start);
	ub_instant noticed = after_notice(making, draft, period, left);
	struct ub_slot_request request = { .window = { first_day(making, period, noticed), period.end },
		.now = left,
		.useful_until = period.end,
		.duration = duration,
		.prefer = (enum ub_prefer)draft->wishes.prefer,
		.late = UB_LATE_SKIP,
		.full = (enum ub_full)draft->wishes.full,
		.all_day = true,
		.busy = plan_busy_times(making, draft),
		.gap = draft->item.busy ? making->input->facts->org->gap : 0,
		.full_days = plan_full_days(making, draft),
		.declined = plan_declined_times(making, draft) };
	if (request.prefer == UB_PREFER_SAME_TIME &&
	    !last_time(making, draft, period.start, &request.same_time))
		request.prefer = UB_PREFER_EARLIEST;
	request.people = plan_calendars(making, &draft->item.attendees, &request.n_people);
	plan_seek(making, draft, &request);
	if (stays_in(making, draft, &request, period))
		return true;
	if (!draft->existing && left < period.end && is_nearly_over(making, period, left))
		return plan_drop(making, draft, UB_NOTE_SKIPPED,
		    "too little of its period is left: the next period is the first one");
	if (making->input->explain)
		note_day(making, draft, request.window.start);
	return plan_search(making, draft, &request, (struct ub_interval){ left, period.end });
}
