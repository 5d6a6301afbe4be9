/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_QUEUE_UNUSABLE_H
#define UPBEAT_QUEUE_UNUSABLE_H

/*
 * Callers whose sign-in cannot be used again: Digest, Negotiate, a client's certificate, a field that a front
 * sets. They are named, so that nobody wonders why nothing comes of what they store.
 */

#include "upbeat/queue.h"
#include "upbeat/wire.h"

struct ub_unusable;

/* Never NULL. Any number of threads may use one. */
struct ub_unusable *queue_unusable_new(void);
/* Sets *unusable to NULL; NULL is allowed. */
void queue_unusable_free(struct ub_unusable **unusable);

/* Who has sent a write without credentials that can be used again, for people: "alice (Digest)". In
 * `arena`. */
struct ub_text queue_unusable_name(const struct ub_wire_write *write, struct ub_arena *arena);

/* Notes a caller whom the server has answered well. True: it is the first time. Past UB_UNUSABLE_MAX further
 * callers are counted, and no first ones. */
UB_MUST_USE bool queue_unusable_note(struct ub_unusable *unusable, struct ub_text name);

/* Who was noted; the texts are copies in `arena`. */
struct ub_queue_unusable queue_unusable_list(struct ub_unusable *unusable, struct ub_arena *arena);

#endif
