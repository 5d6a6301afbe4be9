/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The principals of the SQLite store.
 */
#include "sqlite-private.h"

/* When the principal was last heard of; INT64_MIN: never. */
static int64_t last_heard(struct sqlite *s, const struct ub_text *upstream, const struct ub_text *principal)
{
	struct sqlite3_stmt *row = sql_bound(s, PRINCIPAL_HEARD, "tt", upstream, principal);
	int c = 0;
	int64_t heard = sql_next(s, row) ? sql_int(row, &c) : INT64_MIN;
	sql_reset(row);
	return heard;
}

enum ub_store_result sqlite_heard(
    struct ub_store *store, struct ub_text upstream, struct ub_text principal, int64_t now, size_t *woken)
{
	struct sqlite *s = sql_begin(store);
	if (last_heard(s, &upstream, &principal) < now - UB_STORE_HEARD_MS)
		sql_run(s, sql_bound(s, PRINCIPAL_PUT, "tti", &upstream, &principal, now));
	sql_run(s, sql_bound(s, KEY_VOUCH, "itt", UB_WAIT_MS, &upstream, &principal));
	*woken = (size_t)sql_run(s, sql_bound(s, KEY_WAKE, "itt", now, &upstream, &principal));
	return sql_end(s, UB_STORE_OK);
}

enum ub_store_result sqlite_knows(struct ub_store *store, struct ub_text upstream, struct ub_text principal)
{
	struct sqlite *s = sql_enter(store);
	bool known = last_heard(s, &upstream, &principal) != INT64_MIN;
	return sql_leave(s, known ? UB_STORE_OK : UB_STORE_NONE);
}

enum ub_store_result sqlite_put_login(
    struct ub_store *store, struct ub_text upstream, struct ub_text principal, struct ub_text href)
{
	struct sqlite *s = sql_begin(store);
	int n = sql_run(s, sql_bound(s, PRINCIPAL_LOGIN, "ttt", &href, &upstream, &principal));
	return sql_end(s, n ? UB_STORE_OK : UB_STORE_NONE);
}

enum ub_store_result sqlite_login(struct ub_store *store, struct ub_text upstream, struct ub_text href,
    struct ub_arena *arena, struct ub_text *principal)
{
	struct sqlite *s = sql_enter(store);
	bool there =
	    sql_only_text(s, sql_bound(s, PRINCIPAL_BY_HREF, "tt", &upstream, &href), principal, arena);
	return sql_leave(s, there ? UB_STORE_OK : UB_STORE_NONE);
}

enum ub_store_result sqlite_put_owner(
    struct ub_store *store, struct ub_text upstream, const struct ub_store_owner *owner)
{
	struct sqlite *s = sql_begin(store);
	int n = sql_run(s, sql_bound(s, PRINCIPAL_OWNER, "tittt", &owner->address, owner->claimed,
			       &owner->href, &upstream, &owner->principal));
	return sql_end(s, n ? UB_STORE_OK : UB_STORE_NONE);
}

enum ub_store_result sqlite_owners(struct ub_store *store, struct ub_text upstream, struct ub_text address,
    struct ub_arena *arena, struct ub_store_owners *owners)
{
	struct sqlite *s = sql_enter(store);
	struct sqlite3_stmt *row = sql_bound(s, PRINCIPAL_OWNERS, "tt", &upstream, &address);
	for (int c = 0; sql_next(s, row); c = 0) {
		struct ub_store_owner *owner = ub_push(arena, owners);
		owner->address = sql_text(row, &c, arena);
		owner->href = sql_text(row, &c, arena);
		owner->principal = sql_text(row, &c, arena);
		owner->claimed = sql_int(row, &c);
		owner->heard = sql_int(row, &c);
	}
	return sql_leave(s, UB_STORE_OK);
}

enum ub_store_result sqlite_href_of(struct ub_store *store, struct ub_text upstream, struct ub_text principal,
    struct ub_arena *arena, struct ub_text *href)
{
	struct sqlite *s = sql_enter(store);
	bool there = sql_only_text(s, sql_bound(s, PRINCIPAL_HREF, "tt", &upstream, &principal), href, arena);
	return sql_leave(s, there ? UB_STORE_OK : UB_STORE_NONE);
}

enum ub_store_result sqlite_wake(struct ub_store *store, struct ub_text upstream, int64_t now)
{
	struct sqlite *s = sql_begin(store);
	sql_run(s, sql_bound(s, KEY_WAKE_ALL, "it", now, &upstream));
	return sql_end(s, UB_STORE_OK);
}

/* ---- lists of them ---- */

static enum ub_store_result list_principals(struct ub_store *store, enum statement statement,
    struct ub_text upstream, struct ub_arena *arena, struct ub_texts *principals)
{
	struct sqlite *s = sql_enter(store);
	struct sqlite3_stmt *row = sql_bound(s, statement, "t", &upstream);
	for (int c = 0; sql_next(s, row); c = 0)
		*ub_push(arena, principals) = sql_text(row, &c, arena);
	return sql_leave(s, UB_STORE_OK);
}

enum ub_store_result sqlite_principals(
    struct ub_store *store, struct ub_text upstream, struct ub_arena *arena, struct ub_texts *principals)
{
	return list_principals(store, PRINCIPAL_LIST, upstream, arena, principals);
}

enum ub_store_result sqlite_waiting(
    struct ub_store *store, struct ub_text upstream, struct ub_arena *arena, struct ub_texts *principals)
{
	return list_principals(store, KEY_WAITING, upstream, arena, principals);
}

enum ub_store_result sqlite_waits(struct ub_store *store, struct ub_text upstream, struct ub_text principal)
{
	struct sqlite *s = sql_enter(store);
	bool found = sql_has_row(s, sql_bound(s, KEY_WAITS, "tt", &upstream, &principal));
	return sql_leave(s, found ? UB_STORE_OK : UB_STORE_NONE);
}
