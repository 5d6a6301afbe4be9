/* SPDX-License-Identifier: Apache-2.0 */
#include "ical-private.h"

#include <stddef.h>

/*
 * Lone objects, read by the index alone: most of what a calendar gets is one of these, and libical takes ten
 * times as long. What is written in any unusual way is no lone object here, and is left to libical.
 */

/* Lines by which an object concerns somebody else, is more than one event, or is read in a way of its own. */
static const struct ub_text not_lone[] = { WORD("ATTENDEE"), WORD("ORGANIZER"), WORD("RRULE"), WORD("RDATE"),
	WORD("EXRULE"), WORD("EXDATE"), WORD("RECURRENCE-ID"), WORD("RELATED-TO"), WORD("DURATION"),
	WORD("METHOD"), WORD("X-MICROSOFT-CDO-ALLDAYEVENT") };

/* libical's reader may cut longer values. */
#define VALUE_MAX 1000

/* The lines that count; NULL: not there. */
struct lone {
	const struct line *uid, *summary, *start, *end, *due, *status, *transp, *class;
	const struct line *prodid; /* of the calendar; the first that can be read alone */
};

static const struct {
	struct ub_text name;
	size_t place;
} counted[] = { { WORD("UID"), offsetof(struct lone, uid) },
	{ WORD("SUMMARY"), offsetof(struct lone, summary) },
	{ WORD("DTSTART"), offsetof(struct lone, start) }, { WORD("DTEND"), offsetof(struct lone, end) },
	{ WORD("DUE"), offsetof(struct lone, due) }, { WORD("STATUS"), offsetof(struct lone, status) },
	{ WORD("TRANSP"), offsetof(struct lone, transp) }, { WORD("CLASS"), offsetof(struct lone, class) } };

static const struct line **place_of(struct lone *lone, struct ub_text name)
{
	for (size_t i = 0; i < UB_COUNT(counted); i++)
		if (ub_text_eq_nocase(name, counted[i].name))
			return (const struct line **)(void *)((char *)lone + counted[i].place);
	return NULL;
}

static bool is_never_lone(struct ub_text name)
{
	for (size_t i = 0; i < UB_COUNT(not_lone); i++)
		if (ub_text_eq_nocase(name, not_lone[i]))
			return true;
	return false;
}

static bool is_mark(struct ub_text name)
{
	const struct ub_text mark = UB_TEXT("X-UPBEAT");
	return ub_text_eq_nocase(ub_text_sub(name, 0, mark.len), mark);
}

/* The component that the object is about. NO_COMPONENT: there are several, or it is of another kind. */
static size_t only_component(const struct ub_ical *ical)
{
	size_t only = NO_COMPONENT;
	for (size_t i = 1; i < ical->components.n; i++) {
		if (ical->components.items[i].parent != 0 || ub_ical_is(ical, i, "VTIMEZONE"))
			continue;
		bool read = ub_ical_is(ical, i, "VEVENT") || ub_ical_is(ical, i, "VTODO");
		if (!read || only != NO_COMPONENT)
			return NO_COMPONENT;
		only = i;
	}
	return only;
}

/* A value that means what is written. */
static bool is_simple(const struct line *line)
{
	return line->value.len > 0 && line->value.len < VALUE_MAX &&
	       ub_text_find(line->value, UB_TEXT("\\"), 0) == SIZE_MAX &&
	       ub_ical_raw_param(line, "ENCODING").len == 0 && ub_ical_raw_param(line, "CHARSET").len == 0;
}

/* Of a time zone and of an alarm only the marks count. */
static bool find_lines(const struct ub_ical *ical, size_t only, struct lone *lone)
{
	for (size_t i = 0; i < ical->lines.n; i++) {
		const struct line *line = &ical->lines.items[i];
		bool own = line->component == only;
		if (is_mark(line->name) || ((own || line->component == 0) && is_never_lone(line->name)))
			return false;
		const struct line **place = own ? place_of(lone, line->name) : NULL;
		if (place && (*place || !is_simple(line)))
			return false;
		if (place)
			*place = line;
		if (line->component == 0 && !lone->prodid && is_simple(line) &&
		    ub_text_eq_nocase(line->name, UB_TEXT("PRODID")))
			lone->prodid = line;
	}
	return true;
}

static bool read_time(const struct line *line, const struct ub_zones *zones, struct ub_when *when)
{
	bool utc;
	struct ub_text tzid = ub_ical_raw_param(line, "TZID");
	*when = (struct ub_when){ .given = true };
	if (!ub_libical_time(line->value, &when->civil, &when->date, &utc) || (utc && tzid.len))
		return false;
	if (when->date)
		return tzid.len == 0;
	when->zone = utc ? ub_cal_utc() : tzid.len ? ub_cal_zone_find(zones, tzid) : NULL;
	return when->zone != NULL;
}

static bool read_times(
    const struct lone *lone, const struct ub_zones *zones, struct ub_event *event, bool task)
{
	const struct line *end = task ? lone->due : lone->end;
	if ((lone->start && !read_time(lone->start, zones, &event->start)) ||
	    (end && !read_time(end, zones, &event->end)))
		return false;
	return task || (lone->start && end && event->start.date == event->end.date &&
			   ub_ical_instant(&event->start) < ub_ical_instant(&event->end));
}

static struct ub_text word_of(const struct line *line)
{
	return line ? ub_text_trim(line->value) : UB_TEXT_NONE;
}

static enum ub_status status_of(struct ub_text word)
{
	return ub_text_eq_nocase(word, UB_TEXT("CANCELLED"))   ? UB_STATUS_CANCELLED
	       : ub_text_eq_nocase(word, UB_TEXT("TENTATIVE")) ? UB_STATUS_TENTATIVE
	       : ub_text_eq_nocase(word, UB_TEXT("CONFIRMED")) ? UB_STATUS_CONFIRMED
							       : UB_STATUS_NONE;
}

const struct ub_event *ub_ical_lone(
    const struct ub_ical *ical, const struct ub_zones *zones, struct ub_arena *arena)
{
	struct lone lone = { .uid = NULL };
	size_t only = only_component(ical);
	if (!ical->utf8 || only == NO_COMPONENT || !find_lines(ical, only, &lone) || !lone.uid)
		return NULL;
	struct ub_event *event = UB_NEW(arena, struct ub_event);
	bool task = ub_ical_is(ical, only, "VTODO");
	event->component = task ? UB_COMPONENT_TASK : UB_COMPONENT_EVENT;
	event->uid = word_of(lone.uid);
	event->prodid = lone.prodid ? lone.prodid->value : UB_TEXT_NONE;
	event->summary = lone.summary ? lone.summary->value : UB_TEXT_NONE;
	event->status = status_of(word_of(lone.status));
	event->class = ub_ical_class(word_of(lone.class));
	event->transparent = ub_text_eq_nocase(word_of(lone.transp), UB_TEXT("TRANSPARENT"));
	return event->uid.len && read_times(&lone, zones, event, task) ? event : NULL;
}
