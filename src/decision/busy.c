/* SPDX-License-Identifier: Apache-2.0 */

/*
 * When the people whom a decision concerns are taken, as the store knows and the server has said; and how
 * many reviews they have. The store knows what passed through Upbeat, at once; the server knows the rest.
 */
#include "decision-private.h"
#include "upbeat/store.h"

struct asking {
	const struct ub_taken *taken;
	const struct ub_decide_input *input;
	const struct ub_decision *decision;
	const struct ub_meeting *meeting;
	struct ub_arena *arena;
	struct ub_map *asked; /* addresses */
	UB_VEC(struct ub_busy) busy;
	bool failed;
};

/* Whether the event is the meeting itself or one of its items. An item whose relation to the meeting a client
 * has taken away is known by its UID. */
static bool is_of_meeting(const struct asking *asking, struct ub_text uid, struct ub_text meeting_uid)
{
	struct ub_text own = asking->meeting->event->uid;
	if (uid.len == 0)
		return false;
	if (ub_text_eq(meeting_uid, own) || ub_text_eq(uid, own))
		return true;
	for (size_t i = 0; i < asking->input->n_existing; i++)
		if (ub_text_eq(asking->input->existing[i].uid, uid))
			return true;
	return false;
}

const struct ub_store_appointments *decision_find_taken(
    const struct ub_taken *taken, struct ub_text address, struct ub_interval reach, struct ub_arena *arena)
{
	struct ub_store_appointments *found = taken->known ? ub_map_get(taken->known, address) : NULL;
	if (found)
		return found;
	if (taken->known) {
		arena = taken->arena;
		reach = (struct ub_interval){ 0, INT64_MAX / 1000 };
	}
	found = UB_NEW(arena, struct ub_store_appointments);
	if (ub_store_appointments(taken->store, ub_organization, address, reach.start * 1000,
		reach.end * 1000, arena, found) != UB_STORE_OK)
		return NULL;
	if (taken->known)
		ub_map_put(taken->known, ub_text_copy(arena, address), found);
	return found;
}

/* ---- what the server has said ---- */

/*
 * When the meeting and its items are. Where the server tells the times alone, these have to be taken out of
 * them: the people on them are busy then, by their own copies. So nobody sees that somebody has something
 * else at the very time of an item that stands, and the item stays there.
 */
static struct ub_intervals own_times(const struct asking *asking)
{
	struct ub_intervals own = { 0 };
	const struct ub_decide_input *input = asking->input;
	const struct ub_decision *decision = asking->decision;
	/* The period of a rule for accounts is in nobody's calendar. */
	if (!ub_cadence_is_uid(asking->meeting->event->uid))
		*ub_push(asking->arena, &own) =
		    (struct ub_interval){ asking->meeting->start, asking->meeting->end };
	for (size_t i = 0; i < decision->ahead.n; i++)
		*ub_push(asking->arena, &own) = (struct ub_interval){ decision->ahead.items[i]->meeting.start,
			decision->ahead.items[i]->meeting.end };
	for (size_t i = 0; i < input->n_existing; i++)
		if (input->existing[i].state == UB_EXISTING_STANDS && input->existing[i].event &&
		    !input->existing[i].event->transparent)
			*ub_push(asking->arena, &own) =
			    (struct ub_interval){ input->existing[i].start, input->existing[i].end };
	return ub_cal_intervals_normal(asking->arena, own);
}

static void add_said(struct asking *asking, struct ub_busy *busy, struct ub_interval reach)
{
	const struct ub_busy_people *server = asking->taken->server;
	struct ub_intervals alone = { 0 };
	for (size_t i = 0; server && i < server->n; i++) {
		const struct ub_busy_person *person = &server->items[i];
		if (!ub_text_eq_nocase(person->address, busy->address))
			continue;
		if (person->state != UB_FREEBUSY_KNOWN)
			busy->unknown = person->words;
		for (size_t k = 0; k < person->times.n; k++) {
			const struct ub_busy_time *said = &person->times.items[k];
			struct ub_interval time = { said->start, said->end };
			if (ub_cal_overlap(time, reach) && !is_of_meeting(asking, said->uid, said->parent))
				*ub_push(asking->arena, said->uid.len ? &busy->times : &alone) = time;
		}
	}
	alone =
	    ub_cal_subtract(asking->arena, ub_cal_intervals_normal(asking->arena, alone), own_times(asking));
	for (size_t i = 0; i < alone.n; i++)
		*ub_push(asking->arena, &busy->times) = alone.items[i];
}

