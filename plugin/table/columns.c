/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"

static const struct table_field fields[] = {
	{ "id", TABLE_TEXT, true, NULL },
	{ "name", TABLE_TEXT, false, NULL },
	{ "parent", TABLE_TEXT, false, NULL },
	{ "domains", TABLE_LIST, false, NULL },
	{ "health", TABLE_WORD, false, NULL },
	{ "health_since", TABLE_TEXT, false, NULL },
	{ "score", TABLE_TEXT, false, NULL },
	{ "tier", TABLE_TEXT, false, NULL },
	{ "stage", TABLE_TEXT, false, NULL },
	{ "language", TABLE_TEXT, false, NULL },
	{ "background", TABLE_TEXT, false, NULL },
	{ "incumbent", TABLE_TEXT, false, NULL },
	{ "competitors", TABLE_LIST, false, NULL },
	{ "renewal", TABLE_TEXT, false, NULL },
	{ "owner", TABLE_TEXT, false, NULL },
	{ "manager", TABLE_TEXT, false, NULL },
	{ "team", TABLE_LIST, false, NULL },
	{ "stakeholders", TABLE_PEOPLE, false, NULL },
	{ "tickets", TABLE_NOTES, false, "opened" },
	{ "feature_requests", TABLE_NOTES, false, "since" },
	{ "insights", TABLE_NOTES, false, "since" },
	{ "actions", TABLE_NOTES, false, "due" },
	{ "risks", TABLE_NOTES, false, "since" },
};
#define N_FIELDS (sizeof(fields) / sizeof(fields[0]))

/* Room for the names of a header in a help text; what goes beyond is cut. */
#define LIST_MAX 500

static const struct table_field *find_field(const char *name)
{
	for (size_t i = 0; i < N_FIELDS; i++)
		if (strcmp(fields[i].name, name) == 0)
			return &fields[i];
	return NULL;
}

static const struct table_declared *find_declared(const struct table_columns *columns, const char *name)
{
	for (size_t i = 0; i < columns->n_declared; i++)
		if (strcmp(columns->declared[i].name, name) == 0)
			return &columns->declared[i];
	return NULL;
}

static const struct table_named *find_named(const struct table_columns *columns, const char *field)
{
	for (size_t i = 0; i < columns->n_named; i++)
		if (strcmp(columns->named[i].field, field) == 0)
			return &columns->named[i];
	return NULL;
}

/* ---- the settings ---- */

void table_take_setting(struct table_columns *columns, const struct ub_plugin_setting *setting)
{
	if (strcmp(setting->name, "columns") == 0) {
		columns->named = table_array(columns->named, columns->n_named + 1, sizeof(*columns->named));
		columns->named[columns->n_named++] = (struct table_named){ table_copy(setting->key),
			table_copy(setting->value), setting->place };
	} else if (strcmp(setting->name, "fields") == 0) {
		columns->declared =
		    table_array(columns->declared, columns->n_declared + 1, sizeof(*columns->declared));
		columns->declared[columns->n_declared++] =
		    (struct table_declared){ table_copy(setting->key), strcmp(setting->value, "bool") == 0 };
	}
}

void table_free_columns(struct table_columns *columns)
{
	for (size_t i = 0; i < columns->n_named; i++) {
		free(columns->named[i].field);
		free(columns->named[i].column);
	}
	for (size_t i = 0; i < columns->n_declared; i++)
		free(columns->declared[i].name);
	free(columns->named);
	free(columns->declared);
}

static void append(char list[LIST_MAX], const char *text, size_t len)
{
	size_t used = strlen(list);
	snprintf(list + used, LIST_MAX - used, "%s`%.*s`", used ? ", " : "", (int)len, text);
}

