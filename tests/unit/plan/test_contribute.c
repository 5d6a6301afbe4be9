/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "case.h"

TestSuite(contribute, .init = world_set_up, .fini = world_tear_down);

#define PREP                                                                                                 \
	"  - name: prep\n    for: meeting\n    when: meeting.customer\n    create:\n"                        \
	"      - event: prep\n        title: Prep\n        at: 1 day before start\n"                         \
	"        duration: 20m\n        attendees: meeting.internal.filter(p, p.email == "                   \
	"'ben@ours.example')\n"                                                                              \
	"        agenda: agenda\n"
#define ADD(name, when, more)                                                                                \
	"  - name: " name "\n    for: meeting\n    when: " when "\n    add_to: prep/prep\n" more
#define AGENDA "## Purpose {weight=2}\n"

static struct ub_plan *plan_of(const char *rules)
{
	world_rules_and_agenda(world, rules, AGENDA);
	return world_plan(world);
}

static const struct ub_item *prep_of(const char *rules)
{
	return world_item(plan_of(rules), "prep/prep");
}

static int64_t minutes(const struct ub_item *item)
{
	return (item->end - item->start) / 60;
}

Test(contribute, sections_share_the_minutes_of_the_longer_whole)
{
	const struct ub_item *prep =
	    prep_of(PREP ADD("play", "meeting.customer", "    sections: [section]\n    longer: 10m\n"));
	cr_expect_eq(minutes(prep), 30);
	cr_expect(ub_text_is(prep->agenda, "Purpose (15 min)\n\nRole play (15 min)\n15 minutes with Acme"),
	    "%.*s", UB_ARGS(prep->agenda));
}

Test(contribute, lengths_add_up_to_twice_the_own_one)
{
	cr_expect_eq(minutes(prep_of(PREP ADD("a", "meeting.customer", "    longer: 5m\n")
			     ADD("b", "meeting.customer", "    longer: 5m\n"))),
	    30);
	cr_expect_eq(minutes(prep_of(PREP ADD("a", "meeting.customer", "    longer: 15m\n")
			     ADD("b", "meeting.customer", "    longer: 5m\n"))),
	    40);
	cr_expect_eq(minutes(prep_of(PREP ADD("a", "meeting.customer", "    longer: 15m\n")
			     ADD("b", "meeting.customer", "    longer: 6m\n"))),
	    40);
}

Test(contribute, people_are_invited_once)
{
	const struct ub_item *prep =
	    prep_of(PREP ADD("a", "meeting.customer", "    attendees: meeting.internal\n"));
	cr_assert_eq(prep->attendees.n, 2);
	cr_expect(ub_text_is(prep->attendees.items[1]->email, "nora@us.ours.example"));
}

Test(contribute, a_rule_that_does_not_match_or_is_only_watched_adds_nothing)
{
	cr_expect_eq(minutes(prep_of(PREP ADD("a", "'false'", "    longer: 5m\n"))), 20);
	cr_expect_eq(
	    minutes(prep_of(PREP ADD("a", "meeting.customer", "    mode: audit\n    longer: 5m\n"))), 20);
}

Test(contribute, sections_alone_are_an_agenda)
{
	const struct ub_item *prep =
	    prep_of("  - name: prep\n    for: meeting\n    when: meeting.customer\n    create:\n"
		    "      - event: prep\n        title: Prep\n        at: 1 day before start\n"
		    "        duration: 20m\n        sections: [section, agenda]\n");
	cr_expect(ub_text_is(prep->agenda, "Role play (10 min)\n10 minutes with Acme\n\nPurpose (10 min)"),
	    "%.*s", UB_ARGS(prep->agenda));
}

/* Cannot tell: nothing is created, and nothing that exists is undone. */
Test(contribute, what_cannot_be_told_stays_as_it_stands)
{
	static const char known[] = PREP ADD("a", "meeting.customer",
	    "    longer: 5m\n    sections: [section]\n    attendees: meeting.internal\n");
	static const char unknown[] = PREP ADD("a", "account.health == 'red'",
	    "    longer: 5m\n    sections: [section]\n    attendees: meeting.internal\n");
	cr_expect_eq(minutes(prep_of(unknown)), 20);
	world_apply(world, plan_of(known));
	struct ub_plan *plan = plan_of(unknown);
	cr_assert_eq(plan->steps.n, 1);
	cr_expect_eq(plan->steps.items[0].action, UB_ACTION_KEEP);
	cr_expect_eq(
	    plan->steps.items[0].may_write & (UB_PROPERTY_TIME | UB_PROPERTY_AGENDA | UB_PROPERTY_PEOPLE), 0);
	cr_expect(plan->steps.items[0].may_write & UB_PROPERTY_TITLE);
}

Test(contribute, to_a_group_reaches_whichever_rule_has_won)
{
	const struct ub_item *prep =
	    world_item(plan_of("  - name: long\n    group: preps\n    for: meeting\n    when: "
			       "meeting.customer\n    create:\n"
			       "      - event: prep\n        title: Prep\n        at: 1 day before start\n"
			       "        duration: 20m\n"
			       "  - name: add\n    for: meeting\n    when: 'true'\n    add_to: preps/prep\n  "
			       "  longer: 5m\n"),
		"long/prep");
	cr_expect_eq(minutes(prep), 25);
}
