/* SPDX-License-Identifier: Apache-2.0 */
#include "library-private.h"

#include <stdlib.h>

/* The operators of langdef.md, "List of Standard Definitions". */

typedef const struct ub_cel_value *args_t;

static struct ub_cel_value overflow(struct ub_cel_call *call)
{
	return ub_cel_fail(call, "overflow", "the result does not fit into 64 bits");
}

static struct ub_cel_value divide_by_zero(struct ub_cel_call *call)
{
	return ub_cel_fail(call, "divide-by-zero", "divide by zero");
}

/* ---- whole numbers ---- */

static struct ub_cel_value int_add(struct ub_cel_call *call, args_t args, size_t n)
{
	int64_t result;
	(void)n;
	return __builtin_add_overflow(args[0].i, args[1].i, &result) ? overflow(call) : ub_cel_int(result);
}

static struct ub_cel_value uint_add(struct ub_cel_call *call, args_t args, size_t n)
{
	uint64_t result;
	(void)n;
	return __builtin_add_overflow(args[0].u, args[1].u, &result) ? overflow(call) : ub_cel_uint(result);
}

static struct ub_cel_value int_subtract(struct ub_cel_call *call, args_t args, size_t n)
{
	int64_t result;
	(void)n;
	return __builtin_sub_overflow(args[0].i, args[1].i, &result) ? overflow(call) : ub_cel_int(result);
}

static struct ub_cel_value uint_subtract(struct ub_cel_call *call, args_t args, size_t n)
{
	uint64_t result;
	(void)n;
	return __builtin_sub_overflow(args[0].u, args[1].u, &result) ? overflow(call) : ub_cel_uint(result);
}

static struct ub_cel_value int_multiply(struct ub_cel_call *call, args_t args, size_t n)
{
	int64_t result;
	(void)n;
	return __builtin_mul_overflow(args[0].i, args[1].i, &result) ? overflow(call) : ub_cel_int(result);
}

static struct ub_cel_value uint_multiply(struct ub_cel_call *call, args_t args, size_t n)
{
	uint64_t result;
	(void)n;
	return __builtin_mul_overflow(args[0].u, args[1].u, &result) ? overflow(call) : ub_cel_uint(result);
}

static struct ub_cel_value int_divide(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)n;
	if (args[1].i == 0)
		return divide_by_zero(call);
	if (args[0].i == INT64_MIN && args[1].i == -1)
		return overflow(call);
	return ub_cel_int(args[0].i / args[1].i);
}

static struct ub_cel_value int_remainder(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)n;
	if (args[1].i == 0)
		return ub_cel_fail(call, "divide-by-zero", "modulus by zero");
	if (args[0].i == INT64_MIN && args[1].i == -1)
		return overflow(call);
	return ub_cel_int(args[0].i % args[1].i);
}

static struct ub_cel_value uint_divide(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)n;
	return args[1].u == 0 ? divide_by_zero(call) : ub_cel_uint(args[0].u / args[1].u);
}

static struct ub_cel_value uint_remainder(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)n;
	if (args[1].u == 0)
		return ub_cel_fail(call, "divide-by-zero", "modulus by zero");
	return ub_cel_uint(args[0].u % args[1].u);
}

static struct ub_cel_value int_negate(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)n;
	return args[0].i == INT64_MIN ? overflow(call) : ub_cel_int(-args[0].i);
}

/* ---- doubles ---- */

static struct ub_cel_value double_add(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)call, (void)n;
	return ub_cel_double(args[0].d + args[1].d);
}

static struct ub_cel_value double_subtract(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)call, (void)n;
	return ub_cel_double(args[0].d - args[1].d);
}

static struct ub_cel_value double_multiply(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)call, (void)n;
	return ub_cel_double(args[0].d * args[1].d);
}

/* Division by zero gives infinity or NaN, as IEEE 754 has it, and so does CEL. */
__attribute__((no_sanitize("float-divide-by-zero"))) static struct ub_cel_value double_divide(
    struct ub_cel_call *call, args_t args, size_t n)
{
	(void)call, (void)n;
	return ub_cel_double(args[0].d / args[1].d);
}

static struct ub_cel_value double_negate(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)call, (void)n;
	return ub_cel_double(-args[0].d);
}

/* ---- strings, bytes, lists ---- */

static struct ub_cel_value join_texts(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)n;
	size_t left = args[0].aux, right = args[1].aux;
	if (!ub_cel_charge(call, (left + right) / 16 + 1))
		return ub_cel_fail_cost(call);
	if (left + right > UINT32_MAX)
		return ub_cel_fail(call, "out-of-range", "the text is too long");
	char *both = ub_arena_alloc(call->arena, left + right + 1);
	memcpy(both, args[0].bytes, left);
	memcpy(both + left, args[1].bytes, right);
	struct ub_cel_value value = args[0];
	value.bytes = both;
	value.aux = (uint32_t)(left + right);
	return value;
}

