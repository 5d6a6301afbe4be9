/* SPDX-License-Identifier: Apache-2.0 */
#include "plan-private.h"

static bool choose_people(struct ub_making *making, struct ub_draft *draft)
{
	const struct ub_case *chosen;
	enum ub_verdict verdict = plan_case(making, draft, draft->source->attendees, "attendees", &chosen);
	if (verdict == UB_CANNOT_TELL ||
	    (verdict == UB_YES && chosen->use.people && !plan_people(making, draft, chosen->use.people)))
		return false;
	for (size_t i = 0; i < draft->invites.n; i++)
		if (!plan_people(making, draft, draft->invites.items[i]))
			return false;
	plan_note_declines(making, draft);
	return true;
}

static bool choose_word(
    struct ub_making *making, struct ub_draft *draft, struct ub_cases cases, const char *field, int *word)
{
	const struct ub_case *chosen;
	enum ub_verdict verdict = plan_case(making, draft, cases, field, &chosen);
	if (verdict == UB_YES)
		*word = chosen->use.choice;
	return verdict != UB_CANNOT_TELL;
}

static bool choose_wishes(struct ub_making *making, struct ub_draft *draft)
{
	const struct ub_rule_item *source = draft->source;
	struct ub_wishes *wishes = &draft->wishes;
	return choose_word(making, draft, source->prefer, "prefer", &wishes->prefer) &&
	       choose_word(making, draft, source->late, "late", &wishes->late) &&
	       choose_word(making, draft, source->full, "full", &wishes->full) &&
	       choose_word(making, draft, source->free, "free", &wishes->free);
}

static bool choose_busy(struct ub_making *making, struct ub_draft *draft)
{
	const struct ub_case *chosen;
	enum ub_verdict verdict = plan_case(making, draft, draft->source->busy, "busy", &chosen);
	draft->item.busy = verdict == UB_YES ? chosen->use.flag : true;
	return verdict != UB_CANNOT_TELL;
}

static bool choose_categories(struct ub_making *making, struct ub_draft *draft)
{
	const struct ub_case *chosen;
	enum ub_verdict verdict = plan_case(making, draft, draft->source->categories, "categories", &chosen);
	if (verdict == UB_YES)
		draft->item.categories = chosen->use.texts;
	return verdict != UB_CANNOT_TELL;
}

static bool choose_reminders(struct ub_making *making, struct ub_draft *draft)
{
	const struct ub_case *chosen;
	enum ub_verdict verdict = plan_case(making, draft, draft->source->reminders, "reminders", &chosen);
	if (verdict == UB_YES)
		draft->reminders = chosen->use.reminders;
	return verdict != UB_CANNOT_TELL;
}

static bool choose_count(struct ub_making *making, struct ub_draft *draft)
{
	int word = UB_COUNTS_NOT;
	bool told = choose_word(making, draft, draft->source->counts_as, "counts_as", &word);
	draft->item.counts_as = ub_rules_counts_as((enum ub_counts_as)word);
	return told;
}

/* Also by an item that serves another instance now. */
static bool is_used(const struct ub_making *making, struct ub_text uid)
{
	for (size_t i = 0; i < making->input->n_existing; i++)
		if (ub_text_eq(making->input->existing[i].uid, uid))
			return true;
	return false;
}

/* Gives the item its identity. An existing item keeps its own, also under an earlier name of the rule. A new
 * item never gets a UID that was used before. */
static void identify(struct ub_making *making, struct ub_draft *draft)
{
	struct ub_item *item = &draft->item;
	struct ub_item_key key = { .meeting_uid = making->input->facts->meeting.event->uid,
		.owner = making->owner->email,
		.family = ub_plan_family(draft->rule),
		.item = draft->source->name,
		.instance = ub_plan_instance_name(making->input->facts->meeting.event, making->arena) };
	const struct ub_existing *before = plan_existing(making, draft->rule, draft->source);
	draft->existing = before && before->state != UB_EXISTING_REMOVED ? before : NULL;
	item->declines = before ? before->declines : (struct ub_declines){ 0 };
	draft->declined_for_good = plan_is_declined_for_good(draft->source, &item->declines);
	item->marks.item = plan_item_mark(&key, making->arena);
	item->marks.rule = ub_plan_rule_mark(key.family, making->arena);
	item->generation = before && before->generation ? before->generation : 1;
	if (before && !draft->existing)
		item->generation++;
	item->uid = draft->existing ? draft->existing->uid : plan_uid(&key, item->generation, making->arena);
	while (!draft->existing && is_used(making, item->uid))
		item->uid = plan_uid(&key, ++item->generation, making->arena);
	item->marks.generation = item->generation;
	item->name = draft->existing ? draft->existing->name : plan_name(item->uid, making->arena);
}

