/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_QUEUE_LONE_H
#define UPBEAT_QUEUE_LONE_H

/*
 * Writes of lone objects, which no rule can want (ub_decide_lone()) and on which nothing depends that is
 * remembered. They are judged by their bytes, while the relay holds them or when it has let them go ahead,
 * and cost neither a key nor a request to the server. What is left to do, once the server has stored one, is
 * to remember when its owner is taken. That is done for many at once, a moment later, and kept a second
 * after that. If the engine dies until then, the next look for changes in the calendar finds the object.
 */

#include "credentials.h"
#include "upbeat/clients.h"
#include "upbeat/decision.h"
#include "upbeat/store.h"
#include "upbeat/wire.h"

/* A write of a lone object. */
struct ub_lone_write {
	struct ub_key key; /* for a pass, should the object matter after all */
	struct ub_lone object;
	struct ub_text owner;                  /* address of whose calendar it is in, in lower case */
	const struct ub_client_family *client; /* by which it has come; NULL: unknown */
	int64_t announced;                     /* as in queue_overtake_lone() */
};

/* A copy, for queue_lone_write_free(). */
struct ub_lone_write *queue_lone_write_copy(const struct ub_lone_write *write);
/* Sets *write to NULL; NULL is allowed. */
void queue_lone_write_free(struct ub_lone_write **write);

struct ub_queue;

/* All that follows is only for the thread that hears the relay. */

/* Whether the write is one of a lone object. If so, *lone has its texts in the queue's arena. `key`: its
 * object's. `announced`: as in queue_overtake_lone(). */
UB_MUST_USE bool queue_is_lone(struct ub_queue *queue, const struct ub_wire_write *write,
    const struct ub_key *key, int64_t announced, struct ub_lone_write *lone);
/* The server has stored the object. Takes over the write and the credential, and sets both to NULL. `etag`:
 * as the server gave it; empty: it did not. */
void queue_stored_lone(struct ub_queue *queue, struct ub_lone_write **write,
    struct ub_credential **credential, struct ub_text etag);
/* A write to the href was announced to the relay, `announced` on the monotonic clock: what was announced
 * before, stored there and is not settled yet gets a key. The writes need not come in that order, as each
 * loop of the relay tells of its own. */
void queue_overtake_lone(struct ub_queue *queue, struct ub_text href, int64_t announced);
/* Remembers when owners are taken by what was stored, some at a time. Returns after how many milliseconds, at
 * most `longest`, it has to be called again. `now`: milliseconds on the monotonic clock. */
UB_MUST_USE int64_t queue_settle_lone(struct ub_queue *queue, int64_t now, int64_t longest);
/* Settles all that is left. No other thread may use the queue any more. */
void queue_settle_last_lone(struct ub_queue *queue);

#endif
