/* SPDX-License-Identifier: Apache-2.0 */
#include "code-private.h"

#include <assert.h>
#include <string.h>

/* Evaluation of names, logic and literals. Errors are values, and are returned like values. */

/* ---- failing ---- */

static struct ub_cel_value fail(const struct ub_cel_code *code, struct ub_cel_eval *eval, const char *why,
    const char *format, va_list args)
{
	struct ub_buf message = UB_BUF(eval->arena);
	struct ub_cel_error *error = UB_NEW(eval->arena, struct ub_cel_error);
	ub_buf_vprintf(&message, format, args);
	*error = (struct ub_cel_error){ .code = why,
		.message = ub_buf_text(&message),
		.program = eval->program,
		.at = code->at,
		.len = code->len };
	return (struct ub_cel_value){ .kind = UB_CEL_ERROR, .error = error };
}

struct ub_cel_value cel_fail(
    const struct ub_cel_code *code, struct ub_cel_eval *eval, const char *why, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	struct ub_cel_value value = fail(code, eval, why, format, args);
	va_end(args);
	return value;
}

struct ub_cel_value ub_cel_fail(struct ub_cel_call *call, const char *why, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	struct ub_cel_value value = fail(call->code, call->eval, why, format, args);
	va_end(args);
	return value;
}

struct ub_cel_value cel_fail_cost(const struct ub_cel_code *code, struct ub_cel_eval *eval)
{
	return cel_fail(code, eval, "cost-limit", "the evaluation takes more steps than are allowed");
}

struct ub_cel_value ub_cel_fail_cost(struct ub_cel_call *call)
{
	return cel_fail_cost(call->code, call->eval);
}

bool ub_cel_charge(struct ub_cel_call *call, size_t steps)
{
	return cel_spend(call->eval, steps);
}

struct ub_cel_value cel_not_bool(
    const struct ub_cel_code *code, struct ub_cel_eval *eval, struct ub_cel_value value)
{
	if (value.kind == UB_CEL_ERROR)
		return value;
	return cel_fail(
	    code, eval, "no-such-overload", "this must be a bool, it is a %s", cel_value_kind_name(value));
}

struct ub_cel_value cel_eval_failure(const struct ub_cel_code *code, struct ub_cel_eval *eval)
{
	const struct node *node = code->node;
	return cel_fail(code, eval, node->failure ? node->failure : "no-such-overload", "%.*s",
	    UB_ARGS(node->failure_message));
}

/* ---- constants and names ---- */

struct ub_cel_value cel_eval_constant(const struct ub_cel_code *code, struct ub_cel_eval *eval)
{
	(void)eval;
	return code->value;
}

struct ub_cel_value cel_eval_local(const struct ub_cel_code *code, struct ub_cel_eval *eval)
{
	return eval->locals[code->index];
}

/* The activation in which a program of `env` runs. */
static struct ub_cel_activation *activation_of(
    struct ub_cel_activation *activation, const struct ub_cel_env *env)
{
	while (activation && activation->env != env)
		activation = activation->parent;
	return activation;
}

/* So few locals fit on the stack of any thread. */
#define LOCALS_ON_STACK 32

static struct ub_cel_value run_program(
    const struct ub_cel_program *program, const struct ub_cel_code *code, struct ub_cel_eval *eval)
{
	struct ub_cel_value locals[LOCALS_ON_STACK];
	eval->locals = program->n_locals <= LOCALS_ON_STACK
			   ? locals
			   : UB_NEW_ARRAY(eval->arena, struct ub_cel_value, program->n_locals);
	struct ub_cel_value value = cel_run(code, eval);
	eval->locals = NULL;
	if (eval->exhausted)
		return cel_fail_cost(program->root->code, eval);
	return value;
}

static struct ub_cel_value eval_lazy(const struct ub_cel_code *code, struct ub_cel_eval *eval,
    const struct variable *variable, struct ub_cel_activation *activation)
{
	struct ub_cel_value *slot = &activation->values[variable->number];
	if (eval->depth >= UB_CEL_LAZY_MAX)
		return cel_fail(code, eval, "too-deep", "more than %d definitions build upon each other",
		    UB_CEL_LAZY_MAX);
	struct ub_cel_eval inner = {
		.arena = activation->arena,
		.activation = activation_of(activation, variable->lazy->env),
		.innermost = eval->innermost,
		.program = variable->lazy,
		.budget = eval->budget,
		.depth = eval->depth + 1,
	};
	slot->kind = KIND_BUSY;
	struct ub_cel_value value = run_program(variable->lazy, variable->lazy->code, &inner);
	eval->budget = inner.budget;
	eval->exhausted |= inner.exhausted;
	*slot = value;
	if (inner.exhausted)
		slot->kind = KIND_LAZY; /* another evaluation may have a greater budget */
	return value;
}

