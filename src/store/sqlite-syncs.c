/* SPDX-License-Identifier: Apache-2.0 */

/*
 * How far the changes of calendars were looked at, in the SQLite store.
 */
#include "sqlite-private.h"

enum ub_store_result sqlite_put_sync(struct ub_store *store, const struct ub_store_sync *sync)
{
	struct sqlite *s = sql_begin(store);
	sql_run(s, sql_bound(s, SYNC_PUT, "tttttii", &sync->upstream, &sync->collection, &sync->token,
		       &sync->tag, &sync->known, (int64_t)sync->refused, sync->looked));
	return sql_end(s, UB_STORE_OK);
}

enum ub_store_result sqlite_sync(struct ub_store *store, struct ub_text upstream, struct ub_text collection,
    struct ub_arena *arena, struct ub_store_sync *sync)
{
	struct sqlite *s = sql_enter(store);
	struct sqlite3_stmt *row = sql_bound(s, SYNC_GET, "tt", &upstream, &collection);
	bool there = sql_next(s, row);
	int c = 0;
	if (there)
		*sync = (struct ub_store_sync){ .upstream = sql_text(row, &c, arena),
			.collection = sql_text(row, &c, arena),
			.token = sql_text(row, &c, arena),
			.tag = sql_text(row, &c, arena),
			.known = sql_text(row, &c, arena),
			.refused = (unsigned)sql_int(row, &c),
			.looked = sql_int(row, &c) };
	sql_reset(row);
	return sql_leave(s, there ? UB_STORE_OK : UB_STORE_NONE);
}

enum ub_store_result sqlite_remembers(struct ub_store *store, const struct ub_store_object *object)
{
	struct sqlite *s = sql_enter(store);
	struct sqlite3_stmt *row = sql_bound(s, OBJECT_REMEMBERED, "tttti", &object->organization,
	    &object->upstream, &object->href, &object->uid, (int64_t)UB_KEY_OBJECT);
	int c = 0;
	bool remembers = sql_next(s, row) && sql_int(row, &c);
	sql_reset(row);
	return sql_leave(s, remembers ? UB_STORE_OK : UB_STORE_NONE);
}

enum ub_store_result sqlite_objects(struct ub_store *store)
{
	struct sqlite *s = sql_enter(store);
	struct sqlite3_stmt *row = sql_bound(s, OBJECT_LIST, "i", (int64_t)UB_KEY_OBJECT);
	while (sql_next(s, row)) {
		int c = 0;
		struct ub_text href = sql_peek(row, &c), uid = sql_peek(row, &c);
		store->tell(store->told, href, uid);
	}
	sql_reset(row);
	return sql_leave(s, UB_STORE_OK);
}

enum ub_store_result sqlite_places(struct ub_store *store, struct ub_text organization,
    struct ub_text upstream, struct ub_text collection, int64_t since, struct ub_arena *arena,
    struct ub_store_places *places)
{
	struct sqlite *s = sql_enter(store);
	/* '0' comes after '/': all hrefs that begin with the collection's are between. */
	struct ub_text beyond = ub_textf(
	    arena, "%.*s0", UB_ARGS(ub_text_sub(collection, 0, collection.len ? collection.len - 1 : 0)));
	struct sqlite3_stmt *row = sql_bound(s, PLACE_LIST, "ttttiiiiii", &organization, &upstream,
	    &collection, &beyond, since, (int64_t)UB_ITEM_DELETED, (int64_t)UB_ITEM_REMOVED,
	    (int64_t)UB_STORE_PLACES, (int64_t)UB_COPY_STANDS, (int64_t)UB_ITEM_EXISTS);
	while (sql_next(s, row)) {
		int c = 0;
		struct ub_store_place *place = ub_push(arena, places);
		place->href = sql_text(row, &c, arena);
		place->etag = sql_text(row, &c, arena);
	}
	return sql_leave(s, UB_STORE_OK);
}
