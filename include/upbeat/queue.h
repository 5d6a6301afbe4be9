/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_QUEUE_H
#define UPBEAT_QUEUE_H

/*
 * queue: from what the relay tells of clients' writes to keys, and from keys to passes. The keys are in the
 * store before a write goes on to the server, so that a crash loses none; the callers' credentials are in
 * memory only.
 */

#include "upbeat/configuration.h"
#include "upbeat/store.h"

struct ub_queue_input {
	struct ub_configuration *configuration;
	struct ub_store *store;
	struct ub_text upstream; /* its base, NUL-terminated; a reload does not change it */
	int relay_fd;            /* the relay's socket */
	struct ub_log *log;
};

struct ub_queue;

/* `input` is copied; what it points to outlives the queue. */
struct ub_queue *ub_queue_new(const struct ub_queue_input *input);
/* Starts the threads that work on keys. */
void ub_queue_start(struct ub_queue *queue);
/* Ends them, and says what is lost with the memory. The keys stay in the store. Sets *queue to NULL. */
void ub_queue_stop(struct ub_queue **queue);
/* Keys may have become due, or other rules are in force. `queue`: a struct ub_queue. Any thread. */
void ub_queue_wake(void *queue);

/* ---- by the thread that hears the relay ---- */

/* Takes all frames that are there now. False: the relay is gone. */
UB_MUST_USE bool ub_queue_hear(struct ub_queue *queue);
/* What is to be done from time to time. In how many milliseconds it is to be called again at the latest. */
UB_MUST_USE int64_t ub_queue_tend(struct ub_queue *queue);

/* ---- for those who ask; any thread ---- */

/* Where a key is known of: in the store, or in memory only. */
struct ub_known_job {
	struct ub_job job;
	bool sheltered; /* in memory only */
};
struct ub_known_jobs {
	struct ub_known_job *items;
	size_t n, cap;
};
struct ub_known_jobs ub_queue_jobs(struct ub_queue *queue, struct ub_arena *arena);

/* What the relay has said of itself. */
struct ub_queue_relay {
	uint32_t predecessors; /* engines that ended before this one */
	ub_instant started;    /* 0: not known yet */
};
struct ub_queue_relay ub_queue_relay(struct ub_queue *queue);

/*
 * Puts keys for a user of the machine, who has just used these credentials himself: they are good. Without
 * keys he only waits, and that renews his credentials if they still are those: what the server has refused
 * meanwhile stays dropped. Not OK: ub_store_problem().
 */
UB_MUST_USE enum ub_store_result ub_queue_put(
    struct ub_queue *queue, const struct ub_key *keys, size_t n, struct ub_text authorization);

#endif
