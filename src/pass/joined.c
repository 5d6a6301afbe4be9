/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A meeting gets one set of items, and has one owner of them. Where a customer invites our people one by one,
 * the owner's copy names nobody else of them: it is looked at again when another copy comes, changes or goes,
 * so that all of them are invited to the items.
 */
#include "pass-private.h"

static bool has_items(const struct ub_store_items *items, struct ub_text owner)
{
	for (size_t i = 0; i < items->n; i++)
		if (ub_text_eq(items->items[i].owner, owner) && items->items[i].state != UB_ITEM_REMOVED)
			return true;
	return false;
}

/* Whether all instances that lie ahead name the person. He may be asked to some of them alone. */
static bool all_name(
    struct ub_pass *pass, const struct ub_ical *ical, struct ub_text owner, struct ub_text person)
{
	const struct ub_series_window window = { .floating = ub_org_person(pass->snapshot->org, owner)->zone,
		.from = pass->now,
		.until = pass->now + UB_SERIES_HORIZON,
		.most = UB_SERIES_MAX };
	struct ub_instances instances;
	struct ub_text why;
	if (!ub_ical_instances(ical, pass->snapshot->zones, &window, pass->arena, &instances, &why))
		return true;
	for (size_t i = 0; i < instances.n; i++)
		if (!ub_facts_names(instances.items[i], person))
			return false;
	return true;
}

/* Whether the copy names the person wherever it has to; its owner need not, if he organizes the meeting. */
static bool names(struct ub_pass *pass, const struct ub_store_seen *seen, struct ub_text person)
{
	struct ub_ical_refusal refusal;
	ub_sys_reading_begin(pass->watched);
	const struct ub_ical *ical = ub_ical_parse(pass->arena, seen->text, &refusal);
	const struct ub_event *event =
	    ical ? ub_ical_event(ical, pass->snapshot->zones, pass->arena, &refusal) : NULL;
	bool own = event && event->organizer && ub_text_eq(event->organizer->address, seen->owner);
	bool named = !event || own || ub_facts_names(event, person);
	if (event && !own && named && event->overrides)
		named = all_name(pass, ical, seen->owner, person);
	ub_sys_reading_end(pass->watched);
	return named;
}

void pass_note_joined(struct ub_pass *pass, struct ub_text meeting_uid)
{
	struct ub_store_items items = { 0 };
	struct ub_store_seens seens = { 0 };
	if (ub_store_items(pass->store, ub_organization, meeting_uid, pass->arena, &items) != UB_STORE_OK ||
	    ub_store_seens(pass->store, ub_organization, meeting_uid, pass->arena, &seens) != UB_STORE_OK) {
		pass_complain(pass);
		return;
	}
	for (size_t i = 0; i < seens.n; i++) {
		const struct ub_store_seen *seen = &seens.items[i];
		if (!ub_text_eq(seen->owner, pass->identity.owner) && has_items(&items, seen->owner) &&
		    !names(pass, seen, pass->identity.owner))
			pass_look_at(pass, seen);
	}
}
