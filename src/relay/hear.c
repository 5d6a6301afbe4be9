/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What the main thread hears: of the engine, of a program that takes over or has been taken over from, and
 * signals.
 */
#include "run.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

void relay_tell_all(struct relay *relay, enum note_kind kind)
{
	const struct note note = { .kind = kind };
	for (unsigned i = 0; i < relay->n; i++)
		if (relay->loops[i])
			relay_loop_tell(relay->loops[i], &note);
}

/* ---- the engine ---- */

static void forget_guests(struct relay *relay)
{
	close(relay->guests_fd);
	relay->guests_fd = -1;
}

static void give_guests(struct relay *relay)
{
	int fds[UB_RELAY_THREADS_MAX];
	unsigned n = 0;
	for (unsigned i = 0; i < relay->engine.n_guests; i++)
		if ((fds[n] = relay_engine_take_socket(&relay->engine, relay->engine.n_loops + i)) >= 0)
			n++;
	if (n > 0 && !relay_guests_take(relay->guests_fd, fds, n))
		forget_guests(relay);
}

/* Each loop talks to the engine by a socket of its own. */
void relay_give_engine(struct relay *relay)
{
	for (unsigned i = 0; relay->engine.ready && i < relay->n; i++) {
		const struct note note = { NOTE_ENGINE_READY, relay->engine.count,
			relay->loops[i] ? relay_engine_take_socket(&relay->engine, i) : -1 };
		if (note.fd >= 0)
			relay_loop_tell(relay->loops[i], &note);
	}
	if (relay->engine.ready && relay->guests_fd >= 0)
		give_guests(relay);
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
	relay_give_engine(relay);
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
			relay_engine_wants(&relay->shared, &frame.bodies);
		else if (result == UB_WIRE_OK && frame.kind == UB_WIRE_POLLS)
			relay->shared.poll_every = frame.polls;
		else if (result == UB_WIRE_OK && frame.kind == UB_WIRE_WAITING)
			relay_principals_wait(&relay->shared, frame.waiting.buckets);
	}
	if (result == UB_WIRE_CLOSED && relay->engine.pid > 0)
		kill(relay->engine.pid, SIGKILL); /* an engine without its socket is of no use */
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
		why = relay_successor_start(&relay->successor, &relay->shared, relay->listen_fds, relay->n);
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
	relay->successor.accepts = relay->engine.last = true;
	relay->successor.engine_until = ub_sys_monotonic_ms() + UB_RELAY_HANDOVER_MS;
	relay_tell_all(relay, NOTE_HAND_OVER);
}

static void hear_successor(struct relay *relay)
{
	enum ub_wire_result result = relay_successor_hear(&relay->successor, relay->wire);
	if (result == UB_WIRE_OK && !relay->successor.accepts)
		give_way(relay);
	if (result != UB_WIRE_CLOSED)
		return;
	if (!relay->successor.accepts)
		ub_log(relay->log, UB_LOG_ERROR,
		    "the new process has ended before it could take over; this one goes on");
	close(relay->successor.fd);
	relay->successor.fd = -1;
}

/* Its engine has what is stored here from now on. */
static void hear_host(struct relay *relay)
{
	int fds[UB_RELAY_THREADS_MAX];
	if (relay_successor_engine(&relay->successor, fds, relay->n, relay->wire) != UB_WIRE_OK)
		return;
	ub_log(relay->log, UB_LOG_INFO, "the engine of process %d is told what is stored here",
	    (int)relay->successor.pid);
	relay->engine.count++;
	for (unsigned i = 0; i < relay->n; i++) {
		const struct note note = { NOTE_ENGINE_READY, relay->engine.count, fds[i] };
		relay_loop_tell(relay->loops[i], &note);
	}
}

/* ---- a predecessor ---- */

static void hear_guests(struct relay *relay)
{
	char byte;
	if (recv(relay->guests_fd, &byte, 1, MSG_DONTWAIT) == 0)
		forget_guests(relay);
}

/* Nothing comes from it but its end. */
static void hear_predecessor(struct relay *relay)
{
	const struct ub_relay_options *options = relay->options;
	char byte;
	if (recv(relay->predecessor, &byte, 1, MSG_DONTWAIT) != 0)
		return;
	if (options->claim && !options->claim(options->claim_context, &relay->engine.control_fd)) {
		/* the end of the socket stays there, and so it is tried again */
		relay->claim_at = ub_sys_monotonic_ms() + UB_RELAY_CLAIM_MS;
		return;
	}
	relay->predecessor = -1;
	relay->engine.start_at = ub_sys_monotonic_ms();
}

