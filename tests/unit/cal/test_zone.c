/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "leaks.h"

TestSuite(zone, .fini = ub_leak_check);

/* 1900 to 2100, every six hours and a second: what zones.py does, too. */
static uint64_t digest(const struct ub_zone *zone)
{
	uint64_t value = 0xcbf29ce484222325u;
	for (ub_instant at = -2208988800; at < 4102444800; at += 21601)
		value = (value ^ (uint64_t)(ub_cal_offset(zone, at) + 100000)) * 0x100000001b3u;
	return value;
}

static void check_civil(const struct ub_zone *zone, const char *date, const char *time, ub_instant expected)
{
	struct ub_civil civil;
	char text[64];
	snprintf(text, sizeof text, "%s %s", date, time);
	cr_assert(ub_cal_parse_civil(ub_text(text), &civil, NULL));
	ub_instant instant = ub_cal_instant(zone, civil);
	cr_assert_eq(instant, expected, "%s %s: %lld", ub_cal_zone_name(zone).ptr, text, (long long)instant);
}

static void check_line(struct ub_zones *zones, const char *line)
{
	char kind[8], name[64], a[32], b[32] = "", c[32] = "";
	if (sscanf(line, "%7s %63s %31s %31s %31s", kind, name, a, b, c) < 3 || kind[0] == '#')
		return;
	const struct ub_zone *zone = fixture_zone(zones, name);
	if (strcmp(kind, "all") == 0)
		cr_assert_eq(digest(zone), strtoull(a, NULL, 16), "%s", name);
	if (strcmp(kind, "civil") == 0)
		check_civil(zone, a, b, atoll(c));
	if (strcmp(kind, "at") != 0)
		return;
	struct ub_zone_period period = ub_cal_zone_at(zone, atoll(a));
	cr_assert_eq(period.offset, atoi(b), "%s", line);
	cr_assert(ub_text_is(period.abbreviation, c), "%s: %.*s", line, UB_ARGS(period.abbreviation));
}

Test(zone, agrees_with_python_from_1900_to_2100)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_zones *zones = fixture_zones();
	struct ub_text rest = fixture_read(arena, "zones.txt"), line;
	size_t lines = 0;
	for (; ub_text_split(&rest, '\n', &line); lines++)
		check_line(zones, ub_text_cstr(arena, line));
	cr_assert_gt(lines, 500);
	ub_cal_zones_free(&zones);
	ub_arena_free(&arena);
}

Test(zone, reads_fat_and_slim_files_alike)
{
	struct ub_zones *zones = fixture_zones();
	cr_assert_eq(digest(fixture_zone(zones, "fat/Berlin")), digest(fixture_zone(zones, "Europe/Berlin")));
	ub_cal_zones_free(&zones);
}

Test(zone, takes_the_first_of_two_readings_and_moves_on_in_a_gap)
{
	struct ub_zones *zones = fixture_zones();
	static const struct {
		const char *zone, *civil, *instant;
	} cases[] = {
		{ "Europe/Berlin", "2026-03-29 01:59:59", "2026-03-29T00:59:59Z" },
		{ "Europe/Berlin", "2026-03-29 02:30", "2026-03-29T03:30:00+02:00" },
		{ "Europe/Berlin", "2026-03-29 03:00", "2026-03-29T01:00:00Z" },
		{ "Europe/Berlin", "2026-10-25 01:59:59", "2026-10-24T23:59:59Z" },
		{ "Europe/Berlin", "2026-10-25 02:30", "2026-10-25T02:30:00+02:00" },
		{ "Europe/Berlin", "2026-10-25 03:00", "2026-10-25T03:00:00+01:00" },
		{ "America/New_York", "2026-03-08 02:30", "2026-03-08T03:30:00-04:00" },
		{ "America/New_York", "2026-11-01 01:30", "2026-11-01T01:30:00-04:00" },
		{ "America/New_York", "2026-11-01 02:00", "2026-11-01T02:00:00-05:00" },
		{ "America/New_York", "9999-07-01 12:00", "9999-07-01T12:00:00-04:00" },
		{ "Europe/Berlin", "9999-12-31 23:59:59", "9999-12-31T23:59:59+01:00" },
		{ "Pacific/Apia", "2011-12-30 12:00", "2011-12-31T12:00:00+14:00" },
	};
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		ub_instant instant;
		const struct ub_zone *zone = fixture_zone(zones, cases[i].zone);
		cr_assert(ub_cal_parse_time(ub_text(cases[i].civil), zone, &instant));
		cr_assert_eq(
		    instant, fixture_instant(cases[i].instant), "%s %s", cases[i].zone, cases[i].civil);
	}
	ub_cal_zones_free(&zones);
}

