/* SPDX-License-Identifier: Apache-2.0 */
#include "calendar-walk.h"

#include "upbeat/http.h"
#include "upbeat/settings.h"
#include "upbeat/sys.h"

static struct ub_caller caller_of(const struct ub_login *login, struct ub_arena *arena)
{
	return (struct ub_caller){ .user = login->user,
		.principal = login->user,
		.authorization = ub_http_basic(login->user, login->password, arena) };
}

void walk_begin(struct ub_walk *walk, const struct ub_snapshot *snapshot, const struct ub_login *login,
    const struct ub_walk_access *access, struct ub_arena *arena)
{
	*walk =
	    (struct ub_walk){ .snapshot = snapshot, .access = access, .why = UB_TEXT_NONE, .arena = arena };
	walk->caller = access ? *access->caller : caller_of(login, arena);
	walk->caller.client = ub_identity_client(&snapshot->settings->upstream, arena);
	ub_client_follow(walk->caller.client, walk->caller.service);
}

void walk_end(struct ub_walk *walk)
{
	ub_client_free(&walk->caller.client);
}

enum ub_outcome walk_send(struct ub_walk *walk, struct ub_request request, struct ub_response *response)
{
	const struct ub_walk_access *access = walk->access;
	request.authorization = walk->caller.authorization;
	request.host = walk->caller.host;
	*response = (struct ub_response){ .error = UB_TEXT("it was interrupted") };
	if (access && !access->goes_on(access->context))
		return UB_OUTCOME_AGAIN;
	return ub_client_send(walk->caller.client, &request, response, walk->arena);
}

struct ub_text walk_why_not(struct ub_walk *walk, enum ub_outcome outcome, const struct ub_response *response)
{
	if (response->error.len)
		return response->error;
	return ub_textf(walk->arena, "%s (HTTP status %d)", ub_outcome_text(outcome), response->status);
}

/* False: walk->why. */
static bool propfind(struct ub_walk *walk, struct ub_text href, const char *depth, struct ub_text query,
    struct ub_response *response)
{
	struct ub_request request = { .method = "PROPFIND",
		.target = href,
		.depth = depth,
		.content_type = "application/xml; charset=utf-8",
		.body = query };
	enum ub_outcome outcome = walk_send(walk, request, response);
	if (outcome != UB_OUTCOME_OK)
		walk->why = walk_why_not(walk, outcome, response);
	return outcome == UB_OUTCOME_OK;
}

/* False: walk->why. */
static bool list(struct ub_walk *walk, struct ub_text href, struct ub_dav_members *members)
{
	struct ub_response response;
	if (!propfind(walk, href, "1", ub_dav_members_query, &response))
		return false;
	if (ub_dav_read_members(response.body, members, walk->arena))
		return true;
	walk->why = UB_TEXT("the server's list of it cannot be read");
	return false;
}

/* ---- finding the calendars ---- */

static struct ub_text wrong_password(struct ub_walk *walk)
{
	if (walk->caller.service)
		return UB_TEXT("the server does not accept the service account");
	return ub_textf(
	    walk->arena, "the server does not accept this password of %.*s", UB_ARGS(walk->caller.user));
}

static struct ub_text name_of(const struct ub_walk *walk)
{
	return walk->caller.service ? UB_TEXT("the service account") : walk->caller.user;
}

static const char nowhere[] = "the server does not tell where the user's calendars are: --calendar HREF does";

static struct ub_text with_slash(struct ub_walk *walk, struct ub_text href)
{
	return ub_text_ends(href, UB_TEXT("/")) ? href : ub_textf(walk->arena, "%.*s/", UB_ARGS(href));
}

/* Adds a calendar if it is the user's own. Those of others come when their owners run the command. */
static void add_calendar(struct ub_walk *walk, struct ub_text href, struct ub_walk_calendars *calendars)
{
	struct ub_walk_calendar calendar = { .href = with_slash(walk, href), .why = UB_TEXT_NONE };
	enum ub_outcome outcome = ub_identity_of(walk->snapshot->identities, &walk->caller, calendar.href,
	    walk->snapshot->org, ub_sys_monotonic_ms() / 1000, &calendar.identity, walk->arena);
	if (outcome == UB_OUTCOME_DENIED)
		calendar.why = wrong_password(walk);
	else if (outcome == UB_OUTCOME_REFUSED)
		calendar.why =
		    ub_textf(walk->arena, "the server does not let %.*s look at it", UB_ARGS(name_of(walk)));
	else if (outcome != UB_OUTCOME_OK)
		calendar.why = ub_text(ub_outcome_text(outcome));
	if (calendar.why.len || (calendar.identity.calendar && calendar.identity.acts_for_owner))
		*ub_push(walk->arena, calendars) = calendar;
}

