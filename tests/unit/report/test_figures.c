/* SPDX-License-Identifier: Apache-2.0 */
#include "records.h"

/* The figures, against counts by hand. 2026-11-12 is a Thursday, the day before it is a holiday. */

TestSuite(figures, .init = records_set_up, .fini = arena_tear_down);

#define IS(text, wanted) cr_expect_str_eq((text), (wanted))

static struct ub_report *year(void)
{
	return report_of("2026-01-01", "2026-12-31 12:00");
}

static const char *total(enum ub_figure figure, size_t n)
{
	return parts(&year()->total, figure, n);
}

Test(figures, of_nothing_are_not_told)
{
	const struct ub_report *report = year();
	unsigned percent;
	for (int i = 0; i < UB_FIGURES; i++)
		cr_expect(!ub_counts_share(&report->total, (enum ub_figure)i, &percent));
	cr_expect_eq(report->groups.n + report->unmet.n + report->unprepared.n, 0);
}

Test(figures, a_share_is_rounded_down)
{
	struct ub_counts counts = { .parts[UB_FIGURE_NEXT_STEP] = { 799, 201, 500 } };
	unsigned percent;
	cr_expect(ub_counts_share(&counts, UB_FIGURE_NEXT_STEP, &percent));
	cr_expect_eq(percent, 79, "79.9 is not 80, and what is untold does not count");
}

/* ---- preps ---- */

Test(figures, a_prep_is_ahead_by_two_business_days_of_its_owner)
{
	event("a", "acme", "prep", "2026-11-12 14:00", "2026-11-09 16:00"); /* Monday; the 11th is off */
	event("b", "acme", "prep", "2026-11-12 14:00", "2026-11-10 09:00"); /* Tuesday: one day ahead */
	event("c", "acme", "prep", "2026-11-12 14:00", "2026-11-12 13:00");
	event("d", "acme", "prep", "2026-11-12 14:00", "2026-11-12 14:00");
	event("e", "acme", "prep", "2026-11-12 14:00", "2026-11-06 09:00")->state = UB_ITEM_DELETED;
	event("f", "acme", "prep", "2026-11-12 14:00", "2026-11-06 09:00")->state = UB_ITEM_REMOVED;
	event("g", "acme", "follow-up", "2026-11-12 14:00", "2026-11-06 09:00");
	IS(total(UB_FIGURE_PREP, 5), "1 2 1 1 0");
}

Test(figures, the_best_prep_of_a_meeting_counts_and_each_instance_has_its_own)
{
	event("a", "acme", "prep", "2026-11-12 14:00", "2026-11-09 16:00");
	event("a", "acme", "prep", "2026-11-12 14:00", "2026-11-12 10:00");
	event("a", "acme", "prep", "2026-11-12 14:00", "2026-11-12 10:00")->state = UB_ITEM_DELETED;
	IS(total(UB_FIGURE_PREP, 5), "1 0 0 0 0");
}

Test(figures, a_prep_that_is_a_to_do_counts_when_it_is_completed)
{
	task("a", "acme", "prep", "2026-11-12 14:00", "2026-11-10 16:00", "2026-11-09 12:00");
	task("b", "acme", "prep", "2026-11-12 14:00", "2026-11-10 16:00", "2026-11-12 12:00");
	task("c", "acme", "prep", "2026-11-12 14:00", "2026-11-10 16:00", "");
	IS(total(UB_FIGURE_PREP, 5), "1 1 0 1 0");
}

Test(figures, a_meeting_without_a_prep_is_told_and_has_no_share)
{
	unsigned percent;
	meeting("a", "acme", "2026-11-12 14:00");
	meeting("b", "acme", "2026-11-13 14:00")->called_off = at("2026-11-13 10:00");
	meeting("c", "acme", "2027-01-12 14:00");
	IS(total(UB_FIGURE_PREP, 5), "0 0 0 0 1");
	cr_expect(!ub_counts_share(&year()->total, UB_FIGURE_PREP, &percent));
	cr_expect_eq(year()->total.meetings, 1);
}

