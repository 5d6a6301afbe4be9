/* SPDX-License-Identifier: Apache-2.0 */
#include "ical-private.h"

#include "upbeat/glance.h"

/*
 * Lone objects, read by a glance at their lines alone: most of what a calendar gets is one of these, and
 * libical takes ten times as long. What is written in any unusual way is no lone object here, and is left to
 * libical.
 */

/* libical's reader may cut longer values. */
#define VALUE_MAX 1000

/* The lines that count, by enum ub_glance_line; without a name: not there. */
struct lone {
	struct line lines[UB_GLANCE_LINES];
};

/* A value that means what is written. */
static bool is_simple(const struct line *line)
{
	return line->value.len > 0 && line->value.len < VALUE_MAX &&
	       ub_text_find(line->value, UB_TEXT("\\"), 0) == SIZE_MAX &&
	       ub_ical_raw_param(line, "ENCODING").len == 0 && ub_ical_raw_param(line, "CHARSET").len == 0;
}

static bool read_lines(const struct ub_glance *glance, struct lone *lone, struct ub_arena *arena)
{
	for (size_t i = 0; i < UB_GLANCE_LINES; i++) {
		struct line *line = &lone->lines[i];
		if (glance->lines[i].len == 0)
			continue;
		ub_ical_read_line(glance->lines[i], line, arena);
		bool simple = line->name.len && is_simple(line);
		if (!simple && i != UB_GLANCE_PRODID)
			return false;
		if (!simple)
			*line = (struct line){ 0 };
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
	const struct line *start = &lone->lines[UB_GLANCE_DTSTART];
	const struct line *end = &lone->lines[task ? UB_GLANCE_DUE : UB_GLANCE_DTEND];
	if ((start->name.len && !read_time(start, zones, &event->start)) ||
	    (end->name.len && !read_time(end, zones, &event->end)))
		return false;
	return task || (start->name.len && end->name.len && event->start.date == event->end.date &&
			   ub_ical_instant(&event->start) < ub_ical_instant(&event->end));
}

static struct ub_text word_of(const struct lone *lone, enum ub_glance_line which)
{
	return ub_text_trim(lone->lines[which].value);
}

static enum ub_status status_of(struct ub_text word)
{
	return ub_text_eq_nocase(word, UB_TEXT("CANCELLED"))   ? UB_STATUS_CANCELLED
	       : ub_text_eq_nocase(word, UB_TEXT("TENTATIVE")) ? UB_STATUS_TENTATIVE
	       : ub_text_eq_nocase(word, UB_TEXT("CONFIRMED")) ? UB_STATUS_CONFIRMED
							       : UB_STATUS_NONE;
}

const struct ub_event *ub_ical_lone(
    struct ub_text object, const struct ub_zones *zones, struct ub_arena *arena)
{
	struct ub_glance glance;
	struct lone lone = { 0 };
	if (object.len > UB_ICAL_SIZE_MAX || !ub_glance_is_lone(object, &glance) ||
	    !ub_text_utf8_valid(object) || !read_lines(&glance, &lone, arena))
		return NULL;
	struct ub_event *event = UB_NEW(arena, struct ub_event);
	event->component = glance.task ? UB_COMPONENT_TASK : UB_COMPONENT_EVENT;
	event->uid = word_of(&lone, UB_GLANCE_UID);
	event->prodid = lone.lines[UB_GLANCE_PRODID].value;
	event->summary = lone.lines[UB_GLANCE_SUMMARY].value;
	event->status = status_of(word_of(&lone, UB_GLANCE_STATUS));
	event->class = ub_ical_class(word_of(&lone, UB_GLANCE_CLASS));
	event->transparent = ub_text_eq_nocase(word_of(&lone, UB_GLANCE_TRANSP), UB_TEXT("TRANSPARENT"));
	return read_times(&lone, zones, event, glance.task) ? event : NULL;
}
