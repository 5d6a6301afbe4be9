/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Colleagues' copies of items, in the memory store.
 */
#include "memory-private.h"

#include <stdlib.h>

static const size_t copy_texts[] = {
	offsetof(struct ub_store_copy, organization),
	offsetof(struct ub_store_copy, upstream),
	offsetof(struct ub_store_copy, item),
	offsetof(struct ub_store_copy, person),
	offsetof(struct ub_store_copy, uid),
	offsetof(struct ub_store_copy, meeting_uid),
	offsetof(struct ub_store_copy, owner),
	offsetof(struct ub_store_copy, href),
	offsetof(struct ub_store_copy, etag),
	offsetof(struct ub_store_copy, source),
	offsetof(struct ub_store_copy, problem),
};
static const struct shape copy_shape = { sizeof(struct ub_store_copy), copy_texts, UB_COUNT(copy_texts) };

int memory_compare_copies(const void *left, const void *right)
{
	const struct ub_store_copy *a = left, *b = right;
	const struct ub_text *const of_a[] = { &a->organization, &a->upstream, &a->item, &a->person };
	const struct ub_text *const of_b[] = { &b->organization, &b->upstream, &b->item, &b->person };
	return record_compare_texts(of_a, of_b, UB_COUNT(of_a));
}

enum ub_store_result memory_put_copy(struct ub_store *store, const struct ub_store_copy *copy)
{
	struct memory *memory = memory_lock(store);
	struct ub_store_copy *former = record_set_get(&memory->copies, copy);
	bool room = former || memory->copies.n < UB_STORE_MEMORY_MAX;
	struct ub_store_copy *fresh = room ? record_new(&copy_shape, copy, 0) : NULL;
	if (former)
		record_set_remove(&memory->copies, former);
	free(former);
	if (fresh)
		record_set_add(&memory->copies, fresh);
	memory_unlock(memory);
	return room ? UB_STORE_OK : UB_STORE_FULL;
}

enum ub_store_result memory_copy(struct ub_store *store, const struct ub_store_copy *like,
    struct ub_arena *arena, struct ub_store_copy *copy)
{
	struct memory *memory = memory_lock(store);
	const struct ub_store_copy *found = record_set_get(&memory->copies, like);
	if (found)
		record_out(&copy_shape, found, arena, copy);
	memory_unlock(memory);
	return found ? UB_STORE_OK : UB_STORE_NONE;
}

enum ub_store_result memory_copy_at(struct ub_store *store, struct ub_text organization,
    struct ub_text upstream, struct ub_text href, struct ub_arena *arena, struct ub_store_copy *copy)
{
	struct memory *memory = memory_lock(store);
	const struct ub_store_copy *last = NULL;
	for (size_t i = 0; i < memory->copies.n; i++) {
		const struct ub_store_copy *found = memory->copies.items[i];
		if (ub_text_eq(found->href, href) && ub_text_eq(found->upstream, upstream) &&
		    ub_text_eq(found->organization, organization) &&
		    (!last || found->changed > last->changed))
			last = found;
	}
	if (last)
		record_out(&copy_shape, last, arena, copy);
	memory_unlock(memory);
	return last ? UB_STORE_OK : UB_STORE_NONE;
}

enum ub_store_result memory_copies(struct ub_store *store, struct ub_text organization,
    struct ub_text meeting_uid, struct ub_arena *arena, struct ub_store_copies *copies)
{
	struct memory *memory = memory_lock(store);
	for (size_t i = 0; i < memory->copies.n; i++) {
		const struct ub_store_copy *copy = memory->copies.items[i];
		if (ub_text_eq(copy->organization, organization) &&
		    (meeting_uid.len == 0 || ub_text_eq(copy->meeting_uid, meeting_uid)))
			record_out(&copy_shape, copy, arena, ub_push(arena, copies));
	}
	memory_unlock(memory);
	return UB_STORE_OK;
}

void memory_prune_copies(struct memory *memory, int64_t before)
{
	for (size_t i = memory->copies.n; i > 0; i--) {
		struct ub_store_copy *copy = memory->copies.items[i - 1];
		if (copy->changed >= before)
			continue;
		record_set_remove(&memory->copies, copy);
		free(copy);
	}
}
