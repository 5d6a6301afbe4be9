/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Appointments, as every store deals with them.
 */
#include "store-private.h"

#include <stdlib.h>

/* The appointment by the same event of that person; or NULL. */
static const struct ub_store_appointment *of_person(
    const struct ub_store_appointments *known, struct ub_text person)
{
	for (size_t i = 0; i < known->n; i++)
		if (ub_text_eq(known->items[i].person, person))
			return &known->items[i];
	return NULL;
}

static bool is_of_copy(
    const struct ub_store_appointment *appointment, const struct ub_store_appointment *event)
{
	return ub_text_eq(appointment->upstream, event->upstream) &&
	       ub_text_eq(appointment->href, event->href);
}

static bool is_same_time(
    const struct ub_store_appointment *appointment, const struct ub_store_appointment *event)
{
	return appointment->start == event->start && appointment->end == event->end &&
	       appointment->item == event->item && ub_text_eq(appointment->meeting_uid, event->meeting_uid);
}

enum ub_store_result ub_store_put_appointment(struct ub_store *store,
    const struct ub_store_appointment *event, const struct ub_text *people, size_t n, bool whole,
    struct ub_arena *arena, bool *changed)
{
	struct ub_store_appointments known, all = { 0 }, out = { 0 }, in = { 0 };
	*changed = false;
	enum ub_store_result result =
	    store->ops->event_appointments(store, event->organization, event->uid, arena, &known);
	for (size_t i = 0; i < n && result == UB_STORE_OK; i++) {
		const struct ub_store_appointment *before = of_person(&known, people[i]);
		struct ub_store_appointment *now = ub_push(arena, &all);
		*now = *event;
		now->person = people[i];
		bool moved = !before || !is_same_time(before, event);
		/* What a person's own copy says goes when that copy goes. */
		bool own = ub_text_eq(people[i], event->person);
		if (moved || (own && !is_of_copy(before, event)))
			*ub_push(arena, &in) = *now;
		*changed |= moved;
	}
	for (size_t i = 0; i < known.n && result == UB_STORE_OK; i++) {
		const struct ub_store_appointment *old = &known.items[i];
		bool told = whole || is_of_copy(old, event) || ub_text_eq(old->person, event->person);
		if (told && !of_person(&all, old->person))
			*ub_push(arena, &out) = *old;
	}
	if (result != UB_STORE_OK || out.n + in.n == 0)
		return result;
	return store->ops->change_appointments(store, &out, &in);
}

static int compare(const void *left, const void *right)
{
	const struct ub_store_appointment *a = left, *b = right;
	int order = (a->end > b->end) - (a->end < b->end);
	return order ? order : ub_text_cmp(a->uid, b->uid);
}

enum ub_store_result ub_store_appointments(struct ub_store *store, struct ub_text organization,
    struct ub_text person, int64_t from, int64_t to, struct ub_arena *arena,
    struct ub_store_appointments *appointments)
{
	enum ub_store_result result =
	    store->ops->appointments(store, organization, person, from, to, arena, appointments);
	if (result == UB_STORE_OK && appointments->n)
		qsort(appointments->items, appointments->n, sizeof(*appointments->items), compare);
	return result;
}

enum ub_store_result ub_store_item_stands(
    struct ub_store *store, struct ub_text organization, struct ub_text person, int64_t from, int64_t to)
{
	return store->ops->item_stands(store, organization, person, from, to);
}

enum ub_store_result ub_store_copy_appointments(struct ub_store *store, struct ub_text organization,
    struct ub_text upstream, struct ub_text href, struct ub_arena *arena,
    struct ub_store_appointments *appointments)
{
	return store->ops->copy_appointments(store, organization, upstream, href, arena, appointments);
}

enum ub_store_result ub_store_forget_appointments(
    struct ub_store *store, struct ub_text organization, struct ub_text upstream, struct ub_text href)
{
	return store->ops->forget_appointments(store, organization, upstream, href);
}
