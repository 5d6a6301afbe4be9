/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "leaks.h"
#include "upbeat/http.h"

TestSuite(body, .fini = ub_leak_check);

static struct ub_http_body chunked(void)
{
	return (struct ub_http_body){ .framing = UB_HTTP_CHUNKED };
}

/* All of `text`, in pieces of at most `step` bytes; the content goes to `content`, the used bytes to *used.
 */
static enum ub_http_result feed(
    struct ub_http_body *body, struct ub_text text, size_t step, struct ub_buf *content, size_t *used)
{
	enum ub_http_result result = UB_HTTP_MORE;
	*used = 0;
	while (result == UB_HTTP_MORE && *used < text.len) {
		struct ub_text piece = ub_text_sub(text, *used, *used + step), found;
		size_t n;
		char *copy = malloc(piece.len);
		memcpy(copy, piece.ptr, piece.len);
		result = ub_http_body_next(body, ub_text_n(copy, piece.len), &n, &found);
		ub_buf_add(content, found);
		*used += n;
		free(copy);
	}
	return result;
}

static const char whole[] = "5\r\nhello\r\n"
			    "00A ; name=\"a;b\" ; c\r\n, calendar\r\n"
			    "1\t;x\r\n!\r\n"
			    "000\r\nX-Sum: 1\r\nY:\r\n\r\n";

Test(body, of_chunks_is_joined_whatever_pieces_it_comes_in)
{
	struct ub_text text = UB_TEXT("5\r\nhello\r\n"
				      "00A ; name=\"a;b\" ; c\r\n, calendar\r\n"
				      "1\t;x\r\n!\r\n"
				      "000\r\nX-Sum: 1\r\nY:\r\n\r\nGET /next");
	for (size_t step = 1; step <= text.len; step++) {
		struct ub_arena *arena = ub_arena_new();
		struct ub_buf content = UB_BUF(arena);
		struct ub_http_body body = chunked();
		size_t used;
		cr_expect_eq(feed(&body, text, step, &content, &used), UB_HTTP_DONE, "in steps of %zu", step);
		cr_expect(ub_text_is(ub_buf_text(&content), "hello, calendar!"));
		cr_expect_eq(used, text.len - strlen("GET /next"));
		ub_arena_free(&arena);
	}
}

Test(body, of_chunks_is_passed_over_at_every_cut)
{
	for (size_t cut = 0; cut < strlen(whole); cut++) {
		struct ub_http_body body = chunked();
		size_t first, second;
		cr_assert_eq(ub_http_body_skip(&body, ub_text_n(whole, cut), &first), UB_HTTP_MORE);
		cr_assert_eq(first, cut);
		cr_assert_eq(ub_http_body_skip(&body, ub_text(whole + cut), &second), UB_HTTP_DONE);
		cr_assert_eq(cut + second, strlen(whole));
	}
}

static const char *const malformed[] = {
	"0\r\nContent-Length: 5\r\n\r\n",
	"0\r\nX-Sum: 1\r\ntransfer-ENCODING: chunked\r\n\r\n",
	"0\r\nContent_Length: 5\r\n\r\n",
	"0\r\nAuthorization: Basic YTpi\r\n\r\n",
	"\r\n",
	"x\r\n",
	";a\r\n",
	" 5\r\nhello\r\n0\r\n\r\n",
	"-1\r\n",
	"+1\r\n",
	"0x5\r\nhello\r\n",
	"5\nhello\r\n",
	"5\rhello\r\n",
	"5 \r\nhello\r\n", /* white space that no extension follows */
	"5 a\r\nhello\r\n",
	"5;a\nb\r\nhello\r\n",
	"5;a\x01\r\nhello\r\n",
	"5;a\x7f\r\nhello\r\n",
	"5\r\nhelloX\r\n",
	"5\r\nhello\n0\r\n",
	"5\r\nhello\rX",
	"5\r\nhello0\r\n\r\n",
	"100000000000000000\r\n", /* 2 to the 68th */
	"0\r\n : x\r\n\r\n",
	"0\r\nno colon\r\n\r\n",
	"0\r\nname\r\n\r\n",
	"0\r\n folded: x\r\n\r\n",
	"0\r\na: \x01\r\n\r\n",
	"0\r\na: b\nc\r\n\r\n",
	"0\r\na: b\rc\r\n\r\n",
	"0\r\n\rX",
	"0\n\n",
};

