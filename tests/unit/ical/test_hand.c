/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "fixture.h"
#include "items.h"
#include "leaks.h"

TestSuite(hand, .fini = ub_leak_check);

static struct ub_text written(struct desk *desk)
{
	struct ub_item item = item_of(desk);
	struct ub_ical_writing writing = { desk->zones, fixture_instant("2026-11-02T09:00:00Z"), false };
	return ub_ical_write(&item, &writing, desk->arena);
}

static unsigned changes(struct desk *desk, struct ub_text text)
{
	const struct ub_ical *ical = ub_ical_parse(desk->arena, text, &desk->refusal);
	cr_assert_not_null(ical, "%.*s", UB_ARGS(text));
	return ub_ical_user_changes(ical, desk->zones, desk->arena);
}

Test(hand, has_not_touched_what_was_just_written)
{
	struct desk desk = desk_open();
	cr_assert_eq(changes(&desk, written(&desk)), 0);
	desk_close(&desk);
}

/* What servers and clients do by themselves: each was seen. */
Test(hand, is_not_seen_in_what_servers_change)
{
	static const struct {
		const char *from, *to;
	} cases[] = {
		{ "PARTSTAT=NEEDS-ACTION;RSVP=TRUE", "PARTSTAT=ACCEPTED;SCHEDULE-STATUS=1.1" },
		{ "SEQUENCE:0", "SEQUENCE:4\r\nLAST-MODIFIED:20261103T000000Z" },
		{ "DTSTAMP:20261102T090000Z", "DTSTAMP:20261103T090000Z" },
		{ "CREATED", "TRANSP:OPAQUE\r\nCLASS:PUBLIC\r\nCREATED" },
		{ "SUMMARY:Prep: ", "SUMMARY:Prep:  " },
		{ "SUMMARY:Prep", "SUMMARY;LANGUAGE=en:Prep" },
		{ "DTSTART;TZID=Europe/Berlin:20261109T090000", "DTSTART:20261109T080000Z" },
		{ "DTEND;TZID=Europe/Berlin:20261109T093000", "DURATION:PT30M" },
		{ "CATEGORIES:Prep\r\nCATEGORIES:Sales\\, big", "CATEGORIES:Sales\\, big,Prep" },
		{ "CATEGORIES:Prep\r\n", "CATEGORIES:Prep,Prep\r\n" },
		{ "TRIGGER:-PT10M", "TRIGGER;RELATED=START:-PT600S\r\nACKNOWLEDGED:20261109T080000Z" },
		{ "END:VALARM\r\n", "END:VALARM\r\nX-MOZ-LASTACK:20261109T080000Z\r\n" },
		{ "mailto:ben@ours.example", "MAILTO:Ben@ours.example" },
		{ "STATUS", "STATUS" },
		{ "BEGIN:VALARM",
		    "BEGIN:VALARM\r\nRELATED-TO:snoozed\r\nTRIGGER:PT5M\r\nEND:VALARM\r\nBEGIN:VALARM" },
		{ "PRODID:-//Upbeat//Upbeat//EN", "PRODID:-//Server//EN" },
		{ "\\n- one", "\\n\\n-  one " },
		{ "notes below ---", "notes below --- " },
	};
	struct desk desk = desk_open();
	struct ub_text text = replaced(&desk, written(&desk), "\r\n ", ""); /* unfolded */
	text = replaced(&desk, text, "CREATED", "STATUS:CONFIRMED\r\nCREATED");
	for (size_t i = 0; i < UB_COUNT(cases); i++)
		cr_assert_eq(
		    changes(&desk, replaced(&desk, text, cases[i].from, cases[i].to)), 0, "%s", cases[i].to);
	desk_close(&desk);
}

