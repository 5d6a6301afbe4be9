/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "fixture.h"
#include "leaks.h"
#include "revision.h"

TestSuite(revise, .fini = ub_leak_check);

static size_t count(struct ub_text text, const char *part)
{
	size_t n = 0, at = 0;
	for (; (at = ub_text_find(text, ub_text(part), at)) != SIZE_MAX; at++)
		n++;
	return n;
}

/* ---- what is written ---- */

Test(revise, gives_back_the_text_itself_when_nothing_may_be_or_is_to_be_written)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	struct ub_text text = written_as(&desk, &item, false);
	unsigned written = 1;
	struct ub_text same = revised(&desk, text, &item, UB_PROPERTY_ALL, &written);
	cr_assert(written == 0 && same.ptr == text.ptr && same.len == text.len);
	item.title = UB_TEXT("Another");
	move(&item, 3600);
	same = revised(&desk, text, &item, 0, &written);
	cr_assert(written == 0 && same.ptr == text.ptr && same.len == text.len);
	same = revised(&desk, text, &item, UB_PROPERTY_PEOPLE | UB_PROPERTY_AGENDA, &written);
	cr_assert(written == 0 && same.ptr == text.ptr && same.len == text.len);
	desk_close(&desk);
}

Test(revise, writes_nothing_for_marks_alone)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	struct ub_text text = written_as(&desk, &item, false);
	unsigned written;
	item.marks.rule = UB_TEXT("b3RoZXI");
	item.marks.generation = 2;
	item.parent_uid = UB_TEXT("other");
	struct ub_text same = revised(&desk, text, &item, UB_PROPERTY_ALL, &written);
	cr_assert(written == 0 && same.ptr == text.ptr);
	desk_close(&desk);
}

/* The version and the first digest of X-UPBEAT-BASE. */
static const char *title_digest(struct desk *desk, struct ub_text text)
{
	size_t at = ub_text_find(text, UB_TEXT("X-UPBEAT-BASE:"), 0);
	return ub_text_cstr(desk->arena, ub_text_sub(text, at, at + 14 + 7));
}

/* All of the text is compared: nothing else may differ. */
Test(revise, replaces_the_line_of_a_title_and_of_the_alarm_that_shows_it)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	item.title = UB_TEXT("Prep");
	struct ub_text text = unfolded(&desk, &item);
	item.title = UB_TEXT("Prep, again");
	struct ub_text revision = changed(&desk, text, &item, UB_PROPERTY_TITLE);
	struct ub_text expected = replaced(&desk, text, "SUMMARY:Prep\r\n", "SUMMARY:Prep\\, again\r\n");
	expected = replaced(&desk, expected, "DESCRIPTION:Prep\r\n", "DESCRIPTION:Prep\\, again\r\n");
	expected = replaced(&desk, expected, "DTSTAMP:20261102", "DTSTAMP:20261105");
	expected = replaced(&desk, expected, title_digest(&desk, text), title_digest(&desk, revision));
	cr_assert(ub_text_eq(revision, expected), "%.*s\n%.*s", UB_ARGS(revision), UB_ARGS(expected));
	desk_close(&desk);
}

Test(revise, leaves_an_alarm_that_shows_something_else)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	item.title = UB_TEXT("Prep");
	struct ub_text text =
	    replaced(&desk, unfolded(&desk, &item), "DESCRIPTION:Prep\r\n", "DESCRIPTION:Mine\r\n");
	item.title = UB_TEXT("Another");
	check_has(changed(&desk, text, &item, UB_PROPERTY_TITLE), "DESCRIPTION:Mine\r\n");
	desk_close(&desk);
}

Test(revise, asks_all_but_the_organizer_again_for_a_new_time)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	item.attendees = people_of(&desk, item.attendees.items[0], &carl);
	struct ub_text text = unfolded(&desk, &item);
	text = replaced(&desk, text,
	    "ATTENDEE;CN=Ben;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:ben@",
	    "ATTENDEE;X-A=\"a;PARTSTAT=x:\";PARTSTAT=ACCEPTED;SCHEDULE-STATUS=1.1;ROLE=CHAIR;CN=B:MAILTO:"
	    "Ben@");
	text = replaced(&desk, text, "PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:carl", "RSVP=FALSE:mailto:carl");
	move(&item, 86400);
	text = changed(&desk, text, &item, UB_PROPERTY_TIME);
	check_has(text, "SEQUENCE:1\r\n");
	check_has(text, "\r\nDTSTART;TZID=Europe/Berlin:20261110T090000\r\n");
	check_has(text, "\r\nDTEND;TZID=Europe/Berlin:20261110T093000\r\n");
	check_has(text, ";ROLE=CHAIR;PARTSTAT=ACCEPTED:mailto:anna@ours.example");
	check_has(text, "\r\nATTENDEE;X-A=\"a;PARTSTAT=x:\";PARTSTAT=NEEDS-ACTION;SCHEDULE-STATUS=1.1;ROLE="
			"CHAIR;CN=B:MAILTO:Ben@ours.example\r\n");
	check_has(text, "ROLE=REQ-PARTICIPANT;RSVP=FALSE:mailto:carl"); /* nothing is inserted */
	cr_assert_eq(count(text, "BEGIN:VTIMEZONE"), 1);
	desk_close(&desk);
}

