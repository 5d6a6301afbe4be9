/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "case.h"

/* Anna has moved the prep call of a meeting with ben, on Thursday, from Monday to a time of her own. Then the
 * meeting moves. */
static void set_up(void)
{
	world_set_up_prepared();
	for (size_t i = 0; i < world->n_existing; i++) {
		world->existing[i].last_time = world->existing[i].start;
		world->existing[i].last_occasion = world_at(world, "2026-11-12 14:00");
	}
}

TestSuite(along, .init = set_up, .fini = world_tear_down);

static struct ub_existing *drag(const char *start)
{
	struct ub_existing *call = existing_of("Prepare");
	call->start = call->last_time = world_at(world, start);
	call->end = call->start + 1800; /* made longer, too */
	call->user_changed = UB_PROPERTY_TIME;
	return call;
}

/* Where the call stands once the meeting is on that day, for an hour. */
static const struct ub_item *expect_call(const char *meeting, const char *start, bool along)
{
	world_meet(world, meeting, 60);
	const struct ub_item *call = world_item(world_plan(world), "prep/call");
	expect_time(call->start, start);
	cr_expect_eq(call->along, along, "%s", start);
	return call;
}

static bool says_so(const struct ub_plan *plan)
{
	const struct ub_note *note = world_note(plan, "prep/call");
	return note &&
	       ub_text_is(note->text, "it was moved along with the meeting from where its user had put it");
}

Test(along, an_event_stays_where_it_was_put_while_that_is_in_its_window)
{
	drag("2026-11-10 16:00");
	expect_call("2026-11-12 14:00", "2026-11-10 16:00", false);
	expect_call("2026-11-13 14:00", "2026-11-10 16:00", false);
	cr_expect_not(says_so(world_plan(world)));
}

Test(along, an_event_goes_as_far_as_the_meeting_with_its_time_of_day_and_length)
{
	drag("2026-11-10 16:00");
	const struct ub_item *call = expect_call("2026-11-19 14:00", "2026-11-17 16:00", true);
	cr_expect_eq(call->end - call->start, 1800);
	cr_expect(says_so(world_plan(world)));
	cr_expect_neq(ub_text_find(call->why, UB_TEXT("Moved along with the meeting"), 0), SIZE_MAX);
	cr_expect(world_plan(world)->steps.items[0].may_write & UB_PROPERTY_TIME);
	expect_call("2026-11-23 10:00", "2026-11-19 16:00", true); /* Monday: two business days */
}

Test(along, an_event_comes_with_a_meeting_that_comes_earlier)
{
	drag("2026-11-11 16:00");
	expect_call("2026-11-05 14:00", "2026-11-04 16:00", true);
}

Test(along, an_event_on_the_meetings_own_day_stays_on_that_day)
{
	drag("2026-11-12 08:00");
	expect_call("2026-11-19 14:00", "2026-11-19 08:00", true);
}

/* She has put it behind the window, which is hers to do while the meeting stays. */
Test(along, an_event_outside_its_window_keeps_its_distance_too)
{
	drag("2026-11-11 17:30");
	expect_call("2026-11-12 14:00", "2026-11-11 17:30", false);
	expect_call("2026-11-12 15:00", "2026-11-11 17:30", false);
	expect_call("2026-11-17 14:00", "2026-11-16 17:30", true);
}

Test(along, an_event_whose_user_put_it_on_a_weekend_goes_to_a_business_day)
{
	drag("2026-11-15 11:00");
	existing_of("Prepare")->last_occasion = world_at(world, "2026-11-16 14:00");
	expect_call("2026-11-19 14:00", "2026-11-18 11:00", true);
}

Test(along, an_event_goes_to_the_nearest_free_time_where_its_own_is_taken)
{
	struct ub_interval taken = { world_at(world, "2026-11-17 15:00"),
		world_at(world, "2026-11-17 17:00") };
	struct ub_busy ben = { .address = UB_TEXT("ben@ours.example"), .times = { &taken, 1, 1 } };
	world->busy = &ben;
	world->n_busy = 1;
	drag("2026-11-10 16:15");
	expect_call("2026-11-19 14:00", "2026-11-17 17:00", true);
	drag("2026-11-10 15:45");
	expect_call("2026-11-19 14:00", "2026-11-17 14:30", true);
}

Test(along, an_event_is_placed_anew_where_nothing_is_free_near_it)
{
	drag("2026-11-11 16:00");
	expect_call("2026-11-02 18:00", "2026-11-02 12:00", false);
}

Test(along, an_event_of_which_nothing_is_remembered_stays)
{
	drag("2026-11-10 16:00")->last_occasion = 0;
	expect_call("2026-11-19 14:00", "2026-11-10 16:00", false);
}

