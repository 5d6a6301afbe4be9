/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "leaks.h"
#include "rules/trial.h"

TestSuite(load, .fini = ub_leak_check);
TestSuite(layers, .fini = ub_leak_check);
TestSuite(mistakes, .fini = ub_leak_check);
TestSuite(limits, .fini = ub_leak_check);

static const char whole_rule[] =
    "define:\n"
    "  is_long: meeting.duration > duration(\"1h\")\n"
    "  guests: meeting.external.filter(p, p.role != 'optional')\n"
    "rules:\n"
    "  - name: prep\n"
    "    was: [prep-call, old]\n"
    "    description: Every customer meeting gets a prep call.\n"
    "    for: meeting\n"
    "    mode: audit\n"
    "    when: meeting.customer\n"
    "    unless: is_long\n"
    "    group: preps\n"
    "    create:\n"
    "      - event: prep\n"
    "        title: \"Prep: {{ meeting.title }}\"\n"
    "        between: [3 business days before start, 2 business days before start]\n"
    "        prefer: latest\n"
    "        late: skip\n"
    "        full: overlap\n"
    "        free: nobody\n"
    "        duration:\n"
    "          - if: size(guests) > 3\n"
    "            use: 30m\n"
    "          - use: 15m\n"
    "        attendees: meeting.internal\n"
    "        agenda: prep-call\n"
    "        reminders: [10m, 1h]\n"
    "        categories: [Prep]\n"
    "      - task: send-agenda\n"
    "        title: Send the agenda\n"
    "        due: 1 business day after prep.end\n"
    "        latest: 2 days before start\n"
    "        mail: fact\n"
    "        reminders: 0m\n"
    "      - event: wrap-up\n"
    "        title: Wrap up\n"
    "        at: 8m before end\n"
    "        duration: 8m\n"
    "        attendees: none\n"
    "        busy: no\n";

static int choice(struct ub_cases cases)
{
	return cases.items[0].use.choice;
}

Test(load, a_rule_with_all_that_it_may_have)
{
	struct trial *trial = trial_of(whole_rule);
	cr_assert_str_empty(trial_printed(trial));
	cr_assert_eq(trial->rules->n_rules, 1);
	const struct ub_rule *rule = trial->rules->rules[0];
	cr_expect(ub_text_is(rule->name, "prep") && ub_text_is(rule->group, "preps"));
	cr_expect(rule->was.n == 2 && ub_text_is(rule->was.items[1], "old"));
	cr_expect(rule->mode == UB_MODE_AUDIT && rule->enabled && rule->when && rule->unless);
	cr_assert_eq(rule->n_items, 3);

	const struct ub_rule_item *prep = &rule->items[0];
	cr_expect(ub_text_is(prep->name, "prep") && !prep->task && !prep->busy.n);
	cr_expect_eq(prep->between_from.items[0].use.point.span.n, 3);
	cr_expect_eq(prep->between_to.items[0].use.point.span.n, 2);
	cr_expect_eq(choice(prep->prefer), UB_PREFER_LATEST);
	cr_expect_eq(choice(prep->late), UB_LATE_SKIP);
	cr_expect_eq(choice(prep->full), UB_FULL_OVERLAP);
	cr_expect_eq(choice(prep->free), UB_FREE_NOBODY);
	cr_assert_eq(prep->duration.n, 2);
	cr_expect(prep->duration.items[0].when && !prep->duration.items[1].when);
	cr_expect_eq(prep->duration.items[1].use.span.n, 15);
	cr_expect_not_null(prep->attendees.items[0].use.people);
	cr_expect(ub_text_is(ub_template_name(prep->agenda.items[0].use.body), "prep-call"));
	struct ub_spans reminders = prep->reminders.items[0].use.spans;
	cr_expect(reminders.n == 2 && reminders.items[1].unit == UB_HOURS);
	struct ub_texts categories = prep->categories.items[0].use.texts;
	cr_expect(categories.n == 1 && ub_text_is(categories.items[0], "Prep"));

	const struct ub_rule_item *task = &rule->items[1], *wrap_up = &rule->items[2];
	cr_expect(task->task && ub_text_is(task->due.items[0].use.point.item, "prep"));
	cr_expect_eq(task->reminders.items[0].use.spans.n, 1);
	cr_expect(!wrap_up->busy.items[0].use.flag && wrap_up->attendees.n == 1 &&
		  !wrap_up->attendees.items[0].use.people);
	trial_free(&trial);
}

