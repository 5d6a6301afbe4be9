/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "case.h"

static void set_up(void)
{
	world_set_up_by("  - name: prep\n"
			"    for: meeting\n"
			"    when: meeting.customer\n"
			"    create:\n"
			"      - event: prep\n"
			"        title: \"Prep: {{ meeting.title }}\"\n"
			"        between: [3 business days before start, 2 business days before start]\n"
			"        duration: 15m\n"
			"        attendees: meeting.internal\n"
			"      - task: agenda\n"
			"        title: Send the agenda\n"
			"        due: 1 business day after prep.end\n");
}

TestSuite(following, .init = set_up, .fini = world_tear_down);

static void expect_start(const struct ub_plan *plan, const char *text)
{
	expect_time(world_item(plan, "prep/prep")->start, text);
}

static size_t count(const struct ub_plan *plan, enum ub_action action)
{
	size_t n = 0;
	for (size_t i = 0; i < plan->steps.n; i++)
		n += plan->steps.items[i].action == action;
	return n;
}

static struct ub_existing *prep(void)
{
	for (size_t i = 0; i < world->n_existing; i++)
		if (world->existing[i].event->component == UB_COMPONENT_EVENT)
			return &world->existing[i];
	cr_assert(false, "no prep call");
	return NULL;
}

Test(following, items_go_along_with_a_meeting_that_is_moved)
{
	expect_start(world_plan(world), "2026-11-09 09:00");
	world_meet(world, "2026-11-19 14:00", 60);
	struct ub_plan *plan = world_plan(world);
	expect_start(plan, "2026-11-16 09:00");
	cr_assert_eq(count(plan, UB_ACTION_KEEP), 2);
	cr_assert_eq(plan->steps.n, 2);
	for (size_t i = 0; i < plan->steps.n; i++) {
		cr_expect_eq(plan->steps.items[i].may_write, UB_PROPERTY_ALL);
		cr_expect(ub_text_eq(plan->steps.items[i].item->uid, plan->steps.items[i].existing->uid));
	}
}

Test(following, what_stands_in_its_window_is_not_moved_as_time_goes_by)
{
	static const char *const times[] = { "2026-11-09 08:00", "2026-11-09 09:05", "2026-11-09 09:30",
		"2026-11-10 12:00", "2026-11-11 12:00", "2026-11-12 13:50" };
	for (size_t i = 0; i < UB_COUNT(times); i++) {
		world->now = world_at(world, times[i]);
		expect_start(world_plan(world), "2026-11-09 09:00");
	}
	world->now = world_at(world, "2026-11-02 12:00");
	world_meet(world, "2026-11-12 15:30", 60);
	expect_start(world_plan(world), "2026-11-09 09:00");
}

Test(following, what_came_late_is_not_put_off_again_and_again)
{
	world->n_existing = 0;
	world->now = world_at(world, "2026-11-11 10:05");
	struct ub_plan *plan = world_plan(world);
	expect_start(plan, "2026-11-11 10:15");
	world_apply(world, plan);
	world->now = world_at(world, "2026-11-11 10:20");
	expect_start(world_plan(world), "2026-11-11 10:15");
	world->now = world_at(world, "2026-11-12 09:00");
	expect_start(world_plan(world), "2026-11-11 10:15");
}

Test(following, the_users_hand_wins_until_the_item_would_be_of_no_use)
{
	prep()->start = world_at(world, "2026-11-10 16:00");
	prep()->end = world_at(world, "2026-11-10 16:45");
	prep()->user_changed = UB_PROPERTY_TIME | UB_PROPERTY_TITLE;
	struct ub_plan *plan = world_plan(world);
	expect_start(plan, "2026-11-10 16:00");
	cr_assert_eq(plan->steps.items[0].may_write,
	    UB_PROPERTY_ALL & ~(unsigned)(UB_PROPERTY_TIME | UB_PROPERTY_TITLE));
	world_meet(world, "2026-11-10 15:00", 60);
	plan = world_plan(world);
	cr_assert_lt(world_item(plan, "prep/prep")->end, world_at(world, "2026-11-10 15:01"));
	cr_assert(plan->steps.items[0].may_write & UB_PROPERTY_TIME);
	cr_assert(!(plan->steps.items[0].may_write & UB_PROPERTY_TITLE));
}