/* Every instant shows a time. That time leads back to the instant, or to one at which the same time is shown
 * again. */
Test(zone, turns_instants_into_civil_times_and_back)
{
	struct ub_zones *zones = fixture_zones();
	static const char *const names[] = { "Europe/Berlin", "America/New_York", "Australia/Lord_Howe",
		"Asia/Gaza", "Pacific/Apia", "Africa/Casablanca" };
	for (size_t i = 0; i < UB_COUNT(names); i++) {
		const struct ub_zone *zone = fixture_zone(zones, names[i]);
		for (ub_instant at = UB_INSTANT_MIN + 200000; at < UB_INSTANT_MAX - 200000; at += 8640013) {
			ub_instant back = ub_cal_instant(zone, ub_cal_civil(zone, at));
			bool fold =
			    back < at && ub_cal_offset(zone, back) - ub_cal_offset(zone, at) == at - back;
			cr_assert(back == at || fold, "%s %lld", names[i], (long long)at);
			struct ub_zone_period period = ub_cal_zone_at(zone, at);
			cr_assert(period.from <= at && at < period.until);
		}
	}
	ub_cal_zones_free(&zones);
}

Test(zone, begins_a_day_where_its_clock_begins)
{
	struct ub_zones *zones = fixture_zones();
	const struct ub_zone *sao_paulo = fixture_zone(zones, "America/Sao_Paulo");
	const struct ub_zone *berlin = fixture_zone(zones, "Europe/Berlin");
	const struct ub_zone *apia = fixture_zone(zones, "Pacific/Apia");
	cr_assert_eq(ub_cal_day_start(sao_paulo, ub_cal_day(2018, 11, 4)),
	    fixture_instant("2018-11-04T01:00:00-02:00"), "clocks were put forward at midnight");
	struct ub_interval march = ub_cal_day_interval(berlin, ub_cal_day(2026, 3, 29));
	struct ub_interval october = ub_cal_day_interval(berlin, ub_cal_day(2026, 10, 25));
	struct ub_interval never = ub_cal_day_interval(apia, ub_cal_day(2011, 12, 30));
	cr_assert_eq(march.end - march.start, 23 * 3600);
	cr_assert_eq(october.end - october.start, 25 * 3600);
	cr_assert_eq(never.end, never.start, "a day that was left out is empty");
	ub_cal_zones_free(&zones);
}

Test(zone, finds_tzids_behind_vendor_prefixes_and_windows_names)
{
	struct ub_zones *zones = fixture_zones();
	static const struct {
		const char *tzid, *name;
	} cases[] = {
		{ "Europe/Berlin", "Europe/Berlin" },
		{ "/freeassociation.sourceforge.net/Europe/Berlin", "Europe/Berlin" },
		{ "/freeassociation.sourceforge.net/Tzfile/Europe/Berlin", "Europe/Berlin" },
		{ "/mozilla.org/20070129_1/America/New_York", "America/New_York" },
		{ "/citadel.org/20190201_1/Europe/Berlin", "Europe/Berlin" },
		{ "/Europe/Berlin", "Europe/Berlin" },
		{ "W. Europe Standard Time", "Europe/Berlin" },
		{ "tzone://Microsoft/Utc", "UTC" },
		{ "TZONE://microsoft/utc", "UTC" },
		{ "utc", "UTC" },
		{ "Coordinated Universal Time", "UTC" },
		{ "(UTC) Coordinated Universal Time", "UTC" },
		{ "Eastern Standard Time", "America/New_York" },
		{ "E. South America Standard Time", "America/Sao_Paulo" },
		{ "UTC", "UTC" },
		{ "Etc/UTC", "UTC" },
		{ "/freeassociation.sourceforge.net/UTC", "UTC" },
		{ " Europe/Berlin ", "Europe/Berlin" },
		{ "Europe/Nowhere", NULL },
		{ "w. europe standard time", NULL },
		{ "../Europe/Berlin", NULL },
		{ "/../../etc/passwd", NULL },
		{ "Europe//Berlin", NULL },
		{ "Europe/", NULL },
		{ "localtime", NULL },
		{ "", NULL },
		{ "/", NULL },
		{ "///", NULL },
		{ "(UTC+01:00) Amsterdam, Berlin", NULL },
	};
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		const struct ub_zone *zone = ub_cal_zone_find(zones, ub_text(cases[i].tzid));
		struct ub_text name = zone ? ub_cal_zone_name(zone) : UB_TEXT_NONE;
		cr_assert(ub_text_is(name, cases[i].name ? cases[i].name : ""), "%s: %.*s", cases[i].tzid,
		    UB_ARGS(name));
	}
	ub_cal_zones_free(&zones);
}

