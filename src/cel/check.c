/* SPDX-License-Identifier: Apache-2.0 */
#include "ast-private.h"

#include <string.h>

/* Names, types and labels of everything but calls and loops (check-call.c, check-loop.c). */

struct ub_cel_issue *cel_check_fail(
    struct check *check, struct node *node, size_t at, size_t len, const char *code, struct ub_text message)
{
	node->type = &cel_type_failed;
	if (!check->unchecked)
		return cel_issue(check->arena, check->issues, at, len, code, message);
	node->failure = code;
	node->failure_message = message;
	return UB_NEW(check->arena, struct ub_cel_issue);
}

void cel_check_label(struct node *node, enum ub_cel_audience audience)
{
	if (audience <= node->audience)
		return;
	node->audience = audience;
	node->blame = node;
}

void cel_check_join(struct node *node, const struct node *part)
{
	if (part->audience <= node->audience)
		return;
	node->audience = part->audience;
	node->blame = part;
}

static const struct ub_cel_type *literal_type(struct ub_cel_value value)
{
	return cel_type_of_value(value);
}

/* ---- names ---- */

static const struct local *find_local(const struct check *check, struct ub_text name)
{
	for (size_t i = check->n_locals; i-- > 0;)
		if (ub_text_eq(check->locals[i].name, name))
			return &check->locals[i];
	return NULL;
}

bool cel_check_dotted(const struct check *check, const struct node *node, struct ub_buf *out, bool *rooted)
{
	if (node->kind == NODE_NAME) {
		*rooted = node->rooted;
		if (node->name_kind != NAME_UNKNOWN)
			return false;
		ub_buf_add(out, node->name);
		return node->rooted || !find_local(check, node->name);
	}
	if (node->kind != NODE_SELECT || node->optional || node->test || node->args[0]->closed ||
	    !cel_check_dotted(check, node->args[0], out, rooted))
		return false;
	ub_buf_char(out, '.');
	ub_buf_add(out, node->name);
	return true;
}

bool cel_check_candidate(struct check *check, struct ub_text *container, bool *last, struct ub_text name,
    struct ub_text *candidate)
{
	if (*last)
		return false;
	*last = container->len == 0;
	*candidate = *last ? name : ub_textf(check->arena, "%.*s.%.*s", UB_ARGS(*container), UB_ARGS(name));
	size_t dot = container->len;
	while (dot > 0 && container->ptr[dot - 1] != '.')
		dot--;
	*container = ub_text_sub(*container, 0, dot ? dot - 1 : 0);
	return true;
}

static const struct variable *find_variable(
    struct check *check, const struct ub_cel_env *env, struct ub_text name, bool rooted)
{
	struct ub_text container = rooted ? UB_TEXT_NONE : env->config.container, candidate;
	for (bool last = false; cel_check_candidate(check, &container, &last, name, &candidate);) {
		const struct variable *variable = cel_env_variable(env, candidate);
		if (variable)
			return variable;
	}
	return NULL;
}

static const struct ub_cel_type *find_type(struct check *check, struct ub_text name, bool rooted)
{
	struct ub_text container = rooted ? UB_TEXT_NONE : check->env->config.container, candidate;
	for (bool last = false; cel_check_candidate(check, &container, &last, name, &candidate);) {
		const struct ub_cel_type *type = cel_env_type_name(check->env, candidate);
		if (type)
			return type;
	}
	return NULL;
}

static void become_variable(struct node *node, const struct variable *variable)
{
	node->kind = NODE_NAME;
	node->n_args = 0;
	node->name_kind = NAME_VARIABLE;
	node->variable = variable;
	node->type = variable->type;
	cel_check_label(node, variable->audience);
}

static struct node *new_node(struct check *check, const struct node *place, enum node_kind kind)
{
	struct node *node = UB_NEW(check->arena, struct node);
	*node = (struct node){ .kind = kind,
		.at = place->at,
		.len = place->len,
		.name_at = place->name_at,
		.name_len = place->name_len,
		.name = place->name,
		.rooted = place->rooted };
	return node;
}

