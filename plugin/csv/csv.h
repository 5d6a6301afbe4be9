/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_CSV_H
#define UPBEAT_CSV_H

/* What the files of this plugin share. */

#include "upbeat/plugin.h"

/* ---- records.c: RFC 4180 ---- */

struct csv_cell {
	const char *text; /* without its quotes */
	size_t len;
	struct ub_plugin_place place; /* with its quotes */
	size_t inside; /* where the text begins in the file; SIZE_MAX: text and file differ, byte by byte */
};

struct csv_row {
	struct csv_cell *cells;
	size_t n, cap;
	struct ub_plugin_place place;
	size_t number; /* from 1, which is the header */
};

struct csv_file {
	struct ub_plugin_host *host;
	size_t document;
	const char *bytes;
	size_t len, at;
	char *plain; /* as long as `bytes`: where the texts of cells with doubled quotes are */
	char delimiter;
	size_t rows; /* that were read */
	bool failed; /* what is wrong was reported */
};

/* Begins with a file's text. False: it cannot be read as CSV, which was reported. */
bool csv_begin(struct csv_file *file);
/* Reads the next row that has anything in it. False: there is none, or file->failed. */
bool csv_next(struct csv_file *file, struct csv_row *row);
/* Reports a mistake, and remembers that there was one. The message is that of printf. */
__attribute__((format(printf, 4, 5))) void csv_fail(
    struct csv_file *file, struct ub_plugin_place place, const char *help, const char *message, ...);

/* ---- columns.c: which column is which field ---- */

enum csv_kind {
	CSV_TEXT,
	CSV_WORD,   /* upper and lower case are the same */
	CSV_LIST,   /* texts between semicolons */
	CSV_PEOPLE, /* "Name (Title) <address>" between semicolons */
	CSV_NOTES,  /* "Title [date]" between semicolons */
};

struct csv_field {
	const char *name;
	enum csv_kind kind;
	bool required;
	const char *date; /* of notes: the key of the date */
};

/* What the settings say of a field: the name of its column. */
struct csv_named {
	char *field, *column;
	struct ub_plugin_place place;
};

/* A field that the settings declare. */
struct csv_declared {
	char *name;
	bool word; /* of type bool */
};

struct csv_columns {
	struct csv_named *named;
	size_t n_named;
	struct csv_declared *declared;
	size_t n_declared;
};

/* One column of the file. */
struct csv_column {
	const struct csv_field *field;       /* NULL: no field of every account */
	const struct csv_declared *declared; /* NULL: no declared one either, and the column is not read */
	struct csv_cell head;
};

/* Reports what `columns:` names that is no field. False: something was. */
bool csv_check_columns(const struct csv_columns *columns, struct ub_plugin_host *host);
/* Says of each cell of the header what its column is. NULL: a column is missing or twice, which was reported.
 * The caller frees the array. */
struct csv_column *csv_read_header(
    struct csv_file *file, const struct csv_columns *columns, const struct csv_row *header);

/* ---- values.c ---- */

/* Gives the row's account to the host. */
void csv_give_row(struct csv_file *file, const struct csv_column *columns, const struct csv_row *row);

/* ---- memory: running out of it ends the process, as everywhere in Upbeat ---- */

void *csv_array(void *items, size_t n, size_t size);
char *csv_copy(const char *text);

#endif
