/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "calendar.h"

/* Rules that belong to one decision: those that add to the items of others; and rules for teams. */

TestSuite(family, .init = calendar_set_up, .fini = calendar_tear_down);

#define CADENCE                                                                                              \
	"  - name: cad\n    for: account\n    when: account.tier != 'c'\n    every: month\n    create:\n"    \
	"      - event: review\n        title: review\n        duration: 45m\n"
#define MORE                                                                                                 \
	"  - name: more\n    for: account\n    when: account.health == 'red'\n    add_to: cad/review\n"      \
	"    longer: 15m\n    attendees: account.team\n"

static struct ub_text ours[] = { { "anna@ours.example", 17 }, { "ben@ours.example", 16 } };

static ub_instant now(void)
{
	ub_instant instant;
	cr_assert(ub_cal_parse_rfc3339(UB_TEXT("2026-11-18T12:00:00Z"), &instant, NULL));
	return instant;
}

static struct ub_account acme(enum ub_health health, const char *tier)
{
	struct ub_account account = { .id = UB_TEXT("acme"),
		.name = UB_TEXT("Acme"),
		.health = health,
		.tier = ub_text(tier),
		.renewal = UB_INSTANT_NONE,
		.health_since = UB_INSTANT_NONE,
		.as_of = UB_INSTANT_NONE };
	account.team = (struct ub_texts){ ours, 2, 2 };
	return account;
}

static const struct ub_plan *plan_of(const struct ub_cadence_input *input)
{
	struct ub_decision *decision = UB_NEW(arena, struct ub_decision);
	ub_decide_cadence(input, decision, arena);
	return decision->plan;
}

static void expect_review(
    const struct calendar *calendar, enum ub_health health, int64_t seconds, size_t attendees)
{
	struct ub_account account = acme(health, "a");
	struct ub_cadence_input input = { .snapshot = calendar->snapshot,
		.account = &account,
		.rule = calendar->snapshot->rules->account_rules[0],
		.owner = ours[0],
		.now = now() };
	const struct ub_plan *plan = plan_of(&input);
	cr_assert_eq(plan->items.n, 3);
	cr_expect_eq(plan->n_matches, 2);
	cr_expect_eq(plan->items.items[0].end - plan->items.items[0].start, seconds);
	cr_expect_eq(plan->items.items[0].attendees.n, attendees);
}

Test(family, takes_what_other_rules_for_accounts_add)
{
	const char *rules = CADENCE MORE;
	struct calendar calendar = calendar_with(&rules, 1);
	const struct ub_ruleset *set = calendar.snapshot->rules;
	cr_assert_eq(set->n_account_rules, 2);
	cr_expect(ub_cadence_leads(set, set->account_rules[0]));
	cr_expect_not(ub_cadence_leads(set, set->account_rules[1]), "it makes nothing by itself");
	expect_review(&calendar, UB_HEALTH_RED, 3600, 1);
	expect_review(&calendar, UB_HEALTH_YELLOW, 2700, 0);
	calendar_close(&calendar);
}

Test(family, has_nothing_where_only_the_addition_applies)
{
	const char *rules = CADENCE MORE;
	struct calendar calendar = calendar_with(&rules, 1);
	struct ub_account account = acme(UB_HEALTH_RED, "c");
	struct ub_cadence_input input = { .snapshot = calendar.snapshot,
		.account = &account,
		.rule = calendar.snapshot->rules->account_rules[0],
		.owner = ours[0],
		.now = now() };
	cr_expect_eq(plan_of(&input)->items.n, 0);
	calendar_close(&calendar);
}

#define PRACTICE                                                                                             \
	"  - name: practice\n    for: team\n    when: team.name == 'sales'\n    every: month\n    create:\n" \
	"      - event: takeover\n        title: \"{{ team.lead.name }} and {{ size(team.members) - 1 "      \
	"}}\"\n"                                                                                             \
	"        duration: 30m\n        attendees: team.members\n"

Test(family, of_a_team_is_in_the_calendar_of_its_lead)
{
	const char *rules = PRACTICE;
	struct calendar calendar = calendar_with(&rules, 1);
	const struct ub_snapshot *snapshot = calendar.snapshot;
	struct ub_text members[] = { UB_TEXT("guest@acme.example"), ours[0], ours[1] };
	const struct ub_team sales = { UB_TEXT("sales"), { members, 3, 3 } };
	struct ub_cadence_input input = { .snapshot = snapshot,
		.team = &sales,
		.rule = snapshot->rules->team_rules[0],
		.owner = ub_org_lead(snapshot->org, &sales),
		.now = now() };
	cr_assert(ub_text_eq(input.owner, ours[0]));
	cr_expect(ub_cadence_leads(snapshot->rules, input.rule));
	const struct ub_plan *plan = plan_of(&input);
	cr_assert_eq(plan->items.n, 3);
	const struct ub_item *item = &plan->items.items[0];
	cr_expect(ub_text_is(item->title, "Anna and 1"), "%.*s", UB_ARGS(item->title));
	struct ub_text period = UB_TEXT("For: team sales, 1 Nov 2026 to 30 Nov 2026\n");
	cr_expect_neq(
	    ub_text_find(item->description, period, 0), SIZE_MAX, "%.*s", UB_ARGS(item->description));
	cr_expect_eq(item->attendees.n, 1, "the organizer comes besides");
	input.existing = ub_existing_after(snapshot, plan, now(), &input.n_existing, arena);
	input.gone = true;
	plan = plan_of(&input);
	cr_assert_eq(plan->steps.n, 3);
	cr_expect_eq(plan->steps.items[0].action, UB_ACTION_REMOVE);
	calendar_close(&calendar);
}
