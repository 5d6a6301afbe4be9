/* SPDX-License-Identifier: Apache-2.0 */

/* The SQLite store on a disk that becomes full: SQLite writes by a function of these tests. */
#include <criterion/criterion.h>

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>

#include "folder.h"
#include "leaks.h"
#include "store-private.h"

static char folder[FOLDER_PATH];
static const char *path;
static struct ub_arena *arena;
static struct ub_store *store;
static struct ub_text why;
static size_t room; /* writes that the disk has room for */

enum { PLENTY = 1000000 };

static ssize_t write_if_room(int fd, const void *bytes, size_t n, off_t at)
{
	if (room == 0) {
		errno = ENOSPC;
		return -1;
	}
	room--;
	return pwrite(fd, bytes, n, at);
}

static void setup(void)
{
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
	cr_assert_eq(vfs->xSetSystemCall(vfs, "pwrite", (sqlite3_syscall_ptr)write_if_room), SQLITE_OK);
	cr_assert_eq(vfs->xSetSystemCall(vfs, "pwrite64", (sqlite3_syscall_ptr)write_if_room), SQLITE_OK);
	room = PLENTY;
	arena = ub_arena_new();
	path = ub_textf(arena, "%s/db", make_folder(folder)).ptr;
	store = ub_store_sqlite_open(path, 0, arena, &why);
	cr_assert(store, "%.*s", UB_ARGS(why));
}

static void teardown(void)
{
	room = PLENTY;
	ub_store_close(&store);
	ub_arena_free(&arena);
	ub_leak_check();
}

TestSuite(full, .init = setup, .fini = teardown);

#define OK(call) cr_assert_eq((call), UB_STORE_OK, "%s", ub_store_problem(store))

static const struct ub_key key = { UB_KEY_OBJECT, { "http://up", 9 }, { "/a/c/1.ics", 10 }, { "anna", 4 },
	{ "/a/c/", 5 } };
static const struct ub_text o = { "o", 1 };

static void put_item(const char *identity)
{
	const struct ub_store_item item = {
		.organization = o, .meeting_uid = UB_TEXT("m"), .identity = ub_text(identity)
	};
	OK(ub_store_put_item(store, &item));
}

static size_t items(void)
{
	struct ub_store_items found;
	OK(ub_store_items(store, o, UB_TEXT("m"), arena, &found));
	return found.n;
}

/* The disk becomes full, and nobody can keep what is not kept yet. */
static void fill(void)
{
	room = 0;
	cr_assert_eq(ub_store_keep(store), UB_STORE_FAILED);
	cr_expect_str_eq(ub_store_problem(store), "database or disk is full");
}

Test(full, what_cannot_be_kept_is_lost_and_the_store_says_so)
{
	put_item("kept");
	OK(ub_store_keep(store));
	const uint64_t losses = ub_store_losses(store);
	put_item("lost");
	fill();
	cr_expect(ub_store_losses(store) > losses);
	cr_expect_eq(items(), 1);
	room = PLENTY;
	const uint64_t now = ub_store_losses(store);
	put_item("again");
	OK(ub_store_keep(store));
	cr_expect_eq(items(), 2);
	cr_expect_eq(ub_store_losses(store), now);
}

/* Two pages of texts are the first that the cache has no room for, in the middle of a step. */
Test(full, a_step_that_takes_the_transaction_along_says_so)
{
	struct ub_text text = ub_textf(arena, "%*s", 1000 * 1000, "");
	struct ub_store_seen seen = { .organization = o, .upstream = UB_TEXT("u"), .text = text };
	enum ub_store_result result = UB_STORE_OK;
	put_item("lost");
	const uint64_t losses = ub_store_losses(store);
	room = 0;
	for (int i = 0; i < 100 && result == UB_STORE_OK; i++) {
		seen.href = seen.meeting_uid = ub_textf(arena, "/%d", i);
		result = ub_store_put_seen(store, &seen);
	}
	cr_assert_eq(result, UB_STORE_FAILED);
	cr_expect(ub_store_losses(store) > losses);
	cr_expect_eq(items(), 0);
}

Test(full, nobody_takes_a_key_while_the_work_on_it_cannot_be_kept)
{
	struct ub_job job;
	int64_t due;
	OK(ub_store_put(store, &key, 1, 0, 0));
	put_item("lost");
	fill();
	OK(ub_store_next_due(store, &due));
	cr_expect_eq(due, INT64_MAX);
	for (int i = 0; i < 3; i++)
		cr_expect_eq(ub_store_take(store, 0, 1000, arena, &job), UB_STORE_FAILED);
	room = PLENTY;
	OK(ub_store_take(store, 0, 1000, arena, &job));
	cr_expect_eq(job.attempts, 1);
	OK(ub_store_settle(store, &job, 0));
	OK(ub_store_keep(store));
	cr_expect_eq(ub_store_take(store, 0, 1000, arena, &job), UB_STORE_NONE);
}

