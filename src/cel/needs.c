/* SPDX-License-Identifier: Apache-2.0 */
#include "code-private.h"

/* What a program needs in order to be true: it is folded with one field false and all else unknown. */

enum truth { IS_FALSE, IS_TRUE, IS_UNKNOWN };

/* Nodes that are folded for one program. Definitions that use each other can double their number at each
 * step; past this many the answer is "unknown". */
#define NODES_MAX 10000

struct fold {
	struct ub_text variable, field;
	size_t nodes;
};

static enum truth fold(struct fold *state, const struct node *node);

static bool is_field(const struct fold *state, const struct node *node)
{
	const struct node *operand = node->n_args == 1 ? node->args[0] : NULL;
	return node->kind == NODE_SELECT && !node->test && !node->optional &&
	       ub_text_eq(node->name, state->field) && operand->kind == NODE_NAME &&
	       operand->name_kind == NAME_VARIABLE && !operand->variable->lazy &&
	       ub_text_eq(operand->variable->name, state->variable);
}

/* One operand that decides does so, whatever the others give, as CEL has it. */
static enum truth fold_logic(struct fold *state, const struct node *node, enum truth decides)
{
	enum truth truth = decides == IS_FALSE ? IS_TRUE : IS_FALSE;
	for (size_t i = 0; i < node->n_args; i++) {
		enum truth one = fold(state, node->args[i]);
		if (one == decides)
			return decides;
		if (one == IS_UNKNOWN)
			truth = IS_UNKNOWN;
	}
	return truth;
}

static enum truth fold_condition(struct fold *state, const struct node *node)
{
	enum truth condition = fold(state, node->args[0]);
	if (condition != IS_UNKNOWN)
		return fold(state, node->args[condition == IS_TRUE ? 1 : 2]);
	enum truth then = fold(state, node->args[1]);
	return then == fold(state, node->args[2]) ? then : IS_UNKNOWN;
}

static enum truth fold(struct fold *state, const struct node *node)
{
	if (++state->nodes > NODES_MAX)
		return IS_UNKNOWN;
	if (is_field(state, node))
		return IS_FALSE;
	if (node->kind == NODE_AND || node->kind == NODE_OR)
		return fold_logic(state, node, node->kind == NODE_AND ? IS_FALSE : IS_TRUE);
	if (node->kind == NODE_COND)
		return fold_condition(state, node);
	if (node->kind == NODE_NAME && node->name_kind == NAME_VARIABLE && node->variable->lazy)
		return fold(state, node->variable->lazy->root);
	if (node->kind == NODE_CALL && ub_text_is(node->name, "!_") && node->n_args == 1) {
		enum truth operand = fold(state, node->args[0]);
		return operand == IS_UNKNOWN ? operand : operand == IS_TRUE ? IS_FALSE : IS_TRUE;
	}
	if (node->kind == NODE_LITERAL && node->value.kind == UB_CEL_BOOL)
		return node->value.b ? IS_TRUE : IS_FALSE;
	return IS_UNKNOWN;
}

bool ub_cel_program_needs(const struct ub_cel_program *program, struct ub_text variable, struct ub_text field)
{
	struct fold state = { .variable = variable, .field = field };
	return fold(&state, program->root) == IS_FALSE;
}