Test(figures, what_was_called_off_does_not_count)
{
	meeting("a", "acme", "2026-11-12 14:00")->called_off = at("2026-11-12 13:00");
	event("a", "acme", "prep", "2026-11-12 14:00", "2026-11-09 16:00");
	task("a", "acme", "agenda", "2026-11-12 14:00", "2026-11-10 16:00", "2026-11-10 10:00");
	IS(total(UB_FIGURE_PREP, 5), "0 0 0 0 0");
	IS(total(UB_FIGURE_AGENDA, 4), "0 0 0 0");
}

Test(figures, a_meeting_to_come_whose_prep_was_deleted_is_listed)
{
	meeting("a", "acme", "2027-01-12 14:00");
	event("a", "acme", "prep", "2027-01-12 14:00", "2027-01-08 16:00")->state = UB_ITEM_DELETED;
	event("b", "", "prep", "2027-01-11 14:00", "2027-01-07 16:00")->state = UB_ITEM_DELETED;
	event("c", "acme", "prep", "2027-01-12 14:00", "2027-01-08 16:00");
	const struct ub_report *report = year();
	cr_assert_eq(report->unprepared.n, 2);
	cr_expect(ub_text_is(report->unprepared.items[0].account, ""));
	cr_expect(ub_text_is(report->unprepared.items[1].name, "acme"));
	cr_expect_eq(report->unprepared.items[1].start * 1000, at("2027-01-12 14:00"));
}

/* ---- to-dos ---- */

Test(figures, an_agenda_is_in_time_when_its_to_do_is_done_by_then)
{
	task("a", "acme", "agenda", "2026-11-12 14:00", "2026-11-10 16:00", "2026-11-10 16:00");
	task("b", "acme", "agenda", "2026-11-12 14:00", "2026-11-10 16:00", "2026-11-10 16:01");
	task("c", "acme", "agenda", "2026-11-12 14:00", "2026-11-10 16:00", "");
	task("d", "acme", "agenda", "2026-11-12 14:00", "2026-11-10 16:00", "")->state = UB_ITEM_DELETED;
	task("e", "acme", "agenda", "2026-11-12 14:00", "2026-11-10 16:00", "")->outcome.kind =
	    UB_OUTCOME_DAY;
	task("f", "acme", "agenda", "2027-02-12 14:00", "2027-02-10 16:00", "");
	task("g", "acme", "agenda", "2027-02-12 14:00", "2027-02-10 16:00", "2026-12-24 10:00");
	IS(total(UB_FIGURE_AGENDA, 4), "1 1 1 2");
}

Test(figures, a_follow_up_has_the_business_day_of_the_meeting_or_the_next_one)
{
	task("a", "acme", "follow-up", "2026-11-12 14:00", "2026-11-12 17:00", "2026-11-12 23:59");
	task("b", "acme", "follow-up", "2026-11-12 14:00", "2026-11-12 17:00", "2026-11-13 00:00");
	task("c", "acme", "follow-up", "2026-11-12 14:00", "2026-11-12 17:00", "");
	/* A meeting on the holiday has the day after it, one on a Saturday the Monday. */
	task("d", "acme", "follow-up", "2026-11-11 14:00", "2026-11-11 17:00", "2026-11-12 20:00");
	task("e", "acme", "follow-up", "2026-11-14 14:00", "2026-11-14 17:00", "2026-11-16 20:00");
	task("f", "acme", "follow-up", "2026-11-14 14:00", "2026-11-14 17:00", "2026-11-17 20:00");
	task("g", "acme", "follow-up", "2026-12-31 10:00", "2026-12-31 13:00", "");
	task("h", "acme", "follow-up", "2026-11-12 14:00", "2026-11-12 17:00", "")->outcome.kind =
	    UB_OUTCOME_UNKNOWN;
	IS(total(UB_FIGURE_FOLLOW_UP, 4), "3 2 1 1");
}

/* ---- next steps ---- */

Test(figures, a_next_step_is_a_meeting_that_was_known_at_the_end)
{
	meeting("a", "acme", "2026-03-02 10:00");
	meeting("b", "acme", "2026-03-09 10:00")->first_seen = at("2026-03-02 11:00");
	meeting("c", "acme", "2026-03-16 10:00")->first_seen = at("2026-03-09 11:01");
	meeting("x", "beta", "2026-03-20 10:00");
	/* a: b; b: c came a minute late; c and x: nothing */
	IS(total(UB_FIGURE_NEXT_STEP, 3), "1 3 0");
}

