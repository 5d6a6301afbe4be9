/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The principals whom the server knows, in the memory store.
 */
#include "memory-private.h"

#include <stdlib.h>

struct known {
	struct ub_text upstream, principal, href, address; /* an empty `href` or `address`: not known */
	int64_t heard, claimed;
};

static const size_t known_texts[] = {
	offsetof(struct known, upstream),
	offsetof(struct known, principal),
	offsetof(struct known, href),
	offsetof(struct known, address),
};
static const struct shape known_shape = { sizeof(struct known), known_texts, UB_COUNT(known_texts) };

int memory_compare_principals(const void *left, const void *right)
{
	const struct known *a = left, *b = right;
	const struct ub_text *const of_a[] = { &a->upstream, &a->principal };
	const struct ub_text *const of_b[] = { &b->upstream, &b->principal };
	return record_compare_texts(of_a, of_b, UB_COUNT(of_a));
}

static struct known *find(const struct memory *memory, struct ub_text upstream, struct ub_text principal)
{
	const struct known like = { .upstream = upstream, .principal = principal };
	return record_set_get(&memory->principals, &like);
}

enum ub_store_result memory_heard(
    struct ub_store *store, struct ub_text upstream, struct ub_text principal, int64_t now, size_t *woken)
{
	struct memory *memory = memory_lock(store);
	struct known *known = find(memory, upstream, principal);
	bool room = known || memory->principals.n < UB_STORE_MEMORY_MAX;
	if (known) {
		known->heard = now;
	} else if (room) {
		const struct known new = { .upstream = upstream, .principal = principal, .heard = now };
		record_set_add(&memory->principals, record_new(&known_shape, &new, 0));
	}
	memory_queue_vouch(memory, upstream, principal);
	*woken = memory_queue_wake(memory, upstream, principal, now);
	memory_unlock(memory);
	return room ? UB_STORE_OK : UB_STORE_FULL;
}

enum ub_store_result memory_knows(struct ub_store *store, struct ub_text upstream, struct ub_text principal)
{
	struct memory *memory = memory_lock(store);
	bool known = find(memory, upstream, principal) != NULL;
	memory_unlock(memory);
	return known ? UB_STORE_OK : UB_STORE_NONE;
}

enum ub_store_result memory_principals(
    struct ub_store *store, struct ub_text upstream, struct ub_arena *arena, struct ub_texts *principals)
{
	struct memory *memory = memory_lock(store);
	for (size_t i = 0; i < memory->principals.n; i++) {
		const struct known *known = memory->principals.items[i];
		if (ub_text_eq(known->upstream, upstream))
			*ub_push(arena, principals) = ub_text_copy(arena, known->principal);
	}
	memory_unlock(memory);
	return UB_STORE_OK;
}

static void replace(struct memory *memory, struct known *known, const struct known *by)
{
	record_set_remove(&memory->principals, known);
	record_set_add(&memory->principals, record_new(&known_shape, by, 0));
	free(known);
}

enum ub_store_result memory_put_login(
    struct ub_store *store, struct ub_text upstream, struct ub_text principal, struct ub_text href)
{
	struct memory *memory = memory_lock(store);
	struct known *known = find(memory, upstream, principal);
	if (known) {
		struct known changed = *known;
		changed.href = href;
		replace(memory, known, &changed);
	}
	memory_unlock(memory);
	return known ? UB_STORE_OK : UB_STORE_NONE;
}

enum ub_store_result memory_put_owner(
    struct ub_store *store, struct ub_text upstream, const struct ub_store_owner *owner)
{
	struct memory *memory = memory_lock(store);
	struct known *known = find(memory, upstream, owner->principal);
	if (known) {
		struct known changed = *known;
		changed.href = owner->href;
		if (!ub_text_eq(known->address, owner->address))
			changed.claimed = owner->claimed;
		changed.address = owner->address;
		replace(memory, known, &changed);
	}
	memory_unlock(memory);
	return known ? UB_STORE_OK : UB_STORE_NONE;
}

enum ub_store_result memory_owners(struct ub_store *store, struct ub_text upstream, struct ub_text address,
    struct ub_arena *arena, struct ub_store_owners *owners)
{
	struct memory *memory = memory_lock(store);
	for (size_t i = 0; i < memory->principals.n; i++) {
		const struct known *known = memory->principals.items[i];
		if (!ub_text_eq(known->upstream, upstream) || known->address.len == 0 ||
		    (address.len && !ub_text_eq(known->address, address)))
			continue;
		*ub_push(arena, owners) =
		    (struct ub_store_owner){ .address = ub_text_copy(arena, known->address),
			    .href = ub_text_copy(arena, known->href),
			    .principal = ub_text_copy(arena, known->principal),
			    .claimed = known->claimed,
			    .heard = known->heard };
	}
	memory_unlock(memory);
	return UB_STORE_OK;
}

enum ub_store_result memory_login(struct ub_store *store, struct ub_text upstream, struct ub_text href,
    struct ub_arena *arena, struct ub_text *principal)
{
	struct memory *memory = memory_lock(store);
	const struct known *best = NULL;
	for (size_t i = 0; i < memory->principals.n; i++) {
		const struct known *known = memory->principals.items[i];
		if (ub_text_eq(known->upstream, upstream) && ub_text_eq(known->href, href) &&
		    !ub_text_starts(known->principal, UB_TEXT(UB_STORE_BY_ADDRESS)) &&
		    (!best || known->heard > best->heard))
			best = known;
	}
	if (best)
		*principal = ub_text_copy(arena, best->principal);
	memory_unlock(memory);
	return best ? UB_STORE_OK : UB_STORE_NONE;
}

enum ub_store_result memory_href_of(struct ub_store *store, struct ub_text upstream, struct ub_text principal,
    struct ub_arena *arena, struct ub_text *href)
{
	struct memory *memory = memory_lock(store);
	const struct known *known = find(memory, upstream, principal);
	bool there = known && known->href.len;
	if (there)
		*href = ub_text_copy(arena, known->href);
	memory_unlock(memory);
	return there ? UB_STORE_OK : UB_STORE_NONE;
}

void memory_prune_principals(struct memory *memory, int64_t before)
{
	for (size_t i = memory->principals.n; i > 0; i--) {
		struct known *known = memory->principals.items[i - 1];
		if (known->heard >= before)
			continue;
		record_set_remove(&memory->principals, known);
		free(known);
	}
}