Test(revise, keeps_replies_when_the_time_stays)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	struct ub_text text =
	    replaced(&desk, unfolded(&desk, &item), "PARTSTAT=NEEDS-ACTION", "PARTSTAT=TENTATIVE");
	item.title = UB_TEXT("Another");
	item.description = UB_TEXT(NEW_AGENDA);
	item.attendees = people_of(&desk, item.attendees.items[0], &carl);
	text = changed(&desk, text, &item, UB_PROPERTY_TITLE | UB_PROPERTY_AGENDA | UB_PROPERTY_PEOPLE);
	check_has(text, "PARTSTAT=TENTATIVE;RSVP=TRUE:mailto:ben");
	check_has(text, "SEQUENCE:0\r\n");
	desk_close(&desk);
}

Test(revise, counts_on_from_any_sequence)
{
	static const struct {
		const char *from, *to;
	} cases[] = { { "SEQUENCE:7\r\n", "SEQUENCE:8\r\n" }, { "", "SEQUENCE:1\r\n" },
		{ "SEQUENCE:x\r\n", "SEQUENCE:1\r\n" }, { "SEQUENCE:-4\r\n", "SEQUENCE:1\r\n" },
		{ "SEQUENCE:2147483646\r\n", "SEQUENCE:2147483647\r\n" },
		{ "SEQUENCE:2147483647\r\n", "SEQUENCE:2147483647\r\n" },
		{ "SEQUENCE:3\r\nSEQUENCE:9\r\n", "SEQUENCE:4\r\n" } };
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	struct ub_text text = unfolded(&desk, &item);
	move(&item, 3600);
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct ub_text revision = changed(
		    &desk, replaced(&desk, text, "SEQUENCE:0\r\n", cases[i].from), &item, UB_PROPERTY_TIME);
		check_has(revision, cases[i].to);
		cr_assert_eq(count(revision, "SEQUENCE:"), 1);
	}
	desk_close(&desk);
}

Test(revise, renews_the_stamps_that_are_there)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	struct ub_text text = unfolded(&desk, &item);
	item.title = UB_TEXT("Another");
	check_lacks(changed(&desk, text, &item, UB_PROPERTY_TITLE), "LAST-MODIFIED");
	text = replaced(&desk, text, "CREATED", "LAST-MODIFIED;X-A=1:20261103T000000Z\r\nCREATED");
	text = changed(&desk, text, &item, UB_PROPERTY_TITLE);
	check_has(text, "DTSTAMP:20261105T090000Z\r\nLAST-MODIFIED:20261105T090000Z\r\nCREATED:20261102");
	desk_close(&desk);
}

/* A client's DURATION, a task's DTSTART, Outlook's flag of whole days: none may stay beside the new time. */
Test(revise, replaces_every_line_of_a_time)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	struct ub_text text = unfolded(&desk, &item);
	text = replaced(&desk, text, "DTEND;TZID=Europe/Berlin:20261109T093000",
	    "X-MICROSOFT-CDO-ALLDAYEVENT:FALSE\r\nDURATION:PT30M");
	move(&item, 3600);
	text = changed(&desk, text, &item, UB_PROPERTY_TIME);
	check_lacks(text, "DURATION");
	check_lacks(text, "ALLDAY");
	check_has(text, "DTEND;TZID=Europe/Berlin:20261109T103000\r\n");
	desk_close(&desk);
}

/* ---- zones ---- */

Test(revise, brings_a_zone_that_the_object_does_not_define)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	struct ub_text text = unfolded(&desk, &item);
	item.zone = fixture_zone(desk.zones, "America/New_York");
	move(&item, 3600);
	text = changed(&desk, text, &item, UB_PROPERTY_TIME);
	cr_assert_eq(count(text, "BEGIN:VTIMEZONE"), 2);
	cr_assert_lt(ub_text_find(text, UB_TEXT("TZID:America/New_York"), 0),
	    ub_text_find(text, UB_TEXT("BEGIN:VEVENT"), 0));
	check_has(text, "DTSTART;TZID=America/New_York:20261109T040000\r\n");
	desk_close(&desk);
}

