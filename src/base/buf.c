/* SPDX-License-Identifier: Apache-2.0 */
#include "upbeat/base.h"

#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

static void reserve(struct ub_buf *buf, size_t more)
{
	if (more > SIZE_MAX / 4 - buf->len)
		abort();
	size_t need = buf->len + more + 1; /* one byte is for ub_buf_cstr */
	if (need <= buf->cap)
		return;
	size_t cap = buf->cap ? buf->cap * 2 : 64;
	while (cap < need)
		cap *= 2;
	char *grown = ub_arena_alloc(buf->arena, cap);
	if (buf->len)
		memcpy(grown, buf->ptr, buf->len);
	buf->ptr = grown;
	buf->cap = cap;
}

void ub_buf_add(struct ub_buf *buf, struct ub_text text)
{
	if (text.len == 0)
		return;
	reserve(buf, text.len);
	memcpy(buf->ptr + buf->len, text.ptr, text.len);
	buf->len += text.len;
}

void ub_buf_str(struct ub_buf *buf, const char *cstring)
{
	ub_buf_add(buf, ub_text(cstring));
}

void ub_buf_char(struct ub_buf *buf, char c)
{
	if (buf->len + 1 >= buf->cap)
		reserve(buf, 1);
	buf->ptr[buf->len++] = c;
}

void ub_buf_pad(struct ub_buf *buf, char c, size_t n)
{
	if (n == 0)
		return;
	reserve(buf, n);
	memset(buf->ptr + buf->len, c, n);
	buf->len += n;
}

struct ub_text ub_buf_text(const struct ub_buf *buf)
{
	return buf->len ? (struct ub_text){ buf->ptr, buf->len } : UB_TEXT_NONE;
}

const char *ub_buf_cstr(struct ub_buf *buf)
{
	reserve(buf, 0);
	buf->ptr[buf->len] = '\0';
	return buf->ptr;
}

/* One conversion of a printf format. */
struct conversion {
	bool left, zero;
	int width, precision; /* precision -1: none */
	enum { SIZE_INT, SIZE_LONG, SIZE_LONG_LONG, SIZE_Z } size;
	char kind;
};

static const char *parse_conversion(const char *at, struct conversion *c, va_list *args)
{
	*c = (struct conversion){ .precision = -1 };
	for (;; at++) {
		if (*at == '-')
			c->left = true;
		else if (*at == '0')
			c->zero = true;
		else
			break;
	}
	if (*at == '*') {
		c->width = va_arg(*args, int);
		at++;
	}
	for (; *at >= '0' && *at <= '9'; at++)
		c->width = c->width * 10 + (*at - '0');
	if (*at == '.') {
		at++;
		c->precision = 0;
		if (*at == '*') {
			c->precision = va_arg(*args, int);
			at++;
		}
		for (; *at >= '0' && *at <= '9'; at++)
			c->precision = c->precision * 10 + (*at - '0');
	}
	if (*at == 'z')
		c->size = SIZE_Z, at++;
	for (; *at == 'l'; at++)
		c->size = c->size == SIZE_LONG ? SIZE_LONG_LONG : SIZE_LONG;
	c->kind = *at;
	return at + 1;
}

static void put_padded(struct ub_buf *buf, const struct conversion *c, struct ub_text text, char fill)
{
	size_t width = c->width > 0 ? (size_t)c->width : 0;
	size_t pad = width > text.len ? width - text.len : 0;
	if (!c->left)
		ub_buf_pad(buf, fill, pad);
	ub_buf_add(buf, text);
	if (c->left)
		ub_buf_pad(buf, ' ', pad);
}

static void put_number(struct ub_buf *buf, const struct conversion *c, uint64_t value, bool negative)
{
	char digits[24];
	size_t at = sizeof(digits);
	unsigned base = c->kind == 'x' ? 16 : 10;
	do
		digits[--at] = "0123456789abcdef"[value % base];
	while ((value /= base) != 0);
	struct conversion rest = *c;
	if (negative && c->zero && !c->left) {
		ub_buf_char(buf, '-');
		rest.width--;
	} else if (negative) {
		digits[--at] = '-';
	}
	put_padded(buf, &rest, ub_text_n(digits + at, sizeof(digits) - at), c->zero && !c->left ? '0' : ' ');
}

static void put_signed(struct ub_buf *buf, const struct conversion *c, va_list *args)
{
	int64_t value;
	switch (c->size) {
	case SIZE_LONG:
		value = va_arg(*args, long);
		break;
	case SIZE_LONG_LONG:
		value = va_arg(*args, long long);
		break;
	case SIZE_Z:
		value = va_arg(*args, ssize_t);
		break;
	default:
		value = va_arg(*args, int);
	}
	put_number(buf, c, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, value < 0);
}

static void put_unsigned(struct ub_buf *buf, const struct conversion *c, va_list *args)
{
	uint64_t value;
	switch (c->size) {
	case SIZE_LONG:
		value = va_arg(*args, unsigned long);
		break;
	case SIZE_LONG_LONG:
		value = va_arg(*args, unsigned long long);
		break;
	case SIZE_Z:
		value = va_arg(*args, size_t);
		break;
	default:
		value = va_arg(*args, unsigned);
	}
	put_number(buf, c, value, false);
}

static void put_string(struct ub_buf *buf, const struct conversion *c, const char *string)
{
	/* A text with a precision need not end in NUL, and a NUL inside does not end it:
	 * slices are printed so. */
	size_t len = c->precision >= 0 ? (size_t)c->precision : strlen(string);
	put_padded(buf, c, ub_text_n(string, len), ' ');
}

void ub_buf_vprintf(struct ub_buf *buf, const char *format, va_list given)
{
	va_list args;
	va_copy(args, given);
	while (*format) {
		const char *percent = strchr(format, '%');
		if (!percent) {
			ub_buf_str(buf, format);
			break;
		}
		ub_buf_add(buf, ub_text_n(format, (size_t)(percent - format)));
		struct conversion c;
		format = parse_conversion(percent + 1, &c, &args);
		switch (c.kind) {
		case '%':
			ub_buf_char(buf, '%');
			break;
		case 'c':
			ub_buf_char(buf, (char)va_arg(args, int));
			break;
		case 's':
			put_string(buf, &c, va_arg(args, const char *));
			break;
		case 'd':
		case 'i':
			put_signed(buf, &c, &args);
			break;
		case 'u':
		case 'x':
			put_unsigned(buf, &c, &args);
			break;
		default:
			abort();
		}
	}
	va_end(args);
}

void ub_buf_printf(struct ub_buf *buf, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	ub_buf_vprintf(buf, format, args);
	va_end(args);
}

struct ub_text ub_textf(struct ub_arena *arena, const char *format, ...)
{
	struct ub_buf buf = UB_BUF(arena);
	va_list args;
	va_start(args, format);
	ub_buf_vprintf(&buf, format, args);
	va_end(args);
	return ub_text_n(ub_buf_cstr(&buf), buf.len);
}
