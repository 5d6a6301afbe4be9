/* SPDX-License-Identifier: Apache-2.0 */
#include "directory-private.h"

#include <libpsl.h>
#include <stdlib.h>

/* Parents of parents; more are taken for a circle. */
#define PARENTS_MAX 16

/* More than one account has this registrable domain, so the domain tells nothing. */
#define AMBIGUOUS ((void *)UINTPTR_MAX)

static void *number(size_t index)
{
	return (void *)(uintptr_t)(index + 1);
}

static const struct ub_account *numbered(const struct ub_accounts *accounts, const void *value)
{
	uintptr_t n = (uintptr_t)value;
	return value && value != AMBIGUOUS ? accounts->items[n - 1] : NULL;
}

static struct ub_text domain_of(struct ub_text address)
{
	size_t at = ub_text_find(address, UB_TEXT("@"), 0);
	return at == SIZE_MAX ? UB_TEXT_NONE : ub_text_sub(address, at + 1, address.len);
}

struct ub_text directory_registrable_domain(struct ub_text domain, struct ub_arena *arena)
{
	return ub_text_copy(
	    arena, ub_text(psl_registrable_domain(psl_builtin(), ub_text_cstr(arena, domain))));
}

/* ---- making the index ---- */

struct indexing {
	struct ub_accounts *accounts;
	struct ub_place *places;   /* of each account */
	struct ub_account *copies; /* the accounts themselves */
	const struct offer **from; /* the last one that said something of each */
	struct ub_diags *diags;
};

static void report_claimed(struct indexing *indexing, const char *code, const char *what, struct ub_text name,
    size_t first, size_t second)
{
	struct ub_diag *diag = ub_error(indexing->diags, code, indexing->places[second],
	    "%s `%.*s` belongs to two accounts", what, UB_ARGS(name));
	diag->related = indexing->places[first];
	diag->related_message = UB_TEXT("this one has it, since it comes first");
}

/* Whether account `above` is the parent of account `below`, or of its parent, and so on. */
static bool is_parent(const struct ub_accounts *accounts, size_t above, size_t below)
{
	for (size_t steps = 0; steps < PARENTS_MAX; steps++) {
		uintptr_t parent = (uintptr_t)ub_map_get(accounts->by_id, accounts->items[below]->parent);
		if (!parent || parent - 1 == above)
			return parent != 0;
		below = parent - 1;
	}
	return false;
}

/* Files the account under the name, unless an earlier account has the name. A name that both a parent and a
 * part of it claim is the parent's. */
static void index_name(struct indexing *indexing, struct ub_map *map, const char *code, const char *what,
    struct ub_text name, size_t account)
{
	uintptr_t first = (uintptr_t)ub_map_get(map, name);
	if (!first || is_parent(indexing->accounts, account, first - 1))
		ub_map_put(map, name, number(account));
	else if (first - 1 != account && !is_parent(indexing->accounts, first - 1, account))
		report_claimed(indexing, code, what, name, first - 1, account);
}

static void index_domain(struct indexing *indexing, struct ub_text domain, size_t account)
{
	struct ub_accounts *accounts = indexing->accounts;
	struct ub_text whole = directory_registrable_domain(domain, accounts->arena);
	if (whole.len == 0)
		return;
	index_name(indexing, accounts->by_domain, "domain-twice", "the domain", domain, account);
	void *before = ub_map_get(accounts->by_registrable, whole), *now = number(account);
	if (before && before != AMBIGUOUS && before != now) {
		size_t other = (uintptr_t)before - 1;
		now = is_parent(accounts, other, account)   ? before
		      : is_parent(accounts, account, other) ? now
							    : AMBIGUOUS;
	}
	ub_map_put(accounts->by_registrable, whole, before == AMBIGUOUS ? before : now);
}

static void index_account(struct indexing *indexing, size_t number_of)
{
	const struct ub_account *account = indexing->accounts->items[number_of];
	for (size_t i = 0; i < account->n_stakeholders; i++)
		index_name(indexing, indexing->accounts->by_address, "stakeholder-twice", "the stakeholder",
		    account->stakeholders[i].email, number_of);
	for (size_t i = 0; i < account->domains.n; i++)
		index_domain(indexing, account->domains.items[i], number_of);
}

