/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "arena.h"
#include "upbeat/base.h"

TestSuite(diag, .init = arena_set_up, .fini = arena_tear_down);

static struct ub_source file(const char *text)
{
	return (struct ub_source){ UB_TEXT("a.yaml"), ub_text(text) };
}

/* The only diagnostic there is, at the place. */
static const char *printed(struct ub_place place, const char *message)
{
	struct ub_diags diags = UB_DIAGS(arena);
	ub_error(&diags, "code", place, "%s", message);
	struct ub_buf out = UB_BUF(arena);
	ub_diags_print(&diags, &out, false);
	return ub_buf_cstr(&out);
}

Test(diag, shows_the_line_underlines_the_place_and_helps)
{
	struct ub_source source = file("one\ntitle: \xc3\xa4 titel\nthree\n");
	struct ub_diags diags = UB_DIAGS(arena);
	struct ub_diag *diag =
	    ub_error(&diags, "unknown-name", ((struct ub_place){ &source, 14, 5 }), "no `%s` here", "titel");
	ub_diag_set_help(&diags, diag, "did you mean `%s`?", "title");
	struct ub_buf out = UB_BUF(arena);
	ub_diags_print(&diags, &out, false);
	cr_assert_str_eq(ub_buf_cstr(&out), "a.yaml:2:10: error[unknown-name]: no `titel` here\n"
					    "     2 | title: \xc3\xa4 titel\n"
					    "       |          ^^^^^\n"
					    "  help: did you mean `title`?\n");
}

Test(diag, says_where_the_other_one_is)
{
	struct ub_source source = file("name: a\nname: b\n");
	struct ub_diags diags = UB_DIAGS(arena);
	struct ub_diag *diag = ub_warning(&diags, "twice", ((struct ub_place){ &source, 8, 4 }), "again");
	diag->related = (struct ub_place){ &source, 0, 4 };
	diag->related_message = UB_TEXT("first defined here");
	struct ub_buf out = UB_BUF(arena);
	ub_diags_print(&diags, &out, false);
	cr_assert_str_eq(ub_buf_cstr(&out), "a.yaml:2:1: warning[twice]: again\n"
					    "     2 | name: b\n"
					    "       | ^^^^\n"
					    "a.yaml:1:1: first defined here\n"
					    "     1 | name: a\n"
					    "       | ^^^^\n");
}

Test(diag, needs_no_file)
{
	cr_assert_str_eq(
	    printed((struct ub_place){ NULL, 0, 0 }, "no rules at all"), "error[code]: no rules at all\n");
}

Test(diag, places_its_caret_wherever_the_text_ends)
{
	static const struct {
		const char *text;
		size_t at, len;
		const char *printed;
	} cases[] = {
		{ "", 0, 0, "a.yaml:1:1: error[code]: x\n" },
		{ "ab", 2, 1, "a.yaml:1:3: error[code]: x\n     1 | ab\n       |   ^\n" },
		{ "ab", 99, 9, "a.yaml:1:3: error[code]: x\n     1 | ab\n       |   ^\n" },
		{ "ab\n", 3, 1, "a.yaml:2:1: error[code]: x\n     2 | \n       | ^\n" },
		{ "ab\ncd", 1, 4, "a.yaml:1:2: error[code]: x\n     1 | ab\n       |  ^\n" },
		{ "ab\r\ncd", 0, 2, "a.yaml:1:1: error[code]: x\n     1 | ab\n       | ^^\n" },
		{ "ab\r\ncd", 2, 1, "a.yaml:1:3: error[code]: x\n     1 | ab\n       |   ^\n" },
		{ "ab\r\ncd", 4, 2, "a.yaml:2:1: error[code]: x\n     2 | cd\n       | ^^\n" },
		{ "\r\nab", 0, 0, "a.yaml:1:1: error[code]: x\n     1 | \n       | ^\n" },
		{ "\tab", 1, 2, "a.yaml:1:2: error[code]: x\n     1 |  ab\n       |  ^^\n" },
		{ "ab", 0, SIZE_MAX, "a.yaml:1:1: error[code]: x\n     1 | ab\n       | ^^\n" },
	};
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct ub_source source = file(cases[i].text);
		const char *got = printed((struct ub_place){ &source, cases[i].at, cases[i].len }, "x");
		cr_assert_str_eq(got, cases[i].printed, "case %zu:\n%s", i, got);
	}
}

