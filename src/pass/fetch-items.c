/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Finds the items that stand beside a meeting: those that the store knows, and those that bear the names of
 * items.
 */
#include "pass-private.h"

#include "upbeat/http.h"

static void read_item(
    struct ub_pass *pass, struct ub_text text, struct ub_existing *existing, struct ub_found *found)
{
	/* Times without a zone are in the owner's zone. */
	const struct ub_zone *floating = ub_org_person(pass->snapshot->org, pass->identity.owner)->zone;
	ub_sys_reading_begin(pass->watched);
	found->ical = ub_existing_read(text, pass->snapshot->zones, floating, existing, pass->arena);
	ub_sys_reading_end(pass->watched);
}

/* `remembered`: who has declined, as the store knows; the item may say more. */
static void find_declines(struct ub_pass *pass, struct ub_text remembered, struct ub_existing *existing)
{
	existing->declines =
	    ub_existing_declines(existing, remembered, pass->identity.owner, pass->now, pass->arena);
}

/* Reads an item that the store knows. An object of the item's UID is the item, also where a client has
 * dropped the marks: it is read as if it had them, and has them again when it is next written. */
static void read_known_item(struct ub_pass *pass, struct ub_text text, const struct ub_store_item *item,
    struct ub_existing *existing, struct ub_found *found)
{
	const struct ub_marks known = { .item = item->identity,
		.rule = item->rule,
		.generation = item->generation,
		.base = ub_text_is(item->base, UB_STORE_BASE_LOST) ? UB_TEXT_NONE : item->base };
	read_item(pass, text, existing, found);
	if (!found->ical || !ub_text_eq(existing->event->uid, item->uid))
		return;
	/* Without a base nobody can tell what is the user's: all of it counts as his. */
	if (known.base.len && existing->event->marks.base.len == 0)
		read_item(pass, ub_ical_remark(found->ical, &known, pass->arena), existing, found);
	bool as_stored = ub_text_eq(item->base, pass_base(existing->event));
	found->remembered &= as_stored;
	if (item->state == UB_ITEM_EXISTS && !as_stored)
		found->untold = PASS_UNTOLD_CHANGE;
}

static void add(struct ub_findings *findings, struct ub_existing existing, struct ub_found found)
{
	findings->existing[findings->n] = existing;
	findings->found[findings->n++] = found;
}

/* Looks whether the item's calendar is still there: an item that went with its whole calendar was not deleted
 * for its own sake. */
static enum ub_outcome look_at_calendar(struct ub_pass *pass, struct ub_text href, bool *gone)
{
	struct ub_identity identity;
	struct ub_text collection = ub_http_href_collection(href);
	*gone = false;
	if (ub_text_eq(collection, pass->collection))
		return UB_OUTCOME_OK;
	enum ub_outcome outcome = ub_identity_of(pass->snapshot->identities, pass->caller, collection,
	    pass->snapshot->org, pass->monotonic / 1000, &identity, pass->arena);
	*gone = outcome == UB_OUTCOME_GONE;
	return *gone ? UB_OUTCOME_OK : outcome;
}

static const enum ub_existing_state states[] = {
	[UB_ITEM_EXISTS] = UB_EXISTING_STANDS,
	[UB_ITEM_UNCERTAIN] = UB_EXISTING_STANDS,
	[UB_ITEM_DELETED] = UB_EXISTING_DELETED,
	[UB_ITEM_REMOVED] = UB_EXISTING_REMOVED,
	[UB_ITEM_REMOVING] = UB_EXISTING_STANDS,
};

/* Upbeat has removed the item, and could not note that it was done, nor have colleagues' copies follow. */
static void remember_removed(struct ub_pass *pass, const struct ub_store_item *item,
    const struct ub_existing *existing, const struct ub_found *found)
{
	struct ub_store_item removed = *item;
	removed.state = UB_ITEM_REMOVED;
	removed.changed = removed.outcome.gone = pass->now * 1000;
	if (ub_store_put_item_event(pass->store, &removed,
		pass_tell_removed(pass, existing, found, item->meeting_uid, UB_TEXT_NONE)) != UB_STORE_OK)
		pass_complain(pass);
	const struct pass_item gone = { item->meeting_uid, item->href, UB_TEXT_NONE, NULL, NULL };
	pass_deliver(pass, &gone);
}

/* Whether the item may stand. What was taken out of a meeting itself has no UID, and add-to-meeting.c deals
 * with it. */
static bool may_stand(const struct ub_store_item *item)
{
	return states[item->state] == UB_EXISTING_STANDS ||
	       (item->state == UB_ITEM_DELETED && item->uid.len > 0);
}

