/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Linked into every unit test program. Criterion forks a process for each case, and LeakSanitizer does not
 * see that process's exit. So ub_leak_check, as a suite's .fini, looks for leaks at the end of each case.
 * Criterion still reports the case as passed, but the program ends with status 1.
 */
#include <stdlib.h>

#include <sanitizer/lsan_interface.h>

#include "leaks.h"

/* Suppresses Criterion's own argument string only. A wider pattern would excuse the stack of every test. */
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

/* ThreadSanitizer's runtime has none, and looks for no leaks. */
#pragma weak __lsan_do_recoverable_leak_check

void ub_leak_check(void)
{
	if (__lsan_do_recoverable_leak_check && __lsan_do_recoverable_leak_check())
		abort();
}
