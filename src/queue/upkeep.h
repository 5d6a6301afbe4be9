/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_QUEUE_UPKEEP_H
#define UPBEAT_QUEUE_UPKEEP_H

/*
 * What is done about the stores from time to time.
 */

#include "upbeat/store.h"
#include "upbeat/sys.h"

/* What the store did not take goes back into it, as far as it takes it now. By the thread that puts keys;
 * what is being worked on stays where it is. `now`: wall clock, milliseconds. */
void ub_upkeep_shelter(struct ub_store *store, struct ub_store *shelter, int64_t now);

struct ub_upkeep {
	struct ub_store *store;
	struct ub_log *log;
	struct ub_log_pace *pace; /* of what a store that fails can repeat */
	struct ub_log_pace stranger_pace;
	int64_t next; /* when to do it again; 0: at once */
	bool lost;    /* the store is, and that was said */
};

/* Forgets the keys of a store that have expired: each stranger's, and each that was not done in all its time,
 * which is logged. */
void ub_upkeep_expire(struct ub_upkeep *upkeep, struct ub_store *store, int64_t now);
/* Says once when the store's file is gone. Each UB_UPKEEP_MS: forgets meetings, items, principals and aliases
 * of long ago. */
void ub_upkeep(struct ub_upkeep *upkeep, int64_t now);

#endif
