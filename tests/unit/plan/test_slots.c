/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "leaks.h"
#include "plan-private.h"
#include "upbeat/sys.h"

static struct ub_arena *arena;
static struct ub_zones *zones;
static struct ub_working_hours office;
static struct ub_work_calendar people[3];

static void set_up(void)
{
	struct ub_time_error error;
	arena = ub_arena_new();
	zones = ub_cal_zones_new(ub_sys_zone_source(NULL));
	cr_assert(ub_cal_parse_hours(arena, UB_TEXT("Mon-Fri 09:00-17:30"), &office, &error));
	people[0] =
	    (struct ub_work_calendar){ ub_cal_zone_find(zones, UB_TEXT("Europe/Berlin")), &office, NULL };
	people[1] =
	    (struct ub_work_calendar){ ub_cal_zone_find(zones, UB_TEXT("America/New_York")), &office, NULL };
	people[2] = (struct ub_work_calendar){ ub_cal_zone_find(zones, UB_TEXT("America/Los_Angeles")),
		&office, NULL };
}

static void tear_down(void)
{
	ub_cal_zones_free(&zones);
	ub_arena_free(&arena);
	ub_leak_check();
}

TestSuite(slots, .init = set_up, .fini = tear_down);

/* A civil time on the first person's clock. */
static ub_instant at(const char *text)
{
	ub_instant instant;
	cr_assert(ub_cal_parse_time(ub_text(text), people[0].zone, &instant), "%s", text);
	return instant;
}

/* A meeting on Thursday 2026-11-12 at 14:00, a quarter of an hour on the Monday or Tuesday before. */
static struct ub_slot_request request(const char *now)
{
	return (struct ub_slot_request){ .window = { at("2026-11-09 00:00"), at("2026-11-11 00:00") },
		.now = at(now),
		.useful_until = at("2026-11-12 14:00"),
		.before = true,
		.duration = 900,
		.same_time = 14 * 3600,
		.people = people,
		.n_people = 1 };
}

static void block(struct ub_slot_request *request, const char *from, const char *until)
{
	*ub_push(arena, &request->busy) = (struct ub_interval){ at(from), at(until) };
}

static void expect(struct ub_slot_request *request, const char *start, bool late)
{
	struct ub_slot slot = ub_plan_find_slot(request, arena);
	cr_assert(slot.found, "%s", slot.remark);
	struct ub_buf shown = UB_BUF(arena);
	ub_cal_print_rfc3339(&shown, people[0].zone, slot.start);
	cr_assert_eq(slot.start, at(start), "%s, not %s", ub_buf_cstr(&shown), start);
	cr_assert_eq(slot.late, late);
}

static void expect_none(struct ub_slot_request *request, const char *remark)
{
	struct ub_slot slot = ub_plan_find_slot(request, arena);
	cr_assert(!slot.found);
	cr_assert_str_eq(slot.remark, remark);
}

Test(slots, prefers_the_earliest_working_time_of_the_window)
{
	struct ub_slot_request r = request("2026-11-02 12:00");
	expect(&r, "2026-11-09 09:00", false);
	r.prefer = UB_PREFER_LATEST;
	expect(&r, "2026-11-10 17:15", false);
	r.prefer = UB_PREFER_SAME_TIME;
	expect(&r, "2026-11-09 14:00", false);
	block(&r, "2026-11-09 14:00", "2026-11-09 15:00");
	expect(&r, "2026-11-10 14:00", false);
	block(&r, "2026-11-10 14:00", "2026-11-10 15:00");
	expect(&r, "2026-11-09 09:00", false);
}

Test(slots, takes_the_hours_of_everybody)
{
	struct ub_slot_request r = request("2026-11-02 12:00");
	r.n_people = 2;
	expect(&r, "2026-11-09 15:00", false);
}

Test(slots, skips_each_ones_holidays)
{
	struct ub_holidays holidays = { 0 };
	ub_cal_holiday_add(arena, &holidays, ub_cal_day(2026, 11, 9), UB_TEXT("Founders' day"));
	people[1] = people[0];
	people[1].holidays = &holidays;
	struct ub_slot_request r = request("2026-11-02 12:00");
	r.n_people = 2;
	expect(&r, "2026-11-10 09:00", false);
}

