/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include <string.h>

#include "calendar.h"

/* What clients write otherwise than the RFC says, or hardly ever: each has a defined result. */

TestSuite(odd, .init = calendar_set_up, .fini = calendar_tear_down);

#define EVENT(uid, lines) "BEGIN:VEVENT\nUID:" uid "\nDTSTAMP:20260101T000000Z\n" INVITED lines "END:VEVENT\n"
#define BERLIN_AT_14      "DTSTART;TZID=Europe/Berlin:20261112T140000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY\n"

static const char *said_of(const struct calendar *calendar, const char *components)
{
	struct ub_text object =
	    ub_textf(arena, "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n%sEND:VCALENDAR\n", components);
	struct ub_decision decision = decide_object(calendar, object, NOW);
	if (decision.refused)
		return decision.refused;
	const char *said = steps(&decision);
	bool alone = decision.plan->notes.n &&
		     ub_text_starts(decision.plan->notes.items[0].text, UB_TEXT("it is not told which"));
	return *said                         ? alone ? ub_textf(arena, "%s alone", said).ptr : said
	       : decision.plan->not_eligible ? decision.plan->not_eligible
					     : "nothing";
}

struct odd {
	const char *components, *said;
};

static void check(const struct odd *cases, size_t n)
{
	struct calendar calendar = calendar_open();
	for (size_t i = 0; i < n; i++) {
		const char *said = said_of(&calendar, cases[i].components);
		cr_expect_str_eq(
		    said, cases[i].said, "%s\n%s, not %s", cases[i].components, said, cases[i].said);
	}
	calendar_close(&calendar);
}

Test(odd, objects_have_a_result)
{
	static const struct odd cases[] = {
		{ EVENT("u", BERLIN_AT_14) EVENT("v", BERLIN_AT_14), "several-objects" },
		{ EVENT("u", BERLIN_AT_14) INSTANCE("20261112T130000Z", "20261112T150000Z", ""),
		    "create 12T14 create 19T12" },
		/* Overrides without their series, of one day or of several; a series that is gone by now. */
		{ INSTANCE("20261112T130000Z", "20261113T150000Z", ""), "create 13T14" },
		{ INSTANCE("20261112T130000Z", "20261113T150000Z", "")
			INSTANCE("20261126T130000Z", "20261126T130000Z", ""),
		    "create 13T14 create 26T12" },
		{ INSTANCE("20261112T130000Z", "20251113T150000Z", ""), "past" },
		{ INSTANCE("20261112T130000Z", "20261113T150000Z", "STATUS:CANCELLED\n"), "cancelled" },
		{ INSTANCE("20261112T130000Z", "20261113T150000Z", "RRULE:FREQ=DAILY\n"), "create 13T14" },
	};
	check(cases, UB_COUNT(cases));
}

Test(odd, zones_have_a_result)
{
	static const struct odd cases[] = {
		/* A series in a zone that nobody knows. What is added or left out in one is on its own. */
		{ EVENT("u", "DTSTART;TZID=Nowhere:20261112T140000\nRRULE:FREQ=WEEKLY\n"), "unknown-zone" },
		{ EVENT("u", BERLIN_AT_14 "EXDATE;TZID=Nowhere:20261112T140000\n"),
		    "create 19T12 create 26T12" },
		{ EVENT("u", BERLIN_AT_14 "EXDATE;TZID=America/New_York:20261112T080000\n"),
		    "create 19T12 create 26T12" },
		{ EVENT("u", BERLIN_AT_14 "EXDATE;TZID=America/New_York:20261112T140000\n"),
		    "create 12T12 create 19T12" },
		{ EVENT("u", BERLIN_AT_14 "EXDATE:20261112T140000\n"), "create 19T12 create 26T12" },
		{ EVENT("u", BERLIN_AT_14 "EXDATE:soon,20261112T130000Z\n"), "create 19T12 create 26T12" },
		{ EVENT("u", BERLIN_AT_14 "RDATE;TZID=Nowhere:20261113T140000\n"),
		    "create 12T12 create 13T12" },
		{ EVENT("u", BERLIN_AT_14)
			INSTANCE_OF(";TZID=Nowhere:20261112T140000", ":20261112T150000Z", INVITED),
		    "create 12T14 create 19T12" },
		{ EVENT("u", BERLIN_AT_14)
			INSTANCE_OF(":20261112T130000Z", ";TZID=Nowhere:20261112T150000", INVITED),
		    "create 12T12 alone" },
		/* On the owner's clock, which is UTC here. */
		{ EVENT("u", "DTSTART:20261112T140000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY\n"),
		    "create 12T13 create 19T13" },
		{ EVENT("u",
		      "DTSTART:20261112T140000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY\nEXDATE:20261112T140000\n"),
		    "create 19T13 create 26T13" },
	};
	check(cases, UB_COUNT(cases));
}