Test(revise, leaves_the_time_of_an_item_that_is_moved_along_to_its_user)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk), wanted = item;
	struct ub_text text = replaced(&desk, unfolded(&desk, &item), "Berlin:20261109T", "Berlin:20261110T");
	wanted.along = true;
	for (int days = 7; days >= 0; days -= 7) { /* to another time, and back to its first one */
		wanted.start = item.start + (int64_t)days * 86400;
		wanted.end = item.end + (int64_t)days * 86400;
		text = changed(&desk, text, &wanted, UB_PROPERTY_TIME);
		check_has(text, days ? "DTSTART;TZID=Europe/Berlin:20261116T090000"
				     : "DTSTART;TZID=Europe/Berlin:20261109T090000");
		cr_expect_eq(ub_ical_user_changes(parsed(&desk, text), desk.zones, desk.arena),
		    days ? UB_PROPERTY_TIME : 0);
	}
	desk_close(&desk);
}

Test(revise, needs_no_zone_for_a_time_in_utc)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	item.zone = NULL;
	struct ub_text text = unfolded(&desk, &item);
	move(&item, 3600);
	text = changed(&desk, text, &item, UB_PROPERTY_TIME);
	check_lacks(text, "VTIMEZONE");
	check_has(text, "DTSTART:20261109T090000Z\r\n");
	desk_close(&desk);
}

/* Morocco's clock changes for Ramadan. The definition is right up to its last change, and no further. */
Test(revise, replaces_a_definition_that_is_wrong_at_the_new_time)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	item.zone = fixture_zone(desk.zones, "Africa/Casablanca");
	struct ub_text text = unfolded(&desk, &item);
	struct ub_item later = item;
	move(&later, 86400);
	struct ub_text same = changed(&desk, text, &later, UB_PROPERTY_TIME);
	size_t zone = ub_text_find(text, UB_TEXT("BEGIN:VTIMEZONE"), 0),
	       end = ub_text_find(text, UB_TEXT("END:VTIMEZONE"), 0);
	check_has(same, ub_text_cstr(desk.arena, ub_text_sub(text, zone, end)));
	int64_t ramadan = fixture_instant("2027-02-15T09:00:00Z");
	later.end = ramadan + 1800;
	later.start = ramadan;
	text = changed(&desk, text, &later, UB_PROPERTY_TIME);
	cr_assert_eq(count(text, "BEGIN:VTIMEZONE"), 1);
	const struct ub_ical *ical = parsed(&desk, text);
	struct reader reader = { .ical = ical, .arena = desk.arena, .refusal = &desk.refusal };
	const struct ub_zone *own = ub_ical_zone(&reader, UB_TEXT("Africa/Casablanca"));
	cr_assert(own && ub_cal_offset(own, ramadan) == 0 && ub_cal_offset(item.zone, ramadan) == 0);
	desk_close(&desk);
}

/* Anybody can write objects. A definition within an alarm that is removed would be changed twice. */
Test(revise, is_not_confused_by_a_zone_inside_an_alarm)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	item.zone = NULL;
	struct ub_text text = replaced(&desk, unfolded(&desk, &item), "END:VALARM",
	    "BEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\nEND:VTIMEZONE\r\nEND:VALARM");
	int64_t reminders[] = { 900 };
	item.zone = fixture_zone(desk.zones, "Europe/Berlin");
	item.reminders = reminders;
	move(&item, 3600);
	text = changed(&desk, text, &item, UB_PROPERTY_TIME | UB_PROPERTY_REMINDERS);
	cr_assert_eq(count(text, "BEGIN:VTIMEZONE"), 1);
	check_has(text, "TZOFFSETTO:+0100");
	desk_close(&desk);
}

/* ---- people ---- */

Test(revise, drops_who_is_not_wanted_and_adds_who_is_missing)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	struct ub_text text = replaced(&desk, unfolded(&desk, &item), "mailto:ben@", "MAILTO:BEN@");
	struct ub_item both = item, other = item;
	both.attendees = people_of(&desk, item.attendees.items[0], &carl);
	other.attendees = people_of(&desk, &carl, NULL);
	struct ub_text revision = changed(&desk, text, &both, UB_PROPERTY_PEOPLE);
	check_has(revision, "MAILTO:BEN@ours.example\r\n");
	check_has(revision,
	    "\r\nATTENDEE;CN=Carl;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:carl@");
	cr_assert_eq(count(revision, "\r\nATTENDEE"), 3);
	revision = changed(&desk, text, &other, UB_PROPERTY_PEOPLE);
	check_lacks(revision, "MAILTO:BEN@");
	cr_assert_eq(count(revision, "\r\nATTENDEE"), 2);
	cr_assert_eq(count(revision, "\r\nORGANIZER"), 1);
	desk_close(&desk);
}

