/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_TESTS_PLAN_CASE_H
#define UPBEAT_TESTS_PLAN_CASE_H

#include "world.h"

/* A world of each case's own: TestSuite(plan, .init = world_set_up, .fini = world_tear_down), which looks for
 * leaks. */
extern struct world *world;
void world_set_up(void);
void world_tear_down(void);

/* Fails with both times in words. The text is a civil time in Berlin. */
void expect_time(ub_instant time, const char *text);

#endif
