/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "leaks.h"
#include "yaml_test.h"

TestSuite(parse, .fini = ub_leak_check);
TestSuite(traps, .fini = ub_leak_check);
TestSuite(limits, .fini = ub_leak_check);

Test(parse, gives_scalars_lists_and_maps_in_order)
{
	struct reading *r = READ("b: 1\na: [x, 'y y', \"z\"]\nc:\n  - d: no\n    e:\n");
	cr_assert(r->root && r->diags.list.n == 0);
	cr_assert_eq(r->root->n, 3);
	SAME(r->root->entries[0].key->text, "b");
	SAME(GET(r->root, "a")->items[1]->text, "y y");
	cr_assert_eq(GET(r->root, "a")->items[2]->style, UB_YAML_DOUBLE_QUOTED);
	const struct ub_yaml_node *item = GET(r->root, "c")->items[0];
	SAME(GET(item, "d")->text, "no");
	cr_assert(ub_yaml_is_empty(GET(item, "e")));
	cr_assert_null(GET(item, "f"));
	finish(&r);
}

Test(parse, knows_where_things_stand)
{
	struct reading *r = READ("a: one\nb:\n  - {x: 'two'}\n");
	struct ub_place place = GET(GET(r->root, "b")->items[0], "x")->place;
	size_t line, column;
	ub_place_line_column(place, &line, &column);
	cr_assert(line == 3 && column == 9 && place.len == 5, "%zu:%zu+%zu", line, column, place.len);
	cr_assert_eq(GET(r->root, "b")->place.len, strlen("- {x: 'two'}"));
	finish(&r);
}

Test(parse, counts_bytes_though_libyaml_counts_characters)
{
	struct reading *r = READ("\xc3\xa4\xe2\x82\xac: \xf0\x9f\x98\x80\nb: x\n");
	cr_assert_eq(GET(r->root, "b")->place.at, strlen("\xc3\xa4\xe2\x82\xac: \xf0\x9f\x98\x80\nb: "));
	finish(&r);
}

Test(parse, takes_a_byte_order_mark_and_windows_line_ends)
{
	struct reading *r = READ("\xef\xbb\xbf"
				 "a: 1\r\nb: 2\r\n");
	cr_assert_eq(r->diags.list.n, 0, "%s", printed(r));
	cr_assert_eq(GET(r->root, "b")->place.at, 3 + strlen("a: 1\r\nb: "));
	finish(&r);
}

Test(parse, finds_keys_of_large_maps)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_buf buf = UB_BUF(arena);
	for (int i = 0; i < 100; i++)
		ub_buf_printf(&buf, "key%d: %d\n", i, i);
	struct reading *r = read_text(buf.ptr, buf.len);
	for (int i = 0; i < 100; i++) {
		const char *key = ub_textf(arena, "key%d", i).ptr;
		SAME(TEXT_OF(r, key), key + 3);
	}
	cr_assert_null(GET(r->root, "key100"));
	finish(&r);
	ub_arena_free(&arena);
}

Test(parse, reports_a_duplicate_key_with_the_first_place)
{
	struct reading *r = READ("a: 1\nb: 2\na: 3\n");
	cr_assert_str_eq(printed(r), "a.yaml:3:1: error[duplicate-key]: `a` is given twice\n"
				     "     3 | a: 3\n"
				     "       | ^\n"
				     "  help: delete one of the two\n"
				     "a.yaml:1:1: first given here\n"
				     "     1 | a: 1\n"
				     "       | ^\n");
	SAME(TEXT_OF(r, "a"), "1");
	finish(&r);
}

Test(parse, says_that_an_empty_file_holds_nothing)
{
	const char *files[] = { "", "\n", "# only a comment\n", "---\n...\n" };
	for (size_t i = 0; i < UB_COUNT(files); i++) {
		struct reading *r = read_text(files[i], strlen(files[i]));
		bool empty_value = r->root && ub_yaml_is_empty(r->root); /* `---` alone */
		cr_assert(empty_value || (!r->root && count(r, "empty-file") == 1), "case %zu", i);
		finish(&r);
	}
}

/* The text after `key: `, its code, and words that the help must contain. */
struct trap {
	const char *value, *code, *help;
};

