/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "csv.h"

/* Part of a cell, without the blanks around it. */
struct piece {
	const char *text;
	size_t len;
	struct ub_plugin_place place;
};

static bool is_white(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Bytes [from, to) of the cell's text. */
static struct piece piece_of(const struct csv_cell *cell, size_t from, size_t to)
{
	while (from < to && is_white(cell->text[from]))
		from++;
	while (to > from && is_white(cell->text[to - 1]))
		to--;
	struct piece piece = { cell->text + from, to - from, cell->place };
	if (cell->inside != SIZE_MAX) {
		piece.place.at = cell->inside + from;
		piece.place.len = to - from;
	}
	return piece;
}

static void give_key(struct ub_plugin_host *host, const char *name, struct ub_plugin_place place)
{
	host->key(host, name, strlen(name), place);
}

static void give_text(struct ub_plugin_host *host, const struct piece *piece)
{
	host->text(host, piece->text, piece->len, piece->place);
}

static void give_member(struct ub_plugin_host *host, const char *name, const struct piece *piece)
{
	if (piece->len == 0)
		return;
	give_key(host, name, piece->place);
	give_text(host, piece);
}

/* Words that spreadsheets write as GREEN or TRUE. */
static void give_word(struct ub_plugin_host *host, const struct piece *piece)
{
	char word[16];
	struct piece lower = *piece;
	for (size_t i = 0; i < piece->len && piece->len <= sizeof(word); i++) {
		char c = piece->text[i];
		word[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
		lower.text = word;
	}
	give_text(host, &lower);
}

/* ---- people and notes ---- */

/* Splits off what stands between `open` and a `close` at the piece's end. */
static struct piece split_tail(const struct csv_cell *cell, struct piece *piece, char open, char close)
{
	size_t from = (size_t)(piece->text - cell->text), to = from + piece->len;
	struct piece none = piece_of(cell, to, to);
	if (piece->len == 0 || piece->text[piece->len - 1] != close)
		return none;
	const char *begin = memrchr(piece->text, open, piece->len);
	if (!begin)
		return none;
	size_t at = (size_t)(begin - cell->text);
	*piece = piece_of(cell, from, at);
	return piece_of(cell, at + 1, to - 1);
}

static void give_person(struct ub_plugin_host *host, const struct csv_cell *cell, struct piece piece)
{
	struct ub_plugin_place whole = piece.place;
	struct piece address = split_tail(cell, &piece, '<', '>');
	if (address.len == 0 && memchr(piece.text, '@', piece.len)) {
		address = piece;
		piece.len = 0;
	}
	struct piece title = split_tail(cell, &piece, '(', ')');
	host->map_begin(host, whole);
	give_member(host, "email", &address);
	give_member(host, "name", &piece);
	give_member(host, "title", &title);
	host->map_end(host);
}

static void give_note(
    struct ub_plugin_host *host, const struct csv_cell *cell, struct piece piece, const char *date_key)
{
	struct ub_plugin_place whole = piece.place;
	struct piece date = split_tail(cell, &piece, '[', ']');
	host->map_begin(host, whole);
	give_member(host, "title", &piece);
	give_member(host, date_key, &date);
	host->map_end(host);
}

static void give_list(struct ub_plugin_host *host, const struct csv_field *field, const struct csv_cell *cell)
{
	host->list_begin(host, cell->place);
	for (size_t from = 0, to; from <= cell->len; from = to + 1) {
		const char *end = memchr(cell->text + from, ';', cell->len - from);
		to = end ? (size_t)(end - cell->text) : cell->len;
		struct piece piece = piece_of(cell, from, to);
		if (piece.len == 0)
			continue;
		if (field->kind == CSV_PEOPLE)
			give_person(host, cell, piece);
		else if (field->kind == CSV_NOTES)
			give_note(host, cell, piece, field->date);
		else
			give_text(host, &piece);
	}
	host->list_end(host);
}

/* ---- a row ---- */

static void give_cell(
    struct ub_plugin_host *host, const struct csv_column *column, const struct csv_cell *cell)
{
	struct piece whole = piece_of(cell, 0, cell->len);
	if (whole.len == 0)
		return;
	give_key(host, column->field ? column->field->name : column->declared->name, column->head.place);
	if (column->field && column->field->kind >= CSV_LIST)
		give_list(host, column->field, cell);
	else if (column->field ? column->field->kind == CSV_WORD : column->declared->word)
		give_word(host, &whole);
	else
		give_text(host, &whole);
}

void csv_give_row(struct csv_file *file, const struct csv_column *columns, const struct csv_row *row)
{
	struct ub_plugin_host *host = file->host;
	host->map_begin(host, row->place);
	for (size_t i = 0; i < row->n; i++)
		if (columns[i].field)
			give_cell(host, &columns[i], &row->cells[i]);
	give_key(host, "fields", row->place);
	host->map_begin(host, row->place);
	for (size_t i = 0; i < row->n; i++)
		if (columns[i].declared)
			give_cell(host, &columns[i], &row->cells[i]);
	host->map_end(host);
	host->map_end(host);
}
