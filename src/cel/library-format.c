/* SPDX-License-Identifier: Apache-2.0 */
#include "library-private.h"

#include <math.h>
#include <stdlib.h>

#include "door.h"

/* "...".format([...]) of the strings extension. */

typedef const struct ub_cel_value *args_t;

struct format {
	struct ub_cel_call *call;
	struct ub_buf out;
	const struct ub_cel_list *args;
	size_t next;
	int precision;
	unsigned depth;            /* of lists in lists */
	struct ub_cel_value error; /* kind NULL: none yet */
};

static bool fail(struct format *format, const char *what, struct ub_cel_value value)
{
	if (format->error.kind != UB_CEL_ERROR)
		format->error = ub_cel_fail(format->call, "bad-format", "%s, not a value of type %s", what,
		    cel_value_kind_name(value));
	return false;
}

/* Adds doubles without digits: NaN and infinities. */
static bool add_special(struct ub_buf *out, double number)
{
	if (isfinite(number))
		return false;
	ub_buf_str(out, isnan(number) ? "NaN" : number < 0 ? "-Infinity" : "Infinity");
	return true;
}

/* Adds all digits without an exponent, and after the point as few as read back the same. */
static void add_plain_double(struct format *format, double number)
{
	struct ub_buf shortest = UB_BUF(format->call->arena);
	cel_number_print_double(&shortest, number);
	struct ub_text text = ub_buf_text(&shortest);
	size_t e = ub_text_find(text, UB_TEXT("e"), 0);
	int64_t exponent;
	if (!isfinite(number) || e == SIZE_MAX ||
	    !ub_text_to_int(ub_text_sub(text, e + 1, text.len), &exponent)) {
		ub_buf_add(&format->out, text);
		return;
	}
	struct ub_text mantissa = ub_text_sub(text, 0, e);
	if (number < 0) {
		ub_buf_char(&format->out, '-');
		mantissa = ub_text_sub(mantissa, 1, mantissa.len);
	}
	size_t digits = mantissa.len > 1 ? mantissa.len - 1 : 1;
	if (exponent < 0) {
		ub_buf_str(&format->out, "0.");
		ub_buf_pad(&format->out, '0', (size_t)(-exponent - 1));
	}
	for (size_t i = 0; i < mantissa.len; i++)
		if (mantissa.ptr[i] != '.')
			ub_buf_char(&format->out, mantissa.ptr[i]);
	if (exponent > 0 && (size_t)exponent + 1 > digits)
		ub_buf_pad(&format->out, '0', (size_t)exponent + 1 - digits);
}

static bool add_text(struct format *format, struct ub_cel_value value);

static bool add_list(struct format *format, const struct ub_cel_list *list)
{
	ub_buf_char(&format->out, '[');
	format->depth++;
	for (size_t i = 0; i < list->n; i++) {
		if (i)
			ub_buf_str(&format->out, ", ");
		if (!add_text(format, list->items[i]))
			return false;
	}
	ub_buf_char(&format->out, ']');
	format->depth--;
	return true;
}

struct shown {
	struct ub_text key, value;
	size_t place;
};

static int by_key(const void *a, const void *b)
{
	const struct shown *x = a, *y = b;
	int order = ub_text_cmp(x->key, y->key);
	return order ? order : (x->place > y->place) - (x->place < y->place);
}

/* Shows one value that is no list and no map. */
static bool show(struct format *format, struct ub_cel_value value, struct ub_text *shown)
{
	struct format inner = *format;
	inner.depth++;
	inner.out = UB_BUF(format->call->arena);
	bool ok = add_text(&inner, value);
	*shown = ub_buf_text(&inner.out);
	format->error = inner.error;
	return ok;
}

