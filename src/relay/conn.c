/* SPDX-License-Identifier: Apache-2.0 */
#include "relay-private.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- coming and going ---- */

struct conn *relay_conn_at(const struct loop *loop, uint32_t slot)
{
	return &loop->slots[slot / UB_RELAY_SLOTS][slot % UB_RELAY_SLOTS];
}

static void add_piece(struct loop *loop)
{
	size_t n = loop->n_slots / UB_RELAY_SLOTS;
	if ((n & (n - 1)) == 0) { /* the table is full at every power of two */
		size_t cap = n ? n * 2 : 1;
		struct conn **wider = realloc(loop->slots, cap * sizeof(*wider));
		if (!wider)
			abort();
		loop->slots = wider;
	}
	loop->slots[n] = calloc(UB_RELAY_SLOTS, sizeof(**loop->slots));
	if (!loop->slots[n])
		abort();
}

static struct conn *new_slot(struct loop *loop)
{
	if (loop->n_slots == UB_RELAY_CONNS_MAX)
		return NULL;
	if (loop->n_slots % UB_RELAY_SLOTS == 0)
		add_piece(loop);
	struct conn *conn = relay_conn_at(loop, loop->n_slots);
	conn->loop = loop;
	conn->slot = loop->n_slots++;
	conn->client = (struct link){ .fd = -1, .kind = LINK_CLIENT };
	return conn;
}

void relay_conn_accept(
    struct loop *loop, const struct listener *listener, int fd, const struct sockaddr_storage *from)
{
	struct conn *conn = loop->free_conns;
	if (conn)
		loop->free_conns = conn->next;
	else
		conn = new_slot(loop);
	if (!conn) {
		close(fd);
		return;
	}
	conn->client = (struct link){ .fd = fd, .kind = LINK_CLIENT };
	conn->next = NULL;
	conn->listener = (uint8_t)(listener - loop->listeners);
	conn->bound = false;
	conn->pool = 0;
	relay_peer_accept(conn, from);
	if (!relay_link_watch(&conn->client, loop->epoll_fd)) {
		relay_link_close(&conn->client, loop->epoll_fd);
		relay_peer_leave(conn);
		conn->next = loop->free_conns;
		loop->free_conns = conn;
		return;
	}
	loop->open++;
	bool urgent = conn->client.tls || conn->phase == PHASE_PROXY;
	relay_timer_start(&loop->timers, &conn->timer, urgent ? TIMER_HEAD : TIMER_IDLE, loop->now);
}

/* Events of this turn may still point to the slot, so another client gets it only after the turn. */
void relay_conn_close(struct conn *conn)
{
	struct loop *loop = conn->loop;
	if (conn->client.fd < 0)
		return;
	if (conn->exchange)
		relay_announce_answer(conn, NULL);
	relay_exchange_end(conn);
	relay_upstream_close(loop, &conn->upstream);
	relay_timer_stop(&conn->timer);
	relay_link_close(&conn->client, loop->epoll_fd);
	relay_peer_leave(conn);
	relay_edge_closed(conn);
	conn->generation++;
	loop->open--;
	if (conn->queued)
		return; /* another list has it; run_later finds its end and moves it */
	conn->next = loop->closed_conns;
	loop->closed_conns = conn;
}

bool relay_conn_idle(const struct conn *conn)
{
	return conn->phase == PHASE_PROXY || (conn->phase == PHASE_HEAD && !conn->exchange);
}

/* ---- heads ---- */

static const int statuses[] = {
	[UB_HTTP_BAD] = 400,
	[UB_HTTP_TOO_LARGE] = 431,
	[UB_HTTP_VERSION] = 505,
	[UB_HTTP_METHOD] = 405,
	[UB_HTTP_LONG_LINE] = 414,
};

static enum step await_head(struct conn *conn)
{
	struct loop *loop = conn->loop;
	if (conn->exchange && relay_buffer_text(&conn->exchange->request.raw).len == 0)
		relay_exchange_end(conn);
	bool urgent = conn->exchange || conn->shed || relay_link_is_new(&conn->client);
	enum timer_kind kind = urgent ? TIMER_HEAD : TIMER_IDLE;
	if (!conn->exchange && loop->draining) {
		/* Who has just come when a successor takes over is about to ask. */
		if (!loop->replaced || conn->pool)
			return STEP_CLOSE;
		kind = TIMER_LINGER;
	}
	relay_timer_ensure(&loop->timers, &conn->timer, kind, loop->now);
	return STEP_WAIT;
}

