/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "fixture.h"
#include "leaks.h"

TestSuite(timestamp, .fini = ub_leak_check);
TestSuite(pattern, .fini = ub_leak_check);

Test(timestamp, reads_rfc3339)
{
	static const struct {
		const char *text;
		ub_instant instant;
		int32_t nanoseconds;
	} cases[] = {
		{ "1970-01-01T00:00:00Z", 0, 0 },
		{ "1985-04-12T23:20:50.52Z", 482196050, 520000000 },
		{ "1996-12-19T16:39:57-08:00", 851042397, 0 },
		{ "1937-01-01t12:00:27.87+00:20", -1041337173, 870000000 },
		{ "2026-11-12 14:00:00.123456789z", 1794492000, 123456789 },
		{ "0001-01-01T00:00:00Z", UB_INSTANT_MIN, 0 },
		{ "9999-12-31T23:59:59.999999999Z", UB_INSTANT_MAX, 999999999 },
	};
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		ub_instant instant;
		int32_t nanoseconds;
		cr_assert(ub_cal_parse_rfc3339(ub_text(cases[i].text), &instant, &nanoseconds), "%s",
		    cases[i].text);
		cr_assert_eq(instant, cases[i].instant, "%s", cases[i].text);
		cr_assert_eq(nanoseconds, cases[i].nanoseconds, "%s", cases[i].text);
	}
}

Test(timestamp, refuses_what_is_not_rfc3339)
{
	static const char *const cases[] = { "", "2026-11-12", "2026-11-12T14:00:00", "2026-11-12T14:00Z",
		"2026-11-12T14:00:00.Z", "2026-11-12T14:00:00.1234567890Z", "2026-11-12T24:00:00Z",
		"2026-02-29T00:00:00Z", "2026-11-12T14:00:60Z", "2026-11-12T14:00:00+1:00",
		"2026-11-12T14:00:00+0100", "2026-11-12T14:00:00+24:00", "2026-11-12T14:00:00+01:60",
		"2026-11-12T14:00:00Z ", " 2026-11-12T14:00:00Z", "0000-12-31T23:59:59Z",
		"0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "10000-01-01T00:00:00Z",
		"2026-11-12T14:00:0\xc2\xb2Z", "+026-11-12T14:00:00Z" };
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		ub_instant instant;
		cr_assert(!ub_cal_parse_rfc3339(ub_text(cases[i]), &instant, NULL), "%s", cases[i]);
	}
}

Test(timestamp, prints_what_it_reads)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_zones *zones = fixture_zones();
	const struct ub_zone *berlin = fixture_zone(zones, "Europe/Berlin");
	for (ub_instant at = UB_INSTANT_MIN; at < UB_INSTANT_MAX - 4000000; at += 3999971) {
		struct ub_buf out = UB_BUF(arena);
		ub_cal_print_rfc3339(&out, berlin, at);
		ub_instant back;
		cr_assert(ub_cal_parse_rfc3339(ub_buf_text(&out), &back, NULL), "%s", ub_buf_cstr(&out));
		cr_assert_eq(back, at);
		ub_arena_reset(arena);
	}
	struct ub_buf out = UB_BUF(arena);
	ub_cal_print_rfc3339(&out, berlin, 1794492000);
	ub_buf_char(&out, ' ');
	ub_cal_print_rfc3339(&out, ub_cal_utc(), 1794492000);
	ub_buf_char(&out, ' ');
	ub_cal_print_date(&out, ub_cal_day(2026, 11, 2));
	cr_assert_str_eq(ub_buf_cstr(&out), "2026-11-12T15:00:00+01:00 2026-11-12T14:00:00Z 2026-11-02");
	ub_cal_zones_free(&zones);
	ub_arena_free(&arena);
}

Test(timestamp, reads_times_on_a_clock)
{
	struct ub_zones *zones = fixture_zones();
	const struct ub_zone *berlin = fixture_zone(zones, "Europe/Berlin");
	struct ub_interval interval;
	ub_instant at;
	cr_assert(ub_cal_parse_time(UB_TEXT("2026-11-12 14:00"), berlin, &at) && at == 1794488400);
	cr_assert(ub_cal_parse_time(UB_TEXT("2026-11-12"), berlin, &at) && at == 1794438000);
	cr_assert(ub_cal_parse_time(UB_TEXT("2026-11-12T14:00:00Z"), berlin, &at) && at == 1794492000);
	cr_assert(!ub_cal_parse_time(UB_TEXT("2026-11-12 14"), berlin, &at));
	cr_assert(!ub_cal_parse_time(UB_TEXT("12.11.2026"), berlin, &at));
	cr_assert(ub_cal_parse_interval(UB_TEXT("2026-11-12 14:00-15:30"), berlin, &interval));
	cr_assert(interval.start == 1794488400 && interval.end == 1794488400 + 5400);
	cr_assert(ub_cal_parse_interval(UB_TEXT("2026-11-12 14:00/2026-11-13 09:00"), berlin, &interval));
	cr_assert_eq(interval.end - interval.start, 19 * 3600);
	cr_assert(!ub_cal_parse_interval(UB_TEXT("2026-11-12 14:00-13:00"), berlin, &interval));
	cr_assert(!ub_cal_parse_interval(UB_TEXT("2026-11-12"), berlin, &interval));
	cr_assert(!ub_cal_parse_interval(UB_TEXT("-"), berlin, &interval));
	ub_day day;
	cr_assert(ub_cal_parse_date(UB_TEXT("1970-01-02"), &day) && day == 1);
	cr_assert(!ub_cal_parse_date(UB_TEXT("1970-01-02 10:00"), &day));
	ub_cal_zones_free(&zones);
}

