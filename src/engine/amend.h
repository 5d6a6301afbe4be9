/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_ENGINE_AMEND_H
#define UPBEAT_ENGINE_AMEND_H

/*
 * What the rules add to a meeting while its client stores it: the one thing that is done to an object of the
 * user's own, and it is done once. What the user takes away stays away.
 */

#include "amended.h"
#include "upbeat/dav.h"
#include "upbeat/engine.h"
#include "upbeat/store.h"

struct ub_amending {
	const struct ub_snapshot *snapshot;
	struct ub_store *store;
	struct ub_log *log;
	struct ub_log_pace *pace; /* of what the store does not take */
	ub_instant now;
	int64_t
	    until; /* on the monotonic clock, in milliseconds: later than that, the relay is kept waiting */
	struct ub_text href; /* canonical */
	struct ub_text body; /* as the client sent it */
	/* Of If-Match (RFC 9110 13.1.1); empty: none. If-Schedule-Tag-Match does not count: whoever sends it
	 * has not seen the body that stands (RFC 6638 3.2.10). */
	struct ub_text if_match;
	struct ub_text principal, user, host; /* who stores it, as in struct ub_caller */
	struct ub_amended *amended;           /* of earlier writes */
};

/*
 * The body with what the rules add; empty: it is to go as it came. So it is when time is up, and where it is
 * not known whose calendar it goes to. An addition that is not in the body counts as taken away by the user
 * when the meeting had it when last seen, or has just got it, and If-Match names a version: a server carries
 * out the write only if it is the one that stands, so that he knew it. *write: for ub_amended_note(), in the
 * arena. Looks at the store, asks no server.
 */
UB_MUST_USE struct ub_text ub_amend(
    const struct ub_amending *amending, struct ub_amended_write *write, struct ub_arena *arena);

/*
 * A meeting was just looked at (*response is of its GET). What was remembered as taken away, and stands in
 * another version than If-Match named, was not: the server refused the write. Of the version that it did name
 * the write may still be on its way. False: the store does not take it.
 */
UB_MUST_USE bool ub_amend_looked(struct ub_store *store, const struct ub_decision *decision,
    const struct ub_response *response, struct ub_arena *arena);

#endif
