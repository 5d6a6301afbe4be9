/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <time.h>

#include "fixture.h"
#include "leaks.h"
#include "objects.h"

TestSuite(recur, .fini = ub_leak_check);

/* The thread's own time. The sanitizers make the code some ten times as slow. */
static int64_t milliseconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct window {
	const char *from, *until;
	size_t most;
};

static bool expand(struct desk *desk, struct ub_text text, struct window window,
    struct ub_instances *instances, struct ub_text *why)
{
	const struct ub_series_window asked = { fixture_zone(desk->zones, "Europe/Berlin"),
		fixture_instant(window.from), fixture_instant(window.until), window.most };
	const struct ub_ical *ical = ub_ical_parse(desk->arena, text, &desk->refusal);
	cr_assert_not_null(ical, "%.*s", UB_ARGS(desk->refusal.message));
	int64_t before = milliseconds();
	bool known = ub_ical_instances(ical, desk->zones, &asked, desk->arena, instances, why);
	cr_expect_lt(milliseconds() - before, 1000, "%.*s", UB_ARGS(ub_text_sub(text, 0, 400)));
	return known;
}

/*
 * The instances as "20260101T0900", on the clock of their start. Before one stands what the event's title is,
 * if any; x after it: it is cancelled; !: it is the first one; a last "+": there are further ones.
 */
static const char *instances_of(struct desk *desk, struct ub_text text, struct window window)
{
	struct ub_buf out = UB_BUF(desk->arena);
	struct ub_instances instances;
	struct ub_text why = UB_TEXT_NONE;
	if (!expand(desk, text, window, &instances, &why))
		return ub_text_cstr(desk->arena, why);
	for (size_t i = 0; i < instances.n; i++) {
		const struct ub_event *event = instances.items[i];
		const struct ub_civil *at = &event->start.civil;
		ub_buf_printf(&out, "%s%.*s%04d%02d%02d", i ? " " : "", UB_ARGS(event->summary), at->year,
		    at->month, at->day);
		if (!event->start.date)
			ub_buf_printf(&out, "T%02d%02d", at->hour, at->minute);
		if (event->status == UB_STATUS_CANCELLED)
			ub_buf_char(&out, 'x');
		if (event->first_instance)
			ub_buf_char(&out, '!');
	}
	if (instances.more)
		ub_buf_str(&out, "+");
	return ub_buf_cstr(&out);
}

/* About the spring change in Berlin, 29 March. */
static const struct window spring = { "2026-03-16T00:00:00Z", "2026-04-20T00:00:00Z", 10 };

#define BERLIN    "DTSTART;TZID=Europe/Berlin:"
#define THURSDAYS BERLIN "20260101T090000\nRRULE:FREQ=WEEKLY\n"

struct shape {
	const char *lines, *instances;
};

static void check_shapes(const struct shape *shapes, size_t n)
{
	struct desk desk = desk_open();
	for (size_t i = 0; i < n; i++) {
		const char *got = instances_of(&desk, object_of(&desk, shapes[i].lines), spring);
		cr_expect_str_eq(got, shapes[i].instances, "%s:\n%s", shapes[i].lines, got);
	}
	desk_close(&desk);
}

