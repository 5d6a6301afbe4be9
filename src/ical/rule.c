/* SPDX-License-Identifier: Apache-2.0 */
#include "ical-private.h"

/*
 * Recurrence rules (RFC 5545 3.3.10) that come daily or more rarely. A rule that is complete has everything
 * said that it takes from DTSTART. Then each of its parts is a condition that a day or a time of day meets or
 * does not meet, whatever the frequency.
 */

#define DAYS_OF_60_YEARS 21915
#define EACH_MONTH       0x1FFEu

static bool small(struct ub_text text, int64_t low, int64_t high, int64_t *value)
{
	return ub_text_to_int(text, value) && *value >= low && *value <= high;
}

/* The numbers of a list as bits; those below zero go to *from_end, which may be NULL. */
static bool bits(struct ub_text list, int64_t low, int64_t high, uint64_t *set, uint64_t *from_end)
{
	struct ub_text piece;
	int64_t n;
	while (ub_text_split(&list, ',', &piece)) {
		if (!small(ub_text_trim(piece), from_end ? -high : low, high, &n) || (n == 0 && low > 0))
			return false;
		*(n < 0 ? from_end : set) |= UINT64_C(1) << (n < 0 ? -n : n);
	}
	return true;
}

bool ub_ical_rule_lists(const struct numbers *numbers, int number)
{
	for (size_t i = 0; i < numbers->n; i++)
		if (numbers->items[i] == number)
			return true;
	return false;
}

static bool add(struct numbers *numbers, int64_t number)
{
	if (ub_ical_rule_lists(numbers, (int)number))
		return true;
	if (numbers->n == UB_COUNT(numbers->items))
		return false;
	numbers->items[numbers->n++] = (int16_t)number;
	return true;
}

static bool list(struct numbers *numbers, struct ub_text text, int64_t limit)
{
	struct ub_text piece;
	int64_t number;
	while (ub_text_split(&text, ',', &piece))
		if (!small(ub_text_trim(piece), -limit, limit, &number) || number == 0 ||
		    !add(numbers, number))
			return false;
	return true;
}

static const char *const weekday_names[] = { "MO", "TU", "WE", "TH", "FR", "SA", "SU" };

static bool weekday(struct ub_text name, int *day)
{
	for (size_t i = 0; i < UB_COUNT(weekday_names); i++)
		if (ub_text_eq_nocase(name, ub_text(weekday_names[i]))) {
			*day = (int)i + UB_MONDAY;
			return true;
		}
	return false;
}

/* "SU", "-1SU", "2MO" */
static bool weekdays(struct numbers *numbers, struct ub_text text)
{
	struct ub_text piece;
	while (ub_text_split(&text, ',', &piece)) {
		piece = ub_text_trim(piece);
		struct ub_text name = ub_text_sub(piece, piece.len < 2 ? 0 : piece.len - 2, piece.len);
		struct ub_text number = ub_text_sub(piece, 0, piece.len - name.len);
		int64_t ordinal = 0;
		int day;
		if (!weekday(name, &day) || (number.len && (!small(number, -53, 53, &ordinal) || !ordinal)) ||
		    !add(numbers, ordinal * 8 + day))
			return false;
	}
	return true;
}

static bool frequency(struct rule *rule, struct ub_text value)
{
	static const struct {
		const char *word;
		enum ub_repeats every;
	} words[] = { { "DAILY", UB_REPEATS_DAY }, { "WEEKLY", UB_REPEATS_WEEK },
		{ "MONTHLY", UB_REPEATS_MONTH }, { "YEARLY", UB_REPEATS_YEAR },
		{ "HOURLY", UB_REPEATS_OTHER }, { "MINUTELY", UB_REPEATS_OTHER },
		{ "SECONDLY", UB_REPEATS_OTHER } };
	for (size_t i = 0; i < UB_COUNT(words); i++)
		if (ub_text_eq_nocase(value, ub_text(words[i].word))) {
			rule->every = words[i].every;
			return true;
		}
	return false;
}

static bool ends(struct rule *rule, struct ub_text value)
{
	return ub_ical_date_time(value, &rule->until, &rule->until_date, &rule->until_utc);
}

static bool starts(struct rule *rule, struct ub_text value)
{
	int day;
	if (!weekday(value, &day))
		return false;
	rule->week_start = (enum ub_weekday)day;
	return true;
}

enum part {
	FREQ,
	INTERVAL,
	COUNT,
	UNTIL,
	WKST,
	BYMONTH,
	BYMONTHDAY,
	BYYEARDAY,
	BYWEEKNO,
	BYDAY,
	BYSETPOS,
	BYHOUR,
	BYMINUTE,
	BYSECOND
};
static const char *const parts[] = { "FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYMONTH", "BYMONTHDAY",
	"BYYEARDAY", "BYWEEKNO", "BYDAY", "BYSETPOS", "BYHOUR", "BYMINUTE", "BYSECOND" };

