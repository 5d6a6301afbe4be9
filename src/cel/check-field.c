/* SPDX-License-Identifier: Apache-2.0 */
#include "ast-private.h"

/* Checks of fields, once the type of the operand is known. */

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

/* For `meeting.external.length`. */
static void help_with_function(struct check *check, const struct node *node, struct ub_cel_issue *issue)
{
	const char *alias = cel_check_alias(node->name);
	if (alias)
		issue->help = ub_textf(check->arena,
		    ub_text_is(ub_text(alias), "size") ? "write `size(...)` around it" : "write `.%s()`",
		    alias);
}

/* The type of a field of `type`. */
static const struct ub_cel_type *field_type(
    struct check *check, struct node *node, const struct ub_cel_type *type)
{
	const struct field *field;
	type = cel_unify_resolve(check, type);
	if (cel_unify_as_dyn(check, type))
		return &ub_cel_type_dyn;
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
	default:
		help_with_function(check, node,
		    cel_check_fail(check, node, node->name_at, node->name_len, "no-such-field",
			ub_textf(check->arena, "a value of type %.*s has no fields",
			    UB_ARGS(cel_check_shown(check, type)))));
		return NULL;
	}
}

void cel_check_field(struct check *check, struct node *node)
{
	node->field = SIZE_MAX;
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
