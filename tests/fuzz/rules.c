/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The input is a rule directory: a rule file, then any number of further files, each after a line "=== PATH".
 * The directory is loaded and its diagnostics are printed. Good rules are tried on a meeting with and without
 * an account.
 */
#include <assert.h>

#include "facts/world.h"
#include "fuzz.h"
#include "upbeat/rules.h"

#define FILES_MAX 8

/* Cuts off the text before the next "\n=== PATH\n". *path becomes that PATH. */
static struct ub_text cut_file(struct ub_text *rest, struct ub_text *path)
{
	struct ub_text const mark = UB_TEXT("\n=== ");
	size_t at = ub_text_find(*rest, mark, 0);
	struct ub_text text = ub_text_sub(*rest, 0, at == SIZE_MAX ? rest->len : at + 1);
	*rest = ub_text_sub(*rest, at == SIZE_MAX ? rest->len : at + mark.len, rest->len);
	size_t line = ub_text_find(*rest, UB_TEXT("\n"), 0);
	*path = ub_text_sub(*rest, 0, line);
	*rest = ub_text_sub(*rest, line == SIZE_MAX ? rest->len : line + 1, rest->len);
	return text;
}

static size_t read_files(struct ub_text input, struct ub_rule_file *files)
{
	size_t n = 0;
	struct ub_text path = UB_TEXT("a.yaml"), next;
	do {
		files[n].path = files[n].source.name = path;
		files[n++].source.text = cut_file(&input, &next);
		path = next;
	} while (path.len && n < FILES_MAX);
	return n;
}

static void try_on(const struct ub_ruleset *rules, const struct ub_account *account, struct ub_arena *arena)
{
	const struct ub_event *event =
	    world_meeting(arena, "Roadmap", "by anna@ours.example, ben@ours.example, cto@acme.example");
	const struct ub_facts *facts = world_facts(arena, event, account);
	struct ub_cel_activation *activation = ub_rules_activation(rules, facts, arena);
	struct ub_match *matches = ub_rules_match(rules, activation, arena);
	for (size_t i = 0; i < rules->n_rules; i++) {
		assert(matches[i].rule == rules->rules[i] && ub_rules_why(&matches[i]).len != 0);
		for (size_t k = 0; k < rules->rules[i]->n_items; k++) {
			const struct ub_case *chosen;
			struct ub_text why;
			ub_rules_case(rules->rules[i]->items[k].duration, activation, &chosen, &why, arena);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_rule_file files[FILES_MAX] = { 0 };
	struct ub_text input = ub_text_copy(arena, ub_text_n((const char *)bytes, size));
	struct ub_rule_layer layer = { UB_TEXT("rules"), files, read_files(input, files) };
	struct ub_rules_input what = { .layers = &layer, .n_layers = 1, .n_fields = SIZE_MAX };
	struct ub_diags diags = UB_DIAGS(arena);
	struct ub_buf out = UB_BUF(arena);
	const struct ub_ruleset *rules = ub_rules_load(&what, &diags, arena);
	assert((rules == NULL) == (diags.errors != 0));
	ub_diags_sort(&diags);
	ub_diags_print(&diags, &out, false);
	if (rules) {
		try_on(rules, NULL, arena);
		try_on(rules, world_account(arena), arena);
	}
	ub_arena_free(&arena);
	return 0;
}
