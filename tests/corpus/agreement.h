/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_CORPUS_AGREEMENT_H
#define TESTS_CORPUS_AGREEMENT_H

#include "ical-private.h"

/*
 * Holds what libical reads of an object to what the index says of the same lines: which properties there are,
 * in which order, their values and their parameters. A lone object has the same facts by both. The values are
 * read here by few plain lines of our own. NULL: they agree; else what does not, in the arena.
 */
const char *disagreement(const struct ub_ical *ical, const struct ub_zones *zones, struct ub_arena *arena);

#endif
