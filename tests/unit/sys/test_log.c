/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "leaks.h"
#include "upbeat/sys.h"

TestSuite(log, .fini = ub_leak_check);

/* The line that the log writes to a pipe, without the time at its beginning. */
static struct ub_text read_line(int fd, char *line, size_t size)
{
	ssize_t n = read(fd, line, size);
	cr_assert_gt(n, 24);
	return ub_text_n(line, (size_t)n);
}

Test(log, writes_a_line_with_level_and_process)
{
	int fds[2];
	char line[UB_LOG_LINE_MAX];
	cr_assert_eq(pipe(fds), 0);
	struct ub_log *log = ub_log_new(fds[1], UB_LOG_INFO, UB_LOG_TEXT, "relay");
	ub_log(log, UB_LOG_INFO, "listening on %s:%d", "::1", 80);
	struct ub_text text = read_line(fds[0], line, sizeof(line));
	int year, month, day, hour, minute, second, milliseconds;
	cr_assert_eq(sscanf(line, "%4d-%2d-%2dT%2d:%2d:%2d.%3dZ ", &year, &month, &day, &hour, &minute,
			 &second, &milliseconds),
	    7);
	cr_assert(ub_text_ends(text, UB_TEXT("Z info relay: listening on ::1:80\n")));
	ub_log_free(&log);
	close(fds[0]);
	close(fds[1]);
}

Test(log, keeps_what_is_more_detailed_than_its_level_to_itself)
{
	int fds[2];
	char line[UB_LOG_LINE_MAX];
	cr_assert_eq(pipe(fds), 0);
	struct ub_log *log = ub_log_new(fds[1], UB_LOG_WARNING, UB_LOG_TEXT, "relay");
	ub_log(log, UB_LOG_INFO, "first");
	ub_log(log, UB_LOG_ERROR, "second");
	cr_assert(ub_text_ends(read_line(fds[0], line, sizeof(line)), UB_TEXT(" error relay: second\n")));
	ub_log(NULL, UB_LOG_ERROR, "nobody listens");
	ub_log_free(&log);
	close(fds[0]);
	close(fds[1]);
}

static const struct {
	const char *text, *as_text, *as_json;
} escapes[] = {
	{ "a\nb\r", "a\\x0ab\\x0d\n", "\"message\":\"a\\u000ab\\u000d\"}\n" },
	{ "\x1b[2J\x7f", "\\x1b[2J\\x7f\n", "\"message\":\"\\u001b[2J\\u007f\"}\n" },
	{ "say \"\\\"", "say \"\\\"\n", "\"message\":\"say \\u0022\\u005c\\u0022\"}\n" },
	{ "M\xc3\xbcller \xf0\x9f\x8e\xb5", "M\xc3\xbcller \xf0\x9f\x8e\xb5\n",
	    "\"message\":\"M\xc3\xbcller \xf0\x9f\x8e\xb5\"}\n" },
	{ "\xff\xc3", "\\xff\\xc3\n", "\"message\":\"\\u00ff\\u00c3\"}\n" },
	{ "\xc2\x9b", "\\xc2\\x9b\n", "\"message\":\"\\u00c2\\u009b\"}\n" }, /* a C1 control: CSI */
};

Test(log, lets_no_control_character_through)
{
	int fds[2];
	char line[UB_LOG_LINE_MAX];
	cr_assert_eq(pipe(fds), 0);
	struct ub_log *text = ub_log_new(fds[1], UB_LOG_INFO, UB_LOG_TEXT, "relay");
	struct ub_log *json = ub_log_new(fds[1], UB_LOG_INFO, UB_LOG_JSON, "relay");
	for (size_t i = 0; i < UB_COUNT(escapes); i++) {
		ub_log(text, UB_LOG_INFO, "%s", escapes[i].text);
		struct ub_text got = read_line(fds[0], line, sizeof(line));
		cr_expect(ub_text_ends(got, ub_text(escapes[i].as_text)), "%.*s", UB_ARGS(got));
		ub_log(json, UB_LOG_INFO, "%s", escapes[i].text);
		got = read_line(fds[0], line, sizeof(line));
		cr_expect(ub_text_starts(got, UB_TEXT("{\"time\":\"2")), "%.*s", UB_ARGS(got));
		cr_expect(ub_text_ends(got, ub_text(escapes[i].as_json)), "%.*s", UB_ARGS(got));
	}
	ub_log_free(&text);
	ub_log_free(&json);
	close(fds[0]);
	close(fds[1]);
}

