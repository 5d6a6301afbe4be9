/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Items, aliases and meetings of the SQLite store.
 */
#include "sqlite-private.h"

static void put_item(struct sqlite *s, const struct ub_store_item *item)
{
	const struct ub_store_outcome *outcome = &item->outcome;
	sql_run(s, sql_bound(s, ITEM_PUT,
		       "ttttttittttt"
		       "iiitt"
		       "iiiiiiiti",
		       &item->organization, &item->meeting_uid, &item->identity, &item->rule, &item->id,
		       &item->owner, (int64_t)item->generation, &item->upstream, &item->uid, &item->href,
		       &item->etag, &item->base, (int64_t)item->state, item->changed, (int64_t)outcome->kind,
		       &outcome->counts_as, &outcome->account, outcome->occasion_start, outcome->occasion_end,
		       outcome->start, outcome->end, outcome->made, outcome->completed, outcome->gone,
		       &outcome->declined, outcome->moved_along));
}

enum ub_store_result sqlite_put_item(
    struct ub_store *store, const struct ub_store_item *item, const struct ub_store_event *event)
{
	struct sqlite *s = sql_begin(store);
	if (item)
		put_item(s, item);
	if (event)
		sqlite_add_event(s, event);
	return sql_end(s, UB_STORE_OK);
}

static void read_outcome(
    struct sqlite3_stmt *row, int *c, struct ub_arena *arena, struct ub_store_outcome *outcome)
{
	outcome->kind = (enum ub_outcome_kind)sql_int(row, c);
	outcome->counts_as = sql_text(row, c, arena);
	outcome->account = sql_text(row, c, arena);
	outcome->occasion_start = sql_int(row, c);
	outcome->occasion_end = sql_int(row, c);
	outcome->start = sql_int(row, c);
	outcome->end = sql_int(row, c);
	outcome->made = sql_int(row, c);
	outcome->completed = sql_int(row, c);
	outcome->gone = sql_int(row, c);
	outcome->declined = sql_text(row, c, arena);
	outcome->moved_along = sql_int(row, c);
}

static void read_item(struct sqlite3_stmt *row, struct ub_arena *arena, struct ub_store_item *item)
{
	struct ub_text *const first[] = { &item->organization, &item->meeting_uid, &item->identity,
		&item->rule, &item->id, &item->owner };
	struct ub_text *const second[] = { &item->upstream, &item->uid, &item->href, &item->etag,
		&item->base };
	int c = 0;
	for (size_t i = 0; i < UB_COUNT(first); i++)
		*first[i] = sql_text(row, &c, arena);
	item->generation = (unsigned)sql_int(row, &c);
	for (size_t i = 0; i < UB_COUNT(second); i++)
		*second[i] = sql_text(row, &c, arena);
	item->state = (enum ub_item_state)sql_int(row, &c);
	item->changed = sql_int(row, &c);
	read_outcome(row, &c, arena, &item->outcome);
}

enum ub_store_result sqlite_items(struct ub_store *store, struct ub_text organization,
    struct ub_text meeting_uid, struct ub_arena *arena, struct ub_store_items *items)
{
	struct sqlite *s = sql_enter(store);
	struct sqlite3_stmt *row = sql_bound(s, ITEM_LIST, "tt", &organization, &meeting_uid);
	*items = (struct ub_store_items){ 0 };
	while (sql_next(s, row))
		read_item(row, arena, ub_push(arena, items));
	return sql_leave(s, UB_STORE_OK);
}

enum ub_store_result sqlite_item_uids(struct ub_store *store, struct ub_text organization,
    struct ub_text prefix, struct ub_text owner, struct ub_arena *arena, struct ub_texts *uids)
{
	struct sqlite *s = sql_enter(store);
	struct sqlite3_stmt *row = sql_bound(s, ITEM_UIDS, "tttii", &organization, &prefix, &owner,
	    (int64_t)UB_ITEM_REMOVED, (int64_t)UB_ITEM_DELETED);
	while (sql_next(s, row)) {
		int c = 0;
		*ub_push(arena, uids) = sql_text(row, &c, arena);
	}
	return sql_leave(s, UB_STORE_OK);
}

enum ub_store_result sqlite_item_at(struct ub_store *store, struct ub_text organization,
    struct ub_text upstream, struct ub_text href, struct ub_arena *arena, struct ub_store_item *item)
{
	struct sqlite *s = sql_enter(store);
	struct sqlite3_stmt *row = sql_bound(s, ITEM_AT, "ttt", &organization, &upstream, &href);
	bool there = sql_next(s, row);
	if (there)
		read_item(row, arena, item);
	sql_reset(row);
	return sql_leave(s, there ? UB_STORE_OK : UB_STORE_NONE);
}

enum ub_store_result sqlite_put_alias(
    struct ub_store *store, struct ub_text upstream, struct ub_text from, struct ub_text to, int64_t now)
{
	struct sqlite *s = sql_begin(store);
	sql_has_aliases(s, true);
	sql_run(s, sql_bound(s, ALIAS_PUT, "ttti", &upstream, &from, &to, now));
	return sql_end(s, UB_STORE_OK);
}

enum ub_store_result sqlite_alias(struct ub_store *store, struct ub_text upstream, struct ub_text from,
    struct ub_arena *arena, struct ub_text *to)
{
	struct sqlite *s = sql_enter(store);
	bool there = sql_has_aliases(s, false) &&
		     sql_only_text(s, sql_bound(s, ALIAS_GET, "tt", &upstream, &from), to, arena);
	return sql_leave(s, there ? UB_STORE_OK : UB_STORE_NONE);
}

