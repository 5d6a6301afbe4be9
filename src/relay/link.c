/* SPDX-License-Identifier: Apache-2.0 */
#include "relay-private.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

bool relay_link_watch(struct link *link, int epoll_fd)
{
	struct epoll_event event = {
		.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
		.data.ptr = link,
	};
	link->epoll_fd = epoll_fd;
	link->watched = epoll_ctl(epoll_fd, EPOLL_CTL_ADD, link->fd, &event) == 0;
	return link->watched;
}

enum io relay_link_read(struct link *link, void *out, size_t size, size_t *n)
{
	*n = 0;
	if (!link->readable)
		return IO_WAIT;
	ssize_t got;
	do
		got = recv(link->fd, out, size, 0);
	while (got < 0 && errno == EINTR);
	if (got == 0)
		return IO_END;
	if (got < 0 && errno != EAGAIN)
		return IO_BROKEN;
	/* The socket gave less than was asked for, so it is empty. An event tells when that changes; but when
	 * the end was told already, no further event comes. */
	if (got < (ssize_t)size && !link->ended)
		link->readable = false;
	if (got < 0)
		return IO_WAIT;
	*n = (size_t)got;
	return IO_SOME;
}

bool relay_link_is_quiet(struct link *link)
{
	char byte;
	ssize_t got;
	if (link->ended)
		return false;
	do
		got = recv(link->fd, &byte, 1, MSG_PEEK);
	while (got < 0 && errno == EINTR);
	link->readable = got >= 0 || errno != EAGAIN;
	return !link->readable;
}

enum io relay_link_write(struct link *link, const struct iovec *pieces, int count, size_t *n)
{
	struct msghdr message = { .msg_iov = (struct iovec *)pieces, .msg_iovlen = (size_t)count };
	*n = 0;
	if (!link->writable)
		return IO_WAIT;
	ssize_t put;
	do
		put = sendmsg(link->fd, &message, MSG_NOSIGNAL);
	while (put < 0 && errno == EINTR);
	if (put < 0 && errno != EAGAIN)
		return IO_BROKEN;
	if (put < 0) {
		link->writable = false;
		return IO_WAIT;
	}
	*n = (size_t)put;
	return IO_SOME;
}

void relay_link_cut_off(struct link *link)
{
	const struct linger now = { .l_onoff = 1, .l_linger = 0 };
	(void)setsockopt(link->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
}

/* close() alone does not end the events of a socket that somebody else has as well: an engine that is being
 * started has all of the relay's until it runs its own program. */
void relay_link_close(struct link *link)
{
	if (link->watched)
		(void)epoll_ctl(link->epoll_fd, EPOLL_CTL_DEL, link->fd, NULL);
	if (link->fd >= 0)
		close(link->fd);
	*link = (struct link){ .fd = -1, .kind = link->kind };
}
