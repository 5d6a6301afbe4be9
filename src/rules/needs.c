/* SPDX-License-Identifier: Apache-2.0 */
#include "rules-private.h"

/* Items without which another item is not made: `needs: prep/prep`. */

/* Reads "RULE/ITEM", or "ITEM" for an item of the same rule. */
static bool read_need(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	struct ub_need *need = out;
	struct ub_text rest = node->text, first = UB_TEXT_NONE;
	bool good = node->kind == UB_YAML_SCALAR && ub_text_split(&rest, '/', &first) && first.len;
	if (good && rest.ptr)
		good = rest.len && ub_text_find(rest, UB_TEXT("/"), 0) == SIZE_MAX;
	if (!good)
		return ub_yaml_expected(reader, node, type->noun);
	*need = (struct ub_need){ .place = ub_yaml_first_line(node), .item = first };
	if (rest.ptr) {
		need->family = first;
		need->item = rest;
	}
	return true;
}

static const struct ub_yaml_type need_type = {
	.shape = UB_YAML_CUSTOM, .noun = "an item: ITEM of this rule, or RULE/ITEM", .read = read_need
};
const struct ub_yaml_type rules_needs_type = { .shape = UB_YAML_ONE_OR_LIST_OF,
	.item = &need_type,
	.item_size = sizeof(struct ub_need),
	.check = rules_check_short_list };

static bool is_there(const struct loader *loader, const struct loaded_rule *rule, const struct ub_need *need)
{
	if (need->family.len == 0)
		return rules_item_named(rule, need->item) != NULL;
	for (size_t i = 0; i < loader->rules.n; i++)
		if (rules_is_of(loader->rules.items[i], need->family) &&
		    rules_item_named(loader->rules.items[i], need->item))
			return true;
	return false;
}

void rules_check_needs(struct loader *loader, const struct loaded_rule *rule)
{
	for (size_t i = 0; i < rule->n_items; i++) {
		struct ub_needs needs = rule->items[i].item.needs;
		for (size_t k = 0; k < needs.n; k++)
			if (!is_there(loader, rule, &needs.items[k]))
				rules_report_no_item(loader, needs.items[k].place,
				    needs.items[k].family.len ? needs.items[k].family : rule->rule.name,
				    needs.items[k].item);
	}
}
