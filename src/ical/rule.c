/* SPDX-License-Identifier: Apache-2.0 */
#include "ical-private.h"

/*
 * Recurrence rules (RFC 5545 3.3.10) that come daily or more rarely. A rule that is complete has everything
 * said that it takes from DTSTART. Then each of its parts is a condition that a day or a time of day meets or
 * does not meet, whatever the frequency.
 */

#define DAYS_OF_60_YEARS 21915
#define EACH_MONTH       0x1FFEu

static const char *const weekday_names[] = { "MO", "TU", "WE", "TH", "FR", "SA", "SU" };

bool ub_ical_rule_has_ordinal(const struct numbers *weekdays)
{
	for (size_t i = 0; i < weekdays->n; i++)
		if (weekdays->items[i] < 0 || weekdays->items[i] >= 8)
			return true;
	return false;
}

/* What RFC 5545 3.3.10 says may not stand together, and libical lets pass. NULL: nothing does. */
static const char *contradiction(const struct rule *rule)
{
	bool yearly = rule->every == UB_REPEATS_YEAR, monthly = rule->every == UB_REPEATS_MONTH;
	bool by_month_day = rule->days || rule->days_from_end;
	bool by_day = by_month_day || rule->weekdays.n || rule->weeks.n || rule->year_days.n;
	bool by_time = rule->hours || rule->minutes || rule->seconds;
	if (rule->every == UB_REPEATS_OTHER)
		return "its rule comes more often than daily";
	if (!yearly && (rule->weeks.n || rule->year_days.n))
		return "its rule counts weeks or days of the year, and is not yearly";
	if (rule->every == UB_REPEATS_WEEK && by_month_day)
		return "its rule is weekly, and has days of the month";
	if (ub_ical_rule_has_ordinal(&rule->weekdays) && ((!yearly && !monthly) || rule->weeks.n))
		return "its rule numbers weekdays, and is neither monthly nor yearly";
	if (rule->positions.n && !rule->months && !by_day && !by_time)
		return "its rule has BYSETPOS alone";
	return NULL;
}

static bool is_separator(char c)
{
	return c == ',' || c == ';' || c == '=';
}

/* Copies the rule without blanks beside its separators: Exchange has written "BYDAY=MO, TU". */
static struct ub_text without_blanks(struct ub_text rule, char out[UB_ICAL_RULE_MAX])
{
	size_t n = 0;
	bool blank = false;
	for (size_t i = 0; i < rule.len; i++) {
		char c = rule.ptr[i];
		if (c == ' ' || c == '\t') {
			blank = true;
			continue;
		}
		if (blank && n && !is_separator(c) && !is_separator(out[n - 1]))
			out[n++] = ' ';
		blank = false;
		out[n++] = c;
	}
	return ub_text_n(out, n);
}

const char *ub_ical_rule_read(struct ub_text text, struct rule *rule)
{
	char plain[UB_ICAL_RULE_MAX];
	if (text.len > UB_ICAL_RULE_MAX)
		return "its rule is too long";
	return ub_libical_rule(without_blanks(text, plain), rule) ? contradiction(rule)
								  : "its rule cannot be read";
}

static ub_day day_of(struct ub_civil civil)
{
	return ub_cal_day(civil.year, civil.month, civil.day);
}

void ub_ical_rule_complete(struct rule *rule, struct ub_civil start, bool date)
{
	bool yearly = rule->every == UB_REPEATS_YEAR;
	bool month_days = rule->days || rule->days_from_end;
	rule->start = day_of(start);
	rule->own_time = date || !(rule->hours || rule->minutes || rule->seconds);
	rule->in_month = !yearly || rule->months != 0;
	if (rule->every == UB_REPEATS_WEEK && !rule->weekdays.n)
		ub_ical_numbers_add(&rule->weekdays, ub_cal_weekday(rule->start));
	if (yearly && rule->weeks.n && !month_days && !rule->weekdays.n && !rule->year_days.n)
		ub_ical_numbers_add(&rule->weekdays, ub_cal_weekday(rule->start));
	bool by_day = month_days || rule->weekdays.n || rule->year_days.n;
	if ((yearly || rule->every == UB_REPEATS_MONTH) && !by_day)
		rule->days = UINT64_C(1) << start.day;
	if (yearly && !rule->months && !by_day)
		rule->months = UINT64_C(1) << start.month;
	/* Days of the month without months are those of all months. */
	if (yearly && !rule->months && month_days)
		rule->months = EACH_MONTH;
	if (!rule->hours || date)
		rule->hours = UINT64_C(1) << (date ? 0 : start.hour);
	if (!rule->minutes || date)
		rule->minutes = UINT64_C(1) << (date ? 0 : start.minute);
	if (!rule->seconds || date)
		rule->seconds = UINT64_C(1) << (date ? 0 : start.second);
}

