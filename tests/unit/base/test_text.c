/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include <stdlib.h>

#include "leaks.h"
#include "upbeat/base.h"

TestSuite(text, .fini = ub_leak_check);

Test(text, of_nothing_is_empty_and_not_null)
{
	cr_assert_eq(ub_text(NULL).len, 0);
	cr_assert_not_null(ub_text(NULL).ptr);
	cr_assert(ub_text_eq(UB_TEXT_NONE, UB_TEXT("")));
	cr_assert(ub_text_eq(ub_text_n(NULL, 0), UB_TEXT_NONE));
}

Test(text, is_compared_bytewise_with_the_shorter_one_first)
{
	static const struct {
		const char *a, *b;
		int order;
	} cases[] = {
		{ "", "", 0 },
		{ "", "a", -1 },
		{ "a", "", 1 },
		{ "ab", "abc", -1 },
		{ "b", "abc", 1 },
		{ "Z", "a", -1 },
		{ "z", "\xc3\xa4", -1 },
	};
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct ub_text a = ub_text(cases[i].a), b = ub_text(cases[i].b);
		cr_assert_eq(ub_text_cmp(a, b), cases[i].order, "\"%s\" and \"%s\"", cases[i].a, cases[i].b);
		cr_assert_eq(ub_text_eq(a, b), cases[i].order == 0);
	}
	cr_assert(!ub_text_eq(UB_TEXT("a\0b"), UB_TEXT("a\0c")), "a NUL does not end it");
}

Test(text, finds_the_row_of_a_name_in_a_sorted_table)
{
	static const struct {
		const char *name;
		int value;
	} rows[] = { { "a", 1 }, { "ab", 2 }, { "b", 3 }, { "\xc3\xa4", 4 } };
	for (size_t i = 0; i < UB_COUNT(rows); i++) {
		struct ub_text name = ub_text(rows[i].name);
		cr_assert_eq(bsearch(&name, rows, UB_COUNT(rows), sizeof(*rows), ub_text_cmp_name), &rows[i]);
	}
	struct ub_text missing[] = { UB_TEXT(""), UB_TEXT("aa"), UB_TEXT("B"), UB_TEXT("b\0"), UB_TEXT("c") };
	for (size_t i = 0; i < UB_COUNT(missing); i++)
		cr_assert_null(bsearch(&missing[i], rows, UB_COUNT(rows), sizeof(*rows), ub_text_cmp_name));
}

Test(text, ignores_the_case_of_ascii_letters_alone)
{
	cr_assert(ub_text_eq_nocase(UB_TEXT("MailTo:A@B"), UB_TEXT("mailto:a@b")));
	cr_assert(!ub_text_eq_nocase(UB_TEXT("\xc3\x84"), UB_TEXT("\xc3\xa4")));
	cr_assert(!ub_text_eq_nocase(UB_TEXT("@"), UB_TEXT("`")));
	cr_assert(!ub_text_eq_nocase(UB_TEXT("["), UB_TEXT("{")));
	cr_assert(!ub_text_eq_nocase(UB_TEXT("a"), UB_TEXT("ab")));
	struct ub_arena *arena = ub_arena_new();
	cr_assert(ub_text_is(ub_text_lower(arena, UB_TEXT("A@Z[\xc3\x84")), "a@z[\xc3\x84"));
	ub_arena_free(&arena);
}

Test(text, starts_and_ends_as_it_does)
{
	struct ub_text text = UB_TEXT("prep.yaml");
	cr_assert(ub_text_starts(text, UB_TEXT("prep")) && ub_text_starts(text, text));
	cr_assert(ub_text_starts(text, UB_TEXT_NONE) && ub_text_starts(UB_TEXT_NONE, UB_TEXT_NONE));
	cr_assert(!ub_text_starts(text, UB_TEXT("prep.yaml2")) && !ub_text_starts(text, UB_TEXT("rep")));
	cr_assert(ub_text_ends(text, UB_TEXT(".yaml")) && ub_text_ends(text, UB_TEXT_NONE));
	cr_assert(!ub_text_ends(text, UB_TEXT(".YAML")) && !ub_text_ends(text, UB_TEXT("a prep.yaml")));
	cr_assert(ub_text_ends_nocase(text, UB_TEXT(".YAML")));
	cr_assert(!ub_text_ends_nocase(UB_TEXT("ml"), UB_TEXT("yml")));
}

