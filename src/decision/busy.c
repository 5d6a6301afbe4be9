/* SPDX-License-Identifier: Apache-2.0 */

/*
 * When the people whom a decision concerns are taken, as the store knows.
 */
#include "upbeat/decision.h"
#include "upbeat/settings.h"
#include "upbeat/store.h"

struct asking {
	struct ub_store *store;
	const struct ub_decide_input *input;
	const struct ub_meeting *meeting;
	struct ub_arena *arena;
	struct ub_map *asked; /* addresses */
	UB_VEC(struct ub_busy) busy;
	bool failed;
};

/* Whether the appointment is the meeting itself or one of its items. An item whose relation to the meeting a
 * client has taken away is known by its UID. */
static bool is_of_meeting(const struct asking *asking, const struct ub_store_appointment *appointment)
{
	if (ub_text_eq(appointment->meeting_uid, asking->meeting->event->uid))
		return true;
	for (size_t i = 0; i < asking->input->n_existing; i++)
		if (ub_text_eq(asking->input->existing[i].uid, appointment->uid))
			return true;
	return false;
}

static void ask(struct asking *asking, struct ub_text address)
{
	struct ub_store_appointments known;
	struct ub_busy busy = { .address = address };
	ub_instant now = asking->input->now;
	ub_instant from = asking->meeting->start - UB_PLAN_BUSY_REACH;
	ub_instant to = asking->meeting->end + UB_PLAN_BUSY_REACH;
	if (asking->failed || ub_map_get(asking->asked, address))
		return;
	ub_map_put(asking->asked, address, asking);
	if (ub_store_appointments(asking->store, ub_organization, address, (from > now ? from : now) * 1000,
		to * 1000, asking->arena, &known) != UB_STORE_OK) {
		asking->failed = true;
		return;
	}
	for (size_t i = 0; i < known.n; i++)
		if (!is_of_meeting(asking, &known.items[i]))
			*ub_push(asking->arena, &busy.times) =
			    (struct ub_interval){ known.items[i].start / 1000, known.items[i].end / 1000 };
	busy.times = ub_cal_intervals_normal(asking->arena, busy.times);
	if (busy.times.n)
		*ub_push(asking->arena, &asking->busy) = busy;
}

static void ask_all(struct asking *asking, struct ub_people people)
{
	for (size_t i = 0; i < people.n; i++)
		ask(asking, people.items[i]->email);
}

bool ub_decide_busy(struct ub_store *store, const struct ub_decision *decision, struct ub_decide_input *input,
    struct ub_arena *arena)
{
	struct asking asking = { .store = store,
		.input = input,
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
