/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <libical/ical.h>

#include "fixture.h"
#include "ical-private.h"
#include "leaks.h"
#include "objects.h"

TestSuite(own_zone, .fini = ub_leak_check);
TestSuite(yearly, .fini = ub_leak_check);
TestSuite(vtimezone, .fini = ub_leak_check);

static const char *start_in(struct desk *desk, const char *zone, const char *time)
{
	struct ub_text text = ub_textf(desk->arena,
	    "BEGIN:VCALENDAR\n%sBEGIN:VEVENT\nUID:u\nDTSTART;TZID=Own:%s\nEND:VEVENT\nEND:VCALENDAR\n", zone,
	    time);
	const struct ub_event *event = ub_ical_read(text, desk->zones, desk->arena, &desk->refusal);
	return event ? shown(desk, &event->start) : desk->refusal.code;
}

/* As Exchange writes it. */
static const char outlook[] =
    "BEGIN:VTIMEZONE\nTZID:Own\nBEGIN:STANDARD\nDTSTART:16010101T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+"
    "0100\n"
    "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10\nEND:STANDARD\nBEGIN:DAYLIGHT\nDTSTART:"
    "16010101T020000\n"
    "TZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nRRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3\nEND:DAYLIGHT\n"
    "END:VTIMEZONE\n";
static const char fixed[] = "BEGIN:VTIMEZONE\nTZID:Own\nBEGIN:STANDARD\nDTSTART:16010101T000000\n"
			    "TZOFFSETFROM:+0530\nTZOFFSETTO:+0530\nEND:STANDARD\nEND:VTIMEZONE\n";
static const char listed[] =
    "BEGIN:VTIMEZONE\nTZID:Own\nBEGIN:STANDARD\nDTSTART:20261025T030000\nRDATE:20271031T030000,"
    "20281029T030000\n"
    "TZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nEND:STANDARD\nBEGIN:DAYLIGHT\nDTSTART:20260329T020000\n"
    "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU;UNTIL=20270328T010000Z\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\n"
    "END:DAYLIGHT\nEND:VTIMEZONE\n";
static const char located[] = "BEGIN:VTIMEZONE\nTZID:Own\nX-LIC-LOCATION:America/New_York\nEND:VTIMEZONE\n";

Test(own_zone, is_what_the_object_says)
{
	static const struct {
		const char *zone, *time, *start;
	} cases[] = {
		{ outlook, "20260701T140000", "2026-07-01T14:00:00+02:00 Own" },
		{ outlook, "20261112T140000", "2026-11-12T14:00:00+01:00 Own" },
		{ outlook, "20260329T023000", "2026-03-29T03:30:00+02:00 Own" },
		{ outlook, "20261025T023000", "2026-10-25T02:30:00+02:00 Own" },
		{ outlook, "19700701T140000", "1970-07-01T14:00:00+02:00 Own" },
		/* Rules are followed to UB_ZONE_YEAR_MAX; then the last offset stays. */
		{ outlook, "21000701T140000", "2100-07-01T14:00:00+02:00 Own" },
		{ outlook, "21010701T140000", "2101-07-01T14:00:00+01:00 Own" },
		{ fixed, "20260701T140000", "2026-07-01T14:00:00+05:30 Own" },
		{ listed, "20260101T140000", "2026-01-01T14:00:00+01:00 Own" },
		{ listed, "20270701T140000", "2027-07-01T14:00:00+02:00 Own" },
		{ listed, "20280701T140000", "2028-07-01T14:00:00+01:00 Own" },
		{ located, "20260701T140000", "2026-07-01T14:00:00-04:00 America/New_York" },
		{ "", "20260701T140000", "unknown-zone" },
		{ "BEGIN:VTIMEZONE\nTZID:Own\nEND:VTIMEZONE\n", "20260701T140000", "unknown-zone" },
		{ "BEGIN:VTIMEZONE\nTZID:Own\nBEGIN:STANDARD\nDTSTART:20260101T000000\nTZOFFSETTO:+0100\nEND:"
		  "STANDARD\n"
		  "END:VTIMEZONE\n",
		    "20260701T140000", "unknown-zone" },
		{ "BEGIN:VTIMEZONE\nTZID:Own\nBEGIN:STANDARD\nDTSTART:20260101T000000\nTZOFFSETFROM:+0100\n"
		  "TZOFFSETTO:+0100\nRRULE:FREQ=SECONDLY\nEND:STANDARD\nEND:VTIMEZONE\n",
		    "20260701T140000", "unknown-zone" },
	};
	struct desk desk = desk_open();
	for (size_t i = 0; i < UB_COUNT(cases); i++)
		cr_assert_str_eq(
		    start_in(&desk, cases[i].zone, cases[i].time), cases[i].start, "case %zu", i);
	desk_close(&desk);
}