/* ---- when the engine comes and goes ---- */

/* The engine ends when no request is left, or when the successor has to have one: its clients' writes wait
 * there for an engine, and so do those that are left here. One that has ended before is not started again. */
static void let_engine_go(struct relay *relay, int64_t now)
{
	struct successor *successor = &relay->successor;
	bool idle = relay->finished == relay->n;
	bool due = idle || relay->engine.pid == 0 || now >= successor->engine_until;
	if (!successor->accepts || successor->served || !due)
		return;
	relay_engine_stop(&relay->engine);
	/* Of what the successor's engine knows nothing is shown here, so that no write goes ahead of it. */
	relay->shared.lone_go_ahead = false;
	relay_tell_all(relay, NOTE_ENGINE_GONE);
	if (relay->options->release)
		relay->options->release(relay->options->claim_context);
	if (successor->fd >= 0)
		close(successor->fd);
	successor->fd = -1;
	successor->served = true;
}

/* It never comes back by itself. What it has not confirmed is told to the next one. */
static void end_hung_engine(struct relay *relay)
{
	if (relay->engine.pid <= 0 || !relay->engine.ready || !relay->shared.engine_hangs)
		return;
	relay->shared.engine_hangs = false;
	ub_log(relay->log, UB_LOG_ERROR, "the engine hangs: writes wait for it in vain; it is ended");
	kill(relay->engine.pid, SIGKILL);
}

static bool wants_engine(const struct relay *relay)
{
	return relay->options->engine_argv && relay->engine.pid == 0 && !relay->stopping &&
	       relay->predecessor < 0 && !relay->engine.last;
}

/* Milliseconds until something is to be done; -1: for ever. */
static int until_next(const struct relay *relay, int64_t now)
{
	bool handing = relay->successor.accepts && !relay->successor.served;
	int64_t at = INT64_MAX;
	if (wants_engine(relay))
		at = relay->engine.start_at;
	else if (relay->engine.pid > 0)
		at = now + relay_limits(&relay->options->limits).engine_ms / 3; /* to see whether it hangs */
	if (handing && relay->successor.engine_until < at)
		at = relay->successor.engine_until;
	if (relay->predecessor >= 0 && relay->claim_at > 0 && relay->claim_at < at)
		at = relay->claim_at;
	return at == INT64_MAX ? -1 : at > now ? (int)(at - now) : 0;
}

int relay_tend_engine(struct relay *relay, int64_t now)
{
	let_engine_go(relay, now);
	end_hung_engine(relay);
	if (wants_engine(relay) && now >= relay->engine.start_at) {
		relay->engine.n_guests = relay->guests_fd >= 0 ? relay->n : 0;
		relay_engine_start(&relay->engine);
	}
	return until_next(relay, now);
}

/* ---- signals ---- */

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
	relay_tell_all(relay, NOTE_DRAIN);
}

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
		relay_tell_all(relay, NOTE_ENGINE_GONE);
	if (number == SIGCHLD && relay->successor.pid > 0)
		(void)waitpid(relay->successor.pid, NULL, WNOHANG);
}

/* ---- all of it ---- */

void relay_hear(struct relay *relay, int patience)
{
	struct pollfd fds[] = {
		{ .fd = relay->signals, .events = POLLIN },
		{ .fd = relay->shared.finished_fd, .events = POLLIN },
		{ .fd = relay->engine.pid > 0 ? relay->engine.fd : -1, .events = POLLIN },
		{ .fd = relay->successor.fd, .events = POLLIN },
		{ .fd = ub_sys_monotonic_ms() >= relay->claim_at ? relay->predecessor : -1,
		    .events = POLLIN },
		{ .fd = relay->successor.host_fd, .events = POLLIN },
		{ .fd = relay->guests_fd, .events = POLLIN },
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
	if (fds[5].revents)
		hear_host(relay);
	if (fds[6].revents)
		hear_guests(relay);
	while (fds[0].revents && (number = ub_sys_signals_next(relay->signals)) != 0)
		take_signal(relay, number);
	if (fds[1].revents && read(relay->shared.finished_fd, &finished, sizeof(finished)) > 0)
		relay->finished += (unsigned)finished;
}
