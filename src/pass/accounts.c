/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The pass over a user's accounts: what rules for accounts ask for stands in the calendar of the account's
 * owner. Nothing on the server is looked at but the items themselves: accounts come from the directory.
 */
#include "pass-private.h"

#include "upbeat/directory.h"
#include "upbeat/settings.h"

struct tending {
	struct ub_pass *pass;
	struct ub_accounts *accounts;
	struct ub_map *tended; /* UIDs of what the user has to have */
	struct ub_acts acts;   /* all together */
	enum ub_pass_end end;
	size_t unanswered; /* accounts for which the end was UB_PASS_AGAIN */
};

/* ---- the calendar ---- */

static enum ub_pass_end find_calendar(struct ub_pass *pass, struct ub_text *why)
{
	enum ub_outcome outcome = ub_identity_calendar(pass->caller, &pass->collection, pass->arena);
	*why = ub_textf(pass->arena, "looking for the user's calendar: %s", ub_outcome_text(outcome));
	if (outcome == UB_OUTCOME_GONE) {
		*why = UB_TEXT("the user has no calendar of his own that takes events");
		return UB_PASS_SETTLED;
	}
	if (outcome == UB_OUTCOME_OK)
		outcome = ub_identity_of(pass->snapshot->identities, pass->caller, pass->collection,
		    pass->snapshot->org, pass->monotonic / 1000, &pass->identity, pass->arena);
	if (outcome == UB_OUTCOME_OK && pass->identity.owner.len == 0)
		*why = UB_TEXT("the user's address is not known: set organization.users");
	return outcome == UB_OUTCOME_OK ? UB_PASS_SETTLED : pass_end_of(outcome);
}

/* ---- one account by one rule ---- */

/* The meetings that the store knows. A copy of each is enough. False: the store cannot tell. */
static bool find_met(struct ub_pass *pass, struct ub_cadence_input *input)
{
	struct ub_store_meetings known = { 0 };
	UB_VEC(struct ub_met) met = { 0 };
	if (ub_store_account_meetings(
		pass->store, ub_organization, input->account->id, pass->arena, &known) != UB_STORE_OK)
		return false;
	for (size_t i = 0; i < known.n; i++) {
		struct ub_store_seens seens = { 0 };
		if (ub_store_seens(pass->store, ub_organization, known.items[i].meeting_uid, pass->arena,
			&seens) != UB_STORE_OK ||
		    seens.n == 0)
			continue;
		*ub_push(pass->arena, &met) = (struct ub_met){ known.items[i].start / 1000,
			known.items[i].end / 1000, seens.items[0].text };
	}
	input->met = met.items;
	input->n_met = met.n;
	return true;
}

static void add_acts(struct ub_acts *sum, const struct ub_acts *acts)
{
	sum->created += acts->created;
	sum->changed += acts->changed;
	sum->removed += acts->removed;
	sum->refused += acts->refused;
}

/* The names that items of the next periods have, so that the marks suffice where the store has lost its
 * memory. */
static struct ub_texts names_of(
    struct ub_pass *pass, const struct ub_cadence_input *input, struct ub_text uid)
{
	const struct ub_ruleset *rules = pass->snapshot->rules;
	struct ub_decision first;
	if (input->gone)
		return (struct ub_texts){ 0 };
	ub_decide_cadence(input, &first, pass->arena);
	return ub_plan_names(
	    ub_cadence_rules(rules, input->rule, pass->arena), uid, input->owner, first.turns, pass->arena);
}

static enum ub_pass_end look_at_one(
    struct tending *tending, struct ub_cadence_input *input, struct ub_text uid)
{
	struct ub_pass *pass = tending->pass;
	struct ub_findings findings;
	struct ub_decision decision;
	struct ub_acts acts;
	if (ub_store_claim(pass->queue, pass->job, pass->now * 1000, ub_organization, uid) != UB_STORE_OK)
		return UB_PASS_AGAIN;
	enum ub_outcome outcome = pass_fetch_items(pass, uid, names_of(pass, input, uid), &findings);
	if (outcome != UB_OUTCOME_OK)
		return pass_end_of(outcome);
	input->existing = findings.existing;
	input->n_existing = findings.n;
	if (!find_met(pass, input) || !pass_choose_review_times(pass, input, &decision, &findings))
		return pass_complain(pass), UB_PASS_AGAIN;
	pass_apply(pass, decision.plan, &findings, &acts);
	add_acts(&tending->acts, &acts);
	return acts.end;
}

static struct ub_cadence_input input_of(
    const struct ub_pass *pass, const struct ub_account *account, const struct ub_rule *rule)
{
	return (struct ub_cadence_input){ .snapshot = pass->snapshot,
		.account = account,
		.rule = rule,
		.owner = pass->identity.owner,
		.now = pass->now,
		.watched = pass->watched };
}

/* The worst end of all counts: what went well is not done again. */
static void note_end(struct tending *tending, enum ub_pass_end end)
{
	if (tending->end == UB_PASS_SETTLED || end == UB_PASS_DENIED)
		tending->end = end;
	tending->unanswered += end == UB_PASS_AGAIN;
}

