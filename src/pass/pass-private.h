/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_PASS_PRIVATE_H
#define UPBEAT_PASS_PRIVATE_H

#include "upbeat/decision.h"
#include "upbeat/pass.h"

/* ---- request.c: what all of a pass shares ---- */

/* What an outcome of asking the server means for the pass. */
enum ub_pass_end pass_end_of(enum ub_outcome outcome);

/*
 * Sends a request with the caller's credentials and extends the lease in good time: a slow server is no
 * crash. AGAIN without sending when the lease has run out all the same, since others may act then.
 */
UB_MUST_USE enum ub_outcome pass_send(
    struct ub_pass *pass, const struct ub_request *request, struct ub_response *response);

/* Says what the store refused; no more than once a minute, as a full disk refuses much. */
void pass_complain(struct ub_pass *pass);
UB_MUST_USE enum ub_outcome pass_get(struct ub_pass *pass, struct ub_text href, struct ub_response *response);

/* ---- fetch-items.c ---- */

/* One item as it was found. */
struct ub_found {
	struct ub_text href, etag;
	const struct ub_ical *ical; /* NULL: it does not stand, or cannot be read */
	bool remembered;            /* the store knows that it stands */
};

/* All items of a meeting: `existing` for the plan, `found` beside it, of the same index. */
struct ub_findings {
	struct ub_text meeting_uid;
	struct ub_existing *existing;
	struct ub_found *found;
	size_t n, cap;
};

/*
 * Looks at every item that the store knows of the meeting, where it was put, and at every name in the
 * calendar that an item of the rules would have, so that marks alone suffice where the store has lost its
 * memory. `names`: as from ub_plan_names(), empty to go by the store alone. Not OK: the server did not let us
 * look.
 */
UB_MUST_USE enum ub_outcome pass_fetch_items(
    struct ub_pass *pass, struct ub_text meeting_uid, struct ub_texts names, struct ub_findings *findings);

/* ---- apply.c ---- */

/* What came of a plan. */
struct ub_acts {
	size_t created, changed, removed, refused;
	enum ub_pass_end end; /* UB_PASS_AGAIN: something came in between, or an answer did not come */
};

/* Carries out a plan's steps: each a PUT or DELETE that only succeeds on what was looked at. `findings`: what
 * the plan was made of. One item that the server refuses keeps none of the others from being dealt with. */
void pass_apply(struct ub_pass *pass, const struct ub_plan *plan, const struct ub_findings *findings,
    struct ub_acts *acts);

/* ---- add-to-meeting.c ---- */

/*
 * A meeting was just looked at (*response is of its GET). What was remembered as taken away, and stands in
 * another version than If-Match named, was not: the server refused the write. Of the version that it did name
 * the write may still be on its way. False: the store does not take it.
 */
UB_MUST_USE bool pass_settle_removals(struct ub_store *store, const struct ub_decision *decision,
    const struct ub_response *response, struct ub_arena *arena);

#endif
