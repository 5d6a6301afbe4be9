/* SPDX-License-Identifier: Apache-2.0 */
#include "ast-private.h"

/* Types and labels of all nodes but names, fields, calls and loops (check-name.c, check-field.c,
 * check-call.c, check-loop.c). */

/* ---- indexes ---- */

static const struct ub_cel_type *element_type(
    struct check *check, struct node *node, const struct ub_cel_type *type)
{
	const struct node *index = node->args[1];
	const struct ub_cel_type *key = NULL;
	type = cel_unify_resolve(check, type);
	if (cel_unify_as_dyn(check, type))
		return &ub_cel_type_dyn;
	switch (type->kind) {
	case UB_CEL_LIST:
		key = &ub_cel_type_int;
		break;
	case UB_CEL_MAP:
		key = type->params[0];
		break;
	default:
		cel_check_fail(check, node, node->args[0]->at, node->args[0]->len, "wrong-type",
		    ub_textf(check->arena, "a value of type %.*s cannot be indexed",
			UB_ARGS(cel_check_shown(check, type))));
		return NULL;
	}
	if (!cel_unify_fits(check, key, index->type)) {
		cel_check_fail(check, node, index->at, index->len, "wrong-type",
		    ub_textf(check->arena, "the index is of type %.*s, not %.*s",
			UB_ARGS(cel_check_shown(check, index->type)), UB_ARGS(cel_check_shown(check, key))));
		return NULL;
	}
	return type->params[type->kind == UB_CEL_MAP];
}

static void check_index(struct check *check, struct node *node)
{
	for (size_t i = 0; i < 2; i++) {
		cel_check_node(check, node->args[i]);
		cel_check_join(node, node->args[i]);
	}
	const struct ub_cel_type *operand = cel_unify_resolve(check, node->args[0]->type);
	bool optional = operand->kind == UB_CEL_OPTIONAL;
	const struct ub_cel_type *type = element_type(check, node, optional ? operand->params[0] : operand);
	if (type)
		node->type = node->optional || optional ? cel_type_optional(check->arena, type) : type;
}

/* ---- lists and maps ---- */

/* The type dyn hides the labels of everything that the part leads to. So the node gets these labels. */
static void join_reach(
    struct check *check, struct node *node, const struct node *part, const struct ub_cel_type *type)
{
	const struct ub_cel_type *own = cel_unify_final(check, part->type);
	type = cel_unify_final(check, type);
	if (cel_type_contains_dyn(type) && !cel_type_same(own, type) &&
	    ub_cel_type_audience(own) > node->audience) {
		node->audience = ub_cel_type_audience(own);
		node->blame = part;
	}
}

/* The common type of the arguments from `first` on, each `stride`th. */
static const struct ub_cel_type *common_type(
    struct check *check, struct node *node, size_t first, size_t stride)
{
	const struct ub_cel_type *common = NULL;
	for (size_t i = first; i < node->n_args; i += stride) {
		const struct node *part = node->args[i];
		const struct ub_cel_type *type = part->type;
		bool is_value = stride == 1 || first == 1;
		if (is_value && node->optional_items && node->optional_items[i / stride]) {
			const struct ub_cel_type *inner = cel_unify_fresh(check);
			if (!cel_unify_fits(check, cel_type_optional(check->arena, inner), type))
				cel_check_fail(check, node, part->at, part->len, "wrong-type",
				    ub_textf(check->arena,
					"after `?` there must be an optional value, not %.*s",
					UB_ARGS(cel_check_shown(check, type))));
			type = inner;
		}
		common = common ? cel_unify_join(check, common, type) : type;
	}
	if (!common)
		return cel_unify_fresh(check);
	for (size_t i = first; i < node->n_args; i += stride)
		join_reach(check, node, node->args[i], common);
	return common;
}

static void check_parts(struct check *check, struct node *node)
{
	for (size_t i = 0; i < node->n_args; i++) {
		cel_check_node(check, node->args[i]);
		cel_check_join(node, node->args[i]);
	}
}

static void check_list(struct check *check, struct node *node)
{
	check_parts(check, node);
	const struct ub_cel_type *element = common_type(check, node, 0, 1);
	if (!node->type)
		node->type = cel_type_list(check->arena, element);
}

static void check_map(struct check *check, struct node *node)
{
	check_parts(check, node);
	for (size_t i = 0; i < node->n_args; i += 2) {
		const struct ub_cel_type *key = cel_unify_resolve(check, node->args[i]->type);
		if (!cel_type_is_dyn(key) && key->kind != UB_CEL_PARAM && key->kind != UB_CEL_BOOL &&
		    key->kind != UB_CEL_INT && key->kind != UB_CEL_UINT && key->kind != UB_CEL_STRING)
			cel_check_fail(check, node, node->args[i]->at, node->args[i]->len, "wrong-type",
			    UB_TEXT("a map's key must be an int, uint, bool or string"));
	}
	const struct ub_cel_type *key = common_type(check, node, 0, 2),
				 *value = common_type(check, node, 1, 2);
	if (!node->type)
		node->type = cel_type_map(check->arena, key, value);
}

