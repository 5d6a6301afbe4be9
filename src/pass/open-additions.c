/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What was made of writes that the server has not answered yet, and the last additions that it has carried
 * out: two rings, under one lock.
 */
#include "upbeat/pass.h"

#include <pthread.h>
#include <stdlib.h>

struct open_write {
	struct ub_wire_id id;
	struct ub_arena *arena; /* NULL: this place is free */
	struct ub_additions write;
};

struct ub_open_additions {
	pthread_mutex_t mutex;
	struct open_write open[UB_AMENDED_OPEN];
	size_t next_open;
	uint64_t lately[UB_AMENDED_LATELY];
	size_t next_lately;
};

struct ub_open_additions *ub_open_additions_new(void)
{
	struct ub_open_additions *known = calloc(1, sizeof(*known));
	if (!known || pthread_mutex_init(&known->mutex, NULL) != 0)
		abort();
	return known;
}

static void forget(struct open_write *open)
{
	ub_arena_free(&open->arena);
	*open = (struct open_write){ .arena = NULL };
}

void ub_open_additions_free(struct ub_open_additions **known)
{
	for (size_t i = 0; i < UB_AMENDED_OPEN; i++)
		forget(&(*known)->open[i]);
	pthread_mutex_destroy(&(*known)->mutex);
	free(*known);
	*known = NULL;
}

static struct open_write *find(struct ub_open_additions *known, struct ub_wire_id id)
{
	for (size_t i = 0; i < UB_AMENDED_OPEN; i++) {
		struct open_write *open = &known->open[i];
		if (open->arena && open->id.slot == id.slot && open->id.generation == id.generation)
			return open;
	}
	return NULL;
}

static struct ub_store_item copy(const struct ub_store_item *item, struct ub_arena *arena)
{
	struct ub_store_item copy = *item;
	struct ub_text *const texts[] = { &copy.organization, &copy.meeting_uid, &copy.identity, &copy.rule,
		&copy.id, &copy.owner, &copy.upstream, &copy.uid, &copy.href, &copy.etag, &copy.base };
	for (size_t i = 0; i < UB_COUNT(texts); i++)
		*texts[i] = ub_text_copy(arena, *texts[i]);
	return copy;
}

void ub_open_additions_note(
    struct ub_open_additions *known, struct ub_wire_id id, const struct ub_additions *write)
{
	pthread_mutex_lock(&known->mutex);
	struct open_write *same = find(known, id);
	if (same)
		forget(same);
	struct open_write *open = &known->open[known->next_open];
	known->next_open = (known->next_open + 1) % UB_AMENDED_OPEN;
	forget(open);
	*open = (struct open_write){ .id = id, .arena = ub_arena_new() };
	for (size_t i = 0; i < write->additions.n; i++)
		*ub_push(open->arena, &open->write.additions) = write->additions.items[i];
	for (size_t i = 0; i < write->taken.n; i++)
		*ub_push(open->arena, &open->write.taken) = copy(&write->taken.items[i], open->arena);
	pthread_mutex_unlock(&known->mutex);
}

static void remember_additions(struct ub_open_additions *known, const struct ub_additions *write)
{
	for (size_t i = 0; i < write->additions.n; i++) {
		known->lately[known->next_lately] = write->additions.items[i];
		known->next_lately = (known->next_lately + 1) % UB_AMENDED_LATELY;
	}
}

bool ub_open_additions_answered(struct ub_open_additions *known, struct ub_wire_id id,
    const struct ub_wire_answered *answered, struct ub_store *store)
{
	bool done = answered->status >= 200 && answered->status < 300, good = true;
	pthread_mutex_lock(&known->mutex);
	struct open_write *open = find(known, id);
	if (open && done && answered->amended)
		remember_additions(known, &open->write);
	for (size_t i = 0; open && done && i < open->write.taken.n; i++)
		good &= ub_store_put_item(store, &open->write.taken.items[i]) == UB_STORE_OK;
	if (open)
		forget(open);
	pthread_mutex_unlock(&known->mutex);
	return good;
}

bool ub_open_additions_lately(struct ub_open_additions *known, uint64_t addition)
{
	bool found = false;
	pthread_mutex_lock(&known->mutex);
	for (size_t i = 0; i < UB_AMENDED_LATELY && !found; i++)
		found = known->lately[i] == addition;
	pthread_mutex_unlock(&known->mutex);
	return found;
}
