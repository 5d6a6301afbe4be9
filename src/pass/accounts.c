/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The pass over an account: what rules for accounts ask for stands in the calendar of the account's owner;
 * and over teams, whose items stand in the calendar of their lead. Nothing on the server is looked at but the
 * items themselves: accounts come from the directory.
 */
#include "pass-private.h"

#include "upbeat/directory.h"
#include "upbeat/history.h"

struct tending {
	struct ub_pass *pass;
	struct ub_accounts *accounts; /* NULL: the settings name no source */
	struct ub_map *tended;        /* UIDs of series */
	struct ub_acts acts;          /* all together */
	struct ub_text waits;         /* for what the server does not say yet; empty: for nothing */
	enum ub_pass_end end;
};

/* ---- the calendar ---- */

static enum ub_pass_end find_calendar(struct ub_pass *pass, struct ub_text *why)
{
	struct ub_identities *identities = pass->snapshot->identities;
	int64_t seconds = pass->monotonic / 1000;
	enum ub_outcome outcome =
	    ub_identity_calendar(identities, pass->caller, seconds, &pass->collection, pass->arena);
	*why = ub_textf(pass->arena, "looking for the user's calendar: %s", ub_outcome_text(outcome));
	if (outcome == UB_OUTCOME_GONE) {
		*why = pass->caller->service
			   ? UB_TEXT("the service account sees no calendar of the user's that takes events")
			   : UB_TEXT("the user has no calendar of his own that takes events");
		return pass_end_at_collection(pass, outcome);
	}
	if (outcome == UB_OUTCOME_OK)
		outcome = ub_identity_of(identities, pass->caller, pass->collection, pass->snapshot->org,
		    seconds, &pass->identity, pass->arena);
	if (outcome == UB_OUTCOME_OK && pass->identity.owner.len == 0)
		*why = UB_TEXT("the user's address is not known: set organization.users");
	return outcome == UB_OUTCOME_OK ? UB_PASS_SETTLED : pass_end_at_collection(pass, outcome);
}

/* ---- whose address it is ---- */

static bool find_owners(struct ub_pass *pass, struct ub_text address, struct ub_store_owners *owners)
{
	bool good = ub_store_owners(pass->store, pass->job->key.upstream, address, pass->arena, owners) ==
		    UB_STORE_OK;
	if (!good)
		pass_complain(pass);
	return good;
}

static bool is_noted(const struct ub_store_owners *owners, const struct ub_store_owner *owner)
{
	for (size_t i = 0; i < owners->n; i++)
		if (ub_text_eq(owners->items[i].principal, owner->principal) &&
		    ub_text_eq(owners->items[i].href, owner->href))
			return true;
	return false;
}

/* Remembers that accounts of this owner can be planned, in this user's calendar. Of two users with one
 * address, one has them: each would take the other's items for deleted. SETTLED: go on, unless *why says
 * otherwise. */
static enum ub_pass_end claim_address(struct ub_pass *pass, struct ub_text *why)
{
	const struct ub_caller *caller = pass->caller;
	const struct ub_store_owner mine = { .address = pass->identity.owner,
		.href = caller->service ? caller->behalf : pass->identity.caller_href,
		.principal = pass->job->key.principal,
		.claimed = pass->now * 1000 };
	struct ub_store_owners owners;
	if (!find_owners(pass, mine.address, &owners) || !pass_note_owner_found(pass))
		return UB_PASS_AGAIN;
	if (!is_noted(&owners, &mine) &&
	    (ub_store_put_owner(pass->store, pass->job->key.upstream, &mine) == UB_STORE_FAILED ||
		!find_owners(pass, mine.address, &owners)))
		return UB_PASS_AGAIN;
	const struct ub_store_owner *holder = ub_owners_holder(&owners, mine.address, pass->now * 1000);
	*why = UB_TEXT_NONE;
	if (holder && !ub_text_eq(holder->href, mine.href))
		*why = ub_textf(pass->arena, "the user %.*s has the address %.*s, too, and its reviews",
		    UB_ARGS(holder->principal), UB_ARGS(mine.address));
	if (why->len)
		ub_log(pass->log, UB_LOG_WARNING, "accounts: nothing is planned for the user %.*s: %.*s",
		    UB_ARGS(mine.principal), UB_ARGS(*why));
	return UB_PASS_SETTLED;
}

