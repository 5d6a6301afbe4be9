/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What became of items and accounts, for reports: what their users do to items is seen when an item itself is
 * looked at, or the meeting that it stands beside.
 */
#include "pass-private.h"

#include "upbeat/history.h"

static bool is_same(const struct ub_store_outcome *a, const struct ub_store_outcome *b)
{
	return a->kind == b->kind && a->start == b->start && a->end == b->end &&
	       a->occasion_start == b->occasion_start && a->occasion_end == b->occasion_end &&
	       a->made == b->made && a->completed == b->completed && a->gone == b->gone &&
	       ub_text_eq(a->counts_as, b->counts_as) && ub_text_eq(a->account, b->account) &&
	       a->moved_along == b->moved_along && ub_text_eq(a->declined, b->declined);
}

void pass_note_outcome(
    struct ub_pass *pass, struct ub_store_item *item, const struct ub_store_outcome *outcome)
{
	if (is_same(&item->outcome, outcome))
		return;
	item->outcome = *outcome;
	if (ub_store_put_item(pass->store, item) != UB_STORE_OK)
		pass_complain(pass);
}

/* The item that the store knows at the href of the pass. NULL: none. */
static struct ub_store_item *find_item(struct ub_pass *pass)
{
	const struct ub_key *key = &pass->job->key;
	struct ub_store_item *item = UB_NEW(pass->arena, struct ub_store_item);
	enum ub_store_result result =
	    ub_store_item_at(pass->store, ub_organization, key->upstream, key->href, pass->arena, item);
	if (result == UB_STORE_FAILED)
		pass_complain(pass);
	return result == UB_STORE_OK ? item : NULL;
}

/* Whether the item's owner has declined it, and that is still to be answered. */
static bool is_to_be_answered(const struct ub_own_decline *own)
{
	return own->at && (!own->answered || own->again);
}

void pass_note_item(struct ub_pass *pass, struct ub_text text, struct ub_text etag)
{
	const struct ub_zone *floating = ub_org_person(pass->snapshot->org, pass->identity.owner)->zone;
	struct ub_store_item *item = find_item(pass);
	struct ub_existing existing = { 0 };
	if (!item || item->state != UB_ITEM_EXISTS)
		return;
	ub_sys_reading_begin(pass->watched);
	const struct ub_ical *ical =
	    ub_existing_read(text, pass->snapshot->zones, floating, &existing, pass->arena);
	ub_sys_reading_end(pass->watched);
	if (!ical || !ub_text_eq(existing.event->uid, item->uid))
		return;
	struct ub_store_outcome outcome = item->outcome;
	existing.declines =
	    ub_existing_declines(&existing, outcome.declined, pass->identity.owner, pass->now, pass->arena);
	ub_remember_standing(&existing, pass->now, &outcome, pass->arena);
	pass_note_outcome(pass, item, &outcome);
	const struct pass_item stands = { item->meeting_uid, item->href, etag, ical, existing.event };
	pass_deliver(pass, &stands);
	const struct ub_store_appointment of = { .uid = item->uid, .meeting_uid = item->meeting_uid };
	if (is_to_be_answered(&existing.declines.own))
		pass_look_at_meeting_of(pass, &of, "its owner has declined it");
}

void pass_note_deleted(struct ub_pass *pass, const struct ub_store_item *item)
{
	struct ub_store_item deleted = *item;
	deleted.state = UB_ITEM_DELETED;
	deleted.changed = deleted.outcome.gone = pass->now * 1000;
	if (item->state == UB_ITEM_EXISTS && ub_store_put_item(pass->store, &deleted) != UB_STORE_OK)
		pass_complain(pass);
	const struct pass_item gone = { item->meeting_uid, item->href, UB_TEXT_NONE, NULL, NULL };
	pass_deliver(pass, &gone);
}

void pass_note_missing(struct ub_pass *pass, struct ub_store_item *item)
{
	struct ub_store_outcome missing = item->outcome;
	if (missing.gone)
		return;
	missing.gone = pass->now * 1000;
	pass_note_outcome(pass, item, &missing);
	ub_log(pass->log, UB_LOG_WARNING,
	    "%.*s: this item is not there, and could not be looked for elsewhere: nobody can tell whether "
	    "its user has deleted it",
	    UB_ARGS(item->href));
}

enum ub_outcome pass_note_item_gone(struct ub_pass *pass)
{
	struct ub_store_item *item = find_item(pass);
	struct ub_response response;
	if (!item)
		return UB_OUTCOME_OK;
	enum ub_outcome outcome = pass_find_item(pass, item, &response);
	if (outcome == UB_OUTCOME_REFUSED)
		pass_note_missing(pass, item);
	if (outcome != UB_OUTCOME_GONE)
		return outcome;
	pass_note_deleted(pass, item);
	return UB_OUTCOME_OK;
}

void pass_note_period(
    struct ub_pass *pass, const struct ub_cadence_input *input, const struct ub_decision *decision)
{
	struct ub_store_period period;
	enum ub_remember remember = ub_remember_period(input, decision, &period, pass->arena);
	if (remember != UB_REMEMBER_LEAVE &&
	    ub_store_put_period(pass->store, ub_organization, decision->event->uid,
		remember == UB_REMEMBER_THIS ? &period : NULL, pass->now * 1000) != UB_STORE_OK)
		pass_complain(pass);
}

void pass_note_rhythm(
    struct ub_pass *pass, const struct ub_cadence_input *input, const struct ub_decision *decision)
{
	struct ub_store_rhythm rhythm;
	enum ub_remember remember = ub_remember_rhythm(input, decision, &rhythm, pass->arena);
	enum ub_store_result result = UB_STORE_OK;
	if (remember == UB_REMEMBER_THIS)
		result = ub_store_put_rhythm(pass->store, &rhythm);
	else if (remember == UB_REMEMBER_NONE)
		result = ub_store_forget_rhythm(pass->store, ub_organization, decision->event->uid);
	if (result != UB_STORE_OK)
		pass_complain(pass);
}
