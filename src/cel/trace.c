/* SPDX-License-Identifier: Apache-2.0 */
#include "code-private.h"

/* Traces: the reasons for an expression's value. Evaluation has no side effects, so a trace evaluates the
 * parts again. */

/* Nobody reads more parts, and definitions that use each other can double them at each step. */
#define TRACE_MAX 1000

struct tracer {
	struct ub_cel_eval eval;
	struct ub_arena *arena;
	size_t *n; /* parts so far */
};

struct parts {
	struct ub_cel_trace *items;
	size_t n, cap;
};

static struct ub_cel_trace trace(struct tracer *tracer, const struct node *node);

static void add(struct tracer *tracer, struct parts *parts, const struct node *node)
{
	if (node->code->eval == cel_eval_constant || ++*tracer->n > TRACE_MAX)
		return;
	struct ub_cel_trace part = trace(tracer, node);
	*ub_push(tracer->arena, parts) = part;
}

/* Adds the operand of `&&` or `||` that decided, else all operands, else those that failed. */
static void add_logic(
    struct tracer *tracer, struct parts *parts, const struct node *node, struct ub_cel_value result)
{
	bool end = node->kind == NODE_OR;
	for (size_t i = 0; i < node->n_args; i++) {
		struct ub_cel_value value = cel_run(node->args[i]->code, &tracer->eval);
		bool decides = value.kind == UB_CEL_BOOL && value.b == end;
		if (result.kind == UB_CEL_ERROR ? value.kind != UB_CEL_BOOL : result.b != end || decides)
			add(tracer, parts, node->args[i]);
		if (decides)
			return;
	}
}

/* Sets the loop's variables to element i of the range. */
static void set_element(struct tracer *tracer, const struct node *node, struct ub_cel_value range, size_t i)
{
	struct ub_cel_value *vars = &tracer->eval.locals[node->local];
	bool list = range.kind == UB_CEL_LIST;
	struct ub_cel_value key = list ? ub_cel_int((int64_t)i) : range.map->entries[i].key;
	struct ub_cel_value value = list ? range.list->items[i] : range.map->entries[i].value;
	vars[0] = node->n_vars == 1 && list ? value : key;
	if (node->n_vars == 2)
		vars[1] = value;
}

/* Adds the deciding element, by the name of the loop's variable, to the parts of the body. */
static void name_element(struct tracer *tracer, struct ub_cel_trace *body, const struct node *node)
{
	struct ub_text text = tracer->eval.program->text, name = node->vars[0];
	if (name.ptr < text.ptr || name.ptr + name.len > text.ptr + text.len)
		return;
	struct ub_cel_trace *parts = UB_NEW_ARRAY(tracer->arena, struct ub_cel_trace, body->n_parts + 1);
	for (size_t i = 0; i < body->n_parts; i++)
		parts[i] = body->parts[i];
	parts[body->n_parts++] = (struct ub_cel_trace){ .program = tracer->eval.program,
		.at = (size_t)(name.ptr - text.ptr),
		.len = name.len,
		.value = tracer->eval.locals[node->local] };
	body->parts = parts;
}

/* For a true exists() and a false all(), adds the element that decided. For other results, adds the range. */
static void add_loop(
    struct tracer *tracer, struct parts *parts, const struct node *node, struct ub_cel_value result)
{
	const struct node *body = node->args[node->n_args - 1];
	struct ub_cel_value range = cel_run(node->args[0]->code, &tracer->eval);
	bool found = (node->loop == LOOP_EXISTS && ub_cel_is_true(result)) ||
		     (node->loop == LOOP_ALL && result.kind == UB_CEL_BOOL && !result.b);
	size_t n = range.kind == UB_CEL_LIST ? range.list->n : range.kind == UB_CEL_MAP ? range.map->n : 0;
	for (size_t i = 0; found && i < n; i++) {
		set_element(tracer, node, range, i);
		struct ub_cel_value value = cel_run(body->code, &tracer->eval);
		if (value.kind == UB_CEL_BOOL && value.b == result.b) {
			size_t before = parts->n;
			add(tracer, parts, body);
			if (parts->n > before)
				name_element(tracer, &parts->items[before], node);
			return;
		}
	}
	add(tracer, parts, node->args[0]);
}