/* What one account takes of memory is given back: a user may have many. */
static void tend(struct tending *tending, struct ub_cadence_input *input, struct ub_text uid)
{
	struct ub_pass *pass = tending->pass;
	struct ub_arena *arena = pass->arena;
	ub_map_put(tending->tended, uid, tending);
	pass->arena = ub_arena_new();
	note_end(tending, look_at_one(tending, input, uid));
	ub_arena_free(&pass->arena);
	pass->arena = arena;
}

/* A server that refuses the credentials, or does not answer, is not asked for all accounts. */
static bool goes_on(const struct tending *tending)
{
	const struct ub_pass *pass = tending->pass;
	return tending->end != UB_PASS_DENIED && tending->unanswered < UB_CADENCE_UNANSWERED_MAX &&
	       !(pass->is_stopping && pass->is_stopping(pass->context));
}

/* Rules of one group share the UID, and give one decision. */
static void tend_account(struct tending *tending, const struct ub_account *account)
{
	struct ub_pass *pass = tending->pass;
	const struct ub_ruleset *rules = pass->snapshot->rules;
	for (size_t i = 0; i < rules->n_account_rules; i++) {
		const struct ub_rule *rule = rules->account_rules[i];
		struct ub_cadence_input input = input_of(pass, account, rule);
		struct ub_text uid = ub_cadence_uid(rule, account->id, pass->arena);
		if (!ub_map_get(tending->tended, uid))
			tend(tending, &input, uid);
	}
}

/* False: the rest of the accounts was left. */
static bool tend_owned(struct tending *tending)
{
	for (size_t i = 0; i < ub_accounts_count(tending->accounts); i++) {
		if (!goes_on(tending))
			return false;
		const struct ub_account *account = ub_accounts_at(tending->accounts, i);
		if (ub_text_eq_nocase(account->owner, tending->pass->identity.owner))
			tend_account(tending, account);
	}
	return goes_on(tending);
}

/* ---- what the user does not have any more ---- */

/* The rule and the account that the UID is made of. The account may be unknown by now. False: nobody knows
 * the rule, or whether the account is gone. */
static bool find_origin(struct tending *tending, struct ub_text uid, struct ub_cadence_input *input)
{
	struct ub_pass *pass = tending->pass;
	const struct ub_ruleset *rules = pass->snapshot->rules;
	struct ub_text rest = uid, family, mark;
	if (!ub_text_split(&rest, '/', &family) || !ub_text_split(&rest, '/', &mark))
		return false;
	struct ub_account *unknown = UB_NEW(pass->arena, struct ub_account);
	*unknown = ub_account_unknown();
	unknown->id = rest;
	const struct ub_account *account = ub_accounts_find(tending->accounts, rest);
	if (!ub_accounts_whole(tending->accounts) && (!account || account->owner.len == 0))
		return false;
	for (size_t i = 0; i < rules->n_account_rules; i++) {
		const struct ub_rule *rule = rules->account_rules[i];
		if (!ub_text_eq(ub_cadence_uid(rule, rest, pass->arena), uid))
			continue;
		*input = input_of(pass, account ? account : unknown, rule);
		input->gone = true;
		return true;
	}
	return false;
}

/* Removes what stands ahead for accounts that are gone, or have another owner by now. To be called when all
 * that the user owns was tended. False: the rest was left. */
static bool tend_lost(struct tending *tending)
{
	struct ub_pass *pass = tending->pass;
	struct ub_store_items items = { 0 };
	if (ub_store_items(pass->store, ub_organization, UB_TEXT_NONE, pass->arena, &items) != UB_STORE_OK)
		return pass_complain(pass), false;
	for (size_t i = 0; i < items.n; i++) {
		const struct ub_store_item *item = &items.items[i];
		struct ub_cadence_input input;
		if (ub_cadence_is_uid(item->meeting_uid) && ub_text_eq(item->owner, pass->identity.owner) &&
		    item->state == UB_ITEM_EXISTS && !ub_map_get(tending->tended, item->meeting_uid) &&
		    find_origin(tending, item->meeting_uid, &input))
			tend(tending, &input, item->meeting_uid);
		if (!goes_on(tending))
			return false;
	}
	return true;
}

enum ub_pass_end ub_pass_accounts(struct ub_pass *pass, struct ub_text *why)
{
	struct tending tending = { .pass = pass, .tended = ub_map_new(pass->arena), .end = UB_PASS_SETTLED };
	pass->held = pass->now * 1000;
	enum ub_pass_end end = find_calendar(pass, why);
	if (end != UB_PASS_SETTLED || pass->collection.len == 0 || !pass->identity.calendar ||
	    !pass->identity.caller_is_owner || pass->identity.owner.len == 0 || !pass->snapshot->directory)
		return end;
	tending.accounts = ub_directory_accounts(pass->snapshot->directory);
	if (!tend_owned(&tending) || !tend_lost(&tending))
		note_end(&tending, UB_PASS_AGAIN);
	ub_accounts_release(&tending.accounts);
	*why = ub_textf(pass->arena,
	    "accounts: %zu created, %zu changed, %zu removed, %zu refused by the server",
	    tending.acts.created, tending.acts.changed, tending.acts.removed, tending.acts.refused);
	return tending.end;
}
