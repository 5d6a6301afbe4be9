/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_ICAL_ITEMS_H
#define TESTS_ICAL_ITEMS_H

#include "objects.h"

/* A prep call of Anna with Ben on 2026-11-09, 09:00-09:30 in Berlin, as a plan has it. */
struct ub_item item_of(struct desk *desk);

#endif
