/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "ast-private.h"

/* Recursive descent over the grammar of langdef.md, "Syntax". Binary operators go by precedence. The first
 * mistake ends the parsing, as messages about later ones rarely help. */

static void advance(struct parser *parser)
{
	parser->end = parser->token.at + parser->token.len;
	parser->token = cel_lex(&parser->lexer);
	if (parser->token.kind == TOKEN_BAD)
		parser->failed = true;
}

static bool at_operator(const struct parser *parser, const char *operator)
{
	return parser->token.kind == TOKEN_OPERATOR && ub_text_is(parser->token.text, operator);
}

static bool take(struct parser *parser, const char *operator)
{
	if (!at_operator(parser, operator))
		return false;
	advance(parser);
	return true;
}

/* The hint for a value that follows a value. */
static const char *operator_hint(const struct parser *parser)
{
	static const char *const calls[] = { "contains", "startsWith", "endsWith", "matches" };
	const struct token *token = &parser->token;
	struct ub_text before = ub_text_trim(ub_text_sub(parser->lexer.text, 0, token->at)), name = before;
	while (name.len &&
	       ((before.ptr[name.len - 1] | 0x20) >= 'a' && (before.ptr[name.len - 1] | 0x20) <= 'z'))
		name.len--;
	name = ub_text_sub(before, name.len, before.len);
	if (ub_text_eq_nocase(name, UB_TEXT("not")))
		return "`not` is written `!`";
	for (size_t i = 0; i < UB_COUNT(calls); i++)
		if (ub_text_is(name, calls[i]) ||
		    (token->kind == TOKEN_NAME && ub_text_is(token->text, calls[i])))
			return "it is called on a text, like `meeting.title.contains(\"review\")`";
	return "join conditions with `&&` or `||`";
}

/* The help for `45 minutes`, at the second word. Empty: it is nothing like that. */
static struct ub_text length_hint(const struct parser *parser)
{
	struct ub_text before = ub_text_trim(ub_text_sub(parser->lexer.text, 0, parser->token.at));
	size_t from = before.len;
	while (from &&
	       ((before.ptr[from - 1] >= '0' && before.ptr[from - 1] <= '9') || before.ptr[from - 1] == '.'))
		from--;
	if (parser->token.kind != TOKEN_NAME || from == before.len)
		return UB_TEXT_NONE;
	return cel_help_with_length(parser->arena, ub_text_sub(before, from, before.len), parser->token.text);
}

/* Reports a token that does not belong there. */
static struct node *unexpected(struct parser *parser, const char *wanted)
{
	struct token *token = &parser->token;
	struct ub_text shown = ub_text_sub(parser->lexer.text, token->at, token->at + token->len);
	if (token->kind == TOKEN_END)
		return cel_parse_fail(parser, token->at, 0, "syntax",
		    ub_textf(parser->arena, "the expression ends where %s should follow", wanted),
		    strcmp(wanted, "`)`") == 0 ? "each `(` has its `)`" : "");
	static const struct {
		const char *word, *help;
	} hints[] = { { "and", "`and` is written `&&`" }, { "or", "`or` is written `||`" },
		{ "not", "`not` is written `!`" }, { "is", "equality is written `==`" } };
	const char *help = strcmp(wanted, "an operator") == 0 ? operator_hint(parser) : "";
	for (size_t i = 0; i < UB_COUNT(hints); i++)
		if (ub_text_eq_nocase(shown, ub_text(hints[i].word)))
			help = hints[i].help;
	struct ub_text length = length_hint(parser);
	if (length.len)
		help = ub_text_cstr(parser->arena, length);
	if (shown.len > 40)
		shown = ub_text_sub(shown, 0, 40);
	return cel_parse_fail(parser, token->at, token->len, "syntax",
	    ub_textf(parser->arena, "expected %s, found `%.*s`", wanted, UB_ARGS(shown)), help);
}

static bool expect(struct parser *parser, const char *operator, const char * wanted)
{
	if (take(parser, operator))
		return true;
	unexpected(parser, wanted);
	return false;
}

