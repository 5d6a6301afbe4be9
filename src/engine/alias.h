/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_ENGINE_ALIAS_H
#define UPBEAT_ENGINE_ALIAS_H

/*
 * Paths that the server has moved for good: Cyrus has two for a calendar that is shared, and answers a PUT
 * under the one with 301 to the other. A meeting has one key whichever of them its client takes.
 */

#include "upbeat/store.h"

/* Remembers where a write was sent on to (RFC 9110 15.4.2, 15.4.9), when that is the same server. `host`: of
 * the client's request. False: the store does not take it. */
bool ub_alias_learn(struct ub_store *store, const struct ub_key *key, int status, struct ub_text location,
    struct ub_text host, struct ub_arena *arena);
/* Where the principal's href has moved to; itself where it has not, or nobody can tell. Canonical, both. */
struct ub_text ub_alias_of(struct ub_store *store, struct ub_text upstream, struct ub_text principal,
    struct ub_text href, struct ub_arena *arena);

#endif
