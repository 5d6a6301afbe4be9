/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What all files of the pass need: requests with the caller's credentials under the lease, what their
 * outcomes mean, and keys.
 */
#include "pass-private.h"

enum ub_pass_end pass_end_of(enum ub_outcome outcome)
{
	switch (outcome) {
	case UB_OUTCOME_DENIED:
		return UB_PASS_DENIED;
	case UB_OUTCOME_AGAIN:
	case UB_OUTCOME_UNCERTAIN:
		return UB_PASS_AGAIN;
	case UB_OUTCOME_CONFLICT:
		return UB_PASS_CONFLICT;
	default:
		return UB_PASS_SETTLED;
	}
}

enum ub_pass_end pass_end_at_collection(const struct ub_pass *pass, enum ub_outcome outcome)
{
	bool hidden = outcome == UB_OUTCOME_REFUSED || outcome == UB_OUTCOME_GONE;
	return hidden && pass->caller->service ? UB_PASS_FORBIDDEN : pass_end_of(outcome);
}

void pass_complain(struct ub_pass *pass)
{
	ub_log_paced(
	    pass->log, pass->store_pace, UB_LOG_ERROR, "the store: %s", ub_store_problem(pass->store));
}

bool pass_claim(struct ub_pass *pass, struct ub_text meeting_uid)
{
	enum ub_store_result result =
	    ub_store_claim(pass->queue, pass->job, pass->now * 1000, ub_organization, meeting_uid);
	if (result == UB_STORE_BUSY)
		pass->again = pass->clock() + UB_RETRY_MS;
	return result == UB_STORE_OK;
}

void pass_shelter(struct ub_pass *pass)
{
	if (pass->shelter && pass->remembered &&
	    ub_store_put_seen(pass->shelter, pass->remembered) != UB_STORE_OK)
		ub_log_paced(pass->log, pass->store_pace, UB_LOG_ERROR,
		    "%.*s: the store cannot keep it, nor can memory: if it is deleted now, its items stay",
		    UB_ARGS(pass->remembered->href));
}

void pass_keep(struct ub_pass *pass)
{
	bool kept = ub_store_keep(pass->store) == UB_STORE_OK;
	if (!kept)
		pass_complain(pass);
	if (!kept || pass->losses != ub_store_losses(pass->store))
		pass_shelter(pass);
}

/* Extends the lease after a quarter of its time. False: the lease has run out. */
static bool still_ours(struct ub_pass *pass)
{
	int64_t now = pass->clock();
	if (now - pass->held < UB_LEASE_MS / 4)
		return true;
	pass->held = now;
	return ub_store_extend(pass->queue, pass->job, now, UB_LEASE_MS) != UB_STORE_STALE;
}

enum ub_outcome pass_send(
    struct ub_pass *pass, const struct ub_request *request, struct ub_response *response)
{
	struct ub_request ours = *request;
	ours.host = pass->caller->host;
	ours.authorization = pass->caller->authorization;
	*response = (struct ub_response){ .error = UB_TEXT("the pass took too long") };
	if (!still_ours(pass))
		return UB_OUTCOME_AGAIN;
	enum ub_outcome outcome = ub_client_send(pass->caller->client, &ours, response, pass->arena);
	pass->forbidden |= pass->caller->service && response->status == 403;
	return outcome;
}

bool pass_sees_all(struct ub_pass *pass)
{
	const struct ub_request request = { .method = "PROPFIND",
		.target = pass->collection,
		.depth = "0",
		.content_type = "application/xml; charset=utf-8",
		.body = ub_dav_members_query };
	struct ub_response response;
	struct ub_dav_members members = { 0 };
	if (!pass->caller->service)
		return true;
	/* Who may add to a collection sees what is in it. */
	return pass_send(pass, &request, &response) == UB_OUTCOME_OK &&
	       ub_dav_read_members(response.body, &members, pass->arena) && members.n == 1 &&
	       members.items[0].takes_events;
}

enum ub_outcome pass_get(struct ub_pass *pass, struct ub_text href, struct ub_response *response)
{
	return pass_send(pass, &(struct ub_request){ .method = "GET", .target = href }, response);
}

bool pass_put_keys(struct ub_pass *pass, const struct ub_key *keys, size_t n)
{
	int64_t now = pass->now * 1000, due = now;
	for (size_t i = 0; i < n; i += UB_KEYS_AT_ONCE) {
		size_t some = n - i < UB_KEYS_AT_ONCE ? n - i : UB_KEYS_AT_ONCE;
		if (ub_store_put(pass->store, keys + i, some, now, due) != UB_STORE_OK)
			return pass_complain(pass), false;
		due += UB_KEYS_MS;
	}
	return true;
}

const struct ub_event *pass_read(struct ub_pass *pass, struct ub_text text)
{
	struct ub_ical_refusal refusal;
	ub_sys_reading_begin(pass->watched);
	const struct ub_event *event = ub_ical_read(text, pass->snapshot->zones, pass->arena, &refusal);
	ub_sys_reading_end(pass->watched);
	return event;
}

struct ub_text pass_href_of(struct ub_pass *pass, const struct ub_item *item)
{
	return ub_textf(pass->arena, "%.*s%.*s", UB_ARGS(pass->collection), UB_ARGS(item->name));
}

struct ub_text pass_base(const struct ub_event *event)
{
	return event && event->marks.base.len ? event->marks.base : UB_TEXT(UB_STORE_BASE_LOST);
}

struct ub_text pass_id(const struct ub_found *found)
{
	return found->known ? found->known->id : UB_TEXT_NONE;
}
