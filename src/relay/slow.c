/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Who sends or takes a byte now and then lets no time for a pause run out. So there is a time for all of an
 * exchange, and a rate at which a body has to come, on an average and after a while. Both are looked at once
 * a second, for all exchanges of a loop at the same time: who is slow keeps nobody busy.
 */
#include "relay-private.h"

static uint64_t come(const struct conn *conn)
{
	const struct exchange *exchange = conn->exchange;
	return exchange->request.come + exchange->response.come;
}

void relay_slow_begin(struct conn *conn)
{
	conn->exchange->body_since = conn->loop->now;
	conn->exchange->body_from = come(conn);
}

void relay_slow_watch(struct conn *conn)
{
	struct loop *loop = conn->loop;
	relay_timer_start(
	    &loop->timers, &conn->exchange->pace, TIMER_PACE, loop->now - loop->now % UB_RELAY_PACE_MS);
}

/* Between a request's last byte and the answer's first one, TIMER_ANSWER alone holds. */
static bool is_body_due(const struct conn *conn)
{
	return conn->exchange->answered || !conn->exchange->request.complete;
}

const char *relay_slow(const struct conn *conn)
{
	const struct exchange *exchange = conn->exchange;
	const struct ub_relay_limits *limits = &conn->loop->limits;
	int64_t now = conn->loop->now, due = now - exchange->body_since - UB_RELAY_GRACE_MS;
	if (now - exchange->began > limits->total_ms)
		return "it took too long in all";
	if (due <= 0 || !is_body_due(conn))
		return NULL;
	bool slow = come(conn) - exchange->body_from < (uint64_t)(due * limits->rate / 1000);
	return slow ? "the body came too slowly" : NULL;
}
