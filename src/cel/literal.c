/* SPDX-License-Identifier: Apache-2.0 */
#include "ast-private.h"

#include <string.h>

/* String and bytes literals: langdef.md, "String and Bytes Values". */

struct literal {
	struct lexer *lexer;
	size_t at, end; /* of the rest between the quotes */
	bool bytes;
	struct ub_buf out;
};

/* Takes n digits of the base. The place moves on. */
static bool take_code(struct literal *literal, size_t n, unsigned base, uint32_t *code)
{
	*code = 0;
	for (; n; n--, literal->at++) {
		char c = literal->at < literal->end ? literal->lexer->text.ptr[literal->at] : '\0';
		unsigned digit = c >= '0' && c <= '9'                     ? (unsigned)(c - '0')
				 : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (unsigned)((c | 0x20) - 'a') + 10
									  : 99;
		if (digit >= base)
			return false;
		*code = *code * base + digit;
	}
	return true;
}

/* Takes the second half of a surrogate pair, written as two \u escapes. */
static bool take_low_surrogate(struct literal *literal, uint32_t *code)
{
	uint32_t low;
	if (literal->at + 2 > literal->end || memcmp(literal->lexer->text.ptr + literal->at, "\\u", 2) != 0)
		return false;
	literal->at += 2;
	if (!take_code(literal, 4, 16, &low) || low < 0xdc00 || low > 0xdfff)
		return false;
	*code = 0x10000 + ((*code - 0xd800) << 10) + (low - 0xdc00);
	return true;
}

/* Takes the digits after the backslash and the letter that tells the form of the code. */
static bool take_numeric(struct literal *literal, char kind)
{
	uint32_t code;
	bool octet = kind == 'x' || kind == 'X' || (kind >= '0' && kind <= '3');
	if (kind == 'u' || kind == 'U') {
		if (literal->bytes || !take_code(literal, kind == 'u' ? 4 : 8, 16, &code))
			return false;
		if (kind == 'u' && code >= 0xd800 && code < 0xdc00 && !take_low_surrogate(literal, &code))
			return false;
		if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
			return false;
	} else if (!octet) {
		return false;
	} else if (kind == 'x' || kind == 'X') {
		if (!take_code(literal, 2, 16, &code))
			return false;
	} else {
		literal->at--;
		if (!take_code(literal, 3, 8, &code))
			return false;
	}
	if (literal->bytes)
		ub_buf_char(&literal->out, (char)code);
	else
		cel_utf8_add(&literal->out, code);
	return true;
}

static bool take_escape(struct literal *literal)
{
	static const char written[] = "abfnrtv\\?\"'`", meant[] = "\a\b\f\n\r\t\v\\?\"'`";
	if (literal->at >= literal->end)
		return false;
	char c = literal->lexer->text.ptr[literal->at++];
	const char *simple = c ? strchr(written, c) : NULL;
	if (!simple)
		return take_numeric(literal, c);
	ub_buf_char(&literal->out, meant[simple - written]);
	return true;
}

/* Finds the closing quote from `at` on. SIZE_MAX: there is none. */
static size_t find_end(const struct lexer *lexer, size_t at, char quote, bool triple, bool raw)
{
	for (; at < lexer->text.len; at++) {
		char c = lexer->text.ptr[at];
		if (c == '\\' && !raw)
			at++;
		else if (!triple && (c == '\n' || c == '\r'))
			return SIZE_MAX;
		else if (c == quote &&
			 (!triple || (at + 2 < lexer->text.len && lexer->text.ptr[at + 1] == quote &&
					 lexer->text.ptr[at + 2] == quote)))
			return at;
	}
	return SIZE_MAX;
}

/* Takes all up to the end, with escapes undone. Returns where an escape begins that is none; SIZE_MAX: there
 * is no such one. */
static size_t take_all(struct literal *literal)
{
	while (literal->at < literal->end) {
		size_t at = literal->at++;
		char c = literal->lexer->text.ptr[at];
		if (c != '\\')
			ub_buf_char(&literal->out, c);
		else if (!take_escape(literal))
			return at;
	}
	return SIZE_MAX;
}

struct token cel_lex_string(struct lexer *lexer, const struct quotation *begun)
{
	struct ub_text text = lexer->text;
	size_t from = begun->from, quote_at = begun->quote;
	char quote = text.ptr[quote_at];
	bool triple =
	    quote_at + 2 < text.len && text.ptr[quote_at + 1] == quote && text.ptr[quote_at + 2] == quote;
	size_t width = triple ? 3 : 1;
	struct literal literal = {
		.lexer = lexer, .at = quote_at + width, .bytes = begun->bytes, .out = UB_BUF(lexer->arena)
	};
	literal.end = find_end(lexer, literal.at, quote, triple, begun->raw);
	if (literal.end == SIZE_MAX)
		return cel_lex_fail(lexer, from, quote_at + width - from, UB_TEXT("a string does not end"),
		    triple ? "it ends with three quotes"
			   : "it ends with the quote it starts with, on the same line");
	lexer->at = literal.end + width;
	struct ub_text inside = ub_text_sub(text, literal.at, literal.end);
	if (!ub_text_utf8_valid(inside))
		return cel_lex_fail(
		    lexer, from, lexer->at - from, UB_TEXT("a string is not valid UTF-8"), "");
	struct token token = {
		.kind = begun->bytes ? TOKEN_BYTES : TOKEN_STRING, .at = from, .len = lexer->at - from
	};
	if (!begun->raw && ub_text_find(inside, UB_TEXT("\\"), 0) != SIZE_MAX) {
		size_t fault = take_all(&literal);
		if (fault != SIZE_MAX)
			return cel_lex_fail(lexer, fault, literal.at - fault,
			    UB_TEXT("unknown escape in a string"),
			    "a backslash itself is written `\\\\`, or put `r` before the quotes: "
			    "r\"\\d+\"");
		inside = ub_buf_text(&literal.out);
	}
	token.value = begun->bytes ? ub_cel_bytes(inside) : ub_cel_string(inside);
	return token;
}
