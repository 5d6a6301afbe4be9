/* SPDX-License-Identifier: Apache-2.0 */

/* Cases that must fail, each in another way. tests/lint/selftest.py checks that they do. */
#include <criterion/criterion.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "leaks.h"

TestSuite(planted, .fini = ub_leak_check);

/* The compiler must not see through values that pass here. */
static void *volatile kept;

Test(planted, passes)
{
	kept = malloc(64);
	cr_assert_not_null(kept);
	free(kept);
}

Test(planted, leaks)
{
	/* Several, as the last pointer may remain in a register. */
	for (int i = 0; i < 8; i++)
		kept = malloc(64);
	cr_assert_not_null(kept);
	kept = NULL;
}

Test(planted, reads_past_the_end)
{
	kept = calloc(1, 8);
	char *memory = kept;
	cr_assert_neq(memory[8], 1);
	free(memory);
}

Test(planted, overflows_an_int)
{
	int volatile most = INT_MAX;
	cr_assert_neq(most + 1, 0);
}

Test(planted, is_wrong)
{
	cr_assert_eq(strlen("four"), 5);
}

Test(planted, crashes)
{
	abort();
}
