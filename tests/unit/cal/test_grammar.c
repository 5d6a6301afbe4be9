/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "fixture.h"
#include "leaks.h"

TestSuite(grammar, .fini = ub_leak_check);

/* The error as `message (at, len) / help`. */
static struct ub_text shown(struct ub_arena *arena, const struct ub_time_error *error)
{
	return ub_textf(arena, "%.*s (%zu, %zu)", UB_ARGS(error->message), error->at, error->len);
}

/* What is no span or point; help NULL: there is some. */
struct mistake {
	const char *text, *error, *help;
};

static void expect_mistake(
    struct ub_arena *arena, const struct mistake *mistake, bool parsed, const struct ub_time_error *error)
{
	cr_assert_not(parsed, "%s", mistake->text);
	cr_assert_str_eq(shown(arena, error).ptr, mistake->error);
	if (mistake->help)
		cr_assert_str_eq(error->help.ptr, mistake->help);
	else
		cr_assert_gt(error->help.len, 0);
}

Test(grammar, reads_spans)
{
	static const struct {
		const char *text;
		int n;
		enum ub_unit unit;
		const char *words;
	} cases[] = {
		{ "15m", 15, UB_MINUTES, "15 minutes" },
		{ "1h", 1, UB_HOURS, "1 hour" },
		{ "90s", 90, UB_SECONDS, "90 seconds" },
		{ "2d", 2, UB_DAYS, "2 days" },
		{ " 3 business days ", 3, UB_BUSINESS_DAYS, "3 business days" },
		{ "1 business day", 1, UB_BUSINESS_DAYS, "1 business day" },
		{ "1 week", 1, UB_WEEKS, "1 week" },
		{ "0m", 0, UB_MINUTES, "0 minutes" },
		{ "100000 days", 100000, UB_DAYS, "100000 days" },
	};
	struct ub_arena *arena = ub_arena_new();
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct ub_span span;
		struct ub_time_error error;
		cr_assert(ub_cal_parse_span(arena, ub_text(cases[i].text), &span, &error), "%s: %s",
		    cases[i].text, shown(arena, &error).ptr);
		cr_assert(span.n == cases[i].n && span.unit == cases[i].unit, "%s", cases[i].text);
		struct ub_buf out = UB_BUF(arena);
		ub_cal_print_span(&out, span);
		cr_assert_str_eq(ub_buf_cstr(&out), cases[i].words);
	}
	ub_arena_free(&arena);
}

Test(grammar, says_what_is_wrong_with_a_span_and_where)
{
	static const struct mistake cases[] = {
		{ "", "a number is expected (0, 0)", NULL },
		{ "soon", "a number is expected, not `soon` (0, 4)", NULL },
		{ "15", "a unit is missing after the number (2, 0)", NULL },
		{ "15 %", "a unit is missing after the number (3, 1)", NULL },
		{ "3 busines days", "`busines` is no unit of time (2, 7)", NULL },
		{ "3 business", "`business` is followed by `day` or `days` (2, 8)", NULL },
		{ "3 business hours", "`business` is followed by `day` or `days` (2, 14)", NULL },
		{ "2 minuts", "`minuts` is no unit of time (2, 6)", "did you mean `minutes`?" },
		{ "1.5h", "numbers are whole ones (0, 3)", "use a smaller unit: `90m` instead of 1.5h" },
		{ "1h30m", "a span has one unit (0, 5)",
		    "use the smaller unit alone: `90m` instead of 1h30m" },
		{ "-5m", "a length of time has no sign (0, 3)", NULL },
		{ "100001 days", "the number is larger than 100000 (0, 6)", "" },
		{ "99999999999999999999m", "the number is larger than 100000 (0, 20)", "" },
		{ "15m later", "nothing is expected here, but there is `later` (4, 5)", NULL },
	};
	struct ub_arena *arena = ub_arena_new();
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct ub_span span;
		struct ub_time_error error;
		bool parsed = ub_cal_parse_span(arena, ub_text(cases[i].text), &span, &error);
		expect_mistake(arena, &cases[i], parsed, &error);
	}
	ub_arena_free(&arena);
}

