/* SPDX-License-Identifier: Apache-2.0 */
#include "ical-private.h"

/*
 * A task that stands as a to-do, and is to be an event from now on, or the other way round. The text is
 * written anew, as hardly a line would stay; whatever the user changed is taken over, and still counts as his
 * change.
 */

struct conversion {
	const struct ub_ical *from;
	size_t master;
	const struct ub_event *event;
	const struct ub_item *item;
	unsigned by_user; /* enum ub_property */
	struct ub_arena *arena;
};

/* The instant that the triggers of the object count from. */
static ub_instant counts_from(const struct conversion *conversion)
{
	const struct ub_event *event = conversion->event;
	if (event->component == UB_COMPONENT_TASK)
		return conversion->item->due;
	struct ub_civil midnight = event->start.civil;
	return ub_cal_instant(conversion->item->zone ? conversion->item->zone : ub_cal_utc(), midnight);
}

/* Reads when an alarm goes off, as seconds before the task is due. */
static bool read_trigger(const struct conversion *conversion, const struct property *trigger, int64_t *before)
{
	if (!trigger)
		return false;
	if (trigger->kind == VALUE_DURATION)
		*before = conversion->item->due - counts_from(conversion) - trigger->days * 86400 -
			  trigger->seconds;
	else if (trigger->kind == VALUE_TIME && trigger->utc)
		*before = conversion->item->due - ub_cal_instant(ub_cal_utc(), trigger->civil);
	else
		return false;
	return true;
}

static void take_reminders(const struct conversion *conversion, struct ub_item *item)
{
	const struct ub_ical *from = conversion->from;
	item->reminders = UB_NEW_ARRAY(conversion->arena, int64_t, from->components.n);
	item->n_reminders = 0;
	for (size_t i = 0; i < from->components.n; i++)
		if (ub_ical_reminds(from, i, conversion->master) &&
		    read_trigger(conversion, ub_ical_property(from, i, "TRIGGER", NULL),
			&item->reminders[item->n_reminders]))
			item->n_reminders++;
}

/* The item as the user has changed it. */
static struct ub_item as_changed(const struct conversion *conversion)
{
	struct ub_item item = *conversion->item;
	item.form.html = 0; /* description() adds it, to the user's notes as well */
	if (conversion->by_user & UB_PROPERTY_TITLE)
		item.title = conversion->event->summary;
	if (conversion->by_user & UB_PROPERTY_PEOPLE)
		item.attendees.n = 0; /* their lines are taken over */
	if (conversion->by_user & UB_PROPERTY_CATEGORIES)
		item.categories = conversion->event->categories;
	if (conversion->by_user & UB_PROPERTY_REMINDERS)
		take_reminders(conversion, &item);
	return item;
}

static struct ub_text value_of(const struct ub_ical *ical, const char *name)
{
	const struct line *line = ub_ical_line(ical, ub_ical_master(ical), name, NULL);
	return line ? line->value : UB_TEXT_NONE;
}

/* The description with the user's own notes, which stand outside of the delimiter lines. */
static struct ub_text description(const struct conversion *conversion, const struct ub_ical *to)
{
	struct ub_arena *arena = conversion->arena;
	struct ub_text was = value_of(conversion->from, "DESCRIPTION");
	size_t above = ub_ical_notes_above(conversion->from, ub_libical_unescaped(was, arena), arena);
	struct ub_text value = conversion->by_user & UB_PROPERTY_AGENDA
				   ? was
				   : ub_ical_agenda_replaced(was, above, value_of(to, "DESCRIPTION"), arena);
	return ub_ical_described(value, conversion->item->form.html, conversion->arena);
}