Test(text, is_found_at_or_after_a_place)
{
	static const struct {
		const char *text, *needle;
		size_t from, found;
	} cases[] = {
		{ "abcabc", "abc", 0, 0 },
		{ "abcabc", "abc", 1, 3 },
		{ "abcabc", "abc", 4, SIZE_MAX },
		{ "aaab", "aab", 0, 1 },
		{ "abc", "c", 2, 2 },
		{ "abc", "abcd", 0, SIZE_MAX },
		{ "abc", "", 3, 3 },
		{ "abc", "", 4, SIZE_MAX },
		{ "", "a", 0, SIZE_MAX },
		{ "", "", 0, 0 },
		{ "abc", "a", SIZE_MAX, SIZE_MAX },
	};
	for (size_t i = 0; i < UB_COUNT(cases); i++)
		cr_assert_eq(ub_text_find(ub_text(cases[i].text), ub_text(cases[i].needle), cases[i].from),
		    cases[i].found, "\"%s\" in \"%s\"", cases[i].needle, cases[i].text);
}

Test(text, is_cut_within_its_ends)
{
	struct ub_text text = UB_TEXT("abcdef");
	cr_assert(ub_text_is(ub_text_sub(text, 1, 3), "bc"));
	cr_assert(ub_text_is(ub_text_sub(text, 4, 100), "ef"));
	cr_assert(ub_text_is(ub_text_sub(text, 100, 200), ""));
	cr_assert(ub_text_is(ub_text_sub(text, 3, 2), ""));
	cr_assert(ub_text_is(ub_text_sub(text, 0, SIZE_MAX), "abcdef"));
}

Test(text, loses_white_space_at_both_ends)
{
	cr_assert(ub_text_is(ub_text_trim(UB_TEXT(" \t\r\na b \n")), "a b"));
	cr_assert(ub_text_is(ub_text_trim(UB_TEXT(" \r\n")), ""));
	cr_assert(ub_text_is(ub_text_trim(UB_TEXT_NONE), ""));
	cr_assert(ub_text_is(ub_text_trim(UB_TEXT("\fa\v")), "\fa\v"));
}

Test(text, splits_into_pieces_and_keeps_an_empty_last_one)
{
	static const struct {
		const char *text;
		size_t n;
		const char *pieces[3];
	} cases[] = {
		{ "a,bc,", 3, { "a", "bc", "" } },
		{ ",", 2, { "", "" } },
		{ "a", 1, { "a" } },
		{ "", 1, { "" } },
	};
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct ub_text rest = ub_text(cases[i].text), piece;
		for (size_t k = 0; k < cases[i].n; k++) {
			cr_assert(ub_text_split(&rest, ',', &piece));
			cr_assert(
			    ub_text_is(piece, cases[i].pieces[k]), "piece %zu of \"%s\"", k, cases[i].text);
		}
		cr_assert(!ub_text_split(&rest, ',', &piece), "\"%s\"", cases[i].text);
		cr_assert_null(rest.ptr);
	}
}

Test(text, reads_integers_up_to_both_ends_of_64_bits)
{
	static const struct {
		const char *text;
		bool good;
		int64_t value;
	} cases[] = {
		{ "0", true, 0 },
		{ "-0", true, 0 },
		{ "+7", true, 7 },
		{ "007", true, 7 },
		{ "9223372036854775807", true, INT64_MAX },
		{ "-9223372036854775808", true, INT64_MIN },
		{ "9223372036854775808", false, 0 },
		{ "-9223372036854775809", false, 0 },
		{ "99999999999999999999999", false, 0 },
		{ "", false, 0 },
		{ "-", false, 0 },
		{ "+", false, 0 },
		{ "--1", false, 0 },
		{ "1x", false, 0 },
		{ " 1", false, 0 },
		{ "1.0", false, 0 },
		{ "\xd9\xa1", false, 0 },
	};
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		int64_t n = 42;
		cr_assert_eq(
		    ub_text_to_int(ub_text(cases[i].text), &n), cases[i].good, "\"%s\"", cases[i].text);
		cr_assert_eq(n, cases[i].good ? cases[i].value : 42, "\"%s\"", cases[i].text);
	}
}

