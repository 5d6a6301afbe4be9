/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "case.h"

/* Anna declines the prep call of a meeting with ben, on Thursday, which Upbeat has put at Monday 09:00. */
TestSuite(declined, .init = world_set_up_prepared, .fini = world_tear_down);

/* At the time at which it stands. */
static struct ub_existing *decline(const char *title)
{
	struct ub_existing *item = existing_of(title);
	item->declines.own = (struct ub_own_decline){ .at = world->now, .time = { item->start, item->end } };
	return item;
}

static const struct ub_step *step_of(const struct ub_plan *plan, const struct ub_existing *existing)
{
	for (size_t i = 0; i < plan->steps.n; i++)
		if (plan->steps.items[i].existing == existing)
			return &plan->steps.items[i];
	return NULL;
}

static bool notes(const struct ub_plan *plan, const char *id, const char *words)
{
	for (size_t i = 0; i < plan->notes.n; i++)
		if (ub_text_is(plan->notes.items[i].item, id) &&
		    ub_text_find(plan->notes.items[i].text, ub_text(words), 0) != SIZE_MAX)
			return true;
	return false;
}

Test(declined, a_call_gets_another_time)
{
	struct ub_existing *call = decline("Prepare");
	expect_time(call->start, "2026-11-09 09:00");
	struct ub_plan *plan = world_plan(world);
	const struct ub_item *item = world_item(plan, "prep/call");
	expect_time(item->start, "2026-11-09 09:15");
	cr_expect(item->anew && item->declines.own.answered && !item->declines.own.again);
	cr_expect(step_of(plan, call)->may_write & UB_PROPERTY_TIME);
	cr_expect(notes(plan, "prep/call", "its owner has declined it at Mon 2026-11-09 09:00"));
}

Test(declined, a_call_gets_it_once_and_keeps_it)
{
	struct ub_existing *call = decline("Prepare");
	call->declines.own.answered = true;
	call->start += 900;
	call->end += 900;
	const struct ub_item *item = world_item(world_plan(world), "prep/call");
	expect_time(item->start, "2026-11-09 09:15");
	cr_expect_not(item->anew);
	/* The time that was declined counts as taken when the call is made anew, too. */
	call->state = UB_EXISTING_REMOVED;
	item = world_item(world_plan(world), "prep/call");
	expect_time(item->start, "2026-11-09 09:15");
	cr_expect(item->declines.own.answered);
}

Test(declined, a_call_that_was_moved_or_called_off_by_hand_gets_another_time_too)
{
	struct ub_existing *call = existing_of("Prepare");
	call->start = world_at(world, "2026-11-10 16:00");
	call->end = call->start + 1800;
	call->user_changed = UB_PROPERTY_TIME | UB_PROPERTY_STATE | UB_PROPERTY_TITLE;
	decline("Prepare");
	struct ub_plan *plan = world_plan(world);
	expect_time(world_item(plan, "prep/call")->start, "2026-11-09 09:00");
	unsigned may = step_of(plan, call)->may_write;
	cr_expect((may & UB_PROPERTY_TIME) && (may & UB_PROPERTY_STATE) && !(may & UB_PROPERTY_TITLE));
}

Test(declined, a_call_whose_days_have_no_other_time_goes_outside_of_them)
{
	struct ub_interval taken = { world_at(world, "2026-11-09 09:15"),
		world_at(world, "2026-11-12 14:00") };
	struct ub_busy ben = { .address = UB_TEXT("ben@ours.example"), .times = { &taken, 1, 1 } };
	world->busy = &ben;
	world->n_busy = 1;
	decline("Prepare");
	expect_time(world_item(world_plan(world), "prep/call")->start, "2026-11-06 17:15");
}

Test(declined, a_call_is_not_put_where_it_was_declined_even_if_it_may_overlap)
{
	struct ub_slot_request request = { .window = { 0, 3600 },
		.useful_until = 7200,
		.now = 0,
		.duration = 900,
		.full = UB_FULL_OVERLAP };
	struct ub_interval declined = { 0, 900 }, busy = { 0, 3600 };
	request.declined = (struct ub_intervals){ &declined, 1, 1 };
	request.busy = (struct ub_intervals){ &busy, 1, 1 };
	cr_expect(plan_collides(&request, 0));
	cr_expect_not(plan_collides(&request, 900));
	request.full = UB_FULL_LATER;
	cr_expect(plan_collides(&request, 900));
}

Test(declined, a_call_goes_for_good_the_second_time)
{
	struct ub_existing *call = decline("Prepare");
	call->declines.own.answered = call->declines.own.again = true;
	call->user_changed = UB_PROPERTY_STATE;
	struct ub_plan *plan = world_plan(world);
	const struct ub_step *step = step_of(plan, call);
	cr_assert(step && step->action == UB_ACTION_REMOVE && step->by_owner);
	cr_expect(notes(plan, "prep/call", "its owner has declined it twice, and it stays away"));
	for (int state = UB_EXISTING_DELETED; state <= UB_EXISTING_REMOVED; state++) {
		call->state = (enum ub_existing_state)state;
		plan = world_plan(world);
		cr_expect_null(step_of(plan, call));
		cr_expect(notes(plan, "prep/call", "its owner has declined it twice, and it stays away"));
	}
}

/* There is no other time for it. */
Test(declined, an_event_without_a_window_goes_for_good_at_once)
{
	struct ub_existing *signal = decline("Turn to the next step");
	struct ub_plan *plan = world_plan(world);
	const struct ub_step *step = step_of(plan, signal);
	cr_assert(step && step->action == UB_ACTION_REMOVE && step->by_owner);
	cr_expect(notes(plan, "prep/signal", "its owner has declined it, and it stays away"));
}

Test(declined, an_event_that_is_over_stays_as_it_is)
{
	struct ub_existing *call = decline("Prepare");
	call->declines.own.answered = call->declines.own.again = true;
	world->now = world_at(world, "2026-11-10 12:00");
	cr_expect_null(step_of(world_plan(world), call));
}
