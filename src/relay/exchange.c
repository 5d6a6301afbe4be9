/* SPDX-License-Identifier: Apache-2.0 */
#include "relay-private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What one side of an exchange has come to in one turn. */
enum side {
	SIDE_MOVED,
	SIDE_STUCK,
	SIDE_LOST,      /* the client's connection is of no more use */
	SIDE_OVER,      /* the request has its answer */
	SIDE_ELSEWHERE, /* another phase has begun */
};

/* ---- its beginning and its end ---- */

struct exchange *relay_exchange_of(struct conn *conn)
{
	if (!conn->exchange && !(conn->exchange = calloc(1, sizeof(*conn->exchange))))
		abort();
	conn->exchange->conn = conn;
	return conn->exchange;
}

void relay_exchange_end(struct conn *conn)
{
	struct exchange *exchange = conn->exchange;
	conn->exchange = NULL;
	if (!exchange)
		return;
	relay_timer_stop(&exchange->pace);
	relay_admit_leave(conn->loop, exchange);
	relay_request_let_go(exchange);
	relay_announce_forget(conn->loop, exchange);
	relay_principal_forget(exchange);
	relay_edge_forget(exchange);
	relay_flow_release(&conn->loop->blocks, &exchange->request);
	relay_flow_release(&conn->loop->blocks, &exchange->response);
	free(exchange);
}

void relay_exchange_next(struct conn *conn)
{
	struct flow request = conn->exchange->request;
	conn->exchange->request = (struct flow){ 0 };
	relay_exchange_end(conn);
	relay_flow_next(&conn->loop->blocks, &request);
	if (request.raw.ptr)
		relay_exchange_of(conn)->request = request;
}

/* ---- the upstream ---- */

static enum step too_many(struct conn *conn, const char *why)
{
	struct loop *loop = conn->loop;
	const struct server *server = loop->pools[conn->pool - 1].server;
	struct ub_wire_memory *memory = loop->shared->memory;
	char shown[UB_NET_SHOWN];
	if (memory)
		ub_wire_crowd_count_refused(memory, (size_t)(server->site - loop->shared->sites));
	ub_log_paced(loop->shared->log, &loop->crowd_pace, UB_LOG_WARNING,
	    "the server %s has %u requests and %u wait: one from %s was refused, %s",
	    relay_server_name(server), server->requests, server->site->line->waiting,
	    relay_peer_show(conn, shown), why);
	return relay_refuse(conn, 503, NULL);
}

/* A client whose end comes while it waits has most likely gone. One that had said before that nothing more
 * comes waits as all do. */
enum step relay_exchange_admit(struct conn *conn)
{
	if (conn->exchange->admission.waits)
		return conn->client.ended ? relay_refuse(conn, 503, NULL) : STEP_WAIT;
	if (relay_admit_at_once(conn))
		return STEP_AGAIN;
	return relay_admit_later(conn) ? STEP_WAIT : too_many(conn, "as no more may wait");
}

enum step relay_exchange_crowded(struct conn *conn)
{
	return too_many(conn, "as it has waited for too long");
}

static enum step cannot_connect(struct conn *conn, const char *why)
{
	struct loop *loop = conn->loop;
	ub_log_paced(loop->shared->log, &loop->connect_pace, UB_LOG_WARNING,
	    "the upstream cannot be reached: %s", why);
	return relay_refuse(conn, 502, NULL);
}

static enum step finish_connecting(struct conn *conn)
{
	struct loop *loop = conn->loop;
	struct upstream *upstream = conn->upstream;
	const char *why;
	enum io io = relay_upstream_connect(upstream, &why);
	if (io == IO_WAIT) {
		relay_timer_ensure(&loop->timers, &conn->timer, TIMER_CONNECT, loop->now);
		return STEP_WAIT;
	}
	relay_timer_stop(&conn->timer);
	if (io == IO_SOME)
		return STEP_AGAIN;
	ub_arena_reset(loop->arena);
	why = ub_textf(loop->arena, "%s", why).ptr; /* the next try forgets it */
	bool goes_on = relay_upstream_retry(loop, upstream) || relay_admit_elsewhere(conn);
	return goes_on ? STEP_AGAIN : cannot_connect(conn, why);
}

