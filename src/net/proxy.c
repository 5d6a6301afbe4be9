/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The header of the PROXY protocol (https://www.haproxy.org/download/2.8/doc/proxy-protocol.txt), version 1
 * as a line and version 2 as bytes.
 */
#include <string.h>

#include "upbeat/net.h"

enum {
	LINE_MAX_BYTES = 107, /* with its CRLF */
	FIXED = 16,           /* bytes of version 2 before the addresses */
	FIELDS = 6,           /* of a line */
	PORT_MAX = 65535,
};

static const struct ub_text line_start = { "PROXY ", 6 };
static const struct ub_text signature = { "\r\n\r\n\0\r\nQUIT\n", 12 };

static enum ub_net_result bad(struct ub_net_proxied *proxied, const char *problem)
{
	proxied->problem = problem;
	return UB_NET_BAD;
}

/* Whether the bytes begin like that, as far as they have come. */
static bool may_start(struct ub_text bytes, struct ub_text start)
{
	size_t n = bytes.len < start.len ? bytes.len : start.len;
	return memcmp(bytes.ptr, start.ptr, n) == 0;
}

/* ---- version 1 ---- */

static bool is_port(struct ub_text text)
{
	int64_t port;
	if (text.len == 0 || text.len > 5 || (text.len > 1 && text.ptr[0] == '0'))
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return false;
	return ub_text_to_int(text, &port) && port <= PORT_MAX;
}

/* An address of the family, which is the one that has colons or the one that has none. */
static bool is_address(struct ub_text text, bool six, struct ub_net_address *address)
{
	return (ub_text_find(text, UB_TEXT(":"), 0) != SIZE_MAX) == six && ub_net_parse(text, address);
}

/* `line`: without its CRLF. */
static enum ub_net_result read_fields(struct ub_text line, struct ub_net_proxied *proxied)
{
	struct ub_text fields[FIELDS], rest = line;
	struct ub_net_address client, server;
	size_t n = 0;
	while (n < FIELDS && ub_text_split(&rest, ' ', &fields[n]))
		n++;
	if (ub_text_is(fields[1], "UNKNOWN"))
		return UB_NET_DONE;
	bool six = ub_text_is(fields[1], "TCP6");
	if (!six && !ub_text_is(fields[1], "TCP4"))
		return bad(proxied, "an unknown protocol");
	if (n != FIELDS || rest.ptr)
		return bad(proxied, "a line that does not have six words");
	if (!is_address(fields[2], six, &client) || !is_address(fields[3], six, &server))
		return bad(proxied, "an address that is none");
	if (!is_port(fields[4]) || !is_port(fields[5]))
		return bad(proxied, "a port that is none");
	proxied->client = client;
	return UB_NET_DONE;
}

static enum ub_net_result read_line(struct ub_text bytes, struct ub_net_proxied *proxied)
{
	struct ub_text line = ub_text_sub(bytes, 0, LINE_MAX_BYTES);
	for (size_t i = line_start.len; i < line.len; i++) {
		if (line.ptr[i] == '\r' && i + 1 == line.len && line.len < LINE_MAX_BYTES)
			break;
		if (line.ptr[i] == '\r' && i + 1 < line.len && line.ptr[i + 1] == '\n') {
			proxied->len = i + 2;
			return read_fields(ub_text_sub(line, 0, i), proxied);
		}
		if (line.ptr[i] < ' ' || line.ptr[i] > '~')
			return bad(proxied, "a line with a control character");
	}
	return line.len < LINE_MAX_BYTES ? UB_NET_MORE : bad(proxied, "a line that is too long");
}

/* ---- version 2 ---- */

/* How long the two addresses and ports of a family are; -1: the family is none that clients come by. */
static int addresses_len(unsigned char family)
{
	switch (family) {
	case 0x00: /* not specified */
		return 0;
	case 0x11: /* TCP over IPv4 */
		return 12;
	case 0x21: /* TCP over IPv6 */
		return 36;
	case 0x31: /* a stream between unix sockets */
		return 216;
	default:
		return -1;
	}
}

/* Behind the addresses: a type, two bytes of length and a value, again and again. */
static bool are_extensions(const unsigned char *bytes, size_t n)
{
	for (size_t at = 0; at < n;) {
		if (n - at < 3)
			return false;
		size_t len = (size_t)bytes[at + 1] << 8 | bytes[at + 2];
		if (n - at - 3 < len)
			return false;
		at += 3 + len;
	}
	return true;
}

static enum ub_net_result read_addresses(
    const unsigned char *bytes, size_t n, bool proxies, unsigned char family, struct ub_net_proxied *proxied)
{
	int len = addresses_len(family);
	if (!proxies)
		return UB_NET_DONE; /* the proxy looks whether anybody is there */
	if (len < 0)
		return bad(proxied, "an unknown family of addresses");
	if (n < (size_t)len)
		return bad(proxied, "addresses that are cut short");
	if (family != 0 && !are_extensions(bytes + len, n - (size_t)len))
		return bad(proxied, "extensions that are cut short");
	if (len == 12 || len == 36)
		proxied->client = ub_net_address_of(bytes, len == 12 ? 4 : 16);
	return UB_NET_DONE;
}

static enum ub_net_result read_bytes(struct ub_text text, struct ub_net_proxied *proxied)
{
	const unsigned char *bytes = (const unsigned char *)text.ptr;
	if (text.len > 12 && bytes[12] != 0x20 && bytes[12] != 0x21)
		return bad(proxied, bytes[12] >> 4 == 2 ? "an unknown command" : "an unknown version");
	if (text.len < FIXED)
		return UB_NET_MORE;
	size_t n = (size_t)bytes[14] << 8 | bytes[15];
	if (FIXED + n > UB_NET_PROXY_MAX)
		return bad(proxied, "a header that is too long");
	if (text.len - FIXED < n)
		return UB_NET_MORE;
	proxied->len = FIXED + n;
	return read_addresses(bytes + FIXED, n, bytes[12] == 0x21, bytes[13], proxied);
}

enum ub_net_result ub_net_read_proxy(struct ub_text bytes, struct ub_net_proxied *proxied)
{
	*proxied = (struct ub_net_proxied){ 0 };
	if (bytes.len == 0)
		return UB_NET_MORE;
	bool line = may_start(bytes, line_start);
	if (!line && !may_start(bytes, signature))
		return bad(proxied, "no PROXY header");
	if (bytes.len < (line ? line_start.len : signature.len))
		return UB_NET_MORE;
	return line ? read_line(bytes, proxied) : read_bytes(bytes, proxied);
}
