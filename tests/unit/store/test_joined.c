/* SPDX-License-Identifier: Apache-2.0 */

/* What the SQLite store has kept when the process is killed, as its files tell at that moment. */
#include <criterion/criterion.h>

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"
#include "leaks.h"
#include "store-private.h"

static char folder[FOLDER_PATH];
static struct ub_arena *arena;
static struct ub_store *store;

static const char *path_of(const char *name)
{
	return ub_textf(arena, "%s/%s", folder, name).ptr;
}

static struct ub_store *open_file(const char *name)
{
	struct ub_text why = UB_TEXT_NONE;
	struct ub_store *opened = ub_store_sqlite_open(path_of(name), 0, arena, &why);
	cr_assert(opened, "%.*s", UB_ARGS(why));
	return opened;
}

static void setup(void)
{
	arena = ub_arena_new();
	make_folder(folder);
	store = open_file("db");
}

static void teardown(void)
{
	ub_store_close(&store);
	ub_arena_free(&arena);
	ub_leak_check();
}

TestSuite(joined, .init = setup, .fini = teardown);

#define OK(call) cr_assert_eq((call), UB_STORE_OK, "%s", ub_store_problem(store))

static void copy(const char *from, const char *to)
{
	cr_assert_eq(system(ub_textf(arena, "cp %s %s", path_of(from), path_of(to)).ptr), 0);
}

/* The process is killed, and the next one opens what it has left. */
static void die(void)
{
	copy("db", "left");
	copy("db-wal", "left-wal");
	copy("db-work", "left-work");
	ub_store_close(&store);
	unlink(path_of("db"));
	copy("left", "db");
	copy("left-wal", "db-wal");
	copy("left-work", "db-work");
	store = open_file("db");
	OK(ub_store_recover(store, true, 0));
}

static struct ub_key key_of(const char *href, enum ub_doubt doubt)
{
	return (struct ub_key){ .kind = UB_KEY_OBJECT,
		.upstream = UB_TEXT("http://up"),
		.href = ub_text(href),
		.principal = UB_TEXT("anna"),
		.doubt = doubt };
}

static const struct ub_key key = { UB_KEY_OBJECT, { "http://up", 9 }, { "/a/c/1.ics", 10 }, { "anna", 4 },
	{ "/a/c/", 5 } };

static void put_item(const char *identity)
{
	const struct ub_store_item item = { .organization = UB_TEXT("o"),
		.meeting_uid = UB_TEXT("m"),
		.identity = ub_text(identity),
		.href = UB_TEXT("/a/c/2.ics") };
	OK(ub_store_put_item(store, &item));
}

static size_t items(void)
{
	struct ub_store_items found;
	OK(ub_store_items(store, UB_TEXT("o"), UB_TEXT("m"), arena, &found));
	return found.n;
}

static struct ub_jobs jobs(void)
{
	struct ub_jobs found;
	OK(ub_store_jobs(store, arena, &found));
	return found;
}

static bool is_unkept(void)
{
	return ub_store_unkept(store) < INT64_MAX;
}

Test(joined, what_is_not_kept_goes_and_is_seen_until_then)
{
	put_item("kept");
	OK(ub_store_keep(store));
	cr_expect_not(is_unkept());
	put_item("lost");
	cr_expect(is_unkept());
	cr_expect_eq(items(), 2);
	die();
	cr_expect_eq(items(), 1);
	cr_expect_not(is_unkept());
}

Test(joined, a_key_that_a_client_waits_for_is_kept_with_all_that_came_before)
{
	put_item("before");
	OK(ub_store_put(store, &key, 1, 0, 0));
	put_item("after");
	die();
	cr_expect_eq(items(), 1);
	cr_expect_eq(jobs().n, 1);
}

Test(joined, a_key_that_is_taken_is_known_to_be)
{
	struct ub_job job;
	OK(ub_store_put(store, &key, 1, 0, 60000));
	OK(ub_store_hurry(store, &key, 1, 0, 0));
	OK(ub_store_take(store, 0, 1000, arena, &job));
	cr_expect(is_unkept(), "it costs no transaction");
	die();
	cr_assert_eq(jobs().n, 1);
	cr_expect_eq(jobs().items[0].crashes, 1);
	cr_expect_eq(jobs().items[0].due, 0, "it is worked on again at once");
	OK(ub_store_take(store, 0, 1000, arena, &job));
	OK(ub_store_keep(store));
	die();
	cr_expect_eq(jobs().items[0].crashes, 2, "it is counted once, where the store has kept it, too");
}

