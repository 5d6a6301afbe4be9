/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "fixture.h"
#include "leaks.h"

TestSuite(parse, .fini = ub_leak_check);

static void show_nodes(struct ub_buf *out, const struct tmpl_nodes *nodes);

static void show_text(struct ub_buf *out, struct ub_text text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		if (c == '\n' || c == '\r')
			ub_buf_str(out, c == '\n' ? "\\n" : "\\r");
		else
			ub_buf_char(out, c);
	}
}

/* A tag as `#name[...]`, a text as 'text', the beginning of a line as |blanks|. */
static void show_node(struct ub_buf *out, const struct tmpl_node *node)
{
	static const char *const signs[] = { [NODE_VALUE] = "=",
		[NODE_SECTION] = "#",
		[NODE_INVERTED] = "^",
		[NODE_PARTIAL] = ">",
		[NODE_PARENT] = "<",
		[NODE_BLOCK] = "$",
		[NODE_HEADING] = "H" };
	if (node->kind == NODE_TEXT || node->kind == NODE_LINE) {
		const char *quote = node->kind == NODE_TEXT ? "'" : "|";
		ub_buf_str(out, quote);
		show_text(out, node->text);
		ub_buf_str(out, quote);
		return;
	}
	ub_buf_printf(out, "%s%s%s", node->raw ? "raw" : "", signs[node->kind], node->computed ? "*" : "");
	if (node->kind == NODE_HEADING)
		ub_buf_printf(out, "%u", node->weight);
	else
		ub_buf_add(out, node->text);
	if (node->blank.len)
		ub_buf_printf(out, "(%zu)", node->blank.len);
	if (node->kids.n || node->kind == NODE_SECTION) {
		ub_buf_str(out, "[");
		show_nodes(out, &node->kids);
		ub_buf_str(out, "]");
	}
}

static void show_nodes(struct ub_buf *out, const struct tmpl_nodes *nodes)
{
	for (size_t i = 0; i < nodes->n; i++)
		show_node(out, nodes->items[i]);
}

static const char *parsed(const char *text, struct ub_diags *diags)
{
	struct ub_arena *arena = diags->arena;
	struct tmpl_origin origin = { .text = ub_text(text), .source = fixture_source(arena, "t.md", text) };
	struct tmpl_nodes nodes = { 0 };
	tmpl_parse(&origin, 0, true, &nodes, diags, arena);
	struct ub_buf out = UB_BUF(arena);
	show_nodes(&out, &nodes);
	return ub_buf_cstr(&out);
}

static void check_tree(const char *text, const char *expected)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_diags diags = UB_DIAGS(arena);
	const char *tree = parsed(text, &diags);
	cr_expect_str_eq(tree, expected, "%s\ngives    %s\nexpected %s", text, tree, expected);
	cr_expect_eq(diags.errors, 0, "%s\n%s", text, fixture_messages(&diags));
	ub_arena_free(&arena);
}

static void check_codes(const char *text, const char *expected)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_diags diags = UB_DIAGS(arena);
	parsed(text, &diags);
	const char *codes = fixture_codes(&diags);
	cr_expect_str_eq(codes, expected, "%s\ngives    %s\nexpected %s", text, codes, expected);
	ub_arena_free(&arena);
}

Test(parse, reads_tags_between_texts)
{
	check_tree("", "");
	check_tree("a {{b}} c", "||'a '=b' c'");
	check_tree("{{ b.c + 1 }}", "||=b.c + 1");
	check_tree("{{{b}}}{{& c }}", "||raw=braw=c");
	check_tree("{{ {'a': 1}.a }}", "||={'a': 1}.a");
	check_tree("{{#a}}x{{/a}}{{^b}}y{{/b}}", "||#a['x']^b['y']");
	check_tree("{{>p}} {{>* n }} {{<q}}{{$r}}x{{/r}}{{/q}}.", "||>p' '>*n' '<q[$r['x']]'.'");
	check_tree("1{{! nothing }}2{{=<% %>=}}<%a%>{{a}}", "||'1''2'=a'{{a}}'");
}

Test(parse, closes_with_the_same_expression_or_with_none)
{
	check_tree("{{#size(a) > 0}}x{{/size(a) > 0}}", "||#size(a) > 0['x']");
	check_tree("{{#size(a) > 0}}{{#b}}x{{/}}{{/}}", "||#size(a) > 0[#b['x']]");
}

