/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Items that their users have put into other calendars of theirs, by MOVE or by PUT and DELETE in either
 * order. They still are the meeting's items: they go along with it, and go when it is called off.
 */
#include "pass-private.h"

#include "upbeat/http.h"

/* The store knows the item at this href from now on. */
static bool take_over(struct ub_pass *pass, struct ub_store_item *item, struct ub_text href)
{
	struct ub_store_item moved = *item;
	moved.href = href;
	moved.state = UB_ITEM_EXISTS;
	moved.changed = pass->now * 1000;
	moved.outcome.gone = 0;
	if (ub_store_put_item(pass->store, &moved) != UB_STORE_OK) {
		pass_complain(pass);
		return false;
	}
	ub_log(pass->log, UB_LOG_INFO, "%.*s: its user has put this item to %.*s", UB_ARGS(item->href),
	    UB_ARGS(href));
	pass_forget_appointments(pass, item->href);
	*item = moved;
	return true;
}

/* Whether the text is the item, with its marks or without. A server may find what has the UID in a longer
 * one. */
static bool is_item(struct ub_pass *pass, const struct ub_store_item *item, struct ub_text text)
{
	const struct ub_event *event = pass_read(pass, text);
	return event && ub_text_eq(event->uid, item->uid) &&
	       (event->marks.item.len == 0 || ub_text_eq(event->marks.item, item->identity));
}

/* Gets what stands in a calendar of the item's owner. Some list what colleagues share with him, and a
 * colleague's copy has the item's UID. */
static enum ub_outcome get_his(
    struct ub_pass *pass, const struct ub_store_item *item, struct ub_text href, struct ub_response *response)
{
	struct ub_identity identity;
	enum ub_outcome outcome =
	    ub_identity_of(pass->snapshot->identities, pass->caller, ub_http_href_collection(href),
		pass->snapshot->org, pass->monotonic / 1000, &identity, pass->arena);
	if (outcome != UB_OUTCOME_OK)
		return outcome;
	return ub_text_eq(identity.owner, item->owner) ? pass_get(pass, href, response) : UB_OUTCOME_GONE;
}

/* Whether the item may be there all the same. What its user himself is refused, he has put nothing into. */
static bool tells_nothing(const struct ub_pass *pass, enum ub_outcome outcome)
{
	return outcome == UB_OUTCOME_AGAIN || outcome == UB_OUTCOME_UNCERTAIN ||
	       (outcome == UB_OUTCOME_REFUSED && pass->caller->service);
}

/* What is missing already was tried again often enough. */
static bool breaks_off(const struct ub_pass *pass, const struct ub_store_item *item, enum ub_outcome outcome)
{
	return outcome == UB_OUTCOME_DENIED || (!item->outcome.gone && pass_breaks_off(pass, outcome));
}

static enum ub_outcome find_in(
    struct ub_pass *pass, struct ub_text calendar, struct ub_store_item *item, struct ub_response *response)
{
	struct ub_dav_members findings;
	enum ub_outcome outcome = pass_search_calendar(pass, calendar, item->uid, &findings);
	if (outcome != UB_OUTCOME_OK)
		return outcome;
	for (size_t i = 0; i < findings.n; i++) {
		struct ub_text href = ub_http_href_canonical(pass->arena, findings.items[i].href);
		if (href.len == 0 || ub_text_eq(href, item->href))
			continue;
		outcome = get_his(pass, item, href, response);
		if (breaks_off(pass, item, outcome))
			return outcome;
		if (outcome == UB_OUTCOME_OK && is_item(pass, item, response->body))
			return take_over(pass, item, href) ? UB_OUTCOME_OK : UB_OUTCOME_AGAIN;
	}
	return UB_OUTCOME_GONE;
}

enum ub_outcome pass_find_item(struct ub_pass *pass, struct ub_store_item *item, struct ub_response *response)
{
	struct ub_texts calendars;
	if (item->state != UB_ITEM_EXISTS || item->uid.len == 0 ||
	    !ub_text_eq(item->owner, pass->identity.owner))
		return UB_OUTCOME_GONE;
	enum ub_outcome outcome = pass_list_calendars(pass, ub_http_href_collection(item->href), &calendars);
	bool sure = !tells_nothing(pass, outcome);
	if (breaks_off(pass, item, outcome))
		return outcome;
	for (size_t i = 0; i < calendars.n; i++) {
		outcome = find_in(pass, calendars.items[i], item, response);
		if (outcome == UB_OUTCOME_OK || breaks_off(pass, item, outcome))
			return outcome;
		sure &= !tells_nothing(pass, outcome);
	}
	return sure ? UB_OUTCOME_GONE : UB_OUTCOME_REFUSED;
}

void pass_note_moved(struct ub_pass *pass, const struct ub_event *event)
{
	const struct ub_key *key = &pass->job->key;
	struct ub_store_items items = { 0 };
	struct ub_response response;
	if (event->related_to.len == 0 || ub_store_items(pass->store, ub_organization, event->related_to,
					      pass->arena, &items) != UB_STORE_OK)
		return;
	for (size_t i = 0; i < items.n; i++) {
		struct ub_store_item *item = &items.items[i];
		if (!ub_text_eq(item->uid, event->uid) || ub_text_eq(item->href, key->href) ||
		    !ub_text_eq(item->owner, pass->identity.owner) ||
		    (item->state != UB_ITEM_EXISTS && item->state != UB_ITEM_DELETED))
			continue;
		if (pass_get(pass, item->href, &response) != UB_OUTCOME_GONE ||
		    !take_over(pass, item, key->href))
			continue;
		const struct ub_store_appointment of = { .uid = item->uid, .meeting_uid = item->meeting_uid };
		pass_look_at_meeting_of(pass, &of, "its user has put it here");
	}
}