Test(grammar, reads_points)
{
	static const struct {
		const char *text, *words;
	} cases[] = {
		{ "8m before end", "8 minutes before end" },
		{ "3 business days before start", "3 business days before start" },
		{ "1 business day  after prep.end", "1 business day after prep.end" },
		{ "2 days before start", "2 days before start" },
		{ "1h after send-agenda.due", "1 hour after send-agenda.due" },
		{ "start", "start" },
		{ "prep.start", "prep.start" },
		{ "0m before end", "end" },
	};
	struct ub_arena *arena = ub_arena_new();
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct ub_point point;
		struct ub_time_error error;
		cr_assert(ub_cal_parse_point(arena, ub_text(cases[i].text), &point, &error), "%s: %s",
		    cases[i].text, shown(arena, &error).ptr);
		struct ub_buf out = UB_BUF(arena);
		ub_cal_print_point(&out, point);
		cr_assert_str_eq(ub_buf_cstr(&out), cases[i].words);
	}
	ub_arena_free(&arena);
}

Test(grammar, says_what_is_wrong_with_a_point_and_where)
{
	static const struct mistake cases[] = {
		{ "", "`start` or `end` is missing (0, 0)", NULL },
		{ "3 days", "`before` or `after` is missing (6, 0)", NULL },
		{ "3 days befor start", "`befor` is no `before` or `after` (7, 5)",
		    "did you mean `before`?" },
		{ "3 days before", "`start` or `end` is missing (13, 0)", NULL },
		{ "3 days before strat", "`strat` is no time of a meeting or item (14, 5)",
		    "did you mean `start`?" },
		{ "1h after prep.ende", "`ende` is no time of a meeting or item (14, 4)",
		    "did you mean `end`?" },
		{ "1h after prep.", "`prep.` is no time of a meeting or item (9, 5)", NULL },
		{ "1h after .end", "the name of an item is missing before the dot (9, 4)", NULL },
		{ "1h before due", "only a task has a due time (10, 3)", "name the task: `send-agenda.due`" },
		{ "3 dayz before start", "`dayz` is no unit of time (2, 4)", "did you mean `days`?" },
		{ "8m before end please", "nothing is expected here, but there is `please` (14, 6)", NULL },
		{ "before start", "`before` is no time of a meeting or item (0, 6)", NULL },
		{ "3 working days before start", "`working days` is no unit of time (2, 12)", NULL },
		{ "1 workday after end", "`workday` is no unit of time (2, 7)", NULL },
		{ "2 working hours before start", "`working` is no unit of time (2, 7)", NULL },
		{ "tomorrow 9:00",
		    "a time of day or a date cannot be given: items move with their meeting (0, 13)", NULL },
		{ "1 day before start at 9am",
		    "a time of day or a date cannot be given: items move with their meeting (0, 25)", NULL },
		{ "Monday", "a time of day or a date cannot be given: items move with their meeting (0, 6)",
		    NULL },
	};
	struct ub_arena *arena = ub_arena_new();
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct ub_point point;
		struct ub_time_error error;
		bool parsed = ub_cal_parse_point(arena, ub_text(cases[i].text), &point, &error);
		expect_mistake(arena, &cases[i], parsed, &error);
	}
	ub_arena_free(&arena);
}

