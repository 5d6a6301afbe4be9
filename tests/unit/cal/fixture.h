/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_CAL_FIXTURE_H
#define TESTS_CAL_FIXTURE_H

#include "upbeat/cal.h"

/* A file of tests/unit/cal. ptr is NULL if there is none. */
struct ub_text fixture_read(struct ub_arena *arena, const char *name);
/* The zones in tests/unit/cal/zoneinfo. */
struct ub_zones *fixture_zones(void);
const struct ub_zone *fixture_zone(struct ub_zones *zones, const char *name); /* must be there */
ub_instant fixture_instant(const char *rfc3339);
struct ub_working_hours fixture_hours(struct ub_arena *arena, const char *text);

#endif