/* Whether accounts of this owner can be planned: somebody with that address was seen. If the store cannot
 * tell, nobody was. */
static bool is_seen(struct ub_pass *pass, struct ub_text address)
{
	struct ub_store_owners owners;
	return find_owners(pass, address, &owners) && owners.n > 0;
}

/* Has the accounts of former owners looked at, whose items go now that somebody else has them. */
static void tell_former_owners(struct ub_pass *pass, const struct ub_texts *former, struct ub_text id)
{
	for (size_t i = 0; i < former->n; i++)
		pass_look_at_account(pass, former->items[i], id);
}

/* ---- one account or team by one rule ---- */

static void add_acts(struct ub_acts *sum, const struct ub_acts *acts)
{
	sum->created += acts->created;
	sum->changed += acts->changed;
	sum->removed += acts->removed;
	sum->refused += acts->refused;
}

static struct ub_texts former_uids(struct ub_pass *pass, const struct ub_cadence_input *input)
{
	struct ub_text id = input->team ? input->team->name : input->account->id;
	return ub_cadence_former_uids(pass->snapshot->rules, input->rule, id, pass->arena);
}

/* The names that items of the next periods have, so that the marks suffice where the store has lost its
 * memory. `first`: the decision without what there is. */
static struct ub_texts names_of(
    struct ub_pass *pass, const struct ub_cadence_input *input, const struct ub_decision *first)
{
	const struct ub_ruleset *family = ub_cadence_rules(pass->snapshot->rules, input->rule, pass->arena);
	struct ub_texts names = { 0 }, uids = former_uids(pass, input);
	if (input->gone)
		return names;
	*ub_push(pass->arena, &uids) = input->uid;
	for (size_t i = 0; i < uids.n; i++) {
		struct ub_texts more =
		    ub_plan_names(family, uids.items[i], input->owner, first->turns, pass->arena);
		for (size_t k = 0; k < more.n; k++)
			*ub_push(pass->arena, &names) = more.items[k];
	}
	return names;
}

/* A series whose rule has another name now goes on under that: what was made stays as it is. False: the store
 * cannot tell. */
static bool take_over_former(struct ub_pass *pass, const struct ub_cadence_input *input)
{
	struct ub_texts former = former_uids(pass, input);
	bool good = true;
	for (size_t i = 0; i < former.n && good; i++)
		good = ub_store_rename_series(pass->store, ub_organization, former.items[i], input->uid) ==
		       UB_STORE_OK;
	if (!good)
		pass_complain(pass);
	return good;
}

static bool recall(struct ub_pass *pass, struct ub_cadence_input *input)
{
	bool known = ub_cadence_recall(pass->store, input, pass->arena);
	if (!known)
		pass_complain(pass);
	return known;
}

static enum ub_pass_end look_at_series(struct tending *tending, struct ub_cadence_input *input)
{
	struct ub_pass *pass = tending->pass;
	struct ub_findings findings;
	struct ub_decision first, decision;
	struct ub_said said;
	struct ub_acts acts;
	if (!pass_claim(pass, input->uid) || !take_over_former(pass, input) || !recall(pass, input))
		return UB_PASS_AGAIN;
	ub_decide_cadence(input, &first, pass->arena);
	enum ub_outcome outcome =
	    pass_fetch_items(pass, input->uid, names_of(pass, input, &first), &findings);
	if (outcome != UB_OUTCOME_OK)
		return pass_end_of(outcome);
	if (input->account && !input->gone)
		tell_former_owners(pass, &findings.others, input->account->id);
	input->existing = findings.existing;
	input->n_existing = findings.n;
	input->form = pass_form(pass);
	input->titles_ask_again = pass_titles_ask_again(pass);
	pass_ask_for_times(pass, first.plan, findings.existing, findings.n, &said);
	tending->waits = said.wait ? said.why : UB_TEXT_NONE;
	if (said.wait || !pass_choose_review_times(pass, input, &decision, &findings, &said.people))
		return UB_PASS_AGAIN;
	pass_note_period(pass, input, &decision);
	pass_note_rhythm(pass, input, &decision);
	pass_apply(pass, decision.plan, &findings, &acts);
	add_acts(&tending->acts, &acts);
	return acts.end;
}

/* A server that refuses the credentials, or does not answer, is not asked any more. */
static bool goes_on(const struct tending *tending)
{
	return tending->end != UB_PASS_DENIED && tending->end != UB_PASS_AGAIN;
}

