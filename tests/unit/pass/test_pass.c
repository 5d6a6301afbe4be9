/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "leaks.h"
#include "store-private.h"
#include "upbeat/http.h"
#include "world.h"

TestSuite(pass, .init = world_set_up, .fini = world_tear_down);

Test(pass, creates_what_the_rules_ask_for_and_a_second_one_writes_nothing)
{
	store_meeting(MEETING, guest, "");
	cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(upstream_count(up, "/alice/meetings/"), 3, "%s", why);
	cr_assert_eq(upstream_requests(up, "PUT"), 2);
	cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(upstream_requests(up, "PUT"), 2);
}

Test(pass, writes_nothing_twice_even_when_its_memory_is_lost)
{
	store_and_run();
	ub_store_close(&store);
	store = ub_store_memory_open();
	cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(upstream_requests(up, "PUT"), 2);
}

Test(pass, does_not_make_anew_what_the_user_deleted)
{
	store_and_run();
	upstream_delete(up, "/alice/meetings/", "SUMMARY:Prep: Roadmap");
	cr_assert_eq(upstream_count(up, "/alice/meetings/"), 2);
	cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(upstream_count(up, "/alice/meetings/"), 2);
}

static enum ub_store_result no_items(struct ub_store *of, struct ub_text organization, struct ub_text uid,
    struct ub_arena *in, struct ub_store_items *items)
{
	(void)of, (void)organization, (void)uid, (void)in;
	*items = (struct ub_store_items){ 0 };
	return UB_STORE_FAILED;
}

Test(pass, changes_nothing_while_the_store_cannot_tell_what_there_is)
{
	store_meeting(MEETING, guest, "");
	run_on(MEETING);
	upstream_delete(up, "/alice/meetings/", "SUMMARY:Prep: Roadmap");
	const struct ub_store_ops *good = store->ops;
	struct ub_store_ops failing = *good;
	failing.items = no_items;
	store->ops = &failing;
	cr_expect_eq(run_on(MEETING), UB_PASS_AGAIN, "%s", why);
	cr_expect_eq(upstream_count(up, "/alice/meetings/"), 2);
	store->ops = good;
	cr_expect_eq(run_on(MEETING), UB_PASS_SETTLED, "%s", why);
	cr_expect_eq(upstream_count(up, "/alice/meetings/"), 2);
}

/* The number of the meeting's items that the store has in that state. */
static size_t remembered_as(enum ub_item_state state)
{
	struct ub_store_items items = { 0 };
	size_t n = 0;
	cr_assert_eq(ub_store_items(store, ub_organization, UB_TEXT("m-1"), arena, &items), UB_STORE_OK);
	for (size_t i = 0; i < items.n; i++)
		n += items.items[i].state == state;
	return n;
}

Test(pass, remembers_what_the_user_deleted_until_he_puts_it_back)
{
	store_and_run();
	struct ub_store_items items = { 0 };
	cr_assert_eq(ub_store_items(store, ub_organization, UB_TEXT("m-1"), arena, &items), UB_STORE_OK);
	const char *href = ub_text_cstr(arena, items.items[0].href);
	struct ub_text text = ub_text_copy(arena, ub_text(upstream_object(up, href)));
	upstream_delete(up, href, "");
	run_on(MEETING);
	cr_assert_eq(remembered_as(UB_ITEM_DELETED), 1);
	run_on(MEETING);
	cr_assert_eq(remembered_as(UB_ITEM_DELETED), 1);
	cr_assert_null(upstream_object(up, href), "%s", why);
	upstream_store(up, href, text.ptr);
	run_on(MEETING);
	cr_assert_eq(remembered_as(UB_ITEM_DELETED), 0);
	cr_assert_eq(remembered_as(UB_ITEM_EXISTS), items.n);
}

