/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "fixture.h"
#include "leaks.h"

TestSuite(set, .fini = ub_leak_check);

static void check_codes(const char *text, const char *expected)
{
	struct fixture f = fixture_new();
	fixture_add(&f, "t.md", text);
	ub_template_set_check(f.set, &f.diags);
	const char *codes = fixture_codes(&f.diags);
	cr_expect_str_eq(codes, expected, "%s\ngives    %s\nexpected %s\n%s", text, codes, expected,
	    fixture_messages(&f.diags));
	fixture_free(&f);
}

Test(set, checks_the_type_of_every_tag)
{
	check_codes("{{ title }}{{#yes}}{{ n + 1 }}{{/yes}}", "");
	check_codes("{{ titel }}", "1:4 unknown-name");
	check_codes("a\n{{#people}}\n{{ nmae }}\n{{/people}}", "3:4 unknown-name");
	check_codes("{{#people}}{{ titel }}{{ name + 1 }}{{/people}}", "1:15 unknown-name, 1:31 no-overload");
	check_codes("{{ people }}", "1:4 no-text");
	check_codes("{{ start }}{{ duration('3s') }}", "1:4 no-text, 1:15 no-text");
	check_codes("{{#n}}x{{/n}}{{^start}}x{{/start}}", "1:4 no-condition, 1:17 no-condition");
	check_codes("{{ . }}", "1:4 no-item");
	check_codes("{{#yes}}{{ . }}{{/yes}}", "1:12 no-item");
}

Test(set, warns_of_what_may_be_absent_unless_it_was_asked_for)
{
	check_codes("{{ account.health }}", "1:4 unguarded");
	check_codes("{{#has_account}}{{ account.health }}{{/has_account}}", "");
	check_codes("{{#yes && has_account}}{{ account.health }}{{/}}", "");
	check_codes("{{#has(account.health)}}{{ account.health }}{{/}}", "");
	check_codes("{{#account.?health}}{{ account.health }}{{/}}", "");
	check_codes("{{^has_account}}{{ account.health }}{{/has_account}}", "1:20 unguarded");
	check_codes("{{#yes || has_account}}{{ account.health }}{{/}}", "1:27 unguarded");
}

Test(set, keeps_internal_data_out_of_texts_for_customers)
{
	const char *head = "---\naudience: customer\n---\n";
	static const struct {
		const char *text, *codes;
	} cases[] = {
		{ "{{ title }} {{ account.name }}", "" },
		{ "{{#people}}{{ name }}{{/people}}", "" },
		{ "{{#people}}{{ persona }}{{/people}}", "4:15 internal-data" },
		{ "{{#has(account.health) && account.health == 'red'}}x{{/}}", "4:4 internal-data" },
		{ "{{ account.?health.orValue('') }}", "4:4 internal-data" },
		{ "{{#people.filter(p, p.persona == '')}}{{ name }}{{/}}", "4:21 internal-data" },
		{ "{{>inside}}", "4:4 internal-data" },
	};
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct fixture f = fixture_new();
		struct ub_text text = ub_textf(f.arena, "%s%s", head, cases[i].text);
		fixture_add(&f, "inside.md", "no secret");
		fixture_add(&f, "t.md", ub_text_cstr(f.arena, text));
		ub_template_set_check(f.set, &f.diags);
		const char *codes = fixture_codes(&f.diags);
		cr_expect_str_eq(codes, cases[i].codes, "%s\n%s", cases[i].text, fixture_messages(&f.diags));
		fixture_free(&f);
	}
}

Test(set, keeps_internal_data_out_of_what_texts_for_customers_include)
{
	struct fixture f = fixture_new();
	fixture_add(&f, "card.md", "---\naudience: customer\n---\n{{ persona }}");
	fixture_add(&f, "t.md", "---\naudience: customer\n---\n{{#people}}{{>card}}{{/people}}");
	ub_template_set_check(f.set, &f.diags);
	cr_expect_str_eq(fixture_codes(&f.diags), "4:4 internal-data");
	cr_expect(strstr(fixture_messages(&f.diags), "`t` includes this"), "%s", fixture_messages(&f.diags));
	fixture_free(&f);
}

Test(set, says_the_way_that_internal_data_takes)
{
	struct fixture f = fixture_new();
	fixture_add(&f, "t.md", "---\naudience: customer\n---\n{{#people}}{{ persona }}{{/people}}\n");
	ub_template_set_check(f.set, &f.diags);
	cr_expect(
	    strstr(fixture_messages(&f.diags), "`persona` is internal"), "%s", fixture_messages(&f.diags));
	fixture_free(&f);
}

