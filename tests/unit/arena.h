/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_TESTS_ARENA_H
#define UPBEAT_TESTS_ARENA_H

#include "upbeat/base.h"

/* An arena of each case's own: TestSuite(text, .init = arena_set_up, .fini = arena_tear_down), which looks
 * for leaks. */
extern struct ub_arena *arena;
void arena_set_up(void);
void arena_tear_down(void);

#endif