/* The server's answer to the write was lost, and it was carried out. */
Test(along, an_event_does_not_go_twice)
{
	struct ub_existing *call = drag("2026-11-10 16:00");
	call->start = world_at(world, "2026-11-17 16:00");
	call->end = call->start + 1800;
	expect_call("2026-11-19 14:00", "2026-11-17 16:00", true);
}

Test(along, an_event_that_went_along_says_so_for_as_long_as_its_time_is_the_users)
{
	struct ub_existing *call = drag("2026-11-10 16:00");
	call->moved_along = true;
	cr_expect(says_so(world_plan(world)));
	expect_call("2026-11-12 14:00", "2026-11-10 16:00", false);
	call->user_changed = 0;
	cr_expect_not(says_so(world_plan(world)));
}

Test(along, an_event_without_a_window_goes_too)
{
	struct ub_existing *signal = existing_of("Turn to the next step");
	signal->start = signal->last_time = world_at(world, "2026-11-12 13:00");
	signal->end = signal->start + 480;
	signal->user_changed = UB_PROPERTY_TIME;
	world_meet(world, "2026-11-19 14:00", 60);
	expect_time(world_item(world_plan(world), "prep/signal")->start, "2026-11-19 13:00");
}

/* ---- tasks ---- */

/* Anna has put off a task that is due then by its rule. */
static struct ub_existing *put_off(const char *due, const char *to)
{
	world_rules(world, ub_textf(world->arena,
			       "  - name: r\n"
			       "    for: meeting\n"
			       "    when: meeting.customer\n"
			       "    create:\n"
			       "      - task: do\n"
			       "        title: Do\n"
			       "        due: %s\n",
			       due)
			       .ptr);
	world->n_existing = 0;
	world_apply(world, world_plan(world));
	struct ub_existing *task = existing_of("Do");
	task->due = task->end = task->last_time = world_at(world, to);
	task->last_occasion = world_at(world, "2026-11-12 14:00");
	task->user_changed = UB_PROPERTY_TIME;
	return task;
}

static const struct ub_item *expect_task(const char *meeting, const char *due, bool along)
{
	world_meet(world, meeting, 60);
	const struct ub_item *task = world_item(world_plan(world), "r/do");
	expect_time(task->due, due);
	cr_expect_eq(task->along, along, "%s", due);
	return task;
}

Test(along, a_task_goes_as_far_as_the_meeting)
{
	put_off("2 business days before start", "2026-11-11 16:00");
	expect_task("2026-11-12 14:00", "2026-11-11 16:00", false);
	const struct ub_item *task = expect_task("2026-11-19 14:00", "2026-11-18 16:00", true);
	cr_expect_neq(ub_text_find(task->why, UB_TEXT("Moved along with the meeting"), 0), SIZE_MAX);
	cr_expect(world_plan(world)->steps.items[0].may_write & UB_PROPERTY_TIME);
	const struct ub_note *note = world_note(world_plan(world), "r/do");
	cr_expect(note && ub_text_is(note->text,
			      "it was moved along with the meeting from where its user had put it"));
	expect_task("2026-11-09 14:00", "2026-11-06 16:00", true);
}

Test(along, a_task_after_the_meeting_goes_too)
{
	put_off("2h after end", "2026-11-16 12:00"); /* Monday: two business days */
	expect_task("2026-11-17 14:00", "2026-11-19 12:00", true);
	expect_task("2026-11-05 14:00", "2026-11-09 12:00", true);
}

Test(along, a_task_on_the_meetings_day_keeps_its_time_to_the_meeting)
{
	put_off("2h after end", "2026-11-12 16:30");
	expect_task("2026-11-12 16:00", "2026-11-12 18:30", true);
	expect_task("2026-11-19 10:00", "2026-11-19 12:30", true);
	put_off("1h before start", "2026-11-12 13:30");
	expect_task("2026-11-13 10:00", "2026-11-13 09:30", true);
}

/* What prepares the meeting is due by its beginning, whatever the time of day. */
Test(along, a_task_is_due_by_the_meeting_that_it_prepares)
{
	put_off("2 business days before start", "2026-11-13 17:00");
	expect_task("2026-11-19 14:00", "2026-11-19 14:00", true);
}

Test(along, a_task_stays_where_the_past_is_all_that_is_left)
{
	put_off("2 business days before start", "2026-11-10 16:00");
	expect_task("2026-11-02 16:00", "2026-11-02 12:00", false);
}

Test(along, a_task_that_is_done_stays)
{
	struct ub_existing *task = put_off("2 business days before start", "2026-11-11 16:00");
	struct ub_event done = *task->event;
	done.completed = true;
	task->event = &done;
	expect_task("2026-11-19 14:00", "2026-11-11 16:00", false);
}

Test(along, a_task_does_not_go_twice)
{
	struct ub_existing *task = put_off("2 business days before start", "2026-11-11 16:00");
	task->due = task->end = world_at(world, "2026-11-18 16:00");
	expect_task("2026-11-19 14:00", "2026-11-18 16:00", true);
}