Test(set, checks_an_included_template_where_it_is_included)
{
	struct fixture f = fixture_new();
	fixture_add(&f, "card.md", "{{ name }} <{{ email }}>\n");
	fixture_add(&f, "t.md", "{{#people}}\n  {{>card}}\n{{/people}}\n");
	const struct ub_template *tmpl = fixture_use(&f, "t");
	cr_expect_str_eq(fixture_render(&f, tmpl, 0), "  Ann <ann@acme.example>\n  Bob <bob@acme.example>\n");
	cr_expect_null(ub_template_use(f.set, UB_TEXT("card"), (struct ub_place){ 0 }, &f.diags));
	cr_expect_str_eq(fixture_codes(&f.diags), "1:4 unknown-name, 1:16 unknown-name");
	fixture_free(&f);
}

Test(set, says_a_mistake_of_an_included_template_once)
{
	struct fixture f = fixture_new();
	fixture_add(&f, "card.md", "{{ nmae }}");
	fixture_add(&f, "t.md", "{{#people}}{{>card}}{{/people}}{{#people}}{{>card}}{{/people}}");
	ub_template_set_check(f.set, &f.diags);
	cr_expect_str_eq(fixture_codes(&f.diags), "1:4 unknown-name");
	fixture_free(&f);
}

static void check_partials(const char *a, const char *b, const char *expected)
{
	struct fixture f = fixture_new();
	fixture_add(&f, "a.md", a);
	fixture_add(&f, "b.md", b);
	ub_template_set_check(f.set, &f.diags);
	cr_expect_str_eq(fixture_codes(&f.diags), expected, "%s", fixture_messages(&f.diags));
	fixture_free(&f);
}

Test(set, refuses_what_a_rule_directory_may_not_include)
{
	check_partials("{{>a}}", "", "1:4 includes-itself");
	check_partials("{{>b}}", "{{>a}}", "1:4 includes-itself");
	check_partials("{{>c}}", "", "1:4 unknown-template");
	check_partials("{{>*title}}", "", "1:5 computed-name");
	check_partials("{{<b}}{{$x}}{{$x}}{{/x}}{{/x}}{{/b}}", "{{$x}}{{/x}}", "1:10 too-deep");
}

Test(set, suggests_the_template_that_was_meant)
{
	struct fixture f = fixture_new();
	fixture_add(&f, "prep-call.md", "x");
	cr_expect_null(fixture_use(&f, "perp-call"));
	cr_expect(strstr(fixture_messages(&f.diags), "did you mean `prep-call`?"), "%s",
	    fixture_messages(&f.diags));
	fixture_free(&f);
}

Test(set, chooses_the_reader_s_language)
{
	struct fixture f = fixture_new();
	fixture_add(&f, "t.md", "hello {{>who}}");
	fixture_add(&f, "t.de.md", "hallo {{>who}}");
	fixture_add(&f, "who.md", "you");
	fixture_add(&f, "who.de.md", "du");
	const struct ub_template *tmpl = fixture_use(&f, "t");
	static const struct {
		const char *language, *text;
	} cases[] = { { "", "hello you" }, { "en", "hello you" }, { "de", "hallo du" },
		{ "de-AT", "hallo du" }, { "DE", "hallo du" }, { "d", "hello you" } };
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		const struct ub_template *variant = ub_template_in_language(tmpl, ub_text(cases[i].language));
		cr_expect_str_eq(fixture_render(&f, variant, 0), cases[i].text, "%s", cases[i].language);
	}
	cr_expect_eq(f.diags.errors, 0, "%s", fixture_messages(&f.diags));
	fixture_free(&f);
}

Test(set, wants_one_audience_in_all_languages)
{
	check_partials("---\nlanguage: fr\n---\n", "", "");
	struct fixture f = fixture_new();
	fixture_add(&f, "t.md", "---\naudience: customer\n---\n");
	fixture_add(&f, "t.de.md", "x");
	fixture_add(&f, "u.fr.md", "---\nlanguage: de\n---\n");
	ub_template_set_check(f.set, &f.diags);
	cr_expect_str_eq(fixture_codes(&f.diags), "1:1 mixed-audience, 2:11 bad-value");
	fixture_free(&f);
}

