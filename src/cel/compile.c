/* SPDX-License-Identifier: Apache-2.0 */
#include "code-private.h"

/* The checked tree becomes instructions: constants are folded, names become numbers. */

/* The greatest cost of folding one constant. */
#define FOLD_COST 10000

static struct ub_cel_code *new_code(struct compile *compile, struct node *node)
{
	struct ub_cel_code *code = UB_NEW(compile->arena, struct ub_cel_code);
	const struct ub_cel_code **args =
	    UB_NEW_ARRAY(compile->arena, const struct ub_cel_code *, node->n_args);
	*code =
	    (struct ub_cel_code){ .at = node->at, .len = node->len, .args = args, .weight = 1, .node = node };
	code->n_args = (uint32_t)node->n_args;
	for (size_t i = 0; i < node->n_args; i++) {
		args[i] = node->args[i]->code;
		code->weight += args[i]->weight;
	}
	return code;
}

static void become_constant(struct ub_cel_code *code, struct ub_cel_value value)
{
	code->eval = cel_eval_constant;
	code->value = value;
	code->weight = 1;
}

static void compile_name(struct compile *compile, struct node *node, struct ub_cel_code *code)
{
	switch (node->name_kind) {
	case NAME_LOCAL:
		code->eval = cel_eval_local;
		code->index = (uint32_t)node->local;
		break;
	case NAME_TYPE:
		become_constant(code, node->value);
		break;
	default:
		code->hops = (uint32_t)(compile->program->env->level - node->variable->env->level);
		code->eval = code->hops ? cel_eval_outer_variable : cel_eval_variable;
		code->index = (uint32_t)node->variable->number;
	}
}

static void compile_select(struct node *node, struct ub_cel_code *code)
{
	const struct ub_cel_code *operand = code->args[0];
	code->value = ub_cel_string(node->name);
	if (node->test) {
		code->eval = cel_eval_has;
	} else if (node->optional) {
		code->eval = cel_eval_select_optional;
	} else if (node->field == SIZE_MAX || node->args[0]->type->kind != UB_CEL_OBJECT) {
		code->eval = cel_eval_select;
	} else if (operand->eval == cel_eval_variable) {
		code->eval = cel_eval_variable_field;
		code->index = operand->index;
		code->second = (uint32_t)node->field;
	} else {
		code->eval = cel_eval_field;
		code->index = (uint32_t)node->field;
	}
}

static void compile_loop(struct node *node, struct ub_cel_code *code)
{
	static eval_fn *const loops[] = {
		[LOOP_ALL] = cel_eval_all,
		[LOOP_EXISTS] = cel_eval_exists,
		[LOOP_EXISTS_ONE] = cel_eval_exists_one,
		[LOOP_FILTER] = cel_eval_filter,
		[LOOP_MAP] = cel_eval_map_list,
		[LOOP_TRANSFORM_MAP] = cel_eval_transform,
		[LOOP_TRANSFORM_MAP_ENTRY] = cel_eval_transform,
	};
	code->eval = loops[node->loop];
	code->index = (uint32_t)node->local;
	code->second = (uint32_t)node->n_vars;
}

static void choose(struct compile *compile, struct node *node, struct ub_cel_code *code)
{
	static eval_fn *const simple[] = {
		[NODE_AND] = cel_eval_and,
		[NODE_OR] = cel_eval_or,
		[NODE_COND] = cel_eval_condition,
		[NODE_LIST] = cel_eval_list,
		[NODE_MAP] = cel_eval_map,
		[NODE_BIND] = cel_eval_bind,
		[NODE_OPT_MAP] = cel_eval_optional_map,
		[NODE_OPENED] = cel_eval_opened,
	};
	if (node->failure) {
		code->eval = cel_eval_failure;
		return;
	}
	switch (node->kind) {
	case NODE_LITERAL:
		become_constant(code, node->value);
		break;
	case NODE_NAME:
		compile_name(compile, node, code);
		break;
	case NODE_SELECT:
		compile_select(node, code);
		break;
	case NODE_INDEX:
		code->eval = node->optional ? cel_eval_index_optional : cel_eval_index;
		break;
	case NODE_CALL:
		cel_compile_call(compile, node, code);
		break;
	case NODE_LOOP:
		compile_loop(node, code);
		break;
	case NODE_STRUCT: /* the checker refuses it */
		code->eval = cel_eval_failure;
		break;
	default:
		code->eval = simple[node->kind];
		code->index = (uint32_t)node->local;
	}
}

