/* SPDX-License-Identifier: Apache-2.0 */
#include "tour.h"

#include "upbeat/http.h"
#include "upbeat/settings.h"
#include "upbeat/sys.h"

void ub_tour_begin(struct ub_tour *tour, const struct ub_snapshot *snapshot, const struct ub_login *login,
    struct ub_arena *arena)
{
	*tour = (struct ub_tour){ .snapshot = snapshot, .why = UB_TEXT_NONE, .arena = arena };
	tour->caller = (struct ub_caller){
		.client = ub_client_new(ub_text_cstr(arena, snapshot->settings->upstream.base)),
		.user = login->user,
		.principal = login->user,
		.authorization = ub_http_basic(login->user, login->password, arena),
		.host = UB_TEXT_NONE,
	};
}

void ub_tour_end(struct ub_tour *tour)
{
	ub_client_free(&tour->caller.client);
}

enum ub_outcome ub_tour_send(struct ub_tour *tour, struct ub_request request, struct ub_response *response)
{
	request.authorization = tour->caller.authorization;
	return ub_client_send(tour->caller.client, &request, response, tour->arena);
}

struct ub_text ub_tour_why_not(
    struct ub_tour *tour, enum ub_outcome outcome, const struct ub_response *response)
{
	if (response->error.len)
		return response->error;
	return ub_textf(tour->arena, "%s (HTTP status %d)", ub_outcome_text(outcome), response->status);
}

/* False: tour->why. */
static bool propfind(struct ub_tour *tour, struct ub_text href, const char *depth, struct ub_text query,
    struct ub_response *response)
{
	struct ub_request request = { .method = "PROPFIND",
		.target = href,
		.depth = depth,
		.content_type = "application/xml; charset=utf-8",
		.body = query };
	enum ub_outcome outcome = ub_tour_send(tour, request, response);
	if (outcome != UB_OUTCOME_OK)
		tour->why = ub_tour_why_not(tour, outcome, response);
	return outcome == UB_OUTCOME_OK;
}

/* False: tour->why. */
static bool list(struct ub_tour *tour, struct ub_text href, struct ub_dav_members *members)
{
	struct ub_response response;
	if (!propfind(tour, href, "1", ub_dav_members_query, &response))
		return false;
	if (ub_dav_read_members(response.body, members, tour->arena))
		return true;
	tour->why = UB_TEXT("the server's list of it cannot be read");
	return false;
}

/* ---- finding the calendars ---- */

static struct ub_text wrong_password(struct ub_tour *tour)
{
	return ub_textf(
	    tour->arena, "the server does not accept this password of %.*s", UB_ARGS(tour->caller.user));
}

static const char nowhere[] = "the server does not tell where the user's calendars are: --calendar HREF does";

/* Where servers tell who is asking: their root, or where RFC 6764 5 sends us. */
static bool find_principal(struct ub_tour *tour, struct ub_text *principal)
{
	static const struct ub_text places[] = { { "/", 1 }, { "/.well-known/caldav", 19 } };
	struct ub_dav_collection collection;
	struct ub_response response;
	for (size_t i = 0; i < UB_COUNT(places); i++) {
		struct ub_text place = places[i];
		bool found = propfind(tour, place, "0", ub_dav_collection_query, &response);
		if (!found && response.status >= 300 && response.status < 400 && response.location.len) {
			place = ub_textf(tour->arena, "%.*s/",
			    UB_ARGS(ub_http_href_canonical(tour->arena, response.location)));
			found = propfind(tour, place, "0", ub_dav_collection_query, &response);
		}
		if (found && ub_dav_read_collection(response.body, &collection, tour->arena) &&
		    collection.principal.len) {
			*principal = collection.principal;
			return true;
		}
		if (response.status == 401 || response.status == 0)
			break; /* the other place would not be any better */
	}
	if (response.status == 401)
		tour->why = wrong_password(tour);
	else if (response.status == 0 || response.status >= 500)
		tour->why = ub_textf(tour->arena, "%.*s: %.*s",
		    UB_ARGS(tour->snapshot->settings->upstream.base), UB_ARGS(tour->why));
	else
		tour->why = ub_text(nowhere);
	return false;
}

static struct ub_text with_slash(struct ub_tour *tour, struct ub_text href)
{
	return ub_text_ends(href, UB_TEXT("/")) ? href : ub_textf(tour->arena, "%.*s/", UB_ARGS(href));
}

