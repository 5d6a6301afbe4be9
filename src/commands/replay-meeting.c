/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What other rules would change of what is planned for one meeting.
 */
#include "replay-private.h"

#include "upbeat/ical.h"

/* Decides as the daemon did, which knew when people were taken, which other meetings there were, and who
 * comes by a copy of his own. */
static void decide_then(const struct replay *replay, struct ub_decide_input *input, struct ub_decision *then,
    struct ub_arena *arena)
{
	const struct ub_taken *taken = &replay->taken;
	ub_decide(input, then, arena);
	if (taken->store && then->facts && !ub_decide_as_known(taken, input, then, arena))
		ub_decide(input, then, arena);
}

/* Decides by some rules as of now. The items stand where they stand, whoever is taken by now. */
static void decide_now(const struct replay *replay, struct ub_decide_input *input,
    struct ub_snapshot *snapshot, const struct ub_decision *then, struct ub_decision *now,
    struct ub_arena *arena)
{
	input->snapshot = snapshot;
	input->now = replay->input->now;
	if (replay->taken.store && !ub_decide_history(&replay->taken, then, input, arena))
		input->history = NULL;
	ub_decide(input, now, arena);
}

/* What the user has deleted, or has taken out of the meeting itself, stays away. */
static bool is_deleted(
    const struct replay *replay, struct ub_text uid, struct ub_text mark, struct ub_arena *arena)
{
	return ub_map_get(replay->deleted, ub_textf(arena, "%.*s\n%.*s", UB_ARGS(uid), UB_ARGS(mark)));
}

void replay_mark_deleted(
    struct replay *replay, struct ub_text uid, struct ub_existing *existing, size_t n, struct ub_arena *arena)
{
	for (size_t i = 0; i < n; i++)
		if (is_deleted(replay, uid, existing[i].item_mark, arena))
			existing[i].state = UB_EXISTING_DELETED;
}

static bool was_taken(const struct replay *replay, const struct ub_replay_meeting *meeting,
    const struct ub_amendment *amendment, struct ub_arena *arena)
{
	bool taken = is_deleted(replay, meeting->uid, amendment->mark, arena);
	for (size_t i = 0; !taken && i < amendment->was.n; i++)
		taken = is_deleted(replay, meeting->uid, amendment->was.items[i], arena);
	return taken;
}

static bool adds(const struct ub_plan *plan, const struct ub_amendment *wanted)
{
	for (size_t i = 0; i < plan->amendments.n; i++) {
		const struct ub_amendment *amendment = &plan->amendments.items[i];
		if (ub_text_eq(amendment->mark, wanted->mark) && ub_text_eq(amendment->text, wanted->text) &&
		    amendment->seconds == wanted->seconds)
			return true;
	}
	return false;
}

/* What only the changed rules add to the meeting itself. What is there stays as it is. */
static struct ub_amendments additions(const struct replay *replay, const struct ub_replay_meeting *meeting,
    const struct ub_plan *present, const struct ub_plan *changed, struct ub_arena *arena)
{
	struct ub_amendments additions = { 0 };
	struct ub_ical_refusal refusal;
	const struct ub_ical *ical =
	    changed->amendments.n ? ub_ical_parse(arena, meeting->text, &refusal) : NULL;
	for (size_t i = 0; ical && i < changed->amendments.n; i++) {
		const struct ub_amendment *amendment = &changed->amendments.items[i];
		if (!adds(present, amendment) && !ub_ical_bears(ical, amendment, arena) &&
		    !was_taken(replay, meeting, amendment, arena))
			*ub_push(arena, &additions) = *amendment;
	}
	return additions;
}

void replay_meeting(struct replay *replay, const struct ub_replay_meeting *meeting, struct ub_arena *arena)
{
	const struct ub_replay_input *input = replay->input;
	struct ub_decision then, present, changed;
	struct ub_decide_input decide = { .snapshot = input->present,
		.text = meeting->text,
		.owner = meeting->owner,
		.now = meeting->then };
	size_t n;
	decide_then(replay, &decide, &then, arena);
	struct ub_existing *existing = ub_existing_after(input->present, then.plan, meeting->then, &n, arena);
	replay_mark_deleted(replay, meeting->uid, existing, n, arena);
	decide.existing = existing;
	decide.n_existing = n;
	decide_now(replay, &decide, input->present, &then, &present, arena);
	decide_now(replay, &decide, input->changed, &then, &changed, arena);
	if (changed.refused)
		replay_tell_refused(replay, meeting, &changed);
	struct otherwise otherwise = { .facts = changed.facts,
		.changes = ub_plan_compare(present.plan, changed.plan, existing, n, arena),
		.additions = additions(replay, meeting, present.plan, changed.plan, arena) };
	if (otherwise.changes.n + otherwise.additions.n)
		replay_tell(replay, &otherwise, arena);
}
