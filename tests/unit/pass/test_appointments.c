/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "store-private.h"
#include "upbeat/decision.h"
#include "upbeat/settings.h"
#include "world.h"

/* When people are taken: what passes tell the store, and where they put items. */

TestSuite(appointments, .init = world_set_up, .fini = world_tear_down);

/* An event of alice and bob, or of alice alone, on the day of the prep call. */
static void store_event(
    const char *name, const char *uid, const char *from, const char *until, const char *more)
{
	struct ub_text text = ub_textf(arena,
	    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//test//EN\r\nBEGIN:VEVENT\r\nUID:%s\r\n"
	    "DTSTAMP:20261101T000000Z\r\nDTSTART:20261109T%s00Z\r\nDTEND:20261109T%s00Z\r\n"
	    "SUMMARY:Not for the store\r\n%sEND:VEVENT\r\nEND:VCALENDAR\r\n",
	    uid, from, until, more);
	upstream_store(up, ub_textf(arena, "/alice/meetings/%s.ics", name).ptr, text.ptr);
}

static const char internal[] = "ORGANIZER:mailto:alice@ours.example\r\nATTENDEE:mailto:alice@ours.example\r\n"
			       "ATTENDEE:mailto:bob@ours.example\r\n";

/* How many events take a person. */
static size_t taken(const char *person)
{
	struct ub_store_appointments found;
	cr_assert_eq(
	    ub_store_appointments(store, ub_organization, ub_text(person), 0, INT64_MAX, arena, &found),
	    UB_STORE_OK);
	return found.n;
}

Test(appointments, notes_whom_events_of_any_kind_take)
{
	static const struct {
		const char *more;
		size_t alice, bob;
	} cases[] = {
		{ internal, 1, 1 },
		{ "CLASS:PRIVATE\r\n", 1, 0 },
		{ "TRANSP:TRANSPARENT\r\n", 0, 0 },
		{ "STATUS:CANCELLED\r\n", 0, 0 },
		{ "RRULE:FREQ=WEEKLY;COUNT=3\r\n", 3, 0 },
		{ "RRULE:FREQ=WEEKLY;COUNT=3\r\nEXDATE:20261116T090000Z\r\n", 2, 0 },
		{ "RRULE:FREQ=DAILY;BYHOUR=9,12\r\n", UB_SERIES_TAKEN, 0 },
		{ "RRULE:FREQ=DAILY\r\nTRANSP:TRANSPARENT\r\n", 0, 0 },
		{ "RRULE:FREQ=WEEKLY;COUNT=3\r\nORGANIZER:mailto:bob@ours.example\r\n"
		  "ATTENDEE:mailto:bob@ours.example\r\n"
		  "ATTENDEE;PARTSTAT=DECLINED:mailto:alice@ours.example\r\n",
		    0, 3 },
		{ "RRULE:FREQ=WEEKLY;COUNT=1\r\nORGANIZER:mailto:bob@ours.example\r\n"
		  "ATTENDEE:mailto:bob@ours.example\r\n"
		  "ATTENDEE;PARTSTAT=DECLINED:mailto:alice@ours.example\r\n",
		    0, 1 },
		{ "RRULE:FREQ=WEEKLY;COUNT=2\r\nORGANIZER:mailto:alice@ours.example\r\n"
		  "ATTENDEE:mailto:alice@ours.example\r\nATTENDEE:mailto:bob@ours.example\r\n",
		    2, 2 },
		{ "ORGANIZER:mailto:bob@ours.example\r\nATTENDEE:mailto:bob@ours.example\r\n"
		  "ATTENDEE;PARTSTAT=DECLINED:mailto:alice@ours.example\r\n",
		    0, 1 },
		{ "", 1, 0 },
	};
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		store_event("any", "any", "0900", "1000", cases[i].more);
		cr_assert_eq(run_on("/alice/meetings/any.ics"), UB_PASS_SETTLED, "%s", why);
		cr_expect_eq(taken("alice@ours.example"), cases[i].alice, "%s", cases[i].more);
		cr_expect_eq(taken("bob@ours.example"), cases[i].bob, "%s", cases[i].more);
	}
	upstream_delete(up, "/alice/meetings/any.ics", "");
	run_on("/alice/meetings/any.ics");
	cr_expect_eq(taken("alice@ours.example"), 0);
	store_event("past", "past", "0900", "1000", "");
	now = NOW + 30 * 86400;
	run_on("/alice/meetings/past.ics");
	cr_expect_eq(taken("alice@ours.example"), 0, "what is over takes nobody");
}