/* Evaluates a variable that has no plain value. */
static struct ub_cel_value eval_special(const struct ub_cel_code *code, struct ub_cel_eval *eval,
    struct ub_cel_activation *activation, size_t number)
{
	const struct variable *variable = activation->env->variables.items[number];
	struct ub_cel_value value = activation->values[number];
	switch (value.kind) {
	case UB_CEL_ERROR:
		return value;
	case KIND_LAZY:
		return eval_lazy(code, eval, variable, activation);
	case UB_CEL_ABSENT:
		return cel_fail(code, eval, "absent", "`%.*s` has no value", UB_ARGS(variable->name));
	default:
		return cel_fail(code, eval, "no-value", "`%.*s` was given no value", UB_ARGS(variable->name));
	}
}

struct ub_cel_value cel_eval_variable(const struct ub_cel_code *code, struct ub_cel_eval *eval)
{
	struct ub_cel_value value = eval->activation->values[code->index];
	return value.kind < UB_CEL_ERROR ? value : eval_special(code, eval, eval->activation, code->index);
}

struct ub_cel_value cel_eval_outer_variable(const struct ub_cel_code *code, struct ub_cel_eval *eval)
{
	struct ub_cel_activation *activation = eval->activation;
	for (uint32_t i = 0; i < code->hops; i++)
		activation = activation->parent;
	struct ub_cel_value value = activation->values[code->index];
	return value.kind < UB_CEL_ERROR ? value : eval_special(code, eval, activation, code->index);
}

/* ---- logic ---- */

/* `&&` ends at false and `||` at true, whatever errors came before. */
static inline struct ub_cel_value eval_logic(
    const struct ub_cel_code *code, struct ub_cel_eval *eval, bool end)
{
	struct ub_cel_value result = ub_cel_bool(!end);
	for (uint32_t i = 0; i < code->n_args; i++) {
		struct ub_cel_value value = cel_run(code->args[i], eval);
		if (value.kind == UB_CEL_BOOL) {
			if (value.b == end)
				return value;
		} else if (result.kind == UB_CEL_BOOL) {
			result = cel_not_bool(code->args[i], eval, value);
		}
	}
	return result;
}

struct ub_cel_value cel_eval_and(const struct ub_cel_code *code, struct ub_cel_eval *eval)
{
	return eval_logic(code, eval, false);
}

struct ub_cel_value cel_eval_or(const struct ub_cel_code *code, struct ub_cel_eval *eval)
{
	return eval_logic(code, eval, true);
}

struct ub_cel_value cel_eval_condition(const struct ub_cel_code *code, struct ub_cel_eval *eval)
{
	struct ub_cel_value condition = cel_run(code->args[0], eval);
	if (condition.kind != UB_CEL_BOOL)
		return cel_not_bool(code->args[0], eval, condition);
	return cel_run(code->args[condition.b ? 1 : 2], eval);
}

/* ---- lists, maps, bindings ---- */

/* The value of an element with a `?` before it. ABSENT: the element is left out. */
static struct ub_cel_value unwrap(
    const struct ub_cel_code *code, struct ub_cel_eval *eval, struct ub_cel_value value)
{
	if (value.kind == UB_CEL_ERROR)
		return value;
	if (value.kind != UB_CEL_OPTIONAL)
		return cel_fail(code, eval, "no-such-overload", "after `?` there must be an optional value");
	return value.aux ? *value.optional : ub_cel_absent();
}

struct ub_cel_value cel_eval_list(const struct ub_cel_code *code, struct ub_cel_eval *eval)
{
	const bool *optional = code->node->optional_items;
	struct ub_cel_value *items = UB_NEW_ARRAY(eval->arena, struct ub_cel_value, code->n_args);
	size_t n = 0;
	if (!cel_spend(eval, code->n_args))
		return cel_fail_cost(code, eval);
	for (uint32_t i = 0; i < code->n_args; i++) {
		struct ub_cel_value value = cel_run(code->args[i], eval);
		if (optional && optional[i])
			value = unwrap(code->args[i], eval, value);
		if (value.kind == UB_CEL_ERROR)
			return value;
		if (value.kind != UB_CEL_ABSENT)
			items[n++] = value;
	}
	return ub_cel_list(eval->arena, items, n);
}

