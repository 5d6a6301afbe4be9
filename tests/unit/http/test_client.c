/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "leaks.h"
#include "upbeat/dav.h"

static struct ub_arena *arena;

static void setup(void)
{
	arena = ub_arena_new();
	ub_dav_init();
}

static void teardown(void)
{
	ub_dav_cleanup();
	ub_arena_free(&arena);
	ub_leak_check();
}

TestSuite(client, .init = setup, .fini = teardown);

/* A server of one answer, whatever it is asked; of none where the answer is empty. Where there is a second
 * one, that is for the second request. */
struct server {
	int listener;
	pthread_t thread;
	char base[64], request[8192]; /* the last one */
	struct ub_text answer, second;
};

static bool is_whole(const char *request)
{
	const char *end = strstr(request, "\r\n\r\n"), *length = strcasestr(request, "\r\nContent-Length:");
	size_t body = length ? strtoul(length + strlen("\r\nContent-Length:"), NULL, 10) : 0;
	return end && strlen(end + 4) >= body;
}

static void serve_once(struct server *server, struct ub_text answer)
{
	int fd = accept(server->listener, NULL, NULL);
	size_t n = 0;
	ssize_t got = 1;
	memset(server->request, 0, sizeof(server->request));
	while (got > 0 && !is_whole(server->request)) {
		got = read(fd, server->request + n, sizeof(server->request) - 1 - n);
		n += got > 0 ? (size_t)got : 0;
	}
	for (size_t sent = 0; sent < answer.len && got > 0; sent += (size_t)got)
		got = send(fd, answer.ptr + sent, answer.len - sent, MSG_NOSIGNAL);
	close(fd);
}

static void *serve(void *data)
{
	struct server *server = data;
	serve_once(server, server->answer);
	if (server->second.len)
		serve_once(server, server->second);
	return NULL;
}

static struct server *server_start_with(struct ub_text answer, struct ub_text second)
{
	struct server *server = UB_NEW(arena, struct server);
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);
	server->answer = answer;
	server->second = second;
	server->listener = socket(AF_INET, SOCK_STREAM, 0);
	cr_assert_eq(bind(server->listener, (struct sockaddr *)&address, size), 0);
	cr_assert_eq(listen(server->listener, 1), 0);
	cr_assert_eq(getsockname(server->listener, (struct sockaddr *)&address, &size), 0);
	snprintf(server->base, sizeof(server->base), "http://127.0.0.1:%d", ntohs(address.sin_port));
	pthread_create(&server->thread, NULL, serve, server);
	return server;
}

static struct server *server_start(struct ub_text answer)
{
	return server_start_with(answer, UB_TEXT_NONE);
}

static void server_stop(struct server *server)
{
	pthread_join(server->thread, NULL);
	close(server->listener);
}

/* What comes of a request that is answered so; *asked is what the server got. */
static enum ub_outcome sent(
    const struct ub_request *request, struct ub_text answer, struct ub_response *response, const char **asked)
{
	struct server *server = server_start(answer);
	struct ub_client *client = ub_client_new(server->base);
	enum ub_outcome outcome = ub_client_send(client, request, response, arena);
	ub_client_free(&client);
	server_stop(server);
	if (asked)
		*asked = server->request;
	return outcome;
}

static struct ub_request request_of(const char *method)
{
	return (struct ub_request){ .method = method, .target = UB_TEXT("/alice/a.ics") };
}

/* Of a write that ended in 5xx nobody knows whether it was done (RFC 9110 15.6), unless the server says that
 * it was not ready for it. */
