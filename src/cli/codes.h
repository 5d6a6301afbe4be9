/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_CLI_CODES_H
#define UPBEAT_CLI_CODES_H

#include <stddef.h>

#include "upbeat/base.h"

/* What the code of a finding means. Every code in the sources has one entry, and none has two: a lint. */
struct ub_code {
	const char *code, *title;
	const char *text;          /* sentences */
	const char *wrong, *right; /* examples, lines ended with \n but for the last; NULL: none */
};

extern const struct ub_code ub_codes_files[], ub_codes_rules[], ub_codes_language[], ub_codes_tests[];
extern const size_t ub_n_codes_files, ub_n_codes_rules, ub_n_codes_language, ub_n_codes_tests;

/* All of them, sorted by their codes; *n of them, in the arena. */
const struct ub_code **ub_codes_all(struct ub_arena *arena, size_t *n);

#endif
