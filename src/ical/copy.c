/* SPDX-License-Identifier: Apache-2.0 */
#include "ical-private.h"

/*
 * A colleague's copy of an item, as a server that schedules would make it: the item as it stands in its
 * owner's calendar, with the same UID, organizer and attendees. What the colleague has of his own in his copy
 * stays: his alarms, categories and busy state where he changed them, his notes around the agenda, and lines
 * that the item has not. The copy has digests of what it was when Upbeat last wrote it, which tell.
 */

#define COPY_MARK "X-UPBEAT-COPY"

struct copying {
	struct ub_arena *arena;
	const struct ub_ical *item, *former;
	size_t master, mine;   /* the master component of the item, and of the former copy */
	unsigned his;          /* enum ub_property: what the colleague has changed */
	struct splice splice;  /* of the item's text */
	const struct line *at; /* the item's line before which lines are added */
};

static struct ub_text raw(const struct ub_ical *ical, const struct line *line)
{
	return ub_text_sub(ical->text, line->at, line->at + line->len);
}

bool ub_ical_is_copy(const struct ub_ical *ical)
{
	size_t master = ub_ical_master(ical);
	return master != NO_COMPONENT && ub_ical_line(ical, master, COPY_MARK, NULL);
}

/* Puts the former copy's lines of that name in the place of the item's. */
static void keep_lines(struct copying *copying, const char *name)
{
	struct ub_buf lines = UB_BUF(copying->arena);
	for (const struct line *line = NULL;
	     (line = ub_ical_line(copying->former, copying->mine, name, line));)
		ub_buf_add(&lines, raw(copying->former, line));
	for (const struct line *line = NULL;
	     (line = ub_ical_line(copying->item, copying->master, name, line));)
		ub_ical_splice_line(&copying->splice, line, UB_TEXT_NONE);
	ub_ical_splice_before(&copying->splice, copying->at, ub_buf_text(&lines));
}

static void keep_alarms(struct copying *copying)
{
	const struct ub_ical *item = copying->item, *former = copying->former;
	const struct line *end = &item->lines.items[item->components.items[copying->master].end];
	for (size_t i = 0; i < item->components.n; i++)
		if (item->components.items[i].parent == copying->master && ub_ical_is(item, i, "VALARM"))
			ub_ical_splice_component(&copying->splice, i, UB_TEXT_NONE);
	for (size_t i = 0; i < former->components.n; i++)
		if (former->components.items[i].parent == copying->mine && ub_ical_is(former, i, "VALARM"))
			ub_ical_splice_before(&copying->splice, end, ub_ical_component_text(former, i));
}

/* The agenda is replaced between its delimiter lines; without them, all of the description is his. What shows
 * the description in another form would not show his notes, and goes. */
static void keep_notes(struct copying *copying)
{
	static const char *const forms[] = { "X-ALT-DESC", "STYLED-DESCRIPTION" };
	const struct line *his = ub_ical_line(copying->former, copying->mine, "DESCRIPTION", NULL);
	const struct line *line = ub_ical_line(copying->item, copying->master, "DESCRIPTION", NULL);
	struct ub_buf out = UB_BUF(copying->arena);
	if (!his || !line)
		return;
	size_t above = ub_ical_notes_above(
	    copying->former, ub_libical_unescaped(his->value, copying->arena), copying->arena);
	struct ub_text value = ub_ical_agenda_replaced(his->value, above, line->value, copying->arena);
	if (ub_text_eq(value, line->value))
		return;
	ub_ical_fold(&out, ub_textf(copying->arena, "DESCRIPTION:%.*s", UB_ARGS(value)));
	ub_ical_splice_line(&copying->splice, line, ub_buf_text(&out));
	for (size_t i = 0; i < UB_COUNT(forms); i++)
		for (line = NULL; (line = ub_ical_line(copying->item, copying->master, forms[i], line));)
			ub_ical_splice_line(&copying->splice, line, UB_TEXT_NONE);
}

/* Lines that are the item's alone, also where it has none of them any more. */
static bool is_items(struct ub_text name)
{
	static const char *const names[] = { "BEGIN", "END", "UID", "DTSTAMP", "LAST-MODIFIED", "CREATED",
		"SEQUENCE", "DTSTART", "DTEND", "DURATION", "SUMMARY", "LOCATION", "DESCRIPTION", "ORGANIZER",
		"ATTENDEE", "STATUS", "CATEGORIES", "TRANSP", "CLASS", "URL", "RELATED-TO", "RRULE", "RDATE",
		"EXDATE", "RECURRENCE-ID", "X-ALT-DESC", "STYLED-DESCRIPTION" };
	for (size_t i = 0; i < UB_COUNT(names); i++)
		if (ub_text_eq_nocase(name, ub_text(names[i])))
			return true;
	return ub_text_eq_nocase(ub_text_sub(name, 0, 9), UB_TEXT("X-UPBEAT-"));
}

/* Adds the former copy's lines of names that the item does not have: what a client keeps there for itself. */
static void keep_others(struct copying *copying)
{
	const struct ub_ical *former = copying->former;
	for (size_t i = 0; i < former->lines.n; i++) {
		const struct line *line = &former->lines.items[i];
		if (line->component != copying->mine || is_items(line->name) ||
		    ub_ical_line(
			copying->item, copying->master, ub_text_cstr(copying->arena, line->name), NULL))
			continue;
		ub_ical_splice_before(&copying->splice, copying->at, raw(former, line));
	}
}