static struct node *parse_expression(struct parser *parser);

struct node_list {
	struct node **items;
	size_t n, cap;
};

static struct node *literal(struct parser *parser, struct ub_cel_value value, size_t at)
{
	struct node *node = cel_node(parser, NODE_LITERAL, at, NULL, 0);
	node->value = value;
	return node;
}

/* Parses expressions up to `close`. A comma stands between them, and may follow the last. `optional`: a `?`
 * may precede each. */
static bool parse_items(struct parser *parser, struct node_list *list, const char *close, bool **optional)
{
	UB_VEC(bool) flags = { 0 };
	bool any = false;
	while (!at_operator(parser, close)) {
		bool *flag = ub_push(parser->arena, &flags);
		*flag = optional && take(parser, "?");
		any |= *flag;
		struct node *item = parse_expression(parser);
		if (!item)
			return false;
		*ub_push(parser->arena, list) = item;
		if (!take(parser, ","))
			break;
		if (!optional && at_operator(parser, close)) {
			unexpected(parser, "an argument");
			return false;
		}
	}
	if (optional)
		*optional = any ? flags.items : NULL;
	return expect(parser, close, close[0] == ')' ? "`,` or `)`" : "`,` or `]`");
}

static struct node *parse_list(struct parser *parser, size_t at)
{
	struct node_list items = { 0 };
	bool *optional;
	/* "[?" is one token to the lexer. */
	bool first_optional = ub_text_is(parser->token.text, "[?");
	advance(parser);
	if (first_optional) {
		struct node *first = parse_expression(parser);
		if (!first)
			return NULL;
		*ub_push(parser->arena, &items) = first;
		if (!at_operator(parser, "]") && !expect(parser, ",", "`,` or `]`"))
			return NULL;
	}
	if (!parse_items(parser, &items, "]", &optional))
		return NULL;
	struct node *node = cel_node(parser, NODE_LIST, at, items.items, items.n);
	if (!node || (!first_optional && !optional))
		return node;
	node->optional_items = UB_NEW_ARRAY(parser->arena, bool, items.n);
	node->optional_items[0] = first_optional;
	for (size_t i = first_optional; i < items.n; i++)
		node->optional_items[i] = optional && optional[i - first_optional];
	return node;
}

/* Parses one `key: value` of a map, or `field: value` of a struct. */
static bool parse_entry(struct parser *parser, struct node_list *items, bool fields, bool *optional)
{
	*optional = take(parser, "?");
	struct node *key;
	if (!fields) {
		key = parse_expression(parser);
	} else if (parser->token.kind == TOKEN_NAME || parser->token.kind == TOKEN_QUOTED_NAME) {
		size_t at = parser->token.at;
		struct ub_text name = parser->token.text;
		advance(parser);
		key = literal(parser, ub_cel_string(name), at);
	} else {
		key = unexpected(parser, "a field's name");
	}
	if (!key || !expect(parser, ":", "`:`"))
		return false;
	struct node *value = parse_expression(parser);
	if (!value)
		return false;
	*ub_push(parser->arena, items) = key;
	*ub_push(parser->arena, items) = value;
	return true;
}

static struct node *parse_map(struct parser *parser, size_t at, enum node_kind kind)
{
	struct node_list items = { 0 };
	UB_VEC(bool) flags = { 0 };
	bool any = false;
	advance(parser);
	while (!at_operator(parser, "}")) {
		bool *flag = ub_push(parser->arena, &flags);
		if (!parse_entry(parser, &items, kind == NODE_STRUCT, flag))
			return NULL;
		any |= *flag;
		if (!take(parser, ","))
			break;
	}
	if (!expect(parser, "}", "`,` or `}`"))
		return NULL;
	struct node *node = cel_node(parser, kind, at, items.items, items.n);
	if (node && any)
		node->optional_items = flags.items;
	return node;
}

