/* SPDX-License-Identifier: Apache-2.0 */
#include "identity-private.h"

#include <pthread.h>
#include <stdlib.h>

#include "upbeat/http.h"

struct known_habit {
	bool known, there;
};

struct ub_identities {
	pthread_mutex_t mutex;
	struct ub_arena *arena;
	struct ub_map *entries; /* "user\nhost\nhref" to struct identity_entry */
	bool groupdav;          /* any collection is */
	struct known_habit habits[UB_HABITS];
};

struct ub_identities *ub_identities_new(void)
{
	struct ub_identities *identities = calloc(1, sizeof(*identities));
	if (!identities || pthread_mutex_init(&identities->mutex, NULL) != 0)
		abort();
	identities->arena = ub_arena_new();
	identities->entries = ub_map_new(identities->arena);
	return identities;
}

void ub_identities_free(struct ub_identities **identities)
{
	if (!*identities)
		return;
	pthread_mutex_destroy(&(*identities)->mutex);
	ub_arena_free(&(*identities)->arena);
	free(*identities);
	*identities = NULL;
}

enum ub_outcome identity_propfind(const struct ub_caller *caller, struct ub_text href, const char *depth,
    struct ub_text query, struct ub_response *response, struct ub_arena *arena)
{
	struct ub_request request = { .method = "PROPFIND",
		.target = href,
		.host = caller->host,
		.authorization = caller->authorization,
		.depth = depth,
		.content_type = "application/xml; charset=utf-8",
		.body = query };
	return ub_client_send(caller->client, &request, response, arena);
}

/* Whether two hrefs are the same: servers write one and the same href in several ways. */
static bool same_href(struct ub_text a, struct ub_text b, struct ub_arena *arena)
{
	a = ub_http_href_canonical(arena, a);
	return a.len && ub_text_eq(a, ub_http_href_canonical(arena, b));
}

/* Whether the home set `home` holds the collection. `href`: canonical, but for its trailing slash. */
static bool holds(struct ub_text home, struct ub_text href, struct ub_arena *arena)
{
	home = ub_http_href_canonical(arena, home);
	return home.len && ub_text_starts(href, home) &&
	       (home.ptr[home.len - 1] == '/' || (href.len > home.len && href.ptr[home.len] == '/'));
}

static bool is_home_of(const struct ub_dav_principal *principal, struct ub_text href, struct ub_arena *arena)
{
	for (size_t i = 0; i < principal->n_homes; i++)
		if (holds(principal->homes[i], href, arena))
			return true;
	return false;
}

static bool is_ours(const struct ub_org *org, struct ub_text address)
{
	for (size_t i = 0; i < org->domains.n; i++)
		if (ub_facts_address_matches(address, org->domains.items[i]))
			return true;
	return false;
}

/* The best address of a principal. Several addresses are usual; invitations among colleagues go to the one in
 * the organization's own domain. */
static struct ub_text best_address(const struct ub_dav_principal *principal, const struct ub_org *org)
{
	for (size_t i = 0; i < principal->n_addresses; i++)
		if (is_ours(org, principal->addresses[i]))
			return principal->addresses[i];
	return principal->n_addresses ? principal->addresses[0] : UB_TEXT_NONE;
}

/* The last segment of a principal's canonical href. It stands for the user's name where nothing better is
 * known. */
static struct ub_text last_segment(struct ub_text href)
{
	size_t start = href.len;
	while (start > 0 && href.ptr[start - 1] != '/')
		start--;
	return ub_text_sub(href, start, href.len);
}

struct lookup {
	const struct ub_caller *caller;
	const struct ub_org *org;
	struct ub_text href;
	struct ub_arena *arena;
};

static enum ub_outcome ask_principal(
    const struct lookup *lookup, struct ub_text href, struct ub_dav_principal *out)
{
	struct ub_response response;
	enum ub_outcome outcome =
	    identity_propfind(lookup->caller, href, "0", ub_dav_principal_query, &response, lookup->arena);
	if (outcome == UB_OUTCOME_OK && !ub_dav_read_principal(response.body, out, lookup->arena))
		outcome = UB_OUTCOME_REFUSED;
	if (outcome != UB_OUTCOME_OK)
		*out = (struct ub_dav_principal){
			.display_name = UB_TEXT_NONE, .inbox = UB_TEXT_NONE, .outbox = UB_TEXT_NONE
		};
	return outcome;
}

bool identity_is_passing(enum ub_outcome outcome)
{
	return outcome == UB_OUTCOME_AGAIN || outcome == UB_OUTCOME_UNCERTAIN || outcome == UB_OUTCOME_DENIED;
}

/* Whether what is made in the collection is made by its owner or for him. What belongs to the service account
 * itself is no user's. */
