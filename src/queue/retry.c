/* SPDX-License-Identifier: Apache-2.0 */
#include "retry.h"

static int64_t doubled(int64_t pause, unsigned times, int64_t longest)
{
	for (unsigned i = 0; i < times && pause < longest; i++)
		pause *= 2;
	return pause < longest ? pause : longest;
}

int64_t queue_retry_after(unsigned attempts)
{
	int64_t pause = doubled(UB_RETRY_MS, attempts - 1, UB_RETRY_MAX_MS);
	unsigned late = attempts > UB_RETRY_PATIENT ? attempts - UB_RETRY_PATIENT : 0;
	return doubled(pause, late, UB_RETRY_LATE_MS);
}

int64_t queue_retry_after_conflict(unsigned failures)
{
	return doubled(UB_RETRY_MS, failures - 1, UB_RETRY_LATE_MS);
}