Test(load, every_value_may_be_a_list_of_cases)
{
	struct trial *trial = trial_of_item(
	    "event: a\n"
	    "        title: [{if: meeting.customer, use: x}, {use: 'y'}]\n"
	    "        between: [{if: meeting.customer, use: [1d before start, start]}, {use: [start, end]}]\n"
	    "        prefer: [{if: meeting.customer, use: latest}]\n"
	    "        late: [{if: meeting.customer, use: skip}]\n"
	    "        full: [{if: meeting.customer, use: later}]\n"
	    "        free: [{if: meeting.customer, use: nobody}]\n"
	    "        duration: [{if: meeting.customer, use: 1m}, {use: 2m}]\n"
	    "        attendees: [{if: meeting.customer, use: meeting.internal}, {use: none}]\n"
	    "        agenda: [{if: meeting.customer, use: prep-call}]\n"
	    "        mail: [{if: meeting.customer, use: fact}]\n"
	    "        reminders: [{if: meeting.customer, use: [1m, 2m]}, {use: 3m}]\n"
	    "        categories: [{if: meeting.customer, use: [a, b]}]\n"
	    "        busy: [{if: meeting.customer, use: no}, {use: yes}]\n"
	    "      - task: b\n"
	    "        title: t\n"
	    "        due: [{if: meeting.customer, use: start}, {use: end}]\n"
	    "        latest: [{if: meeting.customer, use: start}]\n");
	cr_assert_str_empty(trial_printed(trial));
	const struct ub_rule_item *item = &trial->rules->rules[0]->items[0];
	cr_expect_eq(choice(item->prefer), UB_PREFER_LATEST);
	cr_expect_eq(item->between_to.items[1].use.point.anchor, UB_AT_END);
	cr_expect_eq(item->reminders.items[0].use.spans.n, 2);
	cr_expect(item->busy.n == 2 && !item->busy.items[0].use.flag && item->busy.items[1].use.flag);
	trial_free(&trial);
}

Test(load, an_empty_set_is_one_too)
{
	struct trial *trial = trial_of("");
	cr_assert_str_empty(trial_printed(trial));
	cr_expect_eq(trial->rules->n_rules, 0);
	trial_free(&trial);
}

Test(load, knows_files_by_their_place)
{
	struct trial *trial = trial_new();
	trial_file(trial, "holidays/de.ics", "BEGIN:VCALENDAR");
	trial_file(trial, "README", "not: [yaml");
	trial_file(trial, "tests/a.yaml", "not: [yaml");
	trial_file(trial, "templates/.hidden", "{{");
	trial_file(trial, "old.yml", "format: 1\n");
	trial_file(trial, "test/", "");
	trial_load(trial);
	cr_expect_str_eq(trial_codes(trial), "not-read not-read");
	const struct ub_rule_file *file = ub_map_get(trial->rules->holiday_files, UB_TEXT("de"));
	cr_assert_not_null(file);
	cr_expect(ub_text_is(file->source.text, "BEGIN:VCALENDAR"));
	trial_free(&trial);
}

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
	{ "define: {a: b, b: 'true'}\n", "unknown-name", "a definition can only use those before it" },
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
	    "not-supported", "this is not supported yet" },
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

/* Values that the format knows and that this version does not support. */
Test(mistakes, what_is_not_supported_yet_is_said_and_left_out)
{
	struct trial *trial =
	    trial_of("rules:\n"
		     "  - name: cadence\n"
		     "    for: account\n"
		     "    create: [{event: review, every: week, title: t, duration: 45m}]\n"
		     "  - name: free\n"
		     "    create: [{event: a, title: t, at: start, duration: 1m, free: attendees}]\n");
	cr_expect_str_eq(trial_codes(trial), "not-supported not-supported");
	cr_assert_not_null(trial->rules);
	cr_expect_eq(trial->diags.errors, 0);
	cr_assert_eq(trial->rules->n_rules, 1);
	cr_expect(ub_text_is(trial->rules->rules[0]->name, "free"));
	cr_expect_eq(choice(trial->rules->rules[0]->items[0].free), UB_FREE_ATTENDEES);
	trial_free(&trial);
}

/* ---- layers ---- */

#define RULE(name, more)                                                                                     \
	"  - {name: " name ", create: [{event: a, title: t, at: start, duration: 1m}]" more "}\n"

