/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A decision in words and as JSON.
 */
#include "upbeat/decision.h"
#include "upbeat/json.h"

static json_t *texts(struct ub_texts list)
{
	json_t *array = ub_json_array();
	for (size_t i = 0; i < list.n; i++)
		ub_json_add(array, ub_json_text(list.items[i]));
	return array;
}

/* ---- facts: "meeting.title" becomes {"meeting": {"title": ...}} ---- */

static json_t *fact_value(const struct ub_fact *fact)
{
	switch (fact->kind) {
	case UB_FACT_FLAG:
		return ub_json_flag(fact->flag);
	case UB_FACT_LIST:
		return texts(fact->list);
	default:
		return ub_json_text(fact->text);
	}
}

static json_t *facts_object(const struct ub_facts *facts, struct ub_arena *arena)
{
	json_t *object = ub_json_object();
	struct ub_fact_list list = facts ? ub_facts_list(facts, arena) : (struct ub_fact_list){ 0 };
	for (size_t i = 0; i < list.n; i++) {
		struct ub_text rest = ub_text(list.items[i].name), piece;
		json_t *at = object;
		while (ub_text_split(&rest, '.', &piece) && rest.ptr) {
			const char *name = ub_text_cstr(arena, piece);
			if (!json_object_get(at, name))
				ub_json_set(at, name, ub_json_object());
			at = json_object_get(at, name);
		}
		ub_json_set(at, ub_text_cstr(arena, piece), fact_value(&list.items[i]));
	}
	return object;
}

/* ---- rules ---- */

static json_t *rules_array(const struct ub_plan *plan)
{
	static const char *const verdicts[] = {
		[UB_NO] = "no", [UB_YES] = "yes", [UB_CANNOT_TELL] = "cannot-tell"
	};
	json_t *array = ub_json_array();
	for (size_t i = 0; i < plan->n_matches; i++) {
		const struct ub_match *match = &plan->matches[i];
		json_t *rule = ub_json_object();
		ub_json_set(rule, "name", ub_json_text(match->rule->name));
		ub_json_set(rule, "verdict", ub_json_word(verdicts[match->verdict]));
		ub_json_set(rule, "why", ub_json_text(ub_rules_why(match)));
		ub_json_add(array, rule);
	}
	return array;
}

/* ---- items ---- */

static json_t *considered(const struct ub_considered *considered, struct ub_arena *arena)
{
	json_t *array = ub_json_array();
	for (size_t i = 0; i < considered->n; i++) {
		const struct ub_passed_over *passed = &considered->items[i];
		json_t *object = ub_json_object();
		if (passed->from != UB_INSTANT_NONE) {
			ub_json_set(object, "from", ub_json_instant(arena, considered->zone, passed->from));
			ub_json_set(object, "to", ub_json_instant(arena, considered->zone, passed->to));
		}
		ub_json_set(object, "why", ub_json_text(passed->why));
		ub_json_add(array, object);
	}
	return array;
}

/* Everybody on the item: first the owner, who invites. */
static json_t *attendees(const struct ub_item *item)
{
	json_t *array = ub_json_array();
	if (item->organizer)
		ub_json_add(array, ub_json_text(item->organizer->email));
	for (size_t i = 0; i < item->attendees.n; i++)
		ub_json_add(array, ub_json_text(item->attendees.items[i]->email));
	return array;
}

static json_t *reminders(const struct ub_item *item)
{
	json_t *array = ub_json_array();
	for (size_t i = 0; i < item->n_reminders; i++)
		ub_json_add(array, ub_json_number(item->reminders[i]));
	return array;
}

static json_t *item_object(const struct ub_item *item, struct ub_arena *arena)
{
	json_t *object = ub_json_object();
	ub_json_set(object, "id", ub_json_text(item->id));
	ub_json_set(object, "kind", ub_json_word(item->kind == UB_ITEM_TASK ? "task" : "event"));
	ub_json_set(object, "title", ub_json_text(item->title));
	if (item->kind == UB_ITEM_TASK) {
		ub_json_set(object, "due", ub_json_instant(arena, item->zone, item->due));
	} else {
		ub_json_set(object, "start", ub_json_instant(arena, item->zone, item->start));
		ub_json_set(object, "end", ub_json_instant(arena, item->zone, item->end));
		ub_json_set(object, "all_day", ub_json_flag(item->all_day));
		ub_json_set(object, "busy", ub_json_flag(item->busy));
	}
	ub_json_set(object, "class", ub_json_word(ub_facts_class_word(item->class)));
	ub_json_set(object, "considered", considered(&item->considered, arena));
	ub_json_set(object, "attendees", attendees(item));
	ub_json_set(object, "late", ub_json_flag(item->late));
	ub_json_set(object, "reminders", reminders(item));
	ub_json_set(object, "categories", texts(item->categories));
	ub_json_set(object, "description", ub_json_text(item->description));
	ub_json_set(object, "why", ub_json_text(item->why));
	ub_json_set(object, "uid", ub_json_text(item->uid));
	if (item->instance.len)
		ub_json_set(object, "instance", ub_json_text(item->instance));
	return object;
}

