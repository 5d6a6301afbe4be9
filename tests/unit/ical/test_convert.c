/* SPDX-License-Identifier: Apache-2.0 */
#include "revision.h"

#include <criterion/criterion.h>

#include "fixture.h"

/* A to-do of Anna's that is due on 2026-11-10 at 16:00, and reminds ten minutes before. */
static struct ub_item task_of(struct desk *desk)
{
	struct ub_item item = item_of(desk);
	item.kind = UB_ITEM_TASK;
	item.due = fixture_instant("2026-11-10T16:00:00+01:00");
	return item;
}

/* The text as a to-do or as an event. */
static struct ub_text converted(
    struct desk *desk, struct ub_text text, const struct ub_item *item, bool task_as_event)
{
	struct ub_ical_writing writing = writing_at(desk, "2026-11-03T09:00:00Z");
	struct ub_text result;
	writing.task_as_event = task_as_event;
	cr_assert(ub_ical_convert(parsed(desk, text), item, &writing, &result, desk->arena));
	return result;
}

static unsigned by_user(struct desk *desk, struct ub_text text)
{
	return ub_ical_user_changes(parsed(desk, text), desk->zones, desk->arena);
}

Test(convert, what_nobody_changed_is_what_would_be_written)
{
	struct desk desk = desk_open();
	struct ub_item item = task_of(&desk);
	for (int as_event = 0; as_event < 2; as_event++) {
		struct ub_text text = converted(&desk, written_as(&desk, &item, !as_event), &item, as_event);
		cr_expect_eq(by_user(&desk, text), 0);
		struct ub_text base = ub_ical_base(parsed(&desk, text), desk.zones, desk.arena);
		struct ub_text wanted = written_as(&desk, &item, as_event);
		cr_expect(ub_text_eq(base, ub_ical_base(parsed(&desk, wanted), desk.zones, desk.arena)));
		check_has(text, as_event ? "BEGIN:VEVENT\r\n" : "BEGIN:VTODO\r\n");
		check_has(text, as_event ? "TRIGGER;VALUE=DATE-TIME:20261110T145000Z\r\n"
					 : "TRIGGER;RELATED=END:-PT10M\r\n");
		cr_expect_eq(has(text, "X-UPBEAT-DUE:20261110T150000Z\r\n"), as_event);
		cr_expect_eq(has(text, "STATUS:NEEDS-ACTION"), !as_event);
	}
	desk_close(&desk);
}

Test(convert, what_the_user_changed_stays_and_stays_his)
{
	struct desk desk = desk_open();
	struct ub_item item = task_of(&desk);
	for (int as_event = 0; as_event < 2; as_event++) {
		struct ub_text text = written_as(&desk, &item, !as_event);
		struct ub_item moved = item;
		moved.due += 86400; /* as the plan has it, when the user has put it off */
		text = replaced(&desk, text, "SUMMARY:", "LOCATION:At home\r\nSUMMARY:My ");
		text = as_event ? replaced(&desk, text, "DUE;TZID=Europe/Berlin:20261110",
				      "DUE;TZID=Europe/Berlin:20261111")
				: replaced(&desk, text, "20261111\r\n", "20261112\r\n");
		if (!as_event)
			text = replaced(
			    &desk, text, "DTSTART;VALUE=DATE:20261110", "DTSTART;VALUE=DATE:20261111");
		unsigned changed = by_user(&desk, text);
		cr_expect_eq(changed, UB_PROPERTY_TITLE | UB_PROPERTY_TIME | UB_PROPERTY_PLACE);
		text = converted(&desk, text, &moved, as_event);
		cr_expect_eq(by_user(&desk, text), changed, "%x", by_user(&desk, text));
		check_has(text, "SUMMARY:My ");
		check_has(text, "LOCATION:At home\r\n");
		check_has(text, as_event ? "DTSTART;VALUE=DATE:20261111\r\n"
					 : "DUE;TZID=Europe/Berlin:20261111T160000\r\n");
	}
	desk_close(&desk);
}

