/* SPDX-License-Identifier: Apache-2.0 */
#include "upbeat/base.h"

#include <stdlib.h>
#include <string.h>

void *ub_vec_grow(struct ub_arena *arena, void *items, size_t *cap, size_t n, size_t item_size)
{
	if (n < *cap) {
		memset((char *)items + n * item_size, 0, item_size);
		return items;
	}
	if (*cap > SIZE_MAX / 2)
		abort();
	size_t grown_cap = *cap ? *cap * 2 : 4;
	void *grown = ub_arena_array(arena, grown_cap, item_size);
	if (n)
		memcpy(grown, items, n * item_size);
	*cap = grown_cap;
	return grown;
}

bool ub_texts_have(struct ub_texts texts, struct ub_text text)
{
	for (size_t i = 0; i < texts.n; i++)
		if (ub_text_eq(texts.items[i], text))
			return true;
	return false;
}

struct ub_texts ub_texts_copy(struct ub_arena *arena, struct ub_texts texts)
{
	struct ub_texts copy = { 0 };
	for (size_t i = 0; i < texts.n; i++)
		*ub_push(arena, &copy) = ub_text_copy(arena, texts.items[i]);
	return copy;
}

struct entry {
	struct ub_text key;
	void *value;
};

/* Open addressing: the slots hold indices of entries. The entries keep the order of insertion. */
struct ub_map {
	struct ub_arena *arena;
	UB_VEC(struct entry) entries;
	uint32_t *slots; /* index + 1; 0: free */
	size_t n_slots;  /* a power of two */
};

struct ub_map *ub_map_new(struct ub_arena *arena)
{
	struct ub_map *map = UB_NEW(arena, struct ub_map);
	map->arena = arena;
	map->n_slots = 16;
	map->slots = UB_NEW_ARRAY(arena, uint32_t, map->n_slots);
	return map;
}

static uint32_t *find_slot(const struct ub_map *map, struct ub_text key)
{
	size_t mask = map->n_slots - 1;
	size_t at = ub_text_hash(key) & mask;
	while (map->slots[at] && !ub_text_eq(map->entries.items[map->slots[at] - 1].key, key))
		at = (at + 1) & mask;
	return &map->slots[at];
}

static void rehash(struct ub_map *map)
{
	map->n_slots *= 2;
	map->slots = UB_NEW_ARRAY(map->arena, uint32_t, map->n_slots);
	for (size_t i = 0; i < map->entries.n; i++)
		*find_slot(map, map->entries.items[i].key) = (uint32_t)(i + 1);
}

void *ub_map_put(struct ub_map *map, struct ub_text key, void *value)
{
	uint32_t *slot = find_slot(map, key);
	if (*slot) {
		struct entry *entry = &map->entries.items[*slot - 1];
		void *before = entry->value;
		entry->value = value;
		return before;
	}
	*ub_push(map->arena, &map->entries) = (struct entry){ key, value };
	*slot = (uint32_t)map->entries.n;
	if (map->entries.n * 2 > map->n_slots)
		rehash(map);
	return NULL;
}

void *ub_map_get(const struct ub_map *map, struct ub_text key)
{
	uint32_t slot = *find_slot(map, key);
	return slot ? map->entries.items[slot - 1].value : NULL;
}

size_t ub_map_size(const struct ub_map *map)
{
	return map->entries.n;
}

void *ub_map_at(const struct ub_map *map, size_t i, struct ub_text *key)
{
	if (key)
		*key = map->entries.items[i].key;
	return map->entries.items[i].value;
}