Test(layers, a_later_rule_takes_the_place_of_one_of_the_same_name)
{
	struct trial *trial = trial_new();
	trial_file(trial, "a.yaml", "format: 1\nrules:\n" RULE("one", "") RULE("two", ""));
	trial_directory(trial);
	trial_file(trial, "b.yaml", "format: 1\nrules:\n" RULE("two", ", mode: audit") RULE("three", ""));
	trial_load(trial);
	cr_expect_str_eq(trial_printed(trial),
	    "site1/b.yaml:3:12: warning[replaced]: this replaces the rule `two` of an earlier directory\n"
	    "     3 |   - {name: two, create: [{event: a, title: t, at: start, duration: 1m}], mode: audit}\n"
	    "       |            ^^^\n"
	    "a.yaml:4:12: the other one is here\n"
	    "     4 |   - {name: two, create: [{event: a, title: t, at: start, duration: 1m}]}\n"
	    "       |            ^^^\n");
	cr_assert_eq(trial->rules->n_rules, 3);
	const char *const order[] = { "two", "three", "one" };
	for (size_t i = 0; i < 3; i++) {
		cr_expect(ub_text_is(trial->rules->rules[i]->name, order[i]));
		cr_expect_eq(trial->rules->rules[i]->index, i);
	}
	cr_expect_eq(trial->rules->rules[0]->mode, UB_MODE_AUDIT);
	trial_free(&trial);
}

Test(layers, a_rule_is_switched_off_by_its_name_alone)
{
	struct trial *trial = trial_new();
	trial_file(trial, "a.yaml", "format: 1\nrules:\n" RULE("one", ""));
	trial_directory(trial);
	trial_file(trial, "b.yaml", "format: 1\nrules:\n  - {name: one, enabled: false}\n");
	trial_load(trial);
	cr_expect_str_eq(trial_codes(trial), "replaced", "%s", trial_printed(trial));
	cr_assert_eq(trial->rules->n_rules, 1);
	cr_expect(!trial->rules->rules[0]->enabled);
	trial_free(&trial);
}

Test(layers, one_directory_has_each_name_once)
{
	struct trial *trial = trial_new();
	trial_file(trial, "a.yaml", "format: 1\ndefine: {x: '1'}\nrules:\n" RULE("one", ""));
	trial_file(trial, "b.yaml", "format: 1\ndefine: {x: '2'}\nrules:\n" RULE("one", ""));
	trial_load(trial);
	cr_expect_str_eq(
	    trial_codes(trial), "duplicate-definition duplicate-rule", "%s", trial_printed(trial));
	trial_free(&trial);
}

Test(layers, definitions_are_seen_in_later_directories_and_replaced_by_them)
{
	struct trial *trial = trial_new();
	trial_file(trial, "a.yaml", "format: 1\ndefine: {big: size(meeting.external) > 3, small: '!big'}\n");
	trial_directory(trial);
	trial_file(
	    trial, "b.yaml", "format: 1\ndefine: {big: 'true'}\nrules:\n" RULE("one", ", when: small"));
	trial_load(trial);
	cr_expect_str_eq(trial_codes(trial), "replaced");
	cr_assert_not_null(trial->rules, "%s", trial_printed(trial));
	struct ub_match *matches = trial_match(trial, "by anna@ours.example, cto@acme.example", NULL);
	cr_expect_eq(matches[0].verdict, UB_NO);
	trial_free(&trial);
}

Test(layers, templates_are_replaced_by_name)
{
	struct trial *trial = trial_new();
	trial_file(trial, "templates/a.md", "one\n");
	trial_directory(trial);
	trial_file(trial, "templates/a.txt", "two\n");
	trial_file(trial, "b.yaml",
	    "format: 1\nrules:\n  - {name: r, create: [{event: a, title: t, at: start, duration: 1m, agenda: "
	    "a}]}\n");
	trial_load(trial);
	cr_assert_not_null(trial->rules, "%s", trial_printed(trial));
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

Test(layers, groups_and_earlier_names_do_not_meet_other_rules)
{
	static const struct {
		const char *text, *codes;
	} cases[] = {
		{ RULE("one", ", group: g") RULE("two", ", group: g"), "" },
		{ RULE("one", ", group: one"), "" },
		{ RULE("g", "") RULE("one", ", group: g"), "name-taken" },
		{ RULE("g", "") RULE("one", ", group: g") RULE("two", ", group: g"), "name-taken" },
		{ RULE("one", ", was: old") RULE("two", ", was: older"), "" },
		{ RULE("one", ", was: two") RULE("two", ""), "name-taken" },
		{ RULE("one", ", was: old") RULE("two", ", was: [old]"), "name-taken" },
	};
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct ub_arena *arena = ub_arena_new();
		struct trial *trial = trial_of(ub_textf(arena, "rules:\n%s", cases[i].text).ptr);
		cr_expect_str_eq(trial_codes(trial), cases[i].codes, "%s", cases[i].text);
		trial_free(&trial);
		ub_arena_free(&arena);
	}
}

