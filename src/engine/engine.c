/* SPDX-License-Identifier: Apache-2.0 */
#include "upbeat/engine.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "alias.h"
#include "amend.h"
#include "control.h"
#include "refresh.h"
#include "upbeat/http.h"
#include "upbeat/settings.h"
#include "upbeat/wire.h"
#include "upkeep.h"
#include "waiting.h"
#include "worker.h"

static int64_t wall_ms(void)
{
	return ub_sys_now() * 1000;
}

/* A write that waits for our word. */
struct batch_write {
	struct ub_wire_id id;
	struct ub_text href, body, if_match; /* body empty: it goes as it came */
	struct ub_text principal, user, host;
};

/* What the frames that have come ask of the store: one transaction for all of them. */
struct batch {
	int64_t begun; /* on the monotonic clock */
	UB_VEC(struct ub_key) keys;
	UB_VEC(struct ub_key) due; /* answered: to be looked at now */
	UB_VEC(struct batch_write) writes;
};

static void add_key(struct ub_engine *engine, struct batch *batch, enum ub_key_kind kind, struct ub_text href,
    struct ub_text principal, struct ub_arena *arena)
{
	if (href.len)
		*ub_push(arena, &batch->keys) = (struct ub_key){ .kind = kind,
			.upstream = engine->upstream,
			.href = ub_text_copy(
			    arena, ub_alias_of(engine->store, engine->upstream, principal, href, arena)),
			.principal = principal,
			.collection = UB_TEXT_NONE };
}

static void take_write(
    struct ub_engine *engine, const struct ub_wire_frame *frame, struct batch *batch, struct ub_arena *arena)
{
	const struct ub_wire_write *write = &frame->write;
	size_t before = batch->keys.n;
	struct ub_text principal = ub_http_principal(write->authorization, arena);
	*ub_push(arena, &batch->writes) = (struct batch_write){ .id = frame->id,
		.href = ub_text_copy(arena, write->href),
		.body = ub_text_copy(arena, write->body),
		.if_match = ub_text_copy(arena, write->if_match),
		.principal = principal,
		.user = ub_http_user(write->authorization, arena),
		.host = ub_text_copy(arena, write->host) };
	/* A caller whose credentials cannot be used again is the service account's, which is yet to come. */
	if (principal.len == 0)
		return;
	/* What add-member will be called is known when it is answered. */
	enum ub_key_kind kind = write->write == UB_WRITE_ADD_MEMBER ? UB_KEY_COLLECTION : UB_KEY_OBJECT;
	if (write->write != UB_WRITE_COPY)
		add_key(engine, batch, kind, write->href, principal, arena);
	add_key(engine, batch, UB_KEY_OBJECT, write->destination, principal, arena);
	ub_writes_announce(engine->writes, frame->id, batch->keys.items + before, batch->keys.n - before,
	    write->authorization, write->host, ub_sys_monotonic_ms());
}

/* What a POST to a collection has made is told by Location (RFC 5995, RFC 9110 10.2.2). */
static void add_new_member(
    struct batch *batch, const struct ub_key *collection, struct ub_text location, struct ub_arena *arena)
{
	struct ub_key key = *collection;
	key.kind = UB_KEY_OBJECT;
	key.href = ub_http_href_canonical(arena, location);
	if (key.href.len)
		*ub_push(arena, &batch->due) = key;
}

/* Whether what the answer says may differ from what was seen before the write: it was carried out, or nobody
 * can tell (no answer, status 0; 5xx), or it was refused for what stands there, which may be an earlier try
 * of the same write that was never heard of again. */
static bool may_have_changed(int status)
{
	bool of_what_stands = status == 404 || status == 409 || status == 410 || status == 412;
	return status == 0 || (status >= 200 && status < 300) || status >= 500 || of_what_stands;
}

