/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The memory store's meetings with accounts, periods and rhythms.
 */
#include "memory-private.h"

#include <stdlib.h>

int memory_compare_met(const void *left, const void *right)
{
	const struct ub_store_meeting *a = left, *b = right;
	const struct ub_text *const of_a[] = { &a->organization, &a->meeting_uid, &a->instance };
	const struct ub_text *const of_b[] = { &b->organization, &b->meeting_uid, &b->instance };
	return record_compare_texts(of_a, of_b, UB_COUNT(of_a));
}

int memory_compare_met_with(const void *left, const void *right)
{
	const struct ub_store_meeting *a = left, *b = right;
	const struct ub_text *const of_a[] = { &a->organization, &a->account };
	const struct ub_text *const of_b[] = { &b->organization, &b->account };
	int order = record_compare_texts(of_a, of_b, UB_COUNT(of_a));
	order = order ? order : (a->end > b->end) - (a->end < b->end);
	return order ? order : memory_compare_met(a, b);
}

int memory_compare_periods(const void *left, const void *right)
{
	const struct ub_store_period *a = left, *b = right;
	const struct ub_text *const of_a[] = { &a->organization, &a->uid };
	const struct ub_text *const of_b[] = { &b->organization, &b->uid };
	int order = record_compare_texts(of_a, of_b, UB_COUNT(of_a));
	order = order ? order : (a->start > b->start) - (a->start < b->start);
	return order ? order : (a->end > b->end) - (a->end < b->end);
}

int memory_compare_rhythms(const void *left, const void *right)
{
	const struct ub_store_rhythm *a = left, *b = right;
	const struct ub_text *const of_a[] = { &a->organization, &a->uid };
	const struct ub_text *const of_b[] = { &b->organization, &b->uid };
	return record_compare_texts(of_a, of_b, UB_COUNT(of_a));
}

/* ---- meetings ---- */

static void copy_of_account(const struct memory *memory, struct ub_text organization, struct ub_text account,
    struct ub_arena *arena, struct ub_store_meetings *meetings)
{
	const struct ub_store_meeting first = {
		.organization = organization, .account = account, .end = INT64_MIN
	};
	for (size_t i = record_set_find(&memory->met_with, &first, NULL); i < memory->met_with.n; i++) {
		const struct ub_store_meeting *meeting = memory->met_with.items[i];
		if (!ub_text_eq(meeting->organization, organization) ||
		    !ub_text_eq(meeting->account, account))
			break;
		if (!meeting->called_off)
			record_out(&record_meeting_shape, meeting, arena, ub_push(arena, meetings));
	}
}

enum ub_store_result memory_meetings(struct ub_store *store, struct ub_text organization,
    struct ub_text meeting_uid, struct ub_text account, struct ub_arena *arena,
    struct ub_store_meetings *meetings)
{
	const struct ub_store_meeting first = { .organization = organization, .meeting_uid = meeting_uid };
	struct memory *memory = memory_lock(store);
	size_t i = account.len ? memory->met.n : record_set_find(&memory->met, &first, NULL);
	if (account.len)
		copy_of_account(memory, organization, account, arena, meetings);
	for (; i < memory->met.n; i++) {
		const struct ub_store_meeting *meeting = memory->met.items[i];
		if (!ub_text_eq(meeting->organization, organization) ||
		    (meeting_uid.len && !ub_text_eq(meeting->meeting_uid, meeting_uid)))
			break;
		record_out(&record_meeting_shape, meeting, arena, ub_push(arena, meetings));
	}
	memory_unlock(memory);
	return UB_STORE_OK;
}

static void forget(struct memory *memory, const struct ub_store_meeting *like)
{
	struct ub_store_meeting *meeting = record_set_get(&memory->met, like);
	if (!meeting)
		return;
	record_set_remove(&memory->met_with, meeting);
	record_set_remove(&memory->met, meeting);
	free(meeting);
}

enum ub_store_result memory_change_meetings(
    struct ub_store *store, const struct ub_store_meetings *out, const struct ub_store_meetings *in)
{
	struct memory *memory = memory_lock(store);
	bool room = memory->met.n + in->n <= UB_STORE_MEMORY_MAX;
	for (size_t i = 0; i < out->n && room; i++)
		forget(memory, &out->items[i]);
	for (size_t i = 0; i < in->n && room; i++) {
		forget(memory, &in->items[i]);
		void *record = record_new(&record_meeting_shape, &in->items[i], 0);
		record_set_add(&memory->met, record);
		record_set_add(&memory->met_with, record);
	}
	memory_unlock(memory);
	return room ? UB_STORE_OK : UB_STORE_FULL;
}

/* ---- periods ---- */

static void forget_period(struct memory *memory, struct ub_store_period *period)
{
	record_set_remove(&memory->periods, period);
	free(period);
}

/* Forgets the UID's periods that are not over. Returns when the first of them was first seen. */
static int64_t forget_open(
    struct memory *memory, struct ub_text organization, struct ub_text uid, int64_t now)
{
	const struct ub_store_period first = {
		.organization = organization, .uid = uid, .start = INT64_MIN, .end = INT64_MIN
	};
	int64_t seen = now;
	for (size_t i = record_set_find(&memory->periods, &first, NULL); i < memory->periods.n;) {
		struct ub_store_period *period = memory->periods.items[i];
		if (!ub_text_eq(period->organization, organization) || !ub_text_eq(period->uid, uid))
			break;
		if (period->end <= now) {
			i++;
			continue;
		}
		seen = period->first_seen < seen ? period->first_seen : seen;
		forget_period(memory, period);
	}
	return seen;
}

