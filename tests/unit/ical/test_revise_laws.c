/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "fixture.h"
#include "leaks.h"
#include "revision.h"
#include "roll.h"

TestSuite(revise_laws, .fini = ub_leak_check);

/* Folds each line again every `width` octets, even within characters, as some servers do. */
static struct ub_text refolded(struct desk *desk, struct ub_text text, size_t width, const char *fold)
{
	struct ub_buf out = UB_BUF(desk->arena);
	struct ub_text rest = replaced(desk, text, "\r\n ", ""), line;
	while (ub_text_split(&rest, '\n', &line) && rest.ptr) {
		for (size_t at = 0; at < line.len - 1; at += width) {
			ub_buf_str(&out, at ? fold : "");
			ub_buf_add(&out,
			    ub_text_sub(line, at, at + width < line.len - 1 ? at + width : line.len - 1));
		}
		ub_buf_str(&out, "\r\n");
	}
	return ub_buf_text(&out);
}

static struct ub_text without_alarms(struct desk *desk, struct ub_text text)
{
	size_t from = ub_text_find(text, UB_TEXT("BEGIN:VALARM"), 0);
	size_t to = ub_text_find(text, UB_TEXT("END:VALARM\r\n"), 0) + UB_TEXT("END:VALARM\r\n").len;
	return ub_textf(desk->arena, "%.*s%s", (int)from, text.ptr,
	    ub_text_cstr(desk->arena, ub_text_sub(text, to, text.len)));
}

enum { FORMS = 9 };

/* The text of an item as a server or client may give it back. */
static struct ub_text come_back(struct desk *desk, struct ub_text text, int form)
{
	bool people = has(text, "mailto:ben");
	switch (form) {
	case 1:
		return replaced(desk, text, "\r\n", "\n");
	case 2:
		return refolded(desk, text, 11, "\r\n\t");
	case 3:
		return refolded(desk, text, 1, "\r\n ");
	case 4: /* Cyrus, in a colleague's calendar */
		text = replaced(desk, text, "CREATED", "X-FOREIGN:a,b;c\r\nCREATED");
		return without_alarms(desk, text);
	case 5: /* SOGo */
		text = replaced(desk, refolded(desk, text, 9999, ""), "UID:", "CLASS:PUBLIC\r\nUID:");
		return people ? replaced(desk, text,
				    ";ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:ben",
				    ";RSVP=TRUE;PARTSTAT=DECLINED;ROLE=REQ-PARTICIPANT:MAILTO:ben")
			      : text;
	case 6: /* DAViCal */
		text = replaced(desk, refolded(desk, text, 9999, ""), "CREATED",
		    "LAST-MODIFIED:20261103T080000Z\r\nCREATED");
		return people ? replaced(desk, text, "RSVP=TRUE:", "RSVP=TRUE;SCHEDULE-STATUS=1.2:") : text;
	case 7: /* the user's hand */
		text = replaced(desk, refolded(desk, text, 9999, ""), "SUMMARY:", "SUMMARY:My ");
		return replaced(
		    desk, text, "own notes below ---", "own notes below ---\\n\\nMy notes\\, too");
	case 8: /* a client's order: own lines last, and rubbish between */
		text = replaced(desk, text, "DTSTAMP:20261102T090000Z\r\n", "\r\n;rubbish\r\n");
		return replaced(desk, text, "X-UPBEAT-ITEM", "DTSTAMP:20261102T090000Z\r\nX-UPBEAT-ITEM");
	default:
		return text;
	}
}

/* The item with new values of these properties, as rules may want next. */
static struct ub_item altered(struct desk *desk, struct ub_item item, unsigned properties)
{
	if (properties & UB_PROPERTY_TITLE)
		item.title = UB_TEXT("Another; title");
	if (properties & UB_PROPERTY_TIME)
		move(&item, 150 * 86400);   /* into summer */
	if (properties & UB_PROPERTY_PLACE) /* nothing writes one: the zone instead */
		item.zone = fixture_zone(desk->zones, "America/New_York");
	if (properties & UB_PROPERTY_PEOPLE)
		item.attendees = people_of(desk, &carl, item.attendees.n ? NULL : item.organizer);
	if (properties & UB_PROPERTY_AGENDA)
		item.description = UB_TEXT(NEW_AGENDA);
	if (properties & UB_PROPERTY_REMINDERS)
		item.n_reminders = 0;
	if (properties & UB_PROPERTY_CATEGORIES)
		item.categories.n = 1;
	if (properties & UB_PROPERTY_STATE)
		item.busy = !item.busy;
	return item;
}

/* The properties to which a line may belong. */
static unsigned concerns(const struct ub_ical *ical, const struct line *line)
{
	static const struct {
		const char *name;
		unsigned properties;
	} names[] = { { "SUMMARY", UB_PROPERTY_TITLE }, { "DTSTART", UB_PROPERTY_TIME },
		{ "DTEND", UB_PROPERTY_TIME }, { "DUE", UB_PROPERTY_TIME },
		{ "X-UPBEAT-DUE", UB_PROPERTY_TIME }, { "SEQUENCE", UB_PROPERTY_TIME },
		{ "ATTENDEE", UB_PROPERTY_TIME | UB_PROPERTY_PEOPLE }, { "ORGANIZER", UB_PROPERTY_PEOPLE },
		{ "DESCRIPTION", UB_PROPERTY_AGENDA }, { "CATEGORIES", UB_PROPERTY_CATEGORIES },
		{ "TRANSP", UB_PROPERTY_STATE }, { "CLASS", UB_PROPERTY_STATE },
		{ "DTSTAMP", UB_PROPERTY_ALL }, { "LAST-MODIFIED", UB_PROPERTY_ALL },
		{ "X-UPBEAT-BASE", UB_PROPERTY_ALL } };
	size_t component = line->component;
	bool alarm = component != NO_COMPONENT && ub_ical_is(ical, component, "VALARM");
	bool edge = ub_text_is(line->name, "BEGIN") || ub_text_is(line->name, "END");
	if (alarm || (edge && ub_text_is(line->value, "VALARM")))
		return UB_PROPERTY_REMINDERS |
		       (ub_text_is(line->name, "DESCRIPTION") ? UB_PROPERTY_TITLE : 0);
	if (component != ub_ical_master(ical)) /* zones come before it */
		return component > 0 && component != NO_COMPONENT     ? UB_PROPERTY_TIME
		       : edge && ub_text_is(line->value, "VTIMEZONE") ? UB_PROPERTY_TIME
								      : 0;
	for (size_t i = 0; i < UB_COUNT(names); i++)
		if (ub_text_is(line->name, names[i].name))
			return names[i].properties;
	return 0;
}

