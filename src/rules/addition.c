/* SPDX-License-Identifier: Apache-2.0 */
#include "rules-private.h"

/* Contributions of a rule to an item of another rule: upbeat-rules(5), "Adding to an item". */

static bool is_of(const struct loaded_rule *rule, struct ub_text family)
{
	return is_tried(rule) &&
	       (ub_text_eq(rule->rule.name, family) || ub_text_eq(rule->rule.group, family));
}

/* Suggests targets: RULE/ITEM of every item of the rules. */
static void help_with_targets(struct loader *loader, struct ub_diag *diag, struct ub_text wanted)
{
	struct ub_texts names = { 0 };
	for (size_t i = 0; i < loader->rules.n; i++) {
		const struct loaded_rule *rule = loader->rules.items[i];
		for (size_t k = 0; is_tried(rule) && k < rule->n_items; k++)
			*ub_push(loader->arena, &names) = ub_textf(loader->arena, "%.*s/%.*s",
			    UB_ARGS(rule->rule.name), UB_ARGS(rule->items[k].item.name));
	}
	struct ub_text near = ub_suggest(wanted, names.items, names.n);
	if (near.len)
		ub_diag_set_help(loader->diags, diag, "did you mean `%.*s`?", UB_ARGS(near));
}

static void report_unknown(struct loader *loader, const struct loaded_rule *rule, bool rule_known)
{
	const struct ub_addition *addition = rule->rule.addition;
	if (!rule_known && loader->unread)
		return;
	struct ub_diag *diag =
	    rule_known ? ub_error(loader->diags, "unknown-item", addition->place, "`%.*s` has no item `%.*s`",
			     UB_ARGS(addition->family), UB_ARGS(addition->item))
		       : ub_error(loader->diags, "unknown-rule", addition->place,
			     "there is no rule or group `%.*s`", UB_ARGS(addition->family));
	help_with_targets(loader, diag,
	    ub_textf(loader->arena, "%.*s/%.*s", UB_ARGS(addition->family), UB_ARGS(addition->item)));
}

static void check_kind(
    struct loader *loader, const struct loaded_rule *rule, const struct loaded_item *target)
{
	const struct ub_addition *addition = rule->rule.addition;
	if (!target->item.task || (!addition->longer.items && !addition->attendees.items))
		return;
	struct ub_diag *diag = ub_error(loader->diags, "wrong-kind", addition->place,
	    "the task `%.*s` has neither a length nor attendees to add to", UB_ARGS(addition->item));
	diag->related = target->item.place;
	diag->related_message = UB_TEXT("it is a task");
}

bool adds_to(const struct loaded_rule *rule, const struct loaded_rule *target, struct ub_text item)
{
	const struct ub_addition *addition = rule->rule.addition;
	return addition && is_tried(rule) && is_of(target, addition->family) &&
	       ub_text_eq(addition->item, item);
}

void check_addition(struct loader *loader, const struct loaded_rule *rule)
{
	const struct ub_addition *addition = rule->rule.addition;
	const struct loaded_item *target = NULL;
	bool known = false;
	for (size_t i = 0; addition && i < loader->rules.n; i++) {
		if (!is_of(loader->rules.items[i], addition->family))
			continue;
		known = true;
		const struct loaded_item *item = item_named(loader->rules.items[i], addition->item);
		if (item && !target)
			target = item;
	}
	if (addition && !target)
		report_unknown(loader, rule, known);
	else if (addition)
		check_kind(loader, rule, target);
}

/* Splits "RULE/ITEM". False: the mistake has been reported. */
static bool read_target(struct loader *loader, const struct ub_yaml_node *node, struct ub_addition *addition)
{
	struct ub_text rest = node->text, family;
	bool two = node->kind == UB_YAML_SCALAR && ub_text_split(&rest, '/', &family) && rest.ptr &&
		   family.len && rest.len && ub_text_find(rest, UB_TEXT("/"), 0) == SIZE_MAX;
	if (!two)
		return ub_yaml_expected(&loader->reader, node, "an item of another rule, RULE/ITEM");
	addition->place = ub_yaml_first_line(node);
	addition->family = family;
	addition->item = rest;
	return true;
}

void load_addition(struct loader *loader, struct loaded_rule *rule, const struct ub_yaml_node *target,
    const struct ub_addition *values)
{
	struct ub_addition *addition = UB_NEW(loader->arena, struct ub_addition);
	*addition = *values;
	if (target->broken || !read_target(loader, target, addition))
		return;
	if (!addition->sections.items && !addition->attendees.items && !addition->longer.items) {
		struct ub_diag *diag = ub_error(loader->diags, "missing-key", addition->place,
		    "this rule adds nothing to `%.*s`", UB_ARGS(target->text));
		ub_diag_set_help(loader->diags, diag, "add `sections`, `attendees` or `longer`");
	}
	rule->rule.addition = addition;
}
