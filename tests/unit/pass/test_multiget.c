/* SPDX-License-Identifier: Apache-2.0 */

/* The items of a meeting are asked for by one request, and what a server makes of that. */
#include <string.h>

#include "leaks.h"
#include "world.h"

TestSuite(multiget, .init = world_set_up, .fini = world_tear_down);

static void lose_memory(void)
{
	ub_store_close(&store);
	store = ub_store_memory_open();
}

Test(multiget, asks_for_all_items_by_one_request)
{
	store_and_run();
	cr_expect_eq(upstream_requests(up, "GET"), 1, "of the meeting");
	cr_expect_eq(upstream_requests(up, "multiget"), 1);
	run_on(MEETING);
	cr_expect_eq(upstream_requests(up, "GET"), 2);
	cr_expect_eq(upstream_requests(up, "multiget"), 2);
	cr_expect_eq(upstream_requests(up, "PUT"), 2);
}

Test(multiget, finds_items_that_the_store_has_forgotten)
{
	store_and_run();
	lose_memory();
	cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED, "%s", why);
	cr_expect_eq(upstream_requests(up, "GET"), 2);
	cr_expect_eq(upstream_requests(up, "PUT"), 2);
}

Test(multiget, makes_do_with_single_requests_where_the_server_cannot)
{
	static const int statuses[] = { 400, 403, 404, 405, 409, 500, 501 };
	store_and_run();
	for (size_t i = 0; i < UB_COUNT(statuses); i++) {
		size_t gets = upstream_requests(up, "GET");
		upstream_fail(up, "multiget", 1, statuses[i]);
		lose_memory();
		cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED, "%d: %s", statuses[i], why);
		cr_expect_eq(upstream_requests(up, "GET"), gets + 3, "%d", statuses[i]);
		cr_expect_eq(upstream_requests(up, "PUT"), 2, "%d", statuses[i]);
	}
}

Test(multiget, takes_no_web_page_for_an_answer)
{
	store_and_run();
	upstream_lie(up, UPSTREAM_BABBLES);
	lose_memory();
	cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED, "%s", why);
	cr_expect_eq(upstream_requests(up, "PUT"), 2);
}

Test(multiget, tries_again_when_the_server_is_busy)
{
	store_meeting(MEETING, guest, "");
	upstream_fail(up, "multiget", 1, 503);
	cr_expect_eq(run_on(MEETING), UB_PASS_AGAIN, "%s", why);
	upstream_fail(up, "multiget", 1, 401);
	cr_expect_eq(run_on(MEETING), UB_PASS_DENIED, "%s", why);
	cr_expect_eq(upstream_requests(up, "PUT"), 0);
	cr_expect_eq(upstream_requests(up, "GET"), 2, "of the meeting alone");
}

Test(multiget, does_not_believe_that_what_the_store_knows_is_gone)
{
	store_and_run();
	upstream_lie(up, UPSTREAM_DENIES_ALL);
	cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED, "%s", why);
	upstream_lie(up, UPSTREAM_LIES_NOT);
	day = "20261119";
	store_meeting(MEETING, guest, "");
	cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED, "%s", why);
	cr_expect_eq(upstream_requests(up, "PUT"), 4, "both items go along: %s", why);
}

Test(multiget, makes_nothing_twice_of_which_it_was_told_that_it_is_gone)
{
	store_and_run();
	upstream_lie(up, UPSTREAM_DENIES_ALL);
	lose_memory();
	struct ub_key key = { UB_KEY_OBJECT, UB_TEXT("up"), UB_TEXT(MEETING), UB_TEXT("alice"),
		UB_TEXT_NONE };
	struct ub_job job;
	cr_assert_eq(ub_store_put(store, &key, 1, now * 1000, 0), UB_STORE_OK);
	cr_assert_eq(ub_store_take(store, now * 1000, UB_LEASE_MS, arena, &job), UB_STORE_OK);
	cr_expect_eq(pass_of(&job), UB_PASS_CONFLICT, "%s", why);
	cr_assert_eq(ub_store_retry(store, &job, now * 1000, 0, UB_TEXT_NONE), UB_STORE_OK);
	cr_assert_eq(ub_store_take(store, now * 1000, UB_LEASE_MS, arena, &job), UB_STORE_OK);
	cr_expect_eq(pass_of(&job), UB_PASS_SETTLED, "%s", why);
	cr_expect_eq(upstream_count(up, "/alice/meetings/"), 3);
	struct ub_store_items items;
	cr_assert_eq(ub_store_items(store, ub_organization, UB_TEXT("m-1"), arena, &items), UB_STORE_OK);
	cr_expect_eq(items.n, 2, "what stands is known again");
}

Test(multiget, writes_every_line_with_the_end_that_it_had)
{
	store_and_run();
	day = "20261119";
	store_and_run();
	cr_assert_eq(upstream_requests(up, "PUT"), 4, "%s", why);
	cr_assert_eq(upstream_requests(up, "GET"), 2);
	cr_expect_eq(upstream_containing(up, "\r\r\n"), 0);
	cr_expect_eq(upstream_containing(up, "END:VCALENDAR\r\n"), 3);
	cr_expect_eq(upstream_containing(up, "BEGIN:VCALENDAR\r\n"), 3);
}