static enum step lose_client(struct conn *conn, enum io io)
{
	struct loop *loop = conn->loop;
	char shown[UB_NET_SHOWN];
	if (io == IO_BROKEN && relay_link_is_new(&conn->client))
		ub_log_paced(loop->shared->log, &loop->tls_pace, UB_LOG_INFO,
		    "the TLS of a client at %s failed: %s", relay_peer_show(conn, shown),
		    relay_link_problem(&conn->client));
	return STEP_CLOSE;
}

static enum step read_head(struct conn *conn)
{
	if (!conn->exchange && !conn->client.readable)
		return await_head(conn);
	struct flow *request = &relay_exchange_of(conn)->request;
	struct ub_text bytes = relay_buffer_text(&request->raw);
	if (bytes.len > request->scan.at) {
		enum ub_http_result result = ub_http_scan_request(&request->scan, bytes, &conn->loop->head);
		if (result == UB_HTTP_DONE)
			return conn->shed ? relay_refuse(conn, 503, relay_peer_shed(conn))
					  : relay_request_begin(conn);
		if (result != UB_HTTP_MORE)
			return relay_refuse(conn, statuses[result], request->scan.problem);
	}
	enum io io = relay_flow_fill(&conn->loop->blocks, request, &conn->client);
	switch (io) {
	case IO_SOME:
		return STEP_AGAIN;
	case IO_WAIT:
		return await_head(conn);
	case IO_FULL:
		relay_buffer_reserve(&conn->loop->blocks, &request->raw, 2 * UB_HTTP_HEAD_MAX);
		return STEP_AGAIN;
	default:
		return lose_client(conn, io);
	}
}

/* ---- endings ---- */

/* The client was told that nothing more comes. What it still sends is read for a while: closing a socket with
 * unread bytes would make the kernel drop the part of the answer that the client has not read. */
static enum step linger(struct conn *conn)
{
	struct loop *loop = conn->loop;
	size_t n;
	for (unsigned i = 0; i < UB_RELAY_TURNS_MAX; i++) {
		enum io io = relay_link_read(&conn->client, loop->wire, UB_RELAY_BUFFER, &n);
		explicit_bzero(loop->wire, n); /* these bytes may be a request with credentials */
		if (io == IO_WAIT)
			return STEP_WAIT;
		if (io != IO_SOME)
			return STEP_CLOSE;
	}
	relay_later_add(&loop->later, conn);
	return STEP_WAIT;
}

static enum step begin_to_linger(struct conn *conn)
{
	struct loop *loop = conn->loop;
	relay_exchange_end(conn);
	relay_timer_start(&loop->timers, &conn->timer, TIMER_LINGER, loop->now);
	conn->phase = PHASE_LINGER;
	return relay_link_end(&conn->client) ? STEP_AGAIN : STEP_CLOSE;
}

static enum step next(struct conn *conn)
{
	bool keep_alive = conn->exchange->keep_alive, complete = conn->exchange->request.complete;
	if (complete && !keep_alive && !conn->client.readable)
		return STEP_CLOSE;
	if (!complete || !keep_alive)
		return begin_to_linger(conn);
	relay_exchange_next(conn);
	relay_timer_stop(&conn->timer);
	conn->phase = PHASE_HEAD;
	return STEP_AGAIN;
}

/* ---- phases ---- */

/* A write that goes on unconfirmed is lost if all of Upbeat dies before the engine has it, so one waits for
 * a slow disk. An engine that hangs shall not cost each write as much. The time is that of the beginning,
 * whatever the client sends meanwhile and however late the engine is by then. */
static enum step park(struct conn *conn)
{
	struct loop *loop = conn->loop;
	if (!conn->timer.next)
		relay_timer_start(&loop->timers, &conn->timer,
		    loop->shared->engine_late ? TIMER_LATE : TIMER_COMMIT, loop->now);
	return STEP_WAIT;
}

