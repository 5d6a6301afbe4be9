/* SPDX-License-Identifier: Apache-2.0 */
#include "relay-private.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

struct address {
	struct sockaddr_storage bytes;
	socklen_t len;
};

/* Of a name's addresses an IPv4 one, if there is one: clients that try IPv6 first come to IPv4 in the end. */
static bool resolve(struct ub_text host, uint16_t port, struct address *address, const char **why)
{
	char name[256], service[8];
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE }, *list;
	if (host.len >= sizeof(name)) {
		*why = "the name is too long";
		return false;
	}
	snprintf(name, sizeof(name), "%.*s", UB_ARGS(host));
	snprintf(service, sizeof(service), "%u", (unsigned)port);
	int failure = getaddrinfo(name, service, &hints, &list);
	if (failure != 0) {
		*why = gai_strerror(failure);
		return false;
	}
	const struct addrinfo *best = list;
	for (const struct addrinfo *at = list; at; at = at->ai_next)
		if (at->ai_family == AF_INET && best->ai_family != AF_INET)
			best = at;
	address->len = best->ai_addrlen;
	memcpy(&address->bytes, best->ai_addr, best->ai_addrlen);
	freeaddrinfo(list);
	return true;
}

/* Connections inherit the options of the listening socket. */
static int bind_socket(const struct address *address, bool shared)
{
	const int on = 1;
	int fd = socket(address->bytes.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	bool ready = !shared || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) == 0;
	if (ready && bind(fd, (const struct sockaddr *)&address->bytes, address->len) == 0)
		return fd;
	int saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

/* With SO_REUSEPORT a second daemon would silently take half of the connections. So the port is tried without
 * it first. */
static bool is_free(const struct address *address)
{
	int fd = bind_socket(address, false);
	if (fd < 0)
		return false;
	close(fd);
	return true;
}

static bool listen_at_address(
    const struct ub_relay_listen *place, unsigned n, int *fds, struct ub_arena *arena, struct ub_text *why)
{
	struct address address = { 0 };
	const char *problem;
	unsigned bound = 0;
	if (!resolve(place->host, place->port, &address, &problem)) {
		*why = ub_text(problem);
		return false;
	}
	bool usable = is_free(&address);
	while (usable && bound < n) {
		int fd = bind_socket(&address, true);
		fds[bound * UB_LISTENS_MAX] = fd;
		usable = fd >= 0;
		bound += usable;
		/* Port 0: the others use the port that the first socket was given. */
		address.len = sizeof(address.bytes);
		if (bound == 1)
			(void)getsockname(fds[0], (struct sockaddr *)&address.bytes, &address.len);
	}
	if (usable)
		return true;
	*why = ub_text_copy(arena, ub_text(strerror(errno)));
	while (bound > 0)
		close(fds[--bound * UB_LISTENS_MAX]);
	return false;
}

int ub_relay_try_listen(struct ub_text host, uint16_t port, struct ub_text *why, struct ub_arena *arena)
{
	struct address address = { 0 };
	const char *problem;
	if (!resolve(host, port, &address, &problem)) {
		*why = ub_text(problem);
		return -1;
	}
	int error = is_free(&address) ? 0 : errno;
	*why = ub_text_copy(arena, ub_text(strerror(error)));
	return error;
}

/* ---- sockets that all threads share ---- */

/* A socket of which a thread closes its own descriptor. */
static bool share(int fd, unsigned n, int *fds)
{
	for (unsigned i = 0; i < n; i++) {
		int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
		if (own < 0) {
			while (i > 0)
				close(fds[--i * UB_LISTENS_MAX]);
			return false;
		}
		fds[i * UB_LISTENS_MAX] = own;
	}
	return true;
}

static struct ub_local local_of(const struct ub_relay_listen *place)
{
	return (struct ub_local){
		.path = place->path, .type = SOCK_STREAM, .mode = place->mode, .backlog = SOMAXCONN
	};
}

static bool listen_locally(
    const struct ub_relay_listen *place, unsigned n, int *fds, struct ub_arena *arena, struct ub_text *why)
{
	const struct ub_local local = local_of(place);
	int fd = ub_sys_local_listen(&local, 0, arena, why);
	bool shared = fd >= 0 && share(fd, n, fds);
	if (fd >= 0 && !shared)
		*why = ub_text_copy(arena, ub_text(strerror(errno)));
	if (fd >= 0)
		close(fd);
	return shared;
}

static int option_of(int fd, int option)
{
	int value = -1;
	socklen_t size = sizeof(value);
	return getsockopt(fd, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

/* What was passed may be anything. */
static bool take_passed(
    const struct ub_relay_listen *place, unsigned n, int *fds, struct ub_arena *arena, struct ub_text *why)
{
	const int on = 1;
	if (option_of(place->fd, SO_TYPE) != SOCK_STREAM || option_of(place->fd, SO_ACCEPTCONN) != 1) {
		*why = UB_TEXT("it is no listening socket for streams: it needs ListenStream= and Accept=no");
		return false;
	}
	(void)setsockopt(place->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (fcntl(place->fd, F_SETFL, O_NONBLOCK) == 0 && share(place->fd, n, fds))
		return true;
	*why = ub_text_copy(arena, ub_text(strerror(errno)));
	return false;
}

/* ---- all ---- */

bool relay_listen(
    const struct ub_relay_listen *place, unsigned n, int *fds, struct ub_arena *arena, struct ub_text *why)
{
	if (place->fd)
		return take_passed(place, n, fds, arena, why);
	return place->path ? listen_locally(place, n, fds, arena, why)
			   : listen_at_address(place, n, fds, arena, why);
}

bool relay_listen_begin(const struct ub_relay_listen *place, int fd)
{
	return place->fd || place->path || listen(fd, SOMAXCONN) == 0;
}

static struct ub_text show_name(int fd, struct ub_arena *arena)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);
	char host[256], port[8];
	if (getsockname(fd, (struct sockaddr *)&address, &size) != 0)
		return UB_TEXT("a socket");
	if (address.ss_family == AF_UNIX) {
		const struct sockaddr_un *local = (const struct sockaddr_un *)&address;
		return ub_textf(arena, "unix:%.*s", (int)sizeof(local->sun_path), local->sun_path);
	}
	if (getnameinfo((const struct sockaddr *)&address, size, host, sizeof(host), port, sizeof(port),
		NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return UB_TEXT("a socket");
	return ub_textf(arena, strchr(host, ':') ? "[%s]:%s" : "%s:%s", host, port);
}

struct ub_text relay_listen_show(const struct ub_relay_listen *place, int fd, struct ub_arena *arena)
{
	if (place->fd)
		return ub_textf(arena, "%.*s, as it was passed", UB_ARGS(show_name(place->fd, arena)));
	if (place->path)
		return ub_textf(arena, "unix:%s", place->path);
	return fd >= 0 ? show_name(fd, arena)
		       : ub_textf(arena, "%.*s port %u", UB_ARGS(place->host), (unsigned)place->port);
}

void relay_listen_remove(const struct ub_relay_listen *place, struct ub_arena *arena)
{
	const struct ub_local local = local_of(place);
	if (place->path)
		ub_sys_local_remove(&local, arena);
}
