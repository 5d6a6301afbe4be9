/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A user's client that polls a calendar makes the engine look for changes there, too. The keys are in a store
 * in memory of their own: the next poll brings again what is lost, and polls cost the disk nothing.
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
	if (href.len == 0 || key.principal.len == 0 || queue->told_polls == 0 || !is_due(queue, &key, now))
		return;
	ub_credentials_keep(queue->credentials, key.principal, heard->authorization, heard->host, now);
	if (ub_store_put(queue->polls, &key, 1, queue_now(), queue_now()) != UB_STORE_OK)
		ub_log_paced(queue->input.log, &queue->store_pace, UB_LOG_WARNING,
		    "too many calendars are polled: changes past Upbeat are found late");
	ub_queue_wake(queue);
}
