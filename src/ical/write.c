/* SPDX-License-Identifier: Apache-2.0 */
#include "ical-private.h"

#include <stdlib.h>

/* The state of writing an item. */
struct writer {
	struct ub_arena *arena;
	const struct ub_item *item;
	const struct ub_ical_writing *writing;
	const struct ub_zone *zone; /* of the times that are written */
	bool task;                  /* VTODO */
};

/* Only a zone of the database has a name that others know. A zone from somebody's VTIMEZONE has none. */
static const struct ub_zone *zone_for(const struct ub_item *item, const struct ub_zones *zones)
{
	bool known = item->zone && ub_cal_zone_find(zones, ub_cal_zone_name(item->zone)) == item->zone;
	return known ? item->zone : ub_cal_utc();
}

static struct ub_text utc(struct ub_arena *arena, ub_instant instant)
{
	struct ub_civil c = ub_cal_civil(ub_cal_utc(), instant);
	return ub_textf(
	    arena, "%04d%02d%02dT%02d%02d%02dZ", c.year, c.month, c.day, c.hour, c.minute, c.second);
}

static void draft_time(struct writer *writer, struct draft *draft, const char *name, ub_instant instant)
{
	struct ub_civil c = ub_cal_civil(writer->zone, instant);
	bool is_utc = writer->zone == ub_cal_utc();
	struct draft_line *line = ub_ical_draft_value(draft, name, "%04d%02d%02dT%02d%02d%02d%s", c.year,
	    c.month, c.day, c.hour, c.minute, c.second, is_utc ? "Z" : "");
	if (!is_utc)
		ub_ical_draft_param(draft, line, "TZID", ub_cal_zone_name(writer->zone));
}

static void draft_day(struct draft *draft, const char *name, ub_day day)
{
	struct ub_civil c = ub_cal_day_civil(day);
	ub_ical_draft_value(draft, name, "%04d%02d%02d", c.year, c.month, c.day);
}

/* When a task begins: with its first reminder, and some time before it is due. Thunderbird's reminder window
 * fails at a task without a start, and then shows no other reminder either. Clients list a task as current
 * from its start on, so that one without a reminder is out of the way until the last days. */
static ub_instant start_of_task(const struct ub_item *item)
{
	int64_t before = item->n_reminders ? UB_TASK_LEAD : UB_TASK_CURRENT;
	for (size_t i = 0; i < item->n_reminders; i++)
		before = item->reminders[i] > before ? item->reminders[i] : before;
	return item->due - before;
}

static void draft_times(struct writer *writer, struct draft *draft)
{
	const struct ub_item *item = writer->item;
	if (item->all_day) {
		draft_day(draft, "DTSTART", ub_cal_local_day(item->zone, item->start));
		draft_day(draft, "DTEND", ub_cal_local_day(item->zone, item->end));
	} else if (item->kind == UB_ITEM_EVENT) {
		draft_time(writer, draft, "DTSTART", item->start);
		draft_time(writer, draft, "DTEND", item->end);
	} else if (writer->task) {
		draft_time(writer, draft, "DTSTART", start_of_task(item));
		draft_time(writer, draft, "DUE", item->due);
	} else {
		ub_day day = ub_cal_local_day(item->zone ? item->zone : ub_cal_utc(), item->due);
		draft_day(draft, "DTSTART", day);
		draft_day(draft, "DTEND", day + 1);
		ub_ical_draft_value(draft, "X-UPBEAT-DUE", "%.*s", UB_ARGS(utc(writer->arena, item->due)));
	}
}

/* A name as the value of CN, which cannot contain quotes or control characters (RFC 5545 3.2). Few clients
 * know the carets of RFC 6868. */
static struct ub_text quotable(struct ub_arena *arena, struct ub_text name)
{
	struct ub_buf out = UB_BUF(arena);
	for (size_t i = 0; i < name.len; i++) {
		unsigned char c = (unsigned char)name.ptr[i];
		if (c == '"')
			ub_buf_char(&out, '\'');
		else if (c >= 0x20 && c != 0x7F)
			ub_buf_char(&out, (char)c);
	}
	return ub_buf_text(&out);
}

static struct draft_line *draft_person(
    struct draft *draft, const char *property, const struct ub_person *person)
{
	struct draft_line *line = ub_ical_draft_value(draft, property, "mailto:%.*s", UB_ARGS(person->email));
	ub_ical_draft_param(draft, line, "CN", quotable(draft->arena, person->name));
	return line;
}

