/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A new program takes the place of this one. It is started with a socket to this one, by which the listening
 * sockets go to it; when it accepts clients, it says READY. It has no engine as long as this one has: the
 * socket's end says that store and control socket are free. Then the loops here are guests of its engine, for
 * the writes that they still have: READY comes with a second socket, by which they get sockets to the engine,
 * and once more to each engine after that.
 */
#include "run.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

/* What a place is called in both programs' settings. */
static struct ub_text name_of(const struct ub_relay_listen *place, struct ub_arena *arena)
{
	return place->path ? ub_textf(arena, "unix:%s", place->path)
			   : ub_textf(arena, "%.*s port %u", UB_ARGS(place->host), (unsigned)place->port);
}

/* ---- handing over ---- */

static enum ub_wire_result send_frame(
    int fd, const struct ub_wire_frame *frame, const int *files, unsigned n_files)
{
	unsigned char bytes[UB_RELAY_PLACE_MAX];
	size_t size = ub_wire_encode(frame, bytes, sizeof(bytes));
	return size > 0 ? ub_wire_send_files(fd, bytes, size, files, n_files) : UB_WIRE_INVALID;
}

/* A place without a name ends the list. */
static bool send_places(const struct shared *shared, int (*fds)[UB_LISTENS_MAX], unsigned n, int to)
{
	const struct ub_relay_options *options = shared->options;
	struct ub_wire_frame frame = { .kind = UB_WIRE_PLACE, .id = { shared->range, 0 } };
	struct ub_arena *arena = ub_arena_new();
	bool sent = true;
	for (size_t k = 0; sent && k < options->n_listens; k++) {
		int of_place[UB_RELAY_THREADS_MAX];
		for (unsigned i = 0; i < n; i++)
			of_place[i] = fds[i][k];
		frame.place.name = name_of(&options->listens[k], arena);
		sent = send_frame(to, &frame, of_place, n) == UB_WIRE_OK;
	}
	frame.place.name = UB_TEXT_NONE;
	sent = sent && send_frame(to, &frame, NULL, 0) == UB_WIRE_OK;
	ub_arena_free(&arena);
	return sent;
}

/* The environment with one more variable. (setenv() is not for a process with threads.) */
static char **environment(char *variable)
{
	size_t n = 0;
	while (environ[n])
		n++;
	char **copy = calloc(n + 2, sizeof(*copy));
	if (!copy)
		abort();
	memcpy(copy, environ, n * sizeof(*copy));
	copy[n] = variable;
	return copy;
}

static int spawn(const struct ub_relay_options *options, int socket_fd, pid_t *pid)
{
	char variable[] = UB_RELAY_PREDECESSOR "=3";
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, defaults;
	char **own = environment(variable);
	sigemptyset(&none);
	sigemptyset(&defaults);
	sigaddset(&defaults, SIGPIPE);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	posix_spawn_file_actions_adddup2(&actions, socket_fd, 3);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &defaults);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	int error =
	    posix_spawn(pid, options->successor_path, &actions, &attributes, options->successor_argv, own);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	free(own);
	return error;
}

static bool has_passed_socket(const struct ub_relay_options *options)
{
	for (size_t k = 0; k < options->n_listens; k++)
		if (options->listens[k].fd)
			return true;
	return false;
}

const char *relay_successor_start(
    struct successor *successor, const struct shared *shared, int (*fds)[UB_LISTENS_MAX], unsigned n)
{
	const struct ub_relay_options *options = shared->options;
	int pair[2];
	if (!options->successor_argv || has_passed_socket(options))
		return "it is systemd that has the sockets, and clients wait there while it restarts the "
		       "service";
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) != 0)
		return strerror(errno);
	int error = spawn(options, pair[1], &successor->pid);
	close(pair[1]);
	if (error == 0 && send_places(shared, fds, n, pair[0])) {
		successor->fd = pair[0];
		return NULL;
	}
	close(pair[0]); /* a successor that gets no places ends */
	return error ? strerror(error) : "it took no sockets";
}

static void close_files(const struct ub_wire_message *message)
{
	for (size_t i = 0; i < message->n_files; i++)
		close(message->files[i]);
}

/* Hears READY with so many files at most, which are the caller's then. */
static enum ub_wire_result hear_ready(
    int fd, struct ub_wire_message *message, size_t most, unsigned char *scratch)
{
	struct ub_wire_frame frame;
	enum ub_wire_result result = ub_wire_hear(fd, message, scratch);
	if (result != UB_WIRE_OK)
		return result;
	if (ub_wire_next(message, &frame) == UB_WIRE_OK && frame.kind == UB_WIRE_READY &&
	    message->n_files <= most)
		return UB_WIRE_OK;
	close_files(message);
	return UB_WIRE_NONE;
}

