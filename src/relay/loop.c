/* SPDX-License-Identifier: Apache-2.0 */
#include "relay-private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { EVENTS = 128 };

/* ---- watching ---- */

/* By epoll, not io_uring: a bare relay over either took the same processor time a request (Linux 6.18, at 1,
 * 32 and 256 connections), and many containers forbid io_uring. */

/* Level-triggered: events of listeners and notes come as long as something waits there. Of the loops that
 * share a listening socket, one is woken. */
static bool watch_level(struct loop *loop, struct link *link)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = link };
	if (link->kind == LINK_LISTENER)
		event.events |= EPOLLEXCLUSIVE;
	return epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, link->fd, &event) == 0;
}

/* ---- new connections ---- */

static size_t n_listeners(const struct loop *loop)
{
	return loop->shared->options->n_listens;
}

static void stop_accepting(struct loop *loop)
{
	for (size_t i = 0; loop->accepting && i < n_listeners(loop); i++)
		(void)epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, loop->listeners[i].link.fd, NULL);
	loop->accepting = false;
	loop->accept_at = loop->now + UB_RELAY_ACCEPT_MS;
}

static bool start_accepting(struct loop *loop)
{
	bool watched = true;
	loop->accepting = true;
	for (size_t i = 0; i < n_listeners(loop); i++)
		watched &= watch_level(loop, &loop->listeners[i].link);
	if (!watched)
		stop_accepting(loop);
	return watched;
}

/* No event tells when another thread or process has closed a file: accepting is tried from time to time. */
static void accept_again(struct loop *loop)
{
	if (!loop->accepting && !loop->draining && loop->now >= loop->accept_at)
		(void)start_accepting(loop);
}

static void no_more(struct loop *loop, const char *why)
{
	ub_log_paced(loop->shared->log, &loop->full_pace, UB_LOG_WARNING,
	    "%u clients are connected and no more are taken: %s", loop->open, why);
	stop_accepting(loop);
}

static bool accept_one(struct loop *loop, const struct listener *listener)
{
	if (loop->open >= loop->shared->clients_max) {
		no_more(loop, "the limit of open files is reached");
		return false;
	}
	struct sockaddr_storage from = { 0 };
	socklen_t size = sizeof(from);
	int fd = accept4(listener->link.fd, (struct sockaddr *)&from, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd >= 0) {
		relay_conn_accept(loop, listener, fd, &from);
		return true;
	}
	if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
		no_more(loop, strerror(errno));
	return false;
}

/* Who comes with many others does not wait for as many turns. */
static void accept_some(struct loop *loop, const struct listener *listener)
{
	unsigned n = 0;
	while (n < UB_RELAY_ACCEPT_MAX && accept_one(loop, listener))
		n++;
}

/* ---- notes from the main thread ---- */

static void release_parked(struct loop *loop)
{
	const enum timer_kind kinds[] = { TIMER_COMMIT, TIMER_LATE };
	for (size_t i = 0; i < UB_COUNT(kinds); i++) {
		struct timer *list = &loop->timers.lists[kinds[i]];
		while (list->next != list)
			relay_conn_go_on(OWNER(list->next, struct conn, timer));
	}
}

/* Clients in the backlog are still served, unless the socket stays for those who come after us. */
static void accept_last(struct loop *loop)
{
	for (size_t i = 0; i < n_listeners(loop); i++)
		while (!loop->listeners[i].place->fd && accept_one(loop, &loop->listeners[i]))
			;
}

/* No more clients are accepted, and idle ones are let go. */
static void drain(struct loop *loop, int64_t patience)
{
	int64_t until = loop->now + patience;
	loop->drain_until = loop->draining && loop->drain_until < until ? loop->drain_until : until;
	if (loop->draining)
		return;
	stop_accepting(loop);
	for (size_t i = 0; i < n_listeners(loop); i++)
		relay_link_close(&loop->listeners[i].link, loop->epoll_fd);
	loop->draining = true;
	for (uint32_t i = 0; i < loop->n_slots; i++) {
		struct conn *conn = relay_conn_at(loop, i);
		if (conn->client.fd < 0 || !relay_conn_idle(conn))
			continue;
		conn->client.readable = true;
		relay_conn_run(conn);
	}
}

