/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Messages of several frames, and of open files.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "upbeat/wire.h"

/* Room for the open files of one message. */
union files {
	char bytes[CMSG_SPACE(sizeof(int) * UB_WIRE_FILES_MAX)];
	struct cmsghdr aligned;
};

/* ---- what has come ---- */

static void take_files(struct msghdr *header, struct ub_wire_message *message)
{
	struct cmsghdr *control = CMSG_FIRSTHDR(header);
	if (!control || control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_RIGHTS)
		return;
	message->n_files = (control->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	memcpy(message->files, CMSG_DATA(control), message->n_files * sizeof(int));
}

enum ub_wire_result ub_wire_hear(int fd, struct ub_wire_message *message, unsigned char *scratch)
{
	union files files;
	struct iovec bytes = { scratch, UB_WIRE_FRAME_MAX };
	struct msghdr header = { .msg_iov = &bytes,
		.msg_iovlen = 1,
		.msg_control = files.bytes,
		.msg_controllen = sizeof(files.bytes) };
	message->left = message->size = message->n_files = 0;
	ssize_t n = recvmsg(fd, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? UB_WIRE_NONE : UB_WIRE_CLOSED;
	if (n == 0)
		return UB_WIRE_CLOSED;
	take_files(&header, message);
	message->rest = scratch;
	message->size = (size_t)n;
	message->left = header.msg_flags & MSG_TRUNC ? 0 : (size_t)n;
	return header.msg_flags & MSG_TRUNC ? UB_WIRE_INVALID : UB_WIRE_OK;
}

enum ub_wire_result ub_wire_next(struct ub_wire_message *message, struct ub_wire_frame *frame)
{
	size_t used;
	if (message->left == 0)
		return UB_WIRE_NONE;
	enum ub_wire_result result = ub_wire_decode_first(message->rest, message->left, frame, &used);
	message->rest += used;
	message->left -= used;
	return result;
}

/* ---- what is to go ---- */

static size_t room_of(struct ub_wire_outbox *outbox)
{
	if (!outbox->bytes && !(outbox->bytes = malloc(UB_WIRE_FRAME_MAX)))
		abort();
	return UB_WIRE_FRAME_MAX - outbox->n;
}

bool ub_wire_outbox_add(struct ub_wire_outbox *outbox, const struct ub_wire_frame *frame)
{
	size_t room = room_of(outbox), n = ub_wire_encode(frame, outbox->bytes + outbox->n, room);
	outbox->n += n;
	return n > 0;
}

bool ub_wire_outbox_add_bytes(struct ub_wire_outbox *outbox, const unsigned char *bytes, size_t n)
{
	if (n > room_of(outbox))
		return false;
	memcpy(outbox->bytes + outbox->n, bytes, n);
	outbox->n += n;
	return true;
}

enum ub_wire_result ub_wire_outbox_send(struct ub_wire_outbox *outbox, int fd)
{
	if (outbox->n == 0)
		return UB_WIRE_OK;
	enum ub_wire_result result = ub_wire_send_bytes(fd, outbox->bytes, outbox->n);
	if (result != UB_WIRE_FULL)
		ub_wire_outbox_clear(outbox);
	return result;
}

void ub_wire_outbox_clear(struct ub_wire_outbox *outbox)
{
	if (outbox->n)
		explicit_bzero(outbox->bytes, outbox->n);
	outbox->n = 0;
}

void ub_wire_outbox_free(struct ub_wire_outbox *outbox)
{
	ub_wire_outbox_clear(outbox);
	free(outbox->bytes);
	*outbox = (struct ub_wire_outbox){ 0 };
}

enum ub_wire_result ub_wire_send_files(
    int fd, const unsigned char *bytes, size_t n, const int *files, size_t n_files)
{
	union files room;
	struct iovec piece = { (void *)bytes, n };
	struct msghdr header = { .msg_iov = &piece, .msg_iovlen = 1 };
	if (n_files == 0)
		return ub_wire_send_bytes(fd, bytes, n);
	if (n_files > UB_WIRE_FILES_MAX)
		return UB_WIRE_INVALID;
	header.msg_control = room.bytes;
	header.msg_controllen = CMSG_SPACE(sizeof(int) * n_files);
	struct cmsghdr *control = CMSG_FIRSTHDR(&header);
	control->cmsg_level = SOL_SOCKET;
	control->cmsg_type = SCM_RIGHTS;
	control->cmsg_len = CMSG_LEN(sizeof(int) * n_files);
	memcpy(CMSG_DATA(control), files, sizeof(int) * n_files);
	return sendmsg(fd, &header, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)n ? UB_WIRE_OK : UB_WIRE_CLOSED;
}
