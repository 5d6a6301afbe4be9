/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "fixture.h"
#include "leaks.h"

TestSuite(render, .fini = ub_leak_check);

/* A template "t" and what comes of it. */
static void check(const char *file, const char *text, int64_t minutes, const char *expected)
{
	struct fixture f = fixture_new();
	fixture_add(&f, file, text);
	const char *got = fixture_render(&f, fixture_use(&f, "t"), minutes);
	cr_expect_str_eq(got, expected, "%s\ngives    %s\nexpected %s", text, got, expected);
	cr_expect_eq(f.diags.errors, 0, "%s", fixture_messages(&f.diags));
	fixture_free(&f);
}

static void check_line(const char *title, const char *text, const char *expected)
{
	struct fixture f = fixture_new();
	fixture_set_title(&f, title);
	const char *got = fixture_render(&f, fixture_compile(&f, text), 0);
	cr_expect_str_eq(got, expected, "%s\ngives    %s\nexpected %s", text, got, expected);
	fixture_free(&f);
}

Test(render, knows_the_types_inside_a_section)
{
	check("t.md",
	    "{{#people}}{{ name.upperAscii() }} of {{ n }}: {{#notes}}{{ . }}{{/notes}};{{/people}}", 0,
	    "ANN of 4: reads everything;BOB of 4: ;");
	check("t.md", "{{#people.filter(p, p.name == 'Bob')}}{{ email }}{{/}}", 0, "bob@acme.example");
	check("t.md", "{{#people}}{{#.}}{{.}} {{/.}}{{/people}}", 0, "Ann Bob ");
}

Test(render, takes_conditions_texts_and_lists_as_sections)
{
	check("t.md", "{{#n > 3}}a{{/}}{{#no}}b{{/no}}{{^no}}c{{/no}}", 0, "ac");
	check("t.md", "{{#title}}[{{ . }}]{{/title}}{{^none}}nobody{{/none}}", 0, "[Roadmap]nobody");
	check("t.md", "{{#account.?health}}h{{/}}{{^account.?health}}none{{/}}", 0, "none");
	check("t.md", "{{#has_account}}{{ account.health }}{{/has_account}}.", 0, ".");
}

Test(render, escapes_html_and_nothing_else)
{
	check("t.html", "{{ '<b>&' }}{{{ '<b>' }}}{{& '<i>' }}", 0, "&lt;b&gt;&amp;<b><i>");
	check("t.md", "{{ '<b>&' }}", 0, "<b>&");
	check("t.md", "---\nformat: html\n---\n{{ '<' }}", 0, "&lt;");
}

Test(render, times_sections_by_their_weights)
{
	const char *text = "Intro {{ minutes }}.\n## One {weight=1}\n{{ minutes }}\n## Two {weight=2}\n"
			   "{{ minutes }}\n## Rest\n{{ minutes }}\n";
	check("t.md", text, 30, "Intro 30.\nOne (10 min)\n10\nTwo (20 min)\n20\nRest\n30\n");
	check("t.md", text, 0, "Intro 0.\nOne\n0\nTwo\n0\nRest\n0\n");
	check("t.html", "# A & B {weight=1}\n", 5, "<h2>A & B (5 min)</h2>\n");
}

Test(render, gives_no_time_to_a_section_that_is_not_shown)
{
	check("t.md",
	    "{{#no}}\n## A {weight=9}\n{{/no}}\n{{#yes}}\n## B {weight=1}\n{{/yes}}\n## C {weight=1}\n", 10,
	    "B (5 min)\nC (5 min)\n");
	check(
	    "t.md", "{{#people}}\n## {{ name }} {weight=1}\n{{/people}}\n", 15, "Ann (8 min)\nBob (7 min)\n");
}

Test(render, times_appended_templates_with_the_others)
{
	struct fixture f = fixture_new();
	fixture_add(&f, "t.md", "## One {weight=3}\ntext");
	fixture_add(&f, "u.md", "## Two {weight=1}\n{{ minutes }}\n");
	const struct ub_template *tmpl = fixture_use(&f, "t"), *extra[1];
	extra[0] = ub_template_use(f.set, UB_TEXT("u"), (struct ub_place){ 0 }, &f.diags);
	struct ub_buf out = UB_BUF(f.arena);
	struct ub_text why;
	cr_assert(ub_template_render(tmpl, extra, 1, 20, f.activation, &out, &why));
	cr_expect_str_eq(ub_buf_cstr(&out), "One (15 min)\ntext\n\nTwo (5 min)\n5\n");
	fixture_free(&f);
}

Test(render, says_which_expression_cannot_tell)
{
	struct fixture f = fixture_new();
	fixture_add(&f, "t.md", "ok\n{{ account.health }}");
	const char *got = fixture_render(&f, fixture_use(&f, "t"), 0);
	cr_expect(strstr(got, "cannot tell: `account.health` (t.md:2:4): "), "%s", got);
	fixture_free(&f);
}

