/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_TABLE_H
#define UPBEAT_TABLE_H

/*
 * Accounts from a table, whose columns are fields of accounts: what the plugins csv and sql share. It is
 * compiled into each of them.
 */

#include "upbeat/plugin.h"

struct table_cell {
	const char *text;
	size_t len;
	struct ub_plugin_place place;
	size_t inside; /* where the text begins in the document; SIZE_MAX: both differ, byte by byte */
};

struct table_row {
	struct table_cell *cells;
	size_t n, cap;
	struct ub_plugin_place place;
	size_t number; /* of the line or row in the document, from 1, which is the header */
};

struct table {
	struct ub_plugin_host *host;
	size_t document;
	bool failed; /* what is wrong was reported */
};

/* Reports a mistake, and remembers that there was one. The message is that of printf. */
__attribute__((format(printf, 4, 5))) void table_fail(
    struct table *table, struct ub_plugin_place place, const char *help, const char *message, ...);

/* ---- columns.c: which column is which field ---- */

enum table_kind {
	TABLE_TEXT,
	TABLE_WORD,   /* upper and lower case are the same */
	TABLE_LIST,   /* texts between semicolons */
	TABLE_PEOPLE, /* "Name (Title) <address> [marks]" between semicolons */
	TABLE_NOTES,  /* "Title [date]" between semicolons */
};

struct table_field {
	const char *name;
	enum table_kind kind;
	bool required;
	const char *date; /* of notes: the key of the date */
};

/* What the settings say of a field: the name of its column. */
struct table_named {
	char *field, *column;
	struct ub_plugin_place place;
};

/* A field that the settings declare. */
struct table_declared {
	char *name;
	bool truth; /* of type bool */
};

struct table_columns {
	struct table_named *named;
	size_t n_named;
	struct table_declared *declared;
	size_t n_declared;
};

/* One column of the table. */
struct table_column {
	const struct table_field *field;       /* NULL: no field of every account */
	const struct table_declared *declared; /* NULL: no declared one either, and the column is not read */
	struct table_cell head;
};

/* Takes one of the settings `columns` and `fields`; others are left alone. */
void table_take_setting(struct table_columns *columns, const struct ub_plugin_setting *setting);
void table_free_columns(struct table_columns *columns);
/* Reports what `columns` names that is no field. False: something was. */
bool table_check_columns(const struct table_columns *columns, struct ub_plugin_host *host);
/* Says of each cell of the header what its column is. NULL: a column is missing or twice, which was reported.
 * The caller frees the array. */
struct table_column *table_read_header(
    struct table *table, const struct table_columns *columns, const struct table_row *header);

/* ---- values.c ---- */

/* Gives the account of these rows to the host. Of a list the rows have one entry each, or the same ones; of
 * anything else they all say the same, or it is reported. */
void table_give_rows(
    struct table *table, const struct table_column *columns, const struct table_row *rows, size_t n);

/* ---- text.c ---- */

/* The length of the UTF-8 character (RFC 3629) at the beginning of these bytes; 0: there is none. */
size_t table_character(const char *bytes, size_t len);
/* Running out of memory ends the process, as everywhere in Upbeat. */
void *table_array(void *items, size_t n, size_t size);
char *table_copy(const char *text);

#endif
