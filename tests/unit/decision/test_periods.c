/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "desk.h"

/* Rules for accounts: how many items there are, and which period each of them is for. */

TestSuite(periods, .init = calendar_set_up, .fini = calendar_tear_down);

Test(periods, makes_an_item_for_so_many_of_the_next_periods)
{
	struct desk desk = desk_with(INVITE("        instances: 2\n"));
	look(&desk, "2026-11-18T12:00");
	cr_expect_str_eq(due(&desk), "11-18 11-20");
	/* The review of this week has been, and that of the next one comes before the one after. */
	look(&desk, "2026-11-21T12:00");
	cr_expect_str_eq(due(&desk), "11-18 11-20 11-27");
	/* A review that its user has deleted is none that is ahead. */
	struct ub_existing *deleted = item_on(&desk, "11-25");
	deleted->state = UB_EXISTING_DELETED;
	deleted->event = NULL;
	look(&desk, "2026-11-21T12:01");
	cr_expect_str_eq(due(&desk), "11-18 11-27 12-04");
	calendar_close(&desk.calendar);
}

Test(periods, takes_away_what_is_beyond_the_number_unless_users_have_changed_it)
{
	struct desk all = desk_with(INVITE("")), one = desk_with(INVITE("        instances: 1\n"));
	look(&all, "2026-11-21T12:00");
	cr_expect_str_eq(due(&all), "11-23 11-27 12-04 12-11 12-18 12-25 01-01 01-08 01-15");
	one.input.existing = all.input.existing;
	one.input.n_existing = all.input.n_existing;
	for (size_t i = 0; i < one.input.n_existing; i++) {
		struct ub_existing *existing = (struct ub_existing *)&one.input.existing[i];
		existing->has_notes =
		    existing->event->component == UB_COMPONENT_TASK && existing->due > at("2027-01-12T00:00");
	}
	look(&one, "2026-11-21T12:01");
	cr_expect_str_eq(due(&one), "11-23 01-15");
	calendar_close(&one.calendar);
	calendar_close(&all.calendar);
}

Test(periods, with_to_dos_alone_makes_so_many_of_them)
{
	struct desk desk =
	    desk_with("  - name: cad\n    for: account\n    every: month\n    create:\n"
		      "      - task: ask\n        title: Ask\n        due: 5 business days before end\n"
		      "        instances: 1\n");
	look(&desk, "2026-11-18T12:00");
	cr_expect_str_eq(due(&desk), "11-23");
	cr_expect_eq(desk.decision.periods.items[0].state, UB_PERIOD_PLANNED);
	cr_expect_eq(desk.decision.periods.items[1].state, UB_PERIOD_LATER);
	look(&desk, "2026-12-01T12:00");
	cr_expect_str_eq(due(&desk), "12-24");
	calendar_close(&desk.calendar);
}

/* Reviews of other accounts: so many on each of the days. */
static void have_reviews(struct desk *desk, const char *const *days, const size_t *counts, size_t n)
{
	UB_VEC(ub_instant) reviews = { 0 };
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < counts[i]; k++)
			*ub_push(arena, &reviews) = at(days[i]);
	desk->input.reviews = reviews.items;
	desk->input.n_reviews = reviews.n;
}

Test(periods, has_no_more_reviews_a_day_than_the_settings_say)
{
	static const char *const days[] = { "2026-11-16T09:00", "2026-11-17T09:00" };
	struct desk desk = desk_with(CADENCE("cad", "    every: month\n"));
	EXPECT(&desk, "2026-11-02T12:00", "create 11-16 create 12-16 create 01-15");
	have_reviews(&desk, days, (size_t[]){ 2, 0 }, 2);
	EXPECT(&desk, "2026-11-02T12:01", "keep 11-16 keep 12-16 keep 01-15");
	have_reviews(&desk, days, (size_t[]){ 3, 3 }, 2);
	EXPECT(&desk, "2026-11-02T12:02", "keep 11-18 keep 12-16 keep 01-15");
	have_reviews(&desk, days, (size_t[]){ 3, 0 }, 2);
	EXPECT(&desk, "2026-11-02T12:03", "keep 11-18 keep 12-16 keep 01-15");
	cr_expect_eq(desk.decision.plan->notes.n, 0);
	calendar_close(&desk.calendar);
}

Test(periods, stays_on_a_full_day_where_its_user_has_put_it)
{
	static const char *const days[] = { "2026-11-20T09:00" };
	struct desk desk = desk_with(CADENCE("cad", "    every: month\n"));
	EXPECT(&desk, "2026-11-02T12:00", "create 11-16 create 12-16 create 01-15");
	move_to(&desk, "11-16", "2026-11-20T14:00");
	have_reviews(&desk, days, (size_t[]){ 7 }, 1);
	EXPECT(&desk, "2026-11-02T12:01", "keep 11-20 keep 12-16 keep 01-15");
	calendar_close(&desk.calendar);
}

