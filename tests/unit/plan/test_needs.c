/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "case.h"

TestSuite(needs, .init = world_set_up, .fini = world_tear_down);

#define READY(needs)                                                                                         \
	"  - name: ready\n"                                                                                  \
	"    create:\n"                                                                                      \
	"      - task: ready\n"                                                                              \
	"        title: Ready\n"                                                                             \
	"        due: 1 day before start\n"                                                                  \
	"        needs: " needs "\n"
#define RULE(name, when)                                                                                     \
	"  - name: " name "\n"                                                                               \
	"    when: " when "\n"                                                                               \
	"    create:\n"                                                                                      \
	"      - event: prep\n"                                                                              \
	"        title: Prep\n"                                                                              \
	"        at: 2 days before start\n"                                                                  \
	"        duration: 15m\n"
#define PREP(when) RULE("prep", when)

static bool makes(const struct ub_plan *plan, const char *id)
{
	for (size_t i = 0; i < plan->items.n; i++)
		if (ub_text_is(plan->items.items[i].id, id))
			return true;
	return false;
}

static size_t count(const struct ub_plan *plan, enum ub_action action)
{
	size_t n = 0;
	for (size_t i = 0; i < plan->steps.n; i++)
		n += plan->steps.items[i].action == action;
	return n;
}

static void expect_left_out(const struct ub_plan *plan, enum ub_note_kind kind, const char *text)
{
	const struct ub_note *note = world_note(plan, "ready/ready");
	cr_expect_not(makes(plan, "ready/ready"));
	cr_assert(note, "no note");
	cr_expect_eq(note->kind, kind);
	cr_expect(ub_text_is(note->text, text), "%.*s", UB_ARGS(note->text));
}

Test(needs, item_of_a_later_rule_is_made_first)
{
	world_rules(world, READY("prep/prep") PREP("meeting.customer"));
	struct ub_plan *plan = world_plan(world);
	cr_expect(makes(plan, "ready/ready"));
	cr_assert_eq(plan->steps.n, 2);
	cr_expect(ub_text_is(plan->steps.items[0].item->id, "prep/prep"));
}

Test(needs, of_an_item_whose_rule_says_no_leave_the_other_out)
{
	world_rules(world, READY("prep/prep") PREP("'false'"));
	expect_left_out(world_plan(world), UB_NOTE_SKIPPED, "it needs `prep/prep`, which is not made");
	world_rules(world, PREP("'false'") READY("[prep/prep]"));
	expect_left_out(world_plan(world), UB_NOTE_SKIPPED, "it needs `prep/prep`, which is not made");
}

Test(needs, of_an_item_that_is_switched_off_leave_the_other_out)
{
	world_rules(world, READY("prep/prep") PREP("meeting.customer") "    enabled: no\n");
	expect_left_out(world_plan(world), UB_NOTE_SKIPPED, "it needs `prep/prep`, which is not made");
}

Test(needs, of_an_item_of_the_same_rule_without_a_case_leave_the_other_out)
{
	world_rules(world,
	    READY("prep") "      - task: prep\n"
			  "        title: [{if: meeting.duration < duration('1m'), use: Prep}]\n"
			  "        due: 2 days before start\n");
	expect_left_out(world_plan(world), UB_NOTE_SKIPPED, "it needs `ready/prep`, which is not made");
}

Test(needs, go_along_a_chain)
{
	world_rules(world, "  - name: last\n"
			   "    create:\n"
			   "      - {task: last, title: Last, due: start, needs: ready/ready}\n" READY(
			       "prep/prep") PREP("'false'"));
	struct ub_plan *plan = world_plan(world);
	cr_expect_eq(plan->items.n, 0);
	cr_expect(
	    ub_text_is(world_note(plan, "last/last")->text, "it needs `ready/ready`, which is not made"));
}

Test(needs, are_met_by_any_rule_of_a_group)
{
	world_rules(world,
	    READY("preps/prep") RULE("long", "meeting.duration > duration('9h')") "    group: preps\n" RULE(
		"short", "'true'") "    group: preps\n");
	cr_expect(makes(world_plan(world), "ready/ready"));
}

