/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What all threads of the queue need.
 */
#include "queue-private.h"

int64_t queue_now(void)
{
	return ub_sys_now() * 1000;
}

struct ub_snapshot *queue_snapshot(struct ub_queue *queue)
{
	return ub_configuration_snapshot(queue->input.configuration);
}

bool queue_is_stopping(struct ub_queue *queue)
{
	pthread_mutex_lock(&queue->mutex);
	bool stopping = queue->stopping;
	pthread_mutex_unlock(&queue->mutex);
	return stopping;
}

void queue_complain(struct ub_queue *queue, struct ub_store *store)
{
	ub_log_paced(
	    queue->input.log, &queue->store_pace, UB_LOG_ERROR, "the store: %s", ub_store_problem(store));
}

void queue_note_result(struct ub_queue *queue, struct ub_store *store, enum ub_store_result result)
{
	if (result != UB_STORE_OK && result != UB_STORE_NONE && result != UB_STORE_STALE)
		queue_complain(queue, store);
}

void ub_queue_wake(void *context)
{
	struct ub_queue *queue = context;
	pthread_mutex_lock(&queue->mutex);
	queue->wakeups++;
	pthread_cond_broadcast(&queue->changed);
	pthread_mutex_unlock(&queue->mutex);
}

void queue_complain_of_relay(struct ub_queue *queue)
{
	ub_log_paced(queue->input.log, &queue->relay_pace, UB_LOG_WARNING,
	    "the relay does not read: a write goes on after its time");
}

void queue_let_go(
    struct ub_queue *queue, int fd, struct ub_wire_id id, struct ub_text body, unsigned char *scratch)
{
	struct ub_wire_frame committed = {
		.kind = UB_WIRE_COMMITTED, .id = id, .committed = { .body = body }
	};
	if (ub_wire_send(fd, &committed, scratch) == UB_WIRE_FULL)
		queue_complain_of_relay(queue);
}
