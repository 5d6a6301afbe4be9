/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The SQLite store's events and their sinks. The numbers of events have no gaps, as a number that was not
 * committed is given again: so a difference of two is a count.
 */
#include "sqlite-private.h"

/* In the transaction at hand. Without sinks nobody wants to know. */
void sqlite_add_event(struct sqlite *s, const struct ub_store_event *event)
{
	if (sql_run(s, sql_bound(s, EVENT_PUT, "tt", &event->id, &event->text)) == 0)
		return;
	int64_t oldest = sql_last_id(s) - UB_EVENTS_MAX;
	if (oldest <= 0)
		return;
	sql_run(s, sql_bound(s, SINK_SKIP, "i", oldest));
	sql_run(s, sql_bound(s, EVENT_TRIM, "i", oldest));
}

static void read_sinks(
    struct sqlite *s, struct sqlite3_stmt *row, struct ub_arena *arena, struct ub_store_sinks *sinks)
{
	while (sql_next(s, row)) {
		int c = 0;
		struct ub_store_sink *sink = ub_push(arena, sinks);
		sink->name = sql_text(row, &c, arena);
		sink->position = (uint64_t)sql_int(row, &c);
		sink->delivered = (uint64_t)sql_int(row, &c);
		sink->refused = (uint64_t)sql_int(row, &c);
		sink->dropped = (uint64_t)sql_int(row, &c);
		sink->waiting = (uint64_t)sql_int(row, &c);
	}
}

enum ub_store_result sqlite_sinks(
    struct ub_store *store, struct ub_arena *arena, struct ub_store_sinks *sinks)
{
	struct sqlite *s = sql_enter(store);
	read_sinks(s, sql_bound(s, SINK_LIST, ""), arena, sinks);
	return sql_leave(s, UB_STORE_OK);
}

enum ub_store_result sqlite_set_sinks(
    struct ub_store *store, const struct ub_text *names, size_t n, struct ub_arena *arena)
{
	struct sqlite *s = sql_begin(store);
	struct ub_store_sinks known = { 0 };
	read_sinks(s, sql_bound(s, SINK_LIST, ""), arena, &known);
	for (size_t i = 0; i < known.n; i++)
		if (!record_is_among(names, n, known.items[i].name))
			sql_run(s, sql_bound(s, SINK_FORGET, "t", &known.items[i].name));
	for (size_t i = 0; i < n; i++)
		sql_run(s, sql_bound(s, SINK_ADD, "t", &names[i]));
	sql_run(s, sql_bound(s, EVENT_DONE, ""));
	return sql_end_kept(s, UB_STORE_OK);
}

enum ub_store_result sqlite_events(struct ub_store *store, struct ub_text sink, size_t max,
    struct ub_arena *arena, struct ub_store_events *events)
{
	struct sqlite *s = sql_enter(store);
	struct sqlite3_stmt *row = sql_bound(s, EVENT_LIST, "ti", &sink, (int64_t)max);
	while (sql_next(s, row)) {
		int c = 0;
		struct ub_store_event *event = ub_push(arena, events);
		event->number = (uint64_t)sql_int(row, &c);
		event->id = sql_text(row, &c, arena);
		event->text = sql_text(row, &c, arena);
	}
	/* The number of an event that is told and then lost would be another event's. */
	if (events->n)
		sql_commit(s);
	return sql_leave(s, UB_STORE_OK);
}

enum ub_store_result sqlite_events_done(
    struct ub_store *store, struct ub_text sink, uint64_t after, uint64_t until, uint64_t refused)
{
	struct sqlite *s = sql_begin(store);
	int n = sql_run(
	    s, sql_bound(s, SINK_DONE, "tiii", &sink, (int64_t)after, (int64_t)until, (int64_t)refused));
	sql_run(s, sql_bound(s, EVENT_DONE, ""));
	return sql_end_kept(s, n ? UB_STORE_OK : UB_STORE_NONE);
}
