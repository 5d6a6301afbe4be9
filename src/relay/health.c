/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Whether servers that are equal take connections. One that does not is found out before a client has to wait
 * for it, and one that does again has requests soon. A server that is alone is never asked: there is no other
 * to go to.
 */
#include "relay-private.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PROBES_MAX = 256 }; /* addresses in one round; further ones are not looked at */

struct health {
	struct shared *shared;
	struct ub_thread *thread;
	bool *up;      /* of each server, in one round */
	bool *said_up; /* what the log was last told */
};

struct probe {
	unsigned server; /* its number in shared->servers */
	int fd;
};

static void log_change(struct health *health, unsigned i)
{
	const struct server *server = &health->shared->servers[i];
	if (health->up[i] == health->said_up[i])
		return;
	health->said_up[i] = health->up[i];
	ub_log(health->shared->log, health->up[i] ? UB_LOG_INFO : UB_LOG_WARNING,
	    health->up[i] ? "the server %s takes connections again"
			  : "the server %s takes no connections; its equals have its requests",
	    relay_server_name(server));
}

/* The relay's threads may have marked servers meanwhile; what was found out last holds. */
static void conclude(struct health *health)
{
	for (unsigned i = 0; i < health->shared->n_servers; i++) {
		struct server *server = &health->shared->servers[i];
		if (server->site->n == 1)
			continue;
		server->down_until = health->up[i] ? 0 : INT64_MAX;
		log_change(health, i);
	}
}

static int begin_to_connect(const struct addresses *addresses, unsigned i)
{
	const struct sockaddr *to = (const struct sockaddr *)&addresses->list[i];
	int fd = socket(to->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, to, addresses->lengths[i]) == 0 || errno == EINPROGRESS)
		return fd;
	close(fd);
	return -1;
}

static unsigned begin_round(struct health *health, struct probe *probes)
{
	unsigned n = 0;
	struct addresses addresses;
	for (unsigned i = 0; i < health->shared->n_servers; i++) {
		const struct server *server = &health->shared->servers[i];
		health->up[i] = false;
		if (server->site->n == 1)
			continue;
		relay_resolver_get(server->resolver, &addresses);
		for (unsigned k = 0; k < addresses.n && n < PROBES_MAX; k++) {
			probes[n] = (struct probe){ i, begin_to_connect(&addresses, k) };
			n += probes[n].fd >= 0;
		}
	}
	return n;
}

static bool is_connected(int fd)
{
	int error = 0;
	socklen_t size = sizeof(error);
	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
}

/* Waits for the first probes that are done, and takes them out. Returns how many are left; 0: or it is time
 * to stop. */
static unsigned take_done(struct health *health, int stop_fd, struct probe *probes, unsigned n, int patience)
{
	struct pollfd polled[PROBES_MAX + 1] = { { .fd = stop_fd, .events = POLLIN } };
	unsigned left = 0;
	for (unsigned i = 0; i < n; i++)
		polled[i + 1] = (struct pollfd){ .fd = probes[i].fd, .events = POLLOUT };
	bool none = poll(polled, n + 1, patience) <= 0 || polled[0].revents;
	for (unsigned i = 0; i < n; i++) {
		bool done = none || polled[i + 1].revents;
		if (!none && done && is_connected(probes[i].fd))
			health->up[probes[i].server] = true;
		if (done)
			close(probes[i].fd);
		else
			probes[left++] = probes[i];
	}
	return left;
}

static void look(struct health *health, int stop_fd)
{
	struct probe probes[PROBES_MAX];
	unsigned n = begin_round(health, probes);
	int64_t until = ub_sys_monotonic_ms() + UB_RELAY_CHECK_WAIT_MS;
	for (int64_t left = UB_RELAY_CHECK_WAIT_MS; n > 0; left = until - ub_sys_monotonic_ms())
		n = take_done(health, stop_fd, probes, n, left > 0 ? (int)left : 0);
}

static bool is_over(int stop_fd, int patience)
{
	struct pollfd stop = { .fd = stop_fd, .events = POLLIN };
	return poll(&stop, 1, patience) > 0;
}

static void keep_looking(void *context, int stop_fd)
{
	struct health *health = context;
	do {
		look(health, stop_fd);
		if (!is_over(stop_fd, 0))
			conclude(health);
	} while (!is_over(stop_fd, UB_RELAY_CHECK_MS));
}

static bool *flags(unsigned n)
{
	bool *flags = calloc(n, sizeof(*flags));
	if (!flags)
		abort();
	return flags;
}

struct health *relay_health_start(struct shared *shared)
{
	bool equals = false;
	for (unsigned i = 0; i < shared->n_sites; i++)
		equals |= shared->sites[i].n > 1;
	if (!equals)
		return NULL;
	struct health *health = calloc(1, sizeof(*health));
	if (!health)
		abort();
	health->shared = shared;
	health->up = flags(shared->n_servers);
	health->said_up = flags(shared->n_servers);
	memset(health->said_up, true, shared->n_servers);
	health->thread = ub_sys_thread_start(keep_looking, health);
	return health;
}

void relay_health_stop(struct health **health)
{
	struct health *mine = *health;
	*health = NULL;
	if (!mine)
		return;
	ub_sys_thread_stop(&mine->thread);
	free(mine->up);
	free(mine->said_up);
	free(mine);
}
