/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

TestSuite(pass_following, .init = world_set_up, .fini = world_tear_down);

Test(pass_following, takes_the_items_along_when_the_meeting_moves)
{
	store_and_run();
	size_t puts = upstream_requests(up, "PUT");
	day = "20261119";
	store_meeting(MEETING, guest, "");
	cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(upstream_requests(up, "PUT"), puts + 2, "%s", why);
	cr_assert_eq(upstream_count(up, "/alice/meetings/"), 3, "in place");
	cr_assert_eq(upstream_containing(up, "DTSTART;TZID=Europe/Berlin:20261116T090000"), 1);
	cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED);
	cr_assert_eq(upstream_requests(up, "PUT"), puts + 2, "a second pass writes nothing: %s", why);
}

Test(pass_following, takes_the_items_away_with_a_meeting_that_is_called_off_or_loses_its_guest)
{
	store_and_run();
	store_meeting(MEETING, guest, "STATUS:CANCELLED\r\n");
	cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(upstream_count(up, "/alice/meetings/"), 1, "%s", why);
	store_and_run();
	cr_assert_eq(upstream_count(up, "/alice/meetings/"), 3, "%s", why);
	cr_assert_eq(upstream_containing(up, "X-UPBEAT-GENERATION:2"), 2, "a UID is never used again");
	store_meeting(MEETING, "", "");
	cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(upstream_count(up, "/alice/meetings/"), 1, "%s", why);
}

Test(pass_following, knows_its_items_without_their_marks)
{
	store_and_run();
	size_t puts = upstream_requests(up, "PUT");
	upstream_drop_lines(up, "X-UPBEAT-");
	cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(upstream_requests(up, "PUT"), puts, "nothing is to be changed: %s", why);
	day = "20261119";
	store_meeting(MEETING, guest, "");
	cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(upstream_requests(up, "PUT"), puts + 2, "%s", why);
	cr_assert_eq(upstream_containing(up, "DTSTART;TZID=Europe/Berlin:20261116T090000"), 1);
	cr_assert_eq(upstream_containing(up, "X-UPBEAT-ITEM:"), 2, "they have their marks again");
	cr_assert_eq(upstream_containing(up, "X-UPBEAT-RULE:"), 2);
	cr_assert_eq(upstream_containing(up, "X-UPBEAT-GENERATION:1"), 2);
	upstream_drop_lines(up, "X-UPBEAT-");
	upstream_drop_lines(up, "SUMMARY:Prep");
	day = "20261126";
	store_meeting(MEETING, guest, "");
	cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(upstream_containing(up, "DTSTART;TZID=Europe/Berlin:20261123T090000"), 1);
	cr_assert_eq(upstream_containing(up, "SUMMARY:Prep"), 0, "what the user changed stays his");
	cr_assert_eq(upstream_count(up, "/alice/meetings/"), 3, "%s", why);
}

Test(pass_following, knows_its_items_without_their_marks_after_a_removal_that_was_refused)
{
	store_and_run();
	store_meeting(MEETING, guest, "STATUS:CANCELLED\r\n");
	upstream_fail(up, "DELETE", 2, 403);
	cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(upstream_containing(up, "SUMMARY:Prep"), 1, "%s", why);
	upstream_drop_lines(up, "X-UPBEAT-");
	day = "20261119";
	store_and_run();
	cr_assert_eq(upstream_containing(up, "DTSTART;TZID=Europe/Berlin:20261116T090000"), 1, "%s", why);
}

Test(pass_following, takes_items_without_marks_for_the_users_own_when_its_memory_is_lost)
{
	store_and_run();
	size_t puts = upstream_requests(up, "PUT");
	upstream_drop_lines(up, "X-UPBEAT-");
	ub_store_close(&store);
	store = ub_store_memory_open();
	day = "20261119";
	store_meeting(MEETING, guest, "");
	for (int i = 0; i < 2; i++) {
		cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED, "%s", why);
		cr_assert_eq(upstream_requests(up, "PUT"), puts, "they stay as they are: %s", why);
	}
	struct ub_store_items items = { 0 };
	cr_assert_eq(ub_store_items(store, ub_organization, UB_TEXT("m-1"), arena, &items), UB_STORE_OK);
	cr_assert_eq(items.n, 2);
	cr_assert(ub_text_is(items.items[0].base, UB_STORE_BASE_LOST), "%.*s", UB_ARGS(items.items[0].base));
	store_meeting(MEETING, guest, "STATUS:CANCELLED\r\n");
	cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(upstream_count(up, "/alice/meetings/"), 1, "they go with the meeting: %s", why);
	store_and_run();
	cr_assert_eq(upstream_containing(up, "X-UPBEAT-GENERATION:2"), 2, "a UID is never used again");
}

Test(pass_following, takes_along_what_is_ahead_when_a_meeting_is_moved_into_the_past)
{
	store_and_run();
	day = "20261020";
	store_meeting(MEETING, guest, "");
	upstream_fail(up, "DELETE", 2, 503);
	cr_assert_eq(run_on(MEETING), UB_PASS_AGAIN, "%s", why);
	cr_assert_eq(upstream_count(up, "/alice/meetings/"), 2, "%s", why);
	cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED, "a pass that was cut short is made up for: %s", why);
	cr_assert_eq(upstream_count(up, "/alice/meetings/"), 1, "%s", why);
	day = "20261119";
	store_and_run();
	cr_assert_eq(upstream_count(up, "/alice/meetings/"), 3, "%s", why);
}

Test(pass_following, takes_the_items_along_when_another_object_takes_the_meetings_place)
{
	store_and_run();
	upstream_store(up, MEETING,
	    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//test//EN\r\nBEGIN:VTODO\r\nUID:m-1\r\n"
	    "DTSTAMP:20261101T000000Z\r\nSUMMARY:Roadmap\r\nEND:VTODO\r\nEND:VCALENDAR\r\n");
	cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(upstream_count(up, "/alice/meetings/"), 1, "%s", why);
}
