/* SPDX-License-Identifier: Apache-2.0 */
#include "tmpl-private.h"

#include <string.h>

struct scanner {
	const struct tmpl_origin *origin;
	struct ub_text text;
	struct ub_text open, close; /* the delimiters in force */
	struct tmpl_tokens *tokens;
	struct ub_diags *diags;
	struct ub_arena *arena;
};

struct ub_place tmpl_place(const struct tmpl_origin *origin, size_t at, size_t len)
{
	if (origin->map)
		return origin->map(origin->data, at, len);
	return (struct ub_place){ origin->source, at, len };
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct tmpl_token *add(struct scanner *s, enum tmpl_token_kind kind, size_t at, size_t end)
{
	struct tmpl_token *token = ub_push(s->arena, s->tokens);
	*token = (struct tmpl_token){ .kind = kind, .at = at, .len = end - at };
	return token;
}

/* Adds the text up to `end`, which is a line end, a tag or the end of all. */
static void add_text(struct scanner *s, size_t at, size_t end)
{
	if (end > at)
		add(s, TOKEN_TEXT, at, end);
}

/* The sign stands directly behind the opening delimiter. */
static enum tmpl_token_kind kind_of(char sign)
{
	static const struct {
		char sign;
		enum tmpl_token_kind kind;
	} kinds[] = { { '{', TOKEN_RAW }, { '&', TOKEN_RAW }, { '#', TOKEN_SECTION }, { '^', TOKEN_INVERTED },
		{ '/', TOKEN_CLOSE }, { '>', TOKEN_PARTIAL }, { '<', TOKEN_PARENT }, { '$', TOKEN_BLOCK },
		{ '!', TOKEN_COMMENT }, { '=', TOKEN_DELIMITERS } };
	for (size_t i = 0; i < UB_COUNT(kinds); i++)
		if (kinds[i].sign == sign)
			return kinds[i].kind;
	return TOKEN_VALUE;
}

static void set_delimiters(struct scanner *s, const struct tmpl_token *token)
{
	struct ub_text rest = ub_text_sub(s->text, token->name_at, token->name_at + token->name_len);
	size_t first = 0, second = rest.len;
	while (first < rest.len && !is_blank(rest.ptr[first]))
		first++;
	while (second > 0 && !is_blank(rest.ptr[second - 1]))
		second--;
	struct ub_text open = ub_text_sub(rest, 0, first), close = ub_text_sub(rest, second, rest.len);
	struct ub_text between = second > first ? ub_text_sub(rest, first, second) : UB_TEXT("?");
	if (ub_text_trim(between).len || memchr(rest.ptr, '=', rest.len)) {
		struct ub_diag *diag =
		    ub_error(s->diags, "bad-delimiters", tmpl_place(s->origin, token->at, token->len),
			"a change of delimiters takes two of them, without `=`");
		ub_diag_set_help(s->diags, diag, "write it like `{{=<%% %%>=}}`");
		return;
	}
	s->open = open;
	s->close = close;
}

/* A sign after blanks is no sign. The likely slip is reported, and the tag is read as it was meant. */
static void check_sign(struct scanner *s, struct tmpl_token *token)
{
	if (token->kind != TOKEN_VALUE || token->name_len < 2)
		return;
	char sign = s->text.ptr[token->name_at];
	enum tmpl_token_kind meant = kind_of(sign);
	if (meant == TOKEN_VALUE || sign == '!' || sign == '{') /* `{{ !x }}`, `{{ {} }}` are expressions */
		return;
	struct ub_diag *diag = ub_error(s->diags, "sign-after-blank",
	    tmpl_place(s->origin, token->name_at, 1), "a tag's sign stands directly behind the braces");
	ub_diag_set_help(s->diags, diag, "write `%.*s%.*s%.*s`", UB_ARGS(s->open),
	    UB_ARGS(ub_text_sub(s->text, token->name_at, token->name_at + token->name_len)),
	    UB_ARGS(s->close));
	token->kind = meant;
	token->name_at++;
	token->name_len--;
}

static void trim_name(struct scanner *s, struct tmpl_token *token, size_t from, size_t to)
{
	while (from < to && is_blank(s->text.ptr[from]))
		from++;
	while (to > from && is_blank(s->text.ptr[to - 1]))
		to--;
	token->name_at = from;
	token->name_len = to - from;
}

/* Whether the end that was found is the end of the next tag, on a later line. */
static bool swallows_tag(const struct scanner *s, enum tmpl_token_kind kind, size_t from, size_t end)
{
	size_t newline = ub_text_find(s->text, UB_TEXT("\n"), from);
	return kind != TOKEN_COMMENT && newline < end && ub_text_find(s->text, s->open, newline) < end;
}

/* Scans the tag at `at`. Returns where to go on. */
static size_t scan_tag(struct scanner *s, size_t at)
{
	size_t name = at + s->open.len;
	char sign = name < s->text.len ? s->text.ptr[name] : '\0';
	enum tmpl_token_kind kind = kind_of(sign);
	name += kind != TOKEN_VALUE;
	struct ub_text close = s->close;
	if (sign == '{' || sign == '=')
		close = ub_textf(s->arena, "%c%.*s", sign == '{' ? '}' : '=', UB_ARGS(s->close));
	size_t end = ub_text_find(s->text, close, name);
	if (end == SIZE_MAX || swallows_tag(s, kind, name, end)) {
		struct ub_diag *diag = ub_error(s->diags, "unclosed-tag",
		    tmpl_place(s->origin, at, s->open.len), "this tag is not closed");
		ub_diag_set_help(s->diags, diag, "end it with `%.*s`", UB_ARGS(close));
		return s->text.len;
	}
	struct tmpl_token *token = add(s, kind, at, end + close.len);
	trim_name(s, token, name, end);
	check_sign(s, token);
	if (kind == TOKEN_DELIMITERS)
		set_delimiters(s, token);
	return end + close.len;
}

static size_t find_newline(struct ub_text text, size_t from)
{
	const char *newline = memchr(text.ptr + from, '\n', text.len - from);
	return newline ? (size_t)(newline - text.ptr) : text.len;
}

void tmpl_scan(const struct tmpl_origin *origin, size_t from, struct tmpl_tokens *tokens,
    struct ub_diags *diags, struct ub_arena *arena)
{
	struct scanner s = { origin, origin->text, UB_TEXT("{{"), UB_TEXT("}}"), tokens, diags, arena };
	size_t tag = from, newline = from; /* the next ones, looked for only when the last ones were passed */
	bool stale_tag = true, stale_newline = true;
	for (size_t at = from; at < s.text.len;) {
		if (stale_tag || tag < at)
			tag = ub_text_find(s.text, s.open, at);
		if (stale_newline || newline < at)
			newline = find_newline(s.text, at);
		stale_tag = stale_newline = false;
		if (tag < newline) {
			add_text(&s, at, tag);
			at = scan_tag(&s, tag);
			stale_tag = true; /* the delimiters may be others now */
			continue;
		}
		bool crlf = newline < s.text.len && newline > at && s.text.ptr[newline - 1] == '\r';
		add_text(&s, at, newline - crlf);
		if (newline < s.text.len)
			add(&s, TOKEN_NEWLINE, newline - crlf, newline + 1);
		at = newline + 1;
	}
}
