/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include <time.h>

#include "case.h"

/* Times at which people are taken by other things: an event of a rule keeps out of them. */

static struct ub_busy busy[3];

static void set_up(void)
{
	world_set_up_berlin();
	busy[0] = (struct ub_busy){ .address = UB_TEXT("anna@ours.example") };
	busy[1] = (struct ub_busy){ .address = UB_TEXT("ben@ours.example") };
	busy[2] = (struct ub_busy){ .address = UB_TEXT("nora@ours.example") };
	world->busy = busy;
	world->n_busy = UB_COUNT(busy);
}

TestSuite(busy, .init = set_up, .fini = world_tear_down);

static void rules(const char *more)
{
	world_rules(
	    world, ub_textf(world->arena,
		       "  - name: prep\n"
		       "    for: meeting\n"
		       "    when: meeting.customer\n"
		       "    create:\n"
		       "      - event: prep\n"
		       "        title: Prep\n"
		       "        between: [3 business days before start, 2 business days before start]\n"
		       "        duration: 15m\n"
		       "        attendees: meeting.internal\n"
		       "%s",
		       more)
		       .ptr);
}

static void take(size_t who, const char *from, const char *until)
{
	*ub_push(world->arena, &busy[who].times) =
	    (struct ub_interval){ world_at(world, from), world_at(world, until) };
}

static void expect_start(const char *text)
{
	expect_time(world_item(world_plan(world), "prep/prep")->start, text);
}

static struct ub_existing *made(void)
{
	world_apply(world, world_plan(world));
	cr_assert_eq(world->n_existing, 1);
	return &world->existing[0];
}

Test(busy, event_keeps_out_of_everybodys_times_unless_its_rule_says_otherwise)
{
	static const struct {
		const char *more, *start;
	} cases[] = { { "", "2026-11-09 10:00" }, { "        free: attendees\n", "2026-11-09 10:00" },
		{ "        free: owner\n", "2026-11-09 09:30" },
		{ "        free: nobody\n", "2026-11-09 09:00" },
		{ "        busy: no\n", "2026-11-09 09:00" } };
	take(0, "2026-11-09 09:00", "2026-11-09 09:30");
	take(1, "2026-11-09 09:30", "2026-11-09 09:50");
	take(2, "2026-11-09 00:00", "2026-11-12 00:00"); /* nora does not come */
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		rules(cases[i].more);
		expect_start(cases[i].start);
	}
}

Test(busy, times_that_nobody_knows_are_told_and_hold_nobody_up)
{
	rules("");
	busy[1].unknown = UB_TEXT("the server does not say (403)");
	busy[2].unknown = UB_TEXT("nora does not come");
	const struct ub_plan *plan = world_plan(world);
	const struct ub_item *prep = world_item(plan, "prep/prep");
	expect_time(prep->start, "2026-11-09 09:00");
	cr_expect(ub_text_is(world_note(plan, "prep/prep")->text,
	    "the busy times of ben@ours.example are not known: the server does not say (403)"));
	cr_assert_eq(prep->free.n, 2);
	cr_expect(ub_text_is(prep->free.items[0]->email, "anna@ours.example"));
	expect_time(prep->search.start, "2026-11-02 12:00");
	expect_time(prep->search.end, "2026-11-12 14:00");
	rules("        free: owner\n");
	plan = world_plan(world);
	cr_expect_null(world_note(plan, "prep/prep"));
	cr_expect_eq(world_item(plan, "prep/prep")->free.n, 1);
	rules("        free: nobody\n");
	cr_expect_eq(world_item(world_plan(world), "prep/prep")->free.n, 0);
	rules("");
	made();
	cr_expect_eq(world_item(world_plan(world), "prep/prep")->free.n, 2, "it stands");
}

Test(busy, event_that_stands_stays_until_something_else_is_put_there)
{
	rules("");
	made();
	take(1, "2026-11-09 09:15", "2026-11-09 18:00");
	expect_start("2026-11-09 09:00");
	take(1, "2026-11-09 09:00", "2026-11-09 09:05");
	expect_start("2026-11-10 09:00");
	made();
	busy[1].times.n = 0;
	expect_start("2026-11-10 09:00");
}

Test(busy, event_that_its_user_has_moved_stays_whatever_is_there)
{
	rules("");
	struct ub_existing *prep = made();
	prep->user_changed = UB_PROPERTY_TIME;
	take(0, "2026-11-09 00:00", "2026-11-10 00:00");
	expect_start("2026-11-09 09:00");
}

