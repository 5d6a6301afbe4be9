/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "leaks.h"
#include "revision.h"

/* A colleague's copy of an item. */

TestSuite(copy, .fini = ub_leak_check);

static struct ub_text copied(struct desk *desk, struct ub_text item, struct ub_text former)
{
	struct ub_text text = ub_ical_copy(
	    parsed(desk, item), former.len ? parsed(desk, former) : NULL, desk->zones, desk->arena);
	cr_assert(text.len);
	cr_assert(ub_ical_is_copy(parsed(desk, text)));
	return text;
}

/* The item, and ben's copy of it. */
static struct ub_text begin(struct desk *desk, struct ub_item *item, struct ub_text *copy)
{
	*item = item_of(desk);
	struct ub_text text = unfolded(desk, item);
	*copy = copied(desk, text, UB_TEXT_NONE);
	return text;
}

/* The text without the mark of a copy. */
static struct ub_text unmarked(struct desk *desk, struct ub_text copy)
{
	size_t from = ub_text_find(copy, UB_TEXT("X-UPBEAT-COPY:"), 0);
	cr_assert_neq(from, SIZE_MAX);
	size_t to = ub_text_find(copy, UB_TEXT("\r\n"), from);
	return ub_textf(desk->arena, "%.*s%.*s", UB_ARGS(ub_text_sub(copy, 0, from)),
	    UB_ARGS(ub_text_sub(copy, to + 2, copy.len)));
}

Test(copy, is_the_item_and_a_mark)
{
	struct desk desk = desk_open();
	struct ub_item item;
	struct ub_text copy, text = begin(&desk, &item, &copy);
	cr_expect(ub_text_eq(unmarked(&desk, copy), text), "%.*s", UB_ARGS(copy));
	cr_expect_not(ub_ical_is_copy(parsed(&desk, text)));
	cr_expect(ub_text_eq(copied(&desk, text, copy), copy));
	desk_close(&desk);
}

Test(copy, has_the_organizers_time_title_and_people_whatever_the_colleague_has_made_of_them)
{
	struct desk desk = desk_open();
	struct ub_item item;
	struct ub_text copy;
	begin(&desk, &item, &copy);
	copy = replaced(&desk, copy, "SUMMARY:", "SUMMARY:Mine ");
	copy = replaced(&desk, copy, "T090000", "T093000");
	copy = replaced(&desk, copy, "CREATED", "ATTENDEE:mailto:dora@ours.example\r\nCREATED");
	move(&item, 86400);
	item.title = UB_TEXT("Another");
	struct ub_text text = unfolded(&desk, &item);
	cr_expect(ub_text_eq(unmarked(&desk, copied(&desk, text, copy)), text));
	desk_close(&desk);
}

Test(copy, keeps_his_alarms_busy_state_categories_and_lines)
{
	struct desk desk = desk_open();
	struct ub_item item;
	struct ub_text copy;
	begin(&desk, &item, &copy);
	copy = replaced(&desk, copy, "TRIGGER:", "X-WAS:");
	copy = replaced(&desk, copy, "CREATED", "TRANSP:TRANSPARENT\r\nCREATED");
	copy = replaced(&desk, copy, "END:VEVENT",
	    "X-MINE:1\r\nCATEGORIES:Mine\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\n"
	    "TRIGGER:-PT42M\r\nEND:VALARM\r\nEND:VEVENT");
	for (int i = 0; i < 2; i++) {
		item.title = i ? UB_TEXT("A third") : UB_TEXT("Another");
		copy = copied(&desk, unfolded(&desk, &item), copy);
		check_has(copy, i ? "SUMMARY:A third\r\n" : "SUMMARY:Another\r\n");
		check_has(copy, "TRIGGER:-PT42M\r\n");
		check_lacks(copy, "TRIGGER:-PT10M");
		check_has(copy, "TRANSP:TRANSPARENT\r\n");
		check_has(copy, "X-MINE:1\r\n");
		check_has(copy, "CATEGORIES:Mine\r\n");
	}
	desk_close(&desk);
}

