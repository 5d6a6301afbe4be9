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

/* Whether the text is one that duration() reads: 45m, 2h30m, 1.5h. */
static bool is_length(struct ub_text text)
{
	bool digit = false, unit = false;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		bool is_digit = (c >= '0' && c <= '9') || (c == '.' && digit);
		if (!is_digit && (!digit || (c != 'h' && c != 'm' && c != 's')))
			return false;
		digit = is_digit;
		unit = !is_digit;
	}
	return unit;
}

struct ub_text cel_help_with_length(struct ub_arena *arena, struct ub_text number, struct ub_text unit)
{
	static const struct {
		const char *words, *unit;
		int64_t times;
	} units[] = { { "sec secs second seconds", "s", 1 }, { "min mins minute minutes", "m", 1 },
		{ "hr hrs hour hours", "h", 1 }, { "d day days", "h", 24 }, { "w week weeks", "h", 168 } };
	struct ub_text whole = ub_textf(arena, "%.*s%.*s", UB_ARGS(number), UB_ARGS(unit)), rest, word;
	if (is_length(whole))
		return ub_textf(arena, "a length of time is written duration(\"%.*s\")", UB_ARGS(whole));
	int64_t n;
	for (size_t i = 0; i < UB_COUNT(units); i++)
		for (rest = ub_text(units[i].words); ub_text_split(&rest, ' ', &word);) {
			if (!ub_text_eq_nocase(word, unit))
				continue;
			if (units[i].times == 1)
				return ub_textf(arena, "a length of time is written duration(\"%.*s%s\")",
				    UB_ARGS(number), units[i].unit);
			if (ub_text_to_int(number, &n) && n <= UB_SPAN_MAX)
				return ub_textf(arena,
				    "a length of time is written duration(\"%lldh\"); whole days between two "
				    "dates, days(from, to)",
				    (long long)(n * units[i].times));
		}
	return UB_TEXT_NONE;
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