Test(zone, finds_the_zone_of_whole_hours)
{
	struct ub_zones *zones = fixture_zones();
	static const struct {
		const char *tzid, *name;
	} cases[] = {
		{ "GMT+0100", "Etc/GMT-1" },
		{ "UTC+01:00", "Etc/GMT-1" },
		{ "utc+1", "Etc/GMT-1" },
		{ "GMT-5", "Etc/GMT+5" },
		{ "-05:00", "Etc/GMT+5" },
		{ "+12", "Etc/GMT-12" },
		{ "UTC+05:30", NULL },
		{ "+0530", NULL },
		{ "GMT+99", NULL },
		{ "GMT", NULL },
		{ "GMT1", NULL },
		{ "+", NULL },
		{ ":00", NULL },
		{ "", NULL },
	};
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		const struct ub_zone *zone = ub_cal_zone_of_hours(zones, ub_text(cases[i].tzid));
		struct ub_text name = zone ? ub_cal_zone_name(zone) : UB_TEXT_NONE;
		cr_assert(ub_text_is(name, cases[i].name ? cases[i].name : ""), "%s: %.*s", cases[i].tzid,
		    UB_ARGS(name));
	}
	ub_cal_zones_free(&zones);
}

Test(zone, has_every_windows_name_of_the_table_in_order)
{
	cr_assert_str_eq(ub_cal_zone_of_windows(UB_TEXT("AUS Central Standard Time")), "Australia/Darwin");
	cr_assert_str_eq(ub_cal_zone_of_windows(UB_TEXT("Pacific Standard Time")), "America/Los_Angeles");
	cr_assert_str_eq(
	    ub_cal_zone_of_windows(UB_TEXT("Pacific Standard Time (Mexico)")), "America/Tijuana");
	cr_assert_str_eq(ub_cal_zone_of_windows(UB_TEXT("UTC-11")), "Etc/GMT+11");
	cr_assert_str_eq(ub_cal_zone_of_windows(UB_TEXT("Yukon Standard Time")), "America/Whitehorse");
	cr_assert_null(ub_cal_zone_of_windows(UB_TEXT("Zulu Standard Time")));
}

static void *look_up(void *zones)
{
	static const char *const names[] = { "Europe/Berlin", "America/New_York", "Asia/Gaza",
		"Pacific/Apia" };
	const struct ub_zone **found = calloc(UB_COUNT(names), sizeof *found);
	for (size_t i = 0; i < UB_COUNT(names); i++)
		found[i] = ub_cal_zone_find(zones, ub_text(names[i]));
	return found;
}

Test(zone, gives_all_threads_the_same_zones)
{
	struct ub_zones *zones = fixture_zones();
	pthread_t threads[8];
	void *found[8];
	for (size_t i = 0; i < UB_COUNT(threads); i++)
		cr_assert(pthread_create(&threads[i], NULL, look_up, zones) == 0);
	for (size_t i = 0; i < UB_COUNT(threads); i++)
		pthread_join(threads[i], &found[i]);
	for (size_t i = 0; i < UB_COUNT(threads); i++) {
		cr_assert_arr_eq(found[i], found[0], 4 * sizeof(void *));
		if (i)
			free(found[i]);
	}
	free(found[0]);
	ub_cal_zones_free(&zones);
}

