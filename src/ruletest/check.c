/* SPDX-License-Identifier: Apache-2.0 */
#include "ruletest-private.h"

#include "upbeat/sys.h"

/* Checks of tests that need no run of them. */

static bool is_named(const struct named_list *list, const struct ub_rule *rule)
{
	struct ub_text name, rest;
	for (size_t i = 0; i < list->n; i++) {
		rest = list->items[i].id;
		if (ub_text_split(&rest, '/', &name) && ub_text_eq(name, rule->name))
			return true;
	}
	return false;
}

static bool is_in_step(const struct step *step, const struct ub_rule *rule)
{
	struct ub_text name, rest;
	for (size_t i = 0; i < step->expect.n; i++) {
		rest = step->expect.items[i].item;
		if (ub_text_split(&rest, '/', &name) && ub_text_eq(name, rule->name))
			return true;
	}
	return is_named(&step->reject, rule) || is_named(&step->undecided, rule);
}

static bool is_tested(const struct loading *loading, const struct ub_rule *rule)
{
	for (size_t i = 0; i < loading->tests.n; i++)
		for (size_t k = 0; k < loading->tests.items[i]->steps.n; k++)
			if (is_in_step(&loading->tests.items[i]->steps.items[k], rule))
				return true;
	return false;
}

/* A rule without items and additions of its own cannot be named by tests. */
static void warn_untested(const struct loading *loading, const struct ub_rule *rule, struct ub_text directory)
{
	if (!rule->enabled || rule->n_items + rule->n_amends == 0 ||
	    !ub_text_starts(rule->place.source->name, directory) || is_tested(loading, rule))
		return;
	struct ub_diag *diag = ub_warning(loading->diags, "untested-rule", rule->place,
	    "no test names an item of rule `%.*s`", UB_ARGS(rule->name));
	ub_diag_set_help(loading->diags, diag, "say in tests/*.yaml when there is `%.*s/%.*s`, and when not",
	    UB_ARGS(rule->name), UB_ARGS(rule->n_items ? rule->items[0].name : rule->amends[0].name));
}

void ub_ruletest_check(const struct ub_snapshot *snapshot, const char *directory, struct ub_diags *diags)
{
	struct ub_ruletest_input input = { snapshot, &directory, 1, NULL };
	struct loading loading = { .arena = diags->arena, .diags = diags, .input = &input };
	struct ub_text *names, within = ub_textf(diags->arena, "%s/", directory);
	size_t n;
	if (ub_sys_list_directory(diags->arena, ub_textf(diags->arena, "%stests", within.ptr).ptr,
		UB_TEXT(".yaml"), &names, &n) == UB_FILE_MISSING ||
	    !ruletest_load_tests(&loading))
		return;
	for (size_t i = 0; i < ub_rules_number(snapshot->rules); i++)
		warn_untested(&loading, ub_rules_at(snapshot->rules, i), within);
}