bool table_check_columns(const struct table_columns *columns, struct ub_plugin_host *host)
{
	bool good = true;
	for (size_t i = 0; i < columns->n_named; i++) {
		const struct table_named *named = &columns->named[i];
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
static bool names(const struct table_cell *head, const char *field)
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

static bool is_called(const struct table_cell *head, const char *column)
{
	return head->len == strlen(column) && memcmp(head->text, column, head->len) == 0;
}

/* Whether the column is that of the field: by the settings, else by its own name. */
static bool is_column_of(
    const struct table_columns *columns, const struct table_cell *head, const char *field)
{
	const struct table_named *named = find_named(columns, field);
	return named ? is_called(head, named->column) : names(head, field);
}

static struct table_column column_of(const struct table_columns *columns, const struct table_cell *head)
{
	struct table_column column = { .head = *head };
	for (size_t i = 0; i < N_FIELDS && !column.field; i++)
		if (is_column_of(columns, head, fields[i].name))
			column.field = &fields[i];
	for (size_t i = 0; i < columns->n_declared && !column.field && !column.declared; i++)
		if (is_column_of(columns, head, columns->declared[i].name))
			column.declared = &columns->declared[i];
	return column;
}

static const char *name_of(const struct table_column *column)
{
	return column->field ? column->field->name : column->declared ? column->declared->name : NULL;
}

static void report_twice(struct table *table, const struct table_column *all, size_t n)
{
	for (size_t i = 1; i < n; i++)
		for (size_t k = 0; k < i && name_of(&all[i]); k++)
			if (name_of(&all[k]) == name_of(&all[i]))
				table_fail(table, all[i].head.place, "take one of the two away",
				    "there are two columns of the field `%s`", name_of(&all[i]));
}

static bool has_column(const struct table_column *all, size_t n, const char *field)
{
	for (size_t i = 0; i < n; i++)
		if (name_of(&all[i]) && strcmp(name_of(&all[i]), field) == 0)
			return true;
	return false;
}

static void miss(
    struct table *table, const struct table_row *header, const char *field, const struct table_named *named)
{
	char list[LIST_MAX] = "", help[LIST_MAX + 100];
	for (size_t i = 0; i < header->n; i++)
		append(list, header->cells[i].text, header->cells[i].len);
	snprintf(help, sizeof(help),
	    named ? "correct the name under `columns`, or put the column back; there are %s"
		  : "put it back, or say under `columns` which one it is; there are %s",
	    list);
	table_fail(table, header->place, help, "the column `%s` is missing", named ? named->column : field);
}

static void report_missing(struct table *table, const struct table_columns *columns,
    const struct table_row *header, const struct table_column *all)
{
	for (size_t i = 0; i < N_FIELDS; i++)
		if (fields[i].required && !has_column(all, header->n, fields[i].name) &&
		    !find_named(columns, fields[i].name))
			miss(table, header, fields[i].name, NULL);
	for (size_t i = 0; i < columns->n_named; i++)
		if (!has_column(all, header->n, columns->named[i].field))
			miss(table, header, columns->named[i].field, &columns->named[i]);
}

/* A misspelt column would be missed by nobody. Where `columns` says which is which, others are meant to be
 * left out. */
static void warn_of_unread(
    struct table *table, const struct table_columns *columns, const struct table_column *all, size_t n)
{
	char list[LIST_MAX] = "", message[LIST_MAX + 100];
	const struct table_column *first = NULL;
	for (size_t i = 0; i < n && columns->n_named == 0; i++) {
		if (name_of(&all[i]))
			continue;
		append(list, all[i].head.text, all[i].head.len);
		first = first ? first : &all[i];
	}
	if (!first)
		return;
	snprintf(message, sizeof(message), "accounts have no such field: %s", list);
	table->host->warning(table->host, first->head.place, message,
	    "declare it under `fields`, or say under `columns` which column is which field");
}

struct table_column *table_read_header(
    struct table *table, const struct table_columns *columns, const struct table_row *header)
{
	struct table_column *all = table_array(NULL, header->n, sizeof(*all));
	for (size_t i = 0; i < header->n; i++) {
		all[i] = column_of(columns, &header->cells[i]);
	}
	report_twice(table, all, header->n);
	report_missing(table, columns, header, all);
	if (!table->failed) {
		warn_of_unread(table, columns, all, header->n);
		return all;
	}
	free(all);
	return NULL;
}