Test(pattern, formats_in_three_languages)
{
	static const struct {
		const char *pattern, *english, *german, *french;
	} cases[] = {
		{ "%A, %-d %B %Y", "Thursday, 5 March 2026", "Donnerstag, 5 M\xc3\xa4rz 2026",
		    "jeudi, 5 mars 2026" },
		{ "%a %e %b %H:%M", "Thu  5 Mar 09:05", "Do  5 M\xc3\xa4r 09:05", "jeu  5 mars 09:05" },
		{ "%F %T %z %:z %Z", "2026-03-05 09:05:07 +0100 +01:00 CET",
		    "2026-03-05 09:05:07 +0100 +01:00 CET", "2026-03-05 09:05:07 +0100 +01:00 CET" },
		{ "%I:%M %p, %-H h, %R", "09:05 AM, 9 h, 09:05", "09:05 AM, 9 h, 09:05",
		    "09:05 AM, 9 h, 09:05" },
		{ "%j %u %V/%G 100%%", "064 4 10/2026 100%", "064 4 10/2026 100%", "064 4 10/2026 100%" },
		{ "%d.%m.", "05.03.", "05.03.", "05.03." },
		{ "%Q %", "%Q %", "%Q %", "%Q %" },
		{ "", "", "", "" },
	};
	struct ub_arena *arena = ub_arena_new();
	struct ub_zones *zones = fixture_zones();
	const struct ub_zone *berlin = fixture_zone(zones, "Europe/Berlin");
	ub_instant at = fixture_instant("2026-03-05T08:05:07Z");
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct ub_buf english = UB_BUF(arena), german = UB_BUF(arena), french = UB_BUF(arena);
		ub_cal_format(
		    &english, ub_text(cases[i].pattern), berlin, at, ub_cal_language(UB_TEXT("en-GB")));
		ub_cal_format(
		    &german, ub_text(cases[i].pattern), berlin, at, ub_cal_language(UB_TEXT("de-AT")));
		cr_assert_str_eq(ub_buf_cstr(&english), cases[i].english);
		ub_cal_format(
		    &french, ub_text(cases[i].pattern), berlin, at, ub_cal_language(UB_TEXT("fr-CA")));
		cr_assert_str_eq(ub_buf_cstr(&german), cases[i].german);
		cr_assert_str_eq(ub_buf_cstr(&french), cases[i].french);
	}
	ub_cal_zones_free(&zones);
	ub_arena_free(&arena);
}

Test(pattern, is_checked_with_the_place_of_what_is_unknown)
{
	static const struct {
		const char *pattern;
		size_t at, len;
		const char *message;
	} cases[] = { { "%d %Q", 3, 2, "`%Q` is no part of a date" },
		{ "100%", 3, 1, "`%` is no part of a date" }, { "%-A", 0, 2, "`%-` is no part of a date" } };
	struct ub_arena *arena = ub_arena_new();
	struct ub_time_error error;
	cr_assert(ub_cal_check_pattern(arena, UB_TEXT("%A, %-d %B %Y %:z"), &error));
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		cr_assert(!ub_cal_check_pattern(arena, ub_text(cases[i].pattern), &error));
		cr_assert(error.at == cases[i].at && error.len == cases[i].len, "%s", cases[i].pattern);
		cr_assert_str_eq(error.message.ptr, cases[i].message);
	}
	ub_arena_free(&arena);
}

Test(pattern, knows_the_language_of_a_tag)
{
	cr_assert_eq(ub_cal_language(UB_TEXT("de")), UB_GERMAN);
	cr_assert_eq(ub_cal_language(UB_TEXT("DE_ch")), UB_GERMAN);
	cr_assert_eq(ub_cal_language(UB_TEXT("den")), UB_ENGLISH);
	cr_assert_eq(ub_cal_language(UB_TEXT("fr")), UB_FRENCH);
	cr_assert_eq(ub_cal_language(UB_TEXT("it")), UB_ENGLISH);
	cr_assert_eq(ub_cal_language(UB_TEXT("")), UB_ENGLISH);
}
