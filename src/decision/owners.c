/* SPDX-License-Identifier: Apache-2.0 */

/*
 * In whose calendars accounts are planned, and what keeps accounts from being planned: an owner whom nobody
 * has seen, an address that two users have, or no owner at all.
 */
#include "upbeat/decision.h"
#include "upbeat/directory.h"
#include "upbeat/store.h"

/* Whoever was not heard of for long has left, and the address may be somebody else's by now. */
static bool is_around(const struct ub_store_owner *owner, int64_t now)
{
	return owner->heard >= now - UB_CLAIM_MS;
}

const struct ub_store_owner *ub_owners_holder(
    const struct ub_store_owners *owners, struct ub_text address, int64_t now)
{
	const struct ub_store_owner *first = NULL;
	for (size_t i = 0; i < owners->n; i++) {
		const struct ub_store_owner *owner = &owners->items[i];
		if (!ub_text_eq_nocase(owner->address, address))
			continue;
		if (is_around(owner, now))
			return owner;
		first = first ? first : owner;
	}
	return first;
}

struct finding {
	const struct ub_snapshot *snapshot;
	const struct ub_accounts *accounts;
	const struct ub_store_owners *owners;
	struct ub_arena *arena;
	int64_t now;
	struct ub_owner_findings *out;
};

/* Where the account says whose it is, as FILE:LINE. */
static struct ub_text place_of(const struct finding *finding, size_t account)
{
	struct ub_place place = ub_accounts_owner_place(finding->accounts, account);
	size_t line, column;
	if (!place.source)
		return UB_TEXT("its source");
	ub_place_line_column(place, &line, &column);
	return ub_textf(finding->arena, "%.*s:%zu", UB_ARGS(place.source->name), line);
}

/* ---- accounts ---- */

/* Accounts that have the same said of them. */
struct group {
	struct ub_text owner; /* empty: none */
	size_t first, n;
};

static struct ub_text others(const struct finding *finding, const struct group *group)
{
	return group->n > 1 ? ub_textf(finding->arena, " and %zu more", group->n - 1) : UB_TEXT_NONE;
}

static struct ub_text say(const struct finding *finding, const struct group *group)
{
	const char *its = group->n > 1 ? "their" : "its";
	struct ub_text id = ub_accounts_at(finding->accounts, group->first)->id;
	struct ub_text where = place_of(finding, group->first), more = others(finding, group);
	if (group->owner.len)
		return ub_textf(finding->arena,
		    "owner %.*s of account %.*s%.*s: nobody with that address has been seen; %s reviews "
		    "wait; "
		    "check the spelling in %.*s, or have a client of that owner use Upbeat once",
		    UB_ARGS(group->owner), UB_ARGS(id), UB_ARGS(more), its, UB_ARGS(where));
	return ub_textf(finding->arena,
	    "account %.*s%.*s: no owner, so that nobody has %s reviews; name an owner in %.*s", UB_ARGS(id),
	    UB_ARGS(more), its, UB_ARGS(where));
}

/* Adds what keeps accounts from being planned, a line for each owner, in the order of the accounts. */
static void look_at_accounts(struct finding *finding)
{
	struct ub_map *groups = ub_map_new(finding->arena), *seen = ub_map_new(finding->arena);
	for (size_t i = 0; i < finding->owners->n; i++)
		ub_map_put(seen, ub_text_lower(finding->arena, finding->owners->items[i].address), finding);
	for (size_t i = 0; i < ub_accounts_count(finding->accounts); i++) {
		struct ub_text owner = ub_accounts_at(finding->accounts, i)->owner;
		if (ub_map_get(seen, owner))
			continue;
		struct group *group = ub_map_get(groups, owner);
		if (!group) {
			group = UB_NEW(finding->arena, struct group);
			*group = (struct group){ .owner = owner, .first = i };
			ub_map_put(groups, owner, group);
		}
		group->n++;
	}
	for (size_t i = 0; i < ub_map_size(groups); i++) {
		const struct group *group = ub_map_at(groups, i, NULL);
		*ub_push(finding->arena, finding->out) =
		    (struct ub_owner_finding){ group->owner.len ? UB_OWNER_UNSEEN : UB_OWNER_MISSING,
			    group->owner, group->n, say(finding, group) };
	}
}

/* ---- users ---- */

static void add_shared(
    struct finding *finding, const struct ub_store_owner *holder, const struct ub_store_owner *other)
{
	*ub_push(finding->arena, finding->out) =
	    (struct ub_owner_finding){ UB_OWNER_SHARED, holder->address, 0,
		    ub_textf(finding->arena,
			"the users %.*s and %.*s both have the address %.*s: the reviews of its accounts are "
			"in the calendar of %.*s, who was seen first; give the other one an address of his "
			"own, on the server or in organization.users",
			UB_ARGS(holder->principal), UB_ARGS(other->principal), UB_ARGS(holder->address),
			UB_ARGS(holder->principal)) };
}

/* One user may log in under several names: his principal on the server is one. */
static void look_at_users(struct finding *finding)
{
	const struct ub_store_owners *owners = finding->owners;
	for (size_t i = 0; i < owners->n; i++) {
		const struct ub_store_owner *other = &owners->items[i];
		const struct ub_store_owner *holder = ub_owners_holder(owners, other->address, finding->now);
		if (!ub_text_eq(other->href, holder->href) && is_around(other, finding->now))
			add_shared(finding, holder, other);
	}
}

bool ub_owners_look(const struct ub_snapshot *snapshot, struct ub_store *store, struct ub_text upstream,
    int64_t now, struct ub_owner_findings *findings, struct ub_arena *arena)
{
	struct ub_store_owners owners;
	*findings = (struct ub_owner_findings){ 0 };
	if (!ub_snapshot_plans_ahead(snapshot))
		return true;
	if (ub_store_owners(store, upstream, UB_TEXT_NONE, arena, &owners) != UB_STORE_OK)
		return false;
	struct ub_accounts *accounts =
	    snapshot->directory ? ub_directory_accounts(snapshot->directory) : NULL;
	struct finding finding = { snapshot, accounts, &owners, arena, now, findings };
	look_at_users(&finding);
	if (accounts && snapshot->rules->n_account_rules)
		look_at_accounts(&finding);
	ub_accounts_release(&accounts);
	return true;
}
