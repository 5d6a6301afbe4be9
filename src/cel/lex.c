/* SPDX-License-Identifier: Apache-2.0 */
#include "ast-private.h"

#include <string.h>

bool ub_cel_is_reserved(struct ub_text name)
{
	static const char *const words[] = { "false", "in", "null", "true", "as", "break", "const",
		"continue", "else", "for", "function", "if", "import", "let", "loop", "package", "namespace",
		"return", "var", "void", "while" };
	for (size_t i = 0; i < UB_COUNT(words); i++)
		if (ub_text_is(name, words[i]))
			return true;
	return false;
}

static char peek(const struct lexer *lexer, size_t ahead)
{
	size_t at = lexer->at + ahead;
	return at < lexer->text.len ? lexer->text.ptr[at] : '\0';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
	return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

static bool is_letter(char c)
{
	return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_';
}

static void skip_blank(struct lexer *lexer)
{
	for (;; lexer->at++) {
		char c = peek(lexer, 0);
		if (c == '/' && peek(lexer, 1) == '/') {
			while (
			    lexer->at < lexer->text.len && peek(lexer, 0) != '\n' && peek(lexer, 0) != '\r')
				lexer->at++;
			c = peek(lexer, 0);
		}
		if (lexer->at >= lexer->text.len || !c || !strchr(" \t\n\f\r", c))
			return;
	}
}

/* Moves over a number. True: the number has a point or an exponent. */
static bool skip_number(struct lexer *lexer)
{
	bool real = false;
	if (peek(lexer, 0) == '0' && (peek(lexer, 1) | 0x20) == 'x' && is_hex(peek(lexer, 2))) {
		lexer->at += 2;
		while (is_hex(peek(lexer, 0)))
			lexer->at++;
		return false;
	}
	while (is_digit(peek(lexer, 0)))
		lexer->at++;
	if (peek(lexer, 0) == '.' && is_digit(peek(lexer, 1))) {
		real = true;
		for (lexer->at++; is_digit(peek(lexer, 0));)
			lexer->at++;
	}
	size_t sign = peek(lexer, 1) == '+' || peek(lexer, 1) == '-';
	if ((peek(lexer, 0) | 0x20) == 'e' && is_digit(peek(lexer, 1 + sign))) {
		real = true;
		for (lexer->at += 1 + sign; is_digit(peek(lexer, 0));)
			lexer->at++;
	}
	return real;
}

/* Reports a number and a name in one word, like 45m. */
static struct token fail_number(struct lexer *lexer, size_t from)
{
	size_t digits = from;
	while (is_digit(lexer->text.ptr[digits]) || lexer->text.ptr[digits] == '.')
		digits++;
	while (is_letter(peek(lexer, 0)) || is_digit(peek(lexer, 0)))
		lexer->at++;
	struct ub_text help = cel_help_with_length(lexer->arena, ub_text_sub(lexer->text, from, digits),
	    ub_text_sub(lexer->text, digits, lexer->at));
	return cel_lex_fail(lexer, from, lexer->at - from, UB_TEXT("a number runs into a name"),
	    help.len ? ub_text_cstr(lexer->arena, help) : "put an operator between them");
}

static struct token lex_number(struct lexer *lexer)
{
	size_t from = lexer->at;
	bool real = skip_number(lexer);
	struct token token = { .at = from, .text = ub_text_sub(lexer->text, from, lexer->at) };
	bool is_unsigned = !real && (peek(lexer, 0) | 0x20) == 'u';
	lexer->at += is_unsigned;
	token.len = lexer->at - from;
	if (is_letter(peek(lexer, 0)) || is_digit(peek(lexer, 0)))
		return fail_number(lexer, from);
	uint64_t whole = 0;
	double number = 0;
	bool fits =
	    real ? cel_number_parse_double(token.text, &number) : cel_number_parse_uint(token.text, &whole);
	if (!fits || (!real && !is_unsigned && whole > (uint64_t)INT64_MAX + 1))
		return cel_lex_fail(lexer, from, token.len, UB_TEXT("this number is too large"),
		    is_unsigned || real
			? ""
			: "whole numbers go from -9223372036854775808 to 9223372036854775807");
	token.kind = real ? TOKEN_DOUBLE : is_unsigned ? TOKEN_UINT : TOKEN_INT;
	token.value = real          ? ub_cel_double(number)
		      : is_unsigned ? ub_cel_uint(whole)
				    : ub_cel_int((int64_t)whole);
	return token;
}

/* Whether a string begins here: with a quote, and maybe r, b, rb, br (any case) directly before it. */
static bool begins_string(const struct lexer *lexer, struct quotation *begun)
{
	*begun = (struct quotation){ .from = lexer->at };
	for (size_t i = 0; i < 3; i++) {
		char c = peek(lexer, i);
		begun->quote = lexer->at + i;
		if (c == '"' || c == '\'')
			return true;
		if ((c | 0x20) == 'r' && !begun->raw)
			begun->raw = true;
		else if ((c | 0x20) == 'b' && !begun->bytes)
			begun->bytes = true;
		else
			return false;
	}
	return false;
}

static struct token lex_quoted_name(struct lexer *lexer)
{
	size_t from = lexer->at++;
	for (char c = peek(lexer, 0); is_letter(c) || is_digit(c) || (c && strchr("-./ ", c));
	     c = peek(lexer, 0))
		lexer->at++;
	struct ub_text name = ub_text_sub(lexer->text, from + 1, lexer->at);
	if (peek(lexer, 0) != '`' || name.len == 0)
		return cel_lex_fail(lexer, from, lexer->at - from,
		    UB_TEXT("a name in backquotes does not end"),
		    "it may hold letters, digits, `_`, `-`, `.`, `/` and spaces");
	lexer->at++;
	return (struct token){ .kind = TOKEN_QUOTED_NAME, .at = from, .len = lexer->at - from, .text = name };
}

static struct token lex_operator(struct lexer *lexer)
{
	static const char *const operators[] = { "&&", "||", "==", "!=", "<=", ">=", ".?", "[?", "<", ">",
		"+", "-", "*", "/", "%", "!", "?", ":", ".", ",", "(", ")", "[", "]", "{", "}" };
	struct ub_text rest = ub_text_sub(lexer->text, lexer->at, lexer->text.len);
	size_t from = lexer->at;
	for (size_t i = 0; i < UB_COUNT(operators); i++) {
		struct ub_text operator= ub_text(operators[i]);
		if (!ub_text_starts(rest, operator))
			continue;
		lexer->at += operator.len;
		return (struct token){
			.kind = TOKEN_OPERATOR, .at = from, .len = operator.len, .text = operator};
	}
#define STRAIGHT "texts stand in straight quotes: \"...\""
	static const struct {
		const char *sign, *help;
	} hints[] = { { "=", "equality is written `==`" }, { "&", "`and` is written `&&`" },
		{ "|", "`or` is written `||`" }, { ";", "an expression is one line of thought, without `;`" },
		{ "@", "a text, such as an address, stands in quotes: \"...\"" }, { "\u201c", STRAIGHT },
		{ "\u201d", STRAIGHT }, { "\u201e", STRAIGHT }, { "\u2018", STRAIGHT },
		{ "\u2019", STRAIGHT }, { "\u00ab", STRAIGHT }, { "\u00bb", STRAIGHT },
		{ "\u00a0", "this is a no-break space; write an ordinary blank" } };
#undef STRAIGHT
	const char *help = "";
	for (size_t i = 0; i < UB_COUNT(hints); i++)
		if (ub_text_starts(rest, ub_text(hints[i].sign)))
			help = hints[i].help;
	size_t end = from;
	uint32_t c = cel_utf8_next(lexer->text, &end);
	struct ub_text message =
	    c > 32 && c != 127
		? ub_textf(lexer->arena, "unexpected character `%.*s`", (int)(end - from), rest.ptr)
		: ub_textf(lexer->arena, "unexpected character U+%04x", (unsigned)c);
	return cel_lex_fail(lexer, from, end - from, message, help);
}

struct token cel_lex(struct lexer *lexer)
{
	struct quotation begun;
	skip_blank(lexer);
	size_t from = lexer->at;
	char c = peek(lexer, 0);
	if (from >= lexer->text.len)
		return (struct token){ .kind = TOKEN_END, .at = from };
	if (is_digit(c) || (c == '.' && is_digit(peek(lexer, 1))))
		return lex_number(lexer);
	if (begins_string(lexer, &begun))
		return cel_lex_string(lexer, &begun);
	if (is_letter(c)) {
		while (is_letter(peek(lexer, 0)) || is_digit(peek(lexer, 0)))
			lexer->at++;
		struct ub_text name = ub_text_sub(lexer->text, from, lexer->at);
		return (struct token){ .kind = TOKEN_NAME, .at = from, .len = name.len, .text = name };
	}
	if (c == '`')
		return lex_quoted_name(lexer);
	return lex_operator(lexer);
}
