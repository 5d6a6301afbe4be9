/* SPDX-License-Identifier: Apache-2.0 */
#include "rules-private.h"

/* Contributions of a rule to an item of another rule: upbeat-rules(5), "Adding to an item". */

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

static void report_subject(struct loader *loader, const struct ub_addition *addition,
    const struct loaded_item *target, enum ub_rule_subject subject)
{
	static const char *const plurals[] = {
		[UB_FOR_MEETING] = "meetings", [UB_FOR_ACCOUNT] = "accounts", [UB_FOR_TEAM] = "teams"
	};
	struct ub_diag *diag = ub_error(loader->diags, "wrong-kind", addition->place,
	    "`%.*s/%.*s` is an item of a rule for %s, and this rule is not", UB_ARGS(addition->family),
	    UB_ARGS(addition->item), plurals[subject]);
	ub_diag_set_help(loader->diags, diag, "begin this rule with the `for` of that one");
	diag->related = target->item.place;
	diag->related_message = UB_TEXT("it is this one");
}

bool rules_adds_to(const struct loaded_rule *rule, const struct loaded_rule *target, struct ub_text item)
{
	const struct ub_addition *addition = rule->rule.addition;
	return addition && rules_is_tried(rule) && rules_is_of(target, addition->family) &&
	       ub_text_eq(addition->item, item);
}

void rules_check_addition(struct loader *loader, const struct loaded_rule *rule)
{
	const struct ub_addition *addition = rule->rule.addition;
	const struct loaded_item *target = NULL;
	const struct loaded_rule *other = NULL;
	for (size_t i = 0; addition && i < loader->rules.n; i++) {
		if (!rules_is_of(loader->rules.items[i], addition->family))
			continue;
		const struct loaded_item *item = rules_item_named(loader->rules.items[i], addition->item);
		if (item && !target) {
			target = item;
			other = loader->rules.items[i];
		}
	}
	if (addition && !target)
		rules_report_no_item(loader, addition->place, addition->family, addition->item);
	else if (addition && other->rule.subject != rule->rule.subject)
		report_subject(loader, addition, target, other->rule.subject);
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

void rules_load_addition(struct loader *loader, struct loaded_rule *rule, const struct ub_yaml_node *target,
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
