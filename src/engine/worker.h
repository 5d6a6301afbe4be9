/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_ENGINE_WORKER_H
#define UPBEAT_ENGINE_WORKER_H

/*
 * The threads that take keys from the store and put each through a pass.
 */

#include <pthread.h>

#include "identity.h"
#include "json.h"
#include "upbeat/engine.h"
#include "upbeat/store.h"
#include "writes.h"

/* What the last reload came to. */
struct ub_reload {
	struct ub_arena *arena; /* NULL: there was none yet */
	ub_instant when;
	bool failed;                    /* what was loaded before goes on */
	struct ub_text plain, coloured; /* the diagnostics as `check` shows them */
	json_t *findings;               /* the same for programs */
};

/* What the engine's threads share. */
struct ub_engine {
	const struct ub_engine_options *options;
	struct ub_log *log;
	struct ub_snapshot *snapshot; /* under mutex; a pass takes its own hold */
	struct ub_text upstream;      /* its base, NUL-terminated; a reload does not change it */
	ub_instant started;
	_Atomic uint32_t predecessors;    /* engines that ended before this one */
	_Atomic ub_instant relay_started; /* 0: not known yet */
	struct ub_store *store;
	struct ub_store *shelter; /* in memory: keys that the store did not take */
	struct ub_writes *writes;
	struct ub_credentials *credentials;
	struct ub_amended *amended;     /* of the thread that hears the relay */
	struct ub_redirects *redirects; /* of the same thread */
	pthread_mutex_t mutex;
	pthread_cond_t changed; /* keys may have become due, or it is time to stop */
	bool stopping;
	bool reload_wanted;      /* under mutex */
	struct ub_reload reload; /* under mutex */
	struct ub_log_pace store_pace, relay_pace;
	uint64_t
	    wakeups; /* counts what `changed` tells, so that none is missed between looking and waiting */
};

/* The present snapshot, held for the caller. Any thread. */
struct ub_snapshot *ub_engine_snapshot(struct ub_engine *engine);
/* Tells the workers that keys may have become due. Any thread. */
void ub_engine_wake(struct ub_engine *engine);
/* Tells the relay that a write may go on, with this body or, empty, as it came. `scratch`: as of
 * ub_wire_send(). Any thread. */
void ub_engine_let_go(
    struct ub_engine *engine, struct ub_wire_id id, struct ub_text body, unsigned char *scratch);

/* Starts and, after engine->stopping was set and told, joins the workers. */
struct ub_workers;
struct ub_workers *ub_workers_start(struct ub_engine *engine);
void ub_workers_join(struct ub_workers **workers);

#endif
