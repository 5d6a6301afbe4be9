/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "leaks.h"
#include "upbeat/net.h"

TestSuite(proxy, .fini = ub_leak_check);

#define V2 "\r\n\r\n\0\r\nQUIT\n"
#define IPV4                                                                                                 \
	"\xc0\x00\x02\x01"                                                                                   \
	"\x0a\x00\x00\x01"                                                                                   \
	"\x10\x00\x01\xbb"
#define IPV6                                                                                                 \
	" \x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x07"                                                            \
	" \x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x08\x10\x00\x01\xbb"
#define BYTES(literal) literal, sizeof(literal) - 1

/* A header with what follows, and what it says: the client, "" for nobody, or NULL and what is wrong. */
static const struct {
	const char *bytes;
	size_t n;
	const char *client, *problem;
	size_t len;
} headers[] = {
	{ BYTES("PROXY TCP4 192.0.2.1 10.0.0.1 4096 443\r\nGET"), "192.0.2.1", NULL, 40 },
	{ BYTES("PROXY TCP6 2001:db8::7 2001:db8::8 0 65535\r\n"), "2001:db8::7", NULL, 44 },
	{ BYTES("PROXY TCP6 ::ffff:192.0.2.1 ::1 1 2\r\n"), "192.0.2.1", NULL, 37 },
	{ BYTES("PROXY UNKNOWN\r\n"), "", NULL, 15 },
	{ BYTES("PROXY UNKNOWN whatever 1 2 3 4 5 6 7\r\nx"), "", NULL, 38 },
	{ BYTES(V2 "\x21\x11\0\x0c" IPV4 "GET"), "192.0.2.1", NULL, 28 },
	{ BYTES(V2 "\x21\x21\0\x24" IPV6), "2001:db8::7", NULL, 52 },
	{ BYTES(V2 "\x21\x11\0\x10" IPV4 "\x03\0\x01x"), "192.0.2.1", NULL, 32 },
	{ BYTES(V2 "\x20\0\0\0"), "", NULL, 16 },
	{ BYTES(V2 "\x20\xff\0\x02xx"), "", NULL, 18 },
	{ BYTES(V2 "\x21\0\0\x02xx"), "", NULL, 18 },
	{ BYTES("GET / HTTP/1.1\r\n"), NULL, "no PROXY header", 0 },
	{ BYTES("PROXYTCP4 192.0.2.1 10.0.0.1 1 2\r\n"), NULL, "no PROXY header", 0 },
	{ BYTES("proxy TCP4 192.0.2.1 10.0.0.1 1 2\r\n"), NULL, "no PROXY header", 0 },
	{ BYTES("\x16\x03\x01"), NULL, "no PROXY header", 0 },
	{ BYTES("PROXY TCP4 192.0.2.1 10.0.0.1 1 2\nGET /"), NULL, "a line with a control character", 0 },
	{ BYTES("PROXY TCP4 192.0.2.1 10.0.0.1 1 2\rG"), NULL, "a line with a control character", 0 },
	{ BYTES("PROXY TCP4 192.0.2.1\0 10.0.0.1 1 2\r\n"), NULL, "a line with a control character", 0 },
	{ BYTES("PROXY TCP4 192.0.2.1\x80 10.0.0.1 1 2\r\n"), NULL, "a line with a control character", 0 },
	{ BYTES("PROXY UDP4 192.0.2.1 10.0.0.1 1 2\r\n"), NULL, "an unknown protocol", 0 },
	{ BYTES("PROXY \r\n"), NULL, "an unknown protocol", 0 },
	{ BYTES("PROXY tcp4 192.0.2.1 10.0.0.1 1 2\r\n"), NULL, "an unknown protocol", 0 },
	{ BYTES("PROXY TCP4\r\n"), NULL, "a line that does not have six words", 0 },
	{ BYTES("PROXY TCP4 192.0.2.1 10.0.0.1 1\r\n"), NULL, "a line that does not have six words", 0 },
	{ BYTES("PROXY TCP4 192.0.2.1 10.0.0.1 1 2 3\r\n"), NULL, "a line that does not have six words", 0 },
	{ BYTES("PROXY TCP4 192.0.2.1 10.0.0.1 1 2 \r\n"), NULL, "a line that does not have six words", 0 },
	{ BYTES("PROXY TCP4  192.0.2.1 10.0.0.1 1\r\n"), NULL, "an address that is none", 0 },
	{ BYTES("PROXY TCP4 ::1 10.0.0.1 1 2\r\n"), NULL, "an address that is none", 0 },
	{ BYTES("PROXY TCP4 192.0.2.1 ::1 1 2\r\n"), NULL, "an address that is none", 0 },
	{ BYTES("PROXY TCP6 192.0.2.1 ::1 1 2\r\n"), NULL, "an address that is none", 0 },
	{ BYTES("PROXY TCP4 192.0.2.999 10.0.0.1 1 2\r\n"), NULL, "an address that is none", 0 },
	{ BYTES("PROXY TCP4 192.0.2.1 10.0.0.1 65536 2\r\n"), NULL, "a port that is none", 0 },
	{ BYTES("PROXY TCP4 192.0.2.1 10.0.0.1 1 -2\r\n"), NULL, "a port that is none", 0 },
	{ BYTES("PROXY TCP4 192.0.2.1 10.0.0.1 01 2\r\n"), NULL, "a port that is none", 0 },
	{ BYTES("PROXY TCP4 192.0.2.1 10.0.0.1 1 123456\r\n"), NULL, "a port that is none", 0 },
	{ BYTES(V2 "\x11\x11\0\x0c" IPV4), NULL, "an unknown version", 0 },
	{ BYTES(V2 "\x31\x11\0\x0c" IPV4), NULL, "an unknown version", 0 },
	{ BYTES(V2 "\x22\x11\0\x0c" IPV4), NULL, "an unknown command", 0 },
	{ BYTES(V2 "\x21\x12\0\x0c" IPV4), NULL, "an unknown family of addresses", 0 },
	{ BYTES(V2 "\x21\x41\0\x0c" IPV4), NULL, "an unknown family of addresses", 0 },
	{ BYTES(V2 "\x21\x11\0\x0b" IPV4), NULL, "addresses that are cut short", 0 },
	{ BYTES(V2 "\x21\x21\0\x0c" IPV4), NULL, "addresses that are cut short", 0 },
	{ BYTES(V2 "\x21\x31\0\x0c" IPV4), NULL, "addresses that are cut short", 0 },
	{ BYTES(V2 "\x21\x11\0\x0e" IPV4 "\x03\0"), NULL, "extensions that are cut short", 0 },
	{ BYTES(V2 "\x21\x11\0\x10" IPV4 "\x03\0\x02x"), NULL, "extensions that are cut short", 0 },
	{ BYTES(V2 "\x21\x11\0\x0f" IPV4 "\x03\xff\xff"), NULL, "extensions that are cut short", 0 },
	{ BYTES(V2 "\x21\x11\x0f\xf1"), NULL, "a header that is too long", 0 },
	{ BYTES(V2 "\x21\x11\xff\xff"), NULL, "a header that is too long", 0 },
};

