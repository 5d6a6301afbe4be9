/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules-private.h"

/* Warnings about allowed rules and texts without effect, which nobody can have meant. They are only looked
 * for in a rule set without errors. */

/* ---- rules that never match ---- */

/* The first part that always has this value. SIZE_MAX: none. */
static size_t find_constant(const struct ub_conditions *condition, bool wanted)
{
	struct ub_cel_value value;
	for (size_t i = 0; i < condition->n; i++)
		if (ub_cel_program_constant(condition->items[i].program, &value) && value.b == wanted)
			return i;
	return SIZE_MAX;
}

/* Whether every part has this value. */
static bool are_constant(const struct ub_conditions *condition, bool wanted)
{
	struct ub_cel_value value;
	for (size_t i = 0; i < condition->n; i++)
		if (!ub_cel_program_constant(condition->items[i].program, &value) || value.b != wanted)
			return false;
	return true;
}

static struct ub_text text_of(const struct ub_cel_program *program)
{
	return ub_text_trim(ub_cel_program_text(program));
}

static bool same_text(const struct ub_conditions *a, const struct ub_conditions *b)
{
	for (size_t i = 0; i < a->n && i < b->n; i++)
		if (!ub_text_eq(text_of(a->items[i].program), text_of(b->items[i].program)))
			return false;
	return a->n == b->n;
}

/* The position of `sign` outside of brackets and quotes, at or after `from`. SIZE_MAX: none. */
static size_t find_outside(struct ub_text text, struct ub_text sign, size_t from)
{
	size_t depth = 0;
	char quote = 0;
	for (size_t i = from; i < text.len; i++) {
		char c = text.ptr[i];
		if (quote) {
			i += c == '\\';
			quote = c == quote ? 0 : quote;
		} else if (c == '"' || c == '\'') {
			quote = c;
		} else if (c == '(' || c == '[' || c == '{') {
			depth++;
		} else if (c == ')' || c == ']' || c == '}') {
			depth--;
		} else if (depth == 0 && ub_text_starts(ub_text_sub(text, i, text.len), sign)) {
			return i;
		}
	}
	return SIZE_MAX;
}

/* Adds the operands of `&&` or `||`. Beside an operator that binds less, the whole expression is one operand.
 */
static void add_sides(struct ub_arena *arena, struct ub_text text, struct ub_text sign, struct ub_texts *list)
{
	bool whole = find_outside(text, UB_TEXT("?"), 0) != SIZE_MAX ||
		     (ub_text_eq(sign, UB_TEXT("&&")) && find_outside(text, UB_TEXT("||"), 0) != SIZE_MAX);
	for (size_t at = 0, end; at <= text.len; at = end + sign.len) {
		end = whole ? SIZE_MAX : find_outside(text, sign, at);
		end = end == SIZE_MAX ? text.len : end;
		*ub_push(arena, list) = ub_text_trim(ub_text_sub(text, at, end));
	}
}

/* The operands of all parts together. */
static struct ub_texts sides(
    struct ub_arena *arena, const struct ub_conditions *condition, struct ub_text sign)
{
	struct ub_texts list = { 0 };
	for (size_t i = 0; i < condition->n; i++)
		add_sides(arena, text_of(condition->items[i].program), sign, &list);
	return list;
}

/* Whether `wide` is true wherever `narrow` is: each operand of `&&` in `wide` is one in `narrow`. */
static bool narrows(
    struct ub_arena *arena, const struct ub_conditions *narrow, const struct ub_conditions *wide)
{
	struct ub_texts all = sides(arena, narrow, UB_TEXT("&&")), some = sides(arena, wide, UB_TEXT("&&"));
	for (size_t i = 0; i < some.n; i++)
		if (!ub_texts_have(all, some.items[i]))
			return false;
	return true;
}

/* Whether an operand of `||` in `unless` is an operand of `&&` in `when`. Then `unless` is true wherever
 * `when` is. */
static bool excludes(
    struct ub_arena *arena, const struct ub_conditions *unless, const struct ub_conditions *when)
{
	struct ub_texts any = sides(arena, unless, UB_TEXT("||")), all = sides(arena, when, UB_TEXT("&&"));
	for (size_t i = 0; i < any.n; i++)
		if (ub_texts_have(all, any.items[i]))
			return true;
	return same_text(when, unless);
}

