/* SPDX-License-Identifier: Apache-2.0 */

/*
 * One meeting under two UIDs. Who holds the items is told by them, as among colleagues' copies of one UID:
 * whose were made first.
 */
#include "decision-private.h"

#include <stdlib.h>

#include "upbeat/settings.h"
#include "upbeat/store.h"

/* The facts of the meeting, or of its instance, at that time. NULL: the decision has none. */
static const struct ub_facts *facts_at(const struct ub_decision *decision, struct ub_interval occasion)
{
	for (size_t i = 0; i <= decision->ahead.n; i++) {
		const struct ub_facts *facts = i ? decision->ahead.items[i - 1] : decision->facts;
		if (facts && facts->meeting.start == occasion.start && facts->meeting.end == occasion.end)
			return facts;
	}
	return NULL;
}

static bool is_same_time(struct ub_interval a, struct ub_interval b)
{
	return a.start == b.start && a.end == b.end;
}

/* Whether no item before this one is for the same time. */
static bool is_first_then(const struct ub_plan *plan, size_t item)
{
	for (size_t i = 0; i < item; i++)
		if (is_same_time(plan->items.items[i].occasion, plan->items.items[item].occasion))
			return false;
	return true;
}

/* ---- names ---- */

static int compare(const void *left, const void *right)
{
	return ub_text_cmp(*(const struct ub_text *)left, *(const struct ub_text *)right);
}

struct ub_texts ub_decide_occasions(
    const struct ub_decision *decision, const struct ub_org *org, struct ub_arena *arena)
{
	struct ub_texts names = { 0 };
	for (size_t i = 0; i < decision->plan->items.n; i++) {
		struct ub_interval occasion = decision->plan->items.items[i].occasion;
		const struct ub_facts *facts = facts_at(decision, occasion);
		struct ub_texts guests = { 0 };
		struct ub_buf name = UB_BUF(arena);
		if (facts && is_first_then(decision->plan, i))
			guests = ub_facts_outsiders(facts->meeting.event, org, arena);
		if (guests.n == 0)
			continue;
		qsort(guests.items, guests.n, sizeof(*guests.items), compare);
		ub_buf_printf(&name, "%lld %lld", (long long)occasion.start, (long long)occasion.end);
		for (size_t k = 0; k < guests.n; k++)
			ub_buf_printf(&name, "\n%.*s", UB_ARGS(guests.items[k]));
		*ub_push(arena, &names) = ub_digest(arena, ub_buf_text(&name), UB_SHA256_SIZE);
	}
	if (names.n)
		qsort(names.items, names.n, sizeof(*names.items), compare);
	return names;
}

/* ---- whose items were first ---- */

/* Where doubles are sought of the meeting, or of one of its instances. */
struct seeking {
	const struct ub_taken *taken;
	const struct ub_decision *decision;
	struct ub_decide_input *input;
	struct ub_arena *arena;
	struct ub_store_items own; /* the meeting's items */
	struct ub_interval occasion;
	const struct ub_facts *facts; /* at the time of the occasion */
	struct ub_texts guests;
	struct ub_map *seen; /* the UIDs of meetings at that time */
	bool failed;
};

/* Another meeting at that time. */
struct other {
	struct ub_text uid;
	struct ub_store_items items;
	/* It is a series and this one is not: what it gives one instance it gives all in their turn. */
	bool in_turn;
	bool alone; /* the other way round: this one is an instance, and the other stands alone */
	bool read;  /* its text was read */
	const struct ub_event *event; /* it, or its instance, if it is the same meeting; NULL: it is not */
};

/* An item that its owner has deleted counts as standing: nobody makes it anew. What he has taken out of the
 * meeting itself has no UID, and does not count. */
static bool stands(const struct ub_store_item *item)
{
	return item->state == UB_ITEM_DELETED ? item->uid.len > 0 : item->state != UB_ITEM_REMOVED;
}

/* Whether the item is for the occasion, or nobody knows what it is for. */
static bool is_for(const struct ub_store_item *item, struct ub_interval occasion)
{
	return item->outcome.occasion_start == 0 || (item->outcome.occasion_start == occasion.start * 1000 &&
							item->outcome.occasion_end == occasion.end * 1000);
}

/* The first item that was made with one of the marks, or without marks any one, and stands for the occasion.
 * NULL: there is none. */
