/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_ENGINE_CONTROL_H
#define UPBEAT_ENGINE_CONTROL_H

/*
 * The thread that answers what people ask over the control socket: `upbeat status`, `upbeat explain UID`.
 */

#include "worker.h"

struct ub_control;
/* NULL when there is no control socket. */
struct ub_control *ub_control_start(struct ub_engine *engine);
/* At once; NULL is allowed. */
void ub_control_join(struct ub_control **control);

/* How somebody wants it told, and where to. */
struct ub_telling {
	struct ub_engine *engine;
	struct ub_snapshot *snapshot; /* held meanwhile */
	bool json, colour;
	struct ub_buf *out;
};

/* Where the key is known of: all that the store and the shelter have. */
struct ub_known_job {
	struct ub_job job;
	bool sheltered; /* in memory only */
};
struct ub_known_jobs {
	struct ub_known_job *items;
	size_t n, cap;
};
struct ub_known_jobs ub_control_jobs(struct ub_engine *engine, struct ub_arena *arena);
/* "queued", ... for programs. */
const char *ub_control_state_word(enum ub_job_state state);

/* Both return the exit status of who asks. */
int ub_status_tell(const struct ub_telling *telling);
int ub_recall_tell(const struct ub_telling *telling, struct ub_text meeting_uid);
/* instruct.c: what commands tell. */
struct ub_wire_ask;
int ub_removal_take(const struct ub_telling *telling, struct ub_text subject);
int ub_backfill_take(const struct ub_telling *telling, const struct ub_wire_ask *ask);

#endif