enum ub_store_result sqlite_put_seen(struct ub_store *store, const struct ub_store_seen *seen)
{
	struct sqlite *s = sql_begin(store);
	sql_run(s, sql_bound(s, SEEN_PUT, "tttttttttttiiii", &seen->organization, &seen->meeting_uid,
		       &seen->upstream, &seen->href, &seen->collection, &seen->principal, &seen->owner,
		       &seen->etag, &seen->schedule_tag, &seen->text, &seen->account, seen->start, seen->end,
		       seen->changed, seen->look_again));
	return sql_end(s, UB_STORE_OK);
}

static bool read_seen(
    struct sqlite *s, struct sqlite3_stmt *row, struct ub_arena *arena, struct ub_store_seen *seen)
{
	struct ub_text *const texts[] = { &seen->organization, &seen->meeting_uid, &seen->upstream,
		&seen->href, &seen->collection, &seen->principal, &seen->owner, &seen->etag,
		&seen->schedule_tag, &seen->text, &seen->account };
	int c = 0;
	if (!sql_next(s, row))
		return false;
	for (size_t i = 0; i < UB_COUNT(texts); i++)
		*texts[i] = sql_text(row, &c, arena);
	seen->start = sql_int(row, &c);
	seen->end = sql_int(row, &c);
	seen->changed = sql_int(row, &c);
	seen->look_again = sql_int(row, &c);
	return true;
}

enum ub_store_result sqlite_seen(struct ub_store *store, struct ub_text organization, struct ub_text upstream,
    struct ub_text href, struct ub_arena *arena, struct ub_store_seen *seen)
{
	struct sqlite *s = sql_enter(store);
	struct sqlite3_stmt *row = sql_bound(s, SEEN_GET, "ttt", &organization, &upstream, &href);
	bool there = read_seen(s, row, arena, seen);
	sql_reset(row);
	return sql_leave(s, there ? UB_STORE_OK : UB_STORE_NONE);
}

enum ub_store_result sqlite_forget_seen(
    struct ub_store *store, struct ub_text organization, struct ub_text upstream, struct ub_text href)
{
	struct sqlite *s = sql_begin(store);
	int n = sql_run(s, sql_bound(s, SEEN_DROP, "ttt", &organization, &upstream, &href));
	return sql_end(s, n ? UB_STORE_OK : UB_STORE_NONE);
}

enum ub_store_result sqlite_seens(struct ub_store *store, struct ub_text organization,
    struct ub_text meeting_uid, struct ub_arena *arena, struct ub_store_seens *seens)
{
	struct sqlite *s = sql_enter(store);
	struct sqlite3_stmt *row = sql_bound(s, SEEN_LIST, "tt", &organization, &meeting_uid);
	struct ub_store_seen seen;
	*seens = (struct ub_store_seens){ 0 };
	while (read_seen(s, row, arena, &seen))
		*ub_push(arena, seens) = seen;
	return sql_leave(s, UB_STORE_OK);
}

enum ub_store_result sqlite_seens_due(
    struct ub_store *store, int64_t now, struct ub_arena *arena, struct ub_store_seens *seens)
{
	struct sqlite *s = sql_enter(store);
	struct sqlite3_stmt *row = sql_bound(s, SEEN_DUE, "ii", now, (int64_t)UB_STORE_LOOKS);
	struct ub_store_seen seen = { 0 };
	while (read_seen(s, row, arena, &seen))
		*ub_push(arena, seens) = seen;
	return sql_leave(s, UB_STORE_OK);
}

enum ub_store_result sqlite_seen_looked(struct ub_store *store, const struct ub_store_seen *seen)
{
	struct sqlite *s = sql_begin(store);
	int n = sql_run(s, sql_bound(s, SEEN_LOOKED, "ttti", &seen->organization, &seen->upstream,
			       &seen->href, seen->look_again));
	return sql_end(s, n ? UB_STORE_OK : UB_STORE_NONE);
}

enum ub_store_result sqlite_prune(struct ub_store *store, int64_t now, int64_t before, int64_t history)
{
	struct sqlite *s = sql_begin(store);
	sql_run(s, sql_bound(s, SEEN_PRUNE, "i", before));
	sql_run(s, sql_bound(s, ITEM_PRUNE, "i", history));
	sql_run(s, sql_bound(s, MEETING_PRUNE, "i", history));
	sql_run(s, sql_bound(s, PERIOD_PRUNE, "i", history));
	sql_run(s, sql_bound(s, RHYTHM_PRUNE, "i", history));
	sql_run(s, sql_bound(s, PRINCIPAL_PRUNE, "i", before));
	sql_run(s, sql_bound(s, ALIAS_PRUNE, "i", before));
	sql_run(s, sql_bound(s, APPOINTMENT_PRUNE, "i", now));
	sql_run(s, sql_bound(s, SYNC_PRUNE, "i", before));
	sql_run(s, sql_bound(s, CLIENT_PRUNE, "i", before));
	sql_run(s, sql_bound(s, COPY_PRUNE, "i", before));
	sql_run(s, sql_bound(s, MAIL_PRUNE, "i", before));
	return sql_end(s, UB_STORE_OK);
}
