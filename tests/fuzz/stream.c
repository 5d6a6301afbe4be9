/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Takes the bytes of a connection, cut at any places, as messages one behind the other. The scanner of heads
 * and the tracker of bodies must come to what a slow and simple reader says of all the bytes at once.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "reference.h"
#include "upbeat/http.h"

/* A connection whose bytes come in pieces. */
struct stream {
	struct ub_text bytes;
	size_t come;
	uint32_t random;
};

static void require(bool so)
{
	if (!so)
		abort();
}

/* Another piece has come. False: that was all. */
static bool more(struct stream *stream)
{
	stream->random = stream->random * 1664525 + 1013904223;
	uint32_t piece = 1 + (stream->random >> 28 ? stream->random >> 24 & 7 : stream->random >> 12 & 4095);
	size_t left = stream->bytes.len - stream->come;
	stream->come += piece < left ? piece : left;
	return left > 0;
}

static enum ub_http_result read_head(struct stream *stream, size_t from, bool request, bool to_head,
    struct ub_http_scan *scan, struct ub_http_head *head)
{
	enum ub_http_result result;
	do {
		struct ub_text come = ub_text_sub(stream->bytes, from, stream->come);
		result = request ? ub_http_scan_request(scan, come, head)
				 : ub_http_scan_response(scan, come, to_head, head);
	} while (result == UB_HTTP_MORE && more(stream));
	return result;
}

/* *at: where the body begins, and then where it ends, or how far it has come. */
static enum ub_http_result read_body(
    struct stream *stream, size_t *at, const struct ub_http_head *head, struct ub_buf *content)
{
	struct ub_http_body body;
	enum ub_http_result result;
	ub_http_body_start(&body, head);
	do {
		struct ub_text found;
		size_t used;
		do {
			result = ub_http_body_next(
			    &body, ub_text_sub(stream->bytes, *at, stream->come), &used, &found);
			ub_buf_add(content, found);
			*at += used;
		} while (result == UB_HTTP_MORE && *at < stream->come && used > 0);
	} while (result == UB_HTTP_MORE && more(stream));
	return result;
}

/* What is refused here may be refused before the reference can tell: it looks at whole lines. */
static void agree(enum ub_http_result result, enum reference_result reference)
{
	if (result == UB_HTTP_DONE)
		require(reference == REFERENCE_WHOLE);
	else if (result == UB_HTTP_MORE)
		require(reference == REFERENCE_PART);
	else
		require(reference != REFERENCE_WHOLE);
}

static void same_head(const struct ub_http_head *head, const struct reference_message *message)
{
	static const unsigned framings[] = { UB_HTTP_NO_BODY, UB_HTTP_LENGTH, UB_HTTP_CHUNKED,
		UB_HTTP_UNTIL_CLOSE };
	require(head->bytes.len == message->head && head->n == message->fields);
	require(head->framing == framings[message->framing] && head->status == message->status);
	require(ub_text_eq(head->method, message->method) && ub_text_eq(head->target, message->target));
}

/* One message. Returns its length; 0: it is not whole, or refused. */
static size_t check_message(
    struct stream *stream, size_t from, bool request, bool to_head, struct ub_arena *arena)
{
	static struct ub_http_head head;
	struct ub_text all = ub_text_sub(stream->bytes, from, stream->bytes.len);
	struct ub_http_scan scan = { 0 };
	struct ub_buf content = UB_BUF(arena);
	struct reference_message message;
	enum ub_http_result result = read_head(stream, from, request, to_head, &scan, &head);
	enum reference_result reference = reference_head(all, request, to_head, &message);
	agree(result, reference);
	if (result != UB_HTTP_DONE)
		return 0;
	same_head(&head, &message);
	size_t at = from + scan.start + head.bytes.len;
	result = read_body(stream, &at, &head, &content);
	reference = reference_body(all, &message, arena);
	agree(result, reference);
	if (result == UB_HTTP_DONE || result == UB_HTTP_MORE)
		require(ub_text_eq(ub_buf_text(&content), message.content));
	if (result != UB_HTTP_DONE)
		return 0;
	require(at - from == message.all);
	return message.all;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	enum { REQUESTS = 1, TO_HEAD = 2 };
	if (size < 4)
		return 0;
	struct ub_arena *arena = ub_arena_new();
	struct ub_text text = ub_text_n((const char *)bytes + 4, size - 4);
	struct stream stream = { .bytes = text, .random = bytes[1] | bytes[2] << 8u | bytes[3] << 16u };
	size_t at = 0, n;
	do {
		n = at < text.len ? check_message(&stream, at, bytes[0] & REQUESTS, bytes[0] & TO_HEAD, arena)
				  : 0;
		at += n;
	} while (n > 0);
	ub_arena_free(&arena);
	return 0;
}
