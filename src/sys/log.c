/* SPDX-License-Identifier: Apache-2.0 */
#include "upbeat/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct ub_log {
	int fd;
	bool own_fd; /* a pipe or terminal opened once more, so that only this program does not wait */
	bool socket;
	_Atomic int level; /* enum ub_log_level */
	enum ub_log_format format;
	const char *process;
	_Atomic uint64_t dropped;
};

static const struct ub_text level_names[] = {
	[UB_LOG_ERROR] = { "error", 5 },
	[UB_LOG_WARNING] = { "warning", 7 },
	[UB_LOG_INFO] = { "info", 4 },
	[UB_LOG_DEBUG] = { "debug", 5 },
};
static const struct ub_text format_names[] = {
	[UB_LOG_TEXT] = { "text", 4 },
	[UB_LOG_JSON] = { "json", 4 },
};

/* O_NONBLOCK belongs to the open file, which other programs may share. So a pipe or
 * terminal is opened anew. */
static int reopen(int fd)
{
	char path[32];
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
}

struct ub_log *ub_log_new(int fd, enum ub_log_level level, enum ub_log_format format, const char *process)
{
	struct ub_log *log = calloc(1, sizeof(*log));
	if (!log)
		abort();
	*log = (struct ub_log){ .fd = fd, .format = format, .process = process };
	atomic_init(&log->level, (int)level);
	struct stat status;
	if (fstat(fd, &status) != 0)
		return log;
	log->socket = S_ISSOCK(status.st_mode);
	int own = S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode) ? reopen(fd) : -1;
	if (own >= 0) {
		log->fd = own;
		log->own_fd = true;
	}
	return log;
}

void ub_log_free(struct ub_log **log)
{
	if (*log && (*log)->own_fd)
		close((*log)->fd);
	free(*log);
	*log = NULL;
}

void ub_log_set_level(struct ub_log *log, enum ub_log_level level)
{
	atomic_store(&log->level, (int)level);
}

static bool is_wanted(struct ub_log *log, enum ub_log_level level)
{
	return log && (int)level <= atomic_load_explicit(&log->level, memory_order_relaxed);
}

static bool parse_word(struct ub_text word, const struct ub_text *names, size_t n, int *out)
{
	for (size_t i = 0; i < n; i++) {
		if (ub_text_eq(word, names[i])) {
			*out = (int)i;
			return true;
		}
	}
	return false;
}

bool ub_log_level_parse(struct ub_text word, enum ub_log_level *level)
{
	int found = 0;
	bool known = parse_word(word, level_names, UB_COUNT(level_names), &found);
	if (known)
		*level = (enum ub_log_level)found;
	return known;
}

bool ub_log_format_parse(struct ub_text word, enum ub_log_format *format)
{
	int found = 0;
	bool known = parse_word(word, format_names, UB_COUNT(format_names), &found);
	if (known)
		*format = (enum ub_log_format)found;
	return known;
}

/* ---- a line ---- */

struct line {
	char bytes[UB_LOG_LINE_MAX];
	size_t n;
};

/* CLOSING leaves room for the bytes that close the line. */
enum { CLOSING = 4 };

static void add(struct line *line, const char *bytes, size_t n)
{
	if (n <= sizeof(line->bytes) - CLOSING - line->n) {
		memcpy(line->bytes + line->n, bytes, n);
		line->n += n;
	} else {
		line->n = sizeof(line->bytes) - CLOSING; /* the line is full: nothing more is added */
	}
}

/* The length of a whole UTF-8 sequence at `text`; 0: there is none. */
static size_t utf8_length(struct ub_text text)
{
	for (size_t n = 2; n <= 4 && n <= text.len; n++)
		if (ub_text_utf8_valid(ub_text_n(text.ptr, n)))
			return n;
	return 0;
}

static size_t add_character(struct line *line, struct ub_text rest, bool json)
{
	unsigned char c = (unsigned char)rest.ptr[0];
	size_t sequence = c >= 0x80 ? utf8_length(rest) : 0;
	char escape[8];
	if (sequence > 0 && !(c == 0xc2 && (unsigned char)rest.ptr[1] < 0xa0)) {
		add(line, rest.ptr, sequence);
		return sequence;
	}
	if (c >= 0x20 && c < 0x7f && !(json && (c == '"' || c == '\\'))) {
		add(line, rest.ptr, 1);
		return 1;
	}
	int n = snprintf(escape, sizeof(escape), json ? "\\u%04x" : "\\x%02x", c);
	add(line, escape, (size_t)n);
	return 1;
}