enum ub_store_result memory_put_period(struct ub_store *store, struct ub_text organization,
    struct ub_text uid, const struct ub_store_period *period, int64_t now)
{
	struct memory *memory = memory_lock(store);
	int64_t seen = forget_open(memory, organization, uid, now);
	bool room = !period || memory->periods.n < UB_STORE_MEMORY_MAX;
	if (period && room) {
		struct ub_store_period *record = record_new(&record_period_shape, period, 0);
		record->first_seen = seen;
		record_set_add(&memory->periods, record);
	}
	memory_unlock(memory);
	return room ? UB_STORE_OK : UB_STORE_FULL;
}

enum ub_store_result memory_periods(struct ub_store *store, struct ub_text organization,
    struct ub_arena *arena, struct ub_store_periods *periods)
{
	struct memory *memory = memory_lock(store);
	for (size_t i = 0; i < memory->periods.n; i++) {
		const struct ub_store_period *period = memory->periods.items[i];
		if (ub_text_eq(period->organization, organization))
			record_out(&record_period_shape, period, arena, ub_push(arena, periods));
	}
	memory_unlock(memory);
	return UB_STORE_OK;
}

void memory_rename_periods(
    struct memory *memory, struct ub_text organization, struct ub_text from, struct ub_text to)
{
	const struct ub_store_period first = {
		.organization = organization, .uid = from, .start = INT64_MIN
	};
	for (;;) {
		size_t at = record_set_find(&memory->periods, &first, NULL);
		struct ub_store_period *period = at < memory->periods.n ? memory->periods.items[at] : NULL;
		if (!period || !ub_text_eq(period->organization, organization) ||
		    !ub_text_eq(period->uid, from))
			return;
		struct ub_store_period renamed = *period;
		renamed.uid = to;
		if (!record_set_get(&memory->periods, &renamed))
			record_set_add(&memory->periods, record_new(&record_period_shape, &renamed, 0));
		forget_period(memory, period);
	}
}

/* ---- rhythms ---- */

static void forget_rhythm(struct memory *memory, const struct ub_store_rhythm *like)
{
	struct ub_store_rhythm *rhythm = record_set_get(&memory->rhythms, like);
	if (!rhythm)
		return;
	record_set_remove(&memory->rhythms, rhythm);
	free(rhythm);
}

enum ub_store_result memory_put_rhythm(struct ub_store *store, const struct ub_store_rhythm *rhythm)
{
	struct memory *memory = memory_lock(store);
	forget_rhythm(memory, rhythm);
	bool room = memory->rhythms.n < UB_STORE_MEMORY_MAX;
	if (room)
		record_set_add(&memory->rhythms, record_new(&record_rhythm_shape, rhythm, 0));
	memory_unlock(memory);
	return room ? UB_STORE_OK : UB_STORE_FULL;
}

enum ub_store_result memory_rhythm(struct ub_store *store, struct ub_text organization, struct ub_text uid,
    struct ub_arena *arena, struct ub_store_rhythm *rhythm)
{
	const struct ub_store_rhythm like = { .organization = organization, .uid = uid };
	struct memory *memory = memory_lock(store);
	const struct ub_store_rhythm *found = record_set_get(&memory->rhythms, &like);
	if (found)
		record_out(&record_rhythm_shape, found, arena, rhythm);
	memory_unlock(memory);
	return found ? UB_STORE_OK : UB_STORE_NONE;
}

enum ub_store_result memory_forget_rhythm(
    struct ub_store *store, struct ub_text organization, struct ub_text uid)
{
	const struct ub_store_rhythm like = { .organization = organization, .uid = uid };
	struct memory *memory = memory_lock(store);
	forget_rhythm(memory, &like);
	memory_unlock(memory);
	return UB_STORE_OK;
}

void memory_rename_rhythm(
    struct memory *memory, struct ub_text organization, struct ub_text from, struct ub_text to)
{
	const struct ub_store_rhythm first = { .organization = organization, .uid = from };
	const struct ub_store_rhythm *rhythm = record_set_get(&memory->rhythms, &first);
	if (!rhythm)
		return;
	struct ub_store_rhythm renamed = *rhythm;
	renamed.uid = to;
	if (!record_set_get(&memory->rhythms, &renamed))
		record_set_add(&memory->rhythms, record_new(&record_rhythm_shape, &renamed, 0));
	forget_rhythm(memory, &first);
}

/* ---- forgetting by age ---- */

void memory_prune_meetings(struct memory *memory, int64_t before)
{
	for (size_t i = memory->met.n; i > 0; i--) {
		const struct ub_store_meeting *meeting = memory->met.items[i - 1];
		if (meeting->end < before)
			forget(memory, meeting);
	}
	for (size_t i = memory->periods.n; i > 0; i--) {
		struct ub_store_period *period = memory->periods.items[i - 1];
		if (period->end < before)
			forget_period(memory, period);
	}
	for (size_t i = memory->rhythms.n; i > 0; i--) {
		const struct ub_store_rhythm *rhythm = memory->rhythms.items[i - 1];
		if (rhythm->since < before)
			forget_rhythm(memory, rhythm);
	}
}
