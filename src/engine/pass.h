/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_ENGINE_PASS_H
#define UPBEAT_ENGINE_PASS_H

/*
 * One pass: look at a calendar object and at what stands beside it, decide, act. It looks at the present
 * state only, so that a lost or doubled wake-up costs one more pass and a second pass writes nothing.
 */

#include "identity.h"
#include "upbeat/engine.h"
#include "upbeat/store.h"

struct ub_pass {
	struct ub_snapshot *snapshot;
	struct ub_store *store;   /* items and meetings */
	struct ub_store *queue;   /* that gave the job */
	const struct ub_job *job; /* its key is an object's */
	const struct ub_caller *caller;
	struct ub_log *log;
	struct ub_log_pace *store_pace; /* of what ub_pass_complain() says */
	ub_instant now;
	int64_t monotonic;      /* milliseconds */
	int64_t (*clock)(void); /* milliseconds since 1970, as they go by: for the lease */
	struct ub_arena *arena;
	/* made by the pass */
	struct ub_identity identity;
	struct ub_text collection;  /* href, with its slash */
	int64_t again;              /* with UB_PASS_AGAIN: when, in milliseconds since 1970; 0: in a moment */
	struct ub_text owner_login; /* with UB_PASS_NOT_OWNER: the owner's principal; empty: not known */
	int64_t held;               /* when the lease was last taken or extended */
};

enum ub_pass_end {
	UB_PASS_SETTLED,   /* nothing is left to do */
	UB_PASS_AGAIN,     /* not now: in a moment, by itself */
	UB_PASS_CONFLICT,  /* the server did not take it as things stand: in a moment, but not for ever */
	UB_PASS_DENIED,    /* these credentials are not good (any more): the principal's next request */
	UB_PASS_NOT_OWNER, /* the calendar's owner has to come by, or a service account */
};

/* What an outcome of asking the server means for the pass. */
enum ub_pass_end ub_pass_end_of(enum ub_outcome outcome);

/*
 * Sends a request with the caller's credentials and extends the lease in good time: a slow server is no
 * crash. AGAIN without sending when the lease has run out all the same, since others may act then.
 */
UB_MUST_USE enum ub_outcome ub_pass_send(
    struct ub_pass *pass, const struct ub_request *request, struct ub_response *response);

/* Says what the store refused; no more than once a minute, as a full disk refuses much. */
void ub_pass_complain(struct ub_pass *pass);

/* *why: one line for the log and for `status`; no secret and no contents. */
enum ub_pass_end ub_pass_run(struct ub_pass *pass, struct ub_text *why);

#endif
