/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What rules add to a meeting itself while its client stores it, and what its user has taken away of that.
 */
#include "pass-private.h"

#include "upbeat/http.h"
#include "upbeat/settings.h"

/* The meeting as it was when a pass last looked at it. */
struct before {
	struct ub_store_seen seen;
	const struct ub_ical *ical; /* NULL: nobody knows */
};

static struct before look_back(const struct ub_meeting_put *put, struct ub_arena *arena)
{
	struct before before = { 0 };
	struct ub_ical_refusal refusal;
	struct ub_text upstream = put->snapshot->settings->upstream.base;
	if (ub_store_seen(put->store, ub_organization, upstream, put->href, arena, &before.seen) !=
	    UB_STORE_OK)
		return (struct before){ 0 };
	before.ical = ub_ical_parse(arena, before.seen.text, &refusal);
	return before;
}

/* The address of the calendar's owner, as far as it is known without asking the server; otherwise that of the
 * user who stores the meeting, as he may amend what he organizes himself. A colleague's or a guest's own copy
 * is not the organizer's. */
static struct ub_text owner_of(
    const struct ub_meeting_put *put, const struct before *before, struct ub_arena *arena)
{
	const struct ub_snapshot *snapshot = put->snapshot;
	struct ub_identity identity;
	if (before->seen.owner.len)
		return before->seen.owner;
	if (ub_identity_known(snapshot->identities, put->principal, put->host,
		ub_http_href_collection(put->href), &identity, arena))
		return identity.owner;
	return ub_org_user_address(snapshot->org, put->user, arena);
}

/* ---- what was just added ---- */

static uint64_t addition(const struct ub_meeting_put *put, struct ub_text mark, struct ub_arena *arena)
{
	return ub_text_hash(ub_textf(arena, "%.*s\n%.*s", UB_ARGS(put->href), UB_ARGS(mark)));
}

/* Notes those additions that are in the text. What the user had there himself was not added. */
static void note_additions(const struct ub_meeting_put *put, const struct ub_amendments *additions,
    struct ub_text text, struct ub_additions *write, struct ub_arena *arena)
{
	struct ub_ical_refusal refusal;
	const struct ub_ical *ical = ub_ical_parse(arena, text, &refusal);
	for (size_t i = 0; ical && i < additions->n; i++)
		if (ub_ical_bears(ical, &additions->items[i], arena))
			*ub_push(arena, &write->additions) = addition(put, additions->items[i].mark, arena);
}

/* ---- what was taken away ---- */

/* Whether the mark is the amendment's, or one that it had under an earlier name. */
static bool is_its(const struct ub_amendment *amendment, struct ub_text mark)
{
	bool its = ub_text_eq(amendment->mark, mark);
	for (size_t i = 0; !its && i < amendment->was.n; i++)
		its = ub_text_eq(amendment->was.items[i], mark);
	return its;
}

static const struct ub_store_item *find_taken(
    const struct ub_store_items *items, const struct ub_amendment *amendment)
{
	for (size_t i = 0; i < items->n; i++)
		if (items->items[i].state == UB_ITEM_DELETED && is_its(amendment, items->items[i].identity))
			return &items->items[i];
	return NULL;
}

/* Whether the user has taken the amendment away. `If-Match: *` names no version: it matches whatever stands
 * there. */
static bool is_taken(const struct ub_meeting_put *put, const struct before *before,
    const struct ub_amendment *amendment, struct ub_arena *arena)
{
	struct ub_text version = ub_text_trim(put->if_match);
	if (version.len == 0 || ub_text_is(version, "*"))
		return false;
	return (before->ical && ub_ical_bears(before->ical, amendment, arena)) ||
	       ub_open_additions_lately(put->earlier, addition(put, amendment->mark, arena));
}

static struct ub_store_item taken(const struct ub_meeting_put *put, const struct ub_decision *decision,
    const struct ub_amendment *amendment)
{
	return (struct ub_store_item){ .organization = ub_organization,
		.meeting_uid = decision->event->uid,
		.identity = amendment->mark,
		.rule = amendment->rule_mark,
		.id = amendment->id,
		.owner = decision->facts->meeting.owner->email,
		.upstream = put->snapshot->settings->upstream.base,
		.href = put->href,
		.etag = put->if_match,
		.state = UB_ITEM_DELETED,
		.changed = put->now * 1000 };
}