Test(figures, a_meeting_to_come_is_a_next_step_and_one_that_was_called_off_later_was_one)
{
	meeting("a", "acme", "2026-03-02 10:00");
	meeting("b", "acme", "2027-03-02 10:00");
	meeting("c", "beta", "2026-03-02 10:00");
	meeting("d", "beta", "2026-04-02 10:00")->called_off = at("2026-03-03 10:00");
	meeting("e", "gamma", "2026-03-02 10:00");
	meeting("f", "gamma", "2026-04-02 10:00")->called_off = at("2026-03-02 10:30");
	meeting("g", "delta", "2026-03-02 10:00");
	meeting("h", "delta", "2026-03-02 10:30"); /* during the other */
	IS(total(UB_FIGURE_NEXT_STEP, 3), "2 3 0");
}

Test(figures, of_what_was_learnt_of_too_late_nobody_can_tell_the_next_step)
{
	meeting("a", "acme", "2026-03-02 10:00")->first_seen = at("2026-03-02 12:00");
	meeting("b", "beta", "2026-03-02 10:00")->first_seen = 0;
	meeting("c", "gamma", "2026-03-02 10:00");
	meeting("d", "gamma", "2027-03-02 10:00")->first_seen = 0;
	IS(total(UB_FIGURE_NEXT_STEP, 3), "0 0 3");
}

Test(figures, a_meeting_without_a_length_is_not_its_own_next_step)
{
	meeting("a", "acme", "2026-03-02 10:00");
	records.meetings.items[0].end = records.meetings.items[0].start;
	IS(total(UB_FIGURE_NEXT_STEP, 3), "0 1 0");
}

/* ---- executives ---- */

Test(figures, executives_count_by_account_and_come_again_or_not)
{
	meeting("a", "acme", "2026-03-02 10:00")->executives = UB_TEXT("ceo@acme.example\ncfo@acme.example");
	meeting("b", "acme", "2026-06-02 10:00")->executives = UB_TEXT("ceo@acme.example");
	meeting("c", "beta", "2026-06-02 10:00")->executives = UB_TEXT("ceo@acme.example");
	meeting("d", "acme", "2027-06-02 10:00")->executives = UB_TEXT("cfo@acme.example");
	const struct ub_report *report = year();
	IS(parts(&report->total, UB_FIGURE_EXECUTIVES, 2), "1 2");
	IS(parts_of(report, "2026-Q1", UB_FIGURE_EXECUTIVES, 2), "0 2");
	IS(parts_of(report, "2026-Q2", UB_FIGURE_EXECUTIVES, 2), "0 2");
	records.by = UB_REPORT_BY_ACCOUNT;
	IS(parts_of(year(), "acme", UB_FIGURE_EXECUTIVES, 2), "1 1");
}

/* ---- cadence ---- */

Test(figures, a_period_is_kept_by_a_meeting_or_a_review_in_it)
{
	period("acme", "red", "2026-03-02", "2026-03-09", "2026-03-02");
	period("acme", "red", "2026-03-09", "2026-03-16", "2026-03-09");
	period("acme", "red", "2026-03-16", "2026-03-23", "2026-03-16");
	period("acme", "yellow", "2026-04-01", "2026-05-01", "2026-04-01");
	period("beta", "green", "2026-01-01", "2026-04-01", "2026-02-01");
	period("gamma", "", "2026-01-01", "2026-04-01", "2025-12-01");
	meeting("a", "acme", "2026-03-08 23:00");
	meeting("b", "acme", "2026-03-16 00:00")->called_off = at("2026-03-15 00:00");
	event("cadence/x/acme", "acme", "review", "2026-03-16 00:00", "2026-03-18 10:00");
	event("cadence/x/acme", "acme", "review", "2026-03-09 00:00", "2026-03-11 10:00")->state =
	    UB_ITEM_DELETED;
	IS(total(UB_FIGURE_CADENCE_RED, 3), "2 1 0");
	IS(total(UB_FIGURE_CADENCE_YELLOW, 3), "0 1 0");
	IS(total(UB_FIGURE_CADENCE_GREEN, 3), "0 0 1");
	IS(total(UB_FIGURE_CADENCE_UNKNOWN, 3), "0 1 0");
}