static size_t ones(uint64_t set)
{
	return (size_t)__builtin_popcountll(set);
}

size_t ub_ical_rule_times(const struct rule *rule)
{
	return ones(rule->hours) * ones(rule->minutes) * ones(rule->seconds);
}

/* ---- days ---- */

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* The first day of the week that the day is in. */
static ub_day week_of(const struct rule *rule, ub_day day)
{
	int since = ((int)ub_cal_weekday(day) - (int)rule->week_start + 7) % 7;
	return day - since;
}

int64_t ub_ical_rule_period(const struct rule *rule, ub_day day)
{
	struct ub_civil civil = ub_cal_day_civil(day);
	switch (rule->every) {
	case UB_REPEATS_WEEK: /* day -3 was a Monday */
		return floor_div(week_of(rule, day) + 3, 7);
	case UB_REPEATS_MONTH:
		return civil.year * INT64_C(12) + civil.month - 1;
	case UB_REPEATS_YEAR:
		return civil.year;
	default:
		return day;
	}
}

ub_day ub_ical_rule_first_day(const struct rule *rule, int64_t period)
{
	switch (rule->every) {
	case UB_REPEATS_WEEK: {
		ub_day monday = (ub_day)(period * 7 - 3), later = monday + 6;
		return week_of(rule, later);
	}
	case UB_REPEATS_MONTH:
		return ub_cal_day((int)(period / 12), (int)(period % 12) + 1, 1);
	case UB_REPEATS_YEAR:
		return ub_cal_day((int)period, 1, 1);
	default:
		return (ub_day)period;
	}
}

bool ub_ical_rule_skips(const struct rule *rule, int64_t n, int64_t *skipped)
{
	bool plain = rule->own_time && !rule->months && !rule->days && !rule->days_from_end &&
		     !rule->positions.n &&
		     ((rule->every == UB_REPEATS_DAY && !rule->weekdays.n) || rule->every == UB_REPEATS_WEEK);
	if (!rule->count || !plain)
		return !rule->count;
	int64_t period = ub_ical_rule_period(rule, rule->start);
	*skipped = (n - 1) * (rule->every == UB_REPEATS_DAY ? 1 : (int64_t)rule->weekdays.n);
	for (ub_day day = rule->start + 1; ub_ical_rule_period(rule, day) == period; day++)
		*skipped += ub_ical_rule_meets(rule, day);
	return true;
}

/* Whether the day (from 1) is such a weekday, counted from the start or from the end of `length` days. */
static bool nth_weekday(const struct numbers *weekdays, int weekday, int day, int length)
{
	return ub_ical_numbers_have(weekdays, weekday) ||
	       ub_ical_numbers_have(weekdays, ((day - 1) / 7 + 1) * 8 + weekday) ||
	       ub_ical_numbers_have(weekdays, -((length - day) / 7 + 1) * 8 + weekday);
}

bool ub_ical_rule_has_weekday(const struct rule *rule, ub_day day)
{
	return ub_ical_numbers_have(&rule->weekdays, (int)ub_cal_weekday(day));
}

/* A week belongs to the year that has its fourth day, as in ISO 8601, on whatever day weeks begin. */
static int week_number(const struct rule *rule, ub_day day)
{
	return (ub_cal_day_of_year(week_of(rule, day) + 3) - 1) / 7 + 1;
}

static bool in_week(const struct rule *rule, ub_day day)
{
	int year = ub_cal_day_civil(week_of(rule, day) + 3).year;
	int week = week_number(rule, day), weeks = week_number(rule, ub_cal_day(year, 12, 28));
	return ub_ical_numbers_have(&rule->weeks, week) ||
	       ub_ical_numbers_have(&rule->weeks, week - weeks - 1);
}

static bool meets_year(const struct rule *rule, ub_day day, int year)
{
	int nth = ub_cal_day_of_year(day), length = 337 + ub_cal_month_days(year, 2);
	if (rule->year_days.n && !ub_ical_numbers_have(&rule->year_days, nth) &&
	    !ub_ical_numbers_have(&rule->year_days, nth - length - 1))
		return false;
	if (rule->weeks.n && !in_week(rule, day))
		return false;
	return rule->in_month || !rule->weekdays.n ||
	       nth_weekday(&rule->weekdays, (int)ub_cal_weekday(day), nth, length);
}