/* Rules of one group share the UID, and give one decision. */
static void tend(struct tending *tending, struct ub_cadence_input *input)
{
	if (!goes_on(tending) || ub_map_put(tending->tended, input->uid, tending))
		return;
	enum ub_pass_end end = look_at_series(tending, input);
	if (tending->end == UB_PASS_SETTLED || !(end == UB_PASS_SETTLED || end == UB_PASS_CONFLICT))
		tending->end = end;
}

static struct ub_cadence_input input_of(
    const struct ub_pass *pass, const struct ub_account *account, const struct ub_team *team)
{
	return (struct ub_cadence_input){ .snapshot = pass->snapshot,
		.account = account,
		.team = team,
		.owner = pass->identity.owner,
		.now = pass->now,
		.watched = pass->watched };
}

static const struct ub_account *unknown(struct ub_text id, struct ub_arena *arena)
{
	struct ub_account *account = UB_NEW(arena, struct ub_account);
	*account = ub_account_unknown();
	account->id = id;
	return account;
}

/* Whether what stands ahead may be removed. Nobody can tell while a source lacks something; and a new owner
 * whom nobody has seen may be misspelt: until he is seen, the former one's reviews are better than none. */
static bool may_leave(const struct tending *tending, const struct ub_account *account)
{
	if (account && account->owner.len)
		return is_seen(tending->pass, account->owner);
	return ub_accounts_whole(tending->accounts);
}

/* Looks at one account. If it is gone, or has another owner by now, what stands ahead is removed. */
static void tend_account(struct tending *tending, struct ub_text id)
{
	struct ub_pass *pass = tending->pass;
	const struct ub_ruleset *rules = pass->snapshot->rules;
	if (!tending->accounts)
		return;
	const struct ub_account *account = ub_accounts_find(tending->accounts, id);
	bool owned = account && ub_text_eq_nocase(account->owner, pass->identity.owner);
	if (!owned && !may_leave(tending, account))
		return;
	for (size_t i = 0; i < rules->n_account_rules; i++) {
		struct ub_cadence_input input =
		    input_of(pass, account ? account : unknown(id, pass->arena), NULL);
		input.rule = rules->account_rules[i];
		if (!ub_cadence_leads(rules, input.rule))
			continue;
		input.uid = ub_cadence_uid(input.rule, id, pass->arena);
		input.gone = !owned;
		tend(tending, &input);
	}
}

/* ---- teams ---- */

static void tend_team(
    struct tending *tending, const struct ub_team *team, const struct ub_rule *rule, bool gone)
{
	struct ub_cadence_input input = input_of(tending->pass, NULL, team);
	input.rule = rule;
	input.uid = ub_cadence_uid(rule, team->name, tending->pass->arena);
	input.gone = gone;
	tend(tending, &input);
}

static bool leads(const struct ub_pass *pass, const struct ub_team *team)
{
	return ub_text_eq_nocase(ub_org_lead(pass->snapshot->org, team), pass->identity.owner);
}

/* Teams are few, and have no keys of their own. */
static void tend_teams(struct tending *tending)
{
	const struct ub_pass *pass = tending->pass;
	const struct ub_ruleset *rules = pass->snapshot->rules;
	const struct ub_org *org = pass->snapshot->org;
	for (size_t t = 0; t < org->n_teams; t++)
		for (size_t i = 0; i < rules->n_team_rules && leads(pass, &org->teams[t]); i++)
			if (ub_cadence_leads(rules, rules->team_rules[i]))
				tend_team(tending, &org->teams[t], rules->team_rules[i], false);
}

/* Removes what stands ahead for a team that the user does not lead, or that is no more. */
static void leave_team(struct tending *tending, const struct ub_rule *rule, struct ub_text name)
{
	const struct ub_team *team = ub_org_team(tending->pass->snapshot->org, name);
	const struct ub_team former = { .name = name };
	if (!team || !leads(tending->pass, team))
		tend_team(tending, team ? team : &former, rule, true);
}

/* ---- all accounts ---- */

/* The accounts of which the user has items, added to `ids`. No account leads to what no rule makes any more:
 * its items stay, as of any rule that is gone, and it has no open period. False: the store cannot tell. */
