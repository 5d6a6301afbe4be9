/* SPDX-License-Identifier: Apache-2.0 */
#include "code-private.h"

/* Evaluation of fields and indexes. */

/* ---- selections ---- */

static struct ub_cel_value fail_select(
    const struct ub_cel_code *code, struct ub_cel_eval *eval, struct ub_cel_value operand)
{
	struct ub_text name = ub_cel_text(code->value);
	size_t index;
	if (operand.kind == UB_CEL_ERROR)
		return operand;
	if (operand.kind == UB_CEL_MAP)
		return cel_fail(code, eval, "no-such-key", "no such key: %.*s", UB_ARGS(name));
	if (operand.kind == UB_CEL_OBJECT && cel_type_field(&operand.object->type->type, name, &index))
		return cel_fail(code, eval, "absent", "`%.*s` has no value", (int)code->len,
		    eval->program->text.ptr + code->at);
	return cel_fail(code, eval, operand.kind == UB_CEL_OBJECT ? "no-such-field" : "no-such-overload",
	    "a value of type %s has no field `%.*s`", cel_value_kind_name(operand), UB_ARGS(name));
}

/* Field `index` of an object. For a value of another kind, fail_select() finds the reason. */
static inline struct ub_cel_value select_field(
    const struct ub_cel_code *code, struct ub_cel_eval *eval, struct ub_cel_value operand, uint32_t index)
{
	if (operand.kind == UB_CEL_OBJECT) {
		struct ub_cel_value value = operand.object->fields[index];
		if (value.kind <= UB_CEL_ERROR)
			return value;
	}
	return fail_select(code, eval, operand);
}

struct ub_cel_value cel_eval_field(const struct ub_cel_code *code, struct ub_cel_eval *eval)
{
	return select_field(code, eval, cel_run(code->args[0], eval), code->index);
}

struct ub_cel_value cel_eval_variable_field(const struct ub_cel_code *code, struct ub_cel_eval *eval)
{
	struct ub_cel_value operand = eval->activation->values[code->index];
	if (operand.kind >= UB_CEL_ERROR)
		operand = cel_eval_variable(code->args[0], eval);
	return select_field(code, eval, operand, code->second);
}

static struct ub_cel_value optional_or_none(struct ub_cel_eval *eval, struct ub_cel_value value)
{
	return value.kind == UB_CEL_ABSENT ? ub_cel_optional_none() : ub_cel_optional(eval->arena, value);
}

/* Whether the value may have fields. An object must have this one. */
static bool has_fields(struct ub_cel_value value, struct ub_text name)
{
	size_t index;
	return value.kind == UB_CEL_MAP ||
	       (value.kind == UB_CEL_OBJECT && cel_type_field(&value.object->type->type, name, &index));
}

static struct ub_cel_value select_optional(
    const struct ub_cel_code *code, struct ub_cel_eval *eval, struct ub_cel_value operand)
{
	if (operand.kind == UB_CEL_OPTIONAL) {
		if (!operand.aux)
			return operand;
		operand = *operand.optional;
	}
	if (!has_fields(operand, ub_cel_text(code->value)))
		return fail_select(code, eval, operand);
	struct ub_cel_value value = cel_value_select(operand, ub_cel_text(code->value));
	return value.kind == UB_CEL_ERROR ? value : optional_or_none(eval, value);
}

struct ub_cel_value cel_eval_select_optional(const struct ub_cel_code *code, struct ub_cel_eval *eval)
{
	return select_optional(code, eval, cel_run(code->args[0], eval));
}

struct ub_cel_value cel_eval_select(const struct ub_cel_code *code, struct ub_cel_eval *eval)
{
	struct ub_cel_value operand = cel_run(code->args[0], eval);
	if (operand.kind == UB_CEL_OPTIONAL)
		return select_optional(code, eval, operand);
	struct ub_cel_value value = cel_value_select(operand, ub_cel_text(code->value));
	return value.kind != UB_CEL_ABSENT ? value : fail_select(code, eval, operand);
}

