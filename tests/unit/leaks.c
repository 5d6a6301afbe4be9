/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Linked into every unit test program. Criterion forks a process for each case, whose exit LeakSanitizer
 * does not see; UB_LEAK_CHECK as a suite's .fini looks for leaks at the end of each case.
 */
#include <stdlib.h>

#include <sanitizer/lsan_interface.h>

#include "leaks.h"

/* Criterion's own argument string; nothing wider, or every test's stack would be excused. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:criterion_handle_args\n";
}

const char *__lsan_default_options(void);
const char *__lsan_default_options(void)
{
	return "print_suppressions=0";
}

void ub_leak_check(void)
{
	if (__lsan_do_recoverable_leak_check())
		abort();
}
