/* SPDX-License-Identifier: Apache-2.0 */
#include "ical-private.h"

static struct ub_text invitation(const struct line *line, struct ub_arena *arena)
{
	struct ub_text email = ub_ical_raw_param(line, "EMAIL");
	return email.len ? ub_textf(arena, "%.*s EMAIL=%.*s", UB_ARGS(line->value), UB_ARGS(email))
			 : line->value;
}

struct ub_texts ub_ical_invitations(const struct ub_ical *ical, struct ub_arena *arena)
{
	struct ub_texts all = { 0 };
	for (size_t i = 0; i < ical->lines.n; i++)
		if (ub_text_eq_nocase(ical->lines.items[i].name, UB_TEXT("ATTENDEE")))
			*ub_push(arena, &all) = invitation(&ical->lines.items[i], arena);
	return all;
}