Test(needs, of_all_that_are_named_have_to_be_met)
{
	world_rules(world, READY("[prep/prep, none/prep]") PREP("'true'") RULE("none", "'false'"));
	expect_left_out(world_plan(world), UB_NOTE_SKIPPED, "it needs `none/prep`, which is not made");
}

Test(needs, that_nobody_can_tell_create_nothing_and_undo_nothing)
{
	world_rules(world, READY("prep/prep") PREP("'true'"));
	world_apply(world, world_plan(world));
	cr_assert_eq(world->n_existing, 2);
	world_rules(world, READY("prep/prep") PREP("account.tier == 'x'"));
	struct ub_plan *plan = world_plan(world);
	expect_left_out(
	    plan, UB_NOTE_UNDECIDED, "it needs `prep/prep`, and nobody can tell whether that is made");
	cr_expect_eq(plan->steps.n, 0);
}

Test(needs, that_are_not_met_decide_whatever_else_nobody_can_tell)
{
	world_rules(
	    world, READY("[prep/prep, none/prep]") PREP("account.tier == 'x'") RULE("none", "'false'"));
	expect_left_out(world_plan(world), UB_NOTE_SKIPPED, "it needs `none/prep`, which is not made");
}

/* ---- items that stand ---- */

static struct ub_existing *standing(enum ub_component component)
{
	for (size_t i = 0; i < world->n_existing; i++)
		if (world->existing[i].event->component == component)
			return &world->existing[i];
	cr_assert(false, "no such item");
	return NULL;
}

static void make_both(void)
{
	world_rules(world, READY("prep/prep") PREP("meeting.customer"));
	world_apply(world, world_plan(world));
	cr_assert_eq(world->n_existing, 2);
}

Test(needs, take_an_item_away_whose_needed_item_was_deleted_by_hand)
{
	make_both();
	standing(UB_COMPONENT_EVENT)->state = UB_EXISTING_DELETED;
	struct ub_plan *plan = world_plan(world);
	expect_left_out(plan, UB_NOTE_SKIPPED, "it needs `prep/prep`, which was deleted by hand");
	cr_assert_eq(plan->steps.n, 1);
	cr_expect_eq(plan->steps.items[0].action, UB_ACTION_REMOVE);
	cr_expect_eq(plan->steps.items[0].existing, standing(UB_COMPONENT_TASK));
}

Test(needs, leave_an_item_that_was_changed_by_hand)
{
	make_both();
	standing(UB_COMPONENT_EVENT)->state = UB_EXISTING_DELETED;
	standing(UB_COMPONENT_TASK)->user_changed = UB_PROPERTY_TITLE;
	cr_expect_eq(world_plan(world)->steps.n, 0);
}

Test(needs, are_met_by_an_item_that_stays_as_it_was_changed_by_hand)
{
	make_both();
	standing(UB_COMPONENT_EVENT)->user_changed = UB_PROPERTY_TITLE;
	world_rules(world, READY("prep/prep") PREP("'false'"));
	struct ub_plan *plan = world_plan(world);
	cr_expect(makes(plan, "ready/ready"));
	cr_expect_eq(count(plan, UB_ACTION_KEEP), 1);
	cr_expect_eq(count(plan, UB_ACTION_REMOVE), 0);
}

/* ---- watched rules ---- */

Test(needs, are_not_met_by_an_item_that_is_only_watched)
{
	world_rules(world, READY("prep/prep") PREP("'true'") "    mode: audit\n");
	expect_left_out(world_plan(world), UB_NOTE_SKIPPED,
	    "it needs `prep/prep`, whose rule is only watched (mode: audit)");
}

Test(needs, of_a_watched_rule_are_met_by_a_watched_item)
{
	world_rules(world, READY("prep/prep") "    mode: audit\n" PREP("'true'") "    mode: audit\n");
	struct ub_plan *plan = world_plan(world);
	cr_expect(makes(plan, "ready/ready"));
	cr_expect_eq(plan->steps.n, 0);
}
