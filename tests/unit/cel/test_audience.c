/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "fixture.h"
#include "leaks.h"

TestSuite(audience, .fini = ub_leak_check);

static bool is_internal(struct fixture *f, const char *text)
{
	return ub_cel_program_shown_audience(compiled(f, text)) == UB_CEL_INTERNAL;
}

Test(audience, what_depends_on_internal_data_is_internal)
{
	static const char *const internal[] = {
		"secret",
		"secret + 1",
		"account.health",
		"has(account.health)",
		"account.?health.orValue(\"\")",
		"people[0].persona",
		"people.map(p, p.persona)",
		"people.filter(p, p.persona == \"kind\")",
		"people.filter(p, p.persona == \"kind\")[0].name",
		"people.exists(p, p.persona == s)",
		"people.exists(p, p.name == s && p.persona == s)",
		"secret > 1 ? \"a\" : \"b\"",
		"secret > 1 || n > 1",
		"[1, 2][secret]",
		"[secret, 1].size()",
		"{\"a\": secret}",
		"cel.bind(x, secret, x + 1)",
		"optional.of(1).optMap(v, v + secret)",
		"account.owner.name",
		/* through equality, dyn and functions, whole objects are looked into */
		"people[0] == people[1]",
		"people[0] in ours",
		"dyn(people[0]).name",
		"[dyn(1), people[0]]",
		"greet(people[0])",
		"\"%s\".format([people[0]])",
		/* a text that shows a person may show all of him */
		"people",
		"people[0]",
	};
	struct fixture f = fixture_new(NULL);
	for (size_t i = 0; i < UB_COUNT(internal); i++)
		cr_expect(is_internal(&f, internal[i]), "%s", internal[i]);
	fixture_free(&f);
}

Test(audience, what_does_not_depend_on_it_is_public)
{
	static const char *const open[] = {
		"n + 1",
		"account.name",
		"people[0].name",
		"people.map(p, p.name).join(\", \")",
		"people.filter(p, p.name != \"\").size()",
		"size(people) + size(ours)",
		"(ours + people).map(p, p.email)",
		"(true ? ours : people)[0].name",
		"cel.bind(x, secret, n)",
		"people.exists(p, p.email.endsWith(\"@acme.example\"))",
		"has_account",
		"any.a",
	};
	struct fixture f = fixture_new(NULL);
	for (size_t i = 0; i < UB_COUNT(open); i++)
		cr_expect(!is_internal(&f, open[i]), "%s", open[i]);
	fixture_free(&f);
}

Test(audience, the_choice_of_people_is_labelled_apart_from_what_is_in_them)
{
	struct fixture f = fixture_new(NULL);
	cr_expect_eq(ub_cel_program_audience(compiled(&f, "people")), UB_CEL_PUBLIC);
	cr_expect_eq(
	    ub_cel_program_audience(compiled(&f, "people.filter(p, p.persona == s)")), UB_CEL_INTERNAL);
	fixture_free(&f);
}

static const char *flow(struct fixture *f, const char *text)
{
	struct ub_buf out = UB_BUF(f->arena);
	struct ub_cel_flow way = ub_cel_program_flow(compiled(f, text), f->arena);
	for (size_t i = 0; i < way.n; i++)
		ub_buf_printf(&out, "%s%zu+%zu %.*s", i ? "; " : "", way.items[i].at, way.items[i].len,
		    UB_ARGS(way.items[i].text));
	return ub_buf_cstr(&out);
}

Test(audience, the_way_of_internal_data_is_told_through_lazy_variables)
{
	struct fixture f = fixture_new(NULL);
	ub_cel_declare_lazy(
	    f.env, UB_TEXT("blunt"), compiled(&f, "people.filter(p, p.persona == \"blunt\")"));
	ub_cel_declare_lazy(f.env, UB_TEXT("tough"), compiled(&f, "size(blunt) > 1"));
	cr_expect_str_eq(flow(&f, "n > 1 && tough ? \"a\" : \"b\""),
	    "9+5 `tough` depends on internal data; 5+5 `blunt` depends on internal data; "
	    "17+9 `p.persona` is internal");
	cr_expect_str_eq(flow(&f, "n + secret"), "4+6 `secret` is internal");
	cr_expect_str_eq(flow(&f, "greet(people[0])"),
	    "0+16 `greet(people[0])` looks at values that have internal fields");
	cr_expect_str_eq(flow(&f, "people"), "0+6 values of type list(person) have internal fields");
	cr_expect_str_eq(flow(&f, "n + 1"), "");
	fixture_free(&f);
}
