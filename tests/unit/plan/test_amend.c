/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "case.h"

TestSuite(amendments, .init = world_set_up, .fini = world_tear_down);

#define RULE                                                                                                 \
	"  - name: shared\n    for: meeting\n    when: meeting.customer\n    amend:\n"                       \
	"      - attendee: recorder\n        address: Notes@Recorder.example\n"                              \
	"      - category: customer\n        name: Customer\n"                                               \
	"      - reminder: soon\n        before: 10m\n"                                                      \
	"      - agenda: fact\n        template: agenda\n"
#define AGENDA                                                                                               \
	"---\naudience: customer\n---\n## Welcome {weight=1}\n## {{ meeting.title }} "                       \
	"{weight=3}\n" UB_PLAN_SHARED_END "\n"

static struct ub_plan *plan_of(const char *rules)
{
	world_rules_and_agenda(world, rules, AGENDA);
	return world_plan(world);
}

Test(amendments, are_what_the_rule_says)
{
	struct ub_plan *plan = plan_of(RULE);
	cr_assert_eq(plan->amendments.n, 4);
	const struct ub_amendment *all = plan->amendments.items;
	cr_expect(ub_text_is(all[0].id, "shared/recorder"));
	cr_expect(ub_text_is(all[0].text, "notes@recorder.example"));
	cr_expect(ub_text_is(all[1].text, "Customer"));
	cr_expect_eq(all[2].seconds, 600);
	cr_expect(ub_text_is(all[3].text, "Welcome (15 min)\nRoadmap (45 min)\n> " UB_PLAN_SHARED_END),
	    "%.*s", UB_ARGS(all[3].text));
	cr_expect_eq(plan->items.n, 0);
	cr_expect_eq(plan->steps.n, 0);
	for (size_t i = 1; i < 4; i++) {
		cr_expect(ub_text_eq(all[i].rule_mark, all[0].rule_mark));
		cr_expect_not(ub_text_eq(all[i].mark, all[0].mark));
	}
}

Test(amendments, have_the_marks_of_their_rule_also_under_its_group)
{
	struct ub_text mark = plan_of(RULE)->amendments.items[0].mark;
	cr_expect(ub_text_eq(plan_of(RULE)->amendments.items[0].mark, mark));
	world->event.uid = UB_TEXT("another");
	cr_expect_not(ub_text_eq(plan_of(RULE)->amendments.items[0].mark, mark));
}

Test(amendments, know_their_marks_under_earlier_names_of_the_rule)
{
	struct ub_text mark = plan_of(RULE)->amendments.items[0].mark;
	struct ub_plan *plan =
	    plan_of("  - name: renamed\n    was: [other, shared]\n    for: meeting\n    when: "
		    "meeting.customer\n    amend:\n"
		    "      - attendee: recorder\n        address: notes@recorder.example\n");
	const struct ub_amendment *amendment = &plan->amendments.items[0];
	cr_assert_eq(amendment->was.n, 2);
	cr_expect(ub_text_eq(amendment->was.items[1], mark));
	cr_expect_not(ub_text_eq(amendment->mark, mark));
}

Test(amendments, of_somebody_elses_meeting_are_not_made)
{
	world->owner = UB_TEXT("ben@ours.example");
	struct ub_plan *plan = plan_of(RULE);
	cr_expect_eq(plan->amendments.n, 0);
	cr_assert_not_null(world_note(plan, "shared"));
	cr_expect_eq(world_note(plan, "shared")->kind, UB_NOTE_SKIPPED);
}

/* Nor is it known whose a meeting is whose organizer has no address. */
Test(amendments, invite_nobody_where_nobody_organizes)
{
	const struct ub_party unknown = { .address = UB_TEXT_NONE };
	world->event.organizer = NULL;
	struct ub_plan *plan = plan_of(RULE);
	cr_expect_eq(plan->amendments.n, 3);
	cr_assert_not_null(world_note(plan, "shared/recorder"));
	world->event.organizer = &unknown;
	cr_expect_eq(plan_of(RULE)->amendments.n, 0);
}

Test(amendments, invite_no_guest)
{
	struct ub_plan *plan =
	    plan_of("  - name: bad\n    for: meeting\n    when: meeting.customer\n    amend:\n"
		    "      - attendee: guest\n        address: cfo@acme.example\n");
	cr_expect_eq(plan->amendments.n, 0);
	cr_assert_not_null(world_note(plan, "bad/guest"));
	cr_expect_eq(world_note(plan, "bad/guest")->kind, UB_NOTE_REFUSED);
}

Test(amendments, of_a_rule_that_is_only_watched_are_noted)
{
	struct ub_plan *plan =
	    plan_of("  - name: w\n    for: meeting\n    mode: audit\n    when: meeting.customer\n"
		    "    amend: [{category: c, name: Customer}]\n");
	cr_expect_eq(plan->amendments.n, 0);
	cr_assert_not_null(world_note(plan, "w/c"));
}

Test(amendments, choose_among_cases)
{
	static const char rules[] = "  - name: c\n    for: meeting\n    when: meeting.customer\n    amend:\n"
				    "      - category: c\n        name:\n"
				    "          - {if: meeting.duration > duration('2h'), use: Long}\n"
				    "          - {if: meeting.duration > duration('50m'), use: Usual}\n";
	cr_expect(ub_text_is(plan_of(rules)->amendments.items[0].text, "Usual"));
	world_meet(world, "2026-11-12 14:00", 30);
	cr_expect_eq(plan_of(rules)->amendments.n, 0);
}
