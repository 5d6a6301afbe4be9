/* SPDX-License-Identifier: Apache-2.0 */
#include "ast-private.h"

/* Reports of all parts of the checker: a node is wrong, and a node has a label. */

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

struct ub_text cel_check_shown(struct check *check, const struct ub_cel_type *type)
{
	return cel_type_shown(check->arena, cel_unify_final(check, type));
}

const char *cel_check_alias(struct ub_text name)
{
	static const char *const aliases[][2] = { { "length", "size" }, { "len", "size" },
		{ "count", "size" }, { "lower", "lowerAscii" }, { "toLower", "lowerAscii" },
		{ "toLowerCase", "lowerAscii" }, { "upper", "upperAscii" }, { "toUpper", "upperAscii" },
		{ "toUpperCase", "upperAscii" }, { "includes", "contains" }, { "any", "exists" },
		{ "some", "exists" }, { "every", "all" }, { "where", "filter" }, { "find", "filter" },
		{ "now", "today" }, { "weekday", "getDayOfWeek" }, { "year", "getFullYear" },
		{ "month", "getMonth" }, { "hour", "getHours" }, { "hours", "getHours" },
		{ "minutes", "getMinutes" } };
	for (size_t i = 0; i < UB_COUNT(aliases); i++)
		if (ub_text_is(name, aliases[i][0]))
			return aliases[i][1];
	return NULL;
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
