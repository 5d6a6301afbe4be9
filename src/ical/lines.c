/* SPDX-License-Identifier: Apache-2.0 */
#include "ical-private.h"

#include <string.h>

bool ub_ical_refuse(struct ub_ical_refusal *refusal, struct ub_arena *arena, const char *code, size_t line,
    const char *format, ...)
{
	struct ub_buf message = UB_BUF(arena);
	va_list args;
	va_start(args, format);
	ub_buf_vprintf(&message, format, args);
	va_end(args);
	struct ub_buf shown = UB_BUF(arena); /* may quote the text, which may contain anything */
	ub_buf_shown(&shown, ub_buf_text(&message));
	*refusal = (struct ub_ical_refusal){ code, line, ub_buf_text(&shown) };
	return false;
}

/* The state of indexing a text. */
struct scan {
	struct ub_arena *arena;
	struct ub_ical_refusal *refusal;
	struct ub_ical *ical;
	const char *object; /* what the text has to be: "VCALENDAR" */
	size_t at, number;  /* of the next line */
	size_t open[UB_ICAL_NESTING_MAX];
	size_t depth;
};

/* The physical line at `at` without its end. *next is the beginning of the next one. */
static struct ub_text physical(struct ub_text text, size_t at, size_t *next)
{
	const char *end = memchr(text.ptr + at, '\n', text.len - at);
	size_t stop = end ? (size_t)(end - text.ptr) : text.len;
	*next = end ? stop + 1 : stop;
	while (stop > at && text.ptr[stop - 1] == '\r')
		stop--;
	return ub_text_sub(text, at, stop);
}

static bool continues(struct ub_text text, size_t at)
{
	return at < text.len && (text.ptr[at] == ' ' || text.ptr[at] == '\t');
}

/* The unfolded line at *at, which moves on, as *number does with each physical line. Without folds the line
 * is a slice of the text. */
static struct ub_text unfolded(struct ub_text text, size_t *at, size_t *number, struct ub_arena *arena)
{
	struct ub_text line = physical(text, *at, at);
	++*number;
	if (!continues(text, *at))
		return line;
	struct ub_buf whole = UB_BUF(arena);
	ub_buf_add(&whole, line);
	while (continues(text, *at)) {
		struct ub_text more = physical(text, *at, at);
		ub_buf_add(&whole, ub_text_sub(more, 1, more.len));
		++*number;
	}
	return ub_buf_text(&whole);
}

static bool name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
	       c == '_' || c == '.';
}

/* The beginning of the value: after the first colon outside of quotes. If a quote stays open: after the first
 * colon. */
static size_t colon(struct ub_text line, size_t from)
{
	bool quoted = false;
	size_t first = SIZE_MAX;
	for (size_t i = from; i < line.len; i++) {
		if (line.ptr[i] == '"')
			quoted = !quoted;
		if (line.ptr[i] != ':')
			continue;
		if (!quoted)
			return i;
		if (first == SIZE_MAX)
			first = i;
	}
	return first;
}

/* Whether the value behind the parameters is times, and so begins after the last colon. Zones may have one,
 * and no quotes: Exchange writes TZID=tzone://Microsoft/Utc. */
static bool is_time(struct ub_text name)
{
	static const struct ub_text names[] = { WORD("DTSTART"), WORD("DTEND"), WORD("DUE"),
		WORD("RECURRENCE-ID"), WORD("EXDATE"), WORD("RDATE") };
	for (size_t i = 0; i < UB_COUNT(names); i++)
		if (ub_text_eq_nocase(name, names[i]))
			return true;
	return false;
}

