/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "desk.h"
#include "upbeat/history.h"

/* Rules for accounts: a rhythm that returns to a slower one waits. */

TestSuite(rhythm, .init = calendar_set_up, .fini = calendar_tear_down);

static void be(struct desk *desk, enum ub_health health)
{
	desk->account.health = health;
}

static void print_day(struct ub_buf *out, const char *word, ub_instant instant)
{
	ub_buf_str(out, word);
	ub_cal_format(out, UB_TEXT("%m-%d"), ub_cal_utc(), instant, UB_ENGLISH);
}

/* What the store makes of it, as the next decision knows it. */
static const struct ub_rhythm *through_store(struct desk *desk)
{
	struct ub_store_rhythm remembered;
	struct ub_rhythm *rhythm = UB_NEW(arena, struct ub_rhythm);
	enum ub_remember remember = ub_remember_rhythm(&desk->input, &desk->decision, &remembered, arena);
	if (remember == UB_REMEMBER_LEAVE)
		return desk->input.rhythm;
	if (remember == UB_REMEMBER_NONE)
		return NULL;
	cr_assert(ub_text_is(remembered.organization, "default"));
	cr_assert(ub_text_eq(remembered.uid, desk->decision.event->uid));
	cr_assert(ub_recall_rhythm(&remembered, rhythm, arena));
	return rhythm;
}

/* Decides as the rule has it now, and says which rhythm is in force: "week, quarter waits until 12-08". */
static const char *rhythm_on(struct desk *desk, const char *now)
{
	struct ub_buf out = UB_BUF(arena);
	const struct ub_decision *decision = &desk->decision;
	look(desk, now);
	if (decision->recurs != UB_YES)
		ub_buf_str(&out, decision->recurs == UB_NO ? "none" : "cannot tell");
	else
		ub_cal_print_every(&out, decision->rhythm.every);
	if (decision->waiting.n) {
		ub_buf_str(&out, ", ");
		ub_cal_print_every(&out, decision->waiting);
		print_day(&out, " waits until ", decision->waits_until);
		cr_expect_leq(decision->look_again, decision->waits_until, "it is looked at again then");
	}
	desk->input.rhythm = through_store(desk);
	return ub_buf_cstr(&out);
}

#define RHYTHM(desk, now, wanted)                                                                            \
	do {                                                                                                 \
		const char *got = rhythm_on(desk, now);                                                      \
		cr_expect_str_eq(got, wanted, "%s: %s, not %s", now, got, wanted);                           \
	} while (0)

static struct desk green_desk(const char *more)
{
	struct desk desk = desk_with(more);
	be(&desk, UB_HEALTH_GREEN);
	RHYTHM(&desk, "2026-11-02T12:00", "every quarter");
	return desk;
}

#define BY_TURNS CADENCE("cad", BY_HEALTH)
#define WAITS    "every week, every quarter waits until 11-17"

Test(rhythm, returns_to_the_slower_one_after_a_week)
{
	struct desk desk = green_desk(BY_TURNS);
	be(&desk, UB_HEALTH_RED);
	RHYTHM(&desk, "2026-11-10T12:00", "every week");
	cr_expect_eq(desk.decision.rhythm.since, at("2026-11-10T12:00"));
	be(&desk, UB_HEALTH_GREEN);
	RHYTHM(&desk, "2026-11-11T12:00", WAITS);
	cr_expect_eq(desk.decision.waits_until, at("2026-11-17T00:00"));
	EXPECT(&desk, "2026-11-11T12:01",
	    "keep 11-13 keep 11-17 keep 11-25 keep 12-02 keep 12-09 keep 12-16 keep 12-23 keep 12-30 keep "
	    "01-06"); /* the weekly reviews stay as they are */
	RHYTHM(&desk, "2026-11-16T23:59", WAITS);
	RHYTHM(&desk, "2026-11-17T00:00", "every quarter");
	calendar_close(&desk.calendar);
}

Test(rhythm, is_taken_at_once_again_after_it_has_waited)
{
	struct desk desk = green_desk(BY_TURNS);
	be(&desk, UB_HEALTH_RED);
	RHYTHM(&desk, "2026-11-10T12:00", "every week");
	for (int hour = 13; hour < 23; hour++) { /* well and ill by turns: nothing moves */
		be(&desk, hour % 2 ? UB_HEALTH_GREEN : UB_HEALTH_RED);
		RHYTHM(&desk, ub_textf(arena, "2026-11-10T%d:00", hour).ptr, hour % 2 ? WAITS : "every week");
		cr_expect_eq(desk.decision.rhythm.since, at("2026-11-10T12:00"));
	}
	be(&desk, UB_HEALTH_GREEN);
	RHYTHM(&desk, "2026-11-17T12:00", "every quarter");
	be(&desk, UB_HEALTH_RED);
	RHYTHM(&desk, "2026-11-17T13:00", "every week"); /* who is ill does not wait */
	be(&desk, UB_HEALTH_GREEN);
	RHYTHM(&desk, "2026-11-17T14:00", "every week, every quarter waits until 11-24");
	calendar_close(&desk.calendar);
}

