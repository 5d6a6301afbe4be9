/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules-private.h"

/* What is allowed but without effect, and so hardly meant. Looked for where nothing is wrong otherwise. */

/* ---- rules that never match ---- */

static bool is_constant(const struct ub_cel_program *condition, bool wanted)
{
	struct ub_cel_value value;
	return condition && ub_cel_program_constant(condition, &value) && value.b == wanted;
}

static bool same_text(const struct ub_cel_program *a, const struct ub_cel_program *b)
{
	if (!a || !b)
		return a == b;
	return ub_text_eq(ub_text_trim(ub_cel_program_text(a)), ub_text_trim(ub_cel_program_text(b)));
}

/* False: it can match, for all that is known without facts. */
static bool warn_never(struct loader *loader, const struct ub_rule *rule)
{
	struct ub_place place = rule->unless_place;
	const char *why = NULL;
	if (is_constant(rule->when, false)) {
		place = rule->when_place;
		why = "its condition is always false";
	} else if (is_constant(rule->unless, true)) {
		why = "`unless` is always true";
	} else if (rule->unless && same_text(rule->when, rule->unless)) {
		why = "`unless` excludes all that `when` admits";
	}
	if (!why)
		return false;
	struct ub_diag *diag = ub_warning(loader->diags, "never-matches", place,
	    "rule `%.*s` can never match: %s", UB_ARGS(rule->name), why);
	ub_diag_set_help(
	    loader->diags, diag, "mend the condition; to switch the rule off, say `enabled: false`");
	return true;
}

static bool always_matches(const struct ub_rule *rule)
{
	return (!rule->when || is_constant(rule->when, true)) &&
	       (!rule->unless || is_constant(rule->unless, false));
}

/* The earlier rule of the group that matches whenever this one does, as far as their texts tell. */
static const struct ub_rule *hidden_by(const struct ub_ruleset *set, const struct ub_rule *rule)
{
	for (size_t i = 0; i < rule->index; i++) {
		const struct ub_rule *other = set->rules[i];
		if (!other->enabled || !ub_text_eq(other->group, rule->group))
			continue;
		bool same_when = other->when && same_text(other->when, rule->when);
		if (always_matches(other) ||
		    (same_when && (!other->unless || same_text(other->unless, rule->unless))))
			return other;
	}
	return NULL;
}

static void warn_shadowed(struct loader *loader, const struct ub_ruleset *set, const struct ub_rule *rule)
{
	const struct ub_rule *other = rule->group.len ? hidden_by(set, rule) : NULL;
	if (!other)
		return;
	struct ub_diag *diag = ub_warning(loader->diags, "shadowed", rule->place,
	    "rule `%.*s` never gets its turn: `%.*s`, tried before it in the group `%.*s`, %s",
	    UB_ARGS(rule->name), UB_ARGS(other->name), UB_ARGS(rule->group),
	    always_matches(other) ? "always matches" : "matches whenever this one does");
	ub_diag_set_help(
	    loader->diags, diag, "put this rule before the other, or narrow the other's condition");
	diag->related = other->place;
	diag->related_message = UB_TEXT("the other one is here");
}

/* ---- names that nothing uses ---- */

static bool is_read(const struct loader *loader, struct ub_text name)
{
	for (size_t i = 0; i < ub_map_size(loader->places); i++) {
		struct ub_text key;
		const struct ub_cel_program *program;
		ub_map_at(loader->places, i, &key);
		memcpy(&program, key.ptr, sizeof(program));
		if (ub_cel_program_uses(program, name))
			return true;
	}
	return ub_template_set_reads(loader->templates, name);
}

static void warn_unused_definition(struct loader *loader, const struct definition *definition)
{
	if (is_read(loader, definition->name))
		return;
	struct ub_diag *diag = ub_warning(loader->diags, "unused-definition", definition->key->place,
	    "nothing uses the definition `%.*s`", UB_ARGS(definition->name));
	ub_diag_set_help(loader->diags, diag, "delete it, or use it in a condition");
}

static void warn_unused_template(struct loader *loader, const struct ub_rule_file *file)
{
	if (!is_template(file) || ub_template_is_named(loader->templates, &file->source))
		return;
	struct ub_place place = { &file->source, 0, 0 };
	struct ub_diag *diag =
	    ub_warning(loader->diags, "unused-template", place, "nothing uses this template");
	ub_diag_set_help(loader->diags, diag,
	    "delete the file, or name it in a rule: `agenda: NAME`, without the end of the file's name");
}

/* What is in the last directory: the texts of those before it may be there for rules that it replaced. A rule
 * that was left out may have used anything. */
static void warn_unused(struct loader *loader)
{
	size_t last = loader->input->n_layers - 1;
	for (size_t i = 0; i < loader->rules.n; i++)
		if (loader->rules.items[i]->left_out)
			return;
	for (size_t i = 0; i < ub_map_size(loader->definitions); i++) {
		const struct definition *definition = ub_map_at(loader->definitions, i, NULL);
		if (definition->layer == last)
			warn_unused_definition(loader, definition);
	}
	for (size_t i = 0; i < loader->input->layers[last].n_files; i++)
		warn_unused_template(loader, &loader->input->layers[last].files[i]);
}

void warn_about_idle(struct loader *loader, const struct ub_ruleset *set)
{
	for (size_t i = 0; i < set->n_rules; i++) {
		const struct ub_rule *rule = set->rules[i];
		if (rule->enabled && !warn_never(loader, rule))
			warn_shadowed(loader, set, rule);
	}
	if (loader->input->n_layers)
		warn_unused(loader);
}
