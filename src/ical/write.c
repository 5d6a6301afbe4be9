/* SPDX-License-Identifier: Apache-2.0 */
#include "ical-private.h"

/* The state of writing an item. */
struct writer {
	struct ub_buf *out;
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

static void put_time(struct writer *writer, const char *name, ub_instant instant)
{
	struct ub_civil c = ub_cal_civil(writer->zone, instant);
	struct ub_text time = ub_textf(writer->out->arena, "%04d%02d%02dT%02d%02d%02d", c.year, c.month,
	    c.day, c.hour, c.minute, c.second);
	if (writer->zone == ub_cal_utc())
		ub_ical_put(writer->out, "%s:%.*sZ", name, UB_ARGS(time));
	else
		ub_ical_put(writer->out, "%s;TZID=%.*s:%.*s", name, UB_ARGS(ub_cal_zone_name(writer->zone)),
		    UB_ARGS(time));
}

static struct ub_text utc(struct ub_arena *arena, ub_instant instant)
{
	struct ub_civil c = ub_cal_civil(ub_cal_utc(), instant);
	return ub_textf(
	    arena, "%04d%02d%02dT%02d%02d%02dZ", c.year, c.month, c.day, c.hour, c.minute, c.second);
}

static void put_day(struct writer *writer, const char *name, ub_day day)
{
	struct ub_civil c = ub_cal_day_civil(day);
	ub_ical_put(writer->out, "%s;VALUE=DATE:%04d%02d%02d", name, c.year, c.month, c.day);
}

/* When a task begins: with its first reminder, and some time before it is due. Thunderbird's reminder window
 * fails at a task without a start, and then shows no other reminder either. Clients list a task as current
 * from its start on. */
static ub_instant start_of_task(const struct ub_item *item)
{
	int64_t before = UB_TASK_LEAD;
	for (size_t i = 0; i < item->n_reminders; i++)
		before = item->reminders[i] > before ? item->reminders[i] : before;
	return item->due - before;
}

static void put_times(struct writer *writer)
{
	const struct ub_item *item = writer->item;
	if (item->all_day) {
		put_day(writer, "DTSTART", ub_cal_local_day(item->zone, item->start));
		put_day(writer, "DTEND", ub_cal_local_day(item->zone, item->end));
	} else if (item->kind == UB_ITEM_EVENT) {
		put_time(writer, "DTSTART", item->start);
		put_time(writer, "DTEND", item->end);
	} else if (writer->task) {
		if (item->n_reminders)
			put_time(writer, "DTSTART", start_of_task(item));
		put_time(writer, "DUE", item->due);
	} else {
		ub_day day = ub_cal_local_day(item->zone ? item->zone : ub_cal_utc(), item->due);
		put_day(writer, "DTSTART", day);
		put_day(writer, "DTEND", day + 1);
		ub_ical_put(writer->out, "X-UPBEAT-DUE:%.*s", UB_ARGS(utc(writer->out->arena, item->due)));
	}
}

/* A name as the value of CN. A quoted value cannot contain quotes or control characters (RFC 5545 3.2). */
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

static void put_person(
    struct writer *writer, const char *property, const struct ub_person *person, const char *params)
{
	struct ub_text name = quotable(writer->out->arena, person->name);
	struct ub_buf line = UB_BUF(writer->out->arena);
	/* A text that is no address might have more than one line. */
	if (!ub_facts_is_address(person->email))
		return;
	ub_buf_str(&line, property);
	if (name.len)
		ub_buf_printf(&line, ";CN=\"%.*s\"", UB_ARGS(name));
	ub_buf_printf(&line, "%s:mailto:%.*s", params, UB_ARGS(person->email));
	ub_ical_fold(writer->out, ub_buf_text(&line));
}

static void put_people(struct writer *writer)
{
	const struct ub_item *item = writer->item;
	if (!item->organizer || item->attendees.n == 0)
		return;
	put_person(writer, "ORGANIZER", item->organizer, "");
	put_person(writer, "ATTENDEE", item->organizer, ";ROLE=CHAIR;PARTSTAT=ACCEPTED");
	for (size_t i = 0; i < item->attendees.n; i++) {
		const struct ub_person *person = item->attendees.items[i];
		bool optional = person->role == UB_ROLE_OPTIONAL;
		put_person(writer, "ATTENDEE", person,
		    optional ? ";ROLE=OPT-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE"
			     : ";ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE");
	}
}

static void put_alarm(struct ub_buf *out, struct ub_text trigger, struct ub_text shown)
{
	ub_ical_put(out, "BEGIN:VALARM");
	ub_ical_put(out, "ACTION:DISPLAY");
	ub_ical_put_text(out, "DESCRIPTION", shown);
	ub_ical_put(out, "%.*s", UB_ARGS(trigger));
	ub_ical_put(out, "END:VALARM");
}

/* `seconds` before, or if negative after. */
static struct ub_text trigger(struct ub_arena *arena, const char *params, int64_t seconds)
{
	bool minutes = seconds % 60 == 0;
	int64_t length = seconds < 0 ? -seconds : seconds;
	return ub_textf(arena, "TRIGGER%s:%sPT%lld%c", params, seconds < 0 ? "" : "-",
	    (long long)(minutes ? length / 60 : length), minutes ? 'M' : 'S');
}

/* The trigger counts from the start, as several clients mangle one that counts from the end. */
void ub_ical_put_alarm(struct ub_buf *out, int64_t seconds, struct ub_text shown)
{
	put_alarm(out, trigger(out->arena, "", seconds), shown);
}

static void put_reminder(struct writer *writer, int64_t seconds)
{
	struct ub_buf *out = writer->out;
	const struct ub_item *item = writer->item;
	ub_instant own = item->kind == UB_ITEM_TASK ? item->due : item->start;
	/* The reminder of a task counts from its due time, which is its end (RFC 5545 3.8.6.3). So the
	 * reminder goes along when the user puts the task off. */
	if (writer->task)
		put_alarm(out, trigger(out->arena, ";RELATED=END", seconds), item->title);
	else if (item->kind == UB_ITEM_TASK || item->all_day)
		/* Nobody knows in which zone a client takes a date's midnight. */
		put_alarm(out,
		    ub_textf(
			out->arena, "TRIGGER;VALUE=DATE-TIME:%.*s", UB_ARGS(utc(out->arena, own - seconds))),
		    item->title);
	else
		ub_ical_put_alarm(out, seconds, item->title);
}

static void put_categories(struct writer *writer)
{
	for (size_t i = 0; i < writer->item->categories.n; i++)
		ub_ical_put_text(writer->out, "CATEGORIES", writer->item->categories.items[i]);
}

static void put_marks(struct writer *writer, struct ub_text base)
{
	const struct ub_marks *marks = &writer->item->marks;
	ub_ical_put_text(writer->out, "X-UPBEAT-ITEM", marks->item);
	ub_ical_put_text(writer->out, "X-UPBEAT-RULE", marks->rule);
	ub_ical_put(writer->out, "X-UPBEAT-GENERATION:%u", marks->generation);
	ub_ical_put_text(writer->out, "X-UPBEAT-BASE", base);
}

static void put_component(struct writer *writer, struct ub_text base)
{
	const struct ub_item *item = writer->item;
	struct ub_buf *out = writer->out;
	const char *name = writer->task ? "VTODO" : "VEVENT";
	bool transparent = item->kind == UB_ITEM_TASK || !item->busy;
	struct ub_text now = utc(out->arena, writer->writing->now);
	ub_ical_put(out, "BEGIN:%s", name);
	ub_ical_put_text(out, "UID", item->uid);
	ub_ical_put(out, "DTSTAMP:%.*s", UB_ARGS(now));
	ub_ical_put(out, "CREATED:%.*s", UB_ARGS(now));
	ub_ical_put(out, "SEQUENCE:0");
	put_times(writer);
	ub_ical_put_text(out, "SUMMARY", item->title);
	ub_ical_put_text(out, "DESCRIPTION", item->description);
	if (writer->task)
		ub_ical_put(out, "STATUS:NEEDS-ACTION");
	else
		ub_ical_put(out, "TRANSP:%s", transparent ? "TRANSPARENT" : "OPAQUE");
	ub_ical_put_class(out, item->class);
	put_people(writer);
	put_categories(writer);
	if (item->parent_uid.len) {
		ub_ical_put_text(out, "RELATED-TO;RELTYPE=PARENT", item->parent_uid);
	}
	put_marks(writer, base);
	for (size_t i = 0; i < item->n_reminders; i++)
		put_reminder(writer, item->reminders[i]);
	ub_ical_put(out, "END:%s", name);
}

static void put_calendar(struct writer *writer, struct ub_text base)
{
	const struct ub_item *item = writer->item;
	bool event = item->kind == UB_ITEM_EVENT;
	bool times = (event && !item->all_day) || writer->task; /* else whole days, without a zone */
	ub_ical_put(writer->out, "BEGIN:VCALENDAR");
	ub_ical_put(writer->out, "VERSION:2.0");
	ub_ical_put(writer->out, "PRODID:-//Upbeat//Upbeat//EN");
	ub_ical_put(writer->out, "CALSCALE:GREGORIAN");
	if (times && writer->zone != ub_cal_utc())
		ub_ical_put_zone(writer->out, writer->zone, event ? item->start : start_of_task(item),
		    event ? item->end : item->due);
	put_component(writer, base);
	ub_ical_put(writer->out, "END:VCALENDAR");
}

struct ub_text ub_ical_write(
    const struct ub_item *item, const struct ub_ical_writing *writing, struct ub_arena *arena)
{
	struct ub_buf draft = UB_BUF(arena), out = UB_BUF(arena);
	struct writer writer = { .out = &draft,
		.item = item,
		.writing = writing,
		.zone = zone_for(item, writing->zones),
		.task = item->kind == UB_ITEM_TASK && !writing->task_as_event };
	struct ub_ical_refusal refusal;
	/* The digests are made from the text as a reader reads it. */
	put_calendar(&writer, UB_TEXT_NONE);
	const struct ub_ical *ical = ub_ical_parse(arena, ub_buf_text(&draft), &refusal);
	struct ub_text base = ical ? ub_ical_base(ical, writing->zones, arena) : UB_TEXT_NONE;
	writer.out = &out;
	put_calendar(&writer, base);
	return ub_buf_text(&out);
}
