/* SPDX-License-Identifier: Apache-2.0 */
/* Events, and the sinks that they wait for. */
#include "story.h"

static const struct ub_text hook = { "hook", 4 }, other = { "other", 5 };

static void set_sinks(struct story *s, const struct ub_text *names, size_t n)
{
	OK(ub_store_set_sinks(s->store, names, n, s->arena));
}

/* Puts events with the ids from `from` on. */
static void tell_events(struct story *s, unsigned from, unsigned n)
{
	for (unsigned i = from; i < from + n; i++) {
		struct ub_arena *arena = ub_arena_new();
		const struct ub_store_event event = { .id = ub_textf(arena, "id-%u", i),
			.text = ub_textf(arena, "{\"n\": %u}", i) };
		OK(ub_store_put_item_event(s->store, NULL, &event));
		ub_arena_free(&arena);
	}
}

static struct ub_store_events events_for(struct story *s, struct ub_text sink, size_t max)
{
	struct ub_store_events events;
	OK(ub_store_events(s->store, sink, max, s->arena, &events));
	return events;
}

static struct ub_store_sink sink_of(struct story *s, struct ub_text name)
{
	struct ub_store_sinks sinks;
	OK(ub_store_sinks(s->store, s->arena, &sinks));
	for (size_t i = 0; i < sinks.n; i++)
		if (ub_text_eq(sinks.items[i].name, name))
			return sinks.items[i];
	cr_assert_fail("there is no such sink");
	return (struct ub_store_sink){ 0 };
}

STORY(leaves_events_that_nobody_is_to_be_told)
{
	tell_events(s, 1, 3);
	set_sinks(s, &hook, 1);
	cr_assert_eq(events_for(s, hook, 10).n, 0);
	cr_assert_eq(sink_of(s, hook).waiting, 0);
}

STORY(gives_events_in_their_order_until_they_are_done)
{
	set_sinks(s, &hook, 1);
	tell_events(s, 1, 5);
	struct ub_store_events events = events_for(s, hook, 3);
	cr_assert_eq(events.n, 3);
	IS(events.items[0].id, "id-1");
	IS(events.items[2].text, "{\"n\": 3}");
	OK(ub_store_events_done(s->store, hook, events.items[0].number - 1, events.items[1].number, 0));
	events = events_for(s, hook, 10);
	cr_assert_eq(events.n, 3);
	IS(events.items[0].id, "id-3");
	struct ub_store_sink sink = sink_of(s, hook);
	cr_assert(sink.delivered == 2 && sink.waiting == 3 && sink.refused == 0 && sink.dropped == 0);
	cr_assert_eq(sink.position, events.items[0].number - 1);
}

STORY(counts_what_a_sink_refuses)
{
	set_sinks(s, &hook, 1);
	tell_events(s, 1, 3);
	struct ub_store_events events = events_for(s, hook, 3);
	OK(ub_store_events_done(s->store, hook, events.items[0].number - 1, events.items[2].number, 1));
	struct ub_store_sink sink = sink_of(s, hook);
	cr_assert(sink.delivered == 2 && sink.refused == 1 && sink.waiting == 0);
}

STORY(keeps_events_for_the_slowest_sink)
{
	const struct ub_text both[] = { hook, other };
	set_sinks(s, both, 2);
	tell_events(s, 1, 4);
	uint64_t first = events_for(s, hook, 1).items[0].number;
	OK(ub_store_events_done(s->store, hook, first - 1, first + 3, 0));
	cr_assert_eq(events_for(s, hook, 10).n, 0);
	cr_assert_eq(events_for(s, other, 10).n, 4);
	cr_assert(sink_of(s, hook).waiting == 0 && sink_of(s, other).waiting == 4);
}