static const struct trap trap_cases[] = {
	{ "!meeting.private && x", "yaml-tag", "quote it: '!meeting.private && x'" },
	{ "!is_standup", "yaml-tag", "quote it: '!is_standup'" },
	{ "!is_standup || x", "yaml-tag", "quote it: '!is_standup || x'" },
	{ "!(a || b) && c", "yaml-tag", "quote it" },
	{ "!has(account.health)", "yaml-tag", "quote it" },
	{ "!a['x'] && b", "yaml-tag", "\"!a['x'] && b\"" },
	{ "!a['x'] && b == \"c\"", "yaml-tag", "block" },
	{ "!!str x", "yaml-tag", "take it out" },
	{ "!is_standup # why not", "yaml-tag", "quote it: '!is_standup'" },
	{ "!f(\"a #b\")", "yaml-tag", "quote it: '!f(\"a #b\")'" },
	{ "&anchor x", "yaml-anchor", "quote it: '&anchor x'" },
	{ "&& x", "yaml-anchor", "quote it" },
	{ "*alias", "yaml-alias", "quote it: '*alias'" },
	{ "*@us.example", "yaml-alias", "quote it: '*@us.example'" },
	{ "[*@a.example, b]", "yaml-alias", "quote it: '*@a.example'" },
	{ "{match: *@a.example, b: c}", "yaml-alias", "quote it: '*@a.example'" },
	{ "{{ meeting.title }}", "yaml-braces", "quote it: '{{ meeting.title }}'" },
	{ "{{ meeting.title }} and more", "yaml-braces", "quote it" },
	{ "{{ a }} {{ b }}", "yaml-braces", "quote it" },
	{ "[1, 2].exists(x, x > 1)", "yaml-brackets", "quote it: '[1, 2].exists(x, x > 1)'" },
	{ "{'a': 1}.size() > 0", "yaml-braces", "quote it" },
	{ "Prep: {{ meeting.title }}", "yaml-colon", "quote it: 'Prep: {{ meeting.title }}'" },
	{ "\"a\" == meeting.title", "yaml-quotes", "quote it: '\"a\" == meeting.title'" },
	{ "'a' in b", "yaml-quotes", "quote it: \"'a' in b\"" },
	{ "title.contains(\"a #b\")", "yaml-comment", "quote it: 'title.contains(\"a #b\")'" },
	{ "Anna (guest #3)", "yaml-comment", "quote it" },
	{ "'it's'", "yaml-quotes", "a quote within the text is written twice" },
	{ "\"say \"hi\"\"", "yaml-quotes", "a quote within the text is written \\\"" },
	{ "\"a\" == \"b\"", "yaml-quotes", "quote it: '\"a\" == \"b\"'" },
	{ "\"\\d+\"", "yaml-escape", "single quotes" },
	{ "\"\\x1\"", "yaml-escape", "single quotes" },
	{ "\"never closed", "yaml-unclosed", "close it" },
	{ "'never closed", "yaml-unclosed", "close it" },
	{ "@here", "yaml-reserved", "quote it: '@here'" },
	{ "`x`", "yaml-reserved", "quote it: '`x`'" },
	{ "% x", "yaml-reserved", "quote it: '% x'" },
	{ "|| x", "yaml-block", "quote it" },
	{ "> 3", "yaml-block", "quote it" },
	{ ">= 3", "yaml-block", "quote it" },
	{ "- x", "yaml-list", "line of its own" },
	{ "]", "yaml-value", "quote it: ']'" },
	{ "[a, , b]", "yaml-value", "take the comma out" },
	{ "[,]", "yaml-value", "take the comma out" },
};

Test(parse, says_that_the_file_ends_within_a_bracket)
{
	static const char *const files[] = { "a: 1\nkey: [", "a: 1\nkey: [\n", "a: 1\nkey: [\n\n \n",
		"a: 1\nkey: {\n", "a: 1\nkey: [b,\n" };
	for (size_t i = 0; i < UB_COUNT(files); i++) {
		struct reading *r = read_text(files[i], strlen(files[i]));
		const char *said = printed(r);
		cr_expect(strstr(said, "a.yaml:2:1: error[yaml-unclosed]: the file ends within a bracket\n"),
		    "case %zu: %s", i, said);
		cr_expect(strstr(said, "help: close it"), "case %zu: %s", i, said);
		finish(&r);
	}
}

Test(traps, each_is_told_with_what_to_do)
{
	for (size_t i = 0; i < UB_COUNT(trap_cases); i++) {
		const struct trap *trap = &trap_cases[i];
		struct ub_arena *arena = ub_arena_new();
		struct ub_text text = ub_textf(arena, "before: 1\nkey: %s\nafter: 2\n", trap->value);
		struct reading *r = read_text(text.ptr, text.len);
		cr_expect_eq(r->diags.list.n, 1, "%s: %s", trap->value, printed(r));
		cr_expect_eq(count(r, trap->code), 1, "%s: %s", trap->value, printed(r));
		cr_expect(strstr(printed(r), trap->help) != NULL, "%s: %s", trap->value, printed(r));
		finish(&r);
		ub_arena_free(&arena);
	}
}

