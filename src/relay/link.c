/* SPDX-License-Identifier: Apache-2.0 */
#include "relay-private.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { RECORD = 16384 }; /* bytes in one record of TLS at most (RFC 8446 5.1) */

bool relay_link_watch(struct link *link, int epoll_fd)
{
	struct epoll_event event = {
		.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
		.data.ptr = link,
	};
	link->watched = epoll_ctl(epoll_fd, EPOLL_CTL_ADD, link->fd, &event) == 0;
	return link->watched;
}

/* ---- TLS ---- */

void relay_link_secure(struct link *link, struct ub_tls *tls)
{
	link->tls = ub_tls_open(tls, link->fd);
}

bool relay_link_is_new(const struct link *link)
{
	return link->tls && !ub_tls_is_shaken(link->tls);
}

const char *relay_link_problem(const struct link *link)
{
	return link->tls ? ub_tls_problem(link->tls) : NULL;
}

/* The socket is known not to be ready: OpenSSL has tried. When the end was told already, no further event
 * comes. */
static enum io io_of(struct link *link, enum ub_tls_result result)
{
	link->read_writes = false;
	switch (result) {
	case UB_TLS_DONE:
		return IO_SOME;
	case UB_TLS_READS:
		link->readable = link->ended;
		return IO_WAIT;
	case UB_TLS_WRITES:
		link->writable = false;
		return IO_WAIT;
	case UB_TLS_END:
		return IO_END;
	default:
		return IO_BROKEN;
	}
}

enum io relay_link_shake(struct link *link)
{
	return link->tls ? io_of(link, ub_tls_shake(link->tls)) : IO_SOME;
}

static enum io read_tls(struct link *link, void *out, size_t size, size_t *n)
{
	if (!link->readable && !(link->read_writes && link->writable))
		return IO_WAIT;
	enum ub_tls_result result = ub_tls_read(link->tls, out, size, n);
	enum io io = io_of(link, result);
	link->read_writes = result == UB_TLS_WRITES;
	if (io == IO_SOME && ub_tls_is_drained(link->tls))
		link->readable = link->ended;
	return io;
}

/* One record holds what several pieces would need several for. */
static enum io write_tls(struct link *link, const struct iovec *pieces, int count, size_t *n)
{
	char record[RECORD];
	size_t used = 0;
	if (!link->writable)
		return IO_WAIT;
	if (count == 1)
		return io_of(link, ub_tls_write(link->tls, pieces->iov_base, pieces->iov_len, n));
	for (int i = 0; i < count && used < sizeof(record); i++) {
		size_t room = sizeof(record) - used;
		size_t part = pieces[i].iov_len < room ? pieces[i].iov_len : room;
		memcpy(record + used, pieces[i].iov_base, part);
		used += part;
	}
	enum io io = io_of(link, ub_tls_write(link->tls, record, used, n));
	explicit_bzero(record, used); /* heads have credentials */
	return io;
}

/* ---- both ---- */

enum io relay_link_read(struct link *link, void *out, size_t size, size_t *n)
{
	*n = 0;
	if (link->tls)
		return read_tls(link, out, size, n);
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

enum io relay_link_peek(struct link *link, void *out, size_t size, size_t *n)
{
	ssize_t got;
	*n = 0;
	if (!link->readable)
		return IO_WAIT;
	do
		got = recv(link->fd, out, size, MSG_PEEK);
	while (got < 0 && errno == EINTR);
	if (got <= 0) {
		link->readable = false;
		return got == 0 ? IO_END : errno == EAGAIN ? IO_WAIT : IO_BROKEN;
	}
	*n = (size_t)got;
	return IO_SOME;
}

bool relay_link_is_quiet(struct link *link)
{
	char byte;
	ssize_t got;
	if (link->ended)
		return false;
	if (link->tls)
		return io_of(link, ub_tls_peek(link->tls)) == IO_WAIT;
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
	if (link->tls)
		return write_tls(link, pieces, count, n);
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

bool relay_link_end(struct link *link)
{
	if (link->tls)
		ub_tls_end(link->tls);
	return shutdown(link->fd, SHUT_WR) == 0;
}

void relay_link_cut_off(struct link *link)
{
	link->cut = true;
	const struct linger now = { .l_onoff = 1, .l_linger = 0 };
	(void)setsockopt(link->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
}

/* close() alone does not end the events of a socket that somebody else has as well: an engine that is being
 * started has all of the relay's until it runs its own program. */
void relay_link_close(struct link *link, int epoll_fd)
{
	if (link->tls && !link->cut)
		ub_tls_end(link->tls);
	ub_tls_close(&link->tls);
	if (link->watched)
		(void)epoll_ctl(epoll_fd, EPOLL_CTL_DEL, link->fd, NULL);
	if (link->fd >= 0)
		close(link->fd);
	*link = (struct link){ .fd = -1, .kind = link->kind };
}
