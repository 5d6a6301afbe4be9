/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "case.h"

TestSuite(compare, .init = world_set_up, .fini = world_tear_down);

#define RULE(minutes, people, more)                                                                          \
	"  - name: prep\n    for: meeting\n    when: meeting.customer\n    create:\n"                        \
	"      - event: prep\n        title: Prep\n        at: 1 day before start\n"                         \
	"        duration: " minutes "\n        attendees: " people "\n" more
#define TASK "      - task: mail\n        title: Mail\n        due: 2 days before start\n"

/* The changes of a plan after its rules change from `before` to `after`, when items of `before` exist. */
static struct ub_changes changes_of(const char *before, const char *after)
{
	world_rules(world, before);
	world_apply(world, world_plan(world));
	struct ub_plan *present = world_plan(world);
	world_rules(world, after);
	return ub_plan_compare(present, world_plan(world), world->existing, world->n_existing, world->arena);
}

static const char *words_of(struct ub_changes changes)
{
	struct ub_buf out = UB_BUF(world->arena);
	for (size_t i = 0; i < changes.n; i++)
		ub_plan_print_change(&changes.items[i], &out, false);
	return ub_buf_cstr(&out);
}

Test(compare, the_same_rules_differ_in_nothing)
{
	cr_expect_eq(
	    changes_of(RULE("15m", "meeting.internal", TASK), RULE("15m", "meeting.internal", TASK)).n, 0);
}

Test(compare, tells_what_is_moved_and_nothing_else)
{
	struct ub_changes changes =
	    changes_of(RULE("15m", "meeting.internal", TASK), RULE("30m", "meeting.internal", TASK));
	cr_assert_eq(changes.n, 1);
	cr_expect_eq(changes.items[0].kind, UB_CHANGE_MOVED);
	cr_expect_eq(changes.items[0].differ, UB_PROPERTY_TIME);
	cr_expect_str_eq(words_of(changes),
	    "  ~ event Prep  Wed 2026-11-11 14:00-14:30, 3 people  [prep/prep]\n"
	    "      time: Wed 2026-11-11 14:00-14:15 -> Wed 2026-11-11 14:00-14:30\n");
}

Test(compare, tells_what_comes_and_what_goes)
{
	struct ub_changes changes =
	    changes_of(RULE("15m", "meeting.internal", ""), RULE("15m", "meeting.internal", TASK));
	cr_assert_eq(changes.n, 1);
	cr_expect_eq(changes.items[0].kind, UB_CHANGE_CREATED);
	cr_expect_str_eq(words_of(changes), "  + task  Mail  due Tue 2026-11-10 14:00  [prep/mail]\n");
}

Test(compare, tells_what_a_condition_takes_away)
{
	struct ub_changes changes = changes_of(RULE("15m", "meeting.internal", ""),
	    "  - name: prep\n    for: meeting\n    when: 'false'\n    create:\n"
	    "      - event: prep\n        title: Prep\n        at: 1 day before start\n        duration: "
	    "15m\n");
	cr_assert_eq(changes.n, 1);
	cr_expect_eq(changes.items[0].kind, UB_CHANGE_REMOVED);
}

Test(compare, tells_what_is_left_when_a_rule_is_gone)
{
	struct ub_changes changes = changes_of(RULE("15m", "meeting.internal", ""),
	    "  - name: other\n    for: meeting\n    when: 'false'\n    create:\n"
	    "      - event: x\n        title: X\n        at: start\n        duration: 1m\n");
	cr_assert_eq(changes.n, 1);
	cr_expect_eq(changes.items[0].kind, UB_CHANGE_LEFT);
}

Test(compare, tells_who_is_invited_and_who_not)
{
	struct ub_changes changes = changes_of(RULE("15m", "meeting.internal", ""), RULE("15m", "none", ""));
	cr_assert_eq(changes.n, 1);
	cr_expect_eq(changes.items[0].differ, UB_PROPERTY_PEOPLE);
	cr_expect_str_eq(words_of(changes), "  ~ event Prep  Wed 2026-11-11 14:00-14:15  [prep/prep]\n"
					    "      people: -ben@ours.example -nora@us.ours.example\n");
}
