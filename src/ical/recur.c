/* SPDX-License-Identifier: Apache-2.0 */
#include "ical-private.h"

/*
 * The days of a rule are found by libical's iterator. libical gets a rule that was read, found possible and
 * written anew, and a start without a zone.
 *
 * One call of libical's iterator goes on until it finds an instance, for seconds if need be. So the iterator
 * is asked only where the rule's own conditions are met by a day before the end of what is wanted.
 */

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

/* The period in which the iteration begins: the rule's first one, or one at least an interval before
 * recur->from where it is known how many instances are before. */
static int64_t first_period(const struct rule *rule, struct recur *recur)
{
	int64_t first = ub_ical_rule_period(rule, rule->start);
	int64_t n = (ub_ical_rule_period(rule, recur->from) - first) / rule->interval - 1;
	recur->skipped = 0;
	recur->whole = n <= 0 || !ub_ical_rule_skips(rule, n, &recur->skipped);
	return recur->whole ? first : first + n * rule->interval;
}

/* The day on which the iteration of `theirs` begins, with a whole period, as BYSETPOS counts within those. */
static ub_day first_day(const struct rule *theirs, ub_day begin)
{
	begin = ub_ical_rule_first_day(theirs, ub_ical_rule_period(theirs, begin));
	/* libical confuses weeks that begin with another day than the first one of BYDAY. */
	while (theirs->every == UB_REPEATS_WEEK && !ub_ical_rule_has_weekday(theirs, begin))
		begin++;
	return begin;
}

/* Gives the times of a day. False: enough, or the steps are used up. */
static bool give_day(const struct rule *rule, ub_day day, struct recur *recur)
{
	struct ub_civil civil = ub_cal_day_civil(day);
	for (int i = 0; i < 24 * 60 * 60; i++) {
		civil.hour = i / 3600;
		civil.minute = i / 60 % 60;
		civil.second = i % 60;
		if (!(rule->hours & UINT64_C(1) << civil.hour))
			i += 3599;
		else if (!(rule->minutes & UINT64_C(1) << civil.minute))
			i += 59;
		else if (rule->seconds & UINT64_C(1) << civil.second) {
			if (recur->steps == 0 || !recur->each(recur->context, civil))
				return false;
			recur->steps--;
		}
	}
	return true;
}

/* Asks for days, from one that meets the rule to the next. `last` is before the first one. */
static const char *iterate(const struct rule *rule, ub_day last, struct days *days, struct recur *recur)
{
	ub_day found;
	while (ub_ical_rule_next(rule, last + 1, recur->until, &found))
		while (last < found) {
			if (!ub_libical_next_day(days, &last))
				return NULL;
			if (ub_ical_rule_meets(rule, last) && !give_day(rule, last, recur))
				return recur->steps ? NULL : "it has too many instances to be gone through";
		}
	return NULL;
}

const char *ub_ical_recur(const struct rule *rule, struct recur *recur, struct ub_arena *arena)
{
	struct ub_buf text = UB_BUF(arena);
	struct rule theirs = for_libical(rule);
	ub_day first = first_day(&theirs, ub_ical_rule_first_day(rule, first_period(rule, recur)));
	if (first > recur->until)
		return NULL;
	if (first < ub_cal_day(UB_SERIES_YEAR_MIN - 1, 1, 1))
		return "it begins too early";
	ub_ical_rule_write(&theirs, &text);
	struct days *days = ub_libical_days(ub_buf_cstr(&text), first, arena);
	if (!days)
		return "libical does not take its rule";
	const char *fault = iterate(rule, first - 1, days, recur);
	ub_libical_free_days(days);
	return fault;
}
