/* SPDX-License-Identifier: Apache-2.0 */
#include "ical-private.h"

/* Components that are to be written, before libical prints them. */

struct draft *ub_ical_draft(struct ub_arena *arena, const char *name)
{
	struct draft *draft = UB_NEW(arena, struct draft);
	*draft = (struct draft){ .arena = arena, .name = name };
	return draft;
}

struct draft *ub_ical_draft_part(struct draft *draft, const char *name)
{
	struct draft *part = ub_ical_draft(draft->arena, name);
	*ub_push(draft->arena, &draft->parts) = part;
	return part;
}

struct draft_line *ub_ical_draft_text(struct draft *draft, const char *name, struct ub_text value)
{
	struct draft_line *line = ub_push(draft->arena, &draft->lines);
	*line = (struct draft_line){ .name = name, .is_text = true, .value = value };
	return line;
}

struct draft_line *ub_ical_draft_value(struct draft *draft, const char *name, const char *format, ...)
{
	struct draft_line *line = ub_push(draft->arena, &draft->lines);
	struct ub_buf value = UB_BUF(draft->arena);
	va_list args;
	va_start(args, format);
	ub_buf_vprintf(&value, format, args);
	va_end(args);
	*line = (struct draft_line){ .name = name, .value = ub_buf_text(&value) };
	return line;
}

void ub_ical_draft_param(struct draft *draft, struct draft_line *line, const char *name, struct ub_text value)
{
	if (value.len)
		*ub_push(draft->arena, &line->params) = (struct param){ ub_text(name), value };
}
