/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "fixture.h"
#include "leaks.h"

TestSuite(guard, .fini = ub_leak_check);

/* The unguarded readings as "PATH@AT", separated by blanks. */
static const char *unguarded(struct fixture *f, const char *text)
{
	const struct ub_cel_read *reads;
	struct ub_buf out = UB_BUF(f->arena);
	size_t n = ub_cel_program_unguarded(compiled(f, text), &reads);
	for (size_t i = 0; i < n; i++)
		ub_buf_printf(&out, "%s%.*s@%zu", i ? " " : "", UB_ARGS(reads[i].path), reads[i].outer_at);
	return ub_buf_cstr(&out);
}

Test(guard, finds_readings_that_may_be_absent)
{
	static const struct {
		const char *text, *reads;
	} cases[] = {
		{ "account.name", "" },
		{ "account.health == \"red\"", "account.health@0" },
		{ "maybe > 1", "maybe@0" },
		{ "has(account.health) && account.health == \"red\"", "" },
		{ "account.health == \"red\" && has(account.health)", "" },
		{ "!has(account.health) || account.health == \"red\"", "" },
		{ "has(account.health) || account.health == \"red\"", "account.health@23" },
		{ "has(account.health) ? account.health : \"\"", "" },
		{ "!has(account.health) ? \"\" : account.health", "" },
		{ "has(account.health) ? \"\" : account.health", "account.health@27" },
		{ "!(n > 1 || !has(account.health)) && account.health != \"\"", "" },
		{ "account.?health.orValue(\"\")", "" },
		/* has_account promises an owner, but not health */
		{ "has_account && account.owner.name == s", "" },
		{ "has_account && account.health == s", "account.health@15" },
		{ "account.owner.name == s", "account.owner@0" },
		{ "has_account ? account.owner.name : \"\"", "" },
		{ "has(account.owner.name) ? 1 : 2", "account.owner@4" },
		{ "has_account && people.exists(p, p.email == account.owner.email)", "" },
		{ "people.exists(p, p.email == account.owner.email)", "account.owner@28" },
		{ "people.exists(p, has_account && p.email == account.owner.email)", "" },
	};
	struct fixture f = fixture_new(NULL);
	for (size_t i = 0; i < UB_COUNT(cases); i++)
		cr_expect_str_eq(unguarded(&f, cases[i].text), cases[i].reads, "%s: %s", cases[i].text,
		    unguarded(&f, cases[i].text));
	fixture_free(&f);
}

Test(guard, sees_through_lazy_variables)
{
	struct fixture f = fixture_new(NULL);
	ub_cel_declare_lazy(f.env, UB_TEXT("red"), compiled(&f, "account.health == \"red\""));
	ub_cel_declare_lazy(f.env, UB_TEXT("anns"), compiled(&f, "account.owner.name == \"Ann\""));
	ub_cel_declare_lazy(f.env, UB_TEXT("rated"), compiled(&f, "has_account && has(account.health)"));
	cr_expect_str_eq(unguarded(&f, "n > 1 && red"), "account.health@9");
	cr_expect_str_eq(unguarded(&f, "has(account.health) && red"), "");
	cr_expect_str_eq(unguarded(&f, "rated && red"), "");
	cr_expect_str_eq(unguarded(&f, "rated && anns"), "");
	cr_expect_str_eq(unguarded(&f, "anns"), "account.owner@0");
	fixture_free(&f);
}

Test(guard, knows_which_variables_are_used)
{
	struct fixture f = fixture_new(NULL);
	ub_cel_declare_lazy(f.env, UB_TEXT("red"), compiled(&f, "account.health == \"red\""));
	cr_expect(ub_cel_program_uses(compiled(&f, "n > 1 && red"), UB_TEXT("account")));
	cr_expect(!ub_cel_program_uses(compiled(&f, "n > 1"), UB_TEXT("account")));
	fixture_free(&f);
}
