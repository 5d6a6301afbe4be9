/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "leaks.h"
#include "rules/trial.h"

TestSuite(mistakes, .fini = ub_leak_check);

/* A mistake, and words that its report must contain. */
static const struct {
	const char *text, *code, *says;
} mistakes[] = {
	{ "rules: {}\n", "wrong-value", "expected a list of rules, found an empty map" },
	{ "rule: []\n", "unknown-key", "did you mean `rules`?" },
	{ "define: [a]\n", "wrong-value", "expected a map of `name: expression`" },
	{ "define: {for: 'true'}\n", "bad-name", "`for` is a word of the expression language" },
	{ "define: {a-b: 'true'}\n", "bad-name", "`a-b` cannot be the name" },
	{ "define: {meeting: 'true'}\n", "name-taken", "`meeting` is known already" },
	{ "define: {a: a}\n", "circular-definition", "`a` is defined by way of itself" },
	{ "define: {a: b, b: c, c: '!a'}\n", "circular-definition", "`a` is defined by way of itself" },
	{ "define: {a: 1 +}\n", "syntax", "a.yaml:2:" },
	{ "rules:\n  - when: 'true'\n    create: [{event: a, title: t, at: start, duration: 1m}]\n",
	    "missing-key", "`name` is missing" },
	{ "rules:\n  - {name: a}\n", "missing-key", "add `create:`" },
	{ "rules:\n  - {name: a/b, create: [{event: a, title: t, at: start, duration: 1m}]}\n", "bad-name",
	    "take letters, digits" },
	{ "rules:\n  - {name: a, create: []}\n", "wrong-value", "expected a list of items" },
	{ "rules:\n  - {name: a, create: [x]}\n", "wrong-value", "expected an item" },
	{ "rules:\n  - {name: a, create: [{title: x}]}\n", "missing-key", "`event: NAME` and `task: NAME`" },
	{ "rules:\n  - {name: a, create: [{event: x, task: y, title: z}]}\n", "conflict",
	    "an item is an event or a task" },
	{ "rules:\n  - {name: a, mode: enforced, create: [{event: a, title: t, at: start, duration: 1m}]}\n",
	    "unknown-word", "did you mean `enforce`?" },
	{ "rules:\n  - {name: a, when: meeting.title, create: [{event: a, title: t, at: start, duration: "
	  "1m}]}\n",
	    "wrong-type", "bool" },
	{ "rules:\n  - {name: a, when: metting.customer, create: [{event: a, title: t, at: start, duration: "
	  "1m}]}\n",
	    "unknown-name", "did you mean `meeting`?" },
	{ "rules:\n  - {name: a, longer: 10m, create: [{event: a, title: t, at: start, duration: 1m}]}\n",
	    "conflict", "beside `add_to`" },
};

Test(mistakes, of_files_and_rules_are_said_once_with_the_remedy)
{
	for (size_t i = 0; i < UB_COUNT(mistakes); i++) {
		struct trial *trial = trial_of(mistakes[i].text);
		const char *printed = trial_printed(trial);
		cr_expect_str_eq(trial_codes(trial), mistakes[i].code, "%s\n%s", mistakes[i].text, printed);
		cr_expect(strstr(printed, mistakes[i].says), "%s\n%s", mistakes[i].text, printed);
		cr_expect_null(trial->rules);
		trial_free(&trial);
	}
}