static const struct ub_store_item *first_made(
    const struct seeking *seeking, const struct ub_store_items *items, struct ub_texts marks, bool in_turn)
{
	const struct ub_store_item *first = NULL;
	for (size_t i = 0; i < items->n; i++) {
		const struct ub_store_item *item = &items->items[i];
		bool ahead = item->outcome.occasion_end > seeking->input->now * 1000;
		if (stands(item) && (marks.n == 0 || ub_texts_have(marks, item->rule)) &&
		    (is_for(item, seeking->occasion) || (in_turn && ahead)) &&
		    (!first || item->outcome.made < first->outcome.made))
			first = item;
	}
	return first;
}

/* Whether the other one was the first to have what the rule makes; `any`: or anything. */
static bool has_it_first(
    const struct seeking *seeking, const struct other *other, const struct ub_rule *rule, bool any)
{
	struct ub_texts marks =
	    ub_plan_marks_of(seeking->input->snapshot->rules, ub_plan_family(rule), seeking->arena);
	const struct ub_store_item *theirs =
	    first_made(seeking, &other->items, any ? (struct ub_texts){ 0 } : marks, other->in_turn);
	const struct ub_store_item *ours = first_made(seeking, &seeking->own, marks, other->alone);
	if (!theirs || !ours || theirs->outcome.made != ours->outcome.made)
		return theirs && (!ours || theirs->outcome.made < ours->outcome.made);
	return ub_text_cmp(theirs->meeting_uid, ours->meeting_uid) < 0;
}

/* ---- whether it is the same meeting ---- */

static bool has_guests(const struct seeking *seeking, const struct ub_event *event)
{
	struct ub_texts guests = ub_facts_outsiders(event, seeking->input->snapshot->org, seeking->arena);
	for (size_t i = 0; i < guests.n; i++)
		if (!ub_texts_have(seeking->guests, guests.items[i]))
			return false;
	return guests.n == seeking->guests.n;
}

/* Whether what stands beside the copy reaches the owner of this one: he has the copy, or is named in it. */
static bool reaches_owner(
    const struct seeking *seeking, const struct ub_store_seen *seen, const struct ub_event *event)
{
	return ub_text_eq(seen->owner, seeking->input->owner) || ub_facts_names(event, seeking->input->owner);
}

/* The event of the copy, or its instance, if it is then, with the same guests, and for this one's owner, too.
 * NULL: it has none. */
static const struct ub_event *event_in(const struct seeking *seeking, const struct ub_store_seen *seen)
{
	const struct ub_snapshot *snapshot = seeking->input->snapshot;
	const struct ub_series_window window = { .floating = ub_org_person(snapshot->org, seen->owner)->zone,
		.from = seeking->occasion.start,
		.until = seeking->occasion.end,
		.most = UB_SERIES_PER_DAY };
	struct ub_ical_refusal refusal;
	struct ub_instances instances = { 0 };
	struct ub_text why;
	ub_sys_reading_begin(seeking->input->watched);
	const struct ub_ical *ical = ub_ical_parse(seeking->arena, seen->text, &refusal);
	bool told =
	    ical && ub_ical_instances(ical, snapshot->zones, &window, seeking->arena, &instances, &why);
	ub_sys_reading_end(seeking->input->watched);
	for (size_t i = 0; told && i < instances.n; i++) {
		const struct ub_event *event = instances.items[i];
		struct ub_interval time = { decision_instant_in(&event->start, window.floating),
			decision_instant_in(&event->end, window.floating) };
		if (is_same_time(time, seeking->occasion) && has_guests(seeking, event) &&
		    reaches_owner(seeking, seen, event))
			return event;
	}
	return NULL;
}

/* Whether the other one is the same meeting by one of its copies. */
static bool is_double(struct seeking *seeking, struct other *other)
{
	struct ub_store_seens seens = { 0 };
	if (!other->read)
		seeking->failed |= ub_store_seens(seeking->taken->store, ub_organization, other->uid,
				       seeking->arena, &seens) != UB_STORE_OK;
	other->read = true;
	for (size_t i = 0; i < seens.n && !other->event; i++)
		other->event = event_in(seeking, &seens.items[i]);
	return other->event != NULL;
}

/* Whether one title has the other one in it, as where a system adds something of its own. */
static bool has_title(const struct seeking *seeking, const struct ub_event *event)
{
	struct ub_text theirs = ub_text_lower(seeking->arena, event->summary);
	struct ub_text ours = ub_text_lower(seeking->arena, seeking->facts->meeting.event->summary);
	return theirs.len && ours.len &&
	       (ub_text_find(theirs, ours, 0) != SIZE_MAX || ub_text_find(ours, theirs, 0) != SIZE_MAX);
}

