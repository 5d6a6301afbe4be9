/* SPDX-License-Identifier: Apache-2.0 */
#include "explain-private.h"

#include <stdlib.h>

#include <jansson.h>

/* Running out of memory ends the process, as everywhere. */
static json_t *must(json_t *json)
{
	if (!json)
		abort();
	return json;
}

/* All texts of facts and plan are valid UTF-8; what is not would be a fault of ours. An empty one may point
 * nowhere. */
static json_t *text(struct ub_text value)
{
	return must(json_stringn(value.len ? value.ptr : "", value.len));
}

static json_t *texts(struct ub_texts list)
{
	json_t *array = must(json_array());
	for (size_t i = 0; i < list.n; i++)
		json_array_append_new(array, text(list.items[i]));
	return array;
}

static void set(json_t *object, const char *name, json_t *value)
{
	if (json_object_set_new(object, name, value))
		abort();
}

static json_t *instant(struct ub_arena *arena, const struct ub_zone *zone, ub_instant value)
{
	struct ub_buf out = UB_BUF(arena);
	ub_cal_print_rfc3339(&out, zone, value);
	return text(ub_buf_text(&out));
}

/* ---- facts: "meeting.title" becomes {"meeting": {"title": ...}} ---- */

static json_t *fact_value(const struct ub_fact *fact)
{
	switch (fact->kind) {
	case UB_FACT_FLAG:
		return must(json_boolean(fact->flag));
	case UB_FACT_LIST:
		return texts(fact->list);
	default:
		return text(fact->text);
	}
}

static json_t *facts_object(const struct ub_facts *facts, struct ub_arena *arena)
{
	json_t *object = must(json_object());
	struct ub_fact_list list = facts ? ub_facts_list(facts, arena) : (struct ub_fact_list){ 0 };
	for (size_t i = 0; i < list.n; i++) {
		struct ub_text rest = ub_text(list.items[i].name), piece;
		json_t *at = object;
		while (ub_text_split(&rest, '.', &piece) && rest.ptr) {
			const char *name = ub_text_cstr(arena, piece);
			if (!json_object_get(at, name))
				set(at, name, must(json_object()));
			at = json_object_get(at, name);
		}
		set(at, ub_text_cstr(arena, piece), fact_value(&list.items[i]));
	}
	return object;
}

/* ---- rules ---- */

static json_t *rules_array(const struct ub_plan *plan)
{
	static const char *const verdicts[] = {
		[UB_NO] = "no", [UB_YES] = "yes", [UB_CANNOT_TELL] = "cannot-tell"
	};
	json_t *array = must(json_array());
	for (size_t i = 0; i < plan->n_matches; i++) {
		const struct ub_match *match = &plan->matches[i];
		json_t *rule = must(json_object());
		set(rule, "name", text(match->rule->name));
		set(rule, "verdict", must(json_string(verdicts[match->verdict])));
		set(rule, "why", text(ub_rules_why(match)));
		json_array_append_new(array, rule);
	}
	return array;
}

/* ---- items ---- */

/* Everybody on the item: the owner, who invites, first. */
static json_t *attendees(const struct ub_item *item)
{
	json_t *array = must(json_array());
	if (item->organizer)
		json_array_append_new(array, text(item->organizer->email));
	for (size_t i = 0; i < item->attendees.n; i++)
		json_array_append_new(array, text(item->attendees.items[i]->email));
	return array;
}

static json_t *reminders(const struct ub_item *item)
{
	json_t *array = must(json_array());
	for (size_t i = 0; i < item->n_reminders; i++)
		json_array_append_new(array, must(json_integer(item->reminders[i])));
	return array;
}

static json_t *item_object(const struct ub_item *item, struct ub_arena *arena)
{
	json_t *object = must(json_object());
	set(object, "id", text(item->id));
	set(object, "kind", must(json_string(item->kind == UB_ITEM_TASK ? "task" : "event")));
	set(object, "title", text(item->title));
	if (item->kind == UB_ITEM_TASK) {
		set(object, "due", instant(arena, item->zone, item->due));
	} else {
		set(object, "start", instant(arena, item->zone, item->start));
		set(object, "end", instant(arena, item->zone, item->end));
		set(object, "busy", must(json_boolean(item->busy)));
	}
	set(object, "attendees", attendees(item));
	set(object, "late", must(json_boolean(item->late)));
	set(object, "reminders", reminders(item));
	set(object, "categories", texts(item->categories));
	set(object, "description", text(item->description));
	set(object, "why", text(item->why));
	set(object, "uid", text(item->uid));
	return object;
}

static json_t *items_array(const struct ub_plan *plan, struct ub_arena *arena)
{
	json_t *array = must(json_array());
	for (size_t i = 0; i < plan->items.n; i++)
		json_array_append_new(array, item_object(&plan->items.items[i], arena));
	return array;
}

static json_t *amendments_array(const struct ub_plan *plan)
{
	static const char *const kinds[] = { "attendee", "category", "agenda", "reminder" };
	json_t *array = must(json_array());
	for (size_t i = 0; i < plan->amendments.n; i++) {
		const struct ub_amendment *amendment = &plan->amendments.items[i];
		json_t *object = must(json_object());
		set(object, "id", text(amendment->id));
		set(object, "kind", must(json_string(kinds[amendment->kind])));
		if (amendment->kind == UB_AMEND_REMINDER)
			set(object, "before", must(json_integer(amendment->seconds)));
		else
			set(object, "text", text(amendment->text));
		json_array_append_new(array, object);
	}
	return array;
}

static json_t *notes_array(const struct ub_plan *plan)
{
	static const char *const kinds[] = { [UB_NOTE_REMARK] = "remark",
		[UB_NOTE_SKIPPED] = "not-made",
		[UB_NOTE_UNDECIDED] = "cannot-tell",
		[UB_NOTE_REFUSED] = "refused" };
	json_t *array = must(json_array());
	for (size_t i = 0; i < plan->notes.n; i++) {
		const struct ub_note *note = &plan->notes.items[i];
		json_t *object = must(json_object());
		set(object, "kind", must(json_string(kinds[note->kind])));
		set(object, "item", text(note->item));
		set(object, "text", text(note->text));
		json_array_append_new(array, object);
	}
	return array;
}

static json_t *reason(const char *word, struct ub_text sentence)
{
	json_t *object = must(json_object());
	set(object, "code", must(json_string(word)));
	set(object, "text", text(sentence));
	return object;
}

void ub_cli_explain_json(const struct ub_decision *decision, struct ub_buf *out)
{
	const struct ub_plan *plan = decision->plan;
	json_t *object = must(json_object());
	set(object, "facts", facts_object(decision->facts, out->arena));
	set(object, "rules", rules_array(plan));
	set(object, "items", items_array(plan, out->arena));
	set(object, "amendments", amendments_array(plan));
	set(object, "notes", notes_array(plan));
	if (decision->refused)
		set(object, "refused", reason(decision->refused, decision->refused_text));
	if (plan->not_eligible)
		set(object, "not_eligible",
		    reason(plan->not_eligible, ub_text(ub_facts_not_eligible_text(plan->not_eligible))));
	char *dump = json_dumps(object, JSON_INDENT(2));
	if (!dump)
		abort();
	ub_buf_printf(out, "%s\n", dump);
	free(dump);
	json_decref(object);
}
