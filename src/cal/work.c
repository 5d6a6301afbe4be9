/* SPDX-License-Identifier: Apache-2.0 */
#include "cal-private.h"

#include <string.h>

/* The index of the first holiday at or after the day. */
static size_t holiday_index(const struct ub_holidays *holidays, ub_day day)
{
	size_t low = 0, high = holidays->n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (holidays->items[middle].day < day)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct ub_holiday *ub_cal_holiday(const struct ub_holidays *holidays, ub_day day)
{
	if (!holidays)
		return NULL;
	size_t i = holiday_index(holidays, day);
	return i < holidays->n && holidays->items[i].day == day ? &holidays->items[i] : NULL;
}

void ub_cal_holiday_add(struct ub_arena *arena, struct ub_holidays *holidays, ub_day day, struct ub_text name)
{
	size_t i = holiday_index(holidays, day);
	if (i < holidays->n && holidays->items[i].day == day)
		return;
	(void)ub_push(arena, holidays);
	memmove(
	    &holidays->items[i + 1], &holidays->items[i], (holidays->n - 1 - i) * sizeof *holidays->items);
	holidays->items[i] = (struct ub_holiday){ day, name };
}

bool ub_cal_is_business_day(const struct ub_work_calendar *calendar, ub_day day)
{
	return calendar->hours->days[ub_cal_weekday(day)].n > 0 && !ub_cal_holiday(calendar->holidays, day);
}

bool ub_cal_business_day(const struct ub_work_calendar *calendar, ub_day day, int n, ub_day *found)
{
	int step = n < 0 ? -1 : 1;
	int left = n < 0 ? -n : n;
	for (int searched = 0; left > 0; searched++) {
		if (searched == UB_BUSINESS_SEARCH_DAYS)
			return false;
		day += step;
		left -= ub_cal_is_business_day(calendar, day);
	}
	*found = day;
	return day >= UB_DAY_MIN && day <= UB_DAY_MAX;
}

static ub_instant minute_of_day(const struct ub_zone *zone, ub_day day, int minute)
{
	if (minute == 24 * 60)
		return ub_cal_day_start(zone, day + 1);
	struct ub_civil civil = ub_cal_day_civil(day);
	civil.hour = minute / 60;
	civil.minute = minute % 60;
	return ub_cal_instant(zone, civil);
}

static ub_instant clamp(ub_instant instant, struct ub_interval window)
{
	if (instant < window.start)
		return window.start;
	return instant > window.end ? window.end : instant;
}

struct ub_intervals ub_cal_working_time(
    struct ub_arena *arena, const struct ub_work_calendar *calendar, struct ub_interval window)
{
	struct ub_intervals time = { 0 };
	ub_day first = ub_cal_local_day(calendar->zone, window.start);
	ub_day last = ub_cal_local_day(calendar->zone, window.end);
	if (last - first >= UB_WINDOW_DAYS_MAX)
		last = first + UB_WINDOW_DAYS_MAX - 1;
	for (ub_day day = first; day <= last; day++) {
		if (!ub_cal_is_business_day(calendar, day))
			continue;
		const struct ub_working_day *hours = &calendar->hours->days[ub_cal_weekday(day)];
		for (size_t i = 0; i < hours->n; i++) {
			ub_instant from = minute_of_day(calendar->zone, day, hours->spans[i].from);
			ub_instant until = minute_of_day(calendar->zone, day, hours->spans[i].until);
			*ub_push(arena, &time) =
			    (struct ub_interval){ clamp(from, window), clamp(until, window) };
		}
	}
	return ub_cal_intervals_normal(arena, time);
}

bool ub_cal_last_working(struct ub_arena *arena, const struct ub_work_calendar *calendar, ub_instant at,
    int64_t reach, ub_instant *moment)
{
	/* One second more, as work may begin at this very moment. */
	struct ub_intervals time =
	    ub_cal_working_time(arena, calendar, (struct ub_interval){ at - reach, at + 1 });
	if (time.n == 0)
		return false;
	*moment = time.items[time.n - 1].end < at ? time.items[time.n - 1].end : at;
	return true;
}

bool ub_cal_next_working(struct ub_arena *arena, const struct ub_work_calendar *calendar, ub_instant at,
    int64_t reach, struct ub_interval *stretch)
{
	struct ub_intervals time =
	    ub_cal_working_time(arena, calendar, (struct ub_interval){ at, at + reach });
	if (time.n)
		*stretch = time.items[0];
	return time.n != 0;
}

struct ub_intervals ub_cal_common_time(
    struct ub_arena *arena, const struct ub_work_calendar *people, size_t n, struct ub_interval window)
{
	struct ub_intervals common = { 0 };
	*ub_push(arena, &common) = window;
	common = ub_cal_intervals_normal(arena, common);
	for (size_t i = 0; i < n && common.n; i++)
		common = ub_cal_intersect(arena, common, ub_cal_working_time(arena, &people[i], window));
	return common;
}

/* The nearest instant at or after (before) `instant` at which the zone's clock shows a full step. */
static ub_instant on_step(const struct ub_zone *zone, ub_instant instant, int64_t step, bool earlier)
{
	int64_t wall = instant + ub_cal_offset(zone, instant);
	int64_t past = wall - cal_floor_div(wall, step) * step;
	if (past == 0)
		return instant;
	return earlier ? instant - past : instant + step - past;
}

/* The earliest or latest start on a full step, at which `duration` fits into one interval of the normal set
 * `free`. */
static bool fit(struct ub_intervals free, int64_t duration, int64_t step, const struct ub_zone *zone,
    bool latest, ub_instant *start)
{
	for (size_t i = 0; i < free.n; i++) {
		struct ub_interval room = free.items[latest ? free.n - 1 - i : i];
		if (room.end - room.start < duration)
			continue;
		ub_instant at = on_step(zone, latest ? room.end - duration : room.start, step, latest);
		if (at < room.start || at + duration > room.end)
			continue;
		*start = at;
		return true;
	}
	return false;
}

bool ub_cal_find_slot(struct ub_arena *arena, const struct ub_slot_search *search, ub_instant *start)
{
	struct ub_intervals common =
	    ub_cal_common_time(arena, search->people, search->n_people, search->window);
	struct ub_intervals free = ub_cal_subtract(arena, common, search->busy);
	const struct ub_zone *zone = search->n_people ? search->people[0].zone : ub_cal_utc();
	return fit(free, search->duration, search->step, zone, search->latest, start);
}