Test(odd, value_types_have_a_result)
{
	static const struct odd cases[] = {
		/* A day among times is that day's instance. */
		{ EVENT("u", BERLIN_AT_14) INSTANCE_OF(";VALUE=DATE:20261112", ":20261112T150000Z", INVITED),
		    "create 12T14 create 19T12" },
		{ EVENT("u", BERLIN_AT_14 "EXDATE;VALUE=DATE:20261112\n"), "create 19T12 create 26T12" },
		{ EVENT("u", BERLIN_AT_14 "RDATE;VALUE=DATE:20261113\n"), "create 12T12 create 13T12" },
		/* A time among days is that of its day. */
		{ EVENT("u", "DTSTART;VALUE=DATE:20261112\nRRULE:FREQ=WEEKLY\n")
			INSTANCE_OF(":20261112T000000Z", ";VALUE=DATE:20261113", INVITED),
		    "create 12T23 create 18T23" },
		{ EVENT("u", "DTSTART;VALUE=DATE:20261112\nRRULE:FREQ=WEEKLY\nEXDATE:20261112T000000Z\n"),
		    "create 18T23 create 25T23" },
		{ EVENT("u", BERLIN_AT_14) INSTANCE_OF(":soon", ":20261112T150000Z", INVITED),
		    "create 12T12 alone" },
	};
	check(cases, UB_COUNT(cases));
}

Test(odd, years_have_a_result)
{
	static const struct odd cases[] = {
		{ EVENT("u", "DTSTART:00010104T140000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY\n"),
		    "create 26T13 create 27T13" },
		{ EVENT("u", "DTSTART:00010104T140000Z\nDURATION:PT1H\n"), "past" },
		{ EVENT("u", "DTSTART:99990104T140000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY\n"), "no-instance" },
		{ EVENT("u", "DTSTART:99991231T140000Z\nDURATION:P9999D\nRRULE:FREQ=DAILY\n"),
		    "no-instance" },
		{ EVENT("u", BERLIN_AT_14 "RDATE:99990101T000000Z\nEXDATE:00010101T000000Z\n"),
		    "create 12T12 create 19T12" },
		{ EVENT("u",
		      "DTSTART:20261112T140000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;UNTIL=99991231T235959Z\n"),
		    "create 12T13 create 19T13" },
		{ EVENT("u",
		      "DTSTART:20261112T140000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;UNTIL=00010101T000000Z\n"),
		    "create 12T13" },
		{ EVENT("u", "DTSTART:20261112T140000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY\n")
			INSTANCE("20261112T140000Z", "99991231T235959Z", ""),
		    "create 19T13 create 26T13" },
		{ EVENT("u", "DTSTART:20261112T140000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY\n")
			INSTANCE("00010101T000000Z", "20261113T140000Z", ""),
		    "create 12T13 create 13T13" },
	};
	check(cases, UB_COUNT(cases));
}

/* ---- what clients write for `this and following` ---- */

#define OLD_SERIES "DTSTART:20261112T140000Z\nDURATION:PT1H\n"

/* The series loses what is behind the cut, and the other object, of another UID, has the rest. */
Test(odd, ways_to_split_a_series_cut_it_alike)
{
	static const char *const cuts[] = {
		"RRULE:FREQ=WEEKLY;UNTIL=20261119T135959Z\n", /* Apple Calendar, Outlook: a second before */
		"RRULE:FREQ=WEEKLY;UNTIL=20261118T225959Z\n", /* Google: the end of the day before */
		"RRULE:FREQ=WEEKLY;UNTIL=20261118\n",         /* Evolution: the day before */
		"RRULE:FREQ=WEEKLY;COUNT=1\n",                /* Evolution, of a rule with COUNT */
		"RRULE:FREQ=WEEKLY\nEXDATE:20261119T140000Z,20261126T140000Z,20261203T140000Z,"
		"20261210T140000Z\n"
		"EXDATE:20261217T140000Z,20261224T140000Z\n", /* Thunderbird: one by one */
		"",                                           /* the rule is gone with its only instance */
	};
	struct calendar first = calendar_open();
	for (size_t i = 0; i < UB_COUNT(cuts); i++) {
		struct calendar calendar = first;
		const char *lines = ub_textf(arena, OLD_SERIES "%s", cuts[i]).ptr;
		store_series(&calendar, WEEKLY("20261112T140000Z"), "", NOW);
		calendar.existing[0].user_changed = UB_PROPERTY_TITLE;
		const char *said = store_series(&calendar, lines, "", NOW);
		cr_expect_str_eq(said, "keep 12T13 remove 19T13", "%s: %s", cuts[i], said);
		said = store_series(&calendar, lines, "", NOW);
		cr_expect_str_eq(said, "keep 12T13", "%s again: %s", cuts[i], said);
	}
	calendar_close(&first);
}

Test(odd, starts_that_do_not_match_their_rule_count)
{
	struct calendar calendar = calendar_open();
	const char *lines = "DTSTART:20261112T140000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;BYDAY=MO\n";
	cr_expect_str_eq(store_series(&calendar, lines, "", NOW), "create 12T13 create 16T13");
	lines = "DTSTART:20261112T140000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=1\n";
	cr_expect_str_eq(store_series(&calendar, lines, "", NOW), "keep 12T13 remove 16T13");
	calendar_close(&calendar);
}

/* The meeting is over, its follow-up is not. */
Test(odd, invitations_to_one_instance_keep_what_follows_it)
{
	static const char *const rules[] = {
		"  - name: after\n    for: meeting\n    when: meeting.customer\n"
		"    create:\n      - {task: it, title: It, due: 3h after end}\n"
	};
	struct calendar calendar = calendar_with(rules, 1);
	struct ub_text object = UB_TEXT("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n" INSTANCE(
	    "20261112T100000Z", "20261112T100000Z", "") "END:VCALENDAR\n");
	store_object(&calendar, object, NOW);
	cr_assert_eq(calendar.n_existing, 1);
	struct ub_decision decision = decide_object(&calendar, object, INT64_C(1794484800)); /* at 12:00 */
	cr_expect_str_eq(steps(&decision), "");
	calendar_close(&calendar);
}
