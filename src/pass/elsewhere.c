/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Looks for a meeting that is gone from where it stood. Clients move a meeting to another calendar by DELETE
 * and PUT, a server may give a name of its own to what is moved, and what does not go through Upbeat may move
 * a meeting as well. The store knows the copies that were looked at; the others are found by their UID.
 */
#include "pass-private.h"

#include "upbeat/http.h"

/* ---- copies that the store knows ---- */

static enum ub_outcome look_in_store(
    struct ub_pass *pass, const struct ub_store_seen *gone, struct ub_text *place)
{
	struct ub_store_seens seens = { 0 };
	if (ub_store_seens(pass->store, ub_organization, gone->meeting_uid, pass->arena, &seens) !=
	    UB_STORE_OK)
		return UB_OUTCOME_AGAIN;
	for (size_t i = 0; i < seens.n && place->len == 0; i++) {
		struct ub_response response;
		if (ub_text_eq(seens.items[i].href, gone->href) ||
		    !ub_text_eq(seens.items[i].owner, gone->owner))
			continue;
		enum ub_outcome outcome = pass_get(pass, seens.items[i].href, &response);
		if (pass_breaks_off(pass, outcome))
			return outcome;
		if (outcome == UB_OUTCOME_OK)
			*place = seens.items[i].href;
	}
	return UB_OUTCOME_OK;
}

/* ---- the others ---- */

bool pass_breaks_off(const struct ub_pass *pass, enum ub_outcome outcome)
{
	bool passing = outcome == UB_OUTCOME_AGAIN || outcome == UB_OUTCOME_UNCERTAIN;
	return outcome == UB_OUTCOME_DENIED || (passing && pass->job->attempts <= UB_UID_SEARCHES_MAX);
}

enum ub_outcome pass_list_calendars(
    struct ub_pass *pass, struct ub_text collection, struct ub_texts *calendars)
{
	const struct ub_identity *identity = &pass->identity;
	struct ub_text self = pass->caller->service ? UB_TEXT_NONE : identity->caller_href;
	struct ub_text user = identity->owner_href.len ? identity->owner_href : self;
	enum ub_outcome outcome = UB_OUTCOME_GONE;
	*calendars = (struct ub_texts){ 0 };
	if (user.len)
		outcome = ub_identity_calendars(pass->caller, user, calendars, pass->arena);
	if (calendars->n == 0)
		*ub_push(pass->arena, calendars) = collection;
	return outcome;
}

/* Whether the text is the meeting. */
static bool is_meeting(struct ub_pass *pass, const struct ub_store_seen *gone, struct ub_text text)
{
	const struct ub_event *event = pass_read(pass, text);
	return event && event->component == UB_COMPONENT_EVENT && ub_text_eq(event->uid, gone->meeting_uid);
}

/* Remembers the meeting at its new place, and has it looked at there. */
static void note_found(struct ub_pass *pass, const struct ub_store_seen *gone, struct ub_text href,
    const struct ub_response *response)
{
	struct ub_store_seen found = *gone, there;
	found.href = href;
	found.collection = ub_http_href_collection(href);
	found.principal = pass->job->key.principal;
	found.etag = response->etag;
	found.schedule_tag = response->schedule_tag;
	found.text = response->body;
	found.changed = pass->now * 1000;
	ub_log(pass->log, UB_LOG_INFO, "%.*s: the meeting stands at %.*s now, and its items stay",
	    UB_ARGS(gone->href), UB_ARGS(href));
	/* Another meeting that stood there before is let go when the place is looked at. */
	if (ub_store_seen(pass->store, ub_organization, gone->upstream, href, pass->arena, &there) ==
		UB_STORE_NONE &&
	    ub_store_put_seen(pass->store, &found) != UB_STORE_OK)
		pass_complain(pass);
	pass_look_at(pass, &found);
}

/* Looks at what the server has found by the UID. Its word is not taken: servers also find what has the UID
 * in a longer one, and there may be some that find everything. */
static enum ub_outcome look_at_findings(struct ub_pass *pass, const struct ub_store_seen *gone,
    const struct ub_dav_members *findings, struct ub_text *place)
{
	for (size_t i = 0; i < findings->n && place->len == 0; i++) {
		struct ub_text href = ub_http_href_canonical(pass->arena, findings->items[i].href);
		struct ub_response response;
		if (href.len == 0 || ub_text_eq(href, gone->href))
			continue;
		enum ub_outcome outcome = pass_get(pass, href, &response);
		if (pass_breaks_off(pass, outcome))
			return outcome;
		if (outcome != UB_OUTCOME_OK || !is_meeting(pass, gone, response.body))
			continue;
		*place = href;
		note_found(pass, gone, href, &response);
	}
	return UB_OUTCOME_OK;
}

enum ub_outcome pass_search_calendar(
    struct ub_pass *pass, struct ub_text calendar, struct ub_text uid, struct ub_dav_members *findings)
{
	const struct ub_request request = { .method = "REPORT",
		.target = calendar,
		.depth = "1",
		.content_type = "application/xml; charset=utf-8",
		.body = ub_dav_uid_query(uid, pass->arena) };
	struct ub_response response;
	*findings = (struct ub_dav_members){ 0 };
	enum ub_outcome outcome = pass_send(pass, &request, &response);
	if (outcome == UB_OUTCOME_OK &&
	    (!ub_dav_read_members(response.body, findings, pass->arena) || findings->n > UB_DAV_SAME_UID_MAX))
		findings->n = 0;
	return outcome;
}

static enum ub_outcome search_calendar(
    struct ub_pass *pass, struct ub_text calendar, const struct ub_store_seen *gone, struct ub_text *place)
{
	struct ub_dav_members findings;
	enum ub_outcome outcome = pass_search_calendar(pass, calendar, gone->meeting_uid, &findings);
	return outcome == UB_OUTCOME_OK ? look_at_findings(pass, gone, &findings, place) : outcome;
}

static enum ub_outcome look_on_server(
    struct ub_pass *pass, const struct ub_store_seen *gone, struct ub_text *place)
{
	struct ub_texts calendars;
	enum ub_outcome outcome = pass_list_calendars(pass, gone->collection, &calendars);
	for (size_t i = 0; i < calendars.n && place->len == 0 && !pass_breaks_off(pass, outcome); i++)
		outcome = search_calendar(pass, calendars.items[i], gone, place);
	return pass_breaks_off(pass, outcome) ? outcome : UB_OUTCOME_OK;
}

enum ub_outcome pass_find_elsewhere(
    struct ub_pass *pass, const struct ub_store_seen *gone, struct ub_text *place)
{
	*place = UB_TEXT_NONE;
	enum ub_outcome outcome = look_in_store(pass, gone, place);
	return outcome != UB_OUTCOME_OK || place->len ? outcome : look_on_server(pass, gone, place);
}
