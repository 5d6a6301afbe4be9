/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Takes the bytes of a connection as a request and as a response: heads, bodies, hrefs. Nothing may crash,
 * the cuts between pieces may not change the result, and a forwarded head must read as the same message.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "relay-private.h"

static void require(bool so)
{
	if (!so)
		abort();
}

static enum ub_http_result scan(
    struct ub_http_scan *at, bool request, struct ub_text bytes, struct ub_http_head *head)
{
	return request ? ub_http_scan_request(at, bytes, head)
		       : ub_http_scan_response(at, bytes, false, head);
}

static void check_pieces(bool request, struct ub_text bytes, size_t cut, enum ub_http_result whole,
    const struct ub_http_head *head)
{
	static struct ub_http_head again;
	struct ub_http_scan at = { 0 };
	enum ub_http_result result = scan(&at, request, ub_text_sub(bytes, 0, cut), &again);
	if (result == UB_HTTP_MORE)
		result = scan(&at, request, bytes, &again);
	require(result == whole);
	require(result == UB_HTTP_DONE || result == UB_HTTP_MORE || at.problem);
	if (result == UB_HTTP_DONE)
		require(again.bytes.len == head->bytes.len && again.n == head->n &&
			again.framing == head->framing && again.content_length == head->content_length);
}

/* Reads our output again, as the next parser does, and expects the same message. */
static void check_rewritten(bool request, const struct ub_http_head *head)
{
	static struct ub_http_head again;
	struct blocks blocks = { 0 };
	struct buffer out = { 0 };
	struct rewrite rewrite = { .response = !request, .connection = request ? NULL : "close" };
	relay_buffer_more(&blocks, &out, relay_rewritten(head, &rewrite));
	relay_rewrite(head, &rewrite, &out);
	struct ub_http_scan at = { 0 };
	enum ub_http_result result = scan(&at, request, relay_buffer_text(&out), &again);
	bool too_many = head->n == UB_HTTP_FIELDS_MAX || out.end > UB_HTTP_HEAD_MAX;
	require(result == UB_HTTP_DONE || (!request && too_many));
	if (result == UB_HTTP_DONE) {
		require(again.framing == head->framing && again.content_length == head->content_length);
		require(again.bytes.len == out.end && ub_text_eq(again.target, head->target));
		require(ub_text_eq(again.method, head->method) && again.status == head->status);
	}
	relay_buffer_release(&blocks, &out);
	relay_blocks_free(&blocks);
}

static struct ub_text read_body(struct ub_arena *arena, const struct ub_http_head *head, struct ub_text bytes,
    size_t step, enum ub_http_result *result, size_t *used)
{
	struct ub_buf content = UB_BUF(arena);
	struct ub_http_body body;
	ub_http_body_start(&body, head);
	*result = UB_HTTP_MORE;
	*used = 0;
	while (*result == UB_HTTP_MORE && *used < bytes.len) {
		struct ub_text found;
		size_t n;
		*result = ub_http_body_next(&body, ub_text_sub(bytes, *used, *used + step), &n, &found);
		require(n > 0 || *result != UB_HTTP_MORE);
		require(found.len <= n && n <= step);
		ub_buf_add(&content, found);
		*used += n;
	}
	return ub_buf_text(&content);
}

static void check_body(
    struct ub_arena *arena, const struct ub_http_head *head, struct ub_text bytes, size_t step)
{
	enum ub_http_result whole, pieces;
	size_t used, again;
	struct ub_text content = read_body(arena, head, bytes, bytes.len, &whole, &used);
	struct ub_text same = read_body(arena, head, bytes, step, &pieces, &again);
	require(whole == pieces && used == again && ub_text_eq(content, same));
}

static void check_href(struct ub_arena *arena, struct ub_text href)
{
	struct ub_text once = ub_http_href_canonical(arena, href);
	struct ub_text twice = ub_http_href_canonical(arena, once);
	require(once.len == 0 || once.ptr[0] == '/');
	require(ub_text_eq(once, twice) || once.len > UB_HREF_MAX);
}

static void check(bool request, struct ub_text bytes, size_t cut)
{
	static struct ub_http_head head;
	struct ub_http_scan at = { 0 };
	struct ub_arena *arena = ub_arena_new();
	enum ub_http_result result = scan(&at, request, bytes, &head);
	check_pieces(request, bytes, cut, result, &head);
	if (result == UB_HTTP_DONE) {
		struct ub_text rest = ub_text_sub(bytes, at.start + head.bytes.len, bytes.len);
		check_rewritten(request, &head);
		check_body(arena, &head, rest, 1 + cut % 7);
		check_href(arena, head.target);
		(void)relay_watch(&head);
	}
	check_href(arena, bytes);
	ub_arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	if (size < 2)
		return 0;
	struct ub_text text = ub_text_n((const char *)bytes + 2, size - 2);
	size_t cut = text.len ? (bytes[0] * 256u + bytes[1]) % (text.len + 1) : 0;
	check(true, text, cut);
	check(false, text, cut);
	return 0;
}