static void note_standing(
    struct ub_pass *pass, struct ub_store_item *item, const struct ub_existing *existing)
{
	struct ub_store_outcome outcome = item->outcome;
	if (!existing->event || !ub_text_eq(existing->event->uid, item->uid))
		return;
	ub_remember_standing(existing, pass->now, &outcome, pass->arena);
	if (item->state == UB_ITEM_EXISTS)
		pass_note_outcome(pass, item, &outcome);
	item->outcome = outcome;
}

/* The items of instances long past would be asked for each time that the series is looked at. */
static bool is_long_past(const struct ub_pass *pass, const struct ub_store_item *item)
{
	ub_instant origin;
	return ub_plan_mark_instant(item->identity, &origin) && origin < pass->now - UB_SERIES_BACK;
}

/* What the server has told already, or tells now. That an item which may stand is not there is asked for by
 * itself: nothing that its user has deleted is ever made again. */
static enum ub_outcome get_known(struct ub_pass *pass, const struct ub_store_item *item,
    const struct ub_findings *findings, struct ub_response *response)
{
	const struct ub_response *told = ub_map_get(findings->told, item->href);
	if (!told || told->status != 200)
		return pass_get(pass, item->href, response);
	*response = *told;
	return UB_OUTCOME_OK;
}

/* The same, also where its user has put it. *missing: nobody can tell whether he has put it elsewhere. */
static enum ub_outcome get_item(struct ub_pass *pass, struct ub_store_item *item,
    const struct ub_findings *findings, struct ub_response *response, bool *missing)
{
	enum ub_outcome outcome = get_known(pass, item, findings, response);
	if (outcome != UB_OUTCOME_GONE)
		return outcome;
	outcome = pass_find_item(pass, item, response);
	*missing = outcome == UB_OUTCOME_REFUSED;
	return *missing ? UB_OUTCOME_GONE : outcome;
}

static enum ub_outcome look_at_known(
    struct ub_pass *pass, struct ub_store_item *item, struct ub_findings *findings)
{
	struct ub_response response;
	bool look = may_stand(item), missing = false;
	if (is_long_past(pass, item))
		return UB_OUTCOME_OK;
	enum ub_outcome outcome = look ? get_item(pass, item, findings, &response, &missing) : UB_OUTCOME_OK;
	struct ub_existing existing = { .uid = item->uid,
		.name = ub_text_sub(item->href, ub_http_href_collection(item->href).len, item->href.len),
		.generation = item->generation,
		.item_mark = item->identity,
		.state = states[item->state],
		.last_time =
		    (item->outcome.kind == UB_OUTCOME_EVENT ? item->outcome.start : item->outcome.end) / 1000,
		.last_occasion = item->outcome.occasion_start / 1000,
		.moved_along = item->outcome.moved_along != 0 };
	struct ub_found found = { .href = item->href,
		.known = item,
		.remembered = item->state == UB_ITEM_EXISTS,
		.untold = item->state == UB_ITEM_UNCERTAIN ? PASS_UNTOLD_CREATION : PASS_UNTOLD_NOTHING };
	find_declines(pass, item->outcome.declined, &existing);
	if (outcome == UB_OUTCOME_GONE) {
		bool calendar_gone;
		/* A PUT without an answer may just not have been carried out. */
		if (item->state == UB_ITEM_UNCERTAIN)
			return UB_OUTCOME_OK;
		existing.state = item->state == UB_ITEM_REMOVING ? UB_EXISTING_REMOVED : UB_EXISTING_DELETED;
		outcome = look_at_calendar(pass, item->href, &calendar_gone);
		if (calendar_gone)
			return outcome;
		if (outcome == UB_OUTCOME_OK && item->state == UB_ITEM_REMOVING)
			remember_removed(pass, item, &existing, &found);
		else if (outcome == UB_OUTCOME_OK && missing)
			pass_note_missing(pass, item);
		else if (outcome == UB_OUTCOME_OK)
			pass_note_deleted(pass, item);
	} else if (outcome == UB_OUTCOME_OK && look) {
		existing.state = UB_EXISTING_STANDS;
		found.etag = response.etag;
		read_known_item(pass, response.body, item, &existing, &found);
		find_declines(pass, item->outcome.declined, &existing);
		note_standing(pass, item, &existing);
	}
	if (outcome == UB_OUTCOME_OK)
		add(findings, existing, found);
	return outcome;
}

/* Whether the object was found already, by another path: some servers have two for a calendar. Taken for a
 * second item, it would be removed as one too many, and with it the only one. */
static bool is_found(const struct ub_findings *findings, struct ub_text uid, struct ub_text etag)
{
	for (size_t i = 0; i < findings->n; i++)
		if (findings->existing[i].state == UB_EXISTING_STANDS && etag.len &&
		    ub_text_eq(findings->found[i].etag, etag) && ub_text_eq(findings->existing[i].uid, uid))
			return true;
	return false;
}