Test(recur, gives_the_instances_of_a_window)
{
	static const struct shape shapes[] = {
		{ THURSDAYS, "20260319T0900 20260326T0900 20260402T0900 20260409T0900 20260416T0900+" },
		{ BERLIN "20260319T090000\nRRULE:FREQ=WEEKLY;COUNT=3",
		    "20260319T0900! 20260326T0900 20260402T0900" },
		/* DTSTART is an instance, and counts. */
		{ BERLIN "20260319T090000\nRRULE:FREQ=WEEKLY;COUNT=3;BYDAY=FR",
		    "20260319T0900! 20260320T0900 20260327T0900" },
		{ BERLIN "20260319T090000\nRRULE:FREQ=DAILY;COUNT=1", "20260319T0900" },
		{ BERLIN "20260319T090000\nRRULE:FREQ=DAILY;COUNT=1\nRDATE:20260320T090000",
		    "20260319T0900! 20260320T0900" },
		{ BERLIN "20260319T090000\nRRULE:FREQ=WEEKLY;UNTIL=20260101T000000Z", "20260319T0900!" },
		/* 02:30 on 29 March is a time that no clock shows. */
		{ BERLIN "20260328T023000\nRRULE:FREQ=DAILY;COUNT=3",
		    "20260328T0230! 20260329T0330 20260330T0230" },
		/* UNTIL is on the clock of DTSTART: 09:00 is 07:00 in UTC from 29 March on. */
		{ BERLIN "20260328T090000\nRRULE:FREQ=DAILY;UNTIL=20260330T070000Z",
		    "20260328T0900! 20260329T0900 20260330T0900" },
		{ BERLIN "20260328T090000\nRRULE:FREQ=DAILY;UNTIL=20260330T065959Z",
		    "20260328T0900! 20260329T0900" },
		{ BERLIN "20260328T090000\nRRULE:FREQ=DAILY;UNTIL=20260330",
		    "20260328T0900! 20260329T0900 20260330T0900" },
		{ BERLIN "20260328T090000\nRRULE:FREQ=DAILY;UNTIL=20260330T090000",
		    "20260328T0900! 20260329T0900 20260330T0900" },
		{ "DTSTART:20260328T090000\nRRULE:FREQ=DAILY;COUNT=2", "20260328T0900! 20260329T0900" },
		{ "DTSTART;VALUE=DATE:20260328\nRRULE:FREQ=DAILY;COUNT=3;BYHOUR=9",
		    "20260328! 20260329 20260330" },
		{ "DTSTART;VALUE=DATE:20260328\nRRULE:FREQ=DAILY;UNTIL=20260329T000000Z",
		    "20260328! 20260329" },
		{ "DTSTART;VALUE=DATE:20260328\nRRULE:FREQ=DAILY;UNTIL=20260329T235959Z",
		    "20260328! 20260329" },
		/* Midnight in Berlin, as Outlook writes it. */
		{ "DTSTART;VALUE=DATE:20260328\nRRULE:FREQ=DAILY;UNTIL=20260329T220000Z",
		    "20260328! 20260329 20260330" },
		{ BERLIN "20260319T090000\nRRULE: FREQ=WEEKLY; BYDAY=TH, FR\t;COUNT = 3",
		    "20260319T0900! 20260320T0900 20260326T0900" },
		{ "DTSTART:20260401T220000Z\nRRULE:FREQ=MONTHLY", "20260401T2200!+" },
		/* What has begun counts. */
		{ BERLIN "20260315T230000\nDURATION:PT3H\nRRULE:FREQ=DAILY;COUNT=2",
		    "20260315T2300! 20260316T2300" },
		{ BERLIN "20260316T000000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2", "20260317T0000" },
		{ BERLIN "20260319T090000\nSUMMARY:a", "a20260319T0900" },
		{ BERLIN "20250319T090000\nSUMMARY:a", "" },
		{ BERLIN "20270319T090000\nSUMMARY:a", "+" },
		{ BERLIN "20260319T090000\nSUMMARY:a\nSTATUS:CANCELLED\nRRULE:FREQ=DAILY;COUNT=2",
		    "a20260319T0900x a20260320T0900x" },
		/* Two rules, and as many as may be. */
		{ THURSDAYS "RRULE:FREQ=MONTHLY;BYDAY=2FR\nRRULE:FREQ=WEEKLY;COUNT=9\nRRULE:FREQ=YEARLY",
		    "20260319T0900 20260326T0900 20260402T0900 20260409T0900 20260410T0900 20260416T0900+" },
		{ BERLIN "20260319T090000\nRRULE:FREQ=WEEKLY;COUNT=3\nRRULE:FREQ=MONTHLY;COUNT=2",
		    "20260319T0900! 20260326T0900 20260402T0900 20260419T0900" },
		{ BERLIN "19700101T090000\nRRULE:FREQ=DAILY;INTERVAL=10",
		    "20260318T0900 20260328T0900 20260407T0900 20260417T0900+" },
	};
	check_shapes(shapes, UB_COUNT(shapes));
}

