/* SPDX-License-Identifier: Apache-2.0 */
#include "story.h"

#include <stdio.h>

#include "folder.h"
#include "leaks.h"
#include "store-private.h"

TestSuite(store, .fini = ub_leak_check);

static struct ub_store *open_sqlite(void)
{
	char folder[FOLDER_PATH];
	struct ub_arena *arena = ub_arena_new();
	struct ub_text why = UB_TEXT_NONE;
	const char *path = ub_textf(arena, "%s/db", make_folder(folder)).ptr;
	struct ub_store *store = ub_store_sqlite_open(path, 0, arena, &why);
	cr_assert(store, "%.*s", UB_ARGS(why));
	ub_arena_free(&arena);
	return store;
}

static const struct {
	const char *name;
	struct ub_store *(*open)(void);
} stores[] = {
	{ "memory", ub_store_memory_open },
	{ "sqlite", open_sqlite },
};

void tell(void (*story)(struct story *))
{
	for (size_t i = 0; i < UB_COUNT(stores); i++) {
		struct story s = { stores[i].open(), ub_arena_new() };
		cr_assert_str_eq(s.store->ops->name, stores[i].name);
		story(&s);
		ub_store_close(&s.store);
		ub_arena_free(&s.arena);
	}
}

struct ub_key key(const char *href, const char *principal)
{
	return (struct ub_key){ UB_KEY_OBJECT, UB_TEXT("http://up"), ub_text(href), ub_text(principal),
		UB_TEXT("/c/") };
}

void put(struct story *s, const char *href, int64_t due)
{
	struct ub_key k = key(href, "anna");
	OK(ub_store_put(s->store, &k, 1, 0, due));
}

struct ub_job take(struct story *s, int64_t now)
{
	struct ub_job job;
	OK(ub_store_take(s->store, now, LEASE, s->arena, &job));
	return job;
}

bool nothing_due(struct story *s, int64_t now)
{
	struct ub_job job;
	return ub_store_take(s->store, now, LEASE, s->arena, &job) == UB_STORE_NONE;
}

struct ub_job only_job(struct story *s)
{
	struct ub_jobs jobs;
	OK(ub_store_jobs(s->store, s->arena, &jobs));
	cr_assert_eq(jobs.n, 1);
	return jobs.items[0];
}
