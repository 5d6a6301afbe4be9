/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "leaks.h"
#include "upbeat/http.h"

TestSuite(head, .fini = ub_leak_check);

#define REQUEST(fields)  "GET /a HTTP/1.1\r\nHost: h\r\n" fields "\r\n"
#define RESPONSE(fields) "HTTP/1.1 200 OK\r\n" fields "\r\n"

/* Scans bytes at the end of their memory, so that a sanitizer finds a read past them. */
static enum ub_http_result scan(bool request, const char *bytes, size_t n, struct ub_http_head *head)
{
	struct ub_http_scan at = { 0 };
	return request ? ub_http_scan_request(&at, ub_text_n(bytes, n), head)
		       : ub_http_scan_response(&at, ub_text_n(bytes, n), false, head);
}

static enum ub_http_result scan_request(const char *text, struct ub_http_head *head)
{
	return scan(true, text, strlen(text), head);
}

Test(head, takes_a_request_apart_without_copying)
{
	static const char text[] = "PROPFIND /alice/?x=1 HTTP/1.1\r\nHost: example.org:8080\r\n"
				   "dAv:  1, 2 \t\r\nDAV:\r\nConnection: close\r\n\r\nbody";
	struct ub_http_head head;
	cr_assert_eq(scan_request(text, &head), UB_HTTP_DONE);
	cr_assert(ub_text_is(head.method, "PROPFIND"));
	cr_assert(ub_text_is(head.target, "/alice/?x=1"));
	cr_assert(ub_text_is(head.host, "example.org:8080"));
	cr_assert(ub_text_is(head.start, "PROPFIND /alice/?x=1 HTTP/1.1"));
	cr_assert_eq(head.minor, 1);
	cr_assert(head.close);
	cr_assert_eq(head.framing, UB_HTTP_NO_BODY);
	cr_assert_eq(head.n, 4);
	cr_assert(ub_text_is(head.fields[1].line, "dAv:  1, 2 \t\r\n"));
	cr_assert(ub_text_is(head.fields[1].name, "dAv"));
	cr_assert(ub_text_is(head.fields[1].value, "1, 2"));
	cr_assert(ub_text_is(head.fields[2].value, ""));
	cr_assert_eq(head.bytes.ptr, text);
	cr_assert_eq(head.bytes.len, strlen(text) - 4);
}

Test(head, takes_a_response_apart)
{
	static const char text[] = "HTTP/1.0 207 Multi Status!\r\nContent-Length: 12\r\nETag: \"a\"\r\n\r\n";
	struct ub_http_head head;
	cr_assert_eq(scan(false, text, strlen(text), &head), UB_HTTP_DONE);
	cr_assert_eq(head.status, 207);
	cr_assert_eq(head.minor, 0);
	cr_assert_eq(head.framing, UB_HTTP_LENGTH);
	cr_assert_eq(head.content_length, 12);
	cr_assert(head.close, "HTTP/1.0 ends its connections");
	cr_assert(ub_text_is(ub_http_value(&head, "etag"), "\"a\""));
	cr_assert_null(ub_http_field(&head, "Schedule-Tag"));
	cr_assert(ub_text_is(ub_http_value(&head, "Schedule-Tag"), ""));
}

static void assert_same(struct ub_text copy, struct ub_text text, struct ub_text bytes)
{
	cr_assert(ub_text_eq(copy, text));
	cr_assert(copy.len == 0 || (copy.ptr >= bytes.ptr && copy.ptr + copy.len <= bytes.ptr + bytes.len));
}

Test(head, is_copied_with_its_bytes)
{
	static const char text[] =
	    "\r\nPUT /a.ics HTTP/1.1\r\nHost: h:1\r\nContent-Length: 4\r\nEmpty:\r\n\r\nbody";
	char bytes[sizeof(text)] = "";
	static struct ub_http_head head, copy;
	cr_assert_eq(scan_request(text, &head), UB_HTTP_DONE);
	ub_http_head_copy(&copy, &head, bytes);
	cr_assert(ub_text_eq(copy.bytes, head.bytes));
	cr_assert_eq(copy.bytes.ptr, bytes);
	assert_same(copy.start, head.start, copy.bytes);
	assert_same(copy.method, UB_TEXT("PUT"), copy.bytes);
	assert_same(copy.target, UB_TEXT("/a.ics"), copy.bytes);
	assert_same(copy.host, UB_TEXT("h:1"), copy.bytes);
	cr_assert_eq(copy.minor, 1);
	cr_assert_eq(copy.framing, UB_HTTP_LENGTH);
	cr_assert_eq(copy.content_length, 4);
	cr_assert_eq(copy.n, 3);
	for (size_t i = 0; i < copy.n; i++) {
		assert_same(copy.fields[i].line, head.fields[i].line, copy.bytes);
		assert_same(copy.fields[i].name, head.fields[i].name, copy.bytes);
		assert_same(copy.fields[i].value, head.fields[i].value, copy.bytes);
	}
	cr_assert_eq(bytes[head.bytes.len], '\0', "nothing behind it is written");
}