static void take_answer(
    struct ub_engine *engine, const struct ub_wire_frame *frame, struct batch *batch, struct ub_arena *arena)
{
	const struct ub_wire_answered *answered = &frame->answered;
	struct ub_answered_write write;
	bool changed = may_have_changed(answered->status);
	if (!ub_amended_answered(engine->amended, frame->id, answered, engine->store))
		ub_log_paced(engine->log, &engine->store_pace, UB_LOG_WARNING,
		    "what a user took out of a meeting is not remembered: %s",
		    ub_store_problem(engine->store));
	if (!ub_writes_answer(engine->writes, frame->id, changed, &write, arena))
		return;
	if (answered->status != 0 && answered->status != 401 && answered->status != 403)
		ub_waiting_wake(
		    engine, write.keys[0].principal, write.credential->authorization, write.credential->host);
	if (changed && write.n_keys && write.keys[0].kind == UB_KEY_COLLECTION)
		add_new_member(batch, &write.keys[0], answered->location, arena);
	if (write.n_keys && !ub_alias_learn(engine->store, &write.keys[0], answered->status,
				answered->location, write.credential->host, arena))
		ub_log_paced(engine->log, &engine->store_pace, UB_LOG_ERROR, "the store: %s",
		    ub_store_problem(engine->store));
	for (size_t i = 0; i < write.n_keys; i++)
		*ub_push(arena, &batch->due) = write.keys[i];
	ub_credential_free(&write.credential);
}

/* What the store does not take is kept in memory: traffic first. */
static void put(struct ub_engine *engine, const struct ub_key *keys, size_t n, int64_t due)
{
	if (n == 0 || ub_store_put(engine->store, keys, n, wall_ms(), due) == UB_STORE_OK)
		return;
	ub_log_paced(engine->log, &engine->store_pace, UB_LOG_ERROR, "the store: %s; kept in memory only",
	    ub_store_problem(engine->store));
	if (ub_store_put(engine->shelter, keys, n, wall_ms(), due) != UB_STORE_OK)
		ub_log_paced(engine->log, &engine->store_pace, UB_LOG_ERROR,
		    "too much waits in memory: meetings are missed");
}

static void let_go(
    struct ub_engine *engine, int fd, struct ub_wire_id id, struct ub_text body, unsigned char *scratch)
{
	struct ub_wire_frame committed = { .kind = UB_WIRE_COMMITTED, .id = id, .committed = { body } };
	if (ub_wire_send(fd, &committed, scratch) == UB_WIRE_FULL)
		ub_log_paced(engine->log, &engine->relay_pace, UB_LOG_WARNING,
		    "the relay does not read: a write goes on after its time");
}

/* The body as rules amend it; empty: it is to go as it came. Of nobody's write nothing is remembered. */
static struct ub_text amended(struct ub_engine *engine, const struct batch *batch,
    const struct batch_write *write, struct ub_arena *arena)
{
	if (write->principal.len == 0)
		return UB_TEXT_NONE;
	struct ub_snapshot *snapshot = ub_engine_snapshot(engine);
	struct ub_amending amending = { .snapshot = snapshot,
		.store = engine->store,
		.log = engine->log,
		.pace = &engine->store_pace,
		.now = ub_sys_now(),
		.until = batch->begun + UB_AMEND_MS,
		.href = write->href,
		.body = write->body,
		.if_match = write->if_match,
		.principal = write->principal,
		.user = write->user,
		.host = write->host,
		.amended = engine->amended,
		.write = write->id };
	struct ub_text text = ub_amend(&amending, arena);
	ub_snapshot_release(&snapshot);
	return text;
}

/* The keys first, then the relay's writes may go on. */
static void settle_batch(struct ub_engine *engine, int fd, const struct batch *batch, unsigned char *scratch,
    struct ub_arena *arena)
{
	put(engine, batch->keys.items, batch->keys.n, wall_ms() + UB_CREDENTIAL_MS);
	put(engine, batch->due.items, batch->due.n, wall_ms());
	for (size_t i = 0; i < batch->writes.n; i++)
		if (batch->writes.items[i].body.len == 0)
			let_go(engine, fd, batch->writes.items[i].id, UB_TEXT_NONE, scratch);
	if (batch->due.n)
		ub_engine_wake(engine);
	for (size_t i = 0; i < batch->writes.n; i++) {
		const struct batch_write *write = &batch->writes.items[i];
		if (write->body.len)
			let_go(engine, fd, write->id, amended(engine, batch, write, arena), scratch);
	}
}

static void take_hello(struct ub_engine *engine, struct ub_wire_id id)
{
	engine->predecessors = id.slot;
	engine->relay_started = id.generation;
}

