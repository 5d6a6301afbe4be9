/* SPDX-License-Identifier: Apache-2.0 */
#include <linux/sched/types.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "upbeat/sys.h"

/* Not all C libraries have functions for these calls. */
void ub_sys_run_briefly(unsigned microseconds)
{
	struct sched_attr attributes;
	if (syscall(SYS_sched_getattr, 0, &attributes, sizeof(attributes), 0) != 0)
		return;
	attributes.sched_runtime = (uint64_t)microseconds * 1000;
	(void)syscall(SYS_sched_setattr, 0, &attributes, 0);
}

void ub_sys_give_way(int steps)
{
	if (nice(steps) < 0)
		return; /* that may be a niceness, too */
}
