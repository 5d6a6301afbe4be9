/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_QUEUE_OPEN_WRITES_H
#define UPBEAT_QUEUE_OPEN_WRITES_H

/*
 * Writes between their announcement by the relay and upstream's answer. Their keys are in the store already,
 * so that a crash loses none; until the answer they are not to be worked on, and when upstream refused, there
 * is nothing to work on. Their credentials are held here until it is known whether upstream accepted them.
 */

#include "credentials.h"
#include "upbeat/store.h"
#include "upbeat/wire.h"

struct ub_writes;

struct ub_writes *ub_writes_new(void);
void ub_writes_free(struct ub_writes **writes);

/* Remembers a write and its keys (at most two, all of one principal). One with the same id is forgotten: the
 * relay has given the id to another exchange. Past UB_WRITES_MAX open ones it is not remembered: its keys are
 * then like those left over from another run. */
void ub_writes_announce(struct ub_writes *writes, struct ub_wire_id id, const struct ub_key *keys, size_t n,
    struct ub_text authorization, struct ub_text host, int64_t now);

/* What was announced, with what the answer means for it. */
struct ub_answered_write {
	struct ub_key keys[2];
	size_t n_keys;
	struct ub_credential *credential; /* the receiver's, to free */
};
/* False: there is no such write. `changed`: something may have changed upstream. Texts are copies in `arena`.
 */
bool ub_writes_answer(struct ub_writes *writes, struct ub_wire_id id, bool changed,
    struct ub_answered_write *out, struct ub_arena *arena);

enum ub_write_state {
	UB_WRITE_UNHEARD, /* nothing is known of it: left over from another run, or its time is up */
	UB_WRITE_OPEN,    /* no answer yet: not now */
	UB_WRITE_VOID,    /* upstream refused: it has changed nothing */
	UB_WRITE_DONE,    /* something may have changed: look */
};
/* What is known of a key that is about to be worked on. Forgets what is over. */
enum ub_write_state ub_writes_of_key(struct ub_writes *writes, const struct ub_key *key);

/* Forgets what was announced more than UB_CREDENTIAL_MS ago, also what nobody has asked after since it was
 * answered. */
void ub_writes_expire(struct ub_writes *writes, int64_t now);

#endif