Test(recur, leaves_dates_out_and_adds_dates)
{
	static const struct shape shapes[] = {
		{ THURSDAYS "EXDATE;TZID=Europe/Berlin:20260319T090000,20260402T090000",
		    "20260326T0900 20260409T0900 20260416T0900+" },
		/* Of another zone the instant counts, of a zone that nobody knows and of none the series'
		   clock. */
		{ THURSDAYS "EXDATE:20260319T080000Z\nEXDATE;TZID=America/New_York:20260326T040000",
		    "20260402T0900 20260409T0900 20260416T0900+" },
		{ THURSDAYS "EXDATE;TZID=Nowhere:20260319T090000\nEXDATE:20260326T090000",
		    "20260402T0900 20260409T0900 20260416T0900+" },
		/* A whole day leaves out what is on it. */
		{ THURSDAYS "EXDATE;VALUE=DATE:20260319,20260327",
		    "20260326T0900 20260402T0900 20260409T0900 20260416T0900+" },
		/* So does a midnight at which the series never is, in whatever zone. */
		{ THURSDAYS
		    "EXDATE;TZID=Europe/Berlin:20260319T000000\nEXDATE:20260326T000000Z,20260402T000000",
		    "20260409T0900 20260416T0900+" },
		{ BERLIN "20260319T010000\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE:20260320T000000Z",
		    "20260319T0100! 20260321T0100" },
		{ BERLIN "20260319T010000\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE:20260320T000000",
		    "20260319T0100! 20260321T0100" },
		{ BERLIN "20260319T090000\nRRULE:FREQ=DAILY;COUNT=4;BYHOUR=0,9\nEXDATE:20260320T000000",
		    "20260319T0900! 20260320T0900 20260321T0000" },
		{ BERLIN "20260319T090000\nRDATE:20260320T000000,20260320T090000\nEXDATE:20260320T000000",
		    "20260319T0900! 20260320T0900" },
		{ THURSDAYS "EXDATE:rubbish,,20260319T090000\nEXDATE:",
		    "20260326T0900 20260402T0900 20260409T0900 20260416T0900+" },
		{ "DTSTART;VALUE=DATE:20260328\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE:20260329T000000",
		    "20260328! 20260330" },
		/* All of them, and the first ones: the next one takes place first. */
		{ BERLIN "20260319T090000\nRRULE:FREQ=DAILY;COUNT=2\nEXDATE;VALUE=DATE:20260319,20260320",
		    "" },
		{ BERLIN "20260319T090000\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE;VALUE=DATE:20260319",
		    "20260320T0900! 20260321T0900" },
		{ BERLIN "20260319T090000\nRDATE;TZID=Europe/Berlin:20260326T140000,20260326T140000\n"
			 "RDATE;VALUE=PERIOD:20260401T100000Z/PT2H,20260402T100000Z/20260402T110000Z",
		    "20260319T0900! 20260326T1400 20260401T1200 20260402T1200" },
		{ BERLIN "20260319T090000\nRDATE;VALUE=DATE:20260326", "20260319T0900! 20260326T0900" },
		{ THURSDAYS "RDATE;TZID=Europe/Berlin:20260319T090000,20260320T090000\n"
			    "EXDATE;TZID=Europe/Berlin:20260320T090000",
		    "20260319T0900 20260326T0900 20260402T0900 20260409T0900 20260416T0900+" },
	};
	check_shapes(shapes, UB_COUNT(shapes));
}

/* Further components of the object that object_of() makes. */
#define AND(lines)          "\nEND:VEVENT\nBEGIN:VEVENT\nUID:u\n" lines
#define OF(time)            "RECURRENCE-ID;TZID=Europe/Berlin:" time "\n"
#define AND_FOLLOWING(time) "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:" time "\n"

Test(recur, puts_an_override_in_place_of_its_instance)
{
	static const struct shape shapes[] = {
		{ THURSDAYS "SUMMARY:a\n" AND(OF("20260326T090000") BERLIN "20260327T140000\nSUMMARY:b"),
		    "a20260319T0900 b20260327T1400 a20260402T0900 a20260409T0900 a20260416T0900+" },
		/* The title is not the master's. */
		{ THURSDAYS "SUMMARY:a\n" AND("RECURRENCE-ID:20260326T080000Z\n" BERLIN "20260326T100000"),
		    "a20260319T0900 20260326T1000 a20260402T0900 a20260409T0900 a20260416T0900+" },
		{ THURSDAYS AND(OF("20260326T090000") BERLIN "20260326T090000\nSTATUS:CANCELLED"),
		    "20260319T0900 20260326T0900x 20260402T0900 20260409T0900 20260416T0900+" },
		/* Into the window, out of it, and before and behind others. */
		{ THURSDAYS AND(OF("20270107T090000") BERLIN "20260320T090000"),
		    "20260319T0900 20260320T0900 20260326T0900 20260402T0900 20260409T0900 20260416T0900+" },
		{ THURSDAYS AND(OF("20260319T090000") BERLIN "20260501T090000"),
		    "20260326T0900 20260402T0900 20260409T0900 20260416T0900+" },
		{ BERLIN "20260319T090000\nRRULE:FREQ=DAILY;COUNT=3\n" AND(
		      OF("20260319T090000") BERLIN "20260401T090000"),
		    "20260320T0900! 20260321T0900 20260401T0900" },
		{ BERLIN "20260319T090000\nRRULE:FREQ=DAILY;COUNT=3\n" AND(
		      OF("20260319T090000") BERLIN "20260319T090000\nSTATUS:CANCELLED"),
		    "20260319T0900x 20260320T0900! 20260321T0900" },
		/* RECURRENCE-ID of another value type, in a zone that nobody knows, without a DTSTART. */
		{ THURSDAYS AND("RECURRENCE-ID;VALUE=DATE:20260326\n" BERLIN "20260326T100000"),
		    "20260319T0900 20260326T1000 20260402T0900 20260409T0900 20260416T0900+" },
		{ THURSDAYS AND(
		      "RECURRENCE-ID;TZID=Europe/Berlin:20260326T000000\n" BERLIN "20260326T100000"),
		    "20260319T0900 20260326T1000 20260402T0900 20260409T0900 20260416T0900+" },
		{ THURSDAYS AND("RECURRENCE-ID;TZID=Nowhere:20260326T090000\n" BERLIN "20260326T100000"),
		    "20260319T0900 20260326T1000 20260402T0900 20260409T0900 20260416T0900+" },
		{ THURSDAYS AND(OF("20260326T090000") "SUMMARY:b"),
		    "20260319T0900 b20260326T0900 20260402T0900 20260409T0900 20260416T0900+" },
		{ "DTSTART;VALUE=DATE:20260328\nRRULE:FREQ=DAILY;COUNT=3\n" AND(
		      "RECURRENCE-ID:20260329T000000\nDTSTART;VALUE=DATE:20260405"),
		    "20260328! 20260330 20260405" },
		/* Of two the later version; of none that the rule has; one that is left out. */
		{ THURSDAYS AND(OF("20260326T090000") BERLIN "20260326T110000\nSEQUENCE:2")
			AND(OF("20260326T090000") BERLIN "20260326T100000\nSEQUENCE:1"),
		    "20260319T0900 20260326T1100 20260402T0900 20260409T0900 20260416T0900+" },
		{ THURSDAYS AND(OF("20260325T090000") BERLIN "20260325T100000"),
		    "20260319T0900 20260325T1000 20260326T0900 20260402T0900 20260409T0900 20260416T0900+" },
		{ THURSDAYS
		    "EXDATE;VALUE=DATE:20260326\n" AND(OF("20260326T090000") BERLIN "20260326T100000"),
		    "20260319T0900 20260402T0900 20260409T0900 20260416T0900+" },
		/* Without a master. */
		{ OF("20260326T090000") BERLIN "20260326T100000\nSUMMARY:b\n" AND(
		      OF("20260402T090000") BERLIN "20260402T100000\nSUMMARY:c"),
		    "b20260326T1000! c20260402T1000" },
		{ OF("20260326T090000") BERLIN "20270326T100000", "+" },
		{ "RECURRENCE-ID;VALUE=DATE:20260326\nDTSTART;VALUE=DATE:20260327", "20260327!" },
		{ THURSDAYS AND(OF("20260326T090000") "DTSTART:soon"),
		    "cannot tell: one of its instances has a time that cannot be read" },
		{ THURSDAYS AND(OF("soon") BERLIN "20260326T090000"),
		    "cannot tell: one of its instances has a time that cannot be read" },
	};
	check_shapes(shapes, UB_COUNT(shapes));
}

