/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_TESTS_LEAKS_H
#define UPBEAT_TESTS_LEAKS_H

/* For a suite: TestSuite(text, .fini = ub_leak_check). Aborts a case that has leaked. */
void ub_leak_check(void);

#endif