/* The value of a lazy variable that depends on nothing. NULL: the node is something else. */
static const struct ub_cel_value *constant_of(const struct node *node)
{
	bool lazy = node->kind == NODE_NAME && node->name_kind == NAME_VARIABLE && node->variable->lazy;
	const struct ub_cel_code *code = lazy ? node->variable->lazy->code : NULL;
	return code && code->eval == cel_eval_constant ? &code->value : NULL;
}

/* Finds whether the result depends on variables, and on which locals of the loops around it. */
static void find_dependence(struct node *node)
{
	bool variable = node->kind == NODE_NAME && node->name_kind == NAME_VARIABLE;
	node->lowest_local = SIZE_MAX;
	node->varies = node->failure || (variable && !constant_of(node));
	if (node->kind == NODE_NAME && node->name_kind == NAME_LOCAL)
		node->lowest_local = node->local;
	for (size_t i = 0; i < node->n_overloads; i++)
		node->varies |= node->overloads[i]->not_constant || !node->overloads[i]->function;
	for (size_t i = 0; i < node->n_args; i++) {
		node->varies |= node->args[i]->varies;
		if (node->args[i]->lowest_local < node->lowest_local)
			node->lowest_local = node->args[i]->lowest_local;
	}
	bool brings_locals = node->kind == NODE_LOOP || node->kind == NODE_BIND || node->kind == NODE_OPT_MAP;
	if (brings_locals && node->lowest_local != SIZE_MAX && node->lowest_local >= node->local)
		node->lowest_local = SIZE_MAX;
}

static void fold(struct compile *compile, struct node *node, struct ub_cel_code *code)
{
	if (node->varies || node->lowest_local != SIZE_MAX || code->eval == cel_eval_constant)
		return;
	const struct ub_cel_value *constant = constant_of(node);
	if (constant) {
		if (compile->folding)
			become_constant(code, *constant);
		return;
	}
	struct ub_cel_value value = cel_start(compile->program, code, NULL, compile->arena, FOLD_COST);
	if (value.kind != UB_CEL_ERROR) {
		if (compile->folding)
			become_constant(code, value);
		return;
	}
	node->varies = true;
	if (compile->strict && strcmp(value.error->code, "cost-limit") != 0)
		cel_issue(compile->arena, compile->issues, node->at, node->len, "constant-error",
		    ub_textf(compile->arena, "this can only fail: %.*s", UB_ARGS(value.error->message)));
}

/* Compiles the checked tree into node->code. */
static void compile_node(struct compile *compile, struct node *node)
{
	for (size_t i = 0; i < node->n_args; i++)
		compile_node(compile, node->args[i]);
	struct ub_cel_code *code = new_code(compile, node);
	find_dependence(node);
	choose(compile, node, code);
	node->code = code;
	if (compile->folding || compile->strict)
		fold(compile, node, code);
}

static bool compile_program(
    struct ub_cel_program *program, struct ub_arena *arena, struct ub_cel_issues *issues)
{
	size_t before = issues->n;
	struct compile compile = { .program = program,
		.arena = arena,
		.issues = issues,
		.strict = program->env->config.strict,
		.folding = !program->env->config.no_folding };
	compile_node(&compile, program->root);
	program->code = program->root->code;
	return issues->n == before;
}

const struct ub_cel_program *ub_cel_compile(const struct ub_cel_env *env, struct ub_arena *arena,
    struct ub_text text, const struct ub_cel_type *expected, struct ub_cel_issues *issues)
{
	struct node *root = cel_parse(arena, text, !env->config.no_macros, issues);
	if (!root)
		return NULL;
	struct check check = {
		.env = env, .arena = arena, .issues = issues, .text = text, .unchecked = env->config.unchecked
	};
	if (!cel_check(&check, root, expected))
		return NULL;
	struct ub_cel_program *program = UB_NEW(arena, struct ub_cel_program);
	*program =
	    (struct ub_cel_program){ .text = text, .env = env, .root = root, .n_locals = check.max_locals };
	if (expected && expected->kind != UB_CEL_DYN && !ub_cel_type_known(expected, root->type))
		program->expected = expected;
	if (!compile_program(program, arena, issues))
		return NULL;
	cel_find_unguarded(program, arena);
	return program;
}

struct ub_text ub_cel_program_text(const struct ub_cel_program *program)
{
	return program->text;
}

const struct ub_cel_type *ub_cel_program_type(const struct ub_cel_program *program)
{
	return program->root->type;
}

bool ub_cel_program_constant(const struct ub_cel_program *program, struct ub_cel_value *value)
{
	if (program->code->eval != cel_eval_constant)
		return false;
	*value = program->code->value;
	return true;
}
