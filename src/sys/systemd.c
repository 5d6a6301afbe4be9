/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What systemd and a daemon tell each other by the environment: sd_listen_fds(3) and sd_notify(3), whose
 * protocols are documented as stable. Other supervisors speak them, too.
 */
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "upbeat/sys.h"

enum {
	FIRST = 3, /* SD_LISTEN_FDS_START */
};

static bool number_of(const char *name, int64_t *number)
{
	return ub_text_to_int(ub_text(getenv(name)), number);
}

/* The sockets get other numbers, which no program inherits. Those that they had are closed. */
static int take(int fd)
{
	int taken = fcntl(fd, F_DUPFD_CLOEXEC, UB_FD_MIN);
	if (taken >= 0)
		close(fd);
	return taken;
}

size_t ub_sys_passed_sockets(struct ub_passed_socket *sockets, size_t max, struct ub_arena *arena)
{
	int64_t pid, n;
	struct ub_text names = ub_text_copy(arena, ub_text(getenv("LISTEN_FDNAMES"))), name;
	bool ours = number_of("LISTEN_PID", &pid) && pid == getpid() && number_of("LISTEN_FDS", &n) && n > 0;
	size_t taken = 0;
	for (int i = 0; ours && i < n && taken < max; i++) {
		if (!ub_text_split(&names, ':', &name))
			name = UB_TEXT_NONE;
		sockets[taken] = (struct ub_passed_socket){ .fd = take(FIRST + i), .name = name };
		taken += sockets[taken].fd >= 0;
	}
	(void)unsetenv("LISTEN_PID");
	(void)unsetenv("LISTEN_FDS");
	(void)unsetenv("LISTEN_FDNAMES");
	return taken;
}

void ub_sys_notify(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t n = path ? strlen(path) : 0;
	if (n < 2 || n >= sizeof(address.sun_path) || (path[0] != '/' && path[0] != '@'))
		return;
	memcpy(address.sun_path, path, n);
	if (path[0] == '@')
		address.sun_path[0] = 0; /* a name that is in no file system (unix(7)) */
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	(void)sendto(fd, state, strlen(state), MSG_NOSIGNAL | MSG_DONTWAIT, (const struct sockaddr *)&address,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n));
	close(fd);
}

void ub_sys_notify_reloading(void)
{
	char state[64];
	snprintf(state, sizeof(state), "RELOADING=1\nMONOTONIC_USEC=%lld",
	    (long long)ub_sys_monotonic_ms() * 1000);
	ub_sys_notify(state);
}
