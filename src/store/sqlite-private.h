/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_STORE_SQLITE_PRIVATE_H
#define UPBEAT_STORE_SQLITE_PRIVATE_H

#include "store-private.h"

/* The statements; sql_statements has their texts. */
enum statement {
	BEGIN,
	COMMIT,
	ROLLBACK,
	STEP,
	STEP_UNDO,
	STEP_DONE,
	KEY_FIND,
	KEY_OF_ID,
	KEY_ADD,
	KEY_SET,
	KEY_DROP,
	KEY_FORGET,
	KEY_DUE,
	KEY_HURRY,
	KEY_WAKE,
	KEY_WAKE_ALL,
	KEY_WAITING,
	PRINCIPAL_LIST,
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
	LEASE_IDS,
	LEASE_NEW,
	LEASE_FORGET,
	CLAIM_HOLDER,
	CLAIM_SET,
	CLAIM_DROP,
	ITEM_PUT,
	ITEM_LIST,
	ITEM_UIDS,
	ITEM_AT,
	ITEM_RENAME,
	ITEM_PRUNE,
	PRINCIPAL_HEARD,
	PRINCIPAL_PUT,
	PRINCIPAL_LOGIN,
	PRINCIPAL_BY_HREF,
	PRINCIPAL_OWNER,
	PRINCIPAL_OWNERS,
	PRINCIPAL_HREF,
	PRINCIPAL_PRUNE,
	ALIAS_PUT,
	ALIAS_GET,
	ALIAS_PRUNE,
	SEEN_PUT,
	SEEN_GET,
	SEEN_DROP,
	SEEN_LIST,
	SEEN_DUE,
	SEEN_LOOKED,
	SEEN_PRUNE,
	MEETING_PUT,
	MEETING_DROP,
	MEETING_OF_UID,
	MEETING_OF_ACCOUNT,
	MEETING_LIST,
	MEETING_PRUNE,
	PERIOD_SEEN,
	PERIOD_DROP,
	PERIOD_PUT,
	PERIOD_LIST,
	PERIOD_RENAME,
	PERIOD_LEAVE,
	PERIOD_PRUNE,
	RHYTHM_PUT,
	RHYTHM_GET,
	RHYTHM_DROP,
	RHYTHM_RENAME,
	RHYTHM_PRUNE,
	APPOINTMENT_PUT,
	APPOINTMENT_DROP,
	APPOINTMENTS_BY_EVENT,
	APPOINTMENTS_OF,
	APPOINTMENT_OF_ITEM,
	APPOINTMENTS_AT,
	APPOINTMENT_FORGET,
	APPOINTMENT_RENAME,
	APPOINTMENT_PRUNE,
	APPOINTMENT_NAMES,
	SYNC_PUT,
	SYNC_GET,
	SYNC_PRUNE,
	CLIENT_NOTE,
	CLIENT_LIST,
	CLIENT_PRUNE,
	PLACE_LIST,
	OBJECT_REMEMBERED,
	OBJECT_LIST,
	COPY_PUT,
	COPY_GET,
	COPY_AT,
	COPY_LIST,
	COPY_PRUNE,
	MAIL_PUT,
	MAIL_GET,
	MAIL_NOTE,
	MAIL_LIST,
	MAIL_DUE,
	MAIL_COUNT,
	MAIL_PRUNE,
	EVENT_PUT,
	EVENT_LIST,
	EVENT_TRIM,
	EVENT_DONE,
	SINK_ADD,
	SINK_LIST,
	SINK_SKIP,
	SINK_DONE,
	SINK_FORGET,
	STATEMENTS
};

extern const char sql_schema[];
/* The i-th text makes a file of version i one of i + 1. */
extern const char *const sql_migrations[];
extern const char *const sql_statements[STATEMENTS];

/* ---- sqlite-work.c ---- */

enum { WORK_MAX = 64 }; /* keys that are worked on at a time; of more, the store itself has to know */

/* The keys that are being worked on, by their ids: known to the next process, however this one ends. */
struct work;

