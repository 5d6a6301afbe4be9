/* SPDX-License-Identifier: Apache-2.0 */
#include "facts-private.h"

static struct ub_text kind_of(enum standing standing, enum ub_cutype cutype, struct ub_text address)
{
	const char *known = standing == STANDING_OUTSIDE ? facts_kind_of_address(address) : NULL;
	switch (cutype) {
	case UB_CUTYPE_ROOM:
		return UB_TEXT("room");
	case UB_CUTYPE_RESOURCE:
		return UB_TEXT("resource");
	case UB_CUTYPE_GROUP:
		return UB_TEXT("group");
	case UB_CUTYPE_INDIVIDUAL:
	case UB_CUTYPE_UNKNOWN:
		break;
	}
	if (facts_is_room_address(address))
		return UB_TEXT("room");
	if (known)
		return ub_text(known);
	return standing == STANDING_BOT ? UB_TEXT("bot") : UB_TEXT("person");
}

static bool is_person(const struct ub_person *person)
{
	return ub_text_is(person->kind, "person");
}

static bool contains(struct ub_texts list, struct ub_text address)
{
	for (size_t i = 0; i < list.n; i++)
		if (ub_text_eq_nocase(list.items[i], address))
			return true;
	return false;
}

static const struct ub_stakeholder *find_stakeholder(const struct ub_account *account, struct ub_text address)
{
	for (size_t i = 0; account && i < account->n_stakeholders; i++)
		if (ub_text_eq_nocase(account->stakeholders[i].email, address))
			return &account->stakeholders[i];
	return NULL;
}

/* A name that only repeats the address, as many clients write it, is no name: the account's source may know
 * one. */
static void set_name(struct ub_person *person, struct ub_text given, const struct ub_stakeholder *stakeholder,
    struct ub_arena *arena)
{
	struct display_name found = facts_read_display_name(given, arena);
	bool none = found.name.len == 0 || ub_facts_is_address(found.name);
	person->name = !none                                  ? found.name
		       : stakeholder && stakeholder->name.len ? facts_clean_line(stakeholder->name, arena)
							      : facts_name_from_address(person->email, arena);
	person->position = found.role;
}

static struct ub_person *new_person(const struct ub_org *org, const struct ub_stakeholder *stakeholder,
    const struct ub_party *party, struct ub_arena *arena)
{
	struct ub_person *person = UB_NEW(arena, struct ub_person);
	person->email = ub_text_lower(arena, party->address);
	set_name(person, party->name, stakeholder, arena);
	person->domain = facts_domain_part(person->email);
	enum standing standing = facts_address_standing(org, person->email);
	person->kind = kind_of(standing, party->cutype, person->email);
	person->internal = standing == STANDING_INTERNAL && is_person(person);
	person->outside = standing == STANDING_OUTSIDE && is_person(person);
	person->role = party->role;
	person->status = party->partstat;
	person->stakeholder = stakeholder;
	for (size_t i = 0; i < org->n_teams; i++)
		if (contains(org->teams[i].members, person->email))
			*ub_push(arena, &person->teams) = org->teams[i].name;
	return person;
}

const struct ub_person *facts_make_person(const struct ub_org *org, const struct ub_account *account,
    struct ub_text address, struct ub_arena *arena)
{
	struct ub_party party = { .address = address };
	return new_person(org, find_stakeholder(account, address), &party, arena);
}

const struct ub_person *facts_find_stakeholding_person(
    const struct ub_facts *facts, const struct ub_stakeholder *stakeholder, struct ub_arena *arena)
{
	if (!ub_facts_is_address(stakeholder->email))
		return NULL;
	struct ub_party party = { .address = ub_text_lower(arena, stakeholder->email) };
	const struct ub_person *known = ub_map_get(facts->people, party.address);
	return known ? known : new_person(facts->org, stakeholder, &party, arena);
}

/* A person who is on the event in two lines (an organizer who is an attendee too) is one person. The
 * attendee's line gives role and answer. The name comes from the line that has one. */
static const struct ub_person *enter(struct everybody *all, const struct ub_org *org,
    const struct ub_account *account, const struct ub_party *party, struct ub_arena *arena)
{
	if (!ub_facts_is_address(party->address))
		return NULL;
	struct ub_person *person = new_person(org, find_stakeholder(account, party->address), party, arena);
	struct ub_person *known = ub_map_get(all->by_address, person->email);
	if (!known) {
		ub_map_put(all->by_address, person->email, person);
		return person;
	}
	if (known == all->organizer) {
		if (party->name.len == 0) {
			person->name = known->name;
			person->position = known->position;
		}
		/* Whoever invites is not only told of it, whatever an assistant's client writes. */
		if (person->role == UB_ROLE_NONE)
			person->role = known->role;
		*known = *person;
	}
	return known;
}

bool ub_facts_comes(const struct ub_person *person)
{
	return person->status != UB_PARTSTAT_DECLINED && person->status != UB_PARTSTAT_DELEGATED &&
	       person->role != UB_ROLE_NONE;
}

/* Some clients name the delegate in the line of who delegates alone. */
static void enter_delegates(struct everybody *all, const struct ub_org *org, const struct ub_account *account,
    const struct ub_party *party, struct ub_arena *arena)
{
	for (size_t i = 0; party->partstat == UB_PARTSTAT_DELEGATED && i < party->delegates.n; i++) {
		struct ub_party delegate = { .address = ub_text_lower(arena, party->delegates.items[i]),
			.cutype = UB_CUTYPE_UNKNOWN,
			.role = party->role };
		if (!ub_map_get(all->by_address, delegate.address))
			enter(all, org, account, &delegate, arena);
	}
}

struct everybody facts_find_everybody(const struct ub_event *event, const struct ub_org *org,
    const struct ub_account *account, struct ub_arena *arena)
{
	struct everybody all = { .by_address = ub_map_new(arena) };
	if (event->organizer) {
		struct ub_party organizer = *event->organizer;
		organizer.partstat = UB_PARTSTAT_ACCEPTED;
		all.organizer = enter(&all, org, account, &organizer, arena);
	}
	struct ub_map *listed = ub_map_new(arena);
	for (size_t i = 0; i < event->n_attendees; i++) {
		const struct ub_person *person = enter(&all, org, account, &event->attendees[i], arena);
		if (person && !ub_map_put(listed, person->email, (void *)person))
			*ub_push(arena, &all.attendees) = person;
	}
	for (size_t i = 0; i < event->n_attendees; i++)
		enter_delegates(&all, org, account, &event->attendees[i], arena);
	return all;
}

const struct ub_person *facts_find_person(
    const struct ub_facts *facts, struct ub_text address, struct ub_arena *arena)
{
	if (!ub_facts_is_address(address))
		return NULL;
	struct ub_text key = ub_text_lower(arena, address);
	const struct ub_person *known = ub_map_get(facts->people, key);
	return known ? known : facts_make_person(facts->org, facts->account, key, arena);
}
