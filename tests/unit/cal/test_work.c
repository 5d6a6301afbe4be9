/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "fixture.h"
#include "leaks.h"

TestSuite(work, .fini = ub_leak_check);
TestSuite(intervals, .fini = ub_leak_check);

static bool same_hours(const struct ub_working_day *a, const struct ub_working_day *b)
{
	bool same = a->n == b->n;
	for (size_t i = 0; same && i < a->n; i++)
		same = a->spans[i].from == b->spans[i].from && a->spans[i].until == b->spans[i].until;
	return same;
}

static void print_day_hours(struct ub_buf *out, const struct ub_working_day *day)
{
	for (size_t i = 0; i < day->n; i++) {
		int from = day->spans[i].from, until = day->spans[i].until;
		ub_buf_printf(out, "%s%02d:%02d-%02d:%02d", i ? ", " : " ", from / 60, from % 60, until / 60,
		    until % 60);
	}
}

/* In the form that is read. */
static void print_hours(struct ub_buf *out, const struct ub_working_hours *hours)
{
	bool first = true;
	for (int day = UB_MONDAY; day <= UB_SUNDAY; day++) {
		int last = day;
		while (last < UB_SUNDAY && same_hours(&hours->days[day], &hours->days[last + 1]))
			last++;
		if (hours->days[day].n) {
			ub_buf_str(out, first ? "" : ", ");
			ub_buf_add(
			    out, ub_text_sub(ub_cal_weekday_name((enum ub_weekday)day, UB_ENGLISH), 0, 3));
			if (last > day) {
				ub_buf_char(out, '-');
				ub_buf_add(
				    out, ub_text_sub(
					     ub_cal_weekday_name((enum ub_weekday)last, UB_ENGLISH), 0, 3));
			}
			print_day_hours(out, &hours->days[day]);
			first = false;
		}
		day = last;
	}
}

Test(work, reads_working_hours)
{
	static const struct {
		const char *text, *printed;
	} cases[] = {
		{ "Mon-Fri 09:00-17:30", "Mon-Fri 09:00-17:30" },
		{ "monday - friday 9:00-17:30", NULL },
		{ "Monday-Friday 9:00-17:30", "Mon-Fri 09:00-17:30" },
		{ "Mon-Thu 09:00-12:00, 13:00-17:30, Fri 09:00-14:00",
		    "Mon-Thu 09:00-12:00, 13:00-17:30, Fri 09:00-14:00" },
		{ "Sun-Thu 08:00-16:00", "Mon-Thu 08:00-16:00, Sun 08:00-16:00" },
		{ "Mon 13:00-17:00, 09:00-12:00", "Mon 09:00-12:00, 13:00-17:00" },
		{ "Mon 00:00-24:00", "Mon 00:00-24:00" },
	};
	struct ub_arena *arena = ub_arena_new();
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct ub_working_hours hours;
		struct ub_time_error error;
		bool read = ub_cal_parse_hours(arena, ub_text(cases[i].text), &hours, &error);
		cr_assert_eq(read, cases[i].printed != NULL, "%s", cases[i].text);
		if (!read)
			continue;
		struct ub_buf out = UB_BUF(arena);
		print_hours(&out, &hours);
		cr_assert_str_eq(ub_buf_cstr(&out), cases[i].printed);
	}
	ub_arena_free(&arena);
}

