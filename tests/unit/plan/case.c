/* SPDX-License-Identifier: Apache-2.0 */
#include "case.h"

#include <criterion/criterion.h>

#include "leaks.h"

struct world *world;

void world_set_up(void)
{
	world = world_new();
}

void world_tear_down(void)
{
	world_free(&world);
	ub_leak_check();
}

void expect_time(ub_instant time, const char *text)
{
	struct ub_buf shown = UB_BUF(world->arena);
	ub_cal_print_rfc3339(&shown, world->berlin, time);
	cr_assert_eq(time, world_at(world, text), "%s, not %s", ub_buf_cstr(&shown), text);
}
