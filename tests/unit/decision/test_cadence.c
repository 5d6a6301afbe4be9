/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "desk.h"

/* Rules for accounts: when the items of each period are, and what becomes of them. */

TestSuite(cadence, .init = calendar_set_up, .fini = calendar_tear_down);

#define WEEKS                                                                                                \
	"create 11-20 create 11-25 create 12-02 create 12-09 create 12-16 create 12-23 create 12-30 create " \
	"01-06 create 01-13"

Test(cadence, goes_by_health_within_the_horizon)
{
	struct desk desk = desk_with(CADENCE("cad", BY_HEALTH));
	EXPECT(&desk, "2026-11-18T12:00", WEEKS);
	desk.input.n_existing = 0;
	desk.account.health = UB_HEALTH_YELLOW;
	EXPECT(&desk, "2026-11-18T12:00", "create 11-26 create 12-16 create 01-15");
	desk.input.n_existing = 0;
	desk.account.health = UB_HEALTH_GREEN;
	EXPECT(&desk, "2026-11-18T12:00", "create 12-15 create 02-16");
	EXPECT(&desk, "2026-11-18T12:01", "keep 12-15 keep 02-16");
	cr_expect_eq(desk.decision.rhythm.every.n, 3);
	cr_expect_eq(desk.decision.look_again, at("2027-01-01T00:00"));
	calendar_close(&desk.calendar);
}

Test(cadence, changes_with_health_and_leaves_what_users_have_moved)
{
	struct desk desk = desk_with(CADENCE("cad", BY_HEALTH));
	desk.account.health = UB_HEALTH_GREEN;
	EXPECT(&desk, "2026-11-18T12:00", "create 12-15 create 02-16");
	move_to(&desk, "12-15", "2026-12-17T14:00");
	desk.account.health = UB_HEALTH_RED;
	EXPECT(&desk, "2026-11-18T12:00",
	    "create 11-20 create 11-25 create 12-02 create 12-09 keep 12-17 create 12-23 create 12-30 create "
	    "01-06 "
	    "keep 01-13");
	EXPECT(&desk, "2026-11-18T12:01",
	    "keep 11-20 keep 11-25 keep 12-02 keep 12-09 keep 12-17 keep 12-23 keep 12-30 keep 01-06 keep "
	    "01-13");
	desk.account.health = UB_HEALTH_GREEN;
	/* What was on 20 November has been: the rest that nobody has touched goes, but for the one that was
	 * the next quarter's. */
	EXPECT(&desk, "2026-11-21T12:00",
	    "keep 12-17 keep 01-13 remove 11-25 remove 12-02 remove 12-09 remove 12-23 remove 12-30 remove "
	    "01-06");
	EXPECT(&desk, "2026-11-21T12:01", "keep 12-17 keep 01-13");
	calendar_close(&desk.calendar);
}

Test(cadence, lets_a_meeting_take_the_place_of_a_review)
{
	struct desk desk = desk_with(CADENCE("cad", BY_HEALTH));
	struct ub_met met = { .start = at("2026-10-06T09:00"), .end = at("2026-10-06T10:00") };
	desk.account.health = UB_HEALTH_GREEN;
	EXPECT(&desk, "2026-10-10T12:00", "create 11-17");
	desk.input.met = &met;
	desk.input.n_met = 1;
	/* The next review is the next quarter's, as far ahead as that is. */
	EXPECT(&desk, "2026-10-10T12:01", "remove 11-17 create 02-16");
	cr_expect_eq(desk.decision.periods.items[0].state, UB_PERIOD_SATISFIED);
	cr_expect_eq(desk.decision.periods.items[0].met.start, met.start);
	EXPECT(&desk, "2026-10-10T12:02", "keep 02-16");
	/* The meeting is called off: the review comes back, and the one that stands ahead stays. */
	desk.input.n_met = 0;
	EXPECT(&desk, "2026-10-10T12:03", "create 11-17 keep 02-16");
	calendar_close(&desk.calendar);
}

