/* SPDX-License-Identifier: Apache-2.0 */
#include "facts-private.h"

/*
 * Text from strangers is made fit to be shown. Nothing in it may then move a cursor, break a line where one
 * line is wanted, or turn the direction of the text around it.
 */

static size_t decode(struct ub_text text, size_t at, uint32_t *point)
{
	unsigned char first = (unsigned char)text.ptr[at];
	size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
	if (length > text.len - at || !ub_text_utf8_valid(ub_text_sub(text, at, at + length))) {
		*point = 0xFFFD;
		return 1;
	}
	*point = length == 1 ? first : first & (0x7Fu >> length);
	for (size_t i = 1; i < length; i++)
		*point = *point << 6 | ((unsigned char)text.ptr[at + i] & 0x3F);
	return length;
}

/* Separators of lines and paragraphs, and characters that show as a gap only. */
static bool is_break(uint32_t c)
{
	return c == '\n' || c == '\r' || c == '\t' || c == 0x0B || c == 0x0C || c == 0x85 || c == 0x2028 ||
	       c == 0x2029;
}

/* Blanks of every width (Unicode's category Zs). */
static bool is_gap(uint32_t c)
{
	return c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x202F || c == 0x205F ||
	       c == 0x3000;
}

/* Controls, blanks without width, and the embeddings, overrides, isolates and marks of the bidirectional
 * algorithm (UAX 9). */
static bool is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x202A && c <= 0x202E) ||
	       (c >= 0x2066 && c <= 0x2069) || c == 0x200B || c == 0x200E || c == 0x200F || c == 0x061C ||
	       c == 0x2060 || c == 0xFEFF;
}

static bool is_clean(struct ub_text text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.ptr[i] < 0x20 || (unsigned char)text.ptr[i] >= 0x7F)
			return false;
	return true;
}

struct ub_text facts_clean_lines(struct ub_text text, struct ub_arena *arena)
{
	if (is_clean(text))
		return text.len ? text : UB_TEXT_NONE; /* the pointer is never NULL */
	struct ub_buf out = UB_BUF(arena);
	for (size_t at = 0; at < text.len;) {
		uint32_t c;
		size_t length = decode(text, at, &c);
		if (c == '\n' || c == '\t')
			ub_buf_char(&out, (char)c);
		else if (c == 0xFFFD)
			ub_buf_str(&out, "\xEF\xBF\xBD");
		else if (c == '\r' && at + 1 < text.len && text.ptr[at + 1] == '\n')
			; /* the line feed after it ends the line */
		else if (is_break(c))
			ub_buf_char(&out, '\n');
		else if (is_gap(c))
			ub_buf_char(&out, ' ');
		else if (!is_control(c))
			ub_buf_add(&out, ub_text_sub(text, at, at + length));
		at += length;
	}
	return ub_buf_text(&out);
}

struct ub_text facts_clean_line(struct ub_text text, struct ub_arena *arena)
{
	text = ub_text_trim(facts_clean_lines(text, arena));
	if (is_clean(text))
		return text;
	struct ub_buf out = UB_BUF(arena);
	for (size_t i = 0; i < text.len; i++)
		ub_buf_char(&out, text.ptr[i] == '\n' || text.ptr[i] == '\t' ? ' ' : text.ptr[i]);
	return ub_buf_text(&out);
}