static bool acts_for_owner(const struct lookup *lookup, const struct ub_dav_collection *collection,
    const struct ub_dav_principal *principal)
{
	const struct ub_caller *caller = lookup->caller;
	if (collection->owner.len == 0)
		return is_home_of(principal, lookup->href, lookup->arena);
	bool own = same_href(collection->owner, collection->principal, lookup->arena);
	return caller->service ? !own && (caller->behalf.len == 0 ||
					     same_href(collection->owner, caller->behalf, lookup->arena))
			       : own;
}

/* The principal in whose home the collection may be, for servers that do not tell the owner to the service
 * account: beside its own, with the name that comes next in the collection's href. */
static struct ub_text guess_owner(const struct lookup *lookup, struct ub_text own)
{
	struct ub_text beside = ub_http_href_collection(ub_http_href_canonical(lookup->arena, own)), name;
	struct ub_text rest = ub_text_sub(lookup->href, beside.len, lookup->href.len);
	if (lookup->caller->behalf.len)
		return ub_textf(lookup->arena, "%.*s/", UB_ARGS(lookup->caller->behalf));
	if (beside.len == 0 || !ub_text_starts(lookup->href, beside) || !ub_text_split(&rest, '/', &name))
		return UB_TEXT_NONE;
	struct ub_text guess = ub_textf(lookup->arena, "%.*s%.*s/", UB_ARGS(beside), UB_ARGS(name));
	return same_href(guess, own, lookup->arena) ? UB_TEXT_NONE : guess;
}

/* What else the owner's principal says. */
static void take_principal(
    const struct lookup *lookup, const struct ub_dav_principal *principal, struct ub_identity *out)
{
	for (size_t i = 0; i < principal->n_homes; i++)
		*ub_push(lookup->arena, &out->homes) = principal->homes[i];
	for (size_t i = 0; i < principal->n_addresses; i++)
		*ub_push(lookup->arena, &out->addresses) = principal->addresses[i];
	out->outbox = principal->outbox;
	out->inbox = principal->inbox;
}

static enum ub_outcome find_owner(
    const struct lookup *lookup, const struct ub_dav_collection *collection, struct ub_identity *out)
{
	const struct ub_caller *caller = lookup->caller;
	struct ub_dav_principal principal;
	struct ub_text self =
	    caller->service ? guess_owner(lookup, collection->principal) : collection->principal;
	struct ub_text owner = collection->owner.len ? collection->owner : self;
	if (owner.len == 0)
		return UB_OUTCOME_OK;
	enum ub_outcome outcome = ask_principal(lookup, owner, &principal);
	/* Otherwise the principal may not be read, and the pattern of the settings stands in. */
	if (identity_is_passing(outcome))
		return outcome;
	out->acts_for_owner = acts_for_owner(lookup, collection, &principal);
	if (!collection->owner.len && !out->acts_for_owner)
		return UB_OUTCOME_OK;
	take_principal(lookup, &principal, out);
	out->owner_href = ub_http_href_canonical(lookup->arena, owner);
	out->owner = best_address(&principal, lookup->org);
	if (out->owner.len == 0) {
		struct ub_text user = out->acts_for_owner && caller->user.len
					  ? caller->user
					  : last_segment(ub_http_href_canonical(lookup->arena, owner));
		out->owner = ub_org_user_address(lookup->org, user, lookup->arena);
	}
	return UB_OUTCOME_OK;
}

struct ub_text ub_identity_login_of(struct ub_text href, struct ub_arena *arena)
{
	return ub_http_segment_decode(arena, last_segment(href));
}

static enum ub_outcome ask(const struct lookup *lookup, struct ub_identity *out)
{
	struct ub_response response;
	struct ub_dav_collection collection;
	*out = (struct ub_identity){ .owner = UB_TEXT_NONE,
		.owner_href = UB_TEXT_NONE,
		.caller_href = UB_TEXT_NONE,
		.calendar_name = UB_TEXT_NONE,
		.outbox = UB_TEXT_NONE,
		.inbox = UB_TEXT_NONE };
	enum ub_outcome outcome = identity_propfind(
	    lookup->caller, lookup->href, "0", ub_dav_collection_query, &response, lookup->arena);
	if (outcome != UB_OUTCOME_OK)
		return outcome;
	if (!ub_dav_read_collection(response.body, &collection, lookup->arena))
		return UB_OUTCOME_REFUSED;
	out->calendar = collection.calendar;
	out->takes_tasks = collection.takes_tasks;
	out->groupdav = collection.calendar && collection.groupdav;
	out->calendar_name = collection.display_name;
	out->owner_href = ub_http_href_canonical(lookup->arena, collection.owner);
	out->caller_href = ub_http_href_canonical(lookup->arena, collection.principal);
	return collection.calendar ? find_owner(lookup, &collection, out) : UB_OUTCOME_OK;
}

