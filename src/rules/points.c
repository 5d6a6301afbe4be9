/* SPDX-License-Identifier: Apache-2.0 */
#include "rules-private.h"

/* Points in time that refer to other items of the rule: `1 business day after prep.end`. */

static void help_with_items(struct loader *loader, struct ub_diag *diag, struct ub_text name)
{
	struct ub_text names[UB_RULE_ITEMS_MAX];
	const struct loaded_rule *rule = loader->rule;
	for (size_t i = 0; i < rule->n_items; i++)
		names[i] = rule->items[i].item.name;
	struct ub_text near = ub_suggest(name, names, rule->n_items);
	if (near.len)
		ub_diag_set_help(loader->diags, diag, "did you mean `%.*s`?", UB_ARGS(near));
	else
		ub_diag_set_help(loader->diags, diag,
		    "a point names the meeting's `start` or `end`, or an "
		    "item of the same rule: `prep.end`");
}

bool rules_check_point(struct loader *loader, const struct ub_yaml_node *node, const struct ub_point *point)
{
	if (point->item.len == 0)
		return true;
	size_t at = (size_t)(point->item.ptr - node->text.ptr);
	struct ub_place place = ub_yaml_place(node, at, at + point->item.len);
	const struct loaded_item *item = rules_item_named(loader->rule, point->item);
	if (!item) {
		struct ub_diag *diag = ub_error(loader->diags, "unknown-item", place,
		    "this rule has no item `%.*s`", UB_ARGS(point->item));
		help_with_items(loader, diag, point->item);
		return false;
	}
	if (item->item.task == (point->anchor == UB_AT_DUE))
		return true;
	struct ub_diag *diag = ub_error(loader->diags, "wrong-kind", place,
	    item->item.task ? "the task `%.*s` has neither start nor end"
			    : "the event `%.*s` has no due time",
	    UB_ARGS(point->item));
	ub_diag_set_help(
	    loader->diags, diag, "write `%.*s.%s`", UB_ARGS(point->item), item->item.task ? "due" : "end");
	return false;
}