/* `variable.name` in the place of `name`. */
static struct node *opened_field(
    struct check *check, const struct node *place, const struct variable *variable)
{
	struct node *operand = new_node(check, place, NODE_NAME);
	operand->name = variable->name;
	become_variable(operand, variable);
	struct node *select = new_node(check, place, NODE_SELECT);
	select->args = UB_NEW_ARRAY(check->arena, struct node *, 1);
	select->args[0] = operand;
	select->n_args = 1;
	return select;
}

static bool may_have_field(const struct variable *variable, struct ub_text name)
{
	size_t index;
	if (variable->type->kind == UB_CEL_OBJECT)
		return cel_type_field(variable->type, name, &index) != NULL;
	return variable->type->kind == UB_CEL_MAP || variable->type->kind == UB_CEL_DYN;
}

static bool check_opened(struct check *check, struct node *node, const struct ub_cel_env *env);

/* The name as env and what is outside it see it. */
static bool check_name_in(struct check *check, struct node *node, const struct ub_cel_env *env)
{
	for (; env; env = env->parent) {
		const struct variable *variable = find_variable(check, env, node->name, node->rooted);
		if (variable) {
			become_variable(node, variable);
			return true;
		}
		if (env->opened.n && !node->rooted && check_opened(check, node, env))
			return true;
	}
	return false;
}

/* A field of the variables that env opens; of a map or dyn it is seen only when evaluated, with what is found
 * further out behind it. */
static bool check_opened(struct check *check, struct node *node, const struct ub_cel_env *env)
{
	for (size_t i = env->opened.n; i-- > 0;) {
		const struct variable *variable = env->opened.items[i];
		if (!may_have_field(variable, node->name))
			continue;
		struct node *select = opened_field(check, node, variable);
		cel_check_node(check, select);
		if (variable->type->kind == UB_CEL_OBJECT) {
			*node = *select;
			if (node->blame == select)
				node->blame = node;
			return true;
		}
		struct node *further = new_node(check, node, NODE_NAME);
		node->kind = NODE_OPENED;
		node->args = UB_NEW_ARRAY(check->arena, struct node *, 2);
		node->args[0] = select;
		node->n_args = 1;
		node->type = &ub_cel_type_dyn;
		cel_check_join(node, select);
		if (env->parent && check_name_in(check, further, env->parent)) {
			node->args[node->n_args++] = further;
			cel_check_join(node, further);
		}
		return true;
	}
	return false;
}

/* Names that could have been meant. */
static void suggest_name(struct check *check, struct ub_cel_issue *issue, struct ub_text name)
{
	UB_VEC(struct ub_text) names = { 0 };
	for (size_t i = 0; i < check->n_locals; i++)
		*ub_push(check->arena, &names) = check->locals[i].name;
	for (const struct ub_cel_env *env = check->env; env; env = env->parent) {
		for (size_t i = 0; i < env->variables.n; i++)
			*ub_push(check->arena, &names) = env->variables.items[i]->name;
		for (size_t i = 0; i < env->opened.n; i++) {
			const struct ub_cel_type *type = env->opened.items[i]->type;
			for (size_t f = 0; type->kind == UB_CEL_OBJECT && f < ub_cel_field_count(type); f++)
				*ub_push(check->arena, &names) = ub_cel_field(type, f, NULL, NULL);
		}
	}
	struct ub_text meant = ub_suggest(name, names.items, names.n);
	issue->help = meant.len ? ub_textf(check->arena, "did you mean `%.*s`?", UB_ARGS(meant))
				: ub_textf(check->arena, "a text stands in quotes: \"%.*s\"", UB_ARGS(name));
}

static void check_name(struct check *check, struct node *node)
{
	if (node->name_kind != NAME_UNKNOWN)
		return; /* made by opened_field() */
	const struct local *local = node->rooted ? NULL : find_local(check, node->name);
	if (local) {
		node->name_kind = NAME_LOCAL;
		node->local = (size_t)(local - check->locals);
		node->type = local->type;
		node->definition = local->definition;
		node->item_variable = local->item;
		node->audience = local->audience;
		node->blame = local->blame;
		return;
	}
	if (check_name_in(check, node, check->env))
		return;
	const struct ub_cel_type *type = find_type(check, node->name, node->rooted);
	if (type) {
		node->name_kind = NAME_TYPE;
		node->value = ub_cel_type_value(type);
		node->type = cel_type_of(check->arena, type);
		return;
	}
	struct ub_cel_issue *issue = cel_check_fail(check, node, node->name_at, node->name_len,
	    "unknown-name", ub_textf(check->arena, "there is no `%.*s`", UB_ARGS(node->name)));
	suggest_name(check, issue, node->name);
}

