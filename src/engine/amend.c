/* SPDX-License-Identifier: Apache-2.0 */
#include "amend.h"

#include "pass.h"
#include "upbeat/ical.h"
#include "upbeat/settings.h"

/* The meeting as it was when it was last looked at. */
struct before {
	struct ub_store_seen seen;
	const struct ub_ical *known; /* the version that If-Match names; NULL: another one, or none */
};

static struct before look_back(const struct ub_amending *amending, struct ub_arena *arena)
{
	struct before before = { 0 };
	struct ub_ical_refusal refusal;
	struct ub_text upstream = amending->snapshot->settings->upstream.base;
	if (ub_store_seen(amending->store, ub_organization, upstream, amending->href, arena, &before.seen) !=
	    UB_STORE_OK)
		return (struct before){ 0 };
	if (before.seen.etag.len && ub_text_eq(ub_text_trim(amending->if_match), before.seen.etag))
		before.known = ub_ical_parse(arena, before.seen.text, &refusal);
	return before;
}

static bool was_taken_away(const struct ub_store_items *items, struct ub_text mark)
{
	for (size_t i = 0; i < items->n; i++)
		if (items->items[i].state == UB_ITEM_DELETED && ub_text_eq(items->items[i].identity, mark))
			return true;
	return false;
}

static void remember_taken(const struct ub_amending *amending, const struct before *before,
    const struct ub_event *event, const struct ub_amendment *amendment)
{
	struct ub_store_item item = { .organization = ub_organization,
		.meeting_uid = event->uid,
		.identity = amendment->mark,
		.rule = amendment->rule_mark,
		.id = amendment->id,
		.owner = before->seen.owner,
		.upstream = before->seen.upstream,
		.href = amending->href,
		.state = UB_ITEM_DELETED,
		.changed = amending->now * 1000 };
	if (ub_store_put_item(amending->store, &item) != UB_STORE_OK)
		ub_log_paced(amending->log, amending->pace, UB_LOG_WARNING, "%.*s: not remembered: %s",
		    UB_ARGS(amending->href), ub_store_problem(amending->store));
}

/* What is to be there of what the rules add. */
static struct ub_amendments wanted(const struct ub_amending *amending, const struct ub_ical *ical,
    const struct before *before, const struct ub_decision *decision, struct ub_arena *arena)
{
	const struct ub_amendments *all = &decision->plan->amendments;
	struct ub_store_items items = { 0 };
	struct ub_amendments wanted = { 0 };
	if (ub_store_items(amending->store, ub_organization, decision->event->uid, arena, &items) ==
	    UB_STORE_FAILED)
		return wanted; /* what was taken away cannot be told: nothing is repeated */
	for (size_t i = 0; i < all->n; i++) {
		const struct ub_amendment *amendment = &all->items[i];
		if (ub_ical_bears(ical, amendment, arena) || was_taken_away(&items, amendment->mark))
			continue;
		if (before->known && ub_ical_bears(before->known, amendment, arena))
			remember_taken(amending, before, decision->event, amendment);
		else
			*ub_push(arena, &wanted) = *amendment;
	}
	return wanted;
}

struct ub_text ub_amend(const struct ub_amending *amending, struct ub_arena *arena)
{
	struct ub_ical_refusal refusal;
	struct ub_decision decision;
	const struct ub_ical *ical = ub_ical_parse(arena, amending->body, &refusal);
	if (!amending->snapshot->rules->amends || !ical)
		return UB_TEXT_NONE;
	struct before before = look_back(amending, arena);
	struct ub_decide_input input = { .snapshot = amending->snapshot,
		.text = amending->body,
		.owner = before.seen.owner,
		.now = amending->now };
	ub_decide(&input, &decision, arena);
	if (!decision.facts || decision.event->marks.item.len || decision.plan->amendments.n == 0)
		return UB_TEXT_NONE;
	size_t added;
	struct ub_amendments additions = wanted(amending, ical, &before, &decision, arena);
	struct ub_text text = ub_ical_amend(ical, &additions, &added, arena);
	if (added == 0 || text.len > UB_WIRE_BODY_MAX)
		return UB_TEXT_NONE;
	ub_log(amending->log, UB_LOG_INFO, "%.*s: %zu added to the meeting itself", UB_ARGS(amending->href),
	    added);
	return text;
}
