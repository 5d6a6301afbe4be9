/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_QUEUE_ALIAS_H
#define UPBEAT_QUEUE_ALIAS_H

/*
 * Paths that the server has moved for good: Cyrus has two for a calendar that is shared, and answers a PUT
 * under the one with 301 to the other. A meeting has one key whichever of them its client takes.
 */

#include "upbeat/store.h"

/* Writes that were sent on and not yet repeated where they were sent to. One thread. */
struct ub_redirects;
struct ub_redirects *ub_redirects_new(void);
void ub_redirects_free(struct ub_redirects **redirects);

/* A write that was answered. */
struct ub_alias_answer {
	const struct ub_key *key;
	int status;
	struct ub_text location;
	struct ub_text host; /* of the client's request */
	int64_t now;         /* milliseconds since 1970 */
};

/*
 * Learns from the answer to a write. That it was sent on (RFC 9110 15.4.2, 15.4.9), within the same server,
 * is only noted, as anybody may have sent it; the alias is stored when the same principal's write to the new
 * place is answered well, within UB_CREDENTIAL_MS. False: the store does not take it.
 */
UB_MUST_USE bool ub_alias_learn(struct ub_redirects *redirects, struct ub_store *store,
    const struct ub_alias_answer *answer, struct ub_arena *arena);
/* Where the principal's href has moved to; itself where it has not, or nobody can tell. Canonical, both. */
struct ub_text ub_alias_of(struct ub_store *store, struct ub_text upstream, struct ub_text principal,
    struct ub_text href, struct ub_arena *arena);

#endif
