/* SPDX-License-Identifier: Apache-2.0 */

/*
 * forward < LINES
 *
 * Each line has `request` or `response`, a space, and the bytes of a connection in hexadecimal. For each, a
 * JSON object in a line tells which messages the relay finds in them and what it passes on of each; all texts
 * in it are hexadecimal, too.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "relay-private.h"

static struct ub_text from_hex(struct ub_arena *arena, struct ub_text digits)
{
	struct ub_buf out = UB_BUF(arena);
	for (size_t i = 0; i + 1 < digits.len; i += 2) {
		char pair[3] = { digits.ptr[i], digits.ptr[i + 1], '\0' },
		     byte = (char)strtoul(pair, NULL, 16);
		ub_buf_add(&out, ub_text_n(&byte, 1));
	}
	return ub_buf_text(&out);
}

static void print(const char *before, struct ub_text text, const char *after)
{
	fputs(before, stdout);
	for (size_t i = 0; i < text.len; i++)
		printf("%02x", (unsigned char)text.ptr[i]);
	fputs(after, stdout);
}

static void print_fields(const struct ub_http_head *head)
{
	fputs("\"fields\": [", stdout);
	for (size_t i = 0; i < head->n; i++) {
		print(i ? ", [\"" : "[\"", head->fields[i].name, "\", \"");
		print("", head->fields[i].value, "\"]");
	}
	fputs("], ", stdout);
}

static enum ub_http_result scan(bool request, struct ub_text bytes, struct ub_http_head *head)
{
	struct ub_http_scan at = { 0 };
	return request ? ub_http_scan_request(&at, bytes, head)
		       : ub_http_scan_response(&at, bytes, false, head);
}

/* The head as it goes on, and what it says then. A held body of chunks gets a length. */
static bool rewrite_head(
    bool request, const struct ub_http_head *head, bool held, size_t length, struct buffer *out)
{
	static struct ub_http_head again;
	struct blocks blocks = { 0 };
	const struct rewrite rewrite = {
		.response = !request,
		.give_length = held && head->framing == UB_HTTP_CHUNKED,
		.length = length,
		.drop_coding = !request && (head->status < 200 || head->status == 204 || head->status == 304),
		.drop_length = !request && (head->status < 200 || head->status == 204),
		.connection = head->framing == UB_HTTP_UNTIL_CLOSE ? "close" : NULL,
	};
	relay_buffer_more(&blocks, out, relay_rewritten(head, &rewrite));
	relay_rewrite(head, &rewrite, out);
	if (scan(request, relay_buffer_text(out), &again) != UB_HTTP_DONE)
		return false; /* a field has come to as many as there may be */
	print("\"method\": \"", again.method, "\", ");
	print("\"target\": \"", again.target, "\", ");
	printf("\"status\": %d, \"minor\": %d, ", again.status, again.minor);
	print_fields(&again);
	return true;
}

static enum ub_http_result read_body(
    const struct ub_http_head *head, struct ub_text bytes, struct ub_buf *content, size_t *used)
{
	struct ub_http_body body;
	enum ub_http_result result;
	ub_http_body_start(&body, head);
	*used = 0;
	do {
		struct ub_text found;
		size_t n;
		result = ub_http_body_next(&body, ub_text_sub(bytes, *used, bytes.len), &n, &found);
		ub_buf_add(content, found);
		*used += n;
	} while (result == UB_HTTP_MORE && *used < bytes.len);
	return head->framing == UB_HTTP_UNTIL_CLOSE ? UB_HTTP_DONE : result;
}

/* Returns how many bytes the message has; 0: it is not whole, or refused. */
static size_t forward_one(struct ub_arena *arena, bool request, struct ub_text bytes, bool *last)
{
	static struct ub_http_head head;
	struct ub_buf content = UB_BUF(arena);
	struct buffer out = { 0 };
	struct blocks blocks = { 0 };
	size_t used = 0;
	if (scan(request, bytes, &head) != UB_HTTP_DONE || head.status == 101)
		return 0;
	struct watch watch = request ? relay_watch(&head) : (struct watch){ 0 };
	struct ub_text rest =
	    ub_text_sub(bytes, (size_t)(head.bytes.ptr - bytes.ptr) + head.bytes.len, bytes.len);
	if (watch.problem || read_body(&head, rest, &content, &used) != UB_HTTP_DONE)
		return 0;
	fputs("{ ", stdout);
	struct ub_text all = ub_buf_text(&content);
	bool whole = rewrite_head(request, &head, watch.hold, all.len, &out);
	print("\"content\": \"", all, "\", ");
	print("\"passes\": \"", relay_buffer_text(&out), "");
	print("", watch.hold ? all : ub_text_sub(rest, 0, used), "\" }");
	relay_buffer_release(&blocks, &out);
	relay_blocks_free(&blocks);
	*last = !whole || head.close;
	return (size_t)(rest.ptr - bytes.ptr) + used;
}

static void forward(struct ub_arena *arena, bool request, struct ub_text bytes)
{
	bool last = false;
	size_t n = 1;
	fputs("[", stdout);
	for (size_t at = 0; at < bytes.len && n > 0 && !last; at += n) {
		if (at > 0)
			fputs(", ", stdout);
		n = forward_one(arena, request, ub_text_sub(bytes, at, bytes.len), &last);
		if (n == 0)
			fputs("null", stdout);
	}
	fputs("]\n", stdout);
}

int main(void)
{
	char *line = NULL;
	size_t room = 0;
	struct ub_arena *arena = ub_arena_new();
	for (ssize_t n; (n = getline(&line, &room, stdin)) > 0; ub_arena_reset(arena)) {
		struct ub_text rest = ub_text_n(line, (size_t)n - (line[n - 1] == '\n')), kind;
		(void)ub_text_split(&rest, ' ', &kind);
		forward(arena, ub_text_is(kind, "request"), from_hex(arena, rest));
	}
	free(line);
	ub_arena_free(&arena);
	return 0;
}
