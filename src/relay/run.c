/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The main thread's work: it starts the loops and the engine, and in the end cleans up. What it hears
 * meanwhile is in hear.c.
 */
#include "run.h"

#include <errno.h>
#include <malloc.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

static unsigned thread_count(const struct ub_relay_options *options)
{
	cpu_set_t processors;
	CPU_ZERO(&processors);
	bool known = sched_getaffinity(0, sizeof(processors), &processors) == 0;
	unsigned n = options->threads ? options->threads : known ? (unsigned)CPU_COUNT(&processors) : 1;
	return n < UB_RELAY_THREADS_MAX ? n : UB_RELAY_THREADS_MAX;
}

/* Of the files that may be open, but for the relay's own, half are for clients, half for their upstreams. */
static uint32_t clients_max(unsigned loops)
{
	struct rlimit limit = { .rlim_cur = 256, .rlim_max = 256 };
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
	uint64_t own = UB_RELAY_OWN_FILES + UB_RELAY_OWN_FILES_LOOP * loops, all = limit.rlim_cur;
	uint64_t each = all > own ? (all - own) / 2 / loops : 1;
	return each < 1 ? 1 : each < UB_RELAY_CONNS_MAX ? (uint32_t)each : UB_RELAY_CONNS_MAX;
}

/* A few places are left for telling those for whom there is none. */
static void take_limits(struct relay *relay)
{
	const struct ub_relay_limits *limits = &relay->options->limits;
	uint32_t each = clients_max(relay->n), all = each * relay->n;
	uint32_t most = all - all / UB_RELAY_PLACES_PART;
	if (limits->clients > most)
		ub_log(relay->log, UB_LOG_WARNING,
		    "%u clients find a place, not %u: no more files may be open", most, limits->clients);
	else if (limits->clients > 0)
		most = limits->clients;
	relay->shared.clients_max = each;
	relay_quota_init(&relay->shared.quota, most, limits->of_address);
}

static bool read_certificates(struct relay *relay)
{
	const struct ub_relay_options *options = relay->options;
	struct ub_arena *arena = ub_arena_new();
	struct ub_text why;
	bool good = relay_sites_open(&relay->shared, &why, arena);
	if (good && options->n_tls)
		good = (relay->shared.tls =
			    ub_tls_server(options->tls, options->n_tls, &options->clients, &why, arena));
	if (!good)
		ub_log(relay->log, UB_LOG_ERROR, "TLS: %.*s", UB_ARGS(why));
	ub_arena_free(&arena);
	return good;
}

static void confine(const struct relay *relay)
{
	struct ub_text why;
	if (!relay->options->confined)
		return;
	if (geteuid() == 0)
		ub_log(relay->log, UB_LOG_WARNING,
		    "the daemon runs as root; `user` in the settings names a user with fewer rights");
	if (!ub_sys_confine(false, &why))
		ub_log(relay->log, UB_LOG_WARNING, "rights are kept that are not needed: %.*s", UB_ARGS(why));
}

/* Closes what the loops did not get. */
static void unbind(struct relay *relay, size_t bound)
{
	struct ub_arena *arena = ub_arena_new();
	for (size_t k = 0; k < bound; k++) {
		for (unsigned i = 0; i < relay->n; i++)
			if (!relay->loops[i])
				close(relay->listen_fds[i][k]);
		if (!relay->successor.accepts)
			relay_listen_remove(&relay->options->listens[k], arena);
	}
	ub_arena_free(&arena);
}

static bool bind_one(struct relay *relay, size_t k, struct ub_arena *arena, struct ub_text *why)
{
	const struct ub_relay_listen *place = &relay->options->listens[k];
	int *fds = &relay->listen_fds[0][k];
	return relay_inherited_take(&relay->inherited, place, relay->n, fds) ||
	       relay_listen(place, relay->n, fds, arena, why);
}

static bool bind_all(struct relay *relay)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_text why;
	size_t bound = 0;
	unsigned inherited = relay_inherited_threads(&relay->inherited);
	relay->shared.range = inherited ? 1 - relay->inherited.range % 2 : 0;
	relay->n = inherited ? inherited : thread_count(relay->options);
	while (bound < relay->options->n_listens && bind_one(relay, bound, arena, &why))
		bound++;
	bool all = bound == relay->options->n_listens;
	if (!all) {
		struct ub_text where = relay_listen_show(&relay->options->listens[bound], -1, arena);
		ub_log(relay->log, UB_LOG_ERROR, "cannot listen on %.*s: %.*s", UB_ARGS(where), UB_ARGS(why));
		unbind(relay, bound);
	}
	ub_arena_free(&arena);
	return all;
}

/* The first clients shall find the engine ready, but clients do not wait long for it. */
static void await_engine(struct relay *relay)
{
	int64_t now = ub_sys_monotonic_ms(), until = now + UB_RELAY_READY_MS;
	if (!relay->options->engine_argv || relay->predecessor >= 0)
		return;
	relay_engine_start(&relay->engine);
	for (; !relay->ready && !relay->stopping && relay->engine.pid > 0 && now < until;
	     now = ub_sys_monotonic_ms())
		relay_hear(relay, (int)(until - now));
	if (!relay->ready && !relay->stopping)
		ub_log(relay->log, UB_LOG_WARNING, "the engine is not ready yet; traffic passes without it");
}

