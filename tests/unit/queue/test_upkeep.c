/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "folder.h"
#include "leaks.h"
#include "upkeep.h"

#define OK(call) cr_assert_eq((call), UB_STORE_OK)

static struct ub_arena *arena;
static struct ub_store *store, *shelter;
static const struct ub_key key = { UB_KEY_OBJECT, { "http://up", 9 }, { "/a/c/1.ics", 10 }, { "anna", 4 },
	{ "/a/c/", 5 } };

static void setup(void)
{
	arena = ub_arena_new();
	store = ub_store_memory_open();
	shelter = ub_store_memory_open();
}

static void teardown(void)
{
	ub_store_close(&store);
	ub_store_close(&shelter);
	ub_arena_free(&arena);
	ub_leak_check();
}

TestSuite(upkeep, .init = setup, .fini = teardown);

static size_t keys_in(struct ub_store *of)
{
	struct ub_jobs jobs;
	OK(ub_store_jobs(of, arena, &jobs));
	return jobs.n;
}

static void with_log(struct ub_upkeep *upkeep, void (*work)(struct ub_upkeep *, int64_t), int64_t now)
{
	int fd = open("/dev/null", O_WRONLY);
	upkeep->log = ub_log_new(fd, UB_LOG_ERROR, UB_LOG_TEXT, "test");
	work(upkeep, now);
	ub_log_free(&upkeep->log);
	close(fd);
}

static void keep_up(struct ub_upkeep *upkeep, int64_t now)
{
	with_log(upkeep, queue_upkeep, now);
}

/* As the clock goes from one time to another. */
static void keep_up_for(struct ub_upkeep *upkeep, int64_t from, int64_t to)
{
	for (int64_t now = from; now < to; now += UB_CLOCK_TRUSTED_MS / 2)
		keep_up(upkeep, now);
	keep_up(upkeep, to);
}

static void expire_own(struct ub_upkeep *upkeep, int64_t now)
{
	queue_upkeep_expire(upkeep, upkeep->store, now);
}

static void expire(struct ub_upkeep *upkeep, int64_t now)
{
	with_log(upkeep, expire_own, now);
}

Test(upkeep, brings_keys_back_into_the_store_but_for_what_is_being_worked_on)
{
	struct ub_key other = key;
	struct ub_job job;
	other.href = UB_TEXT("/a/c/2.ics");
	OK(ub_store_put(shelter, &key, 1, 0, 0));
	OK(ub_store_put(shelter, &other, 1, 0, 50000));
	OK(ub_store_take(shelter, 10, 1000, arena, &job));
	queue_upkeep_shelter(store, shelter, 20);
	cr_assert_eq(keys_in(shelter), 1);
	cr_assert_eq(keys_in(store), 1);
	OK(ub_store_settle(shelter, &job, 30));
	OK(ub_store_take(store, 30, 1000, arena, &job));
	cr_assert(ub_text_eq(job.key.href, other.href));
}

Test(upkeep, forgets_meetings_a_year_after_their_end_and_looks_once_a_day)
{
	struct ub_log_pace pace = { 0 };
	struct ub_upkeep upkeep = { .store = store, .pace = &pace };
	struct ub_store_seen seen = { .organization = UB_TEXT("o"), .href = UB_TEXT("/a"), .end = 1 };
	struct ub_store_seens seens;
	OK(ub_store_put_seen(store, &seen));
	keep_up_for(&upkeep, 1 + UB_REMEMBER_MS - UB_CLOCK_TRUSTED_MS, 1 + UB_REMEMBER_MS);
	OK(ub_store_seens(store, UB_TEXT("o"), UB_TEXT_NONE, arena, &seens));
	cr_assert_eq(seens.n, 1, "just so");
	keep_up_for(&upkeep, 1 + UB_REMEMBER_MS, UB_REMEMBER_MS + UB_UPKEEP_MS);
	OK(ub_store_seens(store, UB_TEXT("o"), UB_TEXT_NONE, arena, &seens));
	cr_assert_eq(seens.n, 1, "not yet looked again");
	keep_up(&upkeep, 1 + UB_REMEMBER_MS + UB_UPKEEP_MS);
	OK(ub_store_seens(store, UB_TEXT("o"), UB_TEXT_NONE, arena, &seens));
	cr_assert_eq(seens.n, 0);
}

Test(upkeep, forgets_nothing_by_a_clock_that_was_wrong_for_a_while)
{
	struct ub_log_pace pace = { 0 };
	struct ub_upkeep upkeep = { .store = store, .pace = &pace };
	struct ub_store_seen seen = { .organization = UB_TEXT("o"), .href = UB_TEXT("/a"), .end = 1 };
	struct ub_store_seens seens;
	OK(ub_store_put_seen(store, &seen));
	const int64_t wrong = 10 * UB_REMEMBER_MS, minute = 60000;
	keep_up_for(&upkeep, wrong, wrong + UB_CLOCK_TRUSTED_MS - minute);
	keep_up_for(&upkeep, minute, minute + 2 * UB_UPKEEP_MS);
	keep_up_for(&upkeep, wrong, wrong + UB_CLOCK_TRUSTED_MS - minute);
	keep_up_for(&upkeep, minute, minute + 2 * UB_UPKEEP_MS);
	OK(ub_store_seens(store, UB_TEXT("o"), UB_TEXT_NONE, arena, &seens));
	cr_assert_eq(seens.n, 1, "it was not so late");
	keep_up_for(&upkeep, wrong, wrong + UB_CLOCK_TRUSTED_MS);
	OK(ub_store_seens(store, UB_TEXT("o"), UB_TEXT_NONE, arena, &seens));
	cr_assert_eq(seens.n, 0);
}

