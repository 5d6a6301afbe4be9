/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_IDENTITY_PRIVATE_H
#define UPBEAT_IDENTITY_PRIVATE_H

/*
 * What the files of identity share: how the server is asked, and what is remembered of its answers.
 */

#include "upbeat/identity.h"

/* Whether the server does not say now, and may say later. */
bool identity_is_passing(enum ub_outcome outcome);

/* A PROPFIND on the caller's behalf. Texts of *response are in `arena`. */
UB_MUST_USE enum ub_outcome identity_propfind(const struct ub_caller *caller, struct ub_text href,
    const char *depth, struct ub_text query, struct ub_response *response, struct ub_arena *arena);

/* What was found out for one user about one collection or, without an href, about himself. */
struct identity_entry {
	struct ub_identity identity; /* of a collection */
	/* of a user: as of ub_identity_calendar(); of whom the service account looks for: his principal */
	struct ub_text calendar;
	int64_t until; /* on the monotonic clock, in seconds */
};

/* The key of an entry, in `arena`. */
struct ub_text identity_key(const struct ub_caller *caller, struct ub_text href, struct ub_arena *arena);
/* The entry with its texts in `arena`. False: nothing is remembered that is good until `now`. */
UB_MUST_USE bool identity_recall(struct ub_identities *identities, struct ub_text key, int64_t now,
    struct identity_entry *out, struct ub_arena *arena);
/* Remembers a copy for UB_IDENTITY_SECONDS; entry->until does not count. */
void identity_remember(
    struct ub_identities *identities, struct ub_text key, int64_t now, const struct identity_entry *entry);

#endif
