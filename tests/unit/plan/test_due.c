/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "case.h"
#include "roll.h"

TestSuite(due, .init = world_set_up, .fini = world_tear_down);

/* The plan of one task with these values, which follows a prep call at this point. */
static struct ub_plan *plan_of(const char *prep, const char *due)
{
	world_rules(world, ub_textf(world->arena,
			       "  - name: r\n"
			       "    create:\n"
			       "      - event: prep\n"
			       "        title: Prep\n"
			       "        at: %s\n"
			       "        duration: 15m\n"
			       "      - task: do\n"
			       "        title: Do\n"
			       "        due: %s\n",
			       prep, due)
			       .ptr);
	return world_plan(world);
}

static void expect_due(const char *due, const char *text)
{
	expect_time(world_item(plan_of("2 days before start", due), "r/do")->due, text);
}

/* The meetings are of Anna's, who works 09:00-17:30; 2026-11-12 is a Thursday. */
Test(due, what_falls_on_a_day_off_or_into_the_night_is_due_at_the_last_working_moment_before)
{
	world_meet(world, "2026-11-16 10:00", 60); /* Monday */
	expect_due("1 day before start", "2026-11-13 17:30");
	expect_due("2 days before start", "2026-11-13 17:30");
	expect_due("2h before start", "2026-11-13 17:30");
	expect_due("1h before start", "2026-11-16 09:00");
	expect_due("1 business day before start", "2026-11-13 10:00");
	expect_due("start", "2026-11-16 10:00");
	world_meet(world, "2026-11-12 20:00", 60);
	expect_due("1h before start", "2026-11-12 17:30");
	expect_due("start", "2026-11-12 17:30");
}

Test(due, a_lunch_break_and_a_holiday_are_no_working_time)
{
	world->office.days[UB_THURSDAY] =
	    (struct ub_working_day){ 2, { { 9 * 60, 12 * 60 }, { 13 * 60, 17 * 60 } } };
	expect_due("90m before start", "2026-11-12 12:00");
	expect_due("2h after end", "2026-11-12 17:00");
	world_meet(world, "2026-11-12 11:30", 30);
	expect_due("10m after end", "2026-11-12 14:00");
	struct ub_holidays holidays = { 0 };
	ub_cal_holiday_add(world->arena, &holidays, ub_cal_day(2026, 11, 11), UB_TEXT("Carnival"));
	world->org.standard.holidays = &holidays;
	expect_due("1 day before start", "2026-11-10 17:30");
}

Test(due, what_follows_the_meeting_is_never_due_before_its_end)
{
	world_meet(world, "2026-11-12 15:30", 60);
	expect_due("2h after end", "2026-11-12 17:30"); /* an hour is left of the day */
	world_meet(world, "2026-11-12 16:30", 60);
	expect_due("2h after end", "2026-11-13 10:00"); /* nothing is left, and an hour after opening is */
	expect_due("end", "2026-11-12 17:30");
	world_meet(world, "2026-11-13 19:00", 60);
	expect_due("2h after end", "2026-11-16 10:00"); /* over the weekend */
	expect_due("end", "2026-11-16 10:00");
	expect_due("1 business day after end", "2026-11-16 17:30");
	world_meet(world, "2026-11-12 06:00", 60);
	expect_due("2h after end", "2026-11-12 10:00");
	world_meet(world, "2026-11-12 23:30", 60); /* past midnight */
	expect_due("10m after end", "2026-11-13 10:00");
}

Test(due, what_is_to_be_done_in_the_meeting_is_due_in_it)
{
	world_meet(world, "2026-11-12 20:00", 60);
	expect_due("8m before end", "2026-11-12 20:52");
}

Test(due, what_follows_a_prep_call_is_never_due_before_it_nor_after_the_start)
{
	world_meet(world, "2026-11-12 11:00", 60);
	struct ub_plan *plan =
	    plan_of("1h before start", "1 business day after prep.end\n        latest: 2h before start");
	expect_time(world_item(plan, "r/do")->due, "2026-11-12 11:00");
	plan = plan_of("2h before start", "1 business day after prep.end\n        latest: 2h before start");
	expect_time(world_item(plan, "r/do")->due, "2026-11-12 10:15");
	cr_expect(
	    ub_text_is(world_note(plan, "r/do")->text, "by the rule it is due Thu 2026-11-12 09:00, before "
						       "what it follows; so it is due Thu 2026-11-12 10:15"));
	world_meet(world, "2026-11-12 08:00", 60);
	plan = plan_of("15m before start", "15m after prep.end");
	expect_time(world_item(plan, "r/do")->due, "2026-11-12 10:00");
	plan = plan_of("30m before start", "10m after prep.end");
	expect_time(world_item(plan, "r/do")->due, "2026-11-12 08:00");
}

Test(due, the_owners_zone_counts)
{
	world->owner = UB_TEXT("nora@us.ours.example");
	expect_due("1h before start", "2026-11-11 23:30"); /* 17:30 in New York */
	expect_due("1h after end", "2026-11-12 16:00");    /* 10:00 there */
}

Test(due, explains_a_shift)
{
	world_meet(world, "2026-11-16 14:00", 60);
	const struct ub_note *note = world_note(plan_of("2 days before start", "1 day before start"), "r/do");
	cr_assert(note && note->kind == UB_NOTE_REMARK);
	cr_expect(ub_text_is(note->text, "by the rule it is due Sun 2026-11-15 14:00, when its owner does "
					 "not work; so it is due Fri 2026-11-13 17:30"));
}

/* ---- as time goes by ---- */

