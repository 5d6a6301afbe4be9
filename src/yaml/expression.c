/* SPDX-License-Identifier: Apache-2.0 */
#include "yaml-private.h"

/*
 * Comments in an expression. This file knows as much of an expression's syntax as tells a comment from the
 * text of a string: quotes, tripled quotes, escapes, raw strings.
 */

/* The offset behind the string literal at `at`. */
static size_t skip_string(struct ub_text text, size_t at)
{
	char quote = text.ptr[at], before = at > 0 ? text.ptr[at - 1] : ' ';
	bool raw = before == 'r' || before == 'R';
	struct ub_text triple = { (const char[]){ quote, quote, quote }, 3 };
	bool tripled = ub_text_starts(ub_text_sub(text, at, text.len), triple);
	for (size_t i = at + (tripled ? 3 : 1); i < text.len; i++) {
		if (text.ptr[i] == '\\' && !raw)
			i++;
		else if (tripled && ub_text_starts(ub_text_sub(text, i, text.len), triple))
			return i + 3;
		else if (!tripled && text.ptr[i] == quote)
			return i + 1;
	}
	return text.len;
}

/* Where a comment begins, outside of strings, at or after `at`. SIZE_MAX: nowhere. */
static size_t find_comment(struct ub_text text, size_t at)
{
	while (at < text.len) {
		char c = text.ptr[at];
		bool word_start = at == 0 || text.ptr[at - 1] == ' ' || text.ptr[at - 1] == '\n';
		if (c == '"' || c == '\'')
			at = skip_string(text, at);
		else if ((c == '#' && word_start) ||
			 ub_text_starts(ub_text_sub(text, at, text.len), UB_TEXT("//")))
			return at;
		else
			at++;
	}
	return SIZE_MAX;
}

static bool same_line(const struct ub_source *source, size_t from, size_t to)
{
	size_t newline = ub_text_find(source->text, UB_TEXT("\n"), from);
	return newline == SIZE_MAX || newline >= to;
}

bool ub_yaml_check_expression(const struct ub_yaml_node *scalar, struct ub_diags *diags)
{
	struct ub_text text = scalar->text;
	size_t at = find_comment(text, 0);
	for (; at != SIZE_MAX; at = find_comment(text, ub_text_find(text, UB_TEXT("\n"), at))) {
		bool hash = text.ptr[at] == '#';
		size_t line_end = ub_text_find(text, UB_TEXT("\n"), at);
		struct ub_place place = ub_yaml_place(scalar, at, line_end < text.len ? line_end : text.len);
		struct ub_place last = ub_yaml_place(scalar, text.len, text.len);
		bool folded = scalar->style != UB_YAML_LITERAL && !same_line(place.source, place.at, last.at);
		if (!hash && !folded)
			continue;
		struct ub_diag *diag = ub_error(diags, "expression-comment", place, "%s",
		    hash ? "`#` starts no comment in an expression"
			 : "this comment swallows the lines after it, which YAML folds into one");
		ub_diag_set_help(diags, diag, "%s",
		    hash ? "write `//`, in a `|` block" : "write the expression in a `|` block");
		return false;
	}
	return true;
}
