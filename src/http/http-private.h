/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_HTTP_PRIVATE_H
#define UPBEAT_HTTP_PRIVATE_H

#include "upbeat/http.h"

/* The classes of a byte: what it may be part of. A byte of no class is a control character. */
enum {
	HTTP_TOKEN = 1, /* method and field names (RFC 9110 5.6.2) */
	HTTP_FIELD = 2, /* field values: visible, space, tab, obs-text */
	HTTP_TARGET = 4,
	HTTP_HOST = 8,
	HTTP_PCHAR = 16, /* plain in a path segment (RFC 3986 3.3) */
	HTTP_HEX = 32,
};

extern const unsigned char http_class[256];

static inline bool http_is(char c, unsigned classes)
{
	return (http_class[(unsigned char)c] & classes) != 0;
}

static inline bool http_all(struct ub_text text, unsigned classes)
{
	for (size_t i = 0; i < text.len; i++)
		if (!http_is(text.ptr[i], classes))
			return false;
	return true;
}

static inline unsigned http_hex_value(char c)
{
	return (unsigned)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

#endif