/* Opens the file beside the store's at `path`. NULL: there can be none. */
struct work *sqlite_work_open(const char *path);
/* Sets *work to NULL; NULL is allowed. */
void sqlite_work_close(struct work **work);
/* False: it is not noted. `work` may be NULL here and below. */
UB_MUST_USE bool sqlite_work_begins(struct work *work, uint64_t key);
/* Does nothing of a key that is not there. */
void sqlite_work_ends(struct work *work, uint64_t key);
/* Returns how many there are, of this process and of the one before. */
size_t sqlite_work_list(const struct work *work, uint64_t keys[WORK_MAX]);

/* ---- sqlite.c ---- */

struct sqlite;
struct sqlite3_stmt;

/* As ub_store_sqlite_open() and ub_store_sqlite_read(), for a store with these functions. */
struct ub_store *sql_open(const struct ub_store_ops *ops, const char *path, int64_t patience,
    struct ub_arena *arena, struct ub_text *why);
struct ub_store *sql_open_to_read(
    const struct ub_store_ops *ops, const char *path, struct ub_arena *arena, struct ub_text *why);

/* Whether there may be aliases. `has`: there are some from now on. */
bool sql_has_aliases(struct sqlite *s, bool has);
struct work *sql_work(const struct sqlite *s);
/* The marks that sqlite_mark_appointments() has made; NULL: there are none. */
uint64_t *sql_marks(const struct sqlite *s);
/* The store frees them, as it frees those before. */
void sql_set_marks(struct sqlite *s, uint64_t *marks);
/* Takes the lock, to read. */
struct sqlite *sql_enter(struct ub_store *store);
/* Takes the lock, and begins a step of the transaction that is open; or of a new one. */
struct sqlite *sql_begin(struct ub_store *store);
/* The same for a step that changes when people are taken, which is kept within UB_UNKEPT_TIMES_MS. `one`: the
 * step is one statement, which SQLite itself does whole or not at all. */
struct sqlite *sql_begin_times(struct ub_store *store, bool one);
/* Ends the transaction that is open, between two steps. */
void sql_commit(struct sqlite *s);
/* Whether nothing could be kept when that was tried last. */
bool sql_fails(const struct sqlite *s);
/* Whether something was lost, and no step has made up for it since. */
bool sql_has_lost(const struct sqlite *s);
/* The step has made up for what was lost, unless a statement has failed. A COMMIT that fails is another
 * loss. */
void sql_made_up(struct sqlite *s);
/* Gives the lock back. Returns `result`, or UB_STORE_FAILED if a statement has failed. */
enum ub_store_result sql_leave(struct sqlite *s, enum ub_store_result result);
/* The same at the end of a step, which is undone if a statement has failed. The transaction stays open for
 * the next step. */
enum ub_store_result sql_end(struct sqlite *s, enum ub_store_result result);
/* The same after a COMMIT of all steps. */
enum ub_store_result sql_end_kept(struct sqlite *s, enum ub_store_result result);
/* The same, and what was committed is on the disk. */
enum ub_store_result sql_end_synced(struct sqlite *s, enum ub_store_result result);

/* A statement with its values. `types`: t for a struct ub_text *, i for an int64_t. The texts must outlive
 * the last step. */
struct sqlite3_stmt *sql_bound(struct sqlite *s, enum statement which, const char *types, ...);
/* Goes to the next row. False: there is none, or the statement has failed. */
bool sql_next(struct sqlite *s, struct sqlite3_stmt *statement);
/* Whether the statement gives any row; resets it. */
bool sql_has_row(struct sqlite *s, struct sqlite3_stmt *statement);
/* Runs a statement to its end. Returns how many rows it has changed. */
int sql_run(struct sqlite *s, struct sqlite3_stmt *statement);
void sql_reset(struct sqlite3_stmt *statement);
bool sql_failed(const struct sqlite *s);
int64_t sql_last_id(struct sqlite *s);
/* The value in a column of the present row; goes on to the next column. */
struct ub_text sql_text(struct sqlite3_stmt *row, int *column, struct ub_arena *arena);
/* The same without a copy: until the next row. */
struct ub_text sql_peek(struct sqlite3_stmt *row, int *column);
int64_t sql_int(struct sqlite3_stmt *row, int *column);
/* The text that is the first column of the first row. False: there are no rows, or the statement failed. */
bool sql_only_text(
    struct sqlite *s, struct sqlite3_stmt *statement, struct ub_text *text, struct ub_arena *arena);

