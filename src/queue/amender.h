/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_QUEUE_AMENDER_H
#define UPBEAT_QUEUE_AMENDER_H

/*
 * The thread on which rules add to meetings. Their keys are kept before, on the thread that confirms
 * everybody's writes: rules that take their time hold up nobody else's, and the meeting itself no longer than
 * UB_AMEND_MS.
 */

#include "upbeat/wire.h"

/* A meeting that waits at the relay until it is told what becomes of it. */
struct ub_amender_write {
	struct ub_wire_id id;
	int64_t until; /* then it goes on as it came; milliseconds on the monotonic clock */
	struct ub_text href, body, if_match;
	struct ub_text principal, user, host;
};

struct ub_queue;
struct ub_amender;
struct ub_amender *ub_amender_start(struct ub_queue *queue);
/* What still waits goes on as it came. */
void ub_amender_join(struct ub_amender **amender);

/* Takes a copy. The relay is told of the write exactly once, at `until` at the latest: as long as somebody
 * calls ub_amender_overdue() then. More than UB_AMENDED_OPEN do not wait, but go on as they came. */
void ub_amender_give(struct ub_amender *amender, const struct ub_amender_write *write);
/* Lets go on whatever has waited for too long. How many milliseconds later this is to be called again; at
 * most `longest`. */
UB_MUST_USE int64_t ub_amender_overdue(struct ub_amender *amender, int64_t now, int64_t longest);

#endif
