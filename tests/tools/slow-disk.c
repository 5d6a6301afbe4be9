/* SPDX-License-Identifier: Apache-2.0 */

/* Preloaded into a process, for which the disk then takes SLOW_DISK_MS milliseconds longer, each eighth time.
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void be_slow(void)
{
	static atomic_uint times;
	const char *said = getenv("SLOW_DISK_MS");
	long ms = said ? atol(said) : 0;
	const struct timespec pause = { ms / 1000, ms % 1000 * 1000000 };
	if (atomic_fetch_add(&times, 1) % 8 == 7)
		(void)nanosleep(&pause, NULL);
}

int fsync(int fd)
{
	be_slow();
	return (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
	be_slow();
	return (int)syscall(SYS_fdatasync, fd);
}
