/* SPDX-License-Identifier: Apache-2.0 */
#include "plan-private.h"

/* ---- finding ---- */

/* Whether `existing` is the item of this key. The mark decides; where a server has lost the marks, the UID
 * does. */
static bool is_item(const struct ub_existing *existing, const struct ub_item_key *key, struct ub_arena *arena)
{
	if (existing->item_mark.len && !ub_text_eq(existing->item_mark, existing->uid))
		return ub_plan_same_item(existing->item_mark, plan_item_mark(key, arena));
	unsigned generation = existing->generation ? existing->generation : 1;
	return ub_text_eq(existing->uid, plan_uid(key, generation, arena));
}

/* Whether the item is one of this plan's instance. */
static bool counts(const struct ub_making *making, size_t i)
{
	const struct ub_plan_input *input = making->input;
	return !input->serves || input->serves[i] == input->instance;
}

/* An item that stands is rather meant than one that does not, as users move items to other periods. */
static bool is_better(const struct ub_existing *a, const struct ub_existing *b)
{
	bool stands = a->state == UB_EXISTING_STANDS;
	return stands != (b->state == UB_EXISTING_STANDS) ? stands : a->generation > b->generation;
}

/* The latest of several generations of an item. */
static const struct ub_existing *find(const struct ub_making *making, const struct ub_item_key *key)
{
	const struct ub_existing *found = NULL;
	for (size_t i = 0; i < making->input->n_existing; i++) {
		const struct ub_existing *existing = &making->input->existing[i];
		if (counts(making, i) && is_item(existing, key, making->arena) &&
		    (!found || is_better(existing, found)))
			found = existing;
	}
	return found;
}

static struct ub_item_key key_of(
    const struct ub_making *making, const struct ub_rule *rule, const struct ub_rule_item *source)
{
	const struct ub_meeting *meeting = &making->input->facts->meeting;
	return (struct ub_item_key){ .meeting_uid = meeting->event->uid,
		.owner = meeting->owner ? meeting->owner->email : UB_TEXT_NONE,
		.family = ub_plan_family(rule),
		.item = source->name,
		.instance = ub_plan_instance_name(meeting->event, making->arena) };
}

/* The i-th key under which the item may have been made: the present one is the first. False: there are no
 * more.
 */
static bool nth_key(const struct ub_making *making, const struct ub_rule *rule,
    const struct ub_rule_item *source, size_t i, struct ub_item_key *key)
{
	*key = key_of(making, rule, source);
	return plan_former_key(key, rule, making->input->former_uids, i);
}

const struct ub_existing *plan_existing(
    const struct ub_making *making, const struct ub_rule *rule, const struct ub_rule_item *source)
{
	const struct ub_existing *existing = NULL;
	struct ub_item_key key;
	for (size_t i = 0; !existing && nth_key(making, rule, source, i, &key); i++)
		existing = find(making, &key);
	return existing;
}

/* ---- whose it is ---- */

static ub_instant end_of(const struct ub_existing *existing)
{
	const struct ub_event *event = existing->event;
	bool task = event && (event->component == UB_COMPONENT_TASK || event->marks.due);
	return task ? existing->due : existing->end;
}

bool plan_is_over(const struct ub_making *making, const struct ub_existing *existing)
{
	if (existing->event->component == UB_COMPONENT_TASK)
		return existing->event->completed;
	return existing->event->completed || existing->end <= making->input->facts->now;
}

bool plan_is_pinned(
    const struct ub_making *making, const struct ub_existing *existing, ub_instant useful_until)
{
	if (!existing || existing->state != UB_EXISTING_STANDS || !existing->event)
		return false;
	return plan_is_over(making, existing) ||
	       (!plan_is_declined(existing) && (existing->user_changed & UB_PROPERTY_TIME) &&
		   end_of(existing) <= useful_until);
}

bool plan_outlasts_rule(const struct ub_making *making, const struct ub_existing *existing)
{
	return existing->state == UB_EXISTING_STANDS &&
	       (!existing->event || existing->user_changed || existing->has_notes ||
		   plan_is_over(making, existing));
}

unsigned plan_may_write(struct ub_making *making, const struct ub_draft *draft)
{
	const struct ub_existing *existing = draft->existing;
	if (!existing->event || plan_is_over(making, existing))
		return 0;
	unsigned mine = UB_PROPERTY_ALL & ~existing->user_changed;
	if (draft->item.anew)
		mine |= UB_PROPERTY_TIME | UB_PROPERTY_STATE;
	/* The user has moved the item to a time at which the item is of no use. So the item follows the
	 * meeting again. */
	bool moves = draft->item.kind == UB_ITEM_TASK ? draft->item.due != existing->due
						      : draft->item.start != existing->start;
	if ((existing->user_changed & UB_PROPERTY_TIME) && moves)
		mine |= UB_PROPERTY_TIME;
	if (ub_facts_outsiders(existing->event, making->input->facts->org, making->arena).n == 0)
		return mine;
	plan_note(making, UB_NOTE_REMARK, draft->item.id,
	    "somebody from outside was invited to it: no internal text is written to it any more");
	return mine & UB_PROPERTY_TIME;
}

/* ---- what is wanted no more ---- */

static bool is_in_a_step(const struct ub_making *making, const struct ub_existing *existing)
{
	for (size_t i = 0; i < making->plan->steps.n; i++)
		if (making->plan->steps.items[i].existing == existing)
			return true;
	return false;
}

