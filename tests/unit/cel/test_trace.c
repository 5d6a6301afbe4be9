/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "fixture.h"
#include "leaks.h"

TestSuite(trace, .fini = ub_leak_check);

static void print(struct ub_buf *out, const struct ub_cel_trace *trace, int depth)
{
	struct ub_text text = ub_cel_program_text(trace->program);
	ub_buf_printf(
	    out, "%*s%.*s is ", 2 * depth, "", UB_ARGS(ub_text_sub(text, trace->at, trace->at + trace->len)));
	ub_cel_print_literal(out, trace->value, 0);
	ub_buf_char(out, '\n');
	for (size_t i = 0; i < trace->n_parts; i++)
		print(out, &trace->parts[i], depth + 1);
}

static const char *explained(struct fixture *f, const char *text)
{
	struct ub_buf out = UB_BUF(f->arena);
	print(&out, ub_cel_explain(compiled(f, text), activation(f), f->arena, NULL), 0);
	return ub_buf_cstr(&out);
}

Test(trace, shows_the_part_that_decided)
{
	static const struct {
		const char *text, *trace;
	} cases[] = {
		{ "n > 10 && s == \"daily\" && n < 5", "n > 10 && s == \"daily\" && n < 5 is false\n"
						       "  s == \"daily\" is false\n"
						       "    s is \"weekly sync\"\n" },
		{ "n > 50 || s.contains(\"sync\")", "n > 50 || s.contains(\"sync\") is true\n"
						    "  s.contains(\"sync\") is true\n"
						    "    s is \"weekly sync\"\n" },
		{ "n > 50 || !has_account", "n > 50 || !has_account is false\n"
					    "  n > 50 is false\n"
					    "    n is 42\n"
					    "  !has_account is false\n"
					    "    has_account is true\n" },
		{ "people.exists(p, p.name == \"Bob\")", "people.exists(p, p.name == \"Bob\") is true\n"
							 "  p.name == \"Bob\" is true\n"
							 "    p.name is \"Bob\"\n"
							 "    p is \"bob@acme.example\"\n" },
		{ "people.all(p, p.name == \"Ann\" && n > 1)",
		    "people.all(p, p.name == \"Ann\" && n > 1) is false\n"
		    "  p.name == \"Ann\" && n > 1 is false\n"
		    "    p.name == \"Ann\" is false\n"
		    "      p.name is \"Bob\"\n"
		    "    p is \"bob@acme.example\"\n" },
		{ "people.exists(p, p.name == \"Eve\")",
		    "people.exists(p, p.name == \"Eve\") is false\n"
		    "  people is [\"ann@ours.example\", \"bob@acme.example\"]\n" },
		{ "account.owner.name == \"Ann\" ? n : 0", "account.owner.name == \"Ann\" ? n : 0 is 42\n"
							   "  account.owner.name == \"Ann\" is true\n"
							   "    account.owner.name is \"Ann\"\n"
							   "  n is 42\n" },
		{ "maybe > 1 || n > 50", "maybe > 1 || n > 50 is cannot tell: `maybe` has no value\n"
					 "  maybe > 1 is cannot tell: `maybe` has no value\n"
					 "    maybe is cannot tell: `maybe` has no value\n" },
	};
	struct fixture f = fixture_new(NULL);
	for (size_t i = 0; i < UB_COUNT(cases); i++)
		cr_expect_str_eq(explained(&f, cases[i].text), cases[i].trace);
	fixture_free(&f);
}

/* What depends on nothing tells nothing. */
Test(trace, leaves_lazy_variables_out_that_are_constants)
{
	struct fixture f = fixture_new(NULL);
	ub_cel_declare_lazy(f.env, UB_TEXT("words"), compiled(&f, "[\"daily\", \"sync\"]"));
	ub_cel_declare_lazy(f.env, UB_TEXT("pattern"), compiled(&f, "words.join(\"|\")"));
	cr_expect_str_eq(explained(&f, "s.matches(pattern)"), "s.matches(pattern) is true\n"
							      "  s is \"weekly sync\"\n");
	cr_expect_str_eq(explained(&f, "pattern == \"\""), "pattern == \"\" is false\n");
	fixture_free(&f);
}

Test(trace, goes_into_lazy_variables)
{
	struct fixture f = fixture_new(NULL);
	ub_cel_declare_lazy(f.env, UB_TEXT("busy"), compiled(&f, "size(people) > 1"));
	cr_expect_str_eq(explained(&f, "n > 10 && busy"), "n > 10 && busy is true\n"
							  "  n > 10 is true\n"
							  "    n is 42\n"
							  "  busy is true\n"
							  "    size(people) > 1 is true\n"
							  "      size(people) is 2\n"
							  "        people is [\"ann@ours.example\", "
							  "\"bob@acme.example\"]\n");
	fixture_free(&f);
}