/* Lines of an item, indented by eight; the first follows "- ". */
static const struct {
	const char *lines, *code, *says;
} item_mistakes[] = {
	{ "event: a\n        title: t\n        at: start\n", "missing-key", "event `a` has no duration" },
	{ "event: a\n        title: t\n        duration: 1m\n", "missing-key", "event `a` has no time" },
	{ "event: a\n        at: start\n        duration: 1m\n", "missing-key", "`title` is missing" },
	{ "task: a\n        title: t\n", "missing-key", "task `a` has no due time" },
	{ "task: a\n        title: t\n        due: start\n        duration: 1m\n", "wrong-kind",
	    "`duration` is for events, not tasks" },
	{ "event: a\n        title: t\n        due: start\n        at: start\n        duration: 1m\n",
	    "wrong-kind", "`due` is for tasks, not events" },
	{ "event: a\n        title: t\n        at: start\n        between: [start, end]\n        duration: "
	  "1m\n",
	    "conflict", "`between` or `at`, not both" },
	{ "event: a\n        title: t\n        at: 8 minuts before end\n        duration: 1m\n", "bad-time",
	    "did you mean `minutes`?" },
	{ "event: a\n        title: t\n        at: 8m before b.end\n        duration: 1m\n", "unknown-item",
	    "this rule has no item `b`" },
	{ "event: a\n        title: t\n        at: 8m before a.end\n        duration: 1m\n", "circular",
	    "the time of `a` depends on itself" },
	{ "event: a\n        title: t\n        at: 8m before a.due\n        duration: 1m\n", "wrong-kind",
	    "write `a.end`" },
	{ "event: a\n        title: t\n        at: start\n        duration: 1 business day\n", "bad-time",
	    "a business day has no length" },
	{ "event: a\n        title: t\n        at: start\n        duration: 0m\n", "bad-time", "too short" },
	{ "event: a\n        title: t\n        between: start\n        duration: 1m\n", "wrong-value",
	    "expected two points in time" },
	{ "event: a\n        title: t\n        between: [1 day before start, 2 days before start]\n        "
	  "duration: 1m\n",
	    "reversed-window", "the earlier point comes first" },
	{ "event: a\n        title: t\n        between: [1h after end, 1h before end]\n        duration: "
	  "1m\n",
	    "reversed-window", "the window ends before it begins" },
	{ "event: a\n        title: t\n        at: start\n        duration: 1m\n        agenda: prep-cal\n",
	    "unknown-template", "did you mean `prep-call`?" },
	{ "event: a\n        title: t\n        at: start\n        duration: 1m\n        attendees: "
	  "meeting.title\n",
	    "wrong-type", "this must be a list of people, it is of type string" },
	{ "event: a\n        title: \"{{ meeting.titel }}\"\n        at: start\n        duration: 1m\n",
	    "no-such-field", "did you mean `title`?" },
	{ "event: a\n        title: t\n        at: start\n        duration:\n          - if: "
	  "meeting.title.matches('(')\n            use: 1m\n",
	    "bad-pattern", "a.yaml:9:" },
	{ "event: a\n        title: t\n        at: start\n        duration:\n          - if: 'true'\n",
	    "missing-key", "`use` is missing" },
	{ "event: a\n        title: t\n        at: start\n        duration: 1m\n        every: week\n",
	    "conflict", "put it beside `for: account`" },
	{ "event: a\n        title: t\n        at: start\n        duration: 1m\n      - task: a\n        "
	  "title: "
	  "t\n        due: start\n",
	    "duplicate-item", "this rule has an item `a` already" },
};

Test(mistakes, of_items_are_said_once_with_the_remedy)
{
	for (size_t i = 0; i < UB_COUNT(item_mistakes); i++) {
		struct trial *trial = trial_of_item(item_mistakes[i].lines);
		const char *printed = trial_printed(trial);
		cr_expect_str_eq(
		    trial_codes(trial), item_mistakes[i].code, "%s\n%s", item_mistakes[i].lines, printed);
		cr_expect(strstr(printed, item_mistakes[i].says), "%s\n%s", item_mistakes[i].lines, printed);
		cr_expect_null(trial->rules);
		trial_free(&trial);
	}
}

/* One mistake, one report: what has no name is not also the second of that name. */
Test(mistakes, a_name_that_is_none_is_not_taken_by_anybody)
{
	struct trial *trial =
	    trial_of_item("event: a b\n        title: t\n        at: start\n        duration: 1m\n"
			  "      - event: a b\n        title: t\n        at: start\n"
			  "        duration: 1m\n");
	cr_expect_str_eq(trial_codes(trial), "bad-name bad-name", "%s", trial_printed(trial));
	trial_free(&trial);
	trial = trial_of(
	    "rules:\n  - name: r\n    amend: [{category: a b, name: X}, {category: a b, name: Y}]\n");
	cr_expect_str_eq(trial_codes(trial), "bad-name bad-name", "%s", trial_printed(trial));
	trial_free(&trial);
}

