/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>

#include "facts/world.h"
#include "rules/trial.h"

struct trial *trial_new(void)
{
	struct ub_arena *arena = ub_arena_new();
	struct trial *trial = UB_NEW(arena, struct trial);
	trial->arena = arena;
	trial->diags = UB_DIAGS(arena);
	trial->n_layers = 1;
	trial->n_fields = SIZE_MAX;
	return trial;
}

void trial_free(struct trial **trial)
{
	struct ub_arena *arena = (*trial)->arena;
	ub_arena_free(&arena);
	*trial = NULL;
}

void trial_directory(struct trial *trial)
{
	assert(trial->n_layers < TRIAL_LAYERS_MAX);
	trial->n_layers++;
}

void trial_file(struct trial *trial, const char *path, const char *text)
{
	size_t at = trial->n_layers - 1;
	struct ub_rule_layer *layer = &trial->layers[at];
	assert(layer->n_files < TRIAL_FILES_MAX);
	struct ub_rule_file *file = &trial->files[at][layer->n_files++];
	struct ub_text name = at ? ub_textf(trial->arena, "site%zu/%s", at, path) : ub_text(path);
	*file = (struct ub_rule_file){ .source = { name, ub_text(text) }, .path = ub_text(path) };
	layer->directory = UB_TEXT("rules");
	layer->files = trial->files[at];
}

void trial_load(struct trial *trial)
{
	struct ub_rules_input input = { .layers = trial->layers,
		.n_layers = trial->n_layers,
		.fields = trial->fields,
		.n_fields = trial->n_fields };
	trial->rules = ub_rules_load(&input, &trial->diags, trial->arena);
	ub_diags_sort(&trial->diags);
	assert((trial->rules == NULL) == (trial->diags.errors != 0));
}

static void add_templates(struct trial *trial)
{
	trial_file(trial, "templates/prep-call.md", "Hello\n");
	trial_file(trial, "templates/fact.md", "---\naudience: customer\n---\nHello\n");
}

struct trial *trial_of(const char *text)
{
	struct trial *trial = trial_new();
	trial_file(trial, "a.yaml", ub_textf(trial->arena, "format: 1\n%s", text).ptr);
	add_templates(trial);
	trial_load(trial);
	return trial;
}

struct trial *trial_of_item(const char *lines)
{
	struct trial *trial = trial_new();
	const char *text =
	    ub_textf(trial->arena, "format: 1\nrules:\n  - name: r\n    create:\n      - %s", lines).ptr;
	trial_file(trial, "a.yaml", text);
	add_templates(trial);
	trial_load(trial);
	return trial;
}

const char *trial_printed(struct trial *trial)
{
	struct ub_buf out = UB_BUF(trial->arena);
	ub_diags_print(&trial->diags, &out, false);
	return ub_buf_cstr(&out);
}

const char *trial_codes(struct trial *trial)
{
	struct ub_buf out = UB_BUF(trial->arena);
	for (size_t i = 0; i < trial->diags.list.n; i++)
		ub_buf_printf(&out, "%s%s", i ? " " : "", trial->diags.list.items[i].code);
	return ub_buf_cstr(&out);
}

struct ub_match *trial_match(struct trial *trial, const char *people, const struct ub_account *account)
{
	const struct ub_event *event = world_meeting(trial->arena, "Roadmap", people);
	const struct ub_facts *facts = world_facts(trial->arena, event, account);
	struct ub_cel_activation *activation = ub_rules_activation(trial->rules, facts, trial->arena);
	return ub_rules_match(trial->rules, activation, trial->arena);
}
