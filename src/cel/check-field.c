/* SPDX-License-Identifier: Apache-2.0 */
#include "ast-private.h"

/* Checks of fields, once the type of the operand is known. */

#define SHOWN_REST 60 /* bytes of what follows a field, in a help */

static struct ub_text all_fields(struct check *check, const struct ub_text *names, size_t n)
{
	struct ub_buf out = UB_BUF(check->arena);
	for (size_t i = 0; i < n; i++)
		ub_buf_printf(&out, "%s`%.*s`",
		    i == 0      ? "it has "
		    : i + 1 < n ? ", "
				: " and ",
		    UB_ARGS(names[i]));
	return ub_buf_text(&out);
}

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
	else
		issue->help = all_fields(check, names, n);
	struct ub_text more = type->object->root->help;
	if (more.len && !meant.len)
		issue->help = ub_textf(check->arena, "%.*s%s%.*s", UB_ARGS(issue->help),
		    issue->help.len ? "; " : "", UB_ARGS(more));
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

/* What follows the selection: ` == "CTO"` or `.contains("x")`, up to where another condition begins. */
static struct ub_text what_follows(const struct check *check, const struct node *node)
{
	struct ub_text rest = ub_text_sub(check->text, node->at + node->len, check->text.len);
	size_t depth = 0, i = 0;
	char quote = 0;
	for (; i < rest.len; i++) {
		char c = rest.ptr[i];
		bool ends = c == '&' || c == '|' || c == '?' || c == ',' || c == ')' || c == ']' || c == '}';
		if (quote)
			quote = c == quote ? 0 : quote;
		else if (c == '"' || c == '\'')
			quote = c;
		else if (c == '(' || c == '[')
			depth++;
		else if (ends && depth == 0)
			break;
		else if (c == ')' || c == ']')
			depth--;
	}
	rest = ub_text_sub(rest, 0, i);
	while (rest.len && rest.ptr[rest.len - 1] == ' ')
		rest.len--;
	return rest.len <= SHOWN_REST ? rest : UB_TEXT(" ...");
}

/* For `meeting.external.title == "CTO"`, which asks a list what only its elements have. */
static bool help_with_elements(
    struct check *check, const struct node *node, const struct ub_cel_type *type, struct ub_cel_issue *issue)
{
	size_t index;
	const struct ub_cel_type *element =
	    type->kind == UB_CEL_LIST ? cel_unify_resolve(check, type->params[0]) : NULL;
	if (!element || element->kind != UB_CEL_OBJECT || !cel_type_field(element, node->name, &index))
		return false;
	const struct node *list = node->args[0];
	struct ub_text text = ub_text_sub(check->text, list->at, list->at + list->len);
	char variable = element->name.ptr[0];
	struct ub_text asked = ub_textf(check->arena, "%c.%.*s", variable, UB_ARGS(node->name));
	if (node->test)
		asked = ub_textf(check->arena, "has(%.*s)", UB_ARGS(asked));
	issue->help = ub_textf(check->arena,
	    "each element has it: for any of them write `%.*s.exists(%c, %.*s%.*s)`", UB_ARGS(text), variable,
	    UB_ARGS(asked), UB_ARGS(node->test ? UB_TEXT_NONE : what_follows(check, node)));
	return true;
}

static void fail_without_fields(struct check *check, struct node *node, const struct ub_cel_type *type)
{
	struct ub_cel_issue *issue =
	    cel_check_fail(check, node, node->name_at, node->name_len, "no-such-field",
		ub_textf(check->arena, "a value of type %.*s has no fields",
		    UB_ARGS(cel_check_shown(check, type))));
	if (!help_with_elements(check, node, type, issue))
		help_with_function(check, node, issue);
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
		fail_without_fields(check, node, type);
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