Test(slots, goes_by_the_owner_alone_where_working_hours_never_meet)
{
	people[1] = people[2];
	struct ub_slot_request r = request("2026-11-02 12:00");
	r.n_people = 2;
	expect(&r, "2026-11-09 09:00", false);
	cr_assert_not_null(ub_plan_find_slot(&r, arena).remark);
	r.full = UB_FULL_SKIP;
	expect_none(&r, "no time is left in its days");
}

Test(slots, inside_its_window_begins_with_what_is_left_of_it)
{
	struct ub_slot_request r = request("2026-11-09 11:02");
	expect(&r, "2026-11-09 11:15", false);
	r = request("2026-11-09 17:16");
	expect(&r, "2026-11-10 09:00", false);
}

Test(slots, full_window_takes_the_nearest_earlier_slot_or_what_the_rule_says)
{
	struct ub_slot_request r = request("2026-11-02 12:00");
	block(&r, "2026-11-09 00:00", "2026-11-11 00:00");
	expect(&r, "2026-11-06 17:15", false);
	r.full = UB_FULL_LATER;
	expect(&r, "2026-11-11 09:00", false);
	r.full = UB_FULL_OVERLAP;
	expect(&r, "2026-11-09 09:00", false);
	r.full = UB_FULL_SKIP;
	expect_none(&r, "no time is left in its days");
}

Test(slots, looks_no_further_back_than_now_and_two_weeks)
{
	struct ub_slot_request r = request("2026-11-06 17:16");
	block(&r, "2026-11-09 00:00", "2026-11-11 00:00");
	expect_none(&r, "no time is left in its days");
	r = request("2026-10-01 12:00");
	block(&r, "2026-10-26 09:15", "2026-11-11 00:00");
	expect(&r, "2026-10-26 09:00", false);
	r = request("2026-10-01 12:00");
	block(&r, "2026-10-26 00:00", "2026-11-11 00:00");
	expect_none(&r, "no time is left in its days");
}

Test(slots, passed_window_means_as_early_as_still_useful_and_late)
{
	struct ub_slot_request r = request("2026-11-11 16:50");
	expect(&r, "2026-11-11 17:00", true);
	r = request("2026-11-11 18:00");
	expect(&r, "2026-11-12 09:00", true);
	r.late = UB_LATE_SKIP;
	expect_none(&r, "its time has passed");
}

Test(slots, with_no_working_time_left_comes_right_before_the_meeting)
{
	struct ub_slot_request r = request("2026-11-11 18:00");
	r.useful_until = at("2026-11-12 09:00");
	expect(&r, "2026-11-12 08:45", true);
	r.now = at("2026-11-12 08:45");
	expect(&r, "2026-11-12 08:45", true);
	r.now++;
	expect_none(&r, "its time has passed");
}

Test(slots, longer_than_any_working_day_fits_nowhere)
{
	struct ub_slot_request r = request("2026-11-02 12:00");
	r.duration = (int64_t)(8.5 * 3600);
	expect(&r, "2026-11-09 09:00", false);
	r.duration++;
	expect_none(&r, "no time is left in its days");
}

Test(slots, same_time_keeps_the_clock_across_the_change_of_clocks)
{
	/* Berlin goes back on Sunday 2026-10-25 */
	struct ub_slot_request r = request("2026-10-12 12:00");
	r.window = (struct ub_interval){ at("2026-10-23 00:00"), at("2026-10-27 00:00") };
	r.useful_until = at("2026-10-28 14:00");
	r.prefer = UB_PREFER_SAME_TIME;
	block(&r, "2026-10-23 00:00", "2026-10-24 00:00");
	expect(&r, "2026-10-26 14:00", false);
}

Test(slots, working_moment_is_now_or_the_next_morning)
{
	cr_assert_eq(ub_plan_working_moment(people, at("2026-11-11 16:50"), arena), at("2026-11-11 17:00"));
	cr_assert_eq(ub_plan_working_moment(people, at("2026-11-13 18:00"), arena), at("2026-11-16 09:00"));
	/* nobody works: the moment itself */
	struct ub_working_hours never = { 0 };
	struct ub_work_calendar retired = { people[0].zone, &never, NULL };
	cr_assert_eq(ub_plan_working_moment(&retired, at("2026-11-13 18:00"), arena), at("2026-11-13 18:00"));
}