Test(recur, moves_this_and_the_following_instances)
{
	static const struct shape shapes[] = {
		{ THURSDAYS
		    "SUMMARY:a\n" AND(AND_FOLLOWING("20260326T090000") BERLIN "20260327T140000\nSUMMARY:b"),
		    "a20260319T0900 b20260327T1400 b20260403T1400 b20260410T1400 b20260417T1400+" },
		/* One of the following has its own override, and one is left out. */
		{ THURSDAYS "SUMMARY:a\nEXDATE;VALUE=DATE:20260409\n" AND(
		      AND_FOLLOWING("20260326T090000") BERLIN "20260327T140000\nSUMMARY:b")
			AND(OF("20260402T090000") BERLIN "20260402T090000\nSUMMARY:c"),
		    "a20260319T0900 b20260327T1400 c20260402T0900 b20260417T1400+" },
		/* Two in a row; cancelled from some day on. */
		{ THURSDAYS
		    "SUMMARY:a\n" AND(AND_FOLLOWING("20260326T090000") BERLIN "20260327T140000\nSUMMARY:b")
			AND(AND_FOLLOWING("20260409T090000") BERLIN "20260409T080000\nSUMMARY:c"),
		    "a20260319T0900 b20260327T1400 b20260403T1400 c20260409T0800 c20260416T0800+" },
		{ THURSDAYS AND(AND_FOLLOWING("20260402T090000") BERLIN "20260402T090000\nSTATUS:CANCELLED"),
		    "20260319T0900 20260326T0900 20260402T0900x 20260409T0900x 20260416T0900x+" },
		/* On another zone's clock, and as whole days. */
		{ THURSDAYS AND(
		      AND_FOLLOWING("20260319T090000") "DTSTART;TZID=America/New_York:20260319T090000"),
		    "20260319T0900 20260326T0900 20260402T0800 20260409T0800 20260416T0800+" },
		{ THURSDAYS AND(AND_FOLLOWING("20260402T090000") "DTSTART;VALUE=DATE:20260403"),
		    "20260319T0900 20260326T0900 20260403 20260410 20260417+" },
	};
	check_shapes(shapes, UB_COUNT(shapes));
}

#define NEVER "cannot tell: its rule has no instance within 60 years"
#define WRONG "cannot tell: its rule cannot be read"
#define FINE  "cannot tell: its rule comes more often than daily"