STORY(begins_a_new_sink_with_the_next_event)
{
	const struct ub_text both[] = { hook, other };
	set_sinks(s, &hook, 1);
	tell_events(s, 1, 2);
	set_sinks(s, both, 2);
	tell_events(s, 3, 1);
	cr_assert_eq(events_for(s, hook, 10).n, 3);
	struct ub_store_events events = events_for(s, other, 10);
	cr_assert_eq(events.n, 1);
	IS(events.items[0].id, "id-3");
}

STORY(forgets_a_sink_that_is_no_more_and_what_waited_for_it)
{
	const struct ub_text both[] = { hook, other };
	set_sinks(s, both, 2);
	tell_events(s, 1, 2);
	uint64_t first = events_for(s, hook, 1).items[0].number;
	OK(ub_store_events_done(s->store, hook, first - 1, first + 1, 0));
	set_sinks(s, &hook, 1);
	GIVES(ub_store_events_done(s->store, other, 0, 1, 0), NONE);
	cr_assert_eq(events_for(s, other, 10).n, 0);
	set_sinks(s, both, 2);
	cr_assert_eq(events_for(s, other, 10).n, 0);
	set_sinks(s, NULL, 0);
	tell_events(s, 3, 1);
	set_sinks(s, &hook, 1);
	cr_assert_eq(events_for(s, hook, 10).n, 0);
}

STORY(lets_the_oldest_event_go_when_too_many_wait)
{
	const struct ub_text both[] = { hook, other };
	set_sinks(s, both, 2);
	tell_events(s, 1, UB_EVENTS_MAX);
	uint64_t first = events_for(s, hook, 1).items[0].number;
	OK(ub_store_events_done(s->store, other, first - 1, first, 0));
	cr_assert(sink_of(s, hook).dropped == 0 && sink_of(s, hook).waiting == UB_EVENTS_MAX);
	tell_events(s, UB_EVENTS_MAX + 1, 1);
	IS(events_for(s, hook, 1).items[0].id, "id-2");
	struct ub_store_sink sink = sink_of(s, hook), quick = sink_of(s, other);
	cr_assert(sink.dropped == 1 && sink.waiting == UB_EVENTS_MAX);
	cr_assert(quick.dropped == 0 && quick.delivered == 1 && quick.waiting == UB_EVENTS_MAX);
}

STORY(counts_as_delivered_what_was_dropped_on_its_way)
{
	set_sinks(s, &hook, 1);
	tell_events(s, 1, UB_EVENTS_MAX);
	uint64_t first = events_for(s, hook, 1).items[0].number;
	tell_events(s, UB_EVENTS_MAX + 1, 5);
	cr_assert_eq(sink_of(s, hook).dropped, 5);
	OK(ub_store_events_done(s->store, hook, first - 1, first + 2, 0));
	struct ub_store_sink sink = sink_of(s, hook);
	cr_assert(sink.dropped == 2 && sink.delivered == 3 && sink.waiting == UB_EVENTS_MAX);
	IS(events_for(s, hook, 1).items[0].id, "id-6");
	/* and more than these */
	OK(ub_store_events_done(s->store, hook, sink.position, sink.position + 10, 0));
	sink = sink_of(s, hook);
	cr_assert(sink.dropped == 2 && sink.delivered == 13 && sink.waiting == UB_EVENTS_MAX - 10);
}

STORY(stores_an_item_together_with_its_event)
{
	const struct ub_store_item item = { .organization = ORG,
		.meeting_uid = UB_TEXT("m"),
		.identity = UB_TEXT("i"),
		.uid = UB_TEXT("u"),
		.state = UB_ITEM_EXISTS };
	const struct ub_store_event event = { .id = UB_TEXT("e"), .text = UB_TEXT("{}") };
	struct ub_store_items items = { 0 };
	set_sinks(s, &hook, 1);
	OK(ub_store_put_item_event(s->store, &item, &event));
	OK(ub_store_items(s->store, ORG, UB_TEXT("m"), s->arena, &items));
	cr_assert_eq(items.n, 1);
	IS(events_for(s, hook, 10).items[0].id, "e");
}
