/* SPDX-License-Identifier: Apache-2.0 */
#include "relay-private.h"

#include <stdlib.h>
#include <string.h>

/*
 * A write that no engine has confirmed, with its answer: the engine was late or died, or there was none. Both
 * are kept for the next engine, for as long as credentials may be kept.
 */
struct missed {
	struct timer timer;
	struct ub_wire_id id;
	bool told; /* the present engine knows, and has not confirmed the write yet */
	unsigned char *write;
	size_t write_len, answer_len;
	unsigned char answer[];
};

static struct missed *missed_of(struct timer *timer)
{
	return OWNER(timer, struct missed, timer);
}

static void wipe(unsigned char **bytes, size_t n)
{
	ub_sys_secret_free(*bytes, n);
	*bytes = NULL;
}

void relay_announce_forget(struct loop *loop, struct exchange *exchange)
{
	wipe(&exchange->announced, exchange->announced_len);
	relay_buffer_release(&loop->blocks, &exchange->ahead);
}

/* ---- what the engine is told together ---- */

void relay_announce_flush(struct loop *loop, bool all)
{
	bool due = loop->out.n && (all || loop->now >= loop->tell_at || loop->out.n >= UB_RELAY_TELL_BYTES);
	if (!due)
		return;
	/* An engine that is gone is noticed by its socket. */
	if (ub_wire_outbox_send(&loop->out, loop->engine_link.fd) != UB_WIRE_FULL)
		return;
	ub_log_paced(loop->shared->log, &loop->full_pace, UB_LOG_WARNING,
	    "the engine does not keep up; it is told later");
	loop->tell_at = loop->now + UB_RELAY_TELL_MS;
	loop->ahead = UB_RELAY_AHEAD_BYTES;
}

int64_t relay_announce_wait(const struct loop *loop)
{
	int64_t left = loop->tell_at - loop->now;
	return loop->out.n == 0 ? -1 : left > 0 ? left : 0;
}

bool relay_announce_tell(struct loop *loop, const unsigned char *bytes, size_t n, bool patient)
{
	bool first = loop->out.n == 0;
	if (loop->engine == 0)
		return false;
	if (!ub_wire_outbox_add_bytes(&loop->out, bytes, n)) {
		relay_announce_flush(loop, true);
		first = true;
		if (!ub_wire_outbox_add_bytes(&loop->out, bytes, n))
			return false;
	}
	if (!patient)
		loop->tell_at = 0;
	else if (first)
		loop->tell_at = loop->now + UB_RELAY_TELL_MS;
	return true;
}

static bool tell(struct loop *loop, const unsigned char *bytes, size_t n)
{
	return relay_announce_tell(loop, bytes, n, false);
}

/* ---- a write ---- */

/* Tells the present engine of the write, unless it knows already. */
static bool tell_write(struct loop *loop, struct exchange *exchange)
{
	uint32_t engine = loop->engine;
	if (engine == 0)
		return false;
	if (exchange->engine != engine && tell(loop, exchange->announced, exchange->announced_len))
		exchange->engine = engine;
	return exchange->engine == engine;
}

/* Who the caller is by his certificate, or by a front before us. */
static struct ub_text remote_user_of(const struct conn *conn, const struct ub_http_head *head)
{
	struct ub_text user = ub_http_value(head, "X-Remote-User");
	if (!conn->front)
		return ub_text(conn->identity ? conn->identity->user : "");
	return user.len ? user : ub_http_value(head, "X-Forwarded-User");
}

static struct ub_text destination_of(struct loop *loop, const struct ub_http_head *head, enum ub_write write)
{
	if (write != UB_WRITE_MOVE && write != UB_WRITE_COPY)
		return UB_TEXT_NONE;
	return ub_http_href_canonical(loop->arena, ub_http_value(head, "Destination"));
}

static struct ub_wire_id id_of(const struct conn *conn)
{
	const struct loop *loop = conn->loop;
	uint32_t place = loop->shared->range * UB_RELAY_THREADS_MAX + loop->index;
	return (struct ub_wire_id){ place * UB_RELAY_CONNS_MAX + conn->slot, conn->generation };
}