/* Those that hang libical, and others that are no rules. */
Test(recur, does_not_tell_what_it_cannot)
{
	static const struct {
		const char *rule, *why;
	} rules[] = {
		{ "FREQ=SECONDLY", FINE },
		{ "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30", FINE },
		{ "FREQ=SECONDLY;BYSECOND=60", WRONG },
		{ "FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30", FINE },
		{ "FREQ=HOURLY", FINE },
		{ "FREQ=DAILY;BYSECOND=60", WRONG },
		{ "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", NEVER },
		{ "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=-30", NEVER },
		{ "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30", NEVER },
		{ "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", NEVER },
		{ "FREQ=YEARLY;BYMONTH=4,6,9,11;BYMONTHDAY=31", NEVER },
		{ "FREQ=YEARLY;BYMONTH=6;BYWEEKNO=53", NEVER },
		{ "FREQ=YEARLY;BYMONTH=6;BYYEARDAY=1", NEVER },
		{ "FREQ=MONTHLY;BYDAY=9SU", NEVER },
		{ "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6", NEVER },
		{ "FREQ=DAILY;BYDAY=MO;BYSETPOS=2", NEVER },
		{ "FREQ=DAILY;INTERVAL=7;BYDAY=FR", NEVER },
		{ "FREQ=MONTHLY;INTERVAL=12;BYMONTH=5", NEVER },
		{ "FREQ=YEARLY;INTERVAL=2;BYMONTH=2;BYMONTHDAY=29;BYDAY=9SU", NEVER },
		{ "FREQ=YEARLY;BYDAY=54SU", WRONG },

		{ "RSCALE=CHINESE;FREQ=DAILY", WRONG },
		{ "FREQ=DAILY;SKIP=FORWARD", WRONG },
		{ "FREQ=DAILY;INTERVAL=0", WRONG },
		{ "FREQ=DAILY;INTERVAL=40000", WRONG },
		{ "FREQ=DAILY;INTERVAL=65537", WRONG },
		{ "FREQ=DAILY;INTERVAL=2x", WRONG },
		{ "FREQ=DAILY;COUNT=2x", WRONG },
		{ "FREQ=DAILY;BYHOUR=", WRONG },
		{ "FREQ=DAILY;BYHOUR=9,,10", WRONG },
		{ "FREQ=DAILY;BYHOUR=9,", WRONG },
		{ "FREQ=MONTHLY;BYDAY=4294967297MO", WRONG },
		{ "FREQ=DAILY;COUNT=0", WRONG },
		{ "FREQ=DAILY;COUNT=99999999999999999999", WRONG },
		{ "FREQ=DAILY;COUNT=5;UNTIL=20270101", WRONG },
		{ "FREQ=DAILY;FREQ=DAILY", WRONG },
		{ "FREQ=DAILY;BYHOUR=24", WRONG },
		{ "FREQ=DAILY;BYMINUTE=60", WRONG },
		{ "FREQ=DAILY;BYMONTH=13", WRONG },
		{ "FREQ=DAILY;BYMONTH=-1", WRONG },
		{ "FREQ=MONTHLY;BYMONTHDAY=32", WRONG },
		{ "FREQ=MONTHLY;BYMONTHDAY=0", WRONG },
		{ "FREQ=YEARLY;BYYEARDAY=367", WRONG },
		{ "FREQ=YEARLY;BYWEEKNO=54", WRONG },
		{ "FREQ=DAILY;UNTIL=soon", WRONG },
		{ "FREQ=DAILY;UNTIL=2026 1 1", WRONG },
		{ "FREQ=DAILY;UNTIL=+026-1-1", WRONG },
		/* A full list, which libical ends within the list behind it: here BYMONTH forgets its months.
		 */
		{ "FREQ=DAILY;BYSETPOS=1;BYMONTH=1,1,1,1,1,1,1,1,1,1,1,1,1,1", WRONG },
		{ "FREQ=YEARLY;BYYEARDAY=1;BYMONTHDAY=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,"
		  "22,"
		  "23,24,25,26,27,28,29,30,31,-1",
		    WRONG },
		{ "FREQ=DAILY;WKST=XX", WRONG },
		{ "FREQ=FORTNIGHTLY", WRONG },
		{ "FREQ", WRONG },
		{ "INTERVAL=2", WRONG },
		{ "", WRONG },
		{ "FREQ=WEEKLY;BYDAY=1MO",
		    "cannot tell: its rule numbers weekdays, and is neither monthly nor yearly" },
		{ "FREQ=WEEKLY;BYMONTHDAY=1", "cannot tell: its rule is weekly, and has days of the month" },
		{ "FREQ=MONTHLY;BYWEEKNO=1",
		    "cannot tell: its rule counts weeks or days of the year, and is not yearly" },
		{ "FREQ=MONTHLY;BYSETPOS=1", "cannot tell: its rule has BYSETPOS alone" },
		{ "FREQ=DAILY;BYHOUR=9,10;BYSETPOS=1",
		    "cannot tell: its rule has BYSETPOS along with too much else" },
	};
	struct desk desk = desk_open();
	for (size_t i = 0; i < UB_COUNT(rules); i++) {
		const char *lines =
		    ub_textf(desk.arena, BERLIN "20260101T090000\nRRULE:%s", rules[i].rule).ptr;
		const char *got = instances_of(&desk, object_of(&desk, lines), spring);
		cr_expect_str_eq(got, rules[i].why, "%s: %s", rules[i].rule, got);
	}
	static const struct shape others[] = {
		{ "RRULE:FREQ=DAILY", "cannot tell: it has no start" },
		{ THURSDAYS "EXRULE:FREQ=MONTHLY", "cannot tell: it has an EXRULE" },
		{ THURSDAYS "RRULE:FREQ=DAILY\nRRULE:FREQ=DAILY\nRRULE:FREQ=DAILY\nRRULE:FREQ=DAILY",
		    "cannot tell: it has too many rules" },
		{ "DTSTART;TZID=Nowhere:20260101T090000\nRRULE:FREQ=DAILY",
		    "cannot tell: nobody knows the time zone `Nowhere`" },
		{ THURSDAYS "END:VEVENT\nBEGIN:VEVENT\nUID:v\n" OF("20260326T090000") BERLIN
		    "20260327T140000",
		    "cannot tell: there are components with different UIDs" },
	};
	check_shapes(others, UB_COUNT(others));
	desk_close(&desk);
}