Test(pass, keeps_one_set_for_a_meeting_that_stands_in_two_calendars)
{
	store_and_run();
	store_meeting("/alice/other/meeting.ics", guest, "");
	cr_assert_eq(run_on("/alice/other/meeting.ics"), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(upstream_requests(up, "PUT"), 2);
}

/* As after a backfill by the path that the server's well-known place leads to. */
Test(pass, takes_no_item_for_two_because_its_calendar_has_two_paths)
{
	store_and_run();
	size_t puts = upstream_requests(up, "PUT");
	cr_assert_gt(puts, 0);
	cr_assert_eq(run_from(UPSTREAM_ALIAS MEETING, NOW), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(run_from(MEETING, NOW), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(upstream_requests(up, "DELETE"), 0);
	cr_assert_eq(upstream_requests(up, "PUT"), puts);
}

Test(pass, leaves_alone_what_is_no_customer_meeting_to_come)
{
	const char *const more[] = { "STATUS:CANCELLED\r\n", "CATEGORIES:no-upbeat\r\n" };
	store_meeting(MEETING, "", "");
	cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED);
	for (size_t i = 0; i < UB_COUNT(more); i++) {
		store_meeting(MEETING, guest, more[i]);
		cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED);
	}
	upstream_store(up, MEETING, "this is no calendar object");
	cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED);
	cr_assert(strstr(why, "not-a-calendar"), "%s", why);
	cr_assert_eq(upstream_requests(up, "PUT"), 0);
}

Test(pass, leaves_alone_what_has_no_uid)
{
	store_and_run();
	size_t gets = upstream_requests(up, "GET");
	upstream_store(up, "/alice/meetings/nameless.ics",
	    "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:20261112T130000Z\r\nDTEND:20261112T140000Z\r\n"
	    "ORGANIZER:mailto:alice@ours.example\r\nATTENDEE:mailto:alice@ours.example\r\n"
	    "ATTENDEE:mailto:cto@acme.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
	cr_assert_eq(run_on("/alice/meetings/nameless.ics"), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(upstream_requests(up, "GET"), gets + 1, "no item is looked at: %s", why);
}

Test(pass, leaves_alone_what_has_the_uid_of_an_accounts_items)
{
	upstream_store(up, MEETING,
	    "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:cadence/k36hkJGNp8A3/acme\r\n"
	    "DTSTART:20261112T130000Z\r\nDTEND:20261112T140000Z\r\nCLASS:CONFIDENTIAL\r\n"
	    "ORGANIZER:mailto:alice@ours.example\r\nATTENDEE:mailto:alice@ours.example\r\n"
	    "ATTENDEE:mailto:cto@acme.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
	cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(upstream_requests(up, "GET"), 1, "no item is looked at: %s", why);
	cr_assert_eq(upstream_requests(up, "PUT"), 0);
}

Test(pass, ends_when_the_object_is_gone)
{
	cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED);
	cr_assert_eq(upstream_requests(up, "PUT"), 0);
}

Test(pass, does_not_act_in_somebody_elses_calendar)
{
	store_meeting("/bob/meetings/meeting.ics", guest, "");
	cr_assert_eq(run_on("/bob/meetings/meeting.ics"), UB_PASS_NOT_OWNER, "%s", why);
	cr_assert(ub_text_is(owner_login, "bob"), "%.*s", UB_ARGS(owner_login));
	upstream_hide_owners(up);
	cr_assert_eq(run_on("/bob/other/meeting.ics"), UB_PASS_NOT_OWNER, "%s", why);
	cr_assert_eq(owner_login.len, 0, "nobody knows whose it is");
	cr_assert_eq(upstream_requests(up, "PUT"), 0);
}

Test(pass, finds_the_owner_by_his_calendar_home_where_none_is_named)
{
	upstream_hide_owners(up);
	store_meeting(MEETING, guest, "");
	cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(upstream_count(up, "/alice/meetings/"), 3, "%s", why);
}

Test(pass, comes_again_after_a_server_that_is_busy_and_makes_no_item_twice)
{
	store_meeting(MEETING, guest, "");
	upstream_fail(up, "PUT", 2, 503);
	cr_assert_eq(run_on(MEETING), UB_PASS_AGAIN, "%s", why);
	upstream_fail(up, "GET", 1, 503);
	cr_assert_eq(run_on(MEETING), UB_PASS_AGAIN, "%s", why);
	cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(upstream_count(up, "/alice/meetings/"), 3);
	cr_assert_eq(upstream_requests(up, "PUT"), 3);
}

Test(pass, looks_again_after_an_answer_was_lost)
{
	store_meeting(MEETING, guest, "");
	upstream_fail(up, "PUT", 1, 0);
	cr_assert_eq(run_on(MEETING), UB_PASS_AGAIN, "%s", why);
	cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(upstream_requests(up, "PUT"), 2, "both were stored at the first pass");
}

Test(pass, does_not_make_anew_what_was_deleted_after_its_answer_was_lost)
{
	store_meeting(MEETING, guest, "");
	upstream_fail(up, "PUT", 1, 0);
	cr_assert_eq(run_on(MEETING), UB_PASS_AGAIN, "%s", why);
	cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED, "%s", why);
	upstream_delete(up, "/alice/meetings/", "UPBEAT-ITEM");
	cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(upstream_count(up, "/alice/meetings/"), 1, "%s", why);
}

Test(pass, makes_anew_what_it_removed_itself_though_the_answer_was_lost)
{
	store_and_run();
	store_meeting(MEETING, guest, "STATUS:CANCELLED\r\n");
	upstream_fail(up, "DELETE", 1, 0);
	cr_assert_eq(run_on(MEETING), UB_PASS_AGAIN, "%s", why);
	cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED, "%s", why);
	store_meeting(MEETING, guest, "");
	cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(upstream_count(up, "/alice/meetings/"), 3, "%s", why);
}

