/* SPDX-License-Identifier: Apache-2.0 */

/*
 * One meeting under two UIDs gets one set of items: the decision tells of its doubles. Here it is seen to
 * that no two passes make one set each, and that a double gets its items when the other meeting goes or
 * becomes another one. That comes to an end: keys are put only when a meeting has changed or is gone.
 */
#include "pass-private.h"

#include "upbeat/settings.h"

bool pass_claim_occasions(struct ub_pass *pass, const struct ub_decision *decision)
{
	struct ub_texts names = { 0 };
	if (pass->snapshot->settings->doubles == UB_DOUBLES_ONCE)
		names = ub_decide_occasions(decision, pass->snapshot->org, pass->arena);
	for (size_t i = 0; i < names.n; i++)
		if (!pass_claim(pass, names.items[i]))
			return false;
	return true;
}

/* ---- whose turn it is now ---- */

struct looking {
	struct ub_pass *pass;
	int64_t due;
	struct ub_map *looked; /* UIDs */
};

/* Puts the keys of all copies of the other meeting that the store knows. */
static void look_at_meeting(struct looking *looking, struct ub_text uid)
{
	struct ub_pass *pass = looking->pass;
	struct ub_store_seens seens = { 0 };
	if (ub_store_seens(pass->store, ub_organization, uid, pass->arena, &seens) != UB_STORE_OK) {
		pass_complain(pass);
		return;
	}
	for (size_t i = 0; i < seens.n; i++) {
		ub_log(pass->log, UB_LOG_DEBUG,
		    "%.*s: %.*s is at the same time and may be the same meeting; it is looked at",
		    UB_ARGS(pass->job->key.href), UB_ARGS(seens.items[i].href));
		pass_look_at_later(pass, &seens.items[i], looking->due);
	}
}

static void look_at_person(struct looking *looking, const struct ub_meeting *meeting, struct ub_text address)
{
	struct ub_pass *pass = looking->pass;
	struct ub_store_appointments then;
	if (ub_store_appointments(pass->store, ub_organization, address, meeting->start * 1000,
		meeting->end * 1000, pass->arena, &then) != UB_STORE_OK) {
		pass_complain(pass);
		return;
	}
	for (size_t i = 0; i < then.n; i++) {
		const struct ub_store_appointment *other = &then.items[i];
		if (ub_map_size(looking->looked) < UB_DOUBLES_LOOKS_MAX && !other->item &&
		    other->start == meeting->start * 1000 && other->end == meeting->end * 1000 &&
		    !ub_map_put(looking->looked, other->meeting_uid, looking))
			look_at_meeting(looking, other->meeting_uid);
	}
}

static void look_at_those_then(struct looking *looking, const struct ub_decision *decision)
{
	for (size_t i = 0; i <= decision->ahead.n; i++) {
		const struct ub_facts *facts = i ? decision->ahead.items[i - 1] : decision->facts;
		const struct ub_people internal = facts ? facts->meeting.internal : (struct ub_people){ 0 };
		for (size_t k = 0; k < internal.n; k++)
			look_at_person(looking, &facts->meeting, internal.items[k]->email);
	}
}

void pass_look_at_doubles(
    struct ub_pass *pass, const struct ub_store_seen *former, const struct ub_decision *decision, int64_t due)
{
	struct looking looking = { .pass = pass, .due = due, .looked = ub_map_new(pass->arena) };
	if (pass->snapshot->settings->doubles == UB_DOUBLES_EACH)
		return;
	if (decision && decision->facts) {
		ub_map_put(looking.looked, decision->event->uid, pass);
		look_at_those_then(&looking, decision);
	}
	if (!former)
		return;
	struct ub_decision before;
	const struct ub_decide_input input = { .snapshot = pass->snapshot,
		.watched = pass->watched,
		.text = former->text,
		.owner = former->owner,
		.form = pass_form(pass),
		.now = pass->now };
	ub_map_put(looking.looked, former->meeting_uid, pass);
	ub_decide(&input, &before, pass->arena);
	look_at_those_then(&looking, &before);
}
