/* SPDX-License-Identifier: Apache-2.0 */
#include "relay-private.h"

#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* The main thread starts and ends the loops and the engine, and hands on what the engine says. */
struct relay {
	const struct ub_relay_options *options;
	struct ub_log *log;
	int signals;
	struct shared shared;
	struct engine engine;
	struct health *health;
	struct inherited inherited;
	struct successor successor;
	int predecessor; /* -1: there is none, or it has let go */
	struct loop *loops[UB_RELAY_THREADS_MAX];
	int listen_fds[UB_RELAY_THREADS_MAX][UB_LISTENS_MAX];
	unsigned n, finished;
	bool ready, stopping;
	char *tls_problem; /* why certificates are used that were read before; NULL: those of the files are */
	unsigned char *wire;
};

static void tell_all(struct relay *relay, enum note_kind kind)
{
	const struct note note = { .kind = kind };
	for (unsigned i = 0; i < relay->n; i++)
		if (relay->loops[i])
			relay_loop_tell(relay->loops[i], &note);
}

/* ---- what the main thread waits for ---- */

/* Each loop talks to the engine by a socket of its own. */
static void give_engine(struct relay *relay)
{
	for (unsigned i = 0; relay->engine.ready && i < relay->n; i++) {
		const struct note note = { NOTE_ENGINE_READY, relay->engine.count,
			relay->loops[i] ? relay_engine_take_socket(&relay->engine, i) : -1 };
		if (note.fd >= 0)
			relay_loop_tell(relay->loops[i], &note);
	}
}

static void tell_of_tls(const struct relay *relay)
{
	const struct ub_wire_frame frame = { .kind = UB_WIRE_TLS,
		.tls = { ub_text(relay->tls_problem ? relay->tls_problem : "") } };
	if (ub_wire_send(relay->engine.fd, &frame, relay->wire) != UB_WIRE_OK)
		ub_log(relay->log, UB_LOG_WARNING, "the engine was not told what became of the certificates");
}

static void engine_ready(struct relay *relay)
{
	relay->ready = true;
	relay_engine_ready(&relay->engine);
	ub_log(relay->log, UB_LOG_INFO, "the engine is ready");
	if (relay->tls_problem)
		tell_of_tls(relay);
	give_engine(relay);
}

static void hear_engine(struct relay *relay)
{
	struct ub_wire_frame frame;
	enum ub_wire_result result = UB_WIRE_OK;
	while (result == UB_WIRE_OK || result == UB_WIRE_UNKNOWN || result == UB_WIRE_INVALID) {
		result = ub_wire_receive(relay->engine.fd, &frame, relay->wire);
		if (result == UB_WIRE_OK && frame.kind == UB_WIRE_READY)
			engine_ready(relay);
		else if (result == UB_WIRE_OK && frame.kind == UB_WIRE_BODIES)
			relay->shared.bodies = frame.bodies;
		else if (result == UB_WIRE_OK && frame.kind == UB_WIRE_POLLS)
			relay->shared.poll_every = frame.polls;
		else if (result == UB_WIRE_OK && frame.kind == UB_WIRE_WAITING)
			relay_principals_wait(&relay->shared, frame.waiting.buckets);
	}
	if (result == UB_WIRE_CLOSED && relay->engine.pid > 0)
		kill(relay->engine.pid, SIGKILL); /* an engine without its socket is of no use */
}

static void stop(struct relay *relay)
{
	bool replaced = relay->successor.accepts;
	if (!relay->stopping)
		ub_log(relay->log, UB_LOG_INFO, "stopping");
	if (!relay->stopping && !replaced)
		ub_sys_notify("STOPPING=1");
	if (relay->successor.fd >= 0 && !replaced)
		kill(relay->successor.pid, SIGTERM);
	relay->stopping = true;
	tell_all(relay, NOTE_DRAIN);
}

/* ---- a successor ---- */

static void upgrade(struct relay *relay)
{
	const char *why = NULL;
	if (relay->stopping || relay->successor.fd >= 0 || relay->successor.accepts)
		why = "this process is ending already";
	else if (relay->predecessor >= 0 || !relay->ready)
		why = "its own engine is not ready yet";
	else
		why = relay_successor_start(&relay->successor, relay->options, relay->listen_fds, relay->n);
	if (why)
		ub_log(relay->log, UB_LOG_ERROR, "no new process takes over: %s", why);
	else
		ub_log(relay->log, UB_LOG_INFO, "process %d is to take over", (int)relay->successor.pid);
}

