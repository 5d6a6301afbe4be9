/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include <string.h>

#include "calendar.h"

/* The instances of a series, and which items go along with which. */

TestSuite(series, .init = calendar_set_up, .fini = calendar_tear_down);

Test(series, decides_about_the_next_two_instances_of_a_series)
{
	struct calendar calendar = calendar_open();
	cr_expect_str_eq(
	    store_series(&calendar, WEEKLY("20261112T140000Z"), "", NOW), "create 12T13 create 19T13");
	cr_expect_str_eq(
	    store_series(&calendar, WEEKLY("20261112T140000Z"), "", NOW), "keep 12T13 keep 19T13");
	struct ub_decision decision = decide_next(&calendar, WEEKLY("20261112T140000Z"), "", NOW);
	cr_expect_eq(decision.turns.n, 2);
	cr_expect_eq(decision.look_again, INT64_C(1794495600), "the end of the first instance");
	cr_expect(decision.facts->meeting.event->first_instance);
	/* The first one is over: its item stays as it is, and the third instance gets its own. */
	cr_expect_str_eq(store_series(&calendar, WEEKLY("20261112T140000Z"), "", INT64_C(1794560000)),
	    "keep 19T13 create 26T13");
	calendar_close(&calendar);
}

Test(series, follows_a_series_wherever_it_goes)
{
	static const struct {
		const char *lines, *more, *steps;
	} cases[] = {
		{ WEEKLY("20261112T150000Z"), "", "keep 12T14 keep 19T14" },
		{ WEEKLY("20261113T090000Z"), "", "keep 13T08 keep 20T08" },
		{ WEEKLY("20261110T140000Z"), "", "keep 10T13 keep 17T13" },
		{ WEEKLY("20261112T140000Z") "EXDATE:20261112T140000Z\n", "",
		    "keep 19T13 create 26T13 remove 12T13" },
		{ WEEKLY("20261112T140000Z"),
		    INSTANCE("20261112T140000Z", "20261113T140000Z", "STATUS:CANCELLED\n"),
		    "remove 12T13 keep 19T13 create 26T13" },
		{ WEEKLY("20261112T140000Z"), INSTANCE("20261112T140000Z", "20261121T140000Z", ""),
		    "keep 19T13 keep 21T13" },
		{ "DTSTART:20261112T140000Z\nDURATION:PT1H\n", "", "keep 12T13 remove 19T13" },
		{ "DTSTART:20261112T140000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=1\n", "",
		    "keep 12T13 remove 19T13" },
		{ "DTSTART:20261112T140000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;INTERVAL=2\n", "",
		    "keep 12T13 create 26T13 remove 19T13" },
		/* The item that is nearest goes along, the others go. */
		{ "DTSTART:20261119T150000Z\nDURATION:PT1H\n", "", "keep 19T14 remove 12T13" },
		{ WEEKLY("20261112T140000Z") "STATUS:CANCELLED\n", "", "remove 12T13 remove 19T13" },
	};
	struct calendar first = calendar_open();
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct calendar calendar = first;
		store_series(&calendar, WEEKLY("20261112T140000Z"), "", NOW);
		const char *said = store_series(&calendar, cases[i].lines, cases[i].more, NOW);
		cr_expect_str_eq(said, cases[i].steps, "%zu: %s", i, said);
		said = store_series(&calendar, cases[i].lines, cases[i].more, NOW);
		cr_expect_null(strstr(said, "create"), "%zu again: %s", i, said);
		cr_expect_null(strstr(said, "remove"), "%zu again: %s", i, said);
	}
	calendar_close(&first);
}

#define ON(start, days) "DTSTART:" start "\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;BYDAY=" days "\n"

Test(series, takes_items_along_where_some_of_its_instances_move)
{
	static const struct {
		const char *before, *after, *steps;
	} cases[] = {
		{ ON("20261109T140000Z", "MO,TH"), ON("20261110T140000Z", "TU,TH"), "keep 10T13 keep 12T13" },
		{ ON("20261109T140000Z", "MO,TH"), ON("20261109T140000Z", "MO,FR"), "keep 09T13 keep 13T13" },
		/* The Thursday was called off: what was made for it is not the Friday's. */
		{ ON("20261109T140000Z", "MO,TH,FR"),
		    ON("20261109T140000Z", "MO,TH,FR") "EXDATE:20261112T140000Z\n",
		    "keep 09T13 create 13T13 remove 12T13" },
		{ ON("20261109T140000Z", "MO,TH,FR"),
		    ON("20261109T140000Z", "MO,TH,FR") "EXDATE;VALUE=DATE:20261112\n",
		    "keep 09T13 create 13T13 remove 12T13" },
		/* The nearest one has an item of its own. */
		{ ON("20261109T140000Z", "MO,TU"), ON("20261109T140000Z", "MO,FR"),
		    "keep 09T13 create 13T13 remove 10T13" },
	};
	struct calendar first = calendar_open();
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct calendar calendar = first;
		store_series(&calendar, cases[i].before, "", NOW);
		const char *said = store_series(&calendar, cases[i].after, "", NOW);
		cr_expect_str_eq(said, cases[i].steps, "%zu: %s", i, said);
		said = store_series(&calendar, cases[i].after, "", NOW);
		cr_expect_null(strstr(said, "create"), "%zu again: %s", i, said);
		cr_expect_null(strstr(said, "remove"), "%zu again: %s", i, said);
	}
	calendar_close(&first);
}