/* Splits a line into name, parameters and value. Without a name the line is no content line. */
static void split(struct ub_text text, struct line *line)
{
	size_t end = 0;
	while (end < text.len && name_char(text.ptr[end]))
		end++;
	size_t value = colon(text, end);
	line->name = line->params = line->value = UB_TEXT_NONE;
	if (end == 0 || value == SIZE_MAX || (text.ptr[end] != ':' && text.ptr[end] != ';'))
		return;
	line->name = ub_text_sub(text, 0, end);
	if (value > end && is_time(line->name))
		for (value = text.len - 1; text.ptr[value] != ':'; value--)
			;
	line->params = value > end ? ub_text_sub(text, end + 1, value) : UB_TEXT_NONE;
	line->value = ub_text_sub(text, value + 1, text.len);
}

void ub_ical_read_line(struct ub_text text, struct line *line, struct ub_arena *arena)
{
	size_t at = 0, number = 0;
	*line = (struct line){ .len = text.len };
	split(unfolded(text, &at, &number, arena), line);
}

static bool begin(struct scan *scan, const struct line *line, size_t index)
{
	struct ub_ical *ical = scan->ical;
	if (scan->depth == UB_ICAL_NESTING_MAX)
		return ub_ical_refuse(scan->refusal, scan->arena, "too-deep", line->number,
		    "components are nested deeper than %d", UB_ICAL_NESTING_MAX);
	size_t parent = scan->depth ? scan->open[scan->depth - 1] : NO_COMPONENT;
	struct ub_text name = ub_text_trim(line->value);
	if (ical->components.n == 0 && !ub_text_eq_nocase(name, ub_text(scan->object)))
		return ub_ical_refuse(scan->refusal, scan->arena, "not-a-calendar", line->number,
		    "the text does not begin with BEGIN:%s", scan->object);
	if (ical->components.n && parent == NO_COMPONENT)
		return ub_ical_refuse(scan->refusal, scan->arena, "several-objects", line->number,
		    "another object begins after the %s's end",
		    ub_text_is(ub_text(scan->object), "VCALENDAR") ? "calendar" : "card");
	scan->open[scan->depth++] = ical->components.n;
	*ub_push(scan->arena, &ical->components) = (struct component){ name, parent, index, index };
	return true;
}

static bool end(struct scan *scan, const struct line *line, size_t index)
{
	struct ub_ical *ical = scan->ical;
	struct component *open = scan->depth ? &ical->components.items[scan->open[scan->depth - 1]] : NULL;
	struct ub_text name = ub_text_trim(line->value);
	if (!open || !ub_text_eq_nocase(open->name, name))
		return ub_ical_refuse(scan->refusal, scan->arena, "unbalanced", line->number,
		    "END:%.*s has no BEGIN before it", UB_ARGS(ub_text_sub(name, 0, 40)));
	open->end = index;
	scan->depth--;
	return true;
}

static bool next_line(struct scan *scan)
{
	struct ub_ical *ical = scan->ical;
	struct line line = { .at = scan->at, .number = scan->number };
	split(unfolded(ical->text, &scan->at, &scan->number, scan->arena), &line);
	if (line.name.len == 0)
		return true; /* an empty line, or rubbish that every reader skips */
	line.len = scan->at - line.at;
	line.component = scan->depth ? scan->open[scan->depth - 1] : NO_COMPONENT;
	size_t index = ical->lines.n;
	if (index == UB_ICAL_LINES_MAX)
		return ub_ical_refuse(scan->refusal, scan->arena, "too-many-lines", line.number,
		    "the text has more than %d lines", UB_ICAL_LINES_MAX);
	*ub_push(scan->arena, &ical->lines) = line;
	if (ub_text_eq_nocase(line.name, UB_TEXT("BEGIN")))
		return begin(scan, &line, index);
	if (ub_text_eq_nocase(line.name, UB_TEXT("END")))
		return end(scan, &line, index);
	return true;
}

static bool sound(struct ub_text text, struct ub_arena *arena, struct ub_ical_refusal *refusal)
{
	if (text.len > UB_ICAL_SIZE_MAX)
		return ub_ical_refuse(
		    refusal, arena, "too-large", 0, "the text is longer than %u bytes", UB_ICAL_SIZE_MAX);
	if (text.len && memchr(text.ptr, '\0', text.len))
		return ub_ical_refuse(refusal, arena, "nul-byte", 0, "the text has a NUL byte in it");
	return true;
}

