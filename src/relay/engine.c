/* SPDX-License-Identifier: Apache-2.0 */
#include "run.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static bool open_pair(int pair[2])
{
	const int size = 1024 * 1024;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) != 0)
		return false;
	(void)setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	(void)setsockopt(pair[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	return true;
}

static void close_file(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void close_sockets(struct engine *engine)
{
	close_file(&engine->fd);
	for (unsigned i = 0; i < UB_COUNT(engine->loop_fds); i++)
		close_file(&engine->loop_fds[i]);
}

/* The engine's ends: one for the main thread, and one for each loop. */
struct ends {
	int fd, loop_fds[UB_WIRE_FILES_MAX];
	unsigned n_loops;
};

static void close_ends(struct ends *ends)
{
	close_file(&ends->fd);
	for (unsigned i = 0; i < ends->n_loops; i++)
		close_file(&ends->loop_fds[i]);
}

static bool open_sockets(struct engine *engine, struct ends *ends)
{
	int pair[2];
	close_sockets(engine);
	*ends = (struct ends){ .fd = -1 };
	for (unsigned i = 0; i <= engine->n_loops + engine->n_guests; i++) {
		if (!open_pair(pair))
			return false;
		*(i == 0 ? &engine->fd : &engine->loop_fds[i - 1]) = pair[0];
		*(i == 0 ? &ends->fd : &ends->loop_fds[ends->n_loops++]) = pair[1];
	}
	return true;
}

/* Starts a new program. It has nothing open but its sockets and what any program inherits, and no signal
 * blocked but SIGHUP: one that comes before the engine can take it waits, and does not end the engine. */
static int spawn(struct engine *engine, int socket_fd)
{
	const struct ub_relay_options *options = engine->options;
	char *const *argv = engine->crashed && options->engine_argv_after_crash
				? options->engine_argv_after_crash
				: options->engine_argv;
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t blocked, defaults;
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGHUP);
	sigemptyset(&defaults);
	sigaddset(&defaults, SIGPIPE);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	posix_spawn_file_actions_adddup2(&actions, socket_fd, UB_WIRE_ENGINE_FD);
	if (engine->control_fd)
		posix_spawn_file_actions_adddup2(&actions, engine->control_fd, UB_WIRE_CONTROL_FD);
	if (engine->memory_fd >= 0)
		posix_spawn_file_actions_adddup2(&actions, engine->memory_fd, UB_WIRE_MEMORY_FD);
	posix_spawnattr_setsigmask(&attributes, &blocked);
	posix_spawnattr_setsigdefault(&attributes, &defaults);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	int error = posix_spawnp(&engine->pid, options->engine_path, &actions, &attributes, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return error;
}

static void plan_restart(struct engine *engine)
{
	int64_t now = ub_sys_monotonic_ms();
	if (engine->back_off == 0 || now - engine->started > UB_RELAY_BACK_OFF_MAX)
		engine->back_off = UB_RELAY_BACK_OFF_MIN;
	engine->start_at = now + engine->back_off;
	engine->back_off =
	    engine->back_off * 2 < UB_RELAY_BACK_OFF_MAX ? engine->back_off * 2 : UB_RELAY_BACK_OFF_MAX;
}

/* The socket is new and empty: there is room. */
static void say_hello(const struct engine *engine, const struct ends *ends)
{
	unsigned char bytes[64];
	const struct ub_wire_frame hello = { .kind = UB_WIRE_HELLO,
		.id = { engine->count, (uint32_t)engine->relay_started } };
	size_t n = ub_wire_encode(&hello, bytes, sizeof(bytes));
	if (ub_wire_send_files(engine->fd, bytes, n, ends->loop_fds, ends->n_loops) != UB_WIRE_OK)
		ub_log(engine->log, UB_LOG_WARNING, "the engine was not told which it is");
}

void relay_engine_init(struct engine *engine, unsigned n_loops)
{
	engine->fd = -1;
	engine->n_loops = n_loops;
	engine->control_fd = engine->options->control_fd;
	engine->memory_fd = ub_wire_memory_new();
	engine->shared->memory = ub_wire_memory_open(engine->memory_fd);
	if (!engine->shared->memory)
		ub_log(engine->log, UB_LOG_WARNING, "all writes wait for the engine: %s", strerror(errno));
	for (unsigned i = 0; i < UB_COUNT(engine->loop_fds); i++)
		engine->loop_fds[i] = -1;
}

void relay_engine_free(struct engine *engine)
{
	close_sockets(engine);
	ub_wire_memory_close(&engine->shared->memory);
	close_file(&engine->memory_fd);
}

void relay_engine_start(struct engine *engine)
{
	struct ends ends;
	if (engine->shared->memory)
		ub_wire_objects_clear(engine->shared->memory); /* until the engine says what it knows */
	int error = open_sockets(engine, &ends) ? 0 : errno;
	if (error == 0)
		error = spawn(engine, ends.fd);
	if (error == 0)
		say_hello(engine, &ends);
	close_ends(&ends);
	engine->started = ub_sys_monotonic_ms();
	engine->count++;
	if (error != 0) {
		engine->pid = 0;
		plan_restart(engine);
		ub_log(engine->log, UB_LOG_ERROR, "the engine cannot be started: %s: %s",
		    engine->options->engine_path, strerror(error));
	}
}

void relay_engine_ready(struct engine *engine)
{
	engine->ready = true;
	engine->crashed = false;
}

void relay_engine_wants(struct shared *shared, const struct ub_wire_bodies *bodies)
{
	shared->lone_go_ahead = bodies->lone_go_ahead && shared->memory;
	shared->bodies = bodies->wanted;
}

int relay_engine_take_socket(struct engine *engine, unsigned loop)
{
	int fd = engine->loop_fds[loop];
	engine->loop_fds[loop] = -1;
	return fd;
}

/* Whether nobody knows which key the engine has died of. */
static bool has_crashed(int status)
{
	return !WIFEXITED(status) ||
	       (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != UB_WIRE_EXIT_OVERRUN);
}

bool relay_engine_reap(struct engine *engine)
{
	int status;
	if (engine->pid == 0 || waitpid(engine->pid, &status, WNOHANG) != engine->pid)
		return false;
	engine->pid = 0;
	if (engine->ready && has_crashed(status))
		engine->crashed = true;
	engine->ready = false;
	close_sockets(engine);
	relay_engine_wants(engine->shared, &(struct ub_wire_bodies){ 0 });
	engine->shared->poll_every = 0;
	relay_principals_wait(engine->shared, UB_TEXT_NONE);
	plan_restart(engine);
	const char *how = WIFSIGNALED(status) ? "signal" : "status";
	int number = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
	if (engine->last)
		ub_log(engine->log, UB_LOG_WARNING, "the engine ended with %s %d", how, number);
	else
		ub_log(engine->log, UB_LOG_WARNING,
		    "the engine ended with %s %d and is started again in %lld ms", how, number,
		    (long long)(engine->start_at - ub_sys_monotonic_ms()));
	return true;
}

/* The end of the engine shows by the end of its socket. */
void relay_engine_stop(struct engine *engine)
{
	if (engine->pid == 0)
		return;
	int64_t until = ub_sys_monotonic_ms() + UB_RELAY_DRAIN_MS;
	kill(engine->pid, SIGTERM);
	for (int64_t left = UB_RELAY_DRAIN_MS; left > 0; left = until - ub_sys_monotonic_ms()) {
		struct pollfd gone = { .fd = engine->fd, .events = POLLRDHUP };
		if (poll(&gone, 1, (int)left) > 0 && (gone.revents & (POLLHUP | POLLRDHUP | POLLERR)))
			break;
	}
	if (ub_sys_monotonic_ms() >= until)
		kill(engine->pid, SIGKILL);
	while (waitpid(engine->pid, NULL, 0) < 0 && errno == EINTR)
		;
	engine->pid = 0;
	close_sockets(engine);
}