static enum step (*const phases[])(struct conn *conn) = {
	[PHASE_PROXY] = relay_peer_read_proxy,
	[PHASE_HEAD] = read_head,
	[PHASE_HOLD] = relay_request_hold,
	[PHASE_PARK] = park,
	[PHASE_ADMIT] = relay_exchange_admit,
	[PHASE_CONNECT] = relay_exchange_connect,
	[PHASE_EXCHANGE] = relay_exchange_stream,
	[PHASE_REFUSE] = relay_refuse_send,
	[PHASE_LINGER] = linger,
};

static enum step run_phase(struct conn *conn)
{
	enum step step = phases[conn->phase](conn);
	return step == STEP_NEXT ? next(conn) : step;
}

void relay_conn_run(struct conn *conn)
{
	enum step step = STEP_AGAIN;
	for (unsigned i = 0; step == STEP_AGAIN && i < UB_RELAY_TURNS_MAX; i++)
		step = run_phase(conn);
	if (step == STEP_AGAIN) /* requests that are refused at once might go on without end */
		relay_later_add(&conn->loop->later, conn);
	else if (step == STEP_CLOSE)
		relay_conn_close(conn);
}

void relay_conn_go_on(struct conn *conn)
{
	relay_request_let_go(conn->exchange);
	conn->phase = PHASE_ADMIT;
	relay_timer_stop(&conn->timer);
	relay_conn_run(conn);
}

void relay_conn_committed(struct loop *loop, struct ub_wire_id id, const struct ub_wire_committed *committed)
{
	uint32_t slot = id.slot % UB_RELAY_CONNS_MAX;
	struct conn *conn = slot < loop->n_slots ? relay_conn_at(loop, slot) : NULL;
	relay_announce_committed(loop, id);
	if (!conn || conn->generation != id.generation || !conn->exchange || !conn->exchange->announced)
		return;
	conn->exchange->committed = true;
	conn->exchange->patient = committed->patient;
	if (conn->phase != PHASE_PARK)
		return; /* the write was forwarded as it came */
	if (committed->body.len)
		relay_amend(conn, committed->body);
	relay_conn_go_on(conn);
}

/* The upstream took no connection or gave no answer in time, or the client did not send in time. */
static enum step time_out(struct conn *conn, enum timer_kind kind)
{
	if (conn->phase == PHASE_PROXY || relay_link_is_new(&conn->client))
		return STEP_CLOSE; /* it could not read an answer */
	if (kind == TIMER_HEAD) {
		(void)relay_exchange_of(conn); /* nothing at all may have come */
		return relay_refuse(conn, 408, "the rest of its head has not come");
	}
	if (kind == TIMER_BODY)
		return relay_give_up(conn, 408, "the rest of its body has not come");
	if (conn->phase == PHASE_ADMIT)
		return relay_exchange_crowded(conn);
	if (conn->phase == PHASE_CONNECT)
		return relay_upstream_retry(conn->loop, conn->upstream) || relay_admit_elsewhere(conn)
			   ? STEP_AGAIN
			   : relay_refuse(conn, 504, NULL);
	if (conn->phase != PHASE_EXCHANGE)
		return STEP_CLOSE;
	return relay_give_up(conn, 504, kind == TIMER_STREAM ? "nothing has moved for a while" : NULL);
}

/* Who awaits the engine or a place, or is being refused, has other times. */
void relay_conn_look(struct conn *conn)
{
	const char *slow = relay_slow(conn);
	bool passes =
	    conn->phase == PHASE_HOLD || conn->phase == PHASE_CONNECT || conn->phase == PHASE_EXCHANGE;
	if (!slow || !passes)
		relay_slow_watch(conn);
	else if (relay_give_up(conn, conn->exchange->request.complete ? 504 : 408, slow) == STEP_AGAIN)
		relay_conn_run(conn);
	else
		relay_conn_close(conn);
}

void relay_conn_expired(struct conn *conn, enum timer_kind kind)
{
	struct loop *loop = conn->loop;
	if (kind == TIMER_COMMIT || kind == TIMER_LATE) {
		relay_announce_late(loop);
		ub_log_paced(loop->shared->log, &loop->engine_pace, UB_LOG_WARNING,
		    "the engine did not confirm a write within %lld ms; it went on",
		    (long long)loop->timers.durations[kind]);
		relay_conn_go_on(conn);
	} else if (time_out(conn, kind) == STEP_AGAIN) {
		relay_conn_run(conn);
	} else {
		relay_conn_close(conn);
	}
}