static void add_condition(struct tracer *tracer, struct parts *parts, const struct node *node)
{
	struct ub_cel_value condition = cel_run(node->args[0]->code, &tracer->eval);
	add(tracer, parts, node->args[0]);
	if (condition.kind == UB_CEL_BOOL)
		add(tracer, parts, node->args[condition.b ? 1 : 2]);
}

static void add_lazy(struct tracer *tracer, struct parts *parts, const struct ub_cel_program *program)
{
	struct ub_cel_activation *activation = tracer->eval.activation;
	while (activation && activation->env != program->env)
		activation = activation->parent;
	struct tracer inner = { .eval = tracer->eval, .arena = tracer->arena, .n = tracer->n };
	inner.eval.activation = activation;
	inner.eval.program = program;
	inner.eval.locals = UB_NEW_ARRAY(tracer->arena, struct ub_cel_value, program->n_locals);
	inner.eval.depth++;
	if (inner.eval.depth < 16)
		add(&inner, parts, program->root);
	tracer->eval.budget = inner.eval.budget;
	tracer->eval.exhausted |= inner.eval.exhausted;
}

static void add_parts(
    struct tracer *tracer, struct parts *parts, const struct node *node, struct ub_cel_value result)
{
	switch (node->kind) {
	case NODE_AND:
	case NODE_OR:
		add_logic(tracer, parts, node, result);
		return;
	case NODE_COND:
		add_condition(tracer, parts, node);
		return;
	case NODE_LOOP:
		add_loop(tracer, parts, node, result);
		return;
	case NODE_BIND:
		tracer->eval.locals[node->local] = cel_run(node->args[0]->code, &tracer->eval);
		add(tracer, parts, node->args[1]);
		return;
	case NODE_NAME:
		if (node->name_kind == NAME_VARIABLE && node->variable->lazy)
			add_lazy(tracer, parts, node->variable->lazy);
		return;
	case NODE_SELECT: /* a field's value tells more than its operand's */
		if (node->args[0]->kind != NODE_SELECT && node->args[0]->kind != NODE_NAME)
			add(tracer, parts, node->args[0]);
		return;
	case NODE_OPT_MAP: /* the body counts only with its variable set */
		add(tracer, parts, node->args[0]);
		return;
	default:
		for (size_t i = 0; i < node->n_args; i++)
			add(tracer, parts, node->args[i]);
	}
}

static struct ub_cel_trace trace(struct tracer *tracer, const struct node *node)
{
	struct parts parts = { 0 };
	struct ub_cel_trace result = { .program = tracer->eval.program, .at = node->at, .len = node->len };
	result.value = cel_run(node->code, &tracer->eval);
	if (!tracer->eval.exhausted)
		add_parts(tracer, &parts, node, result.value);
	result.parts = parts.items;
	result.n_parts = parts.n;
	return result;
}

const struct ub_cel_trace *ub_cel_explain(const struct ub_cel_program *program,
    struct ub_cel_activation *activation, struct ub_arena *arena, const struct ub_cel_limits *limits)
{
	size_t n = 0;
	struct tracer tracer = { .arena = arena, .n = &n };
	tracer.eval = (struct ub_cel_eval){ .arena = arena,
		.innermost = activation,
		.program = program,
		.budget = limits && limits->cost ? limits->cost : UB_CEL_COST_MAX };
	while (activation->env != program->env)
		activation = activation->parent;
	tracer.eval.activation = activation;
	tracer.eval.locals = UB_NEW_ARRAY(arena, struct ub_cel_value, program->n_locals);
	struct ub_cel_trace *result = UB_NEW(arena, struct ub_cel_trace);
	*result = trace(&tracer, program->root);
	return result;
}
