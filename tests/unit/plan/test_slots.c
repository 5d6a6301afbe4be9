/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "leaks.h"
#include "plan-private.h"
#include "upbeat/sys.h"
#include "roll.h"

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
	struct ub_slot slot = plan_find_slot(request, arena);
	cr_assert(slot.found, "%s", slot.remark);
	struct ub_buf shown = UB_BUF(arena);
	ub_cal_print_rfc3339(&shown, people[0].zone, slot.start);
	cr_assert_eq(slot.start, at(start), "%s, not %s", ub_buf_cstr(&shown), start);
	cr_assert_eq(slot.late, late);
}

static void expect_none(struct ub_slot_request *request, const char *remark)
{
	struct ub_slot slot = plan_find_slot(request, arena);
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

Test(slots, takes_the_meetings_own_time_where_working_hours_never_meet)
{
	people[1] = people[2];
	struct ub_slot_request r = request("2026-11-02 12:00");
	r.n_people = 2;
	expect(&r, "2026-11-09 14:00", false);
	cr_assert_str_eq(plan_find_slot(&r, arena).remark,
	    "no time lies in everybody's working hours, so it is at the meeting's own time of day");
	r.prefer = UB_PREFER_LATEST;
	expect(&r, "2026-11-10 14:00", false);
	block(&r, "2026-11-10 14:00", "2026-11-10 14:30");
	expect(&r, "2026-11-09 14:00", false);
	r.full = UB_FULL_SKIP;
	expect_none(&r, "no time is left in its days");
	r = request("2026-11-11 08:00");
	r.n_people = 2;
	expect(&r, "2026-11-11 14:00", true);
	r.now = at("2026-11-12 09:01"); /* today it would come too late */
	expect(&r, "2026-11-12 09:15", true);
}

Test(slots, goes_by_the_owner_alone_where_the_meetings_time_of_day_is_of_no_use)
{
	people[1] = people[2];
	struct ub_slot_request r = request("2026-11-02 12:00");
	r.n_people = 2;
	r.all_day = true;
	expect(&r, "2026-11-09 09:00", false);
	cr_assert_str_eq(plan_find_slot(&r, arena).remark,
	    "no time lies in everybody's working hours, so it goes by the owner's alone");
	r.all_day = false;
	r.same_time = 21 * 3600;
	r.duration = 3600;
	expect(&r, "2026-11-09 21:00", false);
	r.duration++; /* it would go on into the night */
	expect(&r, "2026-11-09 09:00", false);
	r.same_time = 22 * 3600; /* as does the meeting */
	expect(&r, "2026-11-09 22:00", false);
}

/* Hours of a day's work that begins between 06:00 and 11:00. */
static struct ub_working_hours any_hours(uint32_t *seed)
{
	struct ub_working_hours hours = { 0 };
	int16_t from = (int16_t)(6 * 60 + (int)roll(seed, 11) * 30);
	for (int day = UB_MONDAY; day <= UB_FRIDAY; day++)
		hours.days[day] = (struct ub_working_day){ 1,
			{ { from, (int16_t)(from + 60 * (2 + (int)roll(seed, 9))) } } };
	return hours;
}

static bool is_night(int hour)
{
	return hour >= 22 || hour < 6;
}

Test(slots, are_never_at_night_unless_the_meeting_is)
{
	static const char *const names[] = { "Europe/Berlin", "America/Chicago", "Asia/Tokyo", "Asia/Kolkata",
		"Pacific/Auckland", "Pacific/Honolulu", "America/St_Johns", "America/Sao_Paulo" };
	uint32_t seed = 13, by_meeting = 0, by_all = 0;
	for (size_t round = 0; round < 2000; round++) {
		struct ub_work_calendar team[4];
		struct ub_working_hours hours[4];
		for (size_t i = 0; i < 4; i++) {
			hours[i] = any_hours(&seed);
			team[i] = (struct ub_work_calendar){
				ub_cal_zone_find(zones, ub_text(names[roll(&seed, UB_COUNT(names))])),
				&hours[i], NULL
			};
		}
		struct ub_slot_request r = request("2026-11-02 12:00");
		ub_instant start = at("2026-11-12 00:00") + (ub_instant)roll(&seed, 96) * 900;
		struct ub_civil civil = ub_cal_civil(team[0].zone, start);
		r.people = team;
		r.n_people = 1 + roll(&seed, 4);
		r.now = start - 1 - (ub_instant)roll(&seed, 10 * 86400);
		r.useful_until = start;
		r.duration = 900 * (1 + (int64_t)roll(&seed, 4));
		r.same_time = civil.hour * 3600 + civil.minute * 60;
		r.prefer = (enum ub_prefer)roll(&seed, 3);
		r.full = (enum ub_full)roll(&seed, 4);
		struct ub_slot slot = plan_find_slot(&r, arena);
		int hour = ub_cal_civil(team[0].zone, slot.start).hour;
		bool right_before = slot.found && slot.start + r.duration == start;
		cr_assert(!slot.found || right_before || !is_night(hour) || is_night(civil.hour),
		    "round %zu: at %02d, and the meeting at %02d: %s", round, hour, civil.hour, slot.remark);
		by_meeting += slot.found && slot.remark && strstr(slot.remark, "own time of day") != NULL;
		by_all += slot.found && !slot.remark;
	}
	cr_expect(by_meeting > 100 && by_all > 100, "%u, %u", by_meeting, by_all);
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
	expect(&r, "2026-11-11 09:00", false);
	block(&r, "2026-11-11 00:00", "2026-11-12 23:00");
	expect_none(&r, "no time is left in its days");
	r = request("2026-10-01 12:00");
	block(&r, "2026-10-26 09:15", "2026-11-11 00:00");
	expect(&r, "2026-10-26 09:00", false);
	r = request("2026-10-01 12:00");
	block(&r, "2026-10-26 00:00", "2026-11-12 23:00");
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

Test(slots, fill_a_window_that_is_just_as_long)
{
	struct ub_slot_request r = request("2026-11-02 12:00");
	r.window = (struct ub_interval){ at("2026-11-09 14:00"), at("2026-11-09 14:15") };
	r.full = UB_FULL_SKIP;
	for (r.prefer = UB_PREFER_EARLIEST; r.prefer <= UB_PREFER_SAME_TIME; r.prefer++)
		expect(&r, "2026-11-09 14:00", false);
	r.window.end--;
	for (r.prefer = UB_PREFER_EARLIEST; r.prefer <= UB_PREFER_SAME_TIME; r.prefer++)
		expect_none(&r, "no time is left in its days");
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
	cr_assert_eq(plan_working_moment(people, at("2026-11-11 16:50"), arena), at("2026-11-11 17:00"));
	cr_assert_eq(plan_working_moment(people, at("2026-11-13 18:00"), arena), at("2026-11-16 09:00"));
	/* nobody works: the moment itself */
	struct ub_working_hours never = { 0 };
	struct ub_work_calendar retired = { people[0].zone, &never, NULL };
	cr_assert_eq(plan_working_moment(&retired, at("2026-11-13 18:00"), arena), at("2026-11-13 18:00"));
}

/* ---- what is told of a search is what was searched ---- */

static struct ub_seeker seekers[3];

/* A search in some days of November, for one to three people who are busy now and then, or nearly all day. */
static struct ub_slot_request any_request(uint32_t *seed)
{
	static const char *const days[] = { "2026-11-05 00:00", "2026-11-09 00:00", "2026-11-10 00:00" };
	static const int64_t durations[] = { 900, 3600, 4 * 3600 };
	struct ub_slot_request r = request("2026-11-02 12:00");
	r.window.start = at(days[roll(seed, 3)]);
	r.window.end = r.window.start + (1 + (ub_instant)roll(seed, 3)) * 24 * 3600;
	r.now = r.window.start - 4 * 24 * 3600 + (ub_instant)roll(seed, 8 * 24 * 60) * 60;
	r.before = roll(seed, 2);
	r.duration = durations[roll(seed, 3)];
	r.same_time = (int32_t)(8 + roll(seed, 10)) * 3600 + 7 * 60;
	r.prefer = (enum ub_prefer)roll(seed, 3);
	r.late = (enum ub_late)roll(seed, 2);
	r.full = (enum ub_full)roll(seed, 4);
	r.n_people = 1 + roll(seed, 3);
	bool full_days = roll(seed, 2);
	for (size_t i = 0; i < r.n_people; i++) {
		static const char *const names[] = { "Anna", "Ben", "Nora" };
		seekers[i] = (struct ub_seeker){ ub_text(names[i]), people[i], { 0 } };
		for (uint32_t n = roll(seed, full_days ? 9 : 4); n > 0; n--) {
			ub_instant from = r.window.start + (ub_instant)roll(seed, 5 * 24 * 60) * 60;
			ub_instant until =
			    from + (1 + (ub_instant)roll(seed, full_days ? 14 * 60 : 120)) * 60;
			*ub_push(arena, &seekers[i].busy) = (struct ub_interval){ from, until };
		}
		seekers[i].busy = ub_cal_intervals_normal(arena, seekers[i].busy);
		r.busy = ub_cal_union(arena, r.busy, seekers[i].busy);
	}
	return r;
}

static bool at_work(const struct ub_slot_request *r, size_t person, ub_instant start)
{
	struct ub_interval slot = { start, start + r->duration };
	return ub_cal_covers(ub_cal_working_time(arena, &r->people[person], slot), slot);
}

/* Whether that time is free, by looking at that time alone. */
static bool is_free(const struct ub_slot_request *r, size_t n_people, ub_instant start)
{
	for (size_t i = 0; i < n_people; i++)
		if (!at_work(r, i, start))
			return false;
	for (size_t i = 0; i < r->busy.n; i++)
		if (ub_cal_overlap(r->busy.items[i], (struct ub_interval){ start, start + r->duration }))
			return false;
	return start >= r->now && start + r->duration <= r->useful_until;
}

static bool is_told(const struct ub_considered *told, ub_instant start)
{
	for (size_t i = 0; i < told->n; i++)
		if (told->items[i].from == UB_INSTANT_NONE ||
		    (start >= told->items[i].from && start <= told->items[i].to))
			return true;
	return false;
}

static size_t expect_only_what_is_not_free(
    const struct ub_slot_request *r, const struct ub_considered *told, uint32_t round)
{
	size_t times = 0;
	cr_assert(told->n <= UB_PLAN_CONSIDERED_MAX + 1);
	for (size_t i = 0; i < told->n; i++)
		for (ub_instant start = told->items[i].from;
		     start != UB_INSTANT_NONE && start <= told->items[i].to; start += UB_PLAN_STEP, times++)
			cr_assert_not(is_free(r, r->n_people, start), "round %u: %.*s", round,
			    UB_ARGS(told->items[i].why));
	return times;
}

/* The trace tells each better time in the window, except for the owner's evenings. */
static void expect_all_that_was_better(const struct ub_slot_request *r, const struct ub_slot *slot,
    const struct ub_considered *told, uint32_t round)
{
	const struct ub_slot_try *first = &slot->tries[0];
	bool failed = first->start == UB_INSTANT_NONE;
	if (first->prefer == UB_PREFER_SAME_TIME)
		return;
	for (ub_instant start = r->window.start; start + r->duration <= r->window.end;
	     start += UB_PLAN_STEP) {
		bool better =
		    failed || (first->prefer == UB_PREFER_LATEST ? start > slot->start : start < slot->start);
		if (better && at_work(r, 0, start))
			cr_assert(is_told(told, start), "round %u: %lld", round, (long long)start);
	}
}

/* The time suits the people whose hours the search used. */
static void expect_it_suits(const struct ub_slot_request *r, const struct ub_slot *slot, uint32_t round)
{
	const struct ub_slot_try *last = &slot->tries[slot->n_tries - 1];
	for (size_t i = 0; i + 1 < slot->n_tries; i++)
		cr_assert_eq(slot->tries[i].start, UB_INSTANT_NONE, "round %u", round);
	if (last->start == UB_INSTANT_NONE)
		return;
	cr_assert(slot->found, "round %u", round);
	cr_assert_eq(slot->start, last->start, "round %u", round);
	if (!last->ignore_busy)
		cr_assert(is_free(r, last->n_people, slot->start), "round %u", round);
}

Test(slots, tells_of_any_search_what_was_not_free_and_all_that_would_have_been_better)
{
	size_t times = 0, fallbacks = 0, none = 0;
	for (uint32_t round = 1; round <= 2000; round++) {
		uint32_t seed = round * 2654435761u;
		struct ub_slot_request r = any_request(&seed);
		struct ub_slot slot = plan_find_slot(&r, arena);
		struct ub_considered told = plan_tell_search(&r, &slot, seekers, r.n_people, arena);
		expect_it_suits(&r, &slot, round);
		times += expect_only_what_is_not_free(&r, &told, round);
		expect_all_that_was_better(&r, &slot, &told, round);
		fallbacks += slot.found && slot.n_tries > 1;
		none += !slot.found;
	}
	/* the cases that matter did occur */
	cr_assert(times > 10000 && fallbacks > 200 && none > 50,
	    "%zu times, %zu fallbacks, %zu found nothing", times, fallbacks, none);
}

static void expect_told(
    const struct ub_slot_request *r, size_t i, const char *from, const char *to, const char *why)
{
	struct ub_slot slot = plan_find_slot(r, arena);
	struct ub_considered told = plan_tell_search(r, &slot, seekers, r->n_people, arena);
	cr_assert(i < told.n, "%zu told", told.n);
	cr_assert(ub_text_is(told.items[i].why, why), "%.*s", UB_ARGS(told.items[i].why));
	cr_assert_eq(told.items[i].from, at(from));
	cr_assert_eq(told.items[i].to, at(to));
}

Test(slots, tells_why_the_owner_has_to_do_alone_and_why_not_at_once)
{
	struct ub_slot_request r = request("2026-11-08 20:00");
	r.full = UB_FULL_OVERLAP;
	r.all_day = true;
	r.window.end = at("2026-11-10 00:00");
	r.n_people = 2;
	people[1] = people[2]; /* Los Angeles */
	seekers[0] = (struct ub_seeker){ UB_TEXT("Anna"), people[0], { 0 } };
	seekers[1] = (struct ub_seeker){ UB_TEXT("Ben"), people[1], { 0 } };
	block(&r, "2026-11-09 09:00", "2026-11-09 10:00");
	seekers[0].busy = r.busy;
	expect(&r, "2026-11-09 10:00", false);
	expect_told(&r, 0, "2026-11-09 09:00", "2026-11-09 17:15", "outside of the working hours of Ben");
	expect_told(&r, 1, "2026-11-09 09:00", "2026-11-09 09:45", "Anna is busy");
}

Test(slots, tells_what_an_overlapping_time_could_not_avoid)
{
	struct ub_slot_request r = request("2026-11-09 07:00");
	r.window.end = at("2026-11-10 00:00");
	r.full = UB_FULL_OVERLAP;
	block(&r, "2026-11-09 00:00", "2026-11-10 00:00");
	seekers[0] = (struct ub_seeker){ UB_TEXT("Anna"), people[0], r.busy };
	expect(&r, "2026-11-09 09:00", false);
	expect_told(&r, 0, "2026-11-09 09:00", "2026-11-09 17:15", "Anna is busy");
}

Test(slots, tells_why_the_same_time_of_day_could_not_be_had)
{
	struct ub_slot_request r = request("2026-11-02 12:00");
	r.window.end = at("2026-11-10 00:00");
	r.prefer = UB_PREFER_SAME_TIME;
	block(&r, "2026-11-09 13:00", "2026-11-09 15:00");
	seekers[0] = (struct ub_seeker){ UB_TEXT("Anna"), people[0], r.busy };
	expect(&r, "2026-11-09 09:00", false);
	expect_told(&r, 0, "2026-11-09 14:00", "2026-11-09 14:00", "Anna is busy");
}
