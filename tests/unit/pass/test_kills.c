/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The process is killed at any of a pass's requests, before or after the server has carried it out. What the
 * store has kept by then is all that the next process knows.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "leaks.h"
#include "world.h"

static const char *const ends[] = { "", "-wal" };
static char folder[64];
static bool killed; /* the first process */

static const char *path_of(const char *name, const char *end)
{
	return ub_textf(arena, "%s/%s%s", folder, name, end).ptr;
}

static void open_store(const char *name)
{
	struct ub_text problem;
	store = ub_store_sqlite_open(path_of(name, ""), 0, arena, &problem);
	cr_assert(store, "%.*s", UB_ARGS(problem));
}

static void setup(void)
{
	world_set_up();
	snprintf(folder, sizeof(folder), "/tmp/upbeat-kills-XXXXXX");
	cr_assert(mkdtemp(folder));
	ub_store_close(&store);
	open_store("first");
	killed = false;
	now = NOW;
	day = "20261112";
}

static void teardown(void)
{
	world_tear_down();
	char command[96];
	snprintf(command, sizeof(command), "rm -r %s", folder);
	cr_assert_eq(system(command), 0);
}

TestSuite(kills, .init = setup, .fini = teardown);

static void copy(const char *from, const char *to)
{
	char bytes[65536];
	FILE *in = fopen(from, "r"), *out = fopen(to, "w");
	if (!in || !out)
		abort();
	for (size_t n; (n = fread(bytes, 1, sizeof(bytes), in)) > 0;)
		fwrite(bytes, 1, n, out);
	fclose(in);
	fclose(out);
}

/* The files as a process leaves them that is killed now. While it waits for the server, it writes nothing. */
static void leave_files(void)
{
	char from[96], to[96];
	for (size_t i = 0; i < UB_COUNT(ends); i++) {
		snprintf(from, sizeof(from), "%s/first%s", folder, ends[i]);
		snprintf(to, sizeof(to), "%s/second%s", folder, ends[i]);
		copy(from, to);
	}
}

static void put_key(void)
{
	const struct ub_key key = { UB_KEY_OBJECT, UB_TEXT("up"), UB_TEXT(MEETING), UB_TEXT("alice"),
		UB_TEXT_NONE };
	cr_assert_eq(ub_store_put(store, &key, 1, now * 1000, now * 1000), UB_STORE_OK);
}

/* Works on all keys, as workers do; what is to be tried again is, a minute later. */
static void work(void)
{
	struct ub_job job;
	for (int i = 0; i < 10; i++) {
		if (ub_store_take(store, now * 1000, UB_LEASE_MS, arena, &job) != UB_STORE_OK)
			return;
		enum ub_pass_end end = pass_of(&job);
		if (end == UB_PASS_SETTLED)
			cr_assert_eq(ub_store_settle(store, &job, now * 1000), UB_STORE_OK);
		else
			cr_assert_eq(
			    ub_store_retry(store, &job, now * 1000, now * 1000, UB_TEXT_NONE), UB_STORE_OK);
		if (upstream_dead(up))
			return;
		now += 60;
	}
	cr_assert_fail("the key comes to no end: %s", why);
}

/* Works until the nth request, where the process is killed, and begins the next one. *killed: there are so
 * many requests. */
static void work_until_killed(size_t nth, bool after)
{
	upstream_die_at(up, nth, after, leave_files);
	work();
	killed = upstream_revive(up);
	if (!killed)
		return;
	ub_store_close(&store);
	open_store("second");
	cr_assert_eq(ub_store_recover(store, true, now * 1000), UB_STORE_OK);
}

static void start_anew(void)
{
	teardown();
	setup();
}

/* Tells a story for each request, killed before and after it. Returns how many kills there were. */
static size_t at_each_request(void (*story)(size_t nth, bool after))
{
	size_t kills = 0;
	for (size_t nth = 1;; nth++)
		for (int after = 0; after < 2; after++) {
			story(nth, after);
			kills += killed;
			if (!killed)
				return kills;
			start_anew();
		}
}

static void make_items(size_t nth, bool after)
{
	store_meeting(MEETING, guest, "");
	put_key();
	work_until_killed(nth, after);
	work();
	cr_assert_eq(upstream_count(up, "/alice/meetings/"), 3, "killed at request %zu: %s", nth, why);
	put_key();
	size_t puts = upstream_requests(up, "PUT");
	work();
	cr_assert_eq(upstream_requests(up, "PUT"), puts, "killed at request %zu: %s", nth, why);
}

Test(kills, make_no_item_twice_and_lose_none)
{
	cr_expect_geq(at_each_request(make_items), 10);
}

static void delete_meeting_meanwhile(size_t nth, bool after)
{
	store_meeting(MEETING, guest, "");
	put_key();
	work_until_killed(nth, after);
	upstream_delete(up, MEETING, "");
	put_key();
	work();
	cr_assert_eq(upstream_count(up, "/alice/meetings/"), 0, "killed at request %zu: %s", nth, why);
}

Test(kills, leave_no_items_of_a_meeting_that_is_deleted_meanwhile)
{
	cr_expect_geq(at_each_request(delete_meeting_meanwhile), 10);
}

static void move_meeting(size_t nth, bool after)
{
	store_meeting(MEETING, guest, "");
	put_key();
	work();
	day = "20261119";
	store_meeting(MEETING, guest, "");
	put_key();
	work_until_killed(nth, after);
	work();
	cr_assert_eq(upstream_count(up, "/alice/meetings/"), 3, "killed at request %zu: %s", nth, why);
	cr_assert_eq(upstream_containing(up, "20261119T130000Z"), 1, "the meeting");
	struct ub_store_items items;
	cr_assert_eq(ub_store_items(store, ub_organization, UB_TEXT("m-1"), arena, &items), UB_STORE_OK);
	for (size_t i = 0; i < items.n; i++)
		cr_assert_eq(items.items[i].outcome.occasion_start, INT64_C(1795093200000),
		    "killed at request %zu: item %zu does not know that it went along", nth, i);
}

Test(kills, let_items_go_along_all_the_same)
{
	cr_expect_geq(at_each_request(move_meeting), 8);
}

static void lose_guests(size_t nth, bool after)
{
	store_meeting(MEETING, guest, "");
	put_key();
	work();
	store_meeting(MEETING, "", "");
	put_key();
	work_until_killed(nth, after);
	work();
	cr_assert_eq(upstream_count(up, "/alice/meetings/"), 1, "killed at request %zu: %s", nth, why);
	store_meeting(MEETING, guest, "");
	put_key();
	work();
	cr_assert_eq(upstream_count(up, "/alice/meetings/"), 3,
	    "killed at request %zu, a removal counts as the user's: %s", nth, why);
}

Test(kills, do_not_make_a_removal_the_users)
{
	cr_expect_geq(at_each_request(lose_guests), 8);
}
