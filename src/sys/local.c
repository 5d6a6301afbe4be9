/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "upbeat/sys.h"

enum {
	FD_MIN = 16, /* an engine inherits lower numbers */
	PAUSE_MS = 50,
};

/* A socket's name in its directory. The address of a socket has room for 107 bytes only, and a path may have
 * more. */
struct spot {
	const struct ub_local *socket;
	int directory;
	const char *name;
	struct sockaddr_un address;
};

static bool find_spot(const struct ub_local *local, struct ub_arena *arena, struct spot *spot)
{
	const char *path = local->path, *slash = strrchr(path, '/');
	const char *directory =
	    slash ? ub_text_cstr(arena, ub_text_n(path, slash > path ? (size_t)(slash - path) : 1)) : ".";
	*spot = (struct spot){
		.socket = local,
		.name = slash ? slash + 1 : path,
		.address = { .sun_family = AF_UNIX },
	};
	spot->directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (spot->directory < 0)
		return false;
	int n = snprintf(spot->address.sun_path, sizeof(spot->address.sun_path), "/proc/self/fd/%d/%s",
	    spot->directory, spot->name);
	if (n >= 0 && (size_t)n < sizeof(spot->address.sun_path))
		return true;
	close(spot->directory);
	errno = ENAMETOOLONG;
	return false;
}

/* -1 with errno. */
static int connect_to(const struct spot *spot)
{
	int fd = socket(AF_UNIX, spot->socket->type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&spot->address, sizeof(spot->address)) == 0)
		return fd;
	int error = errno;
	close(fd);
	errno = error;
	return -1;
}

enum occupant {
	NOBODY,
	A_DAEMON,
	SOMETHING_ELSE,
};

/* Says who has the name. A socket that a dead daemon left behind is removed. */
static enum occupant clear(const struct spot *spot)
{
	struct stat status;
	if (fstatat(spot->directory, spot->name, &status, AT_SYMLINK_NOFOLLOW) != 0)
		return NOBODY; /* if that cannot be told, bind says why */
	if (!S_ISSOCK(status.st_mode))
		return SOMETHING_ELSE;
	int fd = connect_to(spot);
	if (fd >= 0) {
		close(fd);
		return A_DAEMON;
	}
	if (errno == ECONNREFUSED)
		return unlinkat(spot->directory, spot->name, 0), NOBODY;
	return errno == EAGAIN ? A_DAEMON : errno == ENOENT ? NOBODY : SOMETHING_ELSE;
}

/* -1 with errno. */
static int bind_to(const struct spot *spot)
{
	int low = socket(AF_UNIX, spot->socket->type | SOCK_CLOEXEC, 0);
	int fd = fcntl(low, F_DUPFD_CLOEXEC, FD_MIN);
	close(low);
	/* The mode is set before the socket has a name, so that nobody else ever gets in. */
	if (fd >= 0 && fchmod(fd, S_IRUSR | S_IWUSR) == 0 && fcntl(fd, F_SETFL, O_NONBLOCK) == 0 &&
	    bind(fd, (const struct sockaddr *)&spot->address, sizeof(spot->address)) == 0 &&
	    fchmodat(spot->directory, spot->name, spot->socket->mode, 0) == 0 &&
	    listen(fd, spot->socket->backlog) == 0)
		return fd;
	int error = errno;
	if (fd >= 0)
		close(fd);
	errno = error;
	return -1;
}

/* Two daemons that start at once must not both find a stale socket. So the directory is locked meanwhile. */
static int take_spot(const struct spot *spot, enum occupant *occupant)
{
	(void)flock(spot->directory, LOCK_EX);
	*occupant = clear(spot);
	int fd = *occupant == NOBODY ? bind_to(spot) : -1;
	int error = errno;
	(void)flock(spot->directory, LOCK_UN);
	errno = error;
	return fd;
}

int ub_sys_local_listen(
    const struct ub_local *local, int64_t patience, struct ub_arena *arena, struct ub_text *why)
{
	int64_t until = ub_sys_monotonic_ms() + patience;
	struct spot spot;
	enum occupant occupant;
	if (!find_spot(local, arena, &spot)) {
		*why = ub_textf(arena, "%s: %s", local->path, strerror(errno));
		return -1;
	}
	int fd = take_spot(&spot, &occupant);
	while (fd < 0 && occupant == A_DAEMON && ub_sys_monotonic_ms() < until) {
		const struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000 };
		nanosleep(&pause, NULL);
		fd = take_spot(&spot, &occupant);
	}
	if (fd < 0)
		*why =
		    occupant == A_DAEMON ? ub_textf(arena, "%s: another daemon is running there", local->path)
		    : occupant == SOMETHING_ELSE
			? ub_textf(arena, "%s: there is something else than a daemon's socket", local->path)
			: ub_textf(arena, "%s: %s", local->path, strerror(errno));
	close(spot.directory);
	return fd;
}

void ub_sys_local_remove(const struct ub_local *local, struct ub_arena *arena)
{
	struct spot spot;
	if (!find_spot(local, arena, &spot))
		return;
	unlinkat(spot.directory, spot.name, 0);
	close(spot.directory);
}

int ub_sys_local_connect(const struct ub_local *local, struct ub_arena *arena)
{
	struct spot spot;
	if (!find_spot(local, arena, &spot))
		return -1;
	int fd = connect_to(&spot);
	int error = errno;
	close(spot.directory);
	errno = error;
	return fd;
}
