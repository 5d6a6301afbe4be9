/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The SQLite store's appointments.
 */
#include "sqlite-private.h"

#include <stdlib.h>

/* ---- marks ---- */

enum { MARKS = 8 * 1024 * 1024 }; /* a megabyte of bits */

static uint64_t *place_of(uint64_t *marks, struct ub_text name, uint64_t *bit)
{
	uint64_t hash = ub_text_hash(name) * UINT64_C(0x9e3779b97f4a7c15);
	*bit = UINT64_C(1) << (hash >> 58);
	return &marks[(hash >> 32) % (MARKS / 64)];
}

static void mark(uint64_t *marks, struct ub_text name)
{
	uint64_t bit;
	*place_of(marks, name, &bit) |= bit;
}

/* What is forgotten keeps its mark, and costs a look. */
static bool may_be_known(struct sqlite *s, struct ub_text name)
{
	uint64_t bit, *marks = sql_marks(s);
	return !marks || (*place_of(marks, name, &bit) & bit);
}

void sqlite_mark_appointments(struct ub_store *store)
{
	struct sqlite *s = sql_enter(store);
	uint64_t *marks = calloc(MARKS / 64, sizeof(*marks));
	if (!marks)
		abort();
	struct sqlite3_stmt *row = sql_bound(s, APPOINTMENT_NAMES, "");
	while (sql_next(s, row)) {
		int c = 0;
		mark(marks, sql_peek(row, &c));
		mark(marks, sql_peek(row, &c));
	}
	if (sql_leave(s, UB_STORE_OK) == UB_STORE_OK)
		sql_set_marks(s, marks);
	else
		free(marks); /* everything is looked for */
}

/* ---- appointments ---- */

static void read_rows(struct sqlite *s, struct sqlite3_stmt *row, struct ub_arena *arena,
    struct ub_store_appointments *appointments)
{
	*appointments = (struct ub_store_appointments){ 0 };
	while (sql_next(s, row)) {
		int c = 0;
		struct ub_store_appointment *appointment = ub_push(arena, appointments);
		struct ub_text *const texts[] = { &appointment->organization, &appointment->uid,
			&appointment->person, &appointment->meeting_uid, &appointment->upstream,
			&appointment->href };
		for (size_t i = 0; i < UB_COUNT(texts); i++)
			*texts[i] = sql_text(row, &c, arena);
		appointment->item = sql_int(row, &c);
		appointment->start = sql_int(row, &c);
		appointment->end = sql_int(row, &c);
	}
}

enum ub_store_result sqlite_event_appointments(struct ub_store *store, struct ub_text organization,
    struct ub_text uid, struct ub_arena *arena, struct ub_store_appointments *appointments)
{
	struct sqlite *s = sql_enter(store);
	*appointments = (struct ub_store_appointments){ 0 };
	if (may_be_known(s, uid))
		read_rows(
		    s, sql_bound(s, APPOINTMENTS_BY_EVENT, "tt", &organization, &uid), arena, appointments);
	return sql_leave(s, UB_STORE_OK);
}

enum ub_store_result sqlite_change_appointments(
    struct ub_store *store, const struct ub_store_appointments *out, const struct ub_store_appointments *in)
{
	struct sqlite *s = sql_begin_times(store, out->n + in->n == 1);
	uint64_t *marks = sql_marks(s);
	for (size_t i = 0; i < out->n; i++) {
		const struct ub_store_appointment *old = &out->items[i];
		sql_run(
		    s, sql_bound(s, APPOINTMENT_DROP, "ttt", &old->organization, &old->uid, &old->person));
	}
	for (size_t i = 0; i < in->n; i++) {
		const struct ub_store_appointment *new = &in->items[i];
		if (marks) {
			mark(marks, new->uid);
			mark(marks, new->href);
		}
		sql_run(s, sql_bound(s, APPOINTMENT_PUT, "ttttttiii", &new->organization, &new->uid,
			       &new->person, &new->meeting_uid, &new->upstream, &new->href,
			       (int64_t) new->item, new->start, new->end));
	}
	return sql_end(s, UB_STORE_OK);
}

enum ub_store_result sqlite_appointments(struct ub_store *store, struct ub_text organization,
    struct ub_text person, int64_t from, int64_t to, struct ub_arena *arena,
    struct ub_store_appointments *appointments)
{
	struct sqlite *s = sql_enter(store);
	read_rows(
	    s, sql_bound(s, APPOINTMENTS_OF, "ttii", &organization, &person, from, to), arena, appointments);
	return sql_leave(s, UB_STORE_OK);
}

enum ub_store_result sqlite_item_stands(
    struct ub_store *store, struct ub_text organization, struct ub_text person, int64_t from, int64_t to)
{
	struct sqlite *s = sql_enter(store);
	struct sqlite3_stmt *row =
	    sql_bound(s, APPOINTMENT_OF_ITEM, "ttii", &organization, &person, from, to);
	bool stands = sql_next(s, row);
	sql_reset(row);
	return sql_leave(s, stands ? UB_STORE_OK : UB_STORE_NONE);
}

enum ub_store_result sqlite_copy_appointments(struct ub_store *store, struct ub_text organization,
    struct ub_text upstream, struct ub_text href, struct ub_arena *arena,
    struct ub_store_appointments *appointments)
{
	struct sqlite *s = sql_enter(store);
	*appointments = (struct ub_store_appointments){ 0 };
	if (may_be_known(s, href))
		read_rows(s, sql_bound(s, APPOINTMENTS_AT, "ttt", &organization, &upstream, &href), arena,
		    appointments);
	return sql_leave(s, UB_STORE_OK);
}

/* Of most objects that are gone nothing is known, and a read is cheaper than a transaction. */
static bool is_known(
    struct ub_store *store, struct ub_text organization, struct ub_text upstream, struct ub_text href)
{
	struct sqlite *s = sql_enter(store);
	bool known = may_be_known(s, href) &&
		     sql_has_row(s, sql_bound(s, APPOINTMENTS_AT, "ttt", &organization, &upstream, &href));
	return sql_leave(s, UB_STORE_OK) == UB_STORE_FAILED || known;
}

enum ub_store_result sqlite_forget_appointments(
    struct ub_store *store, struct ub_text organization, struct ub_text upstream, struct ub_text href)
{
	if (!is_known(store, organization, upstream, href))
		return UB_STORE_OK;
	struct sqlite *s = sql_begin(store);
	sql_run(s, sql_bound(s, APPOINTMENT_FORGET, "ttt", &organization, &upstream, &href));
	return sql_end(s, UB_STORE_OK);
}