/* ---- logic ---- */

static void must_be_bool(struct check *check, struct node *node, struct node *part, const char *what)
{
	if (cel_unify_fits(check, &ub_cel_type_bool, part->type))
		return;
	struct ub_cel_issue *issue = cel_check_fail(check, node, part->at, part->len, "wrong-type",
	    ub_textf(check->arena, "%s must be a bool, this is of type %.*s", what,
		UB_ARGS(cel_check_shown(check, part->type))));
	if (part->kind == NODE_LITERAL && (node->kind == NODE_OR || node->kind == NODE_AND))
		issue->help = UB_TEXT("each side is a whole comparison; for one of several values: "
				      "`... in [\"A\", \"B\"]`");
}

static void check_logic(struct check *check, struct node *node)
{
	check_parts(check, node);
	for (size_t i = 0; i < node->n_args; i++)
		must_be_bool(check, node, node->args[i],
		    node->kind == NODE_AND ? "what `&&` joins" : "what `||` joins");
	if (!node->type)
		node->type = &ub_cel_type_bool;
}

static void check_condition(struct check *check, struct node *node)
{
	check_parts(check, node);
	must_be_bool(check, node, node->args[0], "what stands before `?`");
	const struct ub_cel_type *common = cel_unify_fresh(check);
	if (!cel_unify_fits(check, common, node->args[1]->type) ||
	    !cel_unify_fits(check, common, node->args[2]->type)) {
		cel_check_fail(check, node, node->at, node->len, "wrong-type",
		    ub_textf(check->arena, "the two outcomes are of different types, %.*s and %.*s",
			UB_ARGS(cel_check_shown(check, node->args[1]->type)),
			UB_ARGS(cel_check_shown(check, node->args[2]->type))));
		return;
	}
	if (node->type)
		return;
	node->type = common;
	for (size_t i = 1; i < 3; i++)
		join_reach(check, node, node->args[i], common);
}

/* ---- all together ---- */

static void check_literal(struct check *check, struct node *node)
{
	(void)check;
	node->type = cel_type_of_value(node->value);
}

static void check_select(struct check *check, struct node *node)
{
	if (cel_check_qualified(check, node))
		return;
	cel_check_node(check, node->args[0]);
	cel_check_field(check, node);
}

static void check_struct(struct check *check, struct node *node)
{
	check_parts(check, node);
	cel_check_fail(check, node, node->at, (size_t)node->name.len, "unknown-name",
	    ub_textf(check->arena, "values of a type `%.*s` cannot be written in an expression",
		UB_ARGS(node->name)));
}

/* cel_check_name() has checked all nodes that it made. */
static void check_opened(struct check *check, struct node *node)
{
	(void)check, (void)node;
}

void cel_check_node(struct check *check, struct node *node)
{
	static void (*const checks[])(struct check * check, struct node * node) = {
		[NODE_LITERAL] = check_literal,
		[NODE_NAME] = cel_check_name,
		[NODE_SELECT] = check_select,
		[NODE_INDEX] = check_index,
		[NODE_CALL] = cel_check_call,
		[NODE_AND] = check_logic,
		[NODE_OR] = check_logic,
		[NODE_COND] = check_condition,
		[NODE_LIST] = check_list,
		[NODE_MAP] = check_map,
		[NODE_STRUCT] = check_struct,
		[NODE_LOOP] = cel_check_loop,
		[NODE_BIND] = cel_check_loop,
		[NODE_OPT_MAP] = cel_check_loop,
		[NODE_OPENED] = check_opened,
	};
	checks[node->kind](check, node);
	if (check->unchecked)
		node->type = &ub_cel_type_dyn;
}

static void finish(struct check *check, struct node *node)
{
	/* After a refusal, some parts may be unchecked. */
	node->type = node->type ? cel_unify_final(check, node->type) : &cel_type_failed;
	for (size_t i = 0; i < node->n_args; i++)
		finish(check, node->args[i]);
}

static void report_result(struct check *check, struct node *root, const struct ub_cel_type *expected)
{
	struct ub_cel_issue *issue = cel_issue(check->arena, check->issues, root->at, root->len, "wrong-type",
	    ub_textf(check->arena, "this must be of type %.*s, it is of type %.*s",
		UB_ARGS(cel_type_shown(check->arena, expected)),
		UB_ARGS(cel_check_shown(check, root->type))));
	if (expected->kind == UB_CEL_BOOL)
		issue->help = UB_TEXT(
		    "ask something of it that is true or false: compare it with `==`, `<` or the like");
}

bool cel_check(struct check *check, struct node *root, const struct ub_cel_type *expected)
{
	size_t before = check->issues->n;
	cel_check_node(check, root);
	if (expected && !cel_unify_fits(check, expected, root->type))
		report_result(check, root, expected);
	finish(check, root);
	return check->issues->n == before && !check->lacks_name;
}