#define MET(title, day)                                                                                      \
	{                                                                                                    \
		.start = INT64_C(0), .end = 0,                                                               \
		.text = UB_TEXT("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:VEVENT\nUID:m\nDTSTAMP:"      \
				"20260101T000000Z\nSUMMARY:" title "\nDTSTART:" day "T090000Z\nDTEND:" day   \
				"T100000Z\n" INVITED "END:VEVENT\nEND:VCALENDAR\n")                          \
	}

Test(cadence, asks_which_meetings_count)
{
	struct desk desk = desk_with(
	    CADENCE("cad", "    satisfied_by: meeting.title.matches(\"review\")\n    every: month\n"));
	struct ub_met met[] = { MET("Acme lunch", "20261103"), MET("Acme review", "20261203"),
		{ .text = UB_TEXT_NONE } };
	met[0].start = at("2026-11-03T09:00");
	met[1].start = at("2026-12-03T09:00");
	met[2].start = at("2027-01-03T09:00");
	desk.input.met = met;
	desk.input.n_met = 3;
	EXPECT(&desk, "2026-11-04T12:00", "create 11-16");
	cr_expect_eq(desk.decision.periods.n, 3);
	cr_expect_eq(desk.decision.periods.items[1].state, UB_PERIOD_SATISFIED);
	cr_expect_eq(desk.decision.periods.items[2].state, UB_PERIOD_UNDECIDED);
	calendar_close(&desk.calendar);
}

Test(cadence, leaves_a_satisfied_review_that_a_user_has_changed)
{
	struct desk desk = desk_with(CADENCE("cad", "    every: month\n"));
	struct ub_met met = { .start = at("2026-12-06T09:00"), .end = at("2026-12-06T10:00") };
	EXPECT(&desk, "2026-12-02T12:00", "create 12-16 create 01-15");
	item_on(&desk, "12-16")->has_notes = true;
	desk.input.met = &met;
	desk.input.n_met = 1;
	EXPECT(&desk, "2026-12-02T12:01", "keep 01-15");
	cr_expect_eq(item_on(&desk, "12-16")->state, UB_EXISTING_STANDS);
	calendar_close(&desk.calendar);
}

/* The review was made for a quarter, and stood for a week when it was deleted. */
Test(cadence, does_not_bring_back_what_was_deleted_in_the_period_that_it_had_gone_over_to)
{
	struct desk desk = desk_with(CADENCE("cad", BY_HEALTH));
	desk.account.health = UB_HEALTH_GREEN;
	EXPECT(&desk, "2026-11-18T12:00", "create 12-15 create 02-16");
	desk.account.health = UB_HEALTH_RED;
	look(&desk, "2026-11-18T12:01");
	struct ub_existing *deleted = item_on(&desk, "12-15");
	for (size_t i = 0; i < desk.decision.periods.n; i++)
		if (ub_cal_overlap(desk.decision.periods.items[i].time,
			(struct ub_interval){ deleted->start, deleted->end }))
			deleted->last_occasion = desk.decision.periods.items[i].time.start;
	deleted->state = UB_EXISTING_DELETED;
	deleted->event = NULL;
	cr_expect_null(strstr(look(&desk, "2026-11-18T12:02"), "create"));
	calendar_close(&desk.calendar);
}

Test(cadence, does_not_bring_back_what_a_user_has_deleted)
{
	struct desk desk = desk_with(CADENCE("cad", BY_HEALTH));
	desk.account.health = UB_HEALTH_GREEN;
	EXPECT(&desk, "2026-10-10T12:00", "create 11-17");
	struct ub_existing *deleted = item_on(&desk, "11-17");
	deleted->state = UB_EXISTING_DELETED;
	deleted->event = NULL;
	EXPECT(&desk, "2026-10-10T12:01", "create 02-16");
	/* Another rhythm has other periods, and the old one its old answer. */
	desk.account.health = UB_HEALTH_YELLOW;
	EXPECT(&desk, "2026-11-18T12:02", "create 11-26 create 12-16 keep 01-15");
	desk.account.health = UB_HEALTH_GREEN;
	EXPECT(&desk, "2026-11-18T12:03", "keep 01-15 remove 11-26 remove 12-16");
	calendar_close(&desk.calendar);
}