static void say_where(const struct relay *relay)
{
	struct ub_arena *arena = ub_arena_new();
	for (size_t k = 0; k < relay->options->n_listens; k++) {
		struct ub_text where =
		    relay_listen_show(&relay->options->listens[k], relay->listen_fds[0][k], arena);
		ub_log(relay->log, UB_LOG_INFO, "listening on %.*s", UB_ARGS(where));
	}
	ub_arena_free(&arena);
}

static bool begin_to_listen(const struct relay *relay, unsigned thread)
{
	for (size_t k = 0; k < relay->options->n_listens; k++)
		if (!relay_listen_begin(&relay->options->listens[k], relay->listen_fds[thread][k])) {
			ub_log(relay->log, UB_LOG_ERROR, "cannot listen: %s", strerror(errno));
			return false;
		}
	return true;
}

static bool start_loops(struct relay *relay)
{
	for (unsigned i = 0; i < relay->n; i++) {
		if (!begin_to_listen(relay, i))
			return false;
		relay->loops[i] = relay_loop_new(&relay->shared, i, relay->listen_fds[i]);
	}
	relay_give_engine(relay);
	for (unsigned i = 0; i < relay->n; i++)
		if (!relay_loop_start(relay->loops[i]))
			abort();
	say_where(relay);
	ub_sys_notify("READY=1");
	if (relay->predecessor >= 0)
		relay->guests_fd = relay_successor_ready(relay->predecessor);
	return true;
}

/* What a burst has taken and given back lies between what is in use, and the C library keeps it. */
static void trim_memory(struct relay *relay, int64_t now, int64_t *trim_at)
{
	if (now < *trim_at)
		return;
	relay_tell_all(relay, NOTE_TRIM);
	(void)malloc_trim(0);
	*trim_at = now + UB_TRIM_MS;
}

static void serve(struct relay *relay)
{
	int64_t trim_at = ub_sys_monotonic_ms() + UB_TRIM_MS;
	if (relay->stopping)
		relay_tell_all(relay, NOTE_DRAIN);
	while (relay->finished < relay->n) {
		int64_t now = ub_sys_monotonic_ms();
		int next = relay_tend_engine(relay, now);
		trim_memory(relay, now, &trim_at);
		int trim = (int)(trim_at - now);
		relay_hear(relay, next >= 0 && next < trim ? next : trim);
	}
	(void)relay_tend_engine(relay, ub_sys_monotonic_ms());
	for (unsigned i = 0; i < relay->n; i++)
		pthread_join(relay->loops[i]->thread, NULL);
	relay_engine_stop(&relay->engine);
}

static void clean_up(struct relay *relay)
{
	unbind(relay, relay->options->n_listens);
	for (unsigned i = 0; i < relay->n; i++)
		if (relay->loops[i])
			relay_loop_free(&relay->loops[i]);
	ub_tls_free(&relay->shared.tls);
	relay_health_stop(&relay->health);
	relay_sites_close(&relay->shared);
	close(relay->shared.finished_fd);
	relay_engine_free(&relay->engine);
	relay_quota_free(&relay->shared.quota);
	free(relay->tls_problem);
	free(relay->wire);
}

/* Makes what listens. False: the reason is in the log. */
static bool set_up(struct relay *relay)
{
	bool whole =
	    relay->predecessor < 0 || relay_inherit(&relay->inherited, relay->predecessor, relay->wire);
	if (!whole)
		ub_log(relay->log, UB_LOG_ERROR, "the process before this one does not give its sockets");
	bool bound = whole && read_certificates(relay) && bind_all(relay);
	relay_inherited_close(&relay->inherited);
	if (bound)
		return true;
	ub_tls_free(&relay->shared.tls);
	relay_sites_close(&relay->shared);
	free(relay->wire);
	return false;
}

/* Otherwise malloc() would set both by the largest piece that was ever freed. */
static void limit_arenas(void)
{
	(void)mallopt(M_MMAP_THRESHOLD, UB_RELAY_ARENA_END);
	(void)mallopt(M_TRIM_THRESHOLD, UB_RELAY_ARENA_END);
}

int ub_relay_run(const struct ub_relay_options *options, int signals, struct ub_log *log)
{
	struct relay relay = {
		.options = options,
		.log = log,
		.signals = signals,
		.shared = { .options = options, .log = log },
		.successor = { .fd = -1, .host_fd = -1 },
		.guests_fd = -1,
		.predecessor = options->predecessor_fd ? options->predecessor_fd : -1,
		.wire = malloc(UB_WIRE_FRAME_MAX),
	};
	relay.engine = (struct engine){
		.options = options, .log = log, .shared = &relay.shared, .relay_started = ub_sys_now()
	};
	if (!relay.wire)
		abort();
	limit_arenas();
	if (!set_up(&relay))
		return 1;
	confine(&relay);
	take_limits(&relay);
	relay.shared.finished_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (relay.shared.finished_fd < 0)
		abort();
	relay_engine_init(&relay.engine, relay.n);
	relay_sites_resolve(&relay.shared);
	relay.health = relay_health_start(&relay.shared);
	await_engine(&relay);
	bool started = relay.stopping || start_loops(&relay);
	if (started && !relay.stopping)
		serve(&relay);
	else
		relay_engine_stop(&relay.engine);
	clean_up(&relay);
	return started ? 0 : 1;
}
