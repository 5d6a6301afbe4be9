/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include <string.h>

#include "calendar.h"

/* Rules for accounts: when the items of each period are, and what becomes of them. */

TestSuite(cadence, .init = calendar_set_up, .fini = calendar_tear_down);

#define BY_HEALTH                                                                                            \
	"    every:\n"                                                                                       \
	"      - {if: account.health == \"red\", use: week}\n"                                               \
	"      - {if: account.health == \"yellow\", use: month}\n"                                           \
	"      - {use: quarter}\n"
#define CADENCE(name, more)                                                                                  \
	"  - name: " name "\n    for: account\n" more                                                        \
	"    create:\n      - event: review\n        title: \"{{ account.name }}: review\"\n"                \
	"        duration: 45m\n        prefer: same-time\n"

/* A desk with one account, its items and the meetings with it. */
struct desk {
	struct calendar calendar;
	struct ub_account account;
	struct ub_cadence_input input;
	struct ub_decision decision;
};

static struct desk desk_with(const char *rule)
{
	struct desk desk = { .calendar = calendar_with(&rule, 1),
		.account = { .id = UB_TEXT("acme"),
		    .name = UB_TEXT("Acme"),
		    .health = UB_HEALTH_RED,
		    .renewal = UB_INSTANT_NONE } };
	return desk;
}

static ub_instant at(const char *text)
{
	ub_instant instant;
	cr_assert(ub_cal_parse_rfc3339(ub_textf(arena, "%s:00Z", text), &instant, NULL), "%s", text);
	return instant;
}

static ub_instant time_of(const struct ub_step *step)
{
	const struct ub_existing *existing = step->existing;
	if (step->item)
		return step->item->kind == UB_ITEM_TASK ? step->item->due : step->item->start;
	return existing->event->component == UB_COMPONENT_TASK ? existing->due : existing->start;
}

/* What the steps do on which days: "create 12-01 keep 12-08". */
static const char *said(const struct ub_decision *decision)
{
	static const char *const words[] = { "create", "keep", "remove", "hide" };
	struct ub_buf out = UB_BUF(arena);
	for (size_t i = 0; i < decision->plan->steps.n; i++) {
		const struct ub_step *step = &decision->plan->steps.items[i];
		struct ub_civil c = ub_cal_civil(ub_cal_utc(), time_of(step));
		ub_buf_printf(
		    &out, "%s%s %02d-%02d", out.len ? " " : "", words[step->action], c.month, c.day);
	}
	return ub_buf_cstr(&out);
}

static const struct ub_step *step_of(const struct ub_plan *plan, const struct ub_existing *existing)
{
	for (size_t i = 0; i < plan->steps.n; i++)
		if (plan->steps.items[i].existing == existing)
			return &plan->steps.items[i];
	return NULL;
}

/* Carries the plan out: what is in no step stays as it is. */
static void carry_out(struct desk *desk, ub_instant now)
{
	const struct ub_plan *plan = desk->decision.plan;
	size_t n_after, n = 0, n_before = desk->input.n_existing;
	struct ub_existing *after = ub_existing_after(desk->calendar.snapshot, plan, now, &n_after, arena);
	struct ub_existing *all = UB_NEW_ARRAY(arena, struct ub_existing, n_before + plan->steps.n);
	for (size_t i = 0; i < n_before; i++) {
		const struct ub_existing *existing = &desk->input.existing[i];
		const struct ub_step *step = step_of(plan, existing);
		if (step && step->action == UB_ACTION_KEEP && !existing->user_changed)
			continue;
		all[n] = *existing;
		if (step && step->action == UB_ACTION_REMOVE)
			all[n].state = UB_EXISTING_REMOVED;
		n++;
	}
	for (size_t i = 0; i < n_after; i++) {
		const struct ub_existing *kept = NULL;
		for (size_t k = 0; k < n_before; k++)
			if (ub_text_eq(desk->input.existing[k].uid, after[i].uid) &&
			    desk->input.existing[k].user_changed)
				kept = &desk->input.existing[k];
		if (kept)
			continue;
		for (size_t k = 0; k < n_before; k++)
			if (ub_text_eq(desk->input.existing[k].uid, after[i].uid))
				after[i].item_mark =
				    desk->input.existing[k].item_mark; /* it is never written anew */
		all[n++] = after[i];
	}
	desk->input.existing = all;
	desk->input.n_existing = n;
}

static const char *look(struct desk *desk, const char *now)
{
	desk->input.snapshot = desk->calendar.snapshot;
	desk->input.account = &desk->account;
	desk->input.rule = desk->calendar.snapshot->rules->account_rules[0];
	desk->input.owner = UB_TEXT("anna@ours.example");
	desk->input.now = at(now);
	ub_decide_cadence(&desk->input, &desk->decision, arena);
	const char *steps = said(&desk->decision);
	carry_out(desk, desk->input.now);
	return steps;
}

#define EXPECT(desk, now, wanted)                                                                            \
	do {                                                                                                 \
		const char *got = look(desk, now);                                                           \
		cr_expect_str_eq(got, wanted, "%s: %s, not %s", now, got, wanted);                           \
	} while (0)

static struct ub_existing *item_on(struct desk *desk, const char *day)
{
	for (size_t i = 0; i < desk->input.n_existing; i++) {
		struct ub_existing *existing = (struct ub_existing *)&desk->input.existing[i];
		struct ub_buf out = UB_BUF(arena);
		bool event = existing->event && existing->event->component == UB_COMPONENT_EVENT;
		if (event)
			ub_cal_format(&out, UB_TEXT("%m-%d"), ub_cal_utc(), existing->start, UB_ENGLISH);
		if (existing->state == UB_EXISTING_STANDS && ub_text_is(ub_buf_text(&out), day))
			return existing;
	}
	cr_assert(false, "there is no item on %s", day);
	return NULL;
}

