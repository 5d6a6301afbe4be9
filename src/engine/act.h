/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_ENGINE_ACT_H
#define UPBEAT_ENGINE_ACT_H

/*
 * Carries out a plan's steps: each a PUT or DELETE that only succeeds on what was looked at.
 */

#include "look.h"

/* What came of a plan. */
struct ub_acts {
	size_t created, changed, removed, refused;
	enum ub_pass_end end; /* UB_PASS_AGAIN: something came in between, or an answer did not come */
};

/* `findings`: what the plan was made of. One item that the server refuses keeps none of the others from being
 * dealt with. */
void ub_act(struct ub_pass *pass, const struct ub_plan *plan, const struct ub_findings *findings,
    struct ub_acts *acts);

#endif
