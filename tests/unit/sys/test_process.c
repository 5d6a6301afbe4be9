/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "leaks.h"
#include "upbeat/sys.h"

TestSuite(process, .fini = ub_leak_check);

Test(process, reads_its_signals_in_order_of_their_numbers)
{
	int fd = ub_sys_signals_open();
	cr_assert_geq(fd, 0);
	cr_assert_eq(ub_sys_signals_next(fd), 0);
	kill(getpid(), SIGTERM);
	kill(getpid(), SIGHUP);
	cr_assert_eq(ub_sys_signals_next(fd), SIGHUP);
	cr_assert_eq(ub_sys_signals_next(fd), SIGTERM);
	cr_assert_eq(ub_sys_signals_next(fd), 0);
	close(fd);
}

Test(process, is_not_ended_by_a_pipe_without_reader)
{
	int fds[2], fd = ub_sys_signals_open();
	cr_assert_geq(fd, 0);
	cr_assert_eq(pipe(fds), 0);
	close(fds[0]);
	cr_assert_eq(write(fds[1], "x", 1), -1);
	close(fds[1]);
	close(fd);
}

Test(process, has_clocks_that_go_forward)
{
	int64_t before = ub_sys_monotonic_ms();
	struct timespec deadline = ub_sys_deadline(1999);
	int64_t at = (int64_t)deadline.tv_sec * 1000 + deadline.tv_nsec / 1000000;
	cr_assert_geq(ub_sys_monotonic_ms(), before);
	cr_assert(at >= before + 1999 && at <= ub_sys_monotonic_ms() + 1999);
	cr_assert(deadline.tv_nsec >= 0 && deadline.tv_nsec < 1000000000);
	cr_assert_gt(ub_sys_now(), INT64_C(1700000000));
}

Test(process, gets_random_bytes)
{
	unsigned char a[64] = { 0 }, b[64] = { 0 };
	ub_sys_random(a, sizeof(a));
	ub_sys_random(b, sizeof(b));
	cr_assert_neq(memcmp(a, b, sizeof(a)), 0);
}