/* a.b.c as one declared name, or a type's. */
static bool check_qualified(struct check *check, struct node *node)
{
	struct ub_buf name = UB_BUF(check->arena);
	bool rooted;
	if (node->test || node->optional || !cel_check_dotted(check, node, &name, &rooted))
		return false;
	for (const struct ub_cel_env *env = check->env; env; env = env->parent) {
		const struct variable *variable = find_variable(check, env, ub_buf_text(&name), rooted);
		if (variable) {
			become_variable(node, variable);
			return true;
		}
	}
	const struct ub_cel_type *type = find_type(check, ub_buf_text(&name), rooted);
	if (!type)
		return false;
	node->kind = NODE_NAME;
	node->n_args = 0;
	node->name_kind = NAME_TYPE;
	node->value = ub_cel_type_value(type);
	node->type = cel_type_of(check->arena, type);
	return true;
}

/* ---- selections ---- */

static void fail_field(struct check *check, struct node *node, const struct ub_cel_type *type)
{
	struct ub_cel_issue *issue = cel_check_fail(check, node, node->name_at, node->name_len,
	    "no-such-field",
	    ub_textf(check->arena, "`%.*s` has no field `%.*s`", UB_ARGS(type->name), UB_ARGS(node->name)));
	size_t n = ub_cel_field_count(type);
	struct ub_text *names = UB_NEW_ARRAY(check->arena, struct ub_text, n);
	for (size_t i = 0; i < n; i++)
		names[i] = ub_cel_field(type, i, NULL, NULL);
	struct ub_text meant = ub_suggest(node->name, names, n);
	if (meant.len)
		issue->help = ub_textf(check->arena, "did you mean `%.*s`?", UB_ARGS(meant));
}

/* The type of a field of `type`. */
static const struct ub_cel_type *field_type(
    struct check *check, struct node *node, const struct ub_cel_type *type)
{
	type = cel_unify_resolve(check, type);
	const struct field *field;
	switch (type->kind) {
	case UB_CEL_OBJECT:
		field = cel_type_field(type, node->name, &node->field);
		if (!field) {
			fail_field(check, node, type);
			return NULL;
		}
		cel_check_label(node, field->audience);
		return field->type;
	case UB_CEL_MAP:
		return type->params[1];
	case UB_CEL_PARAM:
		check->bound[type->variable] = &ub_cel_type_dyn;
		return &ub_cel_type_dyn;
	case UB_CEL_DYN:
	case UB_CEL_ERROR:
		return &ub_cel_type_dyn;
	default:
		cel_check_fail(check, node, node->name_at, node->name_len, "no-such-field",
		    ub_textf(check->arena, "a value of type %.*s has no fields",
			UB_ARGS(ub_cel_type_text(check->arena, cel_unify_final(check, type)))));
		return NULL;
	}
}

static void check_select(struct check *check, struct node *node)
{
	node->field = SIZE_MAX;
	if (check_qualified(check, node))
		return;
	cel_check_node(check, node->args[0]);
	cel_check_join(node, node->args[0]);
	const struct ub_cel_type *operand = cel_unify_resolve(check, node->args[0]->type);
	bool optional = operand->kind == UB_CEL_OPTIONAL;
	const struct ub_cel_type *type = field_type(check, node, optional ? operand->params[0] : operand);
	if (optional)
		node->field = SIZE_MAX;
	if (!type)
		return;
	if (node->test)
		node->type = &ub_cel_type_bool;
	else if (node->optional || optional)
		node->type = cel_type_optional(check->arena, type);
	else
		node->type = type;
}

/* ---- indexes ---- */

