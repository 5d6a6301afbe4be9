/* SPDX-License-Identifier: Apache-2.0 */
#include "ast-private.h"

/* The names that an expression reads, without those that it binds itself, as the `p` of `list.all(p, ...)`.
 */

/* The node that binds variables, and those around it. */
struct binder {
	const struct node *node;
	const struct binder *outer;
};

static bool is_bound(const struct binder *binder, struct ub_text name)
{
	for (; binder; binder = binder->outer)
		for (size_t i = 0; i < binder->node->n_vars; i++)
			if (ub_text_eq(binder->node->vars[i], name))
				return true;
	return false;
}

static void collect(
    const struct node *node, const struct binder *binder, struct ub_arena *arena, struct ub_texts *names)
{
	if (node->kind == NODE_NAME && !is_bound(binder, node->name) && !ub_texts_have(*names, node->name))
		*ub_push(arena, names) = node->name;
	/* What is bound is read from the second operand on: the first is the range or the value. */
	const struct binder own = { node, binder };
	for (size_t i = 0; i < node->n_args; i++)
		collect(node->args[i], node->n_vars && i ? &own : binder, arena, names);
}

struct ub_texts ub_cel_names(struct ub_text text, struct ub_arena *arena)
{
	struct ub_texts names = { 0 };
	struct ub_cel_issues issues = { NULL, 0, 0 };
	const struct node *root = cel_parse(arena, text, true, &issues);
	if (root)
		collect(root, NULL, arena, &names);
	return names;
}
