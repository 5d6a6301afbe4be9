/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What was most likely meant by a value that is none: for messages. Nothing is guessed into an account.
 */
#include "directory-private.h"

#include <stdio.h>

#include "upbeat/yaml.h"

bool directory_refuse_value(const struct ub_yaml_reader *reader, const struct ub_yaml_node *node,
    const char *noun, struct ub_text meant, const char *otherwise)
{
	struct ub_diags *diags = reader->diags;
	size_t before = diags->list.n;
	ub_yaml_expected(reader, node, noun);
	if (diags->list.n == before)
		return false;
	if (meant.len)
		ub_diag_set_help(diags, &diags->list.items[before], "write %.*s", UB_ARGS(meant));
	else if (otherwise)
		ub_diag_set_help(diags, &diags->list.items[before], "%s", otherwise);
	return false;
}

/* The date of three numbers, if it is one. */
static struct ub_text date_of(struct ub_arena *arena, const int numbers[3], int year, int month, int day)
{
	struct ub_text date = ub_textf(arena, "%04d-%02d-%02d", numbers[year], numbers[month], numbers[day]);
	ub_day ignored;
	return ub_cal_parse_date(date, &ignored) ? date : UB_TEXT_NONE;
}

struct ub_text directory_meant_date(struct ub_text text, struct ub_arena *arena)
{
	int numbers[3], end = 0;
	char sign, other;
	const char *digits = ub_text_cstr(arena, ub_text_trim(text));
	if (sscanf(digits, "%4d%c%2d%c%4d%n", &numbers[0], &sign, &numbers[1], &other, &numbers[2], &end) !=
		5 ||
	    digits[end] || sign != other || !(sign == '.' || sign == '/' || sign == '-'))
		return UB_TEXT_NONE;
	if (numbers[0] > 31)
		return date_of(arena, numbers, 0, 1, 2);
	/* With slashes, the month stands first in some countries. */
	if (sign == '/' && numbers[0] <= 12 && numbers[1] <= 12 && numbers[0] != numbers[1])
		return UB_TEXT_NONE;
	return numbers[1] > 12 ? date_of(arena, numbers, 2, 0, 1) : date_of(arena, numbers, 2, 1, 0);
}

/* Without what stands before the sign, if anything does. */
static struct ub_text after(struct ub_text text, const char *sign)
{
	size_t at = ub_text_find(text, ub_text(sign), 0);
	return at == SIZE_MAX ? text : ub_text_sub(text, at + ub_text(sign).len, text.len);
}

static struct ub_text until(struct ub_text text, const char *sign)
{
	size_t at = ub_text_find(text, ub_text(sign), 0);
	return at == SIZE_MAX ? text : ub_text_sub(text, 0, at);
}

struct ub_text directory_meant_address(struct ub_text text, struct ub_arena *arena)
{
	struct ub_text address = ub_text_trim(until(after(after(text, "<"), "mailto:"), ">"));
	return ub_facts_is_address(address) ? ub_text_lower(arena, address) : UB_TEXT_NONE;
}

struct ub_text directory_meant_domain(struct ub_text text, struct ub_arena *arena)
{
	struct ub_text domain = after(after(ub_text_trim(text), "://"), "@");
	domain = until(until(until(domain, "/"), "?"), ":");
	if (ub_text_starts(domain, UB_TEXT("www.")))
		domain = after(domain, "www.");
	bool sound = ub_text_find(domain, UB_TEXT("."), 0) != SIZE_MAX &&
		     ub_facts_is_address(ub_textf(arena, "x@%.*s", UB_ARGS(domain)));
	return sound ? ub_text_lower(arena, domain) : UB_TEXT_NONE;
}
