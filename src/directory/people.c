/* SPDX-License-Identifier: Apache-2.0 */

/*
 * People of sources that do not know accounts by their ids, as address books do not. An entry says by which
 * addresses or by which name the account is found. Its people are added to what the account has of them, and
 * fill in what nobody else says of them.
 */
#include "directory-private.h"

#include "upbeat/yaml.h"

/* ---- reading ---- */

struct written {
	struct ub_texts addresses;
	struct ub_text name;
	UB_VEC(struct ub_stakeholder) stakeholders;
};

static const struct ub_yaml_field found_by_fields[] = {
	{ "addresses", &ub_yaml_type_texts, offsetof(struct written, addresses), false,
	    "addresses that belong to the account" },
	{ "name", &ub_yaml_type_text, offsetof(struct written, name), false, "the account's name" },
};
static const struct ub_yaml_type type_found_by = { .shape = UB_YAML_FIELDS, UB_YAML_TABLE(found_by_fields) };
static const struct ub_yaml_field people_fields[] = {
	{ "found_by", &type_found_by, 0, true, "how their account is found" },
	{ "stakeholders", &directory_stakeholders_type, offsetof(struct written, stakeholders), true,
	    "who they are" },
};
static const struct ub_yaml_type type_people = { .shape = UB_YAML_FIELDS, UB_YAML_TABLE(people_fields) };

bool directory_is_people(const struct ub_yaml_node *node)
{
	return node->kind == UB_YAML_MAP && ub_yaml_get(node, "found_by") && !ub_yaml_get(node, "id");
}

void directory_read_people(
    const struct ub_accounts_reading *reading, const struct ub_yaml_node *node, struct part *part)
{
	struct ub_yaml_reader reader = { reading->arena, reading->diags, NULL };
	struct written written = { 0 };
	ub_yaml_read(&reader, &type_people, node, &written);
	if (written.stakeholders.n == 0)
		return;
	for (size_t i = 0; i < written.addresses.n; i++)
		written.addresses.items[i] = ub_text_lower(reading->arena, written.addresses.items[i]);
	*ub_push(reading->arena, &part->people) = (struct people){
		.addresses = written.addresses,
		.name = written.name,
		.items = written.stakeholders.items,
		.n = written.stakeholders.n,
		.place = node->place,
	};
}

/* ---- whose they are ---- */

#define SEVERAL ((void *)UINTPTR_MAX) /* accounts have the name, so that it tells nothing */

struct adding {
	struct ub_accounts *accounts;
	struct ub_account *items;
	struct ub_diags *diags;
	struct ub_map *by_name; /* in lower case, to the account's number plus one */
	struct ub_map *known;   /* by account and address, to the person's number in the account plus one */
	size_t *caps;           /* of each account's stakeholders, if they were copied; else 0 */
};

static void name_account(struct adding *adding, struct ub_text name, size_t account)
{
	struct ub_text lower = ub_text_lower(adding->accounts->arena, name);
	void *number = (void *)(uintptr_t)(account + 1), *before = ub_map_get(adding->by_name, lower);
	ub_map_put(adding->by_name, lower, before && before != number ? SEVERAL : number);
}

/* The number of the account plus one; 0: there is none. */
static uintptr_t find_account(const struct adding *adding, const struct people *people)
{
	struct ub_arena *arena = adding->accounts->arena;
	struct ub_account_match match = ub_accounts_match(adding->accounts, people->addresses, arena);
	if (match.account)
		return (uintptr_t)ub_map_get(adding->accounts->by_id, match.account->id);
	void *named = ub_map_get(adding->by_name, ub_text_lower(arena, people->name));
	return named == SEVERAL ? 0 : (uintptr_t)named;
}

/* ---- adding them ---- */

static void fill(struct ub_text *into, struct ub_text from)
{
	if (into->len == 0)
		*into = from;
}

