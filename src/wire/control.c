/* SPDX-License-Identifier: Apache-2.0 */
#include "upbeat/wire.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "upbeat/sys.h"

enum { BACKLOG = 16 };

/* The control socket is its user's alone. */
static struct ub_local control_at(const char *path)
{
	return (struct ub_local){
		.path = path, .type = SOCK_SEQPACKET, .mode = S_IRUSR | S_IWUSR, .backlog = BACKLOG
	};
}

int ub_wire_control_listen(const char *path, int64_t patience, struct ub_arena *arena, struct ub_text *why)
{
	const struct ub_local control = control_at(path);
	return ub_sys_local_listen(&control, patience, arena, why);
}

void ub_wire_control_close(int fd, const char *path, struct ub_arena *arena)
{
	const struct ub_local control = control_at(path);
	close(fd);
	ub_sys_local_remove(&control, arena);
}

int ub_wire_control_connect(const char *path, struct ub_arena *arena, struct ub_text *why)
{
	const struct ub_local control = control_at(path);
	int fd = ub_sys_local_connect(&control, arena);
	if (fd < 0)
		*why = errno == ENOENT || errno == ECONNREFUSED || errno == ENOTDIR
			   ? ub_textf(arena,
				 "%s: no daemon is running there: start it with `upbeat serve`, or name its "
				 "settings with -c",
				 path)
			   : ub_textf(arena, "%s: %s", path, strerror(errno));
	return fd;
}
