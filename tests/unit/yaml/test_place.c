/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "leaks.h"
#include "yaml_test.h"

TestSuite(place, .fini = ub_leak_check);

/* A file with the word HERE (decoded) in `k`, and the word's spelling in the source if that differs. */
struct place_case {
	const char *what, *file, *needle, *source;
};

static const struct place_case cases[] = {
	{ "plain", "k: a HERE b\n", "HERE", NULL },
	{ "plain over lines", "k: a b\n   c\n\n   d HERE\n", "HERE", NULL },
	{ "plain over lines, CRLF", "k: a b\r\n   c\r\n\r\n   d HERE\r\n", "HERE", NULL },
	{ "single quotes", "k: 'it''s HERE'\n", "HERE", NULL },
	{ "single quotes over lines", "k: 'it''s\n  \n  HERE'\n", "HERE", NULL },
	{ "double quotes", "k: \"\\x41\\u00e4\\U0001F600\\n\\\\\\\"\\_ HERE\"\n", "HERE", NULL },
	{ "an escape", "k: \"a \\u00e4 b\"\n", "\xc3\xa4", "\\u00e4" },
	{ "double quotes over lines", "k: \"a  \n\n  b \\\n   HERE\"\n", "HERE", NULL },
	{ "an escaped break before an empty line", "k: \"a\\\n\n  HERE\"\n", "HERE", NULL },
	{ "literal", "k: |\n  one\n  two HERE\n", "HERE", NULL },
	{ "literal, indented more", "k: |\n  one\n    HERE\n", "HERE", NULL },
	{ "literal with empty lines", "k: |\n\n\n  one\n\n  HERE\n\n", "HERE", NULL },
	{ "literal, blank lines with blanks", "k: |\n  one\n \n    \n  HERE\n", "HERE", NULL },
	{ "literal, header with a comment", "k: |- # why\n  one\n  HERE\n", "HERE", NULL },
	{ "literal, indentation given", "k: |2\n    one\n  HERE\n", "HERE", NULL },
	{ "literal, CRLF", "k: |\r\n  one\r\n  HERE\r\n", "HERE", NULL },
	{ "literal in a list", "- k: |\n    a\n    HERE\n", "HERE", NULL },
	{ "folded", "k: >\n  one\n  two\n  HERE\n", "HERE", NULL },
	{ "folded, CRLF", "k: >\r\n  one\r\n  two\r\n\r\n  HERE\r\n", "HERE", NULL },
	{ "folded with paragraphs", "k: >-\n  one\n\n\n  two\n  HERE\n", "HERE", NULL },
	{ "folded, indented more", "k: >\n  one\n    two\n    three\n  four HERE\n", "HERE", NULL },
	{ "folded, indented more, then empty", "k: >\n  one\n\n    two\n\n  HERE\n", "HERE", NULL },
	{ "folded, beginning with empty lines", "k: >\n\n  one\n  HERE\n", "HERE", NULL },
	{ "folded, kept end", "k: >+\n  one\n  HERE\n\n\n", "HERE", NULL },
	{ "folded with umlauts", "k: >\n  \xc3\xa4\xc3\xb6\n  \xf0\x9f\x98\x80 HERE\n", "HERE", NULL },
};

static const struct ub_yaml_node *value_of_k(const struct reading *r)
{
	return GET(r->root->kind == UB_YAML_LIST ? r->root->items[0] : r->root, "k");
}

Test(place, is_right_in_every_style)
{
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct reading *r = read_text(cases[i].file, strlen(cases[i].file));
		const struct ub_yaml_node *node = value_of_k(r);
		const char *source = cases[i].source ? cases[i].source : cases[i].needle;
		size_t from = ub_text_find(node->text, ub_text(cases[i].needle), 0);
		cr_assert_neq(from, SIZE_MAX, "%s: %.*s", cases[i].what, UB_ARGS(node->text));
		struct ub_place place = ub_yaml_place(node, from, from + strlen(cases[i].needle));
		cr_expect_eq(place.at, (size_t)(strstr(cases[i].file, source) - cases[i].file), "%s: at %zu",
		    cases[i].what, place.at);
		cr_expect_eq(place.len, strlen(source), "%s: %zu long", cases[i].what, place.len);
		finish(&r);
	}
}

/* Every letter of every text is in the source at the letter's place. */
Test(place, of_each_letter_holds_that_letter)
{
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct reading *r = read_text(cases[i].file, strlen(cases[i].file));
		const struct ub_yaml_node *node = value_of_k(r);
		for (size_t at = 0; at < node->text.len; at++) {
			char c = node->text.ptr[at];
			struct ub_place place = ub_yaml_place(node, at, at + 1);
			if (c < 'a' || c > 'z' || strchr(cases[i].file, '\\'))
				continue;
			cr_expect_eq(cases[i].file[place.at], c, "%s: byte %zu", cases[i].what, at);
		}
		finish(&r);
	}
}

Test(place, past_the_end_is_the_end_of_the_text)
{
	struct reading *r = READ("k: >\n  one\n  two\n\nl: 'x'\n");
	cr_assert_eq(ub_yaml_place(GET(r->root, "k"), 999, 999).at, strlen("k: >\n  one\n  two"));
	cr_assert_eq(ub_yaml_place(GET(r->root, "l"), 1, 1).at, strlen("k: >\n  one\n  two\n\nl: 'x"));
	finish(&r);
}

Test(place, ends_on_the_line_where_it_begins)
{
	struct reading *r = READ("k: >\n  one\n  two\n");
	struct ub_place place = ub_yaml_place(GET(r->root, "k"), 0, 7);
	cr_assert(place.at == 7 && place.len == 3);
	finish(&r);
}

Test(place, of_an_empty_text_is_its_own)
{
	struct reading *r = READ("a: ''\nb: |\n\nc:\n");
	cr_assert_eq(ub_yaml_place(GET(r->root, "a"), 0, 0).at, 3);
	cr_assert_eq(ub_yaml_place(GET(r->root, "b"), 0, 5).at, strlen("a: ''\nb: "));
	cr_assert_eq(ub_yaml_place(GET(r->root, "c"), 3, 5).at, strlen("a: ''\nb: |\n\nc:"));
	finish(&r);
}
