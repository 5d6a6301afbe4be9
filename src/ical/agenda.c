/* SPDX-License-Identifier: Apache-2.0 */
#include "ical-private.h"

static bool begins_line(struct ub_text text, size_t at)
{
	while (at > 0 && (text.ptr[at - 1] == ' ' || text.ptr[at - 1] == '\t'))
		at--;
	return at == 0 || text.ptr[at - 1] == '\n';
}

/* Finds a delimiter at the beginning of a line. Text after the delimiter, in its line, is the user's. Text
 * before it makes the delimiter a quotation. */
static size_t delimiter(struct ub_text text, struct ub_text wanted, size_t from)
{
	size_t at = ub_text_find(text, wanted, from);
	while (at != SIZE_MAX && !begins_line(text, at))
		at = ub_text_find(text, wanted, at + 1);
	return at;
}

struct delimiters {
	struct ub_text begin, end;
};

/* From the beginning of the text. */
static const struct delimiters kept = {
	{ NULL, 0 },
	{ UB_PLAN_TEXT_END, sizeof(UB_PLAN_TEXT_END) - 1 },
};
/* The lines in items of earlier versions, whose text stood between two. */
#define EARLIER_BEGIN "--- Kept up to date by Upbeat from here ---"
#define EARLIER_END   "--- to here; below is room for your own notes ---"
static const struct delimiters earlier = {
	{ EARLIER_BEGIN, sizeof(EARLIER_BEGIN) - 1 },
	{ EARLIER_END, sizeof(EARLIER_END) - 1 },
};
static const struct delimiters shared = {
	{ UB_PLAN_SHARED_BEGIN, sizeof(UB_PLAN_SHARED_BEGIN) - 1 },
	{ UB_PLAN_SHARED_END, sizeof(UB_PLAN_SHARED_END) - 1 },
};

static bool between(struct ub_text text, const struct delimiters *delimiters, size_t *from, size_t *to)
{
	*from = delimiters->begin.len ? delimiter(text, delimiters->begin, 0) : 0;
	*to = *from == SIZE_MAX ? SIZE_MAX : delimiter(text, delimiters->end, *from);
	return *to != SIZE_MAX;
}

bool ub_ical_agenda(struct ub_text description, size_t *from, size_t *to)
{
	return between(description, &kept, from, to) || between(description, &earlier, from, to);
}

struct ub_text ub_ical_notes_below(struct ub_text description)
{
	const struct delimiters *const pairs[] = { &kept, &earlier };
	size_t from, to;
	for (size_t i = 0; i < UB_COUNT(pairs); i++)
		if (between(description, pairs[i], &from, &to))
			return ub_text_trim(
			    ub_text_sub(description, to + pairs[i]->end.len, description.len));
	return UB_TEXT_NONE;
}

/* The number of bytes in the escaped value for the first `n` bytes of the text. */
static size_t escaped(struct ub_text value, size_t n)
{
	size_t at = 0;
	while (n-- > 0)
		at += value.ptr[at] == '\\' && at + 1 < value.len ? 2 : 1;
	return at;
}

/* Finds the part of an escaped value, with both delimiters. */
static bool part(struct ub_text value, const struct delimiters *delimiters, struct ub_arena *arena,
    size_t *from, size_t *to)
{
	if (!between(ub_libical_unescaped(value, arena), delimiters, from, to))
		return false;
	*from = escaped(value, *from);
	*to = escaped(value, *to + delimiters->end.len);
	return true;
}

struct ub_text ub_ical_agenda_replaced(
    struct ub_text value, size_t above, struct ub_text wanted, struct ub_arena *arena)
{
	size_t from, to, wanted_from = 0, wanted_to = wanted.len;
	if (ub_text_trim(value).len == 0)
		return wanted;
	if (!part(value, &kept, arena, &from, &to) && !part(value, &earlier, arena, &from, &to))
		return value;
	from += escaped(value, above);
	if (part(wanted, &kept, arena, &wanted_from, &wanted_to))
		wanted = ub_text_sub(wanted, wanted_from, wanted_to);
	struct ub_buf out = UB_BUF(arena);
	ub_buf_add(&out, ub_text_sub(value, 0, from));
	ub_buf_add(&out, wanted);
	ub_buf_add(&out, ub_text_sub(value, to, value.len));
	return ub_buf_text(&out);
}

/* The last of several beginnings before the end. Users may have written something above, under a line like
 * ours, and that text is theirs. */
static size_t innermost(struct ub_text value, struct ub_arena *arena, size_t from, size_t to)
{
	struct ub_text text = ub_libical_unescaped(ub_text_sub(value, 0, to), arena);
	size_t at = delimiter(text, shared.begin, 0), next = at;
	while (next != SIZE_MAX) {
		at = next;
		next = delimiter(text, shared.begin, at + 1);
	}
	return at == SIZE_MAX ? from : escaped(value, at);
}

bool ub_ical_shared(struct ub_text value, struct ub_arena *arena, size_t *from, size_t *to)
{
	static const struct ub_text blank_line = { "\\n\\n", 4 };
	if (!part(value, &shared, arena, from, to))
		return false;
	*from = innermost(value, arena, *from, *to);
	if (ub_text_ends(ub_text_sub(value, 0, *from), blank_line))
		*from -= blank_line.len;
	return true;
}