/* Parses a call of `name`, at its opening parenthesis. `receiver` may be NULL. */
static struct node *parse_call(
    struct parser *parser, size_t at, struct ub_text name, size_t name_at, struct node *receiver, bool rooted)
{
	struct node_list args = { 0 };
	size_t name_end = parser->end;
	if (receiver)
		*ub_push(parser->arena, &args) = receiver;
	advance(parser);
	if (!parse_items(parser, &args, ")", NULL))
		return NULL;
	struct node *node = cel_node(parser, NODE_CALL, at, args.items, args.n);
	if (!node)
		return NULL;
	node->name = name;
	node->name_at = (uint32_t)name_at;
	node->name_len = (uint32_t)(name_end - name_at);
	node->receiver = receiver != NULL;
	node->rooted = rooted;
	return parser->macros ? cel_expand_macro(parser, node) : node;
}

static struct node *parse_name(struct parser *parser, size_t at, bool rooted)
{
	struct ub_text name = parser->token.text;
	size_t name_at = parser->token.at;
	if (ub_cel_is_reserved(name))
		return cel_parse_fail(parser, name_at, name.len, "syntax",
		    ub_textf(parser->arena, "`%.*s` is a reserved word", UB_ARGS(name)),
		    ub_text_is(name, "if") || ub_text_is(name, "else")
			? "a choice is written `condition ? this : that`"
			: "");
	advance(parser);
	if (at_operator(parser, "("))
		return parse_call(parser, at, name, name_at, NULL, rooted);
	struct node *node = cel_node(parser, NODE_NAME, at, NULL, 0);
	node->name = name;
	node->rooted = rooted;
	return node;
}

static struct node *parse_literal(struct parser *parser, size_t at)
{
	struct ub_cel_value value = parser->token.value;
	if (parser->token.kind == TOKEN_INT && value.i == INT64_MIN)
		return cel_parse_fail(parser, at, parser->token.len, "syntax",
		    UB_TEXT("this number is too large"),
		    "whole numbers go from -9223372036854775808 to 9223372036854775807");
	advance(parser);
	return literal(parser, value, at);
}

/* The value of false, true or null. False: the token is none of them. */
static bool word_value(const struct parser *parser, struct ub_cel_value *value)
{
	struct ub_text word = parser->token.text;
	if (ub_text_is(word, "null"))
		*value = ub_cel_null();
	else if (ub_text_is(word, "true") || ub_text_is(word, "false"))
		*value = ub_cel_bool(ub_text_is(word, "true"));
	else
		return false;
	return true;
}

static struct node *parse_primary(struct parser *parser)
{
	size_t at = parser->token.at;
	struct ub_cel_value value;
	switch (parser->token.kind) {
	case TOKEN_INT:
	case TOKEN_UINT:
	case TOKEN_DOUBLE:
	case TOKEN_STRING:
	case TOKEN_BYTES:
		return parse_literal(parser, at);
	case TOKEN_NAME:
		if (!word_value(parser, &value))
			return parse_name(parser, at, false);
		advance(parser);
		return literal(parser, value, at);
	case TOKEN_OPERATOR:
		break;
	default:
		return unexpected(parser, "a value");
	}
	if (at_operator(parser, "[") || at_operator(parser, "[?"))
		return parse_list(parser, at);
	if (at_operator(parser, "{"))
		return parse_map(parser, at, NODE_MAP);
	if (take(parser, ".")) {
		if (parser->token.kind == TOKEN_NAME)
			return parse_name(parser, at, true);
		return unexpected(parser, "a name");
	}
	if (take(parser, "(")) {
		struct node *inner = parse_expression(parser);
		if (!inner || !expect(parser, ")", "`)`"))
			return NULL;
		inner->closed = true;
		inner->at = (uint32_t)at; /* so that an excerpt around it has both parentheses */
		inner->len = (uint32_t)(parser->end - at);
		return inner;
	}
	return unexpected(parser, "a value");
}

