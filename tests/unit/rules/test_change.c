/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "leaks.h"
#include "rules/trial.h"

TestSuite(change, .fini = ub_leak_check);

static const char shipped[] =
    "format: 1\nrules:\n"
    "  - name: prep\n    for: meeting\n    when: meeting.customer\n    create:\n"
    "      - event: prep\n        title: Prep\n        between: [3 days before start, 2 days "
    "before start]\n        duration: 15m\n"
    "      - task: mail\n        title: Mail\n        due: 1 day before start\n"
    "  - name: other\n    for: meeting\n    create:\n"
    "      - {event: x, title: X, at: start, duration: 1m}\n";

/* The shipped rules, and a site's file above them. */
static struct trial *trial_of_change(const char *site)
{
	struct trial *trial = trial_new();
	trial_file(trial, "shipped.yaml", shipped);
	trial_directory(trial);
	trial_file(trial, "site.yaml", site);
	trial_load(trial);
	return trial;
}

#define CHANGE "format: 1\nchange:\n  - rule: prep\n"

Test(change, keeps_all_but_the_keys_that_it_names)
{
	struct trial *trial =
	    trial_of_change(CHANGE "    unless: meeting.title.startsWith('Office')\n    mode: audit\n"
				   "    items:\n      prep: {duration: 20m, title: Preparation}\n");
	cr_assert_not_null(trial->rules, "%s", trial_printed(trial));
	cr_expect_str_eq(trial_codes(trial), "");
	cr_assert_eq(trial->rules->n_rules, 2);
	const struct ub_rule *rule = trial->rules->rules[0];
	cr_expect(ub_text_is(rule->name, "prep"));
	cr_expect_eq(rule->mode, UB_MODE_AUDIT);
	cr_expect(rule->when.n == 1 && rule->unless.n == 1);
	cr_assert_eq(rule->n_items, 2);
	cr_expect_eq(rule->items[0].duration.items[0].use.span.n, 20);
	cr_expect_eq(rule->items[0].between_from.n, 1);
	cr_expect(ub_text_is(rule->items[1].name, "mail"));
	trial_free(&trial);
}

/* ---- conditions ---- */

static void expect_match(struct trial *trial, const char *people, enum ub_verdict verdict, const char *why)
{
	cr_assert_not_null(trial->rules, "%s", trial_printed(trial));
	struct ub_match *match = trial_match(trial, people, NULL);
	cr_expect_eq(match->verdict, verdict);
	cr_expect(ub_text_is(ub_rules_why(match), why), "%.*s", UB_ARGS(ub_rules_why(match)));
}

Test(change, adds_to_a_condition)
{
	struct trial *trial = trial_of_change(CHANGE "    and_when: size(meeting.internal) > 0\n");
	cr_expect_str_eq(trial_codes(trial), "");
	cr_assert_eq(trial->rules->rules[0]->when.n, 2);
	expect_match(trial, "", UB_NO,
	    "`meeting.customer` is false [shipped.yaml:5], `size(meeting.internal) > 0` is false "
	    "(`meeting.internal` is []) [site1/site.yaml:4]");
	trial_free(&trial);
}

Test(change, adds_to_what_another_one_has_added)
{
	struct trial *trial = trial_new();
	trial_file(trial, "shipped.yaml", shipped);
	trial_directory(trial);
	trial_file(trial, "site.yaml", CHANGE "    and_when: size(meeting.internal) > 0\n");
	trial_directory(trial);
	trial_file(
	    trial, "team.yaml", CHANGE "    and_when: size(meeting.internal) > 1\n    and_unless: 'false'\n");
	trial_load(trial);
	cr_assert_not_null(trial->rules, "%s", trial_printed(trial));
	cr_expect_eq(trial->rules->rules[0]->when.n, 3);
	cr_expect_eq(trial->rules->rules[0]->unless.n, 1);
	trial_free(&trial);
}

