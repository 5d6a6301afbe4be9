/* SPDX-License-Identifier: Apache-2.0 */
#include "upbeat/engine.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "upbeat/http.h"
#include "upbeat/settings.h"
#include "upbeat/wire.h"
#include "worker.h"

/* The keys of one write: what it says of itself, in the store's terms. */
struct write_keys {
	struct ub_key keys[2];
	size_t n;
};

static void add_key(struct write_keys *keys, const struct ub_engine *engine, enum ub_key_kind kind,
    struct ub_text href, struct ub_text principal)
{
	if (href.len)
		keys->keys[keys->n++] = (struct ub_key){ .kind = kind,
			.upstream = engine->snapshot->settings->upstream.base,
			.href = href,
			.principal = principal,
			.collection = UB_TEXT_NONE };
}

static struct write_keys keys_of(
    const struct ub_engine *engine, const struct ub_wire_write *write, struct ub_text principal)
{
	struct write_keys keys = { .n = 0 };
	/* What add-member will be called is known when it is answered. */
	enum ub_key_kind kind = write->write == UB_WRITE_ADD_MEMBER ? UB_KEY_COLLECTION : UB_KEY_OBJECT;
	if (write->write != UB_WRITE_COPY)
		add_key(&keys, engine, kind, write->href, principal);
	add_key(&keys, engine, UB_KEY_OBJECT, write->destination, principal);
	return keys;
}

static int64_t wall_ms(void)
{
	return ub_sys_now() * 1000;
}

static bool put(struct ub_engine *engine, const struct ub_key *keys, size_t n, int64_t due)
{
	if (n == 0)
		return true;
	enum ub_store_result result = ub_store_put(engine->store, keys, n, wall_ms(), due);
	if (result != UB_STORE_OK)
		ub_log(engine->log, UB_LOG_ERROR, "%.*s: not kept: %s", UB_ARGS(keys[0].href),
		    ub_store_problem(engine->store));
	return result == UB_STORE_OK;
}

static void take_write(struct ub_engine *engine, int fd, const struct ub_wire_frame *frame,
    unsigned char *scratch, struct ub_arena *arena)
{
	const struct ub_wire_write *write = &frame->write;
	struct ub_text principal = ub_credentials_principal(write->authorization, arena);
	struct write_keys keys = keys_of(engine, write, principal);
	/* A caller whose credentials cannot be used again is the service account's, which is yet to come. */
	if (principal.len && put(engine, keys.keys, keys.n, wall_ms() + UB_CREDENTIAL_MS))
		ub_writes_announce(engine->writes, frame->id, keys.keys, keys.n, write->authorization,
		    write->host, ub_sys_monotonic_ms());
	struct ub_wire_frame committed = { .kind = UB_WIRE_COMMITTED, .id = frame->id };
	if (ub_wire_send(fd, &committed, scratch) == UB_WIRE_FULL)
		ub_log(
		    engine->log, UB_LOG_WARNING, "the relay does not read: a write goes on after its time");
}

/* What a POST to a collection has made is told by Location (RFC 5995, RFC 9110 10.2.2). */
static void take_new_member(struct ub_engine *engine, const struct ub_key *collection,
    struct ub_text location, struct ub_arena *arena)
{
	struct ub_key key = *collection;
	key.kind = UB_KEY_OBJECT;
	key.href = ub_http_href_canonical(arena, location);
	if (key.href.len)
		put(engine, &key, 1, wall_ms());
}

static void take_answer(struct ub_engine *engine, const struct ub_wire_frame *frame, struct ub_arena *arena)
{
	const struct ub_wire_answered *answered = &frame->answered;
	struct ub_answered_write write;
	/* Status 0: no answer came, so the write may have been carried out. */
	bool changed = answered->status == 0 || (answered->status >= 200 && answered->status < 300);
	if (!ub_writes_answer(engine->writes, frame->id, changed, &write, arena))
		return;
	if (answered->status != 0 && answered->status != 401 && answered->status != 403)
		ub_credentials_keep(engine->credentials, write.keys[0].principal,
		    write.credential->authorization, write.credential->host, ub_sys_monotonic_ms());
	if (changed && write.n_keys && write.keys[0].kind == UB_KEY_COLLECTION)
		take_new_member(engine, &write.keys[0], answered->location, arena);
	put(engine, write.keys, write.n_keys, wall_ms());
	ub_credential_free(&write.credential);
	ub_engine_wake(engine);
}