Test(client, tells_by_the_status_what_is_to_be_done_next)
{
	static const struct {
		int status;
		enum ub_outcome read, write;
	} cases[] = {
		{ 200, UB_OUTCOME_OK, UB_OUTCOME_OK },
		{ 201, UB_OUTCOME_OK, UB_OUTCOME_OK },
		{ 204, UB_OUTCOME_OK, UB_OUTCOME_OK },
		{ 207, UB_OUTCOME_OK, UB_OUTCOME_OK },
		{ 299, UB_OUTCOME_OK, UB_OUTCOME_OK },
		{ 300, UB_OUTCOME_REFUSED, UB_OUTCOME_REFUSED },
		{ 301, UB_OUTCOME_REFUSED, UB_OUTCOME_REFUSED },
		{ 304, UB_OUTCOME_REFUSED, UB_OUTCOME_REFUSED },
		{ 400, UB_OUTCOME_REFUSED, UB_OUTCOME_REFUSED },
		{ 401, UB_OUTCOME_DENIED, UB_OUTCOME_DENIED },
		{ 402, UB_OUTCOME_REFUSED, UB_OUTCOME_REFUSED },
		{ 403, UB_OUTCOME_REFUSED, UB_OUTCOME_REFUSED },
		{ 404, UB_OUTCOME_GONE, UB_OUTCOME_GONE },
		{ 405, UB_OUTCOME_REFUSED, UB_OUTCOME_REFUSED },
		{ 408, UB_OUTCOME_REFUSED, UB_OUTCOME_REFUSED },
		{ 409, UB_OUTCOME_CONFLICT, UB_OUTCOME_CONFLICT },
		{ 410, UB_OUTCOME_GONE, UB_OUTCOME_GONE },
		{ 411, UB_OUTCOME_REFUSED, UB_OUTCOME_REFUSED },
		{ 412, UB_OUTCOME_CONFLICT, UB_OUTCOME_CONFLICT },
		{ 413, UB_OUTCOME_REFUSED, UB_OUTCOME_REFUSED },
		{ 422, UB_OUTCOME_REFUSED, UB_OUTCOME_REFUSED },
		{ 423, UB_OUTCOME_CONFLICT, UB_OUTCOME_CONFLICT },
		{ 424, UB_OUTCOME_REFUSED, UB_OUTCOME_REFUSED },
		{ 428, UB_OUTCOME_REFUSED, UB_OUTCOME_REFUSED },
		{ 429, UB_OUTCOME_AGAIN, UB_OUTCOME_AGAIN },
		{ 431, UB_OUTCOME_REFUSED, UB_OUTCOME_REFUSED },
		{ 499, UB_OUTCOME_REFUSED, UB_OUTCOME_REFUSED },
		{ 500, UB_OUTCOME_AGAIN, UB_OUTCOME_UNCERTAIN },
		{ 502, UB_OUTCOME_AGAIN, UB_OUTCOME_UNCERTAIN },
		{ 503, UB_OUTCOME_AGAIN, UB_OUTCOME_AGAIN },
		{ 504, UB_OUTCOME_AGAIN, UB_OUTCOME_UNCERTAIN },
		{ 507, UB_OUTCOME_AGAIN, UB_OUTCOME_UNCERTAIN },
	};
	static const char *const reads[] = { "GET", "PROPFIND", "REPORT" }, *const writes[] = { "PUT",
		"DELETE" };
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct ub_text const answer = ub_textf(arena,
		    "HTTP/1.1 %d X\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", cases[i].status);
		struct ub_request const read = request_of(reads[i % UB_COUNT(reads)]);
		struct ub_request const write = request_of(writes[i % UB_COUNT(writes)]);
		struct ub_response response;
		cr_expect_eq(sent(&read, answer, &response, NULL), cases[i].read, "%d", cases[i].status);
		cr_expect_eq(response.status, cases[i].status);
		cr_expect_eq(sent(&write, answer, &response, NULL), cases[i].write, "%d", cases[i].status);
	}
}

Test(client, is_certain_of_a_write_only_with_its_answer)
{
	struct ub_request const read = request_of("GET"), write = request_of("PUT");
	struct ub_response response;
	cr_expect_eq(sent(&write, UB_TEXT_NONE, &response, NULL), UB_OUTCOME_UNCERTAIN);
	cr_expect_eq(response.status, 0);
	cr_expect_gt(response.error.len, 0);
	cr_expect_eq(sent(&read, UB_TEXT_NONE, &response, NULL), UB_OUTCOME_AGAIN);
	/* Nobody listens: nothing was sent. */
	struct server *server = server_start(UB_TEXT_NONE);
	struct ub_client *client = ub_client_new(server->base);
	cr_expect_eq(ub_client_send(client, &read, &response, arena), UB_OUTCOME_AGAIN);
	server_stop(server);
	cr_expect_eq(ub_client_send(client, &write, &response, arena), UB_OUTCOME_AGAIN);
	cr_expect_eq(response.status, 0);
	ub_client_free(&client);
}

