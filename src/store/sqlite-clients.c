/* SPDX-License-Identifier: Apache-2.0 */

/*
 * By which clients users come, in the SQLite store.
 */
#include "sqlite-private.h"

enum ub_store_result sqlite_note_client(struct ub_store *store, const struct ub_store_client *client)
{
	struct sqlite *s = sql_begin(store);
	sql_run(s, sql_bound(s, CLIENT_NOTE, "tttii", &client->upstream, &client->principal, &client->client,
		       client->seen, UB_CLIENT_NOTED_MS));
	return sql_end(s, UB_STORE_OK);
}

enum ub_store_result sqlite_clients(struct ub_store *store, struct ub_text upstream, struct ub_text principal,
    int64_t since, struct ub_arena *arena, struct ub_store_clients *clients)
{
	struct sqlite *s = sql_enter(store);
	struct sqlite3_stmt *row = sql_bound(s, CLIENT_LIST, "tti", &upstream, &principal, since);
	while (sql_next(s, row)) {
		int c = 0;
		*ub_push(arena, clients) = (struct ub_store_client){ .upstream = sql_text(row, &c, arena),
			.principal = sql_text(row, &c, arena),
			.client = sql_text(row, &c, arena),
			.seen = sql_int(row, &c) };
	}
	return sql_leave(s, UB_STORE_OK);
}
