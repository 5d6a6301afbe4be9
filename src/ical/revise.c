/* SPDX-License-Identifier: Apache-2.0 */
#include "ical-private.h"

/* An object, its master component, and the digests of its properties. */
struct side {
	const struct ub_ical *ical;
	size_t master;
	const struct ub_event *event;
	struct ub_text base;
};

struct revision {
	struct ub_arena *arena;
	struct side now, wanted;
	const struct line *base; /* the digests of the last writing */
	struct ub_text last;     /* the same, without those who are left off */
	struct ub_declines left_off;
	unsigned users;      /* what counts as the user's all the same, once it is written */
	unsigned anew;       /* to be written, though nothing else may be wanted than the last time */
	unsigned properties; /* to be written */
	unsigned html;       /* enum ub_html of the description */
	struct splice splice;
};

/* Replaces the master's lines of this name with the text. Without such lines, inserts the text beside the
 * master's other properties. */
static void put(struct revision *revision, const char *name, struct ub_text text)
{
	const struct side *now = &revision->now;
	const struct line *line = ub_ical_line(now->ical, now->master, name, NULL);
	if (!line)
		ub_ical_splice_before(&revision->splice, revision->base, text);
	for (; line; line = ub_ical_line(now->ical, now->master, name, line)) {
		ub_ical_splice_line(&revision->splice, line, text);
		text = UB_TEXT_NONE;
	}
}

static struct ub_text raw(const struct ub_ical *ical, const struct line *line)
{
	return ub_text_sub(ical->text, line->at, line->at + line->len);
}

/* Replaces all lines of this name with the wanted ones. */
static void exchange(struct revision *revision, const char *name)
{
	const struct side *wanted = &revision->wanted;
	struct ub_buf lines = UB_BUF(revision->arena);
	for (const struct line *line = NULL; (line = ub_ical_line(wanted->ical, wanted->master, name, line));)
		ub_buf_add(&lines, raw(wanted->ical, line));
	put(revision, name, ub_buf_text(&lines));
}

static struct ub_text folded(struct revision *revision, struct ub_text line)
{
	struct ub_buf out = UB_BUF(revision->arena);
	ub_ical_fold(&out, line);
	return ub_buf_text(&out);
}

/* Alarms show the title of the item. An alarm with the old title gets the new one. */
static void revise_title(struct revision *revision)
{
	const struct side *now = &revision->now;
	struct ub_buf line = UB_BUF(revision->arena);
	if (revision->properties & UB_PROPERTY_REMINDERS)
		return;
	ub_ical_put_text(&line, "DESCRIPTION", revision->wanted.event->summary);
	for (size_t i = 0; i < now->ical->components.n; i++) {
		const struct property *shown = ub_ical_reminds(now->ical, i, now->master)
						   ? ub_ical_property(now->ical, i, "DESCRIPTION", NULL)
						   : NULL;
		if (shown && ub_text_eq(shown->text, now->event->summary))
			ub_ical_splice_line(&revision->splice, shown->line, ub_buf_text(&line));
	}
}

/* Whether the object's own definition of the zone is right at the new times. */
static bool defines(struct revision *revision, struct ub_text tzid)
{
	struct ub_ical_refusal refusal;
	struct reader reader = { .ical = revision->now.ical, .arena = revision->arena, .refusal = &refusal };
	const struct ub_zone *zone = ub_ical_zone(&reader, tzid);
	const struct ub_event *event = revision->wanted.event;
	const struct ub_when *times[] = { &event->start, &event->end };
	for (size_t i = 0; zone && i < UB_COUNT(times); i++) {
		ub_instant instant = ub_ical_instant(times[i]);
		if (times[i]->given && ub_cal_offset(zone, instant) != ub_cal_offset(times[i]->zone, instant))
			return false;
	}
	return zone != NULL;
}

static void revise_zone(struct revision *revision)
{
	const struct side *now = &revision->now, *wanted = &revision->wanted;
	const char *name = wanted->event->component == UB_COMPONENT_TASK ? "DUE" : "DTSTART";
	const struct property *time = ub_ical_property(wanted->ical, wanted->master, name, NULL);
	struct ub_text tzid = time ? ub_ical_property_param(time, "TZID") : UB_TEXT_NONE;
	if (tzid.len == 0 || defines(revision, tzid))
		return;
	struct ub_text zone = ub_ical_component_text(wanted->ical, ub_ical_timezone(wanted->ical, tzid));
	size_t wrong = ub_ical_timezone(now->ical, tzid);
	/* A zone inside another component is malformed and stays. The first one counts. */
	if (wrong == NO_COMPONENT || now->ical->components.items[wrong].parent != 0)
		ub_ical_splice_before(
		    &revision->splice, &now->ical->lines.items[now->ical->components.items[1].begin], zone);
	else
		ub_ical_splice_component(&revision->splice, wrong, zone);
}

