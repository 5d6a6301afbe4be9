/* SPDX-License-Identifier: Apache-2.0 */
#include "library-private.h"

#include <math.h>

/* The math extension. */

typedef const struct ub_cel_value *args_t;

/* ---- greatest and least ---- */

/* The first value that no other exceeds (`wanted` 1) or undercuts (-1). */
static struct ub_cel_value extreme(struct ub_cel_call *call, args_t values, size_t n, int wanted)
{
	struct ub_cel_value best = n ? values[0] : ub_cel_null();
	if (n == 0)
		return ub_cel_fail(call, "no-value", "the list is empty");
	if (!ub_cel_charge(call, n))
		return ub_cel_fail_cost(call);
	for (size_t i = 0; i < n; i++) {
		int order;
		if (!cel_value_is_number(values[i]) || !cel_value_compare(values[i], best, &order))
			return cel_fail_overload(call);
		if (order == wanted)
			best = values[i];
	}
	return best;
}

static struct ub_cel_value extreme_of(struct ub_cel_call *call, args_t args, size_t n, int wanted)
{
	if (args[0].kind == UB_CEL_LIST)
		return extreme(call, args[0].list->items, args[0].list->n, wanted);
	return extreme(call, args, n, wanted);
}

static struct ub_cel_value greatest(struct ub_cel_call *call, args_t args, size_t n)
{
	return extreme_of(call, args, n, 1);
}

static struct ub_cel_value least(struct ub_cel_call *call, args_t args, size_t n)
{
	return extreme_of(call, args, n, -1);
}

/* ---- rounding and sign ---- */

static struct ub_cel_value ceil_double(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)call, (void)n;
	return ub_cel_double(ceil(args[0].d));
}

static struct ub_cel_value floor_double(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)call, (void)n;
	return ub_cel_double(floor(args[0].d));
}

static struct ub_cel_value round_double(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)call, (void)n;
	return ub_cel_double(round(args[0].d));
}

static struct ub_cel_value trunc_double(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)call, (void)n;
	return ub_cel_double(trunc(args[0].d));
}

static struct ub_cel_value sqrt_double(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)call, (void)n;
	return ub_cel_double(sqrt(args[0].d));
}

static struct ub_cel_value abs_double(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)call, (void)n;
	return ub_cel_double(fabs(args[0].d));
}

static struct ub_cel_value sign_double(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)call, (void)n;
	double x = args[0].d;
	return ub_cel_double(isnan(x) ? x : (double)((x > 0) - (x < 0)));
}

static struct ub_cel_value is_nan(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)call, (void)n;
	return ub_cel_bool(isnan(args[0].d));
}

static struct ub_cel_value is_inf(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)call, (void)n;
	return ub_cel_bool(isinf(args[0].d));
}

static struct ub_cel_value is_finite(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)call, (void)n;
	return ub_cel_bool(isfinite(args[0].d));
}

static struct ub_cel_value sqrt_int(struct ub_cel_call *call, args_t args, size_t n)
{
	struct ub_cel_value x =
	    ub_cel_double(args[0].kind == UB_CEL_INT ? (double)args[0].i : (double)args[0].u);
	return sqrt_double(call, &x, n);
}

static struct ub_cel_value abs_int(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)n;
	if (args[0].i == INT64_MIN)
		return ub_cel_fail(call, "overflow", "the result does not fit into 64 bits");
	return ub_cel_int(args[0].i < 0 ? -args[0].i : args[0].i);
}

static struct ub_cel_value sign_int(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)call, (void)n;
	return ub_cel_int((args[0].i > 0) - (args[0].i < 0));
}

static struct ub_cel_value same(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)call, (void)n;
	return args[0];
}

static struct ub_cel_value sign_uint(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)call, (void)n;
	return ub_cel_uint(args[0].u > 0);
}

/* ---- bits; of int and uint alike ---- */

static struct ub_cel_value with_bits(struct ub_cel_value model, uint64_t bits)
{
	model.u = bits;
	return model;
}

