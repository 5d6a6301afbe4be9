/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_QUEUE_WORKER_H
#define UPBEAT_QUEUE_WORKER_H

/*
 * A worker, and its tries at a key.
 */

#include "queue-private.h"

struct worker {
	struct ub_queue *queue;
	struct ub_client *client;
	struct ub_watched *watched;
	/* What the worker works on: a key of one of the queue's stores, with its texts in the arena. */
	struct ub_store *store;
	struct ub_job job;
	struct ub_arena *arena; /* for one key */
	pthread_t thread;
};

/* What came of one try at a key. */
struct tried {
	enum ub_pass_end end;
	struct ub_text why;
	int64_t again;              /* with UB_PASS_AGAIN, as in struct ub_pass */
	struct ub_text owner_login; /* with UB_PASS_NOT_OWNER, likewise */
	bool never;                 /* nobody's credentials were at hand */
};

/* ---- try.c ---- */

/* Tries the worker's key once: with its user's own credentials, and with the service account where these are
 * not there or not good for it. What it was settled by has been kept. Texts are in worker->arena. */
struct tried queue_try(struct worker *worker);
/* Whether the service account may try what came to this. A stranger's key is for nobody but himself: anybody
 * may send a write under any name. Who polls his own calendar was just there. */
bool queue_may_be_served(const struct ub_job *job, const struct tried *tried);

#endif