/* Whether the line stays with the old text: the new text has its own, or has no use for it. */
static bool is_left_behind(const struct conversion *conversion, const struct line *line)
{
	static const char *const names[] = { "BEGIN", "END", "UID", "DTSTAMP", "CREATED", "LAST-MODIFIED",
		"SEQUENCE", "DTSTART", "DTEND", "DUE", "DURATION", "SUMMARY", "DESCRIPTION", "X-ALT-DESC",
		"STYLED-DESCRIPTION", "STATUS", "COMPLETED", "PERCENT-COMPLETE", "TRANSP", "CLASS",
		"CATEGORIES", "RELATED-TO", "PRIORITY" };
	bool people = ub_text_eq_nocase(line->name, UB_TEXT("ORGANIZER")) ||
		      ub_text_eq_nocase(line->name, UB_TEXT("ATTENDEE"));
	if (people)
		return !(conversion->by_user & UB_PROPERTY_PEOPLE);
	for (size_t i = 0; i < UB_COUNT(names); i++)
		if (ub_text_eq_nocase(line->name, ub_text(names[i])))
			return true;
	return ub_text_starts(line->name, UB_TEXT("X-UPBEAT-"));
}

/* Takes over the user's people, a place, attachments, and whatever else a client has added. */
static void take_lines(const struct conversion *conversion, struct splice *splice, const struct line *before)
{
	const struct ub_ical *from = conversion->from;
	for (size_t i = 0; i < from->lines.n; i++) {
		const struct line *line = &from->lines.items[i];
		if (line->component == conversion->master && !is_left_behind(conversion, line))
			ub_ical_splice_before(
			    splice, before, ub_text_sub(from->text, line->at, line->at + line->len));
	}
}

/* Puts into the new text what is taken over as it stands. */
static bool take_over(
    const struct conversion *conversion, const struct ub_ical *to, struct ub_text base, struct ub_text *text)
{
	struct splice splice = { .ical = to, .arena = conversion->arena };
	const struct line *end = ub_ical_base_line(to);
	const struct line *described = ub_ical_line(to, ub_ical_master(to), "DESCRIPTION", NULL);
	const struct line *sequence = ub_ical_line(to, ub_ical_master(to), "SEQUENCE", NULL);
	if (described)
		ub_ical_splice_line(&splice, described, description(conversion, to));
	if (sequence && conversion->event->sequence > 0 && conversion->event->sequence < INT32_MAX)
		ub_ical_splice_line(&splice, sequence,
		    ub_textf(
			conversion->arena, "SEQUENCE:%lld\r\n", (long long)conversion->event->sequence + 1));
	take_lines(conversion, &splice, end);
	ub_ical_splice_line(
	    &splice, end, ub_textf(conversion->arena, "X-UPBEAT-BASE:%.*s\r\n", UB_ARGS(base)));
	return ub_ical_spliced(&splice, end, text);
}

bool ub_ical_convert(const struct ub_ical *ical, const struct ub_item *item,
    const struct ub_ical_writing *writing, struct ub_text *text, struct ub_arena *arena)
{
	struct ub_ical_refusal refusal;
	struct conversion conversion = { .from = ical,
		.master = ub_ical_master(ical),
		.event = ub_ical_event(ical, writing->zones, arena, &refusal),
		.item = item,
		.by_user = ub_ical_user_changes(ical, writing->zones, arena),
		.arena = arena };
	const struct line *before = ub_ical_base_line(ical);
	if (!conversion.event || !before)
		return false;
	const struct ub_ical *ours = ub_ical_parse(arena, ub_ical_write(item, writing, arena), &refusal);
	struct ub_item changed = as_changed(&conversion);
	const struct ub_ical *to = ub_ical_parse(arena, ub_ical_write(&changed, writing, arena), &refusal);
	if (!ours || !to)
		return false;
	/* What was the user's change differs from the digest of Upbeat's last writing, and still does. */
	struct ub_text base = ub_ical_base_merge(ub_text_trim(before->value),
	    ub_ical_base(ours, writing->zones, arena), UB_PROPERTY_ALL & ~conversion.by_user, arena);
	return take_over(&conversion, to, base, text);
}