/* A connection that stays with the client's may be one to another server than this request's. */
static bool is_usable(const struct conn *conn)
{
	return !conn->exchange->fresh && conn->upstream->pool == conn->exchange->admission.pool &&
	       relay_link_is_quiet(&conn->upstream->link);
}

/* The server may just be closing an idle connection. Requests that may not be sent twice go only over one
 * that was in use a moment ago. */
static void choose_upstream(struct conn *conn)
{
	const struct exchange *exchange = conn->exchange;
	if (conn->upstream && !is_usable(conn))
		relay_upstream_close(conn->loop, &conn->upstream);
	if (conn->upstream)
		return;
	struct pool *pool = exchange->admission.pool;
	if (!exchange->fresh && !conn->bound)
		conn->upstream = relay_upstream_pooled(conn->loop, pool, conn);
	if (!conn->upstream)
		conn->upstream = relay_upstream_open(conn->loop, pool, conn);
}

enum step relay_exchange_connect(struct conn *conn)
{
	struct exchange *exchange = conn->exchange;
	if (!conn->upstream || conn->upstream->used)
		choose_upstream(conn);
	if (!conn->upstream) {
		const char *why = strerror(errno);
		return relay_admit_elsewhere(conn) ? STEP_AGAIN : cannot_connect(conn, why);
	}
	if (conn->upstream->connecting)
		return finish_connecting(conn);
	exchange->reused = conn->upstream->used;
	conn->upstream->signed_in |= exchange->signed_in;
	exchange->request.keep = exchange->reused && exchange->safe;
	conn->phase = PHASE_EXCHANGE;
	return STEP_AGAIN;
}

/* The upstream gave no answer, or something that is none. A request that may be sent twice is sent again. */
static enum side upstream_failed(struct conn *conn, const char *why)
{
	struct exchange *exchange = conn->exchange;
	if (exchange->answered)
		return SIDE_LOST;
	if (exchange->reused)
		relay_upstream_distrust(conn->loop, conn->upstream->pool);
	if (exchange->reused && exchange->request.keep) {
		relay_upstream_close(conn->loop, &conn->upstream);
		relay_flow_rewind(&exchange->request);
		exchange->reused = exchange->abandoned = false;
		exchange->fresh = true;
		conn->phase = PHASE_CONNECT;
		return SIDE_ELSEWHERE;
	}
	ub_log_paced(conn->loop->shared->log, &conn->loop->answer_pace, UB_LOG_WARNING,
	    "the upstream gave no answer: %s", why);
	(void)relay_refuse(conn, 502, NULL);
	return SIDE_ELSEWHERE;
}

/* ---- bytes to the upstream ---- */

static enum side read_request(struct conn *conn)
{
	struct flow *request = &conn->exchange->request;
	if (request->complete)
		return SIDE_STUCK;
	enum io io = relay_flow_fill(&conn->loop->blocks, request, &conn->client);
	if (io == IO_END || io == IO_BROKEN)
		return SIDE_LOST;
	enum ub_http_result result = relay_flow_track(request);
	if (result != UB_HTTP_DONE && result != UB_HTTP_MORE) {
		enum step step = relay_give_up(conn, 400, "a body that is not well-formed");
		return step == STEP_CLOSE ? SIDE_LOST : SIDE_ELSEWHERE;
	}
	return io == IO_SOME || request->complete ? SIDE_MOVED : SIDE_STUCK;
}

static enum side send_request(struct conn *conn)
{
	struct flow *request = &conn->exchange->request;
	if (conn->exchange->abandoned || (request->complete && relay_flow_drained(request)))
		return SIDE_STUCK;
	enum side side = read_request(conn);
	if (side == SIDE_LOST || side == SIDE_ELSEWHERE)
		return side;
	bool waiting = !relay_flow_drained(request);
	enum io io = relay_flow_drain(request, &conn->upstream->link);
	if (io == IO_BROKEN) {
		/* The upstream may have answered before it closed the connection. */
		conn->exchange->abandoned = true;
		conn->upstream->link.readable = true;
	}
	return waiting && io != IO_WAIT ? SIDE_MOVED : side;
}

