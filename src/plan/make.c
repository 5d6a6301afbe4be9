/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "plan-private.h"

/* Drafts for the items of all rules that match: an item may need one of another rule. */
static void begin_drafts(struct ub_making *making)
{
	const struct ub_plan *plan = making->plan;
	making->drafts = UB_NEW_ARRAY(making->arena, struct ub_drafts, plan->n_matches);
	for (size_t i = 0; i < plan->n_matches; i++) {
		const struct ub_rule *rule = plan->matches[i].rule;
		struct ub_drafts *drafts = &making->drafts[i];
		if (plan->matches[i].verdict != UB_YES)
			continue;
		*drafts = (struct ub_drafts){ UB_NEW_ARRAY(making->arena, struct ub_draft, rule->n_items),
			rule->n_items };
		for (size_t k = 0; k < drafts->n; k++) {
			drafts->items[k].rule = rule;
			drafts->items[k].source = &rule->items[k];
			drafts->items[k].of_rule = drafts;
		}
	}
}

static void make_rule(struct ub_making *making, const struct ub_rule *rule, struct ub_drafts *drafts)
{
	for (size_t i = 0; i < drafts->n; i++)
		if (drafts->items[i].state == UB_DRAFT_NEW)
			plan_draft(making, &drafts->items[i]);
	plan_remind(making, drafts);
	plan_amend(making, rule);
}

/* The owner of the items is one of ours who takes part in the meeting. */
static bool find_owner(struct ub_making *making)
{
	const struct ub_facts *facts = making->input->facts;
	const struct ub_person *owner = facts->meeting.owner;
	const char *why_not = !owner             ? "it is not known whose calendar this is"
			      : !owner->internal ? "the calendar's owner is not one of ours"
			      : owner->status == UB_PARTSTAT_DECLINED ? "the calendar's owner has declined"
			      : owner->status == UB_PARTSTAT_DELEGATED
				  ? "the calendar's owner has delegated the meeting to somebody else"
			      : !ub_facts_comes(owner) ? "the calendar's owner is only told of the meeting"
						       : NULL;
	if (why_not) {
		plan_note(making, UB_NOTE_SKIPPED, UB_TEXT_NONE, "%s", why_not);
		return false;
	}
	making->owner = owner;
	making->owner_settings = ub_org_person(facts->org, owner->email);
	making->calendar = (struct ub_work_calendar){ making->owner_settings->zone,
		making->owner_settings->hours, making->owner_settings->holidays };
	return true;
}

/* Sorts by time, as a calendar does, and then by name. */
static int compare_items(const void *a, const void *b)
{
	const struct ub_item *x = a, *y = b;
	ub_instant at = x->kind == UB_ITEM_TASK ? x->due : x->start;
	ub_instant than = y->kind == UB_ITEM_TASK ? y->due : y->start;
	return at < than ? -1 : at > than ? 1 : ub_text_cmp(x->id, y->id);
}

/* Whether the meeting does not take place, or nothing is wanted for it: even what users have changed goes. */
static bool is_called_off(struct ub_text not_eligible)
{
	return ub_text_is(not_eligible, "cancelled") || ub_text_is(not_eligible, "opted-out") ||
	       ub_text_is(not_eligible, "gone");
}

/* Whether the meeting takes place, and is not one any more for which items stand ahead. All other events that
 * are not eligible cannot be judged, and their items stay. */
static bool has_outgrown_items(struct ub_text not_eligible)
{
	return ub_text_is(not_eligible, "past") || ub_text_is(not_eligible, "recurring") ||
	       ub_text_is(not_eligible, "single-instance");
}

/* A room says itself that it is one, and machines are named in the settings. Of a group it is not plain that
 * nobody is meant. */
static void note_group(struct ub_making *making, const struct ub_person *person)
{
	if (ub_text_is(person->kind, "group"))
		plan_note(making, UB_NOTE_REMARK, UB_TEXT_NONE,
		    "`%.*s` is no person, but a group or a shared calendar, and does not count as a guest",
		    UB_ARGS(person->email));
}

