/* SPDX-License-Identifier: Apache-2.0 */
#include "arena.h"

#include "leaks.h"

struct ub_arena *arena;

void arena_set_up(void)
{
	arena = ub_arena_new();
}

void arena_tear_down(void)
{
	ub_arena_free(&arena);
	ub_leak_check();
}
