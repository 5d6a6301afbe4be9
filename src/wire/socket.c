/* SPDX-License-Identifier: Apache-2.0 */
#include "upbeat/wire.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "upbeat/sys.h"

enum ub_wire_result ub_wire_send_bytes(int fd, const unsigned char *bytes, size_t n)
{
	if (send(fd, bytes, n, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)n)
		return UB_WIRE_OK;
	switch (errno) {
	case EAGAIN:
	case ENOBUFS:
	case ENOMEM:
	case EINTR:
		return UB_WIRE_FULL;
	case EMSGSIZE:
		return UB_WIRE_INVALID;
	default:
		return UB_WIRE_CLOSED;
	}
}

enum ub_wire_result ub_wire_send(int fd, const struct ub_wire_frame *frame, unsigned char *scratch)
{
	size_t n = ub_wire_encode(frame, scratch, UB_WIRE_FRAME_MAX);
	if (n == 0)
		return UB_WIRE_INVALID;
	enum ub_wire_result result = ub_wire_send_bytes(fd, scratch, n);
	explicit_bzero(scratch, n);
	return result;
}

enum ub_wire_result ub_wire_receive(int fd, struct ub_wire_frame *frame, unsigned char *scratch)
{
	ssize_t n = recv(fd, scratch, UB_WIRE_FRAME_MAX, MSG_DONTWAIT | MSG_TRUNC);
	frame->size = 0;
	if (n == 0)
		return UB_WIRE_CLOSED;
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? UB_WIRE_NONE : UB_WIRE_CLOSED;
	if ((size_t)n > UB_WIRE_FRAME_MAX) {
		explicit_bzero(scratch, UB_WIRE_FRAME_MAX);
		return UB_WIRE_INVALID;
	}
	enum ub_wire_result result = ub_wire_decode(scratch, (size_t)n, frame);
	frame->size = (size_t)n;
	return result;
}

/* Waits for the socket. False: the deadline has passed. */
static bool wait_for(int fd, short events, int64_t deadline)
{
	int64_t left = deadline - ub_sys_monotonic_ms();
	if (left <= 0)
		return false;
	struct pollfd ready = { .fd = fd, .events = events };
	(void)poll(&ready, 1, (int)left);
	return true;
}

enum ub_wire_result ub_wire_send_until(
    int fd, const struct ub_wire_frame *frame, unsigned char *scratch, int64_t deadline)
{
	enum ub_wire_result result;
	do
		result = ub_wire_send(fd, frame, scratch);
	while (result == UB_WIRE_FULL && wait_for(fd, POLLOUT, deadline));
	return result;
}

enum ub_wire_result ub_wire_receive_until(
    int fd, struct ub_wire_frame *frame, unsigned char *scratch, int64_t deadline)
{
	enum ub_wire_result result;
	do
		result = ub_wire_receive(fd, frame, scratch);
	while (result == UB_WIRE_NONE && wait_for(fd, POLLIN, deadline));
	return result;
}