Test(diag, lets_no_text_of_a_stranger_command_the_terminal)
{
	struct ub_source source = { UB_TEXT("a\033.yaml"), UB_TEXT("t: \033[2J\x7f\xc2\x9b"
								   "0m\xc2\xa0\n") };
	cr_assert_str_eq(printed((struct ub_place){ &source, 0, 1 }, "\033]0;owned\a \xc2\x90"),
	    "a?.yaml:1:1: error[code]: ?]0;owned? ?\n"
	    "     1 | t: ?[2J??0m\xc2\xa0\n"
	    "       | ^\n");
}

Test(diag, counts_columns_in_code_points_and_lines_from_one)
{
	struct ub_source source = file("a\n\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80z\n");
	static const struct {
		size_t at, line, column;
	} cases[] = { { 0, 1, 1 }, { 1, 1, 2 }, { 2, 2, 1 }, { 4, 2, 2 }, { 7, 2, 3 }, { 11, 2, 4 },
		{ 12, 2, 5 }, { 13, 3, 1 }, { SIZE_MAX, 3, 1 } };
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		size_t line, column;
		ub_place_line_column((struct ub_place){ &source, cases[i].at, 0 }, &line, &column);
		cr_assert(line == cases[i].line && column == cases[i].column, "at %zu: %zu:%zu", cases[i].at,
		    line, column);
	}
}

Test(diag, keeps_a_thousand_and_counts_the_rest)
{
	struct ub_diags diags = UB_DIAGS(arena);
	for (size_t i = 0; i < UB_DIAG_MAX; i++)
		ub_error(&diags, "code", ((struct ub_place){ 0 }), "number %zu", i);
	struct ub_buf out = UB_BUF(arena);
	ub_diags_print(&diags, &out, false);
	cr_assert(ub_text_ends(ub_buf_text(&out), UB_TEXT("number 999\n")));
	struct ub_diag *scratch = ub_warning(&diags, "code", ((struct ub_place){ 0 }), "one more");
	cr_assert_not_null(scratch);
	ub_diag_set_help(&diags, scratch, "which nobody sees");
	cr_assert_eq(diags.list.n, UB_DIAG_MAX);
	cr_assert_eq(diags.errors, UB_DIAG_MAX);
	cr_assert_eq(diags.warnings, 1);
	ub_diags_print(&diags, &out, false);
	cr_assert(ub_text_ends(ub_buf_text(&out), UB_TEXT("number 999\n... and 1 more\n")));
}

Test(diag, is_sorted_by_file_place_and_severity)
{
	struct ub_source a = { UB_TEXT("a"), UB_TEXT("xyz") }, b = { UB_TEXT("b"), UB_TEXT("xyz") };
	struct ub_diags diags = UB_DIAGS(arena);
	ub_error(&diags, "5", ((struct ub_place){ &b, 0, 1 }), "m");
	ub_error(&diags, "4", ((struct ub_place){ &a, 2, 1 }), "m");
	ub_warning(&diags, "3", ((struct ub_place){ &a, 1, 1 }), "m");
	ub_error(&diags, "2", ((struct ub_place){ &a, 1, 1 }), "n");
	ub_error(&diags, "1", ((struct ub_place){ &a, 1, 1 }), "m");
	ub_warning(&diags, "0", ((struct ub_place){ NULL, 9, 1 }), "m");
	ub_diags_sort(&diags);
	for (size_t i = 0; i < diags.list.n; i++)
		cr_assert_eq(diags.list.items[i].code[0], '0' + (int)i);
	struct ub_diags none = UB_DIAGS(arena);
	ub_diags_sort(&none);
	cr_assert_eq(none.list.n, 0);
}

