/* SPDX-License-Identifier: Apache-2.0 */
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "table.h"

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
static struct piece piece_of(const struct table_cell *cell, size_t from, size_t to)
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

static char lower_case(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Words that spreadsheets write as GREEN or TRUE. */
static void give_word(struct ub_plugin_host *host, const struct piece *piece)
{
	char word[16];
	struct piece lower = *piece;
	for (size_t i = 0; i < piece->len && piece->len <= sizeof(word); i++) {
		word[i] = lower_case(piece->text[i]);
		lower.text = word;
	}
	give_text(host, &lower);
}

/* Databases write truth as a digit or a letter. */
static void give_truth(struct ub_plugin_host *host, const struct piece *piece)
{
	struct piece word = *piece;
	if (piece->len == 1 && strchr("1t", piece->text[0])) {
		word.text = "true";
		word.len = 4;
	} else if (piece->len == 1 && strchr("0f", piece->text[0])) {
		word.text = "false";
		word.len = 5;
	}
	give_word(host, &word);
}

/* ---- people and notes ---- */

/* Splits off what stands between `open` and a `close` at the piece's end. */
static struct piece split_tail(const struct table_cell *cell, struct piece *piece, char open, char close)
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

/* The next part between commas, which *rest loses. False: there is none. */
static bool next_part(const struct table_cell *cell, struct piece *rest, struct piece *part)
{
	size_t from = (size_t)(rest->text - cell->text), to = from + rest->len;
	const char *comma = memchr(rest->text, ',', rest->len);
	size_t end = comma ? (size_t)(comma - cell->text) : to;
	*part = piece_of(cell, from, end);
	*rest = piece_of(cell, comma ? end + 1 : to, to);
	return part->len || rest->len;
}

/* Whether the part is `NAME: value`; then *value is its value. */
static bool is_named(
    const struct table_cell *cell, const struct piece *part, const char *name, struct piece *value)
{
	size_t n = strlen(name), from = (size_t)(part->text - cell->text);
	if (part->len <= n || strncasecmp(part->text, name, n) != 0 || part->text[n] != ':')
		return false;
	*value = piece_of(cell, from + n + 1, from + part->len);
	return true;
}

static bool is_word(const struct piece *part, const char *word)
{
	return part->len == strlen(word) && strncasecmp(part->text, word, part->len) == 0;
}

/* What is said of somebody but the worries. Each key is given once, whatever stands there. */
static void give_mark(
    struct ub_plugin_host *host, const struct table_cell *cell, const struct piece *part, unsigned *given)
{
	static const struct {
		const char *word, *key;
		unsigned once;
	} marks[] = { { "champion", "champion", 1 }, { "executive", "executive", 2 },
		{ "economic buyer", "economic_buyer", 4 }, { "economic_buyer", "economic_buyer", 4 } };
	struct piece value, truth = { "true", 4, part->place };
	bool known = is_named(cell, part, "concern", &value);
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (!is_word(part, marks[i].word))
			continue;
		known = true;
		if (!(*given & marks[i].once))
			give_member(host, marks[i].key, &truth);
		*given |= marks[i].once;
	}
	if (is_named(cell, part, "persona", &value)) {
		known = true;
		if (!(*given & 8) && value.len)
			give_member(host, "persona", &value);
		*given |= 8;
	}
	if (!known)
		host->warning(host, part->place, "this says nothing of a stakeholder",
		    "write `champion`, `executive`, `economic buyer`, `persona: ...` or `concern: ...`");
}

/* What stands in brackets behind a person: "champion, persona: blunt, concern: lock-in". */
static void give_marks(struct ub_plugin_host *host, const struct table_cell *cell, struct piece marks)
{
	struct piece rest = marks, part, value;
	bool worried = false;
	unsigned given = 0;
	while (next_part(cell, &rest, &part)) {
		worried |= is_named(cell, &part, "concern", &value);
		if (part.len)
			give_mark(host, cell, &part, &given);
	}
	if (!worried)
		return;
	give_key(host, "concerns", marks.place);
	host->list_begin(host, marks.place);
	for (rest = marks; next_part(cell, &rest, &part);)
		if (is_named(cell, &part, "concern", &value) && value.len)
			give_text(host, &value);
	host->list_end(host);
}

static void give_person(struct ub_plugin_host *host, const struct table_cell *cell, struct piece piece)
{
	struct ub_plugin_place whole = piece.place;
	struct piece marks = split_tail(cell, &piece, '[', ']');
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
	give_marks(host, cell, marks);
	host->map_end(host);
}