Test(revise, does_not_bring_back_the_organizers_attendee)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	struct ub_text text = unfolded(&desk, &item);
	size_t from = ub_text_find(text, UB_TEXT("ATTENDEE;CN=\"Anna"), 0);
	size_t to = ub_text_find(text, UB_TEXT("\n"), from) + 1;
	text = ub_textf(desk.arena, "%.*s%s", (int)from, text.ptr, text.ptr + to);
	item.attendees = people_of(&desk, item.attendees.items[0], &carl);
	text = changed(&desk, text, &item, UB_PROPERTY_PEOPLE);
	cr_assert_eq(count(text, "mailto:anna@ours.example"), 1);
	desk_close(&desk);
}

Test(revise, makes_a_meeting_of_an_item_that_had_nobody_else)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk), alone = item;
	alone.attendees.n = 0;
	struct ub_text text = changed(&desk, unfolded(&desk, &alone), &item, UB_PROPERTY_PEOPLE);
	check_has(text, "\r\nORGANIZER;CN=\"Anna");
	cr_assert_eq(count(text, "\r\nATTENDEE"), 2);
	text = changed(&desk, text, &alone, UB_PROPERTY_PEOPLE);
	cr_assert_eq(count(text, "\r\nATTENDEE"), 1, "the organizer's");
	desk_close(&desk);
}

Test(revise, leaves_the_people_of_somebody_elses_meeting)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	struct ub_text text = replaced(&desk, unfolded(&desk, &item), "mailto:anna@", "mailto:carl@");
	unsigned written;
	item.attendees = people_of(&desk, item.attendees.items[0], &carl);
	struct ub_text same = revised(&desk, text, &item, UB_PROPERTY_ALL, &written);
	cr_assert(written == 0 && same.ptr == text.ptr);
	desk_close(&desk);
}

/* ---- reminders ---- */

Test(revise, replaces_reminders_but_no_snoozed_ones)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	struct ub_text text = replaced(&desk, unfolded(&desk, &item), "BEGIN:VALARM",
	    "BEGIN:VALARM\r\nRELATED-TO:a\r\nTRIGGER:PT5M\r\nEND:VALARM\r\nBEGIN:VALARM");
	int64_t reminders[] = { 900, 90 };
	item.reminders = reminders;
	item.n_reminders = 2;
	text = changed(&desk, text, &item, UB_PROPERTY_REMINDERS);
	check_has(text, "BEGIN:VALARM\r\nRELATED-TO:a\r\nTRIGGER:PT5M\r\nEND:VALARM\r\n");
	check_has(text, "TRIGGER:-PT15M\r\nEND:VALARM\r\nBEGIN:VALARM\r\n");
	check_has(text, "TRIGGER:-PT90S\r\nEND:VALARM\r\nEND:VEVENT\r\n");
	check_lacks(text, "TRIGGER:-PT10M");
	desk_close(&desk);
}

/* The reminders count from the due time, so they go along with it. */
Test(revise, moves_a_task_and_leaves_its_reminders)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	item.kind = UB_ITEM_TASK;
	struct ub_text text = unfolded(&desk, &item);
	move(&item, 3600);
	text = changed(&desk, text, &item, UB_PROPERTY_TIME);
	check_has(text, "DUE;TZID=Europe/Berlin:20261110T180000");
	check_has(text, "TRIGGER;RELATED=END:-PT10M");
	int64_t reminders[] = { 900 };
	item.reminders = reminders;
	text = changed(&desk, text, &item, UB_PROPERTY_REMINDERS);
	check_has(text, "TRIGGER;RELATED=END:-PT15M");
	desk_close(&desk);
}

/* ---- state, and what cannot be written ---- */

Test(revise, changes_no_state_but_whether_time_is_taken)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	struct ub_text text = unfolded(&desk, &item);
	unsigned written;
	check_lacks(text, "TRANSP"); /* it takes time unless it says otherwise */
	item.busy = false;
	struct ub_text revision = changed(&desk, text, &item, UB_PROPERTY_STATE);
	check_has(revision, "TRANSP:TRANSPARENT\r\n");
	text = replaced(&desk, text, "CREATED", "STATUS:CANCELLED\r\nCREATED");
	item.title = UB_TEXT("Another");
	text = revised(&desk, text, &item, UB_PROPERTY_ALL, &written);
	cr_assert_eq(written, UB_PROPERTY_TITLE);
	check_has(text, "STATUS:CANCELLED\r\nCREATED:");
	desk_close(&desk);
}

