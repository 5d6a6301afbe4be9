/* SPDX-License-Identifier: Apache-2.0 */
#include "library-private.h"

/* int(), string() and so on, type() and dyn(). */

typedef const struct ub_cel_value *args_t;

static struct ub_cel_value range(struct ub_cel_call *call)
{
	return ub_cel_fail(call, "out-of-range", "the number is out of range");
}

static struct ub_cel_value unreadable(struct ub_cel_call *call, struct ub_cel_value text, const char *what)
{
	struct ub_buf shown = UB_BUF(call->arena);
	ub_cel_print_literal(&shown, text, 40);
	return ub_cel_fail(call, "bad-conversion", "%.*s is not %s", UB_ARGS(ub_buf_text(&shown)), what);
}

static struct ub_cel_value same(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)call, (void)n;
	return args[0];
}

static struct ub_cel_value int_from_uint(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)n;
	return args[0].u > INT64_MAX ? range(call) : ub_cel_int((int64_t)args[0].u);
}

static struct ub_cel_value int_from_double(struct ub_cel_call *call, args_t args, size_t n)
{
	int64_t whole;
	(void)n;
	return cel_number_double_to_int(args[0].d, &whole) ? ub_cel_int(whole) : range(call);
}

static bool is_hexadecimal(struct ub_text text)
{
	return ub_text_find(text, UB_TEXT("x"), 0) != SIZE_MAX ||
	       ub_text_find(text, UB_TEXT("X"), 0) != SIZE_MAX;
}

static struct ub_cel_value int_from_string(struct ub_cel_call *call, args_t args, size_t n)
{
	struct ub_text text = ub_cel_text(args[0]);
	int64_t whole;
	(void)n;
	if (is_hexadecimal(text) || !cel_number_parse_int(text, &whole))
		return unreadable(call, args[0], "a whole number of 64 bits");
	return ub_cel_int(whole);
}

static struct ub_cel_value int_from_timestamp(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)call, (void)n;
	return ub_cel_int(args[0].i);
}

static struct ub_cel_value uint_from_int(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)n;
	return args[0].i < 0 ? range(call) : ub_cel_uint((uint64_t)args[0].i);
}

static struct ub_cel_value uint_from_double(struct ub_cel_call *call, args_t args, size_t n)
{
	uint64_t whole;
	(void)n;
	return args[0].d >= 0 && cel_number_double_to_uint(args[0].d, &whole) ? ub_cel_uint(whole)
									      : range(call);
}

static struct ub_cel_value uint_from_string(struct ub_cel_call *call, args_t args, size_t n)
{
	struct ub_text text = ub_cel_text(args[0]);
	uint64_t whole;
	(void)n;
	if (is_hexadecimal(text) || !cel_number_parse_uint(text, &whole))
		return unreadable(call, args[0], "a whole number of 64 bits without a sign");
	return ub_cel_uint(whole);
}

static struct ub_cel_value double_from_int(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)call, (void)n;
	return ub_cel_double((double)args[0].i);
}

static struct ub_cel_value double_from_uint(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)call, (void)n;
	return ub_cel_double((double)args[0].u);
}

static struct ub_cel_value double_from_string(struct ub_cel_call *call, args_t args, size_t n)
{
	double number;
	(void)n;
	if (!cel_number_parse_double(ub_cel_text(args[0]), &number))
		return unreadable(call, args[0], "a number");
	return ub_cel_double(number);
}

static struct ub_cel_value bool_from_string(struct ub_cel_call *call, args_t args, size_t n)
{
	static const char *const words[2][6] = { { "false", "False", "FALSE", "f", "F", "0" },
		{ "true", "True", "TRUE", "t", "T", "1" } };
	(void)n;
	for (size_t i = 0; i < 12; i++)
		if (ub_text_is(ub_cel_text(args[0]), words[i / 6][i % 6]))
			return ub_cel_bool(i / 6);
	return unreadable(call, args[0], "true or false");
}

