/* SPDX-License-Identifier: Apache-2.0 */

/*
 * By which clients users come, in the memory store.
 */
#include "memory-private.h"

#include <stdlib.h>

static const size_t client_texts[] = {
	offsetof(struct ub_store_client, upstream),
	offsetof(struct ub_store_client, principal),
	offsetof(struct ub_store_client, client),
};
static const struct shape client_shape = { sizeof(struct ub_store_client), client_texts,
	UB_COUNT(client_texts) };

int memory_compare_clients(const void *left, const void *right)
{
	const struct ub_store_client *a = left, *b = right;
	const struct ub_text *const of_a[] = { &a->upstream, &a->principal, &a->client };
	const struct ub_text *const of_b[] = { &b->upstream, &b->principal, &b->client };
	return record_compare_texts(of_a, of_b, UB_COUNT(of_a));
}

enum ub_store_result memory_note_client(struct ub_store *store, const struct ub_store_client *client)
{
	struct memory *memory = memory_lock(store);
	struct ub_store_client *known = record_set_get(&memory->clients, client);
	bool room = known || memory->clients.n < UB_STORE_MEMORY_MAX;
	if (known && client->seen >= known->seen + UB_CLIENT_NOTED_MS)
		known->seen = client->seen;
	else if (!known && room)
		record_set_add(&memory->clients, record_new(&client_shape, client, 0));
	memory_unlock(memory);
	return room ? UB_STORE_OK : UB_STORE_FULL;
}

enum ub_store_result memory_clients(struct ub_store *store, struct ub_text upstream, struct ub_text principal,
    int64_t since, struct ub_arena *arena, struct ub_store_clients *clients)
{
	struct memory *memory = memory_lock(store);
	for (size_t i = 0; i < memory->clients.n; i++) {
		const struct ub_store_client *client = memory->clients.items[i];
		if (client->seen >= since && ub_text_eq(client->upstream, upstream) &&
		    ub_text_eq(client->principal, principal))
			record_out(&client_shape, client, arena, ub_push(arena, clients));
	}
	memory_unlock(memory);
	return UB_STORE_OK;
}

void memory_prune_clients(struct memory *memory, int64_t before)
{
	for (size_t i = memory->clients.n; i > 0; i--) {
		struct ub_store_client *client = memory->clients.items[i - 1];
		if (client->seen >= before)
			continue;
		record_set_remove(&memory->clients, client);
		free(client);
	}
}