/* Shows a map, in the order of the shown keys. */
static bool add_map(struct format *format, const struct ub_cel_map *map)
{
	struct shown *entries = UB_NEW_ARRAY(format->call->arena, struct shown, map->n);
	for (size_t i = 0; i < map->n; i++) {
		entries[i].place = i;
		if (!show(format, map->entries[i].key, &entries[i].key) ||
		    !show(format, map->entries[i].value, &entries[i].value))
			return false;
	}
	qsort(entries, map->n, sizeof(entries[0]), by_key);
	ub_buf_char(&format->out, '{');
	for (size_t i = 0; i < map->n; i++)
		ub_buf_printf(&format->out, "%s%.*s: %.*s", i ? ", " : "", UB_ARGS(entries[i].key),
		    UB_ARGS(entries[i].value));
	ub_buf_char(&format->out, '}');
	return true;
}

/* %s */
static bool add_text(struct format *format, struct ub_cel_value value)
{
	size_t bytes = value.kind == UB_CEL_STRING || value.kind == UB_CEL_BYTES ? value.aux : 0;
	if (format->depth > UB_CEL_NESTING_MAX)
		return fail(format, "%s takes lists that are nested less deep", value);
	if (!ub_cel_charge(format->call, 1 + bytes / 16)) {
		format->error = ub_cel_fail_cost(format->call);
		return false;
	}
	switch (value.kind) {
	case UB_CEL_NULL:
		ub_buf_str(&format->out, "null");
		return true;
	case UB_CEL_DOUBLE:
		add_plain_double(format, value.d);
		return true;
	case UB_CEL_LIST:
		return add_list(format, value.list);
	case UB_CEL_MAP:
		return add_map(format, value.map);
	case UB_CEL_BYTES:
		if (!ub_text_utf8_valid(ub_cel_text(value)))
			return fail(format, "%s takes bytes that are UTF-8", value);
		break;
	case UB_CEL_OPTIONAL:
		return fail(format, "%s takes a value that can be shown", value);
	default:
		break;
	}
	ub_cel_print(&format->out, value);
	return true;
}

static bool add_decimal(struct format *format, struct ub_cel_value value)
{
	if (value.kind == UB_CEL_DOUBLE)
		add_plain_double(format, value.d);
	else if (value.kind == UB_CEL_INT || value.kind == UB_CEL_UINT)
		ub_cel_print(&format->out, value);
	else
		return fail(format, "%d takes a number", value);
	return true;
}

/* %f and %e: the digits of the exact value, rounded half to even. */
static bool add_real(struct format *format, struct ub_cel_value value, char letter)
{
	char text[512];
	double number = value.kind == UB_CEL_DOUBLE ? value.d
			: value.kind == UB_CEL_INT  ? (double)value.i
						    : (double)value.u;
	if (!cel_value_is_number(value))
		return fail(format, letter == 'f' ? "%f takes a number" : "%e takes a number", value);
	if (add_special(&format->out, number))
		return true;
	size_t n = cel_door_print_double(number, letter, format->precision, text, sizeof(text));
	ub_buf_add(&format->out, ub_text_n(text, n));
	return true;
}

static void add_in_base(struct ub_buf *out, uint64_t magnitude, unsigned base, bool upper)
{
	const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
	char text[64];
	size_t at = sizeof(text);
	do {
		text[--at] = digits[magnitude % base];
		magnitude /= base;
	} while (magnitude);
	ub_buf_add(out, ub_text_n(text + at, sizeof(text) - at));
}

static bool add_integer(struct format *format, struct ub_cel_value value, unsigned base, bool upper)
{
	if (value.kind != UB_CEL_INT && value.kind != UB_CEL_UINT)
		return false;
	bool negative = value.kind == UB_CEL_INT && value.i < 0;
	if (negative)
		ub_buf_char(&format->out, '-');
	add_in_base(&format->out, negative ? 0 - value.u : value.u, base, upper);
	return true;
}

