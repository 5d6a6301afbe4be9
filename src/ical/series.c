/* SPDX-License-Identifier: Apache-2.0 */
#include "ical-private.h"

#include <stdlib.h>

static ub_day day_of(struct ub_civil civil)
{
	return ub_cal_day(civil.year, civil.month, civil.day);
}

static ub_instant instant_on(const struct ub_zone *zone, bool date, struct ub_civil civil)
{
	return date ? ub_cal_day_start(zone, day_of(civil)) : ub_cal_instant(zone, civil);
}

ub_instant ub_ical_series_at(const struct series *series, struct ub_civil civil)
{
	return instant_on(series->zone, series->event->start.date, civil);
}

const struct ub_zone *ub_ical_series_zone(const struct series *series, const struct ub_when *when)
{
	return when->zone && !when->date ? when->zone : series->floating;
}

static ub_instant instant_of(const struct series *series, const struct ub_when *when)
{
	return instant_on(ub_ical_series_zone(series, when), when->date, when->civil);
}

ub_instant ub_ical_series_end(
    const struct series *series, const struct ub_when *like, struct span span, ub_instant start)
{
	const struct ub_zone *zone = ub_ical_series_zone(series, like);
	if (like->date)
		return ub_cal_day_start(zone, ub_cal_local_day(zone, start) + (ub_day)span.days);
	if (span.days)
		start = ub_cal_instant(zone, ub_ical_civil_add(ub_cal_civil(zone, start), span.days * 86400));
	return start + span.seconds;
}

/* An end that is written makes the time between exact, a duration goes by the calendar's days. */
static struct span span_of(
    const struct series *series, size_t component, const struct ub_when *start, const struct ub_when *end)
{
	const struct ub_ical *ical = series->reader->ical;
	const struct property *duration = ub_ical_property(ical, component, "DURATION", NULL);
	bool task = ub_ical_is(ical, component, "VTODO");
	bool written = ub_ical_property(ical, component, task ? "DUE" : "DTEND", NULL) != NULL;
	struct span span = { 0 };
	if (!end->given)
		return span;
	if (start->date && end->date)
		span.days = day_of(end->civil) - day_of(start->civil);
	else if (!written && duration && duration->kind == VALUE_DURATION)
		span = (struct span){ duration->days, duration->seconds };
	else
		span = (struct span){ .seconds = instant_of(series, end) - instant_of(series, start) };
	if (span.days < 0 || span.seconds < 0)
		span = (struct span){ 0 };
	return span;
}

/* ---- EXDATE and RDATE ---- */

/* The zone of a line's times. One that nobody knows counts as the series' own. */
static const struct ub_zone *zone_of_line(const struct series *series, const struct line *line)
{
	struct ub_text tzid = ub_ical_raw_param(line, "TZID");
	const struct ub_zone *zone = tzid.len ? ub_ical_zone(series->reader, tzid) : NULL;
	return zone ? zone : series->zone;
}

/* The instant of a value that names an instance. Of a series of whole days the day counts, as it is written;
 * a day within another series is that day at the time of DTSTART. */
static ub_instant instance_at(
    const struct series *series, const struct ub_zone *zone, struct ub_civil civil, bool date, bool utc)
{
	const struct ub_civil *first = &series->event->start.civil;
	if (series->event->start.date)
		return ub_cal_day_start(series->zone, day_of(civil));
	if (!date)
		return ub_cal_instant(utc ? ub_cal_utc() : zone, civil);
	civil.hour = first->hour;
	civil.minute = first->minute;
	civil.second = first->second;
	return ub_cal_instant(series->zone, civil);
}

static bool same_time_of_day(struct ub_civil a, struct ub_civil b)
{
	return a.hour == b.hour && a.minute == b.minute && a.second == b.second;
}

/* Whether a series of another time of day has no instance at this midnight: then its writer knows the day
 * alone, and has put it down as a time. */
static bool means_day(
    const struct series *series, const struct ub_zone *zone, struct ub_civil civil, bool utc)
{
	const struct ub_event *event = series->event;
	ub_instant at = ub_cal_instant(utc ? ub_cal_utc() : zone, civil);
	if (event->start.date || event->override_only || civil.hour || civil.minute || civil.second ||
	    same_time_of_day(ub_cal_civil(series->zone, at), event->start.civil))
		return false;
	for (size_t i = 0; i < series->n_rules; i++)
		if (!series->rules[i].own_time)
			return false;
	for (size_t i = 0; i < series->added.n; i++)
		if (series->added.items[i].at == at)
			return false;
	return true;
}

