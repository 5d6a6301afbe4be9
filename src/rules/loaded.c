/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "rules-private.h"

/* Questions about a rule that has been read. */

bool rules_is_tried(const struct loaded_rule *rule)
{
	return !rule->replaced;
}

struct loaded_item *rules_item_named(const struct loaded_rule *rule, struct ub_text name)
{
	for (size_t i = 0; i < rule->n_items; i++)
		if (ub_text_eq(rule->items[i].item.name, name))
			return &rule->items[i];
	return NULL;
}

bool rules_is_of(const struct loaded_rule *rule, struct ub_text family)
{
	return rules_is_tried(rule) &&
	       (ub_text_eq(rule->rule.name, family) || ub_text_eq(rule->rule.group, family));
}

/* Suggests RULE/ITEM of every item of the rules. */
static void help_with_items(struct loader *loader, struct ub_diag *diag, struct ub_text wanted)
{
	struct ub_texts names = { 0 };
	for (size_t i = 0; i < loader->rules.n; i++) {
		const struct loaded_rule *rule = loader->rules.items[i];
		for (size_t k = 0; rules_is_tried(rule) && k < rule->n_items; k++)
			*ub_push(loader->arena, &names) = ub_textf(loader->arena, "%.*s/%.*s",
			    UB_ARGS(rule->rule.name), UB_ARGS(rule->items[k].item.name));
	}
	struct ub_text near = ub_suggest(wanted, names.items, names.n);
	if (near.len)
		ub_diag_set_help(loader->diags, diag, "did you mean `%.*s`?", UB_ARGS(near));
}

void rules_report_no_item(
    struct loader *loader, struct ub_place place, struct ub_text family, struct ub_text item)
{
	bool known = false;
	for (size_t i = 0; i < loader->rules.n && !known; i++)
		known = rules_is_of(loader->rules.items[i], family);
	if (!known && loader->unread)
		return;
	struct ub_diag *diag = known ? ub_error(loader->diags, "unknown-item", place,
					   "`%.*s` has no item `%.*s`", UB_ARGS(family), UB_ARGS(item))
				     : ub_error(loader->diags, "unknown-rule", place,
					   "there is no rule or group `%.*s`", UB_ARGS(family));
	help_with_items(loader, diag, ub_textf(loader->arena, "%.*s/%.*s", UB_ARGS(family), UB_ARGS(item)));
}

static const size_t item_cases[] = {
	offsetof(struct ub_rule_item, title),
	offsetof(struct ub_rule_item, between_from), /* between_to has the same conditions */
	offsetof(struct ub_rule_item, at),
	offsetof(struct ub_rule_item, due),
	offsetof(struct ub_rule_item, latest),
	offsetof(struct ub_rule_item, prefer),
	offsetof(struct ub_rule_item, counts_as),
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
	offsetof(struct ub_rule_item, shown_as),
	offsetof(struct ub_rule_item, html),
	offsetof(struct ub_rule_item, title_follows),
	offsetof(struct ub_rule_item, instances),
};

bool rules_each_condition(const struct ub_rule_item *item, size_t *at, const struct ub_cel_program **when)
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
