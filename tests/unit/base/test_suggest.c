/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "leaks.h"
#include "upbeat/base.h"

TestSuite(suggest, .fini = ub_leak_check);

Test(suggest, finds_the_word_that_was_meant)
{
	static const struct ub_text words[] = { UB_TEXT("title"), UB_TEXT("attendees"), UB_TEXT("internal"),
		UB_TEXT("external"), UB_TEXT("at"), UB_TEXT("x") };
	static const struct {
		const char *word, *meant;
	} cases[] = {
		{ "titel", "title" },
		{ "tile", "title" },
		{ "titlee", "title" },
		{ "TITLE", "title" },
		{ "atendes", "attendees" },
		{ "interal", "internal" },
		{ "externel", "external" },
		{ "att", "at" },
		{ "X", "x" },
		{ "ta", "at" },
		{ "zzz", "" },
		{ "tit", "" },
		{ "b", "" },
		{ "", "" },
	};
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct ub_text found = ub_suggest(ub_text(cases[i].word), words, UB_COUNT(words));
		cr_assert(
		    ub_text_is(found, cases[i].meant), "for \"%s\": \"%.*s\"", cases[i].word, UB_ARGS(found));
	}
}

Test(suggest, takes_the_nearest_and_of_equals_the_first)
{
	static const struct ub_text words[] = { UB_TEXT("starts"), UB_TEXT("state"), UB_TEXT("status") };
	cr_assert(ub_text_is(ub_suggest(UB_TEXT("statu"), words, 3), "state"));
	cr_assert(ub_text_is(ub_suggest(UB_TEXT("statuss"), words, 3), "status"));
}

Test(suggest, knows_nothing_near_a_third_of_the_length_and_one)
{
	static const struct ub_text words[] = { UB_TEXT("abcdefghi") };
	cr_assert_eq(ub_suggest(UB_TEXT("abcdefxyz"), words, 1).len, 9);
	cr_assert_eq(ub_suggest(UB_TEXT("abcdewxyz"), words, 1).len, 0);
}

Test(suggest, leaves_words_of_more_than_64_bytes_alone)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_buf buf = UB_BUF(arena);
	ub_buf_pad(&buf, 'a', 65);
	struct ub_text longer = ub_buf_text(&buf), longest = ub_text_sub(longer, 0, 64);
	cr_assert_eq(ub_suggest(longest, &longest, 1).len, 64);
	cr_assert_eq(ub_suggest(longer, &longest, 1).len, 0);
	cr_assert_eq(ub_suggest(longest, &longer, 1).len, 0);
	ub_arena_free(&arena);
}

Test(suggest, has_nothing_to_say_without_candidates)
{
	cr_assert_eq(ub_suggest(UB_TEXT("title"), NULL, 0).len, 0);
}
