/* SPDX-License-Identifier: Apache-2.0 */
#include "net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void require(bool so, const char *what)
{
	if (!so) {
		fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
		exit(1);
	}
}

int listen_somewhere(uint16_t *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	require(bind(fd, (struct sockaddr *)&address, size) == 0 && listen(fd, 1024) == 0, "listen");
	getsockname(fd, (struct sockaddr *)&address, &size);
	*port = ntohs(address.sin_port);
	return fd;
}

uint16_t free_port(void)
{
	uint16_t port;
	close(listen_somewhere(&port));
	return port;
}

void no_delay(int fd)
{
	const int on = 1;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

struct service {
	int fd;
	void (*answer)(int fd);
};

static void start(void *(*run)(void *), int fd, void (*answer)(int fd))
{
	pthread_t thread;
	struct service *service = malloc(sizeof(*service));
	require(service != NULL, "memory");
	*service = (struct service){ fd, answer };
	require(pthread_create(&thread, NULL, run, service) == 0, "a thread");
	pthread_detach(thread);
}

static void *serve_one(void *argument)
{
	struct service *service = argument;
	service->answer(service->fd);
	close(service->fd);
	free(service);
	return NULL;
}

static void *accept_all(void *argument)
{
	struct service *service = argument;
	for (int fd; (fd = accept(service->fd, NULL, NULL)) >= 0;) {
		no_delay(fd);
		start(serve_one, fd, service->answer);
	}
	free(service);
	return NULL;
}

void serve_each(int listener, void (*answer)(int fd))
{
	start(accept_all, listener, answer);
}

int connect_to(uint16_t port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
		close(fd);
		return -1;
	}
	no_delay(fd);
	return fd;
}

void write_all(int fd, const char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t put = send(fd, bytes, n, MSG_NOSIGNAL);
		if (put <= 0)
			return;
		bytes += put;
		n -= (size_t)put;
	}
}