/* ---- bytes to the client ---- */

static enum side interim_answer(struct conn *conn, const struct ub_http_head *head)
{
	struct exchange *exchange = conn->exchange;
	struct flow *response = &exchange->response;
	struct rewrite rewrite = { .response = true, .drop_coding = true, .drop_length = true };
	if (head->status == 101 || ++exchange->interim > UB_RELAY_INTERIM_MAX)
		return upstream_failed(conn, "it answers something else");
	bool ours = head->status == 100 && (exchange->hold || exchange->continued);
	if (exchange->minor > 0 && !ours) {
		relay_buffer_more(&conn->loop->blocks, &response->head, relay_rewritten(head, &rewrite));
		relay_rewrite(head, &rewrite, &response->head);
	}
	response->raw.start += head->bytes.len;
	response->scan = (struct ub_http_scan){ 0 };
	return SIDE_MOVED;
}

static const char *own_connection_field(const struct exchange *exchange)
{
	if (!exchange->keep_alive)
		return "close";
	return exchange->minor == 0 ? "keep-alive" : NULL;
}

static enum side final_answer(struct conn *conn, const struct ub_http_head *head)
{
	struct exchange *exchange = conn->exchange;
	struct flow *response = &exchange->response;
	relay_announce_answer(conn, head);
	relay_principal_answered(conn, head->status);
	exchange->answered = true;
	relay_slow_begin(conn);
	exchange->reusable = !head->close;
	exchange->keep_alive &= head->framing != UB_HTTP_UNTIL_CLOSE && !conn->loop->draining;
	struct rewrite rewrite = {
		.response = true,
		.drop_coding = head->status == 204 || head->status == 304,
		.drop_length = head->status == 204,
		.drop_validators = relay_amend_spoils(exchange, head),
		.connection = own_connection_field(exchange),
	};
	relay_edge_answer(conn, &rewrite);
	relay_buffer_more(&conn->loop->blocks, &response->head, relay_rewritten(head, &rewrite));
	relay_rewrite(head, &rewrite, &response->head);
	response->raw.start += head->bytes.len;
	ub_http_body_start(&response->body, head);
	/* The body's first bytes go with the head. A fault in them is found again by read_answer_body. */
	(void)relay_flow_track(response);
	return SIDE_MOVED;
}

static const char *how_it_ended(const struct link *link, enum io io)
{
	const char *problem = io == IO_BROKEN ? relay_link_problem(link) : NULL;
	return problem ? problem : io == IO_BROKEN ? "it broke the connection" : "it closed the connection";
}

static enum side read_answer_head(struct conn *conn)
{
	struct flow *response = &conn->exchange->response;
	struct ub_text bytes = relay_buffer_text(&response->raw);
	if (bytes.len > response->scan.at) {
		struct ub_http_head *head = &conn->loop->head;
		relay_flow_unkeep(&conn->exchange->request);
		enum ub_http_result result =
		    ub_http_scan_response(&response->scan, bytes, conn->exchange->to_head, head);
		if (result == UB_HTTP_DONE)
			return head->status < 200 ? interim_answer(conn, head) : final_answer(conn, head);
		if (result != UB_HTTP_MORE)
			return upstream_failed(conn, response->scan.problem);
	}
	struct link *link = &conn->upstream->link;
	enum io io = relay_flow_fill(&conn->loop->blocks, response, link);
	switch (io) {
	case IO_SOME:
		return SIDE_MOVED;
	case IO_WAIT:
		return SIDE_STUCK;
	case IO_FULL:
		relay_buffer_reserve(&conn->loop->blocks, &response->raw, 2 * UB_HTTP_HEAD_MAX);
		return SIDE_MOVED;
	default:
		return upstream_failed(conn, how_it_ended(link, io));
	}
}

/* A body that broke off must not look complete to the client. */
static enum side cut_off(struct conn *conn, const char *why)
{
	relay_cut_off(conn, why);
	return SIDE_LOST;
}

