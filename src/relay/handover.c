/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A new program takes the place of this one. It is started with a socket to this one, by which the listening
 * sockets go to it; when it accepts clients, it says READY. It has no engine as long as this one has: the
 * socket's end says that store and control socket are free.
 */
#include "relay-private.h"

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

static enum ub_wire_result send_place(int fd, struct ub_text name, const int *fds, unsigned n)
{
	unsigned char bytes[UB_RELAY_PLACE_MAX];
	const struct ub_wire_frame frame = { .kind = UB_WIRE_PLACE, .place = { name } };
	size_t size = ub_wire_encode(&frame, bytes, sizeof(bytes));
	return size > 0 ? ub_wire_send_files(fd, bytes, size, fds, n) : UB_WIRE_INVALID;
}

/* A place without a name ends the list. */
static bool send_places(
    const struct ub_relay_options *options, int (*fds)[UB_LISTENS_MAX], unsigned n, int to)
{
	struct ub_arena *arena = ub_arena_new();
	bool sent = true;
	for (size_t k = 0; sent && k < options->n_listens; k++) {
		int of_place[UB_RELAY_THREADS_MAX];
		for (unsigned i = 0; i < n; i++)
			of_place[i] = fds[i][k];
		sent = send_place(to, name_of(&options->listens[k], arena), of_place, n) == UB_WIRE_OK;
	}
	sent = sent && send_place(to, UB_TEXT_NONE, NULL, 0) == UB_WIRE_OK;
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

const char *relay_successor_start(struct successor *successor, const struct ub_relay_options *options,
    int (*fds)[UB_LISTENS_MAX], unsigned n)
{
	int pair[2];
	if (!options->successor_argv || has_passed_socket(options))
		return "it is systemd that has the sockets, and clients wait there while it restarts the "
		       "service";
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) != 0)
		return strerror(errno);
	int error = spawn(options, pair[1], &successor->pid);
	close(pair[1]);
	if (error == 0 && send_places(options, fds, n, pair[0])) {
		successor->fd = pair[0];
		return NULL;
	}
	close(pair[0]); /* a successor that gets no places ends */
	return error ? strerror(error) : "it took no sockets";
}

/* ---- taking over ---- */

static bool take_place(
    struct inherited *inherited, struct ub_text name, const struct ub_wire_message *message)
{
	if (name.len == 0 || inherited->n == UB_LISTENS_MAX)
		return false;
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

void relay_successor_ready(int predecessor)
{
	unsigned char bytes[64];
	const struct ub_wire_frame ready = { .kind = UB_WIRE_READY };
	size_t n = ub_wire_encode(&ready, bytes, sizeof(bytes));
	(void)!ub_wire_send_bytes(predecessor, bytes, n); /* one that is gone need not know */
}
