/* SPDX-License-Identifier: Apache-2.0 */
#include "identity-private.h"

#include "upbeat/http.h"

/* Finds a user's calendars, and the one into which items go that belong to no meeting. */

struct finding {
	const struct ub_caller *caller;
	struct ub_arena *arena;
	struct ub_response *response; /* the last one */
};

static enum ub_outcome propfind(
    struct finding *finding, struct ub_text href, const char *depth, struct ub_text query)
{
	return identity_propfind(finding->caller, href, depth, query, finding->response, finding->arena);
}

/* Asks at the place, or where it sends us, who the user is. Empty: nobody says so there. */
static enum ub_outcome ask_at(struct finding *finding, struct ub_text place, struct ub_text *principal)
{
	struct ub_dav_collection collection;
	enum ub_outcome outcome = propfind(finding, place, "0", ub_dav_collection_query);
	if (outcome != UB_OUTCOME_OK && finding->response->status / 100 == 3 &&
	    finding->response->location.len) {
		place = ub_textf(finding->arena, "%.*s/",
		    UB_ARGS(ub_http_href_canonical(finding->arena, finding->response->location)));
		outcome = propfind(finding, place, "0", ub_dav_collection_query);
	}
	if (outcome == UB_OUTCOME_OK &&
	    ub_dav_read_collection(finding->response->body, &collection, finding->arena))
		*principal = collection.principal;
	return outcome;
}

/* RFC 6764 6: the well-known place comes second, as most servers tell at the root. SOGo has pages for people
 * at both. */
static enum ub_outcome find_principal(struct finding *finding, struct ub_text *principal)
{
	const struct ub_text places[] = { ub_client_root(finding->caller->client),
		UB_TEXT("/.well-known/caldav"), UB_TEXT("/SOGo/dav/") };
	enum ub_outcome outcome = UB_OUTCOME_REFUSED;
	*principal = UB_TEXT_NONE;
	for (size_t i = 0; i < UB_COUNT(places) && principal->len == 0; i++) {
		outcome = ask_at(finding, places[i], principal);
		if (outcome == UB_OUTCOME_DENIED || outcome == UB_OUTCOME_AGAIN)
			return outcome;
	}
	return principal->len ? UB_OUTCOME_OK : outcome == UB_OUTCOME_OK ? UB_OUTCOME_GONE : outcome;
}

enum ub_outcome ub_identity_self(const struct ub_caller *caller, struct ub_text *principal,
    struct ub_response *response, struct ub_arena *arena)
{
	struct finding finding = { caller, arena, response };
	return find_principal(&finding, principal);
}

static struct ub_text with_slash(struct ub_text href, struct ub_arena *arena)
{
	return href.len == 0 || ub_text_ends(href, UB_TEXT("/")) ? href
								 : ub_textf(arena, "%.*s/", UB_ARGS(href));
}

/* Whom the caller is or acts for. */
static enum ub_outcome find_self(struct finding *finding, struct ub_text *user)
{
	*user = with_slash(finding->caller->behalf, finding->arena);
	if (!finding->caller->service)
		return find_principal(finding, user);
	*finding->response = (struct ub_response){ .error = UB_TEXT_NONE };
	return user->len ? UB_OUTCOME_OK : UB_OUTCOME_GONE;
}

enum ub_outcome ub_identity_homes(const struct ub_caller *caller, struct ub_text *user,
    struct ub_dav_principal *principal, struct ub_response *response, struct ub_arena *arena)
{
	struct finding finding = { caller, arena, response };
	*principal = (struct ub_dav_principal){ .display_name = UB_TEXT_NONE, .inbox = UB_TEXT_NONE };
	enum ub_outcome outcome = find_self(&finding, user);
	if (outcome == UB_OUTCOME_OK)
		outcome = propfind(&finding, *user, "0", ub_dav_principal_query);
	if (outcome == UB_OUTCOME_OK && !ub_dav_read_principal(response->body, principal, arena))
		outcome = UB_OUTCOME_REFUSED;
	return outcome == UB_OUTCOME_OK && principal->n_homes == 0 ? UB_OUTCOME_GONE : outcome;
}

/* ---- the calendar for what belongs to no meeting ---- */

/* Where invitations to the user go (RFC 6638 9.2). Empty: the server does not say, and never does. */
static enum ub_outcome default_calendar(struct finding *finding, struct ub_text inbox, struct ub_text *href)
{
	struct ub_text said = UB_TEXT_NONE;
	*href = UB_TEXT_NONE;
	if (inbox.len == 0)
		return UB_OUTCOME_OK;
	enum ub_outcome outcome = propfind(finding, inbox, "0", ub_dav_inbox_query);
	if (identity_is_passing(outcome))
		return outcome;
	if (outcome == UB_OUTCOME_OK && ub_dav_read_inbox(finding->response->body, &said, finding->arena))
		*href = with_slash(ub_http_href_canonical(finding->arena, said), finding->arena);
	return UB_OUTCOME_OK;
}