Test(own_zone, comes_before_the_hours_that_its_name_says)
{
	static const char event[] =
	    "BEGIN:VCALENDAR\n%sBEGIN:VEVENT\nUID:u\nDTSTART;TZID=GMT+0100:20260701T140000\n"
	    "END:VEVENT\nEND:VCALENDAR\n";
	static const char zone[] = "BEGIN:VTIMEZONE\nTZID:GMT+0100\nBEGIN:DAYLIGHT\nDTSTART:20260329T020000\n"
				   "TZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nEND:DAYLIGHT\nEND:VTIMEZONE\n";
	struct desk desk = desk_open();
	const struct ub_event *bare =
	    ub_ical_read(ub_textf(desk.arena, event, ""), desk.zones, desk.arena, &desk.refusal);
	const struct ub_event *defined =
	    ub_ical_read(ub_textf(desk.arena, event, zone), desk.zones, desk.arena, &desk.refusal);
	cr_assert(bare && defined, "%s", desk.refusal.code);
	cr_expect_str_eq(shown(&desk, &bare->start), "2026-07-01T14:00:00+01:00 Etc/GMT-1");
	cr_expect_str_eq(shown(&desk, &defined->start), "2026-07-01T14:00:00+02:00 GMT+0100");
	desk_close(&desk);
}

Test(own_zone, may_have_the_name_of_windows_without_its_ending)
{
	static const char event[] = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:u\n"
				    "DTSTART;TZID=W. Europe:20260701T140000\nEND:VEVENT\nEND:VCALENDAR\n";
	struct desk desk = desk_open();
	const struct ub_event *read = ub_ical_read(ub_text(event), desk.zones, desk.arena, &desk.refusal);
	cr_assert(read, "%s", desk.refusal.code);
	cr_expect_str_eq(shown(&desk, &read->start), "2026-07-01T14:00:00+02:00 Europe/Berlin");
	desk_close(&desk);
}

/* Half a definition would be hours wrong half of the year. */
Test(own_zone, is_unknown_where_one_part_of_it_is_not_sound)
{
	static const char *const parts[] = {
		"DTSTART:20260329T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nRRULE:FREQ=SECONDLY\n",
		"DTSTART:20260329T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nRDATE:20270328T020000,soon\n",
		"DTSTART:soon\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\n",
		"TZOFFSETFROM:+0100\nTZOFFSETTO:+0200\n",
		"DTSTART:20260329T020000\nTZOFFSETTO:+0200\n",
		"DTSTART:20260329T020000\nTZOFFSETFROM:+0100\n",
		"DTSTART:20260329T020000\nTZOFFSETFROM:0100\nTZOFFSETTO:+0200\n",
		"DTSTART:20260329T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0260\n",
	};
	static const char zone[] = "BEGIN:VTIMEZONE\nTZID:Own\nBEGIN:STANDARD\nDTSTART:20251026T030000\n"
				   "TZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nEND:STANDARD\n"
				   "BEGIN:DAYLIGHT\n%sEND:DAYLIGHT\nEND:VTIMEZONE\n";
	struct desk desk = desk_open();
	const char *sound = "DTSTART:20260329T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\n";
	cr_expect_str_eq(start_in(&desk, ub_textf(desk.arena, zone, sound).ptr, "20260701T140000"),
	    "2026-07-01T14:00:00+02:00 Own");
	for (size_t i = 0; i < UB_COUNT(parts); i++)
		cr_expect_str_eq(start_in(&desk, ub_textf(desk.arena, zone, parts[i]).ptr, "20260701T140000"),
		    "unknown-zone", "%s", parts[i]);
	desk_close(&desk);
}