/* What of the meeting itself people should know. */
static void note_meeting(struct ub_making *making)
{
	const struct ub_meeting *meeting = &making->input->facts->meeting;
	for (size_t i = 0; i < meeting->unread.n; i++)
		plan_note(making, UB_NOTE_REMARK, UB_TEXT_NONE,
		    "`%.*s` stands in the invitation as somebody's address, and is none: nobody is meant by "
		    "it",
		    UB_ARGS(meeting->unread.items[i]));
	for (size_t i = 0; i < meeting->event->faults.n; i++)
		plan_note(
		    making, UB_NOTE_REMARK, UB_TEXT_NONE, "%.*s", UB_ARGS(meeting->event->faults.items[i]));
	bool is_listed = !meeting->organizer;
	for (size_t i = 0; i < meeting->attendees.n; i++) {
		note_group(making, meeting->attendees.items[i]);
		is_listed = is_listed || meeting->attendees.items[i] == meeting->organizer;
	}
	if (!is_listed)
		note_group(making, meeting->organizer);
	struct ub_text method = meeting->event->method;
	if (method.len && !ub_text_eq_nocase(method, UB_TEXT("PUBLISH")))
		plan_note(making, UB_NOTE_REMARK, UB_TEXT_NONE,
		    "it is stored with a METHOD, as messages are sent (RFC 4791 4.1 forbids that), and is "
		    "read as "
		    "the meeting that the message is about");
}

static bool got_something(const struct ub_drafts *drafts)
{
	for (size_t i = 0; i < drafts->n; i++) {
		const struct ub_existing *existing = drafts->items[i].existing;
		if (drafts->items[i].state == UB_DRAFT_MADE || drafts->items[i].declined_for_good ||
		    drafts->items[i].elsewhere || (existing && existing->state == UB_EXISTING_DELETED))
			return true;
	}
	return false;
}

/* Of a group whichever rule makes the items. */
static void note_families(struct ub_making *making)
{
	struct ub_plan *plan = making->plan;
	plan->gets = UB_NEW_ARRAY(making->arena, bool, plan->n_matches);
	for (size_t i = 0; i < plan->n_matches; i++) {
		if (!got_something(&making->drafts[i]))
			continue;
		struct ub_text family = ub_plan_family(plan->matches[i].rule);
		for (size_t k = 0; k < plan->n_matches; k++)
			plan->gets[k] |= ub_text_eq(ub_plan_family(plan->matches[k].rule), family);
	}
}

static void make_items(struct ub_making *making)
{
	struct ub_plan *plan = making->plan;
	const struct ub_plan_input *input = making->input;
	making->activation = ub_rules_activation(input->rules, input->facts, making->arena);
	plan->matches = ub_rules_match(input->rules, making->activation, making->arena);
	plan->n_matches = input->rules->n_rules;
	if (!find_owner(making))
		return;
	begin_drafts(making);
	for (size_t i = 0; i < plan->n_matches; i++)
		if (plan->matches[i].verdict == UB_YES)
			make_rule(making, plan->matches[i].rule, &making->drafts[i]);
	if (making->input->before)
		note_families(making);
	plan_note_form(making);
	if (plan->items.n)
		qsort(plan->items.items, plan->items.n, sizeof(*plan->items.items), compare_items);
}

/* What is true of the whole series is said once. */
static bool is_noted(const struct ub_plan *plan, const struct ub_note *note)
{
	for (size_t i = 0; note->item.len == 0 && i < plan->notes.n; i++)
		if (plan->notes.items[i].item.len == 0 && ub_text_eq(plan->notes.items[i].text, note->text))
			return true;
	return false;
}

void ub_plan_join(struct ub_plan *plan, const struct ub_plan *more, struct ub_arena *arena)
{
	if (!more->not_eligible)
		plan->not_eligible = NULL;
	for (size_t i = 0; i < more->items.n; i++)
		*ub_push(arena, &plan->items) = more->items.items[i];
	for (size_t i = 0; i < more->steps.n; i++)
		*ub_push(arena, &plan->steps) = more->steps.items[i];
	for (size_t i = 0; i < more->notes.n; i++)
		if (!is_noted(plan, &more->notes.items[i]))
			*ub_push(arena, &plan->notes) = more->notes.items[i];
	if (plan->items.n)
		qsort(plan->items.items, plan->items.n, sizeof(*plan->items.items), compare_items);
}

struct ub_plan *ub_plan_make(const struct ub_plan_input *input, struct ub_arena *arena)
{
	struct ub_plan *plan = UB_NEW(arena, struct ub_plan);
	const struct ub_facts *facts = input->facts;
	struct ub_making making = { .input = input, .arena = arena, .plan = plan };
	plan->not_eligible =
	    input->gone ? "gone" : ub_facts_not_eligible(facts->meeting.event, facts->org, facts->now);
	if (!plan->not_eligible && !input->unwanted) {
		note_meeting(&making);
		make_items(&making);
	}
	struct ub_text reason = plan->not_eligible ? ub_text(plan->not_eligible) : UB_TEXT_NONE;
	making.called_off = is_called_off(reason);
	if (!plan->not_eligible || making.called_off || has_outgrown_items(reason))
		plan_remove_rest(&making);
	plan_hide_rest(&making);
	return plan;
}
