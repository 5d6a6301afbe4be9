/* SPDX-License-Identifier: Apache-2.0 */
#include "facts-private.h"

/* Labels of international domain names (RFC 5891) as people read them; the algorithm is that of RFC 3492. */

#define BASE       36
#define LABEL_MAX  63
#define FIRST_CODE 0x80

static uint32_t adapt(uint32_t delta, uint32_t points, bool first)
{
	uint32_t k = 0;
	delta = first ? delta / 700 : delta / 2;
	for (delta += delta / points; delta > ((BASE - 1) * 26) / 2; k += BASE)
		delta /= BASE - 1;
	return k + (BASE * delta) / (delta + 38);
}

static uint32_t digit_of(char c)
{
	return c >= 'a' && c <= 'z'   ? (uint32_t)(c - 'a')
	       : c >= '0' && c <= '9' ? (uint32_t)(c - '0') + 26
				      : BASE;
}

/* A number of varying length from the front of `rest`. 63 digits can pass 32 bits: false. */
static bool take_number(struct ub_text *rest, uint32_t bias, uint32_t *number)
{
	uint64_t value = 0, weight = 1;
	for (uint32_t k = BASE;; k += BASE) {
		uint32_t digit = rest->len ? digit_of(rest->ptr[0]) : BASE;
		uint32_t threshold = k <= bias ? 1 : k >= bias + 26 ? 26 : k - bias;
		value += digit * weight;
		if (digit == BASE || value > UINT32_MAX / 2)
			return false;
		*rest = ub_text_sub(*rest, 1, rest->len);
		*number = (uint32_t)value;
		if (digit < threshold)
			return true;
		weight *= BASE - threshold;
	}
}

static void put_utf8(struct ub_buf *out, uint32_t code)
{
	if (code < 0x80) {
		ub_buf_char(out, (char)code);
		return;
	}
	int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
	static const uint32_t first[] = { 0, 0xC0, 0xE0, 0xF0 };
	ub_buf_char(out, (char)(first[more] | code >> (6 * more)));
	while (more-- > 0)
		ub_buf_char(out, (char)(0x80 | (code >> (6 * more) & 0x3F)));
}

/* The code points of a label without "xn--"; 0: it is none. */
static size_t decode(struct ub_text label, uint32_t *codes)
{
	uint32_t code = FIRST_CODE, bias = 72, at = 0;
	size_t n = 0, dash = label.len;
	bool first = true;
	while (dash > 0 && label.ptr[dash - 1] != '-')
		dash--;
	for (; dash > 0 && n < dash - 1; n++)
		codes[n] = (unsigned char)label.ptr[n];
	struct ub_text rest = ub_text_sub(label, dash, label.len);
	while (rest.len) {
		uint32_t delta;
		if (n == LABEL_MAX || !take_number(&rest, bias, &delta))
			return 0;
		bias = adapt(delta, (uint32_t)n + 1, first);
		first = false;
		at += delta;
		code += at / (uint32_t)(n + 1);
		at %= (uint32_t)(n + 1);
		if (code > 0x10FFFF)
			return 0;
		for (size_t i = n++; i > at; i--)
			codes[i] = codes[i - 1];
		codes[at++] = code;
	}
	return n;
}

struct ub_text facts_readable_label(struct ub_text label, struct ub_arena *arena)
{
	uint32_t codes[LABEL_MAX];
	struct ub_buf out = UB_BUF(arena);
	if (label.len > LABEL_MAX || !ub_text_starts(label, UB_TEXT("xn--")))
		return label;
	size_t n = decode(ub_text_sub(label, 4, label.len), codes);
	for (size_t i = 0; i < n; i++)
		put_utf8(&out, codes[i]);
	struct ub_text text = facts_clean_line(ub_buf_text(&out), arena);
	return text.len && ub_text_utf8_valid(text) ? text : label;
}