static json_t *items_array(const struct ub_plan *plan, struct ub_arena *arena)
{
	json_t *array = ub_json_array();
	for (size_t i = 0; i < plan->items.n; i++)
		ub_json_add(array, item_object(&plan->items.items[i], arena));
	return array;
}

json_t *ub_decision_amendments(const struct ub_amendments *amendments)
{
	static const char *const kinds[] = { "attendee", "category", "agenda", "reminder" };
	json_t *array = ub_json_array();
	for (size_t i = 0; i < amendments->n; i++) {
		const struct ub_amendment *amendment = &amendments->items[i];
		json_t *object = ub_json_object();
		ub_json_set(object, "id", ub_json_text(amendment->id));
		ub_json_set(object, "kind", ub_json_word(kinds[amendment->kind]));
		if (amendment->kind == UB_AMEND_REMINDER)
			ub_json_set(object, "before", ub_json_number(amendment->seconds));
		else
			ub_json_set(object, "text", ub_json_text(amendment->text));
		ub_json_add(array, object);
	}
	return array;
}

static json_t *notes_array(const struct ub_plan *plan, struct ub_arena *arena)
{
	static const char *const kinds[] = { [UB_NOTE_REMARK] = "remark",
		[UB_NOTE_SKIPPED] = "not-made",
		[UB_NOTE_UNDECIDED] = "cannot-tell",
		[UB_NOTE_REFUSED] = "refused" };
	json_t *array = ub_json_array();
	for (size_t i = 0; i < plan->notes.n; i++) {
		const struct ub_note *note = &plan->notes.items[i];
		json_t *object = ub_json_object();
		ub_json_set(object, "kind", ub_json_word(kinds[note->kind]));
		ub_json_set(object, "item", ub_json_text(note->item));
		ub_json_set(object, "text", ub_json_text(note->text));
		if (note->instance.len)
			ub_json_set(object, "instance", ub_json_text(note->instance));
		if (note->considered.n)
			ub_json_set(object, "considered", considered(&note->considered, arena));
		ub_json_add(array, object);
	}
	return array;
}

static json_t *reason(const char *word, struct ub_text sentence)
{
	json_t *object = ub_json_object();
	ub_json_set(object, "code", ub_json_word(word));
	ub_json_set(object, "text", ub_json_text(sentence));
	return object;
}

json_t *ub_decision_object(const struct ub_decision *decision, struct ub_arena *arena)
{
	const struct ub_plan *plan = decision->plan;
	json_t *object = ub_json_object();
	ub_json_set(object, "facts", facts_object(decision->facts, arena));
	ub_json_set(object, "rules", rules_array(plan));
	ub_json_set(object, "items", items_array(plan, arena));
	ub_json_set(object, "amendments", ub_decision_amendments(&plan->amendments));
	ub_json_set(object, "notes", notes_array(plan, arena));
	if (decision->refused)
		ub_json_set(object, "refused", reason(decision->refused, decision->refused_text));
	if (plan->not_eligible)
		ub_json_set(object, "not_eligible",
		    reason(plan->not_eligible, ub_text(ub_facts_not_eligible_text(plan->not_eligible))));
	return object;
}

void ub_decision_json(const struct ub_decision *decision, struct ub_buf *out)
{
	ub_json_print(ub_decision_object(decision, out->arena), out);
}

void ub_decision_print(const struct ub_decision *decision, struct ub_buf *out, bool colour)
{
	if (decision->refused)
		ub_buf_printf(
		    out, "This cannot be read as a calendar object: %.*s\n", UB_ARGS(decision->refused_text));
	else
		ub_plan_print(decision->plan, decision->facts, out, colour);
}
