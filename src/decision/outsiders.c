/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The last check before a text of ours is sent. It is on the bytes, and knows nothing of rules and plans:
 * what may have gone wrong on the way to them, shows here.
 */
#include "upbeat/decision.h"

static bool is_ours(struct ub_text invitation, const struct ub_org *org)
{
	const struct ub_text scheme = UB_TEXT("mailto:");
	return ub_text_starts(invitation, scheme) &&
	       ub_org_is_plainly_ours(org, ub_text_sub(invitation, scheme.len, invitation.len));
}

struct ub_text ub_decide_outsider(
    struct ub_text text, const struct ub_ical *before, const struct ub_org *org, struct ub_arena *arena)
{
	struct ub_ical_refusal refusal;
	struct ub_texts stood = { 0 };
	const struct ub_ical *ical = ub_ical_parse(arena, text, &refusal);
	if (!ical)
		return UB_TEXT("nobody knows who");
	if (before)
		stood = ub_ical_invitations(before, arena);
	struct ub_texts now = ub_ical_invitations(ical, arena);
	for (size_t i = 0; i < now.n; i++)
		if (!is_ours(now.items[i], org) && !ub_texts_have(stood, now.items[i]))
			return now.items[i];
	return UB_TEXT_NONE;
}