static void revise_time(struct revision *revision)
{
	int64_t sequence = revision->now.event->sequence;
	sequence = sequence < 0 ? 1 : sequence < INT32_MAX ? sequence + 1 : sequence;
	put(revision, "SEQUENCE", ub_textf(revision->arena, "SEQUENCE:%lld\r\n", (long long)sequence));
	revise_zone(revision);
}

static struct ub_map *attendees(const struct side *side, struct ub_arena *arena)
{
	struct ub_map *map = ub_map_new(arena);
	for (const struct line *line = NULL;
	     (line = ub_ical_line(side->ical, side->master, "ATTENDEE", line));)
		ub_map_put(map, ub_ical_address(line, arena), (void *)line);
	return map;
}

/* Sets an attendee's answer. The rest of the line stays. */
static void set_answer(struct revision *revision, const struct line *line, struct ub_text wanted)
{
	struct ub_text answer = ub_ical_raw_param(line, "PARTSTAT");
	const char *begin = line->name.ptr, *end = line->value.ptr + line->value.len;
	if (answer.len == 0 || ub_text_eq_nocase(answer, wanted))
		return;
	struct ub_text before = ub_text_n(begin, (size_t)(answer.ptr - begin));
	struct ub_text after = ub_text_n(answer.ptr + answer.len, (size_t)(end - answer.ptr) - answer.len);
	struct ub_text asked =
	    ub_textf(revision->arena, "%.*s%.*s%.*s", UB_ARGS(before), UB_ARGS(wanted), UB_ARGS(after));
	ub_ical_splice_line(&revision->splice, line, folded(revision, asked));
}

/* A new time and new people both change attendees' lines. So each line is removed, changed or kept once,
 * here. At a new time all are asked again (RFC 6638 3.2.8); the owner comes. */
static void revise_attendees(struct revision *revision)
{
	const struct side *now = &revision->now;
	struct ub_map *wanted = attendees(&revision->wanted, revision->arena);
	for (const struct line *line = NULL;
	     (line = ub_ical_line(now->ical, now->master, "ATTENDEE", line));) {
		struct ub_text address = ub_ical_address(line, revision->arena);
		if (now->event->organizer && ub_text_eq(address, now->event->organizer->address)) {
			if (revision->anew & UB_PROPERTY_STATE)
				set_answer(revision, line, UB_TEXT("ACCEPTED"));
			continue;
		}
		if (ub_plan_has_declined(&revision->left_off, address) ||
		    ((revision->properties & UB_PROPERTY_PEOPLE) && !ub_map_get(wanted, address)))
			ub_ical_splice_line(&revision->splice, line, UB_TEXT_NONE);
		else if (revision->properties & UB_PROPERTY_TIME)
			set_answer(revision, line, UB_TEXT("NEEDS-ACTION"));
	}
}

/* Adds missing attendees. The organizer is added only if there is none (SOGo drops the organizer's own
 * ATTENDEE). */
static void revise_people(struct revision *revision)
{
	const struct side *now = &revision->now, *wanted = &revision->wanted;
	const struct ub_party *organizer = now->event->organizer;
	struct ub_map *there = attendees(now, revision->arena);
	if (!organizer && wanted->event->organizer)
		exchange(revision, "ORGANIZER");
	for (const struct line *line = NULL;
	     (line = ub_ical_line(wanted->ical, wanted->master, "ATTENDEE", line));) {
		struct ub_text address = ub_ical_address(line, revision->arena);
		bool organizes = organizer && ub_text_eq(address, organizer->address);
		if (!organizes && !ub_map_get(there, address))
			ub_ical_splice_before(&revision->splice, revision->base, raw(wanted->ical, line));
	}
}

static struct ub_text value_of(const struct side *side, const char *name)
{
	const struct line *line = ub_ical_line(side->ical, side->master, name, NULL);
	return line ? line->value : UB_TEXT_NONE;
}

/* The parameters go, as an ALTREP refers to the old text. The text stands as HTML in the ways in which it
 * did, with the user's notes: a client that shows the HTML would show them nowhere else. */
static void revise_agenda(struct revision *revision)
{
	const struct side *now = &revision->now;
	const struct line *line = ub_ical_line(now->ical, now->master, "DESCRIPTION", NULL);
	struct ub_text was = value_of(now, "DESCRIPTION");
	size_t above =
	    ub_ical_notes_above(now->ical, ub_libical_unescaped(was, revision->arena), revision->arena);
	struct ub_text value =
	    ub_ical_agenda_replaced(was, above, value_of(&revision->wanted, "DESCRIPTION"), revision->arena);
	struct ub_text text = ub_ical_described(value, revision->html, revision->arena);
	put(revision, "X-ALT-DESC", UB_TEXT_NONE);
	if (line)
		ub_ical_splice_line(&revision->splice, line, text);
	else
		ub_ical_splice_before(&revision->splice, revision->base, text);
}

