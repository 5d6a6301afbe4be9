/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The cost of committing a meeting's key before the meeting is forwarded: the latency of a PUT through the
 * relay alone, with a store in memory, and with a store on disk, in the same run. Also counts the synced
 * commits and transactions of a meeting. The server answers at once and stores nothing, so that only Upbeat
 * is measured. Run this where src/upbeat was built.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "net.h"
#include "upbeat/relay.h"

enum { CLIENTS_MAX = 100, SIZES = 3, KINDS = 3, ROUNDS = 3, SAMPLES_MAX = 100000 };

static const struct {
	int clients;
	unsigned meetings; /* of one round */
} sizes[SIZES] = { { 1, 500 }, { 10, 2000 }, { 100, 4000 } };

/* ---- the server ---- */

static size_t length_of(const char *head)
{
	const char *field = strcasestr(head, "\r\nContent-Length:");
	return field ? strtoul(field + strlen("\r\nContent-Length:"), NULL, 10) : 0;
}

static void answer(int fd)
{
	static const char stored[] = "HTTP/1.1 201 Created\r\nETag: \"1\"\r\nContent-Length: 0\r\n\r\n";
	static const char none[] = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
	char in[16384];
	size_t n = 0;
	for (ssize_t got; (got = recv(fd, in + n, sizeof(in) - 1 - n, 0)) > 0;) {
		n += (size_t)got;
		in[n] = '\0';
		char *end = strstr(in, "\r\n\r\n");
		if (!end || n < (size_t)(end + 4 - in) + length_of(in))
			continue;
		const char *text = memcmp(in, "PUT ", 4) == 0 ? stored : none;
		write_all(fd, text, strlen(text));
		n = 0;
	}
}

/* ---- what is measured ---- */

struct kind {
	const char *name;
	const char *store; /* NULL: no engine */
	pid_t pid;
	uint16_t port;
	double *samples; /* of all rounds, in milliseconds */
	size_t n;
};

static char folder[] = "bench-XXXXXX";

