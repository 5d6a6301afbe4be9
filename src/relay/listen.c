/* SPDX-License-Identifier: Apache-2.0 */
#include "relay-private.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
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

unsigned relay_listen(const struct ub_relay_options *options, unsigned n, int *fds, const char **why)
{
	struct address address = { 0 };
	unsigned bound = 0;
	if (!resolve(options->listen_host, options->listen_port, &address, why))
		return 0;
	bool usable = is_free(&address);
	while (usable && bound < n) {
		fds[bound] = bind_socket(&address, true);
		usable = fds[bound] >= 0;
		bound += usable;
		/* Port 0: the others use the port that the first socket was given. */
		address.len = sizeof(address.bytes);
		if (bound == 1)
			(void)getsockname(fds[0], (struct sockaddr *)&address.bytes, &address.len);
	}
	if (usable)
		return bound;
	*why = strerror(errno);
	while (bound > 0)
		close(fds[--bound]);
	return 0;
}