Test(mistakes, circles_of_several_items_are_found)
{
	struct trial *trial = trial_of_item(
	    "event: a\n        title: t\n        at: 1m after b.end\n        duration: 1m\n"
	    "      - event: b\n        title: t\n        at: 1m after c.due\n        duration: 1m\n"
	    "      - task: c\n        title: t\n        due: 1m after a.end\n");
	cr_expect_str_eq(trial_codes(trial), "circular", "%s", trial_printed(trial));
	trial_free(&trial);
}

Test(mistakes, the_format_is_asked_for)
{
	struct trial *trial = trial_new();
	trial_file(trial, "a.yaml", "rules: []\n");
	trial_file(trial, "b.yaml", "format: 2\n");
	trial_load(trial);
	cr_expect_str_eq(trial_codes(trial), "missing-key unknown-format");
	trial_free(&trial);
}

Test(mistakes, of_all_files_are_said_at_once)
{
	struct trial *trial = trial_new();
	trial_file(trial, "a.yaml", "format: 1\nrules: {}\n");
	trial_file(trial, "b.yaml", "format: 1\ndefine: {a: x}\n");
	trial_file(trial, "templates/c.md", "{{ meeting.nothing }}\n");
	trial_load(trial);
	cr_expect_str_eq(
	    trial_codes(trial), "wrong-value unknown-name no-such-field", "%s", trial_printed(trial));
	trial_free(&trial);
}

Test(mistakes, a_broken_definition_is_reported_once_however_often_it_is_used)
{
	struct trial *trial = trial_of("define: {a: meeting.nothing, b: a && a}\n");
	cr_expect_str_eq(trial_codes(trial), "no-such-field", "%s", trial_printed(trial));
	trial_free(&trial);
}

Test(mistakes, a_case_that_is_never_reached_is_warned_of)
{
	struct trial *trial =
	    trial_of_item("event: a\n        title: t\n        at: start\n        duration:\n"
			  "          - use: 1m\n          - use: 2m\n");
	cr_expect_str_eq(trial_codes(trial), "unreachable");
	cr_expect_not_null(trial->rules);
	trial_free(&trial);
}

Test(mistakes, what_an_account_may_lack_is_warned_of_where_nothing_guards_it)
{
	struct trial *trial = trial_of("rules:\n"
				       "  - name: r\n"
				       "    when: account.health == 'red'\n"
				       "    unless: has_account && account.tier == 'small'\n"
				       "    create: [{event: a, title: t, at: start, duration: 1m}]\n");
	cr_expect_str_eq(trial_printed(trial),
	    "a.yaml:4:11: warning[unguarded]: `account.health` may be missing: for meetings without an "
	    "account, "
	    "rule `r` makes nothing\n"
	    "     4 |     when: account.health == 'red'\n"
	    "       |           ^^^^^^^^^^^^^^\n"
	    "  help: ask first: `has_account && ...`, or `has(account.health) && ...`\n");
	trial_free(&trial);
}

Test(mistakes, each_condition_of_an_item_is_looked_at)
{
	struct trial *trial =
	    trial_of_item("event: a\n"
			  "        title: [{if: meeting.customer, use: T}, {use: t}]\n"
			  "        at: [{if: account.tier == 'x', use: start}, {use: end}]\n"
			  "        duration: [{if: account.health == 'red', use: 1m}, {use: 2m}]\n"
			  "        busy: [{if: meeting.customer, use: yes}, {use: no}]\n");
	cr_expect_str_eq(trial_codes(trial), "unguarded unguarded", "%s", trial_printed(trial));
	cr_expect(strstr(trial_printed(trial), "`account.tier` may be missing"));
	cr_expect(strstr(trial_printed(trial), "`account.health` may be missing"));
	trial_free(&trial);
}

#define FOR_ACCOUNT(more, item)                                                                              \
	"define: {by_health: account.health == 'red', by_title: meeting.title == 'QBR'}\n"                   \
	"rules:\n  - name: a\n    for: account\n" more "    create:\n"                                       \
	"      - {event: b, duration: 1m, " item "}\n"

