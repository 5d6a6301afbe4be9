/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "case.h"

/* The title of a prep call to which ben is invited, on a server that asks anew at another title who has
 * answered. The meeting is retitled once the call stands. */

static struct ub_event answered;
static struct ub_party parties[2];

static void rules(const char *more)
{
	world_rules(world, ub_textf(world->arena,
			       "  - name: prep\n"
			       "    for: meeting\n"
			       "    when: meeting.customer\n"
			       "    create:\n"
			       "      - event: call\n"
			       "        title: 'Prep: {{ meeting.title }}'\n"
			       "        at: 1h before start\n"
			       "        duration: 15m\n"
			       "        attendees: meeting.internal\n"
			       "%s",
			       more)
			       .ptr);
}

static void make(const char *more, enum ub_partstat answer)
{
	rules(more);
	world_apply(world, world_plan(world));
	cr_assert_eq(world->n_existing, 1);
	parties[0] =
	    (struct ub_party){ .address = UB_TEXT("anna@ours.example"), .partstat = UB_PARTSTAT_ACCEPTED };
	parties[1] = (struct ub_party){ .address = UB_TEXT("ben@ours.example"), .partstat = answer };
	answered = *world->existing[0].event;
	answered.organizer = &parties[0];
	answered.attendees = parties;
	answered.n_attendees = 2;
	world->existing[0].event = &answered;
	world->event.summary = UB_TEXT("Another");
	world->titles_ask_again = true;
}

TestSuite(title, .init = world_set_up_berlin, .fini = world_tear_down);

static void expect_title(const char *title)
{
	const struct ub_item *call = world_item(world_plan(world), "prep/call");
	cr_expect(ub_text_is(call->title, title), "%.*s", UB_ARGS(call->title));
}

static bool says(const char *words)
{
	const struct ub_note *note = world_note(world_plan(world), "prep/call");
	return note && ub_text_find(note->text, ub_text(words), 0) != SIZE_MAX;
}

Test(title, stays_where_it_would_cost_an_answer)
{
	make("", UB_PARTSTAT_ACCEPTED);
	expect_title("Prep: Roadmap");
	cr_expect(says("so it follows the meeting's title together with its time alone"));
	parties[1].partstat = UB_PARTSTAT_TENTATIVE;
	expect_title("Prep: Roadmap");
}

Test(title, follows_where_nobody_has_answered)
{
	make("", UB_PARTSTAT_NEEDS_ACTION);
	expect_title("Prep: Another");
	cr_expect_null(world_note(world_plan(world), "prep/call"));
}

Test(title, follows_together_with_the_time)
{
	make("", UB_PARTSTAT_ACCEPTED);
	world_meet(world, "2026-11-13 14:00", 60);
	expect_title("Prep: Another");
}

Test(title, follows_on_servers_that_keep_the_answers)
{
	make("", UB_PARTSTAT_ACCEPTED);
	world->titles_ask_again = false;
	expect_title("Prep: Another");
}

Test(title, follows_or_stays_as_the_rule_says)
{
	make("        title_follows: yes\n", UB_PARTSTAT_ACCEPTED);
	expect_title("Prep: Another");
	make("        title_follows: no\n", UB_PARTSTAT_NEEDS_ACTION);
	world->titles_ask_again = false;
	expect_title("Prep: Roadmap");
	cr_expect(says("its title stays as it was made, as its rule says"));
	world_meet(world, "2026-11-13 14:00", 60);
	expect_title("Prep: Roadmap");
}

/* It is the user's own then, and is not written. */
Test(title, of_the_users_is_nothing_to_tell_of)
{
	make("", UB_PARTSTAT_ACCEPTED);
	answered.summary = UB_TEXT("Mine");
	world->existing[0].user_changed = UB_PROPERTY_TITLE;
	expect_title("Prep: Another");
	cr_expect_null(world_note(world_plan(world), "prep/call"));
}

/* As `explain` does, which knows the item from the store alone. */
Test(title, is_told_to_stay_where_the_item_is_not_read)
{
	make("", UB_PARTSTAT_ACCEPTED);
	world->existing[0].event = NULL;
	cr_expect(says("so it follows the meeting's title together with its time alone"));
	world->existing[0].state = UB_EXISTING_DELETED;
	cr_expect_not(says("together with its time"));
}