static bool add_kept(struct tending *tending, struct ub_texts *ids)
{
	struct ub_pass *pass = tending->pass;
	struct ub_texts uids;
	if (ub_store_item_uids(pass->store, ub_organization, UB_TEXT(UB_CADENCE_PREFIX), pass->identity.owner,
		pass->arena, &uids) != UB_STORE_OK)
		return pass_complain(pass), false;
	for (size_t i = 0; i < uids.n; i++) {
		struct ub_text id = uids.items[i], word;
		if (!ub_cadence_is_uid(id) || !ub_text_split(&id, '/', &word) ||
		    !ub_text_split(&id, '/', &word))
			continue;
		const struct ub_rule *rule =
		    ub_cadence_maker(pass->snapshot->rules, uids.items[i], pass->arena);
		struct ub_cadence_input input = input_of(pass, unknown(id, pass->arena), NULL);
		input.uid = uids.items[i];
		input.gone = true;
		if (rule && rule->subject == UB_FOR_TEAM) {
			leave_team(tending, rule, id);
			continue;
		}
		if (!rule)
			tend(tending, &input);
		if (tending->accounts)
			*ub_push(pass->arena, ids) = id;
	}
	return true;
}

static void add_owned(struct tending *tending, struct ub_texts *ids)
{
	struct ub_pass *pass = tending->pass;
	for (size_t i = 0; tending->accounts && i < ub_accounts_count(tending->accounts); i++) {
		const struct ub_account *account = ub_accounts_at(tending->accounts, i);
		if (ub_text_eq_nocase(account->owner, pass->identity.owner))
			*ub_push(pass->arena, ids) = account->id;
	}
}

/* Puts a key for each account. False: the store has not taken them. */
static bool put_keys(struct ub_pass *pass, const struct ub_texts *ids, size_t *n)
{
	struct ub_map *put = ub_map_new(pass->arena);
	UB_VEC(struct ub_key) keys = { 0 };
	for (size_t i = 0; i < ids->n; i++)
		if (!ub_map_put(put, ids->items[i], pass))
			*ub_push(pass->arena, &keys) = ub_store_account_key(
			    pass->job->key.upstream, pass->job->key.principal, ids->items[i], pass->arena);
	*n = keys.n;
	return pass_put_keys(pass, keys.items, keys.n);
}

static void tend_all(struct tending *tending, struct ub_text *why)
{
	struct ub_pass *pass = tending->pass;
	struct ub_texts ids = { 0 };
	size_t n = 0;
	tend_teams(tending);
	add_owned(tending, &ids);
	if (!add_kept(tending, &ids) || !put_keys(pass, &ids, &n))
		tending->end = UB_PASS_AGAIN;
	*why = ub_textf(pass->arena, "%zu account%s to be looked at", n, n == 1 ? " is" : "s are");
	if (tending->acts.removed)
		*why = ub_textf(pass->arena, "%.*s; %zu removed that no rule asks for any more",
		    UB_ARGS(*why), tending->acts.removed);
}

enum ub_pass_end ub_pass_account(struct ub_pass *pass, struct ub_text *why)
{
	struct tending tending = {
		.pass = pass, .tended = ub_map_new(pass->arena), .waits = UB_TEXT_NONE, .end = UB_PASS_SETTLED
	};
	struct ub_text id = ub_store_account_of(&pass->job->key);
	pass->held = pass->now * 1000;
	if (pass->job->key.principal.len == 0)
		return pass_look_for_owners(pass, why);
	enum ub_pass_end end = find_calendar(pass, why);
	if (end != UB_PASS_SETTLED || pass->collection.len == 0 || !pass->identity.calendar ||
	    !pass->identity.acts_for_owner || pass->identity.owner.len == 0)
		return end;
	end = claim_address(pass, why);
	if (end != UB_PASS_SETTLED || why->len)
		return end;
	if (pass->snapshot->directory)
		tending.accounts = ub_directory_accounts(pass->snapshot->directory);
	if (id.len == 0) {
		tend_all(&tending, why);
	} else {
		tend_account(&tending, id);
		*why = ub_textf(pass->arena,
		    "%zu created, %zu changed, %zu removed, %zu refused by the server", tending.acts.created,
		    tending.acts.changed, tending.acts.removed, tending.acts.refused);
	}
	if (tending.waits.len)
		*why = tending.waits;
	ub_accounts_release(&tending.accounts);
	return tending.end;
}
