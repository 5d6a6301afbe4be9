/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_ENGINE_LOOK_H
#define UPBEAT_ENGINE_LOOK_H

/*
 * What stands on the server: single objects, and the items of a meeting.
 */

#include "pass.h"
#include "upbeat/ical.h"

UB_MUST_USE enum ub_outcome ub_look_get(
    struct ub_pass *pass, struct ub_text href, struct ub_response *response);
/* The href up to its last slash. */
struct ub_text ub_look_collection(struct ub_text href);

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
UB_MUST_USE enum ub_outcome ub_look_at_items(
    struct ub_pass *pass, struct ub_text meeting_uid, struct ub_texts names, struct ub_findings *findings);

#endif