struct list {
	struct ub_arena *arena;
	struct ub_buf out;
	int n;
};

static bool note(void *context, struct ub_civil c)
{
	struct list *list = context;
	ub_buf_printf(&list->out, "%04d%02d%02dT%02d%02d ", c.year, c.month, c.day, c.hour, c.minute);
	return ++list->n < 40;
}

static const char *instances(struct ub_arena *arena, const char *rule, struct ub_civil start)
{
	struct list list = { arena, UB_BUF(arena), 0 };
	bool sound = ub_ical_yearly(ub_text(rule), start, 3600, 2060, note, &list);
	return sound ? ub_buf_cstr(&list.out) : "refused";
}

/* The instances that libical finds. An UNTIL in UTC is an hour later on this clock. */
static const char *mirrored(struct ub_arena *arena, const char *text, struct ub_civil start)
{
	struct list list = { arena, UB_BUF(arena), 0 };
	struct icalrecurrencetype rule = icalrecurrencetype_from_string(text);
	struct icaltimetype first = { .year = start.year,
		.month = start.month,
		.day = start.day,
		.hour = start.hour,
		.minute = start.minute };
	rule.until.hour += icaltime_is_utc(rule.until);
	if (rule.until.is_date) {
		rule.until.is_date = 0;
		rule.until.hour = 23;
	}
	icalrecur_iterator *iterator = icalrecur_iterator_new(rule, first);
	struct icaltimetype next = icalrecur_iterator_next(iterator);
	while (!icaltime_is_null_time(next) && next.year <= 2060) {
		struct ub_civil civil = { next.year, next.month, next.day, next.hour, next.minute, 0 };
		if (!note(&list, civil))
			break;
		next = icalrecur_iterator_next(iterator);
	}
	icalrecur_iterator_free(iterator);
	return ub_buf_cstr(&list.out);
}

Test(yearly, gives_the_instances_that_libical_gives)
{
	static const char *const rules[] = {
		"FREQ=YEARLY",
		"FREQ=YEARLY;INTERVAL=3",
		"FREQ=YEARLY;COUNT=4",
		"FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
		"FREQ=YEARLY;BYDAY=2SU;BYMONTH=3;UNTIL=20200308T020000Z",
		"FREQ=YEARLY;BYMONTH=10,4;BYDAY=1SU,3TH",
		"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
		"FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=-1,15",
		"FREQ=YEARLY;BYMONTH=11;BYDAY=TH;BYMONTHDAY=22,23,24,25,26,27,28",
		"FREQ=YEARLY;BYMONTH=6;WKST=SU",
		"FREQ=YEARLY;BYMONTH=9;BYDAY=-2MO;BYHOUR=2;BYMINUTE=30",
		"FREQ=YEARLY;BYMONTH=3;BYDAY=5SU",
		"FREQ=YEARLY;UNTIL=20250612",
		"FREQ=YEARLY;BYYEARDAY=100,-1,366",
		"FREQ=YEARLY;BYDAY=20MO,-1FR",
		"FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO,SU",
		"FREQ=YEARLY;BYMONTH=9;BYDAY=MO,TU;BYSETPOS=-1,2",
	};
	static const struct ub_civil starts[] = { { 2008, 6, 12, 2, 30, 0 }, { 2012, 2, 29, 2, 30, 0 } };
	struct ub_arena *arena = ub_arena_new();
	for (size_t i = 0; i < UB_COUNT(rules); i++)
		for (size_t k = 0; k < UB_COUNT(starts); k++) {
			const char *mine = instances(arena, rules[i], starts[k]);
			cr_assert_str_eq(mine, mirrored(arena, rules[i], starts[k]), "%s", rules[i]);
			cr_assert_gt(strlen(mine), 0);
		}
	ub_arena_free(&arena);
}