static void lose_engine(struct loop *loop)
{
	loop->engine = 0;
	relay_announce_caught_up(loop);
	ub_wire_outbox_clear(&loop->out);
	relay_link_close(&loop->engine_link, loop->epoll_fd);
	release_parked(loop);
}

static void meet_engine(struct loop *loop, const struct note *note)
{
	lose_engine(loop);
	loop->engine = note->engine;
	loop->engine_link.fd = note->fd;
	if (!watch_level(loop, &loop->engine_link))
		abort();
	relay_announce_missed(loop);
}

static void take_note(struct loop *loop, const struct note *note)
{
	switch (note->kind) {
	case NOTE_ENGINE_READY:
		meet_engine(loop, note);
		break;
	case NOTE_ENGINE_GONE:
		lose_engine(loop);
		break;
	case NOTE_DRAIN:
		loop->replaced = false;
		if (!loop->draining)
			accept_last(loop);
		drain(loop, UB_RELAY_DRAIN_MS);
		break;
	case NOTE_TRIM:
		relay_blocks_trim(&loop->blocks);
		relay_arena_trim();
		break;
	case NOTE_HAND_OVER:
		loop->replaced = true;
		drain(loop, loop->limits.total_ms);
		break;
	case NOTE_ADMITTED:
		break; /* the turn ends with that */
	}
}

static void take_notes(struct loop *loop)
{
	struct note notes[64];
	ssize_t n = read(loop->notes.fd, notes, sizeof(notes));
	for (ssize_t i = 0; i < n / (ssize_t)sizeof(*notes); i++)
		take_note(loop, &notes[i]);
}

/* ---- what the engine says ---- */

static void hear_engine(struct loop *loop)
{
	struct ub_wire_message message;
	struct ub_wire_frame frame;
	enum ub_wire_result result = ub_wire_hear(loop->engine_link.fd, &message, loop->heard);
	if (result == UB_WIRE_CLOSED) {
		lose_engine(loop);
		return;
	}
	while ((result = ub_wire_next(&message, &frame)) != UB_WIRE_NONE)
		if (result == UB_WIRE_OK && frame.kind == UB_WIRE_COMMITTED)
			relay_conn_committed(loop, frame.id, &frame.committed);
		else if (result == UB_WIRE_OK && frame.kind == UB_WIRE_HEARD)
			relay_announce_caught_up(loop);
}

/* ---- events ---- */

static void note_events(struct link *link, uint32_t events)
{
	const uint32_t over = EPOLLHUP | EPOLLERR;
	link->readable |= (events & (EPOLLIN | EPOLLRDHUP | over)) != 0;
	link->writable |= (events & (EPOLLOUT | over)) != 0;
	link->ended |= (events & (EPOLLRDHUP | over)) != 0;
}

static void upstream_event(struct loop *loop, struct upstream *upstream)
{
	if (upstream->conn)
		relay_conn_run(upstream->conn);
	else if (upstream->link.readable && !relay_link_is_quiet(&upstream->link))
		relay_upstream_close(loop, &upstream);
}

static void client_event(struct loop *loop, struct conn *conn)
{
	if (relay_link_is_new(&conn->client))
		relay_later_add(&loop->handshakes, conn);
	else
		relay_conn_run(conn);
}