static void add_escaped(struct line *line, struct ub_text text, bool json)
{
	for (size_t i = 0; i < text.len;)
		i += add_character(line, ub_text_sub(text, i, text.len), json);
}

static void add_time(struct line *line)
{
	struct timespec now;
	struct tm utc;
	char text[64];
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	size_t n = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &utc);
	n += (size_t)snprintf(text + n, sizeof(text) - n, ".%03ldZ", now.tv_nsec / 1000000);
	add(line, text, n);
}

static void compose(struct line *line, const struct ub_log *log, enum ub_log_level level, struct ub_text text)
{
	struct ub_text level_name = level_names[level], process = ub_text(log->process);
	bool json = log->format == UB_LOG_JSON;
	line->n = 0;
	add(line, "{\"time\":\"", json ? 9 : 0);
	add_time(line);
	add(line, json ? "\",\"level\":\"" : " ", json ? 11 : 1);
	add(line, level_name.ptr, level_name.len);
	add(line, json ? "\",\"process\":\"" : " ", json ? 13 : 1);
	add(line, process.ptr, process.len);
	add(line, json ? "\",\"message\":\"" : ": ", json ? 13 : 2);
	add_escaped(line, text, json);
	memcpy(line->bytes + line->n, json ? "\"}\n" : "\n", json ? 3 : 1);
	line->n += json ? 3 : 1;
}

/* ---- writing ---- */

static bool put(const struct ub_log *log, const struct line *line)
{
	if (log->socket)
		return send(log->fd, line->bytes, line->n, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
	struct pollfd poll_fd = { .fd = log->fd, .events = POLLOUT };
	if (!log->own_fd && poll(&poll_fd, 1, 0) != 1)
		return false;
	return write(log->fd, line->bytes, line->n) >= 0;
}

static void write_line(struct ub_log *log, enum ub_log_level level, struct ub_text text)
{
	int saved = errno;
	struct line line;
	uint64_t dropped = atomic_exchange(&log->dropped, 0);
	if (dropped > 0) {
		char note[64];
		int n =
		    snprintf(note, sizeof(note), "%llu log lines were dropped", (unsigned long long)dropped);
		compose(&line, log, UB_LOG_WARNING, ub_text_n(note, (size_t)n));
		if (put(log, &line))
			dropped = 0;
	}
	compose(&line, log, level, text);
	if (!put(log, &line))
		dropped++;
	if (dropped > 0)
		atomic_fetch_add(&log->dropped, dropped);
	errno = saved;
}

static void format_line(
    struct ub_log *log, enum ub_log_level level, const char *format, va_list args, uint64_t withheld)
{
	char text[UB_LOG_LINE_MAX];
	int n = vsnprintf(text, sizeof(text), format, args);
	size_t len = n < 0 ? 0 : (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1;
	if (withheld > 0 && len < sizeof(text))
		n = snprintf(text + len, sizeof(text) - len, " (and %llu times more before)",
		    (unsigned long long)withheld);
	write_line(log, level, ub_text(text));
}

void ub_log(struct ub_log *log, enum ub_log_level level, const char *format, ...)
{
	if (!is_wanted(log, level))
		return;
	va_list args;
	va_start(args, format);
	format_line(log, level, format, args, 0);
	va_end(args);
}

void ub_log_paced(
    struct ub_log *log, struct ub_log_pace *pace, enum ub_log_level level, const char *format, ...)
{
	if (!is_wanted(log, level))
		return;
	int64_t now = ub_sys_monotonic_ms(), next = atomic_load(&pace->next);
	if (now < next || !atomic_compare_exchange_strong(&pace->next, &next, now + UB_LOG_PACE_MS)) {
		atomic_fetch_add(&pace->withheld, 1);
		return;
	}
	va_list args;
	va_start(args, format);
	format_line(log, level, format, args, atomic_exchange(&pace->withheld, 0));
	va_end(args);
}