Test(pass, takes_for_deleted_by_its_user_what_the_server_did_not_let_it_remove)
{
	store_and_run();
	store_meeting(MEETING, guest, "STATUS:CANCELLED\r\n");
	upstream_fail(up, "DELETE", 1, 403);
	run_on(MEETING);
	upstream_delete(up, "/alice/meetings/", "UPBEAT-ITEM");
	store_and_run();
	cr_assert_eq(upstream_count(up, "/alice/meetings/"), 2, "one comes anew, one stays away: %s", why);
}

Test(pass, keeps_its_lease_with_a_slow_server)
{
	store_meeting(MEETING, guest, "");
	pace = UB_LEASE_MS / 3;
	cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(upstream_count(up, "/alice/meetings/"), 3, "%s", why);
}

Test(pass, leaves_all_to_others_when_its_lease_has_run_out)
{
	struct ub_job job;
	store_and_run();
	size_t puts = upstream_requests(up, "PUT");
	struct ub_key key = { UB_KEY_OBJECT, UB_TEXT("up"), UB_TEXT(MEETING), UB_TEXT("alice"),
		UB_TEXT_NONE };
	cr_assert_eq(ub_store_put(store, &key, 1, now * 1000, 0), UB_STORE_OK);
	cr_assert_eq(ub_store_take(store, now * 1000, 1, arena, &job), UB_STORE_OK);
	day = "20261119";
	store_meeting(MEETING, guest, "");
	pace = UB_LEASE_MS;
	cr_assert_eq(pass_of(&job), UB_PASS_AGAIN, "%s", why);
	cr_assert_eq(upstream_requests(up, "PUT"), puts, "%s", why);
}

Test(pass, stops_using_credentials_that_are_refused)
{
	store_meeting(MEETING, guest, "");
	upstream_fail(up, "PUT", 1, 401);
	cr_assert_eq(run_on(MEETING), UB_PASS_DENIED, "%s", why);
	cr_assert_eq(upstream_requests(up, "PUT"), 1);
}

Test(pass, makes_the_other_items_when_one_is_refused)
{
	store_meeting(MEETING, guest, "");
	upstream_fail(up, "PUT", 1, 403);
	cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(upstream_count(up, "/alice/meetings/"), 2);
}

Test(pass, writes_a_task_as_an_event_where_no_tasks_are_taken)
{
	upstream_refuse_tasks(up);
	store_meeting(MEETING, guest, "");
	cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(upstream_count(up, "/alice/meetings/"), 3);
	cr_assert_eq(upstream_containing(up, "BEGIN:VTODO"), 0);
	cr_assert_eq(upstream_containing(up, "SUMMARY:Send the agenda"), 1);
}