Test(change, adds_to_a_rule_without_a_condition)
{
	struct trial *trial = trial_of_change("format: 1\nchange:\n  - rule: other\n    and_when: "
					      "meeting.customer\n    and_unless: meeting.private\n");
	cr_assert_not_null(trial->rules, "%s", trial_printed(trial));
	cr_expect_eq(trial->rules->rules[1]->when.n, 1);
	cr_expect_eq(trial->rules->rules[1]->unless.n, 1);
	trial_free(&trial);
}

Test(change, lets_one_part_guard_another)
{
	struct trial *trial = trial_new();
	trial_file(trial, "shipped.yaml",
	    "format: 1\nrules:\n  - name: prep\n    when: has(account.health)\n    create:\n"
	    "      - {task: x, title: X, due: start}\n");
	trial_directory(trial);
	trial_file(
	    trial, "site.yaml", CHANGE "    and_when: account.health == 'red' && account.tier == 'a'\n");
	trial_load(trial);
	cr_expect_str_eq(trial_codes(trial), "unguarded", "%s", trial_printed(trial));
	cr_expect(strstr(trial_printed(trial), "account.tier"));
	trial_free(&trial);
}

/* A site's change of a rule that asks, by another definition, for a meeting with a customer. */
static struct trial *trial_of_customer(const char *change)
{
	struct trial *trial = trial_new();
	trial_file(trial, "shipped.yaml",
	    "format: 1\ndefine:\n  is_customer_meeting: meeting.customer\n"
	    "  is_long: is_customer_meeting && meeting.duration > duration('1h')\n"
	    "rules:\n  - name: prep\n    when: is_long\n    create:\n"
	    "      - {task: x, title: X, due: start}\n");
	trial_directory(trial);
	trial_file(trial, "site.yaml",
	    ub_text_cstr(trial->arena, ub_textf(trial->arena, CHANGE "    %s\n", change)));
	trial_load(trial);
	return trial;
}

Test(change, of_when_that_forgets_the_customer_is_warned_of)
{
	static const char *const table[][2] = {
		{ "when: meeting.duration > duration('1h')", "forgets-customer" },
		{ "when: is_customer_meeting && meeting.duration > duration('1h')", "" },
		{ "when: is_long", "" },
		{ "and_when: meeting.duration > duration('2h')", "" },
		{ "when: metting.customer", "unknown-name" },
	};
	for (size_t i = 0; i < UB_COUNT(table); i++) {
		struct trial *trial = trial_of_customer(table[i][0]);
		cr_expect_str_eq(trial_codes(trial), table[i][1], "%s", trial_printed(trial));
		trial_free(&trial);
	}
}

/* ---- items ---- */

Test(change, of_when_takes_the_place_of_between)
{
	struct trial *trial = trial_of_change(CHANGE "    items: {prep: {at: 1h before start}}\n");
	cr_assert_not_null(trial->rules, "%s", trial_printed(trial));
	cr_expect_eq(trial->rules->rules[0]->items[0].between_from.n, 0);
	cr_expect_eq(trial->rules->rules[0]->items[0].at.n, 1);
	trial_free(&trial);
}

Test(change, leaves_an_item_out)
{
	struct trial *trial = trial_of_change(CHANGE "    items: {mail: none}\n");
	cr_assert_not_null(trial->rules, "%s", trial_printed(trial));
	cr_expect_eq(trial->rules->rules[0]->n_items, 1);
	trial_free(&trial);
}

Test(change, of_a_third_directory_sees_that_of_the_second)
{
	struct trial *trial = trial_new();
	trial_file(trial, "shipped.yaml", shipped);
	trial_directory(trial);
	trial_file(trial, "site.yaml", CHANGE "    items: {prep: {duration: 20m}}\n");
	trial_directory(trial);
	trial_file(trial, "team.yaml", CHANGE "    items: {prep: {title: Ours}}\n");
	trial_load(trial);
	cr_assert_not_null(trial->rules, "%s", trial_printed(trial));
	cr_expect_eq(trial->rules->rules[0]->items[0].duration.items[0].use.span.n, 20);
	trial_free(&trial);
}

