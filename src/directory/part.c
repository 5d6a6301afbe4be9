/* SPDX-License-Identifier: Apache-2.0 */
#include "directory-private.h"

/* The accounts that a source gave, which live as long as somebody holds them. */

struct part *part_new(void)
{
	struct ub_arena *arena = ub_arena_new();
	struct part *part = UB_NEW(arena, struct part);
	part->arena = arena;
	part->holders = 1;
	return part;
}

struct part *part_hold(struct part *part)
{
	part->holders++;
	return part;
}

void part_release(struct part **part)
{
	struct part *mine = *part;
	*part = NULL;
	if (!mine || --mine->holders > 0)
		return;
	struct ub_arena *arena = mine->arena; /* the part itself is in this arena */
	ub_arena_free(&arena);
}
