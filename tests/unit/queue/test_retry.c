/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "leaks.h"
#include "retry.h"

TestSuite(retry, .fini = ub_leak_check);

Test(retry, waits_twice_as_long_each_time_and_at_most_half_a_minute)
{
	static const int64_t seconds[] = { 1, 2, 4, 8, 16, 30, 30 };
	for (unsigned i = 0; i < UB_COUNT(seconds); i++)
		cr_expect_eq(queue_retry_after(i + 1), seconds[i] * 1000, "%u", i + 1);
	cr_expect_eq(queue_retry_after(UB_RETRY_PATIENT), UB_RETRY_MAX_MS);
}

Test(retry, tries_what_fails_for_long_ever_more_rarely_and_once_an_hour_at_least)
{
	cr_expect_eq(queue_retry_after(UB_RETRY_PATIENT + 1), 2 * UB_RETRY_MAX_MS);
	cr_expect_eq(queue_retry_after(UB_RETRY_PATIENT + 2), 4 * UB_RETRY_MAX_MS);
	cr_expect_eq(queue_retry_after(1000), UB_RETRY_LATE_MS);
	cr_expect_eq(queue_retry_after(UINT32_MAX), UB_RETRY_LATE_MS);
}

Test(retry, gives_a_conflict_an_hour_in_all)
{
	int64_t all = 0;
	for (unsigned i = 1; i < UB_FAILURES_MAX; i++) {
		cr_expect_geq(queue_retry_after_conflict(i + 1), queue_retry_after_conflict(i));
		all += queue_retry_after_conflict(i);
	}
	cr_expect(all > 30 * 60 * 1000 && all < 90 * 60 * 1000, "%lld", (long long)all);
}
