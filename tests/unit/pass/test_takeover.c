/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

/* Bob has had the items of the meeting, and Upbeat has removed them. Alice gets items of her own. */

TestSuite(takeover, .init = world_set_up, .fini = world_tear_down);

#define LEFTOVER "/alice/meetings/delivered.ics"

/* When bob's item was removed, in milliseconds. */
static int64_t removed = NOW * 1000;

static void bob_had_items(void)
{
	const struct ub_store_item item = { .organization = ub_organization,
		.meeting_uid = UB_TEXT("m-1"),
		.identity = UB_TEXT("bobs-mark"),
		.id = UB_TEXT("prep/prep"),
		.owner = UB_TEXT("bob@ours.example"),
		.upstream = UB_TEXT("up"),
		.uid = UB_TEXT("bobs-uid"),
		.href = UB_TEXT("/bob/meetings/bobs-uid.ics"),
		.state = UB_ITEM_REMOVED,
		.changed = NOW * 1000,
		.outcome = { .kind = UB_OUTCOME_EVENT, .gone = removed } };
	cr_assert_eq(ub_store_put_item(store, &item), UB_STORE_OK);
}

/* His copy of the meeting, as it was last seen. */
static void bob_has_answered(const char *partstat)
{
	const struct ub_store_seen seen = { .organization = ub_organization,
		.meeting_uid = UB_TEXT("m-1"),
		.upstream = UB_TEXT("up"),
		.href = UB_TEXT("/bob/meetings/meeting.ics"),
		.owner = UB_TEXT("bob@ours.example"),
		.text = ub_textf(arena,
		    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//test//"
		    "EN\r\nBEGIN:VEVENT\r\nUID:m-1\r\n"
		    "DTSTAMP:20261101T000000Z\r\nDTSTART:20261112T130000Z\r\n"
		    "ATTENDEE;PARTSTAT=%s:mailto:bob@ours.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
		    partstat),
		.end = (NOW + 864000) * 1000,
		.changed = NOW * 1000 };
	cr_assert_eq(ub_store_put_seen(store, &seen), UB_STORE_OK);
}

/* Whether bob is invited to what alice gets. */
static bool bob_is_invited(void)
{
	store_and_run();
	cr_assert_eq(upstream_containing(up, "X-UPBEAT-ITEM"), 2, "%s", why);
	return upstream_containing(up, "mailto:bob@ours.example") == 2; /* the meeting lists him */
}

Test(takeover, invites_who_has_never_had_items)
{
	cr_expect(bob_is_invited());
}

Test(takeover, invites_nobody_who_has_deleted_his_copy)
{
	bob_had_items();
	cr_expect_not(bob_is_invited());
}

Test(takeover, invites_nobody_who_has_declined_in_his_copy)
{
	bob_had_items();
	bob_has_answered("DECLINED");
	cr_expect_not(bob_is_invited());
}

Test(takeover, invites_who_has_had_items_and_comes)
{
	bob_had_items();
	bob_has_answered("ACCEPTED");
	cr_expect(bob_is_invited());
}

/* What alice's calendar has under bob's UID. */
static void deliver(const char *mark, const char *status, const char *organizer)
{
	upstream_store(up, LEFTOVER,
	    ub_textf(arena,
		"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//test//"
		"EN\r\nBEGIN:VEVENT\r\nUID:bobs-uid\r\n"
		"DTSTAMP:20261101T000000Z\r\nDTSTART:20261110T130000Z\r\nSTATUS:%s\r\nX-UPBEAT-ITEM:%s\r\n"
		"ORGANIZER:mailto:%s@ours.example\r\nATTENDEE:mailto:alice@ours.example\r\n"
		"END:VEVENT\r\nEND:VCALENDAR\r\n",
		status, mark, organizer)
		.ptr);
}

static bool is_left(const char *mark, const char *status, const char *organizer)
{
	bob_had_items();
	deliver(mark, status, organizer);
	store_meeting(MEETING, guest, "");
	cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED, "%s", why);
	return upstream_object(up, LEFTOVER) != NULL;
}

Test(takeover, removes_what_is_left_of_the_others_item)
{
	cr_expect_not(is_left("bobs-mark", "CANCELLED", "bob"));
}

Test(takeover, does_not_search_for_what_was_removed_long_ago)
{
	removed = NOW * 1000 - UB_LEFTOVER_MS;
	cr_expect(is_left("bobs-mark", "CANCELLED", "bob"));
	cr_expect_eq(upstream_requests(up, "REPORT"), 0);
}

/* Carol has taken the meeting over, and alice has had bob's item, too. */
Test(takeover, removes_what_is_left_with_the_others_who_come)
{
	const struct ub_store_item item = { .organization = ub_organization,
		.meeting_uid = UB_TEXT("m-1"),
		.identity = UB_TEXT("carols-mark"),
		.owner = UB_TEXT("carol@ours.example"),
		.upstream = UB_TEXT("up"),
		.uid = UB_TEXT("carols-uid"),
		.href = UB_TEXT("/carol/meetings/carols-uid.ics"),
		.state = UB_ITEM_EXISTS,
		.changed = NOW * 1000 };
	cr_assert_eq(ub_store_put_item(store, &item), UB_STORE_OK);
	cr_expect_not(is_left("bobs-mark", "CANCELLED", "bob"));
	cr_expect_eq(upstream_containing(up, "X-UPBEAT-ITEM"), 0, "alice gets nothing of her own");
}

Test(takeover, leaves_an_item_that_stands)
{
	cr_expect(is_left("bobs-mark", "CONFIRMED", "bob"));
}

Test(takeover, leaves_what_is_no_item)
{
	cr_expect(is_left("another-mark", "CANCELLED", "bob"));
}

Test(takeover, leaves_what_the_user_has_called_off_herself)
{
	cr_expect(is_left("bobs-mark", "CANCELLED", "alice"));
}

Test(takeover, goes_on_where_the_server_refuses_the_search)
{
	upstream_fail(up, "REPORT", 1, 403);
	cr_expect(is_left("bobs-mark", "CANCELLED", "bob"));
}
