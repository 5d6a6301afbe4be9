/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "world.h"

#define CALENDAR "/alice/meetings/"

TestSuite(pass_sync, .init = world_set_up, .fini = world_tear_down);

/* A look for changes, as after a poll. */
static enum ub_pass_end look(void)
{
	struct ub_key key = { UB_KEY_SYNC, UB_TEXT("up"), UB_TEXT(CALENDAR), UB_TEXT("alice"), UB_TEXT_NONE };
	struct ub_job job;
	cr_assert_eq(ub_store_put(store, &key, 1, now * 1000, 0), UB_STORE_OK);
	cr_assert_eq(ub_store_take(store, now * 1000, UB_LEASE_MS, arena, &job), UB_STORE_OK);
	cr_assert_eq(job.key.kind, UB_KEY_SYNC);
	enum ub_pass_end end = pass_of(&job);
	cr_assert_eq(ub_store_settle(store, &job, now * 1000), UB_STORE_OK);
	return end;
}

/* The names of the objects whose keys are there, in the order in which they are due. */
static const char *found(void)
{
	struct ub_jobs jobs;
	struct ub_buf names = UB_BUF(arena);
	cr_assert_eq(ub_store_jobs(store, arena, &jobs), UB_STORE_OK);
	for (size_t i = 0; i < jobs.n; i++)
		ub_buf_printf(&names, "%s%.*s", i ? " " : "",
		    UB_ARGS(ub_text_sub(jobs.items[i].key.href, strlen(CALENDAR), SIZE_MAX)));
	return ub_buf_cstr(&names);
}

static size_t keys(void)
{
	struct ub_jobs jobs;
	cr_assert_eq(ub_store_jobs(store, arena, &jobs), UB_STORE_OK);
	return jobs.n;
}

/* Works on all keys, also those that are due later. */
static void work_off(void)
{
	struct ub_job job;
	while (ub_store_take(store, INT64_MAX / 2, UB_LEASE_MS, arena, &job) == UB_STORE_OK) {
		pass_of(&job);
		cr_assert_eq(ub_store_settle(store, &job, now * 1000), UB_STORE_OK);
	}
}

static void store_internal(const char *path)
{
	upstream_store(up, path,
	    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//test//EN\r\nBEGIN:VEVENT\r\nUID:i-1\r\n"
	    "DTSTAMP:20261101T000000Z\r\nDTSTART:20261112T130000Z\r\nDTEND:20261112T140000Z\r\n"
	    "SUMMARY:Lunch\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
}

/* The meeting has its items, and the calendar was looked at for the first time. */
static void begin(enum upstream_changes how)
{
	upstream_tell_changes(up, how);
	store_internal(CALENDAR "old.ics");
	store_and_run();
	cr_assert_eq(look(), UB_PASS_SETTLED, "%s", why);
	cr_assert_str_eq(found(), "");
}

static const enum upstream_changes ways[] = { UPSTREAM_GIVES_TOKENS, UPSTREAM_GIVES_SECONDS,
	UPSTREAM_GIVES_TAGS, UPSTREAM_TELLS_NOTHING };

/* Each way of a server in a world of its own. */
static void in_each_way(void (*story)(enum upstream_changes how))
{
	for (size_t i = 0; i < UB_COUNT(ways); i++) {
		if (i > 0) {
			world_tear_down();
			world_set_up();
			day = "20261112";
			now = NOW;
		}
		story(ways[i]);
	}
}

static void finds_what_was_changed_made_or_deleted(enum upstream_changes how)
{
	begin(how);
	store_meeting(MEETING, guest, "LOCATION:here\r\n");
	store_internal(CALENDAR "new.ics");
	cr_assert_eq(look(), UB_PASS_SETTLED, "%s", why);
	cr_assert_str_eq(found(), "meeting.ics new.ics");
	work_off();
	cr_assert_eq(look(), UB_PASS_SETTLED, "%s", why);
	cr_assert_str_eq(found(), "", "all of it was looked at");
	upstream_delete(up, MEETING, "");
	upstream_delete(up, CALENDAR "old.ics", "");
	cr_assert_eq(look(), UB_PASS_SETTLED, "%s", why);
	cr_assert_str_eq(found(), "meeting.ics", "of the other one nothing was known");
}

Test(pass_sync, finds_what_was_changed_made_or_deleted)
{
	in_each_way(finds_what_was_changed_made_or_deleted);
}

static void does_not_look_at_what_went_through_upbeat(enum upstream_changes how)
{
	begin(how);
	look();
	work_off();
	store_internal(CALENDAR "new.ics");
	cr_assert_eq(run_on(CALENDAR "new.ics"), UB_PASS_SETTLED);
	store_meeting(MEETING, guest, "LOCATION:here\r\n");
	cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED);
	size_t puts = upstream_requests(up, "PUT");
	cr_assert_eq(look(), UB_PASS_SETTLED, "%s", why);
	cr_assert_str_eq(found(), "");
	cr_assert_eq(upstream_requests(up, "PUT"), puts);
}

