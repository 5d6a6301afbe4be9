/* SPDX-License-Identifier: Apache-2.0 */

/*
 * For the service account: whom it acts for with a key that belongs to no object, and the keys of owners of
 * accounts and leads of teams who were not heard of. Nobody knows what they sign in as, so that their keys
 * have their addresses instead.
 */
#include "pass-private.h"

#include "upbeat/directory.h"
#include "upbeat/settings.h"

static const struct ub_text scheme = { UB_STORE_BY_ADDRESS, sizeof(UB_STORE_BY_ADDRESS) - 1 };

/* ---- whom ---- */

static enum ub_pass_end end_of_search(
    enum ub_outcome outcome, struct ub_text principal, struct ub_text *why, struct ub_arena *arena)
{
	*why = ub_textf(
	    arena, "looking for the principal of %.*s: %s", UB_ARGS(principal), ub_outcome_text(outcome));
	switch (outcome) {
	case UB_OUTCOME_OK:
		return UB_PASS_SETTLED;
	case UB_OUTCOME_AGAIN:
	case UB_OUTCOME_UNCERTAIN:
		return UB_PASS_AGAIN;
	case UB_OUTCOME_DENIED:
		return UB_PASS_DENIED;
	default:
		*why = ub_textf(arena,
		    "the service account finds no principal of %.*s; `principal` of `service` in the "
		    "settings "
		    "says where they are",
		    UB_ARGS(principal));
		return UB_PASS_FORBIDDEN;
	}
}

/* Whether somebody signs in as that principal: the key is put under his own name then. */
static bool was_heard_of(
    const struct ub_behalf *search, struct ub_text href, struct ub_text *why, struct ub_arena *arena)
{
	struct ub_key own = *search->key;
	int64_t now = ub_sys_now() * 1000;
	if (!ub_text_starts(search->key->principal, scheme) ||
	    ub_store_login(search->store, own.upstream, href, arena, &own.principal) != UB_STORE_OK)
		return false;
	*why = ub_textf(arena, "is looked at for %.*s", UB_ARGS(own.principal));
	return ub_store_put(search->store, &own, 1, now, now) == UB_STORE_OK;
}

enum ub_pass_end ub_pass_find_behalf(
    const struct ub_behalf *search, struct ub_caller *caller, struct ub_text *why, struct ub_arena *arena)
{
	const struct ub_snapshot *snapshot = search->snapshot;
	const struct ub_key *key = search->key;
	struct ub_text principal = key->principal, href;
	bool address = ub_text_starts(principal, scheme);
	bool token = ub_text_starts(principal, UB_TEXT("token:"));
	const struct ub_whom whom = { .login = address || token ? UB_TEXT_NONE : principal,
		.address = address ? ub_text_sub(principal, scheme.len, principal.len) : UB_TEXT_NONE,
		.pattern = snapshot->settings->service.principal };
	if (principal.len == 0 || (!address && ub_store_href_of(search->store, key->upstream, principal,
						   arena, &caller->behalf) == UB_STORE_OK))
		return UB_PASS_SETTLED;
	enum ub_outcome outcome = token ? UB_OUTCOME_GONE
					: ub_identity_find(snapshot->identities, caller, &whom, snapshot->org,
					      search->monotonic / 1000, &href, arena);
	enum ub_pass_end end = end_of_search(outcome, principal, why, arena);
	/* The copy of somebody's item is for the service account also where he was heard of. */
	if (end == UB_PASS_SETTLED && (key->kind == UB_KEY_COPY || !was_heard_of(search, href, why, arena)))
		caller->behalf = href;
	return end;
}

/* ---- owners ---- */

struct owners {
	struct ub_pass *pass;
	struct ub_map *addresses; /* of ours, each once */
};

static void add(struct owners *owners, struct ub_text address)
{
	address = ub_text_lower(owners->pass->arena, address);
	if (address.len && !ub_org_is_guest(owners->pass->snapshot->org, address))
		ub_map_put(owners->addresses, address, owners);
}

static void add_owners(struct owners *owners)
{
	const struct ub_snapshot *snapshot = owners->pass->snapshot;
	struct ub_accounts *accounts =
	    snapshot->directory ? ub_directory_accounts(snapshot->directory) : NULL;
	for (size_t i = 0; accounts && i < ub_accounts_count(accounts); i++)
		add(owners, ub_accounts_at(accounts, i)->owner);
	for (size_t i = 0; snapshot->rules->n_team_rules && i < snapshot->org->n_teams; i++)
		add(owners, ub_org_lead(snapshot->org, &snapshot->org->teams[i]));
	ub_accounts_release(&accounts);
}

/* Those who have items of accounts or teams, and may own or lead none any more. */
static bool add_former(struct owners *owners)
{
	struct ub_pass *pass = owners->pass;
	struct ub_store_items items = { 0 };
	if (ub_store_items(pass->store, ub_organization, UB_TEXT_NONE, pass->arena, &items) != UB_STORE_OK)
		return pass_complain(pass), false;
	for (size_t i = 0; i < items.n; i++)
		if (ub_cadence_is_uid(items.items[i].meeting_uid) &&
		    items.items[i].state != UB_ITEM_REMOVED && items.items[i].state != UB_ITEM_DELETED)
			add(owners, items.items[i].owner);
	return true;
}

static bool put_keys(struct ub_pass *pass, const struct owners *owners)
{
	size_t all = ub_map_size(owners->addresses);
	struct ub_key *keys = UB_NEW_ARRAY(pass->arena, struct ub_key, all);
	for (size_t i = 0; i < all; i++) {
		struct ub_text address;
		(void)ub_map_at(owners->addresses, i, &address);
		keys[i] = ub_store_account_key(pass->job->key.upstream,
		    ub_textf(pass->arena, "%.*s%.*s", UB_ARGS(scheme), UB_ARGS(address)), UB_TEXT_NONE,
		    pass->arena);
	}
	return pass_put_keys(pass, keys, all);
}

enum ub_pass_end pass_look_for_owners(struct ub_pass *pass, struct ub_text *why)
{
	struct owners owners = { pass, ub_map_new(pass->arena) };
	add_owners(&owners);
	*why = UB_TEXT("the store cannot tell who has items");
	if (!add_former(&owners) || !put_keys(pass, &owners))
		return UB_PASS_AGAIN;
	*why = ub_textf(pass->arena, "%zu owners and leads are looked for", ub_map_size(owners.addresses));
	return UB_PASS_SETTLED;
}

bool pass_note_owner_found(struct ub_pass *pass)
{
	const struct ub_key *key = &pass->job->key;
	return !ub_text_starts(key->principal, scheme) ||
	       ub_store_heard(pass->store, key->upstream, key->principal, pass->now * 1000, NULL) ==
		   UB_STORE_OK;
}
