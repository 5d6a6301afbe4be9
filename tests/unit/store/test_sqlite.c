/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "leaks.h"
#include "upbeat/store.h"

static char directory[64], path[96];
static struct ub_arena *arena;
static struct ub_store *store;
static struct ub_text why;

static struct ub_store *open_store(void)
{
	return ub_store_sqlite_open(path, 0, arena, &why);
}

static void setup(void)
{
	arena = ub_arena_new();
	strcpy(directory, "/tmp/upbeat-sqlite-XXXXXX");
	cr_assert(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/db", directory);
	store = open_store();
	cr_assert(store, "%.*s", UB_ARGS(why));
}

static void teardown(void)
{
	ub_store_close(&store);
	const char *const ends[] = { "", "-wal", "-shm" };
	for (size_t i = 0; i < UB_COUNT(ends); i++)
		unlink(ub_textf(arena, "%s%s", path, ends[i]).ptr);
	rmdir(directory);
	ub_arena_free(&arena);
	ub_leak_check();
}

TestSuite(sqlite, .init = setup, .fini = teardown);

static const struct ub_key key = { UB_KEY_OBJECT, { "http://up", 9 }, { "/a/c/1.ics", 10 }, { "anna", 4 },
	{ "/a/c/", 5 } };

/* What somebody else does to the file while no daemon has it. */
static void meddle(const char *sql)
{
	sqlite3 *db;
	ub_store_close(&store);
	cr_assert_eq(sqlite3_open(path, &db), SQLITE_OK);
	cr_assert_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK, "%s", sqlite3_errmsg(db));
	sqlite3_close(db);
}

static void is_refused(const char *because)
{
	cr_assert_null(store = open_store());
	cr_assert_neq(ub_text_find(why, ub_text(because), 0), SIZE_MAX, "%.*s", UB_ARGS(why));
	cr_assert(ub_text_starts(why, ub_text(path)), "%.*s", UB_ARGS(why));
}

static void reopen(void)
{
	ub_store_close(&store);
	store = open_store();
	cr_assert(store, "%.*s", UB_ARGS(why));
}

Test(sqlite, keeps_keys_items_and_meetings_over_a_restart)
{
	struct ub_store_item item = { .organization = UB_TEXT("o"),
		.meeting_uid = UB_TEXT("m"),
		.identity = UB_TEXT("i"),
		.href = UB_TEXT("/a/c/2.ics"),
		.generation = 3,
		.state = UB_ITEM_EXISTS,
		.changed = 7 };
	struct ub_store_seen seen = { .organization = UB_TEXT("o"),
		.meeting_uid = UB_TEXT("m"),
		.upstream = UB_TEXT("u"),
		.href = UB_TEXT("/a/c/1.ics"),
		.text = UB_TEXT("BEGIN:VCALENDAR"),
		.end = 9 };
	struct ub_jobs jobs;
	struct ub_store_items items;
	cr_assert_eq(ub_store_put(store, &key, 1, 5, 50), UB_STORE_OK);
	cr_assert_eq(ub_store_put_item(store, &item), UB_STORE_OK);
	cr_assert_eq(ub_store_put_seen(store, &seen), UB_STORE_OK);
	reopen();
	cr_assert_eq(ub_store_jobs(store, arena, &jobs), UB_STORE_OK);
	cr_assert(
	    jobs.n == 1 && jobs.items[0].due == 50 && ub_text_is(jobs.items[0].key.collection, "/a/c/"));
	cr_assert_eq(ub_store_items(store, UB_TEXT("o"), UB_TEXT("m"), arena, &items), UB_STORE_OK);
	cr_assert(
	    items.n == 1 && items.items[0].generation == 3 && ub_text_is(items.items[0].href, "/a/c/2.ics"));
	cr_assert_eq(ub_store_seen(store, UB_TEXT("o"), UB_TEXT("u"), UB_TEXT("/a/c/1.ics"), arena, &seen),
	    UB_STORE_OK);
	cr_assert(ub_text_is(seen.text, "BEGIN:VCALENDAR") && seen.end == 9);
}

