/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sql.h"

/*
 * All that the query gives becomes one document, a line for each row: messages show the row, though nobody
 * has a file with it.
 */

#define TEXT_MAX     (256u * 1024 * 1024)
#define MESSAGE_MAX  1000
#define MISTAKES_MAX 20 /* that are told; then the reading is given up */

static const char between[] = " | ";

const char *const sql_help_kept = "what was read before stays, and it is tried again";

int64_t sql_milliseconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

bool sql_is_over(const struct sql_reading *reading)
{
	return reading->host->stopping(reading->host) || sql_milliseconds() >= reading->deadline;
}

/* ---- what is told ---- */

void sql_fail(struct sql_reading *reading, const char *help, const char *message, ...)
{
	char text[MESSAGE_MAX], whole[MESSAGE_MAX + 200];
	va_list args;
	va_start(args, message);
	vsnprintf(text, sizeof(text), message, args);
	va_end(args);
	snprintf(whole, sizeof(whole), "%s: %s", reading->source->label, text);
	reading->host->error(reading->host, reading->source->place, whole, help);
	reading->failed = true;
}

void sql_fail_query(struct sql_reading *reading, size_t at, const char *help, const char *message)
{
	struct ub_plugin_host *host = reading->host;
	const char *query = reading->source->query;
	char *name = NULL;
	if (asprintf(&name, "the query of %s", reading->source->label) < 0)
		abort();
	const size_t len = strlen(query);
	struct ub_plugin_place place = { host->document(host, name, query, len), 0, 0 };
	if (at < len) {
		place.at = at;
		place.len = strcspn(query + at, " \t\n,;()");
	}
	host->error(host, place, message, help);
	free(name);
	reading->failed = true;
}

void sql_fail_late(struct sql_reading *reading)
{
	sql_fail(reading, "make the query faster, or let it take longer by `timeout`",
	    "the query has not ended within %.1f s", (double)reading->source->timeout / 1000);
}

/* ---- taking rows ---- */

static void add_text(struct sql_reading *reading, const char *bytes, size_t len)
{
	if (reading->cap - reading->len < len) {
		reading->cap = (reading->len + len) * 2;
		reading->text = table_array(reading->text, reading->cap, 1);
	}
	if (len > 0)
		memcpy(reading->text + reading->len, bytes, len);
	reading->len += len;
}

void sql_add_cell(struct sql_reading *reading, const char *bytes, size_t len)
{
	if (reading->n_cells == reading->cap_cells) {
		reading->cap_cells = reading->cap_cells ? reading->cap_cells * 2 : 256;
		reading->cells = table_array(reading->cells, reading->cap_cells, sizeof(*reading->cells));
	}
	if (reading->len > 0 && reading->text[reading->len - 1] != '\n')
		add_text(reading, between, strlen(between));
	reading->cells[reading->n_cells++] = (struct sql_cell){ reading->len, bytes ? len : 0 };
	add_text(reading, bytes, bytes ? len : 0);
}

static bool is_text(const struct sql_reading *reading, const struct sql_cell *cell)
{
	const char *text = reading->text + cell->at;
	for (size_t at = 0, n; at < cell->len; at += n) {
		n = table_character(text + at, cell->len - at);
		if (n == 0 || text[at] == '\0')
			return false;
	}
	return true;
}

static bool check_row(struct sql_reading *reading)
{
	const size_t row = reading->n_cells / reading->n_columns;
	const struct sql_cell *names = reading->cells, *cells = names + (row - 1) * reading->n_columns;
	for (size_t i = 0; i < reading->n_columns; i++) {
		if (is_text(reading, &cells[i]))
			continue;
		sql_fail(reading, "convert it in the query, or correct the data",
		    "row %zu, column `%.*s`: the value is not UTF-8, but maybe Latin-1, or no text at all",
		    row, (int)names[i].len, reading->text + names[i].at);
		return false;
	}
	return true;
}

bool sql_end_row(struct sql_reading *reading)
{
	if (reading->n_columns == 0)
		reading->n_columns = reading->n_cells;
	add_text(reading, "\n", 1);
	if (reading->len <= TEXT_MAX)
		return check_row(reading);
	sql_fail(reading, "have the query give fewer columns or rows", "the query gives more than 256 MiB");
	return false;
}