/* What is not the user's own is passed over: its owner's turn comes with his own credentials. */
static void add_calendar(struct ub_tour *tour, struct ub_text href, struct ub_tour_calendars *calendars)
{
	struct ub_tour_calendar calendar = { .href = with_slash(tour, href), .why = UB_TEXT_NONE };
	enum ub_outcome outcome = ub_identity_of(tour->snapshot->identities, &tour->caller, calendar.href,
	    tour->snapshot->org, ub_sys_monotonic_ms() / 1000, &calendar.identity, tour->arena);
	if (outcome == UB_OUTCOME_DENIED)
		calendar.why = wrong_password(tour);
	else if (outcome == UB_OUTCOME_REFUSED)
		calendar.why = ub_textf(
		    tour->arena, "the server does not let %.*s look at it", UB_ARGS(tour->caller.user));
	else if (outcome != UB_OUTCOME_OK)
		calendar.why = ub_text(ub_outcome_text(outcome));
	if (calendar.why.len || (calendar.identity.calendar && calendar.identity.caller_is_owner))
		*ub_push(tour->arena, calendars) = calendar;
}

static void add_home(struct ub_tour *tour, struct ub_text home, struct ub_tour_calendars *calendars)
{
	struct ub_dav_members members = { 0 };
	if (!list(tour, home, &members))
		*ub_push(tour->arena, calendars) =
		    (struct ub_tour_calendar){ .href = home, .why = tour->why };
	for (size_t i = 0; i < members.n; i++)
		if (members.items[i].calendar)
			add_calendar(tour, members.items[i].href, calendars);
}

/* The one that was asked for. */
static bool add_only(struct ub_tour *tour, struct ub_text only, struct ub_tour_calendars *calendars)
{
	struct ub_text href = ub_http_href_canonical(tour->arena, only);
	if (href.len == 0) {
		tour->why = ub_textf(
		    tour->arena, "%.*s is no path of a calendar: it begins with a slash", UB_ARGS(only));
		return false;
	}
	add_calendar(tour, href, calendars);
	if (calendars->n == 0)
		tour->why = ub_textf(
		    tour->arena, "%.*s is no calendar of %.*s", UB_ARGS(only), UB_ARGS(tour->caller.user));
	else if (calendars->items[0].why.len)
		tour->why = ub_textf(tour->arena, "%.*s: %.*s", UB_ARGS(calendars->items[0].href),
		    UB_ARGS(calendars->items[0].why));
	return tour->why.len == 0;
}

bool ub_tour_calendars(struct ub_tour *tour, struct ub_text only, struct ub_tour_calendars *calendars)
{
	struct ub_text href;
	struct ub_response response;
	struct ub_dav_principal principal;
	*calendars = (struct ub_tour_calendars){ 0 };
	if (only.len)
		return add_only(tour, only, calendars);
	if (!find_principal(tour, &href))
		return false;
	if (!propfind(tour, href, "0", ub_dav_principal_query, &response)) {
		tour->why = ub_textf(tour->arena, "%.*s: %.*s", UB_ARGS(href), UB_ARGS(tour->why));
		return false;
	}
	if (!ub_dav_read_principal(response.body, &principal, tour->arena) || principal.n_homes == 0) {
		tour->why = ub_text(nowhere);
		return false;
	}
	for (size_t i = 0; i < principal.n_homes; i++)
		add_home(tour, principal.homes[i], calendars);
	return true;
}

/* ---- going through them ---- */

/* How many objects there are. */
static size_t list_all(
    struct ub_tour *tour, struct ub_tour_calendars *calendars, const struct ub_tour_visit *visit)
{
	size_t all = 0;
	for (size_t i = 0; i < calendars->n; i++) {
		struct ub_tour_calendar *calendar = &calendars->items[i];
		if (calendar->why.len == 0 && !list(tour, calendar->href, &calendar->members))
			calendar->why = tour->why;
		if (calendar->why.len)
			visit->fail(visit->context, calendar->href, calendar->why);
		all += calendar->members.n;
	}
	tour->why = UB_TEXT_NONE;
	return all;
}

bool ub_tour_through(
    struct ub_tour *tour, struct ub_tour_calendars *calendars, const struct ub_tour_visit *visit)
{
	size_t all = list_all(tour, calendars, visit), done = 0;
	struct ub_arena *kept = tour->arena, *arena = ub_arena_new();
	bool good = true;
	tour->arena = arena;
	for (size_t i = 0; i < calendars->n; i++) {
		const struct ub_tour_calendar *calendar = &calendars->items[i];
		for (size_t k = 0; good && k < calendar->members.n; k++) {
			if (!calendar->members.items[k].collection)
				good = visit->look(visit->context, calendar, &calendar->members.items[k]);
			ub_arena_reset(arena);
			if (visit->progress)
				visit->progress(++done, all);
		}
	}
	tour->arena = kept;
	ub_arena_free(&arena);
	if (visit->progress)
		visit->progress(all, all);
	if (!good)
		tour->why = UB_TEXT("the server does not accept the password any more");
	return good;
}
