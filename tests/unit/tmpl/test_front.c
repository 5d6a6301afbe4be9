/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "fixture.h"
#include "leaks.h"

TestSuite(front, .fini = ub_leak_check);

static struct tmpl_front read_front(const char *text, struct ub_diags *diags)
{
	struct tmpl_front front = { .language = UB_TEXT_NONE };
	struct tmpl_origin origin = { .text = ub_text(text),
		.source = fixture_source(diags->arena, "t.md", text) };
	tmpl_parse_front(&origin, &front, diags);
	return front;
}

Test(front, is_internal_text_unless_it_says_otherwise)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_diags diags = UB_DIAGS(arena);
	struct tmpl_front front = read_front("Hello\n---\n", &diags);
	cr_expect_eq(front.end, 0);
	cr_expect_eq(front.audience, UB_AUDIENCE_INTERNAL);
	const char *head =
	    "---\r\n# for whom\n\naudience: customer\n format :html\nlanguage: pt-BR\n---\nHello";
	front = read_front(head, &diags);
	cr_expect_eq(front.audience, UB_AUDIENCE_CUSTOMER);
	cr_expect_eq(front.format, UB_FORMAT_HTML);
	cr_expect(ub_text_is(front.language, "pt-BR"));
	cr_expect_str_eq(head + front.end, "Hello");
	cr_expect_eq(diags.errors, 0, "%s", fixture_messages(&diags));
	ub_arena_free(&arena);
}

Test(front, passes_over_a_byte_order_mark)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_diags diags = UB_DIAGS(arena);
	cr_expect_eq(read_front("\xEF\xBB\xBFHello", &diags).end, 3);
	cr_expect_eq(
	    read_front("\xEF\xBB\xBF---\naudience: customer\n---\n", &diags).audience, UB_AUDIENCE_CUSTOMER);
	ub_arena_free(&arena);
}

Test(front, says_what_is_wrong_with_it)
{
	static const struct {
		const char *text, *codes;
	} cases[] = {
		{ "---\naudience: internal\n", "1:1 unclosed-head" },
		{ "---", "1:1 unclosed-head" },
		{ "---\nadience: internal\n---\n", "2:1 unknown-key" },
		{ "---\naudience: all\nformat: md\n---\n", "2:11 bad-value, 3:9 bad-value" },
		{ "---\naudience:\n---\n", "2:10 bad-value" },
		{ "---\nlanguage: d_e\n---\n", "2:11 bad-value" },
		{ "---\nHello\n---\n", "2:1 syntax" },
	};
	struct ub_arena *arena = ub_arena_new();
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct ub_diags diags = UB_DIAGS(arena);
		read_front(cases[i].text, &diags);
		cr_expect_str_eq(fixture_codes(&diags), cases[i].codes, "%s", cases[i].text);
	}
	ub_arena_free(&arena);
}