Test(pass_sync, does_not_look_at_what_went_through_upbeat)
{
	in_each_way(does_not_look_at_what_went_through_upbeat);
}

static void follows_at_the_first_look_what_the_store_remembers(enum upstream_changes how)
{
	upstream_tell_changes(up, how);
	store_internal(CALENDAR "old.ics");
	store_and_run();
	day = "20261119";
	store_meeting(MEETING, guest, "");
	cr_assert_eq(look(), UB_PASS_SETTLED, "%s", why);
	cr_assert_str_eq(found(), "meeting.ics");
	work_off();
	cr_assert_eq(upstream_containing(up, "DTSTART;TZID=Europe/Berlin:20261116T090000"), 1, "%s", why);
}

Test(pass_sync, follows_at_the_first_look_what_the_store_remembers)
{
	in_each_way(follows_at_the_first_look_what_the_store_remembers);
}

static void finds_a_deletion_at_the_first_look(enum upstream_changes how)
{
	upstream_tell_changes(up, how);
	store_and_run();
	upstream_delete(up, MEETING, "");
	cr_assert_eq(look(), UB_PASS_SETTLED, "%s", why);
	cr_assert_str_eq(found(), "meeting.ics");
}

Test(pass_sync, finds_a_deletion_at_the_first_look)
{
	in_each_way(finds_a_deletion_at_the_first_look);
}

