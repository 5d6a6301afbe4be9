/* SPDX-License-Identifier: Apache-2.0 */
#include "relay-private.h"

#include <limits.h>

static int64_t or_default(int64_t given, int64_t otherwise)
{
	return given > 0 ? given : otherwise;
}

void relay_timers_init(struct timers *timers, const struct ub_relay_options *options)
{
	for (unsigned i = 0; i < TIMER_KINDS; i++)
		timers->lists[i].previous = timers->lists[i].next = &timers->lists[i];
	int64_t *const durations = timers->durations;
	durations[TIMER_IDLE] = or_default(options->idle_ms, UB_RELAY_IDLE_MS);
	durations[TIMER_HEAD] = UB_RELAY_HEAD_MS;
	durations[TIMER_BODY] = UB_RELAY_STREAM_MS;
	durations[TIMER_COMMIT] = UB_RELAY_COMMIT_MS;
	durations[TIMER_CONNECT] = or_default(options->connect_ms, UB_RELAY_CONNECT_MS);
	durations[TIMER_ANSWER] = or_default(options->answer_ms, UB_RELAY_ANSWER_MS);
	durations[TIMER_STREAM] = UB_RELAY_STREAM_MS;
	durations[TIMER_LINGER] = UB_RELAY_LINGER_MS;
	durations[TIMER_POOL] = UB_RELAY_POOL_MS;
	durations[TIMER_MISSED] = UB_RELAY_MISSED_MS;
}

void relay_timer_stop(struct timer *timer)
{
	if (!timer->next)
		return;
	timer->previous->next = timer->next;
	timer->next->previous = timer->previous;
	timer->previous = timer->next = NULL;
}

void relay_timer_start(struct timers *timers, struct timer *timer, enum timer_kind kind, int64_t now)
{
	struct timer *list = &timers->lists[kind];
	relay_timer_stop(timer);
	timer->kind = kind;
	timer->due = now + timers->durations[kind];
	timer->previous = list->previous;
	timer->next = list;
	list->previous->next = timer;
	list->previous = timer;
}

void relay_timer_ensure(struct timers *timers, struct timer *timer, enum timer_kind kind, int64_t now)
{
	if (!timer->next || timer->kind != kind)
		relay_timer_start(timers, timer, kind, now);
}

struct timer *relay_timers_expired(struct timers *timers, int64_t now)
{
	for (unsigned i = 0; i < TIMER_KINDS; i++) {
		struct timer *first = timers->lists[i].next;
		if (first != &timers->lists[i] && first->due <= now) {
			relay_timer_stop(first);
			return first;
		}
	}
	return NULL;
}

int relay_timers_wait(const struct timers *timers, int64_t now)
{
	int64_t least = INT64_MAX;
	for (unsigned i = 0; i < TIMER_KINDS; i++) {
		const struct timer *first = timers->lists[i].next;
		if (first != &timers->lists[i] && first->due < least)
			least = first->due;
	}
	if (least == INT64_MAX)
		return -1;
	return least <= now ? 0 : least - now > INT_MAX ? INT_MAX : (int)(least - now);
}
