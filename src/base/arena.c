/* SPDX-License-Identifier: Apache-2.0 */
#include "upbeat/base.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

struct chunk {
	struct chunk *next;
	size_t size, used;
	alignas(max_align_t) char bytes[];
};

struct deferred {
	struct deferred *next;
	void (*release)(void *object);
	void *object;
};

struct ub_arena {
	struct chunk *current; /* newest first; the last chunk of the list was made first */
	struct chunk *large;   /* of one piece of memory each */
	struct deferred *deferred;
	size_t total;
};

static struct chunk *chunk_new(size_t size)
{
	struct chunk *chunk = malloc(sizeof(*chunk) + size);
	if (!chunk)
		abort();
	chunk->next = NULL;
	chunk->size = size;
	chunk->used = 0;
	return chunk;
}

static struct chunk *add_chunk(struct chunk **list, size_t size)
{
	struct chunk *chunk = chunk_new(size);
	chunk->next = *list;
	*list = chunk;
	return chunk;
}

struct ub_arena *ub_arena_new(void)
{
	struct ub_arena *arena = malloc(sizeof(*arena));
	if (!arena)
		abort();
	arena->current = chunk_new(UB_ARENA_CHUNK);
	arena->large = NULL;
	arena->deferred = NULL;
	arena->total = 0;
	return arena;
}

void ub_arena_defer(struct ub_arena *arena, void (*release)(void *object), void *object)
{
	struct deferred *deferred = UB_NEW(arena, struct deferred);
	*deferred = (struct deferred){ .next = arena->deferred, .release = release, .object = object };
	arena->deferred = deferred;
}

static void release_deferred(struct ub_arena *arena)
{
	for (struct deferred *d = arena->deferred; d; d = d->next)
		d->release(d->object);
	arena->deferred = NULL;
}

/* Frees the first chunks of a list. `rest`: where it begins afterwards. */
static void free_chunks(struct chunk **list, const struct chunk *rest)
{
	while (*list != rest) {
		struct chunk *next = (*list)->next;
		free(*list);
		*list = next;
	}
}

void ub_arena_free(struct ub_arena **arena)
{
	if (!*arena)
		return;
	release_deferred(*arena);
	free_chunks(&(*arena)->large, NULL);
	free_chunks(&(*arena)->current, NULL);
	free(*arena);
	*arena = NULL;
}

void ub_arena_reset(struct ub_arena *arena)
{
	release_deferred(arena);
	free_chunks(&arena->large, NULL);
	while (arena->current->next)
		free_chunks(&arena->current, arena->current->next);
	arena->current->used = 0;
	arena->total = 0;
}

void *ub_arena_alloc(struct ub_arena *arena, size_t size)
{
	size_t const align = alignof(max_align_t);
	if (size == 0)
		size = 1;
	if (size > SIZE_MAX / 2)
		abort();
	size = (size + align - 1) & ~(align - 1);
	struct chunk *chunk = arena->current;
	if (size > UB_ARENA_CHUNK)
		chunk = add_chunk(&arena->large, size);
	else if (chunk->size - chunk->used < size)
		chunk = add_chunk(&arena->current, UB_ARENA_MORE);
	void *memory = chunk->bytes + chunk->used;
	chunk->used += size;
	arena->total += size;
	return memset(memory, 0, size);
}

void *ub_arena_array(struct ub_arena *arena, size_t n, size_t size)
{
	if (size && n > SIZE_MAX / size)
		abort();
	return ub_arena_alloc(arena, n * size);
}

size_t ub_arena_used(const struct ub_arena *arena)
{
	return arena->total;
}
