/* SPDX-License-Identifier: Apache-2.0 */
#include "code-private.h"

/* Evaluation of macros that walk a list or a map. */

struct range {
	size_t n;
	const struct ub_cel_value *items;   /* of a list, or NULL */
	const struct ub_cel_entry *entries; /* of a map, or NULL */
	struct ub_cel_value error;          /* kind NULL: none */
};

static struct range open_range(const struct ub_cel_code *code, struct ub_cel_eval *eval)
{
	struct ub_cel_value value = cel_run(code->args[0], eval);
	struct range range = { .error = ub_cel_null() };
	if (value.kind == UB_CEL_LIST) {
		range.items = value.list->items;
		range.n = value.list->n;
	} else if (value.kind == UB_CEL_MAP) {
		range.entries = value.map->entries;
		range.n = value.map->n;
	} else if (value.kind == UB_CEL_ERROR) {
		range.error = value;
	} else {
		range.error = cel_fail(code, eval, "no-such-overload",
		    "a value of type %s cannot be gone through", cel_value_kind_name(value));
	}
	return range;
}

/* Sets the loop's variables to element i, on the budget. */
static inline bool step(
    const struct ub_cel_code *code, struct ub_cel_eval *eval, const struct range *range, size_t i)
{
	struct ub_cel_value *vars = &eval->locals[code->index];
	if (code->second == 1) {
		vars[0] = range->items ? range->items[i] : range->entries[i].key;
	} else {
		vars[0] = range->items ? ub_cel_int((int64_t)i) : range->entries[i].key;
		vars[1] = range->items ? range->items[i] : range->entries[i].value;
	}
	return cel_spend(eval, code->weight);
}

/* The macro's last argument. */
static const struct ub_cel_code *body(const struct ub_cel_code *code)
{
	return code->args[code->n_args - 1];
}

/* all() ends at false and exists() at true, whatever errors came before. */
static inline struct ub_cel_value eval_search(
    const struct ub_cel_code *code, struct ub_cel_eval *eval, bool end)
{
	struct range range = open_range(code, eval);
	struct ub_cel_value result = ub_cel_bool(!end);
	if (range.error.kind == UB_CEL_ERROR)
		return range.error;
	for (size_t i = 0; i < range.n; i++) {
		if (!step(code, eval, &range, i))
			return cel_fail_cost(code, eval);
		struct ub_cel_value value = cel_run(body(code), eval);
		if (value.kind == UB_CEL_BOOL) {
			if (value.b == end)
				return value;
		} else if (result.kind == UB_CEL_BOOL) {
			result = cel_not_bool(body(code), eval, value);
		}
	}
	return result;
}

struct ub_cel_value cel_eval_all(const struct ub_cel_code *code, struct ub_cel_eval *eval)
{
	return eval_search(code, eval, false);
}

struct ub_cel_value cel_eval_exists(const struct ub_cel_code *code, struct ub_cel_eval *eval)
{
	return eval_search(code, eval, true);
}

/* Whether element i passes the macro's condition, the first argument after the range. The result is BOOL or
 * an error. */
static inline struct ub_cel_value passes(const struct ub_cel_code *code, struct ub_cel_eval *eval,
    const struct range *range, size_t i, bool has_filter)
{
	if (!step(code, eval, range, i))
		return cel_fail_cost(code, eval);
	if (!has_filter)
		return ub_cel_bool(true);
	struct ub_cel_value value = cel_run(code->args[1], eval);
	return value.kind == UB_CEL_BOOL ? value : cel_not_bool(code->args[1], eval, value);
}

struct ub_cel_value cel_eval_exists_one(const struct ub_cel_code *code, struct ub_cel_eval *eval)
{
	struct range range = open_range(code, eval);
	size_t found = 0;
	if (range.error.kind == UB_CEL_ERROR)
		return range.error;
	for (size_t i = 0; i < range.n; i++) {
		struct ub_cel_value value = passes(code, eval, &range, i, true);
		if (value.kind != UB_CEL_BOOL)
			return value;
		found += value.b;
	}
	return ub_cel_bool(found == 1);
}

/* filter() takes the elements that pass. map() takes the values of the body. */
static inline struct ub_cel_value collect(const struct ub_cel_code *code, struct ub_cel_eval *eval, bool map)
{
	struct range range = open_range(code, eval);
	if (range.error.kind == UB_CEL_ERROR)
		return range.error;
	if (!cel_spend(eval, range.n))
		return cel_fail_cost(code, eval);
	struct ub_cel_value *items = UB_NEW_ARRAY(eval->arena, struct ub_cel_value, range.n);
	size_t n = 0;
	for (size_t i = 0; i < range.n; i++) {
		struct ub_cel_value value = passes(code, eval, &range, i, !map || code->node->has_filter);
		if (value.kind != UB_CEL_BOOL)
			return value;
		if (!value.b)
			continue;
		if (map)
			items[n] = cel_run(body(code), eval);
		else
			items[n] = range.items ? range.items[i] : range.entries[i].key;
		if (map && items[n].kind == UB_CEL_ERROR)
			return items[n];
		n++;
	}
	return ub_cel_list(eval->arena, items, n);
}

struct ub_cel_value cel_eval_filter(const struct ub_cel_code *code, struct ub_cel_eval *eval)
{
	return collect(code, eval, false);
}

struct ub_cel_value cel_eval_map_list(const struct ub_cel_code *code, struct ub_cel_eval *eval)
{
	return collect(code, eval, true);
}

struct entries {
	struct ub_cel_entry *items;
	size_t n, cap;
};

/* Adds the body's result for the key: the value, or the entries of a map for transformMapEntry(). */
static struct ub_cel_value add_entries(const struct ub_cel_code *code, struct ub_cel_eval *eval,
    struct entries *entries, struct ub_cel_value key, struct ub_cel_value value)
{
	if (value.kind == UB_CEL_ERROR)
		return value;
	if (code->node->loop == LOOP_TRANSFORM_MAP) {
		*ub_push(eval->arena, entries) = (struct ub_cel_entry){ .key = key, .value = value };
		return ub_cel_null();
	}
	if (value.kind != UB_CEL_MAP)
		return cel_fail(code, eval, "no-such-overload", "transformMapEntry() must give a map");
	if (!cel_spend(eval, value.map->n))
		return cel_fail_cost(code, eval);
	for (size_t i = 0; i < value.map->n; i++)
		*ub_push(eval->arena, entries) = value.map->entries[i];
	return ub_cel_null();
}

struct ub_cel_value cel_eval_transform(const struct ub_cel_code *code, struct ub_cel_eval *eval)
{
	struct range range = open_range(code, eval);
	struct entries entries = { 0 };
	if (range.error.kind == UB_CEL_ERROR)
		return range.error;
	for (size_t i = 0; i < range.n; i++) {
		struct ub_cel_value value = passes(code, eval, &range, i, code->node->has_filter);
		if (value.kind != UB_CEL_BOOL)
			return value;
		if (!value.b)
			continue;
		struct ub_cel_value key = eval->locals[code->index];
		value = add_entries(code, eval, &entries, key, cel_run(body(code), eval));
		if (value.kind == UB_CEL_ERROR)
			return value;
	}
	struct ub_cel_value map = ub_cel_map(eval->arena, entries.items, entries.n);
	if (map.map->n != entries.n)
		return cel_fail(code, eval, "repeated-key", "a key occurs twice in the map");
	return map;
}
