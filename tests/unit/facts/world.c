/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <string.h>

#include "facts/world.h"

static const struct ub_zone *posix_zone(
    struct ub_arena *arena, const char *name, int32_t offset, const char *rule)
{
	struct ub_zone_change before = { .at = UB_INSTANT_MIN, .offset = offset };
	const struct ub_zone *zone =
	    ub_cal_zone_from_changes(arena, ub_text(name), before, NULL, 0, ub_text(rule));
	assert(zone);
	return zone;
}

static void add(struct ub_arena *arena, struct ub_texts *list, const char *text)
{
	*ub_push(arena, list) = ub_text(text);
}

static void add_team(struct ub_arena *arena, struct ub_org *org)
{
	org->teams = UB_NEW(arena, struct ub_team);
	org->n_teams = 1;
	org->teams->name = UB_TEXT("security-leads");
	add(arena, &org->teams->members, "sara@ours.example");
	add(arena, &org->teams->members, "eve@outside.example");
}

const struct ub_org *world_org(struct ub_arena *arena)
{
	struct ub_org *org = UB_NEW(arena, struct ub_org);
	struct ub_working_hours *hours = UB_NEW(arena, struct ub_working_hours);
	struct ub_time_error error;
	bool parsed = ub_cal_parse_hours(arena, UB_TEXT("Mon-Fri 09:00-17:30"), hours, &error);
	assert(parsed);
	org->standard = (struct ub_org_person){ .match = UB_TEXT("*"),
		.zone = posix_zone(arena, "Europe/Berlin", 3600, "CET-1CEST,M3.5.0,M10.5.0/3"),
		.hours = hours,
		.language = UB_TEXT("en") };
	org->people = UB_NEW(arena, struct ub_org_person);
	org->n_people = 1;
	org->people[0] = org->standard;
	org->people[0].match = UB_TEXT("*@us.ours.example");
	org->people[0].zone = posix_zone(arena, "America/New_York", -18000, "EST5EDT,M3.2.0,M11.1.0");
	org->users = UB_TEXT("{user}@ours.example");
	org->language = UB_TEXT("en");
	add(arena, &org->domains, "ours.example");
	add(arena, &org->not_customers, "*@recorder.example");
	add(arena, &org->not_customers, "contractor.example");
	add(arena, &org->not_customers, "notes@ours.example");
	add_team(arena, org);
	return org;
}

struct ub_event *world_event(struct ub_arena *arena, const char *title)
{
	struct ub_event *event = UB_NEW(arena, struct ub_event);
	const struct ub_zone *berlin = posix_zone(arena, "Europe/Berlin", 3600, "CET-1CEST,M3.5.0,M10.5.0/3");
	*event = (struct ub_event){ .component = UB_COMPONENT_EVENT,
		.uid = UB_TEXT("m-1"),
		.summary = ub_text(title),
		.start = { .given = true, .civil = { 2026, 11, 12, 14, 0, 0 }, .zone = berlin },
		.end = { .given = true, .civil = { 2026, 11, 12, 15, 0, 0 }, .zone = berlin } };
	return event;
}

static void say_more(struct ub_arena *arena, struct ub_party *party, struct ub_text word)
{
	if (ub_text_is(word, "declined"))
		party->partstat = UB_PARTSTAT_DECLINED;
	else if (ub_text_is(word, "delegated"))
		party->partstat = UB_PARTSTAT_DELEGATED;
	else if (ub_text_starts(word, UB_TEXT("to=")))
		add(arena, &party->delegates, ub_text_cstr(arena, ub_text_sub(word, 3, word.len)));
	else if (ub_text_is(word, "accepted"))
		party->partstat = UB_PARTSTAT_ACCEPTED;
	else if (ub_text_is(word, "room"))
		party->cutype = UB_CUTYPE_ROOM;
	else if (ub_text_is(word, "resource"))
		party->cutype = UB_CUTYPE_RESOURCE;
	else if (ub_text_is(word, "group"))
		party->cutype = UB_CUTYPE_GROUP;
	else if (ub_text_is(word, "optional"))
		party->role = UB_ROLE_OPTIONAL;
	else if (ub_text_is(word, "told"))
		party->role = UB_ROLE_NONE;
	else
		party->name = word;
}

void world_invite(struct ub_arena *arena, struct ub_event *event, const char *who)
{
	struct ub_text rest = ub_text_trim(ub_text(who)), word;
	struct ub_party party = { 0 };
	bool organizes = ub_text_starts(rest, UB_TEXT("by "));
	if (organizes)
		rest = ub_text_sub(rest, 3, rest.len);
	bool more = ub_text_split(&rest, ' ', &party.address);
	while (more && ub_text_split(&rest, ' ', &word))
		say_more(arena, &party, word);
	if (organizes) {
		struct ub_party *organizer = UB_NEW(arena, struct ub_party);
		*organizer = party;
		event->organizer = organizer;
		return;
	}
	struct ub_party *grown = UB_NEW_ARRAY(arena, struct ub_party, event->n_attendees + 1);
	if (event->n_attendees)
		memcpy(grown, event->attendees, event->n_attendees * sizeof(*grown));
	grown[event->n_attendees++] = party;
	event->attendees = grown;
}

struct ub_event *world_meeting(struct ub_arena *arena, const char *title, const char *people)
{
	struct ub_event *event = world_event(arena, title);
	struct ub_text rest = ub_text(people), piece;
	while (ub_text_split(&rest, ',', &piece))
		if (ub_text_trim(piece).len)
			world_invite(arena, event, ub_text_cstr(arena, piece));
	return event;
}

struct ub_account *world_account(struct ub_arena *arena)
{
	struct ub_account *account = UB_NEW(arena, struct ub_account);
	*account = (struct ub_account){ .id = UB_TEXT("acme"),
		.name = UB_TEXT("Acme GmbH"),
		.health = UB_HEALTH_RED,
		.renewal = UB_INSTANT_NONE,
		.health_since = UB_INSTANT_NONE,
		.owner = UB_TEXT("anna@ours.example") };
	add(arena, &account->domains, "acme.example");
	add(arena, &account->team, "anna@ours.example");
	add(arena, &account->team, "eve@outside.example");
	account->n_stakeholders = 2;
	account->stakeholders = UB_NEW_ARRAY(arena, struct ub_stakeholder, 2);
	account->stakeholders[0] = (struct ub_stakeholder){ .email = UB_TEXT("cto@acme.example"),
		.title = UB_TEXT("CTO"),
		.persona = UB_TEXT("blunt"),
		.executive = true };
	account->stakeholders[1] = (struct ub_stakeholder){ .email = UB_TEXT("cfo@acme.example") };
	return account;
}

int64_t world_now(void)
{
	int64_t now;
	bool parsed = ub_cal_parse_rfc3339(UB_TEXT("2026-11-02T09:00:00+01:00"), &now, NULL);
	assert(parsed);
	return now;
}

const struct ub_facts *world_facts(
    struct ub_arena *arena, const struct ub_event *event, const struct ub_account *account)
{
	const struct ub_org *org = world_org(arena);
	struct ub_facts_input input = { .event = event,
		.org = org,
		.account = account,
		.owner = ub_facts_default_owner(event, org),
		.now = world_now() };
	return ub_facts_make(&input, arena);
}
