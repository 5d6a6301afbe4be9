/* SPDX-License-Identifier: Apache-2.0 */
#include "upbeat/base.h"

#include <stdlib.h>

struct ub_diag *ub_diag_add(struct ub_diags *diags, enum ub_severity severity, const char *code,
    struct ub_place place, const char *format, ...)
{
	if (severity == UB_ERROR)
		diags->errors++;
	else
		diags->warnings++;
	struct ub_diag *diag = diags->list.n < UB_DIAG_MAX ? ub_push(diags->arena, &diags->list)
							   : UB_NEW(diags->arena, struct ub_diag);
	struct ub_buf message = UB_BUF(diags->arena);
	va_list args;
	va_start(args, format);
	ub_buf_vprintf(&message, format, args);
	va_end(args);
	*diag = (struct ub_diag){ .severity = severity,
		.code = code,
		.place = place,
		.message = ub_buf_text(&message),
		.help = UB_TEXT_NONE,
		.related_message = UB_TEXT_NONE };
	return diag;
}

void ub_diag_set_help(struct ub_diags *diags, struct ub_diag *diag, const char *format, ...)
{
	struct ub_buf help = UB_BUF(diags->arena);
	va_list args;
	va_start(args, format);
	ub_buf_vprintf(&help, format, args);
	va_end(args);
	diag->help = ub_buf_text(&help);
}

void ub_diags_add_all(struct ub_diags *diags, const struct ub_diags *from)
{
	for (size_t i = 0; i < from->list.n; i++) {
		const struct ub_diag *diag = &from->list.items[i];
		struct ub_diag *copy = ub_diag_add(
		    diags, diag->severity, diag->code, diag->place, "%.*s", UB_ARGS(diag->message));
		if (diag->help.len)
			ub_diag_set_help(diags, copy, "%.*s", UB_ARGS(diag->help));
		copy->related = diag->related;
		copy->related_message = diag->related_message;
	}
}

static int compare(const void *left, const void *right)
{
	const struct ub_diag *a = left, *b = right;
	struct ub_text name_a = a->place.source ? a->place.source->name : UB_TEXT_NONE;
	struct ub_text name_b = b->place.source ? b->place.source->name : UB_TEXT_NONE;
	int order = ub_text_cmp(name_a, name_b);
	if (order == 0 && a->place.at != b->place.at)
		order = a->place.at < b->place.at ? -1 : 1;
	if (order == 0)
		order = (b->severity > a->severity) - (b->severity < a->severity);
	return order ? order : ub_text_cmp(a->message, b->message);
}

void ub_diags_sort(struct ub_diags *diags)
{
	if (diags->list.n > 1)
		qsort(diags->list.items, diags->list.n, sizeof(*diags->list.items), compare);
}

static size_t line_start(struct ub_text text, size_t at)
{
	size_t mark =
	    ub_text_starts(text, UB_TEXT("\xef\xbb\xbf")) ? 3 : 0; /* a byte order mark has no column */
	size_t first = at < mark ? 0 : mark;
	while (at > first && text.ptr[at - 1] != '\n')
		at--;
	return at;
}

static size_t line_end(struct ub_text text, size_t at)
{
	while (at < text.len && text.ptr[at] != '\n')
		at++;
	return at > 0 && at <= text.len && text.ptr[at - 1] == '\r' ? at - 1 : at;
}

static size_t clamp(size_t at, size_t most)
{
	return at < most ? at : most;
}

void ub_place_line_column(struct ub_place place, size_t *line, size_t *column)
{
	struct ub_text text = place.source->text;
	size_t at = clamp(place.at, text.len);
	*line = 1;
	for (size_t i = 0; i < at; i++)
		*line += text.ptr[i] == '\n';
	size_t start = line_start(text, at);
	*column = 1 + ub_text_code_points(ub_text_sub(text, start, at));
}

/* Whether a control character begins at `at`: C0, DEL, or C1 as UTF-8, which some terminals obey too. */
static bool is_control(struct ub_text text, size_t at)
{
	unsigned char c = (unsigned char)text.ptr[at];
	if (c != 0xC2)
		return c < 0x20 || c == 0x7F;
	return at + 1 < text.len && (unsigned char)text.ptr[at + 1] >= 0x80 &&
	       (unsigned char)text.ptr[at + 1] <= 0x9F;
}

/* The bytes of the character at `i`; 0: there is no UTF-8. */
static size_t character(struct ub_text text, size_t i)
{
	unsigned char lead = (unsigned char)text.ptr[i];
	size_t len = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
	struct ub_text piece = ub_text_sub(text, i, i + len);
	return piece.len == len && ub_text_utf8_valid(piece) ? len : 0;
}

static bool continues(char c)
{
	return ((unsigned char)c & 0xC0) == 0x80;
}