/* Parses `.name`, `.?name` or `.name(...)`, at the name. */
static struct node *parse_select(struct parser *parser, struct node *operand, bool optional)
{
	struct token name = parser->token;
	static const char *const keywords[] = { "in", "true", "false", "null" };
	bool keyword = false;
	for (size_t i = 0; i < UB_COUNT(keywords); i++)
		keyword |= ub_text_is(name.text, keywords[i]);
	if ((name.kind != TOKEN_NAME && name.kind != TOKEN_QUOTED_NAME) ||
	    (name.kind == TOKEN_NAME && keyword))
		return unexpected(parser, "a field's name");
	advance(parser);
	if (at_operator(parser, "(") && name.kind == TOKEN_NAME && !optional)
		return parse_call(parser, operand->at, name.text, name.at, operand, false);
	struct node *node = cel_node(parser, NODE_SELECT, operand->at, &operand, 1);
	if (!node)
		return NULL;
	node->name = name.text;
	node->name_at = (uint32_t)name.at;
	node->name_len = (uint32_t)name.len;
	node->optional = optional;
	return node;
}

static struct node *parse_index(struct parser *parser, struct node *operand)
{
	bool optional = ub_text_is(parser->token.text, "[?");
	advance(parser);
	struct node *index = parse_expression(parser);
	if (!index || !expect(parser, "]", "`]`"))
		return NULL;
	struct node *node = cel_node(parser, NODE_INDEX, operand->at, (struct node *[]){ operand, index }, 2);
	if (node)
		node->optional = optional;
	return node;
}

/* Whether the node is a dotted name, for `a.b{...}`. */
static bool is_dotted_name(const struct node *node)
{
	while (node->kind == NODE_SELECT && !node->optional && !node->test)
		node = node->args[0];
	return node->kind == NODE_NAME;
}

/* Parses the selections, indexes and calls after the node. */
static struct node *parse_members(struct parser *parser, struct node *node)
{
	while (node && !parser->failed) {
		if (at_operator(parser, ".") || at_operator(parser, ".?")) {
			bool optional = ub_text_is(parser->token.text, ".?");
			advance(parser);
			node = parse_select(parser, node, optional);
		} else if (at_operator(parser, "[") || at_operator(parser, "[?")) {
			node = parse_index(parser, node);
		} else if (at_operator(parser, "{") && is_dotted_name(node)) {
			struct ub_text name = ub_text_sub(parser->lexer.text, node->at, node->at + node->len);
			node = parse_map(parser, node->at, NODE_STRUCT);
			if (node)
				node->name = name;
		} else {
			return node;
		}
	}
	return NULL;
}

static struct node *call(struct parser *parser, const char *name, size_t at, struct token operator,
    struct node * const * args, size_t n)
{
	struct node *node = cel_node(parser, NODE_CALL, at, args, n);
	if (!node)
		return NULL;
	node->name = ub_text(name);
	node->name_at = (uint32_t) operator.at;
	node->name_len = (uint32_t) operator.len;
	return node;
}

/* A minus before a number is a part of the number. */
static struct node *parse_negative_literal(struct parser *parser, size_t at)
{
	struct ub_cel_value *value = &parser->token.value;
	if (parser->token.kind == TOKEN_DOUBLE)
		value->d = -value->d;
	else if (value->i != INT64_MIN)
		value->i = -value->i;
	struct ub_cel_value negative = *value;
	advance(parser);
	return literal(parser, negative, at);
}

static struct node *parse_unary(struct parser *parser)
{
	struct token operator= parser->token;
	const char *name = at_operator(parser, "-") ? "-_" : at_operator(parser, "!") ? "!_" : NULL;
	if (!name)
		return parse_members(parser, parse_primary(parser));
	advance(parser);
	if (name[0] == '-' && (parser->token.kind == TOKEN_INT || parser->token.kind == TOKEN_DOUBLE))
		return parse_members(parser, parse_negative_literal(parser, operator.at));
	if (++parser->depth > UB_CEL_DEPTH_MAX)
		return cel_parse_fail_deep(parser, operator.at, operator.len);
	struct node *operand = parse_unary(parser);
	parser->depth--;
	return operand ? call(parser, name, operator.at, operator, & operand, 1) : NULL;
}

