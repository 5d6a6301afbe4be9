/* SPDX-License-Identifier: Apache-2.0 */
#include "relay-private.h"

#include <stdio.h>
#include <sys/socket.h>

/* Each has a pace of its own in the log. */
static const struct {
	int status;
	const char *reason;
	const char *sentence;
} answers[RELAY_REFUSALS] = {
	{ 301, "Moved Permanently", "Calendars are elsewhere on this host" },
	{ 400, "Bad Request", "The request is not well-formed" },
	{ 404, "Not Found", "No server is here for this path" },
	{ 405, "Method Not Allowed", "The request is not passed on" },
	{ 408, "Request Timeout", "The request took too long to arrive" },
	{ 414, "URI Too Long", "The address in the request is too long" },
	{ 421, "Misdirected Request", "No server is here for this host" },
	{ 431, "Request Header Fields Too Large", "The head of the request is too large" },
	{ 502, "Bad Gateway", "The calendar server cannot be reached or gave no valid answer" },
	{ 503, "Service Unavailable", "There is no place at the moment; try again later" },
	{ 504, "Gateway Timeout", "The calendar server did not answer in time" },
	{ 505, "HTTP Version Not Supported", "HTTP/1.1 and HTTP/1.0 are spoken here" },
};

/* One line; the more there are, the fewer are told. What is said of the upstream is said where it fails. */
static void tell(struct conn *conn, size_t kind, const char *why)
{
	struct loop *loop = conn->loop;
	char shown[UB_NET_SHOWN];
	bool told = (answers[kind].status == 502 || answers[kind].status == 503) && !why;
	if (told || answers[kind].status == 301)
		return;
	ub_log_paced(loop->shared->log, &loop->refused_pace[kind], UB_LOG_INFO,
	    why ? "a request from %s was refused with status %d: %s"
		: "a request from %s was refused with status %d",
	    relay_peer_show(conn, shown), answers[kind].status, why);
}

/* `fields`: further lines of the head. */
static void compose(struct conn *conn, size_t kind, const char *why, struct ub_text fields)
{
	const char *const close = conn->exchange->keep_alive ? "" : "Connection: close\r\n";
	char text[512], head[256], again[32] = "";
	int body = snprintf(text, sizeof(text), why ? "%s: %s.\n" : "%s.\n", answers[kind].sentence, why);
	if (answers[kind].status == 503)
		snprintf(again, sizeof(again), "Retry-After: %d\r\n", UB_RELAY_RETRY_SECONDS);
	int n = snprintf(head, sizeof(head),
	    "HTTP/1.1 %d %s\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\n%s%s\r\n",
	    answers[kind].status, answers[kind].reason, body, again, close);
	struct buffer *out = &conn->exchange->response.head;
	relay_buffer_more(&conn->loop->blocks, out, (size_t)(n + body) + fields.len);
	relay_buffer_add(out, ub_text_n(head, (size_t)n - 2));
	relay_buffer_add(out, fields);
	relay_buffer_add(out, UB_TEXT("\r\n"));
	if (!conn->exchange->to_head)
		relay_buffer_add(out, ub_text_n(text, (size_t)body));
}

static enum step answer(struct conn *conn, int status, const char *why, struct ub_text fields)
{
	struct exchange *exchange = conn->exchange;
	size_t kind = 0;
	while (answers[kind].status != status)
		kind++;
	tell(conn, kind, why);
	relay_announce_answer(conn, NULL);
	relay_upstream_close(conn->loop, &conn->upstream);
	relay_admit_leave(conn->loop, exchange);
	exchange->keep_alive = exchange->keep_alive && exchange->request.complete && exchange->minor > 0;
	relay_flow_unkeep(&exchange->request);
	/* An interim answer may be half sent: the rest of it goes before. */
	relay_buffer_release(&conn->loop->blocks, &exchange->response.raw);
	exchange->response = (struct flow){ .head = exchange->response.head };
	compose(conn, kind, why, fields);
	conn->phase = PHASE_REFUSE;
	return STEP_AGAIN;
}

enum step relay_refuse(struct conn *conn, int status, const char *why)
{
	return answer(conn, status, why, UB_TEXT_NONE);
}

enum step relay_redirect(struct conn *conn, struct ub_text path)
{
	ub_arena_reset(conn->loop->arena);
	return answer(conn, 301, NULL, ub_textf(conn->loop->arena, "Location: %.*s/\r\n", UB_ARGS(path)));
}

void relay_cut_off(struct conn *conn, const char *why)
{
	struct loop *loop = conn->loop;
	char shown[UB_NET_SHOWN];
	ub_log_paced(loop->shared->log, &loop->cut_pace, UB_LOG_INFO, "an answer for %s was cut off: %s",
	    relay_peer_show(conn, shown), why);
	relay_link_cut_off(&conn->client);
}

enum step relay_give_up(struct conn *conn, int status, const char *why)
{
	if (!conn->exchange->answered)
		return relay_refuse(conn, status, why);
	relay_cut_off(conn, why);
	return STEP_CLOSE;
}

enum step relay_refuse_send(struct conn *conn)
{
	enum io io = relay_flow_drain(&conn->exchange->response, &conn->client);
	if (io == IO_SOME)
		return STEP_NEXT;
	relay_timer_ensure(&conn->loop->timers, &conn->timer, TIMER_STREAM, conn->loop->now);
	return io == IO_WAIT ? STEP_WAIT : STEP_CLOSE;
}
