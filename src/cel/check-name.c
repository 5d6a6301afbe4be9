/* SPDX-License-Identifier: Apache-2.0 */
#include "ast-private.h"

/* The meaning of names: langdef.md, "Name Resolution", and the fields that an environment opens. */

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
		const struct ub_cel_type *type = cel_type_named(check->env, candidate);
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
	if (check->unchecked)
		operand->type = &ub_cel_type_dyn;
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

/* Checks the name in env and in the environments outside of it. */
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

/* The name may be a field of a variable that env opens. Whether a map or a dyn has the field shows only at
 * evaluation. So the meaning of the name further out comes second. */
static bool check_opened(struct check *check, struct node *node, const struct ub_cel_env *env)
{
	for (size_t i = env->opened.n; i-- > 0;) {
		const struct variable *variable = env->opened.items[i];
		if (!may_have_field(variable, node->name))
			continue;
		struct node *select = opened_field(check, node, variable);
		cel_check_field(check, select);
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

/* The CEL word for a word that only YAML has. */
static struct ub_text plain_word(struct ub_text name)
{
	if (ub_text_eq_nocase(name, UB_TEXT("yes")) || ub_text_eq_nocase(name, UB_TEXT("on")) ||
	    ub_text_eq_nocase(name, UB_TEXT("always")))
		return UB_TEXT("true");
	if (ub_text_eq_nocase(name, UB_TEXT("no")) || ub_text_eq_nocase(name, UB_TEXT("off")) ||
	    ub_text_eq_nocase(name, UB_TEXT("never")))
		return UB_TEXT("false");
	return UB_TEXT_NONE;
}

/* `title` for `meeting.title` */
static struct ub_text field_of_variable(struct check *check, struct ub_text name)
{
	size_t index;
	for (const struct ub_cel_env *env = check->env; env; env = env->parent)
		for (size_t i = 0; i < env->variables.n; i++) {
			const struct variable *variable = env->variables.items[i];
			if (variable->type->kind == UB_CEL_OBJECT &&
			    cel_type_field(variable->type, name, &index))
				return ub_textf(
				    check->arena, "%.*s.%.*s", UB_ARGS(variable->name), UB_ARGS(name));
		}
	return UB_TEXT_NONE;
}

/* Suggests similar names. */
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
	if (!meant.len)
		meant = plain_word(name);
	if (!meant.len)
		meant = field_of_variable(check, name);
	issue->help = meant.len ? ub_textf(check->arena, "did you mean `%.*s`?", UB_ARGS(meant))
				: ub_textf(check->arena, "a text stands in quotes: \"%.*s\"", UB_ARGS(name));
}

void cel_check_name(struct check *check, struct node *node)
{
	if (node->name_kind != NAME_UNKNOWN)
		return; /* opened_field() made it */
	const struct local *local = node->rooted ? NULL : find_local(check, node->name);
	if (local) {
		node->name_kind = NAME_LOCAL;
		node->local = (size_t)(local - check->locals);
		node->type = local->type;
		node->definition = local->definition;
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
	if (check->env->config.lacks_names) {
		check->lacks_name = true;
		node->type = &cel_type_failed;
		return;
	}
	struct ub_cel_issue *issue = cel_check_fail(check, node, node->name_at, node->name_len,
	    "unknown-name", ub_textf(check->arena, "there is no `%.*s`", UB_ARGS(node->name)));
	suggest_name(check, issue, node->name);
}

/* Checks a.b.c as one declared name, or as the name of a type. */
bool cel_check_qualified(struct check *check, struct node *node)
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