static void read_exdates(struct series *series, size_t component)
{
	struct ub_arena *arena = series->reader->arena;
	for (const struct line *line = NULL;
	     (line = ub_ical_line(series->reader->ical, component, "EXDATE", line));) {
		const struct ub_zone *zone = zone_of_line(series, line);
		struct ub_text rest = line->value, piece;
		struct ub_civil civil;
		bool date, utc;
		while (ub_ical_list_next(&rest, &piece)) {
			if (!ub_libical_time(piece, &civil, &date, &utc))
				continue;
			if (date || series->event->start.date || means_day(series, zone, civil, utc))
				*ub_push(arena, &series->days_left_out) = day_of(civil);
			else
				*ub_push(arena, &series->left_out) =
				    instance_at(series, zone, civil, date, utc);
		}
	}
}

/* The part of a PERIOD after its slash: a time, or a duration. */
static ub_instant period_end(struct ub_text text, const struct ub_zone *zone, ub_instant start)
{
	struct ub_civil civil;
	int64_t days, seconds;
	bool date, utc;
	ub_instant end = UB_INSTANT_NONE;
	if (ub_libical_time(text, &civil, &date, &utc))
		end = ub_cal_instant(utc ? ub_cal_utc() : zone, civil);
	else if (ub_libical_duration(text, &days, &seconds))
		end = start + days * 86400 + seconds;
	return end >= start ? end : UB_INSTANT_NONE;
}

static void read_rdates(struct series *series, size_t component)
{
	for (const struct line *line = NULL;
	     (line = ub_ical_line(series->reader->ical, component, "RDATE", line));) {
		const struct ub_zone *zone = zone_of_line(series, line);
		struct ub_text rest = line->value, piece;
		struct ub_civil civil;
		bool date, utc;
		while (ub_ical_list_next(&rest, &piece)) {
			size_t slash = ub_text_find(piece, UB_TEXT("/"), 0);
			if (!ub_libical_time(ub_text_sub(piece, 0, slash), &civil, &date, &utc))
				continue;
			struct added_date *added = ub_push(series->reader->arena, &series->added);
			added->at = instance_at(series, zone, civil, date, utc);
			added->end =
			    slash == SIZE_MAX || series->event->start.date
				? UB_INSTANT_NONE
				: period_end(ub_text_sub(piece, slash + 1, piece.len), zone, added->at);
		}
	}
}

static int by_instant(const void *left, const void *right)
{
	const ub_instant *a = left, *b = right;
	return (*a > *b) - (*a < *b);
}

static int by_day(const void *left, const void *right)
{
	const ub_day *a = left, *b = right;
	return (*a > *b) - (*a < *b);
}

bool ub_ical_series_leaves_out(const struct series *series, ub_instant of)
{
	ub_day day = ub_cal_local_day(series->zone, of);
	if (series->left_out.n &&
	    bsearch(&of, series->left_out.items, series->left_out.n, sizeof of, by_instant))
		return true;
	return series->days_left_out.n &&
	       bsearch(&day, series->days_left_out.items, series->days_left_out.n, sizeof day, by_day);
}

/* ---- overrides ---- */

static bool is_word(struct series *series, size_t component, const char *name, const char *word)
{
	const struct property *property = ub_ical_property(series->reader->ical, component, name, NULL);
	return property && ub_text_eq_nocase(ub_text_trim(property->text), ub_text(word));
}

static bool read_override(struct series *series, size_t component, const struct property *id)
{
	struct reader *reader = series->reader;
	struct ub_event times = { .component = series->event->component };
	const struct property *sequence = ub_ical_property(reader->ical, component, "SEQUENCE", NULL);
	if (id->kind != VALUE_TIME || !ub_ical_times(reader, component, &times))
		return false;
	struct override *override = ub_push(reader->arena, &series->overrides);
	override->component = component;
	const struct ub_zone *zone = zone_of_line(series, id->line);
	bool date = id->date || means_day(series, zone, id->civil, id->utc);
	override->of = instance_at(series, zone, id->civil, date, id->utc);
	override->future = ub_text_eq_nocase(ub_ical_property_param(id, "RANGE"), UB_TEXT("THISANDFUTURE"));
	override->cancelled = is_word(series, component, "STATUS", "CANCELLED");
	if (!sequence || !ub_text_to_int(ub_text_trim(sequence->text), &override->sequence))
		override->sequence = 0;
	override->start = times.start;
	override->end = times.end;
	override->span = span_of(series, component, &times.start, &times.end);
	if (override->start.given)
		return true;
	/* An override without a start stays where its instance is. */
	override->start = series->event->start;
	override->start.civil = ub_cal_civil(ub_ical_series_zone(series, &override->start), override->of);
	override->span = series->span;
	return true;
}