#define FOR_TEAM(more, item)                                                                                 \
	"rules:\n  - name: a\n    for: team\n" more "    create:\n"                                          \
	"      - {event: b, duration: 1m, " item "}\n"

/* Keys and facts that only rules for meetings have, or only rules for accounts. */
static const struct {
	const char *text, *code, *says;
} account_mistakes[] = {
	{ FOR_ACCOUNT("", "title: t"), "missing-key", "add `every: quarter`" },
	{ FOR_ACCOUNT("    every: weak\n", "title: t"), "bad-time", "did you mean `week`?" },
	{ FOR_ACCOUNT("    every: 2 days\n", "title: t"), "bad-time", "a rhythm goes by weeks at least" },
	{ FOR_ACCOUNT("    every: 2 years\n", "title: t"), "bad-time", "too long for a rhythm" },
	{ FOR_ACCOUNT("    every: [week]\n", "title: t"), "wrong-value", "expected a rhythm like `month`" },
	{ FOR_ACCOUNT("    every: [{if: meeting.customer, use: week}, {use: month}]\n", "title: t"),
	    "no-meeting", "only `satisfied_by` knows a meeting" },
	{ FOR_ACCOUNT("    every: week\n    when: by_title\n", "title: t"), "no-meeting",
	    "which this reads by way of a definition" },
	{ FOR_ACCOUNT("    every: week\n    unless: meeting.private\n", "title: t"), "no-meeting",
	    "a rule for accounts has no `meeting`" },
	{ FOR_ACCOUNT("    every: week\n", "title: '{{meeting.title}}'"), "no-meeting", "it is read here" },
	{ FOR_ACCOUNT("    every: week\n", "title: t, attendees: meeting.internal"), "no-meeting",
	    "meeting" },
	{ FOR_ACCOUNT("    every: week\n    amend: [{category: x, name: X}]\n", "title: t"), "conflict",
	    "a rule for accounts has no `amend`" },
	{ "rules:\n  - {name: a, every: week, create: [{event: b, title: t, at: start, duration: 1m}]}\n",
	    "conflict", "a rule for meetings has no `every`" },
	{ "rules:\n  - name: a\n    satisfied_by: meeting.customer\n"
	  "    create: [{event: b, title: t, at: start, duration: 1m}]\n",
	    "conflict", "a rule for meetings has no `satisfied_by`" },
	{ FOR_ACCOUNT("    every: week\n", "title: t") "  - {name: c, add_to: a/b, longer: 1m}\n",
	    "wrong-kind", "is an item of a rule for accounts, and this rule is not" },
	{ FOR_ACCOUNT(
	      "    every: week\n", "title: t") "  - {name: c, for: account, every: week, add_to: a/b, "
					       "longer: 1m}\n",
	    "conflict", "the item's own rule says how often it comes" },
	{ FOR_ACCOUNT("    every: week\n", "title: t") "  - {name: c, for: account, when: by_title, add_to: "
						       "a/b, longer: 1m}\n",
	    "no-meeting", "which this reads by way of a definition" },
	{ FOR_ACCOUNT("    every: week\n", "title: t") "  - {name: c, for: account, add_to: a/b, attendees: "
						       "meeting.internal}\n",
	    "no-meeting", "a rule for accounts has no `meeting`" },
	{ FOR_ACCOUNT("    every: week\n    when: team.name == 'x'\n", "title: t"), "no-team",
	    "a rule for accounts has no `team`" },
	{ FOR_ACCOUNT("    every: week\n    satisfied_by: size(team.members) > 2\n", "title: t"), "no-team",
	    "the function `team(\"NAME\")` gives the people of a team" },
	{ FOR_ACCOUNT("    every: week\n    group: g\n", "title: t") "  - {name: c, group: g, when: "
								     "meeting.customer, create: [{event: b, "
								     "title: t, at: start, duration: 1m}]}\n",
	    "conflict", "the rules of the group `g` are not `for` the same" },
	{ FOR_TEAM("", "title: t"), "missing-key", "add `every: month`" },
	{ FOR_TEAM("    every: month\n    satisfied_by: 'true'\n", "title: t"), "conflict",
	    "a rule for teams has no `satisfied_by`" },
	{ FOR_TEAM("    every: month\n    amend: [{category: x, name: X}]\n", "title: t"), "conflict",
	    "a rule for teams has no `amend`" },
	{ FOR_TEAM("    every: month\n    when: has_account\n", "title: t"), "no-customer",
	    "a rule for teams has no `has_account`" },
	{ FOR_TEAM("    every: [{if: account.health == 'red', use: week}, {use: month}]\n", "title: t"),
	    "no-customer", "knows `team`, `org` and `today`" },
	{ FOR_TEAM("    every: month\n", "title: '{{meeting.title}}'"), "no-meeting",
	    "a rule for teams has no `meeting`" },
};

