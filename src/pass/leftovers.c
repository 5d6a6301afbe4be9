/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What is left of a colleague's items when another one takes the meeting over. Some servers keep what was
 * called off in the calendars of those who were invited, so that these have it beside the item that takes its
 * place.
 */
#include "pass-private.h"

#include "upbeat/http.h"

/* Whether the text is that item, called off by somebody else. */
static bool is_leftover(struct ub_pass *pass, const struct ub_store_item *item, struct ub_text text)
{
	const struct ub_event *event = pass_read(pass, text);
	return event && ub_text_eq(event->uid, item->uid) && ub_text_eq(event->marks.item, item->identity) &&
	       event->status == UB_STATUS_CANCELLED && event->organizer &&
	       !ub_text_eq(event->organizer->address, pass->identity.owner);
}

static void remove_at(struct ub_pass *pass, const struct ub_store_item *item, struct ub_text href)
{
	struct ub_response response;
	if (pass_get(pass, href, &response) != UB_OUTCOME_OK || response.etag.len == 0 ||
	    !is_leftover(pass, item, response.body))
		return;
	struct ub_request request = { .method = "DELETE", .target = href, .if_match = response.etag };
	enum ub_outcome outcome = pass_send(pass, &request, &response);
	ub_log(pass->log, UB_LOG_INFO, "%.*s, which %.*s had called off, for %.*s: %s", UB_ARGS(item->id),
	    UB_ARGS(item->owner), UB_ARGS(pass->job->key.href),
	    outcome == UB_OUTCOME_OK ? "removed" : ub_outcome_text(outcome));
}

static void remove_one(struct ub_pass *pass, const struct ub_store_item *item)
{
	struct ub_dav_members found;
	if (pass_search_calendar(pass, pass->collection, item->uid, &found) != UB_OUTCOME_OK)
		return;
	for (size_t i = 0; i < found.n; i++) {
		struct ub_text href = ub_http_href_canonical(pass->arena, found.items[i].href);
		if (href.len)
			remove_at(pass, item, href);
	}
}

static bool may_be_left(const struct ub_pass *pass, const struct ub_store_item *item)
{
	return item->state == UB_ITEM_REMOVED && item->outcome.kind == UB_OUTCOME_EVENT &&
	       !ub_text_eq(item->owner, pass->identity.owner) &&
	       item->outcome.gone > pass->now * 1000 - UB_LEFTOVER_MS;
}

void pass_remove_leftovers(struct ub_pass *pass, struct ub_text meeting_uid)
{
	struct ub_store_items items = { 0 };
	if (ub_store_items(pass->store, ub_organization, meeting_uid, pass->arena, &items) != UB_STORE_OK) {
		pass_complain(pass);
		return;
	}
	for (size_t i = 0; i < items.n; i++)
		if (may_be_left(pass, &items.items[i]))
			remove_one(pass, &items.items[i]);
}
