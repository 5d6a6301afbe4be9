/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Principals who were heard of, in memory: a look at the store for each write would wait for whoever writes
 * to the store.
 */
#include "queue-private.h"

void queue_know(struct ub_queue *queue, struct ub_text principal)
{
	if (ub_map_get(queue->known, principal))
		return;
	/* Forgetting all is simpler than ageing them one by one, and costs one look at the store for each. */
	if (ub_map_size(queue->known) >= UB_KNOWN_MAX) {
		ub_arena_reset(queue->known_arena);
		queue->known = ub_map_new(queue->known_arena);
	}
	ub_map_put(queue->known, ub_text_copy(queue->known_arena, principal), queue);
}

bool queue_knows(struct ub_queue *queue, struct ub_text principal)
{
	if (ub_map_get(queue->known, principal))
		return true;
	enum ub_store_result result = ub_store_knows(queue->input.store, queue->input.upstream, principal);
	if (result == UB_STORE_OK)
		queue_know(queue, principal);
	return result != UB_STORE_NONE;
}
