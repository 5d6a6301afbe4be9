/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Who has left a meeting, and who has joined it past its text. A colleague's copy need not say so: where a
 * customer invites, nobody tells one guest of another one's answer. Only those count who had the meeting's
 * items, as it is then that the items of another one take their place. The other way round, a customer may
 * invite our people one by one, so that each copy names its own owner alone: all of them come to one meeting,
 * or some of them to some instances of a series.
 */
#include "decision-private.h"
#include "upbeat/store.h"

/* Whether the event of a copy says that the copy's owner comes. */
static bool has_accepted(const struct ub_event *event, struct ub_text owner)
{
	const struct ub_party *party = ub_facts_attendee(event, owner);
	return party && party->partstat != UB_PARTSTAT_DECLINED && event->status != UB_STATUS_CANCELLED;
}

/* Whether the copy says that its owner does not come. */
static bool declines(
    const struct ub_decide_input *input, const struct ub_store_seen *seen, struct ub_arena *arena)
{
	struct ub_ical_refusal refusal;
	ub_sys_reading_begin(input->watched);
	const struct ub_event *event = ub_ical_read(seen->text, input->snapshot->zones, arena, &refusal);
	ub_sys_reading_end(input->watched);
	const struct ub_party *owner = event ? ub_facts_attendee(event, seen->owner) : NULL;
	return owner && owner->partstat == UB_PARTSTAT_DECLINED;
}

/* ---- who has joined ---- */

struct joining {
	const struct ub_decide_input *input;
	const struct ub_event *event; /* the meeting in the owner's copy */
	bool series;
	const struct ub_zone *floating; /* the owner's */
	struct ub_arena *arena;
};

/* Adds the instances to which the copy's owner comes. Copies tell instances by the same RECURRENCE-ID,
 * wherever they have moved. A copy may have single instances alone. */
static void find_instances(
    const struct joining *joining, const struct ub_ical *ical, struct ub_joined *joined)
{
	const struct ub_decide_input *input = joining->input;
	struct ub_instances instances;
	struct ub_text why;
	const struct ub_series_window window = { .floating = joining->floating,
		.from = input->now - UB_SERIES_BACK,
		.until = input->now + UB_SERIES_HORIZON,
		.most = UB_SERIES_MAX };
	if (!ub_ical_instances(ical, input->snapshot->zones, &window, joining->arena, &instances, &why))
		return;
	for (size_t i = 0; i < instances.n; i++)
		if (instances.items[i]->is_instance && has_accepted(instances.items[i], joined->address))
			*ub_push(joining->arena, &joined->instances) = instances.items[i]->instance;
}

/* False: by this copy he does not come to anything. */
static bool read_joined(
    const struct joining *joining, const struct ub_store_seen *seen, struct ub_joined *joined)
{
	struct ub_ical_refusal refusal;
	*joined = (struct ub_joined){ .address = seen->owner };
	ub_sys_reading_begin(joining->input->watched);
	const struct ub_ical *ical = ub_ical_parse(joining->arena, seen->text, &refusal);
	const struct ub_event *event =
	    ical ? ub_ical_event(ical, joining->input->snapshot->zones, joining->arena, &refusal) : NULL;
	if (event && joining->series)
		find_instances(joining, ical, joined);
	ub_sys_reading_end(joining->input->watched);
	joined->comes =
	    event && !(joining->series && event->override_only) && has_accepted(event, seen->owner);
	return joined->comes || joined->instances.n;
}

/* Whether the owner organizes the meeting, so that nobody comes whom he does not name. */
static bool is_his_own(const struct joining *joining)
{
	const struct ub_party *organizer = joining->event->organizer;
	return organizer && ub_text_eq(organizer->address, joining->input->owner);
}

/* Whether the owner's copy names the person wherever it has to. */
static bool is_named_throughout(const struct joining *joining, struct ub_text person)
{
	return ub_facts_names(joining->event, person) && !(joining->series && joining->event->overrides);
}

/* Whoever is invited by his own copy, and by no other, comes as well; to a series, as far as his copy goes.
 */
static void find_joined(const struct ub_decision *decision, const struct ub_store_seens *seens,
    struct ub_decide_input *input, struct ub_arena *arena)
{
	const struct ub_event *event = decision->event;
	const struct joining joining = { .input = input,
		.event = event,
		.series = decision_is_series(input, event),
		.floating = decision_owner_zone(input, event),
		.arena = arena };
	for (size_t i = 0; i < seens->n && !is_his_own(&joining); i++) {
		const struct ub_store_seen *seen = &seens->items[i];
		struct ub_joined joined;
		if (ub_text_eq(seen->owner, input->owner) || is_named_throughout(&joining, seen->owner) ||
		    !ub_org_is_ours(input->snapshot->org, seen->owner))
			continue;
		if (read_joined(&joining, seen, &joined))
			*ub_push(arena, &input->joined) = joined;
	}
}

/* ---- who has left ---- */

/* Whether no copy of his is known that he means to come to. */
static bool has_left(const struct ub_decide_input *input, const struct ub_store_seens *seens,
    struct ub_text person, struct ub_arena *arena)
{
	for (size_t i = 0; i < seens->n; i++)
		if (ub_text_eq(seens->items[i].owner, person) && !declines(input, &seens->items[i], arena))
			return false;
	return true;
}

bool ub_decide_left(const struct ub_taken *taken, const struct ub_decision *decision,
    struct ub_decide_input *input, struct ub_arena *arena)
{
	struct ub_text uid = decision->event->uid;
	struct ub_store_items items = { 0 };
	struct ub_store_seens seens = { 0 };
	struct ub_texts asked = { 0 };
	input->left = (struct ub_texts){ 0 };
	input->joined.n = 0;
	if (ub_store_items(taken->store, ub_organization, uid, arena, &items) != UB_STORE_OK)
		return false;
	for (size_t i = 0; i < items.n; i++)
		if (!ub_text_eq(items.items[i].owner, input->owner) &&
		    !ub_texts_have(asked, items.items[i].owner))
			*ub_push(arena, &asked) = items.items[i].owner;
	if (ub_store_seens(taken->store, ub_organization, uid, arena, &seens) != UB_STORE_OK)
		return false;
	find_joined(decision, &seens, input, arena);
	for (size_t i = 0; i < asked.n; i++)
		if (has_left(input, &seens, asked.items[i], arena))
			*ub_push(arena, &input->left) = asked.items[i];
	return true;
}
