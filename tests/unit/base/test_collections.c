/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "leaks.h"
#include "upbeat/base.h"

TestSuite(vector, .fini = ub_leak_check);
TestSuite(map, .fini = ub_leak_check);
TestSuite(texts, .fini = ub_leak_check);

struct pair {
	int a, b;
};

Test(vector, grows_and_keeps_its_elements)
{
	struct ub_arena *arena = ub_arena_new();
	UB_VEC(struct pair) pairs = { 0 };
	for (int i = 0; i < 1000; i++)
		*ub_push(arena, &pairs) = (struct pair){ i, -i };
	cr_assert_eq(pairs.n, 1000);
	cr_assert_geq(pairs.cap, pairs.n);
	for (int i = 0; i < 1000; i++)
		cr_assert(pairs.items[i].a == i && pairs.items[i].b == -i);
	ub_arena_free(&arena);
}

Test(vector, begins_each_element_with_zeros_also_in_a_used_place)
{
	struct ub_arena *arena = ub_arena_new();
	UB_VEC(struct pair) pairs = { 0 };
	for (int i = 0; i < 8; i++)
		*ub_push(arena, &pairs) = (struct pair){ 7, 7 };
	pairs.n = 3;
	struct pair *pair = ub_push(arena, &pairs);
	cr_assert(pair->a == 0 && pair->b == 0);
	cr_assert_eq(pair, &pairs.items[3]);
	ub_arena_free(&arena);
}

Test(map, keeps_order_and_finds_ten_thousand_keys)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_map *map = ub_map_new(arena);
	cr_assert_eq(ub_map_size(map), 0);
	for (size_t i = 0; i < 10000; i++)
		cr_assert_null(ub_map_put(map, ub_textf(arena, "key%zu", i), (void *)(i + 1)));
	cr_assert_eq(ub_map_size(map), 10000);
	for (size_t i = 0; i < 10000; i++) {
		struct ub_text key;
		cr_assert_eq(ub_map_get(map, ub_textf(arena, "key%zu", i)), (void *)(i + 1));
		cr_assert_eq(ub_map_at(map, i, &key), (void *)(i + 1));
		cr_assert(ub_text_eq(key, ub_textf(arena, "key%zu", i)));
	}
	cr_assert_null(ub_map_get(map, UB_TEXT("key10000")));
	cr_assert_eq(ub_map_at(map, 9999, NULL), (void *)10000);
	ub_arena_free(&arena);
}

Test(map, replaces_a_value_in_its_place)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_map *map = ub_map_new(arena);
	ub_map_put(map, UB_TEXT("a"), (void *)1);
	ub_map_put(map, UB_TEXT("b"), (void *)2);
	cr_assert_eq(ub_map_put(map, UB_TEXT("a"), (void *)3), (void *)1);
	cr_assert_eq(ub_map_size(map), 2);
	cr_assert_eq(ub_map_at(map, 0, NULL), (void *)3);
	ub_arena_free(&arena);
}

Test(map, tells_keys_apart_by_every_byte)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_map *map = ub_map_new(arena);
	static const struct ub_text keys[] = { UB_TEXT(""), UB_TEXT("a"), UB_TEXT("A"), UB_TEXT("a\0"),
		UB_TEXT("a\0b"), UB_TEXT("ab") };
	for (size_t i = 0; i < UB_COUNT(keys); i++)
		cr_assert_null(ub_map_put(map, keys[i], (void *)(i + 1)));
	for (size_t i = 0; i < UB_COUNT(keys); i++)
		cr_assert_eq(ub_map_get(map, keys[i]), (void *)(i + 1));
	ub_arena_free(&arena);
}

Test(texts, have_what_is_the_same_to_the_byte)
{
	struct ub_text two[] = { UB_TEXT("a"), UB_TEXT("bc") };
	struct ub_texts texts = { two, 2, 2 };
	cr_expect(ub_texts_have(texts, UB_TEXT("bc")));
	cr_expect_not(ub_texts_have(texts, UB_TEXT("b")));
	cr_expect_not(ub_texts_have(texts, UB_TEXT("A")));
	cr_expect_not(ub_texts_have((struct ub_texts){ 0 }, UB_TEXT("a")));
}

Test(texts, are_copied_with_their_bytes)
{
	struct ub_arena *arena = ub_arena_new();
	char bytes[] = "ab";
	struct ub_text one[] = { ub_text_n(bytes, 2) };
	struct ub_texts copy = ub_texts_copy(arena, (struct ub_texts){ one, 1, 1 });
	bytes[0] = 'x';
	cr_assert_eq(copy.n, 1);
	cr_expect(ub_text_is(copy.items[0], "ab"));
	ub_arena_free(&arena);
}