/* Reads bytes at the end of their memory, so that a sanitizer finds a read past them. */
static enum ub_net_result read_at_end(const char *bytes, size_t n, struct ub_net_proxied *proxied)
{
	char *copy = malloc(n ? n : 1);
	memcpy(copy, bytes, n);
	enum ub_net_result result = ub_net_read_proxy(ub_text_n(copy, n), proxied);
	free(copy);
	return result;
}

static void check(size_t i, enum ub_net_result result, const struct ub_net_proxied *proxied)
{
	char shown[UB_NET_SHOWN];
	if (headers[i].problem) {
		cr_expect_eq(result, UB_NET_BAD, "%zu: %s", i, headers[i].problem);
		cr_expect_str_eq(proxied->problem ? proxied->problem : "", headers[i].problem);
		return;
	}
	cr_expect_eq(result, UB_NET_DONE, "%zu: %s", i, proxied->problem ? proxied->problem : "more");
	cr_expect_str_eq(ub_net_show(&proxied->client, shown), headers[i].client);
	cr_expect_eq(proxied->len, headers[i].len, "%zu: %zu", i, proxied->len);
}

Test(proxy, says_for_whom_it_speaks_or_what_is_wrong)
{
	for (size_t i = 0; i < UB_COUNT(headers); i++) {
		struct ub_net_proxied proxied;
		check(i, read_at_end(headers[i].bytes, headers[i].n, &proxied), &proxied);
	}
}

/* Once the answer is there, further bytes do not change it; before, there is none. */
Test(proxy, is_read_alike_in_whatever_pieces_it_comes)
{
	for (size_t i = 0; i < UB_COUNT(headers); i++) {
		enum ub_net_result result = UB_NET_MORE;
		struct ub_net_proxied proxied;
		for (size_t n = 0; n <= headers[i].n && result == UB_NET_MORE; n++) {
			result = read_at_end(headers[i].bytes, n, &proxied);
			if (result == UB_NET_MORE && headers[i].len)
				cr_expect_lt(n, headers[i].len, "%zu: still more at %zu", i, n);
		}
		check(i, result, &proxied);
	}
}

Test(proxy, has_a_line_as_long_as_the_limit)
{
	enum { MOST = 107 };
	char line[MOST + 2];
	struct ub_net_proxied proxied;
	memset(line, 'x', sizeof(line));
	memcpy(line, "PROXY UNKNOWN ", 14);
	memcpy(line + MOST - 2, "\r\n", 2);
	cr_assert_eq(read_at_end(line, MOST, &proxied), UB_NET_DONE);
	cr_assert_eq(proxied.len, MOST);
	memcpy(line + MOST - 2, "x\r\n", 3);
	cr_assert_eq(read_at_end(line, MOST - 1, &proxied), UB_NET_MORE);
	cr_assert_eq(read_at_end(line, MOST, &proxied), UB_NET_BAD);
	cr_assert_eq(read_at_end(line, MOST + 1, &proxied), UB_NET_BAD);
	memset(line, 'x', sizeof(line));
	memcpy(line, "PROXY UNKNOWN ", 14);
	cr_assert_eq(read_at_end(line, MOST, &proxied), UB_NET_BAD);
}

Test(proxy, has_bytes_as_many_as_the_limit)
{
	static char bytes[UB_NET_PROXY_MAX + 1];
	struct ub_net_proxied proxied;
	memcpy(bytes, V2 "\x20\0\x0f\xf0", 16);
	cr_assert_eq(read_at_end(bytes, UB_NET_PROXY_MAX - 1, &proxied), UB_NET_MORE);
	cr_assert_eq(read_at_end(bytes, UB_NET_PROXY_MAX + 1, &proxied), UB_NET_DONE);
	cr_assert_eq(proxied.len, UB_NET_PROXY_MAX);
	bytes[15]++;
	cr_assert_eq(read_at_end(bytes, 16, &proxied), UB_NET_BAD);
}
