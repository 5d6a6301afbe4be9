/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What the relay sees of the objects of which something is remembered: their hrefs and UIDs. A write to any
 * other place may be one that no rule can want, and goes ahead of us then.
 */
#include "queue-private.h"

static void add(void *context, struct ub_text href, struct ub_text uid)
{
	struct ub_queue *queue = context;
	if (href.len)
		ub_wire_objects_add(queue->memory, href);
	if (uid.len)
		ub_wire_objects_add(queue->memory, uid);
	atomic_fetch_add_explicit(&queue->objects_added, 1, memory_order_relaxed);
}

void queue_show_objects(struct ub_queue *queue)
{
	if (!queue->memory)
		return;
	ub_wire_objects_clear(queue->memory);
	queue->objects_added = 0;
	if (ub_store_tell_objects(queue->input.store, add, queue) != UB_STORE_OK ||
	    ub_store_tell_objects(queue->shelter, add, queue) != UB_STORE_OK) {
		queue_complain(queue, queue->input.store);
		queue->objects_most = 0; /* tried again with the next one that is added */
		return;
	}
	ub_wire_objects_complete(queue->memory);
	size_t twice = 2 * queue->objects_added;
	queue->objects_most = twice > UB_KNOWN_OBJECTS ? twice : UB_KNOWN_OBJECTS;
}

/* What was forgotten is still found, and in the end everything would be. So all is taken out from time to
 * time, and what is remembered is added again. */
void queue_tend_objects(struct ub_queue *queue)
{
	if (queue->objects_added > queue->objects_most)
		queue_show_objects(queue);
}

bool queue_knows_object(const struct ub_queue *queue, struct ub_text href, struct ub_text uid)
{
	return !queue->memory || ub_wire_objects_have(queue->memory, href) ||
	       ub_wire_objects_have(queue->memory, uid);
}
