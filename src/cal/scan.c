/* SPDX-License-Identifier: Apache-2.0 */
#include "cal-private.h"

static char peek(const struct scan *in)
{
	return in->at < in->text.len ? in->text.ptr[in->at] : '\0';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool cal_scan_at_letter(const struct scan *in)
{
	return is_letter(peek(in));
}

bool cal_scan_at_digit(const struct scan *in)
{
	return is_digit(peek(in));
}

void cal_scan_blanks(struct scan *in)
{
	while (in->at < in->text.len && is_blank(in->text.ptr[in->at]))
		in->at++;
}

bool cal_scan_char(struct scan *in, char c)
{
	if (in->at >= in->text.len || in->text.ptr[in->at] != c)
		return false;
	in->at++;
	return true;
}

static struct ub_text run(struct scan *in, bool (*belongs)(char))
{
	size_t start = in->at;
	while (in->at < in->text.len && belongs(in->text.ptr[in->at]))
		in->at++;
	return ub_text_sub(in->text, start, in->at);
}

struct ub_text cal_scan_letters(struct scan *in)
{
	return run(in, is_letter);
}

struct ub_text cal_scan_digits(struct scan *in)
{
	return run(in, is_digit);
}

static bool in_word(char c)
{
	return !is_blank(c);
}

struct ub_text cal_scan_word(struct scan *in)
{
	return run(in, in_word);
}

static bool in_piece(char c)
{
	return !is_blank(c) && c != ',';
}

struct ub_text cal_scan_piece(struct scan *in)
{
	return run(in, in_piece);
}

bool cal_scan_fail(struct scan *in, struct ub_text where, const char *help, const char *format, ...)
{
	struct ub_buf message = UB_BUF(in->arena);
	va_list args;
	va_start(args, format);
	ub_buf_vprintf(&message, format, args);
	va_end(args);
	size_t at = where.len ? (size_t)(where.ptr - in->text.ptr) : in->at;
	*in->error = (struct ub_time_error){ at, where.len, ub_buf_text(&message),
		ub_text_copy(in->arena, ub_text(help)) };
	return false;
}

bool cal_scan_end(struct scan *in, const char *help)
{
	cal_scan_blanks(in);
	struct ub_text rest = ub_text_trim(ub_text_sub(in->text, in->at, in->text.len));
	if (rest.len == 0)
		return true;
	return cal_scan_fail(in, rest, help, "nothing is expected here, but there is `%.*s`", UB_ARGS(rest));
}