static void draft_attendee(
    struct draft *draft, const struct ub_person *person, const char *role, const char *partstat, bool rsvp)
{
	/* A text that is no address might have more than one line. */
	if (!ub_facts_is_address(person->email))
		return;
	struct draft_line *line = draft_person(draft, "ATTENDEE", person);
	ub_ical_draft_param(draft, line, "ROLE", ub_text(role));
	ub_ical_draft_param(draft, line, "PARTSTAT", ub_text(partstat));
	if (rsvp)
		ub_ical_draft_param(draft, line, "RSVP", UB_TEXT("TRUE"));
}

static void draft_people(const struct ub_item *item, struct draft *draft)
{
	if (!item->organizer || item->attendees.n == 0)
		return;
	if (ub_facts_is_address(item->organizer->email))
		draft_person(draft, "ORGANIZER", item->organizer);
	draft_attendee(draft, item->organizer, "CHAIR", "ACCEPTED", false);
	for (size_t i = 0; i < item->attendees.n; i++) {
		const struct ub_person *person = item->attendees.items[i];
		draft_attendee(draft, person,
		    person->role == UB_ROLE_OPTIONAL ? "OPT-PARTICIPANT" : "REQ-PARTICIPANT", "NEEDS-ACTION",
		    true);
	}
}

static struct draft *draft_alarm(struct draft *alarm, struct ub_text shown)
{
	ub_ical_draft_value(alarm, "ACTION", "DISPLAY");
	ub_ical_draft_text(alarm, "DESCRIPTION", shown);
	return alarm;
}

/* `seconds` before, or if negative after. */
static struct draft_line *draft_trigger(struct draft *alarm, int64_t seconds)
{
	bool minutes = seconds % 60 == 0;
	int64_t length = llabs(seconds);
	return ub_ical_draft_value(alarm, "TRIGGER", "%sPT%lld%c", seconds < 0 ? "" : "-",
	    (long long)(minutes ? length / 60 : length), minutes ? 'M' : 'S');
}

/* The trigger counts from the start, as several clients mangle one that counts from the end. */
void ub_ical_put_alarm(struct ub_buf *out, int64_t seconds, struct ub_text shown)
{
	struct draft *alarm = draft_alarm(ub_ical_draft(out->arena, "VALARM"), shown);
	draft_trigger(alarm, seconds);
	ub_libical_print(alarm, out);
}

static void draft_reminder(struct writer *writer, struct draft *draft, int64_t seconds)
{
	const struct ub_item *item = writer->item;
	ub_instant own = item->kind == UB_ITEM_TASK ? item->due : item->start;
	struct draft *alarm = draft_alarm(ub_ical_draft_part(draft, "VALARM"), item->title);
	if (!writer->task && (item->kind == UB_ITEM_TASK || item->all_day)) {
		/* Nobody knows in which zone a client takes a date's midnight. */
		ub_ical_draft_value(alarm, "TRIGGER", "%.*s", UB_ARGS(utc(writer->arena, own - seconds)));
		return;
	}
	struct draft_line *trigger = draft_trigger(alarm, seconds);
	/* The reminder of a task counts from its due time, which is its end (RFC 5545 3.8.6.3). So the
	 * reminder goes along when the user puts the task off. */
	if (writer->task)
		ub_ical_draft_param(alarm, trigger, "RELATED", UB_TEXT("END"));
}

static void draft_marks(const struct ub_marks *marks, struct draft *draft, struct ub_text base)
{
	ub_ical_draft_text(draft, "X-UPBEAT-ITEM", marks->item);
	ub_ical_draft_text(draft, "X-UPBEAT-RULE", marks->rule);
	ub_ical_draft_value(draft, "X-UPBEAT-GENERATION", "%u", marks->generation);
	ub_ical_draft_text(draft, "X-UPBEAT-BASE", base);
}

static void draft_stamps(struct writer *writer, struct draft *draft)
{
	struct ub_text now = utc(writer->arena, writer->writing->now);
	ub_ical_draft_text(draft, "UID", writer->item->uid);
	ub_ical_draft_value(draft, "DTSTAMP", "%.*s", UB_ARGS(now));
	ub_ical_draft_value(draft, "CREATED", "%.*s", UB_ARGS(now));
	ub_ical_draft_value(draft, "SEQUENCE", "0");
}

