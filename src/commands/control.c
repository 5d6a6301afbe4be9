/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The control socket: one thread that takes one client after the other.
 */
#include "control-private.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "upbeat/wire.h"

struct ub_control {
	const struct ub_control_input *input;
	unsigned char *scratch;
	struct ub_watched *watched;
	struct ub_thread *thread;
};

/* ---- one client ---- */

static int answer(const struct ub_telling *telling, const struct ub_wire_ask *ask)
{
	switch (ask->ask) {
	case UB_ASK_STATUS:
		return control_tell_status(telling);
	case UB_ASK_EXPLAIN:
		return control_find_meeting(telling, ask->subject);
	case UB_ASK_REMOVAL:
		return control_take_removal(telling, ask->subject);
	case UB_ASK_BACKFILL:
		return control_take_backfill(telling, ask);
	case UB_ASK_ORDER:
		return control_take_order(telling, ask->subject);
	case UB_ASK_REFRESH:
		return control_refresh(telling, ask->subject);
	default:
		ub_buf_str(telling->out,
		    "The daemon is upbeat " PACKAGE_VERSION ", which does not know this question.\n");
		return 1;
	}
}

/* Sends the answer in pieces, the last of which has the exit status. A client that does not read goes
 * without. */
static void reply(struct ub_control *control, int fd, struct ub_text text, int status)
{
	int64_t deadline = ub_sys_monotonic_ms() + UB_CONTROL_REPLY_MS;
	struct ub_wire_frame frame = { .kind = UB_WIRE_REPLY };
	enum ub_wire_result result;
	size_t at = 0;
	do {
		size_t n = text.len - at < UB_WIRE_PIECE_MAX ? text.len - at : UB_WIRE_PIECE_MAX;
		frame.reply.text = ub_text_sub(text, at, at + n);
		at += n;
		frame.reply.more = at < text.len;
		frame.reply.status = status;
		result = ub_wire_send_until(fd, &frame, control->scratch, deadline);
	} while (result == UB_WIRE_OK && frame.reply.more);
}

static void attend(struct ub_control *control, int fd)
{
	struct ub_wire_frame frame;
	int64_t deadline = ub_sys_monotonic_ms() + UB_CONTROL_ASK_MS;
	if (ub_wire_receive_until(fd, &frame, control->scratch, deadline) != UB_WIRE_OK ||
	    frame.kind != UB_WIRE_ASK)
		return;
	struct ub_arena *arena = ub_arena_new();
	struct ub_buf out = UB_BUF(arena);
	struct ub_wire_ask ask = frame.ask;
	ask.subject = ub_text_copy(arena, ask.subject);
	ask.authorization = ub_text_copy(arena, ask.authorization);
	explicit_bzero(control->scratch, UB_WIRE_FRAME_MAX);
	struct ub_telling telling = { .daemon = control->input,
		.snapshot = ub_configuration_snapshot(control->input->configuration),
		.watched = control->watched,
		.json = ask.json,
		.colour = ask.colour,
		.out = &out };
	int status = answer(&telling, &ask);
	explicit_bzero((char *)ask.authorization.ptr, ask.authorization.len);
	reply(control, fd, ub_buf_text(&out), status);
	ub_arena_free(&arena);
	ub_snapshot_release(&telling.snapshot);
}

/* ---- the thread ---- */

/* A reading takes too long, by the watch's thread. No key is to blame. Who asks again has the engine end once
 * a minute at most. */
static void overrun(void *context)
{
	const struct ub_control *control = context;
	ub_log(control->input->log, UB_LOG_ERROR,
	    "reading a meeting for an answer took more than a minute of processor time; the engine ends");
	_exit(UB_WIRE_EXIT_OVERRUN);
}

static void run(void *context, int stop_fd)
{
	struct ub_control *control = context;
	const struct ub_watch_limit limit = { UB_READING_KEYLESS_MS, overrun, control };
	int listening = control->input->fd;
	struct pollfd polled[] = {
		{ .fd = stop_fd, .events = POLLIN },
		{ .fd = listening, .events = POLLIN },
	};
	control->watched = ub_sys_watch_join(control->input->watch, &limit);
	while (!polled[0].revents) {
		(void)poll(polled, UB_COUNT(polled), -1);
		int fd = accept4(listening, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0)
			continue;
		attend(control, fd);
		close(fd);
	}
	ub_sys_watch_leave(&control->watched);
}

struct ub_control *ub_control_start(const struct ub_control_input *input)
{
	if (input->fd < 0)
		return NULL;
	struct ub_control *control = calloc(1, sizeof(*control));
	if (!control)
		abort();
	control->input = input;
	control->scratch = malloc(UB_WIRE_FRAME_MAX);
	if (!control->scratch)
		abort();
	control->thread = ub_sys_thread_start(run, control);
	return control;
}

void ub_control_join(struct ub_control **control)
{
	struct ub_control *mine = *control;
	*control = NULL;
	if (!mine)
		return;
	ub_sys_thread_stop(&mine->thread);
	free(mine->scratch);
	free(mine);
}
