/* SPDX-License-Identifier: Apache-2.0 */
#include "rules-private.h"

/* Items that wait for each other: by their times (`after prep.end`), and because one needs the other. */

/* A step from an item to one that it waits for. */
struct wait {
	const struct loaded_item *from;
	struct loaded_rule *rule; /* of `to` */
	struct loaded_item *to;
	struct ub_place place; /* of what says so */
	bool needs;            /* by `needs`; else by a time */
};

static void visit(struct loader *loader, struct loaded_rule *rule, struct loaded_item *item, size_t depth);

static void report_circle(struct loader *loader, const struct wait *wait)
{
	const char *format = wait->to == wait->from ? wait->needs ? "`%.*s` needs itself"
								  : "the time of `%.*s` depends on itself"
			     : wait->needs          ? "`%.*s` needs an item that waits for it"
					   : "the time of `%.*s` depends on an item whose time depends on it";
	struct ub_diag *diag =
	    ub_error(loader->diags, "circular", wait->place, format, UB_ARGS(wait->from->item.name));
	ub_diag_set_help(loader->diags, diag,
	    wait->needs ? "take one of the two out"
			: "let one of them depend on `start` or `end` of the meeting");
	diag->related = wait->to->item.place;
	diag->related_message = ub_textf(loader->arena, "`%.*s` is here", UB_ARGS(wait->to->item.name));
}

/* *chain grows to the longest row of items from `from` on. */
static void follow(struct loader *loader, const struct wait *wait, size_t depth, size_t *chain)
{
	if (wait->to->mark == MARK_OPEN) {
		report_circle(loader, wait);
		return;
	}
	visit(loader, wait->rule, wait->to, depth + 1);
	if (wait->to->chain >= *chain)
		*chain = wait->to->chain + 1;
}

static void follow_times(struct loader *loader, struct loaded_rule *rule, const struct loaded_item *from,
    struct ub_cases cases, size_t depth, size_t *chain)
{
	for (size_t i = 0; i < cases.n; i++) {
		struct loaded_item *to = rules_item_named(rule, cases.items[i].use.point.item);
		if (to)
			follow(loader, &(struct wait){ from, rule, to, cases.items[i].place, false }, depth,
			    chain);
	}
}

static void follow_need(struct loader *loader, struct loaded_rule *rule, const struct loaded_item *from,
    const struct ub_need *need, size_t depth, size_t *chain)
{
	for (size_t i = 0; i < loader->rules.n; i++) {
		struct loaded_rule *other = loader->rules.items[i];
		bool meant = need->family.len ? rules_is_of(other, need->family) : other == rule;
		struct loaded_item *to = meant ? rules_item_named(other, need->item) : NULL;
		if (to)
			follow(loader, &(struct wait){ from, other, to, need->place, true }, depth, chain);
	}
}

/* Goes depth first, and at most as deep as the making of the items may. */
static void visit(struct loader *loader, struct loaded_rule *rule, struct loaded_item *item, size_t depth)
{
	size_t chain = 1;
	if (item->mark != MARK_NEW)
		return;
	item->mark = MARK_OPEN;
	if (depth <= UB_RULE_CHAIN_MAX) {
		follow_times(loader, rule, item, item->item.between_from, depth, &chain);
		follow_times(loader, rule, item, item->item.between_to, depth, &chain);
		follow_times(loader, rule, item, item->item.at, depth, &chain);
		follow_times(loader, rule, item, item->item.due, depth, &chain);
		follow_times(loader, rule, item, item->item.latest, depth, &chain);
		for (size_t i = 0; i < item->item.needs.n; i++)
			follow_need(loader, rule, item, &item->item.needs.items[i], depth, &chain);
	}
	item->mark = MARK_DONE;
	item->chain = chain;
	if (chain == UB_RULE_CHAIN_MAX + 1 || depth == UB_RULE_CHAIN_MAX + 1) {
		ub_error(loader->diags, "too-many", item->item.place,
		    "more than %d items that wait for each other in a row", UB_RULE_CHAIN_MAX);
		item->chain =
		    UB_RULE_CHAIN_MAX + 1; /* so the items before it are too many as well, in silence */
	}
}

void rules_check_circles(struct loader *loader, struct loaded_rule *rule)
{
	for (size_t i = 0; i < rule->n_items; i++)
		visit(loader, rule, &rule->items[i], 1);
}