Test(mistakes, of_rules_for_accounts_tell_what_belongs_where)
{
	for (size_t i = 0; i < UB_COUNT(account_mistakes); i++) {
		struct trial *trial = trial_of(account_mistakes[i].text);
		const char *printed = trial_printed(trial);
		cr_expect_str_eq(trial_codes(trial), account_mistakes[i].code, "%s\n%s",
		    account_mistakes[i].text, printed);
		cr_expect(
		    strstr(printed, account_mistakes[i].says), "%s\n%s", account_mistakes[i].text, printed);
		trial_free(&trial);
	}
}

Test(mistakes, are_none_where_a_rule_for_accounts_reads_its_account)
{
	struct trial *trial = trial_of(FOR_ACCOUNT(
	    "    when: has(account.tier) && account.tier == 'gold'\n"
	    "    every: [{if: by_health, use: 2 weeks}, {use: half-year}]\n"
	    "    satisfied_by: by_title && meeting.customer\n",
	    "title: '{{account.name}}', attendees: account.team") "  - name: m\n    when: meeting.customer\n"
								  "    create: [{event: b, title: t, at: "
								  "start, duration: 1m}]\n");
	cr_assert_str_eq(trial_codes(trial), "", "%s", trial_printed(trial));
	cr_assert(trial->rules->n_rules == 1 && trial->rules->n_account_rules == 1);
	const struct ub_rule *rule = trial->rules->account_rules[0];
	cr_expect_eq(rule->subject, UB_FOR_ACCOUNT);
	cr_expect_eq(rule->every.items[0].use.rhythm.n, 2);
	cr_expect_eq(rule->every.items[1].use.rhythm.n, 6);
	cr_expect_eq(rule->satisfied_by.n, 1);
	cr_expect_eq(ub_rules_at(trial->rules, 1), rule);
	trial_free(&trial);
}

Test(mistakes, are_none_where_a_rule_for_teams_reads_its_team)
{
	struct trial *trial = trial_of(
	    FOR_TEAM("    when: team.name == 'sales' && team.lead in team.members\n    every: month\n",
		"title: '{{team.name}}', attendees: team.members") "  - {name: c, for: team, add_to: a/b, "
								   "longer: 1m}\n");
	cr_assert_str_eq(trial_codes(trial), "", "%s", trial_printed(trial));
	cr_assert(trial->rules->n_rules == 0 && trial->rules->n_account_rules == 0);
	cr_assert(trial->rules->n_team_rules == 2 && ub_rules_number(trial->rules) == 2);
	cr_expect_eq(trial->rules->team_rules[1]->subject, UB_FOR_TEAM);
	cr_expect_eq(ub_rules_at(trial->rules, 1), trial->rules->team_rules[1]);
	trial_free(&trial);
}

Test(mistakes, an_agenda_is_no_html)
{
	struct trial *trial = trial_new();
	trial_file(trial, "templates/a.html", "<p>Hello</p>\n");
	trial_file(trial, "a.yaml",
	    "format: 1\nrules:\n  - {name: r, create: [{event: a, title: t, at: start, duration: 1m, agenda: "
	    "a}]}\n");
	trial_load(trial);
	cr_expect_str_eq(trial_codes(trial), "wrong-kind", "%s", trial_printed(trial));
	trial_free(&trial);
}
