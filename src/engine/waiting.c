/* SPDX-License-Identifier: Apache-2.0 */
#include "waiting.h"

#include "upbeat/http.h"

static void complain(struct ub_engine *engine, struct ub_store *store)
{
	ub_log_paced(
	    engine->log, &engine->store_pace, UB_LOG_ERROR, "the store: %s", ub_store_problem(store));
}

static void set_buckets(unsigned char *buckets, const struct ub_principals *principals)
{
	for (size_t i = 0; i < principals->n; i++) {
		unsigned bucket = ub_wire_bucket(principals->items[i]);
		buckets[bucket / 8] |= (unsigned char)(1u << (bucket % 8));
	}
}

/* False: nobody's. */
static bool fill_buckets(struct ub_engine *engine, unsigned char *buckets)
{
	struct ub_store *const stores[] = { engine->store, engine->shelter };
	struct ub_arena *arena = ub_arena_new();
	size_t n = 0;
	for (size_t i = 0; i < UB_COUNT(stores); i++) {
		struct ub_principals principals;
		if (ub_store_waiting(stores[i], engine->upstream, arena, &principals) != UB_STORE_OK)
			complain(engine, stores[i]);
		set_buckets(buckets, &principals);
		n += principals.n;
	}
	ub_arena_free(&arena);
	return n > 0;
}

void ub_waiting_tell(struct ub_engine *engine, struct ub_waiting *waiting, unsigned char *scratch)
{
	unsigned char buckets[UB_WIRE_WAITING_BYTES] = { 0 };
	struct ub_wire_frame frame = { .kind = UB_WIRE_WAITING };
	int64_t now = ub_sys_monotonic_ms();
	if (now < waiting->again)
		return;
	waiting->again = now + UB_SWEEP_MS;
	bool somebody = fill_buckets(engine, buckets);
	if (somebody)
		frame.waiting.buckets = ub_text_n((const char *)buckets, sizeof(buckets));
	/* One that is not sent for want of room is sent the next time. */
	if ((somebody || waiting->told) && ub_wire_send(engine->options->fd, &frame, scratch) == UB_WIRE_OK)
		waiting->told = somebody;
}

static bool waits(struct ub_engine *engine, struct ub_text principal)
{
	return ub_store_waits(engine->store, engine->upstream, principal) == UB_STORE_OK ||
	       ub_store_waits(engine->shelter, engine->upstream, principal) == UB_STORE_OK;
}

void ub_waiting_wake(
    struct ub_engine *engine, struct ub_text principal, struct ub_text authorization, struct ub_text host)
{
	struct ub_store *const stores[] = { engine->store, engine->shelter };
	ub_credentials_keep(engine->credentials, principal, authorization, host, ub_sys_monotonic_ms());
	for (size_t i = 0; i < UB_COUNT(stores); i++)
		if (ub_store_heard(stores[i], engine->upstream, principal, ub_sys_now() * 1000, NULL) !=
		    UB_STORE_OK)
			complain(engine, stores[i]);
}

void ub_waiting_heard(struct ub_engine *engine, const struct ub_wire_principal *heard, struct ub_arena *arena)
{
	struct ub_text principal = ub_http_principal(heard->authorization, arena);
	if (principal.len == 0 || !waits(engine, principal))
		return;
	ub_waiting_wake(engine, principal, heard->authorization, heard->host);
	ub_engine_wake(engine);
}
