/* SPDX-License-Identifier: Apache-2.0 */
#include "relay-private.h"

void relay_later_add(struct conn *conn)
{
	struct loop *loop = conn->loop;
	if (conn->queued)
		return;
	conn->queued = true;
	conn->next = NULL;
	*(loop->later_last ? &loop->later_last->next : &loop->later_first) = conn;
	loop->later_last = conn;
}

struct conn *relay_later_take(struct loop *loop)
{
	struct conn *first = loop->later_first;
	loop->later_first = loop->later_last = NULL;
	return first;
}