/* False: the relay is gone. */
static bool take_frames(
    struct ub_engine *engine, int fd, unsigned char *in, unsigned char *out, struct ub_arena *arena)
{
	struct ub_wire_frame frame;
	enum ub_wire_result result;
	while ((result = ub_wire_receive(fd, &frame, in)) != UB_WIRE_CLOSED) {
		if (result == UB_WIRE_NONE)
			return true;
		if (result == UB_WIRE_INVALID)
			ub_log(engine->log, UB_LOG_ERROR, "the relay sent something that is no frame");
		else if (frame.kind == UB_WIRE_WRITE)
			take_write(engine, fd, &frame, out, arena);
		else if (frame.kind == UB_WIRE_ANSWERED)
			take_answer(engine, &frame, arena);
		explicit_bzero(in, UB_WIRE_FRAME_MAX);
		ub_arena_reset(arena);
	}
	return false;
}

static bool told_to_stop(int signals)
{
	for (int signal; (signal = ub_sys_signals_next(signals)) != 0;)
		if (signal == SIGTERM || signal == SIGINT)
			return true;
	return false;
}

static void serve(struct ub_engine *engine, int fd, int signals)
{
	unsigned char *in = malloc(UB_WIRE_FRAME_MAX), *out = malloc(UB_WIRE_FRAME_MAX);
	struct ub_arena *arena = ub_arena_new();
	if (!in || !out)
		abort();
	struct ub_wire_frame ready = { .kind = UB_WIRE_READY };
	bool go_on = ub_wire_send(fd, &ready, out) != UB_WIRE_CLOSED;
	struct pollfd polled[] = { { .fd = fd, .events = POLLIN }, { .fd = signals, .events = POLLIN } };
	while (go_on) {
		poll(polled, UB_COUNT(polled), UB_SWEEP_MS);
		go_on = take_frames(engine, fd, in, out, arena) && !told_to_stop(signals);
		ub_writes_expire(engine->writes, ub_sys_monotonic_ms());
		ub_credentials_expire(engine->credentials, ub_sys_monotonic_ms());
	}
	ub_arena_free(&arena);
	explicit_bzero(in, UB_WIRE_FRAME_MAX);
	free(in);
	free(out);
}

/* Credentials never reach a disk: not in a core dump either. */
static void forbid_core_dumps(void)
{
	struct rlimit none = { 0, 0 };
	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
}

static void stop_workers(struct ub_engine *engine, struct ub_workers **workers)
{
	pthread_mutex_lock(&engine->mutex);
	engine->stopping = true;
	pthread_mutex_unlock(&engine->mutex);
	ub_engine_wake(engine);
	ub_workers_join(workers);
}

int ub_engine_run(int fd, int signals, struct ub_snapshot *snapshot, struct ub_log *log)
{
	struct ub_engine engine = { .log = log,
		.snapshot = snapshot,
		.store = ub_store_memory_open(),
		.writes = ub_writes_new(),
		.credentials = ub_credentials_new(),
		.identities = ub_identities_new() };
	pthread_condattr_t monotonic;
	if (pthread_condattr_init(&monotonic) != 0 ||
	    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) != 0 ||
	    pthread_cond_init(&engine.changed, &monotonic) != 0 ||
	    pthread_mutex_init(&engine.mutex, NULL) != 0)
		abort();
	forbid_core_dumps();
	struct ub_workers *workers = ub_workers_start(&engine);
	serve(&engine, fd, signals);
	stop_workers(&engine, &workers);
	ub_identities_free(&engine.identities);
	ub_credentials_free(&engine.credentials);
	ub_writes_free(&engine.writes);
	ub_store_close(&engine.store);
	ub_snapshot_release(&engine.snapshot);
	pthread_condattr_destroy(&monotonic);
	pthread_cond_destroy(&engine.changed);
	pthread_mutex_destroy(&engine.mutex);
	return 0;
}
