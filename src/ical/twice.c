/* SPDX-License-Identifier: Apache-2.0 */
#include "ical-private.h"

/* Takes all lines of this name out of a component but the last one. True: there were others. */
static bool keep_last(struct splice *splice, size_t component, const char *name)
{
	const struct line *line = ub_ical_line(splice->ical, component, name, NULL), *next;
	bool any = false;
	for (; line && (next = ub_ical_line(splice->ical, component, name, line)); line = next, any = true)
		ub_ical_splice_line(splice, line, UB_TEXT_NONE);
	return any;
}

bool ub_ical_untwice(struct ub_text text, const char *name, struct ub_text *once, struct ub_arena *arena)
{
	struct ub_ical_refusal refusal;
	const struct ub_ical *ical = ub_ical_parse(arena, text, &refusal);
	struct splice splice = { .ical = ical, .arena = arena };
	bool any = false;
	*once = text;
	for (size_t i = 1; ical && i < ical->components.n; i++)
		if (ical->components.items[i].parent == 0)
			any |= keep_last(&splice, i, name);
	return any && ub_ical_spliced(&splice, &ical->lines.items[0], once);
}
