/* SPDX-License-Identifier: Apache-2.0 */
#include "events-private.h"

struct batch *batch_empty(void)
{
	struct ub_arena *arena = ub_arena_new();
	struct batch *batch = UB_NEW(arena, struct batch);
	batch->arena = arena;
	batch->diags = UB_DIAGS(arena);
	return batch;
}

void batch_free(void *batch)
{
	struct batch *mine = batch;
	struct ub_arena *arena = mine->arena; /* the batch itself is in it */
	ub_arena_free(&arena);
}

struct batch *batch_next(struct ub_store *store, struct ub_text sink)
{
	struct batch *batch = batch_empty();
	struct ub_store_events events;
	if (ub_store_events(store, sink, UB_EVENTS_BATCH, batch->arena, &events) != UB_STORE_OK ||
	    events.n == 0) {
		batch_free(batch);
		return NULL;
	}
	batch->events = UB_NEW_ARRAY(batch->arena, struct ub_plugin_event, events.n);
	batch->n = events.n;
	batch->after = events.items[0].number - 1;
	for (size_t i = 0; i < events.n; i++)
		batch->events[i] = (struct ub_plugin_event){ ub_text_cstr(batch->arena, events.items[i].id),
			ub_text_cstr(batch->arena, events.items[i].text), events.items[i].text.len };
	return batch;
}

size_t batch_done(const struct batch *batch, size_t *refused)
{
	size_t delivered = batch->answer.delivered < batch->n ? batch->answer.delivered : batch->n;
	*refused = delivered < batch->n && batch->answer.result == UB_PLUGIN_REFUSED ? 1 : 0;
	return delivered + *refused;
}