static struct ub_cel_value bit_and(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)call, (void)n;
	return with_bits(args[0], args[0].u & args[1].u);
}

static struct ub_cel_value bit_or(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)call, (void)n;
	return with_bits(args[0], args[0].u | args[1].u);
}

static struct ub_cel_value bit_xor(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)call, (void)n;
	return with_bits(args[0], args[0].u ^ args[1].u);
}

static struct ub_cel_value bit_not(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)call, (void)n;
	return with_bits(args[0], ~args[0].u);
}

static struct ub_cel_value shift(struct ub_cel_call *call, args_t args, bool left)
{
	if (args[1].i < 0)
		return ub_cel_fail(call, "out-of-range", "negative offset: %lld", (long long)args[1].i);
	if (args[1].i > 63)
		return with_bits(args[0], 0);
	return with_bits(args[0], left ? args[0].u << args[1].i : args[0].u >> args[1].i);
}

static struct ub_cel_value shift_left(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)n;
	return shift(call, args, true);
}

static struct ub_cel_value shift_right(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)n;
	return shift(call, args, false);
}

#define EXTREME(name, function)                                                                              \
	{ name, "(int) -> int", function }, { name, "(uint) -> uint", function },                            \
	    { name, "(double) -> double", function }, { name, "(int, int) -> int", function },               \
	    { name, "(uint, uint) -> uint", function }, { name, "(double, double) -> double", function },    \
	    { name, "(int, uint) -> dyn", function }, { name, "(int, double) -> dyn", function },            \
	    { name, "(uint, int) -> dyn", function }, { name, "(uint, double) -> dyn", function },           \
	    { name, "(double, int) -> dyn", function }, { name, "(double, uint) -> dyn", function },         \
	    { name, "(list(int)) -> int", function }, { name, "(list(uint)) -> uint", function },            \
	{                                                                                                    \
		name, "(list(double)) -> double", function                                                   \
	}

#define OF_WHOLE(name, function)                                                                             \
	{ name, "(int, int) -> int", function },                                                             \
	{                                                                                                    \
		name, "(uint, uint) -> uint", function                                                       \
	}

static const struct ub_cel_function table[] = {
	EXTREME("math.greatest", greatest),
	EXTREME("math.least", least),
	{ "math.ceil", "(double) -> double", ceil_double },
	{ "math.floor", "(double) -> double", floor_double },
	{ "math.round", "(double) -> double", round_double },
	{ "math.trunc", "(double) -> double", trunc_double },
	{ "math.sqrt", "(double) -> double", sqrt_double },
	{ "math.sqrt", "(int) -> double", sqrt_int },
	{ "math.sqrt", "(uint) -> double", sqrt_int },
	{ "math.abs", "(int) -> int", abs_int },
	{ "math.abs", "(uint) -> uint", same },
	{ "math.abs", "(double) -> double", abs_double },
	{ "math.sign", "(int) -> int", sign_int },
	{ "math.sign", "(uint) -> uint", sign_uint },
	{ "math.sign", "(double) -> double", sign_double },
	{ "math.isNaN", "(double) -> bool", is_nan },
	{ "math.isInf", "(double) -> bool", is_inf },
	{ "math.isFinite", "(double) -> bool", is_finite },
	OF_WHOLE("math.bitAnd", bit_and),
	OF_WHOLE("math.bitOr", bit_or),
	OF_WHOLE("math.bitXor", bit_xor),
	{ "math.bitNot", "(int) -> int", bit_not },
	{ "math.bitNot", "(uint) -> uint", bit_not },
	{ "math.bitShiftLeft", "(int, int) -> int", shift_left },
	{ "math.bitShiftLeft", "(uint, int) -> uint", shift_left },
	{ "math.bitShiftRight", "(int, int) -> int", shift_right },
	{ "math.bitShiftRight", "(uint, int) -> uint", shift_right },
};

const struct library cel_library_math = { table, UB_COUNT(table) };