Test(work, says_what_is_wrong_with_working_hours_and_where)
{
	static const struct {
		const char *text, *message;
		size_t at, len;
	} cases[] = {
		{ "", "the days are missing", 0, 0 },
		{ "09:00-17:00", "the days are missing", 0, 11 },
		{ "Mo-Fr 09:00-17:00", "`Mo` is not a day of the week", 0, 2 },
		{ "Mon-Fry 09:00-17:00", "`Fry` is not a day of the week", 4, 3 },
		{ "Mon 9-17", "`9-17` is not a time of day", 4, 4 },
		{ "Mon 09:00", "a dash and the end of the working hours are missing", 9, 0 },
		{ "Mon 09:00-25:00", "`25:00` is not a time of day", 10, 5 },
		{ "Mon 09:00-24:01", "`24:01` is not a time of day", 10, 5 },
		{ "Mon 17:00-09:00", "the hours end before they begin", 4, 11 },
		{ "Mon 09:00-12:00, 11:59-13:00", "these hours overlap others of the same day", 17, 11 },
		{ "Mon 09:00-12:00; Tue 09:00-12:00",
		    "nothing is expected here, but there is `; Tue 09:00-12:00`", 15, 17 },
		{ "Mon 1:00-2:00, 2:00-3:00, 3:00-4:00, 4:00-5:00, 5:00-6:00, 6:00-7:00, 7:00-8:00",
		    "a day has at most 6 stretches of work", 70, 9 },
	};
	struct ub_arena *arena = ub_arena_new();
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct ub_working_hours hours;
		struct ub_time_error error;
		cr_assert(
		    !ub_cal_parse_hours(arena, ub_text(cases[i].text), &hours, &error), "%s", cases[i].text);
		cr_assert_str_eq(error.message.ptr, cases[i].message);
		cr_assert(error.at == cases[i].at && error.len == cases[i].len, "%s: %zu %zu", cases[i].text,
		    error.at, error.len);
	}
	ub_arena_free(&arena);
}

Test(work, counts_business_days_across_weekends_and_holidays)
{
	static const struct {
		const char *from, *to;
		int n;
	} cases[] = {
		{ "2026-11-12", "2026-11-09", -3 },
		{ "2026-11-09", "2026-11-06", -1 },
		{ "2026-11-08", "2026-11-06", -1 },
		{ "2026-11-08", "2026-11-09", 1 },
		{ "2026-12-28", "2026-12-23",
		    -1 }, /* Christmas Eve is a holiday here, then two more and a weekend */
		{ "2026-12-23", "2026-12-28", 1 },
		{ "2026-12-26", "2026-12-26", 0 },
		{ "2026-12-29", "2026-12-22", -3 },
		{ "2026-11-02", "2027-01-04", 42 },
	};
	struct ub_arena *arena = ub_arena_new();
	struct ub_working_hours hours = fixture_hours(arena, "Mon-Fri 09:00-17:30");
	struct ub_holidays holidays = { 0 };
	ub_cal_holiday_add(arena, &holidays, ub_cal_day(2027, 1, 1), UB_TEXT("New Year"));
	ub_cal_holiday_add(arena, &holidays, ub_cal_day(2026, 12, 24), UB_TEXT("Christmas Eve"));
	ub_cal_holiday_add(arena, &holidays, ub_cal_day(2026, 12, 25), UB_TEXT("Christmas Day"));
	ub_cal_holiday_add(arena, &holidays, ub_cal_day(2026, 12, 25), UB_TEXT("again"));
	cr_assert_eq(holidays.n, 3);
	cr_assert_str_eq(ub_cal_holiday(&holidays, ub_cal_day(2026, 12, 25))->name.ptr, "Christmas Day");
	cr_assert_null(ub_cal_holiday(&holidays, ub_cal_day(2026, 12, 23)));
	struct ub_work_calendar calendar = { ub_cal_utc(), &hours, &holidays };
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		ub_day from, to, found;
		cr_assert(ub_cal_parse_date(ub_text(cases[i].from), &from));
		cr_assert(ub_cal_parse_date(ub_text(cases[i].to), &to));
		cr_assert(ub_cal_business_day(&calendar, from, cases[i].n, &found));
		cr_assert_eq(found, to, "%s %d: %d days off", cases[i].from, cases[i].n, found - to);
	}
	ub_arena_free(&arena);
}