Test(render, leaves_what_was_there_when_it_cannot_tell)
{
	struct fixture f = fixture_new();
	const struct ub_template *tmpl = fixture_compile(&f, "a {{ 1 / (n - 4) }}");
	struct ub_buf out = UB_BUF(f.arena);
	struct ub_text why;
	ub_buf_str(&out, "before");
	cr_assert(tmpl != NULL, "%s", fixture_messages(&f.diags));
	cr_expect_not(ub_template_render(tmpl, NULL, 0, 0, f.activation, &out, &why));
	cr_expect_str_eq(ub_buf_cstr(&out), "before");
	fixture_free(&f);
}

Test(render, makes_one_line_of_a_title_whatever_strangers_write)
{
	check_line("Q3", "Prep: {{ title }}", "Prep: Q3");
	check_line("  a\r\n\tb\n\nc ", "Prep: {{ title }}", "Prep: a b c");
	check_line("{{ n }} {{#yes}}", "Prep: {{ title }}", "Prep: {{ n }} {{#yes}}");
	check_line("a\x01\x1b[31m\x7f\xc2\x9b\xe2\x80\xa8"
		   "b",
	    "{{ title }}", "a[31m b");
	check_line("", "{{ title }}", "");
	check_line("x", "# {{ title }}", "# x");
}

Test(render, cuts_a_long_title_between_characters)
{
	struct fixture f = fixture_new();
	for (size_t n = UB_TEMPLATE_LINE_MAX - 1; n <= UB_TEMPLATE_LINE_MAX + 1; n++) {
		fixture_set_title(&f, fixture_repeat(f.arena, "x", n));
		const char *got = fixture_render(&f, fixture_compile(&f, "{{ title }}"), 0);
		cr_expect_eq(strlen(got), n > UB_TEMPLATE_LINE_MAX ? UB_TEMPLATE_LINE_MAX : n);
		cr_expect_eq(strstr(got, "\xe2\x80\xa6") != NULL, n > UB_TEMPLATE_LINE_MAX);
	}
	fixture_set_title(&f, fixture_repeat(f.arena, "\xf0\x9f\x98\x80", 100));
	const char *got = fixture_render(&f, fixture_compile(&f, "{{ title }}"), 0);
	cr_expect_eq(strlen(got), 63 * 4 + 3);
	cr_expect(ub_text_utf8_valid(ub_text(got)));
	fixture_free(&f);
}

Test(render, ends_with_a_mark_where_it_would_grow_without_bounds)
{
	struct fixture f = fixture_new();
	const char *mark = "\n[...]\n";
	fixture_add(&f, "t.md", "{{#names}}{{ . }}{{/names}}");
	const struct ub_template *tmpl = fixture_use(&f, "t");
	fixture_set_names(&f, fixture_repeat(f.arena, "x", 1024), UB_TEMPLATE_OUTPUT_MAX / 1024);
	cr_expect_eq(strlen(fixture_render(&f, tmpl, 0)), UB_TEMPLATE_OUTPUT_MAX);
	fixture_set_names(&f, fixture_repeat(f.arena, "x", 1024), UB_TEMPLATE_OUTPUT_MAX / 1024 + 1);
	const char *got = fixture_render(&f, tmpl, 0);
	cr_expect_eq(strlen(got), UB_TEMPLATE_OUTPUT_MAX + strlen(mark));
	cr_expect_str_eq(got + UB_TEMPLATE_OUTPUT_MAX, mark);
	fixture_free(&f);
}

Test(render, ends_with_a_mark_where_it_would_not_end_soon)
{
	struct fixture f = fixture_new();
	fixture_add(&f, "t.md", "{{#names}}{{#no}}{{/no}}{{/names}}.");
	const struct ub_template *tmpl = fixture_use(&f, "t");
	fixture_set_names(&f, "", (UB_TEMPLATE_STEPS_MAX - 3) / 2);
	cr_expect_str_eq(fixture_render(&f, tmpl, 0), ".");
	fixture_set_names(&f, "", (UB_TEMPLATE_STEPS_MAX - 3) / 2 + 1);
	cr_expect_str_eq(fixture_render(&f, tmpl, 0), "\n[...]\n");
	fixture_free(&f);
}

Test(render, times_as_many_sections_as_it_may)
{
	struct fixture f = fixture_new();
	fixture_add(&f, "t.md", "{{#names}}\n## A {weight=1}\n{{/names}}\n");
	const struct ub_template *tmpl = fixture_use(&f, "t");
	fixture_set_names(&f, "", UB_TEMPLATE_TIMED_MAX + 1);
	const char *line = "A (2 min)\n";
	struct ub_text expected =
	    ub_textf(f.arena, "%sA\n", fixture_repeat(f.arena, line, UB_TEMPLATE_TIMED_MAX));
	cr_expect_str_eq(
	    fixture_render(&f, tmpl, 2 * UB_TEMPLATE_TIMED_MAX), ub_text_cstr(f.arena, expected));
	fixture_free(&f);
}
