/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "rules-private.h"

/* Questions about a rule that has been read. */

bool is_tried(const struct loaded_rule *rule)
{
	return !rule->replaced && !rule->left_out;
}

struct loaded_item *item_named(const struct loaded_rule *rule, struct ub_text name)
{
	for (size_t i = 0; i < rule->n_items; i++)
		if (ub_text_eq(rule->items[i].item.name, name))
			return &rule->items[i];
	return NULL;
}

static const size_t item_cases[] = {
	offsetof(struct ub_rule_item, title),
	offsetof(struct ub_rule_item, between_from), /* between_to has the same conditions */
	offsetof(struct ub_rule_item, at),
	offsetof(struct ub_rule_item, due),
	offsetof(struct ub_rule_item, latest),
	offsetof(struct ub_rule_item, prefer),
	offsetof(struct ub_rule_item, late),
	offsetof(struct ub_rule_item, full),
	offsetof(struct ub_rule_item, free),
	offsetof(struct ub_rule_item, duration),
	offsetof(struct ub_rule_item, attendees),
	offsetof(struct ub_rule_item, agenda),
	offsetof(struct ub_rule_item, sections),
	offsetof(struct ub_rule_item, mail),
	offsetof(struct ub_rule_item, reminders),
	offsetof(struct ub_rule_item, categories),
	offsetof(struct ub_rule_item, busy),
};

bool each_condition(const struct ub_rule_item *item, size_t *at, const struct ub_cel_program **when)
{
	size_t skip = *at;
	for (size_t i = 0; i < UB_COUNT(item_cases); i++) {
		const struct ub_cases *cases = (const void *)((const char *)item + item_cases[i]);
		for (size_t k = 0; k < cases->n; k++) {
			if (!cases->items[k].when || skip-- > 0)
				continue;
			*when = cases->items[k].when;
			++*at;
			return true;
		}
	}
	return false;
}