/* The amendments that are to be added: those that are not there and were not taken away. */
static struct ub_amendments wanted(const struct ub_meeting_put *put, const struct ub_ical *ical,
    const struct before *before, const struct ub_decision *decision, struct ub_additions *write,
    struct ub_arena *arena)
{
	const struct ub_amendments *all = &decision->plan->amendments;
	struct ub_store_items items = { 0 };
	struct ub_amendments wanted = { 0 };
	if (ub_store_items(put->store, ub_organization, decision->event->uid, arena, &items) ==
	    UB_STORE_FAILED)
		return wanted; /* nobody can tell what was taken away: nothing is repeated */
	for (size_t i = 0; i < all->n; i++) {
		const struct ub_amendment *amendment = &all->items[i];
		if (ub_ical_bears(ical, amendment, arena) || find_taken(&items, amendment))
			continue;
		if (is_taken(put, before, amendment, arena))
			*ub_push(arena, &write->taken) = taken(put, decision, amendment);
		else
			*ub_push(arena, &wanted) = *amendment;
	}
	return wanted;
}

/* Logs what a rule asks for and does not get: nobody would look elsewhere for the reason. */
static void log_refused(const struct ub_meeting_put *put, const struct ub_plan *plan)
{
	for (size_t i = 0; i < plan->notes.n; i++)
		if (plan->notes.items[i].kind == UB_NOTE_REFUSED)
			ub_log_paced(put->log, put->pace, UB_LOG_WARNING, "%.*s: %.*s is refused: %.*s",
			    UB_ARGS(put->href), UB_ARGS(plan->notes.items[i].item),
			    UB_ARGS(plan->notes.items[i].text));
}

struct ub_text ub_pass_add_to_meeting(
    const struct ub_meeting_put *put, struct ub_additions *write, struct ub_arena *arena)
{
	*write = (struct ub_additions){ 0 };
	struct ub_ical_refusal refusal;
	struct ub_decision decision;
	ub_sys_reading_begin(put->watched);
	const struct ub_ical *ical = ub_ical_parse(arena, put->body, &refusal);
	ub_sys_reading_end(put->watched);
	if (!put->snapshot->rules->amends || !ical || ub_sys_monotonic_ms() > put->until)
		return UB_TEXT_NONE;
	struct before before = look_back(put, arena);
	struct ub_decide_input input = { .snapshot = put->snapshot,
		.text = put->body,
		.owner = owner_of(put, &before, arena),
		.watched = put->watched,
		.now = put->now };
	if (input.owner.len == 0)
		return UB_TEXT_NONE;
	ub_decide(&input, &decision, arena);
	if (ub_decide_history(&(struct ub_taken){ .store = put->store }, &decision, &input, arena) &&
	    input.history)
		ub_decide(&input, &decision, arena);
	log_refused(put, decision.plan);
	if (!decision.facts || decision.event->marks.item.len || decision.plan->amendments.n == 0)
		return UB_TEXT_NONE;
	struct ub_amendments additions = wanted(put, ical, &before, &decision, write, arena);
	struct ub_ical_amended amended = ub_ical_amend(ical, &additions, arena);
	if (amended.overlap)
		ub_log_paced(put->log, put->pace, UB_LOG_ERROR,
		    "%.*s: two additions to it overlap; it goes on as it came", UB_ARGS(put->href));
	if (amended.n == 0 || amended.text.len > UB_WIRE_BODY_MAX || ub_sys_monotonic_ms() > put->until)
		return UB_TEXT_NONE;
	note_additions(put, &additions, amended.text, write, arena);
	ub_log(put->log, UB_LOG_INFO, "%.*s: %zu added to the meeting itself", UB_ARGS(put->href), amended.n);
	return amended.text;
}

/* Whether If-Match named another version than the one that stands. */
static bool is_of_another(const struct ub_store_item *taken, const struct ub_response *response)
{
	return response->etag.len && ub_text_find(taken->etag, response->etag, 0) == SIZE_MAX;
}

bool pass_settle_removals(struct ub_store *store, const struct ub_decision *decision,
    const struct ub_response *response, struct ub_arena *arena)
{
	const struct ub_amendments *amendments = &decision->plan->amendments;
	struct ub_ical_refusal refusal;
	struct ub_store_items items = { 0 };
	const struct ub_ical *ical = amendments->n ? ub_ical_parse(arena, response->body, &refusal) : NULL;
	if (!ical)
		return true;
	if (ub_store_items(store, ub_organization, decision->event->uid, arena, &items) == UB_STORE_FAILED)
		return false;
	for (size_t i = 0; i < amendments->n; i++) {
		const struct ub_amendment *amendment = &amendments->items[i];
		const struct ub_store_item *taken = find_taken(&items, amendment);
		if (!taken || !is_of_another(taken, response) || !ub_ical_bears(ical, amendment, arena))
			continue;
		struct ub_store_item item = *taken;
		item.state = UB_ITEM_REMOVED;
		if (ub_store_put_item(store, &item) != UB_STORE_OK)
			return false;
	}
	return true;
}
