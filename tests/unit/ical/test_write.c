/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <libical/ical.h>

#include "fixture.h"
#include "items.h"
#include "leaks.h"
#include "objects.h"

TestSuite(write, .fini = ub_leak_check);

/* CRLF, at most 75 octets a line, no character torn. */
static void check_lines(struct ub_text text)
{
	struct ub_text rest = text, line;
	while (ub_text_split(&rest, '\n', &line) && rest.ptr) {
		cr_assert(ub_text_ends(line, UB_TEXT("\r")), "%.*s", UB_ARGS(line));
		cr_assert_leq(line.len, 76, "%.*s", UB_ARGS(line));
		cr_assert(ub_text_utf8_valid(line), "%.*s", UB_ARGS(line));
	}
	cr_assert_eq(line.len, 0);
}

Test(write, gives_back_what_the_item_says)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	struct ub_ical_writing writing = { desk.zones, fixture_instant("2026-11-02T09:00:00Z"), false };
	struct ub_text text = ub_ical_write(&item, &writing, desk.arena);
	check_lines(text);
	const struct ub_event *event = ub_ical_read(text, desk.zones, desk.arena, &desk.refusal);
	cr_assert_not_null(event);
	cr_assert(ub_text_eq(event->uid, item.uid) && ub_text_eq(event->summary, item.title));
	cr_assert(ub_text_eq(event->description, item.description));
	cr_assert_str_eq(shown(&desk, &event->start), "2026-11-09T09:00:00+01:00 Europe/Berlin");
	cr_assert_str_eq(shown(&desk, &event->end), "2026-11-09T09:30:00+01:00 Europe/Berlin");
	cr_assert(ub_text_is(event->organizer->address, "anna@ours.example"));
	cr_assert(ub_text_is(event->organizer->name, "Anna 'die' M\xc3\xbcller, Dr."));
	cr_assert_eq(event->n_attendees, 2, "the organizer and Ben");
	cr_assert_eq(event->attendees[0].partstat, UB_PARTSTAT_ACCEPTED);
	cr_assert(ub_text_is(event->attendees[1].address, "ben@ours.example"));
	cr_assert(ub_text_is(event->categories.items[0], "Prep") &&
		  ub_text_is(event->categories.items[1], "Sales, big"));
	cr_assert(ub_text_is(event->related_to, "meeting;1"));
	cr_assert(
	    ub_text_eq(event->marks.item, item.marks.item) && ub_text_eq(event->marks.rule, item.marks.rule));
	cr_assert(event->marks.generation == 1 && event->marks.base.len > 8);
	cr_assert(!event->transparent && event->method.len == 0);
	desk_close(&desk);
}

/* libical as somebody else's reader. */
Test(write, is_understood_by_libical)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	struct ub_ical_writing writing = { desk.zones, fixture_instant("2026-11-02T09:00:00Z"), false };
	for (int form = 0; form < 3; form++) {
		item.kind = form ? UB_ITEM_TASK : UB_ITEM_EVENT;
		writing.task_as_event = form == 2;
		struct ub_text text = ub_ical_write(&item, &writing, desk.arena);
		check_lines(text);
		icalcomponent *calendar = icalparser_parse_string(ub_text_cstr(desk.arena, text));
		cr_assert_not_null(calendar);
		icalcomponent *component = icalcomponent_get_inner(calendar);
		cr_assert_eq(icalcomponent_count_errors(calendar), 0);
		cr_assert(icalrestriction_check(calendar));
		cr_assert_str_eq(icalcomponent_get_summary(component), item.title.ptr);
		cr_assert_str_eq(icalcomponent_get_description(component), item.description.ptr);
		cr_assert_eq(
		    icalcomponent_isa(component), form == 1 ? ICAL_VTODO_COMPONENT : ICAL_VEVENT_COMPONENT);
		icalcomponent_free(calendar);
	}
	icalmemory_free_ring();
	desk_close(&desk);
}

Test(write, puts_the_last_reminder_first_where_one_alone_is_read)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	struct ub_ical_writing writing = { desk.zones, fixture_instant("2026-11-02T09:00:00Z"), false };
	int64_t reminders[] = { 86400, 600, -60, 3600 };
	static const char *const triggers[] = { "TRIGGER:PT1M", "TRIGGER:-PT10M", "TRIGGER:-PT60M",
		"TRIGGER:-PT1440M" };
	item.reminders = reminders;
	item.n_reminders = UB_COUNT(reminders);
	item.form.nearest_first = true;
	struct ub_text text = ub_ical_write(&item, &writing, desk.arena);
	for (size_t i = 0, at = 0; i < UB_COUNT(triggers); i++) {
		size_t found = ub_text_find(text, ub_text(triggers[i]), 0);
		cr_assert(found != SIZE_MAX && found > at, "%s", triggers[i]);
		at = found;
	}
	desk_close(&desk);
}

Test(write, makes_a_whole_day_of_a_task_where_tasks_are_not_taken)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	struct ub_ical_writing writing = { desk.zones, fixture_instant("2026-11-02T09:00:00Z"), true };
	item.kind = UB_ITEM_TASK;
	item.due = fixture_instant("2026-11-10T23:30:00+01:00");
	struct ub_text text = ub_ical_write(&item, &writing, desk.arena);
	const struct ub_event *event = ub_ical_read(text, desk.zones, desk.arena, &desk.refusal);
	cr_assert(event && event->component == UB_COMPONENT_EVENT && event->transparent);
	cr_assert_str_eq(shown(&desk, &event->start), "2026-11-10 date");
	cr_assert_str_eq(shown(&desk, &event->end), "2026-11-11 date");
	writing.task_as_event = false;
	text = ub_ical_write(&item, &writing, desk.arena);
	event = ub_ical_read(text, desk.zones, desk.arena, &desk.refusal);
	cr_assert(event && event->component == UB_COMPONENT_TASK);
	cr_assert_str_eq(shown(&desk, &event->end), "2026-11-10T23:30:00+01:00 Europe/Berlin");
	cr_assert_neq(ub_text_find(text, UB_TEXT("TRIGGER;RELATED=END:-PT10M\r\n"), 0), SIZE_MAX);
	desk_close(&desk);
}

