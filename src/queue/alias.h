/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_QUEUE_ALIAS_H
#define UPBEAT_QUEUE_ALIAS_H

/*
 * Paths that the server has moved for good. Cyrus has two paths for a shared calendar, and answers a PUT to
 * the one with 301 to the other. A meeting has one key, whichever path its client takes.
 */

#include "upbeat/store.h"

/* Writes that the server has redirected and that their client has not yet repeated at the new place: at most
 * UB_REDIRECTS_MAX. For one thread only. */
struct ub_redirects;
/* Never NULL. */
struct ub_redirects *queue_redirects_new(void);
/* Sets *redirects to NULL. */
void queue_redirects_free(struct ub_redirects **redirects);

/* The answer to a write. Its texts are copied where they are kept. */
struct ub_alias_answer {
	const struct ub_key *key; /* what was written */
	int status;               /* of HTTP */
	struct ub_text location;  /* the Location field; empty: none */
	struct ub_text host;      /* the Host field of the client's request */
	int64_t now;              /* milliseconds since 1970 */
};

/*
 * Learns from the answer to a write. A permanent redirect (301 or 308: RFC 9110 15.4.2, 15.4.9) within the
 * same server is only noted, as anybody may have sent the write. The alias is stored when the same
 * principal's write to the new place gets an answer that proves who he is, within UB_CREDENTIAL_MS. False:
 * the store has not taken the alias, and ub_store_problem() says why. `arena`: for texts that nobody needs
 * afterwards.
 */
UB_MUST_USE bool queue_alias_learn(struct ub_redirects *redirects, struct ub_store *store,
    const struct ub_alias_answer *answer, struct ub_arena *arena);
/* Where the principal's href has moved to. The href itself if it has not moved or the store cannot be read.
 * Both are canonical; a new one is in `arena`. */
struct ub_text queue_alias_of(struct ub_store *store, struct ub_text upstream, struct ub_text principal,
    struct ub_text href, struct ub_arena *arena);

#endif