Test(pass, waits_before_it_takes_the_items_of_a_deleted_meeting_away)
{
	store_and_run();
	upstream_delete(up, MEETING, "");
	cr_assert_eq(run_on(MEETING), UB_PASS_AGAIN, "%s", why);
	cr_assert_eq(upstream_count(up, "/alice/meetings/"), 2);
	now += UB_DELETION_GRACE_SECONDS;
	cr_assert_eq(run_from(MEETING, NOW), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(upstream_count(up, "/alice/meetings/"), 0, "%s", why);
}

Test(pass, keeps_the_items_of_a_meeting_that_was_moved_to_another_calendar)
{
	store_and_run();
	upstream_delete(up, MEETING, "");
	run_on(MEETING);
	store_meeting("/alice/other/meeting.ics", guest, "");
	run_on("/alice/other/meeting.ics");
	now += UB_DELETION_GRACE_SECONDS;
	cr_assert_eq(run_from(MEETING, NOW), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(upstream_count(up, "/alice/"), 3, "%s", why);
}

Test(pass, looks_at_what_a_deleted_meeting_may_have_become_before_it_takes_the_items_away)
{
	struct ub_job job;
	store_and_run();
	upstream_delete(up, MEETING, "");
	/* The meeting was stored before the grace was over, and the server was slow. */
	struct ub_key other = { UB_KEY_OBJECT, UB_TEXT("up"), UB_TEXT("/alice/other/meeting.ics"),
		UB_TEXT("alice"), UB_TEXT_NONE };
	now += UB_DELETION_GRACE_SECONDS;
	cr_assert_eq(ub_store_put(store, &other, 1, now * 1000, now * 1000), UB_STORE_OK);
	now += 5;
	cr_assert_eq(run_from(MEETING, NOW), UB_PASS_AGAIN, "%s", why);
	cr_assert_eq(upstream_count(up, "/alice/meetings/"), 2, "%s", why);
	cr_assert_eq(ub_store_take(store, now * 1000, UB_LEASE_MS, arena, &job), UB_STORE_OK);
	store_meeting("/alice/other/meeting.ics", guest, "");
	cr_assert_eq(pass_of(&job), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(ub_store_settle(store, &job, now * 1000), UB_STORE_OK);
	cr_assert_eq(run_from(MEETING, NOW), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(upstream_count(up, "/alice/"), 3, "%s", why);
}

Test(pass, overwrites_nothing_that_it_has_not_seen)
{
	store_and_run();
	day = "20261119";
	store_meeting(MEETING, guest, "");
	upstream_fail(up, "PUT", 1, 412);
	cr_assert_eq(run_on(MEETING), UB_PASS_CONFLICT, "%s", why);
	cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(upstream_containing(up, "DTSTART;TZID=Europe/Berlin:20261116T090000"), 1);
}

Test(pass, makes_one_set_for_a_meeting_that_stands_in_two_peoples_calendars)
{
	struct ub_store_item bobs = { .organization = ub_organization,
		.meeting_uid = UB_TEXT("m-1"),
		.identity = UB_TEXT("bobs-prep"),
		.owner = UB_TEXT("bob@ours.example"),
		.href = UB_TEXT("/bob/meetings/prep.ics"),
		.state = UB_ITEM_EXISTS };
	cr_assert_eq(ub_store_put_item(store, &bobs), UB_STORE_OK);
	store_meeting(MEETING, guest, "");
	cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(upstream_requests(up, "PUT"), 0, "%s", why);
	bobs.state = UB_ITEM_REMOVED;
	cr_assert_eq(ub_store_put_item(store, &bobs), UB_STORE_OK);
	run_on(MEETING);
	cr_assert_eq(upstream_requests(up, "PUT"), 2, "%s", why);
}

Test(pass, looks_at_a_colleagues_copy_when_the_items_go_with_one)
{
	struct ub_store_seen bobs = { .organization = ub_organization,
		.meeting_uid = UB_TEXT("m-1"),
		.upstream = UB_TEXT("up"),
		.href = UB_TEXT("/bob/meetings/meeting.ics"),
		.principal = UB_TEXT("bob"),
		.owner = UB_TEXT("bob@ours.example") };
	struct ub_jobs jobs;
	store_and_run();
	cr_assert_eq(ub_store_put_seen(store, &bobs), UB_STORE_OK);
	store_meeting(MEETING, guest, "STATUS:CANCELLED\r\n");
	cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(ub_store_jobs(store, arena, &jobs), UB_STORE_OK);
	cr_assert_eq(jobs.n, 1);
	cr_assert(ub_text_is(jobs.items[0].key.principal, "bob"));
	cr_assert(ub_text_is(jobs.items[0].key.href, "/bob/meetings/meeting.ics"));
}

/* ---- what engines have died of ---- */

static struct ub_job job_of_meeting(void)
{
	struct ub_job job;
	cr_assert_eq(ub_store_take(store, now * 1000, UB_LEASE_MS, arena, &job), UB_STORE_OK);
	return job;
}

static void blame(const struct ub_job *job)
{
	cr_assert_eq(ub_store_blame(store, job, now * 1000, UB_TEXT("it is endless")), UB_STORE_OK);
}

Test(pass, leaves_alone_what_engines_have_died_of_until_it_is_another_version)
{
	store_meeting(MEETING, guest, "");
	put_meeting_key();
	for (unsigned i = 0; i < UB_STORE_CRASHES_MAX; i++) {
		struct ub_job job = job_of_meeting();
		cr_assert_eq(ub_store_reads(store, &job, now * 1000, UB_TEXT("\"1\"")), UB_STORE_OK);
		blame(&job);
	}
	for (int i = 0; i < 2; i++) {
		put_meeting_key();
		struct ub_job job = job_of_meeting();
		cr_expect_eq(pass_of(&job), UB_PASS_FATAL);
		cr_expect_str_eq(why, "it is endless");
		cr_assert_eq(ub_store_set_aside(store, &job, now * 1000, job.reason), UB_STORE_OK);
	}
	cr_expect_eq(upstream_requests(up, "PUT"), 0);
	store_meeting(MEETING, guest, "");
	put_meeting_key();
	struct ub_job job = job_of_meeting();
	cr_expect_eq(pass_of(&job), UB_PASS_SETTLED, "%s", why);
	cr_expect_eq(upstream_requests(up, "PUT"), 2);
	cr_assert_eq(ub_store_wait(store, &job, now * 1000, UB_TEXT("nobody is there")), UB_STORE_OK);
	put_meeting_key();
	cr_expect_eq(job_of_meeting().version.len, 0, "it is another version");
}

/* What a pass keeps of which version it reads. */
static struct ub_text readings[8];
static size_t n_readings;

static enum ub_store_result note_reading(
    struct ub_store *of, const struct ub_job *job, int64_t at, struct ub_text version)
{
	(void)of, (void)job, (void)at;
	cr_assert_lt(n_readings, UB_COUNT(readings));
	readings[n_readings++] = ub_text_copy(arena, version);
	return UB_STORE_OK;
}

/* The version that a pass keeps before it reads the meeting of which an engine may have died. */
static struct ub_text version_read(void)
{
	n_readings = 0;
	put_meeting_key();
	struct ub_job job = job_of_meeting();
	const struct ub_store_ops *good = store->ops;
	struct ub_store_ops noting = *good;
	noting.reads = note_reading;
	store->ops = &noting;
	cr_assert_eq(pass_of(&job), UB_PASS_SETTLED, "%s", why);
	cr_expect_eq(n_readings, 0, "nobody has died");
	blame(&job);
	job = job_of_meeting();
	cr_assert_eq(pass_of(&job), UB_PASS_SETTLED, "%s", why);
	store->ops = good;
	cr_assert_eq(n_readings, 2);
	cr_expect_eq(readings[1].len, 0, "it was read without harm");
	cr_assert_eq(ub_store_settle(store, &job, now * 1000), UB_STORE_OK);
	return readings[0];
}

Test(pass, keeps_which_version_it_reads_where_an_engine_may_have_died_of_it)
{
	store_meeting(MEETING, guest, "");
	cr_expect(ub_text_is(version_read(), "\"1\""), "%.*s", UB_ARGS(readings[0]));
}

Test(pass, tells_versions_apart_where_the_server_gives_no_etag)
{
	upstream_give_no_etags(up);
	store_meeting(MEETING, guest, "");
	const struct ub_text first = version_read();
	store_meeting(MEETING, guest, "");
	cr_expect(ub_text_eq(version_read(), first), "it is the same one");
	store_meeting(MEETING, guest, "LOCATION:Here\r\n");
	cr_expect_not(ub_text_eq(version_read(), first));
}