/* The printed form of any scalar. */
static struct ub_cel_value string_from_scalar(struct ub_cel_call *call, args_t args, size_t n)
{
	struct ub_buf text = UB_BUF(call->arena);
	(void)n;
	ub_cel_print(&text, args[0]);
	return cel_new_string(call, ub_buf_text(&text));
}

static struct ub_cel_value string_from_bytes(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)n;
	if (!ub_cel_charge(call, args[0].aux / 16))
		return ub_cel_fail_cost(call);
	if (!ub_text_utf8_valid(ub_cel_text(args[0])))
		return ub_cel_fail(call, "bad-conversion", "the bytes are not valid UTF-8");
	return ub_cel_string(ub_cel_text(args[0]));
}

static struct ub_cel_value bytes_from_string(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)call, (void)n;
	return ub_cel_bytes(ub_cel_text(args[0]));
}

static struct ub_cel_value timestamp_from_string(struct ub_cel_call *call, args_t args, size_t n)
{
	struct ub_cel_value value;
	(void)n;
	if (!cel_time_parse_timestamp(ub_cel_text(args[0]), &value))
		return unreadable(
		    call, args[0], "a time in RFC 3339, as 2026-11-21T09:00:00Z, in the years 1 to 9999");
	return value;
}

static struct ub_cel_value timestamp_from_int(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)n;
	return cel_new_timestamp(call, args[0].i, 0);
}

static struct ub_cel_value duration_from_string(struct ub_cel_call *call, args_t args, size_t n)
{
	struct ub_cel_value value;
	(void)n;
	if (!cel_time_parse_duration(ub_cel_text(args[0]), &value))
		return unreadable(call, args[0], "a duration like 90s, 20m or 1h30m");
	return value;
}

static struct ub_cel_value type_of(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)call, (void)n;
	return ub_cel_type_value(cel_type_of_value(args[0]));
}

static const struct ub_cel_function table[] = {
	{ "int", "(int) -> int", same },
	{ "int", "(uint) -> int", int_from_uint },
	{ "int", "(double) -> int", int_from_double },
	{ "int", "(string) -> int", int_from_string },
	{ "int", "(timestamp) -> int", int_from_timestamp },
	{ "uint", "(uint) -> uint", same },
	{ "uint", "(int) -> uint", uint_from_int },
	{ "uint", "(double) -> uint", uint_from_double },
	{ "uint", "(string) -> uint", uint_from_string },
	{ "double", "(double) -> double", same },
	{ "double", "(int) -> double", double_from_int },
	{ "double", "(uint) -> double", double_from_uint },
	{ "double", "(string) -> double", double_from_string },
	{ "bool", "(bool) -> bool", same },
	{ "bool", "(string) -> bool", bool_from_string },
	{ "string", "(string) -> string", same },
	{ "string", "(bool) -> string", string_from_scalar },
	{ "string", "(int) -> string", string_from_scalar },
	{ "string", "(uint) -> string", string_from_scalar },
	{ "string", "(double) -> string", string_from_scalar },
	{ "string", "(bytes) -> string", string_from_bytes },
	{ "string", "(timestamp) -> string", string_from_scalar },
	{ "string", "(duration) -> string", string_from_scalar },
	{ "bytes", "(bytes) -> bytes", same },
	{ "bytes", "(string) -> bytes", bytes_from_string },
	{ "timestamp", "(timestamp) -> timestamp", same },
	{ "timestamp", "(string) -> timestamp", timestamp_from_string },
	{ "timestamp", "(int) -> timestamp", timestamp_from_int },
	{ "duration", "(duration) -> duration", same },
	{ "duration", "(string) -> duration", duration_from_string },
	{ "type", "($T) -> type($T)", type_of },
	{ "dyn", "($T) -> dyn", same },
};

const struct library cel_library_conversions = { table, UB_COUNT(table) };