Test(revise, leaves_the_time_of_an_item_that_was_made_to_repeat)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	struct ub_text text =
	    replaced(&desk, unfolded(&desk, &item), "CREATED", "RRULE:FREQ=DAILY\r\nCREATED");
	move(&item, 3600);
	item.title = UB_TEXT("Another");
	text = changed(&desk, text, &item, UB_PROPERTY_TITLE);
	check_has(text, "DTSTART;TZID=Europe/Berlin:20261109T090000\r\n");
	check_has(text, "SEQUENCE:0\r\n");
	desk_close(&desk);
}

Test(revise, leaves_an_object_that_it_cannot_revise)
{
	static const struct {
		const char *from, *to;
	} cases[] = { { "X-UPBEAT-BASE:1", "X-UPBEAT-BASE:2" }, { "X-UPBEAT-BASE", "X-BASE" },
		{ "VEVENT", "VTODO" }, { "VEVENT", "VJOURNAL" },
		{ "DTSTART;TZID=Europe/Berlin", "DTSTART;TZID=Nowhere" } };
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	struct ub_text text = unfolded(&desk, &item);
	struct ub_ical_writing writing = writing_at(&desk, "2026-11-05T09:00:00Z");
	item.title = UB_TEXT("Another");
	move(&item, 3600);
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct ub_text mine = replaced(&desk, text, cases[i].from, cases[i].to);
		const struct ub_ical_revision same =
		    ub_ical_revise(parsed(&desk, mine), &item, UB_PROPERTY_ALL, &writing, desk.arena);
		cr_assert(same.written == 0 && !same.overlap && same.text.ptr == mine.ptr, "%s", cases[i].to);
	}
	desk_close(&desk);
}

/* The limit of reading is also the limit of writing: no text is made that nobody could read again. */
Test(revise, makes_no_text_past_the_limit)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	item.title = UB_TEXT("Prep");
	struct ub_text text = unfolded(&desk, &item);
	struct ub_buf filler = UB_BUF(desk.arena);
	ub_buf_str(&filler, "X-A:");
	ub_buf_pad(&filler, 'x', UB_ICAL_SIZE_MAX - text.len - 6 - 2);
	ub_buf_str(&filler, "\r\nCREATED");
	text = replaced(&desk, text, "CREATED", ub_buf_cstr(&filler));
	unsigned written;
	item.title = UB_TEXT("Preq"); /* as long, twice */
	struct ub_text revision = revised(&desk, text, &item, UB_PROPERTY_ALL, &written);
	cr_assert(written == UB_PROPERTY_TITLE && revision.len == text.len);
	item.title = UB_TEXT("Preppp");
	revision = revised(&desk, text, &item, UB_PROPERTY_ALL, &written);
	cr_assert(written == 0 && revision.ptr == text.ptr);
	desk_close(&desk);
}

Test(revise, lets_nothing_break_out_of_its_line)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	struct ub_text text = written_as(&desk, &item, false);
	struct ub_person bad = { .email = UB_TEXT("carl@ours.example"),
		.name = UB_TEXT("C\";X=\"\r\nATTENDEE:mailto:evil@acme.example\r\n") };
	struct ub_text categories[] = { UB_TEXT("a\r\nATTENDEE:mailto:evil@acme.example"), UB_TEXT("b") };
	unsigned written;
	item.title = UB_TEXT("x\r\nATTENDEE:mailto:evil@acme.example\r\nEND:VEVENT\r\nBEGIN:VEVENT\x01");
	item.description = UB_TEXT("\r\nEND:VEVENT\r\nATTENDEE:mailto:evil@acme.example\n" UB_PLAN_TEXT_END);
	item.categories = (struct ub_texts){ categories, 2, 2 };
	item.attendees = people_of(&desk, item.attendees.items[0], &bad);
	text = revised(&desk, text, &item, UB_PROPERTY_ALL, &written);
	cr_assert_eq(
	    written, UB_PROPERTY_TITLE | UB_PROPERTY_AGENDA | UB_PROPERTY_CATEGORIES | UB_PROPERTY_PEOPLE);
	check_lacks(text, "\nATTENDEE:");
	cr_assert_eq(count(text, "\r\nEND:VEVENT\r\n"), 1);
	const struct ub_event *event = ub_ical_read(text, desk.zones, desk.arena, &desk.refusal);
	cr_assert_eq(event->n_attendees, 3);
	desk_close(&desk);
}
