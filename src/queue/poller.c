/* SPDX-License-Identifier: Apache-2.0 */
#include "poller.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "retry.h"
#include "upbeat/http.h"

enum { WHY_MAX = 200 };

struct polled {
	struct ub_text calendar;
	int64_t next;      /* when to look at it next; while it is looked at, it is not looked at again */
	bool going;        /* it is being looked at */
	unsigned failures; /* in a row */
	char why[WHY_MAX]; /* of the last failure */
};

struct ub_poller {
	pthread_mutex_t mutex;
	struct ub_log *log;
	struct ub_arena *arena;   /* of all below */
	struct ub_texts settings; /* as they were set */
	struct polled *items;
	size_t n;
};

struct ub_poller *queue_poller_new(struct ub_log *log)
{
	struct ub_poller *poller = calloc(1, sizeof(*poller));
	if (!poller || pthread_mutex_init(&poller->mutex, NULL) != 0)
		abort();
	poller->log = log;
	poller->arena = ub_arena_new();
	return poller;
}

void queue_poller_free(struct ub_poller **poller)
{
	struct ub_poller *mine = *poller;
	*poller = NULL;
	if (!mine)
		return;
	ub_arena_free(&mine->arena);
	pthread_mutex_destroy(&mine->mutex);
	free(mine);
}

static bool is_set(const struct ub_poller *poller, struct ub_texts calendars)
{
	bool same = poller->settings.n == calendars.n;
	for (size_t i = 0; i < calendars.n && same; i++)
		same = ub_text_eq(poller->settings.items[i], calendars.items[i]);
	return same;
}

static struct polled *find(struct polled *items, size_t n, struct ub_text calendar)
{
	for (size_t i = 0; i < n; i++)
		if (ub_text_eq(items[i].calendar, calendar))
			return &items[i];
	return NULL;
}

static struct ub_text href_of(struct ub_text calendar, struct ub_arena *arena)
{
	struct ub_text href = ub_http_href_canonical(arena, calendar);
	return href.len == 0 || ub_text_ends(href, UB_TEXT("/")) ? href
								 : ub_textf(arena, "%.*s/", UB_ARGS(href));
}

/* Makes the list anew, in an arena of its own. */
static void set(struct ub_poller *poller, struct ub_texts calendars)
{
	struct ub_arena *arena = ub_arena_new();
	struct polled *items = UB_NEW_ARRAY(arena, struct polled, calendars.n);
	struct ub_texts settings = { 0 };
	size_t n = 0;
	for (size_t i = 0; i < calendars.n; i++) {
		struct ub_text href = href_of(calendars.items[i], arena);
		*ub_push(arena, &settings) = ub_text_copy(arena, calendars.items[i]);
		if (href.len == 0 || find(items, n, href))
			continue;
		const struct polled *before = find(poller->items, poller->n, href);
		items[n] = before ? *before : (struct polled){ .failures = 0 };
		items[n++].calendar = href;
	}
	ub_arena_free(&poller->arena);
	poller->arena = arena;
	poller->settings = settings;
	poller->items = items;
	poller->n = n;
}

void queue_poller_set(struct ub_poller *poller, struct ub_texts calendars)
{
	pthread_mutex_lock(&poller->mutex);
	if (!is_set(poller, calendars))
		set(poller, calendars);
	pthread_mutex_unlock(&poller->mutex);
}

struct ub_text queue_poller_next(struct ub_poller *poller, int64_t now, struct ub_arena *arena)
{
	struct polled *first = NULL;
	struct ub_text calendar = UB_TEXT_NONE;
	size_t going = 0;
	pthread_mutex_lock(&poller->mutex);
	for (size_t i = 0; i < poller->n; i++) {
		struct polled *polled = &poller->items[i];
		going += polled->going;
		if (!polled->going && polled->next <= now && (!first || polled->next < first->next))
			first = polled;
	}
	if (first && going < UB_SERVICE_POLLS_AT_ONCE) {
		first->going = true;
		calendar = ub_text_copy(arena, first->calendar);
	}
	pthread_mutex_unlock(&poller->mutex);
	return calendar;
}

/* Told once, and once more when it is over. */
static void tell(struct ub_poller *poller, const struct polled *polled, struct ub_text why)
{
	if (why.len && polled->failures == 0)
		ub_log(poller->log, UB_LOG_WARNING,
		    "%.*s, which `poll` of `service` names, cannot be looked at: %.*s; it is tried again and "
		    "again",
		    UB_ARGS(polled->calendar), UB_ARGS(why));
	else if (!why.len && polled->failures)
		ub_log(poller->log, UB_LOG_INFO, "%.*s can be looked at again", UB_ARGS(polled->calendar));
}

void queue_poller_done(
    struct ub_poller *poller, struct ub_text calendar, struct ub_text why, int64_t every, int64_t now)
{
	pthread_mutex_lock(&poller->mutex);
	struct polled *polled = find(poller->items, poller->n, calendar);
	if (polled) {
		tell(poller, polled, why);
		polled->going = false;
		polled->failures = why.len ? polled->failures + 1 : 0;
		int64_t pause = polled->failures ? queue_retry_after(polled->failures) : 0;
		polled->next = now + (pause > every ? pause : every);
		snprintf(polled->why, sizeof(polled->why), "%.*s", UB_ARGS(why));
	}
	pthread_mutex_unlock(&poller->mutex);
}

struct ub_queue_polled queue_poller_state(struct ub_poller *poller, struct ub_arena *arena)
{
	struct ub_queue_polled state = { 0 };
	pthread_mutex_lock(&poller->mutex);
	state.calendars = poller->n;
	for (size_t i = 0; i < poller->n; i++)
		if (poller->items[i].failures)
			*ub_push(arena, &state.failing) =
			    (struct ub_queue_failing){ ub_text_copy(arena, poller->items[i].calendar),
				    ub_text_copy(arena, ub_text(poller->items[i].why)) };
	pthread_mutex_unlock(&poller->mutex);
	return state;
}
