/* SPDX-License-Identifier: Apache-2.0 */
#include "cel-private.h"

#include <stdatomic.h>

#include "door.h"

static struct ub_cel_regex *compiled(struct ub_arena *arena, struct ub_text pattern, struct ub_text *why)
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
	struct ub_cel_regex *regex = compiled(arena, pattern, why);
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

/* ---- patterns that only the evaluation knows ---- */

/* A rule asks of most meetings with the same pattern, and to compile it takes longer than to search a title.
 * Who uses the regular expression takes it out: another thread that comes meanwhile compiles its own. */
struct kept_regex {
	_Atomic(struct ub_cel_regex *) regex; /* NULL: none */
};

static void free_kept(void *data)
{
	struct kept_regex *kept = data;
	cel_door_regex_free(atomic_load(&kept->regex));
}

struct kept_regex *cel_regex_keeper(struct ub_arena *arena)
{
	struct kept_regex *kept = UB_NEW(arena, struct kept_regex);
	atomic_init(&kept->regex, NULL);
	ub_arena_defer(arena, free_kept, kept);
	return kept;
}

struct ub_cel_regex *cel_regex_take(
    struct kept_regex *kept, struct ub_arena *arena, struct ub_text pattern, struct ub_text *why)
{
	struct ub_cel_regex *regex = kept ? atomic_exchange(&kept->regex, NULL) : NULL;
	if (regex && cel_door_regex_is(regex, pattern.ptr, pattern.len))
		return regex;
	cel_door_regex_free(regex);
	return compiled(arena, pattern, why);
}

void cel_regex_keep(struct kept_regex *kept, struct ub_cel_regex *regex)
{
	cel_door_regex_free(kept ? atomic_exchange(&kept->regex, regex) : regex);
}
