/* SPDX-License-Identifier: Apache-2.0 */
#include "cel-private.h"

/* Strings here are valid UTF-8. The lexer checks literals, conversions check their input, and callers must
 * check theirs. */

uint32_t cel_utf8_next(struct ub_text text, size_t *at)
{
	unsigned char const *p = (unsigned char const *)text.ptr + *at;
	size_t left = text.len - *at;
	if (p[0] < 0x80 || left < 2) {
		*at += 1;
		return p[0];
	}
	if (p[0] < 0xe0 || left < 3) {
		*at += 2;
		return (uint32_t)(p[0] & 0x1f) << 6 | (p[1] & 0x3f);
	}
	if (p[0] < 0xf0 || left < 4) {
		*at += 3;
		return (uint32_t)(p[0] & 0x0f) << 12 | (uint32_t)(p[1] & 0x3f) << 6 | (p[2] & 0x3f);
	}
	*at += 4;
	return (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3f) << 12 | (uint32_t)(p[2] & 0x3f) << 6 |
	       (p[3] & 0x3f);
}

void cel_utf8_add(struct ub_buf *out, uint32_t c)
{
	if (c < 0x80) {
		ub_buf_char(out, (char)c);
		return;
	}
	if (c < 0x800) {
		ub_buf_char(out, (char)(0xc0 | c >> 6));
	} else {
		if (c < 0x10000) {
			ub_buf_char(out, (char)(0xe0 | c >> 12));
		} else {
			ub_buf_char(out, (char)(0xf0 | c >> 18));
			ub_buf_char(out, (char)(0x80 | (c >> 12 & 0x3f)));
		}
		ub_buf_char(out, (char)(0x80 | (c >> 6 & 0x3f)));
	}
	ub_buf_char(out, (char)(0x80 | (c & 0x3f)));
}

static bool starts_code_point(char c)
{
	return ((unsigned char)c & 0xc0) != 0x80;
}

size_t cel_utf8_offset(struct ub_text text, size_t index)
{
	for (size_t i = 0; i < text.len; i++) {
		if (!starts_code_point(text.ptr[i]))
			continue;
		if (index-- == 0)
			return i;
	}
	return index == 0 ? text.len : SIZE_MAX;
}

bool cel_utf8_is_space(uint32_t c)
{
	return (c >= 9 && c <= 13) || c == ' ' || c == 0x85 || c == 0xa0 || c == 0x1680 ||
	       (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f ||
	       c == 0x3000;
}