bool ub_ical_rule_meets(const struct rule *rule, ub_day day)
{
	struct ub_civil civil = ub_cal_day_civil(day);
	int last = ub_cal_month_days(civil.year, civil.month);
	if (rule->months && !(rule->months & UINT64_C(1) << civil.month))
		return false;
	if ((rule->days || rule->days_from_end) && !(rule->days & UINT64_C(1) << civil.day) &&
	    !(rule->days_from_end & UINT64_C(1) << (last + 1 - civil.day)))
		return false;
	if ((ub_ical_rule_period(rule, day) - ub_ical_rule_period(rule, rule->start)) % rule->interval)
		return false;
	if (rule->in_month && rule->weekdays.n &&
	    !nth_weekday(&rule->weekdays, (int)ub_cal_weekday(day), civil.day, last))
		return false;
	return rule->every != UB_REPEATS_YEAR || meets_year(rule, day, civil.year);
}

bool ub_ical_rule_next(const struct rule *rule, ub_day from, ub_day until, ub_day *found)
{
	if (until > from + DAYS_OF_60_YEARS)
		until = from + DAYS_OF_60_YEARS;
	for (ub_day day = from; day <= until; day++)
		if (ub_ical_rule_meets(rule, day)) {
			*found = day;
			return true;
		}
	return false;
}

/* How far into a period's instances the rule's nearest position reaches. */
static size_t nearest_position(const struct rule *rule)
{
	size_t nearest = rule->positions.n ? SIZE_MAX : 1;
	for (size_t i = 0; i < rule->positions.n; i++) {
		int n = rule->positions.items[i];
		size_t reach = (size_t)(n < 0 ? -n : n);
		nearest = reach < nearest ? reach : nearest;
	}
	return nearest;
}

bool ub_ical_rule_has_plain_positions(const struct rule *rule)
{
	bool by_more = rule->months || rule->days || rule->days_from_end || rule->weekdays.n;
	return !rule->positions.n ||
	       (ub_ical_rule_times(rule) == 1 && !rule->weeks.n && !(rule->year_days.n && by_more));
}

bool ub_ical_rule_possible(const struct rule *rule)
{
	size_t wanted = nearest_position(rule), times = ub_ical_rule_times(rule), n = 0;
	ub_day from = ub_ical_rule_first_day(rule, ub_ical_rule_period(rule, rule->start));
	ub_day until = from + DAYS_OF_60_YEARS;
	int64_t period = INT64_MIN;
	if (until > UB_DAY_MAX)
		until = UB_DAY_MAX;
	for (ub_day day = from; day <= until && n < wanted; day++) {
		if (!ub_ical_rule_meets(rule, day))
			continue;
		if (ub_ical_rule_period(rule, day) != period)
			n = 0;
		period = ub_ical_rule_period(rule, day);
		n += times;
	}
	return n >= wanted;
}

/* ---- as text ---- */

static void put_bits(struct ub_buf *out, const char *name, uint64_t set, uint64_t from_end)
{
	const char *before = name;
	for (int i = 0; i < 64; i++)
		if (set & UINT64_C(1) << i) {
			ub_buf_printf(out, "%s%d", before, i);
			before = ",";
		}
	for (int i = 63; i > 0; i--)
		if (from_end & UINT64_C(1) << i) {
			ub_buf_printf(out, "%s%d", before, -i);
			before = ",";
		}
}

static void put_list(struct ub_buf *out, const char *name, const struct numbers *numbers)
{
	for (size_t i = 0; i < numbers->n; i++)
		ub_buf_printf(out, "%s%d", i ? "," : name, numbers->items[i]);
}

static void put_weekdays(struct ub_buf *out, const struct numbers *numbers)
{
	for (size_t i = 0; i < numbers->n; i++) {
		int weekday = (numbers->items[i] % 8 + 8) % 8;
		int ordinal = (numbers->items[i] - weekday) / 8;
		ub_buf_str(out, i ? "," : ";BYDAY=");
		if (ordinal)
			ub_buf_printf(out, "%d", ordinal);
		ub_buf_str(out, weekday_names[weekday - UB_MONDAY]);
	}
}

void ub_ical_rule_write(const struct rule *rule, struct ub_buf *out)
{
	static const char *const words[] = { [UB_REPEATS_DAY] = "DAILY",
		[UB_REPEATS_WEEK] = "WEEKLY",
		[UB_REPEATS_MONTH] = "MONTHLY",
		[UB_REPEATS_YEAR] = "YEARLY" };
	ub_buf_printf(out, "FREQ=%s;INTERVAL=%d;WKST=%s", words[rule->every], rule->interval,
	    weekday_names[rule->week_start - UB_MONDAY]);
	put_bits(out, ";BYMONTH=", rule->months, 0);
	put_bits(out, ";BYMONTHDAY=", rule->days, rule->days_from_end);
	put_list(out, ";BYYEARDAY=", &rule->year_days);
	put_list(out, ";BYWEEKNO=", &rule->weeks);
	put_weekdays(out, &rule->weekdays);
	put_list(out, ";BYSETPOS=", &rule->positions);
}
