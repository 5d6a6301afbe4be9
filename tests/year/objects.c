/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "report.h"

/* Where the line begins, after its CRLF. SIZE_MAX: there is none. */
static size_t find_line(struct ub_text object, const char *name)
{
	static const char *const components[] = { "\r\nBEGIN:VEVENT\r\n", "\r\nBEGIN:VTODO\r\n" };
	size_t at = ub_text_find(object, ub_text(components[0]), 0);
	if (at == SIZE_MAX)
		at = ub_text_find(object, ub_text(components[1]), 0);
	while ((at = ub_text_find(object, UB_TEXT("\r\n"), at)) != SIZE_MAX) {
		at += 2;
		struct ub_text line = ub_text_sub(object, at, object.len);
		size_t n = ub_text(name).len;
		if (ub_text_starts(line, ub_text(name)) && line.len > n &&
		    (line.ptr[n] == ':' || line.ptr[n] == ';'))
			return at;
	}
	return SIZE_MAX;
}

static size_t end_of_line(struct ub_text object, size_t at)
{
	return ub_text_find(object, UB_TEXT("\r\n"), at);
}

struct ub_text value_of(struct ub_text object, const char *name)
{
	size_t at = find_line(object, name);
	if (at == SIZE_MAX)
		return UB_TEXT_NONE;
	size_t colon = ub_text_find(object, UB_TEXT(":"), at);
	return ub_text_sub(object, colon + 1, end_of_line(object, at));
}

ub_instant time_of(const struct world *world, struct ub_text object, const char *name)
{
	struct ub_text value = value_of(object, name);
	struct ub_civil c = { .year = 0 };
	char text[32], last = 0;
	snprintf(text, sizeof(text), "%.*s", UB_ARGS(value));
	if (sscanf(text, "%4d%2d%2dT%2d%2d%2d%c", &c.year, &c.month, &c.day, &c.hour, &c.minute, &c.second,
		&last) < 6)
		return 0;
	return ub_cal_instant(last == 'Z' ? ub_cal_utc() : world->zone, c);
}

struct ub_text with_line(struct ub_text object, const char *name, struct ub_text line, struct ub_arena *arena)
{
	size_t at = find_line(object, name);
	if (at == SIZE_MAX)
		abort();
	return ub_textf(arena, "%.*s%.*s%.*s", UB_ARGS(ub_text_sub(object, 0, at)), UB_ARGS(line),
	    UB_ARGS(ub_text_sub(object, end_of_line(object, at), object.len)));
}

struct ub_text utc_text(ub_instant at, struct ub_arena *arena)
{
	struct ub_civil c = ub_cal_civil(ub_cal_utc(), at);
	return ub_textf(
	    arena, "%04d%02d%02dT%02d%02d%02dZ", c.year, c.month, c.day, c.hour, c.minute, c.second);
}
