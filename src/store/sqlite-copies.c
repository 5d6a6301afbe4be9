/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Colleagues' copies of items, in the SQLite store.
 */
#include "sqlite-private.h"

enum ub_store_result sqlite_put_copy(struct ub_store *store, const struct ub_store_copy *copy)
{
	struct sqlite *s = sql_begin(store);
	sql_run(s, sql_bound(s, COPY_PUT, "ttttttttttiti", &copy->organization, &copy->upstream, &copy->item,
		       &copy->person, &copy->uid, &copy->meeting_uid, &copy->owner, &copy->href, &copy->etag,
		       &copy->source, (int64_t)copy->state, &copy->problem, copy->changed));
	return sql_end(s, UB_STORE_OK);
}

static void read_copy(struct sqlite3_stmt *row, struct ub_arena *arena, struct ub_store_copy *copy)
{
	struct ub_text *const texts[] = { &copy->organization, &copy->upstream, &copy->item, &copy->person,
		&copy->uid, &copy->meeting_uid, &copy->owner, &copy->href, &copy->etag, &copy->source };
	int c = 0;
	for (size_t i = 0; i < UB_COUNT(texts); i++)
		*texts[i] = sql_text(row, &c, arena);
	copy->state = (enum ub_copy_state)sql_int(row, &c);
	copy->problem = sql_text(row, &c, arena);
	copy->changed = sql_int(row, &c);
}

static enum ub_store_result only(
    struct sqlite *s, struct sqlite3_stmt *row, struct ub_arena *arena, struct ub_store_copy *copy)
{
	bool there = sql_next(s, row);
	struct ub_store_copy found;
	if (there)
		read_copy(row, arena, &found);
	sql_reset(row);
	if (there)
		*copy = found;
	return sql_leave(s, there ? UB_STORE_OK : UB_STORE_NONE);
}

enum ub_store_result sqlite_copy(struct ub_store *store, const struct ub_store_copy *like,
    struct ub_arena *arena, struct ub_store_copy *copy)
{
	struct sqlite *s = sql_enter(store);
	const struct ub_store_copy key = *like;
	return only(s,
	    sql_bound(s, COPY_GET, "tttt", &key.organization, &key.upstream, &key.item, &key.person), arena,
	    copy);
}

enum ub_store_result sqlite_copy_at(struct ub_store *store, struct ub_text organization,
    struct ub_text upstream, struct ub_text href, struct ub_arena *arena, struct ub_store_copy *copy)
{
	struct sqlite *s = sql_enter(store);
	return only(s, sql_bound(s, COPY_AT, "ttt", &organization, &upstream, &href), arena, copy);
}

enum ub_store_result sqlite_copies(struct ub_store *store, struct ub_text organization,
    struct ub_text meeting_uid, struct ub_arena *arena, struct ub_store_copies *copies)
{
	struct sqlite *s = sql_enter(store);
	struct sqlite3_stmt *row = sql_bound(s, COPY_LIST, "tt", &organization, &meeting_uid);
	while (sql_next(s, row))
		read_copy(row, arena, ub_push(arena, copies));
	return sql_leave(s, UB_STORE_OK);
}