/* Adds the account, or what it says to another offer's account of that id. */
static void add_account(struct indexing *indexing, const struct offer *offer, size_t i)
{
	struct ub_accounts *accounts = indexing->accounts;
	struct ub_account account = directory_offered_account(offer, i);
	uintptr_t first = (uintptr_t)ub_map_get(accounts->by_id, account.id);
	indexing->places[accounts->n] = offer->part->places.items[i];
	if (first && indexing->from[first - 1] == offer) {
		report_claimed(indexing, "account-twice", "the id", account.id, first - 1, accounts->n);
		return;
	}
	if (first) {
		struct ub_account *into = &indexing->copies[first - 1];
		if (into->owner.len == 0 && account.owner.len)
			accounts->owner_places[first - 1] = indexing->places[accounts->n];
		indexing->from[first - 1] = offer;
		directory_merge_account(into, &account, accounts->arena);
		return;
	}
	indexing->from[accounts->n] = offer;
	indexing->copies[accounts->n] = account;
	accounts->owner_places[accounts->n] = indexing->places[accounts->n];
	accounts->items[accounts->n] = &indexing->copies[accounts->n];
	ub_map_put(accounts->by_id, account.id, number(accounts->n));
	accounts->n++;
}

static void report_circle(struct indexing *indexing, size_t i)
{
	const struct ub_account *account = &indexing->copies[i];
	if (!is_parent(indexing->accounts, i, i))
		return;
	struct ub_diag *diag = ub_warning(indexing->diags, "parent-circle", indexing->places[i],
	    "the account `%.*s` is a part of itself: its parent `%.*s` leads back to it",
	    UB_ARGS(account->id), UB_ARGS(account->parent));
	ub_diag_set_help(indexing->diags, diag, "leave out `parent` of the one that stands above the others");
}

/* What is known only when all that is said of an account is together. */
static void complete_account(struct indexing *indexing, size_t i)
{
	struct ub_account *account = &indexing->copies[i];
	if (account->name.len == 0)
		account->name = account->id;
	if (account->parent.len == 0)
		return;
	if (ub_map_get(indexing->accounts->by_id, account->parent)) {
		report_circle(indexing, i);
		return;
	}
	struct ub_diag *diag = ub_warning(indexing->diags, "no-parent", indexing->places[i],
	    "the parent `%.*s` of `%.*s` is no account", UB_ARGS(account->parent), UB_ARGS(account->id));
	ub_diag_set_help(indexing->diags, diag, "`parent` is the id of another account");
}

/* Counts the accounts of each owner. */
static void count_load(struct indexing *indexing)
{
	struct ub_accounts *accounts = indexing->accounts;
	struct ub_map *counts = ub_map_new(accounts->arena);
	for (size_t i = 0; i < accounts->n; i++) {
		struct ub_text owner = indexing->copies[i].owner;
		if (owner.len)
			ub_map_put(counts, owner, (void *)((uintptr_t)ub_map_get(counts, owner) + 1));
	}
	for (size_t i = 0; i < accounts->n; i++)
		indexing->copies[i].load = (int64_t)(uintptr_t)ub_map_get(counts, indexing->copies[i].owner);
}

static struct ub_accounts *new_accounts(size_t n_offers)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_accounts *accounts = UB_NEW(arena, struct ub_accounts);
	accounts->arena = arena;
	accounts->holders = 1;
	accounts->whole = true;
	accounts->offers = UB_NEW_ARRAY(arena, struct offer, n_offers);
	accounts->n_offers = n_offers;
	accounts->by_id = ub_map_new(arena);
	accounts->by_address = ub_map_new(arena);
	accounts->by_domain = ub_map_new(arena);
	accounts->by_registrable = ub_map_new(arena);
	return accounts;
}

struct ub_accounts *directory_index_accounts(const struct offer *offers, size_t n, struct ub_diags *diags)
{
	struct ub_accounts *accounts = new_accounts(n);
	struct indexing indexing = { .accounts = accounts, .diags = diags };
	size_t total = 0;
	for (size_t i = 0; i < n; i++) {
		accounts->offers[i] = offers[i];
		part_hold(offers[i].part);
		total += offers[i].part->accounts.n;
	}
	indexing.copies = accounts->copies = UB_NEW_ARRAY(accounts->arena, struct ub_account, total);
	indexing.from = UB_NEW_ARRAY(accounts->arena, const struct offer *, total);
	accounts->items = UB_NEW_ARRAY(accounts->arena, const struct ub_account *, total);
	indexing.places = UB_NEW_ARRAY(accounts->arena, struct ub_place, total + 1);
	accounts->owner_places = UB_NEW_ARRAY(accounts->arena, struct ub_place, total);
	for (size_t i = 0; i < n; i++)
		for (size_t a = 0; a < offers[i].part->accounts.n; a++)
			add_account(&indexing, &offers[i], a);
	for (size_t i = 0; i < accounts->n; i++)
		complete_account(&indexing, i);
	count_load(&indexing);
	for (size_t i = 0; i < accounts->n; i++)
		index_account(&indexing, i);
	return accounts;
}

/* ---- asking it ---- */

size_t ub_accounts_count(const struct ub_accounts *accounts)
{
	return accounts->n;
}