Test(joined, a_key_that_the_work_is_done_on_is_not_to_blame)
{
	struct ub_job job;
	OK(ub_store_put(store, &key, 1, 0, 0));
	OK(ub_store_take(store, 0, 1000, arena, &job));
	OK(ub_store_settle(store, &job, 0));
	die();
	cr_assert_eq(jobs().n, 1, "the work on it is done again");
	cr_expect_eq(jobs().items[0].crashes, 0);
}

/* Where a file beside the store's cannot be had, a transaction tells. */
Test(joined, a_key_that_is_taken_is_known_to_be_in_any_case)
{
	struct ub_job job;
	ub_store_close(&store);
	unlink(path_of("db-work"));
	cr_assert_eq(mkdir(path_of("db-work"), 0700), 0);
	store = open_file("db");
	OK(ub_store_put(store, &key, 1, 0, 0));
	OK(ub_store_take(store, 0, 1000, arena, &job));
	cr_expect_not(is_unkept());
	cr_assert_eq(rmdir(path_of("db-work")), 0);
	copy("db", "db-work");
	cr_assert_eq(truncate(path_of("db-work"), 0), 0);
	die();
	cr_expect_eq(jobs().items[0].crashes, 1);
}

/* More keys than the file has room for. */
Test(joined, each_of_many_keys_that_are_taken_is_known_to_be)
{
	struct ub_job job;
	for (int i = 0; i < 100; i++) {
		const struct ub_key one = key_of(ub_textf(arena, "/%d", i).ptr, UB_DOUBT_NONE);
		OK(ub_store_put(store, &one, 1, 0, 0));
	}
	for (int i = 0; i < 100; i++)
		OK(ub_store_take(store, 0, 1000, arena, &job));
	die();
	const struct ub_jobs found = jobs();
	cr_assert_eq(found.n, 100);
	for (size_t i = 0; i < found.n; i++)
		cr_expect_eq(found.items[i].crashes, 1);
}

Test(joined, a_key_that_is_blamed_is_kept)
{
	struct ub_job job;
	OK(ub_store_put(store, &key, 1, 0, 0));
	OK(ub_store_take(store, 0, 1000, arena, &job));
	OK(ub_store_blame(store, &job, 0, UB_TEXT("slow")));
	die();
	cr_expect_eq(jobs().items[0].crashes, 1);
}

Test(joined, a_key_that_is_hurried_is_there_in_any_case)
{
	OK(ub_store_put(store, &key, 1, 0, 60000));
	OK(ub_store_hurry(store, &key, 1, 0, 5));
	cr_expect_eq(jobs().items[0].due, 5);
	cr_expect(is_unkept());
	die();
	cr_assert_eq(jobs().n, 1);
}

Test(joined, a_hurried_key_is_kept_where_nobody_would_come_back_to_it)
{
	const struct ub_key strangers = key_of("/stranger", UB_DOUBT_CALLER),
			    his = key_of("/stranger", UB_DOUBT_NONE);
	struct ub_job job;
	OK(ub_store_hurry(store, &key, 1, 0, 0));
	die();
	cr_assert_eq(jobs().n, 1, "a new key");
	OK(ub_store_take(store, 0, 1000, arena, &job));
	OK(ub_store_set_aside(store, &job, 0, UB_TEXT("refused")));
	OK(ub_store_keep(store));
	OK(ub_store_hurry(store, &key, 1, 0, 0));
	die();
	cr_expect_eq(jobs().items[0].state, UB_JOB_QUEUED, "a key that was set aside");
	OK(ub_store_put(store, &strangers, 1, 0, 10));
	OK(ub_store_hurry(store, &his, 1, 0, 10));
	die();
	cr_expect_eq(jobs().items[1].key.doubt, UB_DOUBT_NONE, "a stranger's key");
}