static const struct ub_cel_type *element_type(
    struct check *check, struct node *node, const struct ub_cel_type *type)
{
	const struct node *index = node->args[1];
	const struct ub_cel_type *key = NULL;
	type = cel_unify_resolve(check, type);
	switch (type->kind) {
	case UB_CEL_LIST:
		key = &ub_cel_type_int;
		break;
	case UB_CEL_MAP:
		key = type->params[0];
		break;
	case UB_CEL_PARAM:
		check->bound[type->variable] = &ub_cel_type_dyn;
		return &ub_cel_type_dyn;
	case UB_CEL_DYN:
	case UB_CEL_ERROR:
		return &ub_cel_type_dyn;
	default:
		cel_check_fail(check, node, node->args[0]->at, node->args[0]->len, "wrong-type",
		    ub_textf(check->arena, "a value of type %.*s cannot be indexed",
			UB_ARGS(ub_cel_type_text(check->arena, cel_unify_final(check, type)))));
		return NULL;
	}
	if (!cel_unify_fits(check, key, index->type)) {
		cel_check_fail(check, node, index->at, index->len, "wrong-type",
		    ub_textf(check->arena, "the index is of type %.*s, not %.*s",
			UB_ARGS(ub_cel_type_text(check->arena, cel_unify_final(check, index->type))),
			UB_ARGS(ub_cel_type_text(check->arena, cel_unify_final(check, key)))));
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

/* What becomes dyn takes along all that can be reached through it. */
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

/* The common type of every `stride`th argument from `first` on. */
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
					UB_ARGS(
					    ub_cel_type_text(check->arena, cel_unify_final(check, type)))));
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
	cel_check_fail(check, node, part->at, part->len, "wrong-type",
	    ub_textf(check->arena, "%s must be a bool, this is of type %.*s", what,
		UB_ARGS(ub_cel_type_text(check->arena, cel_unify_final(check, part->type)))));
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
			UB_ARGS(ub_cel_type_text(check->arena, cel_unify_final(check, node->args[1]->type))),
			UB_ARGS(
			    ub_cel_type_text(check->arena, cel_unify_final(check, node->args[2]->type)))));
		return;
	}
	if (node->type)
		return;
	node->type = common;
	for (size_t i = 1; i < 3; i++)
		join_reach(check, node, node->args[i], common);
}

/* ---- all together ---- */

void cel_check_node(struct check *check, struct node *node)
{
	switch (node->kind) {
	case NODE_LITERAL:
		node->type = literal_type(node->value);
		break;
	case NODE_NAME:
		check_name(check, node);
		break;
	case NODE_SELECT:
		check_select(check, node);
		break;
	case NODE_INDEX:
		check_index(check, node);
		break;
	case NODE_LIST:
		check_list(check, node);
		break;
	case NODE_MAP:
		check_map(check, node);
		break;
	case NODE_AND:
	case NODE_OR:
		check_logic(check, node);
		break;
	case NODE_COND:
		check_condition(check, node);
		break;
	case NODE_CALL:
		cel_check_call(check, node);
		break;
	case NODE_LOOP:
	case NODE_BIND:
	case NODE_OPT_MAP:
		cel_check_loop(check, node);
		break;
	case NODE_STRUCT:
		check_parts(check, node);
		cel_check_fail(check, node, node->at, (size_t)node->name.len, "unknown-name",
		    ub_textf(check->arena, "values of a type `%.*s` cannot be written in an expression",
			UB_ARGS(node->name)));
		break;
	case NODE_OPENED:
		break;
	}
	if (check->unchecked)
		node->type = &ub_cel_type_dyn;
}

static void finish(struct check *check, struct node *node)
{
	/* A part of what was refused may not have been looked at. */
	node->type = node->type ? cel_unify_final(check, node->type) : &cel_type_failed;
	for (size_t i = 0; i < node->n_args; i++)
		finish(check, node->args[i]);
}

bool cel_check(struct check *check, struct node *root, const struct ub_cel_type *expected)
{
	size_t before = check->issues->n;
	cel_check_node(check, root);
	if (expected && !cel_unify_fits(check, expected, root->type))
		cel_issue(check->arena, check->issues, root->at, root->len, "wrong-type",
		    ub_textf(check->arena, "this must be of type %.*s, it is of type %.*s",
			UB_ARGS(ub_cel_type_text(check->arena, expected)),
			UB_ARGS(ub_cel_type_text(check->arena, cel_unify_final(check, root->type)))));
	finish(check, root);
	return check->issues->n == before;
}
