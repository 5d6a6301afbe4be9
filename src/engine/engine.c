/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The engine's main thread: opens the store, starts queue, configuration and control socket, and hears the
 * relay.
 */
#include "upbeat/engine.h"

#include <malloc.h>
#include <poll.h>
#include <signal.h>

#include "upbeat/commands.h"
#include "upbeat/deliver.h"
#include "upbeat/events.h"
#include "upbeat/queue.h"
#include "upbeat/settings.h"
#include "upbeat/store.h"
#include "upbeat/wire.h"

struct engine {
	const struct ub_engine_options *options;
	struct ub_configuration *configuration;
	struct ub_queue *queue;
};

/* Only SIGTERM stops the engine. SIGINT goes to the relay as well, which has still to let its exchanges
 * end. */
static bool told_to_stop(const struct engine *engine)
{
	for (int signal; (signal = ub_sys_signals_next(engine->options->signals)) != 0;) {
		if (signal == SIGTERM)
			return true;
		if (signal == SIGHUP)
			ub_configuration_reload(engine->configuration);
	}
	return false;
}

/* What a reading of the rules or a burst of meetings has taken and given back, the C library keeps. Of an
 * arena of threads, malloc_trim() leaves the end alone: 2 MB, once the rules were read twice. */
static void trim_memory(int64_t *trim_at)
{
	int64_t now = ub_sys_monotonic_ms();
	if (now < *trim_at)
		return;
	(void)malloc_trim(0);
	*trim_at = now + UB_TRIM_MS;
}

static void serve(const struct engine *engine)
{
	struct pollfd signals = { .fd = engine->options->signals, .events = POLLIN };
	int64_t wait, trim_at = ub_sys_monotonic_ms() + UB_TRIM_MS;
	do {
		trim_memory(&trim_at);
		wait = ub_queue_tend(engine->queue);
	} while (ub_queue_hear(engine->queue, &signals, wait) && !(signals.revents && told_to_stop(engine)));
}

/* Tells the relay that the engine is ready, before any key is worked on: so a relay knows that an engine
 * which dies may have died at a key. */
static void say_ready(const struct ub_engine_options *options, struct ub_log *log)
{
	unsigned char bytes[64];
	const struct ub_wire_frame ready = { .kind = UB_WIRE_READY };
	size_t n = ub_wire_encode(&ready, bytes, sizeof(bytes));
	if (ub_wire_send_bytes(options->fd, bytes, n) != UB_WIRE_OK)
		ub_log(log, UB_LOG_WARNING, "the relay was not told that the engine is ready");
}

/* Nobody may have been asked yet whether the server sends invitations; that is told when it is known. */
static void say_way(const struct ub_snapshot *snapshot, struct ub_log *log)
{
	const struct ub_delivery delivery =
	    ub_deliver_by(snapshot->settings, ub_freebusy_invites(snapshot->freebusy, NULL));
	ub_log(log, UB_LOG_INFO, "%s: %s", ub_way_text(delivery.way), delivery.why);
}

/* ---- the store ---- */

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

static struct ub_store *open_store(
    const struct ub_settings *settings, bool after_crash, struct ub_log *log, struct ub_arena *arena)
{
	struct ub_text why = UB_TEXT_NONE;
	struct ub_store *store = ub_engine_store_open(settings, arena, &why);
	if (!store)
		ub_log(log, UB_LOG_ERROR, "the store: %.*s", UB_ARGS(why));
	else if (ub_store_recover(store, after_crash, ub_sys_now() * 1000) != UB_STORE_OK)
		ub_log(log, UB_LOG_ERROR,
		    "the store: %s; what was being worked on is due when its lease runs out",
		    ub_store_problem(store));
	return store;
}

static void report_aside(struct ub_store *store, struct ub_log *log, struct ub_arena *arena)
{
	struct ub_jobs jobs = { 0 };
	if (ub_store_jobs(store, arena, &jobs) != UB_STORE_OK)
		return;
	for (size_t i = 0; i < jobs.n; i++)
		if (jobs.items[i].state == UB_JOB_ASIDE)
			ub_log(log, UB_LOG_WARNING,
			    "%.*s: set aside: %.*s; store it again to have it tried again",
			    UB_ARGS(jobs.items[i].key.href), UB_ARGS(jobs.items[i].reason));
}

/* ---- from beginning to end ---- */

static void run(const struct ub_engine_options *options, struct ub_snapshot *snapshot, struct ub_store *store,
    struct ub_log *log, struct ub_arena *arena)
{
	struct ub_configuration_input configuration = {
		.snapshot = options->input, .diags = options->diags, .log = log, .changed = ub_queue_wake
	};
	struct ub_watch *watch = ub_sys_watch_start();
	struct engine engine = { .options = options,
		.configuration = ub_configuration_new(snapshot, &configuration) };
	struct ub_queue_input queue = { .carry_out = ub_order_carry_out,
		.configuration = engine.configuration,
		.store = store,
		.upstream = ub_text(ub_text_cstr(arena, snapshot->settings->upstream.base)),
		.relay_fd = options->fd,
		.memory_fd = options->memory_fd,
		.watch = watch,
		.log = log };
	engine.queue = ub_queue_new(&queue);
	configuration.context = engine.queue;
	const struct ub_events_input told = { .configuration = engine.configuration,
		.store = store,
		.log = log,
		.minds_marks = options->after_crash };
	struct ub_events *events = ub_events_start(&told);
	const struct ub_mailer_input mailed = { engine.configuration, store, log };
	struct ub_mailer *mailer = ub_mailer_start(&mailed);
	struct ub_control_input asked = { .fd = options->control_fd,
		.configuration = engine.configuration,
		.queue = engine.queue,
		.store = store,
		.events = events,
		.mailer = mailer,
		.watch = watch,
		.log = log,
		.upstream = queue.upstream,
		.settings_path = options->input.settings_path,
		.started = ub_sys_now() };
	say_ready(options, log);
	say_way(snapshot, log);
	ub_queue_start(engine.queue);
	ub_configuration_start(engine.configuration);
	struct ub_control *control = ub_control_start(&asked);
	serve(&engine);
	ub_control_join(&control);
	ub_configuration_stop(engine.configuration);
	ub_queue_stop(&engine.queue);
	ub_mailer_stop(&mailer);
	ub_events_stop(&events);
	ub_sys_watch_stop(&watch);
	ub_configuration_free(&engine.configuration);
}

int ub_engine_run(const struct ub_engine_options *options, struct ub_snapshot *snapshot, struct ub_log *log)
{
	ub_sys_give_way(UB_ENGINE_NICE);
	(void)mallopt(M_ARENA_MAX, UB_ENGINE_ARENAS);
	struct ub_arena *arena = ub_arena_new();
	struct ub_store *store = open_store(snapshot->settings, options->after_crash, log, arena);
	if (store) {
		report_aside(store, log, arena);
		run(options, snapshot, store, log, arena);
		ub_store_close(&store);
		ub_arena_free(&arena);
		return 0;
	}
	ub_snapshot_release(&snapshot);
	ub_arena_free(&arena);
	return 1;
}
