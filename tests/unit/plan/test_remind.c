/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "case.h"

TestSuite(remind, .init = world_set_up, .fini = world_tear_down);

#define RULE                                                                                                 \
	"  - name: r\n"                                                                                      \
	"    create:\n"

/* Fails unless the item reminds then, and at no other time. */
static void expect_reminder(const struct ub_item *item, const char *text)
{
	cr_assert_eq(item->n_reminders, 1);
	expect_time((item->kind == UB_ITEM_TASK ? item->due : item->start) - item->reminders[0], text);
}

/* A run sheet on the meeting of Thursday, 14:00 to 15:00, and a to-do. */
static const struct ub_item *event_that_reminds(const char *reminders)
{
	world_rules(world, ub_textf(world->arena,
			       RULE "      - event: sheet\n"
				    "        title: Sheet\n"
				    "        at: start\n"
				    "        duration: 1h\n"
				    "        reminders: %s\n",
			       reminders)
			       .ptr);
	return world_item(world_plan(world), "r/sheet");
}

static const struct ub_item *task_that_reminds(const char *reminders)
{
	world_rules(world, ub_textf(world->arena,
			       RULE "      - task: do\n"
				    "        title: Do\n"
				    "        due: 1 business day before start\n"
				    "        reminders: %s\n"
				    "      - event: prep\n"
				    "        title: Prep\n"
				    "        at: 1 business day after do.due\n"
				    "        duration: 15m\n",
			       reminders)
			       .ptr);
	return world_item(world_plan(world), "r/do");
}

Test(remind, a_point_counts_from_the_meeting_and_may_come_after_the_items_start)
{
	const struct ub_item *sheet = event_that_reminds("[10m, 8m before end, 0m]");
	cr_assert_eq(sheet->n_reminders, 3);
	cr_expect_eq(sheet->reminders[0], 600);
	cr_expect_eq(sheet->reminders[1], -52 * 60);
	cr_expect_eq(sheet->reminders[2], 0);
}

Test(remind, the_same_time_reminds_once)
{
	cr_expect_eq(event_that_reminds("[10m, 10m before start, 600s]")->n_reminders, 1);
}

Test(remind, an_event_may_name_its_own_times_and_those_of_items_that_are_placed_by_it)
{
	expect_reminder(event_that_reminds("15m before sheet.start"), "2026-11-12 13:45");
	expect_reminder(task_that_reminds("15m before prep.start"), "2026-11-12 13:45");
}

Test(remind, what_is_hours_away_falls_into_working_time)
{
	world_meet(world, "2026-11-16 09:30", 60); /* a Monday */
	expect_reminder(event_that_reminds("24 hours before start"), "2026-11-13 17:30");
	expect_reminder(event_that_reminds("1h"), "2026-11-16 08:30"); /* clients show it as it was said */
	expect_reminder(event_that_reminds("45m before start"), "2026-11-16 08:45");
	expect_reminder(task_that_reminds("2h"), "2026-11-12 17:30");
	expect_reminder(task_that_reminds("15m"), "2026-11-13 09:15");
	expect_reminder(task_that_reminds("1 business day before start"), "2026-11-13 09:30");
}

Test(remind, what_comes_late_in_the_evening_is_told_then)
{
	world_meet(world, "2026-11-12 20:00", 60);
	expect_reminder(event_that_reminds("8m before end"), "2026-11-12 20:52");
	expect_reminder(task_that_reminds("8m before end"), "2026-11-12 20:52");
}

Test(remind, an_item_that_is_not_made_gives_no_reminder_and_a_note_says_so)
{
	world_rules(world, RULE "      - event: sheet\n"
				"        title: Sheet\n"
				"        at: start\n"
				"        duration: 1h\n"
				"        reminders: [10m, 5m before gone.start]\n"
				"      - event: gone\n"
				"        title: Gone\n"
				"        at: 60 business days before start\n"
				"        duration: 1h\n");
	struct ub_plan *plan = world_plan(world);
	expect_reminder(world_item(plan, "r/sheet"), "2026-11-12 13:50");
	cr_expect(ub_text_is(world_note(plan, "r/sheet")->text,
	    "it does not remind 5 minutes before gone.start: there is no such time"));
}

Test(remind, what_is_more_than_a_month_away_is_left_out)
{
	cr_expect_eq(event_that_reminds("32d before start")->n_reminders, 0);
	cr_expect_eq(event_that_reminds("31d after start")->n_reminders, 1);
}

Test(remind, explains_a_reminder_by_the_clock_unless_it_is_a_plain_length)
{
	event_that_reminds("[10m, 8m before end]");
	const char *words = world_words(world, world_plan(world));
	cr_expect(strstr(words, "    reminder 10 minutes before\n"), "%s", words);
	cr_expect(strstr(words, "    reminder Thu 2026-11-12 14:52: 8 minutes before the meeting's end\n"),
	    "%s", words);
	world_meet(world, "2026-11-16 09:30", 60);
	task_that_reminds("2h");
	words = world_words(world, world_plan(world));
	cr_expect(
	    strstr(words, "    reminder Thu 2026-11-12 17:30: 2 hours before, moved into working time\n"),
	    "%s", words);
}
