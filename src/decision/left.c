/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Who has left a meeting, and who has joined it past its text. A colleague's copy need not say so: where a
 * customer invites, nobody tells one guest of another one's answer. Only those count who had the meeting's
 * items, as it is then that the items of another one take their place. The other way round, a customer may
 * invite our people one by one, so that each copy names its own owner alone: all of them come to one meeting.
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

static const struct ub_party *find_attendee(const struct ub_event *event, struct ub_text person)
{
	for (size_t i = 0; event && i < event->n_attendees; i++)
		if (ub_text_eq(event->attendees[i].address, person))
			return &event->attendees[i];
	return NULL;
}

/* The owner of the copy, as it names him. NULL: it does not. */
static const struct ub_party *owner_in(
    const struct ub_decide_input *input, const struct ub_store_seen *seen, struct ub_arena *arena)
{
	struct ub_ical_refusal refusal;
	ub_sys_reading_begin(input->watched);
	const struct ub_event *event = ub_ical_read(seen->text, input->snapshot->zones, arena, &refusal);
	ub_sys_reading_end(input->watched);
	return find_attendee(event, seen->owner);
}

/* Whether the copy says that its owner does not come. */
static bool declines(
    const struct ub_decide_input *input, const struct ub_store_seen *seen, struct ub_arena *arena)
{
	const struct ub_party *owner = owner_in(input, seen, arena);
	return owner && owner->partstat == UB_PARTSTAT_DECLINED;
}

static bool is_named(const struct ub_event *event, struct ub_text person)
{
	return find_attendee(event, person) ||
	       (event->organizer && ub_text_eq(event->organizer->address, person));
}

/* Whoever is invited by his own copy, and by no other, comes as well; not so to a series, as he may be asked
 * to some of its instances alone. */
static void find_joined(const struct ub_decision *decision, const struct ub_store_seens *seens,
    struct ub_decide_input *input, struct ub_arena *arena)
{
	bool series = decision->event->repeats != UB_REPEATS_NOT || decision->event->is_instance;
	for (size_t i = 0; i < seens->n && !series; i++) {
		const struct ub_store_seen *seen = &seens->items[i];
		if (ub_text_eq(seen->owner, input->owner) || is_named(decision->event, seen->owner) ||
		    is_among(&input->joined, seen->owner) ||
		    !ub_org_is_ours(input->snapshot->org, seen->owner))
			continue;
		const struct ub_party *owner = owner_in(input, seen, arena);
		if (owner && owner->partstat != UB_PARTSTAT_DECLINED)
			*ub_push(arena, &input->joined) = seen->owner;
	}
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
	input->left = input->joined = (struct ub_texts){ 0 };
	if (ub_store_items(taken->store, ub_organization, uid, arena, &items) != UB_STORE_OK)
		return false;
	for (size_t i = 0; i < items.n; i++)
		if (!ub_text_eq(items.items[i].owner, input->owner) &&
		    !is_among(&asked, items.items[i].owner))
			*ub_push(arena, &asked) = items.items[i].owner;
	if (ub_store_seens(taken->store, ub_organization, uid, arena, &seens) != UB_STORE_OK)
		return false;
	find_joined(decision, &seens, input, arena);
	for (size_t i = 0; i < asked.n; i++)
		if (has_left(input, &seens, asked.items[i], arena))
			*ub_push(arena, &input->left) = asked.items[i];
	return true;
}

const struct ub_event *with_who_comes(
    const struct ub_decide_input *input, const struct ub_event *event, struct ub_arena *arena)
{
	size_t n = event->n_attendees;
	if (input->left.n + input->joined.n == 0)
		return event;
	struct ub_event *answered = UB_NEW(arena, struct ub_event);
	*answered = *event;
	answered->attendees = UB_NEW_ARRAY(arena, struct ub_party, n + input->joined.n);
	for (size_t i = 0; i < n; i++) {
		answered->attendees[i] = event->attendees[i];
		if (is_among(&input->left, event->attendees[i].address))
			answered->attendees[i].partstat = UB_PARTSTAT_DECLINED;
	}
	for (size_t i = 0; i < input->joined.n; i++)
		answered->attendees[n + i] = (struct ub_party){ .address = input->joined.items[i] };
	answered->n_attendees = n + input->joined.n;
	return answered;
}
