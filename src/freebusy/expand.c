/* SPDX-License-Identifier: Apache-2.0 */
#include "freebusy-private.h"

#include "upbeat/ical.h"
#include "upbeat/sys.h"

/*
 * The times that a calendar object takes, and those that a server tells without the events.
 *
 * An event of whole days takes them unless it is transparent: a
 * holiday is written like that, and servers answer so, too. A tentative event takes its time.
 */

static bool has_declined(const struct ub_event *event, struct ub_texts addresses)
{
	for (size_t i = 0; i < event->n_attendees; i++)
		for (size_t k = 0; k < addresses.n; k++)
			if (event->attendees[i].partstat == UB_PARTSTAT_DECLINED &&
			    ub_text_eq(event->attendees[i].address, addresses.items[k]))
				return true;
	return false;
}

static ub_instant instant_of(const struct ub_when *when, const struct ub_zone *floating)
{
	struct ub_civil civil = when->civil;
	const struct ub_zone *zone = when->zone && !when->date ? when->zone : floating;
	return when->date ? ub_cal_day_start(zone, ub_cal_day(civil.year, civil.month, civil.day))
			  : ub_cal_instant(zone, civil);
}

static void add(struct look *look, const struct ub_event *event, const struct ub_zone *floating,
    struct ub_busy_person *person)
{
	struct ub_interval time = { instant_of(&event->start, floating), instant_of(&event->end, floating) };
	if (time.end <= time.start || !ub_cal_overlap(time, look->range))
		return;
	struct ub_text parent = event->marks.item.len ? event->related_to : UB_TEXT_NONE;
	*ub_push(look->arena, &person->times) = (struct ub_busy_time){ time.start, time.end,
		ub_text_copy(look->arena, event->uid), ub_text_copy(look->arena, parent) };
}

static bool expand(struct look *look, struct ub_text data, struct ub_texts addresses,
    struct ub_busy_person *person, struct ub_arena *scratch)
{
	const struct ub_org *org = look->question->org;
	const struct ub_series_window window = { .floating = ub_org_person(org, person->address)->zone,
		.from = look->range.start,
		.until = look->range.end,
		.most = UB_SERIES_MAX };
	struct ub_ical_refusal refusal;
	struct ub_instances instances;
	struct ub_text why;
	const struct ub_ical *ical = ub_ical_parse(scratch, data, &refusal);
	if (!ical || !ub_ical_instances(ical, org->zones, &window, scratch, &instances, &why))
		return false;
	for (size_t i = 0; i < instances.n; i++) {
		const struct ub_event *event = instances.items[i];
		if (event->component == UB_COMPONENT_EVENT && event->start.given && !event->transparent &&
		    event->status != UB_STATUS_CANCELLED && !has_declined(event, addresses))
			add(look, event, window.floating, person);
	}
	return instances.n < UB_SERIES_MAX;
}

bool look_expand(
    struct look *look, struct ub_text data, struct ub_texts addresses, struct ub_busy_person *person)
{
	struct ub_arena *scratch = ub_arena_new();
	ub_sys_reading_begin(look->question->watched);
	bool whole = expand(look, data, addresses, person, scratch);
	ub_sys_reading_end(look->question->watched);
	ub_arena_free(&scratch);
	return whole;
}

/* ---- times alone ---- */

static bool is_about(const struct ub_ical_busy *busy, struct ub_text address)
{
	for (size_t i = 0; i < busy->attendees.n; i++)
		if (!ub_text_eq(busy->attendees.items[i], address))
			return false;
	return true;
}

bool look_read_busy(struct look *look, struct ub_text data, struct ub_busy_person *person)
{
	struct ub_ical_busy busy;
	struct ub_ical_refusal refusal;
	ub_sys_reading_begin(look->question->watched);
	bool read = ub_ical_read_busy(data, look->arena, &busy, &refusal);
	ub_sys_reading_end(look->question->watched);
	if (!read)
		person->words = ub_textf(
		    look->arena, "the server's answer cannot be used: %.*s", UB_ARGS(refusal.message));
	else if (!is_about(&busy, person->address))
		person->words = UB_TEXT("the server's answer is about somebody else");
	else if (busy.covers.start > look->range.start || busy.covers.end < look->range.end)
		person->words = UB_TEXT("the server's answer is about another time");
	else
		person->state = UB_FREEBUSY_KNOWN;
	for (size_t i = 0; person->state == UB_FREEBUSY_KNOWN && i < busy.times.n; i++)
		*ub_push(look->arena, &person->times) = (struct ub_busy_time){ busy.times.items[i].start,
			busy.times.items[i].end, UB_TEXT_NONE, UB_TEXT_NONE };
	return person->state == UB_FREEBUSY_KNOWN;
}