Test(traps, do_not_catch_what_is_meant_so)
{
	static const char *const values[] = { "a # a comment", "don't # do", "\"!x\"", "'*@a.example'",
		"{a: 1, b: 2}", "[a, b] # list", "{a: 1} # map", "a#b", "f(x) # (see below)", "x:y",
		"\"a: b\"", "http://a.example" };
	for (size_t i = 0; i < UB_COUNT(values); i++) {
		struct ub_arena *arena = ub_arena_new();
		struct ub_text text = ub_textf(arena, "key: %s\nafter: 2\n", values[i]);
		struct reading *r = read_text(text.ptr, text.len);
		cr_expect_eq(r->diags.list.n, 0, "%s: %s", values[i], printed(r));
		finish(&r);
		ub_arena_free(&arena);
	}
}

Test(traps, the_rest_of_the_file_is_read)
{
	struct reading *r = READ("a: !x && y\nb: \"\\d\"\nc: {{ d }}\ne: fine\nf: *g\n");
	cr_assert_eq(r->diags.errors, 4, "%s", printed(r));
	cr_assert(GET(r->root, "a")->broken && GET(r->root, "b")->broken && GET(r->root, "c")->broken);
	SAME(TEXT_OF(r, "e"), "fine");
	finish(&r);
}

Test(traps, a_text_that_holds_a_mended_line_is_broken_too)
{
	struct reading *r = READ("'\nk: 'it'\\x\n E'\n");
	cr_assert_eq(r->diags.errors, 1, "%s", printed(r));
	cr_assert(r->root && r->root->broken);
	finish(&r);
}

Test(traps, a_line_that_does_not_fit_is_shown)
{
	struct reading *r = READ("a: 1\nb:\n    c: 1\n  d: 2\n");
	cr_assert_null(r->root);
	cr_assert_eq(count(r, "yaml-indentation"), 1, "%s", printed(r));
	cr_assert(strstr(printed(r), "a.yaml:4:3: "), "%s", printed(r));
	finish(&r);
	r = READ("a: 1\n  b: 2\n");
	cr_assert_eq(count(r, "yaml-indentation"), 1, "%s", printed(r));
	finish(&r);
	r = READ("a:1\nb: 2\n");
	cr_assert(strstr(printed(r), "a.yaml:1:1: error[yaml-key]"), "%s", printed(r));
	finish(&r);
	r = READ("a:\n- b\n - c\nd: e\n");
	cr_assert(strstr(printed(r), "a.yaml:3:2: error[yaml-indentation]"), "%s", printed(r));
	cr_assert_eq(r->diags.errors, 1);
	finish(&r);
	r = READ("a: 1\nno colon here\nb: 2\n");
	cr_assert_eq(count(r, "yaml-key"), 1, "%s", printed(r));
	cr_assert(strstr(printed(r), "a.yaml:2:1: "), "%s", printed(r));
	finish(&r);
}

Test(traps, a_comment_amid_a_text_is_told)
{
	struct reading *r = READ("when: a &&\n  # why\n  b\nc: 1\n");
	cr_assert_eq(count(r, "yaml-comment"), 1, "%s", printed(r));
	cr_assert(strstr(printed(r), "a.yaml:2:3: "), "%s", printed(r));
	finish(&r);
	r = READ("when: a && # why\n  b\nc: 1\n");
	cr_assert_eq(count(r, "yaml-comment"), 1, "%s", printed(r));
	finish(&r);
}

Test(traps, merge_keys_second_documents_and_keys_that_are_none)
{
	struct reading *r = READ("<<: {a: 1}\n? [b]\n: c\n{{d}}: e\n: f\n");
	cr_assert_eq(count(r, "yaml-merge"), 1, "%s", printed(r));
	cr_assert_geq(count(r, "yaml-key"), 1, "%s", printed(r));
	finish(&r);
	r = READ("---\na: 1\n---\nb: 2\n");
	cr_assert_eq(count(r, "yaml-documents"), 1);
	cr_assert(strstr(only_help(r), "file of its own"));
	finish(&r);
}

Test(traps, tabs_are_told_once_and_read_as_blanks)
{
	struct reading *r = READ("a:\n\tb: 1\n\tc: 2\n");
	cr_assert_eq(count(r, "tab"), 1);
	cr_assert(strstr(printed(r), "a.yaml:2:1: error[tab]: a tab, the first of several"));
	SAME(GET(GET(r->root, "a"), "c")->text, "2");
	finish(&r);
}