bool ub_accounts_whole(const struct ub_accounts *accounts)
{
	return accounts->whole;
}

struct ub_place ub_accounts_owner_place(const struct ub_accounts *accounts, size_t i)
{
	return accounts->owner_places[i];
}

const struct ub_account *ub_accounts_at(const struct ub_accounts *accounts, size_t i)
{
	return accounts->items[i];
}

const struct ub_account *ub_accounts_find(const struct ub_accounts *accounts, struct ub_text id)
{
	return numbered(accounts, ub_map_get(accounts->by_id, id));
}

/* The account that one guest points to: its number, how it was found, and the length of the domain that
 * matched. */
struct hit {
	uintptr_t number; /* 0: none */
	enum ub_account_match_kind kind;
	size_t length;
	struct ub_text by;
	size_t guests; /* how many point to it */
};

static struct hit hit_address(
    const struct ub_accounts *accounts, struct ub_text guest, struct ub_arena *arena)
{
	(void)arena;
	return (
	    struct hit){ (uintptr_t)ub_map_get(accounts->by_address, guest), UB_MATCH_ADDRESS, 0, guest, 1 };
}

static struct hit hit_domain(const struct ub_accounts *accounts, struct ub_text guest, struct ub_arena *arena)
{
	struct ub_text rest = domain_of(guest), label;
	struct ub_text domain = rest;
	uintptr_t found = 0;
	(void)arena;
	while (!found && domain.len && !ub_facts_free_mail(domain)) {
		found = (uintptr_t)ub_map_get(accounts->by_domain, domain);
		if (found || !ub_text_split(&rest, '.', &label) || !rest.ptr)
			break;
		domain = rest;
	}
	return (struct hit){ found, UB_MATCH_DOMAIN, domain.len, domain, 1 };
}

static struct hit hit_registrable(
    const struct ub_accounts *accounts, struct ub_text guest, struct ub_arena *arena)
{
	struct ub_text whole = directory_registrable_domain(domain_of(guest), arena);
	void *found =
	    whole.len && !ub_facts_free_mail(whole) ? ub_map_get(accounts->by_registrable, whole) : NULL;
	return (struct hit){ found == AMBIGUOUS ? 0 : (uintptr_t)found, UB_MATCH_REGISTRABLE, 0,
		domain_of(guest), 1 };
}

static struct hit hit_guest(const struct ub_accounts *accounts, struct ub_text guest, struct ub_arena *arena)
{
	struct hit hit = hit_address(accounts, guest, arena);
	if (!hit.number)
		hit = hit_domain(accounts, guest, arena);
	return hit.number ? hit : hit_registrable(accounts, guest, arena);
}

/* How two guests of one account compare: whose address tells more of the account. */
static bool tells_more(const struct hit *hit, const struct hit *than)
{
	if (hit->kind != than->kind)
		return hit->kind < than->kind;
	if (hit->length != than->length)
		return hit->length > than->length;
	return ub_text_cmp(hit->by, than->by) < 0;
}

static int compare_accounts(const void *a, const void *b)
{
	const struct hit *x = a, *y = b;
	if (x->guests != y->guests)
		return x->guests > y->guests ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->length != y->length)
		return x->length > y->length ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

/* Counts the guest for the account. `found` has room for one account a guest. */
static size_t count_guest(struct hit *found, size_t n, const struct hit *hit)
{
	size_t at = 0;
	while (at < n && found[at].number != hit->number)
		at++;
	if (at == n) {
		found[at] = *hit;
		return n + 1;
	}
	size_t guests = found[at].guests + 1;
	if (tells_more(hit, &found[at]))
		found[at] = *hit;
	found[at].guests = guests;
	return n;
}

struct ub_account_match ub_accounts_match(
    const struct ub_accounts *accounts, struct ub_texts guests, struct ub_arena *arena)
{
	struct ub_account_match match = { .kind = UB_MATCH_NONE, .by = UB_TEXT_NONE };
	struct hit *found = UB_NEW_ARRAY(arena, struct hit, guests.n);
	size_t n = 0;
	for (size_t i = 0; i < guests.n; i++) {
		struct hit hit = hit_guest(accounts, guests.items[i], arena);
		if (hit.number)
			n = count_guest(found, n, &hit);
	}
	if (n == 0)
		return match;
	qsort(found, n, sizeof(*found), compare_accounts);
	match.kind = found[0].kind;
	match.by = found[0].by;
	match.account = accounts->items[found[0].number - 1];
	match.n_others = n - 1;
	match.others = UB_NEW_ARRAY(arena, const struct ub_account *, n);
	for (size_t i = 1; i < n; i++)
		match.others[i - 1] = accounts->items[found[i].number - 1];
	return match;
}
