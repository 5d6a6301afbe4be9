/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "leaks.h"
#include "revision.h"

/* Who has declined an item is left off when it is written. */

TestSuite(left_off, .fini = ub_leak_check);

/* A prep call to which ben and carl are invited, and which ben has declined. *next is the same without ben.
 */
static struct ub_text declined_by_ben(struct desk *desk, struct ub_item *next)
{
	static struct ub_decline ben = { .address = { "ben@ours.example", 16 } };
	struct ub_item item = item_of(desk);
	const struct ub_person *invited = item.attendees.items[0];
	item.attendees = people_of(desk, invited, &carl);
	*next = item;
	next->attendees = people_of(desk, &carl, NULL);
	next->declines = (struct ub_declines){ .items = &ben, .n = 1, .cap = 1 };
	return replaced(desk, unfolded(desk, &item), "PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:ben",
	    "PARTSTAT=DECLINED:mailto:ben");
}

Test(left_off, writes_nothing_only_to_leave_somebody_off)
{
	struct desk desk = desk_open();
	struct ub_item item;
	struct ub_text text = declined_by_ben(&desk, &item);
	cr_expect(ub_text_eq(changed(&desk, text, &item, 0), text));
	desk_close(&desk);
}

Test(left_off, leaves_off_who_has_declined_with_whatever_else_is_written)
{
	struct desk desk = desk_open();
	struct ub_item item;
	struct ub_text text = declined_by_ben(&desk, &item);
	item.title = UB_TEXT("Another");
	text = changed(&desk, text, &item, UB_PROPERTY_TITLE);
	check_lacks(text, "mailto:ben");
	check_has(text, "PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:carl");
	cr_expect_eq(ub_ical_user_changes(parsed(&desk, text), desk.zones, desk.arena), 0);
	move(&item, 86400);
	check_lacks(changed(&desk, text, &item, UB_PROPERTY_TIME), "mailto:ben");
	desk_close(&desk);
}

Test(left_off, leaves_off_who_has_declined_from_people_of_the_users_too)
{
	struct desk desk = desk_open();
	struct ub_item item;
	unsigned written;
	struct ub_text text = declined_by_ben(&desk, &item);
	text = replaced(&desk, text, "CREATED", "ATTENDEE:mailto:dora@ours.example\r\nCREATED");
	move(&item, 86400);
	text = revised(&desk, text, &item, UB_PROPERTY_ALL & ~(unsigned)UB_PROPERTY_PEOPLE, &written);
	cr_expect_eq(written, UB_PROPERTY_TIME);
	check_lacks(text, "mailto:ben");
	check_has(text, "mailto:dora");
	cr_expect_eq(ub_ical_user_changes(parsed(&desk, text), desk.zones, desk.arena), UB_PROPERTY_PEOPLE);
	desk_close(&desk);
}

Test(left_off, leaves_nobody_off_an_item_that_somebody_else_organizes)
{
	struct desk desk = desk_open();
	struct ub_item item;
	struct ub_text text = declined_by_ben(&desk, &item);
	size_t from = ub_text_find(text, UB_TEXT("ORGANIZER"), 0);
	size_t to = ub_text_find(text, UB_TEXT("\r\n"), from);
	text = ub_textf(
	    desk.arena, "%.*sORGANIZER:mailto:zoe@ours.example%s", (int)from, text.ptr, text.ptr + to);
	item.title = UB_TEXT("Another");
	check_has(changed(&desk, text, &item, UB_PROPERTY_TITLE), "PARTSTAT=DECLINED:mailto:ben");
	desk_close(&desk);
}

/* ---- the owner's own decline ---- */

/* An item that its owner has declined at another time than Upbeat's own, and called off. */
Test(left_off, gives_another_time_to_what_its_owner_has_declined_whatever_he_has_made_of_it)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk), moved = item;
	unsigned written;
	move(&moved, 7200);
	struct ub_text text = unfolded(&desk, &item), other = unfolded(&desk, &moved);
	size_t from = ub_text_find(text, UB_TEXT("DTSTART;"), 0),
	       to = ub_text_find(text, UB_TEXT("SUMMARY"), 0);
	size_t other_from = ub_text_find(other, UB_TEXT("DTSTART;"), 0),
	       other_to = ub_text_find(other, UB_TEXT("SUMMARY"), 0);
	text = ub_textf(desk.arena, "%.*s%.*sSTATUS:CANCELLED\r\n%s", (int)from, text.ptr,
	    (int)(other_to - other_from), other.ptr + other_from, text.ptr + to);
	text = replaced(&desk, text, "ROLE=CHAIR;PARTSTAT=ACCEPTED", "ROLE=CHAIR;PARTSTAT=DECLINED");
	cr_expect_eq(ub_ical_user_changes(parsed(&desk, text), desk.zones, desk.arena),
	    UB_PROPERTY_TIME | UB_PROPERTY_STATE);
	item.anew = true;
	text = revised(&desk, text, &item, UB_PROPERTY_ALL, &written);
	cr_expect_eq(written, UB_PROPERTY_TIME | UB_PROPERTY_STATE);
	check_lacks(text, "CANCELLED");
	check_lacks(text, "DECLINED");
	check_has(text, "PARTSTAT=ACCEPTED");
	cr_expect_eq(ub_ical_user_changes(parsed(&desk, text), desk.zones, desk.arena), 0);
	desk_close(&desk);
}