Test(set, replaces_a_template_by_a_later_one_of_its_name)
{
	struct fixture f = fixture_new();
	fixture_add(&f, "t.md", "shipped");
	fixture_add(&f, "t.md", "ours");
	cr_expect_str_eq(fixture_render(&f, fixture_use(&f, "t"), 0), "ours");
	fixture_free(&f);
}

Test(set, points_into_the_rule_file_for_a_title)
{
	struct fixture f = fixture_new();
	cr_expect_null(fixture_compile(&f, "Prep: {{ titel }}"));
	cr_expect_str_eq(fixture_messages(&f.diags),
	    "rules.yaml:1:10: error[unknown-name]: there is no `titel`\n"
	    "     1 | Prep: {{ titel }}\n"
	    "       |          ^^^^^\n"
	    "  help: did you mean `title`?\n");
	fixture_free(&f);
}

Test(set, knows_whether_a_title_is_internal)
{
	struct fixture f = fixture_new();
	struct ub_place place;
	struct ub_text why;
	const struct ub_template *open = fixture_compile(&f, "Prep: {{ title }}");
	cr_expect_eq(ub_template_audience(open), UB_AUDIENCE_CUSTOMER);
	cr_expect_not(ub_template_why_internal(open, &place, &why));
	const struct ub_template *internal = fixture_compile(&f, "{{#people}}{{ persona }}{{/people}}");
	cr_expect_eq(ub_template_audience(internal), UB_AUDIENCE_INTERNAL);
	cr_expect(ub_template_why_internal(internal, &place, &why));
	cr_expect_eq(place.at, 14);
	cr_expect(ub_text_find(why, UB_TEXT("persona"), 0) != SIZE_MAX, "%.*s", UB_ARGS(why));
	fixture_free(&f);
}

Test(set, takes_texts_up_to_the_limit_and_none_that_are_no_text)
{
	struct fixture f = fixture_new();
	fixture_add(&f, "a.md", fixture_repeat(f.arena, "x", UB_TEMPLATE_SIZE_MAX));
	cr_expect_eq(f.diags.errors, 0);
	fixture_add(&f, "b.md", fixture_repeat(f.arena, "x", UB_TEMPLATE_SIZE_MAX + 1));
	fixture_add(&f, "c.md", "\xff");
	struct ub_source *nul = (struct ub_source *)fixture_source(f.arena, "d.md", "x");
	nul->text = ub_text_n("a\0b", 3);
	ub_template_set_add(f.set, UB_TEXT("d"), nul, &f.diags);
	cr_expect_str_eq(fixture_codes(&f.diags), "1:1 too-big, 1:1 not-utf-8, 1:1 not-utf-8");
	fixture_free(&f);
}

/* t0 includes t1 includes ... tn. */
static void add_chain(struct fixture *f, size_t n)
{
	for (size_t i = 0; i <= n; i++) {
		struct ub_text name = ub_textf(f->arena, "t%zu.md", i);
		struct ub_text text = i < n ? ub_textf(f->arena, "{{>t%zu}}", i + 1) : UB_TEXT("end");
		fixture_add(f, ub_text_cstr(f->arena, name), ub_text_cstr(f->arena, text));
	}
}

Test(set, includes_as_deep_as_it_may_and_no_deeper)
{
	for (size_t n = UB_TEMPLATE_DEPTH_MAX; n <= UB_TEMPLATE_DEPTH_MAX + 1; n++) {
		struct fixture f = fixture_new();
		add_chain(&f, n);
		const struct ub_template *tmpl = fixture_use(&f, "t0");
		if (n > UB_TEMPLATE_DEPTH_MAX)
			cr_expect_str_eq(fixture_codes(&f.diags), "1:4 too-deep");
		else
			cr_expect_str_eq(fixture_render(&f, tmpl, 0), "end");
		fixture_free(&f);
	}
}

Test(set, stops_at_a_template_that_grows_with_what_it_includes)
{
	for (size_t n = UB_TEMPLATE_NODES_MAX; n <= UB_TEMPLATE_NODES_MAX + 1; n++) {
		struct fixture f = fixture_new();
		/* and the line's beginning */
		fixture_add(&f, "t.md", fixture_repeat(f.arena, "{{n}}", n - 1));
		ub_template_set_check(f.set, &f.diags);
		cr_expect_eq(f.diags.errors, n > UB_TEMPLATE_NODES_MAX, "%zu", n);
		fixture_free(&f);
	}
}
