/* SPDX-License-Identifier: Apache-2.0 */
#include "plugins-private.h"

#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "upbeat/limits.h"
#include "upbeat/sys.h"

/* The file has one digit. A file that cannot be written is no mark, and that is all. */

unsigned ub_plugins_ended(const char *path, bool forget)
{
	char digit = '0';
	if (!path)
		return 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	bool read_it = fd >= 0 && read(fd, &digit, 1) == 1 && digit >= '0' && digit <= '9';
	if (fd >= 0)
		close(fd);
	if (forget)
		unlink(path);
	return read_it && !forget ? (unsigned)(digit - '0') : 0;
}

void mark_set(const char *path, unsigned ended)
{
	const char digit = (char)('0' + (ended < 8 ? ended + 1 : 9));
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;
	if (fd < 0)
		return;
	if (write(fd, &digit, 1) < 0)
		unlink(path);
	close(fd);
}

void mark_leave(const char *path, unsigned ended)
{
	if (path && ended == 0)
		unlink(path);
	else
		mark_set(path, ended - 1);
}

/* ---- turns ---- */

enum { TURN_POLL_US = 10000 };

/* The file beside the marks that all plugins of the process lock. */
static int open_turn(const char *mark)
{
	char *copy = strdup(mark), *path;
	if (!copy || asprintf(&path, "%s/plugins-turn", dirname(copy)) < 0)
		abort();
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	free(copy);
	free(path);
	return fd;
}

int mark_take_turn(const char *mark, bool alone)
{
	int64_t until = ub_sys_monotonic_ms() + UB_PLUGIN_TURN_MS;
	int fd = mark ? open_turn(mark) : -1;
	while (fd >= 0 && flock(fd, (alone ? LOCK_EX : LOCK_SH) | LOCK_NB) != 0) {
		if (ub_sys_monotonic_ms() < until) {
			usleep(TURN_POLL_US);
			continue;
		}
		close(fd);
		return -1;
	}
	return fd;
}

void mark_end_turn(int turn)
{
	if (turn >= 0)
		close(turn);
}