/* An item that the user has called off or done stays so, unless it is given another time for that reason. */
static void revise_state(struct revision *revision)
{
	if (revision->anew & UB_PROPERTY_STATE)
		exchange(revision, "STATUS");
}

static void revise_reminders(struct revision *revision)
{
	const struct side *now = &revision->now, *wanted = &revision->wanted;
	const struct line *end = &now->ical->lines.items[now->ical->components.items[now->master].end];
	for (size_t i = 0; i < now->ical->components.n; i++)
		if (ub_ical_reminds(now->ical, i, now->master))
			ub_ical_splice_component(&revision->splice, i, UB_TEXT_NONE);
	for (size_t i = 0; i < wanted->ical->components.n; i++)
		if (ub_ical_reminds(wanted->ical, i, wanted->master))
			ub_ical_splice_before(
			    &revision->splice, end, ub_ical_component_text(wanted->ical, i));
}

/* Lines that belong to one property as a whole. */
static const struct {
	unsigned property;
	const char *name;
} names[] = {
	{ UB_PROPERTY_TITLE, "SUMMARY" },
	{ UB_PROPERTY_TIME, "DTSTART" },
	{ UB_PROPERTY_TIME, "DTEND" },
	{ UB_PROPERTY_TIME, "DUE" },
	{ UB_PROPERTY_TIME, "X-UPBEAT-DUE" },
	{ UB_PROPERTY_TIME, "DURATION" },
	{ UB_PROPERTY_TIME, "X-MICROSOFT-CDO-ALLDAYEVENT" },
	{ UB_PROPERTY_PLACE, "LOCATION" },
	{ UB_PROPERTY_AGENDA, "STYLED-DESCRIPTION" }, /* RFC 9073 6.5: the description as HTML */
	{ UB_PROPERTY_CATEGORIES, "CATEGORIES" },
	{ UB_PROPERTY_STATE, "TRANSP" },
	{ UB_PROPERTY_STATE, "CLASS" },
};

static const struct {
	unsigned properties; /* any of these */
	void (*revise)(struct revision *revision);
} revisions[] = {
	{ UB_PROPERTY_TITLE, revise_title },
	{ UB_PROPERTY_TIME, revise_time },
	{ UB_PROPERTY_ALL, revise_attendees },
	{ UB_PROPERTY_PEOPLE, revise_people },
	{ UB_PROPERTY_AGENDA, revise_agenda },
	{ UB_PROPERTY_REMINDERS, revise_reminders },
	{ UB_PROPERTY_STATE, revise_state },
};

static void revise_stamps(struct revision *revision)
{
	const struct side *now = &revision->now;
	struct ub_text base = ub_ical_base_merge(
	    revision->last, revision->wanted.base, revision->properties & ~revision->users, revision->arena);
	struct ub_text stamp = value_of(&revision->wanted, "DTSTAMP");
	exchange(revision, "DTSTAMP");
	if (ub_ical_line(now->ical, now->master, "LAST-MODIFIED", NULL))
		put(revision, "LAST-MODIFIED",
		    ub_textf(revision->arena, "LAST-MODIFIED:%.*s\r\n", UB_ARGS(stamp)));
	put(revision, "X-UPBEAT-BASE", ub_textf(revision->arena, "X-UPBEAT-BASE:%.*s\r\n", UB_ARGS(base)));
}

/* Makes the revised text. False: two of the changes overlap. */
static bool revised(struct revision *revision, struct ub_text *text)
{
	revision->splice = (struct splice){ .ical = revision->now.ical, .arena = revision->arena };
	for (size_t i = 0; i < UB_COUNT(names); i++)
		if (revision->properties & names[i].property)
			exchange(revision, names[i].name);
	for (size_t i = 0; i < UB_COUNT(revisions); i++)
		if (revision->properties & revisions[i].properties)
			revisions[i].revise(revision);
	revise_stamps(revision);
	return ub_ical_spliced(&revision->splice, revision->base, text);
}

static bool look(struct side *side, const struct ub_zones *zones, struct ub_arena *arena)
{
	struct ub_ical_refusal refusal;
	side->event = ub_ical_event(side->ical, zones, arena, &refusal);
	side->master = ub_ical_master(side->ical);
	side->base = ub_ical_base(side->ical, zones, arena);
	return side->event && side->base.len;
}

/* Who has declined the owner's own item is left off with whatever else is written, and never for his own
 * sake: the item is taken as if he had been left off already. The user's own change of the people stays one.
 */