static struct identity_entry copy(const struct identity_entry *from, struct ub_arena *arena)
{
	struct identity_entry to = *from;
	struct ub_text *const texts[] = { &to.identity.owner, &to.identity.owner_href,
		&to.identity.caller_href, &to.identity.calendar_name, &to.identity.outbox, &to.identity.inbox,
		&to.calendar };
	for (size_t i = 0; i < UB_COUNT(texts); i++)
		*texts[i] = ub_text_copy(arena, *texts[i]);
	to.identity.homes = ub_texts_copy(arena, from->identity.homes);
	to.identity.addresses = ub_texts_copy(arena, from->identity.addresses);
	return to;
}

bool identity_recall(struct ub_identities *identities, struct ub_text key, int64_t now,
    struct identity_entry *out, struct ub_arena *arena)
{
	pthread_mutex_lock(&identities->mutex);
	const struct identity_entry *entry = ub_map_get(identities->entries, key);
	bool known = entry && now < entry->until;
	if (known)
		*out = copy(entry, arena);
	pthread_mutex_unlock(&identities->mutex);
	return known;
}

void identity_remember(
    struct ub_identities *identities, struct ub_text key, int64_t now, const struct identity_entry *entry)
{
	pthread_mutex_lock(&identities->mutex);
	/* Forgetting all entries is simpler than ageing each, and costs two requests for each one later. */
	if (ub_arena_used(identities->arena) > UB_IDENTITY_CACHE_BYTES) {
		ub_arena_reset(identities->arena);
		identities->entries = ub_map_new(identities->arena);
	}
	struct identity_entry *kept = UB_NEW(identities->arena, struct identity_entry);
	*kept = copy(entry, identities->arena);
	kept->until = now + UB_IDENTITY_SECONDS;
	identities->groupdav |= entry->identity.groupdav;
	ub_map_put(identities->entries, ub_text_copy(identities->arena, key), kept);
	pthread_mutex_unlock(&identities->mutex);
}

/* ---- habits ---- */

bool ub_identities_learn(struct ub_identities *identities, enum ub_habit habit, bool there)
{
	pthread_mutex_lock(&identities->mutex);
	struct known_habit *known = &identities->habits[habit];
	bool news = !known->known || known->there != there;
	*known = (struct known_habit){ true, there };
	pthread_mutex_unlock(&identities->mutex);
	return news;
}

bool ub_identities_knows(struct ub_identities *identities, enum ub_habit habit, bool *there)
{
	pthread_mutex_lock(&identities->mutex);
	const struct known_habit known = identities->habits[habit];
	pthread_mutex_unlock(&identities->mutex);
	*there = known.there;
	return known.known;
}

void ub_identities_learn_from(struct ub_identities *identities, struct ub_identities *from)
{
	bool there;
	for (enum ub_habit habit = 0; habit < UB_HABITS; habit++)
		if (ub_identities_knows(from, habit, &there))
			ub_identities_learn(identities, habit, there);
}

bool ub_identities_titles_ask_again(struct ub_identities *identities, const struct ub_identity *calendar)
{
	bool there;
	if (ub_identities_knows(identities, UB_HABIT_TITLES, &there))
		return there;
	if (calendar)
		return calendar->groupdav;
	pthread_mutex_lock(&identities->mutex);
	bool groupdav = identities->groupdav;
	pthread_mutex_unlock(&identities->mutex);
	return groupdav;
}

/* No user's name makes a key of the service account's. */
struct ub_text identity_key(const struct ub_caller *caller, struct ub_text href, struct ub_arena *arena)
{
	return ub_textf(arena, "%s%.*s\n%.*s\n%.*s", caller->service ? "service for " : "user ",
	    UB_ARGS(caller->service ? caller->behalf : caller->principal), UB_ARGS(caller->host),
	    UB_ARGS(href));
}

bool ub_identity_known(struct ub_identities *identities, struct ub_text principal, struct ub_text host,
    struct ub_text href, struct ub_identity *out, struct ub_arena *arena)
{
	const struct ub_caller caller = { .principal = principal, .host = host };
	struct identity_entry entry;
	if (!identity_recall(identities, identity_key(&caller, href, arena), INT64_MIN, &entry, arena))
		return false;
	*out = entry.identity;
	return true;
}

enum ub_outcome ub_identity_of(struct ub_identities *identities, const struct ub_caller *caller,
    struct ub_text href, const struct ub_org *org, int64_t now, struct ub_identity *out,
    struct ub_arena *arena)
{
	struct ub_text key = identity_key(caller, href, arena);
	struct identity_entry entry = { .calendar = UB_TEXT_NONE };
	struct lookup lookup = { caller, org, href, arena };
	bool known = identity_recall(identities, key, now, &entry, arena);
	enum ub_outcome outcome = known ? UB_OUTCOME_OK : ask(&lookup, &entry.identity);
	if (!known && outcome == UB_OUTCOME_OK)
		identity_remember(identities, key, now, &entry);
	*out = entry.identity;
	return outcome;
}
