/* SPDX-License-Identifier: Apache-2.0 */
#include "ical-private.h"

static bool bad_time(struct reader *reader, const struct line *line)
{
	return ub_ical_refuse(reader->refusal, reader->arena, "bad-time", line->number, "`%.*s` is no time",
	    UB_ARGS(ub_text_sub(line->value, 0, 40)));
}

/* Reads DTSTART and the like. !given: the property is NULL. False: refused. */
static bool read_when(struct reader *reader, const struct property *property, struct ub_when *when)
{
	*when = (struct ub_when){ .given = property != NULL };
	if (!property)
		return true;
	if (property->kind != VALUE_TIME)
		return bad_time(reader, property->line);
	when->civil = property->civil;
	when->date = property->date;
	if (property->utc)
		when->zone = ub_cal_utc();
	struct ub_text tzid = ub_ical_property_param(property, "TZID");
	if (property->utc || when->date || tzid.len == 0)
		return true;
	when->zone = ub_ical_zone(reader, tzid);
	if (when->zone)
		return true;
	return ub_ical_refuse(reader->refusal, reader->arena, "unknown-zone", property->line->number,
	    "nobody knows the time zone `%.*s`", UB_ARGS(ub_text_sub(tzid, 0, 80)));
}

/* A time whose zone nobody knows has none. */
static struct ub_when as_written(struct reader *reader, const struct property *property)
{
	struct ub_when when;
	if (!read_when(reader, property, &when) && property->kind != VALUE_TIME)
		when.given = false;
	return when;
}

void ub_ical_written_times(struct reader *reader, size_t component, struct ub_event *event)
{
	const struct ub_ical *ical = reader->ical;
	event->start = as_written(reader, ub_ical_property(ical, component, "DTSTART", NULL));
	event->end = as_written(reader, ub_ical_property(ical, component, "DTEND", NULL));
}

ub_instant ub_ical_instant(const struct ub_when *when)
{
	return ub_cal_instant(when->zone ? when->zone : ub_cal_utc(), when->civil);
}

/* Days count by the calendar, seconds by the clock (RFC 5545 3.3.6). */
static struct ub_when later(const struct ub_when *start, int64_t days, int64_t seconds)
{
	struct ub_when end = *start;
	const struct ub_zone *zone = start->zone ? start->zone : ub_cal_utc();
	end.civil = ub_ical_civil_add(start->civil, days * 86400);
	if (seconds)
		end.civil = ub_cal_civil(zone, ub_cal_instant(zone, end.civil) + seconds);
	return end;
}

static bool by_duration(struct reader *reader, const struct property *property, struct ub_event *event)
{
	if (property->kind != VALUE_DURATION)
		return bad_time(reader, property->line);
	event->end = later(&event->start, property->days, property->seconds);
	return true;
}

/* Outlook may write whole days as times from midnight to midnight, with a flag. */
static void whole_days(const struct property *flag, struct ub_event *event)
{
	struct ub_when *times[] = { &event->start, &event->end };
	if (!flag || !ub_text_eq_nocase(ub_text_trim(flag->text), UB_TEXT("TRUE")))
		return;
	for (size_t i = 0; i < UB_COUNT(times); i++)
		if (!times[i]->given || times[i]->civil.hour || times[i]->civil.minute)
			return;
	for (size_t i = 0; i < UB_COUNT(times); i++) {
		times[i]->date = true;
		times[i]->zone = NULL;
	}
}

bool ub_ical_times(struct reader *reader, size_t component, struct ub_event *event)
{
	const struct ub_ical *ical = reader->ical;
	bool task = event->component == UB_COMPONENT_TASK;
	const struct property *start = ub_ical_property(ical, component, "DTSTART", NULL);
	const struct property *end = ub_ical_property(ical, component, task ? "DUE" : "DTEND", NULL);
	const struct property *duration = ub_ical_property(ical, component, "DURATION", NULL);
	if (!read_when(reader, start, &event->start) || !read_when(reader, end, &event->end))
		return false;
	if (!event->end.given && event->start.given && duration && !by_duration(reader, duration, event))
		return false;
	if (task || !event->start.given)
		return true;
	whole_days(ub_ical_property(ical, component, "X-MICROSOFT-CDO-ALLDAYEVENT", NULL), event);
	/* An end before the start, or of another kind, does not count. */
	bool sound = event->end.given && event->end.date == event->start.date &&
		     ub_ical_instant(&event->end) >= ub_ical_instant(&event->start);
	if (!sound || (event->start.date && ub_ical_instant(&event->end) == ub_ical_instant(&event->start)))
		event->end = later(&event->start, event->start.date ? 1 : 0, 0);
	return true;
}
