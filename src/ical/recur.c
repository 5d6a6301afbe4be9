/* SPDX-License-Identifier: Apache-2.0 */
#include "ical-private.h"

#include <libical/ical.h>

/*
 * The only file that includes libical. libical gets a rule that was read, found possible and written anew,
 * and a start without a zone. Nothing of libical leaves this file.
 *
 * One call of libical's iterator goes on until it finds an instance, for seconds if need be. So the iterator
 * is asked only where the rule's own conditions are met by a day before the end of what is wanted.
 */

static struct ub_civil civil_of(struct icaltimetype time)
{
	return (struct ub_civil){ time.year, time.month, time.day, time.hour, time.minute, time.second };
}

/*
 * The rule as libical reads it without faults. What it has too much does not meet the rule.
 * - In a daily rule libical knows no days from a month's end, and goes on until the year 2582.
 * - It takes the days of BYMONTH or of BYYEARDAY, and not those that are of both.
 * - It loses days of weeks that lie in two years.
 */
static struct rule for_libical(const struct rule *rule)
{
	struct rule theirs = *rule;
	if (rule->every == UB_REPEATS_DAY && (rule->days || rule->days_from_end)) {
		theirs.every = UB_REPEATS_MONTH;
		theirs.interval = 1;
		theirs.positions.n = 0;
	} else if (rule->year_days.n) {
		theirs.months = theirs.days = theirs.days_from_end = 0;
		theirs.weekdays.n = theirs.weeks.n = 0;
	} else if (rule->weeks.n) {
		theirs.every = UB_REPEATS_WEEK;
		theirs.interval = 1;
		theirs.days = theirs.days_from_end = 0;
		theirs.weeks.n = 0;
		for (int16_t i = UB_MONDAY; i <= UB_SUNDAY && !rule->weekdays.n; i++)
			theirs.weekdays.items[theirs.weekdays.n++] = i;
	}
	return theirs;
}

/* The day on which the iteration of `theirs` begins, with a whole period, as BYSETPOS counts within those,
 * and at most an interval before recur->from. */
static ub_day first_day(const struct rule *rule, const struct rule *theirs, struct recur *recur)
{
	int64_t first = ub_ical_rule_period(rule, rule->start), period = first;
	if (!rule->count && recur->from > rule->start)
		period += (ub_ical_rule_period(rule, recur->from) - first) / rule->interval * rule->interval;
	if (period > first)
		period -= rule->interval;
	recur->whole = period == first;
	ub_day begin = ub_ical_rule_first_day(rule, period);
	if (begin < UB_DAY_MIN)
		begin = UB_DAY_MIN;
	begin = ub_ical_rule_first_day(theirs, ub_ical_rule_period(theirs, begin));
	/* libical confuses weeks that begin with another day than the first one of BYDAY. */
	for (int i = 0; i < 7 && theirs->every == UB_REPEATS_WEEK; i++)
		if (ub_ical_rule_has_weekday(theirs, begin + i))
			return begin + i;
	return begin;
}

/* The steps, from one day that meets the rule to the next. `last` is a day before the first step. */
static bool iterate(const struct rule *rule, ub_day last, icalrecur_iterator *iterator, struct recur *recur)
{
	size_t times = ub_ical_rule_times(rule), today = times;
	ub_day found;
	while (ub_ical_rule_next(rule, today < times ? last : last + 1, recur->until, &found))
		do {
			if (recur->steps == 0)
				return false;
			recur->steps--;
			struct icaltimetype next = icalrecur_iterator_next(iterator);
			if (icaltime_is_null_time(next))
				return true;
			ub_day day = ub_cal_day(next.year, next.month, next.day);
			today = day == last ? today + 1 : 1;
			last = day;
			if (ub_ical_rule_meets(rule, day) && !recur->each(recur->context, civil_of(next)))
				return true;
		} while (last < found);
	return true;
}

bool ub_ical_recur(const struct rule *rule, bool date, struct recur *recur, struct ub_arena *arena)
{
	struct ub_buf text = UB_BUF(arena);
	struct rule theirs = for_libical(rule);
	ub_day first = first_day(rule, &theirs, recur);
	struct ub_civil civil = ub_cal_day_civil(first);
	struct icaltimetype start = {
		.year = civil.year, .month = civil.month, .day = civil.day, .is_date = date
	};
	ub_ical_rule_write(&theirs, date, &text);
	struct icalrecurrencetype parsed = icalrecurrencetype_from_string(ub_buf_cstr(&text));
	icalrecur_iterator *iterator = icalrecur_iterator_new(parsed, start);
	if (!iterator)
		return false;
	bool finished = iterate(rule, first - 1, iterator, recur);
	icalrecur_iterator_free(iterator);
	return finished;
}
