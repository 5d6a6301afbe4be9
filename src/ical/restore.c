/* SPDX-License-Identifier: Apache-2.0 */
#include "ical-private.h"

/* Removes rules' additions from a meeting, by their marks alone. */

struct restoring {
	struct ub_arena *arena;
	const struct ub_ical *ical;
	struct ub_text rule; /* empty: any */
	size_t component;    /* the VEVENT that is being changed */
	/* Additions to remove: "kind.value", to a flag that tells whether the addition has been found. */
	struct ub_map *wanted;
	size_t taken;
	struct splice splice;
};

static struct ub_text key(struct ub_arena *arena, struct ub_text kind, struct ub_text value)
{
	return ub_textf(arena, "%.*s.%.*s", UB_ARGS(kind), UB_ARGS(value));
}

/* Removes the marks, and wants their additions. */
static void take_marks(struct restoring *restoring)
{
	for (const struct line *line = NULL;
	     (line = ub_ical_line(restoring->ical, restoring->component, UB_ICAL_ADDED, line));) {
		struct added added = ub_ical_added(line);
		if (restoring->rule.len && !ub_text_eq(added.rule, restoring->rule))
			continue;
		ub_map_put(restoring->wanted, key(restoring->arena, added.kind, added.value),
		    UB_NEW(restoring->arena, bool));
		ub_ical_splice_line(&restoring->splice, line, UB_TEXT_NONE);
		restoring->taken++;
	}
}

static bool is_wanted(const struct restoring *restoring, enum ub_amend_kind kind, struct ub_text value)
{
	struct ub_text name = ub_text(ub_ical_added_kinds[kind]);
	return ub_map_get(restoring->wanted, key(restoring->arena, name, value)) != NULL;
}

/* Finds an addition once. A second one like it is the user's. */
static bool find(struct restoring *restoring, enum ub_amend_kind kind, struct ub_text value)
{
	struct ub_text name = ub_text(ub_ical_added_kinds[kind]);
	bool *found = value.len ? ub_map_get(restoring->wanted, key(restoring->arena, name, value)) : NULL;
	bool first = found && !*found;
	if (found)
		*found = true;
	return first;
}

static void take_attendees(struct restoring *restoring)
{
	for (const struct line *line = NULL;
	     (line = ub_ical_line(restoring->ical, restoring->component, "ATTENDEE", line));)
		if (find(restoring, UB_AMEND_ATTENDEE, ub_ical_added_attendee(line, restoring->arena)))
			ub_ical_splice_line(&restoring->splice, line, UB_TEXT_NONE);
}

/* Removes categories from a line. Servers join several lines into one, so the other categories stay, with the
 * line's parameters. */
static void take_categories_of(struct restoring *restoring, const struct line *line)
{
	struct ub_buf kept = UB_BUF(restoring->arena), out = UB_BUF(restoring->arena);
	struct ub_text piece, head = ub_text_n(line->name.ptr, (size_t)(line->value.ptr - line->name.ptr));
	bool found = false;
	for (struct ub_text rest = line->value; ub_ical_list_next(&rest, &piece);) {
		struct ub_text value = ub_ical_added_category(piece, restoring->arena);
		if (find(restoring, UB_AMEND_CATEGORY, value))
			found = true;
		else
			ub_buf_printf(&kept, "%s%.*s", kept.len ? "," : "", UB_ARGS(piece));
	}
	if (!found)
		return;
	if (kept.len)
		ub_ical_fold(
		    &out, ub_textf(restoring->arena, "%.*s%.*s", UB_ARGS(head), UB_ARGS(ub_buf_text(&kept))));
	ub_ical_splice_line(&restoring->splice, line, ub_buf_text(&out));
}

static void take_categories(struct restoring *restoring)
{
	for (const struct line *line = NULL;
	     (line = ub_ical_line(restoring->ical, restoring->component, "CATEGORIES", line));)
		take_categories_of(restoring, line);
}

