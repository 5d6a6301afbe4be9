/* SPDX-License-Identifier: Apache-2.0 */
#include "cel-private.h"

#include "door.h"

struct ub_cel_regex *cel_regex_once(struct ub_arena *arena, struct ub_text pattern, struct ub_text *why)
{
	char reason[160];
	if (pattern.len > UB_CEL_PATTERN_MAX) {
		*why = ub_textf(arena, "it is longer than %u bytes", UB_CEL_PATTERN_MAX);
		return NULL;
	}
	struct ub_cel_regex *regex = cel_door_regex_new(pattern.ptr, pattern.len, reason, sizeof(reason));
	if (!regex)
		*why = ub_text_copy(arena, ub_text(reason));
	return regex;
}

const struct ub_cel_regex *cel_regex_new(struct ub_arena *arena, struct ub_text pattern, struct ub_text *why)
{
	struct ub_cel_regex *regex = cel_regex_once(arena, pattern, why);
	if (regex)
		ub_arena_defer(arena, cel_door_regex_free, regex);
	return regex;
}

bool cel_regex_search(const struct ub_cel_regex *regex, struct ub_text text)
{
	return cel_door_regex_search(regex, text.ptr, text.len);
}

size_t cel_regex_groups(const struct ub_cel_regex *regex)
{
	return cel_door_regex_groups(regex);
}

void cel_regex_free(struct ub_cel_regex *regex)
{
	cel_door_regex_free(regex);
}
