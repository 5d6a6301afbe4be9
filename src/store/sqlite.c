/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A store in one SQLite file. No other file includes SQLite's header. The file is in WAL mode and has one
 * connection. Each function that changes something is a step of a transaction, which stays open for the steps
 * of all threads until somebody keeps it: commits are what a store costs most. What promises a client that a
 * key is kept is synced to the disk. The rest may be lost with the machine, which costs one more pass. What
 * is being worked on costs no commit: sqlite-work.c.
 */
#include "sqlite-private.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "upbeat/sys.h"

#define SCHEMA      18         /* PRAGMA user_version */
#define APPLICATION 1433428581 /* PRAGMA application_id: "Upbe" */

enum { PROBLEM_MAX = 256 };

struct sqlite {
	struct ub_store store;
	pthread_mutex_t lock;
	sqlite3 *db;
	struct sqlite3_stmt *statements[STATEMENTS];
	int lock_fd;
	struct work *work;
	bool failed;           /* a statement has failed since sql_enter(): the step is undone */
	bool fails;            /* as of sql_fails() */
	bool lost;             /* a transaction was lost since sql_made_up() */
	bool there;            /* the file had something in it before it was opened */
	bool full;             /* the disk was */
	bool begun;            /* the step has begun the transaction */
	bool undoes;           /* what the step has done is undone if it fails */
	bool patient;          /* what the step changes need not be kept soon */
	bool soon;             /* something in the open transaction is to be kept soon */
	bool aliases;          /* there may be some; most servers have none, and each write asks */
	int64_t changes;       /* rows that were changed before the step */
	int64_t keep_at;       /* when the open transaction is to end, on the monotonic clock */
	uint64_t *marks;       /* as of sql_marks() */
	pthread_key_t problem; /* char[PROBLEM_MAX] of each thread */
	_Atomic uint64_t losses;
};

/* ---- statements ---- */

/* Where this thread keeps what went wrong. */
static char *problem_of(struct sqlite *s)
{
	char *problem = pthread_getspecific(s->problem);
	if (problem)
		return problem;
	problem = calloc(1, PROBLEM_MAX);
	if (!problem || pthread_setspecific(s->problem, problem) != 0)
		abort();
	return problem;
}

static bool note(struct sqlite *s, int code)
{
	if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE)
		return true;
	/* "disk I/O error" alone does not say that the disk is full. */
	bool of_system = code == SQLITE_IOERR || code == SQLITE_CANTOPEN;
	int number = of_system ? sqlite3_system_errno(s->db) : 0;
	s->full |= code == SQLITE_FULL || number == ENOSPC || number == EDQUOT;
	if (!s->failed)
		snprintf(problem_of(s), PROBLEM_MAX, "%s%s%s", sqlite3_errmsg(s->db), number ? ": " : "",
		    number ? strerror(number) : "");
	s->failed = true;
	return false;
}

struct sqlite3_stmt *sql_bound(struct sqlite *s, enum statement which, const char *types, ...)
{
	struct sqlite3_stmt *statement = s->statements[which];
	va_list args;
	sqlite3_reset(statement);
	va_start(args, types);
	for (int i = 1; types[i - 1]; i++) {
		if (types[i - 1] == 'i') {
			note(s, sqlite3_bind_int64(statement, i, va_arg(args, int64_t)));
		} else {
			const struct ub_text *text = va_arg(args, const struct ub_text *);
			note(s, sqlite3_bind_text64(statement, i, text->len ? text->ptr : "", text->len,
				    SQLITE_STATIC, SQLITE_UTF8));
		}
	}
	va_end(args);
	return statement;
}

bool sql_next(struct sqlite *s, struct sqlite3_stmt *statement)
{
	int code = s->failed ? SQLITE_DONE : sqlite3_step(statement);
	if (code == SQLITE_ROW)
		return true;
	note(s, code);
	sqlite3_reset(statement);
	return false;
}

int sql_run(struct sqlite *s, struct sqlite3_stmt *statement)
{
	while (sql_next(s, statement))
		;
	return s->failed ? 0 : sqlite3_changes(s->db);
}

struct ub_text sql_peek(struct sqlite3_stmt *row, int *column)
{
	const char *bytes = (const char *)sqlite3_column_text(row, *column);
	size_t len = (size_t)sqlite3_column_bytes(row, *column);
	++*column;
	return ub_text_n(bytes ? bytes : "", len);
}

struct ub_text sql_text(struct sqlite3_stmt *row, int *column, struct ub_arena *arena)
{
	return ub_text_copy(arena, sql_peek(row, column));
}

int64_t sql_int(struct sqlite3_stmt *row, int *column)
{
	return sqlite3_column_int64(row, (*column)++);
}

