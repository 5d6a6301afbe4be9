/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What colleagues are told of items by mail, in the SQLite store.
 */
#include "sqlite-private.h"

static void read_mail(struct sqlite3_stmt *row, struct ub_arena *arena, struct ub_store_mail *mail)
{
	int c = 0;
	struct ub_text *const key[] = { &mail->organization, &mail->upstream, &mail->item, &mail->person,
		&mail->uid, &mail->meeting_uid, &mail->owner, &mail->name };
	for (size_t i = 0; i < UB_COUNT(key); i++)
		*key[i] = sql_text(row, &c, arena);
	mail->kind = (enum ub_mail_kind)sql_int(row, &c);
	mail->version = sql_text(row, &c, arena);
	mail->id = sql_text(row, &c, arena);
	mail->sequence = sql_int(row, &c);
	mail->title = sql_text(row, &c, arena);
	mail->text = sql_text(row, &c, arena);
	mail->object = sql_text(row, &c, arena);
	mail->made = sql_int(row, &c);
	mail->expires = sql_int(row, &c);
	mail->state = (enum ub_mail_state)sql_int(row, &c);
	mail->reached = sql_int(row, &c) != 0;
	mail->due = sql_int(row, &c);
	mail->attempts = (unsigned)sql_int(row, &c);
	mail->problem = sql_text(row, &c, arena);
	mail->sent = sql_int(row, &c);
}

static void write_mail(struct sqlite *s, const struct ub_store_mail *mail)
{
	sql_run(
	    s, sql_bound(s, MAIL_PUT, "ttttttttittitttiiiiiiti", &mail->organization, &mail->upstream,
		   &mail->item, &mail->person, &mail->uid, &mail->meeting_uid, &mail->owner, &mail->name,
		   (int64_t)mail->kind, &mail->version, &mail->id, mail->sequence, &mail->title, &mail->text,
		   &mail->object, mail->made, mail->expires, (int64_t)mail->state, (int64_t)mail->reached,
		   mail->due, (int64_t)mail->attempts, &mail->problem, mail->sent));
}

enum ub_store_result sqlite_put_mail(struct ub_store *store, const struct ub_store_mail *mail)
{
	struct ub_arena *arena = ub_arena_new();
	struct sqlite *s = sql_begin(store);
	struct sqlite3_stmt *row =
	    sql_bound(s, MAIL_GET, "tttt", &mail->organization, &mail->upstream, &mail->item, &mail->person);
	struct ub_store_mail former, next;
	bool there = sql_next(s, row);
	if (there)
		read_mail(row, arena, &former);
	sql_reset(row);
	bool news = store_next_mail(there ? &former : NULL, mail, &next);
	if (news)
		write_mail(s, &next);
	enum ub_store_result result = sql_end(s, news ? UB_STORE_OK : UB_STORE_NONE);
	ub_arena_free(&arena);
	return result;
}

enum ub_store_result sqlite_note_mail(struct ub_store *store, const struct ub_store_mail *mail)
{
	struct sqlite *s = sql_begin(store);
	int n = sql_run(
	    s, sql_bound(s, MAIL_NOTE, "tttttiiiiti", &mail->organization, &mail->upstream, &mail->item,
		   &mail->person, &mail->id, (int64_t)mail->state, (int64_t)mail->reached, mail->due,
		   (int64_t)mail->attempts, &mail->problem, mail->sent));
	return sql_end_kept(s, n ? UB_STORE_OK : UB_STORE_NONE);
}

enum ub_store_result sqlite_mails(struct ub_store *store, struct ub_text organization,
    struct ub_text meeting_uid, struct ub_arena *arena, struct ub_store_mails *mails)
{
	struct sqlite *s = sql_enter(store);
	struct sqlite3_stmt *row = sql_bound(s, MAIL_LIST, "tt", &organization, &meeting_uid);
	while (sql_next(s, row))
		read_mail(row, arena, ub_push(arena, mails));
	return sql_leave(s, UB_STORE_OK);
}

enum ub_store_result sqlite_mails_due(
    struct ub_store *store, int64_t now, size_t max, struct ub_arena *arena, struct ub_store_mails *mails)
{
	struct sqlite *s = sql_enter(store);
	struct sqlite3_stmt *row = sql_bound(s, MAIL_DUE, "ii", now, (int64_t)max);
	while (sql_next(s, row))
		read_mail(row, arena, ub_push(arena, mails));
	return sql_leave(s, UB_STORE_OK);
}

enum ub_store_result sqlite_count_mails(struct ub_store *store, struct ub_mail_counts *counts)
{
	struct sqlite *s = sql_enter(store);
	struct sqlite3_stmt *row = sql_bound(s, MAIL_COUNT, "");
	while (sql_next(s, row)) {
		int c = 0;
		size_t state = (size_t)sql_int(row, &c);
		if (state < UB_COUNT(counts->of))
			counts->of[state] = (uint64_t)sql_int(row, &c);
	}
	return sql_leave(s, UB_STORE_OK);
}