static struct ub_cel_value join_lists(struct ub_cel_call *call, args_t args, size_t n)
{
	const struct ub_cel_list *left = args[0].list, *right = args[1].list;
	(void)n;
	if (left->n == 0)
		return args[1];
	if (right->n == 0)
		return args[0];
	if (!ub_cel_charge(call, left->n + right->n))
		return ub_cel_fail_cost(call);
	struct ub_cel_value *items = UB_NEW_ARRAY(call->arena, struct ub_cel_value, left->n + right->n);
	memcpy(items, left->items, left->n * sizeof(items[0]));
	memcpy(items + left->n, right->items, right->n * sizeof(items[0]));
	return ub_cel_list(call->arena, items, left->n + right->n);
}

/* ---- times ---- */

static struct ub_cel_value timestamp_add(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)n;
	return cel_new_timestamp(
	    call, args[0].i + args[1].i, (int64_t)ub_cel_nanos(args[0]) + ub_cel_nanos(args[1]));
}

static struct ub_cel_value duration_add_timestamp(struct ub_cel_call *call, args_t args, size_t n)
{
	return timestamp_add(call, (struct ub_cel_value[]){ args[1], args[0] }, n);
}

static struct ub_cel_value timestamp_subtract(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)n;
	return cel_new_timestamp(
	    call, args[0].i - args[1].i, (int64_t)ub_cel_nanos(args[0]) - ub_cel_nanos(args[1]));
}

static struct ub_cel_value duration_add(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)n;
	return cel_new_duration(
	    call, args[0].i + args[1].i, (int64_t)ub_cel_nanos(args[0]) + ub_cel_nanos(args[1]));
}

/* The distance of two durations, or of two timestamps. */
static struct ub_cel_value duration_between(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)n;
	return cel_new_duration(
	    call, args[0].i - args[1].i, (int64_t)ub_cel_nanos(args[0]) - ub_cel_nanos(args[1]));
}

/* ---- what has an instruction of its own (eval-op.c) ---- */

static struct ub_cel_value built_in(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)call, (void)args, (void)n;
	abort();
}

#define ORDER(name)                                                                                          \
	{ name, "(bool, bool) -> bool", built_in }, { name, "(int, int) -> bool", built_in },                \
	    { name, "(uint, uint) -> bool", built_in }, { name, "(double, double) -> bool", built_in },      \
	    { name, "(string, string) -> bool", built_in }, { name, "(bytes, bytes) -> bool", built_in },    \
	    { name, "(timestamp, timestamp) -> bool", built_in },                                            \
	    { name, "(duration, duration) -> bool", built_in }, { name, "(int, uint) -> bool", built_in },   \
	    { name, "(int, double) -> bool", built_in }, { name, "(uint, int) -> bool", built_in },          \
	    { name, "(uint, double) -> bool", built_in }, { name, "(double, int) -> bool", built_in },       \
	{                                                                                                    \
		name, "(double, uint) -> bool", built_in                                                     \
	}

static const struct ub_cel_function table[] = {
	{ "_==_", "($T, $T) -> bool", built_in },
	{ "_!=_", "($T, $T) -> bool", built_in },
	ORDER("_<_"),
	ORDER("_<=_"),
	ORDER("_>_"),
	ORDER("_>=_"),
	{ "@in", "($T, list($T)) -> bool", built_in },
	{ "@in", "($K, map($K, $V)) -> bool", built_in },
	{ "!_", "(bool) -> bool", built_in },

	{ "_+_", "(int, int) -> int", int_add },
	{ "_+_", "(uint, uint) -> uint", uint_add },
	{ "_+_", "(double, double) -> double", double_add },
	{ "_+_", "(string, string) -> string", join_texts },
	{ "_+_", "(bytes, bytes) -> bytes", join_texts },
	{ "_+_", "(list($T), list($T)) -> list($T)", join_lists, .shallow = true },
	{ "_+_", "(timestamp, duration) -> timestamp", timestamp_add },
	{ "_+_", "(duration, timestamp) -> timestamp", duration_add_timestamp },
	{ "_+_", "(duration, duration) -> duration", duration_add },

	{ "_-_", "(int, int) -> int", int_subtract },
	{ "_-_", "(uint, uint) -> uint", uint_subtract },
	{ "_-_", "(double, double) -> double", double_subtract },
	{ "_-_", "(timestamp, timestamp) -> duration", duration_between },
	{ "_-_", "(timestamp, duration) -> timestamp", timestamp_subtract },
	{ "_-_", "(duration, duration) -> duration", duration_between },

	{ "_*_", "(int, int) -> int", int_multiply },
	{ "_*_", "(uint, uint) -> uint", uint_multiply },
	{ "_*_", "(double, double) -> double", double_multiply },
	{ "_/_", "(int, int) -> int", int_divide },
	{ "_/_", "(uint, uint) -> uint", uint_divide },
	{ "_/_", "(double, double) -> double", double_divide },
	{ "_%_", "(int, int) -> int", int_remainder },
	{ "_%_", "(uint, uint) -> uint", uint_remainder },
	{ "-_", "(int) -> int", int_negate },
	{ "-_", "(double) -> double", double_negate },
};

const struct library cel_library_operators = { table, UB_COUNT(table) };