static void move_to(struct desk *desk, const char *day, const char *to)
{
	struct ub_existing *existing = item_on(desk, day);
	existing->end += at(to) - existing->start;
	existing->start = at(to);
	existing->user_changed = UB_PROPERTY_TIME;
}

#define WEEKS                                                                                                \
	"create 11-20 create 11-25 create 12-02 create 12-09 create 12-16 create 12-23 create 12-30 create " \
	"01-06 create 01-13"

Test(cadence, goes_by_health_within_the_horizon)
{
	struct desk desk = desk_with(CADENCE("cad", BY_HEALTH));
	EXPECT(&desk, "2026-11-18T12:00", WEEKS);
	desk.input.n_existing = 0;
	desk.account.health = UB_HEALTH_YELLOW;
	EXPECT(&desk, "2026-11-18T12:00", "create 11-25 create 12-16 create 01-15");
	desk.input.n_existing = 0;
	desk.account.health = UB_HEALTH_GREEN;
	EXPECT(&desk, "2026-11-18T12:00", "create 12-10 create 02-16");
	EXPECT(&desk, "2026-11-18T12:01", "keep 12-10 keep 02-16");
	cr_expect_eq(desk.decision.every.n, 3);
	cr_expect_eq(desk.decision.look_again, at("2027-01-01T00:00"));
	calendar_close(&desk.calendar);
}

Test(cadence, changes_with_health_and_leaves_what_users_have_moved)
{
	struct desk desk = desk_with(CADENCE("cad", BY_HEALTH));
	desk.account.health = UB_HEALTH_GREEN;
	EXPECT(&desk, "2026-11-18T12:00", "create 12-10 create 02-16");
	move_to(&desk, "12-10", "2026-12-17T14:00");
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
	EXPECT(&desk, "2026-11-18T12:02", "create 11-25 create 12-16 keep 01-15");
	desk.account.health = UB_HEALTH_GREEN;
	EXPECT(&desk, "2026-11-18T12:03", "keep 01-15 remove 11-25 remove 12-16");
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
	cr_expect_eq(desk.decision.every.n, 0);
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

/* The to-dos of the plan, by the day on which they are due. */
static const char *due(const struct desk *desk)
{
	struct ub_buf out = UB_BUF(arena);
	for (size_t i = 0; i < desk->decision.plan->items.n; i++) {
		const struct ub_item *item = &desk->decision.plan->items.items[i];
		if (item->kind == UB_ITEM_TASK)
			ub_cal_format(&out, out.len ? UB_TEXT(" %m-%d") : UB_TEXT("%m-%d"), ub_cal_utc(),
			    item->due, UB_ENGLISH);
	}
	return ub_buf_cstr(&out);
}

#define INVITE(more)                                                                                         \
	CADENCE("cad", BY_HEALTH)                                                                            \
	"      - task: invite\n        title: Invite them\n        due: 3 business days before "             \
	"review.start\n" more

Test(cadence, makes_an_item_for_so_many_of_the_next_periods)
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

Test(cadence, takes_away_what_is_beyond_the_number_unless_users_have_changed_it)
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

Test(cadence, with_to_dos_alone_makes_so_many_of_them)
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

Test(cadence, has_no_more_reviews_a_day_than_the_settings_say)
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

Test(cadence, stays_on_a_full_day_where_its_user_has_put_it)
{
	static const char *const days[] = { "2026-11-20T09:00" };
	struct desk desk = desk_with(CADENCE("cad", "    every: month\n"));
	EXPECT(&desk, "2026-11-02T12:00", "create 11-16 create 12-16 create 01-15");
	move_to(&desk, "11-16", "2026-11-20T14:00");
	have_reviews(&desk, days, (size_t[]){ 7 }, 1);
	EXPECT(&desk, "2026-11-02T12:01", "keep 11-20 keep 12-16 keep 01-15");
	calendar_close(&desk.calendar);
}

static bool is_told(const struct desk *desk, const char *words)
{
	const struct ub_plan *plan = desk->decision.plan;
	for (size_t i = 0; i < plan->notes.n; i++)
		if (ub_text_find(plan->notes.items[i].text, ub_text(words), 0) != SIZE_MAX)
			return true;
	return false;
}

/* Every day of the week of 9 November has its three, and more. */
Test(cadence, is_put_on_one_of_the_least_full_days_where_all_are_full)
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
Test(cadence, is_looked_for_in_the_whole_period_before_a_day_gets_too_full)
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

Test(cadence, counts_a_series_by_its_instances)
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

Test(cadence, asks_of_each_instance_whether_it_counts)
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

Test(cadence, that_a_user_moves_into_another_period_counts_there)
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

Test(cadence, that_a_user_moves_onto_one_that_has_been_stays_with_it)
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
Test(cadence, makes_another_one_where_that_of_the_period_was_held_before_it)
{
	struct desk desk = desk_with(CADENCE("cad", BY_HEALTH));
	desk.account.health = UB_HEALTH_YELLOW;
	EXPECT(&desk, "2026-12-26T12:00", "create 12-30 create 01-15 create 02-15");
	struct ub_existing *january = item_on(&desk, "01-15");
	struct ub_text uid = january->uid;
	january->end += at("2026-12-31T09:00") - january->start;
	january->start = at("2026-12-31T09:00");
	EXPECT(&desk, "2027-01-02T12:00", "create 01-15 keep 02-15 create 03-16");
	cr_expect(!ub_text_eq(item_on(&desk, "01-15")->uid, uid));
	calendar_close(&desk.calendar);
}
