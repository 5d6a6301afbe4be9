/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_QUEUE_OPEN_WRITES_H
#define UPBEAT_QUEUE_OPEN_WRITES_H

/*
 * Writes between their announcement by the relay and the server's answer. Their keys are in the store
 * already, so that a crash loses none. Nobody works on a key before the answer; when the server refused the
 * write, there is nothing to work on. The credentials of a write are held here until the answer tells whether
 * the server accepted them.
 */

#include "credentials.h"
#include "lone.h"
#include "upbeat/clients.h"
#include "upbeat/store.h"
#include "upbeat/wire.h"

struct ub_writes;

/* Never NULL. Any number of threads may use one. */
struct ub_writes *queue_writes_new(void);
/* Wipes the credentials. Sets *writes to NULL; NULL is allowed. */
void queue_writes_free(struct ub_writes **writes);

/* A write that is about to go on. */
struct ub_announced_write {
	struct ub_wire_id id;
	const struct ub_key *keys; /* at most two, all of one principal */
	size_t n_keys;
	const struct ub_lone_write *lone; /* in place of keys; NULL: it has keys, or is nobody's */
	struct ub_text authorization, host;
	const struct ub_client_family *client; /* by which the caller has come; may be NULL */
	int64_t now;                           /* milliseconds on the monotonic clock */
};
/* Remembers a copy of it. An open write with the same id is closed as one that may have changed something:
 * the relay has given its id to another exchange. Past UB_WRITES_MAX open writes this one is not remembered:
 * its keys are then like those left over from another run. */
void queue_writes_announce(struct ub_writes *writes, const struct ub_announced_write *announced);

/* What was announced of a write that is answered now. */
struct ub_answered_write {
	struct ub_key keys[2];
	size_t n_keys;
	struct ub_credential *credential;      /* the receiver frees it */
	const struct ub_client_family *client; /* as announced */
	struct ub_lone_write *lone;            /* in place of keys; the receiver frees it */
};
/* Closes a write. `changed`: the write may have changed something on the server. The keys' texts are copies
 * in `arena`. False: no such write is open, and *out is not set. */
bool queue_writes_answer(struct ub_writes *writes, struct ub_wire_id id, bool changed,
    struct ub_answered_write *out, struct ub_arena *arena);

enum ub_write_state {
	/* no write is known: the key is left over from another run, or its time is up */
	UB_WRITE_UNHEARD,
	UB_WRITE_OPEN, /* a write has no answer yet: not now */
	UB_WRITE_VOID, /* the server refused all writes: nothing has changed */
	UB_WRITE_DONE, /* a write may have changed something: look */
};
/* What is known of the writes of a key that is about to be worked on. Tells of a change once only, and
 * forgets a key without open writes. */
enum ub_write_state queue_writes_of_key(struct ub_writes *writes, const struct ub_key *key);

/* Forgets writes announced more than UB_CREDENTIAL_MS ago, and answered ones of that age whose key nobody has
 * asked after. `now`: milliseconds on the monotonic clock. */
void queue_writes_expire(struct ub_writes *writes, int64_t now);

#endif
