/* SPDX-License-Identifier: Apache-2.0 */
#include "rules-private.h"

/* Checks that need all rules: clashes of names, and mistakes of a rule as a whole. */

/* ---- names ---- */

static struct ub_diag *report_taken(struct loader *loader, enum ub_severity severity, const char *code,
    struct ub_place place, const struct ub_yaml_node *other, const char *format, struct ub_text name)
{
	struct ub_diag *diag = ub_diag_add(loader->diags, severity, code, place, format, UB_ARGS(name));
	diag->related = ub_yaml_first_line(other);
	diag->related_message = UB_TEXT("the other one is here");
	return diag;
}

/* A rule replaces the rule of the same name in an earlier directory. Within one directory, the same name
 * twice is a mistake. */
static void check_rule_name(struct loader *loader, struct ub_map *names, struct loaded_rule *rule)
{
	struct ub_text name = rule->rule.name;
	struct loaded_rule *other = name.len ? ub_map_put(names, name, rule) : NULL;
	if (!other)
		return;
	if (other->layer == rule->layer) {
		struct ub_diag *diag = report_taken(loader, UB_ERROR, "duplicate-rule", rule->rule.place,
		    other->name_node, "this directory has a rule `%.*s` already", name);
		ub_diag_set_help(loader->diags, diag, "give one of the two another name");
		return;
	}
	other->replaced = true;
	report_taken(loader, UB_WARNING, "replaced", rule->rule.place, other->name_node,
	    "this replaces the rule `%.*s` of an earlier directory", name);
}

/* The first that applies has the items of a group, so all are tried on the same. */
static void check_group_subject(
    struct loader *loader, const struct loaded_rule *rule, const struct loaded_rule *other)
{
	if (rule->rule.subject == other->rule.subject)
		return;
	struct ub_diag *diag = report_taken(loader, UB_ERROR, "conflict", rule->group_node->place,
	    other->name_node, "the rules of the group `%.*s` are not `for` the same", rule->rule.group);
	ub_diag_set_help(loader->diags, diag, "give the rules for each a group of their own");
}

/* The identity of an item is (group or rule, item). So a group may not have the name of a rule outside of the
 * group. */
static void check_group_names(struct loader *loader, const struct ub_map *names)
{
	struct ub_map *seen = ub_map_new(loader->arena);
	for (size_t i = 0; i < loader->rules.n; i++) {
		struct loaded_rule *rule = loader->rules.items[i];
		struct ub_text group = rule->rule.group;
		if (!rules_is_tried(rule) || group.len == 0)
			continue;
		const struct loaded_rule *other = ub_map_get(seen, group);
		if (other) {
			check_group_subject(loader, rule, other);
			continue;
		}
		ub_map_put(seen, group, rule);
		const struct loaded_rule *named = ub_map_get(names, group);
		if (named && rules_is_tried(named) && !ub_text_eq(named->rule.group, group))
			report_taken(loader, UB_ERROR, "name-taken", rule->group_node->place,
			    named->name_node, "there is a rule `%.*s` outside of this group", group);
	}
}

static void report_own_name(struct loader *loader, const struct loaded_rule *rule)
{
	struct ub_diag *diag = ub_error(loader->diags, "name-taken", rule->rule.place,
	    "`was` names `%.*s` itself", UB_ARGS(rule->rule.name));
	ub_diag_set_help(loader->diags, diag, "it is for names that the rule had before; take this one out");
}

/* A rule that is switched off gives its items to the one that names it: so a rule of an earlier directory can
 * be renamed. */
static void check_earlier_names(struct loader *loader, const struct ub_map *names)
{
	struct ub_map *claimed = ub_map_new(loader->arena);
	for (size_t i = 0; i < loader->rules.n; i++) {
		struct loaded_rule *rule = loader->rules.items[i];
		for (size_t k = 0; rules_is_tried(rule) && k < rule->rule.was.n; k++) {
			struct ub_text name = rule->rule.was.items[k];
			struct loaded_rule *other = ub_map_get(names, name);
			if (other && other != rule && !other->rule.enabled)
				other->replaced = true;
			if (!other || !rules_is_tried(other))
				other = ub_map_get(claimed, name);
			if (other == rule)
				report_own_name(loader, rule);
			else if (other)
				report_taken(loader, UB_ERROR, "name-taken", rule->rule.place,
				    other->name_node, "the earlier name `%.*s` is another rule's", name);
			ub_map_put(claimed, name, rule);
		}
	}
}

void rules_check_names(struct loader *loader)
{
	struct ub_map *names = ub_map_new(loader->arena);
	for (size_t i = 0; i < loader->rules.n; i++)
		check_rule_name(loader, names, loader->rules.items[i]);
	check_group_names(loader, names);
	check_earlier_names(loader, names);
}

/* ---- one rule ---- */

static void warn_about_item(struct loader *loader, const struct ub_rule_item *item)
{
	struct ub_text text = ub_textf(loader->arena, "there will be no `%.*s`", UB_ARGS(item->name));
	const struct ub_cel_program *when;
	for (size_t at = 0; rules_each_condition(item, &at, &when);)
		rules_warn_unguarded(loader, when, text.ptr);
	for (size_t i = 0; i < item->attendees.n; i++)
		rules_warn_unguarded(loader, item->attendees.items[i].use.people, text.ptr);
}

void rules_check_rule(struct loader *loader, struct loaded_rule *rule)
{
	if (!rules_is_tried(rule))
		return;
	struct ub_text text = ub_textf(loader->arena, "rule `%.*s` makes nothing", UB_ARGS(rule->rule.name));
	loader->rule = rule;
	rules_warn_unguarded_parts(loader, &rule->rule.when, " && ", text.ptr);
	rules_warn_unguarded_parts(loader, &rule->rule.unless, " || ", text.ptr);
	for (size_t i = 0; rule->rule.subject == UB_FOR_ACCOUNT && i < rule->rule.every.n; i++)
		rules_warn_unguarded(loader, rule->rule.every.items[i].when,
		    "nobody can tell how often, so that nothing is made and nothing moves");
	for (size_t i = 0; i < rule->n_items; i++)
		warn_about_item(loader, &rule->items[i].item);
	rules_check_addition(loader, rule);
	rules_check_needs(loader, rule);
	rules_check_circles(loader, rule);
	rules_check_audience(loader, rule);
	rules_check_reads(loader, rule);
}
