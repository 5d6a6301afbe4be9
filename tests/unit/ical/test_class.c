/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "fixture.h"
#include "leaks.h"
#include "revision.h"

TestSuite(class, .fini = ub_leak_check);

/* What Upbeat wrote, each line whole. */
static struct ub_text unfolded(struct desk *desk, const struct ub_item *item)
{
	return replaced(desk, written_as(desk, item, false), "\r\n ", "");
}

static struct ub_text revised(
    struct desk *desk, struct ub_text text, const struct ub_item *item, unsigned may_write, unsigned *written)
{
	struct ub_ical_writing writing = writing_at(desk, "2026-11-05T09:00:00Z");
	bool overlap;
	struct ub_text revision =
	    ub_ical_revise(parsed(desk, text), item, may_write, &writing, written, &overlap, desk->arena);
	cr_assert_not(overlap);
	cr_assert_not_null(
	    ub_ical_read(revision, desk->zones, desk->arena, &desk->refusal), "%.*s", UB_ARGS(revision));
	return revision;
}

/* The revision of all that may be, in which these must have been written, without folds. */
static struct ub_text changed(
    struct desk *desk, struct ub_text text, const struct ub_item *item, unsigned expected)
{
	unsigned written;
	struct ub_text revision = revised(desk, text, item, UB_PROPERTY_ALL, &written);
	cr_assert_eq(written, expected, "%x: %.*s", written, UB_ARGS(revision));
	return ub_text_find(revision, UB_TEXT("\r\n "), 0) == SIZE_MAX
		   ? revision
		   : replaced(desk, revision, "\r\n ", "");
}

#define check_has(text, part)   cr_assert(has(text, part), "no %s in\n%.*s", part, UB_ARGS(text))
#define check_lacks(text, part) cr_assert(!has(text, part), "%s in\n%.*s", part, UB_ARGS(text))

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
		{ "TRANSP:OPAQUE", "TRANSP:TRANSPARENT", UB_PROPERTY_ALL & ~(unsigned)UB_PROPERTY_STATE },
		{ "TRANSP:OPAQUE", "CLASS:PUBLIC", UB_PROPERTY_ALL & ~(unsigned)UB_PROPERTY_STATE },
		{ "TRANSP:OPAQUE", "CLASS:CONFIDENTIAL", UB_PROPERTY_ALL & ~(unsigned)UB_PROPERTY_STATE },
		{ "TRANSP:OPAQUE", "TRANSP:OPAQUE", 0 },
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
	struct ub_text text = replaced(&desk, unfolded(&desk, &item), "TRANSP", "CLASS:PRIVATE\r\nTRANSP");
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