/* All frames that are there now. False: the relay is gone. */
static bool take_frames(
    struct ub_engine *engine, int fd, unsigned char *in, unsigned char *out, struct ub_arena *arena)
{
	struct batch batch = { .begun = ub_sys_monotonic_ms() };
	struct ub_wire_frame frame;
	enum ub_wire_result result = UB_WIRE_NONE;
	while (
	    batch.writes.n < UB_BATCH_MAX && (result = ub_wire_receive(fd, &frame, in)) != UB_WIRE_CLOSED) {
		if (result == UB_WIRE_NONE)
			break;
		if (result == UB_WIRE_INVALID)
			ub_log(engine->log, UB_LOG_ERROR, "the relay sent something that is no frame");
		else if (frame.kind == UB_WIRE_WRITE)
			take_write(engine, &frame, &batch, arena);
		else if (frame.kind == UB_WIRE_ANSWERED)
			take_answer(engine, &frame, &batch, arena);
		else if (frame.kind == UB_WIRE_PRINCIPAL)
			ub_waiting_heard(engine, &frame.principal, arena);
		else if (frame.kind == UB_WIRE_HELLO)
			take_hello(engine, frame.id);
		explicit_bzero(in, UB_WIRE_FRAME_MAX);
	}
	settle_batch(engine, fd, &batch, out, arena);
	ub_arena_reset(arena);
	return result != UB_WIRE_CLOSED;
}

/* SIGINT goes to the relay as well, which has still to let its exchanges end. */
static bool told_to_stop(struct ub_engine *engine)
{
	for (int signal; (signal = ub_sys_signals_next(engine->options->signals)) != 0;) {
		if (signal == SIGTERM)
			return true;
		if (signal == SIGHUP)
			ub_refresher_reload(engine);
	}
	return false;
}

/* The relay shows bodies only where some rule amends meetings. */
static void tell_amends(struct ub_engine *engine, int fd, bool *told, unsigned char *scratch)
{
	struct ub_snapshot *snapshot = ub_engine_snapshot(engine);
	struct ub_wire_frame frame = { .kind = UB_WIRE_AMENDS, .amends = snapshot->rules->amends };
	ub_snapshot_release(&snapshot);
	if (frame.amends != *told && ub_wire_send(fd, &frame, scratch) == UB_WIRE_OK)
		*told = frame.amends;
}

static void serve(struct ub_engine *engine)
{
	int fd = engine->options->fd;
	unsigned char *in = malloc(UB_WIRE_FRAME_MAX), *out = malloc(UB_WIRE_FRAME_MAX);
	struct ub_arena *arena = ub_arena_new();
	if (!in || !out)
		abort();
	bool amends = false, go_on = true;
	struct ub_waiting waiting = { 0 };
	struct ub_upkeep upkeep = { .store = engine->store, .log = engine->log, .pace = &engine->store_pace };
	struct pollfd polled[] = { { .fd = fd, .events = POLLIN },
		{ .fd = engine->options->signals, .events = POLLIN } };
	while (go_on) {
		tell_amends(engine, fd, &amends, out);
		ub_waiting_tell(engine, &waiting, out);
		poll(polled, UB_COUNT(polled), UB_SWEEP_MS);
		go_on = take_frames(engine, fd, in, out, arena) && !told_to_stop(engine);
		ub_writes_expire(engine->writes, ub_sys_monotonic_ms());
		ub_credentials_expire(engine->credentials, ub_sys_monotonic_ms());
		ub_upkeep_shelter(engine->store, engine->shelter, wall_ms());
		ub_upkeep(&upkeep, wall_ms());
	}
	ub_arena_free(&arena);
	explicit_bzero(in, UB_WIRE_FRAME_MAX);
	free(in);
	free(out);
}

/* Before any key is worked on: how a relay knows that an engine which dies may have died at one. */
static void say_ready(const struct ub_engine *engine)
{
	unsigned char bytes[64];
	const struct ub_wire_frame ready = { .kind = UB_WIRE_READY };
	size_t n = ub_wire_encode(&ready, bytes, sizeof(bytes));
	if (ub_wire_send_bytes(engine->options->fd, bytes, n) != UB_WIRE_OK)
		ub_log(engine->log, UB_LOG_WARNING, "the relay was not told that the engine is ready");
}

static void stop_workers(struct ub_engine *engine, struct ub_workers **workers)
{
	pthread_mutex_lock(&engine->mutex);
	engine->stopping = true;
	pthread_mutex_unlock(&engine->mutex);
	ub_engine_wake(engine);
	ub_workers_join(workers);
}

