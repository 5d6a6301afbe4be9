/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "directory_test.h"
#include "leaks.h"

TestSuite(match, .fini = ub_leak_check);

static const char customers[] =
    "accounts:\n"
    "- {id: acme, name: Acme, domains: [acme.example, acme.co.uk]}\n"
    "- {id: acme-eu, name: Acme Europe, domains: [eu.acme.example]}\n"
    "- {id: beta, name: Beta, domains: [de.beta.example], stakeholders: [{email: boss@gmail.com}]}\n"
    "- {id: north, name: North, domains: [north.gamma.example]}\n"
    "- {id: south, name: South, domains: [south.gamma.example]}\n"
    "- {id: late, name: Late, stakeholders: [{email: cto@acme.example}]}\n";

/* Guests, blanks between them, and what they are taken for. */
static const struct {
	const char *guests, *id;
	enum ub_account_match_kind kind;
	const char *by;
} cases[] = {
	{ "x@acme.example", "acme", UB_MATCH_DOMAIN, "acme.example" },
	{ "x@a.b.acme.example", "acme", UB_MATCH_DOMAIN, "acme.example" },
	{ "x@acme.co.uk", "acme", UB_MATCH_DOMAIN, "acme.co.uk" },
	{ "x@other.co.uk", NULL, UB_MATCH_NONE, "" },
	{ "x@notacme.example", NULL, UB_MATCH_NONE, "" },
	{ "x@example", NULL, UB_MATCH_NONE, "" },
	{ "x@mail.eu.acme.example", "acme-eu", UB_MATCH_DOMAIN, "eu.acme.example" },
	{ "x@acme.example y@eu.acme.example", "acme-eu", UB_MATCH_DOMAIN, "eu.acme.example" },
	{ "y@eu.acme.example x@acme.example", "acme-eu", UB_MATCH_DOMAIN, "eu.acme.example" },
	{ "cto@acme.example", "late", UB_MATCH_ADDRESS, "cto@acme.example" },
	{ "y@eu.acme.example cto@acme.example", "late", UB_MATCH_ADDRESS, "cto@acme.example" },
	{ "cto@acme.example boss@gmail.com", "beta", UB_MATCH_ADDRESS, "boss@gmail.com" },
	{ "other@gmail.com", NULL, UB_MATCH_NONE, "" },
	{ "x@beta.example", "beta", UB_MATCH_REGISTRABLE, "beta.example" },
	{ "x@us.beta.example", "beta", UB_MATCH_REGISTRABLE, "us.beta.example" },
	{ "x@us.beta.example y@acme.example", "acme", UB_MATCH_DOMAIN, "acme.example" },
	{ "x@gamma.example", NULL, UB_MATCH_NONE, "" },
	{ "x@north.gamma.example", "north", UB_MATCH_DOMAIN, "north.gamma.example" },
	{ "x@south.gamma.example y@north.gamma.example", "north", UB_MATCH_DOMAIN, "north.gamma.example" },
	{ "x@acme.example z@acme.example y@eu.acme.example", "acme", UB_MATCH_DOMAIN, "acme.example" },
	{ "cto@acme.example x@acme.example y@acme.example", "acme", UB_MATCH_DOMAIN, "acme.example" },
	{ "nobody", NULL, UB_MATCH_NONE, "" },
	{ "", NULL, UB_MATCH_NONE, "" },
};

static struct ub_texts guests_of(struct ub_arena *arena, const char *words)
{
	struct ub_texts guests = { 0 };
	struct ub_text rest = ub_text(words), word;
	while (*words && ub_text_split(&rest, ' ', &word))
		*ub_push(arena, &guests) = word;
	return guests;
}

Test(match, goes_by_address_then_longest_domain_then_registrable_domain)
{
	struct files *f = start(customers, NULL);
	cr_assert_eq(f->diags.list.n, 0, "%s", printed(f));
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct ub_account_match match =
		    ub_accounts_match(f->accounts, guests_of(f->arena, cases[i].guests), f->arena);
		cr_expect_eq(match.kind, cases[i].kind, "%s", cases[i].guests);
		cr_expect_eq(match.account == NULL, cases[i].id == NULL, "%s", cases[i].guests);
		cr_expect(
		    !match.account || ub_text_is(match.account->id, cases[i].id), "%s", cases[i].guests);
		cr_expect(ub_text_is(match.by, cases[i].by), "%s: %.*s", cases[i].guests, UB_ARGS(match.by));
	}
	finish(&f);
}

Test(match, of_a_domain_that_two_accounts_claim_is_the_first_one)
{
	struct files *f = start("accounts:\n- {id: a, name: A, domains: [x.example]}\n"
				"- {id: b, name: B, domains: [x.example, y.example]}\n",
	    NULL);
	cr_assert_eq(f->diags.errors, 1);
	cr_assert(strstr(printed(f), "the domain `x.example` belongs to two accounts"), "%s", printed(f));
	cr_assert(strstr(printed(f), "0.yaml:3:3: "), "%s", printed(f));
	IS(ub_accounts_match(f->accounts, guests_of(f->arena, "p@x.example"), f->arena).account->id, "a");
	IS(ub_accounts_match(f->accounts, guests_of(f->arena, "p@y.example"), f->arena).account->id, "b");
	finish(&f);
}

Test(match, names_the_further_accounts_of_guests_by_how_many_they_are)
{
	struct files *f = start(customers, NULL);
	struct ub_account_match match = ub_accounts_match(f->accounts,
	    guests_of(f->arena, "x@us.beta.example a@acme.example y@north.gamma.example b@acme.example "
				"z@north.gamma.example c@acme.example nobody@elsewhere.example"),
	    f->arena);
	IS(match.account->id, "acme");
	cr_assert_eq(match.n_others, 2);
	IS(match.others[0]->id, "north");
	IS(match.others[1]->id, "beta");
	match =
	    ub_accounts_match(f->accounts, guests_of(f->arena, "a@acme.example x@other.example"), f->arena);
	cr_assert_eq(match.n_others, 0, "who belongs to no account is no further account");
	finish(&f);
}