Test(log, cuts_a_line_at_the_limit_and_closes_it)
{
	static const enum ub_log_format formats[] = { UB_LOG_TEXT, UB_LOG_JSON };
	static char text[UB_LOG_LINE_MAX * 2];
	memset(text, 'x', sizeof(text) - 1);
	for (size_t i = 0; i < UB_COUNT(formats); i++) {
		int fds[2];
		char line[UB_LOG_LINE_MAX * 2];
		cr_assert_eq(pipe(fds), 0);
		struct ub_log *log = ub_log_new(fds[1], UB_LOG_INFO, formats[i], "relay");
		ub_log(log, UB_LOG_INFO, "%s", text);
		struct ub_text got = read_line(fds[0], line, sizeof(line));
		cr_expect_leq(got.len, UB_LOG_LINE_MAX);
		cr_expect_geq(got.len, UB_LOG_LINE_MAX - 64);
		cr_expect(ub_text_ends(got, formats[i] == UB_LOG_JSON ? UB_TEXT("x\"}\n") : UB_TEXT("x\n")));
		ub_log_free(&log);
		close(fds[0]);
		close(fds[1]);
	}
}

static void expect_drops(int fds[2])
{
	static char text[1024], line[UB_LOG_LINE_MAX];
	memset(text, 'x', sizeof(text) - 1);
	struct ub_log *log = ub_log_new(fds[1], UB_LOG_INFO, UB_LOG_TEXT, "relay");
	for (int i = 0; i < 5000; i++)
		ub_log(log, UB_LOG_INFO, "%s", text); /* nobody reads: it must come back */
	cr_assert_eq(fcntl(fds[0], F_SETFL, O_NONBLOCK), 0);
	while (read(fds[0], line, sizeof(line)) > 0)
		;
	ub_log(log, UB_LOG_INFO, "again");
	ssize_t n = read(fds[0], line, sizeof(line) - 1);
	cr_assert_gt(n, 0);
	line[n] = '\0';
	cr_assert_not_null(strstr(line, " log lines were dropped\n"));
	cr_assert_eq(fcntl(fds[1], F_GETFL) & O_NONBLOCK, 0, "what others write to is as it was");
	ub_log_free(&log);
	close(fds[0]);
	close(fds[1]);
}

Test(log, drops_and_counts_lines_that_a_pipe_does_not_take, .timeout = 10)
{
	int fds[2];
	cr_assert_eq(pipe(fds), 0);
	expect_drops(fds);
}

Test(log, drops_and_counts_lines_that_a_socket_does_not_take, .timeout = 10)
{
	int fds[2];
	cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	expect_drops(fds);
}

Test(log, says_once_a_minute_what_happens_all_the_time)
{
	int fds[2];
	char line[UB_LOG_LINE_MAX];
	struct ub_log_pace pace = { 0 };
	cr_assert_eq(pipe2(fds, O_NONBLOCK), 0);
	struct ub_log *log = ub_log_new(fds[1], UB_LOG_INFO, UB_LOG_TEXT, "relay");
	for (int i = 0; i < 4; i++)
		ub_log_paced(log, &pace, UB_LOG_WARNING, "full");
	struct ub_text got = read_line(fds[0], line, sizeof(line));
	cr_assert(ub_text_ends(got, UB_TEXT(" warning relay: full\n")));
	cr_assert_eq(read(fds[0], line, sizeof(line)), -1);
	pace.next -= UB_LOG_PACE_MS; /* a minute passes */
	ub_log_paced(log, &pace, UB_LOG_WARNING, "full");
	got = read_line(fds[0], line, sizeof(line));
	cr_assert(ub_text_ends(got, UB_TEXT(" warning relay: full (and 3 times more before)\n")));
	ub_log_free(&log);
	close(fds[0]);
	close(fds[1]);
}

Test(log, knows_the_words_of_the_settings)
{
	enum ub_log_level level = UB_LOG_ERROR;
	enum ub_log_format format = UB_LOG_TEXT;
	cr_assert(ub_log_level_parse(UB_TEXT("debug"), &level) && level == UB_LOG_DEBUG);
	cr_assert(ub_log_format_parse(UB_TEXT("json"), &format) && format == UB_LOG_JSON);
	cr_assert_not(ub_log_level_parse(UB_TEXT("loud"), &level));
	cr_assert_not(ub_log_format_parse(UB_TEXT(""), &format));
	cr_assert(level == UB_LOG_DEBUG && format == UB_LOG_JSON);
}
