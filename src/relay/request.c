/* SPDX-License-Identifier: Apache-2.0 */
#include "relay-private.h"

#include <stdlib.h>
#include <string.h>

static bool is_bound(const struct ub_http_head *head)
{
	struct ub_text value = ub_http_value(head, "Authorization"), scheme;
	(void)ub_text_split(&value, ' ', &scheme);
	return ub_text_eq_nocase(scheme, UB_TEXT("NTLM")) || ub_text_eq_nocase(scheme, UB_TEXT("Negotiate"));
}

static bool can_be_held(const struct conn *conn, const struct ub_http_head *head)
{
	if (head->framing == UB_HTTP_NO_BODY || conn->loop->blocks.large > UB_RELAY_HELD_MAX)
		return false;
	return head->framing == UB_HTTP_CHUNKED || head->content_length <= UB_RELAY_HOLD_MAX;
}

static struct held_head *hold_head(const struct ub_http_head *head)
{
	struct held_head *held = malloc(sizeof(*held) + head->bytes.len);
	if (!held)
		abort();
	ub_http_head_copy(&held->head, head, held->bytes);
	return held;
}

void relay_request_let_go(struct exchange *exchange)
{
	if (exchange->held)
		explicit_bzero(exchange->held->bytes, exchange->held->head.bytes.len);
	free(exchange->held);
	exchange->held = NULL;
}

/* Tells the engine of the request and writes the head that goes to the upstream. */
static enum step prepare(struct conn *conn, const struct ub_http_head *head, uint64_t length)
{
	struct exchange *exchange = conn->exchange;
	struct flow *request = &exchange->request;
	struct rewrite rewrite = {
		.drop_expect = exchange->hold || exchange->continued,
		.give_length = exchange->hold && head->framing == UB_HTTP_CHUNKED,
		.length = length,
	};
	relay_edge_request(conn, &rewrite, head->host);
	bool wait =
	    exchange->watch.write != UB_WRITE_NONE && relay_announce(conn, head, relay_amendable(conn, head));
	if (exchange->site->engine)
		relay_principal_note(conn, head);
	relay_buffer_reserve(&conn->loop->blocks, &request->head, relay_rewritten(head, &rewrite));
	relay_rewrite(head, &rewrite, &request->head);
	/* Some of the body may have come. A fault in it is found again by read_request. */
	(void)relay_flow_track(request);
	relay_timer_stop(&conn->timer);
	if (!wait || !exchange->hold)
		relay_request_let_go(exchange);
	conn->phase = wait ? PHASE_PARK : PHASE_ADMIT;
	return STEP_AGAIN;
}

/* No upstream has the request. */
static enum step lead_away(struct conn *conn, enum lead lead)
{
	/* The connection goes on if all of the request is here. */
	(void)relay_flow_track(&conn->exchange->request);
	relay_timer_stop(&conn->timer);
	switch (lead) {
	case LEAD_WELL_KNOWN:
		return relay_redirect(conn, conn->loop->shared->sites[0].options->path);
	case LEAD_ELSEWHERE:
		return relay_refuse(conn, 502, "the destination is at another server");
	case LEAD_NO_HOST:
		return relay_refuse(conn, 421, NULL);
	default:
		return relay_refuse(conn, 404, NULL);
	}
}