struct ub_cel_value cel_eval_has(const struct ub_cel_code *code, struct ub_cel_eval *eval)
{
	struct ub_cel_value operand = cel_run(code->args[0], eval);
	if (operand.kind == UB_CEL_OPTIONAL) {
		if (!operand.aux)
			return ub_cel_bool(false);
		operand = *operand.optional;
	}
	if (!has_fields(operand, ub_cel_text(code->value)))
		return fail_select(code, eval, operand);
	struct ub_cel_value value = cel_value_select(operand, ub_cel_text(code->value));
	return value.kind == UB_CEL_ERROR ? value : ub_cel_bool(value.kind != UB_CEL_ABSENT);
}

struct ub_cel_value cel_eval_opened(const struct ub_cel_code *code, struct ub_cel_eval *eval)
{
	const struct ub_cel_code *select = code->args[0];
	struct ub_cel_value operand = cel_run(select->args[0], eval);
	if (operand.kind == UB_CEL_ERROR)
		return operand;
	struct ub_cel_value value = cel_value_select(operand, code->node->name);
	if (value.kind != UB_CEL_ABSENT)
		return value;
	if (code->n_args > 1)
		return cel_run(code->args[1], eval);
	return cel_fail(code, eval, "no-such-key", "there is no `%.*s`", UB_ARGS(code->node->name));
}

/* ---- indexes ---- */

/* The element. UB_CEL_ABSENT: the value has no such element. An error: it cannot have one. */
static struct ub_cel_value element(const struct ub_cel_code *code, struct ub_cel_eval *eval,
    struct ub_cel_value operand, struct ub_cel_value index)
{
	int64_t i;
	if (operand.kind == UB_CEL_MAP) {
		if (cel_value_is_key(index) || index.kind == UB_CEL_DOUBLE)
			return ub_cel_map_get(operand, index);
		return cel_fail(
		    code, eval, "no-such-key", "a %s cannot be a key", cel_value_kind_name(index));
	}
	if (operand.kind != UB_CEL_LIST || !cel_value_is_number(index))
		return cel_fail(code, eval, "no-such-overload",
		    "a value of type %s cannot be indexed by a %s", cel_value_kind_name(operand),
		    cel_value_kind_name(index));
	if (index.kind == UB_CEL_DOUBLE && (!cel_number_double_to_int(index.d, &i) || (double)i != index.d))
		return cel_fail(code, eval, "no-such-overload", "the index is not a whole number");
	if (index.kind != UB_CEL_DOUBLE)
		i = index.kind == UB_CEL_UINT && index.u > INT64_MAX ? INT64_MAX : index.i;
	return i >= 0 && (uint64_t)i < operand.list->n ? operand.list->items[i] : ub_cel_absent();
}

static struct ub_cel_value fail_index(const struct ub_cel_code *code, struct ub_cel_eval *eval,
    struct ub_cel_value operand, struct ub_cel_value index)
{
	struct ub_buf shown = UB_BUF(eval->arena);
	ub_cel_print_literal(&shown, index, 60);
	if (operand.kind == UB_CEL_MAP)
		return cel_fail(code, eval, "no-such-key", "no such key: %.*s", UB_ARGS(ub_buf_text(&shown)));
	return cel_fail(code, eval, "index-out-of-range", "index out of range: %.*s of %zu elements",
	    UB_ARGS(ub_buf_text(&shown)), operand.list->n);
}

static struct ub_cel_value eval_index(const struct ub_cel_code *code, struct ub_cel_eval *eval, bool optional)
{
	struct ub_cel_value operand = cel_run(code->args[0], eval);
	if (operand.kind == UB_CEL_ERROR)
		return operand;
	struct ub_cel_value index = cel_run(code->args[1], eval);
	if (index.kind == UB_CEL_ERROR)
		return index;
	if (operand.kind == UB_CEL_OPTIONAL) {
		if (!operand.aux)
			return operand;
		operand = *operand.optional;
		optional = true;
	}
	struct ub_cel_value value = element(code, eval, operand, index);
	if (value.kind == UB_CEL_ERROR)
		return value;
	if (optional)
		return optional_or_none(eval, value);
	return value.kind != UB_CEL_ABSENT ? value : fail_index(code, eval, operand, index);
}

struct ub_cel_value cel_eval_index(const struct ub_cel_code *code, struct ub_cel_eval *eval)
{
	return eval_index(code, eval, false);
}

struct ub_cel_value cel_eval_index_optional(const struct ub_cel_code *code, struct ub_cel_eval *eval)
{
	return eval_index(code, eval, true);
}
