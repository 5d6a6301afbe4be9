/* SPDX-License-Identifier: Apache-2.0 */
#include "facts-private.h"

#include <string.h>

/* The characters are atext of RFC 5322 3.2.3, the dot, and what RFC 6532 allows beyond ASCII. Nobody is
 * invited by a quoted local part. */
static bool is_local_char(unsigned char c)
{
	if (c >= 0x80)
		return true;
	return c > ' ' && c != 0x7F && !strchr("\"(),:;<>@[]\\", c);
}

static bool is_domain_char(unsigned char c)
{
	return c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '_';
}

static bool is_domain(struct ub_text domain)
{
	struct ub_text rest = domain, label;
	if (domain.len == 0)
		return false;
	while (ub_text_split(&rest, '.', &label)) {
		if (label.len == 0 || label.ptr[0] == '-')
			return false;
		for (size_t i = 0; i < label.len; i++)
			if (!is_domain_char((unsigned char)label.ptr[i]))
				return false;
	}
	return true;
}

struct ub_text facts_local_part(struct ub_text address)
{
	return ub_text_sub(address, 0, ub_text_find(address, UB_TEXT("@"), 0));
}

struct ub_text facts_domain_part(struct ub_text address)
{
	size_t at = ub_text_find(address, UB_TEXT("@"), 0);
	return at == SIZE_MAX ? UB_TEXT_NONE : ub_text_sub(address, at + 1, address.len);
}

bool ub_facts_is_address(struct ub_text address)
{
	struct ub_text local = facts_local_part(address);
	if (address.len > UB_ADDRESS_MAX || local.len == 0 || !ub_text_utf8_valid(address))
		return false;
	for (size_t i = 0; i < local.len; i++)
		if (!is_local_char((unsigned char)local.ptr[i]))
			return false;
	return is_domain(facts_domain_part(address));
}

static bool in_domain(struct ub_text domain, struct ub_text whole)
{
	if (!ub_text_ends_nocase(domain, whole))
		return false;
	return domain.len == whole.len || domain.ptr[domain.len - whole.len - 1] == '.';
}

/* `*` stands for any number of characters. The search is linear but for going back to the last star. */
static bool matches_glob(struct ub_text text, struct ub_text pattern)
{
	size_t t = 0, p = 0, star = SIZE_MAX, resume = 0;
	while (t < text.len) {
		if (p < pattern.len && pattern.ptr[p] == '*') {
			star = p++;
			resume = t;
		} else if (p < pattern.len &&
			   ub_text_eq_nocase(ub_text_n(&text.ptr[t], 1), ub_text_n(&pattern.ptr[p], 1))) {
			t++, p++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			t = ++resume;
		} else {
			return false;
		}
	}
	while (p < pattern.len && pattern.ptr[p] == '*')
		p++;
	return p == pattern.len;
}

/*
 * Addresses that calendars write for what is no person. Google's are those of shared, imported and booked
 * calendars and of an organizer that is not known
 * (https://developers.google.com/workspace/calendar/api/concepts); .invalid is never anybody's (RFC
 * 6761 6.4). Machines that take notes, and addresses by which a CRM logs a meeting, are invited like people.
 */
static const struct {
	const char *pattern, *kind;
} made_up[] = {
	{ "resource.calendar.google.com", "resource" },
	{ "calendar.google.com", "group" },
	{ "calendar-notification@google.com", "bot" },
	{ "fred@fireflies.ai", "bot" },
	{ "*@bcc*.hubspot.com", "bot" },
	{ "*@forward*.hubspot.com", "bot" },
	{ "le.salesforce.com", "bot" },
	{ "pipedrivemail.com", "bot" },
	{ "invalid", "group" },
};

/* How local parts begin of senders that read nothing and of machines, without the signs between the words. */
static const char *const unread[] = { "noreply", "donotreply", "nepasrepondre", "nichtantworten",
	"mailerdaemon", "postmaster", "notification", "calendarinvite", "notetaker" };

/* Puts what of a local part stands between the signs, as far as there is room. Returns how much it is. */
static size_t put_letters(struct ub_text local, char *letters, size_t size)
{
	size_t n = 0;
	for (size_t i = 0; i < local.len && n < size; i++)
		if (!strchr("-_.", local.ptr[i]))
			letters[n++] = local.ptr[i];
	return n;
}

static bool is_unread(struct ub_text local)
{
	char letters[16];
	size_t n = put_letters(local, letters, sizeof letters);
	for (size_t i = 0; i < UB_COUNT(unread); i++) {
		size_t length = ub_text(unread[i]).len;
		if (n >= length && ub_text_eq_nocase(ub_text_n(letters, length), ub_text(unread[i])))
			return true;
	}
	return false;
}

/* Clients without a directory put rooms down like people. Behind the word stands a number, if anything:
 * people are called Raum, too. */