static void keep_his(struct copying *copying)
{
	static const struct {
		unsigned property;
		const char *name;
	} names[] = { { UB_PROPERTY_CATEGORIES, "CATEGORIES" }, { UB_PROPERTY_STATE, "TRANSP" } };
	for (size_t i = 0; i < UB_COUNT(names); i++)
		if (copying->his & names[i].property)
			keep_lines(copying, names[i].name);
	if (copying->his & UB_PROPERTY_REMINDERS)
		keep_alarms(copying);
	keep_notes(copying);
	keep_others(copying);
}

/* What the colleague has changed since Upbeat last wrote his copy. */
static unsigned his_changes(
    const struct ub_ical *former, size_t master, const struct ub_zones *zones, struct ub_arena *arena)
{
	const struct line *mark = ub_ical_line(former, master, COPY_MARK, NULL);
	struct ub_text then = mark ? ub_text_trim(mark->value) : UB_TEXT_NONE;
	struct ub_text now = ub_ical_base(former, zones, arena);
	return then.len == now.len && now.len ? ub_ical_base_differs(then, now) : UB_PROPERTY_ALL;
}

/* The text with a mark of what it now is. Of what the colleague has changed, the mark says what it was made
 * from, so that it still counts as his change. */
static struct ub_text marked(const struct copying *copying, struct ub_text text, const struct ub_zones *zones)
{
	struct ub_ical_refusal refusal;
	struct ub_text result = text, item = ub_ical_base(copying->item, zones, copying->arena);
	const struct ub_ical *ical = ub_ical_parse(copying->arena, text, &refusal);
	struct ub_text base = ical ? ub_ical_base(ical, zones, copying->arena) : UB_TEXT_NONE;
	if (base.len == 0 || item.len == 0)
		return UB_TEXT_NONE;
	struct splice splice = { .ical = ical, .arena = copying->arena };
	const struct line *first = &ical->lines.items[ical->components.items[ub_ical_master(ical)].begin + 1];
	ub_ical_splice_before(&splice, first,
	    ub_textf(copying->arena, COPY_MARK ":%.*s\r\n",
		UB_ARGS(ub_ical_base_merge(base, item, copying->his, copying->arena))));
	return ub_ical_spliced(&splice, first, &result) ? result : UB_TEXT_NONE;
}

struct ub_text ub_ical_copy(const struct ub_ical *item, const struct ub_ical *former,
    const struct ub_zones *zones, struct ub_arena *arena)
{
	struct copying copying = { .arena = arena,
		.item = item,
		.former = former,
		.master = ub_ical_master(item),
		.mine = former ? ub_ical_master(former) : NO_COMPONENT,
		.splice = { .ical = item, .arena = arena } };
	struct ub_text text;
	if (copying.master == NO_COMPONENT)
		return UB_TEXT_NONE;
	copying.at = &item->lines.items[item->components.items[copying.master].begin + 1];
	if (copying.mine != NO_COMPONENT) {
		copying.his = his_changes(former, copying.mine, zones, arena);
		keep_his(&copying);
	}
	return ub_ical_spliced(&copying.splice, copying.at, &text) ? marked(&copying, text, zones)
								   : UB_TEXT_NONE;
}

/* ---- answers ---- */

static struct ub_text answered(const struct line *line, struct ub_text answer, struct ub_arena *arena)
{
	struct ub_text now = ub_ical_raw_param(line, "PARTSTAT");
	const char *begin = line->name.ptr, *end = line->value.ptr + line->value.len;
	struct ub_buf out = UB_BUF(arena);
	struct ub_text whole = ub_text_n(begin, (size_t)(end - begin));
	size_t from = now.ptr ? (size_t)(now.ptr - begin) : 0;
	if (now.len == 0)
		ub_ical_fold(
		    &out, ub_textf(arena, "%.*s;PARTSTAT=%.*s%.*s", UB_ARGS(line->name), UB_ARGS(answer),
			      UB_ARGS(ub_text_sub(whole, line->name.len, whole.len))));
	else
		ub_ical_fold(
		    &out, ub_textf(arena, "%.*s%.*s%.*s", UB_ARGS(ub_text_sub(whole, 0, from)),
			      UB_ARGS(answer), UB_ARGS(ub_text_sub(whole, from + now.len, whole.len))));
	return ub_buf_text(&out);
}

struct ub_text ub_ical_answer(
    const struct ub_ical *ical, struct ub_text address, enum ub_partstat partstat, struct ub_arena *arena)
{
	struct splice splice = { .ical = ical, .arena = arena };
	const struct line *first = &ical->lines.items[0];
	struct ub_text word = ub_text(ub_ical_partstat_word(partstat)), text;
	for (size_t i = 1; i < ical->components.n; i++)
		for (const struct line *line = NULL; (line = ub_ical_line(ical, i, "ATTENDEE", line));)
			if (ub_text_eq(ub_ical_address(line, arena), address) &&
			    !ub_text_eq_nocase(ub_ical_raw_param(line, "PARTSTAT"), word))
				ub_ical_splice_line(&splice, line, answered(line, word, arena));
	return splice.edits.n && ub_ical_spliced(&splice, first, &text) ? text : UB_TEXT_NONE;
}