const struct ub_ical *ub_ical_index(
    struct ub_arena *arena, struct ub_text text, struct ub_ical_refusal *refusal)
{
	return ub_ical_index_as(arena, "VCALENDAR", text, refusal);
}

const struct ub_ical *ub_ical_index_as(
    struct ub_arena *arena, const char *object, struct ub_text text, struct ub_ical_refusal *refusal)
{
	if (!sound(text, arena, refusal))
		return NULL;
	struct ub_ical *ical = UB_NEW(arena, struct ub_ical);
	struct scan scan = {
		.arena = arena, .refusal = refusal, .ical = ical, .object = object, .number = 1
	};
	ical->arena = arena;
	ical->text = text;
	ical->utf8 = ub_text_utf8_valid(text);
	if (ub_text_starts(text, UB_TEXT("\xEF\xBB\xBF")))
		scan.at = 3;
	while (scan.at < text.len)
		if (!next_line(&scan))
			return NULL;
	if (ical->components.n == 0) {
		ub_ical_refuse(refusal, arena, "not-a-calendar", 0, "there is no BEGIN:%s", object);
		return NULL;
	}
	if (scan.depth) {
		const struct component *open = &ical->components.items[scan.open[scan.depth - 1]];
		ub_ical_refuse(refusal, arena, "unbalanced", ical->lines.items[open->begin].number,
		    "BEGIN:%.*s has no END; the text may be cut off",
		    UB_ARGS(ub_text_sub(open->name, 0, 40)));
		return NULL;
	}
	return ical;
}

const struct line *ub_ical_line(
    const struct ub_ical *ical, size_t component, const char *name, const struct line *after)
{
	const struct component *of = &ical->components.items[component];
	struct ub_text wanted = ub_text(name);
	size_t from = after ? (size_t)(after - ical->lines.items) + 1 : of->begin + 1;
	for (size_t i = from; i < of->end; i++) {
		const struct line *line = &ical->lines.items[i];
		if (line->component == component && ub_text_eq_nocase(line->name, wanted))
			return line;
	}
	return NULL;
}

bool ub_ical_next_param(struct ub_text *rest, struct param *param)
{
	bool quoted = false;
	if (rest->len == 0)
		return false;
	size_t i = 0;
	for (; i < rest->len && (quoted || rest->ptr[i] != ';'); i++)
		if (rest->ptr[i] == '"')
			quoted = !quoted;
	struct ub_text whole = ub_text_sub(*rest, 0, i);
	size_t equals = ub_text_find(whole, UB_TEXT("="), 0);
	*rest = ub_text_sub(*rest, i + 1, rest->len);
	param->name = ub_text_sub(whole, 0, equals);
	struct ub_text value = equals == SIZE_MAX ? UB_TEXT_NONE : ub_text_sub(whole, equals + 1, whole.len);
	if (value.len >= 2 && value.ptr[0] == '"' && value.ptr[value.len - 1] == '"')
		value = ub_text_sub(value, 1, value.len - 1);
	param->value = value;
	return true;
}

struct ub_text ub_ical_raw_param(const struct line *line, const char *name)
{
	struct ub_text rest = line->params, wanted = ub_text(name);
	struct param param;
	while (ub_ical_next_param(&rest, &param))
		if (ub_text_eq_nocase(param.name, wanted))
			return param.value;
	return UB_TEXT_NONE;
}

bool ub_ical_is(const struct ub_ical *ical, size_t component, const char *name)
{
	return ub_text_eq_nocase(ical->components.items[component].name, ub_text(name));
}

bool ub_ical_is_event(const struct ub_ical *ical, size_t component)
{
	return ical->components.items[component].parent == 0 && ub_ical_is(ical, component, "VEVENT");
}