bool facts_is_room_address(struct ub_text address)
{
	static const char *const rooms[] = { "room", "meetingroom", "confroom", "conferenceroom", "boardroom",
		"huddleroom", "raum", "meetingraum", "besprechungsraum", "besprechungszimmer",
		"konferenzraum", "sitzungszimmer", "sitzungsraum" };
	struct ub_text local = facts_local_part(address);
	while (local.len && strchr("0123456789-_.+", local.ptr[local.len - 1]))
		local.len--;
	char letters[24];
	size_t n = put_letters(local, letters, sizeof letters);
	for (size_t i = 0; i < UB_COUNT(rooms); i++)
		if (ub_text_eq_nocase(ub_text_n(letters, n), ub_text(rooms[i])))
			return true;
	return false;
}

const char *facts_kind_of_address(struct ub_text address)
{
	for (size_t i = 0; i < UB_COUNT(made_up); i++)
		if (ub_facts_address_matches(address, ub_text(made_up[i].pattern)))
			return made_up[i].kind;
	/* Mail goes to no such domain. Clients make them up, as Nextcloud does for an invited contact group.
	 */
	if (ub_text_find(facts_domain_part(address), UB_TEXT("."), 0) == SIZE_MAX)
		return "group";
	return is_unread(facts_local_part(address)) ? "bot" : NULL;
}

bool ub_facts_address_matches(struct ub_text address, struct ub_text pattern)
{
	if (ub_text_find(pattern, UB_TEXT("@"), 0) != SIZE_MAX || ub_text_is(pattern, "*"))
		return matches_glob(address, pattern);
	return pattern.len != 0 && in_domain(facts_domain_part(address), pattern);
}

/* How the organization's settings class an address. */
enum standing facts_address_standing(const struct ub_org *org, struct ub_text address)
{
	for (size_t i = 0; i < org->not_customers.n; i++) {
		struct ub_text pattern = org->not_customers.items[i];
		if (!ub_facts_address_matches(address, pattern))
			continue;
		return ub_text_find(pattern, UB_TEXT("@"), 0) != SIZE_MAX ? STANDING_BOT : STANDING_ASIDE;
	}
	for (size_t i = 0; i < org->domains.n; i++)
		if (in_domain(facts_domain_part(address), org->domains.items[i]))
			return STANDING_INTERNAL;
	return STANDING_OUTSIDE;
}

bool ub_org_is_ours(const struct ub_org *org, struct ub_text address)
{
	return facts_address_standing(org, address) == STANDING_INTERNAL;
}

bool ub_org_is_plainly_ours(const struct ub_org *org, struct ub_text address)
{
	return ub_text_find(address, UB_TEXT("%"), 0) == SIZE_MAX && ub_facts_is_address(address) &&
	       ub_org_is_ours(org, address);
}

bool ub_org_is_guest(const struct ub_org *org, struct ub_text address)
{
	return facts_address_standing(org, address) == STANDING_OUTSIDE;
}

const struct ub_org_person *ub_org_person(const struct ub_org *org, struct ub_text address)
{
	for (size_t i = 0; i < org->n_people; i++)
		if (ub_facts_address_matches(address, org->people[i].match))
			return &org->people[i];
	return &org->standard;
}

struct ub_text ub_org_user_address(const struct ub_org *org, struct ub_text user, struct ub_arena *arena)
{
	struct ub_text const mark = UB_TEXT("{user}");
	size_t at = ub_text_find(org->users, mark, 0);
	if (user.len == 0 || org->users.len == 0 || at == SIZE_MAX)
		return UB_TEXT_NONE;
	struct ub_text address = ub_textf(arena, "%.*s%.*s%.*s", UB_ARGS(ub_text_sub(org->users, 0, at)),
	    UB_ARGS(user), UB_ARGS(ub_text_sub(org->users, at + mark.len, org->users.len)));
	/* a user who logs in with his address has it already */
	if (ub_facts_is_address(user))
		address = user;
	return ub_facts_is_address(address) ? ub_text_lower(arena, address) : UB_TEXT_NONE;
}

struct ub_text ub_org_address_user(const struct ub_org *org, struct ub_text address)
{
	struct ub_text const mark = UB_TEXT("{user}");
	size_t at = ub_text_find(org->users, mark, 0);
	if (org->users.len == 0 || at == SIZE_MAX)
		return UB_TEXT_NONE;
	struct ub_text before = ub_text_sub(org->users, 0, at);
	struct ub_text after = ub_text_sub(org->users, at + mark.len, org->users.len);
	if (address.len <= before.len + after.len || !ub_text_ends_nocase(address, after) ||
	    !ub_text_eq_nocase(ub_text_sub(address, 0, before.len), before))
		return UB_TEXT_NONE;
	return ub_text_sub(address, before.len, address.len - after.len);
}

const struct ub_team *ub_org_team(const struct ub_org *org, struct ub_text name)
{
	for (size_t i = 0; i < org->n_teams; i++)
		if (ub_text_eq(org->teams[i].name, name))
			return &org->teams[i];
	return NULL;
}

struct ub_text ub_org_lead(const struct ub_org *org, const struct ub_team *team)
{
	for (size_t i = 0; i < team->members.n; i++)
		if (facts_address_standing(org, team->members.items[i]) == STANDING_INTERNAL)
			return team->members.items[i];
	return UB_TEXT_NONE;
}