Test(zone, refuses_files_cut_off_or_damaged_anywhere)
{
	struct ub_arena *arena = ub_arena_new();
	static const char *const files[] = { "zoneinfo/Europe/Berlin", "zoneinfo/fat/Berlin",
		"zoneinfo/Asia/Kathmandu" };
	for (size_t k = 0; k < UB_COUNT(files); k++) {
		struct ub_text whole = fixture_read(arena, files[k]);
		for (size_t n = 0; n < whole.len; n++) {
			char *exact = malloc(n + 1); /* so that ASan sees a byte too far */
			memcpy(exact, whole.ptr, n);
			cr_assert_null(
			    ub_cal_zone_from_tzif(arena, UB_TEXT("x"), ub_text_n(exact, n)), "%zu", n);
			free(exact);
		}
		for (size_t n = 0; n < whole.len; n++) {
			char *copy = ub_text_cstr(arena, whole);
			copy[n] = (char)~copy[n];
			const struct ub_zone *zone =
			    ub_cal_zone_from_tzif(arena, UB_TEXT("x"), ub_text_n(copy, whole.len));
			if (zone)
				ub_cal_civil(zone, 1800000000);
		}
	}
	ub_arena_free(&arena);
}

static struct ub_text load_any(void *context, struct ub_arena *arena, struct ub_text name)
{
	(void)name;
	return ub_text_copy(arena, *(struct ub_text *)context);
}

Test(zone, reads_files_and_names_up_to_the_limit)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_text small = fixture_read(arena, "zoneinfo/Europe/Berlin");
	char *bytes = ub_arena_alloc(arena, UB_TZIF_MAX + 1);
	memcpy(bytes, small.ptr, small.len);
	cr_assert_not_null(ub_cal_zone_from_tzif(arena, UB_TEXT("x"), ub_text_n(bytes, UB_TZIF_MAX)));
	cr_assert_null(ub_cal_zone_from_tzif(arena, UB_TEXT("x"), ub_text_n(bytes, UB_TZIF_MAX + 1)));
	struct ub_zones *zones = ub_cal_zones_new((struct ub_zone_source){ load_any, &small });
	struct ub_buf name = UB_BUF(arena);
	ub_buf_pad(&name, 'a', UB_ZONE_NAME_MAX + 1);
	struct ub_text longest = ub_text_sub(ub_buf_text(&name), 0, UB_ZONE_NAME_MAX);
	cr_assert_not_null(ub_cal_zone_find(zones, longest));
	cr_assert_null(ub_cal_zone_find(zones, ub_buf_text(&name)));
	ub_cal_zones_free(&zones);
	ub_arena_free(&arena);
}

Test(zone, reads_tz_strings)
{
	static const struct {
		const char *rule, *january, *july;
	} cases[] = {
		{ "CET-1CEST,M3.5.0,M10.5.0/3", "+01:00", "+02:00" },
		{ "EST5EDT,M3.2.0,M11.1.0", "-05:00", "-04:00" },
		{ "<-04>4<-03>,M9.1.6/24,M4.1.6/24", "-03:00", "-04:00" },
		{ "IST-1GMT0,M10.5.0,M3.5.0/1", "+00:00", "+01:00" },
		{ "EST5EDT,0/0,J365/25", "-04:00", "-04:00" },
		{ "<+0330>-3:30", "+03:30", "+03:30" },
		{ "XXX3YYY,J60/2,J300/2", "-03:00", "-02:00" },
		{ "XXX3YYY,59/-2,299/167", "-03:00", "-02:00" },
		{ "CET", NULL, NULL },
		{ "CET-1CEST", NULL, NULL },
		{ "CET-1CEST,M3.5.0", NULL, NULL },
		{ "CET-1CEST,M13.5.0,M10.5.0", NULL, NULL },
		{ "CET-1CEST,M3.6.0,M10.5.0", NULL, NULL },
		{ "CET-1CEST,M3.5.7,M10.5.0", NULL, NULL },
		{ "CET-1CEST,J0,M10.5.0", NULL, NULL },
		{ "CET-1CEST,M3.5.0/168,M10.5.0", NULL, NULL },
		{ "CET-25", NULL, NULL },
		{ "CE-1", NULL, NULL },
		{ "<CET-1", NULL, NULL },
		{ "CET-1 ", NULL, NULL },
	};
	struct ub_arena *arena = ub_arena_new();
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct ub_zone_change only = { .abbreviation = UB_TEXT("XXX") };
		const struct ub_zone *zone =
		    ub_cal_zone_from_changes(arena, UB_TEXT("x"), only, NULL, 0, ub_text(cases[i].rule));
		cr_assert_eq(zone != NULL, cases[i].january != NULL, "%s", cases[i].rule);
		if (!zone || !strstr(cases[i].rule, ","))
			continue;
		struct ub_buf out = UB_BUF(arena);
		ub_cal_format(
		    &out, UB_TEXT("%:z "), zone, fixture_instant("2026-01-15T12:00:00Z"), UB_ENGLISH);
		ub_cal_format(
		    &out, UB_TEXT("%:z"), zone, fixture_instant("2026-07-15T12:00:00Z"), UB_ENGLISH);
		cr_assert(ub_text_is(ub_buf_text(&out),
			      ub_textf(arena, "%s %s", cases[i].january, cases[i].july).ptr),
		    "%s: %s", cases[i].rule, ub_buf_cstr(&out));
	}
	ub_arena_free(&arena);
}

