/* SPDX-License-Identifier: Apache-2.0 */
#include "ical-private.h"

#include <stdlib.h>

static bool digits(struct ub_text text, size_t at, size_t n, int *value)
{
	*value = 0;
	for (size_t i = at; i < at + n; i++) {
		int digit = i < text.len ? text.ptr[i] - '0' : -1;
		if (digit < 0 || digit > 9)
			return false;
		*value = *value * 10 + digit;
	}
	return true;
}

/* +0100, -043000 */
static bool read_offset(struct ub_text value, int32_t *seconds)
{
	int hours, minutes, rest = 0;
	value = ub_text_trim(value);
	if ((value.len != 5 && value.len != 7) || (value.ptr[0] != '+' && value.ptr[0] != '-') ||
	    !digits(value, 1, 2, &hours) || !digits(value, 3, 2, &minutes) ||
	    (value.len == 7 && !digits(value, 5, 2, &rest)) || hours > 23 || minutes > 59 || rest > 59)
		return false;
	*seconds = (hours * 3600 + minutes * 60 + rest) * (value.ptr[0] == '-' ? -1 : 1);
	return true;
}

/* The list of changes that a VTIMEZONE becomes. */
struct definition {
	struct reader *reader;
	UB_VEC(struct ub_zone_change) changes;
	struct ub_zone_change before; /* the offset before the earliest change */
	ub_instant earliest;
	/* the observance that is being read */
	int32_t from, to;
	bool dst;
	struct ub_text name;
};

static bool add_onset(void *context, struct ub_civil civil)
{
	struct definition *definition = context;
	ub_instant at = ub_cal_instant(ub_cal_utc(), civil) - definition->from;
	if (definition->changes.n >= UB_ZONE_CHANGES_MAX)
		return false;
	*ub_push(definition->reader->arena, &definition->changes) =
	    (struct ub_zone_change){ at, definition->to, definition->dst, definition->name };
	if (at < definition->earliest) {
		definition->earliest = at;
		definition->before =
		    (struct ub_zone_change){ .offset = definition->from, .abbreviation = definition->name };
	}
	return true;
}

/* Yearly rules are often given from 1601 on. Times before 1970 do not matter, unless the rule counts its
 * instances. */
static struct ub_civil recent(struct ub_text rule, struct ub_civil start)
{
	bool counted = ub_text_find(rule, UB_TEXT("COUNT="), 0) != SIZE_MAX ||
		       ub_text_find(rule, UB_TEXT("INTERVAL="), 0) != SIZE_MAX;
	bool leap_day = start.month == 2 && start.day == 29;
	if (start.year < 1970 && !counted && !leap_day)
		start.year = 1970;
	return start;
}

static bool offsets(const struct ub_ical *ical, size_t observance, struct definition *definition)
{
	const struct line *from = ub_ical_line(ical, observance, "TZOFFSETFROM", NULL);
	const struct line *to = ub_ical_line(ical, observance, "TZOFFSETTO", NULL);
	const struct line *name = ub_ical_line(ical, observance, "TZNAME", NULL);
	definition->name = name ? ub_ical_text(name->value, definition->reader->arena) : UB_TEXT_NONE;
	definition->dst = ub_ical_is(ical, observance, "DAYLIGHT");
	return from && to && read_offset(from->value, &definition->from) &&
	       read_offset(to->value, &definition->to);
}

static bool add_dates(const struct line *line, struct definition *definition)
{
	struct ub_text rest = line->value, piece;
	struct ub_civil civil;
	bool date, utc;
	while (ub_ical_list_next(&rest, &piece)) {
		if (!ub_libical_time(piece, &civil, &date, &utc))
			return false;
		add_onset(definition, utc ? ub_ical_civil_add(civil, definition->from) : civil);
	}
	return true;
}

