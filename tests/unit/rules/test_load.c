/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "leaks.h"
#include "rules/trial.h"

TestSuite(load, .fini = ub_leak_check);
TestSuite(layers, .fini = ub_leak_check);
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

Test(load, knows_whether_anything_reads_of_other_meetings_with_the_account)
{
	static const struct {
		const char *path, *text;
		bool reads;
	} files[] = {
		{ "b.yaml", "format: 1\ndefine: {x: 'has(account.last_meeting)'}\n", true },
		{ "templates/t.md", "{{#account}}{{ seen.meetings }}{{/account}}\n", true },
		{ "templates/t.md", "{{ account.name }}\n", false },
		{ "tests/t.yaml", "next_meeting", false },
	};
	for (size_t i = 0; i < UB_COUNT(files); i++) {
		struct trial *trial = trial_new();
		trial_file(trial, "a.yaml",
		    "format: 1\nrules: [{name: r, when: 'true', create: [{task: t, title: t, due: "
		    "start}]}]\n");
		trial_file(trial, files[i].path, files[i].text);
		trial_load(trial);
		cr_assert(trial->rules, "%s", trial_printed(trial));
		cr_expect_eq(trial->rules->reads_history, files[i].reads, "%s", files[i].text);
		trial_free(&trial);
	}
}

Test(load, a_rule_with_all_that_it_may_have)
{
	struct trial *trial = trial_of(whole_rule);
	cr_assert_str_empty(trial_printed(trial));
	cr_assert_eq(trial->rules->n_rules, 1);
	const struct ub_rule *rule = trial->rules->rules[0];
	cr_expect(ub_text_is(rule->name, "prep") && ub_text_is(rule->group, "preps"));
	cr_expect(rule->was.n == 2 && ub_text_is(rule->was.items[1], "old"));
	cr_expect(rule->mode == UB_MODE_AUDIT && rule->enabled && rule->when.n == 1 && rule->unless.n == 1);
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
	struct ub_reminders reminders = prep->reminders.items[0].use.reminders;
	cr_expect(reminders.n == 2 && reminders.items[1].before.unit == UB_HOURS);
	struct ub_texts categories = prep->categories.items[0].use.texts;
	cr_expect(categories.n == 1 && ub_text_is(categories.items[0], "Prep"));

	const struct ub_rule_item *task = &rule->items[1], *wrap_up = &rule->items[2];
	cr_expect(task->task && ub_text_is(task->due.items[0].use.point.item, "prep"));
	cr_expect_eq(task->reminders.items[0].use.reminders.n, 1);
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
	cr_expect_eq(item->reminders.items[0].use.reminders.n, 2);
	cr_expect(item->busy.n == 2 && !item->busy.items[0].use.flag && item->busy.items[1].use.flag);
	trial_free(&trial);
}

Test(load, a_reminder_is_a_length_or_a_point)
{
	struct trial *trial = trial_of_item(
	    "event: a\n"
	    "        title: t\n"
	    "        at: start\n"
	    "        duration: 1m\n"
	    "        reminders: [10m, 8m before end, 15m after a.start, 1 business day before start]\n");
	cr_assert_str_empty(trial_printed(trial));
	const struct ub_reminder *reminders =
	    trial->rules->rules[0]->items[0].reminders.items[0].use.reminders.items;
	cr_expect(!reminders[0].by_point && reminders[0].before.n == 10);
	cr_expect(reminders[1].by_point && reminders[1].point.anchor == UB_AT_END);
	cr_expect(reminders[2].point.after && ub_text_is(reminders[2].point.item, "a"));
	cr_expect_eq(reminders[3].point.span.unit, UB_BUSINESS_DAYS);
	trial_free(&trial);
}

Test(load, a_reminder_that_is_neither_is_refused)
{
	static const struct {
		const char *reminder, *code;
	} cases[] = { { "1 business day", "bad-time" }, { "5m before due", "bad-time" },
		{ "5m bevore end", "bad-time" }, { "soon", "bad-time" },
		{ "5m before b.start", "unknown-item" }, { "5m before a.due", "wrong-kind" },
		{ "-5m", "bad-time" } };
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct ub_arena *arena = ub_arena_new();
		struct trial *trial = trial_of_item(ub_textf(arena,
		    "event: a\n        title: t\n        at: start\n        duration: 1m\n        reminders: "
		    "%s\n",
		    cases[i].reminder)
							.ptr);
		cr_expect_str_eq(trial_codes(trial), cases[i].code, "%s", cases[i].reminder);
		trial_free(&trial);
		ub_arena_free(&arena);
	}
}

Test(load, a_rule_that_is_switched_off_gives_its_name_to_the_one_that_was_it)
{
	struct trial *trial =
	    trial_of("rules:\n  - {name: old, for: account, enabled: no}\n"
		     "  - {name: new, was: [old], for: account, every: month, create: [{event: e, title: t, "
		     "duration: 1m}]}\n");
	cr_assert_str_empty(trial_printed(trial));
	cr_assert_eq(trial->rules->n_account_rules, 1);
	cr_expect(ub_text_is(trial->rules->account_rules[0]->name, "new"));
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

Test(layers, definitions_may_use_what_stands_after_them)
{
	struct trial *trial = trial_new();
	trial_file(trial, "a.yaml", "format: 1\ndefine: {small: '!big', big: few}\n");
	trial_file(trial, "b.yaml", "format: 1\ndefine: {few: size(meeting.external) > 3}\n");
	trial_directory(trial);
	trial_file(trial, "c.yaml",
	    "format: 1\ndefine: {big: mine && few, mine: meeting.title == \"x\"}\nrules:\n" RULE(
		"one", ", when: small"));
	trial_load(trial);
	cr_expect_str_eq(trial_codes(trial), "replaced", "%s", trial_printed(trial));
	cr_assert_not_null(trial->rules, "%s", trial_printed(trial));
	struct ub_match *matches = trial_match(trial, "by anna@ours.example, cto@acme.example", NULL);
	cr_expect_eq(matches[0].verdict, UB_YES);
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