Test(body, of_malformed_chunks_is_refused_whatever_pieces_it_comes_in)
{
	for (size_t i = 0; i < UB_COUNT(malformed); i++) {
		for (size_t step = 1; step <= strlen(malformed[i]); step++) {
			struct ub_arena *arena = ub_arena_new();
			struct ub_buf content = UB_BUF(arena);
			struct ub_http_body body = chunked();
			size_t used;
			enum ub_http_result result =
			    feed(&body, ub_text(malformed[i]), step, &content, &used);
			cr_expect_eq(result, UB_HTTP_BAD, "%zu in steps of %zu: %d", i, step, result);
			ub_arena_free(&arena);
		}
	}
}

Test(body, of_chunks_stays_refused)
{
	struct ub_http_body body = chunked();
	size_t used;
	cr_assert_eq(ub_http_body_skip(&body, UB_TEXT("x"), &used), UB_HTTP_BAD);
	cr_assert_eq(ub_http_body_skip(&body, UB_TEXT("0\r\n\r\n"), &used), UB_HTTP_BAD);
}

static enum ub_http_result skip_line(size_t n, const char *begin)
{
	struct ub_http_body body = chunked();
	char *text = malloc(n);
	size_t used;
	memset(text, 'a', n);
	memcpy(text, begin, strlen(begin));
	enum ub_http_result result = ub_http_body_skip(&body, ub_text_n(text, n), &used);
	free(text);
	return result;
}

Test(body, may_have_chunk_lines_as_long_as_the_limit_and_no_longer)
{
	cr_expect_eq(skip_line(UB_HTTP_CHUNK_LINE_MAX, "1;"), UB_HTTP_MORE);
	cr_expect_eq(skip_line(UB_HTTP_CHUNK_LINE_MAX + 1, "1;"), UB_HTTP_TOO_LARGE);
}

Test(body, may_have_trailers_as_long_as_the_limit_and_no_longer)
{
	cr_expect_eq(skip_line(3 + UB_HTTP_TRAILERS_MAX, "0\r\nx:"), UB_HTTP_MORE);
	cr_expect_eq(skip_line(3 + UB_HTTP_TRAILERS_MAX + 1, "0\r\nx:"), UB_HTTP_TOO_LARGE);
}

/* Extensions and many small chunks do not add up to a limit. */
Test(body, may_have_any_number_of_chunks)
{
	struct ub_http_body body = chunked();
	size_t used;
	for (int i = 0; i < 10000; i++)
		cr_assert_eq(ub_http_body_skip(&body, UB_TEXT("1;abc\r\nx\r\n"), &used), UB_HTTP_MORE);
	cr_assert_eq(ub_http_body_skip(&body, UB_TEXT("0\r\n\r\n"), &used), UB_HTTP_DONE);
}

Test(body, of_a_length_ends_there)
{
	struct ub_http_head head = { .framing = UB_HTTP_LENGTH, .content_length = 5 };
	struct ub_http_body body;
	struct ub_text content;
	size_t used;
	ub_http_body_start(&body, &head);
	cr_assert_eq(ub_http_body_next(&body, UB_TEXT("hel"), &used, &content), UB_HTTP_MORE);
	cr_assert(used == 3 && ub_text_is(content, "hel"));
	cr_assert_eq(ub_http_body_next(&body, UB_TEXT("loGET"), &used, &content), UB_HTTP_DONE);
	cr_assert(used == 2 && ub_text_is(content, "lo"));
}

Test(body, of_no_length_is_complete_at_once)
{
	struct ub_http_head head = { .framing = UB_HTTP_LENGTH, .content_length = 0 };
	struct ub_http_body body;
	size_t used;
	ub_http_body_start(&body, &head);
	cr_assert_eq(ub_http_body_skip(&body, UB_TEXT(""), &used), UB_HTTP_DONE);
	head.framing = UB_HTTP_NO_BODY;
	ub_http_body_start(&body, &head);
	cr_assert_eq(ub_http_body_skip(&body, UB_TEXT("GET"), &used), UB_HTTP_DONE);
	cr_assert_eq(used, 0);
}

Test(body, without_a_length_lasts_until_the_connection_ends)
{
	struct ub_http_head head = { .framing = UB_HTTP_UNTIL_CLOSE };
	struct ub_http_body body;
	size_t used;
	ub_http_body_start(&body, &head);
	cr_assert_eq(ub_http_body_skip(&body, UB_TEXT("anything\r\n\r\n"), &used), UB_HTTP_MORE);
	cr_assert_eq(used, 12);
}