static void leave_off(
    struct revision *revision, const struct ub_declines *declines, const struct ub_zones *zones)
{
	struct side *now = &revision->now;
	const struct ub_party *organizer = now->event->organizer, *owner = revision->wanted.event->organizer;
	revision->last = ub_text_trim(revision->base->value);
	if (!organizer || (owner && !ub_text_eq(owner->address, organizer->address)))
		return;
	revision->left_off = *declines;
	struct ub_text without = ub_ical_base_but(now->ical, declines, zones, revision->arena);
	if (!(ub_ical_base_differs(revision->last, now->base) & UB_PROPERTY_PEOPLE))
		revision->last =
		    ub_ical_base_merge(revision->last, without, UB_PROPERTY_PEOPLE, revision->arena);
	now->base = without;
}

/*
 * The properties that readers of the text would not find as wanted, or (if not to be written) not as they
 * were: a time beside a recurrence, the people of somebody else's meeting, an agenda without delimiters.
 * These properties are left unchanged.
 */
static unsigned misread(const struct revision *revision, struct ub_text text, const struct ub_zones *zones)
{
	struct ub_ical_refusal refusal;
	const struct ub_ical *ical = ub_ical_parse(revision->arena, text, &refusal);
	struct ub_text base = ical ? ub_ical_base(ical, zones, revision->arena) : UB_TEXT_NONE;
	if (base.len == 0)
		return UB_PROPERTY_ALL;
	return (ub_ical_base_differs(base, revision->wanted.base) & revision->properties) |
	       (ub_ical_base_differs(base, revision->now.base) & ~revision->properties);
}

/* Reminders of a task that is written as an event are at points in time. They fit only the wanted due time.
 */
static unsigned fitting(const struct revision *revision, const struct ub_item *item, unsigned properties)
{
	unsigned differs = ub_ical_base_differs(revision->now.base, revision->wanted.base);
	bool moved = differs & UB_PROPERTY_TIME & ~properties;
	bool event = revision->now.event->component == UB_COMPONENT_EVENT;
	return item->kind == UB_ITEM_TASK && event && moved ? properties & ~(unsigned)UB_PROPERTY_REMINDERS
							    : properties;
}

/* The properties to write, among those that may be written. */
static unsigned changes(const struct revision *revision, unsigned may_write)
{
	unsigned since = ub_ical_base_differs(revision->last, revision->wanted.base) | revision->anew;
	return may_write & since & ub_ical_base_differs(revision->now.base, revision->wanted.base);
}

static struct ub_ical_revision revise(const struct ub_ical *ical, const struct ub_item *item,
    unsigned may_write, const struct ub_ical_writing *writing, struct ub_arena *arena)
{
	const struct ub_ical_revision nothing = { .text = ical->text };
	struct ub_ical_refusal refusal;
	struct revision revision = { .arena = arena,
		.now.ical = ical,
		.base = ub_ical_base_line(ical),
		.html = item->form.html_settled ? item->form.html : ub_ical_html(ical),
		.users = item->along ? UB_PROPERTY_TIME : 0,
		.anew = item->anew    ? UB_PROPERTY_TIME | UB_PROPERTY_STATE
			: item->along ? UB_PROPERTY_TIME
				      : 0 };
	if (may_write == 0 || !revision.base)
		return nothing;
	revision.wanted.ical = ub_ical_parse(arena, ub_ical_write(item, writing, arena), &refusal);
	if (!revision.wanted.ical || !look(&revision.now, writing->zones, arena) ||
	    !look(&revision.wanted, writing->zones, arena) ||
	    revision.now.event->component != revision.wanted.event->component)
		return nothing;
	leave_off(&revision, &item->declines, writing->zones);
	unsigned properties = changes(&revision, may_write);
	while ((revision.properties = properties = fitting(&revision, item, properties))) {
		struct ub_text text;
		if (!revised(&revision, &text))
			return (struct ub_ical_revision){ .text = ical->text, .overlap = true };
		unsigned wrong = misread(&revision, text, writing->zones);
		if (!wrong)
			return (struct ub_ical_revision){ .text = text, .written = properties };
		properties = wrong & ~properties ? 0 : properties & ~wrong;
	}
	return nothing;
}

struct ub_ical_revision ub_ical_revise(const struct ub_ical *ical, const struct ub_item *item,
    unsigned may_write, const struct ub_ical_writing *writing, struct ub_arena *arena)
{
	struct ub_ical_refusal refusal;
	bool hidden;
	struct ub_ical_revision revision = revise(ical, item, may_write, writing, arena);
	const struct ub_ical *after = revision.written ? ub_ical_parse(arena, revision.text, &refusal) : ical;
	if (!after)
		return revision;
	revision.text = ub_ical_hide(after, item->class, writing->zones, &hidden, arena);
	revision.written |= hidden ? UB_PROPERTY_STATE : 0;
	return revision;
}