static void dispatch(struct loop *loop, struct link *link, uint32_t events)
{
	if (link->fd < 0)
		return; /* an event before this one has closed it */
	note_events(link, events);
	switch (link->kind) {
	case LINK_LISTENER:
		accept_some(loop, OWNER(link, struct listener, link));
		break;
	case LINK_NOTES:
		take_notes(loop);
		break;
	case LINK_ENGINE:
		hear_engine(loop);
		break;
	case LINK_CLIENT:
		client_event(loop, OWNER(link, struct conn, client));
		break;
	case LINK_UPSTREAM:
		upstream_event(loop, OWNER(link, struct upstream, link));
		break;
	}
}

static void expire(struct loop *loop)
{
	struct timer *timer;
	while ((timer = relay_timers_expired(&loop->timers, loop->now))) {
		struct upstream *upstream = OWNER(timer, struct upstream, timer);
		if (timer->kind == TIMER_POOL)
			relay_upstream_close(loop, &upstream);
		else if (timer->kind == TIMER_MISSED)
			relay_announce_expired(loop, timer);
		else if (timer->kind == TIMER_PACE)
			relay_conn_look(OWNER(timer, struct exchange, pace)->conn);
		else
			relay_conn_expired(OWNER(timer, struct conn, timer), timer->kind);
	}
}

static void run_queued(struct loop *loop, struct conn *conn)
{
	if (conn->client.fd >= 0) {
		relay_conn_run(conn);
	} else {
		conn->next = loop->closed_conns;
		loop->closed_conns = conn;
	}
}

/* A handshake takes as long as many requests: of those who come together, few have theirs in one turn, so
 * that nobody else waits for all of them. */
static void run_later(struct loop *loop)
{
	struct queue later = loop->later;
	struct conn *conn;
	loop->later = (struct queue){ NULL, NULL };
	while ((conn = relay_later_take(&later)))
		run_queued(loop, conn);
	for (unsigned n = 0; n < UB_RELAY_HANDSHAKES && (conn = relay_later_take(&loop->handshakes)); n++)
		run_queued(loop, conn);
}

static void run_admitted(struct loop *loop)
{
	struct conn *conn;
	if (!loop->called)
		return;
	loop->called = false;
	for (unsigned i = 0; i < loop->shared->n_servers; i++)
		while ((conn = relay_admit_next(&loop->pools[i])))
			relay_conn_run(conn);
}

static void free_upstreams(struct loop *loop)
{
	for (struct upstream *upstream = loop->closed_upstreams, *next; upstream; upstream = next) {
		next = upstream->older;
		free(upstream);
	}
	loop->closed_upstreams = NULL;
}

/* No event of this turn is left that could point to what was closed in the turn. */
static void reap(struct loop *loop)
{
	while (loop->closed_conns) {
		struct conn *conn = loop->closed_conns;
		loop->closed_conns = conn->next;
		conn->next = loop->free_conns;
		loop->free_conns = conn;
	}
	free_upstreams(loop);
}

/* ---- turning ---- */

/* The shorter of two times to wait; -1: for ever. */
static int sooner(int wait, int64_t left)
{
	if (left < 0)
		left = 0;
	return wait < 0 || left < wait ? (int)left : wait;
}

static int patience(const struct loop *loop)
{
	if (loop->later.first || loop->handshakes.first || loop->called)
		return 0;
	int wait = relay_timers_wait(&loop->timers, loop->now);
	int64_t until_told = relay_announce_wait(loop);
	if (until_told >= 0)
		wait = sooner(wait, until_told);
	if (loop->draining)
		return sooner(wait, loop->drain_until - loop->now);
	return loop->accepting ? wait : sooner(wait, loop->accept_at - loop->now);
}

static bool is_over(const struct loop *loop)
{
	bool idle = loop->open == 0 && !(loop->replaced && loop->n_missed > 0);
	return loop->draining && (idle || loop->now >= loop->drain_until);
}