/* The rules that come seldom, go on for long or count far. */
Test(recur, finds_what_is_far_away)
{
	static const struct {
		const char *lines, *from, *until, *instances;
	} cases[] = {
		{ "DTSTART:19720229T090000Z\nRRULE:FREQ=YEARLY", "2026-01-01T00:00:00Z",
		    "2029-01-01T00:00:00Z", "20280229T0900+" },
		{ "DTSTART:20040229T090000Z\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;BYDAY=SU",
		    "2026-01-01T00:00:00Z", "2040-01-01T00:00:00Z", "20320229T0900+" },
		{ "DTSTART:20040229T090000Z\nRRULE:FREQ=YEARLY;INTERVAL=100;BYMONTH=2;BYMONTHDAY=29",
		    "2026-01-01T00:00:00Z", "2040-01-01T00:00:00Z", "" },
		{ "DTSTART:19700101T090000Z\nRRULE:FREQ=DAILY", "2026-01-01T00:00:00Z",
		    "2026-01-03T00:00:00Z", "20260101T0900 20260102T0900+" },
		{ "DTSTART:00010101T090000Z\nRRULE:FREQ=DAILY", "2026-01-01T00:00:00Z",
		    "2026-01-03T00:00:00Z", "20260101T0900 20260102T0900+" },
		{ "DTSTART:00010101T090000Z\nRRULE:FREQ=WEEKLY;BYDAY=SU,MO;WKST=WE", "0001-01-01T00:00:00Z",
		    "0001-01-12T00:00:00Z", "00010101T0900+" },
		{ "DTSTART:00010101T090000Z\nRRULE:FREQ=MONTHLY;COUNT=5", "2026-01-01T00:00:00Z",
		    "2026-01-03T00:00:00Z", "cannot tell: it begins too early" },
		{ "DTSTART:99990101T090000Z\nRRULE:FREQ=DAILY", "9998-01-01T00:00:00Z",
		    "9999-12-31T00:00:00Z", "99990101T0900!" },
		{ "DTSTART:99991231T090000Z\nRRULE:FREQ=YEARLY", "2026-01-01T00:00:00Z",
		    "2027-12-31T00:00:00Z", "+" },
		{ "DTSTART:20260101T090000Z\nRRULE:FREQ=DAILY", "9999-01-01T00:00:00Z",
		    "9999-12-31T00:00:00Z", "" },
		{ "DTSTART:20260101T090000Z\nRRULE:FREQ=DAILY;COUNT=999999999", "2026-02-01T00:00:00Z",
		    "2026-02-03T00:00:00Z", "20260201T0900 20260202T0900+" },
		{ "DTSTART:19700101T090000Z\nRRULE:FREQ=DAILY;COUNT=20456", "2026-01-01T00:00:00Z",
		    "2026-02-03T00:00:00Z", "20260101T0900 20260102T0900" },
		{ "DTSTART:19700102T090000Z\nRRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,FR;COUNT=2924",
		    "2026-01-01T00:00:00Z", "2026-02-03T00:00:00Z", "20260102T0900 20260113T0900" },
	};
	struct desk desk = desk_open();
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		const char *got = instances_of(&desk, object_of(&desk, cases[i].lines),
		    (struct window){ cases[i].from, cases[i].until, 10 });
		cr_expect_str_eq(got, cases[i].instances, "%s: %s", cases[i].lines, got);
	}
	desk_close(&desk);
}