Test(rhythm, does_not_wait_if_it_is_a_third_one)
{
	struct desk desk = green_desk(BY_TURNS);
	be(&desk, UB_HEALTH_RED);
	RHYTHM(&desk, "2026-11-10T12:00", "every week");
	be(&desk, UB_HEALTH_YELLOW);
	RHYTHM(&desk, "2026-11-11T12:00", "every month");
	be(&desk, UB_HEALTH_RED);
	RHYTHM(&desk, "2026-11-12T12:00", "every week");
	be(&desk, UB_HEALTH_YELLOW);
	RHYTHM(&desk, "2026-11-13T12:00", "every week, every month waits until 11-19");
	be(&desk, UB_HEALTH_GREEN);
	RHYTHM(&desk, "2026-11-14T12:00", "every quarter");
	calendar_close(&desk.calendar);
}

Test(rhythm, stays_where_nobody_can_tell)
{
	struct desk desk = green_desk(BY_TURNS);
	be(&desk, UB_HEALTH_RED);
	RHYTHM(&desk, "2026-11-10T12:00", "every week");
	be(&desk, UB_HEALTH_UNKNOWN);
	RHYTHM(&desk, "2026-11-11T12:00", "cannot tell");
	be(&desk, UB_HEALTH_GREEN);
	RHYTHM(&desk, "2026-11-12T12:00", WAITS);
	calendar_close(&desk.calendar);
}

Test(rhythm, waits_as_long_as_the_settings_say)
{
	struct desk desk = green_desk(BY_TURNS);
	struct ub_org *org = (struct ub_org *)desk.calendar.snapshot->org;
	be(&desk, UB_HEALTH_RED);
	RHYTHM(&desk, "2026-11-10T12:00", "every week");
	be(&desk, UB_HEALTH_GREEN);
	org->rhythm_hold_days = 14;
	RHYTHM(&desk, "2026-11-11T12:00", "every week, every quarter waits until 11-24");
	org->rhythm_hold_days = 0;
	RHYTHM(&desk, "2026-11-11T12:01", "every quarter");
	calendar_close(&desk.calendar);
}

/* The rules are edited, and what is known of the rhythm is from before. */
static void edit(struct desk *desk, const char *rules)
{
	calendar_close(&desk->calendar);
	desk->calendar = calendar_with(&rules, 1);
}

Test(rhythm, does_not_wait_when_the_rule_is_another_one)
{
	struct desk desk = green_desk(BY_TURNS);
	be(&desk, UB_HEALTH_RED);
	RHYTHM(&desk, "2026-11-10T12:00", "every week");
	edit(&desk, CADENCE("cad", "    every: quarter\n"));
	RHYTHM(&desk, "2026-11-11T12:00", "every quarter");
	edit(&desk, BY_TURNS);
	RHYTHM(&desk, "2026-11-11T13:00", "every week");
	edit(&desk, CADENCE("cad", "    when: account.health != \"\"\n" BY_HEALTH));
	be(&desk, UB_HEALTH_GREEN);
	RHYTHM(&desk, "2026-11-11T14:00", "every quarter");
	calendar_close(&desk.calendar);
}

/* What a rule does not ask for goes at once, and no rhythm is known then. */
Test(rhythm, is_forgotten_where_there_is_none)
{
	struct desk desk = green_desk(CADENCE("cad", "    unless: account.health == \"yellow\"\n" BY_HEALTH));
	be(&desk, UB_HEALTH_RED);
	RHYTHM(&desk, "2026-11-10T12:00", "every week");
	be(&desk, UB_HEALTH_YELLOW);
	RHYTHM(&desk, "2026-11-11T12:00", "none");
	cr_expect_null(desk.input.rhythm);
	be(&desk, UB_HEALTH_GREEN);
	RHYTHM(&desk, "2026-11-12T12:00", "every quarter");
	be(&desk, UB_HEALTH_UNKNOWN);
	RHYTHM(&desk, "2026-11-13T12:00", "cannot tell");
	cr_expect_not_null(desk.input.rhythm);
	calendar_close(&desk.calendar);
}

Test(rhythm, is_forgotten_with_the_account_and_left_to_a_new_owner)
{
	struct desk desk = green_desk(BY_TURNS);
	struct ub_store_rhythm remembered;
	desk.input.gone = true;
	look(&desk, "2026-11-11T12:00");
	cr_expect_eq(ub_remember_rhythm(&desk.input, &desk.decision, &remembered, arena), UB_REMEMBER_NONE);
	desk.account.owner = UB_TEXT("ben@ours.example");
	cr_expect_eq(ub_remember_rhythm(&desk.input, &desk.decision, &remembered, arena), UB_REMEMBER_LEAVE);
	calendar_close(&desk.calendar);
}

/* Rules of one group say by their conditions what one rule says by its cases. */
#define PILOT(name, when, every) CADENCE(name, "    group: g\n" when "    every: " every "\n")

Test(rhythm, is_one_of_all_rules_of_a_group)
{
	struct desk desk = green_desk(
	    PILOT("ill", "    when: account.health == \"red\"\n", "week") PILOT("well", "", "quarter"));
	be(&desk, UB_HEALTH_RED);
	RHYTHM(&desk, "2026-11-10T12:00", "every week");
	be(&desk, UB_HEALTH_GREEN);
	RHYTHM(&desk, "2026-11-11T12:00", WAITS);
	calendar_close(&desk.calendar);
}

Test(rhythm, is_not_known_if_another_version_wrote_it)
{
	struct ub_rhythm rhythm;
	const struct ub_store_rhythm odd = { .every = UB_TEXT("now and then") };
	const struct ub_store_rhythm odd_before = { .every = UB_TEXT("week"), .former = UB_TEXT("?") };
	cr_expect_not(ub_recall_rhythm(&odd, &rhythm, arena));
	cr_expect_not(ub_recall_rhythm(&odd_before, &rhythm, arena));
}