/* Beside what is a text for every client, the text as HTML. */
static void draft_description(struct writer *writer, struct draft *draft)
{
	const struct ub_item *item = writer->item;
	struct ub_text altrep = ub_ical_altrep(item->description, item->form.html, writer->arena);
	struct ub_text page = ub_ical_x_alt_desc(item->description, item->form.html, writer->arena);
	ub_ical_draft_param(
	    draft, ub_ical_draft_text(draft, "DESCRIPTION", item->description), "ALTREP", altrep);
	if (page.len)
		ub_ical_draft_param(
		    draft, ub_ical_draft_text(draft, "X-ALT-DESC", page), "FMTTYPE", UB_TEXT("text/html"));
}

/* The places of the reminders in the order in which they are written. */
static const size_t *order_of_reminders(struct writer *writer)
{
	const struct ub_item *item = writer->item;
	size_t *order = UB_NEW_ARRAY(writer->arena, size_t, item->n_reminders);
	for (size_t i = 0; i < item->n_reminders; i++) {
		size_t at = i;
		for (; item->form.nearest_first && at > 0 &&
		       item->reminders[order[at - 1]] > item->reminders[i];
		     at--)
			order[at] = order[at - 1];
		order[at] = i;
	}
	return order;
}

static void draft_component(struct writer *writer, struct draft *draft, struct ub_text base)
{
	const struct ub_item *item = writer->item;
	bool transparent = item->kind == UB_ITEM_TASK || !item->busy;
	draft_stamps(writer, draft);
	draft_times(writer, draft);
	ub_ical_draft_text(draft, "SUMMARY", item->title);
	draft_description(writer, draft);
	if (writer->task)
		ub_ical_draft_value(draft, "STATUS", "NEEDS-ACTION");
	/* OPAQUE is what the line's absence means (RFC 5545 3.8.2.7). When an event with the line moves,
	 * Cyrus 3.6 puts a second one into each guest's copy, and then refuses the guest's reply. */
	else if (transparent)
		ub_ical_draft_value(draft, "TRANSP", "TRANSPARENT");
	if (ub_ical_class_word(item->class))
		ub_ical_draft_value(draft, "CLASS", "%s", ub_ical_class_word(item->class));
	draft_people(item, draft);
	for (size_t i = 0; i < item->categories.n; i++)
		ub_ical_draft_text(draft, "CATEGORIES", item->categories.items[i]);
	if (!item->unrelated)
		ub_ical_draft_param(draft, ub_ical_draft_text(draft, "RELATED-TO", item->parent_uid),
		    "RELTYPE", UB_TEXT("PARENT"));
	draft_marks(&item->marks, draft, base);
	const size_t *order = order_of_reminders(writer);
	for (size_t i = 0; i < item->n_reminders; i++)
		draft_reminder(writer, draft, item->reminders[order[i]]);
}

static void put_calendar(struct writer *writer, struct ub_text base, struct ub_buf *out)
{
	const struct ub_item *item = writer->item;
	bool event = item->kind == UB_ITEM_EVENT;
	bool times = (event && !item->all_day) || writer->task; /* else whole days, without a zone */
	struct draft *calendar = ub_ical_draft(writer->arena, "VCALENDAR");
	ub_ical_draft_value(calendar, "VERSION", "2.0");
	ub_ical_draft_value(calendar, "PRODID", "-//Upbeat//Upbeat//EN");
	ub_ical_draft_value(calendar, "CALSCALE", "GREGORIAN");
	if (times && writer->zone != ub_cal_utc())
		ub_ical_draft_zone(calendar, writer->zone, event ? item->start : start_of_task(item),
		    event ? item->end : item->due);
	draft_component(writer, ub_ical_draft_part(calendar, writer->task ? "VTODO" : "VEVENT"), base);
	ub_libical_print(calendar, out);
}

struct ub_text ub_ical_write(
    const struct ub_item *item, const struct ub_ical_writing *writing, struct ub_arena *arena)
{
	struct ub_buf draft = UB_BUF(arena), out = UB_BUF(arena);
	struct writer writer = { .arena = arena,
		.item = item,
		.writing = writing,
		.zone = zone_for(item, writing->zones),
		.task = item->kind == UB_ITEM_TASK && !writing->task_as_event };
	struct ub_ical_refusal refusal;
	/* The digests are made from the text as a reader reads it. */
	put_calendar(&writer, UB_TEXT_NONE, &draft);
	const struct ub_ical *ical = ub_ical_parse(arena, ub_buf_text(&draft), &refusal);
	struct ub_text base = ical ? ub_ical_base(ical, writing->zones, arena) : UB_TEXT_NONE;
	put_calendar(&writer, base, &out);
	return ub_buf_text(&out);
}