Test(full, a_key_is_done_again_at_once_when_the_end_of_its_work_was_lost)
{
	struct ub_job job, again;
	OK(ub_store_put(store, &key, 1, 0, 60000));
	OK(ub_store_hurry(store, &key, 1, 0, 0));
	OK(ub_store_take(store, 0, 1000, arena, &job));
	OK(ub_store_keep(store));
	OK(ub_store_settle(store, &job, 0));
	fill();
	room = PLENTY;
	OK(ub_store_take(store, 0, 1000, arena, &again));
	cr_expect_eq(again.id, job.id);
	cr_expect_eq(again.crashes, 0, "no worker has died at it");
}

Test(full, a_key_that_is_worked_on_stays_taken_when_something_was_lost)
{
	struct ub_job job, again;
	OK(ub_store_put(store, &key, 1, 0, 0));
	OK(ub_store_take(store, 0, 1000, arena, &job));
	OK(ub_store_keep(store));
	put_item("lost");
	fill();
	room = PLENTY;
	cr_expect_eq(ub_store_take(store, 0, 1000, arena, &again), UB_STORE_NONE);
	OK(ub_store_settle(store, &job, 0));
}

Test(full, a_key_that_was_hurried_is_due_when_that_was_lost)
{
	struct ub_job job;
	OK(ub_store_put(store, &key, 1, 0, 60000));
	OK(ub_store_hurry(store, &key, 1, 0, 0));
	fill();
	room = PLENTY;
	OK(ub_store_take(store, 0, 1000, arena, &job));
}

static int64_t asked(const char *sql);

Test(full, a_loss_is_made_up_for_again_when_a_statement_of_that_failed)
{
	struct ub_job job;
	OK(ub_store_put(store, &key, 1, 0, 60000));
	OK(ub_store_hurry(store, &key, 1, 0, 0));
	fill();
	room = PLENTY;
	(void)asked("CREATE TRIGGER no BEFORE UPDATE ON key BEGIN SELECT RAISE(ABORT, 'no'); END");
	cr_expect_eq(ub_store_take(store, 0, 1000, arena, &job), UB_STORE_FAILED);
	(void)asked("DROP TRIGGER no");
	OK(ub_store_take(store, 0, 1000, arena, &job));
}

Test(full, a_new_file_is_none_that_waits_for_room)
{
	ub_store_close(&store);
	unlink(path);
	room = 0;
	cr_assert_null(store = ub_store_sqlite_open(path, 0, arena, &why));
	cr_expect_neq(errno, ENOSPC);
}

/* ---- a file of version 17 ---- */

/* By a connection for which there is room. */
static int64_t asked(const char *sql)
{
	sqlite3 *db;
	sqlite3_stmt *statement = NULL;
	size_t before = room;
	room = PLENTY;
	cr_assert_eq(sqlite3_open(path, &db), SQLITE_OK);
	cr_assert_eq(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK, "%s", sqlite3_errmsg(db));
	int64_t number = sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : -1;
	sqlite3_finalize(statement);
	sqlite3_close(db);
	room = before;
	return number;
}

static void make_version_17(void)
{
	static const char *const statements[] = { "DROP TABLE appointment",
		"CREATE TABLE appointment(organization TEXT, uid TEXT, person TEXT, meeting_uid TEXT NOT "
		"NULL,"
		" upstream TEXT NOT NULL, href TEXT NOT NULL, item INTEGER NOT NULL, beginning INTEGER NOT "
		"NULL,"
		" ending INTEGER NOT NULL, PRIMARY KEY(organization, uid, person)) WITHOUT ROWID",
		"CREATE INDEX appointment_of ON appointment(organization, person, ending)",
		"CREATE INDEX appointment_at ON appointment(organization, upstream, href)",
		"CREATE INDEX appointment_of_item ON appointment(organization, person, ending) WHERE item = "
		"1",
		"WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < 1000)"
		" INSERT INTO appointment SELECT 'o', 'e' || i, 'anna', 'm', 'u', '/' || i, 0, i, i + 1 FROM "
		"n",
		"PRAGMA user_version = 17" };
	ub_store_close(&store);
	for (size_t i = 0; i < UB_COUNT(statements); i++)
		(void)asked(statements[i]);
}

Test(full, the_file_of_an_earlier_version_stays_as_it_is_until_there_is_room_for_the_next)
{
	size_t refused = 0;
	make_version_17();
	for (size_t enough = 0; !store; enough++) {
		room = enough;
		store = ub_store_sqlite_open(path, 0, arena, &why);
		if (store)
			break;
		refused++;
		cr_assert_eq(errno, ENOSPC);
		bool clear = ub_text_find(why, UB_TEXT("full"), 0) != SIZE_MAX ||
			     ub_text_find(why, UB_TEXT("No space left on device"), 0) != SIZE_MAX;
		cr_assert(clear, "%.*s", UB_ARGS(why));
		cr_assert_eq(asked("PRAGMA user_version"), 17);
		cr_assert_eq(asked("SELECT count(*) FROM appointment"), 1000);
		cr_assert_eq(asked("SELECT count(*) FROM sqlite_schema WHERE name LIKE '%_of_17'"), 0);
	}
	struct ub_store_appointments found;
	cr_expect(refused > 10, "%zu", refused);
	OK(ub_store_appointments(store, o, UB_TEXT("anna"), 0, 2000, arena, &found));
	cr_expect_eq(found.n, 1000);
}
