/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The SQLite store's meetings with accounts, periods and rhythms.
 */
#include "sqlite-private.h"

/* ---- meetings ---- */

static void read_meeting(struct sqlite3_stmt *row, struct ub_arena *arena, struct ub_store_meeting *meeting)
{
	struct ub_text *const texts[] = { &meeting->organization, &meeting->meeting_uid, &meeting->instance,
		&meeting->account, &meeting->name, &meeting->owner, &meeting->guests, &meeting->executives,
		&meeting->ours };
	int c = 0;
	for (size_t i = 0; i < UB_COUNT(texts); i++)
		*texts[i] = sql_text(row, &c, arena);
	meeting->start = sql_int(row, &c);
	meeting->end = sql_int(row, &c);
	meeting->first_seen = sql_int(row, &c);
	meeting->called_off = sql_int(row, &c);
}

enum ub_store_result sqlite_meetings(struct ub_store *store, struct ub_text organization,
    struct ub_text meeting_uid, struct ub_text account, struct ub_arena *arena,
    struct ub_store_meetings *meetings)
{
	struct sqlite *s = sql_enter(store);
	struct sqlite3_stmt *row =
	    account.len       ? sql_bound(s, MEETING_OF_ACCOUNT, "tt", &organization, &account)
	    : meeting_uid.len ? sql_bound(s, MEETING_OF_UID, "tt", &organization, &meeting_uid)
			      : sql_bound(s, MEETING_LIST, "t", &organization);
	while (sql_next(s, row))
		read_meeting(row, arena, ub_push(arena, meetings));
	return sql_leave(s, UB_STORE_OK);
}

enum ub_store_result sqlite_change_meetings(
    struct ub_store *store, const struct ub_store_meetings *out, const struct ub_store_meetings *in)
{
	struct sqlite *s = sql_begin(store);
	for (size_t i = 0; i < out->n; i++) {
		const struct ub_store_meeting *old = &out->items[i];
		sql_run(s,
		    sql_bound(s, MEETING_DROP, "ttt", &old->organization, &old->meeting_uid, &old->instance));
	}
	for (size_t i = 0; i < in->n; i++) {
		const struct ub_store_meeting *new = &in->items[i];
		sql_run(s, sql_bound(s, MEETING_PUT, "tttttttttiiii", &new->organization, &new->meeting_uid,
			       &new->instance, &new->account, &new->name, &new->owner, &new->guests,
			       &new->executives, &new->ours, new->start, new->end, new->first_seen,
			       new->called_off));
	}
	return sql_end(s, UB_STORE_OK);
}

/* ---- periods ---- */

/* When the UID's period that is open was first seen; `now`: none is. */
static int64_t seen_since(struct sqlite *s, struct ub_text organization, struct ub_text uid, int64_t now)
{
	struct sqlite3_stmt *row = sql_bound(s, PERIOD_SEEN, "tti", &organization, &uid, now);
	int64_t seen = now;
	int c = 0;
	if (sql_next(s, row))
		seen = sql_int(row, &c);
	sql_reset(row);
	return seen;
}

enum ub_store_result sqlite_put_period(struct ub_store *store, struct ub_text organization,
    struct ub_text uid, const struct ub_store_period *period, int64_t now)
{
	struct sqlite *s = sql_begin(store);
	int64_t seen = seen_since(s, organization, uid, now);
	sql_run(s, sql_bound(s, PERIOD_DROP, "ttiii", &organization, &uid, now,
		       period ? period->start : INT64_MAX, period ? period->end : INT64_MAX));
	if (period)
		sql_run(
		    s, sql_bound(s, PERIOD_PUT, "ttiitttti", &organization, &uid, period->start, period->end,
			   &period->account, &period->name, &period->owner, &period->health, seen));
	return sql_end(s, UB_STORE_OK);
}

enum ub_store_result sqlite_periods(struct ub_store *store, struct ub_text organization,
    struct ub_arena *arena, struct ub_store_periods *periods)
{
	struct sqlite *s = sql_enter(store);
	struct sqlite3_stmt *row = sql_bound(s, PERIOD_LIST, "t", &organization);
	while (sql_next(s, row)) {
		int c = 0;
		struct ub_store_period *period = ub_push(arena, periods);
		period->organization = sql_text(row, &c, arena);
		period->uid = sql_text(row, &c, arena);
		period->start = sql_int(row, &c);
		period->end = sql_int(row, &c);
		period->account = sql_text(row, &c, arena);
		period->name = sql_text(row, &c, arena);
		period->owner = sql_text(row, &c, arena);
		period->health = sql_text(row, &c, arena);
		period->first_seen = sql_int(row, &c);
	}
	return sql_leave(s, UB_STORE_OK);
}

/* ---- rhythms ---- */

enum ub_store_result sqlite_put_rhythm(struct ub_store *store, const struct ub_store_rhythm *rhythm)
{
	struct sqlite *s = sql_begin(store);
	sql_run(s, sql_bound(s, RHYTHM_PUT, "ttttti", &rhythm->organization, &rhythm->uid, &rhythm->every,
		       &rhythm->former, &rhythm->wording, rhythm->since));
	return sql_end(s, UB_STORE_OK);
}

enum ub_store_result sqlite_rhythm(struct ub_store *store, struct ub_text organization, struct ub_text uid,
    struct ub_arena *arena, struct ub_store_rhythm *rhythm)
{
	struct sqlite *s = sql_enter(store);
	struct sqlite3_stmt *row = sql_bound(s, RHYTHM_GET, "tt", &organization, &uid);
	bool found = sql_next(s, row);
	int c = 0;
	if (found) {
		rhythm->organization = sql_text(row, &c, arena);
		rhythm->uid = sql_text(row, &c, arena);
		rhythm->every = sql_text(row, &c, arena);
		rhythm->former = sql_text(row, &c, arena);
		rhythm->wording = sql_text(row, &c, arena);
		rhythm->since = sql_int(row, &c);
		sql_reset(row);
	}
	return sql_leave(s, found ? UB_STORE_OK : UB_STORE_NONE);
}

enum ub_store_result sqlite_forget_rhythm(
    struct ub_store *store, struct ub_text organization, struct ub_text uid)
{
	struct sqlite *s = sql_begin(store);
	sql_run(s, sql_bound(s, RHYTHM_DROP, "tt", &organization, &uid));
	return sql_end(s, UB_STORE_OK);
}

/* ---- series ---- */

enum ub_store_result sqlite_rename_series(
    struct ub_store *store, struct ub_text organization, struct ub_text from, struct ub_text to)
{
	/* appointments are found by the items */
	static const enum statement renaming[] = { APPOINTMENT_RENAME, ITEM_RENAME, PERIOD_RENAME,
		RHYTHM_RENAME };
	struct sqlite *s = sql_begin(store);
	for (size_t i = 0; i < UB_COUNT(renaming); i++)
		sql_run(s, sql_bound(s, renaming[i], "ttt", &organization, &from, &to));
	sql_run(s, sql_bound(s, PERIOD_LEAVE, "tt", &organization, &from));
	sql_run(s, sql_bound(s, RHYTHM_DROP, "tt", &organization, &from));
	return sql_end(s, UB_STORE_OK);
}
