/* SPDX-License-Identifier: Apache-2.0 */
#include "plan-private.h"

/* Items that exist only with others: `needs`. */

static bool is_meant(const struct ub_draft *draft, const struct ub_need *need, const struct ub_rule *rule)
{
	if (need->family.len == 0)
		return rule == draft->rule;
	return ub_text_eq(rule->name, need->family) || ub_text_eq(rule->group, need->family);
}

static size_t find(const struct ub_rule *rule, struct ub_text item)
{
	for (size_t i = 0; i < rule->n_items; i++)
		if (ub_text_eq(rule->items[i].name, item))
			return i;
	return SIZE_MAX;
}

/* Whether an item that is not made now stands from before, and goes on standing. A rule that is only watched
 * takes nothing away. */
static bool stands_on(
    const struct ub_making *making, const struct ub_rule *rule, const struct ub_rule_item *item)
{
	const struct ub_existing *existing = plan_existing(making, rule, item);
	if (!existing || existing->state != UB_EXISTING_STANDS)
		return false;
	return rule->mode == UB_MODE_AUDIT || plan_outlasts_rule(making, existing);
}

/* Whether the item of that match is there for the draft, which waits for it. *why becomes the reason of a no,
 * if there is a better one. */
static enum ub_verdict is_there(struct ub_making *making, const struct ub_draft *draft,
    const struct ub_match *match, size_t at, const char **why)
{
	const struct ub_rule *rule = match->rule;
	if (match->verdict == UB_CANNOT_TELL)
		return UB_CANNOT_TELL;
	const struct ub_drafts *drafts = &making->drafts[match - making->plan->matches];
	struct ub_draft *other = match->verdict == UB_YES ? &drafts->items[at] : NULL;
	if (other && other->state == UB_DRAFT_NEW)
		plan_draft(making, other);
	if (other && other->state == UB_DRAFT_UNDECIDED)
		return UB_CANNOT_TELL;
	bool made = other && other->state == UB_DRAFT_MADE;
	if (made && (rule->mode == UB_MODE_ENFORCE || draft->rule->mode == UB_MODE_AUDIT))
		return UB_YES;
	if (made)
		*why = "whose rule is only watched (mode: audit)";
	else if (other && other->existing && other->existing->state == UB_EXISTING_DELETED)
		*why = "which was deleted by hand";
	return stands_on(making, rule, &rule->items[at]) ? UB_YES : UB_NO;
}

static enum ub_verdict find_out(
    struct ub_making *making, const struct ub_draft *draft, const struct ub_need *need, const char **why)
{
	const struct ub_plan *plan = making->plan;
	enum ub_verdict verdict = UB_NO;
	*why = "which is not made";
	for (size_t i = 0; i < plan->n_matches && verdict != UB_YES; i++) {
		const struct ub_rule *rule = plan->matches[i].rule;
		size_t at = is_meant(draft, need, rule) ? find(rule, need->item) : SIZE_MAX;
		if (at == SIZE_MAX)
			continue;
		enum ub_verdict one = is_there(making, draft, &plan->matches[i], at, why);
		if (one != UB_NO)
			verdict = one;
	}
	return verdict;
}

bool plan_has_needs(struct ub_making *making, struct ub_draft *draft)
{
	struct ub_needs needs = draft->source->needs;
	struct ub_text doubtful = UB_TEXT_NONE;
	for (size_t i = 0; i < needs.n; i++) {
		const struct ub_need *need = &needs.items[i];
		struct ub_text family = need->family.len ? need->family : draft->rule->name;
		const char *why;
		enum ub_verdict verdict = find_out(making, draft, need, &why);
		if (verdict == UB_NO)
			return plan_drop(making, draft, UB_NOTE_SKIPPED, "it needs `%.*s/%.*s`, %s",
			    UB_ARGS(family), UB_ARGS(need->item), why);
		if (verdict == UB_CANNOT_TELL)
			doubtful = ub_textf(making->arena, "%.*s/%.*s", UB_ARGS(family), UB_ARGS(need->item));
	}
	if (doubtful.len)
		plan_drop(making, draft, UB_NOTE_UNDECIDED,
		    "it needs `%.*s`, and nobody can tell whether that is made", UB_ARGS(doubtful));
	return doubtful.len == 0;
}