Test(grammar, reads_periods)
{
	static const struct {
		const char *text, *words;
	} cases[] = {
		{ "day", "every day" },
		{ "week", "every week" },
		{ "2 weeks", "every 2 weeks" },
		{ "month", "every month" },
		{ "2 months", "every 2 months" },
		{ "3 months", "every quarter" },
		{ "quarter", "every quarter" },
		{ "half-year", "every half-year" },
		{ "9 months", "every 9 months" },
		{ "year", "every year" },
		{ "24 months", "every 2 years" },
	};
	struct ub_arena *arena = ub_arena_new();
	struct ub_every every;
	struct ub_time_error error;
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		cr_assert(
		    ub_cal_parse_every(arena, ub_text(cases[i].text), &every, &error), "%s", cases[i].text);
		struct ub_buf out = UB_BUF(arena);
		ub_cal_print_every(&out, every);
		cr_assert_str_eq(ub_buf_cstr(&out), cases[i].words);
	}
	cr_assert(!ub_cal_parse_every(arena, UB_TEXT("0 weeks"), &every, &error));
	cr_assert_str_eq(shown(arena, &error).ptr, "a period cannot be empty (0, 1)");
	cr_assert(!ub_cal_parse_every(arena, UB_TEXT("fortnight"), &every, &error));
	cr_assert_str_eq(shown(arena, &error).ptr, "`fortnight` is no period (0, 9)");
	cr_assert(!ub_cal_parse_every(arena, UB_TEXT("quater"), &every, &error));
	cr_assert_str_eq(error.help.ptr, "did you mean `quarter`?");
	ub_arena_free(&arena);
}

Test(grammar, prints_lengths_of_time_in_words)
{
	static const struct {
		int64_t seconds;
		const char *words;
	} cases[] = { { 2700, "45 minutes" }, { 5400, "1 hour 30 minutes" }, { 0, "0 seconds" },
		{ 1, "1 second" }, { 176461, "2 days 1 hour 1 minute 1 second" }, { -60, "minus 1 minute" } };
	struct ub_arena *arena = ub_arena_new();
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct ub_buf out = UB_BUF(arena);
		ub_cal_print_seconds(&out, cases[i].seconds);
		cr_assert_str_eq(ub_buf_cstr(&out), cases[i].words);
	}
	ub_arena_free(&arena);
}

Test(grammar, shifts_by_the_clock_or_by_the_calendar)
{
	static const struct {
		const char *from, *span, *to;
		bool after;
	} cases[] = {
		{ "2026-03-30 09:00", "24h", "2026-03-29 09:00", false },
		{ "2026-03-29 09:00", "24h", "2026-03-28 08:00",
		    false }, /* clocks were put forward that night */
		{ "2026-03-29 09:00", "1 day", "2026-03-28 09:00", false },
		{ "2026-03-27 10:00", "1 business day", "2026-03-30 10:00", true },
		{ "2026-03-30 10:00", "3 business days", "2026-03-25 10:00", false },
		{ "2026-04-07 10:00", "1 business day", "2026-04-02 10:00", false }, /* over Easter */
		{ "2026-03-29 10:00", "0 business days", "2026-03-29 10:00", false },
		{ "2026-03-22 02:30", "1 week", "2026-03-29 03:30", true }, /* 02:30 is not shown that day */
	};
	struct ub_arena *arena = ub_arena_new();
	struct ub_zones *zones = fixture_zones();
	const struct ub_zone *berlin = fixture_zone(zones, "Europe/Berlin");
	struct ub_working_hours hours = fixture_hours(arena, "Mon-Fri 09:00-17:30");
	struct ub_holidays easter = { 0 };
	ub_cal_holiday_add(arena, &easter, ub_cal_day(2026, 4, 6), UB_TEXT("Easter Monday"));
	ub_cal_holiday_add(arena, &easter, ub_cal_day(2026, 4, 3), UB_TEXT("Good Friday"));
	struct ub_work_calendar calendar = { berlin, &hours, &easter };
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		ub_instant from, to, found;
		struct ub_span span;
		struct ub_time_error error;
		cr_assert(ub_cal_parse_span(arena, ub_text(cases[i].span), &span, &error));
		cr_assert(ub_cal_parse_time(ub_text(cases[i].from), berlin, &from));
		cr_assert(ub_cal_parse_time(ub_text(cases[i].to), berlin, &to));
		cr_assert(ub_cal_shift(&calendar, from, span, cases[i].after, &found));
		cr_assert_eq(
		    found, to, "%s %s: %lld off", cases[i].from, cases[i].span, (long long)(found - to));
	}
	ub_cal_zones_free(&zones);
	ub_arena_free(&arena);
}

