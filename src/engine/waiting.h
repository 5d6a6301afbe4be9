/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_ENGINE_WAITING_H
#define UPBEAT_ENGINE_WAITING_H

/*
 * Keys that wait for their principal: the relay is told for whom, and tells when it has heard of one. All of
 * this by the engine's main thread.
 */

#include "upbeat/wire.h"
#include "worker.h"

struct ub_waiting {
	int64_t again; /* when to tell next, on the monotonic clock */
	bool told;     /* that there is somebody */
};

/* Tells the relay for whom keys wait; at most once in UB_SWEEP_MS. `scratch`: as of ub_wire_send. */
void ub_waiting_tell(struct ub_engine *engine, struct ub_waiting *waiting, unsigned char *scratch);
/* One was heard of: if anything waits for him it is woken and the credentials are kept, else they are not. */
void ub_waiting_heard(
    struct ub_engine *engine, const struct ub_wire_principal *heard, struct ub_arena *arena);
/* Upstream knows the caller: his credentials are good for what waits for him. */
void ub_waiting_wake(
    struct ub_engine *engine, struct ub_text principal, struct ub_text authorization, struct ub_text host);

#endif
