/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_QUEUE_UPKEEP_H
#define UPBEAT_QUEUE_UPKEEP_H

/*
 * What is done about the stores from time to time.
 */

#include "upbeat/store.h"
#include "upbeat/sys.h"

/* Puts the keys of `shelter` into `store`, as far as the store takes them now, and forgets them in
 * `shelter`. Leased keys and strangers' keys stay. Only for the thread that puts keys. `now`:
 * milliseconds since 1970. */
void queue_upkeep_shelter(struct ub_store *store, struct ub_store *shelter, int64_t now);

struct ub_upkeep {
	int64_t next_looks; /* when meetings are next looked for whose instances come near */
	struct ub_store *store;
	struct ub_log *log;
	struct ub_log_pace *pace; /* the pace at which the store's problems are logged */
	struct ub_log_pace stranger_pace;
	int64_t next;   /* when to prune next, in milliseconds since 1970 */
	int64_t looked; /* the last time; 0: not yet */
	bool lost;      /* the store's file is gone, and that was logged */
};

/* Forgets the keys of a store that have expired. Logs each known user's key, and the number of strangers'
 * keys. `now`: milliseconds since 1970. */
void queue_upkeep_expire(struct ub_upkeep *upkeep, struct ub_store *store, int64_t now);
/* Logs once that the store's file is gone. Each UB_UPKEEP_MS, but not until the clock has gone on for
 * UB_CLOCK_TRUSTED_MS: forgets meetings, items, principals and aliases of long ago. `now`: milliseconds since
 * 1970. */
void queue_upkeep(struct ub_upkeep *upkeep, int64_t now);

#endif
