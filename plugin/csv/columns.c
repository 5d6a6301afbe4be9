/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "csv.h"

static const struct csv_field fields[] = {
	{ "id", CSV_TEXT, true, NULL },
	{ "name", CSV_TEXT, false, NULL },
	{ "parent", CSV_TEXT, false, NULL },
	{ "domains", CSV_LIST, false, NULL },
	{ "health", CSV_WORD, false, NULL },
	{ "score", CSV_TEXT, false, NULL },
	{ "tier", CSV_TEXT, false, NULL },
	{ "stage", CSV_TEXT, false, NULL },
	{ "language", CSV_TEXT, false, NULL },
	{ "background", CSV_TEXT, false, NULL },
	{ "incumbent", CSV_TEXT, false, NULL },
	{ "competitors", CSV_LIST, false, NULL },
	{ "renewal", CSV_TEXT, false, NULL },
	{ "owner", CSV_TEXT, false, NULL },
	{ "team", CSV_LIST, false, NULL },
	{ "stakeholders", CSV_PEOPLE, false, NULL },
	{ "tickets", CSV_NOTES, false, "opened" },
	{ "feature_requests", CSV_NOTES, false, "since" },
	{ "insights", CSV_NOTES, false, "since" },
	{ "actions", CSV_NOTES, false, "due" },
	{ "risks", CSV_NOTES, false, "since" },
};
#define N_FIELDS (sizeof(fields) / sizeof(fields[0]))

/* Room for the names of a header in a help text; what goes beyond is cut. */
#define LIST_MAX 500

static const struct csv_field *find_field(const char *name)
{
	for (size_t i = 0; i < N_FIELDS; i++)
		if (strcmp(fields[i].name, name) == 0)
			return &fields[i];
	return NULL;
}

static const struct csv_declared *find_declared(const struct csv_columns *columns, const char *name)
{
	for (size_t i = 0; i < columns->n_declared; i++)
		if (strcmp(columns->declared[i].name, name) == 0)
			return &columns->declared[i];
	return NULL;
}

static const struct csv_named *find_named(const struct csv_columns *columns, const char *field)
{
	for (size_t i = 0; i < columns->n_named; i++)
		if (strcmp(columns->named[i].field, field) == 0)
			return &columns->named[i];
	return NULL;
}

static void append(char list[LIST_MAX], const char *text, size_t len)
{
	size_t used = strlen(list);
	snprintf(list + used, LIST_MAX - used, "%s`%.*s`", used ? ", " : "", (int)len, text);
}

bool csv_check_columns(const struct csv_columns *columns, struct ub_plugin_host *host)
{
	bool good = true;
	for (size_t i = 0; i < columns->n_named; i++) {
		const struct csv_named *named = &columns->named[i];
		char message[LIST_MAX], list[LIST_MAX] = "", help[LIST_MAX + 100];
		if (find_field(named->field) || find_declared(columns, named->field))
			continue;
		for (size_t f = 0; f < N_FIELDS; f++)
			append(list, fields[f].name, strlen(fields[f].name));
		snprintf(message, sizeof(message), "accounts have no field `%s`", named->field);
		snprintf(help, sizeof(help), "they have %s, and what `fields` declares", list);
		host->error(host, named->place, message, help);
		good = false;
	}
	return good;
}

/* ---- the header ---- */

static char folded(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	return c == ' ' || c == '-' ? '_' : c;
}

/* Whether the head names the field. Case does not count, and a blank or hyphen is as good as "_". */
static bool names(const struct csv_cell *head, const char *field)
{
	size_t i = 0, from = 0, to = head->len;
	while (from < to && head->text[from] == ' ')
		from++;
	while (to > from && head->text[to - 1] == ' ')
		to--;
	for (; from + i < to && field[i]; i++)
		if (folded(head->text[from + i]) != folded(field[i]))
			return false;
	return from + i == to && !field[i];
}

static bool is_called(const struct csv_cell *head, const char *column)
{
	return head->len == strlen(column) && memcmp(head->text, column, head->len) == 0;
}

/* Whether the column is that of the field: by the settings, else by its own name. */
static bool is_column_of(const struct csv_columns *columns, const struct csv_cell *head, const char *field)
{
	const struct csv_named *named = find_named(columns, field);
	return named ? is_called(head, named->column) : names(head, field);
}

