/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What all files of the pass need: requests with the caller's credentials under the lease, and what their
 * outcomes mean.
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

void pass_complain(struct ub_pass *pass)
{
	ub_log_paced(
	    pass->log, pass->store_pace, UB_LOG_ERROR, "the store: %s", ub_store_problem(pass->store));
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
	return ub_client_send(pass->caller->client, &ours, response, pass->arena);
}

enum ub_outcome pass_get(struct ub_pass *pass, struct ub_text href, struct ub_response *response)
{
	return pass_send(pass, &(struct ub_request){ .method = "GET", .target = href }, response);
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