Test(zone, is_made_of_listed_changes_up_to_the_limit)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_zone_change before = { .offset = 3600, .abbreviation = UB_TEXT("A") };
	struct ub_zone_change *changes = UB_NEW_ARRAY(arena, struct ub_zone_change, UB_ZONE_CHANGES_MAX + 1);
	for (size_t i = 0; i <= UB_ZONE_CHANGES_MAX; i++)
		changes[i] = (struct ub_zone_change){ (ub_instant)i * 1000, i % 2 ? 3600 : 7200, i % 2 == 0,
			UB_TEXT("B") };
	const struct ub_zone *zone =
	    ub_cal_zone_from_changes(arena, UB_TEXT("x"), before, changes, UB_ZONE_CHANGES_MAX, UB_TEXT_NONE);
	cr_assert_not_null(zone);
	cr_assert_eq(ub_cal_offset(zone, -1), 3600);
	cr_assert_eq(ub_cal_offset(zone, 0), 7200);
	cr_assert_eq(ub_cal_offset(zone, 1000), 3600);
	cr_assert_eq(ub_cal_offset(zone, 999999999999), 3600, "the last one holds for ever");
	cr_assert_null(ub_cal_zone_from_changes(
	    arena, UB_TEXT("x"), before, changes, UB_ZONE_CHANGES_MAX + 1, UB_TEXT_NONE));
	changes[1].at = changes[0].at;
	cr_assert_null(ub_cal_zone_from_changes(arena, UB_TEXT("x"), before, changes, 2, UB_TEXT_NONE));
	changes[0].offset = 27 * 3600;
	cr_assert_null(ub_cal_zone_from_changes(arena, UB_TEXT("x"), before, changes, 1, UB_TEXT_NONE));
	ub_arena_free(&arena);
}

Test(zone, keeps_as_many_zones_as_the_limit_says)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_text bytes = fixture_read(arena, "zoneinfo/Asia/Kathmandu");
	struct ub_zones *zones = ub_cal_zones_new((struct ub_zone_source){ load_any, &bytes });
	for (size_t i = 0; i < UB_ZONES_MAX; i++)
		cr_assert_not_null(ub_cal_zone_find(zones, ub_textf(arena, "Test/Zone%zu", i)));
	cr_assert_null(ub_cal_zone_find(zones, UB_TEXT("Test/Other")));
	cr_assert_not_null(ub_cal_zone_find(zones, UB_TEXT("Test/Zone7")));
	ub_cal_zones_free(&zones);
	ub_arena_free(&arena);
}

Test(zone, tells_its_yearly_rule)
{
	struct ub_zones *zones = fixture_zones();
	struct ub_zone_rule rule;
	cr_assert(ub_cal_zone_rule(fixture_zone(zones, "Europe/Berlin"), &rule));
	cr_assert(rule.standard == 3600 && rule.daylight == 7200);
	cr_assert(rule.to_daylight.month == 3 && rule.to_daylight.week == 5 &&
		  rule.to_daylight.weekday == UB_SUNDAY && rule.to_daylight.time == 7200);
	cr_assert(!ub_cal_zone_rule(fixture_zone(zones, "Asia/Kathmandu"), &rule));
	cr_assert(!ub_cal_zone_rule(ub_cal_utc(), &rule));
	ub_cal_zones_free(&zones);
}
