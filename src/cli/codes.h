/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_CLI_CODES_H
#define UPBEAT_CLI_CODES_H

#include <stddef.h>

#include "upbeat/base.h"

/* The meaning of a finding's code. A lint checks that every code in the sources has exactly one entry. */
struct ub_code {
	const char *code, *title;
	const char *text;          /* sentences */
	const char *wrong, *right; /* examples, lines ended with \n but for the last; NULL: none */
};

extern const struct ub_code cli_codes_files[], cli_codes_rules[], cli_codes_language[], cli_codes_tests[];
extern const size_t cli_n_codes_files, cli_n_codes_rules, cli_n_codes_language, cli_n_codes_tests;

/* All codes, sorted, in the arena. *n is their number. */
const struct ub_code **cli_codes_all(struct ub_arena *arena, size_t *n);

#endif