static bool add_observance(size_t observance, struct definition *definition)
{
	const struct ub_ical *ical = definition->reader->ical;
	const struct line *start = ub_ical_line(ical, observance, "DTSTART", NULL), *line = NULL;
	struct ub_civil civil;
	bool date, utc, ruled = false;
	if (!start || !ub_libical_time(start->value, &civil, &date, &utc) ||
	    !offsets(ical, observance, definition))
		return false;
	while ((line = ub_ical_line(ical, observance, "RRULE", line))) {
		ruled = true;
		if (!ub_ical_yearly(line->value, recent(line->value, civil), definition->from,
			UB_ZONE_YEAR_MAX, add_onset, definition))
			return false;
	}
	while ((line = ub_ical_line(ical, observance, "RDATE", line)))
		if (!add_dates(line, definition))
			return false;
	if (!ruled)
		add_onset(definition, civil);
	return definition->changes.n < UB_ZONE_CHANGES_MAX;
}

static int by_time(const void *left, const void *right)
{
	const struct ub_zone_change *a = left, *b = right;
	return (a->at > b->at) - (a->at < b->at);
}

/* Sorts the changes by time. Of two observances that begin at the same time, either will do. */
static size_t in_order(struct ub_zone_change *changes, size_t n)
{
	size_t kept = 0;
	qsort(changes, n, sizeof *changes, by_time);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || changes[i].at > changes[kept - 1].at)
			changes[kept++] = changes[i];
	return kept;
}

/* Holidays are read without zones, as whole days need none. */
static const struct ub_zone *known(const struct reader *reader, struct ub_text tzid)
{
	return reader->zones ? ub_cal_zone_find(reader->zones, tzid) : NULL;
}

static const struct ub_zone *define(struct reader *reader, size_t component, struct ub_text tzid)
{
	const struct ub_ical *ical = reader->ical;
	struct definition definition = { .reader = reader, .earliest = INT64_MAX };
	size_t observances = 0;
	const struct line *location = ub_ical_line(ical, component, "X-LIC-LOCATION", NULL);
	const struct ub_zone *named = location ? known(reader, location->value) : NULL;
	if (named)
		return named;
	for (size_t i = component + 1; i < ical->components.n; i++) {
		if (ical->components.items[i].parent != component)
			continue;
		if (++observances > UB_ICAL_OBSERVANCES || !add_observance(i, &definition))
			return NULL;
	}
	if (definition.changes.n == 0)
		return NULL;
	size_t n = in_order(definition.changes.items, definition.changes.n);
	return ub_cal_zone_from_changes(
	    reader->arena, tzid, definition.before, definition.changes.items, n, UB_TEXT_NONE);
}

size_t ub_ical_timezone(const struct ub_ical *ical, struct ub_text tzid)
{
	for (size_t i = 1; i < ical->components.n; i++) {
		const struct property *id =
		    ub_ical_is(ical, i, "VTIMEZONE") ? ub_ical_property(ical, i, "TZID", NULL) : NULL;
		if (id && ub_text_eq(ub_text_trim(id->text), tzid))
			return i;
	}
	return NO_COMPONENT;
}

/* Notes has the names of Windows without their ending: "W. Europe". */
static const struct ub_zone *from_short_name(struct reader *reader, struct ub_text tzid)
{
	const char *name =
	    ub_cal_zone_of_windows(ub_textf(reader->arena, "%.*s Standard Time", UB_ARGS(tzid)));
	return name ? ub_cal_zone_find(reader->zones, ub_text(name)) : NULL;
}

/* Some call a zone by its hours alone, and define it with its summer time: a definition comes first. */
static const struct ub_zone *from_object(struct reader *reader, struct ub_text tzid)
{
	size_t component = ub_ical_timezone(reader->ical, tzid);
	if (component != NO_COMPONENT)
		return define(reader, component, tzid);
	const struct ub_zone *zone = reader->zones ? ub_cal_zone_of_hours(reader->zones, tzid) : NULL;
	return zone || !reader->zones ? zone : from_short_name(reader, tzid);
}

const struct ub_zone *ub_ical_zone(struct reader *reader, struct ub_text tzid)
{
	tzid = ub_text_trim(ub_ical_text(tzid, reader->arena));
	for (size_t i = 0; i < reader->own.n; i++)
		if (ub_text_eq(reader->own.items[i].tzid, tzid))
			return reader->own.items[i].zone;
	const struct ub_zone *zone = known(reader, tzid);
	if (zone || reader->own.n == UB_ICAL_ZONES_MAX)
		return zone;
	zone = from_object(reader, tzid);
	*ub_push(reader->arena, &reader->own) = (struct own_zone){ tzid, zone };
	return zone;
}