enum step relay_request_begin(struct conn *conn)
{
	const struct ub_http_head *head = &conn->loop->head;
	struct exchange *exchange = conn->exchange;
	struct flow *request = &exchange->request;
	const struct site *site;
	enum lead lead = relay_site_find(conn->loop, head, &site);
	struct watch watch = relay_watch(head);
	if (watch.problem)
		return relay_refuse(conn, 405, watch.problem);
	if (!site->engine)
		watch = (struct watch){ .safe = watch.safe };
	conn->generation++;
	relay_edge_identify(conn);
	exchange->site = site;
	exchange->watch = watch;
	exchange->minor = head->minor;
	exchange->hold = watch.hold && can_be_held(conn, head);
	exchange->to_head = ub_text_is(head->method, "HEAD");
	exchange->safe = watch.safe;
	exchange->signed_in = ub_http_value(head, "Authorization").len > 0 || conn->identity;
	exchange->keep_alive = !head->close;
	exchange->began = conn->loop->now;
	relay_slow_begin(conn);
	relay_slow_watch(conn);
	conn->bound |= is_bound(head);
	request->raw.start += request->scan.start + head->bytes.len; /* raw begins with the body now */
	ub_http_body_start(&request->body, head);
	if (lead != LEAD_ON)
		return lead_away(conn, lead);
	relay_timer_stop(&conn->timer);
	bool expects = head->minor > 0 && ub_http_list_has(ub_http_value(head, "Expect"), "100-continue");
	exchange->expects = expects && !exchange->hold;
	exchange->continued = expects && exchange->hold;
	if (!exchange->hold)
		return prepare(conn, head, 0);
	exchange->held = hold_head(head);
	if (expects) {
		relay_buffer_more(&conn->loop->blocks, &exchange->response.head, UB_RELAY_BUFFER);
		relay_buffer_add(&exchange->response.head, UB_TEXT("HTTP/1.1 100 Continue\r\n\r\n"));
	}
	conn->phase = PHASE_HOLD;
	return STEP_AGAIN;
}

/* ---- holding a body ---- */

/* Moves the content of the chunks together, over their sizes and trailers. Returns the content's length. */
static size_t join_chunks(struct buffer *raw, size_t len)
{
	struct ub_http_body body = { .framing = UB_HTTP_CHUNKED };
	char *const bytes = raw->ptr + raw->start;
	size_t at = 0, joined = 0, used;
	enum ub_http_result result = UB_HTTP_MORE;
	while (result == UB_HTTP_MORE && at < len) {
		struct ub_text content;
		result = ub_http_body_next(&body, ub_text_n(bytes + at, len - at), &used, &content);
		if (content.len > 0)
			memmove(bytes + joined, content.ptr, content.len);
		joined += content.len;
		at += used;
	}
	relay_buffer_touch(raw);
	size_t rest = raw->end - raw->start - len;
	memmove(bytes + joined, bytes + len, rest);
	raw->end -= len - joined;
	return joined;
}

static enum step release_held(struct conn *conn)
{
	struct exchange *exchange = conn->exchange;
	struct flow *request = &exchange->request;
	const struct ub_http_head *head = &exchange->held->head;
	if (exchange->hold && head->framing == UB_HTTP_CHUNKED)
		request->ready = join_chunks(&request->raw, request->ready);
	return prepare(conn, head, request->ready);
}

static enum step await_held(struct conn *conn)
{
	struct flow *request = &conn->exchange->request;
	struct loop *loop = conn->loop;
	switch (relay_flow_fill(&loop->blocks, request, &conn->client)) {
	case IO_SOME:
		relay_timer_stop(&conn->timer);
		return STEP_AGAIN;
	case IO_WAIT:
		relay_timer_ensure(&loop->timers, &conn->timer, TIMER_BODY, loop->now);
		return STEP_WAIT;
	case IO_FULL:
		relay_buffer_reserve(&loop->blocks, &request->raw, request->raw.cap * 2);
		return STEP_AGAIN;
	default:
		return STEP_CLOSE;
	}
}

enum step relay_request_hold(struct conn *conn)
{
	struct exchange *exchange = conn->exchange;
	struct flow *request = &exchange->request;
	enum ub_http_result result = relay_flow_track(request);
	if (result != UB_HTTP_DONE && result != UB_HTTP_MORE)
		return relay_refuse(conn, 400, "a body that is not well-formed");
	if (relay_flow_drain(&exchange->response, &conn->client) == IO_BROKEN)
		return STEP_CLOSE;
	if (request->ready > UB_RELAY_HOLD_MAX ||
	    (!request->complete && conn->loop->blocks.large > UB_RELAY_HELD_MAX))
		exchange->hold = false;
	if (request->complete || !exchange->hold)
		return release_held(conn);
	return await_held(conn);
}