Test(yearly, refuses_other_rules_and_ends_with_those_that_never_match)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_civil start = { 2026, 1, 1, 0, 0, 0 };
	cr_assert_str_eq(
	    instances(arena, "FREQ=YEARLY;BYYEARDAY=100;COUNT=2", start), "20260410T0000 20270410T0000 ");
	static const char *const refused[] = { "", "FREQ=DAILY", "FREQ=MINUTELY", "FREQ=YEARLY;RSCALE=HEBREW",
		"BYDAY=XX;FREQ=YEARLY", "FREQ=YEARLY;\x01", "FREQ=YEARLY;BYYEARDAY=999" };
	for (size_t i = 0; i < UB_COUNT(refused); i++)
		cr_assert_str_eq(instances(arena, refused[i], start), "refused", "%s", refused[i]);
	cr_assert_str_eq(instances(arena, "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", start), "");
	cr_assert_str_eq(instances(arena, "FREQ=YEARLY;BYMONTH=10;BYDAY=-9SU", start), "");
	cr_assert_str_eq(instances(arena, "FREQ=YEARLY;BYMONTH=6;BYWEEKNO=53", start), "");
	/* The weekday is the start's (a Thursday); libical reads out of bounds here. */
	cr_assert_str_eq(instances(arena, "FREQ=YEARLY;BYWEEKNO=20,-1;COUNT=3", start),
	    "20260514T0000 20261231T0000 20270520T0000 ");
	/* RFC 5545 3.3.10: month days without months are those of all months. libical gives none. */
	cr_assert_str_eq(instances(arena, "FREQ=YEARLY;BYMONTHDAY=31;COUNT=3", start),
	    "20260131T0000 20260331T0000 20260531T0000 ");
	ub_arena_free(&arena);
}

struct counter {
	int n;
};

static bool count(void *context, struct ub_civil civil)
{
	(void)civil;
	((struct counter *)context)->n++;
	return true;
}

Test(yearly, stops_at_the_limit)
{
	struct ub_arena *arena = ub_arena_new();
	struct counter counter = { 0 };
	struct ub_civil start = { 1, 1, 1, 0, 0, 0 };
	const char *days = "FREQ=YEARLY;BYMONTHDAY=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20";
	cr_assert(ub_ical_yearly(ub_text(days), start, 0, 9999, count, &counter));
	cr_assert_eq(counter.n, UB_ICAL_ITERATIONS);
	ub_arena_free(&arena);
}

/* What is made of a zone that is known only from what was written of it. */
static const struct ub_zone *read_back(struct desk *desk, struct ub_text written, const char *name)
{
	struct ub_text text =
	    ub_textf(desk->arena, "BEGIN:VCALENDAR\r\n%.*sEND:VCALENDAR\r\n", UB_ARGS(written));
	const struct ub_ical *ical =
	    ub_ical_index(desk->arena, replaced(desk, text, name, "Own"), &desk->refusal);
	cr_assert_not_null(ical);
	struct reader reader = {
		.ical = ical, .zones = desk->zones, .arena = desk->arena, .refusal = &desk->refusal
	};
	const struct ub_zone *own = ub_ical_zone(&reader, UB_TEXT("Own"));
	cr_assert_not_null(own, "%s", text.ptr);
	return own;
}

