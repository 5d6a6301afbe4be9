/* SPDX-License-Identifier: Apache-2.0 */

/*
 * How far the changes of calendars were looked at, in the memory store.
 */
#include "memory-private.h"

#include <stdlib.h>

static const size_t sync_texts[] = {
	offsetof(struct ub_store_sync, upstream),
	offsetof(struct ub_store_sync, collection),
	offsetof(struct ub_store_sync, token),
	offsetof(struct ub_store_sync, tag),
	offsetof(struct ub_store_sync, known),
};
static const struct shape sync_shape = { sizeof(struct ub_store_sync), sync_texts, UB_COUNT(sync_texts) };

int memory_compare_syncs(const void *left, const void *right)
{
	const struct ub_store_sync *a = left, *b = right;
	const struct ub_text *const of_a[] = { &a->upstream, &a->collection };
	const struct ub_text *const of_b[] = { &b->upstream, &b->collection };
	return record_compare_texts(of_a, of_b, UB_COUNT(of_a));
}

enum ub_store_result memory_put_sync(struct ub_store *store, const struct ub_store_sync *sync)
{
	struct memory *memory = memory_lock(store);
	struct ub_store_sync *former = record_set_get(&memory->syncs, sync);
	bool room = former || memory->syncs.n < UB_STORE_MEMORY_MAX;
	if (former)
		record_set_remove(&memory->syncs, former);
	free(former);
	if (room)
		record_set_add(&memory->syncs, record_new(&sync_shape, sync, 0));
	memory_unlock(memory);
	return room ? UB_STORE_OK : UB_STORE_FULL;
}

enum ub_store_result memory_sync(struct ub_store *store, struct ub_text upstream, struct ub_text collection,
    struct ub_arena *arena, struct ub_store_sync *sync)
{
	const struct ub_store_sync like = { .upstream = upstream, .collection = collection };
	struct memory *memory = memory_lock(store);
	const struct ub_store_sync *found = record_set_get(&memory->syncs, &like);
	if (found)
		record_out(&sync_shape, found, arena, sync);
	memory_unlock(memory);
	return found ? UB_STORE_OK : UB_STORE_NONE;
}

void memory_prune_syncs(struct memory *memory, int64_t before)
{
	for (size_t i = memory->syncs.n; i > 0; i--) {
		struct ub_store_sync *sync = memory->syncs.items[i - 1];
		if (sync->looked >= before)
			continue;
		record_set_remove(&memory->syncs, sync);
		free(sync);
	}
}

/* ---- what is remembered in a calendar ---- */

struct wanted {
	struct ub_text organization, upstream, collection;
	struct ub_arena *arena;
	struct ub_store_places *places;
};

static void add(const struct wanted *wanted, struct ub_text organization, struct ub_text upstream,
    struct ub_text href, struct ub_text etag)
{
	if (ub_text_starts(href, wanted->collection) && ub_text_eq(upstream, wanted->upstream) &&
	    ub_text_eq(organization, wanted->organization))
		*ub_push(wanted->arena, wanted->places) =
		    (struct ub_store_place){ ub_text_copy(wanted->arena, href),
			    ub_text_copy(wanted->arena, etag) };
}

static bool may_stand(const struct ub_store_item *item)
{
	bool missing = item->state == UB_ITEM_EXISTS && item->outcome.gone;
	return item->uid.len && !missing && item->state != UB_ITEM_DELETED && item->state != UB_ITEM_REMOVED;
}

enum ub_store_result memory_places(struct ub_store *store, struct ub_text organization,
    struct ub_text upstream, struct ub_text collection, int64_t since, struct ub_arena *arena,
    struct ub_store_places *places)
{
	const struct wanted wanted = { organization, upstream, collection, arena, places };
	struct memory *memory = memory_lock(store);
	for (size_t i = 0; i < memory->seen.n; i++) {
		const struct ub_store_seen *seen = memory->seen.items[i];
		if (seen->end >= since || seen->look_again)
			add(&wanted, seen->organization, seen->upstream, seen->href, seen->etag);
	}
	for (size_t i = 0; i < memory->items.n; i++) {
		const struct ub_store_item *item = memory->items.items[i];
		if (may_stand(item) && (item->outcome.end >= since || item->outcome.end == 0))
			add(&wanted, item->organization, item->upstream, item->href, item->etag);
	}
	for (size_t i = 0; i < memory->copies.n; i++) {
		const struct ub_store_copy *copy = memory->copies.items[i];
		if (copy->state == UB_COPY_STANDS)
			add(&wanted, copy->organization, copy->upstream, copy->href, copy->etag);
	}
	for (size_t i = 0; i < memory->appointments.n; i++) {
		const struct ub_store_appointment *taken = memory->appointments.items[i];
		if (!taken->item && taken->end >= since)
			add(&wanted, taken->organization, taken->upstream, taken->href, UB_TEXT_NONE);
	}
	memory_unlock(memory);
	return UB_STORE_OK;
}
