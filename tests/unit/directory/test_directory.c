/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "directory_test.h"
#include "leaks.h"

TestSuite(accounts, .fini = ub_leak_check);
TestSuite(refreshing, .fini = ub_leak_check);

static const char acme[] =
    "accounts:\n"
    "  - id: acme\n"
    "    name: Acme GmbH\n"
    "    domains: [Acme.Example]\n"
    "    health: yellow\n"
    "    health_since: 2026-10-01\n"
    "    score: 7.5\n"
    "    tier: strategic\n"
    "    stage: no\n"
    "    owner: Anna@ours.example\n"
    "    team: [anna@ours.example, ben@ours.example]\n"
    "    manager: mona@ours.example\n"
    "    renewal: 2027-03-31\n"
    "    stakeholders:\n"
    "      - {email: CTO@acme.example, name: C. Tho, title: CTO, persona: blunt, concerns: [late, dear], "
    "economic_buyer: true}\n"
    "    tickets: [{id: T-17, title: Login loop, severity: high, opened: 2026-07-01}]\n"
    "    feature_requests: [{title: Audit log export}]\n"
    "    actions: [{title: send the sheet, owner: ben, due: 2026-11-02, status: open, carried: 2}, {title: "
    "ask}]\n"
    "    risks: [{title: champion leaves, since: 2026-10-01}]\n"
    "    insights: [{title: no log-in for a month, since: 2026-10-01}]\n"
    "    fields: {seats: 400, started: 2020-01-01, language: de, ratio: -1.5e3, pilot: yes}\n";

Test(accounts, are_read_whole)
{
	struct files *f = start(acme, NULL);
	cr_assert_eq(f->diags.list.n, 0, "%s", printed(f));
	cr_assert_eq(ub_accounts_count(f->accounts), 1);
	const struct ub_account *a = ub_accounts_find(f->accounts, UB_TEXT("acme"));
	cr_assert_eq(a, ub_accounts_at(f->accounts, 0));
	IS(a->name, "Acme GmbH");
	IS(a->domains.items[0], "acme.example");
	IS(a->stage, "no");
	IS(a->owner, "anna@ours.example");
	cr_assert(a->health == UB_HEALTH_YELLOW && a->has_score && a->score == 7.5 && a->team.n == 2);
	cr_assert_eq(a->renewal, 1806444000, "%lld", (long long)a->renewal); /* 2027-03-31T00:00+02:00 */
	IS(a->stakeholders[0].email, "cto@acme.example");
	cr_assert(a->stakeholders[0].economic_buyer && !a->stakeholders[0].champion);
	IS(a->stakeholders[0].concerns.items[1], "dear");
	IS(a->tickets.items[0].severity, "high");
	cr_assert_eq(a->tickets.items[0].date, 1782856800); /* 2026-07-01T00:00+02:00 */
	cr_assert_eq(a->feature_requests.items[0].date, UB_INSTANT_NONE);
	IS(a->actions.items[0].status, "open");
	cr_assert(a->actions.items[0].carried == 2 && a->actions.items[1].carried == -1);
	IS(a->manager, "mona@ours.example");
	cr_assert_eq(a->health_since, 1790805600); /* 2026-10-01T00:00+02:00 */
	cr_assert(a->risks.n == 1 && a->insights.n == 1 && a->history == NULL);
	finish(&f);
}

Test(accounts, have_the_declared_fields_in_order)
{
	struct files *f = start(acme, NULL);
	const struct ub_account *a = ub_accounts_at(f->accounts, 0);
	cr_assert_eq(a->n_fields, 5);
	cr_assert_eq(a->fields[0].integer, 1577833200); /* 2020-01-01T00:00+01:00 */
	cr_assert_eq(a->fields[1].integer, 400);
	IS(a->fields[2].string, "de");
	cr_assert(a->fields[3].number == -1500 && a->fields[4].integer == 1);
	for (size_t i = 0; i < 5; i++)
		cr_assert(a->fields[i].given &&
			  ub_text_eq(a->fields[i].decl->name, f->settings.sources[0].fields[i].name));
	finish(&f);
}

Test(accounts, lack_what_is_not_said)
{
	struct files *f = start("accounts: [{id: x, name: X}]\n", NULL);
	const struct ub_account *a = ub_accounts_at(f->accounts, 0);
	cr_assert(a->health == UB_HEALTH_UNKNOWN && !a->has_score && a->renewal == UB_INSTANT_NONE);
	cr_assert(a->owner.len == 0 && a->tier.len == 0 && a->n_stakeholders == 0 && !a->fields[1].given);
	cr_assert_null(ub_accounts_find(f->accounts, UB_TEXT("y")));
	finish(&f);
}

/* One mistake in an account that has more to say. */
static const struct {
	const char *line, *code, *says;
} mistakes[] = {
	{ "helth: red", "unknown-key", "did you mean `health`?" },
	{ "health: rde", "unknown-word", "did you mean `red`?" },
	{ "score: high", "wrong-value", "expected a number, found `high`" },
	{ "score: 0x10", "wrong-value", "expected a number" },
	{ "score: 1e999", "wrong-value", "expected a number" },
	{ "score: inf", "wrong-value", "expected a number" },
	{ "renewal: 31.3.2027", "wrong-value", "a date like `2026-11-12`" },
	{ "owner: anna", "wrong-value", "an address like" },
	{ "domains: [gmail.com]", "free-mail", "under `stakeholders`" },
	{ "domains: ['@acme.example']", "wrong-value", "a domain like" },
	{ "domains: [co.uk]", "public-suffix", "registered below it" },
	{ "stakeholders: [{name: X}]", "missing-key", "`email` is missing" },
	{ "tickets: [{id: 3}]", "missing-key", "`title` is missing" },
	{ "tickets: [{title: x, since: 2026-01-01}]", "unknown-key", "it can be" },
	{ "fields: {seets: 4}", "unknown-key", "did you mean `seats`?" },
	{ "fields: {floors: 4}", "unknown-key", "declare it in the settings" },
	{ "fields: {seats: many}", "wrong-value", "a whole number" },
	{ "fields: [seats]", "wrong-value", "a map of `field: value`" },
	{ "tier: !gold x", "yaml-tag", "quote it" },
};

