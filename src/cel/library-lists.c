/* SPDX-License-Identifier: Apache-2.0 */
#include "library-private.h"

/* size(), and optional values. */

typedef const struct ub_cel_value *args_t;

static struct ub_cel_value size_of(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)n;
	switch (args[0].kind) {
	case UB_CEL_STRING:
		if (!ub_cel_charge(call, args[0].aux / 16))
			return ub_cel_fail_cost(call);
		return ub_cel_int((int64_t)ub_text_code_points(ub_cel_text(args[0])));
	case UB_CEL_BYTES:
		return ub_cel_int(args[0].aux);
	case UB_CEL_LIST:
		return ub_cel_int((int64_t)args[0].list->n);
	default:
		return ub_cel_int((int64_t)args[0].map->n);
	}
}

static const struct ub_cel_function lists[] = {
	{ "size", "(string) -> int", size_of },
	{ "size", "(bytes) -> int", size_of },
	{ "size", "(list($T)) -> int", size_of, .shallow = true },
	{ "size", "(map($K, $V)) -> int", size_of, .shallow = true },
	{ "size", "string.() -> int", size_of },
	{ "size", "bytes.() -> int", size_of },
	{ "size", "list($T).() -> int", size_of, .shallow = true },
	{ "size", "map($K, $V).() -> int", size_of, .shallow = true },
};

const struct library cel_library_lists = { lists, UB_COUNT(lists) };

/* ---- optional values ---- */

static struct ub_cel_value optional_of(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)n;
	return ub_cel_optional(call->arena, args[0]);
}

static struct ub_cel_value optional_of_non_zero(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)n;
	return cel_value_is_zero(args[0]) ? ub_cel_optional_none() : ub_cel_optional(call->arena, args[0]);
}

static struct ub_cel_value optional_none(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)call, (void)args, (void)n;
	return ub_cel_optional_none();
}

static struct ub_cel_value optional_has_value(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)call, (void)n;
	return ub_cel_bool(args[0].aux);
}

static struct ub_cel_value optional_value(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)n;
	if (!args[0].aux)
		return ub_cel_fail(call, "no-value", "the optional has no value");
	return *args[0].optional;
}

struct ub_cel_value cel_optional_or(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)call, (void)n;
	return args[args[0].aux ? 0 : 1];
}

struct ub_cel_value cel_optional_or_value(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)call, (void)n;
	return args[0].aux ? *args[0].optional : args[1];
}

/* The values of the optionals that have one. */
static struct ub_cel_value unwrap(struct ub_cel_call *call, args_t args, size_t n)
{
	const struct ub_cel_list *list = args[0].list;
	struct ub_cel_value *items = UB_NEW_ARRAY(call->arena, struct ub_cel_value, list->n);
	size_t kept = 0;
	(void)n;
	if (!ub_cel_charge(call, list->n))
		return ub_cel_fail_cost(call);
	for (size_t i = 0; i < list->n; i++) {
		if (list->items[i].kind != UB_CEL_OPTIONAL)
			return cel_fail_overload(call);
		if (list->items[i].aux)
			items[kept++] = *list->items[i].optional;
	}
	return ub_cel_list(call->arena, items, kept);
}

static struct ub_cel_value end_of_list(struct ub_cel_call *call, const struct ub_cel_list *list, size_t i)
{
	return list->n ? ub_cel_optional(call->arena, list->items[i]) : ub_cel_optional_none();
}

static struct ub_cel_value first(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)n;
	return end_of_list(call, args[0].list, 0);
}

static struct ub_cel_value last(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)n;
	return end_of_list(call, args[0].list, args[0].list->n - 1);
}

static const struct ub_cel_function optionals[] = {
	{ "optional.of", "($T) -> optional_type($T)", optional_of, .shallow = true },
	{ "optional.ofNonZeroValue", "($T) -> optional_type($T)", optional_of_non_zero },
	{ "optional.none", "() -> optional_type($T)", optional_none },
	{ "hasValue", "optional_type($T).() -> bool", optional_has_value, .shallow = true },
	{ "value", "optional_type($T).() -> $T", optional_value, .shallow = true },
	{ "or", "optional_type($T).(optional_type($T)) -> optional_type($T)", cel_optional_or,
	    .shallow = true },
	{ "orValue", "optional_type($T).($T) -> $T", cel_optional_or_value, .shallow = true },
	{ "optional.unwrap", "(list(optional_type($T))) -> list($T)", unwrap, .shallow = true },
	{ "unwrapOpt", "list(optional_type($T)).() -> list($T)", unwrap, .shallow = true },
	{ "first", "list($T).() -> optional_type($T)", first, .shallow = true },
	{ "last", "list($T).() -> optional_type($T)", last, .shallow = true },
};

const struct library cel_library_optional = { optionals, UB_COUNT(optionals) };