/* The frame with the body is sent once and not kept. An engine that comes later is told without the body. */
static bool tell_with_body(
    struct conn *conn, struct ub_wire_frame *frame, struct ub_text if_match, struct ub_text body)
{
	struct loop *loop = conn->loop;
	uint32_t engine = loop->engine;
	if (body.len == 0 || engine == 0)
		return false;
	frame->write.body = body;
	frame->write.if_match = if_match;
	size_t n = ub_wire_encode(frame, loop->wire, UB_WIRE_FRAME_MAX);
	bool told = n > 0 && tell(loop, loop->wire, n);
	explicit_bzero(loop->wire, n);
	if (told)
		conn->exchange->engine = engine;
	return told;
}

/* ---- a write that goes ahead ---- */

/* What the engine is to be told of a write that need not wait for it: no rule can want what the body shows,
 * and nothing is known of the object. All that is left for the engine is to remember when the write takes its
 * owner, so it gets the body in brief. Empty: the write waits. While the engine is behind, all do, so that it
 * is told no more than it takes. */
static struct ub_text ahead_of(struct loop *loop, struct ub_text href, struct ub_text body)
{
	const struct shared *shared = loop->shared;
	struct ub_glance glance;
	if (body.len == 0 || !shared->lone_go_ahead || loop->ahead >= UB_RELAY_AHEAD_BYTES ||
	    ub_wire_objects_have(shared->memory, href) || !ub_glance_is_lone(body, &glance) ||
	    ub_wire_objects_have(shared->memory, glance.uid))
		return UB_TEXT_NONE;
	return ub_glance_brief(&glance, loop->arena);
}

static bool go_ahead(struct loop *loop, struct exchange *exchange, struct ub_text brief)
{
	size_t told = exchange->announced_len + brief.len;
	if (brief.len == 0 || loop->ahead + told > UB_RELAY_AHEAD_BYTES)
		return false;
	relay_buffer_reserve(&loop->blocks, &exchange->ahead, brief.len);
	relay_buffer_add(&exchange->ahead, brief);
	loop->ahead += told;
	return true;
}

/* Tells the engine of the write and its answer in one. False: the engine is to be told in the other way, and
 * looks at the object. */
static bool tell_stored(struct loop *loop, const struct exchange *exchange, const struct ub_http_head *head)
{
	struct ub_wire_frame frame;
	if (relay_buffer_text(&exchange->ahead).len == 0 || !head || head->status / 100 != 2 ||
	    loop->engine == 0 ||
	    ub_wire_decode(exchange->announced, exchange->announced_len, &frame) != UB_WIRE_OK)
		return false;
	frame.write.stored = true;
	frame.write.body = relay_buffer_text(&exchange->ahead);
	frame.write.etag = ub_http_value(head, "ETag");
	size_t n = ub_wire_encode(&frame, loop->wire, UB_WIRE_FRAME_MAX);
	bool told = n > 0 && relay_announce_tell(loop, loop->wire, n, true);
	explicit_bzero(loop->wire, n);
	return told;
}

bool relay_announce(struct conn *conn, const struct ub_http_head *head, struct ub_text body)
{
	struct loop *loop = conn->loop;
	struct exchange *exchange = conn->exchange;
	if (!loop->shared->options->engine_argv)
		return false;
	ub_arena_reset(loop->arena);
	struct ub_wire_frame frame = {
		.kind = UB_WIRE_WRITE,
		.id = id_of(conn),
		.write = {
		    .write = exchange->watch.write,
		    .overridden = exchange->watch.overridden,
		    .method = head->method,
		    .target = head->target,
		    .href = ub_http_href_canonical(loop->arena, head->target),
		    .destination = destination_of(loop, head, exchange->watch.write),
		    .host = head->host,
		    .authorization = ub_http_value(head, "Authorization"),
		    .remote_user = remote_user_of(conn, head),
		    .agent = ub_http_value(head, "User-Agent"),
		    .certified = conn->identity,
		    .announced = (uint16_t)loop->now,
		},
	};
	size_t n = frame.write.href.len > 0 ? ub_wire_encode(&frame, loop->wire, UB_WIRE_FRAME_MAX) : 0;
	if (n == 0)
		return false;
	exchange->announced = ub_sys_secret_new(n);
	memcpy(exchange->announced, loop->wire, n);
	explicit_bzero(loop->wire, n);
	exchange->announced_len = n;
	if (go_ahead(loop, exchange, ahead_of(loop, frame.write.href, body)))
		return false;
	return tell_with_body(conn, &frame, ub_http_value(head, "If-Match"), body) ||
	       tell_write(loop, exchange);
}

