/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_TESTS_PLAN_CASE_H
#define UPBEAT_TESTS_PLAN_CASE_H

#include "world.h"

/* A world of each case's own: TestSuite(plan, .init = world_set_up, .fini = world_tear_down), which looks for
 * leaks. */
extern struct world *world;
void world_set_up(void);
/* Anna and ben meet the guest, without nora, so that only Berlin's hours count. */
void world_set_up_berlin(void);
/* The same, and the items of the rules stand. */
void world_set_up_by(const char *rules);
/* By rules of its own: a call stands on Monday at 09:00, and a signal in the meeting. */
void world_set_up_prepared(void);
void world_tear_down(void);

/* The item of that title. Without one, the test fails. */
struct ub_existing *existing_of(const char *title);

/* Fails with both times in words. The text is a civil time in Berlin. */
void expect_time(ub_instant time, const char *text);

#endif