Test(text, knows_valid_utf8)
{
	static const struct {
		struct ub_text text;
		bool valid;
		const char *what;
	} cases[] = {
		{ UB_TEXT(""), true, "nothing" },
		{ UB_TEXT("a\0b"), true, "a NUL" },
		{ UB_TEXT("\x7f\xc2\x80"), true, "both ends of one and two bytes" },
		{ UB_TEXT("\xdf\xbf\xe0\xa0\x80"), true, "both ends of two and three bytes" },
		{ UB_TEXT("\xef\xbf\xbf\xf0\x90\x80\x80"), true, "both ends of three and four bytes" },
		{ UB_TEXT("\xed\x9f\xbf\xee\x80\x80"), true, "both sides of the surrogates" },
		{ UB_TEXT("\xf4\x8f\xbf\xbf"), true, "the last code point" },
		{ UB_TEXT("\xf4\x90\x80\x80"), false, "one past the last" },
		{ UB_TEXT("\xf5\x80\x80\x80"), false, "a lead byte of nothing" },
		{ UB_TEXT("\xff"), false, "no lead byte" },
		{ UB_TEXT("\x80"), false, "a lone continuation" },
		{ UB_TEXT("\xc0\x80"), false, "overlong in two" },
		{ UB_TEXT("\xc1\xbf"), false, "overlong in two, the last" },
		{ UB_TEXT("\xe0\x9f\xbf"), false, "overlong in three" },
		{ UB_TEXT("\xf0\x8f\xbf\xbf"), false, "overlong in four" },
		{ UB_TEXT("\xed\xa0\x80"), false, "the first surrogate" },
		{ UB_TEXT("\xed\xbf\xbf"), false, "the last surrogate" },
		{ UB_TEXT("\xc3"), false, "cut off after one" },
		{ UB_TEXT("\xe2\x82"), false, "cut off after two" },
		{ UB_TEXT("\xf0\x9f\x98"), false, "cut off after three" },
		{ UB_TEXT("\xe2\x82z"), false, "a letter for the third byte" },
	};
	for (size_t i = 0; i < UB_COUNT(cases); i++)
		cr_assert_eq(ub_text_utf8_valid(cases[i].text), cases[i].valid, "%s", cases[i].what);
}

Test(text, counts_code_points)
{
	cr_expect_eq(ub_text_code_points(UB_TEXT("")), 0);
	cr_expect_eq(ub_text_code_points(UB_TEXT("a\u00e4\u20ac\U0001f600")), 4);
}

Test(text, hashes_by_fnv_1a)
{
	/* of the test values that the hash's authors publish */
	cr_assert_eq(ub_text_hash(UB_TEXT("")), 0xcbf29ce484222325u);
	cr_assert_eq(ub_text_hash(UB_TEXT("a")), 0xaf63dc4c8601ec8cu);
	cr_assert_eq(ub_text_hash(UB_TEXT("foobar")), 0x85944171f73967e8u);
}

Test(text, copies_end_in_nul_and_keep_those_inside)
{
	struct ub_arena *arena = ub_arena_new();
	char original[] = { 'a', '\0', 'b' };
	struct ub_text copy = ub_text_copy(arena, ub_text_n(original, 3));
	original[0] = 'x';
	cr_assert(ub_text_eq(copy, UB_TEXT("a\0b")));
	cr_assert_eq(copy.ptr[3], '\0');
	cr_assert_str_eq(ub_text_cstr(arena, ub_text_n("abc", 2)), "ab");
	cr_assert_str_eq(ub_text_cstr(arena, ub_text_n(NULL, 0)), "");
	ub_arena_free(&arena);
}