/* Whether the calendar is the user's own: homes also list what others share. */
static bool is_own(const struct finding *finding, const struct ub_dav_member *member, struct ub_text user)
{
	struct ub_text owner = ub_http_href_canonical(finding->arena, member->owner);
	return member->calendar &&
	       (owner.len == 0 || ub_text_eq(owner, ub_http_href_canonical(finding->arena, user)));
}

/* Adds the user's own calendars of a home, in the order in which the server lists them: all, or those that
 * items may go into and not task lists and birthdays. */
static enum ub_outcome add_own(
    struct finding *finding, struct ub_text home, struct ub_text user, bool all, struct ub_texts *own)
{
	struct ub_dav_members members = { 0 };
	enum ub_outcome outcome = propfind(finding, home, "1", ub_dav_members_query);
	if (outcome == UB_OUTCOME_OK &&
	    !ub_dav_read_members(finding->response->body, &members, finding->arena))
		outcome = UB_OUTCOME_REFUSED;
	for (size_t i = 0; i < members.n; i++) {
		struct ub_text href = ub_http_href_canonical(finding->arena, members.items[i].href);
		if (href.len && is_own(finding, &members.items[i], user) &&
		    (all || members.items[i].takes_events))
			*ub_push(finding->arena, own) = with_slash(href, finding->arena);
	}
	return outcome;
}

enum ub_outcome ub_identity_calendars(
    const struct ub_caller *caller, struct ub_text user, struct ub_texts *hrefs, struct ub_arena *arena)
{
	struct ub_response response;
	struct ub_dav_principal principal;
	struct finding finding = { caller, arena, &response };
	*hrefs = (struct ub_texts){ 0 };
	enum ub_outcome outcome = propfind(&finding, user, "0", ub_dav_principal_query);
	if (outcome == UB_OUTCOME_OK && !ub_dav_read_principal(response.body, &principal, arena))
		outcome = UB_OUTCOME_REFUSED;
	if (outcome != UB_OUTCOME_OK)
		return outcome;
	for (size_t i = 0; i < principal.n_homes && !identity_is_passing(outcome); i++)
		outcome = add_own(&finding, principal.homes[i], user, true, hrefs);
	if (hrefs->n > UB_DAV_CALENDARS_MAX)
		hrefs->n = UB_DAV_CALENDARS_MAX;
	return identity_is_passing(outcome) || hrefs->n == 0 ? outcome : UB_OUTCOME_OK;
}

static enum ub_outcome ask(struct finding *finding, struct ub_text *href)
{
	struct ub_dav_principal principal;
	struct ub_text user, wanted = UB_TEXT_NONE;
	struct ub_texts fit = { 0 };
	enum ub_outcome outcome =
	    ub_identity_homes(finding->caller, &user, &principal, finding->response, finding->arena);
	if (outcome != UB_OUTCOME_OK)
		return outcome;
	/* A home that is refused, as one that others share may be, keeps the user from no other one. */
	for (size_t i = 0; i < principal.n_homes && !identity_is_passing(outcome); i++)
		outcome = add_own(finding, principal.homes[i], user, false, &fit);
	if (!identity_is_passing(outcome) && fit.n)
		outcome = default_calendar(finding, principal.inbox, &wanted);
	if (outcome != UB_OUTCOME_OK)
		return outcome;
	*href = ub_texts_have(fit, wanted) ? wanted : fit.n ? fit.items[0] : UB_TEXT_NONE;
	return fit.n ? UB_OUTCOME_OK : UB_OUTCOME_GONE;
}

enum ub_outcome ub_identity_calendar(struct ub_identities *identities, const struct ub_caller *caller,
    int64_t now, struct ub_text *href, struct ub_arena *arena)
{
	struct ub_response response;
	struct finding finding = { caller, arena, &response };
	struct ub_text key = identity_key(caller, UB_TEXT_NONE, arena);
	struct identity_entry entry = { .identity = { .calendar = false } };
	bool known = identity_recall(identities, key, now, &entry, arena);
	enum ub_outcome outcome = known ? UB_OUTCOME_OK : ask(&finding, &entry.calendar);
	if (!known && outcome == UB_OUTCOME_OK)
		identity_remember(identities, key, now, &entry);
	*href = entry.calendar;
	return outcome;
}