static void add_to_plan(struct ub_making *making, struct ub_draft *draft)
{
	struct ub_plan *plan = making->plan;
	struct ub_own_decline *own = &draft->item.declines.own;
	draft->item.anew = own->at && !own->answered;
	own->answered = own->at != 0;
	if (plan->items.n == UB_PLAN_ITEMS_MAX) {
		plan_drop(
		    making, draft, UB_NOTE_UNDECIDED, "the meeting already has %zu items", plan->items.n);
		return;
	}
	draft->state = UB_DRAFT_MADE;
	if (plan_went_along(draft))
		plan_note(making, UB_NOTE_REMARK, draft->item.id,
		    "it was moved along with the meeting from where its user had put it");
	*ub_push(making->arena, &plan->items) = draft->item;
	if (draft->rule->mode == UB_MODE_AUDIT) {
		plan_note(making, UB_NOTE_REMARK, draft->item.id, "its rule is only watched (mode: audit)");
		return;
	}
	bool stands = draft->existing != NULL;
	*ub_push(making->arena, &plan->steps) = (struct ub_step){
		.action = stands ? UB_ACTION_KEEP : UB_ACTION_CREATE,
		.existing = draft->existing,
		.item = &draft->item,
		.class = draft->item.class,
		.may_write = stands ? plan_may_write(making, draft) & ~draft->undecided : UB_PROPERTY_ALL,
		.why = stands ? UB_TEXT("it is there") : draft->item.why,
	};
}

/* Whether the item is for an instance so far ahead. One that stays without being asked for, as its user has
 * changed it, goes on with its instance. */
static bool is_its_turn(struct ub_making *making, struct ub_draft *draft)
{
	const struct ub_plan_input *input = making->input;
	const struct ub_case *chosen;
	if (!input->before)
		return true;
	enum ub_verdict verdict = plan_case(making, draft, draft->source->instances, "instances", &chosen);
	if (verdict == UB_CANNOT_TELL)
		return false;
	int most = verdict == UB_YES ? chosen->use.choice : draft->source->usual_instances;
	if (input->before[draft->rule->index] < (size_t)most ||
	    (draft->existing && plan_outlasts_rule(making, draft->existing)))
		return true;
	if (!input->tell_turns) {
		draft->state = UB_DRAFT_DROPPED;
		return false;
	}
	if (most == 1)
		plan_note(
		    making, UB_NOTE_REMARK, draft->item.id, "it is made when this is the next instance");
	else
		plan_note(making, UB_NOTE_REMARK, draft->item.id,
		    "it is made when this is one of the next %d instances", most);
	return true;
}

/* The other meeting that has what the rule makes. NULL: there is none. */
static const struct ub_double *find_double(const struct ub_making *making, const struct ub_item *item)
{
	for (size_t i = 0; i < making->input->n_doubles; i++) {
		const struct ub_double *other = &making->input->doubles[i];
		if (other->occasion.start == item->occasion.start &&
		    other->occasion.end == item->occasion.end &&
		    ub_text_eq(other->rule_mark, item->marks.rule))
			return other;
	}
	return NULL;
}

void plan_draft(struct ub_making *making, struct ub_draft *draft)
{
	const struct ub_rule_item *source = draft->source;
	const struct ub_facts *facts = making->input->facts;
	struct ub_item *item = &draft->item;
	draft->state = UB_DRAFT_BEING_MADE;
	*item = (struct ub_item){ .kind = source->task ? UB_ITEM_TASK : UB_ITEM_EVENT,
		.rule = draft->rule,
		.source = source,
		.instance = ub_plan_instance_name(facts->meeting.event, making->arena),
		.unrelated = draft->rule->subject != UB_FOR_MEETING,
		.class = facts->meeting.event->class,
		.parent_uid = facts->meeting.event->uid,
		.occasion = { facts->meeting.start, facts->meeting.end },
		.account = facts->account ? facts->account->id : UB_TEXT_NONE,
		.counts_as = "",
		.id =
		    ub_textf(making->arena, "%.*s/%.*s", UB_ARGS(draft->rule->name), UB_ARGS(source->name)) };
	identify(making, draft);
	if (draft->declined_for_good) {
		plan_drop(making, draft, UB_NOTE_SKIPPED, "its owner has declined it%s, and it stays away",
		    item->declines.own.again ? " twice" : "");
		return;
	}
	if (draft->existing && draft->existing->state == UB_EXISTING_DELETED) {
		plan_drop(making, draft, UB_NOTE_SKIPPED, "it was deleted by hand and stays away");
		return;
	}
	if (!is_its_turn(making, draft))
		return;
	draft->elsewhere = find_double(making, item);
	if (draft->elsewhere) {
		plan_drop(making, draft, UB_NOTE_SKIPPED, "%.*s has it", UB_ARGS(draft->elsewhere->which));
		return;
	}
	if (!plan_has_needs(making, draft))
		return;
	plan_contributions(making, draft);
	if (choose_wishes(making, draft) && choose_busy(making, draft) && choose_people(making, draft) &&
	    plan_place(making, draft) && plan_texts(making, draft) && choose_categories(making, draft) &&
	    choose_reminders(making, draft) && choose_count(making, draft) && plan_choose_form(making, draft))
		add_to_plan(making, draft);
}
