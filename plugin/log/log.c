/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Events as lines of JSON, at the end of a file or on standard error: upbeat.conf(5), "EVENTS". The file is
 * opened for each delivery, so that it may be moved away at any time.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "upbeat/plugin.h"

#define MESSAGE_MAX 500

struct sink {
	char *path; /* NULL: standard error */
	struct ub_plugin_place place;
};

static const struct ub_plugin_option options[] = {
	{ "path", UB_PLUGIN_OPTION_PATH, false, "the file; standard error if not said" },
};

static void close_sink(void *opened)
{
	struct sink *sink = opened;
	free(sink->path);
	free(sink);
}

static void *open_sink(struct ub_plugin_host *host, const struct ub_plugin_setting *settings, size_t n)
{
	struct sink *sink = calloc(1, sizeof(*sink));
	(void)host;
	if (!sink)
		abort();
	for (size_t i = 0; i < n; i++) {
		if (strcmp(settings[i].name, "path") != 0)
			continue;
		sink->path = strdup(settings[i].value);
		sink->place = settings[i].place;
		if (!sink->path)
			abort();
	}
	return sink;
}

static void fail(const struct sink *sink, struct ub_plugin_host *host, const char *doing)
{
	char text[MESSAGE_MAX];
	const char *path = sink->path ? sink->path : "standard error";
	snprintf(text, sizeof(text), "cannot %s %s: %s", doing, path, strerror(errno));
	host->error(host, sink->place, text,
	    errno == ENOSPC ? "make room on the disk; the events wait"
			    : "let Upbeat's user write there; the events wait");
}

/* One whole line or nothing: what a full disk leaves of a line is cut off again. */
static bool write_line(int fd, const struct ub_plugin_event *event)
{
	struct stat before;
	struct iovec parts[] = { { (char *)(uintptr_t)event->json, event->len }, { (char[]){ '\n' }, 1 } };
	const bool file = fstat(fd, &before) == 0 && S_ISREG(before.st_mode);
	const ssize_t whole = (ssize_t)event->len + 1;
	ssize_t written = writev(fd, parts, 2);
	if (written == whole)
		return true;
	int why = written < 0 ? errno : ENOSPC;
	if (written > 0 && file && ftruncate(fd, before.st_size) != 0)
		why = errno;
	errno = why;
	return false;
}

/* What was written counts once it is on the disk. Only files have one. */
static bool is_safe(int fd)
{
	return fdatasync(fd) == 0 || errno == EINVAL || errno == EROFS || errno == ENOTSUP;
}

static struct ub_plugin_answer deliver(
    void *opened, struct ub_plugin_host *host, const struct ub_plugin_event *events, size_t n)
{
	const struct sink *sink = opened;
	struct ub_plugin_answer answer = { .result = UB_PLUGIN_LATER };
	int fd = sink->path ? open(sink->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600)
			    : STDERR_FILENO;
	if (fd < 0) {
		fail(sink, host, "open");
		return answer;
	}
	while (answer.delivered < n && write_line(fd, &events[answer.delivered]))
		answer.delivered++;
	if (answer.delivered == n)
		answer.result = UB_PLUGIN_DELIVERED;
	else
		fail(sink, host, "write to");
	if (answer.delivered > 0 && !is_safe(fd)) {
		fail(sink, host, "write to");
		answer = (struct ub_plugin_answer){ .result = UB_PLUGIN_LATER };
	}
	if (sink->path)
		close(fd);
	return answer;
}

const struct ub_plugin_sink ub_plugin_sink = {
	.abi = UB_PLUGIN_ABI,
	.size = sizeof(struct ub_plugin_sink),
	.options = options,
	.n_options = sizeof(options) / sizeof(options[0]),
	.open = open_sink,
	.deliver = deliver,
	.close = close_sink,
};