Test(joined, an_event_that_was_told_is_not_lost)
{
	const struct ub_text sink = UB_TEXT("hook");
	const struct ub_store_event event = { .id = UB_TEXT("1"), .text = UB_TEXT("{}") };
	struct ub_store_events told, again;
	OK(ub_store_set_sinks(store, &sink, 1, arena));
	OK(ub_store_put_item_event(store, NULL, &event));
	OK(ub_store_events(store, sink, 10, arena, &told));
	die();
	OK(ub_store_events(store, sink, 10, arena, &again));
	cr_assert(told.n == 1 && again.n == 1);
	cr_expect_eq(told.items[0].number, again.items[0].number);
	OK(ub_store_events_done(store, sink, 0, told.items[0].number, 0));
	die();
	OK(ub_store_events(store, sink, 10, arena, &again));
	cr_expect_eq(again.n, 0);
}

/* Makes the file refuse items of that identity. */
static void refuse_items(const char *identity)
{
	sqlite3 *db;
	ub_store_close(&store);
	cr_assert_eq(sqlite3_open(path_of("db"), &db), SQLITE_OK);
	const char *sql = ub_textf(arena,
	    "CREATE TRIGGER refuse BEFORE INSERT ON item WHEN new.identity = '%s' "
	    "BEGIN SELECT RAISE(ABORT, 'no'); END",
	    identity)
			      .ptr;
	cr_assert_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK, "%s", sqlite3_errmsg(db));
	sqlite3_close(db);
	store = open_file("db");
}

Test(joined, a_step_that_fails_takes_no_other_step_along)
{
	const struct ub_store_item bad = {
		.organization = UB_TEXT("o"), .meeting_uid = UB_TEXT("m"), .identity = UB_TEXT("bad")
	};
	const struct ub_store_event event = { .id = UB_TEXT("1"), .text = UB_TEXT("{}") };
	const struct ub_text sink = UB_TEXT("hook");
	struct ub_store_events told;
	refuse_items("bad");
	OK(ub_store_set_sinks(store, &sink, 1, arena));
	cr_assert_eq(ub_store_put_item_event(store, &bad, &event), UB_STORE_FAILED);
	cr_expect_not(is_unkept(), "nothing was changed");
	put_item("before");
	cr_assert_eq(ub_store_put_item_event(store, &bad, &event), UB_STORE_FAILED);
	put_item("after");
	OK(ub_store_keep(store));
	die();
	cr_expect_eq(items(), 2);
	OK(ub_store_events(store, sink, 10, arena, &told));
	cr_expect_eq(told.n, 0, "an event goes with its item");
}

Test(joined, what_changes_nothing_leaves_nothing_open)
{
	struct ub_job job;
	size_t woken;
	cr_expect_eq(ub_store_take(store, 0, 1000, arena, &job), UB_STORE_NONE);
	OK(ub_store_wake(store, UB_TEXT("http://up"), 0));
	cr_expect_not(is_unkept());
	OK(ub_store_heard(store, UB_TEXT("http://up"), UB_TEXT("anna"), 0, &woken));
	cr_expect(is_unkept());
}

Test(joined, when_people_are_taken_is_kept_later_than_the_rest)
{
	struct ub_store_appointment event = { .organization = UB_TEXT("o"),
		.uid = UB_TEXT("e"),
		.person = UB_TEXT("anna"),
		.meeting_uid = UB_TEXT("e"),
		.href = UB_TEXT("/e"),
		.end = 9 };
	bool changed;
	OK(ub_store_put_appointment(store, &event, &event.person, 1, false, arena, &changed));
	int64_t left = ub_store_unkept(store);
	cr_expect(left > UB_UNKEPT_MS && left <= UB_UNKEPT_TIMES_MS, "%lld", (long long)left);
	put_item("soon");
	left = ub_store_unkept(store);
	cr_expect(left <= UB_UNKEPT_MS, "%lld", (long long)left);
	event.end = 10;
	OK(ub_store_put_appointment(store, &event, &event.person, 1, false, arena, &changed));
	cr_expect(changed && ub_store_unkept(store) <= left, "it is no longer to wait");
	OK(ub_store_keep(store));
	event.end = 11;
	OK(ub_store_put_appointment(store, &event, &event.person, 1, false, arena, &changed));
	cr_expect(ub_store_unkept(store) > UB_UNKEPT_MS);
}

Test(joined, what_is_open_is_kept_when_the_store_is_closed)
{
	put_item("last");
	ub_store_close(&store);
	store = open_file("db");
	cr_expect_eq(items(), 1);
}
