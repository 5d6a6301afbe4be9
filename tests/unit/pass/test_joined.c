/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "world.h"

/* A customer invites alice and bob one by one, so that neither copy of the meeting names the other one. Alice
 * has the items. */

TestSuite(joined, .init = world_set_up, .fini = world_tear_down);

#define BOBS "/bob/meetings/meeting.ics"

/* Thursdays; the prep calls are on the Mondays before. */
#define SERIES   "RRULE:FREQ=WEEKLY\r\n"
#define INSTANCE "RECURRENCE-ID:20261119T130000Z\r\n"

/* A component for `day`, in which the guests are these lines. */
static const char *event_of(const char *guests, const char *more)
{
	return ub_textf(arena,
	    "BEGIN:VEVENT\r\nUID:m-1\r\nDTSTAMP:20261101T000000Z\r\n%sDTSTART:%sT130000Z\r\nDTEND:%"
	    "sT140000Z\r\n"
	    "SUMMARY:Roadmap\r\nORGANIZER:mailto:cto@acme.example\r\nATTENDEE:mailto:cto@acme.example\r\n%s"
	    "END:VEVENT\r\n",
	    more, day, day, guests)
	    .ptr;
}

static struct ub_text object_of(const char *events)
{
	return ub_textf(arena,
	    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//test//EN\r\n%sEND:VCALENDAR\r\n", events);
}

static const char *both(const char *first, const char *second)
{
	return ub_textf(arena, "%s%s", first, second).ptr;
}

static const char *on(const char *other_day, const char *guests, const char *more)
{
	const char *before = day;
	day = other_day;
	const char *event = event_of(guests, more);
	day = before;
	return event;
}

static const char alice[] = "ATTENDEE:mailto:alice@ours.example\r\n";
static const char bob[] = "ATTENDEE:mailto:bob@ours.example\r\n";
static const char bob_declined[] = "ATTENDEE;PARTSTAT=DECLINED:mailto:bob@ours.example\r\n";

/* Bob's copy, as it was last seen. */
static void bob_has(const char *events)
{
	const struct ub_store_seen seen = { .organization = ub_organization,
		.meeting_uid = UB_TEXT("m-1"),
		.upstream = UB_TEXT("up"),
		.href = UB_TEXT(BOBS),
		.owner = UB_TEXT("bob@ours.example"),
		.text = object_of(events),
		.end = (NOW + 864000) * 1000,
		.changed = NOW * 1000 };
	cr_assert_eq(ub_store_put_seen(store, &seen), UB_STORE_OK);
}

/* Alice's copy is looked at: on which days prep calls are, and a B behind those to which bob is invited. */
static const char *prep_calls(const char *events)
{
	struct ub_store_items items;
	struct ub_buf out = UB_BUF(arena);
	upstream_store(up, MEETING, object_of(events).ptr);
	cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(ub_store_items(store, ub_organization, UB_TEXT("m-1"), arena, &items), UB_STORE_OK);
	for (int date = 9; date < 30; date++)
		for (size_t i = 0; i < items.n; i++) {
			const struct ub_store_item *item = &items.items[i];
			const char *text = upstream_object(up, item->href.ptr);
			bool prep = text && ub_text_is(item->id, "prep/prep");
			if (prep && ub_cal_civil(ub_cal_utc(), item->outcome.start / 1000).day == date)
				ub_buf_printf(&out, "%s%d%s", ub_buf_text(&out).len ? " " : "", date,
				    strstr(text, "bob@ours.example") ? "B" : "");
		}
	return ub_buf_cstr(&out);
}

Test(joined, come_to_a_meeting_by_copies_of_their_own)
{
	cr_expect_str_eq(prep_calls(event_of(alice, "")), "9", "he is not known yet");
	bob_has(event_of(bob, ""));
	cr_expect_str_eq(prep_calls(event_of(alice, "")), "9B");
	bob_has(event_of(bob_declined, ""));
	cr_expect_str_eq(prep_calls(event_of(alice, "")), "9", "he has declined");
	bob_has(event_of(bob, "STATUS:CANCELLED\r\n"));
	cr_expect_str_eq(prep_calls(event_of(alice, "")), "9", "he was disinvited");
}

Test(joined, come_to_all_of_a_series)
{
	cr_expect_str_eq(prep_calls(event_of(alice, SERIES)), "9 16");
	bob_has(event_of(bob, SERIES));
	cr_expect_str_eq(prep_calls(event_of(alice, SERIES)), "9B 16B");
	bob_has(event_of(bob_declined, SERIES));
	cr_expect_str_eq(prep_calls(event_of(alice, SERIES)), "9 16");
}

Test(joined, come_to_the_instance_alone_to_which_they_are_invited)
{
	bob_has(on("20261119", bob, INSTANCE));
	cr_expect_str_eq(prep_calls(event_of(alice, SERIES)), "9 16B");
	bob_has(on("20261119", bob_declined, INSTANCE));
	cr_expect_str_eq(prep_calls(event_of(alice, SERIES)), "9 16");
}

Test(joined, come_to_an_instance_wherever_it_has_moved)
{
	bob_has(on("20261119", bob, INSTANCE));
	cr_expect_str_eq(prep_calls(both(event_of(alice, SERIES), on("20261120", alice, INSTANCE))), "9 17B");
}

Test(joined, do_not_come_to_an_instance_that_they_have_declined)
{
	bob_has(both(event_of(bob, SERIES), on("20261119", bob_declined, INSTANCE)));
	cr_expect_str_eq(prep_calls(event_of(alice, SERIES)), "9B 16");
	bob_has(event_of(bob, SERIES "EXDATE:20261112T130000Z\r\n"));
	cr_expect_str_eq(prep_calls(event_of(alice, SERIES)), "9 16B");
}

Test(joined, come_to_the_instance_alone_to_which_the_owner_is_invited)
{
	bob_has(event_of(bob, SERIES));
	cr_expect_str_eq(prep_calls(on("20261119", alice, INSTANCE)), "16B");
}

Test(joined, come_to_an_instance_that_does_not_name_them_when_the_series_does)
{
	const char *copy = both(event_of(both(alice, bob), SERIES), on("20261119", alice, INSTANCE));
	cr_expect_str_eq(prep_calls(copy), "9B 16");
	bob_has(both(event_of(bob, SERIES), on("20261119", bob, INSTANCE)));
	cr_expect_str_eq(prep_calls(copy), "9B 16B");
}

Test(joined, come_to_the_first_date_of_a_series_that_cannot_be_expanded)
{
	bob_has(event_of(bob, "RRULE:FREQ=SECONDLY\r\n"));
	cr_expect_str_eq(prep_calls(event_of(alice, "RRULE:FREQ=SECONDLY\r\n")), "9B");
}

/* Bob's copy may be an old one. */
Test(joined, are_nobody_whom_the_organizer_does_not_name)
{
	bob_has(event_of(bob, ""));
	const char *text = event_of(alice, "");
	const char *own = ub_textf(arena, "%.*sORGANIZER:mailto:alice@ours.example%s",
	    (int)(strstr(text, "ORGANIZER") - text), text, strstr(text, "\r\nATTENDEE"))
			      .ptr;
	cr_expect_str_eq(prep_calls(own), "9");
}

Test(joined, are_none_from_outside)
{
	const struct ub_store_seen seen = { .organization = ub_organization,
		.meeting_uid = UB_TEXT("m-1"),
		.upstream = UB_TEXT("up"),
		.href = UB_TEXT(BOBS),
		.owner = UB_TEXT("eve@elsewhere.example"),
		.text = object_of(event_of("ATTENDEE:mailto:eve@elsewhere.example\r\n", "")),
		.end = (NOW + 864000) * 1000,
		.changed = NOW * 1000 };
	cr_assert_eq(ub_store_put_seen(store, &seen), UB_STORE_OK);
	cr_expect_str_eq(prep_calls(event_of(alice, "")), "9");
	cr_expect_eq(upstream_containing(up, "eve@elsewhere.example"), 0);
}

/* ---- the other way round: bob has the items, and alice's copy is looked at ---- */

static bool bobs_is_looked_at(const char *bobs, const char *alices)
{
	const struct ub_store_item item = { .organization = ub_organization,
		.meeting_uid = UB_TEXT("m-1"),
		.identity = UB_TEXT("bobs-mark"),
		.owner = UB_TEXT("bob@ours.example"),
		.upstream = UB_TEXT("up"),
		.uid = UB_TEXT("bobs-uid"),
		.href = UB_TEXT("/bob/meetings/bobs-uid.ics"),
		.state = UB_ITEM_EXISTS,
		.changed = NOW * 1000 };
	struct ub_job job;
	cr_assert_eq(ub_store_put_item(store, &item), UB_STORE_OK);
	bob_has(bobs);
	upstream_store(up, MEETING, object_of(alices).ptr);
	cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED, "%s", why);
	cr_assert_str_eq(why, "its items are in a colleague's calendar");
	bool put = ub_store_take(store, now * 1000, UB_LEASE_MS, arena, &job) == UB_STORE_OK;
	cr_assert(!put || ub_text_is(job.key.href, BOBS), "%.*s", UB_ARGS(job.key.href));
	return put;
}

