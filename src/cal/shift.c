/* SPDX-License-Identifier: Apache-2.0 */
#include "cal-private.h"

static const int64_t unit_seconds[] = { [UB_SECONDS] = 1,
	[UB_MINUTES] = 60,
	[UB_HOURS] = 3600,
	[UB_DAYS] = 86400,
	[UB_WEEKS] = 7 * 86400,
	[UB_BUSINESS_DAYS] = 0 };

bool ub_cal_span_seconds(struct ub_span span, int64_t *seconds)
{
	*seconds = span.n * unit_seconds[span.unit];
	return span.unit != UB_BUSINESS_DAYS;
}

/* Moves a day by a span of days, weeks or business days. */
static bool shift_day(
    const struct ub_work_calendar *calendar, ub_day day, enum ub_unit unit, int n, ub_day *result)
{
	if (unit == UB_BUSINESS_DAYS)
		return ub_cal_business_day(calendar, day, n, result);
	*result = day + n * (unit == UB_WEEKS ? 7 : 1);
	return *result >= UB_DAY_MIN && *result <= UB_DAY_MAX;
}

bool ub_cal_shift(const struct ub_work_calendar *calendar, ub_instant from, struct ub_span span, bool after,
    ub_instant *result)
{
	int n = after ? span.n : -span.n;
	if (span.unit < UB_DAYS) {
		*result = from + n * unit_seconds[span.unit];
	} else {
		struct ub_civil civil = ub_cal_civil(calendar->zone, from);
		ub_day day = ub_cal_day(civil.year, civil.month, civil.day);
		if (n == 0) {
			*result = from;
			return true;
		}
		if (!shift_day(calendar, day, span.unit, n, &day))
			return false;
		struct ub_civil date = ub_cal_day_civil(day);
		civil.year = date.year;
		civil.month = date.month;
		civil.day = date.day;
		*result = ub_cal_instant(calendar->zone, civil);
	}
	return *result >= UB_INSTANT_MIN && *result <= UB_INSTANT_MAX;
}

bool ub_cal_point_interval(const struct ub_work_calendar *calendar, struct ub_point point, ub_instant anchor,
    struct ub_interval *result)
{
	if (point.span.unit == UB_BUSINESS_DAYS && point.span.n > 0) {
		ub_day day = ub_cal_local_day(calendar->zone, anchor);
		if (!ub_cal_business_day(calendar, day, point.after ? point.span.n : -point.span.n, &day))
			return false;
		*result = ub_cal_day_interval(calendar->zone, day);
		return true;
	}
	if (!ub_cal_shift(calendar, anchor, point.span, point.after, &result->start))
		return false;
	result->end = result->start;
	return true;
}

struct ub_interval ub_cal_period(const struct ub_zone *zone, struct ub_every every, ub_instant instant)
{
	ub_day day = ub_cal_local_day(zone, instant), first, next;
	if (every.unit == UB_EVERY_MONTH) {
		struct ub_civil date = ub_cal_day_civil(day);
		int64_t months = (int64_t)(date.year - 1970) * 12 + date.month - 1;
		int begin = (int)(cal_floor_div(months, every.n) * every.n);
		first = ub_cal_day(1970, 1 + begin, 1);
		next = ub_cal_day(1970, 1 + begin + every.n, 1);
	} else {
		int32_t length = every.unit == UB_EVERY_WEEK ? every.n * 7 : every.n;
		ub_day origin = every.unit == UB_EVERY_WEEK ? ub_cal_day(1970, 1, 5) : 0;
		first = origin + (ub_day)(cal_floor_div(day - origin, length) * length);
		next = first + length;
	}
	return (struct ub_interval){ ub_cal_day_start(zone, first), ub_cal_day_start(zone, next) };
}