Test(cadence, moves_nothing_where_nobody_can_tell)
{
	struct desk desk = desk_with(CADENCE("cad", BY_HEALTH));
	EXPECT(&desk, "2026-11-18T12:00", WEEKS);
	desk.account.health = UB_HEALTH_UNKNOWN;
	EXPECT(&desk, "2026-11-18T12:01", "");
	cr_assert_eq(desk.decision.plan->notes.n, 1);
	cr_expect_eq(desk.decision.plan->notes.items[0].kind, UB_NOTE_UNDECIDED);
	cr_expect_eq(desk.decision.recurs, UB_CANNOT_TELL);
	calendar_close(&desk.calendar);
}

Test(cadence, goes_with_its_rule_and_its_account)
{
	struct desk desk =
	    desk_with(CADENCE("cad", "    when: account.name == \"Acme\"\n    every: month\n"));
	EXPECT(&desk, "2026-11-02T12:00", "create 11-16 create 12-16 create 01-15");
	move_to(&desk, "12-16", "2026-12-18T14:00");
	desk.account.name = UB_TEXT("Apex");
	EXPECT(&desk, "2026-11-20T12:00", "remove 01-15");
	desk.account.name = UB_TEXT("Acme");
	EXPECT(&desk, "2026-11-20T12:00", "keep 11-16 keep 12-18 create 01-15");
	desk.input.gone = true;
	EXPECT(&desk, "2026-11-20T12:01", "remove 12-18 remove 01-15");
	cr_expect_str_eq(desk.decision.plan->not_eligible, "gone");
	calendar_close(&desk.calendar);
}

Test(cadence, goes_on_when_time_passes)
{
	struct desk desk = desk_with(CADENCE("cad", "    every: month\n"));
	EXPECT(&desk, "2026-11-02T12:00", "create 11-16 create 12-16 create 01-15");
	cr_expect_eq(desk.decision.look_again, at("2026-12-01T00:00"));
	EXPECT(&desk, "2026-11-20T12:00", "keep 11-16 keep 12-16 keep 01-15");
	/* The year ends, and the review of 16 December stays where it was. */
	EXPECT(&desk, "2027-01-01T12:00", "keep 01-15 create 02-15 create 03-16");
	calendar_close(&desk.calendar);
}

Test(cadence, is_looked_at_each_day_where_its_rule_reads_the_day)
{
	struct desk desk = desk_with(CADENCE("cad",
	    "    when: has(account.renewal) && account.renewal < today + days(90)\n    every: month\n"));
	desk.account.renewal = at("2027-02-02T00:00");
	EXPECT(&desk, "2026-11-02T12:00", "");
	cr_expect_eq(desk.decision.look_again, at("2026-11-03T00:00"));
	EXPECT(&desk, "2026-11-05T12:00", "create 11-16 create 12-16 create 01-15");
	calendar_close(&desk.calendar);
}

/* The days on which items are when the rhythm is this one. */
static void expect_rhythm(const char *every, const char *now, const char *wanted)
{
	struct desk desk = desk_with(ub_textf(arena, CADENCE("cad", "    every: %s\n"), every).ptr);
	EXPECT(&desk, now, wanted);
	calendar_close(&desk.calendar);
}

Test(cadence, keeps_to_the_calendar)
{
	/* Too little of the present period is left for a new review. */
	expect_rhythm("2 weeks", "2026-11-18T12:00", "create 11-30 create 12-14 create 12-28 create 01-11");
	expect_rhythm("half-year", "2026-12-30T12:00", "create 04-02");
	expect_rhythm("year", "2026-12-30T12:00", "create 07-06");
	expect_rhythm("quarter", "2026-12-31T12:00", "create 02-16");
	expect_rhythm("3 months", "2026-12-30T12:00", "create 02-16");
	expect_rhythm("week", "2026-03-25T12:00",
	    "create 03-27 create 04-01 create 04-08 create 04-15 create 04-22 create 04-29 create 05-06 "
	    "create 05-13 create 05-20");
}