bool sql_only_text(
    struct sqlite *s, struct sqlite3_stmt *statement, struct ub_text *text, struct ub_arena *arena)
{
	int column = 0;
	bool there = sql_next(s, statement);
	if (there)
		*text = sql_text(statement, &column, arena);
	sqlite3_reset(statement);
	return there;
}

bool sql_has_row(struct sqlite *s, struct sqlite3_stmt *statement)
{
	bool there = sql_next(s, statement);
	sqlite3_reset(statement);
	return there;
}

bool sql_failed(const struct sqlite *s)
{
	return s->failed;
}

void sql_reset(struct sqlite3_stmt *statement)
{
	sqlite3_reset(statement);
}

int64_t sql_last_id(struct sqlite *s)
{
	return sqlite3_last_insert_rowid(s->db);
}

bool sql_has_aliases(struct sqlite *s, bool has)
{
	s->aliases |= has;
	return s->aliases;
}

uint64_t *sql_marks(const struct sqlite *s)
{
	return s->marks;
}

void sql_set_marks(struct sqlite *s, uint64_t *marks)
{
	free(s->marks);
	s->marks = marks;
}

struct work *sql_work(const struct sqlite *s)
{
	return s->work;
}

/* ---- transactions ---- */

struct sqlite *sql_enter(struct ub_store *store)
{
	struct sqlite *s = (struct sqlite *)store;
	int locked = pthread_mutex_lock(&s->lock);
	assert(locked == 0);
	s->failed = false;
	return s;
}

static struct sqlite *begin(struct ub_store *store, bool undoes, bool patient)
{
	struct sqlite *s = sql_enter(store);
	s->undoes = undoes;
	s->begun = sqlite3_get_autocommit(s->db);
	s->patient = patient;
	s->changes = sqlite3_total_changes64(s->db);
	if (s->begun)
		sql_run(s, sql_bound(s, BEGIN, ""));
	if (undoes)
		sql_run(s, sql_bound(s, STEP, ""));
	return s;
}

struct sqlite *sql_begin(struct ub_store *store)
{
	return begin(store, true, false);
}

struct sqlite *sql_begin_times(struct ub_store *store, bool one)
{
	return begin(store, !one, true);
}

enum ub_store_result sql_leave(struct sqlite *s, enum ub_store_result result)
{
	if (s->failed)
		result = UB_STORE_FAILED;
	int unlocked = pthread_mutex_unlock(&s->lock);
	assert(unlocked == 0);
	return result;
}

/* Runs a statement after another one has failed, too. Nothing is done if SQLite has rolled back by itself. */
static void undo(struct sqlite *s, enum statement statement)
{
	if (sqlite3_get_autocommit(s->db))
		return;
	sqlite3_step(s->statements[statement]);
	sqlite3_reset(s->statements[statement]);
}

/* The transaction has ended: by a COMMIT, or because SQLite has rolled back by itself. */
static void note_end(struct sqlite *s, bool lost)
{
	s->fails = lost;
	s->lost |= lost;
	if (lost)
		s->losses++;
}

void sql_commit(struct sqlite *s)
{
	bool failed = s->failed;
	if (sqlite3_get_autocommit(s->db))
		return;
	s->failed = false;
	sql_run(s, sql_bound(s, COMMIT, ""));
	if (s->failed)
		undo(s, ROLLBACK);
	note_end(s, s->failed);
	s->failed |= failed;
}

bool sql_fails(const struct sqlite *s)
{
	return s->fails;
}

bool sql_has_lost(const struct sqlite *s)
{
	return s->lost;
}

void sql_made_up(struct sqlite *s)
{
	s->lost &= s->failed;
}

/* After a change: the first one of a transaction, and the first that is to be kept soon, say when it ends. */
static void set_keep_at(struct sqlite *s)
{
	if (!s->begun && (s->patient || s->soon))
		return;
	int64_t keep_at = ub_sys_monotonic_ms() + (s->patient ? UB_UNKEPT_TIMES_MS : UB_UNKEPT_MS);
	if (s->begun || keep_at < s->keep_at)
		s->keep_at = keep_at;
	s->soon = !s->patient;
}

/* A transaction in which nothing has changed is not left open: it would keep readers' versions alive. */
static void end_step(struct sqlite *s)
{
	bool changed = !s->failed && sqlite3_total_changes64(s->db) != s->changes;
	if (s->failed && !s->begun && sqlite3_get_autocommit(s->db))
		note_end(s, true);
	if (s->failed && s->undoes)
		undo(s, STEP_UNDO);
	if (s->undoes)
		undo(s, STEP_DONE);
	if (changed)
		set_keep_at(s);
	else if (s->begun)
		undo(s, ROLLBACK);
}

