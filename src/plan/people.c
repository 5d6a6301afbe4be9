/* SPDX-License-Identifier: Apache-2.0 */
#include "plan-private.h"

/*
 * The last check before an address gets into an internal item. Nobody from outside is ever invited, whatever
 * the rule's expression gives and whatever the checks at load time let pass.
 */
static bool all_ours(struct ub_making *making, struct ub_draft *draft)
{
	const struct ub_people *people = &draft->item.attendees;
	for (size_t i = 0; i < people->n; i++) {
		if (!people->items[i]->internal)
			return plan_drop(making, draft, UB_NOTE_REFUSED,
			    "%.*s is not one of ours and would be invited to it",
			    UB_ARGS(people->items[i]->email));
	}
	return true;
}

static bool is_invited(const struct ub_draft *draft, const struct ub_person *person)
{
	for (size_t i = 0; i < draft->item.attendees.n; i++)
		if (ub_text_eq(draft->item.attendees.items[i]->email, person->email))
			return true;
	return false;
}

bool ub_plan_has_declined(const struct ub_declines *declines, struct ub_text address)
{
	for (size_t i = 0; i < declines->n; i++)
		if (ub_text_eq_nocase(declines->items[i].address, address))
			return true;
	return false;
}

bool plan_is_declined(const struct ub_existing *existing)
{
	return existing->declines.own.at && !existing->declines.own.answered;
}

bool plan_is_declined_for_good(const struct ub_rule_item *source, const struct ub_declines *declines)
{
	return declines->own.again || (declines->own.at && !declines->own.answered && source->at.n);
}

static void note_own_decline(struct ub_making *making, const struct ub_draft *draft)
{
	const struct ub_own_decline *own = &draft->item.declines.own;
	const struct ub_zone *zone = making->calendar.zone;
	struct ub_buf time = UB_BUF(making->arena), day = UB_BUF(making->arena);
	ub_cal_format(&time, UB_TEXT("%a %F %R"), zone, own->time.start, UB_ENGLISH);
	ub_cal_format(&day, UB_TEXT("%F"), zone, own->at, UB_ENGLISH);
	plan_note(making, UB_NOTE_REMARK, draft->item.id,
	    "its owner has declined it at %.*s (seen on %.*s): it gets another time once, and stays away if "
	    "that is declined, too",
	    UB_ARGS(ub_buf_text(&time)), UB_ARGS(ub_buf_text(&day)));
}

void plan_note_declines(struct ub_making *making, const struct ub_draft *draft)
{
	const struct ub_declines *declines = &draft->item.declines;
	if (declines->own.at)
		note_own_decline(making, draft);
	for (size_t i = 0; i < declines->n; i++) {
		struct ub_buf day = UB_BUF(making->arena);
		ub_cal_format(&day, UB_TEXT("%F"), making->calendar.zone, declines->items[i].at, UB_ENGLISH);
		plan_note(making, UB_NOTE_REMARK, draft->item.id,
		    "%.*s has declined it (seen on %.*s) and is not invited again",
		    UB_ARGS(declines->items[i].address), UB_ARGS(ub_buf_text(&day)));
	}
}

bool plan_people(struct ub_making *making, struct ub_draft *draft, const struct ub_cel_program *program)
{
	struct ub_cel_value list = ub_cel_eval(program, making->activation, making->arena, NULL);
	if (list.kind != UB_CEL_LIST) {
		struct ub_text why =
		    list.kind == UB_CEL_ERROR ? list.error->message : UB_TEXT("it gives no list");
		return plan_drop(
		    making, draft, UB_NOTE_UNDECIDED, "`attendees` cannot tell: %.*s", UB_ARGS(why));
	}
	struct ub_people people = ub_facts_people(making->input->facts, list, making->arena);
	for (size_t i = 0; i < people.n; i++)
		if (!ub_text_eq_nocase(people.items[i]->email, making->owner->email) &&
		    !is_invited(draft, people.items[i]) &&
		    !ub_plan_has_declined(&draft->item.declines, people.items[i]->email))
			*ub_push(making->arena, &draft->item.attendees) = people.items[i];
	if (draft->item.attendees.n)
		draft->item.organizer = making->owner;
	return all_ours(making, draft);
}

bool plan_counts_as_busy(const struct ub_making *making, const struct ub_draft *draft, struct ub_text address)
{
	if (draft->wishes.free == UB_FREE_NOBODY || !draft->item.busy)
		return false;
	if (ub_text_eq_nocase(address, making->owner->email))
		return true;
	const struct ub_people *attendees = &draft->item.attendees;
	for (size_t i = 0; draft->wishes.free == UB_FREE_ATTENDEES && i < attendees->n; i++)
		if (ub_text_eq_nocase(address, attendees->items[i]->email))
			return true;
	return false;
}