/* Going n business days there and n back ends where it began, if that was a business day. */
Test(work, finds_the_way_back_from_any_business_day)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_working_hours hours = fixture_hours(arena, "Mon-Wed 09:00-17:30, Fri 09:00-12:00");
	struct ub_holidays holidays = { 0 };
	for (ub_day day = ub_cal_day(2020, 1, 1); day < ub_cal_day(2030, 1, 1); day += 23)
		ub_cal_holiday_add(arena, &holidays, day, UB_TEXT("off"));
	struct ub_work_calendar calendar = { ub_cal_utc(), &hours, &holidays };
	for (ub_day day = ub_cal_day(2022, 1, 1); day < ub_cal_day(2023, 1, 1); day++) {
		for (int n = 1; n < 60 && ub_cal_is_business_day(&calendar, day); n += 7) {
			ub_day there, back;
			cr_assert(ub_cal_business_day(&calendar, day, n, &there));
			cr_assert(ub_cal_is_business_day(&calendar, there) && there > day);
			cr_assert(ub_cal_business_day(&calendar, there, -n, &back));
			cr_assert_eq(back, day);
		}
	}
	ub_arena_free(&arena);
}

Test(work, gives_up_on_a_business_day_too_far_away)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_working_hours none = { 0 }, mondays = fixture_hours(arena, "Mon 09:00-10:00");
	struct ub_work_calendar calendar = { ub_cal_utc(), &none, NULL };
	ub_day found;
	cr_assert(!ub_cal_business_day(&calendar, 0, 1, &found));
	calendar.hours = &mondays;
	ub_day sunday = ub_cal_day(1970, 1, 4);
	cr_assert(ub_cal_business_day(&calendar, sunday, UB_BUSINESS_SEARCH_DAYS / 7, &found));
	cr_assert(!ub_cal_business_day(&calendar, sunday, UB_BUSINESS_SEARCH_DAYS / 7 + 2, &found));
	ub_arena_free(&arena);
}

Test(work, finds_slots_in_everybodys_hours)
{
	static const struct {
		const char *window, *busy;
		int minutes;
		bool latest;
		const char *start; /* NULL: none */
	} cases[] = {
		/* Berlin 09:00-17:30 and Chicago 08:00-17:00 meet from 15:00 to 17:30 in Berlin. */
		{ "2026-11-09 00:00/2026-11-10 00:00", NULL, 30, false, "2026-11-09 15:00" },
		{ "2026-11-09 00:00/2026-11-10 00:00", NULL, 30, true, "2026-11-09 17:00" },
		{ "2026-11-09 00:00/2026-11-10 00:00", "2026-11-09 15:00-15:50", 30, false,
		    "2026-11-09 16:00" },
		{ "2026-11-09 00:00/2026-11-10 00:00", "2026-11-09 16:10-16:40", 60, false,
		    "2026-11-09 15:00" },
		{ "2026-11-09 00:00/2026-11-10 00:00", "2026-11-09 15:30-16:40", 60, false, NULL },
		{ "2026-11-09 00:00/2026-11-11 00:00", "2026-11-09 15:30-16:40", 60, false,
		    "2026-11-10 15:00" },
		{ "2026-11-09 00:00/2026-11-10 00:00", NULL, 150, false, "2026-11-09 15:00" },
		{ "2026-11-09 00:00/2026-11-10 00:00", NULL, 151, false, NULL },
		{ "2026-11-09 15:07/2026-11-10 00:00", NULL, 15, false, "2026-11-09 15:15" },
		{ "2026-11-07 00:00/2026-11-09 00:00", NULL, 15, false, NULL }, /* a weekend */
		/* Between the two ends of daylight time the distance is an hour less. */
		{ "2026-10-26 00:00/2026-10-27 00:00", NULL, 15, false, "2026-10-26 14:00" },
		/* Thanksgiving in Chicago. */
		{ "2026-11-26 00:00/2026-11-28 00:00", NULL, 15, false, "2026-11-27 15:00" },
	};
	struct ub_arena *arena = ub_arena_new();
	struct ub_zones *zones = fixture_zones();
	const struct ub_zone *berlin = fixture_zone(zones, "Europe/Berlin");
	struct ub_zone_change central = { .offset = -21600, .abbreviation = UB_TEXT("CST") };
	const struct ub_zone *chicago = ub_cal_zone_from_changes(
	    arena, UB_TEXT("Chicago"), central, NULL, 0, UB_TEXT("CST6CDT,M3.2.0,M11.1.0"));
	struct ub_working_hours here = fixture_hours(arena, "Mon-Fri 09:00-17:30");
	struct ub_working_hours there = fixture_hours(arena, "Mon-Fri 08:00-17:00");
	struct ub_holidays thanksgiving = { 0 };
	ub_cal_holiday_add(arena, &thanksgiving, ub_cal_day(2026, 11, 26), UB_TEXT("Thanksgiving"));
	struct ub_work_calendar people[] = { { berlin, &here, NULL }, { chicago, &there, &thanksgiving } };
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct ub_slot_search search = { .duration = cases[i].minutes * 60,
			.step = 900,
			.latest = cases[i].latest,
			.people = people,
			.n_people = 2 };
		ub_instant found, expected;
		cr_assert(ub_cal_parse_interval(ub_text(cases[i].window), berlin, &search.window));
		if (cases[i].busy)
			cr_assert(ub_cal_parse_interval(
			    ub_text(cases[i].busy), berlin, ub_push(arena, &search.busy)));
		bool fits = ub_cal_find_slot(arena, &search, &found);
		cr_assert_eq(fits, cases[i].start != NULL, "case %zu", i);
		if (!fits)
			continue;
		cr_assert(ub_cal_parse_time(ub_text(cases[i].start), berlin, &expected));
		cr_assert_eq(
		    found, expected, "case %zu: %lld minutes off", i, (long long)(found - expected) / 60);
	}
	ub_cal_zones_free(&zones);
	ub_arena_free(&arena);
}

