/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_STORE_SQLITE_PRIVATE_H
#define UPBEAT_STORE_SQLITE_PRIVATE_H

#include "store-private.h"

/* Statements: sql_statements has their texts. */
enum statement {
	BEGIN,
	COMMIT,
	ROLLBACK,
	KEY_FIND,
	KEY_ADD,
	KEY_SET,
	KEY_DROP,
	KEY_FORGET,
	KEY_DUE,
	KEY_HURRY,
	KEY_WAKE,
	KEY_WAITING,
	KEY_WAITS,
	KEY_VOUCH,
	KEY_STRANGERS,
	KEY_TRIM_ONE,
	KEY_TRIM_ALL,
	KEY_EXPIRED,
	KEY_EXPIRE,
	KEY_RENEW,
	KEY_UNTRIED,
	KEY_ALL,
	LEASE_RAN_OUT,
	LEASE_ALL,
	LEASE_NEW,
	LEASE_FORGET,
	CLAIM_HOLDER,
	CLAIM_SET,
	CLAIM_DROP,
	ITEM_PUT,
	ITEM_LIST,
	ITEM_PRUNE,
	PRINCIPAL_HEARD,
	PRINCIPAL_PUT,
	PRINCIPAL_LOGIN,
	PRINCIPAL_BY_HREF,
	PRINCIPAL_PRUNE,
	ALIAS_PUT,
	ALIAS_GET,
	ALIAS_PRUNE,
	SEEN_PUT,
	SEEN_GET,
	SEEN_DROP,
	SEEN_LIST,
	SEEN_PRUNE,
	STATEMENTS
};

extern const char sql_schema[];
/* What makes a file of version i one of i + 1. */
extern const char *const sql_migrations[];
extern const char *const sql_statements[STATEMENTS];

struct sqlite;
struct sqlite3_stmt;

/* As ub_store_sqlite_open() and ub_store_sqlite_read(), with these functions. */
struct ub_store *sql_open(const struct ub_store_ops *ops, const char *path, int64_t patience,
    struct ub_arena *arena, struct ub_text *why);
struct ub_store *sql_open_to_read(
    const struct ub_store_ops *ops, const char *path, struct ub_arena *arena, struct ub_text *why);

/* Takes the lock, to read. */
struct sqlite *sql_enter(struct ub_store *store);
/* Takes the lock and begins a transaction. Durable: synced to the disk before sql_end() returns; otherwise
 * with the next one that is. */
struct sqlite *sql_begin(struct ub_store *store, bool durable);
/* Gives the lock back. The result, or UB_STORE_FAILED when a statement failed. */
enum ub_store_result sql_leave(struct sqlite *s, enum ub_store_result result);
/* The same after a commit; a rollback when a statement failed. */
enum ub_store_result sql_end(struct sqlite *s, enum ub_store_result result);

/* A statement with its values. `types`: t for a struct ub_text *, i for an int64_t. The texts must outlive
 * its steps. */
struct sqlite3_stmt *sql_bound(struct sqlite *s, enum statement which, const char *types, ...);
/* False: there are no more rows, or it failed. */
bool sql_next(struct sqlite *s, struct sqlite3_stmt *statement);
/* To its end. How many rows it changed. */
int sql_run(struct sqlite *s, struct sqlite3_stmt *statement);
void sql_reset(struct sqlite3_stmt *statement);
bool sql_failed(const struct sqlite *s);
int64_t sql_last_id(struct sqlite *s);
/* The value in a column of the present row; on to the next column. */
struct ub_text sql_text(struct sqlite3_stmt *row, int *column, struct ub_arena *arena);
int64_t sql_int(struct sqlite3_stmt *row, int *column);

/* sqlite.c, sqlite-queue.c, sqlite-records.c: what struct ub_store_ops says. */
void sqlite_close(struct ub_store *store);
const char *sqlite_problem(struct ub_store *store);
bool sqlite_is_lost(struct ub_store *store);
enum ub_store_result sqlite_put(
    struct ub_store *store, const struct ub_key *keys, size_t n, int64_t now, int64_t due);