Test(appointments, puts_an_item_where_nobody_is_taken_and_a_second_one_writes_nothing)
{
	store_event("early", "early", "0800", "0845", internal);
	run_on("/alice/meetings/early.ics");
	store_and_run();
	cr_assert_eq(upstream_containing(up, "DTSTART;TZID=Europe/Berlin:20261109T094500"), 1, "%s", why);
	cr_expect_eq(taken("bob@ours.example"), 3, "two meetings and the prep call");
	cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(upstream_requests(up, "PUT"), 2, "%s", why);
}

Test(appointments, keeps_no_more_of_a_series_than_the_limit)
{
	struct ub_buf crowd = UB_BUF(arena);
	ub_buf_str(&crowd, "RRULE:FREQ=DAILY\r\nORGANIZER:mailto:alice@ours.example\r\n"
			   "ATTENDEE:mailto:alice@ours.example\r\n");
	for (int i = 0; i < 99; i++)
		ub_buf_printf(&crowd, "ATTENDEE:mailto:p%d@ours.example\r\n", i);
	store_event("crowd", "crowd", "0800", "0845", ub_buf_cstr(&crowd));
	cr_assert_eq(run_on("/alice/meetings/crowd.ics"), UB_PASS_SETTLED, "%s", why);
	cr_expect_eq(taken("alice@ours.example"), UB_SERIES_APPOINTMENTS / 100);
	cr_expect_eq(taken("p7@ours.example"), UB_SERIES_APPOINTMENTS / 100);
}

static size_t keys(void)
{
	struct ub_jobs jobs;
	cr_assert_eq(ub_store_jobs(store, arena, &jobs), UB_STORE_OK);
	return jobs.n;
}

Test(appointments, puts_an_item_beside_an_instance_of_a_series)
{
	store_event("team", "team", "0800", "0845",
	    "RRULE:FREQ=DAILY\r\nORGANIZER:mailto:alice@ours.example\r\n"
	    "ATTENDEE:mailto:alice@ours.example\r\nATTENDEE:mailto:bob@ours.example\r\n");
	run_on("/alice/meetings/team.ics");
	store_and_run();
	cr_assert_eq(upstream_containing(up, "DTSTART;TZID=Europe/Berlin:20261109T094500"), 1, "%s", why);
	struct ub_store_seens seens;
	cr_assert_eq(ub_store_seens(store, ub_organization, UB_TEXT("team"), arena, &seens), UB_STORE_OK);
	cr_assert_eq(seens.n, 1);
	cr_expect_eq(seens.items[0].look_again, INT64_C(1794213900000), "the end of the first instance");
	size_t before = keys();
	cr_assert_eq(run_on("/alice/meetings/team.ics"), UB_PASS_SETTLED, "%s", why);
	cr_expect_eq(keys(), before, "a second look changes nothing");
}

