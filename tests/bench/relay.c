/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The cost of a request in the relay, in processor time. For comparison, the same run measures a bare TCP
 * relay (the least that passing bytes can cost) and nginx, where installed. Each relay is one process with
 * one thread. The server behind and the clients before are threads of the bench.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net.h"
#include "upbeat/relay.h"

enum { EVENTS = 256, PIECE = 64 * 1024, REQUESTS = 15000, ROUNDS = 3, BODIES = 2, RELAYS = 3 };

static const size_t bodies[BODIES] = { 500, 100000 };
static const char *const targets[BODIES] = { "/s", "/l" };
static const int clients[] = { 32, 256 };

/* ---- the server ---- */

static void answer(int fd)
{
	char in[4096], *out = malloc(bodies[BODIES - 1] + 256);
	size_t n = 0;
	for (ssize_t got; (got = recv(fd, in + n, sizeof(in) - n, 0)) > 0;) {
		n += (size_t)got;
		char *end = memmem(in, n, "\r\n\r\n", 4);
		if (!end)
			continue;
		size_t body = memmem(in, n, " /l ", 4) ? bodies[1] : bodies[0];
		int head = sprintf(out,
		    "HTTP/1.1 207 Multi-Status\r\nContent-Type: application/xml; charset=utf-8\r\n"
		    "DAV: 1, 2, 3, calendar-access\r\nServer: bench\r\nContent-Length: %zu\r\n\r\n",
		    body);
		memset(out + head, 'x', body);
		write_all(fd, out, (size_t)head + body);
		n = 0;
	}
	free(out);
}

/* ---- the bare relay: what comes here goes there, one connection for each ---- */

struct end {
	int fd;
	struct end *other;
};

static void open_ends(int epoll_fd, int fd, uint16_t upstream)
{
	struct end *ends = calloc(2, sizeof(*ends));
	no_delay(fd);
	ends[0] = (struct end){ fd, &ends[1] };
	ends[1] = (struct end){ connect_to(upstream), &ends[0] };
	for (int i = 0; i < 2; i++) {
		struct epoll_event event = { .events = EPOLLIN, .data.ptr = &ends[i] };
		epoll_ctl(epoll_fd, EPOLL_CTL_ADD, ends[i].fd, &event);
	}
}

static void pass_on(struct end *end)
{
	static char bytes[PIECE];
	ssize_t got = recv(end->fd, bytes, sizeof(bytes), 0);
	if (got > 0) {
		write_all(end->other->fd, bytes, (size_t)got);
	} else {
		close(end->fd);
		end->fd = -1;
		if (end->other->fd >= 0)
			shutdown(end->other->fd, SHUT_RDWR);
	}
}

static void run_bare(uint16_t port, uint16_t upstream, int listener)
{
	(void)port;
	int epoll_fd = epoll_create1(0);
	struct epoll_event events[EVENTS], event = { .events = EPOLLIN };
	epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listener, &event);
	for (;;) {
		int n = epoll_wait(epoll_fd, events, EVENTS, -1);
		for (int i = 0; i < n; i++) {
			if (events[i].data.ptr)
				pass_on(events[i].data.ptr);
			else
				open_ends(epoll_fd, accept(listener, NULL, NULL), upstream);
		}
	}
}

/* ---- the others ---- */

static void run_upbeat(uint16_t port, uint16_t upstream, int listener)
{
	close(listener);
	const struct ub_relay_listen listen = { .host = UB_TEXT("127.0.0.1"), .port = port };
	const struct ub_relay_server server = { .host = UB_TEXT("127.0.0.1"), .port = upstream };
	const struct ub_relay_upstream only = { .servers = &server, .n_servers = 1, .path = UB_TEXT_NONE };
	struct ub_relay_options options = {
		.listens = &listen,
		.n_listens = 1,
		.upstreams = &only,
		.n_upstreams = 1,
		.threads = 1,
	};
	exit(ub_relay_run(&options, ub_sys_signals_open(), NULL));
}

static void run_nginx(uint16_t port, uint16_t upstream, int listener)
{
	char folder[32], path[64];
	close(listener);
	require(getcwd(folder, sizeof(folder)) != NULL, "the folder");
	snprintf(path, sizeof(path), "%s/conf", folder);
	FILE *conf = fopen(path, "w");
	require(conf != NULL, path);
	fprintf(conf,
	    "daemon off; master_process off; pid %s/pid; error_log stderr crit; worker_rlimit_nofile 4096;\n"
	    "events { worker_connections 2048; }\n"
	    "http { access_log off; keepalive_requests 1000000; client_body_temp_path body; proxy_temp_path "
	    "proxy;\n"
	    "fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;\n"
	    "upstream u { server 127.0.0.1:%u; keepalive 512; keepalive_requests 1000000; }\n"
	    "server { listen 127.0.0.1:%u; location / { proxy_pass http://u; proxy_http_version 1.1;\n"
	    "proxy_set_header Connection \"\"; proxy_set_header Host $http_host; } } }\n",
	    folder, (unsigned)upstream, (unsigned)port);
	fclose(conf);
	execlp("nginx", "nginx", "-p", folder, "-c", path, (char *)NULL);
	_exit(127);
}

/* ---- clients ---- */

struct client {
	int fd;
	size_t left; /* of the answer's body; SIZE_MAX: the head has not ended */
};

static size_t ask(struct client *client, const char *target, unsigned n)
{
	char request[512];
	int len = snprintf(request, sizeof(request),
	    "PROPFIND %s HTTP/1.1\r\nHost: calendar.example:8443\r\nUser-Agent: bench/%u\r\nDepth: 0\r\n"
	    "Accept: text/xml\r\nAuthorization: Basic YWxpY2U6YWxpY2Vwdw==\r\nPrefer: return=minimal\r\n\r\n",
	    target, n);
	client->left = SIZE_MAX;
	write_all(client->fd, request, (size_t)len);
	return (size_t)len;
}