void ub_buf_shown(struct ub_buf *out, struct ub_text line)
{
	for (size_t i = 0, len; i < line.len; i += len ? len : 1) {
		len = character(line, i);
		if (len && !is_control(line, i))
			ub_buf_add(out, ub_text_sub(line, i, i + len));
		else if (len || !continues(line.ptr[i])) /* a stray continuation byte has no column */
			ub_buf_char(out, line.ptr[i] == '\t' ? ' ' : '?');
	}
}

/* Of a line that is too long to look at, only the part around the place is shown. */
static struct ub_text put_shown(struct ub_buf *out, struct ub_text line, size_t at)
{
	const struct ub_text cut = UB_TEXT("...");
	size_t from = 0, until = line.len;
	if (line.len > UB_DIAG_LINE_MAX && at > UB_DIAG_LINE_MAX / 2)
		from = at - UB_DIAG_LINE_MAX / 2;
	while (from < until && continues(line.ptr[from]))
		from++;
	if (until - from > UB_DIAG_LINE_MAX)
		until = from + UB_DIAG_LINE_MAX;
	while (until > from && until < line.len && continues(line.ptr[until]))
		until--;
	ub_buf_add(out, from ? cut : UB_TEXT_NONE);
	ub_buf_shown(out, ub_text_sub(line, from, until));
	ub_buf_add(out, until < line.len ? cut : UB_TEXT_NONE);
	ub_buf_str(out, "\n       | ");
	ub_buf_pad(out, ' ', (from ? cut.len : 0) + ub_text_code_points(ub_text_sub(line, from, at)));
	return ub_text_sub(line, 0, until);
}

static void put_excerpt(
    struct ub_buf *out, struct ub_place place, const char *caret_colour, const char *plain)
{
	struct ub_text text = place.source->text;
	size_t at = clamp(place.at, text.len);
	size_t start = line_start(text, at), end = line_end(text, at);
	size_t line, column;
	ub_place_line_column(place, &line, &column);
	if (end < start)
		end = start;
	if (at > end)
		at = end;
	ub_buf_printf(out, "%6zu | ", line);
	struct ub_text shown = put_shown(out, ub_text_sub(text, start, end), at - start);
	size_t stop = place.len > end - at ? end : at + place.len;
	size_t carets = ub_text_code_points(ub_text_sub(shown, at - start, stop - start));
	ub_buf_str(out, caret_colour);
	ub_buf_pad(out, '^', carets ? carets : 1);
	ub_buf_printf(out, "%s\n", plain);
}

static void put_position(struct ub_buf *out, struct ub_place place)
{
	size_t line, column;
	ub_place_line_column(place, &line, &column);
	ub_buf_shown(out, place.source->name);
	ub_buf_printf(out, ":%zu:%zu: ", line, column);
}

struct ub_text ub_diag_line(const struct ub_diag *diag, struct ub_arena *arena)
{
	struct ub_buf out = UB_BUF(arena);
	if (diag->place.source)
		put_position(&out, diag->place);
	ub_buf_add(&out, diag->message);
	ub_buf_str(&out, diag->help.len ? "; " : "");
	ub_buf_add(&out, diag->help);
	return ub_buf_text(&out);
}

void ub_diag_print(const struct ub_diag *diag, struct ub_buf *out, bool colour)
{
	const char *bold = colour ? "\033[1m" : "", *plain = colour ? "\033[0m" : "";
	const char *tint = !colour ? "" : diag->severity == UB_ERROR ? "\033[1;31m" : "\033[1;35m";
	ub_buf_str(out, bold);
	if (diag->place.source)
		put_position(out, diag->place);
	ub_buf_printf(out, "%s%s%s[%s]%s: ", plain, tint, diag->severity == UB_ERROR ? "error" : "warning",
	    diag->code, plain);
	ub_buf_shown(out, diag->message);
	ub_buf_char(out, '\n');
	if (diag->place.source && diag->place.source->text.len)
		put_excerpt(out, diag->place, tint, plain);
	if (diag->help.len) {
		ub_buf_printf(out, "  %shelp%s: ", bold, plain);
		ub_buf_shown(out, diag->help);
		ub_buf_char(out, '\n');
	}
	if (diag->related.source) {
		put_position(out, diag->related);
		ub_buf_shown(out, diag->related_message);
		ub_buf_char(out, '\n');
		put_excerpt(out, diag->related, bold, plain);
	}
}

void ub_diags_print(const struct ub_diags *diags, struct ub_buf *out, bool colour)
{
	for (size_t i = 0; i < diags->list.n; i++)
		ub_diag_print(&diags->list.items[i], out, colour);
	size_t total = diags->errors + diags->warnings;
	if (total > diags->list.n)
		ub_buf_printf(out, "... and %zu more\n", total - diags->list.n);
}
