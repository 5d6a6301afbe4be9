/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sql.h"

/* Steps of SQLite between two looks at the clock: some hundredths of a millisecond. */
#define STEPS 10000
/* A query may ask for the time, and so give something new from a file that is the same. */
#define HOUR_MS (3600 * INT64_C(1000))

/* ---- whether the file has changed ---- */

/* A writer changes the file, or the log beside it that SQLite keeps in WAL mode. */
struct sql_stamp {
	struct stat file, wal;
	int64_t taken;
};

static void look(const struct sql_source *source, struct sql_stamp *stamp)
{
	char *wal = NULL;
	*stamp = (struct sql_stamp){ .taken = sql_milliseconds() };
	if (asprintf(&wal, "%s-wal", source->path) < 0)
		abort();
	if (stat(source->path, &stamp->file) < 0)
		memset(&stamp->file, 0, sizeof(stamp->file));
	if (stat(wal, &stamp->wal) < 0)
		memset(&stamp->wal, 0, sizeof(stamp->wal));
	free(wal);
}

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

bool sql_sqlite_changed(const struct sql_source *source)
{
	struct sql_stamp now;
	if (!source->stamp)
		return true;
	look(source, &now);
	return now.taken - source->stamp->taken >= HOUR_MS || !same_file(&now.file, &source->stamp->file) ||
	       !same_file(&now.wal, &source->stamp->wal);
}

void sql_stamp_sqlite(struct sql_source *source)
{
	sql_forget_stamp(source);
	source->stamp = table_array(NULL, 1, sizeof(*source->stamp));
	look(source, source->stamp);
}

void sql_forget_stamp(struct sql_source *source)
{
	free(source->stamp);
	source->stamp = NULL;
}

/* ---- what SQLite calls ---- */

static int give_up(void *context)
{
	return sql_is_over(context);
}

/* Waits for whoever writes. */
static int wait_for_writer(void *context, int tries)
{
	(void)tries;
	if (sql_is_over(context))
		return 0;
	usleep(20000);
	return 1;
}

/* ---- the query ---- */

static void report(struct sql_reading *reading, sqlite3 *db, int status)
{
	const int at = sqlite3_error_offset(db);
	if (reading->host->stopping(reading->host))
		reading->failed = true;
	else if (status == SQLITE_INTERRUPT)
		sql_fail_late(reading);
	else if (status == SQLITE_BUSY || status == SQLITE_LOCKED)
		sql_fail(reading, sql_help_kept, "the database is locked: another program writes to it");
	else if (status == SQLITE_NOTADB || status == SQLITE_CORRUPT)
		sql_fail(reading, "`path` is the file of a SQLite database", "%s", sqlite3_errmsg(db));
	else if (status == SQLITE_ERROR)
		sql_fail_query(
		    reading, at < 0 ? SIZE_MAX : (size_t)at, "correct `query`", sqlite3_errmsg(db));
	else
		sql_fail(reading,
		    "this program has to be able to read the file, and in WAL mode to write to its folder",
		    "%s", sqlite3_errmsg(db));
}

static bool take_header(struct sql_reading *reading, sqlite3_stmt *statement)
{
	for (int i = 0; i < sqlite3_column_count(statement); i++) {
		const char *name = sqlite3_column_name(statement, i);
		sql_add_cell(reading, name, strlen(name));
	}
	return sql_end_row(reading);
}

static bool take_row(struct sql_reading *reading, sqlite3_stmt *statement)
{
	for (int i = 0; i < sqlite3_column_count(statement); i++) {
		const char *text = (const char *)sqlite3_column_text(statement, i);
		sql_add_cell(reading, text, (size_t)sqlite3_column_bytes(statement, i));
	}
	return sql_end_row(reading);
}

static void take_rows(struct sql_reading *reading, sqlite3 *db, sqlite3_stmt *statement)
{
	int status = SQLITE_ROW;
	if (!take_header(reading, statement))
		return;
	while ((status = sqlite3_step(statement)) == SQLITE_ROW)
		if (!take_row(reading, statement))
			return;
	if (status != SQLITE_DONE)
		report(reading, db, status & 0xFF);
}

/* Whether the statement is one that gives rows, and the only one. */
static bool check(struct sql_reading *reading, sqlite3_stmt *statement, const char *rest)
{
	static const char help[] = "`query` is one SELECT";
	const char *query = reading->source->query;
	const size_t blank = strspn(rest, " \t\r\n;");
	if (!statement || sqlite3_column_count(statement) == 0)
		sql_fail_query(reading, SIZE_MAX, help, "the query gives no rows");
	else if (!sqlite3_stmt_readonly(statement))
		sql_fail_query(reading, SIZE_MAX, help, "the query would write to the database");
	else if (rest[blank])
		sql_fail_query(
		    reading, (size_t)(rest + blank - query), help, "the query goes on after its end");
	return !reading->failed;
}

static void run(struct sql_reading *reading, sqlite3 *db)
{
	sqlite3_stmt *statement = NULL;
	const char *rest = NULL;
	sqlite3_busy_handler(db, wait_for_writer, reading);
	sqlite3_progress_handler(db, STEPS, give_up, reading);
	const int status = sqlite3_prepare_v2(db, reading->source->query, -1, &statement, &rest);
	if (status != SQLITE_OK)
		report(reading, db, status & 0xFF);
	else if (check(reading, statement, rest))
		take_rows(reading, db, statement);
	sqlite3_finalize(statement);
}

void sql_read_sqlite(struct sql_reading *reading)
{
	sqlite3 *db = NULL;
	struct stat file;
	const char *path = reading->source->path;
	if (stat(path, &file) < 0) {
		sql_fail(reading, "put the file there, where this program may read it", "%s",
		    errno == ENOENT ? "there is no such file" : strerror(errno));
		return;
	}
	if (!S_ISREG(file.st_mode)) {
		sql_fail(reading, "`path` is the file of a SQLite database", "it is no regular file");
		return;
	}
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK)
		run(reading, db);
	else
		sql_fail(reading, "this program has to be able to read the file", "%s", sqlite3_errmsg(db));
	sqlite3_close(db);
}