/* ---- limits ---- */

/* `n` copies of a piece, with its number in the place of %zu. */
static struct trial *trial_of_many(const char *head, const char *piece, size_t n)
{
	struct trial *trial = trial_new();
	struct ub_buf out = UB_BUF(trial->arena);
	ub_buf_str(&out, head);
	for (size_t i = 0; i < n; i++)
		ub_buf_printf(&out, piece, i);
	trial_file(trial, "a.yaml", ub_buf_cstr(&out));
	trial_load(trial);
	return trial;
}

#define IN_RULE "format: 1\nrules:\n  - name: r\n    create:\n"
#define IN_ITEM IN_RULE "      - event: a\n        title: t\n        at: start\n"

Test(limits, each_holds_and_one_more_is_refused)
{
	static const struct {
		const char *head, *piece;
		size_t most;
	} cases[] = {
		{ "format: 1\ndefine:\n", "  d%zu: 'true'\n", UB_DEFINITIONS_MAX },
		{ IN_RULE, "      - {event: e%zu, title: t, at: start, duration: 1m}\n", UB_RULE_ITEMS_MAX },
		{ IN_ITEM "        duration:\n", "          - {if: '%zu > 100', use: 1m}\n",
		    UB_RULE_CASES_MAX },
		{ IN_ITEM "        duration: 1m\n        reminders:\n", "          - %zum\n",
		    UB_RULE_LIST_MAX },
		{ IN_ITEM "        duration: 1m\n        categories:\n", "          - c%zu\n",
		    UB_RULE_LIST_MAX },
		{ "format: 1\nrules:\n  - name: r\n    create: [{event: a, title: t, at: start, duration: "
		  "1m}]\n"
		  "    was:\n",
		    "      - w%zu\n", UB_RULE_LIST_MAX },
	};
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct trial *trial = trial_of_many(cases[i].head, cases[i].piece, cases[i].most);
		cr_expect_str_empty(trial_printed(trial));
		trial_free(&trial);
		trial = trial_of_many(cases[i].head, cases[i].piece, cases[i].most + 1);
		cr_expect_str_eq(trial_codes(trial), "too-many");
		trial_free(&trial);
	}
}

Test(limits, the_number_of_rules)
{
	static const char piece[] =
	    "  - {name: r%zu, create: [{event: a, title: t, at: start, duration: 1m}]}\n";
	struct trial *trial = trial_of_many("format: 1\nrules:\n", piece, UB_RULES_MAX);
	cr_expect_not_null(trial->rules);
	trial_free(&trial);
	trial = trial_of_many("format: 1\nrules:\n", piece, UB_RULES_MAX + 1);
	cr_expect_str_eq(trial_codes(trial), "too-many");
	trial_free(&trial);
}

Test(limits, the_length_of_names)
{
	struct ub_arena *arena = ub_arena_new();
	for (size_t over = 0; over < 2; over++) {
		struct ub_buf name = UB_BUF(arena);
		ub_buf_pad(&name, 'a', UB_RULE_NAME_MAX + over);
		const char *text = ub_textf(arena, "rules:\n" RULE("%s", "") "define: {%s: 'true'}\n",
		    ub_buf_cstr(&name), ub_buf_cstr(&name))
				       .ptr;
		struct trial *trial = trial_of(text);
		cr_expect_str_eq(trial_codes(trial), over ? "bad-name bad-name" : "");
		trial_free(&trial);
	}
	ub_arena_free(&arena);
}

Test(limits, lengths_of_time)
{
	static const struct {
		const char *line;
		int most;
	} cases[] = {
		{ "duration: %dd\n", UB_RULE_DURATION_MAX / 86400 },
		{ "duration: 1m\n        reminders: %dd\n", UB_RULE_REMINDER_MAX / 86400 },
	};
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		for (int over = 0; over < 2; over++) {
			struct ub_arena *arena = ub_arena_new();
			struct ub_buf lines = UB_BUF(arena);
			ub_buf_str(&lines, "event: a\n        title: t\n        at: start\n        ");
			ub_buf_printf(&lines, cases[i].line, cases[i].most + over);
			struct trial *trial = trial_of_item(ub_buf_cstr(&lines));
			cr_expect_str_eq(trial_codes(trial), over ? "bad-time" : "");
			trial_free(&trial);
			ub_arena_free(&arena);
		}
	}
}