Test(joined, have_the_owners_copy_looked_at_once)
{
	cr_expect(bobs_is_looked_at(event_of(bob, ""), event_of(alice, "")));
	cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED, "%s", why);
	struct ub_job job;
	cr_expect_eq(ub_store_take(store, now * 1000, UB_LEASE_MS, arena, &job), UB_STORE_NONE,
	    "their copy is the same as before");
}

Test(joined, have_a_series_looked_at)
{
	cr_expect(bobs_is_looked_at(event_of(bob, SERIES), event_of(alice, SERIES)));
}

Test(joined, have_a_series_looked_at_for_one_instance)
{
	cr_expect(bobs_is_looked_at(event_of(bob, SERIES), on("20261119", alice, INSTANCE)));
}

Test(joined, have_nothing_looked_at_that_names_them)
{
	cr_expect_not(bobs_is_looked_at(event_of(both(alice, bob), ""), event_of(both(alice, bob), "")));
}

Test(joined, have_no_series_looked_at_that_names_them_throughout)
{
	const char *copy =
	    both(event_of(both(alice, bob), SERIES), on("20261119", both(alice, bob), INSTANCE));
	cr_expect_not(bobs_is_looked_at(copy, copy));
}

Test(joined, have_a_series_looked_at_of_which_one_instance_does_not_name_them)
{
	const char *copy = both(event_of(both(alice, bob), SERIES), on("20261119", bob, INSTANCE));
	cr_expect(bobs_is_looked_at(copy, event_of(both(alice, bob), SERIES)));
}
