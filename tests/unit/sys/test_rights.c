/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What a process that has given up its rights can still do. Each look is in a child, as there is no way back.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "leaks.h"
#include "upbeat/sys.h"

TestSuite(rights, .fini = ub_leak_check);

/* What a look ends with: 0, or the number of the first thing that is not as it should be. */
static int end_of(int (*look)(void), bool engine)
{
	int status = -1;
	pid_t child = fork();
	if (child == 0) {
		struct ub_text why;
		_exit(ub_sys_confine(engine, &why) ? look() : 100);
	}
	cr_assert_eq(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static bool is_refused(long result)
{
	return result == -1 && (errno == EPERM || errno == ENOSYS);
}

/* A namespace in which the process would be root. */
static int make_namespace(void)
{
	struct clone_args args = { .flags = CLONE_NEWUSER, .exit_signal = SIGCHLD };
	if (!is_refused(unshare(CLONE_NEWUSER)))
		return 1;
	if (!is_refused(syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, 0)))
		return 2;
	if (!is_refused(syscall(SYS_clone, CLONE_NEWNET | CLONE_NEWPID | SIGCHLD, NULL, NULL, NULL, 0)))
		return 3;
	if (!is_refused(syscall(SYS_clone3, &args, sizeof(args))))
		return 4;
	return 0;
}

/* Another process of the same user, the one that has started this one. */
static int look_into_parent(void)
{
	char byte;
	long pidfd = syscall(SYS_pidfd_open, getppid(), 0);
	struct iovec here = { &byte, 1 }, there = { &byte, 1 };
	if (pidfd >= 0 && !is_refused(syscall(SYS_pidfd_getfd, pidfd, 0, 0)))
		return 1;
	if (!is_refused(syscall(SYS_process_vm_readv, getppid(), &here, 1, &there, 1, 0)))
		return 2;
	return 0;
}

static void *do_nothing(void *context)
{
	return context;
}

static bool can_start(void)
{
	char name[] = "true", *const argv[] = { name, NULL }, *const envp[] = { NULL };
	int status = -1;
	pid_t child = fork();
	if (child == 0) {
		execve("/bin/true", argv, envp);
		_exit(1);
	}
	return waitpid(child, &status, 0) == child && status == 0;
}

static bool can_listen(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	bool can = listen(fd, 1) == 0;
	close(fd);
	return can;
}

static bool has_threads(void)
{
	pthread_t thread;
	return pthread_create(&thread, NULL, do_nothing, NULL) == 0 && pthread_join(thread, NULL) == 0;
}

static int do_relays_work(void)
{
	return !has_threads() ? 1 : !can_start() ? 2 : !can_listen() ? 3 : 0;
}

static int do_engines_work(void)
{
	return !has_threads() ? 1 : can_start() ? 2 : can_listen() ? 3 : 0;
}

Test(rights, make_nobody_root_of_a_namespace)
{
	cr_expect_eq(end_of(make_namespace, false), 0);
	cr_expect_eq(end_of(make_namespace, true), 0);
}

Test(rights, do_not_reach_into_other_processes)
{
	cr_expect_eq(end_of(look_into_parent, false), 0);
	cr_expect_eq(end_of(look_into_parent, true), 0);
}

Test(rights, suffice_for_the_work)
{
	cr_expect_eq(end_of(do_relays_work, false), 0);
	cr_expect_eq(end_of(do_engines_work, true), 0);
}
