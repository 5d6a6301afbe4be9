/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_QUEUE_PRIVATE_H
#define UPBEAT_QUEUE_PRIVATE_H

#include <pthread.h>

#include "alias.h"
#include "credentials.h"
#include "open-writes.h"
#include "upbeat/pass.h"
#include "upbeat/queue.h"
#include "upbeat/wire.h"
#include "upkeep.h"

/* What the queue's threads share. */
struct ub_queue {
	struct ub_queue_input input;
	struct ub_store *shelter; /* in memory: keys that the store did not take */
	struct ub_writes *writes;
	struct ub_credentials *credentials;
	struct ub_open_additions *additions;
	struct ub_log_pace store_pace, relay_pace;
	struct ub_workers *workers;
	struct ub_amender *amender;
	_Atomic uint32_t predecessors;
	_Atomic ub_instant relay_started;
	pthread_mutex_t mutex;
	pthread_cond_t changed; /* keys may have become due, or it is time to stop */
	bool stopping;          /* under mutex */
	uint64_t
	    wakeups; /* counts what `changed` tells, so that none is missed between looking and waiting */
	/* of the thread that hears the relay: */
	struct ub_redirects *redirects;
	struct ub_upkeep upkeep;
	int64_t tell_waiting;    /* when to tell next for whom keys wait, on the monotonic clock */
	bool told_waiting;       /* that there is somebody */
	bool told_amends;        /* that some rule amends meetings */
	unsigned char *in, *out; /* a frame each */
	struct ub_arena *arena;  /* of one turn */
};

/* ---- shared.c ---- */

/* Milliseconds since 1970. */
int64_t queue_now(void);
struct ub_snapshot *queue_snapshot(struct ub_queue *queue);
/* Says what a store refused; no more than once a minute, as a full disk refuses much. */
void queue_complain(struct ub_queue *queue, struct ub_store *store);
/* Tells the relay that a write may go on, with this body or, empty, as it came. `scratch`: as of
 * ub_wire_send(). Any thread. */
void queue_let_go(struct ub_queue *queue, struct ub_wire_id id, struct ub_text body, unsigned char *scratch);

/* ---- worker.c: the threads that take keys from the store and put each through a pass ---- */

struct ub_workers *ub_workers_start(struct ub_queue *queue);
/* After queue->stopping was set and told. */
void ub_workers_join(struct ub_workers **workers);

/* ---- waiting.c: keys that wait for their principal ---- */

/* Tells the relay for whom keys wait; at most once in UB_SWEEP_MS. */
void queue_tell_waiting(struct ub_queue *queue);
/* One was heard of: if anything waits for him it is woken and the credentials are kept, else they are not. */
void queue_heard(struct ub_queue *queue, const struct ub_wire_principal *heard);
/* The server knows the caller: his credentials are good for what waits for him. */
void queue_wake_principal(
    struct ub_queue *queue, struct ub_text principal, struct ub_text authorization, struct ub_text host);

#endif
