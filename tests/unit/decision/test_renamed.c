/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "desk.h"

/* Rules for accounts that have another name now (`was`). */

TestSuite(renamed, .init = calendar_set_up, .fini = calendar_tear_down);

/* The same desk by another rule. */
static struct desk by_rule(const struct desk *before, const char *rule)
{
	struct desk desk = desk_with(rule);
	desk.input = before->input;
	desk.account = before->account;
	return desk;
}

static void close_both(struct desk *before, struct desk *after)
{
	calendar_close(&before->calendar);
	calendar_close(&after->calendar);
}

/* The day's event has the same name and the same UID as before. */
static void expect_same(const struct ub_existing *before, struct desk *after, const char *day)
{
	const struct ub_existing *now = item_on(after, day);
	cr_expect(ub_text_eq(now->uid, before->uid), "%s", day);
	cr_expect(ub_text_eq(now->name, before->name), "%s", day);
}

Test(renamed, keeps_all_that_stands)
{
	struct desk before = desk_with(CADENCE("cad", "    every: month\n"));
	EXPECT(&before, "2026-11-02T12:00", "create 11-16 create 12-16 create 01-15");
	const struct ub_existing first = *item_on(&before, "11-16"), last = *item_on(&before, "01-15");
	struct desk after = by_rule(&before, CADENCE("visit", "    was: [cad]\n    every: month\n"));
	EXPECT(&after, "2026-11-02T12:01", "keep 11-16 keep 12-16 keep 01-15");
	expect_same(&first, &after, "11-16");
	expect_same(&last, &after, "01-15");
	/* What is new has the present name; a third name goes on with both. */
	EXPECT(&after, "2027-01-01T12:00", "keep 01-15 create 02-15 create 03-16");
	struct desk third = by_rule(&after, CADENCE("look", "    was: [visit, cad]\n    every: month\n"));
	EXPECT(&third, "2027-01-01T12:01", "keep 01-15 keep 02-15 keep 03-16");
	calendar_close(&third.calendar);
	close_both(&before, &after);
}

Test(renamed, keeps_what_users_have_done)
{
	struct desk before = desk_with(CADENCE("cad", "    every: month\n"));
	EXPECT(&before, "2026-11-02T12:00", "create 11-16 create 12-16 create 01-15");
	move_to(&before, "12-16", "2026-12-18T14:00");
	struct ub_existing *deleted = item_on(&before, "01-15");
	deleted->state = UB_EXISTING_DELETED;
	deleted->event = NULL;
	struct desk after = by_rule(&before, CADENCE("visit", "    was: [cad]\n    every: month\n"));
	EXPECT(&after, "2026-11-02T12:01", "keep 11-16 keep 12-18");
	cr_expect(is_told(&after, "it was deleted by hand and stays away"));
	close_both(&before, &after);
}

Test(renamed, takes_a_new_rhythm_as_ever)
{
	struct desk before = desk_with(CADENCE("cad", BY_HEALTH));
	before.account.health = UB_HEALTH_GREEN;
	EXPECT(&before, "2026-11-18T12:00", "create 12-15 create 02-16");
	struct desk after = by_rule(&before, CADENCE("visit", "    was: [cad]\n" BY_HEALTH));
	after.account.health = before.account.health = UB_HEALTH_YELLOW;
	EXPECT(&after, "2026-11-18T12:01", look(&before, "2026-11-18T12:01"));
	cr_expect_str_eq(look(&after, "2026-11-18T12:02"), "keep 11-26 keep 12-15 keep 01-15");
	after.account.health = before.account.health = UB_HEALTH_GREEN;
	EXPECT(&after, "2026-11-18T12:03", look(&before, "2026-11-18T12:03"));
	close_both(&before, &after);
}

Test(renamed, keeps_the_time_of_day)
{
	struct desk before = desk_with(CADENCE("cad", "    every: month\n"));
	EXPECT(&before, "2026-11-02T12:00", "create 11-16 create 12-16 create 01-15");
	move_to(&before, "01-15", "2027-01-15T14:00");
	struct desk after = by_rule(&before, CADENCE("visit", "    was: [cad]\n    every: month\n"));
	EXPECT(&after, "2027-01-20T12:00", "keep 01-15 create 02-15 create 03-16");
	cr_expect_eq(item_on(&after, "02-15")->start, at("2027-02-15T14:00"));
	close_both(&before, &after);
}

Test(renamed, comes_into_a_group_or_leaves_it)
{
	struct desk before = desk_with(CADENCE("cad", "    every: month\n"));
	before.account.tier = UB_TEXT("tin");
	EXPECT(&before, "2026-11-02T12:00", "create 11-16 create 12-16 create 01-15");
	struct desk after = by_rule(&before,
	    CADENCE("gold", "    group: visit\n    when: account.tier == \"gold\"\n    every: week\n")
		CADENCE("usual", "    group: visit\n    was: [cad]\n    every: month\n"));
	EXPECT(&after, "2026-11-02T12:01", "keep 11-16 keep 12-16 keep 01-15");
	struct desk third = by_rule(&after, CADENCE("cad", "    was: [visit]\n    every: month\n"));
	EXPECT(&third, "2026-11-02T12:02", "keep 11-16 keep 12-16 keep 01-15");
	calendar_close(&third.calendar);
	close_both(&before, &after);
}

Test(renamed, has_the_uid_of_its_present_name_and_knows_the_former_ones)
{
	struct desk desk = desk_with(CADENCE("visit", "    was: [cad, old]\n    every: month\n"));
	struct desk former = desk_with(CADENCE("old", "    every: month\n"));
	const struct ub_ruleset *rules = desk.calendar.snapshot->rules;
	const struct ub_rule *rule = rules->account_rules[0];
	struct ub_text id = UB_TEXT("acme"),
		       uid = ub_cadence_uid(former.calendar.snapshot->rules->account_rules[0], id, arena);
	struct ub_texts uids = ub_cadence_former_uids(rules, rule, id, arena);
	cr_assert_eq(uids.n, 2);
	cr_expect(ub_text_eq(uids.items[1], uid));
	cr_expect(ub_cadence_makes(rules, rule, id, uid, arena));
	cr_expect(ub_cadence_makes(rules, rule, id, ub_cadence_uid(rule, id, arena), arena));
	cr_expect_not(ub_cadence_makes(rules, rule, UB_TEXT("beta"), uid, arena));
	cr_expect_eq(ub_cadence_former_uids(rules, NULL, id, arena).n, 0);
	close_both(&former, &desk);
}
