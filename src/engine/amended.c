/* SPDX-License-Identifier: Apache-2.0 */
#include "amended.h"

#include <stdlib.h>

struct open_write {
	struct ub_wire_id id;
	struct ub_arena *arena; /* NULL: there is none */
	UB_VEC(uint64_t) additions;
	struct ub_store_items taken;
};

struct ub_amended {
	struct open_write open[UB_AMENDED_OPEN];
	size_t next_open;
	uint64_t lately[UB_AMENDED_LATELY];
	size_t next_lately;
};

struct ub_amended *ub_amended_new(void)
{
	struct ub_amended *amended = calloc(1, sizeof(*amended));
	if (!amended)
		abort();
	return amended;
}

static void forget(struct open_write *write)
{
	ub_arena_free(&write->arena);
	*write = (struct open_write){ .arena = NULL };
}

void ub_amended_free(struct ub_amended **amended)
{
	for (size_t i = 0; i < UB_AMENDED_OPEN; i++)
		forget(&(*amended)->open[i]);
	free(*amended);
	*amended = NULL;
}

static struct open_write *find(struct ub_amended *amended, struct ub_wire_id id)
{
	for (size_t i = 0; i < UB_AMENDED_OPEN; i++) {
		struct open_write *write = &amended->open[i];
		if (write->arena && write->id.slot == id.slot && write->id.generation == id.generation)
			return write;
	}
	return NULL;
}

static struct open_write *last(struct ub_amended *amended)
{
	return &amended->open[(amended->next_open + UB_AMENDED_OPEN - 1) % UB_AMENDED_OPEN];
}

void ub_amended_begin(struct ub_amended *amended, struct ub_wire_id id)
{
	struct open_write *same = find(amended, id);
	if (same)
		forget(same);
	struct open_write *write = &amended->open[amended->next_open];
	amended->next_open = (amended->next_open + 1) % UB_AMENDED_OPEN;
	forget(write);
	*write = (struct open_write){ .id = id, .arena = ub_arena_new() };
}

void ub_amended_add(struct ub_amended *amended, uint64_t addition)
{
	struct open_write *write = last(amended);
	*ub_push(write->arena, &write->additions) = addition;
}

void ub_amended_take(struct ub_amended *amended, const struct ub_store_item *taken)
{
	struct open_write *write = last(amended);
	struct ub_store_item copy = *taken;
	struct ub_text *const texts[] = { &copy.organization, &copy.meeting_uid, &copy.identity, &copy.rule,
		&copy.id, &copy.owner, &copy.upstream, &copy.uid, &copy.href, &copy.etag, &copy.base };
	for (size_t i = 0; i < UB_COUNT(texts); i++)
		*texts[i] = ub_text_copy(write->arena, *texts[i]);
	*ub_push(write->arena, &write->taken) = copy;
}

bool ub_amended_answered(struct ub_amended *amended, struct ub_wire_id id,
    const struct ub_wire_answered *answered, struct ub_store *store)
{
	struct open_write *write = find(amended, id);
	bool refused = answered->status >= 300 && answered->status < 500, good = true;
	for (size_t i = 0; write && !refused && answered->amended && i < write->additions.n; i++) {
		amended->lately[amended->next_lately] = write->additions.items[i];
		amended->next_lately = (amended->next_lately + 1) % UB_AMENDED_LATELY;
	}
	for (size_t i = 0; write && !refused && i < write->taken.n; i++)
		good &= ub_store_put_item(store, &write->taken.items[i]) == UB_STORE_OK;
	if (write)
		forget(write);
	return good;
}

bool ub_amended_lately(const struct ub_amended *amended, uint64_t addition)
{
	for (size_t i = 0; i < UB_AMENDED_LATELY; i++)
		if (amended->lately[i] == addition)
			return true;
	return false;
}
