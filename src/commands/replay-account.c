/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What other rules would change of what is planned for accounts. The present rules are decided twice, as for
 * a meeting: what they make first is what stands.
 */
#include "replay-private.h"

#include "upbeat/directory.h"

struct replay_accounts replay_owned(
    const struct ub_replay_input *input, const struct ub_accounts *accounts, struct ub_arena *arena)
{
	struct replay_accounts owned = { 0 };
	bool some = input->present->rules->n_account_rules || input->changed->rules->n_account_rules;
	for (size_t i = 0; some && accounts && i < ub_accounts_count(accounts); i++)
		if (ub_accounts_at(accounts, i)->owner.len)
			*ub_push(arena, &owned) = ub_accounts_at(accounts, i);
	return owned;
}

static const struct ub_rule *rule_of(
    const struct ub_snapshot *snapshot, struct ub_text id, struct ub_text uid, struct ub_arena *arena)
{
	const struct ub_ruleset *rules = snapshot->rules;
	for (size_t i = 0; i < rules->n_account_rules; i++)
		if (ub_text_eq(ub_cadence_uid(rules->account_rules[i], id, arena), uid))
			return rules->account_rules[i];
	return NULL;
}

/* Decides by some rules. Without a rule for it, what stands goes. */
static void decide(struct replay *replay, struct ub_cadence_input *input, struct ub_snapshot *snapshot,
    struct ub_decision *decision, struct ub_arena *arena)
{
	input->snapshot = snapshot;
	input->rule = rule_of(snapshot, input->account->id, input->uid, arena);
	input->gone = !input->rule;
	if (!replay->taken.store ||
	    !ub_decide_cadence_as_known(&replay->taken, UB_TEXT_NONE, input, decision, arena))
		ub_decide_cadence(input, decision, arena);
}

/* Adds what changes in the virtual series of one rule or group. */
static void replay_series(
    struct replay *replay, struct ub_text uid, struct otherwise *otherwise, struct ub_arena *arena)
{
	const struct ub_replay_input *input = replay->input;
	struct ub_cadence_input asked = { .account = otherwise->account,
		.owner = otherwise->account->owner,
		.uid = uid,
		.now = input->now };
	struct ub_decision then, present, changed;
	size_t n;
	decide(replay, &asked, input->present, &then, arena);
	struct ub_existing *existing = ub_existing_after(input->present, then.plan, input->now, &n, arena);
	replay_mark_deleted(replay, uid, existing, n, arena);
	asked.existing = existing;
	asked.n_existing = n;
	decide(replay, &asked, input->present, &present, arena);
	decide(replay, &asked, input->changed, &changed, arena);
	struct ub_changes changes = ub_plan_compare(present.plan, changed.plan, existing, n, arena);
	for (size_t i = 0; i < changes.n; i++)
		*ub_push(arena, &otherwise->changes) = changes.items[i];
	otherwise->facts = changed.facts;
}

void replay_account(struct replay *replay, const struct ub_account *account, struct ub_arena *arena)
{
	const struct ub_ruleset *const rules[] = { replay->input->present->rules,
		replay->input->changed->rules };
	struct otherwise otherwise = { .account = account };
	struct ub_map *done = ub_map_new(arena);
	for (size_t i = 0; i < UB_COUNT(rules); i++) {
		for (size_t k = 0; k < rules[i]->n_account_rules; k++) {
			struct ub_text uid = ub_cadence_uid(rules[i]->account_rules[k], account->id, arena);
			if (ub_cadence_leads(rules[i], rules[i]->account_rules[k]) &&
			    !ub_map_put(done, uid, replay))
				replay_series(replay, uid, &otherwise, arena);
		}
	}
	if (otherwise.changes.n)
		replay_tell(replay, &otherwise, arena);
}
