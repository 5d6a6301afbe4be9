/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Keys wait for users of whom the engine has to hear again. The engine tells their buckets each second. The
 * first request of such a user that the upstream answers well takes the bucket out, so that a bucket costs at
 * most one frame a second. A user who looks for changes is told to the engine by the same frame.
 */
#include "relay-private.h"

#include <stdlib.h>
#include <string.h>

enum { WORD_BITS = 64 };

static uint64_t word_of(const unsigned char *bytes)
{
	uint64_t word = 0;
	for (unsigned i = 0; i < WORD_BITS / 8; i++)
		word |= (uint64_t)bytes[i] << (8 * i);
	return word;
}

void relay_principals_wait(struct shared *shared, struct ub_text buckets)
{
	for (size_t i = 0; i < UB_COUNT(shared->waiting); i++)
		shared->waiting[i] =
		    buckets.len ? word_of((const unsigned char *)buckets.ptr + i * WORD_BITS / 8) : 0;
	shared->anybody_waits = buckets.len > 0;
}

static uint64_t bit_of(unsigned bucket)
{
	return (uint64_t)1 << (bucket % WORD_BITS);
}

/* Whether keys may wait for the user. */
static bool is_awaited(struct loop *loop, struct ub_text authorization, unsigned *bucket)
{
	if (!loop->shared->anybody_waits)
		return false;
	ub_arena_reset(loop->arena);
	struct ub_text principal = ub_http_principal(authorization, loop->arena);
	*bucket = ub_wire_bucket(principal);
	return principal.len && (loop->shared->waiting[*bucket / WORD_BITS] & bit_of(*bucket));
}

/* The frame, which holds a secret, is kept until the answer comes. */
void relay_principal_note(struct conn *conn, const struct ub_http_head *head)
{
	struct loop *loop = conn->loop;
	struct exchange *exchange = conn->exchange;
	struct ub_text authorization = ub_http_value(head, "Authorization"), collection;
	/* The engine knows the user of a write from its announcement. OPTIONS is answered to anybody. A user
	 * whom a front names to the server has no Authorization, and polls like others. */
	if (exchange->announced || ub_text_is(head->method, "OPTIONS"))
		return;
	exchange->awaited = is_awaited(loop, authorization, &exchange->bucket);
	exchange->poll = relay_poll(loop, head, &collection);
	if (!exchange->awaited && !exchange->poll.due)
		return;
	const struct ub_wire_frame frame = { .kind = UB_WIRE_PRINCIPAL,
		.principal = { authorization, head->host, exchange->poll.due ? collection : UB_TEXT_NONE,
		    ub_http_value(head, "User-Agent") } };
	size_t n = ub_wire_encode(&frame, loop->wire, UB_WIRE_FRAME_MAX);
	exchange->principal = ub_sys_secret_new(n);
	memcpy(exchange->principal, loop->wire, n);
	explicit_bzero(loop->wire, n);
	exchange->principal_len = n;
}

/* True for the one loop that takes the bucket out. */
static bool take_out(struct shared *shared, unsigned bucket)
{
	uint64_t bit = bit_of(bucket);
	return atomic_fetch_and(&shared->waiting[bucket / WORD_BITS], ~bit) & bit;
}

static bool is_to_be_told(struct shared *shared, const struct exchange *exchange)
{
	bool awaited = exchange->awaited && take_out(shared, exchange->bucket);
	bool polls = relay_poll_take(shared, &exchange->poll);
	return awaited || polls;
}

void relay_principal_answered(struct conn *conn, int status)
{
	struct loop *loop = conn->loop;
	struct exchange *exchange = conn->exchange;
	if (!exchange->principal)
		return;
	if (ub_http_proves_identity(status) && loop->engine && is_to_be_told(loop->shared, exchange) &&
	    !relay_announce_tell(loop, exchange->principal, exchange->principal_len, false))
		ub_log_paced(loop->shared->log, &loop->full_pace, UB_LOG_WARNING,
		    "the engine does not keep up; what waits for a user goes on waiting");
	relay_principal_forget(exchange);
}

void relay_principal_forget(struct exchange *exchange)
{
	ub_sys_secret_free(exchange->principal, exchange->principal_len);
	exchange->principal = NULL;
}
