/* SPDX-License-Identifier: Apache-2.0 */
#include "ical-private.h"

/*
 * Yearly rules as time zones and holidays have them: months, days of a month, weekdays counted within a
 * month. libical takes 80 us for each instance of such a rule, 20 ms for a time zone; this takes less than
 * one in all.
 */

#define WEEKDAYS_MAX 35

struct yearly {
	struct ub_civil start;
	int32_t offset;
	unsigned months;              /* bit m */
	uint64_t days, days_from_end; /* bit d */
	struct {
		int ordinal, weekday;
	} weekdays[WEEKDAYS_MAX];
	size_t n_weekdays;
	bool yearly;         /* FREQ says so */
	int interval, count; /* count 0: without end */
	int64_t until;       /* on the clock of `start`, seconds as if UTC */
};

static bool small(struct ub_text text, int64_t low, int64_t high, int64_t *value)
{
	return ub_text_to_int(text, value) && *value >= low && *value <= high;
}

static bool months(struct yearly *rule, struct ub_text list)
{
	struct ub_text piece;
	int64_t month;
	while (ub_text_split(&list, ',', &piece)) {
		if (!small(piece, 1, 12, &month))
			return false;
		rule->months |= 1u << month;
	}
	return true;
}

static bool month_days(struct yearly *rule, struct ub_text list)
{
	struct ub_text piece;
	int64_t day;
	while (ub_text_split(&list, ',', &piece)) {
		if (!small(piece, -31, 31, &day) || day == 0)
			return false;
		*(day > 0 ? &rule->days : &rule->days_from_end) |= UINT64_C(1) << (day > 0 ? day : -day);
	}
	return true;
}

/* "SU", "-1SU", "2MO" */
static bool weekdays(struct yearly *rule, struct ub_text list)
{
	static const char *const names[] = { "MO", "TU", "WE", "TH", "FR", "SA", "SU" };
	struct ub_text piece;
	while (ub_text_split(&list, ',', &piece)) {
		struct ub_text name = ub_text_sub(piece, piece.len < 2 ? 0 : piece.len - 2, piece.len);
		struct ub_text number = ub_text_sub(piece, 0, piece.len - name.len);
		int64_t ordinal = 0;
		size_t day = 0;
		while (day < UB_COUNT(names) && !ub_text_eq_nocase(name, ub_text(names[day])))
			day++;
		if (day == UB_COUNT(names) || rule->n_weekdays == WEEKDAYS_MAX ||
		    (number.len && (!small(number, -5, 5, &ordinal) || ordinal == 0)))
			return false;
		rule->weekdays[rule->n_weekdays].ordinal = (int)ordinal;
		rule->weekdays[rule->n_weekdays++].weekday = (int)day + UB_MONDAY;
	}
	return true;
}

static bool until(struct yearly *rule, struct ub_text value)
{
	struct ub_civil civil;
	bool date, utc;
	if (!ub_ical_date_time(value, &civil, &date, &utc))
		return false;
	rule->until = ub_cal_instant(ub_cal_utc(), civil) + (date ? 86399 : 0) + (utc ? rule->offset : 0);
	return true;
}

static bool part(struct yearly *rule, struct ub_text name, struct ub_text value)
{
	int64_t n;
	if (ub_text_is(name, "FREQ"))
		return rule->yearly = ub_text_eq_nocase(value, UB_TEXT("YEARLY"));
	if (ub_text_is(name, "INTERVAL"))
		return small(value, 1, 1000, &n) && (rule->interval = (int)n);
	if (ub_text_is(name, "COUNT"))
		return small(value, 1, 100000, &n) && (rule->count = (int)n);
	if (ub_text_is(name, "UNTIL"))
		return until(rule, value);
	if (ub_text_is(name, "BYMONTH"))
		return months(rule, value);
	if (ub_text_is(name, "BYMONTHDAY"))
		return month_days(rule, value);
	if (ub_text_is(name, "BYDAY"))
		return weekdays(rule, value);
	if (ub_text_is(name, "BYHOUR"))
		return small(value, 0, 23, &n) && n == rule->start.hour;
	if (ub_text_is(name, "BYMINUTE"))
		return small(value, 0, 59, &n) && n == rule->start.minute;
	return ub_text_is(name, "WKST") || name.len == 0;
}

static bool parse(struct ub_text text, struct yearly *rule)
{
	struct ub_text piece;
	while (ub_text_split(&text, ';', &piece)) {
		piece = ub_text_trim(piece);
		size_t equals = ub_text_find(piece, UB_TEXT("="), 0);
		if (!part(rule, ub_text_sub(piece, 0, equals), ub_text_sub(piece, equals + 1, piece.len)))
			return false;
	}
	bool by_day = rule->days || rule->days_from_end || rule->n_weekdays;
	if (!rule->yearly || (rule->n_weekdays && !rule->months))
		return false; /* without months weekdays are counted within a year */
	if (!rule->months)
		rule->months = by_day ? 0x1FFE : 1u << rule->start.month;
	if (!by_day)
		rule->days = UINT64_C(1) << rule->start.day;
	return true;
}

static bool weekday_matches(const struct yearly *rule, int weekday, int day, int last)
{
	for (size_t i = 0; i < rule->n_weekdays; i++) {
		int ordinal = rule->weekdays[i].ordinal;
		int nth = ordinal < 0 ? -((last - day) / 7 + 1) : (day - 1) / 7 + 1;
		if (rule->weekdays[i].weekday == weekday && (ordinal == 0 || ordinal == nth))
			return true;
	}
	return rule->n_weekdays == 0;
}

static bool matches(const struct yearly *rule, int year, int month, int day)
{
	int last = ub_cal_month_days(year, month);
	if (!(rule->months & 1u << month))
		return false;
	if ((rule->days || rule->days_from_end) && !(rule->days & UINT64_C(1) << day) &&
	    !(rule->days_from_end & UINT64_C(1) << (last + 1 - day)))
		return false;
	return weekday_matches(rule, (int)ub_cal_weekday(ub_cal_day(year, month, day)), day, last);
}

/* Gives the instances of one year; false when that is enough. */
static bool year_instances(struct yearly *rule, int year, int64_t from,
    bool (*each)(void *context, struct ub_civil instance), void *context, int *given)
{
	for (int month = 1; month <= 12; month++) {
		int last = rule->months & 1u << month ? ub_cal_month_days(year, month) : 0;
		for (int day = 1; day <= last; day++) {
			if (!matches(rule, year, month, day))
				continue;
			struct ub_civil civil = rule->start;
			civil.year = year;
			civil.month = month;
			civil.day = day;
			int64_t at = ub_cal_instant(ub_cal_utc(), civil);
			if (at < from)
				continue;
			if (at > rule->until || *given == UB_ICAL_ITERATIONS)
				return false;
			++*given;
			if (!each(context, civil) || *given == rule->count)
				return false;
		}
	}
	return true;
}

bool ub_ical_yearly(struct ub_text text, struct ub_civil start, int32_t offset, int last_year,
    bool (*each)(void *context, struct ub_civil instance), void *context, struct ub_arena *arena)
{
	struct yearly rule = { .start = start, .offset = offset, .interval = 1, .until = INT64_MAX };
	int64_t from = ub_cal_instant(ub_cal_utc(), start);
	int given = 0;
	if (text.len > UB_ICAL_RULE_MAX)
		return false;
	if (!parse(text, &rule))
		return ub_ical_yearly_other(text, start, offset, last_year, each, context, arena);
	for (int year = start.year; year <= last_year; year += rule.interval)
		if (!year_instances(&rule, year, from, each, context, &given))
			break;
	return true;
}
