/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_COMMANDS_EXPLAIN_BUSY_H
#define UPBEAT_COMMANDS_EXPLAIN_BUSY_H

/*
 * What the server has said of when people are busy, for `explain`.
 */

#include <jansson.h>

#include "upbeat/decision.h"

/* What the principal was last told of those by whose times the decision's plan goes. `asked` is 0 of whom
 * nobody has asked for. In `arena`. */
struct ub_busy_people explain_busy(const struct ub_snapshot *snapshot, struct ub_text principal,
    const struct ub_decision *decision, struct ub_arena *arena);
/* Prints a line for each. */
void explain_busy_print(const struct ub_busy_people *people, const struct ub_zone *zone, struct ub_buf *out);
json_t *explain_busy_array(
    const struct ub_busy_people *people, const struct ub_zone *zone, struct ub_arena *arena);

#endif
