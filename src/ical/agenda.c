/* SPDX-License-Identifier: Apache-2.0 */
#include "ical-private.h"

static bool begins_line(struct ub_text text, size_t at)
{
	while (at > 0 && (text.ptr[at - 1] == ' ' || text.ptr[at - 1] == '\t'))
		at--;
	return at == 0 || text.ptr[at - 1] == '\n';
}

/* What people write behind a delimiter, in its line, is theirs; what stands before it makes it a quotation.
 */
static size_t delimiter(struct ub_text text, struct ub_text wanted, size_t from)
{
	size_t at = ub_text_find(text, wanted, from);
	while (at != SIZE_MAX && !begins_line(text, at))
		at = ub_text_find(text, wanted, at + 1);
	return at;
}

bool ub_ical_agenda(struct ub_text description, size_t *from, size_t *to)
{
	*from = delimiter(description, UB_TEXT(UB_PLAN_TEXT_BEGIN), 0);
	*to = *from == SIZE_MAX ? SIZE_MAX : delimiter(description, UB_TEXT(UB_PLAN_TEXT_END), *from);
	return *to != SIZE_MAX;
}

/* How many bytes of the escaped value stand for the first `n` of the text. */
static size_t escaped(struct ub_text value, size_t n)
{
	size_t at = 0;
	while (n-- > 0)
		at += value.ptr[at] == '\\' && at + 1 < value.len ? 2 : 1;
	return at;
}

/* The same of an escaped value, with both delimiters. */
static bool part(struct ub_text value, struct ub_arena *arena, size_t *from, size_t *to)
{
	if (!ub_ical_agenda(ub_ical_unescaped(value, arena), from, to))
		return false;
	*from = escaped(value, *from);
	*to = escaped(value, *to + UB_TEXT(UB_PLAN_TEXT_END).len);
	return true;
}

struct ub_text ub_ical_agenda_replaced(struct ub_text value, struct ub_text wanted, struct ub_arena *arena)
{
	size_t from, to, wanted_from = 0, wanted_to = wanted.len;
	if (ub_text_trim(value).len == 0)
		return wanted;
	if (!part(value, arena, &from, &to))
		return value;
	if (part(wanted, arena, &wanted_from, &wanted_to))
		wanted = ub_text_sub(wanted, wanted_from, wanted_to);
	struct ub_buf out = UB_BUF(arena);
	ub_buf_add(&out, ub_text_sub(value, 0, from));
	ub_buf_add(&out, wanted);
	ub_buf_add(&out, ub_text_sub(value, to, value.len));
	return ub_buf_text(&out);
}
