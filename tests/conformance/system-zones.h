/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_TESTS_SYSTEM_ZONES_H
#define UPBEAT_TESTS_SYSTEM_ZONES_H

#include "upbeat/cel.h"

/* Zones of the machine's time zone database, for expressions. */
struct ub_cel_zones system_zones_new(void);
void system_zones_free(struct ub_cel_zones *zones);

#endif
