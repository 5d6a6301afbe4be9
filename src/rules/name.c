/* SPDX-License-Identifier: Apache-2.0 */
#include "rules-private.h"

/* Names of rules, groups, items and additions, and the greatest length of a list of them. */

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
	       c == '_';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_name(struct ub_text name, bool letter_first)
{
	for (size_t i = 0; i < name.len; i++)
		if (!is_name_char(name.ptr[i]))
			return false;
	return name.len != 0 && name.len <= UB_RULE_NAME_MAX && (!letter_first || is_letter(name.ptr[0]));
}

bool rules_check_name(const struct ub_yaml_reader *reader, const struct ub_yaml_node *node, bool letter_first)
{
	if (node->broken)
		return false;
	if (node->kind != UB_YAML_SCALAR || node->text.len == 0)
		return ub_yaml_expected(reader, node, "a name");
	if (is_name(node->text, letter_first))
		return true;
	struct ub_diag *diag = ub_error(reader->diags, "bad-name", ub_yaml_first_line(node),
	    "`%.*s` cannot be a name", UB_ARGS(node->text));
	ub_diag_set_help(reader->diags, diag, "take letters, digits, `-` and `_`, at most %d%s",
	    UB_RULE_NAME_MAX, letter_first ? ", beginning with a letter" : "");
	return false;
}

bool rules_check_short_list(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	(void)type, (void)out;
	if (node->kind != UB_YAML_LIST || node->n <= UB_RULE_LIST_MAX)
		return true;
	ub_error(
	    reader->diags, "too-many", ub_yaml_first_line(node), "more than %d entries", UB_RULE_LIST_MAX);
	return false;
}
