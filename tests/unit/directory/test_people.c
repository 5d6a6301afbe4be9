/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "leaks.h"
#include "world.h"

TestSuite(people, .fini = ub_leak_check);

#define BOTH "source: csv, path: data}, {source: vcard, path: more"

static const char crm[] = "id,name,domains,stakeholders\n"
			  "a,Acme,acme.example,Old Name <cto@acme.example>; <ceo@acme.example>\n"
			  "b,Beta GmbH,beta.example,\n";

/* A card of these lines. */
#define CARD(lines) "BEGIN:VCARD\r\nVERSION:3.0\r\n" lines "END:VCARD\r\n"

static struct world *open_cards(const char *cards)
{
	return open_world(BOTH, crm, cards);
}

static const struct ub_stakeholder *person(struct world *world, const char *account, size_t i)
{
	const struct ub_account *found = account_of(world, account);
	cr_assert_lt(i, found->n_stakeholders, "%s", said(world));
	return &found->stakeholders[i];
}

Test(people, are_added_to_the_account_of_their_domain)
{
	struct world *w = open_cards(CARD("FN:Ann Lee\r\nTITLE:Buyer\r\nEMAIL:Ann@Acme.Example\r\n")
		CARD("FN:Bob\r\nEMAIL:bob@eu.beta.example\r\n"));
	cr_assert_eq(w->diags.list.n, 0, "%s", said(w));
	cr_assert_eq(account_of(w, "a")->n_stakeholders, 3);
	IS(person(w, "a", 2)->name, "Ann Lee");
	IS(person(w, "a", 2)->email, "ann@acme.example");
	IS(person(w, "a", 2)->title, "Buyer");
	IS(person(w, "b", 0)->name, "Bob");
	cr_assert_eq(ub_accounts_count(w->accounts), 2);
	close_world(w);
}

Test(people, fill_in_what_the_account_does_not_say_of_them)
{
	struct world *w = open_cards(CARD("FN:New Name\r\nTITLE:CTO\r\nEMAIL:cto@acme.example\r\n")
		CARD("FN:C. Eo\r\nEMAIL:ceo@acme.example\r\n"));
	cr_assert_eq(account_of(w, "a")->n_stakeholders, 2);
	IS(person(w, "a", 0)->name, "Old Name");
	IS(person(w, "a", 0)->title, "CTO");
	IS(person(w, "a", 1)->name, "C. Eo");
	close_world(w);
}

Test(people, of_two_cards_are_one_person_by_the_address)
{
	struct world *w = open_cards(CARD("FN:Ann\r\nEMAIL:ann@acme.example\r\n")
		CARD("FN:Ann Lee\r\nROLE:Judge\r\nEMAIL:ann@acme.example\r\n"));
	cr_assert_eq(account_of(w, "a")->n_stakeholders, 3);
	IS(person(w, "a", 2)->name, "Ann");
	IS(person(w, "a", 2)->title, "Judge");
	close_world(w);
}

Test(people, are_found_by_the_name_of_the_organization)
{
	struct world *w = open_cards(CARD("FN:Ann\r\nORG:beta gmbh;Sales\r\nEMAIL:ann@gmail.com\r\n"));
	cr_assert_eq(w->diags.list.n, 0, "%s", said(w));
	IS(person(w, "b", 0)->email, "ann@gmail.com");
	struct ub_text guest = ub_text("ann@gmail.com");
	struct ub_account_match match =
	    ub_accounts_match(w->accounts, (struct ub_texts){ &guest, 1 }, w->arena);
	cr_assert_eq(match.account, account_of(w, "b"), "a guest of that address belongs to the account");
	close_world(w);
}

Test(people, whose_account_nobody_knows_are_counted_and_told)
{
	struct world *w = open_cards(CARD("FN:Ann\r\nEMAIL:ann@acme.example\r\n")
		CARD("FN:Carl\r\nORG:Nobody\r\nEMAIL:carl@gmail.com\r\n")
		    CARD("FN:Dora\r\nEMAIL:dora@else.example\r\n"));
	SAYS(w, "warning[no-account-of]: 2 of 3 people belong to no account that is known, `Carl` first");
	SAYS(w, "more:10:1: ");
	cr_assert_eq(ub_accounts_count(w->accounts), 2);
	cr_assert_eq(report_of(w, 1).people, 3);
	close_world(w);
}

