/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "leaks.h"
#include "upbeat/base.h"

TestSuite(text, .fini = ub_leak_check);
TestSuite(buf, .fini = ub_leak_check);
TestSuite(suggest, .fini = ub_leak_check);
TestSuite(map, .fini = ub_leak_check);
TestSuite(diag, .fini = ub_leak_check);
TestSuite(arena, .fini = ub_leak_check);

Test(text, splits_into_pieces_and_keeps_an_empty_last_one)
{
	struct ub_text rest = UB_TEXT("a,bc,"), piece;
	cr_assert(ub_text_split(&rest, ',', &piece) && ub_text_is(piece, "a"));
	cr_assert(ub_text_split(&rest, ',', &piece) && ub_text_is(piece, "bc"));
	cr_assert(ub_text_split(&rest, ',', &piece) && ub_text_is(piece, ""));
	cr_assert(!ub_text_split(&rest, ',', &piece));
}

Test(text, reads_integers_up_to_both_ends_of_64_bits)
{
	int64_t n;
	cr_assert(ub_text_to_int(UB_TEXT("9223372036854775807"), &n) && n == INT64_MAX);
	cr_assert(ub_text_to_int(UB_TEXT("-9223372036854775808"), &n) && n == INT64_MIN);
	cr_assert(!ub_text_to_int(UB_TEXT("9223372036854775808"), &n));
	cr_assert(!ub_text_to_int(UB_TEXT("1x"), &n));
	cr_assert(!ub_text_to_int(UB_TEXT(""), &n));
}

Test(text, knows_valid_utf8)
{
	cr_assert(ub_text_utf8_valid(UB_TEXT("a\xc3\xa4\xf0\x9f\x98\x80")));
	cr_assert(!ub_text_utf8_valid(UB_TEXT("\xc0\x80")), "overlong");
	cr_assert(!ub_text_utf8_valid(UB_TEXT("\xed\xa0\x80")), "surrogate");
	cr_assert(!ub_text_utf8_valid(UB_TEXT("\xf4\x90\x80\x80")), "past U+10FFFF");
	cr_assert(!ub_text_utf8_valid(UB_TEXT("\xe2\x82")), "cut off");
}

Test(buf, prints_without_a_locale)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_text text = ub_textf(arena, "%04d|%-4s|%4s|%.*s|%x|%lld|%03d|%zu%%", 7, "ab", "cd", 2,
	    "xyz", 255u, (long long)INT64_MIN, -5, (size_t)9);
	cr_assert_str_eq(text.ptr, "0007|ab  |  cd|xy|ff|-9223372036854775808|-05|9%");
	ub_arena_free(&arena);
}

Test(suggest, finds_the_word_that_was_meant)
{
	struct ub_text words[] = { UB_TEXT("title"), UB_TEXT("attendees"), UB_TEXT("internal") };
	cr_assert(ub_text_is(ub_suggest(UB_TEXT("titel"), words, 3), "title"));
	cr_assert(ub_text_is(ub_suggest(UB_TEXT("Attendees"), words, 3), "attendees"));
	cr_assert(ub_suggest(UB_TEXT("zzz"), words, 3).len == 0);
}

Test(map, keeps_order_and_finds_a_thousand_keys)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_map *map = ub_map_new(arena);
	for (size_t i = 0; i < 1000; i++)
		cr_assert_null(ub_map_put(map, ub_textf(arena, "key%zu", i), (void *)(i + 1)));
	for (size_t i = 0; i < 1000; i++)
		cr_assert_eq(ub_map_get(map, ub_textf(arena, "key%zu", i)), (void *)(i + 1));
	cr_assert_null(ub_map_get(map, UB_TEXT("key1000")));
	cr_assert_eq(ub_map_at(map, 999, NULL), (void *)1000);
	ub_arena_free(&arena);
}

Test(diag, shows_the_line_and_underlines_the_place)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_source source = { UB_TEXT("a.yaml"), UB_TEXT("one\ntitle: \xc3\xa4 titel\nthree\n") };
	struct ub_diags diags = UB_DIAGS(arena);
	struct ub_diag *diag =
	    ub_error(&diags, "unknown-name", ((struct ub_place){ &source, 14, 5 }), "no `%s` here", "titel");
	ub_diag_set_help(&diags, diag, "did you mean `title`?");
	struct ub_buf out = UB_BUF(arena);
	ub_diags_print(&diags, &out, false);
	cr_assert_str_eq(ub_buf_cstr(&out), "a.yaml:2:10: error[unknown-name]: no `titel` here\n"
					    "     2 | title: \xc3\xa4 titel\n"
					    "       |          ^^^^^\n"
					    "  help: did you mean `title`?\n");
	ub_arena_free(&arena);
}

static void count_release(void *object)
{
	++*(int *)object;
}

Test(arena, releases_what_was_deferred_once)
{
	int released = 0;
	struct ub_arena *arena = ub_arena_new();
	ub_arena_defer(arena, count_release, &released);
	ub_arena_reset(arena);
	cr_assert_eq(released, 1);
	ub_arena_defer(arena, count_release, &released);
	ub_arena_free(&arena);
	cr_assert_eq(released, 2);
}