/* The first time, it is believed of a name that nothing is there: the item's PUT has If-None-Match, and what
 * it then runs into is asked for by itself. */
static enum ub_outcome get_named(struct ub_pass *pass, struct ub_text href,
    const struct ub_findings *findings, struct ub_response *response)
{
	const struct ub_response *told = ub_map_get(findings->told, href);
	if (!told || (told->status != 200 && pass->job->attempts > 1))
		return pass_get(pass, href, response);
	*response = *told;
	return told->status == 200 ? UB_OUTCOME_OK : UB_OUTCOME_GONE;
}

static struct ub_text href_of_name(const struct ub_pass *pass, struct ub_text name)
{
	return ub_textf(pass->arena, "%.*s%.*s", UB_ARGS(pass->collection), UB_ARGS(name));
}

static enum ub_outcome look_at_name(struct ub_pass *pass, struct ub_text name, struct ub_findings *findings)
{
	struct ub_text href = href_of_name(pass, name);
	struct ub_response response;
	for (size_t i = 0; i < findings->n; i++)
		if (ub_text_eq(findings->found[i].href, href))
			return UB_OUTCOME_OK;
	enum ub_outcome outcome = get_named(pass, href, findings, &response);
	if (outcome != UB_OUTCOME_OK)
		return outcome == UB_OUTCOME_GONE ? UB_OUTCOME_OK : outcome;
	struct ub_existing existing = {
		.uid = ub_text_sub(name, 0, name.len - sizeof(".ics") + 1), .name = name, .generation = 1
	};
	struct ub_found found = { .href = href, .etag = response.etag, .untold = PASS_UNTOLD_CREATION };
	if (is_found(findings, existing.uid, response.etag))
		return UB_OUTCOME_OK;
	read_item(pass, response.body, &existing, &found);
	find_declines(pass, UB_TEXT_NONE, &existing);
	add(findings, existing, found);
	return UB_OUTCOME_OK;
}

/* Asks for all of the owner's items at once that may stand in the calendar. */
static enum ub_outcome ask_for_all(struct ub_pass *pass, const struct ub_store_items *known,
    struct ub_texts names, struct ub_findings *findings)
{
	struct ub_map *asked = ub_map_new(pass->arena);
	struct ub_texts hrefs = { 0 };
	findings->told = ub_map_new(pass->arena);
	for (size_t i = 0; i < known->n; i++) {
		const struct ub_store_item *item = &known->items[i];
		bool here = ub_text_eq(ub_http_href_collection(item->href), pass->collection);
		if (here && ub_text_eq(item->owner, pass->identity.owner) && may_stand(item) &&
		    !is_long_past(pass, item) && !ub_map_put(asked, item->href, findings))
			*ub_push(pass->arena, &hrefs) = item->href;
	}
	for (size_t i = 0; i < names.n; i++) {
		struct ub_text href = href_of_name(pass, names.items[i]);
		if (!ub_map_put(asked, href, findings))
			*ub_push(pass->arena, &hrefs) = href;
	}
	return pass_multiget(pass, hrefs.items, hrefs.n, findings->told);
}

enum ub_outcome pass_fetch_items(
    struct ub_pass *pass, struct ub_text meeting_uid, struct ub_texts names, struct ub_findings *findings)
{
	struct ub_store_items known = { 0 };
	/* Nobody can tell what the user has deleted: nothing is made anew. */
	if (ub_store_items(pass->store, ub_organization, meeting_uid, pass->arena, &known) ==
	    UB_STORE_FAILED) {
		pass_complain(pass);
		return UB_OUTCOME_AGAIN;
	}
	*findings = (struct ub_findings){ .meeting_uid = meeting_uid,
		.existing = UB_NEW_ARRAY(pass->arena, struct ub_existing, known.n + names.n),
		.found = UB_NEW_ARRAY(pass->arena, struct ub_found, known.n + names.n) };
	enum ub_outcome outcome = ask_for_all(pass, &known, names, findings);
	for (size_t i = 0; i < known.n && outcome == UB_OUTCOME_OK; i++) {
		const struct ub_store_item *item = &known.items[i];
		if (ub_text_eq(item->owner, pass->identity.owner))
			outcome = look_at_known(pass, &known.items[i], findings);
		else if (may_stand(item) && item->outcome.end > pass->now * 1000)
			*ub_push(pass->arena, &findings->others) = item->owner;
	}
	for (size_t i = 0; i < names.n && outcome == UB_OUTCOME_OK; i++)
		outcome = look_at_name(pass, names.items[i], findings);
	return outcome;
}