Test(convert, own_notes_and_reminders_are_taken_along)
{
	struct desk desk = desk_open();
	struct ub_item item = task_of(&desk);
	struct ub_text text = written_as(&desk, &item, false);
	text = replaced(&desk, text, "TRIGGER;RELATED=END:-PT10M", "TRIGGER;RELATED=END:-PT2H");
	text = replaced(&desk, text, "BEGIN:VALARM\r\n",
	    "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER;VALUE=DATE-TIME:20261110T070000Z\r\nEND:"
	    "VALARM\r\nBEGIN:VALARM\r\n");
	struct ub_text event = converted(&desk, text, &item, true);
	check_has(event, "TRIGGER;VALUE=DATE-TIME:20261110T130000Z\r\n");
	check_has(event, "TRIGGER;VALUE=DATE-TIME:20261110T070000Z\r\n");
	cr_expect_eq(by_user(&desk, event), UB_PROPERTY_REMINDERS);
	struct ub_text todo = converted(&desk, event, &item, false);
	check_has(todo, "TRIGGER;RELATED=END:-PT120M\r\n");
	check_has(todo, "TRIGGER;RELATED=END:-PT480M\r\n");
	cr_expect_eq(by_user(&desk, todo), UB_PROPERTY_REMINDERS);
	desk_close(&desk);
}

Test(convert, what_a_client_added_is_taken_along)
{
	struct desk desk = desk_open();
	struct ub_item item = task_of(&desk);
	item.attendees.n = 0;
	static const char added[] =
	    "ATTACH:https://files.example/plan\r\nX-MOZ-GENERATION:3\r\n"
	    "ORGANIZER:mailto:anna@ours.example\r\nATTENDEE:mailto:carl@ours.example\r\n";
	struct ub_text text = replaced(&desk, written_as(&desk, &item, false), "SEQUENCE:0\r\n",
	    ub_textf(desk.arena, "SEQUENCE:4\r\nPRIORITY:1\r\n%s", added).ptr);
	text = converted(&desk, text, &item, true);
	check_has(text, added);
	check_has(text, "SEQUENCE:5\r\n");
	cr_expect_not(has(text, "PRIORITY"));
	cr_expect_eq(by_user(&desk, text), UB_PROPERTY_PEOPLE);
	desk_close(&desk);
}

Test(convert, an_object_without_digests_is_left)
{
	struct desk desk = desk_open();
	struct ub_item item = task_of(&desk);
	struct ub_ical_writing writing = writing_at(&desk, "2026-11-03T09:00:00Z");
	struct ub_text text = replaced(&desk, written_as(&desk, &item, true), "X-UPBEAT-BASE", "X-OTHER"),
		       result;
	cr_assert(!ub_ical_convert(parsed(&desk, text), &item, &writing, &result, desk.arena));
	desk_close(&desk);
}

/* The day of an event says nothing of the minute, which moves all the same. */
Test(convert, a_due_time_that_moves_within_its_day_is_a_change)
{
	struct desk desk = desk_open();
	struct ub_item item = task_of(&desk);
	struct ub_text text = written_as(&desk, &item, true);
	struct ub_ical_writing writing = writing_at(&desk, "2026-11-03T09:00:00Z");
	writing.task_as_event = true;
	item.due -= 3600;
	const struct ub_ical_revision moved =
	    ub_ical_revise(parsed(&desk, text), &item, UB_PROPERTY_ALL, &writing, desk.arena);
	cr_expect_eq(moved.written, UB_PROPERTY_TIME | UB_PROPERTY_REMINDERS);
	check_has(moved.text, "X-UPBEAT-DUE:20261110T140000Z\r\n");
	check_has(moved.text, "TRIGGER;VALUE=DATE-TIME:20261110T135000Z\r\n");
	desk_close(&desk);
}
