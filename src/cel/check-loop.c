/* SPDX-License-Identifier: Apache-2.0 */
#include "ast-private.h"

/* Checks of macros that declare variables. */

static void push_local(
    struct check *check, struct node *node, struct ub_text name, const struct ub_cel_type *type)
{
	if (check->n_locals == check->cap_locals)
		check->locals = ub_vec_grow(check->arena, check->locals, &check->cap_locals, check->n_locals,
		    sizeof(check->locals[0]));
	const struct node *source = node->args[0];
	check->locals[check->n_locals++] = (struct local){ .name = name,
		.type = type,
		.audience = source->audience,
		.definition = node,
		.blame = source->audience ? source : NULL };
	if (check->n_locals > check->max_locals)
		check->max_locals = check->n_locals;
}

static void check_bind(struct check *check, struct node *node)
{
	cel_check_node(check, node->args[0]);
	push_local(check, node, node->vars[0], node->args[0]->type);
	cel_check_node(check, node->args[1]);
	check->n_locals--;
	cel_check_join(node, node->args[1]); /* the value's label counts where the variable is used */
	node->type = node->args[1]->type;
}

static void check_optional_map(struct check *check, struct node *node)
{
	cel_check_node(check, node->args[0]);
	cel_check_join(node, node->args[0]);
	const struct ub_cel_type *inner = cel_unify_fresh(check);
	struct node *operand = node->args[0];
	if (!cel_unify_fits(check, cel_type_optional(check->arena, inner), operand->type))
		cel_check_fail(check, node, operand->at, operand->len, "wrong-type",
		    ub_textf(check->arena, "%.*s() needs an optional value, this is of type %.*s",
			UB_ARGS(node->name), UB_ARGS(cel_check_shown(check, operand->type))));
	if (cel_type_is_dyn(cel_unify_resolve(check, operand->type)))
		inner = &ub_cel_type_dyn;
	push_local(check, node, node->vars[0], inner);
	struct node *body = node->args[1];
	cel_check_node(check, body);
	check->n_locals--;
	cel_check_join(node, body);
	if (node->type)
		return;
	if (!node->optional) {
		node->type = cel_type_optional(check->arena, body->type);
		return;
	}
	const struct ub_cel_type *result = cel_type_optional(check->arena, cel_unify_fresh(check));
	if (!cel_unify_fits(check, result, body->type))
		cel_check_fail(check, node, body->at, body->len, "wrong-type",
		    ub_textf(check->arena, "optFlatMap() must give an optional value, this is of type %.*s",
			UB_ARGS(cel_check_shown(check, body->type))));
	else
		node->type = result;
}

/* The types of the loop's variables. False: the range is neither list nor map, and an issue has been
 * added. */
static bool range_types(struct check *check, struct node *node, const struct ub_cel_type *vars[2])
{
	struct node *range = node->args[0];
	const struct ub_cel_type *type = cel_unify_resolve(check, range->type);
	vars[0] = vars[1] = &ub_cel_type_dyn;
	if (cel_unify_as_dyn(check, type))
		return true;
	switch (type->kind) {
	case UB_CEL_LIST:
		vars[0] = node->n_vars == 1 ? type->params[0] : &ub_cel_type_int;
		vars[1] = type->params[0];
		return true;
	case UB_CEL_MAP:
		vars[0] = type->params[0];
		vars[1] = type->params[1];
		return true;
	default:
		cel_check_fail(check, node, range->at, range->len, "wrong-type",
		    ub_textf(check->arena, "%.*s() goes through a list or a map, this is of type %.*s",
			UB_ARGS(node->name), UB_ARGS(cel_check_shown(check, type))));
		return false;
	}
}

static void must_be_bool(struct check *check, struct node *node, struct node *part)
{
	if (cel_unify_fits(check, &ub_cel_type_bool, part->type))
		return;
	cel_check_fail(check, node, part->at, part->len, "wrong-type",
	    ub_textf(check->arena, "the condition of %.*s() must be a bool, this is of type %.*s",
		UB_ARGS(node->name), UB_ARGS(cel_check_shown(check, part->type))));
}

static const struct ub_cel_type *entry_type(struct check *check, struct node *node, struct node *body)
{
	const struct ub_cel_type *key = cel_unify_fresh(check), *value = cel_unify_fresh(check);
	const struct ub_cel_type *map = cel_type_map(check->arena, key, value);
	if (cel_unify_fits(check, map, body->type))
		return map;
	cel_check_fail(check, node, body->at, body->len, "wrong-type",
	    ub_textf(check->arena, "transformMapEntry() must give a map, this is of type %.*s",
		UB_ARGS(cel_check_shown(check, body->type))));
	return NULL;
}

static const struct ub_cel_type *loop_type(
    struct check *check, struct node *node, struct node *body, const struct ub_cel_type *vars[2])
{
	switch (node->loop) {
	case LOOP_ALL:
	case LOOP_EXISTS:
	case LOOP_EXISTS_ONE:
		must_be_bool(check, node, body);
		return &ub_cel_type_bool;
	case LOOP_FILTER:
		must_be_bool(check, node, body);
		return cel_type_list(check->arena, vars[0]);
	case LOOP_MAP:
		return cel_type_list(check->arena, body->type);
	case LOOP_TRANSFORM_MAP:
		return cel_type_map(check->arena, vars[0], body->type);
	case LOOP_TRANSFORM_MAP_ENTRY:
		return entry_type(check, node, body);
	}
	return NULL;
}

static void check_loop(struct check *check, struct node *node)
{
	const struct ub_cel_type *vars[2];
	cel_check_node(check, node->args[0]);
	cel_check_join(node, node->args[0]);
	if (!range_types(check, node, vars) && !check->unchecked)
		return;
	node->local = check->n_locals;
	for (size_t i = 0; i < node->n_vars; i++)
		push_local(check, node, node->vars[i], vars[i]);
	for (size_t i = 1; i < node->n_args; i++) {
		cel_check_node(check, node->args[i]);
		cel_check_join(node, node->args[i]);
	}
	if (node->has_filter)
		must_be_bool(check, node, node->args[1]);
	const struct ub_cel_type *type = loop_type(check, node, node->args[node->n_args - 1], vars);
	if (!node->type)
		node->type = type;
	check->n_locals -= node->n_vars;
}

void cel_check_loop(struct check *check, struct node *node)
{
	node->local = check->n_locals;
	if (node->kind == NODE_BIND)
		check_bind(check, node);
	else if (node->kind == NODE_OPT_MAP)
		check_optional_map(check, node);
	else
		check_loop(check, node);
}