static void fill_in(struct ub_stakeholder *into, const struct ub_stakeholder *from)
{
	fill(&into->name, from->name);
	fill(&into->title, from->title);
	fill(&into->persona, from->persona);
	if (into->concerns.n == 0)
		into->concerns = from->concerns;
	into->executive |= from->executive;
	into->champion |= from->champion;
	into->economic_buyer |= from->economic_buyer;
}

static struct ub_text key_of(const struct adding *adding, size_t account, struct ub_text address)
{
	return ub_textf(adding->accounts->arena, "%zu %.*s", account, UB_ARGS(address));
}

/* Makes room for one more. What a source gave is not written to, and is copied first. */
static void make_room(struct adding *adding, size_t account)
{
	struct ub_account *into = &adding->items[account];
	size_t *cap = &adding->caps[account], n = into->n_stakeholders;
	if (n < *cap)
		return;
	bool first = *cap == 0;
	*cap = n * 2 + 4;
	struct ub_stakeholder *items = UB_NEW_ARRAY(adding->accounts->arena, struct ub_stakeholder, *cap);
	for (size_t i = 0; i < n; i++)
		items[i] = into->stakeholders[i];
	into->stakeholders = items;
	for (size_t i = 0; first && i < n; i++)
		ub_map_put(
		    adding->known, key_of(adding, account, items[i].email), (void *)(uintptr_t)(i + 1));
}

static void add_person(struct adding *adding, size_t account, const struct ub_stakeholder *person)
{
	struct ub_account *into = &adding->items[account];
	make_room(adding, account);
	struct ub_text key = key_of(adding, account, person->email);
	uintptr_t known = (uintptr_t)ub_map_get(adding->known, key);
	if (known) {
		fill_in(&into->stakeholders[known - 1], person);
		return;
	}
	into->stakeholders[into->n_stakeholders++] = *person;
	ub_map_put(adding->known, key, (void *)(uintptr_t)into->n_stakeholders);
	if (!ub_map_get(adding->accounts->by_address, person->email))
		ub_map_put(adding->accounts->by_address, person->email, (void *)(uintptr_t)(account + 1));
}

static void report_unknown(
    struct adding *adding, const struct part *part, const struct people *first, size_t n)
{
	struct ub_text name = first->items[0].name.len ? first->items[0].name : first->items[0].email;
	struct ub_diag *diag = ub_warning(adding->diags, "no-account-of", first->place,
	    "%zu of %zu people belong to no account that is known, `%.*s` first", n, part->people.n,
	    UB_ARGS(name));
	ub_diag_set_help(adding->diags, diag,
	    "an account is found by the domain of their addresses, or by the name of the organization");
}

static void add_part(struct adding *adding, const struct part *part)
{
	const struct people *first = NULL;
	size_t unknown = 0;
	for (size_t i = 0; i < part->people.n; i++) {
		const struct people *people = &part->people.items[i];
		uintptr_t account = find_account(adding, people);
		for (size_t p = 0; account && p < people->n; p++)
			add_person(adding, account - 1, &people->items[p]);
		if (account)
			continue;
		first = first ? first : people;
		unknown++;
	}
	if (first)
		report_unknown(adding, part, first, unknown);
}

void directory_add_people(struct ub_accounts *accounts, struct ub_diags *diags)
{
	struct ub_arena *arena = accounts->arena;
	struct adding adding = { .accounts = accounts, .items = accounts->copies, .diags = diags };
	size_t people = 0;
	for (size_t i = 0; i < accounts->n_offers; i++)
		people += accounts->offers[i].part->people.n;
	if (people == 0)
		return;
	adding.by_name = ub_map_new(arena);
	adding.known = ub_map_new(arena);
	adding.caps = UB_NEW_ARRAY(arena, size_t, accounts->n);
	for (size_t i = 0; i < accounts->n; i++)
		name_account(&adding, accounts->copies[i].name, i);
	for (size_t i = 0; i < accounts->n_offers; i++)
		add_part(&adding, accounts->offers[i].part);
}
