/* SPDX-License-Identifier: Apache-2.0 */
#include "upbeat/engine.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "alias.h"
#include "amended.h"
#include "amender.h"
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

/* What the frames that have come ask of the store: one transaction for all of them. */
struct batch {
	int64_t begun; /* on the monotonic clock */
	UB_VEC(struct ub_key) keys;
	UB_VEC(struct ub_key) due; /* answered: to be looked at now */
	UB_VEC(struct ub_amender_write)
	writes; /* that wait for our word; without a body: it goes as it came */
};

/* Of a write that was not answered yet, or not well. */
static enum ub_doubt doubt_of(struct ub_engine *engine, struct ub_text principal)
{
	return ub_store_knows(engine->store, engine->upstream, principal) == UB_STORE_NONE ? UB_DOUBT_CALLER
											   : UB_DOUBT_WRITE;
}

static void add_key(struct ub_engine *engine, struct batch *batch, enum ub_key_kind kind, struct ub_text href,
    struct ub_text principal, struct ub_arena *arena)
{
	if (href.len)
		*ub_push(arena, &batch->keys) = (struct ub_key){ .kind = kind,
			.upstream = engine->upstream,
			.href = ub_text_copy(
			    arena, ub_alias_of(engine->store, engine->upstream, principal, href, arena)),
			.principal = principal,
			.collection = UB_TEXT_NONE,
			.doubt = doubt_of(engine, principal) };
}