Test(appointments, looks_anew_at_a_meeting_whose_item_something_is_stored_over)
{
	struct ub_job job;
	store_and_run();
	store_event("over", "over", "0800", "0900", internal);
	cr_assert_eq(run_on("/alice/meetings/over.ics"), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(keys(), 1);
	cr_assert_eq(ub_store_take(store, now * 1000, UB_LEASE_MS, arena, &job), UB_STORE_OK);
	cr_assert(ub_text_is(job.key.href, MEETING));
	cr_assert_eq(pass_of(&job), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(ub_store_settle(store, &job, now * 1000), UB_STORE_OK);
	cr_assert_eq(upstream_containing(up, "DTSTART;TZID=Europe/Berlin:20261109T100000"), 1, "%s", why);
	/* Nothing goes on by itself: neither the item that moved nor the same event once more puts a key. */
	cr_assert_eq(keys(), 0);
	run_on("/alice/meetings/over.ics");
	cr_assert_eq(keys(), 0);
	store_event("beside", "beside", "0915", "0930", internal);
	run_on("/alice/meetings/beside.ics");
	cr_assert_eq(keys(), 0, "nothing stands there");
}

Test(appointments, gives_the_time_of_an_item_back_that_the_server_refuses_or_the_user_deletes)
{
	store_meeting(MEETING, guest, "");
	upstream_fail(up, "PUT", 1, 403);
	run_on(MEETING);
	cr_expect_eq(taken("bob@ours.example"), 1, "the meeting alone: %s", why);
	run_on(MEETING);
	cr_expect_eq(taken("bob@ours.example"), 2, "%s", why);
	upstream_delete(up, "/alice/meetings/", "SUMMARY:Prep: Roadmap");
	run_on(MEETING);
	cr_expect_eq(taken("bob@ours.example"), 1, "%s", why);
}

static enum ub_store_result no_appointments(struct ub_store *of, struct ub_text organization,
    struct ub_text person, int64_t from, int64_t to, struct ub_arena *in, struct ub_store_appointments *found)
{
	(void)of, (void)organization, (void)person, (void)from, (void)to, (void)in;
	*found = (struct ub_store_appointments){ 0 };
	return UB_STORE_FAILED;
}

Test(appointments, chooses_no_time_while_the_store_cannot_tell_who_is_taken)
{
	const struct ub_store_ops *good = store->ops;
	struct ub_store_ops failing = *good;
	failing.appointments = no_appointments;
	store->ops = &failing;
	store_meeting(MEETING, guest, "");
	cr_expect_eq(run_on(MEETING), UB_PASS_AGAIN, "%s", why);
	cr_expect_eq(upstream_requests(up, "PUT"), 0);
	store->ops = good;
	cr_expect_eq(run_on(MEETING), UB_PASS_SETTLED, "%s", why);
}

/* How many times of alice count for a decision on the meeting, of which one begins or ends there. */
static size_t times_around(ub_instant start, ub_instant end)
{
	struct ub_decide_input input = { .snapshot = snapshot,
		.text = ub_text(upstream_object(up, MEETING)),
		.owner = UB_TEXT("alice@ours.example"),
		.now = NOW - 200 * 86400 };
	const struct ub_taken taken = { .store = store };
	const struct ub_text alice = UB_TEXT("alice@ours.example");
	const struct ub_store_appointment event = {
		.organization = ub_organization, .uid = UB_TEXT("e"), .start = start * 1000, .end = end * 1000
	};
	struct ub_decision decision;
	bool changed;
	cr_assert_eq(ub_store_put_appointment(store, &event, &alice, 1, true, arena, &changed), UB_STORE_OK);
	ub_decide(&input, &decision, arena);
	cr_assert(ub_decide_busy(&taken, &decision, &input, arena));
	return input.n_busy;
}

Test(appointments, count_for_a_decision_up_to_so_far_from_the_meeting)
{
	ub_instant start = NOW + 10 * 86400 + 5 * 3600, end = start + 3600; /* 2026-11-12 13:00 UTC */
	store_meeting(MEETING, guest, "");
	cr_expect_eq(times_around(end + UB_PLAN_BUSY_REACH - 1, end + UB_PLAN_BUSY_REACH + 3600), 1);
	cr_expect_eq(times_around(end + UB_PLAN_BUSY_REACH, end + UB_PLAN_BUSY_REACH + 3600), 0);
	cr_expect_eq(times_around(start - UB_PLAN_BUSY_REACH - 3600, start - UB_PLAN_BUSY_REACH + 1), 1);
	cr_expect_eq(times_around(start - UB_PLAN_BUSY_REACH - 3600, start - UB_PLAN_BUSY_REACH), 0);
}
