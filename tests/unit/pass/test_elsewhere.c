/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#define MOVED "/alice/meetings/name-of-the-server.ics"

TestSuite(pass_elsewhere, .init = world_set_up, .fini = world_tear_down);

/* The meeting has its items and is gone, and the time in which it may turn up is over. */
static void lose_the_meeting(void)
{
	store_and_run();
	upstream_delete(up, MEETING, "");
	now += UB_DELETION_GRACE_SECONDS;
}

static enum ub_pass_end look_where_it_stood(void)
{
	return run_from(MEETING, NOW);
}

static size_t items(void)
{
	return upstream_containing(up, "X-UPBEAT-ITEM:");
}

static bool is_remembered(const char *href)
{
	struct ub_store_seen seen;
	return ub_store_seen(store, ub_organization, UB_TEXT("up"), ub_text(href), arena, &seen) ==
	       UB_STORE_OK;
}

Test(pass_elsewhere, keeps_the_items_of_a_meeting_that_has_another_name_by_now)
{
	lose_the_meeting();
	day = "20261119";
	store_meeting(MOVED, guest, "");
	cr_assert_eq(look_where_it_stood(), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(items(), 2, "%s", why);
	cr_assert(is_remembered(MOVED) && !is_remembered(MEETING));
	struct ub_job job;
	cr_assert_eq(ub_store_take(store, now * 1000, UB_LEASE_MS, arena, &job), UB_STORE_OK);
	cr_assert(ub_text_is(job.key.href, MOVED), "%.*s", UB_ARGS(job.key.href));
	cr_assert_eq(pass_of(&job), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(upstream_containing(up, "DTSTART;TZID=Europe/Berlin:20261116T090000"), 1,
	    "the item follows: %s", why);
	cr_assert_eq(items(), 2, "%s", why);
}

Test(pass_elsewhere, finds_the_meeting_in_another_calendar_of_its_owner)
{
	lose_the_meeting();
	upstream_store(up, "/alice/meetings/", "");
	upstream_store(up, "/alice/archive/", "");
	store_meeting("/alice/archive/a.ics", guest, "");
	cr_assert_eq(look_where_it_stood(), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(items(), 2, "%s", why);
	cr_assert(is_remembered("/alice/archive/a.ics"));
}

Test(pass_elsewhere, takes_nothing_else_for_the_meeting)
{
	lose_the_meeting();
	/* The UID is a part of this one, and another object's comment. */
	upstream_store(up, "/alice/meetings/other.ics",
	    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//test//EN\r\nBEGIN:VEVENT\r\nUID:m-12\r\n"
	    "DTSTAMP:20261101T000000Z\r\nDTSTART:20261112T130000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
	upstream_store(up, "/alice/meetings/page.ics", "<html>UID:m-1</html>");
	upstream_store(up, "/alice/meetings/task.ics",
	    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//test//EN\r\nBEGIN:VTODO\r\nUID:m-1\r\n"
	    "DTSTAMP:20261101T000000Z\r\nSUMMARY:Roadmap\r\nEND:VTODO\r\nEND:VCALENDAR\r\n");
	cr_assert_eq(look_where_it_stood(), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(items(), 0, "%s", why);
}

Test(pass_elsewhere, believes_no_server_that_finds_everything)
{
	lose_the_meeting();
	for (int i = 0; i <= UB_DAV_SAME_UID_MAX; i++) {
		struct ub_text path = ub_textf(arena, "/alice/meetings/%d.ics", i);
		upstream_store(up, path.ptr, "something");
	}
	upstream_ignore_filters(up);
	size_t gets = upstream_requests(up, "GET");
	cr_assert_eq(look_where_it_stood(), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(items(), 0, "%s", why);
	cr_assert_leq(upstream_requests(up, "GET"), gets + 5, "none of them is looked at");
}

Test(pass_elsewhere, takes_the_items_away_where_the_server_refuses_to_look)
{
	lose_the_meeting();
	store_meeting(MOVED, guest, "");
	upstream_fail(up, "REPORT", 1, 403);
	cr_assert_eq(look_where_it_stood(), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(items(), 0, "%s", why);
}

/* The same when it was tried often. */
static enum ub_pass_end look_late(void)
{
	struct ub_job job;
	struct ub_key key = { UB_KEY_OBJECT, UB_TEXT("up"), UB_TEXT(MEETING), UB_TEXT("alice"),
		UB_TEXT_NONE };
	cr_assert_eq(ub_store_put(store, &key, 1, NOW * 1000, 0), UB_STORE_OK);
	cr_assert_eq(ub_store_take(store, now * 1000, UB_LEASE_MS, arena, &job), UB_STORE_OK);
	job.attempts = UB_UID_SEARCHES_MAX + 1;
	return pass_of(&job);
}

Test(pass_elsewhere, asks_a_server_again_that_cannot_say_but_not_for_ever)
{
	lose_the_meeting();
	store_meeting(MOVED, guest, "");
	upstream_fail(up, "REPORT", 1, 503);
	cr_assert_eq(look_where_it_stood(), UB_PASS_AGAIN, "%s", why);
	cr_assert_eq(items(), 2, "%s", why);
	upstream_fail(up, "REPORT", 1, 500);
	cr_assert_eq(look_late(), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(items(), 0, "%s", why);
}

Test(pass_elsewhere, waits_for_the_user_when_his_credentials_are_refused_meanwhile)
{
	lose_the_meeting();
	upstream_fail(up, "REPORT", 1, 401);
	cr_assert_eq(look_where_it_stood(), UB_PASS_DENIED, "%s", why);
	cr_assert_eq(items(), 2, "%s", why);
}

/* A second copy in another calendar of hers, which has the same items; then both are gone. */
static void lose_two_copies(void)
{
	store_and_run();
	upstream_store(up, "/alice/archive/", "");
	store_meeting("/alice/archive/a.ics", guest, "");
	cr_assert_eq(run_on("/alice/archive/a.ics"), UB_PASS_SETTLED, "%s", why);
	cr_assert(is_remembered("/alice/archive/a.ics"));
	upstream_delete(up, "/alice/archive/a.ics", "");
	upstream_delete(up, MEETING, "");
	now += UB_DELETION_GRACE_SECONDS;
}

Test(pass_elsewhere, takes_the_items_away_where_the_server_refuses_what_is_known_of_another_copy)
{
	lose_two_copies();
	upstream_fail(up, "GET", 2, 403);
	cr_assert_eq(look_where_it_stood(), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(items(), 0, "%s", why);
	cr_assert_not(is_remembered(MEETING));
}

Test(pass_elsewhere, looks_for_another_copy_that_is_known_again_but_not_for_ever)
{
	lose_two_copies();
	upstream_fail(up, "GET", 2, 500);
	cr_assert_eq(look_where_it_stood(), UB_PASS_AGAIN, "%s", why);
	cr_assert_eq(items(), 2, "%s", why);
	upstream_fail(up, "GET", 2, 500);
	cr_assert_eq(look_late(), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(items(), 0, "%s", why);
}
