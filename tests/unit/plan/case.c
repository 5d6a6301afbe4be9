/* SPDX-License-Identifier: Apache-2.0 */
#include "case.h"

#include <criterion/criterion.h>

#include "leaks.h"

struct world *world;

void world_set_up(void)
{
	world = world_new();
}

void world_set_up_berlin(void)
{
	world_set_up();
	world->parties[2] = world->parties[3]; /* the guest in nora's place */
	world->event.n_attendees = 3;
}

void world_set_up_by(const char *rules)
{
	world_set_up_berlin();
	world_rules(world, rules);
	world_apply(world, world_plan(world));
}

void world_set_up_prepared(void)
{
	world_set_up_by("  - name: prep\n"
			"    for: meeting\n"
			"    when: meeting.customer\n"
			"    create:\n"
			"      - event: call\n"
			"        title: Prepare\n"
			"        between: [3 business days before start, 2 business days before start]\n"
			"        duration: 15m\n"
			"        attendees: meeting.internal\n"
			"      - event: signal\n"
			"        title: Turn to the next step\n"
			"        at: 8m before end\n"
			"        duration: 8m\n");
}

void world_tear_down(void)
{
	world_free(&world);
	ub_leak_check();
}

struct ub_existing *existing_of(const char *title)
{
	for (size_t i = 0; i < world->n_existing; i++)
		if (ub_text_is(world->existing[i].event->summary, title))
			return &world->existing[i];
	cr_assert(false, "no such item");
	return NULL;
}

void expect_time(ub_instant time, const char *text)
{
	struct ub_buf shown = UB_BUF(world->arena);
	ub_cal_print_rfc3339(&shown, world->berlin, time);
	cr_assert_eq(time, world_at(world, text), "%s, not %s", ub_buf_cstr(&shown), text);
}