static void take_reminders(struct restoring *restoring)
{
	const struct ub_ical *ical = restoring->ical;
	size_t end = ical->components.items[restoring->component].end;
	for (size_t i = restoring->component + 1;
	     i < ical->components.n && ical->components.items[i].begin < end; i++)
		if (find(restoring, UB_AMEND_REMINDER,
			ub_ical_added_reminder(ical, i, restoring->component, restoring->arena)))
			ub_ical_splice_component(&restoring->splice, i, UB_TEXT_NONE);
}

/* ---- the agenda ---- */

/* The length of a line end at that byte. 0: no line end is there. */
static size_t line_end(struct ub_text raw, size_t at)
{
	size_t end = at;
	while (end < raw.len && raw.ptr[end] == '\r')
		end++;
	return end < raw.len && raw.ptr[end] == '\n' ? end + 1 - at : 0;
}

/* The position in the line's raw bytes of a byte of the unfolded content. A fold before that byte, or the end
 * of the line, comes after the position. */
static size_t folded_at(struct ub_text raw, size_t unfolded)
{
	size_t at = 0, n = 0;
	while (at < raw.len && n < unfolded) {
		size_t fold = line_end(raw, at), more = 1;
		if (fold > 0) {
			at += fold + 1; /* and the blank */
			continue;
		}
		/* A run of carriage returns that ends no line is skipped at once, so that each is visited
		 * once. */
		while (raw.ptr[at] == '\r' && at + more < raw.len && raw.ptr[at + more] == '\r' &&
		       n + more < unfolded)
			more++;
		at += more;
		n += more;
	}
	return at;
}

/* The other bytes of the line stay as they are, with their folds. */
static void take_agenda(struct restoring *restoring)
{
	const struct ub_ical *ical = restoring->ical;
	const struct line *line = ub_ical_line(ical, restoring->component, "DESCRIPTION", NULL);
	bool alone = is_wanted(restoring, UB_AMEND_AGENDA, UB_TEXT(UB_ICAL_ADDED_ALONE));
	bool below = is_wanted(restoring, UB_AMEND_AGENDA, UB_TEXT(UB_ICAL_ADDED_BELOW));
	size_t from, to;
	if ((!alone && !below) || !line || !ub_ical_shared(line->value, restoring->arena, &from, &to))
		return;
	struct ub_text raw = ub_text_sub(ical->text, line->at, line->at + line->len);
	size_t head = (size_t)(line->value.ptr - line->name.ptr);
	size_t begin = folded_at(raw, head + from), end = folded_at(raw, head + to), next;
	size_t first = line_end(raw, begin), last = line_end(raw, end);
	/* Of several folds in a row, the last one is ours. */
	for (; first && (next = line_end(raw, begin + first + 1)); first = next)
		begin += first + 1;
	/* If a fold stands before our text, and a fold or the line's end after it, the first one is the
	 * user's. */
	if (first && last) {
		begin += first;
		end += last;
	}
	if (alone && to - from == line->value.len)
		begin = 0, end = raw.len;
	ub_ical_splice_bytes(&restoring->splice, line->at + begin, end - begin);
}

static void restore(struct restoring *restoring)
{
	size_t before = restoring->taken;
	restoring->wanted = ub_map_new(restoring->arena);
	take_marks(restoring);
	if (restoring->taken == before)
		return;
	take_attendees(restoring);
	take_categories(restoring);
	take_agenda(restoring);
	take_reminders(restoring);
}

struct ub_ical_amended ub_ical_restore(
    const struct ub_ical *ical, struct ub_text rule_mark, struct ub_arena *arena)
{
	struct ub_ical_amended restored = { .text = ical->text };
	struct restoring restoring = {
		.arena = arena, .ical = ical, .rule = rule_mark, .splice = { .ical = ical, .arena = arena }
	};
	for (restoring.component = 1; restoring.component < ical->components.n; restoring.component++)
		if (ub_ical_is_event(ical, restoring.component))
			restore(&restoring);
	restored.n = restoring.taken;
	if (restored.n && !ub_ical_spliced(&restoring.splice, &ical->lines.items[0], &restored.text))
		return (struct ub_ical_amended){ .text = ical->text, .overlap = true };
	return restored;
}
