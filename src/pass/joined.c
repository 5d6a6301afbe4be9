/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A meeting gets one set of items, and has one owner of them. Where a customer invites our people one by one,
 * the owner's copy names nobody else of them: it is looked at again when another copy comes, changes or goes,
 * so that all of them are invited to the items.
 */
#include "pass-private.h"

#include "upbeat/settings.h"

static bool has_items(const struct ub_store_items *items, struct ub_text owner)
{
	for (size_t i = 0; i < items->n; i++)
		if (ub_text_eq(items->items[i].owner, owner) && items->items[i].state != UB_ITEM_REMOVED)
			return true;
	return false;
}

/* Whether the copy names the person, or is of a series, to instances of which he may be asked alone. */
static bool names(struct ub_pass *pass, const struct ub_store_seen *seen, struct ub_text person)
{
	struct ub_ical_refusal refusal;
	ub_sys_reading_begin(pass->watched);
	const struct ub_event *event = ub_ical_read(seen->text, pass->snapshot->zones, pass->arena, &refusal);
	ub_sys_reading_end(pass->watched);
	for (size_t i = 0; event && i < event->n_attendees; i++)
		if (ub_text_eq(event->attendees[i].address, person))
			return true;
	return !event || event->repeats != UB_REPEATS_NOT ||
	       (event->organizer && ub_text_eq(event->organizer->address, person));
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
