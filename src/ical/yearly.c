/* SPDX-License-Identifier: Apache-2.0 */
#include "ical-private.h"

/*
 * Yearly rules of time zones and holidays (RFC 5545 3.3.10). Each day of each year is tested, so the work has
 * a bound for any rule. libical takes 80 us for each instance. For a rule that never matches (the ninth
 * Sunday before October's end) libical takes seconds, in one call that nobody can stop.
 */

#define LIST_MAX 400 /* entries of BYDAY, BYYEARDAY, BYWEEKNO or BYSETPOS */

struct numbers {
	int16_t items[LIST_MAX];
	size_t n;
};

struct yearly {
	struct ub_civil start;
	int32_t offset;
	unsigned months;              /* bit m */
	uint64_t days, days_from_end; /* of the month, bit d */
	struct numbers year_days, weeks, positions;
	struct numbers weekdays; /* ordinal * 8 + weekday */
	bool in_month;           /* weekdays count within months, not within the year */
	bool yearly;             /* FREQ is YEARLY */
	int interval, count;     /* count 0: without end */
	int64_t until;           /* on the clock of `start`, seconds as if UTC */
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

static bool add(struct numbers *numbers, int64_t number)
{
	if (numbers->n == LIST_MAX)
		return false;
	numbers->items[numbers->n++] = (int16_t)number;
	return true;
}

static bool list(struct numbers *numbers, struct ub_text text, int64_t limit)
{
	struct ub_text piece;
	int64_t number;
	while (ub_text_split(&text, ',', &piece))
		if (!small(piece, -limit, limit, &number) || number == 0 || !add(numbers, number))
			return false;
	return true;
}

static bool has(const struct numbers *numbers, int number)
{
	for (size_t i = 0; i < numbers->n; i++)
		if (numbers->items[i] == number)
			return true;
	return false;
}

/* "SU", "-1SU", "2MO" */
static bool weekdays(struct yearly *rule, struct ub_text text)
{
	static const char *const names[] = { "MO", "TU", "WE", "TH", "FR", "SA", "SU" };
	struct ub_text piece;
	while (ub_text_split(&text, ',', &piece)) {
		struct ub_text name = ub_text_sub(piece, piece.len < 2 ? 0 : piece.len - 2, piece.len);
		struct ub_text number = ub_text_sub(piece, 0, piece.len - name.len);
		int64_t ordinal = 0;
		size_t day = 0;
		while (day < UB_COUNT(names) && !ub_text_eq_nocase(name, ub_text(names[day])))
			day++;
		if (day == UB_COUNT(names) ||
		    (number.len && (!small(number, -53, 53, &ordinal) || !ordinal)) ||
		    !add(&rule->weekdays, ordinal * 8 + (int)day + UB_MONDAY))
			return false;
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
	if (ub_text_is(name, "BYYEARDAY"))
		return list(&rule->year_days, value, 366);
	if (ub_text_is(name, "BYWEEKNO"))
		return list(&rule->weeks, value, 53);
	if (ub_text_is(name, "BYSETPOS"))
		return list(&rule->positions, value, 366);
	if (ub_text_is(name, "BYDAY"))
		return weekdays(rule, value);
	if (ub_text_is(name, "BYHOUR"))
		return small(value, 0, 23, &n) && n == rule->start.hour;
	if (ub_text_is(name, "BYMINUTE"))
		return small(value, 0, 59, &n) && n == rule->start.minute;
	if (ub_text_is(name, "BYSECOND"))
		return small(value, 0, 59, &n) && n == rule->start.second;
	return ub_text_is(name, "WKST") || name.len == 0;
}

/* Takes from the start the parts that the rule leaves out. */
static void complete(struct yearly *rule)
{
	const struct ub_civil *start = &rule->start;
	bool monthly = rule->days || rule->days_from_end || rule->year_days.n;
	rule->in_month = rule->months != 0;
	if (rule->weeks.n && !rule->weekdays.n && !monthly)
		add(&rule->weekdays, ub_cal_weekday(ub_cal_day(start->year, start->month, start->day)));
	bool by_day = monthly || rule->weekdays.n;
	if (!rule->months)
		rule->months = by_day ? 0x1FFE : 1u << start->month;
	if (!by_day)
		rule->days = UINT64_C(1) << start->day;
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
	if (rule->yearly)
		complete(rule);
	return rule->yearly;
}

/* Whether the day (from 1) is such a weekday, counted from the start or from the end of `length` days. */
static bool nth_weekday(const struct yearly *rule, int weekday, int day, int length)
{
	return has(&rule->weekdays, weekday) || has(&rule->weekdays, ((day - 1) / 7 + 1) * 8 + weekday) ||
	       has(&rule->weekdays, -((length - day) / 7 + 1) * 8 + weekday);
}

static bool in_week(const struct yearly *rule, ub_day day)
{
	int year, week = ub_cal_week(day, &year);
	int weeks = ub_cal_week(ub_cal_day(year, 12, 28), NULL); /* always in the last week */
	return has(&rule->weeks, week) || has(&rule->weeks, week - weeks - 1);
}

/* Tests the parts that count within the year. */
static bool matches_year(const struct yearly *rule, int year, ub_day date)
{
	int day = date - ub_cal_day(year, 1, 1) + 1, length = 337 + ub_cal_month_days(year, 2);
	if (rule->year_days.n && !has(&rule->year_days, day) && !has(&rule->year_days, day - length - 1))
		return false;
	if (rule->weeks.n && !in_week(rule, date))
		return false;
	return rule->in_month || !rule->weekdays.n ||
	       nth_weekday(rule, (int)ub_cal_weekday(date), day, length);
}

/* `date` is day `day` of a month with `last` days. */
static bool matches(const struct yearly *rule, int year, ub_day date, int day, int last)
{
	if ((rule->days || rule->days_from_end) && !(rule->days & UINT64_C(1) << day) &&
	    !(rule->days_from_end & UINT64_C(1) << (last + 1 - day)))
		return false;
	if (rule->in_month && rule->weekdays.n && !nth_weekday(rule, (int)ub_cal_weekday(date), day, last))
		return false;
	bool yearly = rule->year_days.n || rule->weeks.n || (rule->weekdays.n && !rule->in_month);
	return !yearly || matches_year(rule, year, date);
}

/* The matching days of a year, after BYSETPOS. */
static size_t year_set(const struct yearly *rule, int year, ub_day set[366])
{
	size_t n = 0, kept = 0;
	for (int month = 1; month <= 12; month++) {
		if (!(rule->months & 1u << month))
			continue;
		int last = ub_cal_month_days(year, month);
		ub_day first = ub_cal_day(year, month, 1);
		for (int day = 1; day <= last; day++)
			if (matches(rule, year, first + day - 1, day, last))
				set[n++] = first + day - 1;
	}
	for (size_t i = 0; i < n; i++)
		if (!rule->positions.n || has(&rule->positions, (int)i + 1) ||
		    has(&rule->positions, (int)i - (int)n))
			set[kept++] = set[i];
	return kept;
}

bool ub_ical_yearly(struct ub_text text, struct ub_civil start, int32_t offset, int last_year,
    bool (*each)(void *context, struct ub_civil instance), void *context)
{
	struct yearly rule = { .start = start, .offset = offset, .interval = 1, .until = INT64_MAX };
	ub_day first = ub_cal_day(start.year, start.month, start.day), set[366];
	int given = 0;
	if (text.len > UB_ICAL_RULE_MAX || !parse(text, &rule))
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
			if (given == UB_ICAL_ITERATIONS || ub_cal_instant(ub_cal_utc(), civil) > rule.until)
				return true;
			given++;
			if (!each(context, civil) || given == rule.count)
				return true;
		}
	}
	return true;
}
