/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "leaks.h"
#include "upbeat/sys.h"

TestSuite(systemd, .fini = ub_leak_check);

/* What systemd sets, with NULL for the process itself, and the sockets that are taken. */
static const struct passed {
	const char *pid, *n, *names;
	size_t count;
	const char *first, *second;
} cases[] = {
	{ NULL, "2", "web:", 2, "web", "" },
	{ NULL, "1", NULL, 1, "", NULL },
	{ NULL, "2", NULL, 2, "", "" },
	{ NULL, "3", "a:b:c", 2, "a", "b" },
	{ "1", "2", "a:b", 0, NULL, NULL },
	{ "x", "2", "a:b", 0, NULL, NULL },
	{ NULL, "0", NULL, 0, NULL, NULL },
	{ NULL, "-1", NULL, 0, NULL, NULL },
	{ NULL, "two", NULL, 0, NULL, NULL },
};

/* Two descriptors and the environment, as systemd passes them. */
static void pass(const struct passed *passed)
{
	char own[16];
	snprintf(own, sizeof(own), "%d", (int)getpid());
	int null = open("/dev/null", O_RDONLY), high = fcntl(null, F_DUPFD, 60);
	dup2(high, 3);
	dup2(high, 4);
	close(high);
	setenv("LISTEN_PID", passed->pid ? passed->pid : own, 1);
	setenv("LISTEN_FDS", passed->n, 1);
	if (passed->names)
		setenv("LISTEN_FDNAMES", passed->names, 1);
}

static bool is_taken(const struct ub_passed_socket *socket, int number, const char *name)
{
	return socket->fd >= 16 && fcntl(socket->fd, F_GETFD) & FD_CLOEXEC && fcntl(number, F_GETFD) == -1 &&
	       ub_text_is(socket->name, name);
}

static bool is_as_passed(const struct passed *passed)
{
	struct ub_passed_socket sockets[2];
	struct ub_arena *arena = ub_arena_new();
	pass(passed);
	size_t count = ub_sys_passed_sockets(sockets, 2, arena);
	bool good = count == passed->count && (count < 1 || is_taken(&sockets[0], 3, passed->first)) &&
		    (count < 2 || is_taken(&sockets[1], 4, passed->second));
	good = good && !getenv("LISTEN_PID") && !getenv("LISTEN_FDS") && !getenv("LISTEN_FDNAMES");
	good = good && ub_sys_passed_sockets(sockets, 2, arena) == 0;
	ub_arena_free(&arena);
	return good;
}

/* In a process of its own: the descriptors with these numbers are the test's. */
Test(systemd, passes_sockets_to_the_process_that_it_names)
{
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		int status = -1;
		pid_t child = fork();
		if (child == 0)
			_exit(is_as_passed(&cases[i]) ? 0 : 1);
		cr_assert_eq(waitpid(child, &status, 0), child);
		cr_expect_eq(status, 0, "case %zu", i);
	}
}

Test(systemd, that_is_not_there_is_told_nothing)
{
	char long_path[200];
	memset(long_path, '/', sizeof(long_path) - 1);
	long_path[sizeof(long_path) - 1] = 0;
	const char *const places[] = { "", "/", "relative", "/no/such/socket", "@upbeat-nobody", long_path };
	unsetenv("NOTIFY_SOCKET");
	ub_sys_notify("READY=1");
	for (size_t i = 0; i < UB_COUNT(places); i++) {
		setenv("NOTIFY_SOCKET", places[i], 1);
		ub_sys_notify("READY=1");
		ub_sys_notify_reloading();
	}
	unsetenv("NOTIFY_SOCKET");
}