/* 10,000 of each, which have a millisecond of time each. */
Test(recur, goes_through_many_exceptions)
{
	struct desk desk = desk_open();
	struct ub_buf left_out = UB_BUF(desk.arena), overrides = UB_BUF(desk.arena);
	ub_buf_str(&left_out, BERLIN "20000101T090000\nRRULE:FREQ=DAILY\n");
	ub_buf_str(&overrides, BERLIN "20000101T090000\nRRULE:FREQ=DAILY\n");
	for (int i = 0; i < 10000; i++) {
		struct ub_civil day = ub_cal_day_civil(ub_cal_day(2000, 1, 1) + i);
		const char *at =
		    ub_textf(desk.arena, "%04d%02d%02dT090000", day.year, day.month, day.day).ptr;
		ub_buf_printf(&left_out, "EXDATE;TZID=Europe/Berlin:%s\n", at);
		if (i < 7000)
			ub_buf_printf(&overrides,
			    "END:VEVENT\nBEGIN:VEVENT\nUID:u\nRECURRENCE-ID;TZID=Europe/Berlin:%s\n" BERLIN
			    "%s\n",
			    at, at);
	}
	struct window window = { "2027-05-17T00:00:00Z", "2027-05-21T00:00:00Z", 10 };
	cr_expect_str_eq(instances_of(&desk, object_of(&desk, ub_buf_cstr(&left_out)), window),
	    "20270519T0900! 20270520T0900+");
	cr_expect_str_eq(instances_of(&desk, object_of(&desk, ub_buf_cstr(&overrides)), window),
	    "20270517T0900 20270518T0900 20270519T0900 20270520T0900+");
	desk_close(&desk);
}

Test(recur, ends_at_its_limits)
{
	struct desk desk = desk_open();
	struct ub_instances instances;
	struct ub_text why;
	struct window window = { "2026-01-01T00:00:00Z", "2036-01-01T00:00:00Z", SIZE_MAX };
	struct ub_text daily = object_of(&desk, BERLIN "20260101T090000\nRRULE:FREQ=DAILY");
	cr_expect(expand(&desk, daily, window, &instances, &why));
	cr_expect_eq(instances.n, UB_SERIES_MAX);
	cr_expect(instances.more);
	window.most = 0;
	cr_expect(expand(&desk, daily, window, &instances, &why));
	cr_expect(instances.n == 0 && instances.more);
	daily = object_of(&desk, BERLIN "20260101T090000\nRRULE:FREQ=DAILY;COUNT=1\nRDATE:20260102T090000");
	cr_expect(expand(&desk, daily, window, &instances, &why));
	cr_expect(instances.n == 0 && instances.more);
	/* Rules that share instances have them all. */
	window = (struct window){ "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", 95 };
	daily =
	    object_of(&desk, BERLIN "20260101T090000\nRRULE:FREQ=DAILY;COUNT=80\nRRULE:FREQ=DAILY;COUNT=90");
	cr_expect(expand(&desk, daily, window, &instances, &why));
	cr_expect(instances.n == 90 && !instances.more);
	/* Each step is an instance. */
	const char *form = BERLIN "20000101T090000\nRRULE:FREQ=DAILY;COUNT=%d;BYMINUTE=0,1,2,3";
	window = (struct window){ "2013-09-08T12:00:00Z", "2026-01-01T00:00:00Z", 1 };
	struct ub_text most = object_of(&desk, ub_textf(desk.arena, form, UB_SERIES_STEPS_MAX).ptr);
	struct ub_text more = object_of(&desk, ub_textf(desk.arena, form, UB_SERIES_STEPS_MAX + 1).ptr);
	cr_expect(expand(&desk, most, window, &instances, &why));
	cr_expect(!expand(&desk, more, window, &instances, &why));
	cr_expect(ub_text_is(why, "cannot tell: it has too many instances to be gone through"));
	/* What comes more often than four times a day is no meeting. */
	form = BERLIN "20260101T090000\nRRULE:FREQ=DAILY;BYMINUTE=%s";
	window = (struct window){ "2026-01-01T00:00:00Z", "2026-01-03T00:00:00Z", 99 };
	cr_expect(expand(
	    &desk, object_of(&desk, ub_textf(desk.arena, form, "0,1,2,3").ptr), window, &instances, &why));
	cr_expect_eq(instances.n, 8);
	cr_expect(!expand(
	    &desk, object_of(&desk, ub_textf(desk.arena, form, "0,1,2,3,4").ptr), window, &instances, &why));
	cr_expect(ub_text_ends(why, UB_TEXT("its rule comes too often in a day")));
	desk_close(&desk);
}