static void takes_nothing_away_from_what_the_server_only_denies(enum upstream_changes how)
{
	begin(how);
	upstream_lie(up, UPSTREAM_DENIES_ALL);
	store_internal(CALENDAR "new.ics"); /* so that it is asked at all */
	/* Also with a forgotten token, after which it is asked for what is remembered. */
	upstream_fail(up, "REPORT", 1, 403);
	cr_assert_eq(look(), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(keys(), 3, "the meeting and its items: %s", found());
	work_off();
	cr_assert_eq(upstream_containing(up, "X-UPBEAT-ITEM:"), 2, "they stand: %s", why);
	upstream_lie(up, UPSTREAM_LIES_NOT);
	store_internal(CALENDAR "new.ics");
	cr_assert_eq(look(), UB_PASS_SETTLED, "%s", why);
	cr_assert(!strstr(found(), "old.ics"), "%s", found());
}

Test(pass_sync, takes_nothing_away_from_what_the_server_only_denies)
{
	in_each_way(takes_nothing_away_from_what_the_server_only_denies);
}

/* All in one second, and the look after it. What stood there before the first look is never looked at. */
Test(pass_sync, finds_what_is_changed_in_the_second_of_a_look)
{
	begin(UPSTREAM_GIVES_SECONDS);
	for (unsigned i = 0; i < 3; i++) {
		store_meeting(MEETING, guest, ub_textf(arena, "LOCATION:%u\r\n", i).ptr);
		upstream_store(up, CALENDAR "new.ics", ub_textf(arena, "%u", i).ptr);
		cr_assert_eq(look(), UB_PASS_SETTLED, "%s", why);
		cr_assert_str_eq(found(), "meeting.ics new.ics", "%u", i);
		work_off();
	}
	upstream_tick(up);
	cr_assert_eq(look(), UB_PASS_SETTLED, "%s", why);
	cr_assert_str_eq(found(), "");
	store_internal(CALENDAR "new.ics");
	cr_assert_eq(look(), UB_PASS_SETTLED, "%s", why);
	cr_assert_str_eq(found(), "new.ics");
}

/* Tokens may be numbers of something else, and a server need not know one that it has not given. */
Test(pass_sync, begins_by_the_servers_own_token_where_it_refuses_another_one)
{
	upstream_fail(up, "REPORT", 1, 403);
	begin(UPSTREAM_GIVES_SECONDS);
	store_internal(CALENDAR "unseen.ics");
	upstream_tick(up);
	store_internal(CALENDAR "new.ics");
	cr_assert_eq(look(), UB_PASS_SETTLED, "%s", why);
	cr_assert_str_eq(found(), "new.ics");
}

static void asks_once_where_nothing_has_changed(enum upstream_changes how)
{
	begin(how);
	look();
	work_off();
	upstream_tick(up);
	size_t reports = upstream_requests(up, "REPORT"), others = upstream_requests(up, "PROPFIND");
	cr_assert_eq(look(), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(upstream_requests(up, "REPORT"), reports + 1);
	cr_assert_eq(upstream_requests(up, "PROPFIND"), others);
	cr_assert_str_eq(found(), "");
}

Test(pass_sync, asks_once_where_nothing_has_changed)
{
	asks_once_where_nothing_has_changed(UPSTREAM_GIVES_TOKENS);
}

Test(pass_sync, asks_once_where_nothing_has_changed_by_seconds)
{
	asks_once_where_nothing_has_changed(UPSTREAM_GIVES_SECONDS);
}

Test(pass_sync, lists_a_calendar_only_when_its_tag_has_changed)
{
	begin(UPSTREAM_GIVES_TAGS);
	size_t before = upstream_requests(up, "PROPFIND");
	cr_assert_eq(look(), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(upstream_requests(up, "PROPFIND"), before + 1);
	store_internal(CALENDAR "new.ics");
	cr_assert_eq(look(), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(upstream_requests(up, "PROPFIND"), before + 3);
	cr_assert_str_eq(found(), "new.ics");
}

/* RFC 6578 3.2: a 403 with valid-sync-token; others say 410, 409, 412 or 500. */
Test(pass_sync, begins_anew_when_the_server_has_forgotten_the_token)
{
	static const int statuses[] = { 403, 410, 409, 412, 500, 501, 404, 400 };
	begin(UPSTREAM_GIVES_TOKENS);
	for (size_t i = 0; i < UB_COUNT(statuses); i++) {
		work_off();
		look();
		work_off();
		store_meeting(MEETING, guest, ub_textf(arena, "LOCATION:%zu\r\n", i).ptr);
		upstream_fail(up, "REPORT", 1, statuses[i]);
		cr_assert_eq(look(), UB_PASS_SETTLED, "%d: %s", statuses[i], why);
		cr_assert_str_eq(found(), "meeting.ics", "%d", statuses[i]);
	}
}

Test(pass_sync, lists_the_calendar_of_a_server_that_forgets_each_token)
{
	begin(UPSTREAM_GIVES_TOKENS);
	for (unsigned i = 0; i < UB_SYNC_REFUSALS; i++) {
		upstream_fail(up, "REPORT", 1, 403);
		cr_assert_eq(look(), UB_PASS_SETTLED, "%s", why);
	}
	work_off();
	size_t reports = upstream_requests(up, "REPORT");
	store_internal(CALENDAR "new.ics");
	cr_assert_eq(look(), UB_PASS_SETTLED, "%s", why);
	cr_assert_str_eq(found(), "new.ics");
	cr_assert_eq(upstream_requests(up, "REPORT"), reports);
}

Test(pass_sync, leaves_all_as_it_is_when_the_server_is_busy_or_knows_nobody)
{
	begin(UPSTREAM_GIVES_TOKENS);
	store_meeting(MEETING, guest, "LOCATION:here\r\n");
	upstream_fail(up, "REPORT", 1, 503);
	cr_assert_eq(look(), UB_PASS_AGAIN, "%s", why);
	upstream_fail(up, "REPORT", 1, 401);
	cr_assert_eq(look(), UB_PASS_DENIED, "%s", why);
	cr_assert_str_eq(found(), "");
	cr_assert_eq(look(), UB_PASS_SETTLED, "%s", why);
	cr_assert(strstr(found(), "meeting.ics"), "%s", found());
}

Test(pass_sync, makes_nothing_of_web_pages)
{
	begin(UPSTREAM_GIVES_TOKENS);
	upstream_lie(up, UPSTREAM_BABBLES);
	for (int i = 0; i < 4; i++)
		cr_assert_eq(look(), UB_PASS_SETTLED, "%s", why);
	cr_assert_str_eq(found(), "");
	store_internal(CALENDAR "new.ics");
	cr_assert_eq(look(), UB_PASS_SETTLED, "%s", why);
	cr_assert_str_eq(found(), "new.ics", "it is listed by now");
}

/* How many looks it takes until all invented changes have keys. */
static size_t looks_for(size_t changes)
{
	size_t n = 0;
	for (size_t before = SIZE_MAX; keys() != before; n++) {
		before = keys();
		cr_assert_eq(look(), UB_PASS_SETTLED, "%s", why);
		cr_assert_leq(keys() - before, UB_SYNC_LOOKS);
	}
	cr_assert_eq(keys(), changes);
	return n - 1;
}

Test(pass_sync, takes_many_changes_piece_by_piece)
{
	begin(UPSTREAM_GIVES_TOKENS);
	upstream_invent_changes(up, 1300);
	struct ub_store_sync zero = {
		.upstream = UB_TEXT("up"), .collection = UB_TEXT(CALENDAR), .token = UB_TEXT("data:0")
	};
	cr_assert_eq(ub_store_put_sync(store, &zero), UB_STORE_OK);
	cr_assert_eq(looks_for(1300), 3);
}

Test(pass_sync, takes_many_changes_piece_by_piece_from_a_server_that_gives_all_at_once)
{
	begin(UPSTREAM_GIVES_TOKENS);
	upstream_invent_changes(up, 1300);
	upstream_ignore_limits(up);
	struct ub_store_sync zero = {
		.upstream = UB_TEXT("up"), .collection = UB_TEXT(CALENDAR), .token = UB_TEXT("data:0")
	};
	cr_assert_eq(ub_store_put_sync(store, &zero), UB_STORE_OK);
	cr_assert_eq(looks_for(1300), 3);
}

/* 50,000 changes in one answer are more than is taken: what is remembered is compared instead. */
Test(pass_sync, is_not_overrun_by_an_answer_without_end)
{
	begin(UPSTREAM_GIVES_TOKENS);
	upstream_invent_changes(up, 50000);
	upstream_ignore_limits(up);
	struct ub_store_sync zero = {
		.upstream = UB_TEXT("up"), .collection = UB_TEXT(CALENDAR), .token = UB_TEXT("data:0")
	};
	cr_assert_eq(ub_store_put_sync(store, &zero), UB_STORE_OK);
	store_meeting(MEETING, guest, "LOCATION:here\r\n");
	cr_assert_eq(look(), UB_PASS_SETTLED, "%s", why);
	cr_assert_str_eq(found(), "meeting.ics");
}

Test(pass_sync, asks_nothing_about_what_is_no_calendar_of_the_callers_own)
{
	struct ub_key key = { UB_KEY_SYNC, UB_TEXT("up"), UB_TEXT("/bob/meetings/"), UB_TEXT("alice"),
		UB_TEXT_NONE };
	struct ub_job job;
	upstream_tell_changes(up, UPSTREAM_GIVES_TOKENS);
	cr_assert_eq(ub_store_put(store, &key, 1, now * 1000, 0), UB_STORE_OK);
	cr_assert_eq(ub_store_take(store, now * 1000, UB_LEASE_MS, arena, &job), UB_STORE_OK);
	cr_assert_eq(pass_of(&job), UB_PASS_NOT_OWNER, "%s", why);
	cr_assert_eq(upstream_requests(up, "REPORT"), 0);
}