/* SOGo drops the organizer's own ATTENDEE. */
Test(hand, is_not_seen_where_the_organizers_attendee_is_dropped)
{
	struct desk desk = desk_open();
	struct ub_text text = replaced(&desk, written(&desk), "\r\n ", "");
	size_t from = ub_text_find(text, UB_TEXT("ATTENDEE;CN=\"Anna"), 0);
	size_t to = ub_text_find(text, UB_TEXT("\n"), from) + 1;
	text = ub_textf(desk.arena, "%.*s%s", (int)from, text.ptr, text.ptr + to);
	cr_assert_eq(changes(&desk, text), 0);
	desk_close(&desk);
}

Test(hand, is_seen_property_by_property)
{
	static const struct {
		const char *from, *to;
		unsigned changed;
	} cases[] = {
		{ "SUMMARY:Prep", "SUMMARY:My prep", UB_PROPERTY_TITLE },
		{ "T090000\r\nDTEND", "T091500\r\nDTEND", UB_PROPERTY_TIME },
		{ "20261109T093000", "20261109T094500", UB_PROPERTY_TIME },
		{ "CREATED", "RRULE:FREQ=DAILY\r\nCREATED", UB_PROPERTY_TIME },
		{ "CREATED", "LOCATION:Room 5\r\nCREATED", UB_PROPERTY_PLACE },
		{ "CREATED", "ATTENDEE:mailto:carl@ours.example\r\nCREATED", UB_PROPERTY_PEOPLE },
		{ "mailto:ben@ours.example", "mailto:carl@ours.example", UB_PROPERTY_PEOPLE },
		{ "- one", "- two", UB_PROPERTY_AGENDA },
		{ "Kept up to date", "kept", UB_PROPERTY_AGENDA },
		{ "TRIGGER:-PT10M", "TRIGGER:-PT15M", UB_PROPERTY_REMINDERS },
		{ "CATEGORIES:Prep", "CATEGORIES:Mine", UB_PROPERTY_CATEGORIES },
		{ "CREATED", "TRANSP:TRANSPARENT\r\nCREATED", UB_PROPERTY_STATE },
		{ "CREATED", "STATUS:CANCELLED\r\nCREATED", UB_PROPERTY_STATE },
		{ "CREATED", "CLASS:PRIVATE\r\nCREATED", UB_PROPERTY_STATE },
		{ "X-UPBEAT-BASE:1", "X-UPBEAT-BASE:2", UB_PROPERTY_ALL },
		{ "X-UPBEAT-BASE", "X-BASE", UB_PROPERTY_ALL },
		{ "DTSTART;TZID=Europe/Berlin:2026", "DTSTART;TZID=Europe/Berlin:x", UB_PROPERTY_ALL },
	};
	struct desk desk = desk_open();
	struct ub_text text = replaced(&desk, written(&desk), "\r\n ", "");
	for (size_t i = 0; i < UB_COUNT(cases); i++)
		cr_assert_eq(changes(&desk, replaced(&desk, text, cases[i].from, cases[i].to)),
		    cases[i].changed, "%s: %x", cases[i].to,
		    changes(&desk, replaced(&desk, text, cases[i].from, cases[i].to)));
	desk_close(&desk);
}

/* Above Upbeat's text and below the closing line is room for the user's own notes. */
Test(hand, may_write_above_the_text_and_below_the_closing_line)
{
	struct desk desk = desk_open();
	struct ub_text text = replaced(&desk, written(&desk), "\r\n ", "");
	text = replaced(&desk, text, "own notes below ---", "own notes below ---\\nMy notes");
	cr_assert_eq(changes(&desk, text), 0);
	text = replaced(&desk, text, "DESCRIPTION:", "DESCRIPTION:Mine\\n");
	cr_assert_eq(changes(&desk, text), 0);
	text = replaced(&desk, text, "DESCRIPTION:", "DESCRIPTION:First\\n\\n \\n- second\\n");
	cr_assert_eq(changes(&desk, text), 0);
	cr_assert_eq(changes(&desk, replaced(&desk, text, "Mine\\n", "Mine: ")), UB_PROPERTY_AGENDA);
	cr_assert_eq(changes(&desk, replaced(&desk, text, "- one", "- two")), UB_PROPERTY_AGENDA);
	desk_close(&desk);
}
