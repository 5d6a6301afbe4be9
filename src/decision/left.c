/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Who has left a meeting. A colleague's copy need not say so: where a customer invites, nobody tells one
 * guest of another one's answer. Only those count who had the meeting's items, as it is then that the items
 * of another one take their place.
 */
#include "decision-private.h"
#include "upbeat/settings.h"
#include "upbeat/store.h"

static bool is_among(const struct ub_texts *texts, struct ub_text text)
{
	for (size_t i = 0; i < texts->n; i++)
		if (ub_text_eq(texts->items[i], text))
			return true;
	return false;
}

/* Whether the copy says that its owner does not come. */
static bool declines(
    const struct ub_decide_input *input, const struct ub_store_seen *seen, struct ub_arena *arena)
{
	struct ub_ical_refusal refusal;
	ub_sys_reading_begin(input->watched);
	const struct ub_event *event = ub_ical_read(seen->text, input->snapshot->zones, arena, &refusal);
	ub_sys_reading_end(input->watched);
	for (size_t i = 0; event && i < event->n_attendees; i++)
		if (ub_text_eq(event->attendees[i].address, seen->owner))
			return event->attendees[i].partstat == UB_PARTSTAT_DECLINED;
	return false;
}

/* Whether no copy of his is known that he means to come to. */
static bool has_left(const struct ub_decide_input *input, const struct ub_store_seens *seens,
    struct ub_text person, struct ub_arena *arena)
{
	for (size_t i = 0; i < seens->n; i++)
		if (ub_text_eq(seens->items[i].owner, person) && !declines(input, &seens->items[i], arena))
			return false;
	return true;
}

bool ub_decide_left(const struct ub_taken *taken, const struct ub_decision *decision,
    struct ub_decide_input *input, struct ub_arena *arena)
{
	struct ub_text uid = decision->event->uid;
	struct ub_store_items items = { 0 };
	struct ub_store_seens seens = { 0 };
	struct ub_texts asked = { 0 };
	input->left = (struct ub_texts){ 0 };
	if (ub_store_items(taken->store, ub_organization, uid, arena, &items) != UB_STORE_OK)
		return false;
	for (size_t i = 0; i < items.n; i++)
		if (!ub_text_eq(items.items[i].owner, input->owner) &&
		    !is_among(&asked, items.items[i].owner))
			*ub_push(arena, &asked) = items.items[i].owner;
	if (asked.n && ub_store_seens(taken->store, ub_organization, uid, arena, &seens) != UB_STORE_OK)
		return false;
	for (size_t i = 0; i < asked.n; i++)
		if (has_left(input, &seens, asked.items[i], arena))
			*ub_push(arena, &input->left) = asked.items[i];
	return true;
}

const struct ub_event *without_left(
    const struct ub_decide_input *input, const struct ub_event *event, struct ub_arena *arena)
{
	if (input->left.n == 0)
		return event;
	struct ub_event *answered = UB_NEW(arena, struct ub_event);
	*answered = *event;
	answered->attendees = UB_NEW_ARRAY(arena, struct ub_party, event->n_attendees);
	for (size_t i = 0; i < event->n_attendees; i++) {
		answered->attendees[i] = event->attendees[i];
		if (is_among(&input->left, event->attendees[i].address))
			answered->attendees[i].partstat = UB_PARTSTAT_DECLINED;
	}
	return answered;
}