static enum side read_answer_body(struct conn *conn)
{
	static const char malformed[] = "the upstream's body is not well-formed";
	struct flow *response = &conn->exchange->response;
	enum ub_http_result result = relay_flow_track(response);
	if (result == UB_HTTP_DONE)
		return SIDE_STUCK;
	if (result != UB_HTTP_MORE)
		return cut_off(conn, malformed);
	enum io io = relay_flow_fill(&conn->loop->blocks, response, &conn->upstream->link);
	if (io == IO_SOME)
		return relay_flow_track(response) <= UB_HTTP_MORE ? SIDE_MOVED : cut_off(conn, malformed);
	if (io == IO_WAIT || io == IO_FULL)
		return SIDE_STUCK;
	if (io != IO_END)
		return cut_off(conn, "the upstream broke the connection");
	/* The client gets what there is and the same end. The framing tells it whether that was all. */
	response->complete = true;
	conn->exchange->keep_alive = conn->exchange->reusable = false;
	return SIDE_MOVED;
}

/* An upstream may answer before it has read all of a request. As long as it reads, it gets the rest. */
static bool is_over(const struct conn *conn)
{
	const struct exchange *exchange = conn->exchange;
	if (exchange->abandoned || exchange->expects || !exchange->reusable || conn->upstream->link.ended)
		return true;
	return exchange->request.complete && relay_flow_drained(&exchange->request);
}

/*
 * The upstream has read all of the request and has sent nothing but its answer. When the last read filled its
 * buffer, bytes behind the answer may be left unread. The kernel is asked then, as no event would tell of
 * them (edge-triggered).
 */
static bool is_clean(const struct conn *conn)
{
	struct link *link = &conn->upstream->link;
	const struct exchange *exchange = conn->exchange;
	const struct buffer *rest = &exchange->response.raw;
	return exchange->reusable && exchange->request.complete && relay_flow_drained(&exchange->request) &&
	       rest->start == rest->end && !link->ended && (!link->readable || relay_link_is_quiet(link));
}

static void finish(struct conn *conn)
{
	struct loop *loop = conn->loop;
	if (!is_clean(conn)) {
		relay_upstream_close(loop, &conn->upstream);
	} else if (conn->bound) {
		conn->upstream->used = true;
	} else {
		relay_upstream_keep(loop, conn->upstream);
		conn->upstream = NULL;
	}
}

static enum side receive_answer(struct conn *conn)
{
	struct flow *response = &conn->exchange->response;
	enum side side = conn->exchange->answered ? read_answer_body(conn) : read_answer_head(conn);
	if (side == SIDE_LOST || side == SIDE_ELSEWHERE)
		return side;
	bool waiting = !relay_flow_drained(response);
	enum io io = relay_flow_drain(response, &conn->client);
	if (io == IO_BROKEN)
		return SIDE_LOST;
	if (io == IO_SOME && response->complete && is_over(conn)) {
		finish(conn);
		return SIDE_OVER;
	}
	return waiting && io == IO_SOME ? SIDE_MOVED : side;
}

/* ---- both ways ---- */

static enum timer_kind awaited(const struct conn *conn)
{
	const struct exchange *exchange = conn->exchange;
	if (exchange->answered)
		return TIMER_STREAM;
	if (!exchange->request.complete && !exchange->abandoned && relay_flow_drained(&exchange->request))
		return TIMER_BODY;
	return TIMER_ANSWER;
}

enum step relay_exchange_stream(struct conn *conn)
{
	struct loop *loop = conn->loop;
	for (unsigned turn = 0; turn < UB_RELAY_TURNS_MAX; turn++) {
		enum side there = send_request(conn);
		enum side back = there > SIDE_STUCK ? there : receive_answer(conn);
		if (back == SIDE_LOST)
			return STEP_CLOSE;
		if (back == SIDE_OVER)
			return STEP_NEXT;
		if (back == SIDE_ELSEWHERE)
			return STEP_AGAIN;
		if (there == SIDE_STUCK && back == SIDE_STUCK) {
			enum timer_kind kind = awaited(conn);
			if (turn > 0)
				relay_timer_start(&loop->timers, &conn->timer, kind, loop->now);
			else
				relay_timer_ensure(&loop->timers, &conn->timer, kind, loop->now);
			return STEP_WAIT;
		}
	}
	relay_timer_stop(&conn->timer);
	relay_later_add(&loop->later, conn);
	return STEP_WAIT;
}
