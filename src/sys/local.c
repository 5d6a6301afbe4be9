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
	PAUSE_MS = 50,
};

/* A socket's name in its directory. */
struct spot {
	const struct ub_local *socket;
	int directory;
	const char *name;
	struct sockaddr_un address;
};

/* The address of a socket has room for 107 bytes only. A longer path goes by way of its directory's
 * descriptor, for which /proc is needed. False: errno says that the path is too long. */
static bool put_address(const char *path, struct spot *spot)
{
	char *address = spot->address.sun_path;
	size_t room = sizeof(spot->address.sun_path);
	int n = snprintf(address, room, "%s", path);
	if (n < 0 || (size_t)n < room)
		return n >= 0;
	n = snprintf(address, room, "/proc/self/fd/%d/%s", spot->directory, spot->name);
	if (n >= 0 && (size_t)n < room && access("/proc/self/fd", X_OK) == 0)
		return true;
	errno = ENAMETOOLONG;
	return false;
}

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
	if (put_address(path, spot))
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
	int fd = fcntl(low, F_DUPFD_CLOEXEC, UB_FD_MIN);
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

static struct ub_text reason(const struct ub_local *local, enum occupant occupant, struct ub_arena *arena)
{
	const char *path = local->path;
	if (occupant == A_DAEMON)
		return ub_textf(arena, "%s: another daemon is running there", path);
	if (occupant == SOMETHING_ELSE)
		return ub_textf(arena, "%s: there is something else than a daemon's socket", path);
	if (errno == EACCES || errno == EROFS)
		return ub_textf(arena,
		    "%s: %s: the user as whom the daemon runs has to be able to write into its directory",
		    path, strerror(errno));
	return ub_textf(arena, "%s: %s", path, strerror(errno));
}

int ub_sys_local_listen(
    const struct ub_local *local, int64_t patience, struct ub_arena *arena, struct ub_text *why)
{
	int64_t until = ub_sys_monotonic_ms() + patience;
	struct spot spot;
	enum occupant occupant;
	if (!find_spot(local, arena, &spot)) {
		*why = reason(local, NOBODY, arena);
		return -1;
	}
	int fd = take_spot(&spot, &occupant);
	while (fd < 0 && occupant == A_DAEMON && ub_sys_monotonic_ms() < until) {
		const struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000 };
		nanosleep(&pause, NULL);
		fd = take_spot(&spot, &occupant);
	}
	if (fd < 0)
		*why = reason(local, occupant, arena);
	close(spot.directory);
	return fd;
}

void ub_sys_local_remove(const struct ub_local *local, struct ub_arena *arena)
{
	struct spot spot;
	if (!find_spot(local, arena, &spot))
		return;
	(void)flock(spot.directory, LOCK_EX);
	(void)clear(&spot);
	close(spot.directory); /* and with it the lock */
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