Test(recur, says_of_an_instance_what_it_is)
{
	struct desk desk = desk_open();
	struct ub_instances instances;
	struct ub_text why;
	struct window window = { "2026-03-20T00:00:00Z", "2026-04-09T00:00:00Z", 10 };
	struct ub_text text = object_of(&desk,
	    THURSDAYS "DTEND;TZID=Europe/Berlin:20260101T100000\nATTENDEE:mailto:a@x.example\n"
		      "EXDATE;VALUE=DATE:20260319\n" AND(OF("20260326T090000") BERLIN
			  "20260327T140000\nDURATION:PT3H\nCLASS:PRIVATE\nATTENDEE:mailto:b@x.example"));
	cr_assert(expand(&desk, text, window, &instances, &why));
	cr_assert_eq(instances.n, 2);
	const struct ub_event *moved = instances.items[0], *plain = instances.items[1];
	cr_expect(moved->is_instance && plain->is_instance && instances.more);
	cr_expect_eq(moved->instance, fixture_instant("2026-03-26T08:00:00Z"));
	cr_expect_str_eq(shown(&desk, &moved->start), "2026-03-27T14:00:00+01:00 Europe/Berlin");
	cr_expect_str_eq(shown(&desk, &moved->end), "2026-03-27T17:00:00+01:00 Europe/Berlin");
	cr_expect_eq(moved->previous, fixture_instant("2026-03-12T08:00:00Z"));
	cr_expect_eq(moved->class, UB_CLASS_PRIVATE);
	cr_expect_eq(moved->repeats, UB_REPEATS_WEEK);
	cr_expect(moved->n_attendees == 1 && ub_text_is(moved->attendees[0].address, "b@x.example"));
	cr_expect(ub_text_is(moved->uid, "u"));
	cr_expect_eq(plain->instance, fixture_instant("2026-04-02T07:00:00Z"));
	cr_expect_str_eq(shown(&desk, &plain->end), "2026-04-02T10:00:00+02:00 Europe/Berlin");
	cr_expect_eq(plain->previous, fixture_instant("2026-03-27T13:00:00Z"));
	cr_expect(plain->n_attendees == 1 && ub_text_is(plain->attendees[0].address, "a@x.example"));
	cr_expect(!plain->first_instance && !moved->first_instance);
	desk_close(&desk);
}

/* RFC 5545 3.8.5.3: a DTEND makes the time between exact, a DURATION goes by the calendar's days. */
Test(recur, lasts_as_long_as_the_rfc_says)
{
	static const struct {
		const char *end, *ends;
	} cases[] = {
		{ "DTEND;TZID=Europe/Berlin:20260322T120000", "2026-03-29T13:00:00+02:00 Europe/Berlin" },
		{ "DURATION:P1D", "2026-03-29T12:00:00+02:00 Europe/Berlin" },
		{ "DURATION:PT24H", "2026-03-29T13:00:00+02:00 Europe/Berlin" },
		{ "DTEND;TZID=America/New_York:20260322T070000",
		    "2026-03-29T07:00:00-04:00 America/New_York" },
		{ "STATUS:CONFIRMED", "2026-03-28T12:00:00+01:00 Europe/Berlin" },
	};
	struct desk desk = desk_open();
	struct ub_instances instances;
	struct ub_text why;
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct window window = { "2026-03-28T00:00:00Z", "2026-03-29T00:00:00Z", 1 };
		const char *lines =
		    ub_textf(desk.arena, BERLIN "20260321T120000\nRRULE:FREQ=WEEKLY\n%s", cases[i].end).ptr;
		cr_assert(expand(&desk, object_of(&desk, lines), window, &instances, &why));
		cr_assert_eq(instances.n, 1);
		cr_expect_str_eq(shown(&desk, &instances.items[0]->end), cases[i].ends, "%s", cases[i].end);
	}
	desk_close(&desk);
}

/* A task without a start stands for itself. */
Test(recur, knows_tasks)
{
	struct desk desk = desk_open();
	const char *form = "BEGIN:VCALENDAR\nBEGIN:VTODO\nUID:u\n%s\nEND:VTODO\nEND:VCALENDAR\n";
	struct ub_instances instances;
	struct ub_text why;
	struct ub_text due = ub_textf(desk.arena, form, "DUE:20200101T090000Z");
	cr_expect(expand(&desk, due, spring, &instances, &why) && instances.n == 1);
	cr_expect(!instances.items[0]->is_instance);
	due = ub_textf(desk.arena, form, "DUE:20200101T090000Z\nRRULE:FREQ=DAILY");
	cr_expect(!expand(&desk, due, spring, &instances, &why));
	due = ub_textf(
	    desk.arena, form, "DTSTART:20260320T090000Z\nDUE:20260320T100000Z\nRRULE:FREQ=DAILY;COUNT=2");
	cr_expect(expand(&desk, due, spring, &instances, &why) && instances.n == 2);
	cr_expect_str_eq(shown(&desk, &instances.items[1]->end), "2026-03-21T10:00:00Z UTC");
	desk_close(&desk);
}
