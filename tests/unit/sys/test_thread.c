/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <poll.h>

#include "leaks.h"
#include "upbeat/sys.h"

TestSuite(thread, .fini = ub_leak_check);

struct told {
	_Atomic int before; /* what poll(2) said of stop_fd at the beginning */
	bool ended;
};

static void wait_to_stop(void *context, int stop_fd)
{
	struct told *told = context;
	struct pollfd stop = { .fd = stop_fd, .events = POLLIN };
	told->before = poll(&stop, 1, 0);
	told->ended = poll(&stop, 1, -1) == 1;
}

Test(thread, ends_when_it_is_told_to_and_is_waited_for, .timeout = 20)
{
	struct told told = { .before = -1 };
	struct ub_thread *thread = ub_sys_thread_start(wait_to_stop, &told);
	ub_sys_thread_stop(&thread);
	cr_assert_null(thread);
	cr_assert(told.ended);
}

Test(thread, is_not_told_before_it_is_time, .timeout = 20)
{
	struct told told = { .before = -1 };
	struct ub_thread *thread = ub_sys_thread_start(wait_to_stop, &told);
	while (told.before < 0)
		(void)poll(NULL, 0, 1);
	ub_sys_thread_stop(&thread);
	cr_assert_eq(told.before, 0);
}

Test(thread, may_be_none)
{
	struct ub_thread *none = NULL;
	ub_sys_thread_stop(&none);
	cr_assert_null(none);
}