static struct ub_text words_for(const struct seeking *seeking, const struct other *other)
{
	if (other->event->class != UB_CLASS_PUBLIC)
		return ub_textf(seeking->arena,
		    "a private meeting (UID %.*s), at the same time with the same guests,",
		    UB_ARGS(other->uid));
	return ub_textf(seeking->arena, "`%.*s` (UID %.*s), at the same time with the same guests,",
	    UB_ARGS(other->event->summary), UB_ARGS(other->uid));
}

/* ---- doubles ---- */

static bool is_known(const struct seeking *seeking, const struct ub_item *item)
{
	for (size_t i = 0; i < seeking->input->doubles.n; i++)
		if (is_same_time(seeking->input->doubles.items[i].occasion, item->occasion) &&
		    ub_text_eq(seeking->input->doubles.items[i].rule_mark, item->marks.rule))
			return true;
	return false;
}

/* Whether the item stands beside the other meeting. Its text is read only if it has something. What an
 * instance of a series does not get by the rules, the same instance by itself does not get either. */
static bool has_item(struct seeking *seeking, struct other *other, const struct ub_item *item)
{
	if (has_it_first(seeking, other, item->rule, false))
		return is_double(seeking, other);
	return other->in_turn && has_it_first(seeking, other, item->rule, true) &&
	       is_double(seeking, other) && has_title(seeking, other->event);
}

static void look_at(struct seeking *seeking, const struct ub_store_appointment *appointment)
{
	const struct ub_plan *plan = seeking->decision->plan;
	struct other other = { .uid = appointment->meeting_uid,
		.in_turn = !seeking->facts->meeting.event->is_instance &&
			   !ub_text_eq(appointment->uid, appointment->meeting_uid),
		.alone = seeking->facts->meeting.event->is_instance &&
			 ub_text_eq(appointment->uid, appointment->meeting_uid) };
	seeking->failed |= ub_store_items(seeking->taken->store, ub_organization, other.uid, seeking->arena,
			       &other.items) != UB_STORE_OK;
	for (size_t i = 0; i < plan->items.n && !seeking->failed; i++) {
		const struct ub_item *item = &plan->items.items[i];
		if (is_same_time(item->occasion, seeking->occasion) && !is_known(seeking, item) &&
		    has_item(seeking, &other, item))
			*ub_push(seeking->arena, &seeking->input->doubles) =
			    (struct ub_double){ item->marks.rule, item->occasion,
				    words_for(seeking, &other) };
	}
}

static void look_at_person(struct seeking *seeking, struct ub_text address)
{
	struct ub_interval occasion = seeking->occasion;
	const struct ub_store_appointments *known =
	    decision_find_taken(seeking->taken, address, occasion, seeking->arena);
	seeking->failed |= !known;
	for (size_t i = 0; known && i < known->n && !seeking->failed; i++) {
		const struct ub_store_appointment *one = &known->items[i];
		if (ub_map_size(seeking->seen) > UB_DOUBLES_LOOKS_MAX || one->item ||
		    one->start != occasion.start * 1000 || one->end != occasion.end * 1000 ||
		    ub_map_put(seeking->seen, one->meeting_uid, seeking))
			continue;
		look_at(seeking, one);
	}
}

bool ub_decide_doubles(const struct ub_taken *taken, const struct ub_decision *decision,
    struct ub_decide_input *input, struct ub_arena *arena)
{
	struct ub_text uid = decision->event->uid;
	struct seeking seeking = { .taken = taken, .decision = decision, .input = input, .arena = arena };
	input->doubles.n = 0;
	if (decision->plan->items.n == 0 || input->snapshot->settings->doubles == UB_DOUBLES_EACH)
		return true;
	seeking.failed =
	    ub_store_items(taken->store, ub_organization, uid, arena, &seeking.own) != UB_STORE_OK;
	for (size_t i = 0; i < decision->plan->items.n && !seeking.failed; i++) {
		seeking.occasion = decision->plan->items.items[i].occasion;
		seeking.facts = facts_at(decision, seeking.occasion);
		if (!seeking.facts || !is_first_then(decision->plan, i))
			continue;
		const struct ub_meeting *meeting = &seeking.facts->meeting;
		seeking.guests = ub_facts_outsiders(meeting->event, input->snapshot->org, arena);
		seeking.seen = ub_map_new(arena);
		ub_map_put(seeking.seen, uid, &seeking);
		for (size_t k = 0; k < meeting->internal.n && seeking.guests.n; k++)
			look_at_person(&seeking, meeting->internal.items[k]->email);
	}
	return !seeking.failed;
}
