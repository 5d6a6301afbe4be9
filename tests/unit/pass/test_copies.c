/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "upbeat/freebusy.h"
#include "upbeat/settings.h"
#include "world.h"

/* The copy that bob has of alice's prep call, on a server that has no room for it. */

static void setup_with(const char *settings)
{
	world_set_up_with(world_rules, settings);
	upstream_store(up, "/bob/meetings/", "");
	now = NOW;
	day = "20261112";
	store_meeting(MEETING, guest, "");
	put_meeting_key();
}

static void setup(void)
{
	setup_with(world_copies);
}

TestSuite(copies, .init = setup, .fini = world_tear_down);

static struct ub_store_copy bobs(void)
{
	struct ub_store_copies copies;
	cr_assert_eq(ub_store_copies(store, ub_organization, UB_TEXT("m-1"), arena, &copies), UB_STORE_OK);
	cr_assert_eq(copies.n, 1);
	return copies.items[0];
}

static const char *text_at(struct ub_text href)
{
	return upstream_object(up, ub_text_cstr(arena, href));
}

static bool take(struct ub_job *job)
{
	return ub_store_take(store, now * 1000, UB_LEASE_MS, arena, job) == UB_STORE_OK;
}

/* Runs one pass, and gives back the key as a worker does that is to try again. */
static enum ub_pass_end run_one(void)
{
	struct ub_job job;
	cr_assert(take(&job), "there is no key");
	enum ub_pass_end end = pass_of(&job);
	if (end == UB_PASS_SETTLED)
		cr_assert_eq(ub_store_settle(store, &job, now * 1000), UB_STORE_OK);
	else
		cr_assert_eq(
		    ub_store_retry(store, &job, now * 1000, (now + 1) * 1000, UB_TEXT_NONE), UB_STORE_OK);
	return end;
}

static const char no_room[] = "it cannot be written: not known whether it was done (status 507)";

Test(copies, are_tried_again_where_the_server_has_no_room)
{
	upstream_fail(up, "PUT", 3, 507);
	cr_assert_eq(run_one(), UB_PASS_SETTLED, "the items: %s", why);
	cr_assert_eq(upstream_count(up, "/alice/meetings/"), 3, "nothing is kept from the owner");
	cr_expect_eq(run_one(), UB_PASS_AGAIN);
	struct ub_store_copy copy = bobs();
	cr_expect_eq(copy.state, UB_COPY_WANTED);
	cr_expect(ub_text_is(copy.problem, no_room), "%.*s", UB_ARGS(copy.problem));
	now++;
	work_on_all();
	copy = bobs();
	cr_expect_eq(copy.state, UB_COPY_STANDS, "%s", why);
	cr_expect_eq(copy.problem.len, 0, "%.*s", UB_ARGS(copy.problem));
	cr_expect_not_null(text_at(copy.href));
	cr_expect_eq(upstream_count(up, "/bob/meetings/"), 2, "the calendar and one copy");
}

/* What the server has answered with 507, and has done all the same. */
Test(copies, are_found_where_they_stand_against_what_the_server_has_said)
{
	upstream_fail(up, "PUT", 3, 0);
	work_on_all();
	cr_expect_eq(upstream_count(up, "/bob/meetings/"), 2, "the calendar and one copy");
	cr_expect_eq(bobs().state, UB_COPY_STANDS, "%s", why);
}

Test(copies, are_taken_back_though_nobody_has_heard_that_they_were_written)
{
	upstream_fail(up, "PUT", 3, 0);
	cr_assert_eq(run_one(), UB_PASS_SETTLED, "the items: %s", why);
	cr_assert_eq(run_one(), UB_PASS_AGAIN, "%s", why);
	cr_assert_eq(upstream_count(up, "/bob/meetings/"), 2, "the calendar and the copy");
	upstream_delete(up, ub_text_cstr(arena, bobs().item), "");
	put_meeting_key();
	cr_assert_eq(run_one(), UB_PASS_SETTLED, "the items: %s", why);
	work_on_all();
	cr_expect_eq(upstream_count(up, "/bob/meetings/"), 1, "the calendar: %s", why);
	cr_expect_eq(bobs().state, UB_COPY_REMOVED);
}

