/* SPDX-License-Identifier: Apache-2.0 */

/*
 * By which clients users come. The store is told of each client twice a day at most, and not asked here.
 */
#include "queue-private.h"

/* Whether the store is to be told, which is then taken for done. */
static bool is_due(struct ub_queue *queue, const struct ub_store_client *client)
{
	struct ub_text name =
	    ub_textf(queue->arena, "%.*s\n%.*s", UB_ARGS(client->client), UB_ARGS(client->principal));
	int64_t *noted = ub_map_get(queue->clients, name);
	if (noted && client->seen - *noted < UB_CLIENT_NOTED_MS)
		return false;
	/* Forgetting all is simpler than ageing them one by one, and costs one look at the store for each. */
	if (!noted && ub_map_size(queue->clients) >= UB_CLIENTS_NOTED) {
		ub_arena_reset(queue->clients_arena);
		queue->clients = ub_map_new(queue->clients_arena);
	}
	if (!noted) {
		noted = UB_NEW(queue->clients_arena, int64_t);
		ub_map_put(queue->clients, ub_text_copy(queue->clients_arena, name), noted);
	}
	*noted = client->seen;
	return true;
}

void queue_note_client(
    struct ub_queue *queue, struct ub_text principal, const struct ub_client_family *client)
{
	if (!client || client->tool || principal.len == 0)
		return;
	const struct ub_store_client note = { .upstream = queue->input.upstream,
		.principal = principal,
		.client = ub_text(client->id),
		.seen = queue_now() };
	if (is_due(queue, &note) && ub_store_note_client(queue->input.store, &note) != UB_STORE_OK)
		queue_complain(queue, queue->input.store);
}
