/* SPDX-License-Identifier: Apache-2.0 */
#include "cli-private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool cli_colour(int fd)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
	return isatty(fd) && !(no_color && *no_color) && !(term && strcmp(term, "dumb") == 0);
}

bool cli_write(int fd, const struct ub_buf *buf)
{
	for (size_t done = 0; done < buf->len;) {
		ssize_t n = write(fd, buf->ptr + done, buf->len - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			if (errno != EPIPE)
				cli_complain("cannot write: %s", strerror(errno));
			return false;
		}
		done += (size_t)n;
	}
	return true;
}

void cli_complain(const char *format, ...)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_buf text = UB_BUF(arena), line = UB_BUF(arena);
	va_list args;
	va_start(args, format);
	ub_buf_vprintf(&text, format, args);
	va_end(args);
	ub_buf_str(&line, "upbeat: ");
	ub_buf_shown(&line, ub_buf_text(&text));
	ub_buf_char(&line, '\n');
	if (write(STDERR_FILENO, line.ptr, line.len) < 0)
		errno = 0; /* nobody is left to tell */
	ub_arena_free(&arena);
}

void cli_print_diags(struct ub_diags *diags)
{
	struct ub_buf out = UB_BUF(diags->arena);
	ub_diags_sort(diags);
	ub_diags_print(diags, &out, cli_colour(STDERR_FILENO));
	cli_write(STDERR_FILENO, &out);
}

void cli_progress_show(size_t done, size_t all)
{
	static const char bar[] = "########################################";
	enum { WIDTH = sizeof(bar) - 1 };
	char line[128];
	size_t full = all ? done * WIDTH / all : WIDTH;
	int n = done == all ? snprintf(line, sizeof(line), "\r\033[K")
			    : snprintf(line, sizeof(line), "\r[%-*.*s] %zu of %zu ", WIDTH, (int)full, bar,
				  done, all);
	if (write(STDERR_FILENO, line, (size_t)n) < 0)
		errno = 0; /* nobody looks */
}

void cli_progress(size_t done, size_t all)
{
	/* A terminal is slower than the work, so only some calls show the bar. */
	if (done == all || done % 20 == 0)
		cli_progress_show(done, all);
}