/* Heads that another parser might understand otherwise. */
static const struct {
	const char *what, *text;
	enum ub_http_result result;
} refused[] = {
	{ "CL and TE", REQUEST("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), UB_HTTP_BAD },
	{ "TE and CL", REQUEST("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), UB_HTTP_BAD },
	{ "differing CL", REQUEST("Content-Length: 5\r\nContent-Length: 6\r\n"), UB_HTTP_BAD },
	{ "repeated CL", REQUEST("Content-Length: 5\r\nContent-Length: 5\r\n"), UB_HTTP_BAD },
	{ "CL as a list", REQUEST("Content-Length: 5, 5\r\n"), UB_HTTP_BAD },
	{ "CL with a sign", REQUEST("Content-Length: +5\r\n"), UB_HTTP_BAD },
	{ "negative CL", REQUEST("Content-Length: -5\r\n"), UB_HTTP_BAD },
	{ "hexadecimal CL", REQUEST("Content-Length: 0x5\r\n"), UB_HTTP_BAD },
	{ "empty CL", REQUEST("Content-Length:\r\n"), UB_HTTP_BAD },
	{ "CL with a space inside", REQUEST("Content-Length: 1 2\r\n"), UB_HTTP_BAD },
	{ "a CL of 19 digits", REQUEST("Content-Length: 1000000000000000000\r\n"), UB_HTTP_BAD },
	{ "a CL that overflows", REQUEST("Content-Length: 18446744073709551621\r\n"), UB_HTTP_BAD },
	{ "CL with an underscore", REQUEST("Content_Length: 5\r\n"), UB_HTTP_BAD },
	{ "TE with an underscore", REQUEST("Transfer_Encoding: chunked\r\n"), UB_HTTP_BAD },
	{ "unknown coding", REQUEST("Transfer-Encoding: gzip\r\n"), UB_HTTP_BAD },
	{ "coding before chunked", REQUEST("Transfer-Encoding: gzip, chunked\r\n"), UB_HTTP_BAD },
	{ "coding after chunked", REQUEST("Transfer-Encoding: chunked, identity\r\n"), UB_HTTP_BAD },
	{ "chunked twice", REQUEST("Transfer-Encoding: chunked, chunked\r\n"), UB_HTTP_BAD },
	{ "TE twice", REQUEST("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), UB_HTTP_BAD },
	{ "quoted coding", REQUEST("Transfer-Encoding: \"chunked\"\r\n"), UB_HTTP_BAD },
	{ "coding with a parameter", REQUEST("Transfer-Encoding: chunked;a=b\r\n"), UB_HTTP_BAD },
	{ "vertical tab in TE", REQUEST("Transfer-Encoding: \vchunked\r\n"), UB_HTTP_BAD },
	{ "a tab before TE", REQUEST("Transfer-Encoding:\tchunked\r\n"), UB_HTTP_BAD },
	{ "a space behind TE", REQUEST("Transfer-Encoding: chunked \r\n"), UB_HTTP_BAD },
	{ "a tab behind CL", REQUEST("Content-Length: 5\t\r\n"), UB_HTTP_BAD },
	{ "empty TE", REQUEST("Transfer-Encoding:\r\n"), UB_HTTP_BAD },
	{ "TE in HTTP/1.0", "PUT /a HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n", UB_HTTP_BAD },
	{ "a folded line", REQUEST("A: b\r\n c: d\r\n"), UB_HTTP_BAD },
	{ "a line folded with a tab", REQUEST("A: b\r\n\tc: d\r\n"), UB_HTTP_BAD },
	{ "a folded first line", "GET /a HTTP/1.1\r\n Host: h\r\n\r\n", UB_HTTP_BAD },
	{ "space before the colon", REQUEST("Content-Length : 5\r\n"), UB_HTTP_BAD },
	{ "tab before the colon", REQUEST("Content-Length\t: 5\r\n"), UB_HTTP_BAD },
	{ "no colon", REQUEST("Content-Length 5\r\n"), UB_HTTP_BAD },
	{ "a bare name", REQUEST("Content-Length\r\n"), UB_HTTP_BAD },
	{ "no name", REQUEST(": 5\r\n"), UB_HTTP_BAD },
	{ "a name with a bracket", REQUEST("A[b]: 5\r\n"), UB_HTTP_BAD },
	{ "a name with 8 bits", REQUEST("\xc3\xa4: 5\r\n"), UB_HTTP_BAD },
	{ "bare LF", "GET /a HTTP/1.1\nHost: h\n\n", UB_HTTP_BAD },
	{ "bare LF within fields", REQUEST("A: b\nContent-Length: 5\r\n"), UB_HTTP_BAD },
	{ "bare LF at the end", "GET /a HTTP/1.1\r\nHost: h\r\n\n", UB_HTTP_BAD },
	{ "bare CR", REQUEST("A: b\rContent-Length: 5\r\n"), UB_HTTP_BAD },
	{ "CR CR LF", REQUEST("A: b\r\r\n"), UB_HTTP_BAD },
	{ "a control character", REQUEST("A: b\x01\r\n"), UB_HTTP_BAD },
	{ "DEL", REQUEST("A: b\x7f\r\n"), UB_HTTP_BAD },
	{ "missing Host", "GET /a HTTP/1.1\r\nA: b\r\n\r\n", UB_HTTP_BAD },
	{ "repeated Host", REQUEST("Host: h\r\n"), UB_HTTP_BAD },
	{ "repeated Host in HTTP/1.0", "GET /a HTTP/1.0\r\nHost: h\r\nHost: i\r\n\r\n", UB_HTTP_BAD },
	{ "empty Host", "GET /a HTTP/1.1\r\nHost:\r\n\r\n", UB_HTTP_BAD },
	{ "two hosts in one", "GET /a HTTP/1.1\r\nHost: h, i\r\n\r\n", UB_HTTP_BAD },
	{ "Host with a path", "GET /a HTTP/1.1\r\nHost: h/b\r\n\r\n", UB_HTTP_BAD },
	{ "Host with a user", "GET /a HTTP/1.1\r\nHost: u@h\r\n\r\n", UB_HTTP_BAD },
	{ "Host with a strange port", "GET /a HTTP/1.1\r\nHost: h:80a\r\n\r\n", UB_HTTP_BAD },
	{ "Host that is a port", "GET /a HTTP/1.1\r\nHost: :80\r\n\r\n", UB_HTTP_BAD },
	{ "an open bracket", "GET /a HTTP/1.1\r\nHost: [::1\r\n\r\n", UB_HTTP_BAD },
	{ "two spaces", "GET  /a HTTP/1.1\r\nHost: h\r\n\r\n", UB_HTTP_BAD },
	{ "a space at the end", "GET /a HTTP/1.1 \r\nHost: h\r\n\r\n", UB_HTTP_BAD },
	{ "a space in the target", "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n", UB_HTTP_BAD },
	{ "a tab for a space", "GET\t/a HTTP/1.1\r\nHost: h\r\n\r\n", UB_HTTP_BAD },
	{ "a tab in the target", "GET /a\tb HTTP/1.1\r\nHost: h\r\n\r\n", UB_HTTP_BAD },
	{ "HTTP/0.9", "GET /a\r\n\r\n", UB_HTTP_BAD },
	{ "no start line", "\r\n\r\n", UB_HTTP_BAD },
	{ "two empty lines before", "\r\n\r\nGET /a HTTP/1.1\r\nHost: h\r\n\r\n", UB_HTTP_BAD },
	{ "a version of letters", "GET /a HTTP/x.y\r\nHost: h\r\n\r\n", UB_HTTP_BAD },
	{ "a version in small letters", "GET /a http/1.1\r\nHost: h\r\n\r\n", UB_HTTP_BAD },
	{ "HTTP/1.2", "GET /a HTTP/1.2\r\nHost: h\r\n\r\n", UB_HTTP_VERSION },
	{ "HTTP/2", "PRI * HTTP/2.0\r\n\r\n", UB_HTTP_VERSION },
	{ "a method with a parenthesis", "G(T /a HTTP/1.1\r\nHost: h\r\n\r\n", UB_HTTP_BAD },
	{ "a relative target", "GET a HTTP/1.1\r\nHost: h\r\n\r\n", UB_HTTP_BAD },
	{ "an absolute target elsewhere", "GET http://other/a HTTP/1.1\r\nHost: h\r\n\r\n", UB_HTTP_BAD },
	{ "an absolute target with a user", "GET http://u@h/a HTTP/1.1\r\nHost: h\r\n\r\n", UB_HTTP_BAD },
	{ "an absolute target on a port", "GET http://h:81/a HTTP/1.1\r\nHost: h\r\n\r\n", UB_HTTP_BAD },
	{ "an absolute target without Host", "GET http://h/a HTTP/1.0\r\n\r\n", UB_HTTP_BAD },
	{ "another scheme", "GET ftp://h/a HTTP/1.1\r\nHost: h\r\n\r\n", UB_HTTP_BAD },
	{ "a tunnel", "CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n", UB_HTTP_METHOD },
	{ "a tunnel to a path", "CONNECT /a HTTP/1.1\r\nHost: h\r\n\r\n", UB_HTTP_METHOD },
	{ "a trace", "TRACE / HTTP/1.1\r\nHost: h\r\n\r\n", UB_HTTP_METHOD },
	{ "a trace by another name", "Track / HTTP/1.1\r\nHost: h\r\n\r\n", UB_HTTP_METHOD },
	{ "a star that is not for OPTIONS", "PROPFIND * HTTP/1.1\r\nHost: h\r\n\r\n", UB_HTTP_BAD },
};

Test(head, refuses_what_could_be_read_in_two_ways)
{
	for (size_t i = 0; i < UB_COUNT(refused); i++) {
		struct ub_http_head head;
		enum ub_http_result result = scan_request(refused[i].text, &head);
		cr_expect_eq(result, refused[i].result, "%s: %d", refused[i].what, result);
	}
}

Test(head, refuses_a_nul_anywhere)
{
	static const char text[] = REQUEST("Content-Length: 5\r\n");
	char copy[sizeof(text)];
	for (size_t i = 0; i < sizeof(text) - 1; i++) {
		struct ub_http_head head;
		memcpy(copy, text, sizeof(text));
		copy[i] = '\0';
		cr_expect_eq(scan(true, copy, sizeof(text) - 1, &head), UB_HTTP_BAD, "at %zu", i);
	}
}

static const struct {
	const char *what, *text;
	enum ub_http_framing framing;
} taken[] = {
	{ "a plain request", REQUEST(""), UB_HTTP_NO_BODY },
	{ "a length", REQUEST("content-LENGTH: 999999999999999999\r\n"), UB_HTTP_LENGTH },
	{ "no length", REQUEST("Content-Length: 0\r\n"), UB_HTTP_LENGTH },
	{ "leading zeros", REQUEST("Content-Length: 0005\r\n"), UB_HTTP_LENGTH },
	{ "chunks", REQUEST("Transfer-Encoding: Chunked\r\n"), UB_HTTP_CHUNKED },
	{ "chunks after white space", REQUEST("Transfer-Encoding:  chunked\r\n"), UB_HTTP_CHUNKED },
	{ "chunks after none", REQUEST("Transfer-Encoding:chunked\r\n"), UB_HTTP_CHUNKED },
	{ "an empty line before", "\r\n" REQUEST(""), UB_HTTP_NO_BODY },
	{ "HTTP/1.0 without Host", "GET /a HTTP/1.0\r\n\r\n", UB_HTTP_NO_BODY },
	{ "any method", "X-!#$%&'*+.^_`|~9 /a HTTP/1.1\r\nHost: h\r\n\r\n", UB_HTTP_NO_BODY },
	{ "8 bits in a value", REQUEST("A: \xc3\xa4\xff\r\n"), UB_HTTP_NO_BODY },
	{ "8 bits in a target", "GET /\xc3\xa4 HTTP/1.1\r\nHost: h\r\n\r\n", UB_HTTP_NO_BODY },
	{ "the server itself", "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", UB_HTTP_NO_BODY },
	{ "an absolute target", "GET http://H:80/a HTTP/1.1\r\nHost: h:80\r\n\r\n", UB_HTTP_NO_BODY },
	{ "an absolute target of the other scheme", "GET HTTPS://h/a HTTP/1.1\r\nHost: h\r\n\r\n",
	    UB_HTTP_NO_BODY },
	{ "an absolute target without a path", "GET http://h HTTP/1.1\r\nHost: h\r\n\r\n", UB_HTTP_NO_BODY },
	{ "an absolute target with a query alone", "GET http://h?a HTTP/1.1\r\nHost: h\r\n\r\n",
	    UB_HTTP_NO_BODY },
	{ "an address", "GET /a HTTP/1.1\r\nHost: [2001:db8::1]:8080\r\n\r\n", UB_HTTP_NO_BODY },
	{ "other underscores", REQUEST("X_Content_Length: 5\r\n"), UB_HTTP_NO_BODY },
};

Test(head, takes_what_is_unusual_and_clear)
{
	for (size_t i = 0; i < UB_COUNT(taken); i++) {
		struct ub_http_head head;
		enum ub_http_result result = scan_request(taken[i].text, &head);
		cr_expect_eq(result, UB_HTTP_DONE, "%s: %d", taken[i].what, result);
		cr_expect_eq(head.framing, taken[i].framing, "%s: %u", taken[i].what, head.framing);
	}
}

/* RFC 9110 5.1, 5.5 and 7.2, RFC 9112 3.2: a name's, a value's, a host's and a target's bytes. */
static const struct {
	const char *what, *before, *after, *plain; /* plain: besides letters and digits */
	bool high;                                 /* bytes above 0x7F, too */
} places[] = {
	{ "a method", "M", "M /a HTTP/1.1\r\nHost: h\r\n\r\n", "!#$%&'*+-.^_`|~", false },
	{ "a name", "GET /a HTTP/1.1\r\nHost: h\r\nA", "A: b\r\n\r\n", "!#$%&'*+-.^_`|~:", false },
	{ "a value", "GET /a HTTP/1.1\r\nHost: h\r\nA: b", "b\r\n\r\n",
	    " \t!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", true },
	{ "a target", "GET /a", "a HTTP/1.1\r\nHost: h\r\n\r\n", "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", true },
	{ "a host", "GET /a HTTP/1.1\r\nHost: h", "h\r\n\r\n", "%-._~", false },
};

Test(head, takes_in_each_place_the_bytes_of_its_grammar)
{
	for (size_t i = 0; i < UB_COUNT(places); i++)
		for (unsigned b = 0; b < 256; b++) {
			char text[128];
			struct ub_http_head head;
			bool letter =
			    (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9');
			bool allowed =
			    b > 0x7F ? places[i].high : letter || (b && strchr(places[i].plain, (int)b));
			int n = snprintf(text, sizeof(text), "%s_%s", places[i].before, places[i].after);
			text[strlen(places[i].before)] = (char)b;
			cr_expect_eq(scan(true, text, (size_t)n, &head) == UB_HTTP_DONE, allowed,
			    "%s with %02x", places[i].what, b);
		}
}

/* The same bytes give the same result, for any pieces and any place in memory. */
static void expect_same_in_two_pieces(const char *text, size_t cut)
{
	struct ub_http_head whole, pieces;
	struct ub_http_scan at = { 0 };
	size_t n = strlen(text);
	enum ub_http_result expected = scan(true, text, n, &whole);
	char *first = malloc(cut + 1), *both = malloc(n);
	memcpy(first, text, cut);
	memcpy(both, text, n);
	enum ub_http_result result = ub_http_scan_request(&at, ub_text_n(first, cut), &pieces);
	if (result == UB_HTTP_MORE)
		result = ub_http_scan_request(&at, ub_text_n(both, n), &pieces);
	cr_expect_eq(result, expected, "%s cut at %zu: %d instead of %d", text, cut, result, expected);
	if (result == UB_HTTP_DONE && expected == UB_HTTP_DONE) {
		cr_expect(ub_text_eq(whole.bytes, pieces.bytes));
		cr_expect_eq(whole.n, pieces.n);
		cr_expect_eq(whole.framing, pieces.framing);
	}
	free(first);
	free(both);
}

Test(head, does_not_depend_on_the_pieces_it_comes_in)
{
	for (size_t i = 0; i < UB_COUNT(refused); i++)
		for (size_t cut = 0; cut <= strlen(refused[i].text); cut++)
			expect_same_in_two_pieces(refused[i].text, cut);
	for (size_t i = 0; i < UB_COUNT(taken); i++)
		for (size_t cut = 0; cut <= strlen(taken[i].text); cut++)
			expect_same_in_two_pieces(taken[i].text, cut);
}

Test(head, comes_byte_by_byte)
{
	static const char text[] = REQUEST("Content-Length: 5\r\n");
	struct ub_http_scan at = { 0 };
	struct ub_http_head head;
	for (size_t n = 1; n < sizeof(text) - 1; n++)
		cr_assert_eq(ub_http_scan_request(&at, ub_text_n(text, n), &head), UB_HTTP_MORE);
	cr_assert_eq(ub_http_scan_request(&at, ub_text_n(text, sizeof(text) - 1), &head), UB_HTTP_DONE);
}

Test(head, is_refused_as_soon_as_it_is_wrong)
{
	struct ub_http_scan at = { 0 };
	struct ub_http_head head;
	cr_assert_eq(ub_http_scan_request(&at, UB_TEXT("GET / HTTP/1.1\n"), &head), UB_HTTP_BAD);
	cr_assert_str_eq(at.problem, "a bare LF");
}

/* A head of exactly n bytes. */
static char *head_of(size_t n)
{
	static const char begin[] = "GET /a HTTP/1.1\r\nHost: h\r\nA: ";
	char *text = malloc(n);
	memset(text, 'x', n);
	memcpy(text, begin, sizeof(begin) - 1);
	memcpy(text + n - 4, "\r\n\r\n", 4);
	return text;
}

Test(head, may_be_as_long_as_the_limit_and_no_longer)
{
	struct ub_http_head head;
	char *most = head_of(UB_HTTP_HEAD_MAX), *more = head_of(UB_HTTP_HEAD_MAX + 1);
	cr_expect_eq(scan(true, most, UB_HTTP_HEAD_MAX, &head), UB_HTTP_DONE);
	cr_expect_eq(scan(true, more, UB_HTTP_HEAD_MAX + 1, &head), UB_HTTP_TOO_LARGE);
	cr_expect_eq(scan(true, more, UB_HTTP_HEAD_MAX, &head), UB_HTTP_TOO_LARGE, "no more is awaited");
	cr_expect_eq(scan(true, more, UB_HTTP_HEAD_MAX - 1, &head), UB_HTTP_MORE);
	free(most);
	free(more);
}

static enum ub_http_result scan_fields(size_t n)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_buf text = UB_BUF(arena);
	struct ub_http_head head;
	ub_buf_str(&text, "GET /a HTTP/1.1\r\nHost: h\r\n");
	for (size_t i = 1; i < n; i++)
		ub_buf_str(&text, "A: b\r\n");
	ub_buf_str(&text, "\r\n");
	enum ub_http_result result = scan(true, text.ptr, text.len, &head);
	ub_arena_free(&arena);
	return result;
}

Test(head, may_have_as_many_fields_as_the_limit_and_no_more)
{
	cr_expect_eq(scan_fields(UB_HTTP_FIELDS_MAX), UB_HTTP_DONE);
	cr_expect_eq(scan_fields(UB_HTTP_FIELDS_MAX + 1), UB_HTTP_TOO_LARGE);
}

Test(head, may_have_a_method_as_long_as_the_limit_and_no_longer)
{
	char text[UB_HTTP_METHOD_MAX + 64];
	for (int n = UB_HTTP_METHOD_MAX; n <= UB_HTTP_METHOD_MAX + 1; n++) {
		struct ub_http_head head;
		memset(text, 'M', (size_t)n);
		strcpy(text + n, " / HTTP/1.1\r\nHost: h\r\n\r\n");
		cr_expect_eq(
		    scan_request(text, &head), n <= UB_HTTP_METHOD_MAX ? UB_HTTP_DONE : UB_HTTP_BAD, "%d", n);
	}
}

static const struct {
	const char *text;
	bool to_head;
	enum ub_http_result result;
	enum ub_http_framing framing;
	bool close;
} responses[] = {
	{ RESPONSE("Content-Length: 5\r\n"), false, UB_HTTP_DONE, UB_HTTP_LENGTH, false },
	{ RESPONSE("Content-Length: 5\r\n"), true, UB_HTTP_DONE, UB_HTTP_NO_BODY, false },
	{ RESPONSE("Transfer-Encoding: chunked\r\n"), false, UB_HTTP_DONE, UB_HTTP_CHUNKED, false },
	{ RESPONSE("Transfer-Encoding: chunked\r\n"), true, UB_HTTP_DONE, UB_HTTP_NO_BODY, false },
	{ RESPONSE(""), false, UB_HTTP_DONE, UB_HTTP_UNTIL_CLOSE, true },
	{ RESPONSE(""), true, UB_HTTP_DONE, UB_HTTP_NO_BODY, false },
	{ RESPONSE("Connection: x, Close\r\nContent-Length: 0\r\n"), false, UB_HTTP_DONE, UB_HTTP_LENGTH,
	    true },
	{ "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n", false, UB_HTTP_DONE,
	    UB_HTTP_LENGTH, false },
	{ "HTTP/1.1 204 No Content\r\n\r\n", false, UB_HTTP_DONE, UB_HTTP_NO_BODY, false },
	{ "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", false, UB_HTTP_DONE, UB_HTTP_NO_BODY,
	    false },
	{ "HTTP/1.1 100 Continue\r\n\r\n", false, UB_HTTP_DONE, UB_HTTP_NO_BODY, false },
	{ "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", false, UB_HTTP_DONE, UB_HTTP_LENGTH, false },
	{ "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", false, UB_HTTP_DONE, UB_HTTP_LENGTH, false },
	{ "HTTP/1.1 999 Gr\xc3\xbc\xc3\x9f\x65\r\nContent-Length: 0\r\n\r\n", false, UB_HTTP_DONE,
	    UB_HTTP_LENGTH, false },
	{ RESPONSE("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), false, UB_HTTP_BAD, 0, false },
	{ RESPONSE("Content-Length: 5\r\nContent-Length: 5\r\n"), false, UB_HTTP_BAD, 0, false },
	{ RESPONSE("Transfer-Encoding: gzip, chunked\r\n"), false, UB_HTTP_BAD, 0, false },
	{ RESPONSE("A: b\r\n c\r\n"), false, UB_HTTP_BAD, 0, false },
	{ "HTTP/1.1 20 OK\r\n\r\n", false, UB_HTTP_BAD, 0, false },
	{ "HTTP/1.1 2000 OK\r\n\r\n", false, UB_HTTP_BAD, 0, false },
	{ "HTTP/1.1 099 OK\r\n\r\n", false, UB_HTTP_BAD, 0, false },
	{ "HTTP/1.1 2x0 OK\r\n\r\n", false, UB_HTTP_BAD, 0, false },
	{ "HTTP/1.1  200 OK\r\n\r\n", false, UB_HTTP_BAD, 0, false },
	{ "HTTP/2.0 200 OK\r\n\r\n", false, UB_HTTP_VERSION, 0, false },
	{ "ICY 200 OK etc.\r\n\r\n", false, UB_HTTP_BAD, 0, false },
	{ "\r\nHTTP/1.1 200 OK\r\n\r\n", false, UB_HTTP_BAD, 0, false },
};

Test(head, of_a_response_says_how_its_body_ends)
{
	for (size_t i = 0; i < UB_COUNT(responses); i++) {
		struct ub_http_scan at = { 0 };
		struct ub_http_head head;
		enum ub_http_result result =
		    ub_http_scan_response(&at, ub_text(responses[i].text), responses[i].to_head, &head);
		cr_expect_eq(result, responses[i].result, "%s: %d", responses[i].text, result);
		if (result != UB_HTTP_DONE)
			continue;
		cr_expect_eq(head.framing, responses[i].framing, "%s", responses[i].text);
		cr_expect_eq(head.close, responses[i].close, "%s", responses[i].text);
	}
}

Test(head, finds_tokens_of_a_list_and_media_types)
{
	cr_expect(ub_http_list_has(UB_TEXT("keep-alive, Upgrade"), "upgrade"));
	cr_expect(ub_http_list_has(UB_TEXT(",,close ,"), "close"));
	cr_expect_not(ub_http_list_has(UB_TEXT("closed, clos"), "close"));
	cr_expect_not(ub_http_list_has(UB_TEXT(""), "close"));
	cr_expect(ub_http_media_type_is(UB_TEXT("Text/Calendar ; charset=utf-8"), "text/calendar"));
	cr_expect_not(ub_http_media_type_is(UB_TEXT("text/calendars"), "text/calendar"));
}
