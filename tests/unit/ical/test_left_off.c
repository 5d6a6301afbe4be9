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
	next->declines = (struct ub_declines){ &ben, 1, 1 };
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
