/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_ENGINE_AMENDED_H
#define UPBEAT_ENGINE_AMENDED_H

/*
 * What was made of writes that the server has not answered yet: what was added to them, and what their client
 * has taken away. Anybody may send a write; only what the server carries out counts. What was added in the
 * last ones is kept, as a client may store the meeting again before anybody has looked at it. Any thread.
 */

#include "upbeat/store.h"
#include "upbeat/wire.h"

struct ub_amended;

struct ub_amended *ub_amended_new(void);
void ub_amended_free(struct ub_amended **amended);

/* What was made of one write. */
struct ub_amended_write {
	UB_VEC(uint64_t) additions;  /* a digest of each line that was added */
	struct ub_store_items taken; /* what its client has taken away, to be stored */
};

/* Remembers a copy; one with the same id is forgotten, and so is the oldest of more than UB_AMENDED_OPEN. */
void ub_amended_note(struct ub_amended *amended, struct ub_wire_id id, const struct ub_amended_write *write);

/* The server has answered. Only what it says that it carried out (2xx) counts. False: the store does not take
 * what was taken away. */
UB_MUST_USE bool ub_amended_answered(struct ub_amended *amended, struct ub_wire_id write,
    const struct ub_wire_answered *answered, struct ub_store *store);

/* Whether that was added in one of the last UB_AMENDED_LATELY additions. */
UB_MUST_USE bool ub_amended_lately(struct ub_amended *amended, uint64_t addition);

#endif
