/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "leaks.h"
#include "rules/trial.h"

TestSuite(needs, .fini = ub_leak_check);

#define ITEM(name, needs) "      - {task: " name ", title: T, due: start, needs: " needs "}\n"

static void expect_codes(const char *text, const char *codes)
{
	struct trial *trial = trial_of(text);
	cr_expect_str_eq(trial_codes(trial), codes, "%s", trial_printed(trial));
	trial_free(&trial);
}

Test(needs, name_an_item_of_any_rule_or_group)
{
	struct trial *trial = trial_of("rules:\n  - name: a\n    group: g\n    create:\n" ITEM(
	    "x", "[y, b/z]") "      - {task: y, title: T, due: start}\n"
			     "  - name: b\n    create:\n      - {task: z, title: T, due: start}\n" ITEM(
				 "v", "g/y"));
	cr_assert(trial->rules, "%s", trial_printed(trial));
	struct ub_needs needs = trial->rules->rules[0]->items[0].needs;
	cr_assert_eq(needs.n, 2);
	cr_expect(ub_text_is(needs.items[0].item, "y"));
	cr_expect_eq(needs.items[0].family.len, 0);
	cr_expect(ub_text_is(needs.items[1].family, "b"));
	cr_expect(ub_text_is(needs.items[1].item, "z"));
	trial_free(&trial);
}

Test(needs, of_something_unknown_are_a_mistake)
{
	expect_codes("rules:\n  - name: a\n    create:\n" ITEM("x", "y"), "unknown-item");
	expect_codes("rules:\n  - name: a\n    create:\n" ITEM("x", "b/y"), "unknown-rule");
	expect_codes("rules:\n  - name: a\n    create:\n" ITEM("x", "a/b/c"), "wrong-value");
	expect_codes("rules:\n  - name: a\n    create:\n" ITEM("x", "a/"), "wrong-value");
}

Test(needs, in_a_circle_are_a_mistake)
{
	expect_codes("rules:\n  - name: a\n    create:\n" ITEM("x", "x"), "circular");
	expect_codes("rules:\n  - name: a\n    create:\n" ITEM("x", "b/y") "  - name: b\n    create:\n" ITEM(
			 "y", "a/x"),
	    "circular");
	expect_codes(
	    "rules:\n  - name: a\n    create:\n      - {task: y, title: T, due: 1d after x.due}\n" ITEM(
		"x", "y"),
	    "circular");
}

/* A row of so many items, each of which needs the next one. */
static void expect_row(size_t n, bool backwards, const char *codes)
{
	struct trial *trial = trial_new();
	struct ub_buf text = UB_BUF(trial->arena);
	ub_buf_str(&text, "format: 1\nrules:\n");
	for (size_t i = 0; i < n; i++) {
		size_t at = backwards ? n - 1 - i : i;
		ub_buf_printf(
		    &text, "  - name: r%zu\n    create:\n      - {task: x, title: T, due: start", at);
		if (at + 1 < n)
			ub_buf_printf(&text, ", needs: r%zu/x", at + 1);
		ub_buf_str(&text, "}\n");
	}
	trial_file(trial, "a.yaml", ub_text_cstr(trial->arena, ub_buf_text(&text)));
	trial_load(trial);
	cr_expect_str_eq(trial_codes(trial), codes);
	trial_free(&trial);
}

Test(needs, in_a_row_have_a_limit)
{
	expect_row(UB_RULE_CHAIN_MAX, false, "");
	expect_row(UB_RULE_CHAIN_MAX + 1, false, "too-many");
	expect_row(UB_RULE_CHAIN_MAX, true, "");
	expect_row(UB_RULE_CHAIN_MAX + 1, true, "too-many");
	expect_row(3 * UB_RULE_CHAIN_MAX, true, "too-many");
}

Test(needs, may_be_changed)
{
	struct trial *trial = trial_new();
	trial_file(trial, "a.yaml",
	    "format: 1\nrules:\n  - name: a\n    create:\n" ITEM(
		"x", "y") "      - {task: y, title: T, due: start}\n");
	trial_directory(trial);
	trial_file(
	    trial, "b.yaml", "format: 1\nchange:\n  - rule: a\n    items: {x: {needs: []}, y: {needs: x}}\n");
	trial_load(trial);
	cr_assert(trial->rules, "%s", trial_printed(trial));
	cr_expect_eq(trial->rules->rules[0]->items[0].needs.n, 0);
	cr_expect_eq(trial->rules->rules[0]->items[1].needs.n, 1);
	trial_free(&trial);
}