static bool is_left(const struct ub_making *making, struct ub_text mark)
{
	for (size_t i = 0; i < making->left.n; i++)
		if (ub_plan_same_item(making->left.items[i], mark))
			return true;
	return false;
}

/* A rule that cannot tell undoes nothing. A rule in audit mode has done nothing. */
static bool is_decided(const struct ub_making *making, size_t rule)
{
	const struct ub_plan *plan = making->plan;
	return plan->n_matches == 0 || (plan->matches[rule].verdict != UB_CANNOT_TELL &&
					   plan->matches[rule].rule->mode != UB_MODE_AUDIT);
}

bool plan_belongs(const struct ub_making *making, const struct ub_existing *existing,
    const struct ub_rule *rule, const struct ub_rule_item *source)
{
	struct ub_item_key key;
	bool found = false;
	for (size_t i = 0; !found && nth_key(making, rule, source, i, &key); i++)
		found = is_item(existing, &key, making->arena);
	return found;
}

/* Whether the item's rule item is decided. An item whose rule is gone stays, until somebody calls `undo`. */
static bool may_go(const struct ub_making *making, const struct ub_existing *existing)
{
	const struct ub_ruleset *rules = making->input->rules;
	bool known = false;
	for (size_t r = 0; r < rules->n_rules; r++)
		for (size_t i = 0; i < rules->rules[r]->n_items; i++) {
			if (!plan_belongs(making, existing, rules->rules[r], &rules->rules[r]->items[i]))
				continue;
			if (!is_decided(making, r))
				return false;
			known = true;
		}
	return known;
}

/* Whether the item of a meeting that has been is as good as ever. If the meeting has just come to its end,
 * all that is still ahead is, such as the follow-up. If the meeting was moved into the past, an item that was
 * moved as far would be over too, and prepares or follows nothing where it stands. */
static bool outlives(const struct ub_making *making, const struct ub_existing *existing)
{
	ub_instant end = making->input->facts->meeting.end, now = making->input->facts->now;
	ub_instant ahead = end_of(existing);
	if (!making->plan->not_eligible || making->called_off || end > now)
		return false;
	return making->input->brought_forward == 0 || ahead <= now ||
	       ahead - making->input->brought_forward > now;
}

/* The draft of the item, if some rule that applies may make it. */
static const struct ub_draft *draft_of(const struct ub_making *making, const struct ub_existing *existing)
{
	for (size_t i = 0; making->drafts && i < making->plan->n_matches; i++)
		for (size_t k = 0; k < making->drafts[i].n; k++)
			if (making->drafts[i].items[k].existing == existing)
				return &making->drafts[i].items[k];
	return NULL;
}

static struct ub_text why_it_goes(const struct ub_making *making, const struct ub_draft *draft)
{
	const char *not_eligible = making->plan->not_eligible;
	if (draft && draft->declined_for_good)
		return UB_TEXT("its owner has declined it");
	if (draft && draft->elsewhere)
		return ub_textf(making->arena, "%.*s has it", UB_ARGS(draft->elsewhere->which));
	if (!not_eligible && making->input->unwanted)
		return ub_text(making->input->unwanted);
	if (!not_eligible)
		return UB_TEXT("no rule asks for it any more");
	if (ub_text_is(ub_text(not_eligible), "past"))
		return UB_TEXT("the event was moved to a time that is over");
	return ub_text(ub_facts_not_eligible_text(not_eligible));
}

static void remove_one(struct ub_making *making, const struct ub_existing *existing)
{
	if (existing->state != UB_EXISTING_STANDS || !existing->event || is_in_a_step(making, existing) ||
	    is_left(making, existing->item_mark) || plan_is_over(making, existing) ||
	    outlives(making, existing) || !may_go(making, existing))
		return;
	const struct ub_draft *draft = draft_of(making, existing);
	bool declined = draft && draft->declined_for_good;
	struct ub_text why = why_it_goes(making, draft);
	if (!making->called_off && !declined && (existing->user_changed || existing->has_notes)) {
		plan_note(making, UB_NOTE_REMARK, UB_TEXT_NONE,
		    "`%.*s` was changed by hand and stays, though %.*s", UB_ARGS(existing->event->summary),
		    UB_ARGS(why));
		return;
	}
	*ub_push(making->arena, &making->plan->steps) = (struct ub_step){
		.action = UB_ACTION_REMOVE, .existing = existing, .by_owner = declined, .why = why
	};
}

/* What stays for another reason, because it is over or was changed by hand, must not tell what the meeting
 * hides. */
void plan_hide_rest(struct ub_making *making)
{
	enum ub_class class = making->input->facts->meeting.event->class;
	for (size_t i = 0; i < making->input->n_existing; i++) {
		const struct ub_existing *existing = &making->input->existing[i];
		if (counts(making, i) && existing->state == UB_EXISTING_STANDS && existing->event &&
		    existing->event->class < class && !is_in_a_step(making, existing))
			*ub_push(making->arena, &making->plan->steps) =
			    (struct ub_step){ .action = UB_ACTION_HIDE,
				    .existing = existing,
				    .class = class,
				    .why = UB_TEXT("the meeting is not public any more") };
	}
}

void plan_remove_rest(struct ub_making *making)
{
	for (size_t i = 0; i < making->input->n_existing; i++)
		if (counts(making, i))
			remove_one(making, &making->input->existing[i]);
}