Test(cadence, keeps_the_time_of_day_when_clocks_change)
{
	struct desk desk = desk_with(CADENCE("cad", "    every: week\n"));
	struct ub_org *org = (struct ub_org *)desk.calendar.snapshot->org;
	org->standard.zone =
	    ub_cal_zone_find((struct ub_zones *)desk.calendar.snapshot->zones, UB_TEXT("Europe/Berlin"));
	cr_assert(org->standard.zone);
	look(&desk, "2026-10-14T12:00");
	for (size_t i = 0; i < desk.decision.plan->items.n; i++) {
		const struct ub_item *item = &desk.decision.plan->items.items[i];
		struct ub_civil civil = ub_cal_civil(item->zone, item->start);
		cr_expect(civil.hour == 9 && civil.minute == 0, "%d:%02d", civil.hour, civil.minute);
		if (i > 0)
			cr_expect_eq(
			    ub_cal_weekday(ub_cal_day(civil.year, civil.month, civil.day)), UB_WEDNESDAY);
	}
	cr_expect_eq(desk.decision.periods.items[1].time.end - desk.decision.periods.items[1].time.start,
	    (7 * 24 + 1) * 3600);
	cr_expect_eq(desk.decision.plan->items.n, 9);
	calendar_close(&desk.calendar);
}

Test(cadence, looks_for_another_day_where_the_owner_is_taken)
{
	struct desk desk = desk_with(CADENCE("cad", "    every: month\n"));
	struct ub_interval times[] = { { at("2026-11-16T00:00"), at("2026-11-19T12:00") },
		{ at("2026-12-16T00:00"), at("2027-01-01T00:00") } };
	struct ub_busy busy = { UB_TEXT("anna@ours.example"), { times, 2, 2 } };
	desk.input.busy = &busy;
	desk.input.n_busy = 1;
	EXPECT(&desk, "2026-11-02T12:00", "create 11-19 create 12-15 create 01-15");
	EXPECT(&desk, "2026-11-02T12:01", "keep 11-19 keep 12-15 keep 01-15");
	desk.input.n_busy = 0;
	EXPECT(&desk, "2026-11-02T12:02", "keep 11-19 keep 12-15 keep 01-15");
	calendar_close(&desk.calendar);
}

Test(cadence, has_its_own_day_for_each_account)
{
	struct desk desk = desk_with(CADENCE("cad", "    every: quarter\n"));
	size_t days[92] = { 0 }, most = 0;
	for (int i = 0; i < 200; i++) {
		desk.account.id = ub_textf(arena, "account-%d", i);
		desk.input.n_existing = 0;
		look(&desk, "2026-11-18T12:00");
		size_t day = (size_t)(desk.input.existing[1].start - at("2027-01-01T00:00")) / 86400;
		cr_assert_lt(day, 92);
		most = ++days[day] > most ? days[day] : most;
	}
	cr_expect_leq(most, 10, "%zu on one day", most);
	calendar_close(&desk.calendar);
}

Test(cadence, of_a_group_goes_by_the_first_rule_that_applies)
{
	struct desk desk = desk_with(
	    CADENCE("gold", "    group: cad\n    when: account.tier == \"gold\"\n    every: month\n")
		CADENCE("usual", "    group: cad\n    every: year\n"));
	desk.account.tier = UB_TEXT("gold");
	EXPECT(&desk, "2026-11-02T12:00", "create 11-16 create 12-16 create 01-15");
	desk.account.tier = UB_TEXT("tin");
	EXPECT(&desk, "2026-11-02T12:01", "keep 11-16 keep 01-15 remove 12-16");
	calendar_close(&desk.calendar);
}
