/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The memory store's appointments.
 */
#include "memory-private.h"

#include <stdlib.h>

int memory_compare_appointments(const void *left, const void *right)
{
	const struct ub_store_appointment *a = left, *b = right;
	const struct ub_text *const of_a[] = { &a->organization, &a->uid, &a->person };
	const struct ub_text *const of_b[] = { &b->organization, &b->uid, &b->person };
	return record_compare_texts(of_a, of_b, UB_COUNT(of_a));
}

int memory_compare_taken(const void *left, const void *right)
{
	const struct ub_store_appointment *a = left, *b = right;
	const struct ub_text *const of_a[] = { &a->organization, &a->person };
	const struct ub_text *const of_b[] = { &b->organization, &b->person };
	int order = record_compare_texts(of_a, of_b, UB_COUNT(of_a));
	order = order ? order : (a->end > b->end) - (a->end < b->end);
	return order ? order : ub_text_cmp(a->uid, b->uid);
}

static void take_out(struct memory *memory, const struct ub_store_appointment *like)
{
	struct ub_store_appointment *appointment = record_set_get(&memory->appointments, like);
	if (!appointment)
		return;
	record_set_remove(&memory->taken, appointment);
	record_set_remove(&memory->appointments, appointment);
	free(appointment);
}

enum ub_store_result memory_event_appointments(struct ub_store *store, struct ub_text organization,
    struct ub_text uid, struct ub_arena *arena, struct ub_store_appointments *appointments)
{
	const struct ub_store_appointment first = { .organization = organization, .uid = uid };
	struct memory *memory = memory_lock(store);
	*appointments = (struct ub_store_appointments){ 0 };
	for (size_t i = record_set_find(&memory->appointments, &first, NULL); i < memory->appointments.n;
	     i++) {
		const struct ub_store_appointment *appointment = memory->appointments.items[i];
		if (!ub_text_eq(appointment->organization, organization) ||
		    !ub_text_eq(appointment->uid, uid))
			break;
		record_out(&record_appointment_shape, appointment, arena, ub_push(arena, appointments));
	}
	memory_unlock(memory);
	return UB_STORE_OK;
}

enum ub_store_result memory_change_appointments(
    struct ub_store *store, const struct ub_store_appointments *out, const struct ub_store_appointments *in)
{
	struct memory *memory = memory_lock(store);
	size_t more = 0;
	for (size_t i = 0; i < in->n; i++)
		more += !record_set_get(&memory->appointments, &in->items[i]);
	bool room = more == 0 || memory->appointments.n + more <= UB_STORE_MEMORY_MAX;
	for (size_t i = 0; i < out->n && room; i++)
		take_out(memory, &out->items[i]);
	for (size_t i = 0; i < in->n && room; i++) {
		take_out(memory, &in->items[i]);
		void *record = record_new(&record_appointment_shape, &in->items[i], 0);
		record_set_add(&memory->appointments, record);
		record_set_add(&memory->taken, record);
	}
	memory_unlock(memory);
	return room ? UB_STORE_OK : UB_STORE_FULL;
}

enum ub_store_result memory_appointments(struct ub_store *store, struct ub_text organization,
    struct ub_text person, int64_t from, int64_t to, struct ub_arena *arena,
    struct ub_store_appointments *appointments)
{
	const struct ub_store_appointment first = {
		.organization = organization, .person = person, .end = from + 1
	};
	struct memory *memory = memory_lock(store);
	*appointments = (struct ub_store_appointments){ 0 };
	for (size_t i = record_set_find(&memory->taken, &first, NULL); i < memory->taken.n; i++) {
		const struct ub_store_appointment *appointment = memory->taken.items[i];
		if (!ub_text_eq(appointment->organization, organization) ||
		    !ub_text_eq(appointment->person, person))
			break;
		if (appointment->start < to)
			record_out(
			    &record_appointment_shape, appointment, arena, ub_push(arena, appointments));
	}
	memory_unlock(memory);
	return UB_STORE_OK;
}

enum ub_store_result memory_item_stands(
    struct ub_store *store, struct ub_text organization, struct ub_text person, int64_t from, int64_t to)
{
	const struct ub_store_appointment first = {
		.organization = organization, .person = person, .end = from + 1
	};
	struct memory *memory = memory_lock(store);
	bool stands = false;
	for (size_t i = record_set_find(&memory->taken, &first, NULL); i < memory->taken.n && !stands; i++) {
		const struct ub_store_appointment *appointment = memory->taken.items[i];
		if (!ub_text_eq(appointment->organization, organization) ||
		    !ub_text_eq(appointment->person, person))
			break;
		stands = appointment->item && appointment->start < to;
	}
	memory_unlock(memory);
	return stands ? UB_STORE_OK : UB_STORE_NONE;
}

static bool is_at(const struct ub_store_appointment *appointment, struct ub_text organization,
    struct ub_text upstream, struct ub_text href)
{
	return ub_text_eq(appointment->href, href) && ub_text_eq(appointment->upstream, upstream) &&
	       ub_text_eq(appointment->organization, organization);
}

enum ub_store_result memory_copy_appointments(struct ub_store *store, struct ub_text organization,
    struct ub_text upstream, struct ub_text href, struct ub_arena *arena,
    struct ub_store_appointments *appointments)
{
	struct memory *memory = memory_lock(store);
	*appointments = (struct ub_store_appointments){ 0 };
	for (size_t i = 0; i < memory->appointments.n; i++)
		if (is_at(memory->appointments.items[i], organization, upstream, href))
			record_out(&record_appointment_shape, memory->appointments.items[i], arena,
			    ub_push(arena, appointments));
	memory_unlock(memory);
	return UB_STORE_OK;
}

enum ub_store_result memory_forget_appointments(
    struct ub_store *store, struct ub_text organization, struct ub_text upstream, struct ub_text href)
{
	struct memory *memory = memory_lock(store);
	for (size_t i = memory->appointments.n; i > 0; i--)
		if (is_at(memory->appointments.items[i - 1], organization, upstream, href))
			take_out(memory, memory->appointments.items[i - 1]);
	memory_unlock(memory);
	return UB_STORE_OK;
}

void memory_rename_appointments(
    struct memory *memory, struct ub_text organization, struct ub_text from, struct ub_text to)
{
	for (size_t i = 0; i < memory->appointments.n; i++) {
		const struct ub_store_appointment *appointment = memory->appointments.items[i];
		if (!ub_text_eq(appointment->meeting_uid, from) ||
		    !ub_text_eq(appointment->organization, organization))
			continue;
		struct ub_store_appointment renamed = *appointment;
		renamed.meeting_uid = to;
		void *record = record_new(&record_appointment_shape, &renamed, 0);
		take_out(memory, appointment); /* what takes its place in the set has the same key */
		record_set_add(&memory->appointments, record);
		record_set_add(&memory->taken, record);
	}
}

void memory_prune_appointments(struct memory *memory, int64_t now)
{
	for (size_t i = memory->appointments.n; i > 0; i--) {
		const struct ub_store_appointment *appointment = memory->appointments.items[i - 1];
		if (appointment->end < now)
			take_out(memory, appointment);
	}
}
