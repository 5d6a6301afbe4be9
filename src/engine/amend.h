/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_ENGINE_AMEND_H
#define UPBEAT_ENGINE_AMEND_H

/*
 * What the rules add to a meeting while its client stores it: the one thing that is done to an object of the
 * user's own, and it is done once. What the user takes away stays away.
 */

#include "upbeat/engine.h"
#include "upbeat/store.h"

struct ub_amending {
	const struct ub_snapshot *snapshot;
	struct ub_store *store;
	struct ub_log *log;
	struct ub_log_pace *pace; /* of what the store does not take */
	ub_instant now;
	struct ub_text href; /* canonical */
	struct ub_text body; /* as the client sent it */
	struct ub_text if_match;
};

/*
 * The body with what the rules add; empty: it is to go as it came. An addition that is not in the body counts
 * as taken away by the user when If-Match names the version that had it, as last seen: then he knew it; and
 * is remembered so. Looks at the store, asks no server.
 */
UB_MUST_USE struct ub_text ub_amend(const struct ub_amending *amending, struct ub_arena *arena);

#endif