static void give_way(struct relay *relay)
{
	char state[32];
	snprintf(state, sizeof(state), "MAINPID=%d", (int)relay->successor.pid);
	ub_sys_notify(state);
	ub_log(relay->log, UB_LOG_INFO, "process %d has taken over; what is open here comes to its end",
	    (int)relay->successor.pid);
	relay->successor.accepts = true;
	relay->successor.engine_until = ub_sys_monotonic_ms() + UB_RELAY_HANDOVER_MS;
	tell_all(relay, NOTE_HAND_OVER);
}

static void hear_successor(struct relay *relay)
{
	struct ub_wire_frame frame;
	enum ub_wire_result result = ub_wire_receive(relay->successor.fd, &frame, relay->wire);
	if (result == UB_WIRE_OK && frame.kind == UB_WIRE_READY && !relay->successor.accepts)
		give_way(relay);
	if (result != UB_WIRE_CLOSED)
		return;
	if (!relay->successor.accepts)
		ub_log(relay->log, UB_LOG_ERROR,
		    "the new process has ended before it could take over; this one goes on");
	close(relay->successor.fd);
	relay->successor.fd = -1;
}

/* The engine ends when no request is left, or when the successor has to have one: its clients' writes wait
 * there for an engine. What is stored here afterwards is found as what changes past Upbeat. */
static void let_engine_go(struct relay *relay, int64_t now)
{
	struct successor *successor = &relay->successor;
	bool idle = relay->finished == relay->n;
	if (!successor->accepts || successor->served || (!idle && now < successor->engine_until))
		return;
	relay_engine_stop(&relay->engine, UB_RELAY_DRAIN_MS);
	tell_all(relay, NOTE_ENGINE_GONE);
	if (relay->options->release)
		relay->options->release(relay->options->claim_context);
	if (successor->fd >= 0)
		close(successor->fd);
	successor->fd = -1;
	successor->served = true;
}

/* ---- a predecessor ---- */

/* Nothing comes from it but its end. */
static void hear_predecessor(struct relay *relay)
{
	const struct ub_relay_options *options = relay->options;
	char byte;
	if (recv(relay->predecessor, &byte, 1, MSG_DONTWAIT) != 0)
		return;
	if (options->claim && !options->claim(options->claim_context, &relay->engine.control_fd))
		return; /* the end of the socket stays there, and so it is tried again */
	relay->predecessor = -1;
	relay->engine.start_at = ub_sys_monotonic_ms();
}

/* ---- signals ---- */

/* What cannot be used leaves what was read before. */
static void reload(struct relay *relay, struct ub_tls *tls)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_text why;
	if (tls && !ub_tls_reload(tls, &why, arena)) {
		ub_log(relay->log, UB_LOG_ERROR, "TLS goes on as before: %.*s", UB_ARGS(why));
		free(relay->tls_problem);
		if (asprintf(&relay->tls_problem, "%.*s", UB_ARGS(why)) < 0)
			abort();
	}
	ub_arena_free(&arena);
}

static void reload_certificates(struct relay *relay)
{
	free(relay->tls_problem);
	relay->tls_problem = NULL;
	reload(relay, relay->shared.tls);
	for (unsigned i = 0; i < relay->shared.n_servers; i++)
		reload(relay, relay->shared.servers[i].tls);
	if (relay->engine.ready)
		tell_of_tls(relay);
}

static void hang_up(struct relay *relay)
{
	ub_sys_notify_reloading();
	reload_certificates(relay);
	if (relay->engine.pid > 0)
		kill(relay->engine.pid, SIGHUP);
	if (relay->options->hangup)
		relay->options->hangup(relay->options->hangup_context);
	ub_sys_notify("READY=1");
}

static void take_signal(struct relay *relay, int number)
{
	if (number == SIGTERM || number == SIGINT)
		stop(relay);
	else if (number == SIGHUP)
		hang_up(relay);
	else if (number == SIGUSR2)
		upgrade(relay);
	else if (number == SIGCHLD && relay_engine_reap(&relay->engine))
		tell_all(relay, NOTE_ENGINE_GONE);
	if (number == SIGCHLD && relay->successor.pid > 0)
		(void)waitpid(relay->successor.pid, NULL, WNOHANG);
}

static bool wants_engine(const struct relay *relay)
{
	return relay->options->engine_argv && relay->engine.pid == 0 && !relay->stopping &&
	       relay->predecessor < 0 && !relay->successor.served;
}

