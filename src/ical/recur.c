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

/* Where the iteration begins: with a whole period, as BYSETPOS counts within those, and at most one interval
 * before `from`. */
static ub_day first_day(const struct rule *rule, ub_day from)
{
	int64_t first = ub_ical_rule_period(rule, rule->start), period = first;
	if (!rule->count && from > rule->start)
		period += (ub_ical_rule_period(rule, from) - first) / rule->interval * rule->interval;
	if (period > first)
		period -= rule->interval;
	return ub_ical_rule_first_day(rule, period);
}

static bool iterate(const struct rule *rule, icalrecur_iterator *iterator, struct recur *recur)
{
	size_t times = ub_ical_rule_times(rule), today = 0;
	ub_day last = recur->begun, found;
	while (ub_ical_rule_next(rule, today < times ? last : last + 1, recur->until, &found)) {
		if (recur->steps == 0)
			return false;
		recur->steps--;
		struct icaltimetype next = icalrecur_iterator_next(iterator);
		if (icaltime_is_null_time(next))
			return true;
		ub_day day = ub_cal_day(next.year, next.month, next.day);
		today = day == last ? today + 1 : 1;
		last = day;
		if (!recur->each(recur->context, civil_of(next)))
			return true;
	}
	return true;
}

bool ub_ical_recur(const struct rule *rule, bool date, struct recur *recur, struct ub_arena *arena)
{
	struct ub_buf text = UB_BUF(arena);
	ub_ical_rule_write(rule, date, &text);
	recur->begun = first_day(rule, recur->from);
	if (recur->begun < UB_DAY_MIN)
		recur->begun = UB_DAY_MIN;
	struct ub_civil civil = ub_cal_day_civil(recur->begun);
	struct icaltimetype start = {
		.year = civil.year, .month = civil.month, .day = civil.day, .is_date = date
	};
	struct icalrecurrencetype libical_rule = icalrecurrencetype_from_string(ub_buf_cstr(&text));
	icalrecur_iterator *iterator = icalrecur_iterator_new(libical_rule, start);
	if (!iterator)
		return false;
	bool finished = iterate(rule, iterator, recur);
	icalrecur_iterator_free(iterator);
	return finished;
}