/* Of those of one instance the one for itself comes after one for it and the following. */
static int by_instance(const void *left, const void *right)
{
	const struct override *a = left, *b = right;
	if (a->of != b->of)
		return a->of < b->of ? -1 : 1;
	if (a->future != b->future)
		return a->future ? -1 : 1;
	if (a->sequence != b->sequence)
		return a->sequence < b->sequence ? -1 : 1;
	return (a->component > b->component) - (a->component < b->component);
}

static const char *read_overrides(struct series *series, size_t master)
{
	const struct ub_ical *ical = series->reader->ical;
	for (size_t i = 1; i < ical->components.n; i++) {
		const struct property *id = ub_ical_is_like(ical, i, master)
						? ub_ical_property(ical, i, "RECURRENCE-ID", NULL)
						: NULL;
		if (id && !read_override(series, i, id))
			return "one of its instances has a time that cannot be read";
	}
	if (series->overrides.n)
		qsort(series->overrides.items, series->overrides.n, sizeof *series->overrides.items,
		    by_instance);
	return NULL;
}

/* ---- rules ---- */

/* Of whole days the day of UNTIL counts as it is written. But Outlook writes the last day as its midnight, in
 * UTC. */
static int64_t last_of(const struct series *series, const struct rule *rule)
{
	if (!rule->ends)
		return INT64_MAX;
	if (rule->until_date)
		return ub_ical_wall(rule->until) + 86399;
	struct ub_civil local = ub_cal_civil(series->zone, ub_ical_wall(rule->until));
	bool midnight = same_time_of_day(local, (struct ub_civil){ 0 });
	return ub_ical_wall(
	    rule->until_utc && (midnight || !series->event->start.date) ? local : rule->until);
}

static const char *read_rules(struct series *series, size_t master)
{
	const struct ub_ical *ical = series->reader->ical;
	const struct ub_when *start = &series->event->start;
	if (ub_ical_line(ical, master, "EXRULE", NULL))
		return "it has an EXRULE";
	for (const struct line *line = NULL; (line = ub_ical_line(ical, master, "RRULE", line));) {
		if (series->n_rules == UB_SERIES_RULES_MAX)
			return "it has too many rules";
		struct rule *rule = &series->rules[series->n_rules++];
		const char *fault = ub_ical_rule_read(line->value, rule);
		if (fault)
			return fault;
		ub_ical_rule_complete(rule, start->civil, start->date);
		rule->last = last_of(series, rule);
		if (ub_ical_rule_times(rule) > UB_SERIES_PER_DAY)
			return "its rule comes too often in a day";
		if (!ub_ical_rule_has_plain_positions(rule))
			return "its rule has BYSETPOS along with too much else";
		if (!ub_ical_rule_possible(rule))
			return "its rule has no instance within 60 years";
	}
	return NULL;
}

const char *ub_ical_series(struct series *series, struct reader *reader, const struct ub_event *event,
    const struct ub_zone *floating)
{
	size_t master = ub_ical_master(reader->ical);
	const struct ub_when *start = &event->start;
	*series = (struct series){ .reader = reader, .event = event, .floating = floating };
	if (!start->given && !event->override_only)
		return "it has no start";
	series->zone = ub_ical_series_zone(series, start);
	series->first = ub_ical_wall(start->civil);
	series->span = span_of(series, master, start, &event->end);
	const char *fault = NULL;
	if (!event->override_only) {
		fault = read_rules(series, master);
		read_rdates(series, master);
		read_exdates(series, master);
	}
	if (series->left_out.n)
		qsort(series->left_out.items, series->left_out.n, sizeof *series->left_out.items, by_instant);
	if (series->days_left_out.n)
		qsort(series->days_left_out.items, series->days_left_out.n,
		    sizeof *series->days_left_out.items, by_day);
	return fault ? fault : read_overrides(series, master);
}
