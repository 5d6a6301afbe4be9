/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "report.h"
#include "upbeat/settings.h"

/*
 * What a pass remembers of reviews. They stand on desks and on no server, so that their texts are neither
 * written nor read each time: what becomes of them is told the store here, by the product's functions.
 */

static struct ub_pass pass_on(struct world *world, struct ub_arena *arena)
{
	return (struct ub_pass){
		.snapshot = world->snapshot, .store = world->store, .now = world->now, .arena = arena
	};
}

/* False: the store does not know it any more, as it knows one item of an identity, and that is another one.
 */
static bool find(struct ub_pass *pass, struct ub_text href, struct ub_store_item *item)
{
	enum ub_store_result result =
	    ub_store_item_at(pass->store, ub_organization, UB_TEXT("up"), href, pass->arena, item);
	if (result != UB_STORE_OK && result != UB_STORE_NONE)
		abort();
	return result == UB_STORE_OK;
}

void note_made(struct world *world, const struct desk *desk, const struct ub_item *item, struct ub_text href)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_store_item made = { .organization = ub_organization,
		.meeting_uid = item->parent_uid,
		.identity = item->marks.item,
		.rule = item->marks.rule,
		.id = item->id,
		.owner = world->owners[desk->owner],
		.generation = item->generation,
		.upstream = UB_TEXT("up"),
		.uid = item->uid,
		.href = href,
		.state = UB_ITEM_EXISTS,
		.changed = world->now * 1000,
		.outcome = ub_remember_item(item, false, arena) };
	made.outcome.made = world->now * 1000;
	if (ub_store_put_item(world->store, &made) != UB_STORE_OK)
		abort();
	ub_arena_free(&arena);
}

void note_standing(struct world *world, const struct ub_existing *existing, struct ub_text href)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_pass pass = pass_on(world, arena);
	struct ub_store_item item;
	if (find(&pass, href, &item)) {
		struct ub_store_outcome outcome = item.outcome;
		ub_remember_standing(existing, world->now, &outcome, arena);
		pass_note_outcome(&pass, &item, &outcome);
	}
	ub_arena_free(&arena);
}

void note_deleted(struct world *world, struct ub_text href)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_pass pass = pass_on(world, arena);
	struct ub_store_item item;
	if (find(&pass, href, &item))
		pass_note_deleted(&pass, &item);
	ub_arena_free(&arena);
}

void note_removed(struct world *world, struct ub_text href)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_pass pass = pass_on(world, arena);
	struct ub_store_item item;
	if (find(&pass, href, &item)) {
		item.state = UB_ITEM_REMOVED;
		item.changed = item.outcome.gone = world->now * 1000;
		if (ub_store_put_item(world->store, &item) != UB_STORE_OK)
			abort();
	}
	ub_arena_free(&arena);
}
