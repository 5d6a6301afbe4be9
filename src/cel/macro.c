/* SPDX-License-Identifier: Apache-2.0 */
#include "ast-private.h"

/* Macros of langdef.md, "Macros", and of the extensions. The call of a macro becomes a node of its own
 * kind. */

struct macro;
typedef struct node *expand_fn(struct parser *parser, struct node *call, const struct macro *macro);

struct macro {
	const char *name;
	const char *receiver; /* a name before the dot; NULL: any receiver; "": no receiver */
	size_t args;          /* without the receiver */
	expand_fn *expand;
	enum loop_kind loop;
	size_t vars;
	bool has_filter;
};

/* Argument i of the call, not counting the receiver. */
static struct node *argument(struct node *call, size_t i)
{
	return call->args[i + call->receiver];
}

static struct node *misuse(struct parser *parser, const struct node *at, const char *message)
{
	return cel_parse_fail(parser, at->at, at->len, "macro", ub_text(message), "");
}

static bool take_variable(struct parser *parser, struct node *node, struct node *into)
{
	if (node->kind != NODE_NAME || node->rooted) {
		misuse(parser, node, "this must be the plain name of a variable");
		return false;
	}
	for (size_t i = 0; i < into->n_vars; i++) {
		if (ub_text_eq(into->vars[i], node->name)) {
			misuse(parser, node, "the two variables need different names");
			return false;
		}
	}
	into->vars[into->n_vars++] = node->name;
	return true;
}

/* A node of that kind in the place of the call. */
static struct node *replace(
    struct parser *parser, const struct node *call, enum node_kind kind, struct node *const *args, size_t n)
{
	struct node *node = cel_node(parser, kind, call->at, args, n);
	if (!node)
		return NULL;
	node->name = call->name;
	node->name_at = call->name_at;
	node->name_len = call->name_len;
	return node;
}

static struct node *expand_has(struct parser *parser, struct node *call, const struct macro *macro)
{
	(void)macro;
	struct node *select = call->args[0];
	if (select->kind != NODE_SELECT || select->optional || select->test)
		return misuse(parser, select, "has() asks for a field: has(x.field)");
	struct node *node = replace(parser, call, NODE_SELECT, select->args, 1);
	if (!node)
		return NULL;
	node->name = select->name;
	node->name_at = select->name_at;
	node->name_len = select->name_len;
	node->test = true;
	return node;
}

static struct node *expand_loop(struct parser *parser, struct node *call, const struct macro *macro)
{
	struct node *args[3];
	size_t n = 0;
	args[n++] = call->args[0];
	for (size_t i = macro->vars; i < macro->args; i++)
		args[n++] = argument(call, i);
	struct node *node = replace(parser, call, NODE_LOOP, args, n);
	if (!node)
		return NULL;
	node->loop = macro->loop;
	node->has_filter = macro->has_filter;
	for (size_t i = 0; i < macro->vars; i++)
		if (!take_variable(parser, argument(call, i), node))
			return NULL;
	return node;
}

static struct node *expand_bind(struct parser *parser, struct node *call, const struct macro *macro)
{
	(void)macro;
	struct node *node =
	    replace(parser, call, NODE_BIND, (struct node *[]){ argument(call, 1), argument(call, 2) }, 2);
	return node && take_variable(parser, argument(call, 0), node) ? node : NULL;
}

static struct node *expand_opt_map(struct parser *parser, struct node *call, const struct macro *macro)
{
	struct node *node =
	    replace(parser, call, NODE_OPT_MAP, (struct node *[]){ call->args[0], argument(call, 1) }, 2);
	if (!node || !take_variable(parser, argument(call, 0), node))
		return NULL;
	node->optional = ub_text_is(ub_text(macro->name), "optFlatMap");
	return node;
}

/* math.greatest() and least() take any number of arguments. Three and more become a list. */
static struct node *expand_extreme(struct parser *parser, struct node *call)
{
	if (call->n_args == 1)
		return misuse(parser, call, "this needs at least one number");
	if (call->n_args <= 3)
		return call;
	struct node *list = cel_node(parser, NODE_LIST, call->args[1]->at, call->args + 1, call->n_args - 1);
	if (!list)
		return NULL;
	call->args[1] = list;
	call->n_args = 2;
	if (list->depth >= call->depth)
		call->depth = list->depth + 1;
	return call;
}

static const struct macro macros[] = {
	{ "has", "", 1, expand_has, 0, 0, false },
	{ "all", NULL, 2, expand_loop, LOOP_ALL, 1, false },
	{ "all", NULL, 3, expand_loop, LOOP_ALL, 2, false },
	{ "exists", NULL, 2, expand_loop, LOOP_EXISTS, 1, false },
	{ "exists", NULL, 3, expand_loop, LOOP_EXISTS, 2, false },
	{ "exists_one", NULL, 2, expand_loop, LOOP_EXISTS_ONE, 1, false },
	{ "exists_one", NULL, 3, expand_loop, LOOP_EXISTS_ONE, 2, false },
	{ "existsOne", NULL, 2, expand_loop, LOOP_EXISTS_ONE, 1, false },
	{ "existsOne", NULL, 3, expand_loop, LOOP_EXISTS_ONE, 2, false },
	{ "filter", NULL, 2, expand_loop, LOOP_FILTER, 1, false },
	{ "map", NULL, 2, expand_loop, LOOP_MAP, 1, false },
	{ "map", NULL, 3, expand_loop, LOOP_MAP, 1, true },
	{ "transformList", NULL, 3, expand_loop, LOOP_MAP, 2, false },
	{ "transformList", NULL, 4, expand_loop, LOOP_MAP, 2, true },
	{ "transformMap", NULL, 3, expand_loop, LOOP_TRANSFORM_MAP, 2, false },
	{ "transformMap", NULL, 4, expand_loop, LOOP_TRANSFORM_MAP, 2, true },
	{ "transformMapEntry", NULL, 3, expand_loop, LOOP_TRANSFORM_MAP_ENTRY, 2, false },
	{ "transformMapEntry", NULL, 4, expand_loop, LOOP_TRANSFORM_MAP_ENTRY, 2, true },
	{ "bind", "cel", 3, expand_bind, 0, 0, false },
	{ "optMap", NULL, 2, expand_opt_map, 0, 0, false },
	{ "optFlatMap", NULL, 2, expand_opt_map, 0, 0, false },
};

static bool is_name(const struct node *node, const char *name)
{
	return node->kind == NODE_NAME && ub_text_is(node->name, name);
}

struct node *cel_expand_macro(struct parser *parser, struct node *call)
{
	if (call->receiver && is_name(call->args[0], "math") &&
	    (ub_text_is(call->name, "greatest") || ub_text_is(call->name, "least")))
		return expand_extreme(parser, call);
	for (size_t i = 0; i < UB_COUNT(macros); i++) {
		const struct macro *macro = &macros[i];
		if (!ub_text_is(call->name, macro->name) || call->n_args - call->receiver != macro->args)
			continue;
		bool wanted = !macro->receiver     ? call->receiver
			      : macro->receiver[0] ? call->receiver && is_name(call->args[0], macro->receiver)
						   : !call->receiver && !call->rooted;
		if (wanted)
			return macro->expand(parser, call, macro);
	}
	return call;
}
