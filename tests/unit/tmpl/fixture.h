/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_TESTS_TMPL_FIXTURE_H
#define UPBEAT_TESTS_TMPL_FIXTURE_H

#include "tmpl-private.h"

/* "2:5 unclosed-tag" for each diagnostic, in order of place, separated by ", ". */
const char *fixture_codes(struct ub_diags *diags);
/* The diagnostics as a user sees them. */
const char *fixture_messages(struct ub_diags *diags);
const struct ub_source *fixture_source(struct ub_arena *arena, const char *name, const char *text);
/* A text of `n` times `piece`. */
const char *fixture_repeat(struct ub_arena *arena, const char *piece, size_t n);

#endif
