/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdalign.h>
#include <string.h>

#include "leaks.h"
#include "upbeat/base.h"

TestSuite(arena, .fini = ub_leak_check);

static bool is_zero(const unsigned char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bytes[i])
			return false;
	return true;
}

Test(arena, gives_zeroed_aligned_memory_of_every_size)
{
	struct ub_arena *arena = ub_arena_new();
	static const size_t sizes[] = { 1, 15, 16, 17, UB_ARENA_CHUNK - 16, UB_ARENA_CHUNK,
		UB_ARENA_CHUNK + 1, 10 * UB_ARENA_CHUNK, 3 * 1024 * 1024 };
	for (size_t i = 0; i < UB_COUNT(sizes); i++) {
		unsigned char *memory = ub_arena_alloc(arena, sizes[i]);
		cr_assert_eq((uintptr_t)memory % alignof(max_align_t), 0, "%zu bytes", sizes[i]);
		cr_assert(is_zero(memory, sizes[i]), "%zu bytes", sizes[i]);
		memset(memory, 0xA5, sizes[i]);
	}
	ub_arena_free(&arena);
}

Test(arena, gives_each_its_own_memory)
{
	struct ub_arena *arena = ub_arena_new();
	unsigned char *pieces[1000];
	for (size_t i = 0; i < UB_COUNT(pieces); i++) {
		pieces[i] = ub_arena_alloc(arena, 40);
		memset(pieces[i], (int)(i % 251), 40);
	}
	for (size_t i = 0; i < UB_COUNT(pieces); i++)
		for (size_t k = 0; k < 40; k++)
			cr_assert_eq(pieces[i][k], i % 251);
	cr_assert_neq(ub_arena_alloc(arena, 0), ub_arena_alloc(arena, 0));
	ub_arena_free(&arena);
}

Test(arena, counts_what_it_handed_out_and_starts_anew_after_a_reset)
{
	struct ub_arena *arena = ub_arena_new();
	cr_assert_eq(ub_arena_used(arena), 0);
	char *first = ub_arena_alloc(arena, 100);
	cr_assert_geq(ub_arena_used(arena), 100);
	memset(first, 'x', 100);
	ub_arena_alloc(arena, 5 * UB_ARENA_CHUNK);
	cr_assert_geq(ub_arena_used(arena), 100 + 5 * UB_ARENA_CHUNK);
	ub_arena_reset(arena);
	cr_assert_eq(ub_arena_used(arena), 0);
	char *again = ub_arena_alloc(arena, 100);
	cr_assert_eq(again, first, "the first chunk is kept");
	cr_assert(is_zero((unsigned char *)again, 100));
	ub_arena_free(&arena);
}

/* Of the sanitizers, whose header gcc does not install. */
size_t __sanitizer_get_current_allocated_bytes(void);

static void fill(struct ub_arena *arena, size_t each, size_t n, size_t *asked)
{
	for (size_t i = 0; i < n; i++)
		ub_arena_alloc(arena, each);
	*asked += n * each;
}

Test(arena, holds_little_that_nobody_uses)
{
	size_t before = __sanitizer_get_current_allocated_bytes(), asked = 0;
	struct ub_arena *arena = ub_arena_new();
	fill(arena, 48, 100000, &asked);
	fill(arena, 40000, 100, &asked);
	fill(arena, 48, 1, &asked);
	fill(arena, 5000000, 1, &asked);
	fill(arena, 48, 1000, &asked);
	size_t held = __sanitizer_get_current_allocated_bytes() - before;
	cr_expect_leq(held - asked, 2 * UB_ARENA_MORE, "%zu", held - asked);
	ub_arena_reset(arena);
	held = __sanitizer_get_current_allocated_bytes() - before;
	cr_expect_leq(held, 2 * UB_ARENA_CHUNK, "%zu", held);
	ub_arena_free(&arena);
}

Test(arena, is_freed_once_through_its_address)
{
	struct ub_arena *arena = ub_arena_new();
	ub_arena_free(&arena);
	cr_assert_null(arena);
	ub_arena_free(&arena);
}

Test(arena, ends_the_process_when_an_array_overflows, .signal = SIGABRT)
{
	struct ub_arena *arena = ub_arena_new();
	ub_arena_array(arena, SIZE_MAX / 2, 3);
}

Test(arena, ends_the_process_when_asked_for_half_of_all_memory, .signal = SIGABRT)
{
	struct ub_arena *arena = ub_arena_new();
	ub_arena_alloc(arena, SIZE_MAX / 2 + 1);
}

struct witness {
	int *clock, released_at;
};

static void note_release(void *object)
{
	struct witness *witness = object;
	witness->released_at = ++*witness->clock;
}

Test(arena, releases_what_was_deferred_once_the_last_one_first)
{
	int clock = 0;
	struct witness a = { &clock, 0 }, b = { &clock, 0 }, c = { &clock, 0 };
	struct ub_arena *arena = ub_arena_new();
	ub_arena_defer(arena, note_release, &a);
	ub_arena_defer(arena, note_release, &b);
	ub_arena_reset(arena);
	cr_assert_eq(b.released_at, 1);
	cr_assert_eq(a.released_at, 2);
	ub_arena_defer(arena, note_release, &c);
	ub_arena_free(&arena);
	cr_assert_eq(c.released_at, 3);
	cr_assert_eq(clock, 3);
}