/* ---- giving accounts ---- */

/* Makes the document. Line ends within a cell would make two lines of its row. */
static size_t make_document(const struct sql_reading *reading)
{
	char *shown = table_array(NULL, reading->len, 1), *name = NULL;
	memcpy(shown, reading->text, reading->len);
	for (size_t i = 0; i < reading->n_cells; i++)
		for (size_t k = 0; k < reading->cells[i].len; k++)
			if ((unsigned char)shown[reading->cells[i].at + k] < ' ')
				shown[reading->cells[i].at + k] = ' ';
	if (asprintf(&name, "the rows of %s", reading->source->label) < 0)
		abort();
	size_t document = reading->host->document(reading->host, name, shown, reading->len);
	free(name);
	free(shown);
	return document;
}

/* The rows of one account, which follow one another. */
struct group {
	const struct sql_reading *reading;
	struct table table;
	const struct table_column *columns;
	size_t id; /* the column of it */
	struct table_row *rows;
	size_t n, cap;
};

static struct table_row make_row(const struct sql_reading *reading, size_t document, size_t number)
{
	const size_t n = reading->n_columns;
	const struct sql_cell *cells = reading->cells + (number - 1) * n, *last = &cells[n - 1];
	struct table_row row = { .n = n, .cap = n, .number = number };
	row.cells = table_array(NULL, n, sizeof(*row.cells));
	row.place = (struct ub_plugin_place){ document, cells[0].at, last->at + last->len - cells[0].at };
	for (size_t i = 0; i < n; i++)
		row.cells[i] = (struct table_cell){ reading->text + cells[i].at, cells[i].len,
			{ document, cells[i].at, cells[i].len }, cells[i].at };
	return row;
}

/* Whether the row is of the same account as the rows before. */
static bool belongs(const struct group *group, const struct table_row *row)
{
	if (group->n == 0)
		return true;
	const struct table_cell *id = &row->cells[group->id], *first = &group->rows[0].cells[group->id];
	return id->len > 0 && id->len == first->len && memcmp(id->text, first->text, id->len) == 0;
}

static void give_group(struct group *group)
{
	if (group->n > 0)
		table_give_rows(&group->table, group->columns, group->rows, group->n);
	for (size_t i = 0; i < group->n; i++)
		free(group->rows[i].cells);
	group->n = 0;
}

static void add_row(struct group *group, struct table_row row)
{
	if (!belongs(group, &row))
		give_group(group);
	if (group->n == group->cap) {
		group->cap = group->cap ? group->cap * 2 : 8;
		group->rows = table_array(group->rows, group->cap, sizeof(*group->rows));
	}
	group->rows[group->n++] = row;
}

static size_t find_id(const struct table_column *columns)
{
	size_t i = 0;
	while (!columns[i].field || strcmp(columns[i].field->name, "id") != 0)
		i++; /* there is one: it is required */
	return i;
}

static void give_rows(struct group *group)
{
	const struct sql_reading *reading = group->reading;
	const size_t n_rows = reading->n_cells / reading->n_columns;
	size_t mistakes = 0;
	group->id = find_id(group->columns);
	for (size_t number = 2; number <= n_rows && mistakes < MISTAKES_MAX; number++) {
		add_row(group, make_row(reading, group->table.document, number));
		/* The rows after this one may have mistakes, too. */
		mistakes += group->table.failed;
		group->table.failed = false;
	}
	give_group(group);
	group->table.failed |= mistakes > 0;
	free(group->rows);
}

void sql_give(struct sql_reading *reading)
{
	const size_t document = make_document(reading);
	struct group group = { .reading = reading, .table = { reading->host, document, false } };
	struct table_row header = make_row(reading, document, 1);
	struct table_column *columns = table_read_header(&group.table, &reading->source->columns, &header);
	group.columns = columns;
	if (columns)
		give_rows(&group);
	reading->failed |= group.table.failed;
	free(columns);
	free(header.cells);
}