Test(busy, full_window_gives_what_its_rule_says_and_a_second_plan_the_same)
{
	static const struct {
		const char *more, *start;
	} cases[] = { { "", "2026-11-06 17:15" }, { "        full: later\n", "2026-11-11 09:00" },
		{ "        full: overlap\n", "2026-11-09 09:00" } };
	take(0, "2026-11-09 00:00", "2026-11-11 00:00");
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		rules(cases[i].more);
		world->n_existing = 0;
		expect_start(cases[i].start);
		made();
		expect_start(cases[i].start);
	}
	rules("        full: skip\n");
	world->n_existing = 0;
	cr_expect_eq(world_plan(world)->items.n, 0);
}

/* No working time is left before the meeting, and somebody has no time right before it. */
Test(busy, nothing_is_put_right_before_the_meeting_over_something_else)
{
	world_meet(world, "2026-11-12 09:00", 60);
	world->now = world_at(world, "2026-11-12 08:30");
	take(1, "2026-11-12 08:50", "2026-11-12 09:00");
	rules("");
	cr_expect_eq(world_plan(world)->items.n, 0);
	rules("        full: overlap\n");
	expect_start("2026-11-12 08:45");
}

Test(busy, late_event_moves_out_of_the_way_too)
{
	rules("");
	world->now = world_at(world, "2026-11-12 10:00");
	made();
	expect_start("2026-11-12 10:00");
	take(0, "2026-11-12 10:00", "2026-11-12 11:00");
	expect_start("2026-11-12 11:00");
	made();
	expect_start("2026-11-12 11:00");
}

Test(busy, a_thousand_appointments_of_each_are_looked_at_quickly)
{
	struct timespec before, after;
	rules("");
	for (size_t who = 0; who < UB_COUNT(busy); who++)
		for (int64_t i = 0; i < 1000; i++) {
			ub_instant from = world_at(world, "2026-11-02 12:00") + i * 7200;
			*ub_push(world->arena, &busy[who].times) = (struct ub_interval){ from, from + 6300 };
		}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
	for (int i = 0; i < 100; i++)
		expect_start("2026-11-09 09:45");
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
	double ms =
	    (double)(after.tv_sec - before.tv_sec) * 10 + (double)(after.tv_nsec - before.tv_nsec) / 1e8;
	cr_log_info("a plan with 1000 appointments of each: %.3f ms", ms);
	cr_expect_lt(ms, 20 * UB_SLOWNESS, "%.3f ms", ms);
}

/* ---- the gap ---- */

Test(busy, event_keeps_the_gap_to_everything_where_there_is_room)
{
	world->org.gap = 600;
	rules("");
	take(0, "2026-11-09 09:00", "2026-11-09 09:30");
	take(1, "2026-11-09 10:15", "2026-11-09 11:00");
	expect_start("2026-11-09 09:45");
	take(1, "2026-11-09 10:05", "2026-11-09 10:15");
	expect_start("2026-11-09 11:15");
	cr_expect_null(world_note(world_plan(world), "prep/prep"));
	rules("        free: owner\n"); /* ben's times do not count, and neither do they for the gap */
	expect_start("2026-11-09 09:45");
	rules("        busy: no\n");
	expect_start("2026-11-09 09:00");
}

Test(busy, event_gives_the_gap_up_before_its_days)
{
	world->org.gap = 900;
	rules("");
	take(0, "2026-11-09 09:00", "2026-11-09 11:00");
	take(1, "2026-11-09 11:15", "2026-11-10 17:30");
	expect_start("2026-11-09 11:00");
	cr_expect(ub_text_is(world_note(world_plan(world), "prep/prep")->text,
	    "no time in its days keeps the gap to all else, so it comes without one"));
}

Test(busy, event_that_stands_is_not_moved_for_the_gap)
{
	rules("");
	take(0, "2026-11-09 09:00", "2026-11-09 11:00");
	expect_time(made()->start, "2026-11-09 11:00");
	world->org.gap = 900;
	expect_start("2026-11-09 11:00");
}

Test(busy, explain_tells_of_the_times_that_the_gap_rules_out)
{
	world->org.gap = 900;
	rules("");
	take(0, "2026-11-09 09:00", "2026-11-09 11:00");
	world->explain = true;
	const struct ub_considered *told = &world_item(world_plan(world), "prep/prep")->considered;
	cr_assert_eq(told->n, 2);
	expect_time(told->items[1].from, "2026-11-09 11:00");
	cr_expect(ub_text_is(told->items[1].why, "too little time between this and something else"));
}