Test(following, a_meeting_that_is_called_off_takes_its_items_along)
{
	world->event.status = UB_STATUS_CANCELLED;
	struct ub_plan *plan = world_plan(world);
	cr_assert_eq(count(plan, UB_ACTION_REMOVE), 2);
	prep()->user_changed = UB_PROPERTY_TITLE;
	cr_assert_eq(count(world_plan(world), UB_ACTION_REMOVE), 2,
	    "a prep call for no meeting is of no use to anybody");
}

Test(following, a_meeting_that_has_been_keeps_what_is_still_ahead)
{
	world->now = world_at(world, "2026-11-12 15:30");
	prep()->start = world_at(world, "2026-11-13 10:00");
	prep()->end = world_at(world, "2026-11-13 10:45");
	cr_assert_eq(world_plan(world)->steps.n, 0, "it was stored again");
	world_meet(world, "2026-11-12 13:45", 60);
	world->brought_forward = 15 * 60;
	cr_assert_eq(world_plan(world)->steps.n, 0, "it was noted down as it was");
	world_meet(world, "2026-11-12 14:15", 60);
	world->brought_forward = -15 * 60;
	cr_assert_eq(world_plan(world)->steps.n, 0);
}

Test(following, a_meeting_moved_into_the_past_takes_along_what_is_ahead)
{
	world_meet(world, "2026-10-12 14:00", 60);
	world->brought_forward = 31 * INT64_C(86400);
	struct ub_plan *plan = world_plan(world);
	cr_assert_eq(count(plan, UB_ACTION_REMOVE), 2);
	cr_assert_eq(plan->steps.n, 2);
	prep()->user_changed = UB_PROPERTY_AGENDA;
	plan = world_plan(world);
	cr_assert_eq(count(plan, UB_ACTION_REMOVE), 1);
	cr_assert_eq(plan->notes.n, 1, "what the user changed stays, and that is said");
	world->now = world_at(world, "2026-11-12 20:00");
	cr_assert_eq(world_plan(world)->steps.n, 0, "what is over or overdue stays");
}

Test(following, a_meeting_that_became_a_series_takes_along_what_is_ahead)
{
	world->event.repeats = UB_REPEATS_WEEK;
	cr_assert_eq(count(world_plan(world), UB_ACTION_REMOVE), 2);
	prep()->user_changed = UB_PROPERTY_TITLE;
	struct ub_plan *plan = world_plan(world);
	cr_assert_eq(count(plan, UB_ACTION_REMOVE), 1);
	cr_assert_eq(plan->notes.n, 1);
	world->now = world_at(world, "2026-11-12 15:30");
	prep()->end = world_at(world, "2026-11-13 10:45");
	cr_assert_eq(world_plan(world)->steps.n, 0, "its first date has been, and is followed up");
}

Test(following, a_meeting_without_guests_loses_its_items_but_not_those_that_the_user_changed)
{
	world->event.n_attendees = 2;
	cr_assert_eq(count(world_plan(world), UB_ACTION_REMOVE), 2);
	prep()->user_changed = UB_PROPERTY_AGENDA;
	struct ub_plan *plan = world_plan(world);
	cr_assert_eq(count(plan, UB_ACTION_REMOVE), 1);
	cr_assert_eq(plan->notes.n, 1);
}

Test(following, what_is_over_is_never_touched)
{
	world->now = world_at(world, "2026-11-09 12:00");
	world->event.status = UB_STATUS_CANCELLED;
	struct ub_plan *plan = world_plan(world);
	cr_assert_eq(count(plan, UB_ACTION_REMOVE), 1, "the to-do alone");
	world->event.status = UB_STATUS_CONFIRMED;
	world_meet(world, "2026-11-19 14:00", 60);
	plan = world_plan(world);
	expect_start(plan, "2026-11-09 09:00");
	for (size_t i = 0; i < plan->steps.n; i++)
		if (plan->steps.items[i].existing == prep())
			cr_assert_eq(plan->steps.items[i].may_write, 0);
}