static const struct {
	const char *text, *name;
	int precedence;
} binary[] = {
	{ "||", NULL, 1 },
	{ "&&", NULL, 2 },
	{ "==", "_==_", 3 },
	{ "!=", "_!=_", 3 },
	{ "<=", "_<=_", 3 },
	{ ">=", "_>=_", 3 },
	{ "<", "_<_", 3 },
	{ ">", "_>_", 3 },
	{ "in", "@in", 3 },
	{ "+", "_+_", 4 },
	{ "-", "_-_", 4 },
	{ "*", "_*_", 5 },
	{ "/", "_/_", 5 },
	{ "%", "_%_", 5 },
};

/* The operator at the token, or -1. */
static int binary_operator(const struct parser *parser)
{
	if (parser->token.kind != TOKEN_OPERATOR && parser->token.kind != TOKEN_NAME)
		return -1;
	for (size_t i = 0; i < UB_COUNT(binary); i++)
		if (ub_text_is(parser->token.text, binary[i].text))
			return (int)i;
	return -1;
}

static struct node *parse_binary(struct parser *parser, int least);

/* a || b || c becomes one node, so a long chain is not a deep tree. */
static struct node *parse_chain(struct parser *parser, struct node *first, int found)
{
	struct node_list items = { 0 };
	*ub_push(parser->arena, &items) = first;
	while (at_operator(parser, binary[found].text)) {
		advance(parser);
		struct node *next = parse_binary(parser, binary[found].precedence + 1);
		if (!next)
			return NULL;
		*ub_push(parser->arena, &items) = next;
	}
	return cel_node(parser, found == 0 ? NODE_OR : NODE_AND, first->at, items.items, items.n);
}

static struct node *parse_binary(struct parser *parser, int least)
{
	struct node *left = parse_unary(parser);
	for (int found; left && !parser->failed && (found = binary_operator(parser)) >= 0;) {
		if (binary[found].precedence < least)
			return left;
		if (!binary[found].name) {
			left = parse_chain(parser, left, found);
			continue;
		}
		struct token operator= parser->token;
		advance(parser);
		struct node *right = parse_binary(parser, binary[found].precedence + 1);
		if (!right)
			return NULL;
		left =
		    call(parser, binary[found].name, left->at, operator,(struct node *[]){ left, right }, 2);
	}
	return parser->failed ? NULL : left;
}

static struct node *parse_conditional(struct parser *parser)
{
	struct node *args[3];
	args[0] = parse_binary(parser, 1);
	if (!args[0] || !take(parser, "?"))
		return args[0];
	args[1] = parse_binary(parser, 1);
	if (!args[1] || !expect(parser, ":", "`:`"))
		return NULL;
	args[2] = parse_expression(parser);
	return args[2] ? cel_node(parser, NODE_COND, args[0]->at, args, 3) : NULL;
}

static struct node *parse_expression(struct parser *parser)
{
	if (parser->depth >= UB_CEL_DEPTH_MAX)
		return cel_parse_fail_deep(parser, parser->token.at, parser->token.len);
	parser->depth++;
	struct node *node = parse_conditional(parser);
	parser->depth--;
	return parser->failed ? NULL : node;
}

struct node *cel_parse(struct ub_arena *arena, struct ub_text text, bool macros, struct ub_cel_issues *issues)
{
	struct parser parser = {
		.lexer = { .text = text, .arena = arena, .issues = issues },
		.arena = arena,
		.issues = issues,
		.macros = macros,
	};
	if (text.len > UB_CEL_TEXT_MAX)
		return cel_parse_fail(&parser, 0, text.len, "too-long",
		    ub_textf(arena, "the expression is longer than %u bytes", UB_CEL_TEXT_MAX), "");
	advance(&parser);
	struct node *node = parser.failed ? NULL : parse_expression(&parser);
	if (node && parser.token.kind != TOKEN_END)
		return unexpected(&parser, "an operator");
	return node;
}
