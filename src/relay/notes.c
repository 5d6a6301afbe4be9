/* SPDX-License-Identifier: Apache-2.0 */
#include "relay-private.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

void relay_loop_tell(struct loop *loop, const struct note *note)
{
	while (write(loop->notes_fd, note, sizeof(*note)) < 0) {
		struct pollfd room = { .fd = loop->notes_fd, .events = POLLOUT };
		if ((errno == EAGAIN || errno == EINTR) && poll(&room, 1, 1000) != 0)
			continue;
		/* A loop that hangs goes on without an engine. */
		if (note->kind == NOTE_ENGINE_READY)
			close(note->fd);
		return;
	}
}
