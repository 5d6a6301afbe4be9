/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The decision with what the store knows: about a meeting, and about an account or a team.
 */
#include "decision-private.h"
#include "upbeat/history.h"

bool ub_decide_as_known(const struct ub_taken *taken, struct ub_decide_input *input,
    struct ub_decision *decision, struct ub_arena *arena)
{
	if (!ub_decide_history(taken, decision, input, arena) ||
	    !ub_decide_left(taken, decision, input, arena) ||
	    !ub_decide_doubles(taken, decision, input, arena) ||
	    !ub_decide_busy(taken, decision, input, arena))
		return false;
	if (input->n_existing || input->n_busy || input->history || input->left.n || input->joined.n ||
	    input->doubles.n)
		ub_decide(input, decision, arena);
	return true;
}

/* False: the store cannot tell. */
static bool find_met(struct ub_store *store, struct ub_cadence_input *input, struct ub_arena *arena)
{
	struct ub_store_meetings known = { 0 };
	UB_VEC(struct ub_met) met = { 0 };
	if (input->team)
		return true;
	if (ub_store_account_meetings(store, ub_organization, input->account->id, arena, &known) !=
	    UB_STORE_OK)
		return false;
	struct ub_map *told = ub_map_new(arena);
	for (size_t i = 0; i < known.n; i++) {
		const struct ub_store_meeting *meeting = &known.items[i];
		struct ub_store_seens seens = { 0 }; /* a copy of each is enough */
		if (ub_map_get(told, meeting->meeting_uid))
			continue; /* the series' text tells of all its instances */
		if (ub_store_seens(store, ub_organization, meeting->meeting_uid, arena, &seens) !=
		    UB_STORE_OK)
			return false;
		struct ub_met *one = ub_push(arena, &met);
		*one = decision_met_of(meeting);
		if (seens.n) {
			one->text = seens.items[0].text;
			ub_map_put(told, meeting->meeting_uid, one);
		}
	}
	input->met = met.items;
	input->n_met = met.n;
	return true;
}

bool ub_cadence_recall(struct ub_store *store, struct ub_cadence_input *input, struct ub_arena *arena)
{
	struct ub_rhythm *rhythm = UB_NEW(arena, struct ub_rhythm);
	struct ub_store_rhythm known;
	enum ub_store_result result = ub_store_rhythm(store, ub_organization, input->uid, arena, &known);
	bool found = result == UB_STORE_OK && ub_recall_rhythm(&known, rhythm, arena);
	input->rhythm = found ? rhythm : NULL;
	return result != UB_STORE_FAILED;
}

bool ub_decide_cadence_as_known(const struct ub_taken *taken, struct ub_text collection,
    struct ub_cadence_input *input, struct ub_decision *decision, struct ub_arena *arena)
{
	struct ub_decide_input people = { .snapshot = input->snapshot,
		.existing = input->existing,
		.n_existing = input->n_existing,
		.now = input->now };
	if (!find_met(taken->store, input, arena) || !ub_cadence_recall(taken->store, input, arena) ||
	    !decision_find_reviews(taken, collection, input, arena))
		return false;
	ub_decide_cadence(input, decision, arena);
	if (!ub_decide_busy(taken, decision, &people, arena))
		return false;
	input->busy = people.busy;
	input->n_busy = people.n_busy;
	if (people.n_busy)
		ub_decide_cadence(input, decision, arena);
	return true;
}