static void give_note(
    struct ub_plugin_host *host, const struct table_cell *cell, struct piece piece, const char *date_key)
{
	struct ub_plugin_place whole = piece.place;
	struct piece date = split_tail(cell, &piece, '[', ']');
	host->map_begin(host, whole);
	give_member(host, "title", &piece);
	give_member(host, date_key, &date);
	host->map_end(host);
}

static void give_pieces(
    struct ub_plugin_host *host, const struct table_field *field, const struct table_cell *cell)
{
	for (size_t from = 0, to; from <= cell->len; from = to + 1) {
		const char *end = memchr(cell->text + from, ';', cell->len - from);
		to = end ? (size_t)(end - cell->text) : cell->len;
		struct piece piece = piece_of(cell, from, to);
		if (piece.len == 0)
			continue;
		if (field->kind == TABLE_PEOPLE)
			give_person(host, cell, piece);
		else if (field->kind == TABLE_NOTES)
			give_note(host, cell, piece, field->date);
		else
			give_text(host, &piece);
	}
}

/* ---- a column of the rows of one account ---- */

struct giving {
	struct table *table;
	const struct table_column *columns;
	const struct table_row *rows;
	size_t n_rows;
};

static struct piece whole_of(const struct table_cell *cell)
{
	return piece_of(cell, 0, cell->len);
}

/* The first row that says something in the column, from row `from` on; n_rows: none does. */
static size_t find_row(const struct giving *giving, size_t column, size_t from)
{
	while (from < giving->n_rows && whole_of(&giving->rows[from].cells[column]).len == 0)
		from++;
	return from;
}

static int compare_cells(const void *a, const void *b)
{
	const struct table_cell *x = a, *y = b;
	if (x->len != y->len)
		return x->len < y->len ? -1 : 1;
	return x->len ? memcmp(x->text, y->text, x->len) : 0;
}

static void forget_cell(void *cell)
{
	(void)cell;
}

/* What several rows repeat counts once. */
static void give_list(const struct giving *giving, size_t column)
{
	struct ub_plugin_host *host = giving->table->host;
	void *seen = NULL;
	host->list_begin(host, giving->rows[0].cells[column].place);
	for (size_t i = 0; i < giving->n_rows; i++) {
		const struct table_cell *cell = &giving->rows[i].cells[column];
		const struct table_cell *const *node = tsearch(cell, &seen, compare_cells);
		if (!node)
			abort();
		if (*node == cell)
			give_pieces(host, giving->columns[column].field, cell);
	}
	host->list_end(host);
	tdestroy(seen, forget_cell);
}

/* What is no list is the same in all rows that say it. */
static void check_same(const struct giving *giving, size_t column, size_t first)
{
	const struct table_cell *head = &giving->columns[column].head;
	const struct piece one = whole_of(&giving->rows[first].cells[column]);
	for (size_t i = first; (i = find_row(giving, column, i + 1)) < giving->n_rows;) {
		const struct piece other = whole_of(&giving->rows[i].cells[column]);
		if (one.len == other.len && memcmp(one.text, other.text, one.len) == 0)
			continue;
		table_fail(giving->table, other.place,
		    "rows of one account differ in lists alone; correct the data, or take the column away",
		    "rows %zu and %zu are both of one account, and differ in `%.*s`",
		    giving->rows[first].number, giving->rows[i].number, (int)head->len, head->text);
		return;
	}
}

static void give_column(const struct giving *giving, size_t i)
{
	struct ub_plugin_host *host = giving->table->host;
	const struct table_column *column = &giving->columns[i];
	const size_t first = find_row(giving, i, 0);
	if (first == giving->n_rows)
		return;
	const struct piece whole = whole_of(&giving->rows[first].cells[i]);
	give_key(host, column->field ? column->field->name : column->declared->name, column->head.place);
	if (column->field && column->field->kind >= TABLE_LIST) {
		give_list(giving, i);
		return;
	}
	check_same(giving, i, first);
	if (column->declared && column->declared->truth)
		give_truth(host, &whole);
	else if (column->field && column->field->kind == TABLE_WORD)
		give_word(host, &whole);
	else
		give_text(host, &whole);
}

void table_give_rows(
    struct table *table, const struct table_column *columns, const struct table_row *rows, size_t n)
{
	const struct giving giving = { table, columns, rows, n };
	struct ub_plugin_host *host = table->host;
	host->map_begin(host, rows->place);
	for (size_t i = 0; i < rows->n; i++)
		if (columns[i].field)
			give_column(&giving, i);
	give_key(host, "fields", rows->place);
	host->map_begin(host, rows->place);
	for (size_t i = 0; i < rows->n; i++)
		if (columns[i].declared)
			give_column(&giving, i);
	host->map_end(host);
	host->map_end(host);
}
