/* SPDX-License-Identifier: Apache-2.0 */
#include "ical-private.h"

/*
 * Yearly rules of time zones and holidays (RFC 5545 3.3.10). Each day of the rule's months is tested, so the
 * work has a bound for any rule, and no library takes part: libical takes 80 us for each instance.
 */

/* The days of a year that meet the rule, after BYSETPOS. */
static size_t year_set(const struct rule *rule, int year, ub_day set[366])
{
	size_t n = 0, kept = 0;
	for (int month = 1; month <= 12; month++) {
		if (rule->months && !(rule->months & UINT64_C(1) << month))
			continue;
		ub_day first = ub_cal_day(year, month, 1);
		for (ub_day day = first; day < first + ub_cal_month_days(year, month); day++)
			if (ub_ical_rule_meets(rule, day))
				set[n++] = day;
	}
	for (size_t i = 0; i < n; i++)
		if (!rule->positions.n || ub_ical_numbers_have(&rule->positions, (int)i + 1) ||
		    ub_ical_numbers_have(&rule->positions, (int)i - (int)n))
			set[kept++] = set[i];
	return kept;
}

/* Yearly, at one time of the day, which is that of the start. */
static bool suits(const struct rule *rule, struct ub_civil start)
{
	return rule->every == UB_REPEATS_YEAR && rule->hours == UINT64_C(1) << start.hour &&
	       rule->minutes == UINT64_C(1) << start.minute && rule->seconds == UINT64_C(1) << start.second;
}

/* UNTIL on the clock of the start, seconds as if UTC. */
static int64_t last_of(const struct rule *rule, int32_t offset)
{
	return rule->ends ? ub_ical_wall(rule->until) + (rule->until_date ? 86399 : 0) +
				(rule->until_utc ? offset : 0)
			  : INT64_MAX;
}

bool ub_ical_yearly(struct ub_text text, struct ub_civil start, int32_t offset, int last_year,
    bool (*each)(void *context, struct ub_civil instance), void *context)
{
	struct rule rule;
	ub_day first = ub_cal_day(start.year, start.month, start.day), set[366];
	int given = 0;
	if (ub_ical_rule_read(text, &rule))
		return false;
	ub_ical_rule_complete(&rule, start, false);
	int64_t last = last_of(&rule, offset);
	if (!suits(&rule, start))
		return false;
	for (int year = start.year; year <= last_year; year += rule.interval) {
		size_t n = year_set(&rule, year, set);
		for (size_t i = 0; i < n; i++) {
			struct ub_civil civil = ub_cal_day_civil(set[i]);
			civil.hour = start.hour;
			civil.minute = start.minute;
			civil.second = start.second;
			if (set[i] < first)
				continue;
			if (given == UB_ICAL_ITERATIONS || ub_ical_wall(civil) > last)
				return true;
			given++;
			if (!each(context, civil) || given == rule.count)
				return true;
		}
	}
	return true;
}
