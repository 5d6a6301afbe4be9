/* SPDX-License-Identifier: Apache-2.0 */
#include "codes.h"

#include <stdlib.h>
#include <string.h>

static size_t put(const struct ub_code **to, const struct ub_code *codes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = &codes[i];
	return n;
}

static int compare(const void *left, const void *right)
{
	const struct ub_code *const *a = left, *const *b = right;
	return strcmp((*a)->code, (*b)->code);
}

const struct ub_code **cli_codes_all(struct ub_arena *arena, size_t *n)
{
	size_t most = cli_n_codes_files + cli_n_codes_rules + cli_n_codes_language + cli_n_codes_tests;
	const struct ub_code **all = UB_NEW_ARRAY(arena, const struct ub_code *, most);
	*n = put(all, cli_codes_files, cli_n_codes_files);
	*n += put(all + *n, cli_codes_rules, cli_n_codes_rules);
	*n += put(all + *n, cli_codes_language, cli_n_codes_language);
	*n += put(all + *n, cli_codes_tests, cli_n_codes_tests);
	qsort(all, *n, sizeof(const struct ub_code *), compare);
	return all;
}