Test(accounts, with_a_mistake_are_told_of_and_used_all_the_same)
{
	for (size_t i = 0; i < UB_COUNT(mistakes); i++) {
		struct ub_arena *arena = ub_arena_new();
		struct ub_text text = ub_textf(arena,
		    "accounts:\n- id: x\n  name: X\n  stage: live\n  %s\n- {id: y, name: Y}\n",
		    mistakes[i].line);
		struct files *f = start(ub_text_cstr(arena, text), NULL);
		cr_expect_eq(f->diags.list.n, 1, "%s: %s", mistakes[i].line, printed(f));
		cr_expect(strstr(printed(f), mistakes[i].code) && strstr(printed(f), mistakes[i].says),
		    "%s: %s", mistakes[i].line, printed(f));
		cr_expect(strstr(printed(f), "/0.yaml:"), "%s", printed(f));
		cr_assert_eq(ub_accounts_count(f->accounts), 2, "%s", mistakes[i].line);
		IS(ub_accounts_at(f->accounts, 0)->stage, "live");
		finish(&f);
		ub_arena_free(&arena);
	}
}

Test(accounts, without_an_id_or_twice_are_left_out)
{
	struct files *f = start("accounts: [{name: X}, {id: a, name: A}, {id: a, name: B}, {id: c}]\n",
	    "accounts: [{id: a, name: C}]\n");
	cr_assert_eq(ub_accounts_count(f->accounts), 2, "%s", printed(f));
	IS(ub_accounts_at(f->accounts, 0)->name, "A");
	IS(ub_accounts_at(f->accounts, 1)->name, "c");
	cr_assert_eq(f->diags.errors, 3, "%s", printed(f));
	cr_expect_not(ub_accounts_whole(f->accounts));
	cr_assert(strstr(printed(f), "the id `a` belongs to two accounts"));
	finish(&f);
}

Test(accounts, that_cannot_be_read_are_none)
{
	static const char *const files[] = { NULL, "", "\xff", "accounts:\n", "accounts: 3\n",
		"acounts: []\n", "- x\n" };
	for (size_t i = 0; i < UB_COUNT(files); i++) {
		struct files *f = start(files[i], NULL);
		cr_assert_eq(f->diags.errors, 1, "case %zu: %s", i, printed(f));
		cr_assert_eq(ub_accounts_count(f->accounts), 0);
		cr_expect_not(ub_accounts_whole(f->accounts), "case %zu", i);
		finish(&f);
	}
}

Test(refreshing, does_nothing_while_nothing_changes)
{
	struct files *f = start("accounts: [{id: a, name: A}]\n", NULL);
	struct ub_accounts *before = f->accounts;
	cr_assert(!refresh(f));
	cr_assert_eq(f->accounts, before);
	finish(&f);
}

Test(refreshing, takes_a_changed_file_and_leaves_old_snapshots_whole)
{
	struct files *f = start("accounts: [{id: a, name: A}]\n", "accounts: [{id: z, name: Z}]\n");
	struct ub_accounts *old = ub_directory_accounts(f->directory);
	write_file(f->paths[0], "accounts: [{id: a, name: Another}]\n");
	cr_assert(refresh(f));
	IS(ub_accounts_find(f->accounts, UB_TEXT("a"))->name, "Another");
	IS(ub_accounts_find(f->accounts, UB_TEXT("z"))->name, "Z");
	IS(ub_accounts_find(old, UB_TEXT("a"))->name, "A");
	IS(ub_accounts_find(old, UB_TEXT("z"))->name, "Z");
	ub_directory_close(&f->directory);
	IS(ub_accounts_find(old, UB_TEXT("a"))->name, "A");
	ub_accounts_release(&old);
	finish(&f);
}

Test(refreshing, keeps_what_it_had_when_a_file_breaks_and_says_so_once)
{
	struct files *f = start("accounts: [{id: a, name: A}]\n", NULL);
	write_file(f->paths[0], "accounts: [{id: a, name: B}\n");
	cr_assert(!refresh(f));
	cr_assert_eq(f->diags.errors, 1, "%s", printed(f));
	IS(ub_accounts_at(f->accounts, 0)->name, "A");
	cr_assert(!refresh(f));
	cr_assert_eq(f->diags.errors, 1);
	cr_assert_eq(unlink(f->paths[0]), 0);
	cr_assert(!refresh(f));
	cr_assert_eq(f->diags.errors, 2);
	IS(ub_accounts_at(f->accounts, 0)->name, "A");
	cr_expect(ub_accounts_whole(f->accounts));
	write_file(f->paths[0], "accounts: []\n");
	cr_assert(refresh(f));
	cr_assert_eq(ub_accounts_count(f->accounts), 0);
	finish(&f);
}