Test(change, points_to_the_file_that_says_what_is_wrong)
{
	struct trial *trial = trial_of_change(CHANGE "    when: meeting.customers\n");
	const char *printed = trial_printed(trial);
	cr_expect_null(trial->rules);
	cr_expect(strstr(printed, "site.yaml:4:19: error[no-such-field]"), "%s", printed);
	trial_free(&trial);
}

/* What is no item has no name to be found by. */
Test(change, of_a_rule_with_mistakes_leaves_them_where_they_are)
{
	static const char *const others[] = { "x", "[event, prep]", "{title: X}", "{event: [prep]}" };
	for (size_t i = 0; i < UB_COUNT(others); i++) {
		struct trial *trial = trial_new();
		trial_file(trial, "shipped.yaml",
		    ub_textf(trial->arena,
			"format: 1\nrules:\n  - name: prep\n    create:\n      - %s\n"
			"      - {event: prep, title: X, at: start, duration: 1m}\n",
			others[i])
			.ptr);
		trial_directory(trial);
		trial_file(trial, "site.yaml", CHANGE "    items: {prep: {duration: 1 mile}}\n");
		trial_load(trial);
		cr_expect_eq(trial->diags.errors, 2, "%s", trial_printed(trial));
		cr_expect(strstr(trial_printed(trial), "shipped.yaml:5:"), "%s", trial_printed(trial));
		cr_expect(strstr(trial_printed(trial), "site.yaml:4:"), "%s", trial_printed(trial));
		trial_free(&trial);
	}
}

static const struct {
	const char *site, *code, *says;
} mistakes[] = {
	{ "format: 1\nchange:\n  - rule: perp\n    mode: audit\n", "unknown-rule", "did you mean `prep`?" },
	{ CHANGE "    items: {perp: {duration: 1m}}\n", "unknown-item", "did you mean `prep`?" },
	{ CHANGE "    items: {prep: {durations: 1m}}\n", "unknown-key", "site1/site.yaml" },
	{ CHANGE "    name: other-name\n", "unknown-key", "was" },
	{ CHANGE "    create: []\n", "unknown-key", "items" },
	{ CHANGE "    items: {prep: {event: preparation}}\n", "unknown-key", "keeps its id" },
	{ CHANGE "    items: {prep: 20m}\n", "wrong-value", "`none`" },
	{ CHANGE "    mode: audit\n  - rule: prep\n    mode: enforce\n", "conflict", "changed twice" },
	{ "format: 1\nrules:\n  - {name: mine, create: [{event: x, title: X, at: start, duration: 1m}]}\n"
	  "change:\n  - {rule: mine, mode: audit}\n",
	    "conflict", "where it stands" },
	{ "format: 1\nchange:\n  rule: prep\n", "wrong-value", "a list of changes" },
	{ "format: 1\nchange:\n  - prep\n", "wrong-value", "`rule: NAME`" },
	{ CHANGE "    when: 'true'\n    and_when: 'true'\n", "conflict", "changed twice" },
	{ CHANGE "    and_when: metting.customer\n", "unknown-name", "site.yaml:4:15" },
	{ CHANGE "    and_when: ['true']\n", "wrong-value", "an expression" },
	{ CHANGE "    when: [meeting.customer, 'true']\n", "wrong-value", "an expression" },
};

Test(change, mistakes_are_said_once_with_the_remedy)
{
	for (size_t i = 0; i < UB_COUNT(mistakes); i++) {
		struct trial *trial = trial_of_change(mistakes[i].site);
		const char *printed = trial_printed(trial);
		cr_expect_str_eq(trial_codes(trial), mistakes[i].code, "%s\n%s", mistakes[i].site, printed);
		cr_expect(strstr(printed, mistakes[i].says), "%s\n%s", mistakes[i].site, printed);
		cr_expect_null(trial->rules);
		trial_free(&trial);
	}
}