enum ub_wire_result relay_successor_hear(struct successor *successor, unsigned char *scratch)
{
	struct ub_wire_message message;
	enum ub_wire_result result = hear_ready(successor->fd, &message, 1, scratch);
	if (result == UB_WIRE_OK && message.n_files == 1 && successor->host_fd < 0)
		successor->host_fd = message.files[0];
	else if (result == UB_WIRE_OK)
		close_files(&message);
	return result;
}

enum ub_wire_result relay_successor_engine(
    struct successor *successor, int *fds, unsigned n, unsigned char *scratch)
{
	struct ub_wire_message message;
	enum ub_wire_result result = hear_ready(successor->host_fd, &message, n, scratch);
	if (result == UB_WIRE_OK && message.n_files == n) {
		memcpy(fds, message.files, n * sizeof(int));
	} else if (result == UB_WIRE_OK) {
		close_files(&message);
		return UB_WIRE_NONE;
	}
	if (result == UB_WIRE_CLOSED) {
		close(successor->host_fd);
		successor->host_fd = -1;
	}
	return result;
}

/* ---- taking over ---- */

static bool take_place(
    struct inherited *inherited, struct ub_text name, const struct ub_wire_message *message)
{
	if (name.len == 0 || inherited->n == UB_LISTENS_MAX || message->n_files > UB_RELAY_THREADS_MAX) {
		close_files(message);
		return false;
	}
	struct inherited_place *place = &inherited->places[inherited->n++];
	place->name = ub_text_copy(inherited->arena, name);
	place->n = (unsigned)message->n_files;
	memcpy(place->fds, message->files, message->n_files * sizeof(int));
	return true;
}

bool relay_inherit(struct inherited *inherited, int predecessor, unsigned char *scratch)
{
	struct pollfd polled = { .fd = predecessor, .events = POLLIN };
	struct ub_wire_message message;
	struct ub_wire_frame frame;
	inherited->arena = ub_arena_new();
	for (;;) {
		if (poll(&polled, 1, UB_RELAY_INHERIT_MS) <= 0 ||
		    ub_wire_hear(predecessor, &message, scratch) != UB_WIRE_OK ||
		    ub_wire_next(&message, &frame) != UB_WIRE_OK || frame.kind != UB_WIRE_PLACE)
			return false;
		inherited->range = frame.id.slot;
		if (!take_place(inherited, frame.place.name, &message))
			return true;
	}
}

unsigned relay_inherited_threads(const struct inherited *inherited)
{
	return inherited->n ? inherited->places[0].n : 0;
}

bool relay_inherited_take(
    struct inherited *inherited, const struct ub_relay_listen *listen, unsigned n, int *fds)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_text name = name_of(listen, arena);
	struct inherited_place *place = NULL;
	for (size_t k = 0; !place && k < inherited->n; k++)
		if (ub_text_eq(inherited->places[k].name, name) && inherited->places[k].n == n)
			place = &inherited->places[k];
	ub_arena_free(&arena);
	if (!place || listen->fd)
		return false;
	for (unsigned i = 0; i < n; i++)
		fds[i * UB_LISTENS_MAX] = place->fds[i];
	place->n = 0;
	return true;
}

void relay_inherited_close(struct inherited *inherited)
{
	for (size_t k = 0; k < inherited->n; k++)
		for (unsigned i = 0; i < inherited->places[k].n; i++)
			close(inherited->places[k].fds[i]);
	if (inherited->arena)
		ub_arena_free(&inherited->arena);
	*inherited = (struct inherited){ .n = 0 };
}

int relay_successor_ready(int predecessor)
{
	const struct ub_wire_frame ready = { .kind = UB_WIRE_READY };
	int pair[2] = { -1, -1 };
	bool whole = socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) == 0;
	/* One that is gone need not know. */
	(void)!send_frame(predecessor, &ready, &pair[1], whole ? 1 : 0);
	if (whole)
		close(pair[1]);
	return pair[0];
}

bool relay_guests_take(int guests_fd, int *fds, unsigned n)
{
	const struct ub_wire_frame ready = { .kind = UB_WIRE_READY };
	bool told = send_frame(guests_fd, &ready, fds, n) == UB_WIRE_OK;
	for (unsigned i = 0; i < n; i++)
		close(fds[i]);
	return told;
}
