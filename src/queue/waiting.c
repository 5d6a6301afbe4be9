/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Keys that wait for their principal: the relay is told for whom keys wait, and the keys are woken when he is
 * heard of.
 */
#include "queue-private.h"

#include "upbeat/http.h"

static void set_buckets(unsigned char *buckets, const struct ub_texts *principals)
{
	for (size_t i = 0; i < principals->n; i++) {
		if (principals->items[i].len == 0)
			continue; /* nobody's keys wait for the service account */
		unsigned bucket = ub_wire_bucket(principals->items[i]);
		buckets[bucket / 8] |= (unsigned char)(1u << (bucket % 8));
	}
}

/* Sets the buckets of all principals for whom keys wait. False: there are none. */
static bool fill_buckets(struct ub_queue *queue, unsigned char *buckets)
{
	struct ub_store *const stores[] = { queue->input.store, queue->shelter };
	struct ub_arena *arena = ub_arena_new();
	size_t n = 0;
	for (size_t i = 0; i < UB_COUNT(stores); i++) {
		struct ub_texts principals;
		if (ub_store_waiting(stores[i], queue->input.upstream, arena, &principals) != UB_STORE_OK)
			queue_complain(queue, stores[i]);
		set_buckets(buckets, &principals);
		n += principals.n;
	}
	ub_arena_free(&arena);
	return n > 0;
}

void queue_tell_waiting(struct ub_queue *queue)
{
	unsigned char buckets[UB_WIRE_WAITING_BYTES] = { 0 };
	struct ub_wire_frame frame = { .kind = UB_WIRE_WAITING };
	int64_t now = ub_sys_monotonic_ms();
	if (now < queue->tell_waiting)
		return;
	queue->tell_waiting = now + UB_SWEEP_MS;
	bool somebody = fill_buckets(queue, buckets);
	if (somebody)
		frame.waiting.buckets = ub_text_n((const char *)buckets, sizeof(buckets));
	/* A frame that found no room is sent the next time. */
	if ((somebody || queue->told_waiting) &&
	    ub_wire_send(queue->input.relay_fd, &frame, queue->out) == UB_WIRE_OK)
		queue->told_waiting = somebody;
}

/* Whether any key of the principal waits, in the store or in memory. */
static bool waits(struct ub_queue *queue, struct ub_text principal)
{
	return ub_store_waits(queue->input.store, queue->input.upstream, principal) == UB_STORE_OK ||
	       ub_store_waits(queue->shelter, queue->input.upstream, principal) == UB_STORE_OK;
}

void queue_wake_principal(
    struct ub_queue *queue, struct ub_text principal, struct ub_text authorization, struct ub_text host)
{
	struct ub_store *const stores[] = { queue->input.store, queue->shelter };
	queue_credentials_keep(queue->credentials, principal, authorization, host, ub_sys_monotonic_ms());
	for (size_t i = 0; i < UB_COUNT(stores); i++)
		if (ub_store_heard(stores[i], queue->input.upstream, principal, ub_sys_now() * 1000, NULL) !=
		    UB_STORE_OK)
			queue_complain(queue, stores[i]);
		else if (stores[i] == queue->input.store)
			queue_know(queue, principal);
}

void queue_heard(struct ub_queue *queue, const struct ub_wire_principal *heard)
{
	struct ub_text principal = ub_http_principal(heard->authorization, queue->arena);
	if (principal.len == 0 || !waits(queue, principal))
		return;
	queue_wake_principal(queue, principal, heard->authorization, heard->host);
	ub_queue_wake(queue);
}