/* Warns of a rule that never matches. False: the rule can match, as far as anybody can tell without facts. */
static bool warn_never(struct loader *loader, const struct ub_rule *rule)
{
	const struct ub_conditions *when = &rule->when, *unless = &rule->unless;
	size_t never = find_constant(when, false), always = find_constant(unless, true);
	struct ub_place place = unless->n ? unless->items[0].place : rule->place;
	const char *why = NULL;
	if (never != SIZE_MAX) {
		place = when->items[never].place;
		why = "its condition is always false";
	} else if (always != SIZE_MAX) {
		place = unless->items[always].place;
		why = "`unless` is always true";
	} else if (unless->n && when->n && excludes(loader->arena, unless, when)) {
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
	return are_constant(&rule->when, true) && are_constant(&rule->unless, false);
}

/* An earlier rule of the group that matches whenever this rule does, as far as the texts of both tell. */
static const struct ub_rule *hidden_by(
    struct loader *loader, const struct ub_rule *const *rules, const struct ub_rule *rule)
{
	for (size_t i = 0; i < rule->index; i++) {
		const struct ub_rule *other = rules[i];
		/* A rule in audit mode does not keep other rules from matching. */
		if (!other->enabled || other->mode == UB_MODE_AUDIT || !ub_text_eq(other->group, rule->group))
			continue;
		bool wider =
		    other->when.n && rule->when.n && narrows(loader->arena, &rule->when, &other->when);
		if (always_matches(other) ||
		    (wider && (!other->unless.n || same_text(&other->unless, &rule->unless))))
			return other;
	}
	return NULL;
}

static void warn_shadowed(
    struct loader *loader, const struct ub_rule *const *rules, const struct ub_rule *rule)
{
	const struct ub_rule *other = rule->group.len ? hidden_by(loader, rules, rule) : NULL;
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

/* Whether the rule leaves series out, as far as its texts tell. */
static bool excludes_series(struct loader *loader, const struct ub_rule *rule)
{
	struct ub_texts all = sides(loader->arena, &rule->when, UB_TEXT("&&"));
	struct ub_texts any = sides(loader->arena, &rule->unless, UB_TEXT("||"));
	return ub_texts_have(all, UB_TEXT("!meeting.series")) ||
	       ub_texts_have(any, UB_TEXT("meeting.series"));
}

static void warn_of_instances(struct loader *loader, const struct ub_rule *rule)
{
	for (size_t i = 0; i < rule->n_items; i++) {
		struct ub_cases instances = rule->items[i].instances;
		if (instances.n == 0 || !excludes_series(loader, rule))
			continue;
		struct ub_diag *diag = ub_warning(loader->diags, "no-series", instances.items[0].place,
		    "rule `%.*s` leaves series out, so `instances` says nothing", UB_ARGS(rule->name));
		ub_diag_set_help(loader->diags, diag, "take it out, or let the rule apply to series");
	}
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
	if (!rules_is_template(file) || ub_template_is_named(loader->templates, &file->source))
		return;
	struct ub_place place = { &file->source, 0, 0 };
	struct ub_diag *diag =
	    ub_warning(loader->diags, "unused-template", place, "nothing uses this template");
	ub_diag_set_help(loader->diags, diag,
	    "delete the file, or name it in a rule: `agenda: NAME`, without the end of the file's name");
}

/* Looks at names and texts of the last directory only. Those of earlier directories may belong to rules that
 * were replaced. */
static void warn_unused(struct loader *loader)
{
	size_t last = loader->input->n_layers - 1;
	for (size_t i = 0; i < ub_map_size(loader->definitions); i++) {
		const struct definition *definition = ub_map_at(loader->definitions, i, NULL);
		if (definition->layer == last)
			warn_unused_definition(loader, definition);
	}
	for (size_t i = 0; i < loader->input->layers[last].n_files; i++)
		warn_unused_template(loader, &loader->input->layers[last].files[i]);
}

static void warn_of_rules(struct loader *loader, const struct ub_rule *const *rules, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (rules[i]->enabled && !warn_never(loader, rules[i]))
			warn_shadowed(loader, rules, rules[i]);
		warn_of_instances(loader, rules[i]);
	}
}

void rules_warn_about_idle(struct loader *loader, const struct ub_ruleset *set)
{
	warn_of_rules(loader, set->rules, set->n_rules);
	warn_of_rules(loader, set->account_rules, set->n_account_rules);
	warn_of_rules(loader, set->team_rules, set->n_team_rules);
	if (loader->input->n_layers)
		warn_unused(loader);
}