Test(work, lays_out_as_many_days_as_the_limit_says)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_working_hours hours = fixture_hours(arena, "Mon-Sun 09:00-17:30");
	struct ub_work_calendar calendar = { ub_cal_utc(), &hours, NULL };
	struct ub_interval window = { 0, UB_WINDOW_DAYS_MAX * INT64_C(86400) };
	cr_assert_eq(ub_cal_working_time(arena, &calendar, window).n, UB_WINDOW_DAYS_MAX);
	window.end += 86400;
	cr_assert_eq(ub_cal_working_time(arena, &calendar, window).n, UB_WINDOW_DAYS_MAX);
	ub_arena_free(&arena);
}

static unsigned next_random(unsigned *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 16;
}

static bool contains(struct ub_intervals set, ub_instant at)
{
	for (size_t i = 0; i < set.n; i++)
		if (set.items[i].start <= at && at < set.items[i].end)
			return true;
	return false;
}

/* Against the definition, instant by instant, on small random sets. */
Test(intervals, are_sets_of_instants)
{
	struct ub_arena *arena = ub_arena_new();
	unsigned state = 1;
	for (int round = 0; round < 2000; round++) {
		struct ub_intervals sets[2] = { { 0 }, { 0 } };
		for (int k = 0; k < 2; k++)
			for (unsigned n = next_random(&state) % 6; n > 0; n--) {
				ub_instant start = next_random(&state) % 40;
				*ub_push(arena, &sets[k]) =
				    (struct ub_interval){ start, start + next_random(&state) % 12 - 2 };
			}
		struct ub_intervals both = ub_cal_intersect(arena, sets[0], sets[1]);
		struct ub_intervals any = ub_cal_union(arena, sets[0], sets[1]);
		struct ub_intervals rest = ub_cal_subtract(arena, sets[0], sets[1]);
		for (ub_instant at = -1; at < 55; at++) {
			bool a = contains(sets[0], at), b = contains(sets[1], at);
			cr_assert_eq(contains(both, at), a && b);
			cr_assert_eq(contains(any, at), a || b);
			cr_assert_eq(contains(rest, at), a && !b);
		}
		for (size_t i = 1; i < any.n; i++)
			cr_assert(any.items[i].start > any.items[i - 1].end, "normal");
		ub_arena_reset(arena);
	}
	ub_arena_free(&arena);
}