/* sqlite-appointments.c: marks the UIDs and hrefs of all appointments in the file, as its only process. What
 * has no mark need not be looked for, and most events that come are new. */
void sqlite_mark_appointments(struct ub_store *store);
/* sqlite-events.c: stores an event, within a transaction. */
void sqlite_add_event(struct sqlite *s, const struct ub_store_event *event);

/* sqlite.c, sqlite-queue.c, sqlite-records.c, sqlite-meetings.c, sqlite-appointments.c, sqlite-syncs.c,
 * sqlite-copies.c, sqlite-mails.c and sqlite-events.c: the functions of struct ub_store_ops. */
store_close_fn sqlite_close;
store_problem_fn sqlite_problem;
store_is_lost_fn sqlite_is_lost;
store_keep_fn sqlite_keep;
store_unkept_fn sqlite_unkept;
store_losses_fn sqlite_losses;
store_put_fn sqlite_put;
store_take_fn sqlite_take;
store_recover_fn sqlite_recover;
store_blame_fn sqlite_blame;
store_reads_fn sqlite_reads;
store_extend_fn sqlite_extend;
store_claim_fn sqlite_claim;
store_settle_fn sqlite_settle;
store_requeue_fn sqlite_requeue;
store_forget_fn sqlite_forget;
store_hand_over_fn sqlite_hand_over;
store_expire_fn sqlite_expire;
store_strangers_fn sqlite_strangers;
store_heard_fn sqlite_heard;
store_knows_fn sqlite_knows;
store_put_login_fn sqlite_put_login;
store_login_fn sqlite_login;
store_put_owner_fn sqlite_put_owner;
store_owners_fn sqlite_owners;
store_href_of_fn sqlite_href_of;
store_wake_fn sqlite_wake;
store_waiting_fn sqlite_principals;
store_waiting_fn sqlite_waiting;
store_waits_fn sqlite_waits;
store_untried_fn sqlite_untried;
store_next_due_fn sqlite_next_due;
store_jobs_fn sqlite_jobs;
store_put_item_fn sqlite_put_item;
store_items_fn sqlite_items;
store_item_at_fn sqlite_item_at;
store_put_alias_fn sqlite_put_alias;
store_alias_fn sqlite_alias;
store_put_seen_fn sqlite_put_seen;
store_seen_fn sqlite_seen;
store_forget_seen_fn sqlite_forget_seen;
store_seens_fn sqlite_seens;
store_seens_due_fn sqlite_seens_due;
store_seen_looked_fn sqlite_seen_looked;
store_item_uids_fn sqlite_item_uids;
store_meetings_fn sqlite_meetings;
store_change_meetings_fn sqlite_change_meetings;
store_put_period_fn sqlite_put_period;
store_periods_fn sqlite_periods;
store_rename_series_fn sqlite_rename_series;
store_put_rhythm_fn sqlite_put_rhythm;
store_rhythm_fn sqlite_rhythm;
store_forget_rhythm_fn sqlite_forget_rhythm;
store_event_appointments_fn sqlite_event_appointments;
store_change_appointments_fn sqlite_change_appointments;
store_appointments_fn sqlite_appointments;
store_item_stands_fn sqlite_item_stands;
store_copy_appointments_fn sqlite_copy_appointments;
store_forget_appointments_fn sqlite_forget_appointments;
store_put_sync_fn sqlite_put_sync;
store_sync_fn sqlite_sync;
store_note_client_fn sqlite_note_client;
store_clients_fn sqlite_clients;
store_places_fn sqlite_places;
store_remembers_fn sqlite_remembers;
store_objects_fn sqlite_objects;
store_put_copy_fn sqlite_put_copy;
store_copy_fn sqlite_copy;
store_copy_at_fn sqlite_copy_at;
store_copies_fn sqlite_copies;
store_put_mail_fn sqlite_put_mail;
store_note_mail_fn sqlite_note_mail;
store_mails_fn sqlite_mails;
store_mails_due_fn sqlite_mails_due;
store_count_mails_fn sqlite_count_mails;
store_set_sinks_fn sqlite_set_sinks;
store_sinks_fn sqlite_sinks;
store_events_fn sqlite_events;
store_events_done_fn sqlite_events_done;
store_prune_fn sqlite_prune;

#endif