static const char *path_of(const char *name)
{
	static char path[64];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void run_alone(const struct kind *kind, uint16_t upstream)
{
	const struct ub_relay_listen listen = { .host = UB_TEXT("127.0.0.1"), .port = kind->port };
	const struct ub_relay_server server = { .host = UB_TEXT("127.0.0.1"), .port = upstream };
	const struct ub_relay_upstream only = { .servers = &server, .n_servers = 1, .path = UB_TEXT_NONE };
	struct ub_relay_options options = {
		.listens = &listen,
		.n_listens = 1,
		.upstreams = &only,
		.n_upstreams = 1,
	};
	exit(ub_relay_run(&options, ub_sys_signals_open(), NULL));
}

static void write_settings(const struct kind *kind, uint16_t upstream, const char *path)
{
	FILE *file = fopen(path, "w");
	require(file != NULL, path);
	fprintf(file,
	    "listen: 127.0.0.1:%u\nupstream: http://127.0.0.1:%u\nstore: %s\ncontrol: control-%s\n"
	    "log: {level: error}\n"
	    "organization: {domains: [ours.example], users: \"{user}@ours.example\"}\n",
	    kind->port, upstream, kind->store, kind->name);
	fclose(file);
}

static void run_program(const char *settings, bool traced)
{
	/* strace only slows what it counts. */
	if (traced)
		execlp("strace", "strace", "-f", "--seccomp-bpf", "-qq", "-e", "trace=fsync,fdatasync", "-e",
		    "signal=none", "-o", path_of("syncs"), "src/upbeat", "serve", "-c", settings,
		    (char *)NULL);
	else
		execl("src/upbeat", "upbeat", "serve", "-c", settings, (char *)NULL);
	_exit(127);
}

static bool start(struct kind *kind, uint16_t upstream, bool traced)
{
	char settings[64];
	strcpy(settings, path_of(kind->name));
	kind->port = free_port();
	if (kind->store)
		write_settings(kind, upstream, settings);
	kind->pid = fork();
	if (kind->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		setpgid(0, 0);
		if (kind->store)
			run_program(settings, traced);
		else
			run_alone(kind, upstream);
	}
	for (int i = 0; i < 500; i++) {
		int fd = connect_to(kind->port);
		if (fd >= 0)
			close(fd);
		if (fd >= 0)
			return true;
		if (waitpid(kind->pid, NULL, WNOHANG) == kind->pid)
			return false;
		usleep(10000);
	}
	return false;
}

static void stop(const struct kind *kind)
{
	kill(-kind->pid, SIGTERM);
	waitpid(kind->pid, NULL, 0);
}

/* ---- clients: a thread each ---- */

struct client {
	const struct kind *kind;
	pthread_t thread;
	unsigned meetings;
	double *samples;
};

static double now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void put_meeting(int fd, unsigned n)
{
	char body[1024], request[2048], in[1024];
	int length = snprintf(body, sizeof(body),
	    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:bench\r\nBEGIN:VEVENT\r\nUID:%u\r\n"
	    "DTSTAMP:20260101T000000Z\r\nDTSTART:20300610T120000Z\r\nDTEND:20300610T130000Z\r\n"
	    "SUMMARY:Roadmap with Acme\r\nORGANIZER:mailto:alice@ours.example\r\n"
	    "ATTENDEE:mailto:alice@ours.example\r\nATTENDEE:mailto:cto@acme.example\r\n"
	    "END:VEVENT\r\nEND:VCALENDAR\r\n",
	    n);
	int size = snprintf(request, sizeof(request),
	    "PUT /alice/calendar/%u.ics HTTP/1.1\r\nHost: calendar.example\r\n"
	    "Authorization: Basic YWxpY2U6YWxpY2Vwdw==\r\nContent-Type: text/calendar\r\n"
	    "Content-Length: %d\r\n\r\n%s",
	    n, length, body);
	write_all(fd, request, (size_t)size);
	ssize_t got = recv(fd, in, sizeof(in), 0);
	require(got > 12 && memcmp(in, "HTTP/1.1 201", 12) == 0, "an answer that is one");
}

static void *store_meetings(void *argument)
{
	static _Atomic unsigned number;
	struct client *client = argument;
	int fd = connect_to(client->kind->port);
	require(fd >= 0, "connect");
	for (unsigned i = 0; i < client->meetings; i++) {
		double before = now_ms();
		put_meeting(fd, number++);
		client->samples[i] = now_ms() - before;
	}
	close(fd);
	return NULL;
}

static void load(struct kind *kind, int clients, unsigned meetings)
{
	struct client *list = calloc((size_t)clients, sizeof(*list));
	for (int i = 0; i < clients; i++) {
		list[i] = (struct client){ .kind = kind,
			.meetings = meetings / (unsigned)clients,
			.samples = kind->samples + kind->n };
		kind->n += list[i].meetings;
		require(pthread_create(&list[i].thread, NULL, store_meetings, &list[i]) == 0, "a thread");
	}
	for (int i = 0; i < clients; i++)
		pthread_join(list[i].thread, NULL);
	free(list);
}

/* ---- what is printed ---- */

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void print_latency(struct kind *kinds, int clients)
{
	double first[2] = { 0 };
	for (int k = 0; k < KINDS; k++) {
		struct kind *kind = &kinds[k];
		qsort(kind->samples, kind->n, sizeof(*kind->samples), by_size);
		double median = kind->samples[kind->n / 2], high = kind->samples[kind->n * 99 / 100];
		if (k == 0)
			first[0] = median, first[1] = high;
		printf("  %4d clients, %-11s  median %6.2f ms (%.2f)  99th percentile %6.2f ms (%.2f)\n",
		    clients, kind->name, median, median / first[0], high, high / first[1]);
		kind->n = 0;
	}
	fflush(stdout);
}

/* The time in which the disk takes 4 KB, for comparison. */
static void print_sync(struct kind *kind)
{
	static const char page[4096];
	const char *path = path_of("page");
	FILE *file = fopen(path, "w");
	require(file != NULL, path);
	for (kind->n = 0; kind->n < 200; kind->n++) {
		double before = now_ms();
		require(write(fileno(file), page, sizeof(page)) > 0 && fdatasync(fileno(file)) == 0, path);
		kind->samples[kind->n] = now_ms() - before;
	}
	fclose(file);
	qsort(kind->samples, kind->n, sizeof(*kind->samples), by_size);
	printf("  a sync of 4 KB by itself: median %.2f ms\n", kind->samples[kind->n / 2]);
	kind->n = 0;
}

/* The kinds take turns, as other users of the machine then disturb all of them alike. */
static void compare(struct kind *kinds, int size)
{
	for (int round = 0; round < ROUNDS; round++)
		for (int k = 0; k < KINDS; k++)
			load(&kinds[k], sizes[size].clients, sizes[size].meetings);
	print_latency(kinds, sizes[size].clients);
}

/* ---- commits ---- */

/* Counts transactions: iChange of the header of SQLite's WAL index (walformat.html, 2.1). */
static uint32_t transactions(void)
{
	uint32_t change = 0;
	FILE *file = fopen(path_of("db-shm"), "r");
	require(file && fseek(file, 8, SEEK_SET) == 0 && fread(&change, sizeof(change), 1, file) == 1,
	    "the WAL index");
	fclose(file);
	return change;
}

/* The number of transactions once all waiting work is done. */
static uint32_t transactions_at_rest(void)
{
	uint32_t before = transactions();
	for (int quiet = 0; quiet < 5; quiet++) {
		usleep(100000);
		uint32_t after = transactions();
		quiet = after == before ? quiet : 0;
		before = after;
	}
	return before;
}

static unsigned lines_of(const char *path)
{
	unsigned n = 0;
	FILE *file = fopen(path, "r");
	require(file != NULL, path);
	for (int c; (c = getc(file)) != EOF;)
		n += c == '\n';
	fclose(file);
	return n;
}

static void count_commits(struct kind *kind, uint16_t upstream, int size)
{
	double meetings = sizes[size].meetings;
	if (!start(kind, upstream, true)) {
		printf("  %4d clients: syncs are not counted: there is no strace\n", sizes[size].clients);
		return;
	}
	uint32_t before = transactions_at_rest();
	unsigned syncs = lines_of(path_of("syncs"));
	load(kind, sizes[size].clients, sizes[size].meetings);
	uint32_t after = transactions_at_rest();
	stop(kind);
	kind->n = 0;
	printf("  %4d clients: for each meeting %.3f syncs, %.2f transactions\n", sizes[size].clients,
	    (lines_of(path_of("syncs")) - syncs) / meetings, (after - before) / meetings);
	fflush(stdout);
}

int main(void)
{
	struct kind kinds[KINDS] = {
		{ .name = "relay alone" },
		{ .name = "memory", .store = "memory" },
		{ .name = "sqlite", .store = "sqlite:db" },
	};
	uint16_t upstream;
	char command[64];
	int listener = listen_somewhere(&upstream);
	serve_each(listener, answer);
	require(mkdtemp(folder) != NULL, folder);
	for (int k = 0; k < KINDS; k++) {
		kinds[k].samples = calloc(SAMPLES_MAX, sizeof(*kinds[k].samples));
		require(start(&kinds[k], upstream, false), kinds[k].name);
	}
	print_sync(&kinds[0]);
	for (int size = 0; size < SIZES; size++)
		compare(kinds, size);
	for (int k = 0; k < KINDS; k++)
		stop(&kinds[k]);
	for (int size = 0; size < SIZES; size++)
		count_commits(&kinds[KINDS - 1], upstream, size);
	for (int k = 0; k < KINDS; k++)
		free(kinds[k].samples);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	require(system(command) == 0, command);
	return 0;
}
