/* SPDX-License-Identifier: Apache-2.0 */
#include "ast-private.h"

/* Issues of an expression, from the lexer, the parser, and all that follow. */

struct ub_cel_issue *cel_issue(struct ub_arena *arena, struct ub_cel_issues *issues, size_t at, size_t len,
    const char *code, struct ub_text message)
{
	struct ub_cel_issue *issue =
	    issues->n < UB_CEL_ISSUE_MAX ? ub_push(arena, issues) : UB_NEW(arena, struct ub_cel_issue);
	*issue = (struct ub_cel_issue){
		.at = at, .len = len, .code = code, .message = message, .help = UB_TEXT_NONE
	};
	return issue;
}

struct token cel_lex_fail(
    struct lexer *lexer, size_t at, size_t len, struct ub_text message, const char *help)
{
	cel_issue(lexer->arena, lexer->issues, at, len, "syntax", message)->help = ub_text(help);
	return (struct token){ .kind = TOKEN_BAD, .at = at, .len = len };
}

struct node *cel_parse_fail(
    struct parser *parser, size_t at, size_t len, const char *code, struct ub_text message, const char *help)
{
	if (!parser->failed)
		cel_issue(parser->arena, parser->issues, at, len, code, message)->help = ub_text(help);
	parser->failed = true;
	return NULL;
}

struct node *cel_parse_fail_deep(struct parser *parser, size_t at, size_t len)
{
	struct ub_text message =
	    ub_textf(parser->arena, "the expression is nested more than %u levels deep", UB_CEL_DEPTH_MAX);
	return cel_parse_fail(parser, at, len, "too-deep", message, "");
}
