/* SPDX-License-Identifier: Apache-2.0 */
#include "ical-private.h"

/*
 * VFREEBUSY components (RFC 5545 3.6.4). All of their times are UTC by that section. What does not keep to it
 * is refused as a whole: half of somebody's busy times would look like free time.
 */

struct reading {
	const struct ub_ical *ical;
	struct ub_ical_busy *out;
	struct ub_arena *arena;
	struct ub_ical_refusal *refusal;
};

static bool bad_time(struct reading *reading, const struct line *line)
{
	return ub_ical_refuse(reading->refusal, reading->arena, "bad-time", line->number,
	    "`%.*s` is no time of UTC", UB_ARGS(ub_text_sub(line->value, 0, 40)));
}

static bool read_utc(struct ub_text value, ub_instant *at)
{
	struct ub_civil civil;
	bool date, utc, sound = ub_libical_time(value, &civil, &date, &utc) && utc;
	*at = sound ? ub_cal_instant(ub_cal_utc(), civil) : 0;
	return sound;
}

/* A period (RFC 5545 3.3.9): its start, and its end or how long it is. */
static bool read_period(struct ub_text value, struct ub_interval *period)
{
	size_t slash = ub_text_find(value, UB_TEXT("/"), 0);
	int64_t days, seconds;
	if (slash == SIZE_MAX || !read_utc(ub_text_sub(value, 0, slash), &period->start))
		return false;
	struct ub_text end = ub_text_sub(value, slash + 1, value.len);
	if (ub_libical_duration(end, &days, &seconds))
		period->end = period->start + days * 86400 + seconds;
	else if (!read_utc(end, &period->end))
		return false;
	return period->end >= period->start;
}

/* The times of a line. Whoever may be busy, or is not there, counts as busy. */
static bool read_times(struct reading *reading, const struct line *line)
{
	struct ub_text rest = line->value, piece;
	if (ub_text_eq_nocase(ub_ical_raw_param(line, "FBTYPE"), UB_TEXT("FREE")))
		return true;
	while (ub_text_split(&rest, ',', &piece)) {
		struct ub_interval *period = ub_push(reading->arena, &reading->out->times);
		if (!read_period(ub_text_trim(piece), period))
			return bad_time(reading, line);
	}
	return true;
}

/* Narrows what the answer covers to what this component does. */
static bool read_border(struct reading *reading, size_t component, const char *name, ub_instant *at)
{
	const struct line *line = ub_ical_line(reading->ical, component, name, NULL);
	if (!line)
		return ub_ical_refuse(reading->refusal, reading->arena, "bad-time", 0, "it has no %s", name);
	return read_utc(line->value, at) || bad_time(reading, line);
}

static bool read_component(struct reading *reading, size_t component)
{
	struct ub_ical_busy *out = reading->out;
	struct ub_interval covers;
	if (!read_border(reading, component, "DTSTART", &covers.start) ||
	    !read_border(reading, component, "DTEND", &covers.end))
		return false;
	out->covers.start = covers.start > out->covers.start ? covers.start : out->covers.start;
	out->covers.end = covers.end < out->covers.end ? covers.end : out->covers.end;
	for (const struct line *line = NULL;
	     (line = ub_ical_line(reading->ical, component, "ATTENDEE", line));)
		*ub_push(reading->arena, &out->attendees) = ub_ical_address(line, reading->arena);
	for (const struct line *line = NULL;
	     (line = ub_ical_line(reading->ical, component, "FREEBUSY", line));)
		if (!read_times(reading, line))
			return false;
	return true;
}

/* A question that comes back as it was sent has no busy times in it. */
static bool is_answer(struct reading *reading)
{
	const struct line *method = ub_ical_line(reading->ical, 0, "METHOD", NULL);
	if (!method || ub_text_eq_nocase(ub_text_trim(method->value), UB_TEXT("REPLY")))
		return true;
	return ub_ical_refuse(reading->refusal, reading->arena, "no-answer", method->number,
	    "its METHOD is `%.*s`", UB_ARGS(ub_text_sub(method->value, 0, 40)));
}

bool ub_ical_read_busy(
    struct ub_text text, struct ub_arena *arena, struct ub_ical_busy *busy, struct ub_ical_refusal *refusal)
{
	struct reading reading = { .out = busy, .arena = arena, .refusal = refusal };
	bool any = false;
	*busy = (struct ub_ical_busy){ .covers = { UB_INSTANT_MIN, UB_INSTANT_MAX } };
	reading.ical = ub_ical_parse(arena, text, refusal);
	if (!reading.ical || !is_answer(&reading))
		return false;
	for (size_t i = 1; i < reading.ical->components.n; i++) {
		if (reading.ical->components.items[i].parent != 0 ||
		    !ub_ical_is(reading.ical, i, "VFREEBUSY"))
			continue;
		any = true;
		if (!read_component(&reading, i))
			return false;
	}
	return any || ub_ical_refuse(refusal, arena, "no-component", 0, "there is no VFREEBUSY in it");
}
