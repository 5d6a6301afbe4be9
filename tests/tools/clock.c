/* SPDX-License-Identifier: Apache-2.0 */

/* Preloaded into a process, whose clock is CLOCK_AHEAD seconds ahead then: its time of day, no waiting. */
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

time_t time(time_t *out)
{
	struct timespec now;
	const char *ahead = getenv("CLOCK_AHEAD");
	syscall(SYS_clock_gettime, CLOCK_REALTIME, &now);
	now.tv_sec += ahead ? atoll(ahead) : 0;
	if (out)
		*out = now.tv_sec;
	return now.tv_sec;
}