Test(upkeep, looks_at_series_by_a_clock_that_was_set_back)
{
	const struct ub_store_seen weekly = { .organization = UB_TEXT("o"),
		.meeting_uid = UB_TEXT("weekly"),
		.upstream = key.upstream,
		.href = key.href,
		.principal = key.principal,
		.end = INT64_MAX,
		.look_again = 2 * UB_LOOKS_MS };
	struct ub_upkeep upkeep = { .store = store };
	keep_up(&upkeep, 2 * UB_UPKEEP_MS);
	OK(ub_store_put_seen(store, &weekly));
	keep_up(&upkeep, 2 * UB_LOOKS_MS);
	cr_assert_eq(keys_in(store), 1);
}

Test(upkeep, gives_up_what_waits_for_too_long)
{
	struct ub_log_pace pace = { 0 };
	struct ub_upkeep upkeep = { .store = store, .pace = &pace };
	struct ub_job job;
	OK(ub_store_put(store, &key, 1, 5, 5));
	OK(ub_store_take(store, 5, 1000, arena, &job));
	OK(ub_store_wait(store, &job, 6, UB_TEXT("waits")));
	expire(&upkeep, 4 + UB_WAIT_MS);
	cr_assert_eq(keys_in(store), 1, "just so");
	expire(&upkeep, 5 + UB_WAIT_MS);
	cr_assert_eq(keys_in(store), 0);
}

Test(upkeep, says_of_no_key_that_it_is_given_up_while_the_store_cannot_forget_it)
{
	static const char path[] = "store.db";
	char said[1000] = "";
	struct ub_text why;
	struct ub_log_pace pace = { 0 };
	FILE *log = tmpfile();
	enter_folder();
	struct ub_store *kept = ub_store_sqlite_open(path, 0, arena, &why);
	cr_assert(kept && log);
	OK(ub_store_put(kept, &key, 1, 5, 5));
	struct ub_upkeep upkeep = { .store = ub_store_sqlite_read(path, arena, &why), .pace = &pace };
	cr_assert(upkeep.store);
	upkeep.log = ub_log_new(fileno(log), UB_LOG_WARNING, UB_LOG_TEXT, "test");
	queue_upkeep_expire(&upkeep, upkeep.store, 5 + UB_WAIT_MS);
	cr_assert(pread(fileno(log), said, sizeof(said) - 1, 0) > 0);
	cr_expect(strstr(said, "the store: "), "%s", said);
	cr_expect_not(strstr(said, "given up"), "%s", said);
	ub_log_free(&upkeep.log);
	ub_store_close(&upkeep.store);
	ub_store_close(&kept);
	fclose(log);
}

Test(upkeep, leaves_strangers_keys_in_memory_until_they_expire)
{
	struct ub_log_pace pace = { 0 };
	struct ub_upkeep upkeep = { .store = shelter, .pace = &pace };
	struct ub_key stranger = key;
	stranger.doubt = UB_DOUBT_CALLER;
	OK(ub_store_put(shelter, &stranger, 1, 0, 0));
	queue_upkeep_shelter(store, shelter, 20);
	cr_assert_eq(keys_in(shelter), 1);
	cr_assert_eq(keys_in(store), 0);
	expire(&upkeep, UB_CREDENTIAL_MS);
	cr_assert_eq(keys_in(shelter), 0);
}

Test(upkeep, looks_at_a_series_again_when_its_next_instance_comes_near)
{
	const struct ub_store_seen weekly = { .organization = { "ours", 4 },
		.meeting_uid = { "weekly", 6 },
		.upstream = key.upstream,
		.href = key.href,
		.collection = key.collection,
		.principal = key.principal,
		.text = { "BEGIN:VCALENDAR", 15 },
		.end = INT64_MAX,
		.look_again = 1000 };
	struct ub_upkeep upkeep = { .store = store };
	OK(ub_store_put_seen(store, &weekly));
	keep_up(&upkeep, 999);
	cr_expect_eq(keys_in(store), 0);
	keep_up(&upkeep, 999 + UB_LOOKS_MS - 1);
	cr_expect_eq(keys_in(store), 0, "it looks once in a while");
	keep_up(&upkeep, 999 + UB_LOOKS_MS);
	cr_assert_eq(keys_in(store), 1);
	struct ub_jobs jobs;
	OK(ub_store_jobs(store, arena, &jobs));
	cr_expect(ub_text_eq(jobs.items[0].key.href, key.href));
	struct ub_store_seens due;
	OK(ub_store_seens_due(store, INT64_MAX, arena, &due));
	cr_expect_eq(due.n, 0, "the pass says anew when");
}