Test(copy, has_the_items_alarms_while_the_colleague_has_not_changed_them)
{
	struct desk desk = desk_open();
	struct ub_item item;
	struct ub_text copy;
	int64_t quarter = 900;
	begin(&desk, &item, &copy);
	item.reminders = &quarter;
	item.n_reminders = 1;
	struct ub_text text = unfolded(&desk, &item);
	cr_expect(ub_text_eq(unmarked(&desk, copied(&desk, text, copy)), text));
	desk_close(&desk);
}

Test(copy, keeps_his_notes_around_the_agenda)
{
	struct desk desk = desk_open();
	struct ub_item item;
	struct ub_text copy;
	begin(&desk, &item, &copy);
	struct ub_ical_refusal refusal;
	const struct ub_event *event = ub_ical_read(copy, desk.zones, desk.arena, &refusal);
	cr_assert(event && event->description.len);
	copy = replaced(&desk, copy, "notes below ---", "notes below ---\\nMy note");
	item.description = ub_text(NEW_AGENDA);
	copy = copied(&desk, unfolded(&desk, &item), copy);
	event = ub_ical_read(copy, desk.zones, desk.arena, &refusal);
	cr_assert(event);
	cr_expect(
	    ub_text_ends(event->description, UB_TEXT("\nMy note\n")), "%.*s", UB_ARGS(event->description));
	cr_expect(ub_text_starts(event->description, UB_TEXT("Another agenda")));
	desk_close(&desk);
}

Test(copy, is_not_made_of_what_is_none)
{
	struct desk desk = desk_open();
	struct ub_text text = UB_TEXT("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:u\r\nDTSTART:nonsense\r\n"
				      "END:VEVENT\r\nEND:VCALENDAR\r\n");
	struct ub_text copy = ub_ical_copy(parsed(&desk, text), NULL, desk.zones, desk.arena);
	cr_expect_eq(copy.len, 0);
	desk_close(&desk);
}

Test(copy, gives_an_answer_to_the_item_and_changes_nothing_else)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	struct ub_text ben = UB_TEXT("ben@ours.example"), text = unfolded(&desk, &item);
	struct ub_text yes = ub_ical_answer(parsed(&desk, text), ben, UB_PARTSTAT_ACCEPTED, desk.arena);
	cr_assert(yes.len);
	yes = replaced(&desk, yes, "\r\n ", "");
	check_has(yes, "PARTSTAT=ACCEPTED;RSVP=TRUE:mailto:ben@ours.example");
	cr_expect(ub_text_eq(
	    replaced(&desk, yes, "PARTSTAT=ACCEPTED;RSVP=TRUE", "PARTSTAT=NEEDS-ACTION;RSVP=TRUE"), text));
	cr_expect_eq(ub_ical_user_changes(parsed(&desk, yes), desk.zones, desk.arena), 0);
	cr_expect_eq(ub_ical_answer(parsed(&desk, yes), ben, UB_PARTSTAT_ACCEPTED, desk.arena).len, 0);
	cr_expect_eq(
	    ub_ical_answer(parsed(&desk, text), UB_TEXT("zoe@ours.example"), UB_PARTSTAT_DECLINED, desk.arena)
		.len,
	    0);
	desk_close(&desk);
}

Test(copy, gives_an_answer_where_there_was_none)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	struct ub_text text = replaced(&desk, unfolded(&desk, &item),
	    "PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:ben", "RSVP=TRUE:mailto:ben");
	text = ub_ical_answer(
	    parsed(&desk, text), UB_TEXT("ben@ours.example"), UB_PARTSTAT_DECLINED, desk.arena);
	check_has(text, "ATTENDEE;PARTSTAT=DECLINED;");
	desk_close(&desk);
}
