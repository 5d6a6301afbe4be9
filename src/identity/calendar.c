/* SPDX-License-Identifier: Apache-2.0 */
#include "upbeat/http.h"
#include "upbeat/identity.h"

/* Finds the calendar into which a user's items go that belong to no meeting. */

struct finding {
	const struct ub_caller *caller;
	struct ub_arena *arena;
	struct ub_response response;
};

static enum ub_outcome propfind(
    struct finding *finding, struct ub_text href, const char *depth, struct ub_text query)
{
	struct ub_request request = { .method = "PROPFIND",
		.target = href,
		.host = finding->caller->host,
		.authorization = finding->caller->authorization,
		.depth = depth,
		.content_type = "application/xml; charset=utf-8",
		.body = query };
	return ub_client_send(finding->caller->client, &request, &finding->response, finding->arena);
}

/* Asks at the place, or where it sends us, who the user is. Empty: nobody says so there. */
static enum ub_outcome ask_at(struct finding *finding, struct ub_text place, struct ub_text *principal)
{
	struct ub_dav_collection collection;
	enum ub_outcome outcome = propfind(finding, place, "0", ub_dav_collection_query);
	if (outcome != UB_OUTCOME_OK && finding->response.status / 100 == 3 &&
	    finding->response.location.len) {
		place = ub_textf(finding->arena, "%.*s/",
		    UB_ARGS(ub_http_href_canonical(finding->arena, finding->response.location)));
		outcome = propfind(finding, place, "0", ub_dav_collection_query);
	}
	if (outcome == UB_OUTCOME_OK &&
	    ub_dav_read_collection(finding->response.body, &collection, finding->arena))
		*principal = collection.principal;
	return outcome;
}

/* RFC 6764 6: the well-known place comes second, as most servers tell at the root. */
static enum ub_outcome find_principal(struct finding *finding, struct ub_text *principal)
{
	static const struct ub_text places[] = { { "/", 1 }, { "/.well-known/caldav", 19 } };
	enum ub_outcome outcome = UB_OUTCOME_REFUSED;
	*principal = UB_TEXT_NONE;
	for (size_t i = 0; i < UB_COUNT(places) && principal->len == 0; i++) {
		outcome = ask_at(finding, places[i], principal);
		if (outcome == UB_OUTCOME_DENIED || outcome == UB_OUTCOME_AGAIN)
			return outcome;
	}
	return principal->len ? UB_OUTCOME_OK : UB_OUTCOME_REFUSED;
}

/* Whether items may go into the calendar: homes also list task lists, what others share, and birthdays. */
static bool is_fit(const struct finding *finding, const struct ub_dav_member *member, struct ub_text user)
{
	struct ub_text owner = ub_http_href_canonical(finding->arena, member->owner);
	return member->calendar && member->takes_events &&
	       (owner.len == 0 || ub_text_eq(owner, ub_http_href_canonical(finding->arena, user)));
}

/* The user's first calendar of a home, in the order in which the server lists them. */
static enum ub_outcome first_of(
    struct finding *finding, struct ub_text home, struct ub_text user, struct ub_text *href)
{
	struct ub_dav_members members = { 0 };
	enum ub_outcome outcome = propfind(finding, home, "1", ub_dav_members_query);
	if (outcome != UB_OUTCOME_OK ||
	    !ub_dav_read_members(finding->response.body, &members, finding->arena))
		return outcome == UB_OUTCOME_OK ? UB_OUTCOME_REFUSED : outcome;
	for (size_t i = 0; i < members.n; i++) {
		struct ub_text member = ub_http_href_canonical(finding->arena, members.items[i].href);
		if (member.len == 0 || !is_fit(finding, &members.items[i], user))
			continue;
		*href = ub_text_ends(member, UB_TEXT("/"))
			    ? member
			    : ub_textf(finding->arena, "%.*s/", UB_ARGS(member));
		return UB_OUTCOME_OK;
	}
	return UB_OUTCOME_GONE;
}

enum ub_outcome ub_identity_calendar(
    const struct ub_caller *caller, struct ub_text *href, struct ub_arena *arena)
{
	struct finding finding = { .caller = caller, .arena = arena };
	struct ub_dav_principal principal;
	struct ub_text user;
	enum ub_outcome outcome = find_principal(&finding, &user);
	if (outcome == UB_OUTCOME_OK)
		outcome = propfind(&finding, user, "0", ub_dav_principal_query);
	if (outcome == UB_OUTCOME_OK && !ub_dav_read_principal(finding.response.body, &principal, arena))
		outcome = UB_OUTCOME_REFUSED;
	if (outcome != UB_OUTCOME_OK)
		return outcome;
	outcome = UB_OUTCOME_GONE;
	for (size_t i = 0; i < principal.n_homes && outcome == UB_OUTCOME_GONE; i++)
		outcome = first_of(&finding, principal.homes[i], user, href);
	return outcome;
}