static void restart_engine(struct relay *relay, int64_t now)
{
	if (wants_engine(relay) && now >= relay->engine.start_at)
		relay_engine_start(&relay->engine);
}

/* Milliseconds until something is to be done; -1: for ever. */
static int until_next(const struct relay *relay, int64_t now)
{
	bool handing = relay->successor.accepts && !relay->successor.served;
	int64_t at = INT64_MAX;
	if (wants_engine(relay))
		at = relay->engine.start_at;
	if (handing && relay->successor.engine_until < at)
		at = relay->successor.engine_until;
	return at == INT64_MAX ? -1 : at > now ? (int)(at - now) : 0;
}

static void await_something(struct relay *relay, int patience)
{
	struct pollfd fds[] = {
		{ .fd = relay->signals, .events = POLLIN },
		{ .fd = relay->shared.finished_fd, .events = POLLIN },
		{ .fd = relay->engine.pid > 0 ? relay->engine.fd : -1, .events = POLLIN },
		{ .fd = relay->successor.fd, .events = POLLIN },
		{ .fd = relay->predecessor, .events = POLLIN },
	};
	uint64_t finished = 0;
	int number;
	if (poll(fds, UB_COUNT(fds), patience) <= 0)
		return;
	if (fds[2].revents)
		hear_engine(relay);
	if (fds[3].revents)
		hear_successor(relay);
	if (fds[4].revents)
		hear_predecessor(relay);
	while (fds[0].revents && (number = ub_sys_signals_next(relay->signals)) != 0)
		take_signal(relay, number);
	if (fds[1].revents && read(relay->shared.finished_fd, &finished, sizeof(finished)) > 0)
		relay->finished += (unsigned)finished;
}

/* ---- beginning and end ---- */

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
		await_something(relay, (int)(until - now));
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
	give_engine(relay);
	for (unsigned i = 0; i < relay->n; i++)
		if (!relay_loop_start(relay->loops[i]))
			abort();
	say_where(relay);
	ub_sys_notify("READY=1");
	if (relay->predecessor >= 0)
		relay_successor_ready(relay->predecessor);
	return true;
}

/* Buffers get pages of their own, which go back at once: among what lives longer they would leave holes. */
static void keep_buffers_apart(void)
{
	(void)mallopt(M_MMAP_THRESHOLD, UB_RELAY_BUFFER);
}

/* What a burst has taken and given back lies between what is in use, and the C library keeps it. */
static void trim_memory(struct relay *relay, int64_t now, int64_t *trim_at)
{
	if (now < *trim_at)
		return;
	tell_all(relay, NOTE_TRIM);
	(void)malloc_trim(0);
	*trim_at = now + UB_RELAY_TRIM_MS;
}

static void serve(struct relay *relay)
{
	int64_t trim_at = ub_sys_monotonic_ms() + UB_RELAY_TRIM_MS;
	if (relay->stopping)
		tell_all(relay, NOTE_DRAIN);
	while (relay->finished < relay->n) {
		int64_t now = ub_sys_monotonic_ms();
		restart_engine(relay, now);
		let_engine_go(relay, now);
		trim_memory(relay, now, &trim_at);
		int next = until_next(relay, now), trim = (int)(trim_at - now);
		await_something(relay, next >= 0 && next < trim ? next : trim);
	}
	let_engine_go(relay, ub_sys_monotonic_ms());
	for (unsigned i = 0; i < relay->n; i++)
		pthread_join(relay->loops[i]->thread, NULL);
	relay_engine_stop(&relay->engine, UB_RELAY_DRAIN_MS);
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

int ub_relay_run(const struct ub_relay_options *options, int signals, struct ub_log *log)
{
	struct relay relay = {
		.options = options,
		.log = log,
		.signals = signals,
		.shared = { .options = options, .log = log },
		.successor = { .fd = -1 },
		.predecessor = options->predecessor_fd ? options->predecessor_fd : -1,
		.wire = malloc(UB_WIRE_FRAME_MAX),
	};
	relay.engine = (struct engine){
		.options = options, .log = log, .shared = &relay.shared, .relay_started = ub_sys_now()
	};
	if (!relay.wire)
		abort();
	if (!set_up(&relay))
		return 1;
	keep_buffers_apart();
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
		relay_engine_stop(&relay.engine, UB_RELAY_DRAIN_MS);
	clean_up(&relay);
	return started ? 0 : 1;
}