static struct ub_cel_value check_key(
    const struct ub_cel_code *code, struct ub_cel_eval *eval, struct ub_cel_value key)
{
	if (key.kind == UB_CEL_ERROR || cel_value_is_key(key))
		return key;
	return cel_fail(code, eval, "unsupported-key-type", "a %s cannot be a key", cel_value_kind_name(key));
}

struct ub_cel_value cel_eval_map(const struct ub_cel_code *code, struct ub_cel_eval *eval)
{
	const bool *optional = code->node->optional_items;
	struct ub_cel_entry *entries = UB_NEW_ARRAY(eval->arena, struct ub_cel_entry, code->n_args / 2);
	size_t n = 0;
	if (!cel_spend(eval, code->n_args))
		return cel_fail_cost(code, eval);
	for (uint32_t i = 0; i < code->n_args; i += 2) {
		struct ub_cel_value key = check_key(code->args[i], eval, cel_run(code->args[i], eval));
		if (key.kind == UB_CEL_ERROR)
			return key;
		struct ub_cel_value value = cel_run(code->args[i + 1], eval);
		if (optional && optional[i / 2])
			value = unwrap(code->args[i + 1], eval, value);
		if (value.kind == UB_CEL_ERROR)
			return value;
		if (value.kind != UB_CEL_ABSENT)
			entries[n++] = (struct ub_cel_entry){ .key = key, .value = value };
	}
	struct ub_cel_value map = ub_cel_map(eval->arena, entries, n);
	if (map.map->n != n)
		return cel_fail(code, eval, "repeated-key", "a key occurs twice in the map");
	return map;
}

struct ub_cel_value cel_eval_bind(const struct ub_cel_code *code, struct ub_cel_eval *eval)
{
	/* An error counts only where the body reads the variable. */
	eval->locals[code->index] = cel_run(code->args[0], eval);
	return cel_run(code->args[1], eval);
}

struct ub_cel_value cel_eval_optional_map(const struct ub_cel_code *code, struct ub_cel_eval *eval)
{
	struct ub_cel_value operand = cel_run(code->args[0], eval);
	if (operand.kind == UB_CEL_ERROR)
		return operand;
	if (operand.kind != UB_CEL_OPTIONAL)
		return cel_fail(code, eval, "no-such-overload", "a value of type %s is not optional",
		    cel_value_kind_name(operand));
	if (!operand.aux)
		return operand;
	eval->locals[code->index] = *operand.optional;
	struct ub_cel_value value = cel_run(code->args[1], eval);
	if (value.kind == UB_CEL_ERROR)
		return value;
	if (!code->node->optional)
		return ub_cel_optional(eval->arena, value);
	if (value.kind == UB_CEL_OPTIONAL)
		return value;
	return cel_fail(code, eval, "no-such-overload", "optFlatMap() must give an optional value");
}

/* ---- from outside ---- */

struct ub_cel_value cel_start(const struct ub_cel_program *program, const struct ub_cel_code *code,
    struct ub_cel_activation *activation, struct ub_arena *arena, uint64_t budget)
{
	struct ub_cel_eval eval = {
		.arena = arena,
		.activation = activation_of(activation, program->env),
		.innermost = activation,
		.program = program,
		.budget = budget,
	};
	assert(!activation || eval.activation);
	return run_program(program, code, &eval);
}

static bool is_of(const struct ub_cel_type *type, struct ub_cel_value value)
{
	return value.kind == type->kind &&
	       (type->kind != UB_CEL_OBJECT || cel_type_refines(&value.object->type->type, type));
}

struct ub_cel_value ub_cel_eval(const struct ub_cel_program *program, struct ub_cel_activation *activation,
    struct ub_arena *arena, const struct ub_cel_limits *limits)
{
	uint64_t budget = limits && limits->cost ? limits->cost : UB_CEL_COST_MAX;
	struct ub_cel_value value = cel_start(program, program->code, activation, arena, budget);
	if (!program->expected || value.kind == UB_CEL_ERROR || is_of(program->expected, value))
		return value;
	struct ub_cel_eval eval = { .arena = arena, .program = program };
	return cel_fail(program->code, &eval, "wrong-type", "this gives a %s where a %.*s is needed",
	    cel_value_kind_name(value), UB_ARGS(program->expected->name));
}
