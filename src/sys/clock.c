/* SPDX-License-Identifier: Apache-2.0 */
#include "upbeat/sys.h"

#include <stdlib.h>
#include <sys/random.h>

int64_t ub_sys_monotonic_ms(void)
{
	struct timespec now;
	if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
		abort();
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct timespec ub_sys_deadline(int64_t milliseconds)
{
	struct timespec at;
	if (clock_gettime(CLOCK_MONOTONIC, &at) != 0)
		abort();
	int64_t nanoseconds = at.tv_nsec + milliseconds % 1000 * 1000000;
	at.tv_sec += milliseconds / 1000 + nanoseconds / 1000000000;
	at.tv_nsec = nanoseconds % 1000000000;
	return at;
}

ub_instant ub_sys_now(void)
{
	return time(NULL);
}

void ub_sys_random(void *out, size_t n)
{
	unsigned char *at = out;
	while (n > 0) {
		ssize_t got = getrandom(at, n, 0);
		if (got < 0)
			abort();
		at += got;
		n -= (size_t)got;
	}
}