Test(client, sends_what_the_request_says_and_nothing_else)
{
	const char *asked;
	struct ub_response response;
	struct ub_text const answer = UB_TEXT("HTTP/1.1 204 X\r\nConnection: close\r\n\r\n");
	struct ub_request request = { .method = "PUT",
		.target = UB_TEXT("/alice/../%2e/a.ics?x"),
		.host = UB_TEXT("cal.example"),
		.authorization = UB_TEXT("Basic YTpi"),
		.depth = "1",
		.content_type = "text/calendar",
		.body = UB_TEXT("Hello"),
		.create_only = true,
		.if_match = UB_TEXT("\"e\"") };
	cr_expect_eq(sent(&request, answer, &response, &asked), UB_OUTCOME_OK);
	static const char *const lines[] = { "Host: cal.example", "User-Agent: upbeat",
		"Authorization: Basic YTpi", "Depth: 1", "Content-Type: text/calendar", "If-None-Match: *",
		"If-Match: \"e\"", "Content-Length: 5" };
	cr_expect_eq(strncmp(asked, "PUT /alice/../%2e/a.ics?x HTTP/1.1\r\n", 36), 0, "%s", asked);
	for (size_t i = 0; i < UB_COUNT(lines); i++)
		cr_expect(
		    strstr(asked, ub_textf(arena, "\r\n%s\r\n", lines[i]).ptr), "%s: %s", lines[i], asked);
	cr_expect(ub_text_ends(ub_text(asked), UB_TEXT("\r\n\r\nHello")), "%s", asked);
	request = request_of("GET");
	cr_expect_eq(sent(&request, answer, &response, &asked), UB_OUTCOME_OK);
	struct ub_text const got = ub_text(asked);
	static const char *const absent[] = { "Authorization", "Depth", "Content", "If-", "Expect",
		"Encoding" };
	for (size_t i = 0; i < UB_COUNT(absent); i++)
		cr_expect_eq(ub_text_find(got, ub_text(absent[i]), 0), SIZE_MAX, "%s", asked);
	cr_expect_neq(ub_text_find(got, UB_TEXT("\r\nHost: 127.0.0.1:"), 0), SIZE_MAX, "%s", asked);
}

/* What an interim answer says is about something else (RFC 9110 15.2). */
Test(client, takes_the_fields_of_the_final_answer)
{
	struct ub_response response;
	struct ub_request const request = request_of("GET");
	cr_expect_eq(
	    sent(&request,
		UB_TEXT("HTTP/1.1 103 Early Hints\r\nETag: \"old\"\r\nLocation: /old\r\n\r\n"
			"HTTP/1.1 200 OK\r\netag:\"e\" \r\nCONTENT-TYPE: text/calendar; charset=utf-8\r\n"
			"Schedule-Tag: \"s:t\"\r\nX-ETag: \"other\"\r\nContent-Length: 5\r\n\r\nHello"),
		&response, NULL),
	    UB_OUTCOME_OK);
	cr_expect(ub_text_is(response.etag, "\"e\""));
	cr_expect(ub_text_is(response.content_type, "text/calendar; charset=utf-8"));
	cr_expect(ub_text_is(response.schedule_tag, "\"s:t\""));
	cr_expect(ub_text_is(response.location, ""));
	cr_expect(ub_text_is(response.body, "Hello"));
	cr_expect_eq(response.error.len, 0);
}

