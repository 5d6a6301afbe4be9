/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A user's client that polls a calendar makes the engine look for changes there, too; and the service account
 * polls calendars that the settings name. The keys are in a store in memory of their own: the next poll
 * brings again what is lost, and polls cost the disk nothing.
 */
#include "queue-private.h"

#include "upbeat/http.h"
#include "upbeat/settings.h"

static int64_t seconds_between(struct ub_queue *queue)
{
	struct ub_snapshot *snapshot = queue_snapshot(queue);
	int64_t every = snapshot->without_rules ? 0 : snapshot->settings->sync_every;
	ub_snapshot_release(&snapshot);
	return every < UB_SYNC_SECONDS_MAX ? every : UB_SYNC_SECONDS_MAX;
}

void queue_tell_polls(struct ub_queue *queue)
{
	struct ub_wire_frame frame = { .kind = UB_WIRE_POLLS, .polls = (unsigned)seconds_between(queue) };
	if (frame.polls != queue->told_polls &&
	    ub_wire_send(queue->input.relay_fd, &frame, queue->out) == UB_WIRE_OK)
		queue->told_polls = frame.polls;
}

/* The relay tells of some polls too often. False: the calendar was looked at a moment ago. */
static bool is_due(struct ub_queue *queue, const struct ub_key *key, int64_t now)
{
	struct ub_text name =
	    ub_textf(queue->arena, "%.*s\n%.*s", UB_ARGS(key->principal), UB_ARGS(key->href));
	int64_t *polled = ub_map_get(queue->polled, name);
	if (polled && now - *polled < queue->told_polls * INT64_C(1000))
		return false;
	/* Forgetting all is simpler than ageing them one by one, and costs one look at each calendar. */
	if (!polled && ub_map_size(queue->polled) >= UB_POLLED_MAX) {
		ub_arena_reset(queue->polled_arena);
		queue->polled = ub_map_new(queue->polled_arena);
	}
	if (!polled) {
		polled = UB_NEW(queue->polled_arena, int64_t);
		ub_map_put(queue->polled, ub_text_copy(queue->polled_arena, name), polled);
	}
	*polled = now;
	return true;
}

static bool put_key(struct ub_queue *queue, const struct ub_key *key)
{
	if (ub_store_put(queue->polls, key, 1, queue_now(), queue_now()) == UB_STORE_OK)
		return true;
	ub_log_paced(queue->input.log, &queue->store_pace, UB_LOG_WARNING,
	    "too many calendars are polled: changes past Upbeat are found late");
	return false;
}

/* For a caller whose sign-in cannot be used again, the service account looks. */
void queue_polled(struct ub_queue *queue, const struct ub_wire_principal *heard)
{
	int64_t now = ub_sys_monotonic_ms();
	struct ub_text href = ub_http_href_canonical(queue->arena, heard->polled);
	if (href.len && !ub_text_ends(href, UB_TEXT("/")))
		href = ub_textf(queue->arena, "%.*s/", UB_ARGS(href));
	struct ub_key key = { .kind = UB_KEY_SYNC,
		.upstream = queue->input.upstream,
		.href = href,
		.principal = ub_http_principal(heard->authorization, queue->arena),
		.doubt = UB_DOUBT_NONE };
	bool usable = key.principal.len || queue_service_accepted(queue->service);
	if (href.len == 0 || !usable || queue->told_polls == 0 || !is_due(queue, &key, now))
		return;
	queue_credentials_keep(queue->credentials, key.principal, heard->authorization, heard->host, now);
	(void)put_key(queue, &key);
	ub_queue_wake(queue);
}

/* ---- by the service account ---- */

void queue_feed_polls(struct ub_queue *queue)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_snapshot *snapshot = queue_snapshot(queue);
	queue_poller_set(queue->poller, snapshot->settings->service.poll);
	ub_snapshot_release(&snapshot);
	bool polls = seconds_between(queue) > 0 && queue_service_accepted(queue->service), woken = false;
	struct ub_key key = { .kind = UB_KEY_SYNC,
		.upstream = queue->input.upstream,
		.principal = UB_TEXT_NONE,
		.doubt = UB_DOUBT_NONE };
	while (polls && (key.href = queue_poller_next(queue->poller, ub_sys_monotonic_ms(), arena)).len) {
		woken = true;
		if (!put_key(queue, &key))
			queue_served_poll(queue, key.href, UB_TEXT("too many calendars are polled"));
	}
	ub_arena_free(&arena);
	if (woken)
		ub_queue_wake(queue);
}

void queue_served_poll(struct ub_queue *queue, struct ub_text calendar, struct ub_text why)
{
	queue_poller_done(
	    queue->poller, calendar, why, seconds_between(queue) * INT64_C(1000), ub_sys_monotonic_ms());
}