/* The server has brought it itself, under a name of its own, and does not show it at first. */
Test(copies, are_not_written_beside_what_the_server_has_found_and_does_not_show_now)
{
	cr_assert_eq(run_one(), UB_PASS_SETTLED, "the items: %s", why);
	upstream_store(up, "/bob/meetings/invited.ics", text_at(bobs().item));
	upstream_fail(up, "GET", 2, 503);
	cr_expect_eq(run_one(), UB_PASS_AGAIN, "%s", why);
	now++;
	work_on_all();
	cr_expect_eq(upstream_count(up, "/bob/meetings/"), 2, "the calendar and what it had: %s", why);
	cr_expect_eq(bobs().state, UB_COPY_SERVERS);
}

Test(copies, stay_behind_until_the_server_has_room)
{
	work_on_all();
	day = "20261119";
	store_meeting(MEETING, guest, "");
	put_meeting_key();
	upstream_fail(up, "PUT", 3, 507);
	cr_assert_eq(run_one(), UB_PASS_SETTLED, "the items: %s", why);
	cr_expect_eq(run_one(), UB_PASS_AGAIN);
	struct ub_store_copy copy = bobs();
	cr_expect_eq(copy.state, UB_COPY_STANDS);
	cr_expect(
	    ub_text_starts(copy.problem, UB_TEXT("it cannot be changed: ")), "%.*s", UB_ARGS(copy.problem));
	cr_expect_not_null(strstr(text_at(copy.href), "20261109T"), "as it was");
	now++;
	work_on_all();
	copy = bobs();
	cr_expect_eq(copy.problem.len, 0, "%.*s", UB_ARGS(copy.problem));
	cr_expect_not_null(strstr(text_at(copy.href), "20261116T"), "in step");
}

/* A removal that the server has refused leaves the copy as one that stands: when it is gone later, its owner
 * has deleted it. */
Test(copies, stand_where_their_removal_fails)
{
	work_on_all();
	upstream_delete(up, MEETING, "");
	put_meeting_key();
	now += snapshot->settings->deletion_grace + 1;
	cr_assert_eq(run_one(), UB_PASS_SETTLED, "the items: %s", why);
	upstream_fail(up, "DELETE", 1, 403);
	cr_expect_eq(run_one(), UB_PASS_CONFLICT);
	struct ub_store_copy copy = bobs();
	cr_expect_eq(copy.state, UB_COPY_STANDS);
	cr_expect(ub_text_starts(copy.problem, UB_TEXT("it cannot be removed: refused")), "%.*s",
	    UB_ARGS(copy.problem));
	cr_expect_not_null(text_at(copy.href));
	now++;
	work_on_all();
	cr_expect_eq(bobs().state, UB_COPY_REMOVED, "%s", why);
	cr_expect_null(text_at(copy.href));
}

/* Whether the server sends invitations is forgotten when the settings are read again, and asked once an item
 * has colleagues. */
Test(copies, are_taken_back_before_it_is_found_out_again_that_copies_are_the_way)
{
	world_tear_down();
	setup_with(strchr(world_copies, '\n') + 1); /* without `deliver` */
	work_on_all();
	cr_assert_eq(bobs().state, UB_COPY_STANDS, "%s", why);
	struct ub_freebusy *before = snapshot->freebusy;
	snapshot->freebusy = ub_freebusy_new();
	upstream_delete(up, MEETING, "");
	put_meeting_key();
	now += snapshot->settings->deletion_grace + 1;
	work_on_all();
	cr_expect_eq(bobs().state, UB_COPY_REMOVED, "%s", why);
	cr_expect_null(text_at(bobs().href));
	ub_freebusy_free(&snapshot->freebusy);
	snapshot->freebusy = before;
}