Test(diag, is_coloured_only_when_asked)
{
	struct ub_source source = file("x");
	struct ub_diags diags = UB_DIAGS(arena);
	ub_error(&diags, "code", ((struct ub_place){ &source, 0, 1 }), "m");
	struct ub_buf coloured = UB_BUF(arena), plain = UB_BUF(arena);
	ub_diags_print(&diags, &coloured, true);
	ub_diags_print(&diags, &plain, false);
	cr_assert_eq(ub_text_find(ub_buf_text(&plain), UB_TEXT("\033"), 0), SIZE_MAX);
	cr_assert_str_eq(ub_buf_cstr(&coloured), "\033[1ma.yaml:1:1: \033[0m\033[1;31merror[code]\033[0m: m\n"
						 "     1 | x\n"
						 "       | \033[1;31m^\033[0m\n");
}

Test(diag, shows_bytes_that_are_no_text_as_question_marks)
{
	struct ub_source source = { UB_TEXT("a"), UB_TEXT("\xe9t\xc3\xa9 \xff\x80 \x1b[0m x") };
	struct ub_diags diags = UB_DIAGS(arena);
	ub_error(&diags, "code", ((struct ub_place){ &source, source.text.len - 1, 1 }), "here");
	struct ub_buf out = UB_BUF(arena);
	ub_diags_print(&diags, &out, false);
	cr_assert_str_eq(ub_buf_cstr(&out), "a:1:12: error[code]: here\n"
					    "     1 | ?t\xc3\xa9 ? ?[0m x\n"
					    "       |            ^\n");
}

/* The excerpt of a line of `n` letters with the place at `at`. */
static struct ub_text excerpt(size_t n, size_t at, size_t len)
{
	struct ub_source *source = UB_NEW(arena, struct ub_source);
	struct ub_buf line = UB_BUF(arena), out = UB_BUF(arena);
	ub_buf_pad(&line, 'x', n);
	*source = (struct ub_source){ UB_TEXT("a"), ub_buf_text(&line) };
	struct ub_diags diags = UB_DIAGS(arena);
	ub_error(&diags, "code", ((struct ub_place){ source, at, len }), "m");
	ub_diags_print(&diags, &out, false);
	struct ub_text text = ub_buf_text(&out);
	return ub_text_sub(text, ub_text_find(text, UB_TEXT("\n"), 0) + 1, text.len);
}

static struct ub_text expected(const char *before, size_t n, const char *after, size_t indent, size_t carets)
{
	struct ub_buf out = UB_BUF(arena);
	ub_buf_printf(&out, "     1 | %s", before);
	ub_buf_pad(&out, 'x', n);
	ub_buf_printf(&out, "%s\n       | ", after);
	ub_buf_pad(&out, ' ', indent);
	ub_buf_pad(&out, '^', carets);
	ub_buf_char(&out, '\n');
	return ub_buf_text(&out);
}

Test(diag, shows_a_long_line_around_the_place_only)
{
	const size_t most = UB_DIAG_LINE_MAX;
	cr_expect(ub_text_eq(excerpt(most, most - 1, 1), expected("", most, "", most - 1, 1)));
	cr_expect(ub_text_eq(excerpt(most + 1, 0, 1), expected("", most, "...", 0, 1)));
	cr_expect(ub_text_eq(excerpt(most + 1, 5, most), expected("", most, "...", 5, most - 5)));
	size_t half = most / 2;
	cr_expect(ub_text_eq(excerpt(10 * most, 5 * most, 1), expected("...", most, "...", half + 3, 1)));
	cr_expect(ub_text_eq(excerpt(10 * most, 10 * most, 0), expected("...", half, "", half + 3, 1)));
}
