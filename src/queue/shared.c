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

void queue_shelter(struct ub_queue *queue, const struct ub_key *keys, size_t n, int64_t due)
{
	if (n && ub_store_put(queue->shelter, keys, n, queue_now(), due) != UB_STORE_OK)
		ub_log_paced(queue->input.log, &queue->store_pace, UB_LOG_ERROR,
		    "too much waits in memory: meetings are missed");
}

/* Traffic first. */
void queue_put(struct ub_queue *queue, const struct ub_key *keys, size_t n, bool again, int64_t due)
{
	int64_t now = queue_now();
	enum ub_store_result result = n == 0  ? UB_STORE_OK
				      : again ? ub_store_hurry(queue->input.store, keys, n, now, due)
					      : ub_store_put(queue->input.store, keys, n, now, due);
	if (result == UB_STORE_OK)
		return;
	ub_log_paced(queue->input.log, &queue->store_pace, UB_LOG_ERROR, "the store: %s; kept in memory only",
	    ub_store_problem(queue->input.store));
	queue_shelter(queue, keys, n, due);
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
