/* SPDX-License-Identifier: Apache-2.0 */
#include "upbeat/base.h"

#include <string.h>

struct ub_text ub_text(const char *cstring)
{
	return cstring ? (struct ub_text){ cstring, strlen(cstring) } : UB_TEXT_NONE;
}

struct ub_text ub_text_n(const char *ptr, size_t len)
{
	return (struct ub_text){ ptr, len };
}

char *ub_text_cstr(struct ub_arena *arena, struct ub_text text)
{
	char *copy = ub_arena_alloc(arena, text.len + 1);
	if (text.len)
		memcpy(copy, text.ptr, text.len);
	return copy;
}

struct ub_text ub_text_copy(struct ub_arena *arena, struct ub_text text)
{
	return (struct ub_text){ ub_text_cstr(arena, text), text.len };
}

bool ub_text_eq(struct ub_text a, struct ub_text b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool ub_text_is(struct ub_text a, const char *cstring)
{
	return ub_text_eq(a, ub_text(cstring));
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool ub_text_eq_nocase(struct ub_text a, struct ub_text b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (a.ptr[i] != b.ptr[i] && lower(a.ptr[i]) != lower(b.ptr[i]))
			return false;
	return true;
}

int ub_text_cmp(struct ub_text a, struct ub_text b)
{
	size_t common = a.len < b.len ? a.len : b.len;
	int order = common ? memcmp(a.ptr, b.ptr, common) : 0;
	if (order == 0)
		order = a.len < b.len ? -1 : a.len > b.len;
	return (order > 0) - (order < 0);
}

int ub_text_cmp_name(const void *text, const void *row)
{
	return ub_text_cmp(*(const struct ub_text *)text, ub_text(*(const char *const *)row));
}

bool ub_text_starts(struct ub_text text, struct ub_text prefix)
{
	return text.len >= prefix.len && ub_text_eq(ub_text_n(text.ptr, prefix.len), prefix);
}

bool ub_text_ends(struct ub_text text, struct ub_text suffix)
{
	return text.len >= suffix.len &&
	       ub_text_eq(ub_text_sub(text, text.len - suffix.len, text.len), suffix);
}

bool ub_text_ends_nocase(struct ub_text text, struct ub_text suffix)
{
	return text.len >= suffix.len &&
	       ub_text_eq_nocase(ub_text_sub(text, text.len - suffix.len, text.len), suffix);
}

size_t ub_text_find(struct ub_text text, struct ub_text needle, size_t from)
{
	if (from > text.len || needle.len > text.len - from)
		return SIZE_MAX;
	if (needle.len == 0)
		return from;
	size_t last = text.len - needle.len;
	for (size_t i = from; i <= last; i++) {
		const char *hit = memchr(text.ptr + i, needle.ptr[0], last - i + 1);
		if (!hit)
			return SIZE_MAX;
		i = (size_t)(hit - text.ptr);
		if (memcmp(hit, needle.ptr, needle.len) == 0)
			return i;
	}
	return SIZE_MAX;
}

struct ub_text ub_text_sub(struct ub_text text, size_t from, size_t to)
{
	if (to > text.len)
		to = text.len;
	if (from > to)
		from = to;
	/* A text of no length may have no memory, and not even 0 may be added to NULL (C17 6.5.6). */
	return (struct ub_text){ from ? text.ptr + from : text.ptr, to - from };
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct ub_text ub_text_trim(struct ub_text text)
{
	while (text.len && is_space(text.ptr[text.len - 1]))
		text.len--;
	while (text.len && is_space(text.ptr[0]))
		text.ptr++, text.len--;
	return text;
}

struct ub_text ub_text_lower(struct ub_arena *arena, struct ub_text text)
{
	char *copy = ub_text_cstr(arena, text);
	for (size_t i = 0; i < text.len; i++)
		copy[i] = lower(copy[i]);
	return (struct ub_text){ copy, text.len };
}

bool ub_text_split(struct ub_text *rest, char separator, struct ub_text *piece)
{
	if (!rest->ptr)
		return false;
	const char *hit = rest->len ? memchr(rest->ptr, separator, rest->len) : NULL;
	if (!hit) {
		*piece = *rest;
		*rest = (struct ub_text){ NULL, 0 };
		return true;
	}
	*piece = (struct ub_text){ rest->ptr, (size_t)(hit - rest->ptr) };
	*rest = (struct ub_text){ hit + 1, rest->len - piece->len - 1 };
	return true;
}

bool ub_text_to_int(struct ub_text text, int64_t *out)
{
	bool negative = text.len && text.ptr[0] == '-';
	size_t i = text.len && (text.ptr[0] == '-' || text.ptr[0] == '+');
	uint64_t const limit = negative ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX;
	uint64_t value = 0;
	if (i == text.len)
		return false;
	for (; i < text.len; i++) {
		unsigned digit = (unsigned char)text.ptr[i] - '0';
		if (digit > 9 || value > (limit - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*out = negative ? (int64_t)(0 - value) : (int64_t)value;
	return true;
}

uint64_t ub_text_hash(struct ub_text text)
{
	uint64_t hash = 0xcbf29ce484222325u;
	for (size_t i = 0; i < text.len; i++)
		hash = (hash ^ (unsigned char)text.ptr[i]) * 0x100000001b3u;
	return hash;
}

/* Length of the sequence that `first` opens; 0: none. *low and *high bound the second byte (RFC 3629, 4). */
static size_t utf8_sequence(unsigned char first, unsigned char *low, unsigned char *high)
{
	*low = 0x80;
	*high = 0xBF;
	if (first < 0x80)
		return 1;
	if (first >= 0xC2 && first <= 0xDF)
		return 2;
	if (first >= 0xE0 && first <= 0xEF) {
		if (first == 0xE0)
			*low = 0xA0;
		if (first == 0xED)
			*high = 0x9F;
		return 3;
	}
	if (first >= 0xF0 && first <= 0xF4) {
		if (first == 0xF0)
			*low = 0x90;
		if (first == 0xF4)
			*high = 0x8F;
		return 4;
	}
	return 0;
}

/* Whether the next eight bytes are ASCII, which most of any text is. */
static bool is_ascii_word(struct ub_text text, size_t at)
{
	uint64_t word = 0;
	if (text.len - at < sizeof(word))
		return false;
	memcpy(&word, text.ptr + at, sizeof(word));
	return (word & UINT64_C(0x8080808080808080)) == 0;
}

bool ub_text_utf8_valid(struct ub_text text)
{
	for (size_t i = 0; i < text.len;) {
		unsigned char low, high;
		if (is_ascii_word(text, i)) {
			i += sizeof(uint64_t);
			continue;
		}
		size_t length = utf8_sequence((unsigned char)text.ptr[i], &low, &high);
		if (length == 0 || length > text.len - i)
			return false;
		for (size_t k = 1; k < length; k++) {
			unsigned char byte = (unsigned char)text.ptr[i + k];
			if (byte < low || byte > high)
				return false;
			low = 0x80;
			high = 0xBF;
		}
		i += length;
	}
	return true;
}

size_t ub_text_code_points(struct ub_text text)
{
	size_t n = 0;
	for (size_t i = 0; i < text.len; i++)
		n += ((unsigned char)text.ptr[i] & 0xC0) != 0x80;
	return n;
}