static bool add_hexadecimal(struct format *format, struct ub_cel_value value, bool upper)
{
	const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
	if (value.kind != UB_CEL_STRING && value.kind != UB_CEL_BYTES)
		return add_integer(format, value, 16, upper) ||
		       fail(format, "%x takes a whole number, string or bytes", value);
	if (!ub_cel_charge(format->call, value.aux / 8)) {
		format->error = ub_cel_fail_cost(format->call);
		return false;
	}
	for (size_t i = 0; i < value.aux; i++) {
		ub_buf_char(&format->out, digits[(unsigned char)value.bytes[i] >> 4]);
		ub_buf_char(&format->out, digits[value.bytes[i] & 15]);
	}
	return true;
}

static bool add_binary(struct format *format, struct ub_cel_value value)
{
	if (value.kind != UB_CEL_BOOL)
		return add_integer(format, value, 2, false) ||
		       fail(format, "%b takes a whole number or a bool", value);
	ub_buf_char(&format->out, value.b ? '1' : '0');
	return true;
}

static bool add_clause(struct format *format, char letter, struct ub_cel_value value)
{
	switch (letter) {
	case 's':
		return add_text(format, value);
	case 'd':
		return add_decimal(format, value);
	case 'f':
	case 'e':
		return add_real(format, value, letter);
	case 'b':
		return add_binary(format, value);
	case 'o':
		return add_integer(format, value, 8, false) || fail(format, "%o takes a whole number", value);
	case 'x':
	case 'X':
		return add_hexadecimal(format, value, letter == 'X');
	default:
		format->error =
		    ub_cel_fail(format->call, "bad-format", "there is no formatting clause `%%%c`", letter);
		return false;
	}
}

#define PRECISION_MAX 100

/* Takes ".3" at *at. False: there is no number, or too large a one, and the error is set. */
static bool take_precision(struct format *format, struct ub_text text, size_t *at)
{
	format->precision = 6;
	if (*at >= text.len || text.ptr[*at] != '.')
		return true;
	size_t from = ++*at;
	for (format->precision = 0; *at < text.len && text.ptr[*at] >= '0' && text.ptr[*at] <= '9'; ++*at)
		if (format->precision <= PRECISION_MAX)
			format->precision = format->precision * 10 + (text.ptr[*at] - '0');
	if (*at > from && format->precision <= PRECISION_MAX)
		return true;
	format->error = ub_cel_fail(
	    format->call, "bad-format", "the precision must be a number from 0 to %d", PRECISION_MAX);
	return false;
}

/* Takes the letters and digits after a percent sign at *at. */
static bool take_clause(struct format *format, struct ub_text text, size_t *at)
{
	if (*at < text.len && text.ptr[*at] == '%') {
		ub_buf_char(&format->out, '%');
		++*at;
		return true;
	}
	if (!take_precision(format, text, at))
		return false;
	if (*at >= text.len) {
		format->error = ub_cel_fail(format->call, "bad-format", "the format ends within a clause");
		return false;
	}
	if (format->next >= format->args->n) {
		format->error = ub_cel_fail(
		    format->call, "bad-format", "the format asks for more than %zu values", format->args->n);
		return false;
	}
	return add_clause(format, text.ptr[(*at)++], format->args->items[format->next++]);
}

static struct ub_cel_value format_string(struct ub_cel_call *call, args_t args, size_t n)
{
	struct ub_text text = ub_cel_text(args[0]);
	struct format format = {
		.call = call, .out = UB_BUF(call->arena), .args = args[1].list, .error = ub_cel_null()
	};
	(void)n;
	for (size_t at = 0; at < text.len;) {
		size_t percent = ub_text_find(text, UB_TEXT("%"), at);
		ub_buf_add(&format.out, ub_text_sub(text, at, percent));
		if (percent == SIZE_MAX)
			break;
		at = percent + 1;
		if (!take_clause(&format, text, &at))
			return format.error;
	}
	return cel_new_string(call, ub_buf_text(&format.out));
}

static const struct ub_cel_function table[] = {
	{ "format", "string.(list(dyn)) -> string", format_string },
};

const struct library cel_library_format = { table, UB_COUNT(table) };
