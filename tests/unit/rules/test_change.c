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
	cr_expect(rule->when && rule->unless);
	cr_assert_eq(rule->n_items, 2);
	cr_expect_eq(rule->items[0].duration.items[0].use.span.n, 20);
	cr_expect_eq(rule->items[0].between_from.n, 1);
	cr_expect(ub_text_is(rule->items[1].name, "mail"));
	trial_free(&trial);
}

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
