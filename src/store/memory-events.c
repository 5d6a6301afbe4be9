/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The memory store's events and their sinks.
 */
#include "memory-private.h"

#include <stdlib.h>

static const size_t event_texts[] = {
	offsetof(struct ub_store_event, id),
	offsetof(struct ub_store_event, text),
};
static const size_t sink_texts[] = {
	offsetof(struct ub_store_sink, name),
};
static const struct shape event_shape = { sizeof(struct ub_store_event), event_texts, UB_COUNT(event_texts) };
static const struct shape sink_shape = { sizeof(struct ub_store_sink), sink_texts, UB_COUNT(sink_texts) };

int memory_compare_events(const void *left, const void *right)
{
	const struct ub_store_event *a = left, *b = right;
	return (a->number > b->number) - (a->number < b->number);
}

int memory_compare_sinks(const void *left, const void *right)
{
	const struct ub_store_sink *a = left, *b = right;
	return ub_text_cmp(a->name, b->name);
}

static struct ub_store_sink *find_sink(const struct memory *memory, struct ub_text name)
{
	const struct ub_store_sink like = { .name = name };
	return record_set_get(&memory->sinks, &like);
}

static void forget_until(struct memory *memory, uint64_t number)
{
	size_t n = 0;
	for (; n < memory->events.n; n++) {
		struct ub_store_event *event = memory->events.items[n];
		if (event->number > number)
			break;
		free(event);
	}
	record_set_remove_first(&memory->events, n);
}

static void forget_done(struct memory *memory)
{
	uint64_t least = UINT64_MAX;
	for (size_t i = 0; i < memory->sinks.n; i++) {
		const struct ub_store_sink *sink = memory->sinks.items[i];
		least = sink->position < least ? sink->position : least;
	}
	forget_until(memory, least);
}

/* Lets sinks that are behind lose what is too old. */
static void skip(struct memory *memory, uint64_t oldest)
{
	for (size_t i = 0; i < memory->sinks.n; i++) {
		struct ub_store_sink *sink = memory->sinks.items[i];
		if (sink->position >= oldest)
			continue;
		sink->dropped += oldest - sink->position;
		sink->position = oldest;
	}
	forget_until(memory, oldest);
}

void memory_add_event(struct memory *memory, const struct ub_store_event *event)
{
	struct ub_store_event numbered = *event;
	if (memory->sinks.n == 0)
		return;
	numbered.number = ++memory->last_event;
	record_set_add(&memory->events, record_new(&event_shape, &numbered, 0));
	if (memory->last_event > UB_EVENTS_MAX)
		skip(memory, memory->last_event - UB_EVENTS_MAX);
}

enum ub_store_result memory_set_sinks(
    struct ub_store *store, const struct ub_text *names, size_t n, struct ub_arena *arena)
{
	struct memory *memory = memory_lock(store);
	(void)arena;
	for (size_t i = memory->sinks.n; i > 0; i--) {
		struct ub_store_sink *sink = memory->sinks.items[i - 1];
		if (record_is_among(names, n, sink->name))
			continue;
		record_set_remove(&memory->sinks, sink);
		free(sink);
	}
	for (size_t i = 0; i < n; i++) {
		const struct ub_store_sink sink = { .name = names[i], .position = memory->last_event };
		if (!find_sink(memory, names[i]))
			record_set_add(&memory->sinks, record_new(&sink_shape, &sink, 0));
	}
	forget_done(memory);
	memory_unlock(memory);
	return UB_STORE_OK;
}

enum ub_store_result memory_sinks(
    struct ub_store *store, struct ub_arena *arena, struct ub_store_sinks *sinks)
{
	struct memory *memory = memory_lock(store);
	for (size_t i = 0; i < memory->sinks.n; i++) {
		struct ub_store_sink *sink = ub_push(arena, sinks);
		record_out(&sink_shape, memory->sinks.items[i], arena, sink);
		sink->waiting = memory->last_event - sink->position;
	}
	memory_unlock(memory);
	return UB_STORE_OK;
}

enum ub_store_result memory_events(struct ub_store *store, struct ub_text name, size_t max,
    struct ub_arena *arena, struct ub_store_events *events)
{
	struct memory *memory = memory_lock(store);
	const struct ub_store_sink *sink = find_sink(memory, name);
	const struct ub_store_event first = { .number = sink ? sink->position + 1 : UINT64_MAX };
	for (size_t i = record_set_find(&memory->events, &first, NULL);
	     i < memory->events.n && events->n < max; i++)
		record_out(&event_shape, memory->events.items[i], arena, ub_push(arena, events));
	memory_unlock(memory);
	return UB_STORE_OK;
}

/* What was dropped while it was on its way was delivered after all. */
enum ub_store_result memory_events_done(
    struct ub_store *store, struct ub_text name, uint64_t after, uint64_t until, uint64_t refused)
{
	struct memory *memory = memory_lock(store);
	struct ub_store_sink *sink = find_sink(memory, name);
	if (sink) {
		uint64_t passed = sink->position < until ? sink->position : until;
		sink->delivered += until - after - refused;
		sink->refused += refused;
		sink->dropped -= passed - after;
		sink->position = sink->position > until ? sink->position : until;
		forget_done(memory);
	}
	memory_unlock(memory);
	return sink ? UB_STORE_OK : UB_STORE_NONE;
}
