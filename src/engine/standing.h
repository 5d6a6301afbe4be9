/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_ENGINE_STANDING_H
#define UPBEAT_ENGINE_STANDING_H

/* What stands of an item, for the decision: as it was found, or as it would be. */

#include "upbeat/engine.h"
#include "upbeat/ical.h"

/* Fills in what the text of an item says. Times without a zone are of `floating`. NULL: it cannot be read;
 * `existing` is as it was. */
const struct ub_ical *ub_standing_read(struct ub_text text, const struct ub_zones *zones,
    const struct ub_zone *floating, struct ub_existing *existing, struct ub_arena *arena);

#endif
