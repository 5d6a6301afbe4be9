/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Whether the memory store remembers anything of an object.
 */
#include "memory-private.h"

static const void *first_from(const struct set *set, const void *like)
{
	size_t at = record_set_find(set, like, NULL);
	return at < set->n ? set->items[at] : NULL;
}

static bool has_key(const struct memory *memory, const struct ub_store_object *object)
{
	const struct ub_key like = {
		.kind = UB_KEY_OBJECT, .upstream = object->upstream, .href = object->href
	};
	const struct ub_key *key = first_from(&memory->keys, &like); /* begins an entry */
	return key && key->kind == UB_KEY_OBJECT && ub_text_eq(key->upstream, object->upstream) &&
	       ub_text_eq(key->href, object->href);
}

static bool has_meeting(const struct memory *memory, const struct ub_store_object *object)
{
	const struct ub_store_seen there = {
		.organization = object->organization, .upstream = object->upstream, .href = object->href
	};
	const struct ub_store_seen like = { .organization = object->organization,
		.meeting_uid = object->uid };
	const struct ub_store_seen *seen = first_from(&memory->meetings, &like);
	return record_set_get(&memory->seen, &there) ||
	       (seen && ub_text_eq(seen->organization, object->organization) &&
		   ub_text_eq(seen->meeting_uid, object->uid));
}

static bool has_item(const struct memory *memory, const struct ub_store_object *object)
{
	const struct ub_store_item there = { .organization = object->organization,
		.upstream = object->upstream,
		.href = object->href,
		.changed = INT64_MAX };
	const struct ub_store_item like = { .organization = object->organization,
		.meeting_uid = object->uid };
	const struct ub_store_item *at = first_from(&memory->item_places, &there),
				   *of = first_from(&memory->items, &like);
	return (at && ub_text_eq(at->organization, object->organization) &&
		   ub_text_eq(at->upstream, object->upstream) && ub_text_eq(at->href, object->href)) ||
	       (of && ub_text_eq(of->organization, object->organization) &&
		   ub_text_eq(of->meeting_uid, object->uid));
}

static bool has_copy(const struct memory *memory, const struct ub_store_object *object)
{
	for (size_t i = 0; i < memory->copies.n; i++) {
		const struct ub_store_copy *copy = memory->copies.items[i];
		if (ub_text_eq(copy->href, object->href) && ub_text_eq(copy->upstream, object->upstream) &&
		    ub_text_eq(copy->organization, object->organization))
			return true;
	}
	return false;
}

enum ub_store_result memory_remembers(struct ub_store *store, const struct ub_store_object *object)
{
	struct memory *memory = memory_lock(store);
	bool remembers = has_key(memory, object) || has_meeting(memory, object) || has_item(memory, object) ||
			 has_copy(memory, object);
	memory_unlock(memory);
	return remembers ? UB_STORE_OK : UB_STORE_NONE;
}

enum ub_store_result memory_objects(struct ub_store *store)
{
	struct memory *memory = memory_lock(store);
	for (size_t i = 0; i < memory->keys.n; i++) {
		const struct entry *entry = memory->keys.items[i];
		if (entry->key.kind == UB_KEY_OBJECT)
			store->tell(store->told, entry->key.href, UB_TEXT_NONE);
	}
	for (size_t i = 0; i < memory->seen.n; i++) {
		const struct ub_store_seen *seen = memory->seen.items[i];
		store->tell(store->told, seen->href, seen->meeting_uid);
	}
	for (size_t i = 0; i < memory->items.n; i++) {
		const struct ub_store_item *item = memory->items.items[i];
		store->tell(store->told, item->href, item->meeting_uid);
	}
	for (size_t i = 0; i < memory->copies.n; i++) {
		const struct ub_store_copy *copy = memory->copies.items[i];
		store->tell(store->told, copy->href, UB_TEXT_NONE);
	}
	memory_unlock(memory);
	return UB_STORE_OK;
}