struct ub_store *ub_engine_store_open(
    const struct ub_settings *settings, struct ub_arena *arena, struct ub_text *why)
{
	if (settings->store != UB_STORE_SQLITE)
		return ub_store_memory_open();
	return ub_store_sqlite_open(ub_text_cstr(arena, settings->store_path), UB_STORE_LOCK_MS, arena, why);
}

struct ub_store *ub_engine_store_read(
    const struct ub_settings *settings, struct ub_arena *arena, struct ub_text *why)
{
	*why = UB_TEXT("nothing is kept: the settings say `store: memory`");
	if (settings->store != UB_STORE_SQLITE)
		return NULL;
	return ub_store_sqlite_read(ub_text_cstr(arena, settings->store_path), arena, why);
}

static struct ub_store *open_store(const struct ub_settings *settings, bool after_crash, struct ub_log *log)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_text why = UB_TEXT_NONE;
	struct ub_store *store = ub_engine_store_open(settings, arena, &why);
	if (!store)
		ub_log(log, UB_LOG_ERROR, "the store: %.*s", UB_ARGS(why));
	else if (ub_store_recover(store, after_crash, wall_ms()) != UB_STORE_OK)
		ub_log(log, UB_LOG_ERROR,
		    "the store: %s; what was being worked on is due when its lease runs out",
		    ub_store_problem(store));
	ub_arena_free(&arena);
	return store;
}

/* How many keys are in a state; each one is named in the log at `level`. */
static void report(struct ub_store *store, struct ub_log *log, enum ub_job_state state, const char *what,
    enum ub_log_level level)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_jobs jobs = { 0 };
	if (ub_store_jobs(store, arena, &jobs) == UB_STORE_OK)
		for (size_t i = 0; i < jobs.n; i++)
			if (jobs.items[i].state == state)
				ub_log(log, level, "%.*s: %s", UB_ARGS(jobs.items[i].key.href), what);
	ub_arena_free(&arena);
}

int ub_engine_run(const struct ub_engine_options *options, struct ub_snapshot *snapshot, struct ub_log *log)
{
	struct ub_store *store = open_store(snapshot->settings, options->after_crash, log);
	if (!store) {
		ub_snapshot_release(&snapshot);
		return 1;
	}
	struct ub_arena *arena = ub_arena_new();
	struct ub_engine engine = { .options = options,
		.log = log,
		.upstream = ub_text(ub_text_cstr(arena, snapshot->settings->upstream.base)),
		.started = ub_sys_now(),
		.snapshot = snapshot,
		.store = store,
		.shelter = ub_store_memory_open(),
		.writes = ub_writes_new(),
		.credentials = ub_credentials_new(),
		.amended = ub_amended_new() };
	pthread_condattr_t monotonic;
	if (pthread_condattr_init(&monotonic) != 0 ||
	    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) != 0 ||
	    pthread_cond_init(&engine.changed, &monotonic) != 0 ||
	    pthread_mutex_init(&engine.mutex, NULL) != 0)
		abort();
	report(engine.store, log, UB_JOB_ASIDE,
	    "set aside: engines died while at it; store it again to have it tried again", UB_LOG_WARNING);
	say_ready(&engine);
	struct ub_workers *workers = ub_workers_start(&engine);
	struct ub_refresher *refresher = ub_refresher_start(&engine);
	struct ub_control *control = ub_control_start(&engine);
	serve(&engine);
	stop_workers(&engine, &workers);
	ub_refresher_join(&refresher);
	ub_control_join(&control);
	ub_upkeep_shelter(engine.store, engine.shelter, wall_ms());
	if (engine.store->ops != engine.shelter->ops)
		report(engine.shelter, log, UB_JOB_QUEUED, "was kept in memory only and is lost",
		    UB_LOG_WARNING);
	ub_credentials_free(&engine.credentials);
	ub_writes_free(&engine.writes);
	ub_amended_free(&engine.amended);
	ub_store_close(&engine.store);
	ub_store_close(&engine.shelter);
	ub_snapshot_release(&engine.snapshot);
	pthread_condattr_destroy(&monotonic);
	pthread_cond_destroy(&engine.changed);
	pthread_mutex_destroy(&engine.mutex);
	ub_arena_free(&arena);
	return 0;
}