Test(periods, is_put_on_one_of_the_least_full_days_where_all_are_full)
{
	static const char *const days[] = { "2026-11-09T09:00", "2026-11-10T09:00", "2026-11-11T09:00",
		"2026-11-12T09:00", "2026-11-13T09:00" };
	struct desk desk = desk_with(CADENCE("cad", "    every: week\n"));
	have_reviews(&desk, days, (size_t[]){ 5, 4, 5, 5, 4 }, UB_COUNT(days));
	look(&desk, "2026-11-06T12:00");
	cr_expect(item_on(&desk, "11-10"));
	cr_expect(is_told(&desk, "as many reviews"));
	/* It stays there, and goes on being told of, until one of the days is not full any more. */
	look(&desk, "2026-11-06T12:01");
	cr_expect(item_on(&desk, "11-10"));
	cr_expect(is_told(&desk, "as many reviews"));
	have_reviews(&desk, days, (size_t[]){ 2, 4, 5, 5, 4 }, UB_COUNT(days));
	look(&desk, "2026-11-06T12:02");
	cr_expect(item_on(&desk, "11-09"));
	cr_expect_not(is_told(&desk, "as many reviews"));
	calendar_close(&desk.calendar);
}

/* Two weeks before the account's own day are full: the rest of the quarter before them is not. */
Test(periods, is_looked_for_in_the_whole_period_before_a_day_gets_too_full)
{
	struct desk desk = desk_with(CADENCE("cad", "    every: quarter\n"));
	UB_VEC(const char *) days = { 0 };
	UB_VEC(size_t) counts = { 0 };
	for (ub_instant day = at("2026-11-01T09:00"); day < at("2027-01-01T00:00"); day += 86400) {
		struct ub_buf text = UB_BUF(arena);
		ub_cal_format(&text, UB_TEXT("%FT%R"), ub_cal_utc(), day, UB_ENGLISH);
		*ub_push(arena, &days) = ub_buf_cstr(&text);
		*ub_push(arena, &counts) = 3;
	}
	have_reviews(&desk, days.items, counts.items, days.n);
	EXPECT(&desk, "2026-10-01T12:00", "create 10-02");
	calendar_close(&desk.calendar);
}

/* A meeting on Thursdays at nine with somebody of the account, and what is different about single dates. */
#define THURSDAYS(invited, more)                                                                             \
	UB_TEXT(                                                                                             \
	    "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:VEVENT\nUID:s\nDTSTAMP:20260101T000000Z\n"        \
	    "SUMMARY:Jour fixe\nDTSTART:20261001T090000Z\nDTEND:20261001T100000Z\n"                          \
	    "RRULE:FREQ=WEEKLY\nEXDATE:20261203T090000Z\n" invited "END:VEVENT\n" more "END:VCALENDAR\n")
#define OVERRIDE(day, lines)                                                                                 \
	"BEGIN:VEVENT\nUID:s\nDTSTAMP:20260101T000000Z\nRECURRENCE-ID:" day "T090000Z\nDTSTART:" day         \
	"T090000Z\nDTEND:" day "T100000Z\n" lines "END:VEVENT\n"
#define DECLINED                                                                                             \
	"ORGANIZER:mailto:anna@ours.example\nATTENDEE:mailto:anna@ours.example\n"                            \
	"ATTENDEE;PARTSTAT=DECLINED:mailto:cto@acme.example\n"

Test(periods, counts_a_series_by_its_instances)
{
	struct desk desk = desk_with(CADENCE("cad", "    every: week\n"));
	struct ub_met met = { .start = at("2026-10-01T09:00"),
		.end = at("2026-10-01T10:00"),
		.text = THURSDAYS(INVITED, OVERRIDE("20261119", "STATUS:CANCELLED\n" INVITED)
					       OVERRIDE("20261210", "SUMMARY:Jour fixe\n" DECLINED)) };
	desk.input.met = &met;
	desk.input.n_met = 1;
	/* Called off on 19 November, left out on 3 December, declined on 10 December. */
	EXPECT(&desk, "2026-11-14T12:00", "create 11-18 create 12-02 create 12-09");
	cr_expect_eq(desk.decision.periods.items[0].state, UB_PERIOD_SATISFIED);
	cr_expect_eq(desk.decision.periods.items[0].met.start, at("2026-11-12T09:00"));
	cr_expect_eq(desk.decision.periods.items[2].met.start, at("2026-11-26T09:00"));
	cr_expect_eq(desk.decision.facts->history->last_meeting, at("2026-11-12T09:00"));
	calendar_close(&desk.calendar);
}

Test(periods, asks_of_each_instance_whether_it_counts)
{
	struct desk desk =
	    desk_with(CADENCE("cad", "    satisfied_by: meeting.title == \"Review\"\n    every: week\n"));
	struct ub_met met = { .text = THURSDAYS(INVITED, OVERRIDE("20261126", "SUMMARY:Review\n" INVITED)) };
	desk.input.met = &met;
	desk.input.n_met = 1;
	look(&desk, "2026-11-18T12:00");
	cr_expect_eq(desk.decision.periods.items[0].state, UB_PERIOD_PLANNED);
	cr_expect_eq(desk.decision.periods.items[1].state, UB_PERIOD_SATISFIED);
	cr_expect_eq(desk.decision.periods.items[2].state, UB_PERIOD_PLANNED);
	calendar_close(&desk.calendar);
}