static void take_write(
    struct ub_engine *engine, const struct ub_wire_frame *frame, struct batch *batch, struct ub_arena *arena)
{
	const struct ub_wire_write *write = &frame->write;
	size_t before = batch->keys.n;
	struct ub_text principal = ub_http_principal(write->authorization, arena);
	*ub_push(arena, &batch->writes) = (struct ub_amender_write){ .id = frame->id,
		.until = batch->begun + UB_AMEND_MS,
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

static void complain(struct ub_engine *engine)
{
	ub_log_paced(
	    engine->log, &engine->store_pace, UB_LOG_ERROR, "the store: %s", ub_store_problem(engine->store));
}

/* The keys of a write that was answered. */
static void take_answered_keys(struct ub_engine *engine, const struct ub_answered_write *write,
    const struct ub_wire_answered *answered, struct batch *batch, struct ub_arena *arena)
{
	bool proven = ub_http_proves_identity(answered->status);
	struct ub_text principal = write->keys[0].principal;
	if (proven)
		ub_waiting_wake(engine, principal, write->credential->authorization, write->credential->host);
	if (proven && write->keys[0].kind == UB_KEY_COLLECTION)
		add_new_member(batch, &write->keys[0], answered->location, arena);
	const struct ub_alias_answer answer = { .key = &write->keys[0],
		.status = answered->status,
		.location = answered->location,
		.host = write->credential->host,
		.now = wall_ms() };
	if (!ub_alias_learn(engine->redirects, engine->store, &answer, arena))
		complain(engine);
	for (size_t i = 0; i < write->n_keys; i++) {
		struct ub_key *due = ub_push(arena, &batch->due);
		*due = write->keys[i];
		due->doubt = proven ? UB_DOUBT_NONE : doubt_of(engine, principal);
	}
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
	if (write.n_keys)
		take_answered_keys(engine, &write, answered, batch, arena);
	ub_credential_free(&write.credential);
}

static void shelter(struct ub_engine *engine, const struct ub_key *keys, size_t n, int64_t due)
{
	if (n && ub_store_put(engine->shelter, keys, n, wall_ms(), due) != UB_STORE_OK)
		ub_log_paced(engine->log, &engine->store_pace, UB_LOG_ERROR,
		    "too much waits in memory: meetings are missed");
}

/* What the store does not take is kept in memory: traffic first. */
static void store(struct ub_engine *engine, const struct ub_key *keys, size_t n, int64_t due)
{
	if (n == 0 || ub_store_put(engine->store, keys, n, wall_ms(), due) == UB_STORE_OK)
		return;
	ub_log_paced(engine->log, &engine->store_pace, UB_LOG_ERROR, "the store: %s; kept in memory only",
	    ub_store_problem(engine->store));
	shelter(engine, keys, n, due);
}

/* Anybody may come with any name. The store takes the first keys of strangers, so that a crash loses none of
 * somebody who comes for the first time; of a flood the rest is kept in memory and costs the disk nothing. */
static void put(
    struct ub_engine *engine, const struct ub_key *keys, size_t n, int64_t due, struct ub_arena *arena)
{
	UB_VEC(struct ub_key) stored = { 0 }, sheltered = { 0 };
	size_t strangers = 0;
	bool counted = false;
	for (size_t i = 0; i < n; i++) {
		bool stranger = keys[i].doubt == UB_DOUBT_CALLER;
		if (stranger && !counted)
			counted = ub_store_strangers(engine->store, &strangers) == UB_STORE_OK;
		bool too_many = stranger && strangers >= UB_STRANGERS_STORED;
		strangers += stranger;
		if (too_many)
			*ub_push(arena, &sheltered) = keys[i];
		else
			*ub_push(arena, &stored) = keys[i];
	}
	store(engine, stored.items, stored.n, due);
	shelter(engine, sheltered.items, sheltered.n, due);
}

void ub_engine_let_go(
    struct ub_engine *engine, struct ub_wire_id id, struct ub_text body, unsigned char *scratch)
{
	struct ub_wire_frame committed = { .kind = UB_WIRE_COMMITTED, .id = id, .committed = { body } };
	if (ub_wire_send(engine->options->fd, &committed, scratch) == UB_WIRE_FULL)
		ub_log_paced(engine->log, &engine->relay_pace, UB_LOG_WARNING,
		    "the relay does not read: a write goes on after its time");
}

/* The keys first, then the relay's writes may go on: those that rules may amend when that is done. Of
 * nobody's write nothing is remembered. */
static void settle_batch(struct ub_engine *engine, struct ub_amender *amender, const struct batch *batch,
    unsigned char *scratch, struct ub_arena *arena)
{
	put(engine, batch->keys.items, batch->keys.n, wall_ms() + UB_CREDENTIAL_MS, arena);
	put(engine, batch->due.items, batch->due.n, wall_ms(), arena);
	for (size_t i = 0; i < batch->writes.n; i++) {
		const struct ub_amender_write *write = &batch->writes.items[i];
		if (write->body.len && write->principal.len)
			ub_amender_give(amender, write);
		else
			ub_engine_let_go(engine, write->id, UB_TEXT_NONE, scratch);
	}
	if (batch->due.n)
		ub_engine_wake(engine);
}

static void take_hello(struct ub_engine *engine, struct ub_wire_id id)
{
	engine->predecessors = id.slot;
	engine->relay_started = id.generation;
}

/* All frames that are there now. False: the relay is gone. */
static bool take_frames(struct ub_engine *engine, struct ub_amender *amender, unsigned char *in,
    unsigned char *out, struct ub_arena *arena)
{
	int fd = engine->options->fd;
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
	settle_batch(engine, amender, &batch, out, arena);
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
	struct ub_amender *amender = ub_amender_start(engine);
	struct pollfd polled[] = { { .fd = fd, .events = POLLIN },
		{ .fd = engine->options->signals, .events = POLLIN } };
	while (go_on) {
		tell_amends(engine, fd, &amends, out);
		ub_waiting_tell(engine, &waiting, out);
		int64_t wait = ub_amender_overdue(amender, ub_sys_monotonic_ms(), UB_SWEEP_MS);
		poll(polled, UB_COUNT(polled), (int)wait);
		go_on = take_frames(engine, amender, in, out, arena) && !told_to_stop(engine);
		ub_writes_expire(engine->writes, ub_sys_monotonic_ms());
		ub_credentials_expire(engine->credentials, ub_sys_monotonic_ms());
		ub_upkeep_shelter(engine->store, engine->shelter, wall_ms());
		ub_upkeep(&upkeep, wall_ms());
		ub_upkeep_expire(&upkeep, engine->store, wall_ms());
		ub_upkeep_expire(&upkeep, engine->shelter, wall_ms());
	}
	ub_amender_join(&amender);
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

/* Each key in a state is named in the log, with what holds of it and its reason; no stranger's. */
static void report(struct ub_store *store, struct ub_log *log, enum ub_job_state state, const char *what)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_jobs jobs = { 0 };
	if (ub_store_jobs(store, arena, &jobs) == UB_STORE_OK)
		for (size_t i = 0; i < jobs.n; i++)
			if (jobs.items[i].state == state && jobs.items[i].key.doubt != UB_DOUBT_CALLER)
				ub_log(log, UB_LOG_WARNING, "%.*s: %s%s%.*s", UB_ARGS(jobs.items[i].key.href),
				    what, jobs.items[i].reason.len ? ": " : "",
				    UB_ARGS(jobs.items[i].reason));
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
		.amended = ub_amended_new(),
		.redirects = ub_redirects_new() };
	pthread_condattr_t monotonic;
	if (pthread_condattr_init(&monotonic) != 0 ||
	    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) != 0 ||
	    pthread_cond_init(&engine.changed, &monotonic) != 0 ||
	    pthread_mutex_init(&engine.mutex, NULL) != 0)
		abort();
	report(engine.store, log, UB_JOB_ASIDE, "set aside; store it again to have it tried again");
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
		report(engine.shelter, log, UB_JOB_QUEUED, "was kept in memory only and is lost");
	ub_credentials_free(&engine.credentials);
	ub_writes_free(&engine.writes);
	ub_amended_free(&engine.amended);
	ub_redirects_free(&engine.redirects);
	ub_store_close(&engine.store);
	ub_store_close(&engine.shelter);
	ub_snapshot_release(&engine.snapshot);
	pthread_condattr_destroy(&monotonic);
	pthread_cond_destroy(&engine.changed);
	pthread_mutex_destroy(&engine.mutex);
	ub_arena_free(&arena);
	return 0;
}