Test(people, have_the_preferred_address_and_belong_by_any)
{
	struct world *w = open_cards(CARD("item1.EMAIL;TYPE=INTERNET,HOME:ann@home.example\r\n"
					  "item2.EMAIL;TYPE=INTERNET;TYPE=WORK:ann@acme.example\r\n"
					  "item2.X-ABLabel:work\r\nN:Lee;Ann;;;\r\nFN:\r\n")
		CARD("FN:Bob\r\nEMAIL;PREF=2:bob@acme.example\r\nEMAIL;PREF=1:bob@gmail.com\r\n"));
	IS(person(w, "a", 2)->email, "ann@acme.example");
	IS(person(w, "a", 2)->name, "Ann Lee");
	IS(person(w, "a", 3)->email, "bob@gmail.com");
	close_world(w);
}

Test(people, have_what_categories_and_note_say)
{
	struct world *w = open_cards(
	    CARD("FN:Ann\r\nEMAIL:ann@acme.example\r\n"
		 "CATEGORIES:Friends,Economic Buyer,CHAMPION\r\n"
		 "NOTE:Met in Kiel.\\nPersona: sceptic\\, but fair\\nConcerns: price; \r\n  time\r\n"));
	const struct ub_stakeholder *ann = person(w, "a", 2);
	cr_assert(ann->champion && ann->economic_buyer && !ann->executive);
	IS(ann->persona, "sceptic, but fair");
	cr_assert_eq(ann->concerns.n, 2, "%s", said(w));
	IS(ann->concerns.items[1], "time");
	close_world(w);
}

Test(people, are_left_out_where_a_card_is_no_person)
{
	struct world *w =
	    open_cards(CARD("FN:All\r\nKIND:group\r\nEMAIL:all@acme.example\r\n") CARD("FN:No address\r\n")
		    CARD("FN:Org\r\nX-ADDRESSBOOKSERVER-KIND:group\r\nEMAIL:o@acme.example\r\n"));
	cr_assert_eq(w->diags.list.n, 0, "%s", said(w));
	cr_assert_eq(account_of(w, "a")->n_stakeholders, 2);
	close_world(w);
}

Test(people, with_an_address_that_is_none_are_told)
{
	struct world *w = open_cards(CARD("FN:Ann\r\nEMAIL:ann at acme\r\nPHOTO:AAAA\r\n AAAA\r\n"));
	SAYS(w, "more:4:");
	cr_assert(ub_accounts_whole(w->accounts), "the accounts are all there");
	close_world(w);
}

Test(people, in_western_charsets_are_read_where_the_line_says_so)
{
	struct world *w = open_cards(CARD("FN;CHARSET=ISO-8859-1:J\xF6rg\r\nEMAIL:j@acme.example\r\n")
		CARD("FN:J\xF6rg\r\nEMAIL:k@acme.example\r\n"));
	IS(person(w, "a", 2)->name, "J\xC3\xB6rg");
	cr_assert_eq(account_of(w, "a")->n_stakeholders, 3);
	SAYS(w, "more:8:1: error[source-failed]: the card is not UTF-8, but maybe Latin-1");
	close_world(w);
}

Test(people, go_when_the_card_does_and_are_guarded_like_accounts)
{
	struct world *w = open_cards(CARD("FN:Ann\r\nEMAIL:ann@acme.example\r\n")
		CARD("FN:Bob\r\nEMAIL:bob@acme.example\r\n") CARD("FN:Carl\r\nEMAIL:carl@acme.example\r\n"));
	cr_assert_eq(account_of(w, "a")->n_stakeholders, 5);
	write_data(w->more, CARD("FN:Ann\r\nEMAIL:ann@acme.example\r\n"));
	cr_assert_not(look(w, UB_REFRESH_ALL));
	SAYS(w, "2 of 3 people are gone");
	cr_assert(look(w, UB_REFRESH_FORCED));
	cr_assert_eq(account_of(w, "a")->n_stakeholders, 3);
	close_world(w);
}