/* ---- answers ---- */

static void drop(struct loop *loop, struct missed *missed)
{
	relay_timer_stop(&missed->timer);
	wipe(&missed->write, missed->write_len);
	free(missed);
	loop->n_missed--;
}

void relay_announce_expired(struct loop *loop, struct timer *timer)
{
	drop(loop, missed_of(timer));
}

static struct missed *first_missed(struct loop *loop)
{
	struct timer *list = &loop->timers.lists[TIMER_MISSED];
	return list->next == list ? NULL : missed_of(list->next);
}

/* The answer, a frame of n bytes, is in loop->wire. */
static void keep_missed(
    struct loop *loop, struct exchange *exchange, struct ub_wire_id id, bool told, size_t n)
{
	if (loop->n_missed == UB_RELAY_MISSED_MAX)
		drop(loop, first_missed(loop));
	struct missed *missed = calloc(1, sizeof(*missed) + n);
	if (!missed)
		abort();
	missed->id = id;
	missed->told = told;
	missed->write = exchange->announced;
	missed->write_len = exchange->announced_len;
	exchange->announced = NULL;
	missed->answer_len = n;
	memcpy(missed->answer, loop->wire, n);
	loop->n_missed++;
	relay_timer_start(&loop->timers, &missed->timer, TIMER_MISSED, loop->now);
}

static void tell_missed(struct loop *loop)
{
	struct timer *list = &loop->timers.lists[TIMER_MISSED];
	for (struct timer *timer = list->next; timer != list; timer = timer->next) {
		struct missed *missed = missed_of(timer);
		if (!missed->told)
			missed->told = tell(loop, missed->write, missed->write_len) &&
				       tell(loop, missed->answer, missed->answer_len);
		if (!missed->told)
			return;
	}
}

void relay_announce_missed(struct loop *loop)
{
	struct timer *list = &loop->timers.lists[TIMER_MISSED];
	for (struct timer *timer = list->next; timer != list; timer = timer->next)
		missed_of(timer)->told = false;
	tell_missed(loop);
}

void relay_announce_caught_up(struct loop *loop)
{
	struct shared *shared = loop->shared;
	loop->ahead = 0;
	if (shared->engine_late == 0)
		return; /* all loops read it, so it is written when it changes */
	shared->engine_late = 0;
	shared->engine_hangs = false;
}

void relay_announce_late(struct loop *loop)
{
	struct shared *shared = loop->shared;
	if (shared->engine_late == 0)
		shared->engine_late = loop->now;
	else if (loop->now - shared->engine_late >= loop->limits.engine_ms)
		shared->engine_hangs = true;
}

void relay_announce_committed(struct loop *loop, struct ub_wire_id id)
{
	struct timer *list = &loop->timers.lists[TIMER_MISSED];
	for (struct timer *timer = list->next; timer != list; timer = timer->next) {
		struct missed *missed = missed_of(timer);
		if (missed->id.slot != id.slot || missed->id.generation != id.generation)
			continue;
		drop(loop, missed);
		break;
	}
	relay_announce_caught_up(loop);
	tell_missed(loop); /* the engine keeps up again */
}

void relay_announce_answer(struct conn *conn, const struct ub_http_head *head)
{
	struct loop *loop = conn->loop;
	struct exchange *exchange = conn->exchange;
	struct ub_wire_frame frame = {
		.kind = UB_WIRE_ANSWERED,
		.id = id_of(conn),
	};
	if (!exchange->announced)
		return;
	if (tell_stored(loop, exchange, head)) {
		relay_announce_forget(loop, exchange);
		return;
	}
	frame.answered.amended = exchange->amended;
	if (head)
		frame.answered = (struct ub_wire_answered){
			.status = head->status,
			.amended = exchange->amended,
			.etag = ub_http_value(head, "ETag"),
			.schedule_tag = ub_http_value(head, "Schedule-Tag"),
			.location = ub_http_value(head, "Location"),
		};
	size_t n = ub_wire_encode(&frame, loop->wire, UB_WIRE_FRAME_MAX);
	bool told = n > 0 && tell_write(loop, exchange) &&
		    relay_announce_tell(loop, loop->wire, n, exchange->patient && exchange->committed);
	if (n > 0 && !(told && exchange->committed))
		keep_missed(loop, exchange, frame.id, told, n);
	relay_announce_forget(loop, exchange);
}
