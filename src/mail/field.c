/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Fields of a mail's header. A text is cleaned before it is written: a line end in it would begin another
 * field.
 */
#include "mail-private.h"

enum { LINE_MAX_LEN = 76 }; /* of a line with encoded words (RFC 2047 2) */

static const struct ub_text opening = { "=?UTF-8?B?", 10 }, closing = { "?=", 2 };

/* Whether the byte begins a character of UTF-8. */
static bool begins(char c)
{
	return ((unsigned char)c & 0xC0) != 0x80;
}

/* The longest beginning of at most so many bytes that ends with a character. */
static struct ub_text beginning(struct ub_text text, size_t max)
{
	size_t n = text.len < max ? text.len : max;
	while (n > 0 && n < text.len && !begins(text.ptr[n]))
		n--;
	return ub_text_sub(text, 0, n);
}

/* The text in one line, without control characters, no longer than `max`. */
static struct ub_text clean(struct ub_arena *arena, struct ub_text text, size_t max)
{
	struct ub_buf out = UB_BUF(arena);
	if (!ub_text_utf8_valid(text))
		return UB_TEXT_NONE;
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];
		ub_buf_char(&out, c < 0x20 || c == 0x7F ? ' ' : (char)c);
	}
	struct ub_text whole = ub_text_trim(ub_buf_text(&out));
	return whole.len <= max ? whole : ub_textf(arena, "%.*s...", UB_ARGS(beginning(whole, max - 3)));
}

/* Whether the text may stand as it is, after so many characters. */
static bool is_plain(struct ub_text text, size_t column)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.ptr[i] >= 0x7F)
			return false;
	return column + text.len <= LINE_MAX_LEN && ub_text_find(text, UB_TEXT("=?"), 0) == SIZE_MAX;
}

/* Puts encoded words after so many characters of a line. Each has whole characters. Returns the characters
 * that the last line has. */
static size_t put_encoded(struct ub_buf *out, struct ub_text text, size_t column)
{
	while (text.len > 0) {
		size_t room = LINE_MAX_LEN - opening.len - closing.len - column;
		struct ub_text piece = beginning(text, room / 4 * 3);
		struct ub_text code = ub_base64(out->arena, piece);
		ub_buf_add(out, opening);
		ub_buf_add(out, code);
		ub_buf_add(out, closing);
		text = ub_text_sub(text, piece.len, text.len);
		column += opening.len + code.len + closing.len;
		if (text.len > 0) {
			ub_buf_str(out, "\r\n ");
			column = 1;
		}
	}
	return column;
}

void mail_put_text(struct ub_buf *out, const char *name, struct ub_text text)
{
	struct ub_text said = clean(out->arena, text, UB_MAIL_SUBJECT_MAX);
	size_t column = ub_text(name).len + 2;
	ub_buf_printf(out, "%s: ", name);
	if (is_plain(said, column))
		ub_buf_add(out, said);
	else
		put_encoded(out, said, column);
	ub_buf_str(out, "\r\n");
}

/* A name in quotes (RFC 5322 3.2.4). */
static size_t put_quoted(struct ub_buf *out, struct ub_text text, size_t column)
{
	size_t from = out->len;
	ub_buf_char(out, '"');
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '"' || text.ptr[i] == '\\')
			ub_buf_char(out, '\\');
		ub_buf_char(out, text.ptr[i]);
	}
	ub_buf_char(out, '"');
	return column + out->len - from;
}

void mail_put_mailbox(struct ub_buf *out, const char *name, struct ub_text shown, struct ub_text address)
{
	struct ub_text said = clean(out->arena, shown, UB_MAIL_NAME_MAX);
	size_t column = ub_text(name).len + 2;
	ub_buf_printf(out, "%s: ", name);
	if (said.len)
		column = is_plain(said, column + 2) ? put_quoted(out, said, column)
						    : put_encoded(out, said, column);
	if (said.len && column + address.len + 3 > LINE_MAX_LEN)
		ub_buf_str(out, "\r\n");
	ub_buf_printf(out, "%s<%.*s>\r\n", said.len ? " " : "", UB_ARGS(address));
}