static struct csv_column column_of(const struct csv_columns *columns, const struct csv_cell *head)
{
	struct csv_column column = { .head = *head };
	for (size_t i = 0; i < N_FIELDS && !column.field; i++)
		if (is_column_of(columns, head, fields[i].name))
			column.field = &fields[i];
	for (size_t i = 0; i < columns->n_declared && !column.field && !column.declared; i++)
		if (is_column_of(columns, head, columns->declared[i].name))
			column.declared = &columns->declared[i];
	return column;
}

static const char *name_of(const struct csv_column *column)
{
	return column->field ? column->field->name : column->declared ? column->declared->name : NULL;
}

static void report_twice(struct csv_file *file, const struct csv_column *all, size_t n)
{
	for (size_t i = 1; i < n; i++)
		for (size_t k = 0; k < i && name_of(&all[i]); k++)
			if (name_of(&all[k]) == name_of(&all[i]))
				csv_fail(file, all[i].head.place, "take one of the two away",
				    "there are two columns of the field `%s`", name_of(&all[i]));
}

static bool has_column(const struct csv_column *all, size_t n, const char *field)
{
	for (size_t i = 0; i < n; i++)
		if (name_of(&all[i]) && strcmp(name_of(&all[i]), field) == 0)
			return true;
	return false;
}

static void miss(
    struct csv_file *file, const struct csv_row *header, const char *field, const struct csv_named *named)
{
	char list[LIST_MAX] = "", help[LIST_MAX + 100];
	for (size_t i = 0; i < header->n; i++)
		append(list, header->cells[i].text, header->cells[i].len);
	snprintf(help, sizeof(help),
	    named ? "correct the name under `columns`, or put the column back; there are %s"
		  : "put it back, or say under `columns` which one it is; there are %s",
	    list);
	csv_fail(file, header->place, help, "the column `%s` is missing", named ? named->column : field);
}

static void report_missing(struct csv_file *file, const struct csv_columns *columns,
    const struct csv_row *header, const struct csv_column *all)
{
	for (size_t i = 0; i < N_FIELDS; i++)
		if (fields[i].required && !has_column(all, header->n, fields[i].name) &&
		    !find_named(columns, fields[i].name))
			miss(file, header, fields[i].name, NULL);
	for (size_t i = 0; i < columns->n_named; i++)
		if (!has_column(all, header->n, columns->named[i].field))
			miss(file, header, columns->named[i].field, &columns->named[i]);
}

/* A header that is one cell was split at the wrong sign. */
static bool report_delimiter(struct csv_file *file, const struct csv_row *header)
{
	const struct csv_cell *head = &header->cells[0];
	bool semicolon = memchr(head->text, ';', head->len), tab = memchr(head->text, '\t', head->len);
	if (header->n > 1 || (!semicolon && !tab))
		return false;
	csv_fail(file, header->place,
	    semicolon ? "say `delimiter: \";\"` in the settings" : "say `delimiter: tab` in the settings",
	    "there is one column alone: the cells are not separated by `%c`", file->delimiter);
	return true;
}

/* A misspelt column would be missed by nobody. Where `columns` says which is which, others are meant to be
 * left out. */
static void warn_of_unread(
    struct csv_file *file, const struct csv_columns *columns, const struct csv_column *all, size_t n)
{
	char list[LIST_MAX] = "", message[LIST_MAX + 100];
	const struct csv_column *first = NULL;
	for (size_t i = 0; i < n && columns->n_named == 0; i++) {
		if (name_of(&all[i]))
			continue;
		append(list, all[i].head.text, all[i].head.len);
		first = first ? first : &all[i];
	}
	if (!first)
		return;
	snprintf(message, sizeof(message), "accounts have no such field: %s", list);
	file->host->warning(file->host, first->head.place, message,
	    "declare it under `fields`, or say under `columns` which column is which field");
}

struct csv_column *csv_read_header(
    struct csv_file *file, const struct csv_columns *columns, const struct csv_row *header)
{
	if (report_delimiter(file, header))
		return NULL;
	struct csv_column *all = csv_array(NULL, header->n, sizeof(*all));
	for (size_t i = 0; i < header->n; i++) {
		all[i] = column_of(columns, &header->cells[i]);
	}
	report_twice(file, all, header->n);
	report_missing(file, columns, header, all);
	if (!file->failed) {
		warn_of_unread(file, columns, all, header->n);
		return all;
	}
	free(all);
	return NULL;
}