enum ub_store_result sql_end(struct sqlite *s, enum ub_store_result result)
{
	end_step(s);
	return sql_leave(s, result);
}

enum ub_store_result sql_end_kept(struct sqlite *s, enum ub_store_result result)
{
	end_step(s);
	sql_commit(s);
	return sql_leave(s, result);
}

/* Syncs the log, as PRAGMA synchronous = FULL does at each COMMIT. The pragma cannot be changed while a
 * transaction is open. */
static void sync_log(struct sqlite *s)
{
	sqlite3_file *log = NULL;
	if (note(s, sqlite3_file_control(s->db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log)) && log &&
	    log->pMethods)
		note(s, log->pMethods->xSync(log, SQLITE_SYNC_NORMAL));
}

enum ub_store_result sql_end_synced(struct sqlite *s, enum ub_store_result result)
{
	end_step(s);
	bool open = !sqlite3_get_autocommit(s->db);
	sql_commit(s);
	if (open && !s->failed)
		sync_log(s);
	return sql_leave(s, result);
}

enum ub_store_result sqlite_keep(struct ub_store *store)
{
	struct sqlite *s = sql_enter(store);
	sql_commit(s);
	return sql_leave(s, UB_STORE_OK);
}

int64_t sqlite_unkept(struct ub_store *store)
{
	struct sqlite *s = sql_enter(store);
	int64_t left = sqlite3_get_autocommit(s->db) ? INT64_MAX : s->keep_at - ub_sys_monotonic_ms();
	return sql_leave(s, UB_STORE_OK) == UB_STORE_OK ? left : INT64_MAX;
}

uint64_t sqlite_losses(const struct ub_store *store)
{
	return ((const struct sqlite *)store)->losses;
}

const char *sqlite_problem(struct ub_store *store)
{
	return problem_of((struct sqlite *)store);
}

/* ---- opening ---- */

