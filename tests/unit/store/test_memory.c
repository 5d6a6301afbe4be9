/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "leaks.h"
#include "upbeat/store.h"

TestSuite(memory_store, .fini = ub_leak_check);

Test(memory_store, takes_keys_up_to_its_limit_all_or_none)
{
	struct ub_store *store = ub_store_memory_open();
	struct ub_arena *arena = ub_arena_new();
	struct ub_key *keys = UB_NEW_ARRAY(arena, struct ub_key, UB_STORE_MEMORY_MAX + 1);
	struct ub_jobs jobs;
	for (size_t i = 0; i <= UB_STORE_MEMORY_MAX; i++)
		keys[i] = (struct ub_key){ .href = ub_textf(arena, "/%06zu", i) };
	cr_assert_eq(ub_store_put(store, keys, UB_STORE_MEMORY_MAX - 1, 0, 0), UB_STORE_OK);
	cr_assert_eq(ub_store_put(store, keys + UB_STORE_MEMORY_MAX - 1, 2, 0, 0), UB_STORE_FULL);
	cr_assert_eq(ub_store_put(store, keys + UB_STORE_MEMORY_MAX - 1, 1, 0, 0), UB_STORE_OK);
	cr_assert_eq(ub_store_put(store, keys, 1, 0, 0), UB_STORE_OK);
	cr_assert_eq(ub_store_jobs(store, arena, &jobs), UB_STORE_OK);
	cr_assert_eq(jobs.n, UB_STORE_MEMORY_MAX);
	ub_store_close(&store);
	ub_arena_free(&arena);
}

Test(memory_store, takes_items_aliases_and_meetings_up_to_its_limit)
{
	struct ub_store *store = ub_store_memory_open();
	struct ub_arena *arena = ub_arena_new();
	for (size_t i = 0; i <= UB_STORE_MEMORY_MAX; i++) {
		struct ub_text name = ub_textf(arena, "/%06zu", i);
		enum ub_store_result wanted = i < UB_STORE_MEMORY_MAX ? UB_STORE_OK : UB_STORE_FULL;
		cr_assert_eq(ub_store_put_item(store, &(struct ub_store_item){ .identity = name }), wanted);
		cr_assert_eq(ub_store_put_alias(store, UB_TEXT_NONE, name, UB_TEXT("x"), 0), wanted);
		cr_assert_eq(ub_store_put_seen(store, &(struct ub_store_seen){ .href = name }), wanted);
	}
	ub_store_close(&store);
	ub_arena_free(&arena);
}

Test(memory_store, takes_so_many_bytes_of_meetings)
{
	struct ub_store *store = ub_store_memory_open();
	struct ub_arena *arena = ub_arena_new();
	char *bytes = UB_NEW_ARRAY(arena, char, UB_STORE_TEXT_MAX);
	struct ub_store_seen seen = { .text = ub_text_n(bytes, UB_STORE_TEXT_MAX) }, kept;
	for (unsigned i = 0; i < UB_STORE_MEMORY_TEXTS / UB_STORE_TEXT_MAX; i++) {
		seen.href = ub_textf(arena, "/%03u", i);
		cr_assert_eq(ub_store_put_seen(store, &seen), UB_STORE_OK);
	}
	const struct ub_store_seen more = { .href = UB_TEXT("/more"), .text = UB_TEXT("x") };
	cr_expect_eq(ub_store_put_seen(store, &more), UB_STORE_FULL);
	cr_expect_eq(ub_store_put_seen(store, &seen), UB_STORE_OK, "another version of one");
	seen.text.len--;
	cr_expect_eq(ub_store_put_seen(store, &seen), UB_STORE_OK, "a shorter one makes room");
	cr_expect_eq(ub_store_put_seen(store, &more), UB_STORE_OK);
	seen.text.len++;
	cr_expect_eq(ub_store_put_seen(store, &seen), UB_STORE_FULL);
	cr_assert_eq(ub_store_seen(store, seen.organization, seen.upstream, seen.href, arena, &kept),
	    UB_STORE_OK, "the version before stays");
	cr_expect_eq(kept.text.len, UB_STORE_TEXT_MAX - 1);
	cr_assert_eq(ub_store_forget_seen(store, seen.organization, seen.upstream, more.href), UB_STORE_OK);
	cr_expect_eq(ub_store_put_seen(store, &seen), UB_STORE_OK);
	ub_store_close(&store);
	ub_arena_free(&arena);
}

Test(memory_store, takes_appointments_up_to_its_limit)
{
	struct ub_store *store = ub_store_memory_open();
	struct ub_arena *arena = ub_arena_new();
	const struct ub_text who[] = { UB_TEXT("anna@ours.example"), UB_TEXT("ben@ours.example") };
	struct ub_store_appointment event = { .start = 1, .end = 2 };
	bool changed;
	for (size_t i = 0; i < UB_STORE_MEMORY_MAX; i++) {
		event.uid = event.href = ub_textf(arena, "/%06zu", i);
		cr_assert_eq(
		    ub_store_put_appointment(store, &event, who, 1, true, arena, &changed), UB_STORE_OK);
	}
	event.end = 3;
	cr_assert_eq(ub_store_put_appointment(store, &event, who, 1, true, arena, &changed), UB_STORE_OK);
	cr_assert_eq(ub_store_put_appointment(store, &event, who, 2, true, arena, &changed), UB_STORE_FULL);
	ub_store_close(&store);
	ub_arena_free(&arena);
}

Test(memory_store, is_closed_twice_without_harm)
{
	struct ub_store *store = ub_store_memory_open();
	ub_store_close(&store);
	cr_assert_null(store);
	ub_store_close(&store);
}