static void *turn(void *argument)
{
	struct loop *loop = argument;
	struct epoll_event events[EVENTS];
	loop->now = ub_sys_monotonic_ms();
	ub_sys_run_briefly(UB_RELAY_SLICE_US);
	while (!is_over(loop)) {
		int n = epoll_wait(loop->epoll_fd, events, EVENTS, patience(loop));
		loop->now = ub_sys_monotonic_ms();
		for (int i = 0; i < n; i++)
			dispatch(loop, events[i].data.ptr, events[i].events);
		run_later(loop);
		run_admitted(loop);
		expire(loop);
		reap(loop);
		accept_again(loop);
		relay_announce_flush(loop, false);
	}
	relay_announce_flush(loop, true);
	const uint64_t one = 1;
	if (write(loop->shared->finished_fd, &one, sizeof(one)) < 0)
		abort();
	return NULL;
}

bool relay_loop_start(struct loop *loop)
{
	return start_accepting(loop) && pthread_create(&loop->thread, NULL, turn, loop) == 0;
}

static struct listener *new_listeners(const struct ub_relay_options *options, const int *fds)
{
	struct listener *listeners = calloc(options->n_listens ? options->n_listens : 1, sizeof(*listeners));
	if (!listeners)
		abort();
	for (size_t i = 0; i < options->n_listens; i++) {
		listeners[i].link = (struct link){ .fd = fds[i], .kind = LINK_LISTENER };
		listeners[i].place = &options->listens[i];
	}
	return listeners;
}

struct loop *relay_loop_new(struct shared *shared, unsigned index, const int *listen_fds)
{
	struct loop *loop = calloc(1, sizeof(*loop));
	int notes[2];
	if (!loop || !(loop->wire = malloc(UB_WIRE_FRAME_MAX)) || !(loop->heard = malloc(UB_WIRE_FRAME_MAX)))
		abort();
	loop->shared = shared;
	loop->index = index;
	loop->arena = ub_arena_new();
	loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll_fd < 0 || pipe2(notes, O_NONBLOCK | O_CLOEXEC) != 0)
		abort();
	loop->notes_fd = notes[1];
	loop->notes = (struct link){ .fd = notes[0], .kind = LINK_NOTES };
	loop->engine_link = (struct link){ .fd = -1, .kind = LINK_ENGINE };
	loop->listeners = new_listeners(shared->options, listen_fds);
	loop->pools = calloc(shared->n_servers, sizeof(*loop->pools));
	if (!loop->pools)
		abort();
	for (unsigned i = 0; i < shared->n_servers; i++)
		loop->pools[i].server = &shared->servers[i];
	loop->limits = relay_limits(&shared->options->limits);
	relay_timers_init(&loop->timers, &loop->limits);
	if (!watch_level(loop, &loop->notes))
		abort();
	return loop;
}

void relay_loop_free(struct loop **loop)
{
	struct loop *self = *loop;
	for (uint32_t i = 0; i < self->n_slots; i++)
		relay_conn_close(relay_conn_at(self, i));
	for (unsigned i = 0; i < self->shared->n_servers; i++)
		while (self->pools[i].newest) {
			struct upstream *upstream = self->pools[i].newest;
			relay_upstream_close(self, &upstream);
		}
	free_upstreams(self);
	for (uint32_t i = 0; i < self->n_slots; i += UB_RELAY_SLOTS)
		free(self->slots[i / UB_RELAY_SLOTS]);
	self->now = INT64_MAX;
	expire(self); /* this wipes and frees missed writes */
	relay_blocks_free(&self->blocks);
	for (size_t i = 0; i < n_listeners(self); i++)
		relay_link_close(&self->listeners[i].link, self->epoll_fd);
	free(self->listeners);
	relay_link_close(&self->engine_link, self->epoll_fd);
	ub_wire_outbox_free(&self->out);
	relay_link_close(&self->notes, self->epoll_fd);
	close(self->notes_fd);
	close(self->epoll_fd);
	free(self->slots);
	free(self->pools);
	free(self->wire);
	free(self->heard);
	ub_arena_free(&self->arena);
	free(self);
	*loop = NULL;
}
