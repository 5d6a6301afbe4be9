/* SPDX-License-Identifier: Apache-2.0 */
#include "cel-private.h"

#include <math.h>
#include <stdlib.h>

#include "door.h"

static bool digit_value(char c, unsigned base, unsigned *value)
{
	if (c >= '0' && c <= '9')
		*value = (unsigned)(c - '0');
	else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
		*value = (unsigned)((c | 0x20) - 'a') + 10;
	else
		return false;
	return *value < base;
}

bool cel_number_parse_uint(struct ub_text text, uint64_t *out)
{
	unsigned base = 10, digit;
	if (text.len > 2 && text.ptr[0] == '0' && (text.ptr[1] == 'x' || text.ptr[1] == 'X')) {
		base = 16;
		text = ub_text_sub(text, 2, text.len);
	}
	*out = 0;
	for (size_t i = 0; i < text.len; i++)
		if (!digit_value(text.ptr[i], base, &digit) || __builtin_mul_overflow(*out, base, out) ||
		    __builtin_add_overflow(*out, digit, out))
			return false;
	return text.len > 0;
}

bool cel_number_parse_int(struct ub_text text, int64_t *out)
{
	bool negative = text.len && text.ptr[0] == '-';
	uint64_t magnitude;
	if (text.len && (negative || text.ptr[0] == '+'))
		text = ub_text_sub(text, 1, text.len);
	if (!cel_number_parse_uint(text, &magnitude))
		return false;
	if (magnitude > (uint64_t)INT64_MAX + negative)
		return false;
	*out = (int64_t)(negative ? 0 - magnitude : magnitude);
	return true;
}

static size_t digits(struct ub_text text, size_t at)
{
	size_t from = at;
	while (at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9')
		at++;
	return at - from;
}

/* DIGIT* [. DIGIT*] [EXPONENT] with at least one digit before the exponent. */
static bool is_decimal(struct ub_text text)
{
	size_t before = digits(text, 0), at = before, after = 0;
	if (at < text.len && text.ptr[at] == '.') {
		after = digits(text, ++at);
		at += after;
	}
	if (before + after == 0)
		return false;
	if (at < text.len && (text.ptr[at] | 0x20) == 'e') {
		at++;
		if (at < text.len && (text.ptr[at] == '+' || text.ptr[at] == '-'))
			at++;
		size_t n = digits(text, at);
		if (n == 0)
			return false;
		at += n;
	}
	return at == text.len;
}

/* For a number out of a double's range: whether the number is too small. It is if it has only zeros before
 * the point, or a negative exponent that outweighs the digits. */
static bool is_tiny(struct ub_text text)
{
	size_t e = 0;
	while (e < text.len && (text.ptr[e] | 0x20) != 'e')
		e++;
	if (e + 1 < text.len)
		return text.ptr[e + 1] == '-';
	size_t i = 0;
	while (i < text.len && text.ptr[i] == '0')
		i++;
	return i < text.len && text.ptr[i] == '.';
}

bool cel_number_parse_double(struct ub_text text, double *out)
{
	bool negative = text.len && text.ptr[0] == '-';
	if (text.len && (negative || text.ptr[0] == '+'))
		text = ub_text_sub(text, 1, text.len);
	if (ub_text_eq_nocase(text, UB_TEXT("nan"))) {
		*out = (double)NAN;
		return true;
	}
	if (ub_text_eq_nocase(text, UB_TEXT("inf")) || ub_text_eq_nocase(text, UB_TEXT("infinity"))) {
		*out = negative ? -(double)INFINITY : (double)INFINITY;
		return true;
	}
	if (!is_decimal(text))
		return false;
	int range = cel_door_read_double(text.ptr, text.len, out);
	if (range > 0 && is_tiny(text))
		*out = 0;
	else if (range != 0)
		return false;
	if (negative)
		*out = -*out;
	return true;
}

/* Prints plain digits while the exponent is in [-5, 21), as JSON and Go do; else d.ddde+XX. */
static void print_shortest(struct ub_buf *out, struct ub_text mantissa, int exponent)
{
	size_t n = mantissa.len > 1 ? mantissa.len - 1 : 1; /* digits without the point */
	if (exponent < -4 || exponent >= 21) {
		ub_buf_printf(out, "%.*se%c%02d", UB_ARGS(mantissa), exponent < 0 ? '-' : '+',
		    exponent < 0 ? -exponent : exponent);
		return;
	}
	if (exponent < 0) {
		ub_buf_str(out, "0.");
		ub_buf_pad(out, '0', (size_t)(-exponent - 1));
	}
	for (size_t i = 0; i < n; i++) {
		if (exponent >= 0 && i == (size_t)exponent + 1)
			ub_buf_char(out, '.');
		ub_buf_char(out, mantissa.ptr[i ? i + 1 : 0]);
	}
	if (exponent >= 0 && n <= (size_t)exponent)
		ub_buf_pad(out, '0', (size_t)exponent + 1 - n);
}

void cel_number_print_double(struct ub_buf *out, double number)
{
	char text[64];
	if (isnan(number)) {
		ub_buf_str(out, "NaN");
		return;
	}
	if (signbit(number)) {
		ub_buf_char(out, '-');
		number = -number;
	}
	if (isinf(number)) {
		ub_buf_str(out, "Infinity");
		return;
	}
	struct ub_text all = { text, cel_door_print_double(number, 's', 0, text, sizeof(text)) };
	size_t e = ub_text_find(all, UB_TEXT("e"), 0);
	int64_t exponent;
	if (!ub_text_to_int(ub_text_sub(all, e + 1, all.len), &exponent))
		abort();
	print_shortest(out, ub_text_sub(all, 0, e), (int)exponent);
}

bool cel_number_double_to_int(double number, int64_t *out)
{
	/* Both ends are excluded: a double at an end may stand for more than one integer. */
	if (!(number > -0x1p63 && number < 0x1p63))
		return false;
	*out = (int64_t)number;
	return true;
}

bool cel_number_double_to_uint(double number, uint64_t *out)
{
	if (!(number > -1.0 && number < 0x1p64))
		return false;
	*out = (uint64_t)number;
	return true;
}