static void put_zone(struct ub_buf *out, const struct ub_zone *zone, ub_instant from, ub_instant until)
{
	struct draft *calendar = ub_ical_draft(out->arena, "VCALENDAR");
	ub_ical_draft_zone(calendar, zone, from, until);
	ub_libical_print(calendar->parts.items[0], out);
}

/* A reader who has only the written definition must see the same instants. */
Test(vtimezone, says_what_the_zone_says)
{
	static const struct {
		const char *zone, *from;
		int days;
	} cases[] = {
		{ "Europe/Berlin", "2026-11-12T14:00:00Z", 3000 },
		{ "Europe/Berlin", "2026-07-12T14:00:00Z", 3000 },
		{ "America/New_York", "2026-03-09T14:00:00Z", 3000 },
		{ "America/New_York", "2007-06-09T14:00:00Z", 1000 }, /* the rule was new */
		{ "America/New_York", "2006-06-09T14:00:00Z", 300 },  /* and had not begun */
		{ "Asia/Kathmandu", "2026-03-09T14:00:00Z", 3000 },
		{ "Europe/Dublin", "2026-01-09T14:00:00Z", 3000 },
		{ "Australia/Lord_Howe", "2026-01-09T14:00:00Z", 3000 },
		{ "Africa/Casablanca", "2026-01-09T14:00:00Z", 300 },
		{ "Asia/Gaza", "2026-03-09T14:00:00Z", 100 },
		{ "America/Santiago", "2030-03-09T14:00:00Z", 3000 },
		{ "Pacific/Apia", "2011-12-01T14:00:00Z", 60 },
	};
	struct desk desk = desk_open();
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		const struct ub_zone *zone = fixture_zone(desk.zones, cases[i].zone);
		ub_instant from = fixture_instant(cases[i].from), until = from + cases[i].days * 86400;
		struct ub_buf out = UB_BUF(desk.arena);
		put_zone(&out, zone, from, until);
		const struct ub_zone *own = read_back(&desk, ub_buf_text(&out), cases[i].zone);
		for (ub_instant at = from; at < until; at += 10800)
			cr_assert_eq(ub_cal_offset(own, at), ub_cal_offset(zone, at), "%s %lld\n%.*s",
			    cases[i].zone, (long long)at, UB_ARGS(ub_buf_text(&out)));
	}
	desk_close(&desk);
}

/* The rule holds long after what is written, whatever day and time of the day it names. */
Test(vtimezone, goes_on_by_the_yearly_rule_of_the_zone)
{
	static const char *const rules[] = {
		"AAA-1BBB,M3.5.0,M10.5.0/3",
		"AAA-1BBB,M3.5.0/2:30,M10.5.0/3:30",
		"AAA-1BBB,M4.1.0/1:20:30,M9.4.6/23:59:59",
		"AAA5BBB,M3.2.1/0,M11.3.5/12",
		"AAA-1BBB,M2.5.0/2,M10.4.3/3",
	};
	struct desk desk = desk_open();
	ub_instant from = fixture_instant("2026-07-01T00:00:00Z");
	for (size_t i = 0; i < UB_COUNT(rules); i++) {
		struct ub_zone_change const change = { fixture_instant("2020-01-01T00:00:00Z"), 3600, false,
			UB_TEXT("AAA") };
		const struct ub_zone *zone = ub_cal_zone_from_changes(
		    desk.arena, UB_TEXT("Made/Up"), change, &change, 1, ub_text(rules[i]));
		cr_assert_not_null(zone);
		struct ub_buf out = UB_BUF(desk.arena);
		put_zone(&out, zone, from, from + 3600);
		const struct ub_zone *own = read_back(&desk, ub_buf_text(&out), "Made/Up");
		for (ub_instant at = from; at < from + INT64_C(9000) * 86400; at += 1799)
			cr_assert_eq(ub_cal_offset(own, at), ub_cal_offset(zone, at), "%s %lld\n%.*s",
			    rules[i], (long long)at, UB_ARGS(ub_buf_text(&out)));
	}
	desk_close(&desk);
}