Test(figures, an_account_is_known_since_any_of_its_periods_is)
{
	/* The quarter took the place of a week when that was over for long. */
	period("acme", "green", "2026-01-01", "2026-04-01", "2026-03-20");
	period("acme", "red", "2026-02-02", "2026-02-09", "2026-02-02");
	period("acme", "red", "2026-02-09", "2026-02-16", "2026-02-09");
	IS(total(UB_FIGURE_CADENCE_RED, 3), "0 2 0");
	IS(total(UB_FIGURE_CADENCE_GREEN, 3), "0 0 1");
}

Test(figures, a_period_that_was_over_counts_beside_a_longer_one_that_began_with_it)
{
	period("acme", "yellow", "2026-01-01", "2026-02-01", "2026-01-01");
	period("acme", "green", "2026-01-01", "2026-04-01", "2026-02-10");
	meeting("a", "acme", "2026-03-08 10:00");
	IS(total(UB_FIGURE_CADENCE_YELLOW, 3), "0 1 0");
	IS(total(UB_FIGURE_CADENCE_GREEN, 3), "1 0 0");
}

Test(figures, an_account_is_unmet_for_longer_than_its_rhythm)
{
	period("acme", "red", "2026-12-28", "2027-01-04", "2026-12-28");
	period("beta", "red", "2026-12-28", "2027-01-04", "2026-12-28");
	period("gamma", "green", "2026-07-01", "2026-10-01", "2026-07-01");
	period("gamma", "green", "2026-10-01", "2027-01-01", "2026-10-01");
	period("new", "red", "2026-12-28", "2027-01-04", "2026-12-28");
	meeting("a", "acme", "2026-12-24 12:01");
	meeting("b", "beta", "2026-12-24 11:59");
	const struct ub_report *report = year();
	cr_assert_eq(report->unmet.n, 2);
	cr_expect(ub_text_is(report->unmet.items[0].account, "gamma"));
	cr_expect_eq(report->unmet.items[0].last, UB_INSTANT_NONE);
	cr_expect(ub_text_is(report->unmet.items[1].account, "beta"));
	cr_expect_eq(report->unmet.items[1].rhythm, 7 * 86400);
}

/* ---- groups and times ---- */

Test(figures, only_what_ended_within_the_time_counts)
{
	meeting("a", "acme", "2026-03-01 10:00");
	meeting("b", "acme", "2026-03-02 09:00");
	meeting("c", "acme", "2026-03-03 08:59");
	meeting("d", "acme", "2026-03-03 09:01");
	cr_expect_eq(report_of("2026-03-02", "2026-03-03 10:00")->total.meetings, 2);
}

Test(figures, are_told_by_quarter_account_or_owner)
{
	meeting("a", "acme", "2026-03-31 22:00");
	meeting("b", "beta", "2026-03-31 23:00")->owner = UB_TEXT("ben@ours.example");
	meeting("c", "acme", "2026-10-01 10:00");
	IS(parts_of(year(), "2026-Q1", UB_FIGURE_PREP, 5), "0 0 0 0 1");
	IS(parts_of(year(), "2026-Q2", UB_FIGURE_PREP, 5), "0 0 0 0 1");
	IS(parts_of(year(), "2026-Q4", UB_FIGURE_PREP, 5), "0 0 0 0 1");
	cr_expect(ub_text_is(year()->groups.items[2].key, "2026-Q4"), "in their order");
	records.by = UB_REPORT_BY_ACCOUNT;
	IS(parts_of(year(), "acme", UB_FIGURE_PREP, 5), "0 0 0 0 2");
	records.by = UB_REPORT_BY_OWNER;
	IS(parts_of(year(), "anna@ours.example", UB_FIGURE_PREP, 5), "0 0 0 0 2");
	IS(parts_of(year(), "ben@ours.example", UB_FIGURE_PREP, 5), "0 0 0 0 1");
}
