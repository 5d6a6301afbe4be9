/* SPDX-License-Identifier: Apache-2.0 */
#include "upbeat/plan.h"

/* The differences of two plans for one meeting. Both plans were made with the same existing items. */

struct comparison {
	const struct ub_plan *before, *after;
	const struct ub_existing *existing;
	size_t n_existing;
	struct ub_changes *changes;
	struct ub_arena *arena;
};

static const struct ub_step *step_on(const struct ub_plan *plan, const struct ub_existing *existing)
{
	for (size_t i = 0; i < plan->steps.n; i++)
		if (plan->steps.items[i].existing == existing)
			return &plan->steps.items[i];
	return NULL;
}

static const struct ub_step *creation_of(const struct ub_plan *plan, struct ub_text mark)
{
	for (size_t i = 0; i < plan->steps.n; i++) {
		const struct ub_step *step = &plan->steps.items[i];
		if (step->action == UB_ACTION_CREATE && ub_text_eq(step->item->marks.item, mark))
			return step;
	}
	return NULL;
}

static bool same_people(const struct ub_item *a, const struct ub_item *b)
{
	if (a->attendees.n != b->attendees.n)
		return false;
	for (size_t i = 0; i < a->attendees.n; i++) {
		bool found = false;
		for (size_t k = 0; k < b->attendees.n && !found; k++)
			found = ub_text_eq(a->attendees.items[i]->email, b->attendees.items[k]->email);
		if (!found)
			return false;
	}
	return true;
}

static bool same_reminders(const struct ub_item *a, const struct ub_item *b)
{
	for (size_t i = 0; i < a->n_reminders && i < b->n_reminders; i++)
		if (a->reminders[i] != b->reminders[i])
			return false;
	return a->n_reminders == b->n_reminders;
}

static bool same_categories(const struct ub_item *a, const struct ub_item *b)
{
	for (size_t i = 0; i < a->categories.n && i < b->categories.n; i++)
		if (!ub_text_eq(a->categories.items[i], b->categories.items[i]))
			return false;
	return a->categories.n == b->categories.n;
}

static unsigned differences(const struct ub_item *a, const struct ub_item *b)
{
	unsigned differ = 0;
	if (!ub_text_eq(a->title, b->title))
		differ |= UB_PROPERTY_TITLE;
	if (a->start != b->start || a->end != b->end || a->due != b->due)
		differ |= UB_PROPERTY_TIME;
	if (!same_people(a, b))
		differ |= UB_PROPERTY_PEOPLE;
	if (!ub_text_eq(a->description, b->description))
		differ |= UB_PROPERTY_AGENDA;
	if (!same_reminders(a, b))
		differ |= UB_PROPERTY_REMINDERS;
	if (!same_categories(a, b))
		differ |= UB_PROPERTY_CATEGORIES;
	if (a->busy != b->busy || a->class != b->class)
		differ |= UB_PROPERTY_STATE;
	return differ;
}

static void add(struct comparison *comparison, struct ub_change change)
{
	*ub_push(comparison->arena, comparison->changes) = change;
}

static void compare_items(
    struct comparison *comparison, const struct ub_item *before, const struct ub_step *after)
{
	unsigned differ = differences(before, after->item) & after->may_write;
	if (differ)
		add(comparison, (struct ub_change){
				    .kind = differ & UB_PROPERTY_TIME ? UB_CHANGE_MOVED : UB_CHANGE_CHANGED,
				    .before = before,
				    .after = after->item,
				    .differ = differ });
}

/* An existing item of both plans: in each of them the item stays as planned, is removed, or is left alone. */
static void compare_existing(struct comparison *comparison, const struct ub_existing *existing)
{
	const struct ub_step *before = step_on(comparison->before, existing);
	const struct ub_step *after = step_on(comparison->after, existing);
	if (!before || before->action != UB_ACTION_KEEP)
		return;
	if (!after)
		add(comparison, (struct ub_change){ .kind = UB_CHANGE_LEFT, .before = before->item });
	else if (after->action == UB_ACTION_REMOVE)
		add(comparison, (struct ub_change){ .kind = UB_CHANGE_REMOVED, .before = before->item });
	else
		compare_items(comparison, before->item, after);
}

struct ub_changes ub_plan_compare(const struct ub_plan *before, const struct ub_plan *after,
    const struct ub_existing *existing, size_t n_existing, struct ub_arena *arena)
{
	struct ub_changes changes = { 0 };
	struct comparison comparison = { before, after, existing, n_existing, &changes, arena };
	for (size_t i = 0; i < n_existing; i++)
		compare_existing(&comparison, &existing[i]);
	for (size_t i = 0; i < after->steps.n; i++) {
		const struct ub_step *step = &after->steps.items[i];
		const struct ub_step *other =
		    step->action == UB_ACTION_CREATE ? creation_of(before, step->item->marks.item) : NULL;
		if (step->action == UB_ACTION_CREATE && !other)
			add(&comparison,
			    (struct ub_change){ .kind = UB_CHANGE_CREATED, .after = step->item });
		else if (other)
			compare_items(&comparison, other->item, step);
	}
	for (size_t i = 0; i < before->steps.n; i++) {
		const struct ub_step *step = &before->steps.items[i];
		if (step->action == UB_ACTION_CREATE && !creation_of(after, step->item->marks.item))
			add(&comparison,
			    (struct ub_change){ .kind = UB_CHANGE_REMOVED, .before = step->item });
	}
	return changes;
}