Test(following, items_hide_as_much_as_their_meeting)
{
	world->event.class = UB_CLASS_CONFIDENTIAL;
	struct ub_plan *plan = world_plan(world);
	cr_assert_eq(plan->steps.n, 2);
	for (size_t i = 0; i < plan->steps.n; i++)
		cr_assert_eq(plan->steps.items[i].item->class, UB_CLASS_CONFIDENTIAL);
}

Test(following, what_stays_without_being_asked_for_does_not_tell_what_the_meeting_hides)
{
	world->event.class = UB_CLASS_PRIVATE;
	world->event.n_attendees = 2; /* no guest: nothing is asked for any more */
	prep()->user_changed = UB_PROPERTY_TITLE;
	struct ub_plan *plan = world_plan(world);
	cr_assert_eq(count(plan, UB_ACTION_REMOVE), 1);
	cr_assert_eq(count(plan, UB_ACTION_HIDE), 1);
	cr_assert_eq(plan->steps.items[1].class, UB_CLASS_PRIVATE);
	((struct ub_event *)prep()->event)->class = UB_CLASS_PRIVATE;
	cr_assert_eq(count(world_plan(world), UB_ACTION_HIDE), 0, "it is hidden already");
	((struct ub_event *)prep()->event)->class = UB_CLASS_PUBLIC;
	world->event.repeats = UB_REPEATS_WEEK;
	cr_assert_eq(count(world_plan(world), UB_ACTION_HIDE), 1, "whatever becomes of the meeting");
	world->event.repeats = UB_REPEATS_NOT;
	world->now = world_at(world, "2026-11-12 15:30");
	cr_assert_eq(count(world_plan(world), UB_ACTION_HIDE), 2, "also when it is over");
}

Test(following, what_cannot_be_judged_is_left_alone)
{
	world_rules(world, "  - name: prep\n"
			   "    for: meeting\n"
			   "    when: account.tier == 'a'\n"
			   "    create:\n"
			   "      - event: prep\n"
			   "        title: Prep\n"
			   "        at: 3 days before start\n"
			   "        duration: 15m\n");
	cr_assert_eq(world_plan(world)->steps.n, 0, "a rule that cannot tell undoes nothing");
	world_rules(world, "  - name: other\n"
			   "    for: meeting\n"
			   "    when: 'false'\n"
			   "    create:\n"
			   "      - event: prep\n"
			   "        title: Prep\n"
			   "        at: 3 days before start\n"
			   "        duration: 15m\n");
	cr_assert_eq(world_plan(world)->steps.n, 0, "the items of a rule that is gone are left to undo");
}

Test(following, what_was_taken_away_and_is_wanted_again_is_a_new_generation)
{
	struct ub_text uid = prep()->uid;
	prep()->state = UB_EXISTING_REMOVED;
	struct ub_plan *plan = world_plan(world);
	const struct ub_item *item = world_item(plan, "prep/prep");
	cr_assert_eq(item->generation, 2);
	cr_assert(!ub_text_eq(item->uid, uid));
	cr_assert_eq(count(plan, UB_ACTION_CREATE), 1);
}

Test(following, no_internal_text_goes_to_an_item_that_somebody_from_outside_was_invited_to)
{
	struct ub_event *event = (struct ub_event *)prep()->event;
	event->attendees = &world->parties[3];
	event->n_attendees = 1;
	struct ub_plan *plan = world_plan(world);
	for (size_t i = 0; i < plan->steps.n; i++)
		if (plan->steps.items[i].existing == prep())
			cr_assert_eq(plan->steps.items[i].may_write, UB_PROPERTY_TIME);
	cr_assert_not_null(world_note(plan, "prep/prep"));
}
