/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "fixture.h"
#include "leaks.h"
#include "revision.h"

TestSuite(class, .fini = ub_leak_check);

static size_t count(struct ub_text text, const char *part)
{
	size_t n = 0, at = 0;
	for (; (at = ub_text_find(text, ub_text(part), at)) != SIZE_MAX; at++)
		n++;
	return n;
}

Test(class, follows_the_class_of_the_meeting)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	struct ub_text text = unfolded(&desk, &item);
	check_lacks(text, "CLASS");
	item.class = UB_CLASS_PRIVATE;
	text = changed(&desk, text, &item, UB_PROPERTY_STATE);
	check_has(text, "CLASS:PRIVATE\r\n");
	item.class = UB_CLASS_CONFIDENTIAL;
	text = changed(&desk, text, &item, UB_PROPERTY_STATE);
	check_has(text, "CLASS:CONFIDENTIAL\r\n");
	cr_assert_eq(count(text, "CLASS:"), 1);
	changed(&desk, text, &item, 0);
	item.class = UB_CLASS_PUBLIC;
	check_lacks(changed(&desk, text, &item, UB_PROPERTY_STATE), "CLASS");
	item.class = UB_CLASS_PRIVATE;
	check_has(written_as(&desk, &item, false), "CLASS:PRIVATE\r\n");
	desk_close(&desk);
}

/* Whatever the user changed, and whatever must not be written for another reason. */
Test(class, never_shows_more_than_the_meeting_does)
{
	static const struct {
		const char *from, *to;
		unsigned may_write;
	} cases[] = {
		{ "CREATED", "TRANSP:TRANSPARENT\r\nCREATED",
		    UB_PROPERTY_ALL & ~(unsigned)UB_PROPERTY_STATE },
		{ "CREATED", "CLASS:PUBLIC\r\nCREATED", UB_PROPERTY_ALL & ~(unsigned)UB_PROPERTY_STATE },
		{ "CREATED", "CLASS:CONFIDENTIAL\r\nCREATED",
		    UB_PROPERTY_ALL & ~(unsigned)UB_PROPERTY_STATE },
		{ "CREATED", "CREATED", 0 },
		{ "X-UPBEAT-BASE:1", "X-UPBEAT-BASE:?", UB_PROPERTY_ALL },
	};
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	struct ub_text text = unfolded(&desk, &item);
	item.class = UB_CLASS_PRIVATE;
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		unsigned written;
		struct ub_text shown = replaced(&desk, text, cases[i].from, cases[i].to);
		shown = revised(&desk, shown, &item, cases[i].may_write, &written);
		cr_assert_eq(written, UB_PROPERTY_STATE, "%zu", i);
		cr_assert_eq(count(shown, "CLASS:PRIVATE\r\n"), 1, "%.*s", UB_ARGS(shown));
		cr_assert_eq(count(shown, "CLASS:"), 1, "%.*s", UB_ARGS(shown));
		struct ub_text again = revised(&desk, shown, &item, cases[i].may_write, &written);
		cr_assert(written == 0 && ub_text_eq(again, shown));
	}
	desk_close(&desk);
}

Test(class, leaves_what_its_user_hides_more_than_the_meeting)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	struct ub_text text = replaced(&desk, unfolded(&desk, &item), "CREATED", "CLASS:PRIVATE\r\nCREATED");
	item.class = UB_CLASS_CONFIDENTIAL;
	unsigned written;
	revised(&desk, text, &item, UB_PROPERTY_ALL & ~(unsigned)UB_PROPERTY_STATE, &written);
	cr_assert_eq(written, 0);
	desk_close(&desk);
}

/* Hiding is no change by the user's hand: the item can be shown again. */
Test(class, is_not_taken_for_the_users_hand)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	struct ub_text text = replaced(&desk, unfolded(&desk, &item), "BEGIN:VEVENT",
	    "BEGIN:VEVENT\r\nUID:x\r\nRECURRENCE-ID:20261109T080000Z\r\nDTSTART:20261109T080000Z\r\n"
	    "END:VEVENT\r\nBEGIN:VEVENT");
	text = replaced(&desk, text, "UID:x",
	    ub_text_cstr(desk.arena, ub_textf(desk.arena, "UID:%.*s", UB_ARGS(item.uid))));
	bool hidden;
	text = ub_ical_hide(parsed(&desk, text), UB_CLASS_CONFIDENTIAL, desk.zones, &hidden, desk.arena);
	cr_assert(hidden);
	cr_assert_eq(count(text, "CLASS:CONFIDENTIAL\r\n"), 2, "each component: %.*s", UB_ARGS(text));
	cr_assert_eq(ub_ical_user_changes(parsed(&desk, text), desk.zones, desk.arena), 0);
	ub_ical_hide(parsed(&desk, text), UB_CLASS_CONFIDENTIAL, desk.zones, &hidden, desk.arena);
	cr_assert_not(hidden);
	desk_close(&desk);
}
