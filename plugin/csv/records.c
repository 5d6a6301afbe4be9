/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "csv.h"

static struct ub_plugin_place place(const struct csv_file *file, size_t at, size_t len)
{
	return (struct ub_plugin_place){ file->table.document, at, len };
}

/* ---- the text ---- */

static bool check_encoding(struct csv_file *file)
{
	for (size_t at = file->at, n; at < file->len; at += n) {
		n = table_character(file->bytes + at, file->len - at);
		if (n > 0 && file->bytes[at] != '\0')
			continue;
		table_fail(&file->table, place(file, at, 1), "save the file as UTF-8",
		    n ? "there is a NUL byte, as in UTF-16"
		      : "the byte 0x%02X is not UTF-8, but maybe Latin-1",
		    (unsigned char)file->bytes[at]);
		return false;
	}
	return true;
}

static bool ends_row(char c)
{
	return c == '\r' || c == '\n';
}

/* Goes behind the end of a line, which is CRLF, LF or CR. */
static void skip_line_end(struct csv_file *file)
{
	if (file->at < file->len && file->bytes[file->at] == '\r')
		file->at++;
	if (file->at < file->len && file->bytes[file->at] == '\n')
		file->at++;
}

/* Spreadsheets may say in a line of its own, before the header, what separates the cells. */
static void take_delimiter(struct csv_file *file)
{
	static const char word[] = "sep=";
	const size_t n = sizeof(word) - 1;
	const char *line = file->bytes + file->at;
	if (file->len - file->at < n + 2 || memcmp(line, word, n) != 0 || !ends_row(line[n + 1]) ||
	    !strchr(",;|\t:", line[n]))
		return;
	file->delimiter = line[n];
	file->at += n + 1;
	file->rows++;
	skip_line_end(file);
}

bool csv_begin(struct csv_file *file)
{
	static const char mark[] = "\xEF\xBB\xBF";
	file->rows = 0;
	file->table.failed = false;
	file->at = file->len >= 3 && memcmp(file->bytes, mark, 3) == 0 ? 3 : 0;
	if (file->len >= 2 &&
	    (memcmp(file->bytes, "\xFF\xFE", 2) == 0 || memcmp(file->bytes, "\xFE\xFF", 2) == 0)) {
		table_fail(&file->table, place(file, 0, 2), "save the file as UTF-8", "the file is UTF-16");
		return false;
	}
	if (!check_encoding(file))
		return false;
	take_delimiter(file);
	return true;
}

/* ---- rows ---- */

static struct table_cell bare_cell(struct csv_file *file)
{
	size_t from = file->at;
	while (file->at < file->len && file->bytes[file->at] != file->delimiter &&
	       !ends_row(file->bytes[file->at]))
		file->at++;
	size_t len = file->at - from;
	return (struct table_cell){ file->bytes + from, len, place(file, from, len), from };
}

/* Copies the text of a quoted cell, in which two quotes stand for one, and goes behind the last quote. */
static struct table_cell quoted_cell(struct csv_file *file)
{
	size_t from = file->at, len = 0;
	char *plain = file->plain + from;
	for (file->at++; file->at < file->len; file->at++) {
		bool quote = file->bytes[file->at] == '"';
		if (quote && (file->at + 1 == file->len || file->bytes[file->at + 1] != '"'))
			break;
		file->at += quote;
		plain[len++] = file->bytes[file->at];
	}
	if (file->at == file->len) {
		table_fail(&file->table, place(file, from, 1),
		    "close it; a quote inside of a quoted cell is written twice",
		    "row %zu: the quote that opens here is never closed", file->rows);
		return (struct table_cell){ plain, 0, place(file, from, 1), SIZE_MAX };
	}
	file->at++;
	bool same = file->at - from == len + 2;
	return (
	    struct table_cell){ plain, len, place(file, from, file->at - from), same ? from + 1 : SIZE_MAX };
}

static void read_cell(struct csv_file *file, struct table_row *row)
{
	bool quoted = file->at < file->len && file->bytes[file->at] == '"';
	struct table_cell cell = quoted ? quoted_cell(file) : bare_cell(file);
	if (row->n == row->cap) {
		row->cap = row->cap ? row->cap * 2 : 32;
		row->cells = table_array(row->cells, row->cap, sizeof(*row->cells));
	}
	row->cells[row->n++] = cell;
	if (file->table.failed || file->at == file->len || file->bytes[file->at] == file->delimiter ||
	    ends_row(file->bytes[file->at]))
		return;
	table_fail(&file->table, cell.place, "a quote inside of a quoted cell is written twice",
	    "row %zu: there is more text behind the quoted cell", file->rows);
}

static void read_row(struct csv_file *file, struct table_row *row)
{
	size_t from = file->at;
	row->n = 0;
	row->number = ++file->rows;
	read_cell(file, row);
	while (!file->table.failed && file->at < file->len && file->bytes[file->at] == file->delimiter) {
		file->at++;
		read_cell(file, row);
	}
	row->place = place(file, from, file->at - from);
	skip_line_end(file);
}

/* Spreadsheets also save rows that were emptied. */
static bool is_empty(const struct table_row *row)
{
	for (size_t i = 0; i < row->n; i++)
		if (row->cells[i].len)
			return false;
	return true;
}

bool csv_next(struct csv_file *file, struct table_row *row)
{
	do {
		if (file->table.failed || file->at == file->len)
			return false;
		read_row(file, row);
	} while (!file->table.failed && is_empty(row));
	return !file->table.failed;
}