Test(periods, that_a_user_moves_into_another_period_counts_there)
{
	struct desk desk = desk_with(INVITE(""));
	look(&desk, "2026-11-18T12:00");
	move_to(&desk, "12-02", "2026-12-11T14:00");
	/* That of its new week goes, with its to-do, and the week that it has left gets none. */
	cr_expect_str_eq(look(&desk, "2026-11-18T12:01"),
	    "keep 11-20 keep 11-18 keep 11-25 keep 11-20 keep 12-11 keep 12-08 keep 12-16 keep 12-11 keep "
	    "12-23 keep "
	    "12-18 keep 12-30 keep 12-25 keep 01-06 keep 01-01 keep 01-13 keep 01-08 remove 12-09 remove "
	    "12-04");
	cr_expect_eq(desk.decision.periods.items[2].state, UB_PERIOD_EMPTY);
	cr_expect(is_told(&desk, "moved it to another period"));
	cr_expect_str_eq(look(&desk, "2026-11-18T12:02"),
	    "keep 11-20 keep 11-18 keep 11-25 keep 11-20 keep 12-11 keep 12-08 keep 12-16 keep 12-11 keep "
	    "12-23 keep "
	    "12-18 keep 12-30 keep 12-25 keep 01-06 keep 01-01 keep 01-13 keep 01-08");
	calendar_close(&desk.calendar);
}

Test(periods, that_a_user_moves_onto_one_that_has_been_stays_with_it)
{
	struct desk desk = desk_with(CADENCE("cad", BY_HEALTH));
	look(&desk, "2026-11-16T12:00");
	move_to(&desk, "11-25", "2026-11-20T14:00");
	const char *first = look(&desk, "2026-11-19T12:00");
	cr_expect_str_eq(first, "keep 11-20 keep 12-02 keep 12-09 keep 12-16 keep 12-23 keep 12-30 keep "
				"01-06 keep 01-13 create 01-20");
	calendar_close(&desk.calendar);
}

/* That of January was held in December, in a week of the time when the account was red. */
Test(periods, makes_another_one_where_that_of_the_period_was_held_before_it)
{
	struct desk desk = desk_with(CADENCE("cad", BY_HEALTH));
	desk.account.health = UB_HEALTH_YELLOW;
	EXPECT(&desk, "2026-12-26T12:00", "create 01-15 create 02-15");
	struct ub_existing *january = item_on(&desk, "01-15");
	struct ub_text uid = january->uid;
	january->end += at("2026-12-31T09:00") - january->start;
	january->start = at("2026-12-31T09:00");
	EXPECT(&desk, "2027-01-02T12:00", "create 01-15 keep 02-15 create 03-16");
	cr_expect(!ub_text_eq(item_on(&desk, "01-15")->uid, uid));
	calendar_close(&desk.calendar);
}

/* The last but one day of the week: a new review would wait for the next week, and this one moves. */
Test(periods, keep_the_event_that_has_to_make_way_near_their_end)
{
	struct desk desk = desk_with(CADENCE("cad", "    every: week\n"));
	EXPECT(&desk, "2026-11-11T12:00",
	    "create 11-13 create 11-18 create 11-25 create 12-02 create 12-09 create 12-16 create 12-23 "
	    "create "
	    "12-30 create 01-06");
	struct ub_interval times[] = { { at("2026-11-13T00:00"), at("2026-11-13T12:00") } };
	struct ub_busy busy = { UB_TEXT("anna@ours.example"), { times, 1, 1 } };
	desk.input.busy = &busy;
	desk.input.n_busy = 1;
	EXPECT(&desk, "2026-11-12T06:00",
	    "keep 11-13 keep 11-18 keep 11-25 keep 12-02 keep 12-09 keep 12-16 keep 12-23 keep 12-30 keep "
	    "01-06 create 01-13");
	cr_expect_eq(item_on(&desk, "11-13")->start, at("2026-11-13T12:00"));
	calendar_close(&desk.calendar);
}

/* Whether the first review of a weekly rhythm that begins at that time is on that day. */
static bool begins_on(const char *now, const char *day)
{
	struct desk desk = desk_with(CADENCE("cad", "    every: week\n"));
	struct ub_text steps = ub_text(look(&desk, now));
	calendar_close(&desk.calendar);
	return ub_text_starts(steps, ub_textf(arena, "create %s", day));
}

/* What is left of a period is used, however little. */
Test(periods, leave_time_to_invite_the_guests)
{
	cr_expect(begins_on("2026-11-15T12:00", "11-18"));
	cr_expect(begins_on("2026-11-17T12:00", "11-20"));
	cr_expect(begins_on("2026-11-18T12:00", "11-20"));
	cr_expect(begins_on("2026-11-19T12:00", "11-25"));
}