Test(sqlite, keeps_leases_until_it_is_told_how_the_last_daemon_ended)
{
	struct ub_job job;
	cr_assert_eq(ub_store_put(store, &key, 1, 0, 0), UB_STORE_OK);
	cr_assert_eq(ub_store_take(store, 10, 1000, arena, &job), UB_STORE_OK);
	reopen();
	cr_assert_eq(ub_store_take(store, 10, 1000, arena, &job), UB_STORE_NONE);
	cr_assert_eq(ub_store_recover(store, true, 10), UB_STORE_OK);
	reopen();
	cr_assert_eq(ub_store_recover(store, true, 10), UB_STORE_OK);
	cr_assert_eq(ub_store_take(store, 10, 1000, arena, &job), UB_STORE_OK);
	cr_assert_eq(job.crashes, 1);
}

Test(sqlite, keeps_its_files_from_others)
{
	const char *const ends[] = { "", "-wal", "-shm" };
	cr_assert_eq(ub_store_put(store, &key, 1, 0, 0), UB_STORE_OK);
	for (size_t i = 0; i < UB_COUNT(ends); i++) {
		struct stat status;
		cr_assert_eq(stat(ub_textf(arena, "%s%s", path, ends[i]).ptr, &status), 0, "%s", ends[i]);
		cr_assert_eq(status.st_mode & 0777, 0600, "%s: %o", ends[i], status.st_mode & 0777);
	}
}

Test(sqlite, is_one_daemons_at_a_time)
{
	cr_assert_null(open_store());
	cr_assert_neq(
	    ub_text_find(why, UB_TEXT("in use by another daemon"), 0), SIZE_MAX, "%.*s", UB_ARGS(why));
	ub_store_close(&store);
	cr_assert(store = open_store());
}

Test(sqlite, says_why_it_cannot_be_opened)
{
	struct ub_store *none = ub_store_sqlite_open("/no/such/directory/db", 0, arena, &why);
	cr_assert_null(none);
	cr_assert_neq(ub_text_find(why, UB_TEXT("No such file"), 0), SIZE_MAX, "%.*s", UB_ARGS(why));
	cr_assert_null(none = ub_store_sqlite_open(directory, 0, arena, &why), "a directory is no store");
	ub_store_close(&store);
	unlink(path);
	FILE *file = fopen(path, "w");
	for (int i = 0; i < 1000; i++)
		fputs("this is no database ", file);
	fclose(file);
	cr_assert_null(store = open_store());
	cr_assert_neq(ub_text_find(why, UB_TEXT("not a database"), 0), SIZE_MAX, "%.*s", UB_ARGS(why));
}

Test(sqlite, keeps_texts_with_any_bytes)
{
	static const char bytes[] = "\0a'\"\xff;--";
	struct ub_key odd = key;
	struct ub_job job;
	odd.href = ub_text_n(bytes, sizeof(bytes));
	cr_assert_eq(ub_store_put(store, &odd, 1, 0, 0), UB_STORE_OK);
	reopen();
	cr_assert_eq(ub_store_take(store, 0, 1000, arena, &job), UB_STORE_OK);
	cr_assert(ub_text_eq(job.key.href, odd.href));
}

Test(sqlite, leaves_another_programs_database_as_it_is)
{
	struct stat before, after;
	ub_store_close(&store);
	unlink(path);
	meddle("CREATE TABLE song(title)");
	stat(path, &before);
	is_refused("the database of another program");
	stat(path, &after);
	cr_assert(before.st_mtim.tv_nsec == after.st_mtim.tv_nsec && before.st_size == after.st_size);
	meddle("DROP TABLE song; PRAGMA application_id = 1");
	is_refused("the database of another program");
}

Test(sqlite, refuses_a_schema_of_another_number)
{
	meddle("PRAGMA user_version = 2");
	is_refused("its schema has the number 2, this program knows 1");
	meddle("PRAGMA user_version = 1");
	reopen();
}

Test(sqlite, takes_an_empty_file)
{
	ub_store_close(&store);
	unlink(path);
	fclose(fopen(path, "w"));
	reopen();
}

Test(sqlite, waits_for_a_predecessor_that_is_about_to_end)
{
	pid_t predecessor = fork();
	if (predecessor == 0) {
		usleep(200000);
		_exit(0);
	}
	/* The child holds the lock, too, until it ends. */
	ub_store_close(&store);
	cr_assert_null(open_store());
	store = ub_store_sqlite_open(path, 5000, arena, &why);
	cr_assert(store, "%.*s", UB_ARGS(why));
	waitpid(predecessor, NULL, 0);
}