struct ub_sought ub_decide_sought(const struct ub_plan *plan, struct ub_arena *arena)
{
	struct ub_sought sought = { .range = { INT64_MAX, INT64_MIN } };
	struct ub_map *known = ub_map_new(arena);
	for (size_t i = 0; i < plan->items.n; i++) {
		const struct ub_item *item = &plan->items.items[i];
		for (size_t k = 0; k < item->free.n; k++) {
			struct ub_text address = ub_text_lower(arena, item->free.items[k]->email);
			if (!ub_map_put(known, address, arena))
				*ub_push(arena, &sought.people) = address;
			if (item->search.start < sought.range.start)
				sought.range.start = item->search.start;
			if (item->search.end > sought.range.end)
				sought.range.end = item->search.end;
		}
	}
	return sought;
}

/* ---- one person ---- */

static void ask(struct asking *asking, struct ub_text address)
{
	struct ub_busy busy = { .address = address, .unknown = UB_TEXT_NONE };
	ub_instant now = asking->input->now, from = asking->meeting->start - UB_PLAN_BUSY_REACH;
	struct ub_interval reach = { from > now ? from : now, asking->meeting->end + UB_PLAN_BUSY_REACH };
	if (asking->failed || ub_map_get(asking->asked, address))
		return;
	ub_map_put(asking->asked, address, asking);
	const struct ub_store_appointments *known =
	    decision_find_taken(asking->taken, address, reach, asking->arena);
	for (size_t i = 0; known && i < known->n; i++) {
		struct ub_interval time = { known->items[i].start / 1000, known->items[i].end / 1000 };
		if (ub_cal_overlap(time, reach) &&
		    !is_of_meeting(asking, known->items[i].uid, known->items[i].meeting_uid))
			*ub_push(asking->arena, &busy.times) = time;
	}
	asking->failed = !known;
	add_said(asking, &busy, reach);
	busy.times = ub_cal_intervals_normal(asking->arena, busy.times);
	if (busy.times.n || busy.unknown.len)
		*ub_push(asking->arena, &asking->busy) = busy;
}

static void ask_all(struct asking *asking, struct ub_people people)
{
	for (size_t i = 0; i < people.n; i++)
		ask(asking, people.items[i]->email);
}

bool ub_decide_busy(const struct ub_taken *taken, const struct ub_decision *decision,
    struct ub_decide_input *input, struct ub_arena *arena)
{
	struct asking asking = { .taken = taken,
		.input = input,
		.decision = decision,
		.meeting = &decision->facts->meeting,
		.arena = arena,
		.asked = ub_map_new(arena) };
	if (asking.meeting->owner)
		ask(&asking, asking.meeting->owner->email);
	ask_all(&asking, asking.meeting->internal);
	for (size_t i = 0; i < decision->plan->items.n; i++)
		ask_all(&asking, decision->plan->items.items[i].attendees);
	input->busy = asking.busy.items;
	input->n_busy = asking.busy.n;
	return !asking.failed;
}

/* ---- reviews ---- */

static bool is_another_review(const struct ub_cadence_input *input, struct ub_text collection,
    const struct ub_store_appointment *appointment)
{
	if (!appointment->item || !ub_cadence_is_uid(appointment->meeting_uid) ||
	    !ub_text_starts(appointment->href, collection))
		return false;
	for (size_t i = 0; i < input->n_existing; i++)
		if (ub_text_eq(input->existing[i].uid, appointment->uid))
			return false;
	return true;
}

bool decision_find_reviews(const struct ub_taken *taken, struct ub_text collection,
    struct ub_cadence_input *input, struct ub_arena *arena)
{
	struct ub_interval ahead = { input->now, INT64_MAX / 1000 };
	struct ub_text owner = ub_text_lower(arena, input->owner);
	const struct ub_store_appointments *known = decision_find_taken(taken, owner, ahead, arena);
	UB_VEC(ub_instant) reviews = { 0 };
	for (size_t i = 0; known && i < known->n; i++)
		if (is_another_review(input, collection, &known->items[i]))
			*ub_push(arena, &reviews) = known->items[i].start / 1000;
	input->reviews = reviews.items;
	input->n_reviews = reviews.n;
	return known != NULL;
}
