/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_SQL_SOURCE_H
#define UPBEAT_SQL_SOURCE_H

/* What the files of this plugin share. */

#include <stdint.h>

#include "../table/table.h"

/* ---- what the settings say ---- */

struct sql_source {
	char *path;                   /* of a SQLite file; NULL: PostgreSQL */
	char *connection;             /* libpq's connection string; NULL: SQLite */
	char *password_file, *query;  /* password_file: NULL: none */
	char *label;                  /* the database's name, for messages */
	struct ub_plugin_place place; /* of `path` or `connection` */
	struct ub_plugin_place password_place;
	int64_t timeout; /* milliseconds */
	struct table_columns columns;
	struct sql_stamp *stamp; /* of the SQLite file as it was read; NULL: it has to be read */
};

/* ---- reading.c: what a query gives ---- */

/* A cell's text lies in reading->text, as that moves while it grows. */
struct sql_cell {
	size_t at, len;
};

struct sql_reading {
	const struct sql_source *source;
	struct ub_plugin_host *host;
	int64_t deadline; /* by the monotonic clock, in milliseconds */
	char *text;       /* all cells, with a mark between two of them and a line end behind each row */
	size_t len, cap;
	struct sql_cell *cells;
	size_t n_cells, cap_cells;
	size_t n_columns; /* 0: there is no header yet */
	bool failed;      /* which is reported, unless nobody waits any more */
};

int64_t sql_milliseconds(void);
/* Whether to give up: nobody waits, or the time is up. */
bool sql_is_over(const struct sql_reading *reading);
/* Adds the next cell: first the names of the columns, then their values; `bytes` is NULL where nothing is
 * known. */
void sql_add_cell(struct sql_reading *reading, const char *bytes, size_t len);
/* Ends the row. False: the reading is too large, which is reported. */
bool sql_end_row(struct sql_reading *reading);
/* Gives the accounts of all rows. What is wrong is reported, and fails the reading. */
void sql_give(struct sql_reading *reading);
/* Reports at the place in the settings, and fails the reading. */
__attribute__((format(printf, 3, 4))) void sql_fail(
    struct sql_reading *reading, const char *help, const char *message, ...);
/* Reports what is wrong at a byte of the query; SIZE_MAX: of all of it. */
void sql_fail_query(struct sql_reading *reading, size_t at, const char *help, const char *message);
/* What is told when the time is up. */
void sql_fail_late(struct sql_reading *reading);

extern const char *const sql_help_kept;

/* ---- sqlite.c ---- */

void sql_read_sqlite(struct sql_reading *reading);
/* Whether the file may have changed since it was read. */
bool sql_sqlite_changed(const struct sql_source *source);
/* Remembers the file as it is before it is read, or forgets it. */
void sql_stamp_sqlite(struct sql_source *source);
void sql_forget_stamp(struct sql_source *source);

/* ---- postgresql.c ---- */

/* Looks at the connection string, and gives the source its label. False: it cannot be used, which is
 * reported. */
bool sql_check_connection(struct sql_source *source, struct ub_plugin_host *host);
void sql_read_postgresql(struct sql_reading *reading);

#endif
