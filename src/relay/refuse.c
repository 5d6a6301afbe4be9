/* SPDX-License-Identifier: Apache-2.0 */
#include "relay-private.h"

#include <stdio.h>
#include <sys/socket.h>

static const struct {
	int status;
	const char *reason;
	const char *sentence;
} answers[] = {
	{ 400, "Bad Request", "The request is not well-formed" },
	{ 408, "Request Timeout", "The request took too long to arrive" },
	{ 431, "Request Header Fields Too Large", "The head of the request is too large" },
	{ 502, "Bad Gateway", "The calendar server cannot be reached or gave no valid answer" },
	{ 504, "Gateway Timeout", "The calendar server did not answer in time" },
	{ 505, "HTTP Version Not Supported", "HTTP/1.1 and HTTP/1.0 are spoken here" },
};

static void compose(struct conn *conn, int status, const char *why)
{
	size_t i = 0;
	char text[512], head[256];
	while (answers[i].status != status)
		i++;
	int body = snprintf(text, sizeof(text), why ? "%s: %s.\n" : "%s.\n", answers[i].sentence, why);
	int n = snprintf(head, sizeof(head),
	    "HTTP/1.1 %d %s\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\n%s\r\n",
	    status, answers[i].reason, body, conn->exchange.keep_alive ? "" : "Connection: close\r\n");
	struct buffer *out = &conn->response.head;
	relay_buffer_more(&conn->loop->blocks, out, (size_t)(n + body));
	relay_buffer_add(out, ub_text_n(head, (size_t)n));
	if (!conn->exchange.to_head)
		relay_buffer_add(out, ub_text_n(text, (size_t)body));
}

enum step relay_refuse(struct conn *conn, int status, const char *why)
{
	struct exchange *exchange = &conn->exchange;
	relay_announce_answer(conn, NULL);
	relay_upstream_close(conn->loop, &conn->upstream);
	exchange->keep_alive = exchange->keep_alive && conn->request.complete && exchange->minor > 0;
	relay_flow_unkeep(&conn->request);
	/* An interim answer may be half sent: the rest of it goes before. */
	relay_buffer_release(&conn->loop->blocks, &conn->response.raw);
	conn->response = (struct flow){ .head = conn->response.head };
	compose(conn, status, why);
	conn->phase = PHASE_REFUSE;
	return STEP_AGAIN;
}

enum step relay_refuse_send(struct conn *conn)
{
	enum io io = relay_flow_drain(&conn->response, &conn->client);
	if (io == IO_SOME)
		return STEP_NEXT;
	relay_timer_ensure(&conn->loop->timers, &conn->timer, TIMER_STREAM, conn->loop->now);
	return io == IO_WAIT ? STEP_WAIT : STEP_CLOSE;
}
