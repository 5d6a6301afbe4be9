/* SPDX-License-Identifier: Apache-2.0 */
#include "rules-private.h"

/*
 * How many instances of a series get an item, where its rule does not say. What takes other people's time, or
 * asks for something to be done, is for the next ones only: of a weekly meeting the rest may yet change or be
 * called off. A signal in one's own calendar costs nobody anything, and is for all. Of a rule for accounts
 * all items are: their rule says how often they come.
 */

static bool invites(struct ub_cases attendees)
{
	for (size_t i = 0; i < attendees.n; i++)
		if (attendees.items[i].use.people)
			return true;
	return false;
}

/* Whether somebody may be invited, by the item itself or by a contribution of another rule. */
static bool may_invite(
    const struct loader *loader, const struct loaded_rule *rule, const struct ub_rule_item *item)
{
	bool found = invites(item->attendees);
	for (size_t i = 0; i < loader->rules.n && !found; i++)
		found = rules_adds_to(loader->rules.items[i], rule, item->name) &&
			invites(loader->rules.items[i]->rule.addition->attendees);
	return found;
}

void rules_settle_instances(const struct loader *loader, struct loaded_rule *rule)
{
	for (size_t i = 0; i < rule->n_items; i++) {
		struct ub_rule_item *item = &rule->items[i].item;
		const struct ub_cases *cases = &item->instances;
		bool usual =
		    rule->rule.subject == UB_FOR_MEETING && (item->task || may_invite(loader, rule, item));
		item->usual_instances = usual ? UB_RULE_INSTANCES : UB_RULE_INSTANCES_MAX;
		bool always = cases->n && !cases->items[cases->n - 1].when;
		item->most_instances = always ? 0 : item->usual_instances;
		for (size_t k = 0; k < cases->n; k++)
			if (cases->items[k].use.choice > item->most_instances)
				item->most_instances = cases->items[k].use.choice;
	}
}