static void expect_unmoved(const char *const *times, size_t n, const char *due, bool late)
{
	for (size_t i = 0; i < n; i++) {
		world->now = world_at(world, times[i]);
		const struct ub_item *item = world_item(world_plan(world), "r/do");
		expect_time(item->due, due);
		cr_expect_eq(item->late, late);
	}
}

Test(due, what_stands_does_not_move_as_time_goes_by)
{
	static const char *const times[] = { "2026-11-13 17:00", "2026-11-13 17:31", "2026-11-14 12:00",
		"2026-11-15 13:59", "2026-11-16 09:00", "2026-11-16 13:59" };
	world_meet(world, "2026-11-16 14:00", 60);
	world_apply(world, plan_of("2 days before start", "1 day before start"));
	expect_unmoved(times, UB_COUNT(times), "2026-11-13 17:30", false);
}

Test(due, what_was_to_be_done_before_a_meeting_that_has_begun_is_not_asked_for)
{
	world_meet(world, "2026-11-16 19:00", 60);
	world->now = world_at(world, "2026-11-16 18:59");
	expect_due("1 day before start", "2026-11-16 19:00");
	world->now = world_at(world, "2026-11-16 19:00");
	struct ub_plan *plan = plan_of("2 days before start", "1 day before start");
	cr_expect_eq(plan->items.n, 0);
	cr_expect(ub_text_is(world_note(plan, "r/do")->text, "its time has passed"));
	expect_due("5m after start", "2026-11-16 19:05");
	expect_due("end", "2026-11-17 10:00");
}

Test(due, what_stands_stays_while_the_meeting_runs)
{
	static const char *const times[] = { "2026-11-16 14:00", "2026-11-16 14:30" };
	world_meet(world, "2026-11-16 14:00", 60);
	world_apply(world, plan_of("2 days before start", "1 day before start"));
	expect_unmoved(times, UB_COUNT(times), "2026-11-13 17:30", false);
}

Test(due, what_came_late_stays_an_hour_after_opening)
{
	static const char *const times[] = { "2026-11-14 12:00", "2026-11-16 10:30", "2026-11-16 13:59" };
	world_meet(world, "2026-11-16 14:00", 60);
	world->now = world_at(world, "2026-11-14 10:00");
	world_apply(world, plan_of("4 days before start", "1 day before start"));
	expect_unmoved(times, UB_COUNT(times), "2026-11-16 10:00", true);
}

Test(due, what_was_put_off_until_after_the_meeting_stays_if_it_follows_the_meeting)
{
	world_apply(world, plan_of("2 days before start", "1h after end"));
	for (size_t i = 0; i < world->n_existing; i++)
		if (world->existing[i].event->component == UB_COMPONENT_TASK) {
			world->existing[i].due = world_at(world, "2026-11-14 11:00");
			world->existing[i].user_changed = UB_PROPERTY_TIME;
		}
	expect_time(world_item(world_plan(world), "r/do")->due, "2026-11-14 11:00");
}

/* ---- any meeting ---- */

static bool is_working(ub_instant at)
{
	struct ub_work_calendar anna = { world->berlin, &world->office, NULL };
	ub_instant last;
	return ub_cal_last_working(world->arena, &anna, at, UB_PLAN_SEARCH, &last) && last == at;
}

static const struct ub_item *task_of(const struct ub_plan *plan)
{
	for (size_t i = 0; i < plan->items.n; i++)
		if (plan->items.items[i].kind == UB_ITEM_TASK)
			return &plan->items.items[i];
	return NULL;
}

/* Where the task is due at any point, the meeting may be at any hour of any day. */
static void check_any(const char *due, bool after, uint32_t *seed)
{
	plan_of("3h before start", due);
	for (size_t round = 0; round < 150; round++) {
		ub_instant start =
		    world_at(world, "2026-11-10 00:00") + (ub_instant)roll(seed, 14 * 96) * 900;
		struct ub_buf text = UB_BUF(world->arena);
		ub_cal_format(&text, UB_TEXT("%F %R"), world->berlin, start, UB_ENGLISH);
		world_meet(world, ub_buf_cstr(&text), 15 * (1 + (int)roll(seed, 16)));
		world->n_existing = 0;
		world->now = start - 1 - (ub_instant)roll(seed, 8 * 86400);
		ub_instant end =
		    world->event.end.given ? ub_cal_instant(world->berlin, world->event.end.civil) : start;
		struct ub_plan *plan = world_plan(world);
		const struct ub_item *task = task_of(plan);
		cr_assert(task, "%s", ub_buf_cstr(&text));
		bool capped = !after && task->due == start;
		cr_assert(is_working(task->due) || capped, "%s: %s: %s", ub_buf_cstr(&text), due,
		    world_words(world, plan));
		cr_assert(after ? task->due >= end : task->due <= start, "%s: %s", ub_buf_cstr(&text), due);
		cr_assert_gt(task->due, world->now);
		ub_instant was = task->due;
		world_apply(world, plan);
		world->now += (ub_instant)roll(seed, (uint32_t)(start - world->now));
		cr_assert_eq(task_of(world_plan(world))->due, was, "%s: %s", ub_buf_cstr(&text), due);
	}
}

Test(due, holds_for_any_meeting)
{
	static const char *const before[] = { "start", "1h before start", "1 day before start",
		"1 business day before start", "2 weeks before start" };
	static const char *const after[] = { "end", "30m after end", "2h after end",
		"1 business day after end", "3 days after end" };
	uint32_t seed = 7;
	for (size_t i = 0; i < UB_COUNT(before); i++)
		check_any(before[i], false, &seed);
	for (size_t i = 0; i < UB_COUNT(after); i++)
		check_any(after[i], true, &seed);
}
