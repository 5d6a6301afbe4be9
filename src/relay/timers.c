/* SPDX-License-Identifier: Apache-2.0 */
#include "relay-private.h"

#include <limits.h>

static int64_t or_default(int64_t given, int64_t otherwise)
{
	return given > 0 ? given : otherwise;
}

struct ub_relay_limits relay_limits(const struct ub_relay_limits *given)
{
	struct ub_relay_limits limits = *given;
	limits.idle_ms = or_default(given->idle_ms, UB_RELAY_IDLE_MS);
	limits.head_ms = or_default(given->head_ms, UB_RELAY_HEAD_MS);
	limits.pause_ms = or_default(given->pause_ms, UB_RELAY_PAUSE_MS);
	limits.connect_ms = or_default(given->connect_ms, UB_RELAY_CONNECT_MS);
	limits.answer_ms = or_default(given->answer_ms, UB_RELAY_ANSWER_MS);
	limits.total_ms = or_default(given->total_ms, UB_RELAY_TOTAL_MS);
	limits.engine_ms = or_default(given->engine_ms, UB_RELAY_HUNG_MS);
	limits.rate = or_default(given->rate, UB_RELAY_RATE_MIN);
	limits.requests = given->requests ? given->requests : UB_RELAY_REQUESTS;
	limits.waiting = given->waiting ? given->waiting : UB_RELAY_WAITING;
	return limits;
}

void relay_timers_init(struct timers *timers, const struct ub_relay_limits *limits)
{
	for (unsigned i = 0; i < TIMER_KINDS; i++)
		timers->lists[i].previous = timers->lists[i].next = &timers->lists[i];
	int64_t *const durations = timers->durations;
	durations[TIMER_IDLE] = limits->idle_ms;
	durations[TIMER_HEAD] = limits->head_ms;
	durations[TIMER_BODY] = limits->pause_ms;
	durations[TIMER_COMMIT] = UB_RELAY_COMMIT_MS;
	durations[TIMER_LATE] = UB_RELAY_LATE_MS;
	durations[TIMER_CONNECT] = limits->connect_ms;
	durations[TIMER_ANSWER] = limits->answer_ms;
	durations[TIMER_STREAM] = limits->pause_ms;
	durations[TIMER_LINGER] = UB_RELAY_LINGER_MS;
	durations[TIMER_PACE] = UB_RELAY_PACE_MS;
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
