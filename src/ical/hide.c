/* SPDX-License-Identifier: Apache-2.0 */
#include "ical-private.h"

/* An item that is there is hidden, as the meeting that it was made for was (RFC 5545 3.8.1.3). */

/* An item that its user made to repeat has more than one component. */
static bool hide_components(struct splice *splice, enum ub_class class)
{
	const struct ub_ical *ical = splice->ical;
	struct ub_buf text = UB_BUF(splice->arena);
	bool any = false;
	if (ub_ical_class_word(class))
		ub_ical_put(&text, "CLASS:%s", ub_ical_class_word(class));
	for (size_t i = 1; i < ical->components.n; i++) {
		if (ical->components.items[i].parent != 0 ||
		    !(ub_ical_is(ical, i, "VEVENT") || ub_ical_is(ical, i, "VTODO")))
			continue;
		const struct line *line = ub_ical_line(ical, i, "CLASS", NULL);
		const struct property *stands = ub_ical_property(ical, i, "CLASS", NULL);
		if (ub_ical_class(stands ? ub_text_trim(stands->text) : UB_TEXT_NONE) >= class)
			continue;
		any = true;
		if (line)
			ub_ical_splice_line(splice, line, ub_buf_text(&text));
		else
			ub_ical_splice_before(splice, &ical->lines.items[ical->components.items[i].begin + 1],
			    ub_buf_text(&text));
	}
	return any;
}

/* The new CLASS is no change by the user's hand, unless the state was changed before. */
static struct ub_text with_base(
    struct ub_text text, bool by_hand, const struct ub_zones *zones, struct ub_arena *arena)
{
	struct ub_ical_refusal refusal;
	const struct ub_ical *ical = ub_ical_parse(arena, text, &refusal);
	const struct line *line = ical && !by_hand ? ub_ical_base_line(ical) : NULL;
	struct ub_text now = line ? ub_ical_base(ical, zones, arena) : UB_TEXT_NONE, result = text;
	if (!now.len)
		return text;
	struct splice splice = { .ical = ical, .arena = arena };
	struct ub_text base = ub_ical_base_merge(ub_text_trim(line->value), now, UB_PROPERTY_STATE, arena);
	ub_ical_splice_line(&splice, line, ub_textf(arena, "X-UPBEAT-BASE:%.*s\r\n", UB_ARGS(base)));
	return ub_ical_spliced(&splice, line, &result) ? result : text;
}

struct ub_text ub_ical_hide(const struct ub_ical *ical, enum ub_class class, const struct ub_zones *zones,
    bool *hidden, struct ub_arena *arena)
{
	struct ub_text text;
	struct splice splice = { .ical = ical, .arena = arena };
	*hidden = hide_components(&splice, class) && ub_ical_spliced(&splice, &ical->lines.items[0], &text);
	if (!*hidden)
		return ical->text;
	return with_base(text, ub_ical_user_changes(ical, zones, arena) & UB_PROPERTY_STATE, zones, arena);
}
