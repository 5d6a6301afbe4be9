/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_COMMANDS_EXPLAIN_COPIES_H
#define UPBEAT_COMMANDS_EXPLAIN_COPIES_H

/*
 * What colleagues have of a meeting's items, for `explain`.
 */

#include <jansson.h>

#include "upbeat/copies.h"
#include "upbeat/queue.h"

struct explain_copies {
	struct ub_store_copies copies;
	const struct ub_known_jobs *jobs; /* all keys: what has not come to an end yet */
};

/* Those that the store knows. In `arena`. */
struct explain_copies explain_copies(struct ub_store *store, struct ub_text meeting_uid,
    const struct ub_known_jobs *jobs, struct ub_arena *arena);
/* Prints a line for each. */
void explain_copies_print(const struct explain_copies *copies, struct ub_buf *out);
json_t *explain_copies_array(const struct explain_copies *copies);

#endif