Test(parse, drops_the_lines_of_tags_that_stand_alone)
{
	check_tree("a\n  {{#b}}  \nc\n{{/b}}\nd", "||'a''\\n'#b(2)[||'c''\\n']||'d'");
	check_tree("a\r\n{{! note }}\r\nb", "||'a''\\r\\n'||'b'");
	check_tree("  {{>p}}\n", ">p(2)");
	check_tree("  {{<p}}{{$b}}x{{/b}}{{/p}}\n", "<p(2)[$b(2)['x']]");
	check_tree("{{#a}}{{#b}}\nx\n{{/b}}{{/a}}\n", "#a[#b[||'x''\\n']]");
	check_tree("{{!\n several\n lines }}\nx", "||'x'");
}

Test(parse, keeps_the_lines_of_tags_that_do_not)
{
	check_tree("  {{b}}\n", "|  |=b'\\n'");
	check_tree("x {{#b}}\ny{{/b}}\n", "||'x '#b['\\n'||'y']'\\n'");
	check_tree("  {{$b}}{{/b}}\n", "|  |$b(2)'\\n'");
	check_tree("{{>p}} {{>q}}\n", "||>p' '>q'\\n'");
}

Test(parse, reads_headings_with_their_weights)
{
	check_tree("## Pressure test {weight=2}\ntext\n", "||H2['Pressure test']'\\n'||'text''\\n'");
	check_tree("# One {{b}} {weight=7}", "||H7['One '=b'']");
	check_tree("## Untimed\n", "||H0['Untimed']'\\n'");
	check_tree("#hash\n # no\n{{a}}# no\n", "||'#hash''\\n'| |'# no''\\n'||=a'# no''\\n'");
}

Test(parse, says_what_is_wrong_with_a_tag)
{
	check_codes("a {{b", "1:3 unclosed-tag");
	check_codes("{{{b}}", "1:1 unclosed-tag");
	check_codes("x\n{{}}", "2:1 empty-tag");
	check_codes("{{ #a }}{{ /a }}", "1:4 sign-after-blank, 1:12 sign-after-blank");
	check_codes("{{=x=}}", "1:1 bad-delimiters");
	check_codes("{{= a b c =}}", "1:1 bad-delimiters");
	check_codes("{{=a= b=}}", "1:1 bad-delimiters");
}

Test(parse, says_which_sections_do_not_pair)
{
	check_codes("{{#a}}\n{{#b}}\n", "1:1 unclosed-section, 2:1 unclosed-section");
	check_codes("x {{/a}}", "1:3 wrong-close");
	check_codes("{{#a}}{{/b}}{{/a}}", "1:7 wrong-close");
	check_codes("{{#a}}{{#b}}{{/a}}", "1:13 wrong-close");
	check_codes("## T {{#a}}\n{{/a}}\n", "1:6 unclosed-section, 2:1 wrong-close");
	check_codes("{{#a}}\n## T {{/a}}\n{{/a}}", "2:6 wrong-close");
}

Test(parse, says_how_weights_are_written)
{
	check_codes("## T {weight=0}", "1:6 bad-weight");
	check_codes("## T {weight=101}", "1:6 bad-weight");
	check_codes("## T {wieght=2}", "1:6 bad-weight");
	check_codes("## T {weight}", "1:6 bad-weight");
	check_codes("## T {weight=100}\n## U { weight = 1 }", "");
}

Test(parse, nests_as_deep_as_it_may_and_no_deeper)
{
	struct ub_arena *arena = ub_arena_new();
	for (size_t n = UB_TEMPLATE_NESTING_MAX; n <= UB_TEMPLATE_NESTING_MAX + 1; n++) {
		struct ub_diags diags = UB_DIAGS(arena);
		const char *opens = fixture_repeat(arena, "{{#a}}", n);
		const char *closes = fixture_repeat(arena, "{{/a}}", n);
		struct ub_text text = ub_textf(arena, "%s%s", opens, closes);
		parsed(ub_text_cstr(arena, text), &diags);
		cr_expect_eq(diags.errors, n - UB_TEMPLATE_NESTING_MAX, "%s", fixture_messages(&diags));
	}
	ub_arena_free(&arena);
}