static bool read_part(struct rule *rule, enum part part, struct ub_text value)
{
	int64_t n;
	switch (part) {
	case FREQ:
		return frequency(rule, value);
	case INTERVAL:
		return small(value, 1, 9999, &n) && (rule->interval = (int)n);
	case COUNT:
		return small(value, 1, INT64_MAX, &rule->count);
	case UNTIL:
		return ends(rule, value);
	case WKST:
		return starts(rule, value);
	case BYMONTH:
		return bits(value, 1, 12, &rule->months, NULL);
	case BYMONTHDAY:
		return bits(value, 1, 31, &rule->days, &rule->days_from_end);
	case BYYEARDAY:
		return list(&rule->year_days, value, 366);
	case BYWEEKNO:
		return list(&rule->weeks, value, 53);
	case BYDAY:
		return weekdays(&rule->weekdays, value);
	case BYSETPOS:
		return list(&rule->positions, value, 366);
	case BYHOUR:
		return bits(value, 0, 23, &rule->hours, NULL);
	case BYMINUTE:
		return bits(value, 0, 59, &rule->minutes, NULL);
	case BYSECOND:
		return bits(value, 0, 59, &rule->seconds, NULL);
	}
	return false;
}

bool ub_ical_rule_has_ordinal(const struct numbers *weekdays)
{
	for (size_t i = 0; i < weekdays->n; i++)
		if (weekdays->items[i] < 0 || weekdays->items[i] >= 8)
			return true;
	return false;
}

/* What RFC 5545 3.3.10 says may not stand together. NULL: nothing does. */
static const char *contradiction(const struct rule *rule, unsigned seen)
{
	bool yearly = rule->every == UB_REPEATS_YEAR, monthly = rule->every == UB_REPEATS_MONTH;
	if (rule->every == UB_REPEATS_OTHER)
		return "its rule comes more often than daily";
	if (!(seen & 1u << FREQ))
		return "its rule has no FREQ";
	if (seen & 1u << COUNT && seen & 1u << UNTIL)
		return "its rule has both COUNT and UNTIL";
	if (!yearly && seen & (1u << BYWEEKNO | 1u << BYYEARDAY))
		return "its rule counts weeks or days of the year, and is not yearly";
	if (rule->every == UB_REPEATS_WEEK && seen & 1u << BYMONTHDAY)
		return "its rule is weekly, and has days of the month";
	if (ub_ical_rule_has_ordinal(&rule->weekdays) && ((!yearly && !monthly) || rule->weeks.n))
		return "its rule numbers weekdays, and is neither monthly nor yearly";
	if (seen & 1u << BYSETPOS && !(seen >> BYMONTH & ~(1u << (BYSETPOS - BYMONTH))))
		return "its rule has BYSETPOS alone";
	return NULL;
}

const char *ub_ical_rule_read(struct ub_text text, struct rule *rule)
{
	struct ub_text piece;
	unsigned seen = 0;
	*rule = (struct rule){ .interval = 1, .week_start = UB_MONDAY };
	if (text.len > UB_ICAL_RULE_MAX)
		return "its rule is too long";
	while (ub_text_split(&text, ';', &piece)) {
		piece = ub_text_trim(piece);
		size_t equals = ub_text_find(piece, UB_TEXT("="), 0);
		struct ub_text name = ub_text_trim(ub_text_sub(piece, 0, equals));
		if (piece.len == 0)
			continue;
		unsigned part = 0;
		while (part < UB_COUNT(parts) && !ub_text_eq_nocase(name, ub_text(parts[part])))
			part++;
		if (part == UB_COUNT(parts))
			return "its rule has a part that is not known here";
		if (seen & 1u << part || equals == SIZE_MAX ||
		    !read_part(
			rule, (enum part)part, ub_text_trim(ub_text_sub(piece, equals + 1, piece.len))))
			return "its rule has a part that is wrong or there twice";
		seen |= 1u << part;
	}
	rule->ends = seen & 1u << UNTIL;
	return contradiction(rule, seen);
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
		add(&rule->weekdays, ub_cal_weekday(rule->start));
	if (yearly && rule->weeks.n && !month_days && !rule->weekdays.n && !rule->year_days.n)
		add(&rule->weekdays, ub_cal_weekday(rule->start));
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
	return ub_ical_rule_lists(weekdays, weekday) ||
	       ub_ical_rule_lists(weekdays, ((day - 1) / 7 + 1) * 8 + weekday) ||
	       ub_ical_rule_lists(weekdays, -((length - day) / 7 + 1) * 8 + weekday);
}

bool ub_ical_rule_has_weekday(const struct rule *rule, ub_day day)
{
	return ub_ical_rule_lists(&rule->weekdays, (int)ub_cal_weekday(day));
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
	return ub_ical_rule_lists(&rule->weeks, week) || ub_ical_rule_lists(&rule->weeks, week - weeks - 1);
}

static bool meets_year(const struct rule *rule, ub_day day, int year)
{
	int nth = ub_cal_day_of_year(day), length = 337 + ub_cal_month_days(year, 2);
	if (rule->year_days.n && !ub_ical_rule_lists(&rule->year_days, nth) &&
	    !ub_ical_rule_lists(&rule->year_days, nth - length - 1))
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