enum ub_store_result sqlite_take(
    struct ub_store *store, int64_t now, int64_t lease_ms, struct ub_arena *arena, struct ub_job *job);
enum ub_store_result sqlite_recover(struct ub_store *store, bool crashed, int64_t now);
enum ub_store_result sqlite_extend(
    struct ub_store *store, const struct ub_job *job, int64_t now, int64_t lease_ms);
enum ub_store_result sqlite_claim(struct ub_store *store, const struct ub_job *job, int64_t now,
    struct ub_text organization, struct ub_text meeting_uid);
enum ub_store_result sqlite_settle(struct ub_store *store, const struct ub_job *job, int64_t now);
enum ub_store_result sqlite_requeue(struct ub_store *store, const struct ub_job *job, int64_t now,
    enum ub_job_state state, int64_t due, struct ub_text reason);
enum ub_store_result sqlite_forget(struct ub_store *store, const struct ub_job *job);
enum ub_store_result sqlite_hand_over(struct ub_store *store, const struct ub_job *job, int64_t now,
    const struct ub_key *to, struct ub_text reason);
enum ub_store_result sqlite_expire(
    struct ub_store *store, int64_t now, struct ub_arena *arena, struct ub_jobs *gone);
enum ub_store_result sqlite_strangers(struct ub_store *store, size_t *n);
enum ub_store_result sqlite_heard(
    struct ub_store *store, struct ub_text upstream, struct ub_text principal, int64_t now, size_t *woken);
enum ub_store_result sqlite_knows(struct ub_store *store, struct ub_text upstream, struct ub_text principal);
enum ub_store_result sqlite_put_login(
    struct ub_store *store, struct ub_text upstream, struct ub_text principal, struct ub_text href);
enum ub_store_result sqlite_login(struct ub_store *store, struct ub_text upstream, struct ub_text href,
    struct ub_arena *arena, struct ub_text *principal);
enum ub_store_result sqlite_waiting(struct ub_store *store, struct ub_text upstream, struct ub_arena *arena,
    struct ub_principals *principals);
enum ub_store_result sqlite_waits(struct ub_store *store, struct ub_text upstream, struct ub_text principal);
enum ub_store_result sqlite_untried(struct ub_store *store, const struct ub_job *job, int64_t until);
enum ub_store_result sqlite_next_due(struct ub_store *store, int64_t *due);
enum ub_store_result sqlite_jobs(struct ub_store *store, struct ub_arena *arena, struct ub_jobs *jobs);
enum ub_store_result sqlite_put_item(struct ub_store *store, const struct ub_store_item *item);
enum ub_store_result sqlite_items(struct ub_store *store, struct ub_text organization,
    struct ub_text meeting_uid, struct ub_arena *arena, struct ub_store_items *items);
enum ub_store_result sqlite_put_alias(
    struct ub_store *store, struct ub_text upstream, struct ub_text from, struct ub_text to, int64_t now);
enum ub_store_result sqlite_alias(struct ub_store *store, struct ub_text upstream, struct ub_text from,
    struct ub_arena *arena, struct ub_text *to);
enum ub_store_result sqlite_put_seen(struct ub_store *store, const struct ub_store_seen *seen);
enum ub_store_result sqlite_seen(struct ub_store *store, struct ub_text organization, struct ub_text upstream,
    struct ub_text href, struct ub_arena *arena, struct ub_store_seen *seen);
enum ub_store_result sqlite_forget_seen(
    struct ub_store *store, struct ub_text organization, struct ub_text upstream, struct ub_text href);
enum ub_store_result sqlite_seens(struct ub_store *store, struct ub_text organization,
    struct ub_text meeting_uid, struct ub_arena *arena, struct ub_store_seens *seens);
enum ub_store_result sqlite_prune(struct ub_store *store, int64_t before);

#endif