Test(series, keeps_what_the_user_has_changed_where_it_goes)
{
	struct calendar calendar = calendar_open();
	store_series(&calendar, ON("20261109T140000Z", "MO,TH"), "", NOW);
	struct ub_text uid = calendar.existing[0].uid;
	calendar.existing[0].user_changed = UB_PROPERTY_TITLE;
	struct ub_decision decision = decide_next(&calendar, ON("20261110T150000Z", "TU,TH"), "", NOW);
	const struct ub_step *step = &decision.plan->steps.items[0];
	cr_expect_eq(step->item->start, INT64_C(1794319200), "the Tuesday");
	cr_expect(ub_text_eq(step->item->uid, uid));
	cr_expect_eq(step->may_write, UB_PROPERTY_ALL & ~(unsigned)UB_PROPERTY_TITLE);
	calendar_close(&calendar);
}

Test(series, takes_the_first_date_of_what_cannot_be_expanded)
{
	struct calendar calendar = calendar_open();
	struct ub_decision decision =
	    decide_next(&calendar, "DTSTART:20261112T140000Z\nDURATION:PT1H\nRRULE:FREQ=SECONDLY\n", "", NOW);
	cr_expect_str_eq(steps(&decision), "create 12T13");
	cr_assert_eq(decision.plan->notes.n, 1);
	cr_expect(
	    ub_text_starts(decision.plan->notes.items[0].text, UB_TEXT("it is not told which instances")));
	calendar_close(&calendar);
}

Test(series, hides_the_items_of_a_series_with_it)
{
	struct calendar calendar = calendar_open();
	const char *lines = WEEKLY("20261112T140000Z");
	store_series(&calendar, lines, "", NOW);
	/* The first instance is over by now. */
	lines = WEEKLY("20261112T140000Z") "CLASS:PRIVATE\n";
	struct ub_decision decision = decide_next(&calendar, lines, "", INT64_C(1794560000));
	bool hidden = false;
	for (size_t i = 0; i < decision.plan->steps.n; i++) {
		const struct ub_step *step = &decision.plan->steps.items[i];
		hidden = hidden || (step->action == UB_ACTION_HIDE && step->class == UB_CLASS_PRIVATE);
	}
	cr_expect(hidden, "%s", steps(&decision));
	calendar_close(&calendar);
}

Test(series, passes_over_instances_that_get_nothing)
{
	struct calendar calendar = calendar_open();
	const char *alone = "BEGIN:VEVENT\nUID:u\nDTSTAMP:20260101T000000Z\nRECURRENCE-ID:20261112T140000Z\n"
			    "DTSTART:20261112T140000Z\nDURATION:PT1H\nORGANIZER:mailto:anna@ours.example\n"
			    "END:VEVENT\n";
	cr_expect_str_eq(store_series(&calendar, WEEKLY("20261112T140000Z"), alone, NOW),
	    "create 19T13 create 26T13", "the first one has no guest");
	calendar_close(&calendar);
}

Test(series, tells_an_instance_of_the_one_before_it)
{
	struct calendar calendar = calendar_open();
	struct ub_account_history history = { .last_meeting = UB_INSTANT_NONE,
		.next_meeting = UB_INSTANT_NONE };
	struct ub_account acme = { .id = UB_TEXT("acme"), .name = UB_TEXT("Acme") };
	struct ub_decide_input input = { .snapshot = calendar.snapshot,
		.account = &acme,
		.history = &history,
		.text = UB_TEXT("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:VEVENT\nUID:u\n"
				"DTSTAMP:20260101T000000Z\nORGANIZER:mailto:anna@ours.example\n"
				"ATTENDEE:mailto:cto@acme.example\n" WEEKLY(
				    "20261112T140000Z") "END:VEVENT\nEND:VCALENDAR\n"),
		.now = NOW };
	struct ub_decision decision;
	ub_decide(&input, &decision, arena);
	cr_expect_eq(decision.facts->history->last_meeting, UB_INSTANT_NONE, "the first one has none before");
	cr_expect_eq(decision.facts->history->next_meeting, UB_INSTANT_NONE);
	input.now = INT64_C(1794560000); /* the first one is over */
	ub_decide(&input, &decision, arena);
	cr_expect_eq(decision.facts->history->last_meeting, INT64_C(1794492000));
	cr_expect_eq(decision.facts->history->next_meeting, UB_INSTANT_NONE);
	calendar_close(&calendar);
}

Test(series, goes_by_the_next_instance_that_takes_place)
{
	struct calendar calendar = calendar_open();
	const char *lines = WEEKLY("20261112T140000Z");
	store_series(&calendar, lines, "", NOW);
	struct ub_decision decision = decide_next(
	    &calendar, lines, INSTANCE("20261112T140000Z", "20261112T140000Z", "STATUS:CANCELLED\n"), NOW);
	cr_expect_eq(decision.facts->meeting.start, INT64_C(1795096800), "the 19th");
	cr_expect_eq(decision.ahead.items[0]->meeting.start, INT64_C(1795096800));
	calendar_close(&calendar);
}