static void add_home(struct ub_walk *walk, struct ub_text home, struct ub_walk_calendars *calendars)
{
	struct ub_dav_members members = { 0 };
	if (!list(walk, home, &members))
		*ub_push(walk->arena, calendars) =
		    (struct ub_walk_calendar){ .href = home, .why = walk->why };
	for (size_t i = 0; i < members.n; i++)
		if (members.items[i].calendar)
			add_calendar(walk, members.items[i].href, calendars);
}

/* Adds the one calendar that was asked for. False: walk->why. */
static bool add_only(struct ub_walk *walk, struct ub_text only, struct ub_walk_calendars *calendars)
{
	struct ub_text href = ub_http_href_canonical(walk->arena, only);
	if (href.len == 0) {
		walk->why = ub_textf(
		    walk->arena, "%.*s is no path of a calendar: it begins with a slash", UB_ARGS(only));
		return false;
	}
	add_calendar(walk, href, calendars);
	if (calendars->n == 0)
		walk->why = ub_textf(
		    walk->arena, "%.*s is no calendar of %.*s", UB_ARGS(only), UB_ARGS(walk->caller.user));
	else if (calendars->items[0].why.len)
		walk->why = ub_textf(walk->arena, "%.*s: %.*s", UB_ARGS(calendars->items[0].href),
		    UB_ARGS(calendars->items[0].why));
	return walk->why.len == 0;
}

/* Why nobody knows where the user's calendars are. */
static struct ub_text why_lost(
    struct ub_walk *walk, enum ub_outcome outcome, struct ub_text user, const struct ub_response *response)
{
	struct ub_text place = user.len ? user : walk->snapshot->settings->upstream.base;
	if (outcome == UB_OUTCOME_DENIED)
		return wrong_password(walk);
	if (user.len == 0 && response->status && response->status < 500)
		return ub_text(nowhere);
	return outcome == UB_OUTCOME_GONE ? ub_text(nowhere)
					  : ub_textf(walk->arena, "%.*s: %.*s", UB_ARGS(place),
						UB_ARGS(walk_why_not(walk, outcome, response)));
}

bool walk_calendars(struct ub_walk *walk, struct ub_text only, struct ub_walk_calendars *calendars)
{
	struct ub_text user;
	struct ub_response response;
	struct ub_dav_principal principal;
	*calendars = (struct ub_walk_calendars){ 0 };
	if (only.len)
		return add_only(walk, only, calendars);
	enum ub_outcome outcome = ub_identity_homes(&walk->caller, &user, &principal, &response, walk->arena);
	if (outcome != UB_OUTCOME_OK) {
		walk->why = why_lost(walk, outcome, user, &response);
		return false;
	}
	for (size_t i = 0; i < principal.n_homes; i++)
		add_home(walk, principal.homes[i], calendars);
	if (calendars->n == 0 && walk->caller.service)
		walk->why = UB_TEXT("the service account sees no calendar of the user's");
	return walk->why.len == 0 || calendars->n > 0;
}

/* ---- going through them ---- */

/* Lists what is in the calendars. Returns how many objects there are. */
static size_t list_all(
    struct ub_walk *walk, struct ub_walk_calendars *calendars, const struct ub_walk_visit *visit)
{
	size_t all = 0;
	for (size_t i = 0; i < calendars->n; i++) {
		struct ub_walk_calendar *calendar = &calendars->items[i];
		if (calendar->why.len == 0 && !list(walk, calendar->href, &calendar->members))
			calendar->why = walk->why;
		if (calendar->why.len)
			visit->fail(visit->context, calendar->href, calendar->why);
		all += calendar->members.n;
	}
	walk->why = UB_TEXT_NONE;
	return all;
}

bool walk_through(
    struct ub_walk *walk, struct ub_walk_calendars *calendars, const struct ub_walk_visit *visit)
{
	size_t all = list_all(walk, calendars, visit), done = 0;
	struct ub_arena *kept = walk->arena, *arena = ub_arena_new();
	bool good = true;
	walk->arena = arena;
	for (size_t i = 0; i < calendars->n; i++) {
		const struct ub_walk_calendar *calendar = &calendars->items[i];
		for (size_t k = 0; good && k < calendar->members.n; k++) {
			if (!calendar->members.items[k].collection)
				good = visit->look(visit->context, calendar, &calendar->members.items[k]);
			ub_arena_reset(arena);
			if (visit->progress)
				visit->progress(++done, all);
		}
	}
	walk->arena = kept;
	ub_arena_free(&arena);
	if (visit->progress)
		visit->progress(all, all);
	if (!good)
		walk->why = UB_TEXT("the server does not accept the password any more");
	return good;
}
