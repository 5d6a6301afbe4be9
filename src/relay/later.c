/* SPDX-License-Identifier: Apache-2.0 */
#include "relay-private.h"

void relay_later_add(struct queue *queue, struct conn *conn)
{
	if (conn->queued)
		return;
	conn->queued = true;
	conn->next = NULL;
	*(queue->last ? &queue->last->next : &queue->first) = conn;
	queue->last = conn;
}

struct conn *relay_later_take(struct queue *queue)
{
	struct conn *conn = queue->first;
	if (!conn)
		return NULL;
	queue->first = conn->next;
	if (!queue->first)
		queue->last = NULL;
	conn->queued = false;
	return conn;
}