Test(client, takes_an_answer_as_long_as_the_limit_and_no_longer)
{
	for (size_t over = 0; over < 2; over++) {
		struct ub_buf answer = UB_BUF(arena);
		struct ub_response response;
		struct ub_request const request = request_of("GET");
		ub_buf_str(&answer, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
		ub_buf_pad(&answer, 'x', UB_CLIENT_BODY_MAX + over);
		enum ub_outcome outcome = sent(&request, ub_buf_text(&answer), &response, NULL);
		cr_expect_eq(outcome, over ? UB_OUTCOME_REFUSED : UB_OUTCOME_OK, "%zu: %s, %.*s", over,
		    ub_outcome_text(outcome), UB_ARGS(response.error));
		if (over)
			cr_expect(ub_text_is(response.error, "the answer is too large"));
		else
			cr_expect_eq(response.body.len, UB_CLIENT_BODY_MAX);
	}
}

Test(client, keeps_nothing_of_one_request_for_the_next)
{
	static const char first[] =
	    "HTTP/1.1 200 OK\r\nETag: \"e\"\r\nConnection: close\r\nContent-Length: 1\r\n\r\na";
	struct server *server = server_start(ub_text(first));
	struct ub_client *client = ub_client_new(server->base);
	struct ub_request put = request_of("PUT"), get = request_of("GET");
	struct ub_response response;
	put.body = UB_TEXT("Hello");
	cr_expect_eq(ub_client_send(client, &put, &response, arena), UB_OUTCOME_OK);
	pthread_join(server->thread, NULL);
	memset(server->request, 0, sizeof(server->request));
	server->answer = UB_TEXT("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
	pthread_create(&server->thread, NULL, serve, server);
	cr_expect_eq(ub_client_send(client, &get, &response, arena), UB_OUTCOME_OK);
	cr_expect_eq(response.etag.len, 0);
	cr_expect_eq(response.body.len, 0);
	cr_expect_eq(strncmp(server->request, "GET ", 4), 0);
	cr_expect_null(strstr(server->request, "Hello"));
	ub_client_free(&client);
	server_stop(server);
}

Test(client, sends_nothing_to_a_target_that_would_be_part_of_the_authority)
{
	const char *const targets[] = { "", "@elsewhere.example/", ".elsewhere.example/", "cal/" };
	struct ub_client *client = ub_client_new("http://127.0.0.1");
	for (size_t i = 0; i < UB_COUNT(targets); i++) {
		struct ub_request request = { .method = "GET", .target = ub_text(targets[i]) };
		struct ub_response response;
		cr_assert_eq(ub_client_send(client, &request, &response, arena), UB_OUTCOME_REFUSED);
		cr_assert_eq(response.status, 0);
	}
	ub_client_free(&client);
}

#define CLOSES "Connection: close\r\nContent-Length: 0\r\n\r\n"

/* What comes of a PUT that is sent elsewhere, and then answered by 204; *asked is what was asked last. */
static int followed(const char *answer, bool follows, bool twice, const char **asked)
{
	const struct ub_request request = { .method = "PUT",
		.target = UB_TEXT("/alice/a.ics"),
		.authorization = UB_TEXT("Basic eDp5"),
		.body = UB_TEXT("BEGIN:VCALENDAR"),
		.create_only = true };
	struct ub_response response;
	struct server *server = server_start_with(
	    ub_text(answer), twice ? UB_TEXT("HTTP/1.1 204 No Content\r\n" CLOSES) : UB_TEXT_NONE);
	struct ub_client *client = ub_client_new(server->base);
	ub_client_follow(client, follows);
	(void)!ub_client_send(client, &request, &response, arena);
	ub_client_free(&client);
	server_stop(server);
	*asked = server->request;
	return response.status;
}

Test(client, follows_a_move_for_good_once_with_the_same_request_and_at_the_same_server)
{
	static const char *const moves[] = { "HTTP/1.1 301 X\r\nLocation: /other/a.ics\r\n" CLOSES,
		"HTTP/1.1 308 X\r\nLocation: http://elsewhere.example/other/a.ics\r\n" CLOSES };
	for (size_t i = 0; i < UB_COUNT(moves); i++) {
		const char *asked;
		cr_expect_eq(followed(moves[i], true, true, &asked), 204);
		cr_expect(strncmp(asked, "PUT /other/a.ics HTTP/1.1\r\n", 27) == 0, "%s", asked);
		cr_expect(strstr(asked, "If-None-Match: *") && strstr(asked, "BEGIN:VCALENDAR"), "%s", asked);
		cr_expect(
		    strstr(asked, "Authorization: Basic eDp5") && !strstr(asked, "elsewhere"), "%s", asked);
	}
}

Test(client, follows_nothing_else)
{
	static const struct {
		const char *answer;
		bool follows;
		int status;
	} cases[] = {
		{ "HTTP/1.1 301 X\r\nLocation: /other/a.ics\r\n" CLOSES, false, 301 },
		{ "HTTP/1.1 302 X\r\nLocation: /other/a.ics\r\n" CLOSES, true, 302 },
		{ "HTTP/1.1 307 X\r\nLocation: /other/a.ics\r\n" CLOSES, true, 307 },
		{ "HTTP/1.1 301 X\r\n" CLOSES, true, 301 },
		{ "HTTP/1.1 301 X\r\nLocation: http://elsewhere.example\r\n" CLOSES, true, 301 },
		{ "HTTP/1.1 301 X\r\nLocation: //elsewhere.example/a.ics\r\n" CLOSES, true, 301 },
	};
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		const char *asked;
		cr_expect_eq(followed(cases[i].answer, cases[i].follows, false, &asked), cases[i].status,
		    "case %zu", i);
		cr_expect(strstr(asked, "PUT /alice/a.ics"), "case %zu: %s", i, asked);
	}
}

Test(client, follows_no_second_move)
{
	const char *asked;
	cr_expect_eq(followed("HTTP/1.1 301 X\r\nLocation: /b.ics\r\n" CLOSES, true, true, &asked), 204);
	const struct ub_request request = request_of("GET");
	struct ub_response response;
	struct server *server = server_start_with(UB_TEXT("HTTP/1.1 301 X\r\nLocation: /b\r\n" CLOSES),
	    UB_TEXT("HTTP/1.1 301 X\r\nLocation: /c\r\n" CLOSES));
	struct ub_client *client = ub_client_new(server->base);
	ub_client_follow(client, true);
	cr_expect_eq(ub_client_send(client, &request, &response, arena), UB_OUTCOME_REFUSED);
	ub_client_free(&client);
	server_stop(server);
	cr_expect(strstr(server->request, "GET /b HTTP"), "%s", server->request);
}
