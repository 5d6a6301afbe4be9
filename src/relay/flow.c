/* SPDX-License-Identifier: Apache-2.0 */
#include "relay-private.h"

enum io relay_flow_fill(struct blocks *blocks, struct flow *flow, struct link *from)
{
	size_t n;
	if (!from->readable)
		return IO_WAIT;
	if (!relay_buffer_room(blocks, &flow->raw)) {
		if (!flow->keep || flow->sent == 0)
			return IO_FULL;
		relay_flow_unkeep(flow);
		if (!relay_buffer_room(blocks, &flow->raw))
			return IO_FULL;
	}
	enum io io = relay_link_read(from, flow->raw.ptr + flow->raw.end, flow->raw.cap - flow->raw.end, &n);
	flow->raw.end += n;
	flow->come += n;
	return io;
}

enum ub_http_result relay_flow_track(struct flow *flow)
{
	if (flow->complete)
		return UB_HTTP_DONE;
	struct ub_text come = relay_buffer_text(&flow->raw);
	size_t used;
	enum ub_http_result result =
	    ub_http_body_skip(&flow->body, ub_text_sub(come, flow->ready, come.len), &used);
	flow->ready += used;
	flow->complete = result == UB_HTTP_DONE;
	return result;
}

static void discard_sent(struct flow *flow)
{
	flow->raw.start += flow->sent;
	flow->ready -= flow->sent;
	flow->sent = 0;
}

void relay_flow_unkeep(struct flow *flow)
{
	if (flow->keep)
		discard_sent(flow);
	flow->keep = false;
}

bool relay_flow_drained(const struct flow *flow)
{
	return flow->head.start == flow->head.end && flow->sent == flow->ready;
}

/* head.start counts the bytes of the head that were sent. */
static enum io write_some(struct flow *flow, struct link *to)
{
	size_t head = flow->head.end - flow->head.start, body = flow->ready - flow->sent, n;
	struct iovec pieces[2];
	int count = 0;
	if (head > 0)
		pieces[count++] = (struct iovec){ flow->head.ptr + flow->head.start, head };
	if (body > 0)
		pieces[count++] = (struct iovec){ flow->raw.ptr + flow->raw.start + flow->sent, body };
	enum io io = relay_link_write(to, pieces, count, &n);
	flow->head.start += n < head ? n : head;
	flow->sent += n < head ? 0 : n - head;
	return io;
}

enum io relay_flow_drain(struct flow *flow, struct link *to)
{
	enum io io = IO_SOME;
	while (io == IO_SOME && !relay_flow_drained(flow))
		io = write_some(flow, to);
	if (!flow->keep)
		discard_sent(flow);
	return io;
}

void relay_flow_rewind(struct flow *flow)
{
	flow->head.start = 0;
	flow->sent = 0;
}

void relay_flow_next(struct blocks *blocks, struct flow *flow)
{
	struct buffer raw = flow->raw;
	raw.start += flow->ready;
	relay_buffer_release(blocks, &flow->head);
	/* A connection that waits keeps no block if nothing has come, and no large buffer. */
	if (raw.start == raw.end || raw.cap > UB_RELAY_BUFFER) {
		struct buffer rest = { 0 };
		if (raw.end > raw.start) {
			relay_buffer_reserve(blocks, &rest, raw.end - raw.start);
			relay_buffer_add(&rest, relay_buffer_text(&raw));
		}
		relay_buffer_release(blocks, &raw);
		raw = rest;
	}
	*flow = (struct flow){ .raw = raw };
}

void relay_flow_release(struct blocks *blocks, struct flow *flow)
{
	relay_buffer_release(blocks, &flow->raw);
	relay_buffer_release(blocks, &flow->head);
	*flow = (struct flow){ 0 };
}