Test(write, reminds_after_the_start_as_well)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	struct ub_ical_writing writing = { desk.zones, fixture_instant("2026-11-02T09:00:00Z"), false };
	int64_t reminders[] = { -52 * 60, 0, 86401 };
	item.reminders = reminders;
	item.n_reminders = 3;
	struct ub_text text = ub_ical_write(&item, &writing, desk.arena);
	static const char *const triggers[] = { "TRIGGER:PT52M\r\n", "TRIGGER:PT0S\r\n",
		"TRIGGER:-PT86401S\r\n" };
	for (size_t i = 0; i < UB_COUNT(triggers); i++)
		cr_assert_neq(ub_text_find(text, ub_text(triggers[i]), 0), SIZE_MAX, "%s", triggers[i]);
	item.kind = UB_ITEM_TASK;
	text = ub_ical_write(&item, &writing, desk.arena);
	cr_assert_neq(ub_text_find(text, UB_TEXT("TRIGGER;RELATED=END:PT52M\r\n"), 0), SIZE_MAX);
	desk_close(&desk);
}

Test(write, uses_utc_where_the_zone_is_nobodys)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	struct ub_zone_change only = { .offset = 3600, .abbreviation = UB_TEXT("X") };
	struct ub_ical_writing writing = { desk.zones, fixture_instant("2026-11-02T09:00:00Z"), false };
	item.zone =
	    ub_cal_zone_from_changes(desk.arena, UB_TEXT("Europe/Berlin"), only, NULL, 0, UB_TEXT_NONE);
	struct ub_text text = ub_ical_write(&item, &writing, desk.arena);
	cr_assert_neq(ub_text_find(text, UB_TEXT("DTSTART:20261109T080000Z"), 0), SIZE_MAX);
	cr_assert_eq(ub_text_find(text, UB_TEXT("VTIMEZONE"), 0), SIZE_MAX);
	desk_close(&desk);
}

/* Whatever strangers put into a title, a name or an address: no line of theirs gets in. */
Test(write, lets_nothing_break_out_of_its_line)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	struct ub_ical_writing writing = { desk.zones, fixture_instant("2026-11-02T09:00:00Z"), false };
	struct ub_person ben = { .email = UB_TEXT("ben@ours.example"),
		.name = UB_TEXT("Ben\";X=\"\r\nATTENDEE:mailto:evil@acme.example\r\n") };
	struct ub_person bad = { .email = UB_TEXT("a@b.example\r\nATTENDEE:mailto:evil@acme.example"),
		.name = UB_TEXT_NONE };
	const struct ub_person *people[] = { &ben, &bad };
	item.attendees = (struct ub_people){ people, 2, 2 };
	item.title = UB_TEXT("Prep\r\nEND:VEVENT\r\nBEGIN:VEVENT\x01\x7F");
	item.parent_uid = UB_TEXT("x\nATTENDEE:mailto:evil@acme.example");
	struct ub_text text = ub_ical_write(&item, &writing, desk.arena);
	check_lines(text);
	const struct ub_event *event = ub_ical_read(text, desk.zones, desk.arena, &desk.refusal);
	cr_assert_not_null(event);
	cr_assert_eq(event->n_attendees, 2, "one was no address");
	cr_assert(ub_text_is(event->attendees[1].address, "ben@ours.example"));
	cr_assert(ub_text_is(event->summary, "Prep\nEND:VEVENT\nBEGIN:VEVENT"));
	desk_close(&desk);
}

/* What libical prints otherwise than it is to be: a comma in a category, a control character. */
Test(write, escapes_what_a_reader_would_take_for_something_else)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	struct ub_ical_writing writing = { desk.zones, fixture_instant("2026-11-02T09:00:00Z"), false };
	item.title = UB_TEXT("\"Acme\"; a, b\\c\x01\x1e\x1f \r\x7f");
	struct ub_text categories[] = { UB_TEXT("a,b\\c;d"), UB_TEXT("\x1e\x1f"), UB_TEXT("e") };
	item.categories = (struct ub_texts){ categories, UB_COUNT(categories), UB_COUNT(categories) };
	struct ub_text text = ub_ical_write(&item, &writing, desk.arena);
	check_lines(text);
	static const char *const lines[] = { "SUMMARY:\"Acme\"\\; a\\, b\\\\c \r\n",
		"CATEGORIES:a\\,b\\\\c\\;d\r\n", "CATEGORIES:e\r\n" };
	for (size_t i = 0; i < UB_COUNT(lines); i++)
		cr_expect_neq(
		    ub_text_find(text, ub_text(lines[i]), 0), SIZE_MAX, "%s in\n%s", lines[i], text.ptr);
	const struct ub_event *event = ub_ical_read(text, desk.zones, desk.arena, &desk.refusal);
	cr_assert_eq(event->categories.n, 2);
	cr_expect(ub_text_is(event->categories.items[0], "a,b\\c;d"));
	desk_close(&desk);
}
