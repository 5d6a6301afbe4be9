/* SPDX-License-Identifier: Apache-2.0 */
#include "ical-private.h"

/* Gives an item back the marks that a client has dropped: some keep no property that they do not know. */

static void put_missing(
    struct splice *splice, size_t master, struct ub_buf *lines, const char *name, struct ub_text value)
{
	if (value.len && !ub_ical_line(splice->ical, master, name, NULL))
		ub_ical_put_text(lines, name, value);
}

struct ub_text ub_ical_remark(
    const struct ub_ical *ical, const struct ub_marks *marks, struct ub_arena *arena)
{
	struct splice splice = { .ical = ical, .arena = arena };
	struct ub_buf lines = UB_BUF(arena);
	size_t master = ub_ical_master(ical);
	struct ub_text text;
	if (master == NO_COMPONENT)
		return ical->text;
	put_missing(&splice, master, &lines, "X-UPBEAT-ITEM", marks->item);
	put_missing(&splice, master, &lines, "X-UPBEAT-RULE", marks->rule);
	put_missing(&splice, master, &lines, "X-UPBEAT-GENERATION", ub_textf(arena, "%u", marks->generation));
	put_missing(&splice, master, &lines, "X-UPBEAT-BASE", marks->base);
	if (ub_buf_text(&lines).len == 0)
		return ical->text;
	const struct line *first = &ical->lines.items[ical->components.items[master].begin + 1];
	ub_ical_splice_before(&splice, first, ub_buf_text(&lines));
	return ub_ical_spliced(&splice, first, &text) ? text : ical->text;
}