Test(grammar, does_not_leave_the_years_1_to_9999)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_working_hours hours = fixture_hours(arena, "Mon-Fri 09:00-17:30");
	struct ub_work_calendar calendar = { ub_cal_utc(), &hours, NULL };
	ub_instant found;
	cr_assert(
	    ub_cal_shift(&calendar, UB_INSTANT_MAX - 60, (struct ub_span){ 1, UB_MINUTES }, true, &found));
	cr_assert(
	    !ub_cal_shift(&calendar, UB_INSTANT_MAX - 59, (struct ub_span){ 1, UB_MINUTES }, true, &found));
	cr_assert(
	    ub_cal_shift(&calendar, UB_INSTANT_MIN + 86400, (struct ub_span){ 1, UB_DAYS }, false, &found));
	cr_assert(!ub_cal_shift(&calendar, UB_INSTANT_MIN, (struct ub_span){ 1, UB_DAYS }, false, &found));
	cr_assert(
	    !ub_cal_shift(&calendar, UB_INSTANT_MAX, (struct ub_span){ 100000, UB_WEEKS }, true, &found));
	ub_arena_free(&arena);
}

Test(grammar, takes_a_business_day_of_a_window_as_a_whole)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_zones *zones = fixture_zones();
	struct ub_working_hours hours = fixture_hours(arena, "Mon-Fri 09:00-17:30");
	struct ub_work_calendar calendar = { fixture_zone(zones, "Europe/Berlin"), &hours, NULL };
	struct ub_interval found;
	ub_instant start = fixture_instant("2026-03-31T14:00:00+02:00"); /* a Tuesday */
	struct ub_point point = { { 3, UB_BUSINESS_DAYS }, false, UB_AT_START, UB_TEXT_NONE };
	cr_assert(ub_cal_point_interval(&calendar, point, start, &found));
	cr_assert_eq(found.start, fixture_instant("2026-03-26T00:00:00+01:00"));
	cr_assert_eq(found.end, fixture_instant("2026-03-27T00:00:00+01:00"));
	point.span = (struct ub_span){ 2, UB_DAYS };
	cr_assert(ub_cal_point_interval(&calendar, point, start, &found));
	cr_assert(found.start == found.end && found.start == fixture_instant("2026-03-29T14:00:00+02:00"));
	ub_cal_zones_free(&zones);
	ub_arena_free(&arena);
}

Test(grammar, knows_the_period_of_an_instant)
{
	static const struct {
		const char *every, *at, *start, *end;
	} cases[] = {
		{ "day", "2026-03-29 12:00", "2026-03-29 00:00", "2026-03-30 00:00" },
		{ "week", "2026-11-15 23:59", "2026-11-09 00:00", "2026-11-16 00:00" },
		{ "2 weeks", "1970-01-05 00:00", "1970-01-05 00:00", "1970-01-19 00:00" },
		{ "2 weeks", "1970-01-04 23:59", "1969-12-22 00:00", "1970-01-05 00:00" },
		{ "quarter", "2026-11-15 10:00", "2026-10-01 00:00", "2027-01-01 00:00" },
		{ "half-year", "2026-06-30 23:59", "2026-01-01 00:00", "2026-07-01 00:00" },
		{ "year", "1969-06-30 23:59", "1969-01-01 00:00", "1970-01-01 00:00" },
	};
	struct ub_arena *arena = ub_arena_new();
	struct ub_zones *zones = fixture_zones();
	const struct ub_zone *berlin = fixture_zone(zones, "Europe/Berlin");
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct ub_every every;
		struct ub_time_error error;
		struct ub_interval expected;
		ub_instant at;
		cr_assert(ub_cal_parse_every(arena, ub_text(cases[i].every), &every, &error));
		cr_assert(ub_cal_parse_time(ub_text(cases[i].at), berlin, &at));
		cr_assert(ub_cal_parse_time(ub_text(cases[i].start), berlin, &expected.start));
		cr_assert(ub_cal_parse_time(ub_text(cases[i].end), berlin, &expected.end));
		struct ub_interval found = ub_cal_period(berlin, every, at);
		cr_assert(found.start == expected.start && found.end == expected.end, "%s %s", cases[i].every,
		    cases[i].at);
	}
	ub_cal_zones_free(&zones);
	ub_arena_free(&arena);
}