/* The lines that do not belong to these properties, byte for byte. */
static struct ub_text rest_of(struct desk *desk, struct ub_text text, unsigned properties)
{
	const struct ub_ical *ical = parsed(desk, text);
	struct ub_buf out = UB_BUF(desk->arena);
	size_t at = 0;
	for (size_t i = 0; i < ical->lines.n; i++) {
		const struct line *line = &ical->lines.items[i];
		bool concerned = concerns(ical, line) & properties;
		ub_buf_add(&out, ub_text_sub(text, at, concerned ? line->at : line->at + line->len));
		at = line->at + line->len;
	}
	ub_buf_add(&out, ub_text_sub(text, at, text.len));
	return ub_buf_text(&out);
}

static unsigned check_laws(struct desk *desk, struct ub_text text, const struct ub_item *item,
    struct ub_ical_writing *writing, unsigned may_write)
{
	const struct ub_ical *ical = parsed(desk, text);
	const struct ub_ical_revision once = ub_ical_revise(ical, item, may_write, writing, desk->arena);
	struct ub_text revision = once.text;
	unsigned written = once.written;
	const struct ub_ical *new = parsed(desk, revision);
	const struct ub_ical *wanted = parsed(desk, ub_ical_write(item, writing, desk->arena));
	struct ub_text was = ub_ical_base(ical, desk->zones, desk->arena);
	struct ub_text is = ub_ical_base(new, desk->zones, desk->arena);
	struct ub_text should = ub_ical_base(wanted, desk->zones, desk->arena);
	unsigned before = ub_ical_user_changes(ical, desk->zones, desk->arena);
	unsigned after = ub_ical_user_changes(new, desk->zones, desk->arena);
	cr_assert_eq(written & ~may_write, 0);
	cr_assert_eq(after & ~before, 0, "%x %x %.*s", before, after, UB_ARGS(revision));
	cr_assert_eq(after & written, 0);
	cr_assert_eq(ub_ical_base_differs(is, should) & written, 0, "what is written reads as wanted");
	cr_assert_eq(ub_ical_base_differs(is, was) & ~written, 0, "nothing else changes");
	unsigned due = may_write & ub_ical_base_differs(was, should) &
		       ub_ical_base_differs(ub_text_trim(ub_ical_base_line(ical)->value), should);
	bool held = item->kind == UB_ITEM_TASK && !(written & UB_PROPERTY_TIME);
	cr_assert_eq(written | (held ? due & UB_PROPERTY_REMINDERS : 0), due, "%x %x", written, due);
	struct ub_text kept = rest_of(desk, text, written), now = rest_of(desk, revision, written);
	cr_assert(ub_text_eq(kept, now), "%x\n%.*s\n%.*s", written, UB_ARGS(text), UB_ARGS(revision));
	cr_assert_eq(has(revision, "\r\n"), has(text, "\r\n"));
	const struct ub_ical_revision twice = ub_ical_revise(new, item, may_write, writing, desk->arena);
	cr_assert_not(once.overlap || twice.overlap);
	cr_assert(twice.written == 0 && twice.text.ptr == revision.ptr, "%x", twice.written);
	return written;
}

/* Tries one item, one way in which it comes back, one wanted change, and one set of properties to write. */
static unsigned roll_laws(uint32_t seed)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	struct ub_ical_writing writing = writing_at(&desk, "2026-11-05T09:00:00Z");
	bool task = roll(&seed, 2), alone = roll(&seed, 4) == 0;
	writing.task_as_event = roll(&seed, 2);
	item.kind = task ? UB_ITEM_TASK : UB_ITEM_EVENT;
	item.attendees.n = alone ? 0 : 1;
	struct ub_text text = written_as(&desk, &item, writing.task_as_event);
	text = come_back(&desk, text, (int)roll(&seed, FORMS));
	item = altered(&desk, item, roll(&seed, UB_PROPERTY_ALL + 1));
	unsigned may_write = roll(&seed, 2) ? UB_PROPERTY_ALL : roll(&seed, UB_PROPERTY_ALL + 1);
	unsigned written = check_laws(&desk, text, &item, &writing, may_write);
	desk_close(&desk);
	return written;
}

Test(revise_laws, hold_for_any_item_and_change)
{
	const char *given = getenv("UPBEAT_N");
	int64_t n = 300;
	unsigned written = 0;
	if (given)
		cr_assert(ub_text_to_int(ub_text(given), &n));
	for (uint32_t i = 1; i <= n; i++)
		written |= roll_laws(i * 2654435761u);
	cr_assert_eq(written, UB_PROPERTY_ALL & ~(unsigned)UB_PROPERTY_PLACE, "each did occur: %x", written);
}