/* True: the answer is complete. */
static bool hear(struct client *client, size_t body)
{
	static char bytes[PIECE];
	ssize_t got = recv(client->fd, bytes, sizeof(bytes), 0);
	require(got > 0, "an answer");
	if (client->left == SIZE_MAX) {
		const char *end = memmem(bytes, (size_t)got, "\r\n\r\n", 4);
		require(end && memcmp(bytes, "HTTP/1.1 207", 12) == 0, "an answer that is one");
		client->left = body;
		got -= end + 4 - bytes;
	}
	client->left -= (size_t)got;
	return client->left == 0;
}

static void load(uint16_t port, int n, unsigned requests, int kind)
{
	struct client *list = calloc((size_t)n, sizeof(*list));
	struct epoll_event events[EVENTS];
	int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	unsigned asked = 0, heard = 0;
	for (int i = 0; i < n; i++, asked++) {
		struct epoll_event event = { .events = EPOLLIN, .data.ptr = &list[i] };
		list[i].fd = connect_to(port);
		require(list[i].fd >= 0, "connect");
		epoll_ctl(epoll_fd, EPOLL_CTL_ADD, list[i].fd, &event);
		ask(&list[i], targets[kind], asked);
	}
	while (heard < requests) {
		int ready = epoll_wait(epoll_fd, events, EVENTS, 5000);
		require(ready > 0, "an answer in time");
		for (int i = 0; i < ready; i++) {
			if (!hear(events[i].data.ptr, bodies[kind]))
				continue;
			heard++;
			if (asked < requests)
				ask(events[i].data.ptr, targets[kind], asked++);
		}
	}
	for (int i = 0; i < n; i++)
		close(list[i].fd);
	close(epoll_fd);
	free(list);
}

/* ---- measuring ---- */

struct relay {
	const char *name;
	void (*run)(uint16_t port, uint16_t upstream, int listener);
	pid_t pid;
	uint16_t port;
	char folder[32]; /* of nginx */
};

/* User and system time of a process, in microseconds. */
static double cpu_us(pid_t pid)
{
	char path[64], text[1024];
	unsigned long user = 0, kernel = 0;
	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	FILE *file = fopen(path, "r");
	require(file && fgets(text, sizeof(text), file), path);
	fclose(file);
	const char *fields = strrchr(text, ')');
	require(fields && sscanf(fields + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
			      &kernel) == 2,
	    path);
	return (double)(user + kernel) * 1e6 / (double)sysconf(_SC_CLK_TCK);
}

static bool start(struct relay *relay, uint16_t upstream)
{
	int listener = listen_somewhere(&relay->port);
	if (relay->run != run_bare) {
		close(listener);
		relay->port = free_port();
	}
	strcpy(relay->folder, "/tmp/upbeat-bench-XXXXXX");
	require(mkdtemp(relay->folder) != NULL, relay->folder);
	relay->pid = fork();
	if (relay->pid == 0) {
		require(chdir(relay->folder) == 0, relay->folder);
		relay->run(relay->port, upstream, listener);
	}
	if (relay->run == run_bare)
		close(listener);
	for (int i = 0; i < 300; i++) {
		int fd = connect_to(relay->port);
		if (fd >= 0) {
			close(fd);
			return true;
		}
		if (waitpid(relay->pid, NULL, WNOHANG) == relay->pid)
			return false;
		usleep(10000);
	}
	return false;
}

static void stop(const struct relay *relay, bool there)
{
	char command[64];
	snprintf(command, sizeof(command), "rm -r %s", relay->folder);
	if (there) {
		kill(relay->pid, SIGKILL);
		waitpid(relay->pid, NULL, 0);
	}
	require(system(command) == 0, command);
}

/* One round. Returns the microseconds of a request. */
static double measure(const struct relay *relay, int n, int kind)
{
	unsigned requests = kind == 0 ? REQUESTS : REQUESTS / 6;
	double before = cpu_us(relay->pid);
	load(relay->port, n, requests, kind);
	return (cpu_us(relay->pid) - before) / requests;
}

/* The relays take turns, and the best round of each counts, as others use this machine, too. */
static void compare(const struct relay *relays, const bool *there, int n, int kind)
{
	double best[RELAYS] = { 0 };
	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < RELAYS; i++) {
			double us = there[i] ? measure(&relays[i], n, kind) : 0;
			if (round == 0 || us < best[i])
				best[i] = us;
		}
	}
	printf("  %4d clients, answers of %6zu bytes, processor time a request:", n, bodies[kind]);
	for (int i = 0; i < RELAYS; i++)
		if (there[i])
			printf("  %s %.1f us (%.2f)", relays[i].name, best[i], best[i] / best[0]);
	printf("\n");
	fflush(stdout);
}

int main(void)
{
	struct relay relays[RELAYS] = {
		{ .name = "bare", .run = run_bare },
		{ .name = "upbeat", .run = run_upbeat },
		{ .name = "nginx", .run = run_nginx },
	};
	uint16_t upstream;
	int listener = listen_somewhere(&upstream);
	bool there[RELAYS];
	for (int i = 0; i < RELAYS; i++)
		there[i] = start(&relays[i], upstream);
	serve_each(listener, answer);
	for (int kind = 0; kind < BODIES; kind++)
		for (size_t c = 0; c < UB_COUNT(clients); c++)
			compare(relays, there, clients[c], kind);
	for (int i = 0; i < RELAYS; i++)
		stop(&relays[i], there[i]);
	return 0;
}