void sqlite_close(struct ub_store *store)
{
	struct sqlite *s = (struct sqlite *)store;
	if (s->statements[COMMIT])
		sql_commit(s);
	for (size_t i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(s->statements[i]);
	sqlite3_close(s->db);
	sqlite_work_close(&s->work);
	if (s->lock_fd >= 0)
		close(s->lock_fd);
	free(pthread_getspecific(
	    /* the other threads that used the store have ended, and their texts with them */
	    s->problem));
	pthread_key_delete(s->problem);
	pthread_mutex_destroy(&s->lock);
	free(s->marks);
	free(s);
}

bool sqlite_is_lost(struct ub_store *store)
{
	struct sqlite *s = sql_enter(store);
	int moved = 0;
	note(s, sqlite3_file_control(s->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved));
	return sql_leave(s, UB_STORE_OK) == UB_STORE_OK && moved;
}

UB_FORMAT(2, 3) static bool refuse(struct sqlite *s, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(problem_of(s), PROBLEM_MAX, format, args);
	va_end(args);
	return false;
}

/* Takes the file for this daemon alone. A predecessor that is about to end is waited for. The file holds
 * customers' texts: nobody else may read it, and SQLite gives the files beside it the same mode. flock() and
 * SQLite's own locks do not see each other. This descriptor is closed after SQLite's, whose locks would end
 * with it. */
static bool take_lock(struct sqlite *s, const char *path, int64_t patience)
{
	struct stat status;
	s->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (s->lock_fd < 0 || fstat(s->lock_fd, &status) != 0)
		return refuse(s, "%s", strerror(errno));
	if (!S_ISREG(status.st_mode))
		return refuse(s, "this is no file");
	s->there = status.st_size > 0;
	int64_t until = ub_sys_monotonic_ms() + patience;
	while (flock(s->lock_fd, LOCK_EX | LOCK_NB) != 0) {
		if (ub_sys_monotonic_ms() >= until)
			return refuse(s, "in use by another daemon");
		usleep(50000);
	}
	return true;
}

static int64_t number_of(struct sqlite *s, const char *sql)
{
	struct sqlite3_stmt *statement = NULL;
	int64_t number = -1;
	if (note(s, sqlite3_prepare_v2(s->db, sql, -1, &statement, NULL)) && sql_next(s, statement))
		number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return number;
}

static void execute(struct sqlite *s, const char *sql)
{
	if (!s->failed)
		note(s, sqlite3_exec(s->db, sql, NULL, NULL, NULL));
}

#define TEXT_OF(number) #number
#define NUMBER(macro)   TEXT_OF(macro)

/* Looks at the file before anything is written: a file that is not ours stays as it is. */
static bool is_ours_or_new(struct sqlite *s, bool *is_new)
{
	int64_t application = number_of(s, "PRAGMA application_id");
	int64_t schema = number_of(s, "PRAGMA user_version");
	int64_t tables = number_of(s, "SELECT count(*) FROM sqlite_schema");
	if (s->failed)
		return false;
	*is_new = application == 0 && schema == 0 && tables == 0;
	if (!*is_new && application != APPLICATION)
		return refuse(s, "the database of another program");
	if (!*is_new && (schema < 1 || schema > SCHEMA))
		return refuse(
		    s, "its schema has the number %lld, this program knows %d", (long long)schema, SCHEMA);
	return true;
}

static void make_schema(struct sqlite *s)
{
	execute(s, "BEGIN IMMEDIATE");
	execute(s, sql_schema);
	execute(s, "PRAGMA application_id = " NUMBER(APPLICATION));
	execute(s, "PRAGMA user_version = " NUMBER(SCHEMA));
	execute(s, "COMMIT");
}

/* Brings the file from one version to the next: all of it or nothing. */
static void migrate(struct sqlite *s, int64_t schema)
{
	char number[64];
	snprintf(number, sizeof(number), "PRAGMA user_version = %lld", (long long)schema + 1);
	execute(s, "BEGIN IMMEDIATE");
	execute(s, sql_migrations[schema]);
	execute(s, number);
	execute(s, "COMMIT");
	if (s->failed)
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
}

static bool connect_file(struct sqlite *s, const char *path, int mode, bool *is_new)
{
	if (!note(s, sqlite3_open_v2(path, &s->db, mode | SQLITE_OPEN_NOMUTEX, NULL)))
		return false;
	sqlite3_busy_timeout(s->db, 1000);
	return is_ours_or_new(s, is_new);
}

static bool prepare(struct sqlite *s)
{
	for (size_t i = 0; i < STATEMENTS && !s->failed; i++)
		note(s, sqlite3_prepare_v3(s->db, sql_statements[i], -1, SQLITE_PREPARE_PERSISTENT,
			    &s->statements[i], NULL));
	return !s->failed;
}

static bool open_file(struct sqlite *s, const char *path)
{
	bool is_new;
	if (!connect_file(s, path, SQLITE_OPEN_READWRITE, &is_new))
		return false;
	execute(s, "PRAGMA journal_mode = WAL");
	execute(s, "PRAGMA synchronous = NORMAL");
	/* Each step of a transaction would write a file in /var/tmp of what it may have to undo. */
	execute(s, "PRAGMA temp_store = MEMORY");
	/* What is stored has no order: pages that are not at hand are read for each object. */
	execute(s, "PRAGMA cache_size = -" NUMBER(UB_STORE_CACHE_KB));
	if (is_new)
		make_schema(s);
	for (int64_t schema; (schema = number_of(s, "PRAGMA user_version")) < SCHEMA && !s->failed;)
		migrate(s, schema);
	s->aliases = number_of(s, "SELECT EXISTS (SELECT 1 FROM alias)") != 0;
	return prepare(s);
}

static bool read_file(struct sqlite *s, const char *path)
{
	bool is_new;
	if (!connect_file(s, path, SQLITE_OPEN_READONLY, &is_new))
		return false;
	if (is_new)
		return refuse(s, "there is nothing in it");
	if (number_of(s, "PRAGMA user_version") != SCHEMA)
		return refuse(
		    s, "it is of an earlier version; the daemon brings it up to date when it starts");
	s->aliases = true; /* the daemon may learn of some */
	return prepare(s);
}

static struct sqlite *new_store(const struct ub_store_ops *ops)
{
	struct sqlite *s = calloc(1, sizeof(*s));
	if (!s || pthread_mutex_init(&s->lock, NULL) != 0 || pthread_key_create(&s->problem, free) != 0)
		abort();
	s->store.ops = ops;
	s->lock_fd = -1;
	return s;
}

static struct ub_store *opened(
    struct sqlite *s, bool good, const char *path, struct ub_arena *arena, struct ub_text *why)
{
	if (good)
		return &s->store;
	bool full = s->there && s->full;
	*why = ub_textf(arena, "%s: %s", path, problem_of(s));
	sqlite_close(&s->store);
	errno = full ? ENOSPC : 0;
	return NULL;
}

struct ub_store *sql_open(const struct ub_store_ops *ops, const char *path, int64_t patience,
    struct ub_arena *arena, struct ub_text *why)
{
	struct sqlite *s = new_store(ops);
	bool good = take_lock(s, path, patience) && open_file(s, path);
	if (good)
		s->work = sqlite_work_open(path);
	return opened(s, good, path, arena, why);
}

struct ub_store *sql_open_to_read(
    const struct ub_store_ops *ops, const char *path, struct ub_arena *arena, struct ub_text *why)
{
	struct sqlite *s = new_store(ops);
	return opened(s, read_file(s, path), path, arena, why);
}
