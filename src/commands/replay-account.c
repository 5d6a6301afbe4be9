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

/* A virtual series of an account, under the present rules and the changed ones, which may call it otherwise.
 */
struct twofold {
	const struct ub_rule *present, *changed; /* who makes it; NULL: none */
};

/* The changed rule that makes what has the UID now. NULL: none does. */
static const struct ub_rule *successor(
    const struct ub_ruleset *rules, struct ub_text id, struct ub_text uid, struct ub_arena *arena)
{
	for (size_t i = 0; i < rules->n_account_rules; i++)
		if (ub_cadence_makes(rules, rules->account_rules[i], id, uid, arena))
			return rules->account_rules[i];
	return NULL;
}

/* Decides by some rules. Without a rule for it, what stands goes. */
static void decide(struct replay *replay, struct ub_cadence_input *input, struct ub_snapshot *snapshot,
    const struct ub_rule *rule, struct ub_decision *decision, struct ub_arena *arena)
{
	input->snapshot = snapshot;
	input->rule = rule;
	input->gone = !rule;
	if (rule)
		input->uid = ub_cadence_uid(rule, input->account->id, arena);
	if (!replay->taken.store ||
	    !ub_decide_cadence_as_known(&replay->taken, UB_TEXT_NONE, input, decision, arena))
		ub_decide_cadence(input, decision, arena);
}

/* Adds what changes in the series. */
static void replay_series(
    struct replay *replay, const struct twofold *series, struct otherwise *otherwise, struct ub_arena *arena)
{
	const struct ub_replay_input *input = replay->input;
	const struct ub_rule *any = series->present ? series->present : series->changed;
	struct ub_cadence_input asked = { .account = otherwise->account,
		.owner = otherwise->account->owner,
		.uid = ub_cadence_uid(any, otherwise->account->id, arena),
		.now = input->now };
	struct ub_decision then, present, changed;
	size_t n;
	decide(replay, &asked, input->present, series->present, &then, arena);
	struct ub_existing *existing = ub_existing_after(input->present, then.plan, input->now, &n, arena);
	replay_mark_deleted(replay, asked.uid, existing, n, arena);
	asked.existing = existing;
	asked.n_existing = n;
	decide(replay, &asked, input->present, series->present, &present, arena);
	decide(replay, &asked, input->changed, series->changed, &changed, arena);
	struct ub_changes changes = ub_plan_compare(present.plan, changed.plan, existing, n, arena);
	for (size_t i = 0; i < changes.n; i++)
		*ub_push(arena, &otherwise->changes) = changes.items[i];
	otherwise->facts = changed.facts;
}

static void replay_present(
    struct replay *replay, struct otherwise *otherwise, struct ub_map *done, struct ub_arena *arena)
{
	const struct ub_ruleset *rules = replay->input->present->rules;
	struct ub_text id = otherwise->account->id;
	for (size_t i = 0; i < rules->n_account_rules; i++) {
		struct twofold series = { .present = rules->account_rules[i] };
		if (!ub_cadence_leads(rules, series.present))
			continue;
		series.changed = successor(
		    replay->input->changed->rules, id, ub_cadence_uid(series.present, id, arena), arena);
		if (series.changed)
			ub_map_put(done, ub_cadence_uid(series.changed, id, arena), replay);
		replay_series(replay, &series, otherwise, arena);
	}
}

void replay_account(struct replay *replay, const struct ub_account *account, struct ub_arena *arena)
{
	const struct ub_ruleset *rules = replay->input->changed->rules;
	struct otherwise otherwise = { .account = account };
	struct ub_map *done = ub_map_new(arena);
	replay_present(replay, &otherwise, done, arena);
	for (size_t i = 0; i < rules->n_account_rules; i++) {
		const struct twofold series = { .changed = rules->account_rules[i] };
		if (ub_cadence_leads(rules, series.changed) &&
		    !ub_map_get(done, ub_cadence_uid(series.changed, account->id, arena)))
			replay_series(replay, &series, &otherwise, arena);
	}
	if (otherwise.changes.n)
		replay_tell(replay, &otherwise, arena);
}