Test(traps, expression_comments_that_swallow_lines)
{
	struct reading *r =
	    READ("a: >-\n  x && // why\n  y\nb: |\n  x && // why\n  y\nc: 'x // last'\nd: >-\n"
		 "  f(\"http://x\") &&\n  g('a\\'//')\ne: >\n  x\n  # no comment\n  y\n");
	cr_assert_eq(r->diags.list.n, 0);
	cr_assert(!ub_yaml_check_expression(GET(r->root, "a"), &r->diags));
	cr_assert(strstr(printed(r), "a.yaml:2:8: "), "%s", printed(r));
	cr_assert(ub_yaml_check_expression(GET(r->root, "b"), &r->diags));
	cr_assert(ub_yaml_check_expression(GET(r->root, "c"), &r->diags));
	cr_assert(ub_yaml_check_expression(GET(r->root, "d"), &r->diags));
	cr_assert(!ub_yaml_check_expression(GET(r->root, "e"), &r->diags));
	cr_assert_eq(count(r, "expression-comment"), 2);
	finish(&r);
}

Test(limits, nesting)
{
	for (size_t extra = 0; extra < 2; extra++) {
		struct ub_arena *arena = ub_arena_new();
		struct ub_buf buf = UB_BUF(arena);
		ub_buf_pad(&buf, '[', UB_YAML_DEPTH_MAX + extra);
		ub_buf_pad(&buf, ']', UB_YAML_DEPTH_MAX + extra);
		struct reading *r = read_text(buf.ptr, buf.len);
		cr_assert_eq(count(r, "too-deep"), extra);
		cr_assert_eq(r->root == NULL, extra == 1);
		finish(&r);
		ub_arena_free(&arena);
	}
}

Test(limits, a_hundred_thousand_brackets_end_soon)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_buf buf = UB_BUF(arena);
	ub_buf_pad(&buf, '[', 100000);
	struct reading *r = read_text(buf.ptr, buf.len);
	cr_assert_null(r->root);
	cr_assert_eq(r->diags.errors, 1);
	finish(&r);
	ub_arena_free(&arena);
}

Test(limits, size_of_a_file)
{
	char *text = malloc(UB_YAML_BYTES_MAX + 1);
	memset(text, 'x', UB_YAML_BYTES_MAX + 1);
	text[0] = '#';
	for (size_t extra = 0; extra < 2; extra++) {
		struct reading *r = read_text(text, UB_YAML_BYTES_MAX + extra);
		cr_assert_eq(count(r, "file-too-large"), extra);
		finish(&r);
	}
	free(text);
}

Test(limits, number_of_values)
{
	struct ub_arena *arena = ub_arena_new();
	for (size_t extra = 0; extra < 2; extra++) {
		struct ub_buf buf = UB_BUF(arena);
		ub_buf_char(&buf, '['); /* the list is a value too */
		for (size_t i = 1; i < UB_YAML_NODES_MAX + extra; i++)
			ub_buf_str(&buf, i % 100 ? "a," : "a,\n");
		ub_buf_char(&buf, ']');
		struct reading *r = read_text(buf.ptr, buf.len);
		cr_assert_eq(count(r, "too-many-values"), extra);
		finish(&r);
	}
	ub_arena_free(&arena);
}

Test(limits, number_of_syntax_errors)
{
	for (size_t extra = 0; extra < 2; extra++) {
		struct ub_arena *arena = ub_arena_new();
		struct ub_buf buf = UB_BUF(arena);
		for (size_t i = 0; i < UB_YAML_REPAIRS_MAX + extra; i++)
			ub_buf_printf(&buf, "k%zu: @x\n", i);
		struct reading *r = read_text(buf.ptr, buf.len);
		cr_assert_eq(count(r, "yaml-reserved"), UB_YAML_REPAIRS_MAX + extra);
		cr_assert_eq(r->root == NULL, extra == 1);
		finish(&r);
		ub_arena_free(&arena);
	}
}

Test(limits, bad_bytes_are_shown_where_they_stand)
{
	static const struct {
		const char *text;
		size_t len;
		const char *code;
		size_t at;
	} cases[] = {
		{ "a: \xff\n", 5, "not-utf-8", 3 },
		{ "\xc3\xa4: \xe2\x82\n", 7, "not-utf-8", 4 },
		{ "a: \0b\n", 6, "control-character", 3 },
		{ "a: b\rc\n", 7, "control-character", 4 },
		{ "a: \xe2\x80\xa8\n", 7, "control-character", 3 },
		{ "a: \xc2\x85\n", 6, "control-character", 3 },
		{ "a: \x1b[0m\n", 7, "control-character", 3 },
	};
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct reading *r = read_text(cases[i].text, cases[i].len);
		cr_assert_null(r->root);
		cr_assert_eq(count(r, cases[i].code), 1, "case %zu: %s", i, printed(r));
		cr_assert_eq(r->diags.list.items[0].place.at, cases[i].at, "case %zu", i);
		finish(&r);
	}
}
