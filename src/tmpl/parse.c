/* SPDX-License-Identifier: Apache-2.0 */
#include "tmpl-private.h"

#include <string.h>

/*
 * The tree is built line by line, because a tag that stands alone on its line takes the line's blanks and end
 * with it (mustache/spec, "standalone").
 */

/* A section, parent, block or heading that is not closed yet. The outermost container is the template. */
struct container {
	struct tmpl_node *node; /* NULL: the template */
	struct tmpl_nodes *nodes;
	struct tmpl_token token; /* the token that opened the container */
	struct ub_text helper;   /* `if` in `{{#if x}}`, which is reported */
};

struct parser {
	const struct tmpl_origin *origin;
	struct tmpl_tokens tokens;
	struct ub_diags *diags;
	struct ub_arena *arena;
	bool headings;
	struct container stack[UB_TEMPLATE_NESTING_MAX + 2]; /* with the template, and with a heading */
	size_t depth;                                        /* the index of the innermost container */
	size_t lost;                                         /* containers past the limit, not on the stack */
	struct ub_text crossed;                              /* closed too late, which is reported */
	bool doubtful;                                       /* nobody knows what is in which section */
};

/* One line of tokens, [from, to). */
struct line {
	size_t from, to;
	bool standalone;
	struct ub_text blank; /* the blanks that the line begins with */
};

static struct ub_text part(const struct parser *p, size_t at, size_t len)
{
	return ub_text_sub(p->origin->text, at, at + len);
}

static struct ub_text name_of(const struct parser *p, const struct tmpl_token *token)
{
	return part(p, token->name_at, token->name_len);
}

static struct ub_place token_place(const struct parser *p, const struct tmpl_token *token)
{
	return tmpl_place(p->origin, token->at, token->len);
}

static struct ub_text leading_blanks(struct ub_text text)
{
	size_t n = 0;
	while (n < text.len && (text.ptr[n] == ' ' || text.ptr[n] == '\t'))
		n++;
	return ub_text_sub(text, 0, n);
}

static bool all_blank(struct ub_text text)
{
	return leading_blanks(text).len == text.len;
}

static bool opens(enum tmpl_token_kind kind)
{
	return kind == TOKEN_SECTION || kind == TOKEN_INVERTED || kind == TOKEN_PARENT || kind == TOKEN_BLOCK;
}

/* Where on this line the tag at `i` is closed again. SIZE_MAX: nowhere. */
static size_t closed_on_line(const struct parser *p, size_t i, size_t to)
{
	size_t depth = 0;
	for (size_t j = i; j < to; j++) {
		enum tmpl_token_kind kind = p->tokens.items[j].kind;
		depth += opens(kind);
		if (kind == TOKEN_CLOSE && --depth == 0)
			return j;
	}
	return SIZE_MAX;
}

/* A line stands alone when it holds nothing but blanks and tags that show nothing here: sections, comments,
 * delimiters. A line with one partial stands alone too, and so does a line with one parent, whatever lies
 * inside the parent. */
static bool is_standalone(const struct parser *p, size_t from, size_t to)
{
	size_t calls = 0, others = 0;
	bool quiet = false;
	for (size_t i = from; i < to; i++) {
		const struct tmpl_token *token = &p->tokens.items[i];
		bool may_close = token->kind == TOKEN_PARENT || token->kind == TOKEN_BLOCK;
		size_t closed = may_close ? closed_on_line(p, i, to) : SIZE_MAX;
		switch (token->kind) {
		case TOKEN_TEXT:
			if (!all_blank(part(p, token->at, token->len)))
				return false;
			break;
		case TOKEN_NEWLINE:
			break;
		case TOKEN_VALUE:
		case TOKEN_RAW:
			return false;
		case TOKEN_COMMENT:
		case TOKEN_DELIMITERS:
			quiet = true;
			break;
		case TOKEN_PARTIAL:
			calls++;
			break;
		case TOKEN_PARENT:
			calls += closed != SIZE_MAX;
			others += closed == SIZE_MAX;
			i = closed != SIZE_MAX ? closed : i;
			break;
		case TOKEN_BLOCK:
			if (closed != SIZE_MAX)
				return false;
			others++;
			break;
		case TOKEN_SECTION:
		case TOKEN_INVERTED:
		case TOKEN_CLOSE:
			others++;
			break;
		}
	}
	return calls ? calls == 1 && !others : others || quiet;
}

static struct tmpl_node *add(struct parser *p, enum tmpl_node_kind kind, struct ub_text text)
{
	struct tmpl_node *node = UB_NEW(p->arena, struct tmpl_node);
	node->kind = kind;
	node->text = text;
	node->at = (size_t)(text.ptr - p->origin->text.ptr);
	node->len = text.len;
	node->blank = UB_TEXT_NONE;
	*ub_push(p->arena, p->stack[p->depth].nodes) = node;
	return node;
}

static void push(struct parser *p, struct tmpl_node *node, const struct tmpl_token *token)
{
	size_t room = UB_COUNT(p->stack) - (node->kind == NODE_HEADING ? 1 : 2);
	if (p->depth < room) {
		p->stack[++p->depth] = (struct container){ node, &node->kids, *token };
		return;
	}
	p->doubtful = true;
	if (!p->lost++)
		ub_error(p->diags, "too-deep", token_place(p, token),
		    "sections are nested more than %d deep here", UB_TEMPLATE_NESTING_MAX);
}

static void report_unclosed(struct parser *p, const struct container *container, const char *what)
{
	struct ub_text name = name_of(p, &container->token);
	struct ub_diag *diag =
	    ub_error(p->diags, "unclosed-section", token_place(p, &container->token), "%s", what);
	ub_diag_set_help(p->diags, diag, "end it with `{{/%.*s}}` or `{{/}}`", UB_ARGS(name));
}

/* The template is no section, and neither is a heading: no tag closes anything beyond a heading. */
static bool is_section(const struct container *container)
{
	return container->node && container->node->kind != NODE_HEADING;
}

static bool closes(const struct parser *p, const struct container *container, struct ub_text name)
{
	return !name.len || ub_text_eq(name, name_of(p, &container->token)) ||
	       (container->helper.len && ub_text_eq(name, container->helper));
}

/* Whether the name is a misspelt one of the innermost section, which is then not reported as open too. */
static bool is_slip(const struct parser *p, struct ub_text name)
{
	const struct container *open = &p->stack[p->depth];
	struct ub_text candidate = is_section(open) ? name_of(p, &open->token) : UB_TEXT_NONE;
	return candidate.len && ub_suggest(name, &candidate, 1).len;
}

/* `crossed`: the section `name` is open, but so is another section within it. */
static void report_wrong_close(
    struct parser *p, const struct tmpl_token *token, struct ub_text name, bool crossed)
{
	struct ub_diag *diag = crossed ? ub_error(p->diags, "wrong-close", token_place(p, token),
					     "the section within `%.*s` is to be closed first", UB_ARGS(name))
				       : ub_error(p->diags, "wrong-close", token_place(p, token),
					     "no section `%.*s` is open here", UB_ARGS(name));
	const struct container *open = &p->stack[p->depth];
	if (crossed)
		ub_diag_set_help(
		    p->diags, diag, "close `{{/%.*s}}` before it", UB_ARGS(name_of(p, &open->token)));
	else if (is_slip(p, name))
		ub_diag_set_help(
		    p->diags, diag, "did you mean `{{/%.*s}}`?", UB_ARGS(name_of(p, &open->token)));
	else if (is_section(open))
		ub_diag_set_help(p->diags, diag,
		    "write `{{/%.*s}}`, or `{{/}}`, which closes whatever is open",
		    UB_ARGS(name_of(p, &open->token)));
	else if (p->depth == 0)
		ub_diag_set_help(p->diags, diag, "take it out, or open the section before");
	if (p->depth == 0)
		return;
	diag->related = token_place(p, &open->token);
	diag->related_message = crossed ? UB_TEXT("this one is open") : UB_TEXT("this one is");
	if (!is_section(open))
		diag->related_message =
		    UB_TEXT("what this heading does not open is not closed within its line");
}

/* Whether a later tag closes the innermost section, so that `token` was not meant to close it. */
static bool is_closed_later(const struct parser *p, const struct tmpl_token *token)
{
	struct ub_text open =
	    is_section(&p->stack[p->depth]) ? name_of(p, &p->stack[p->depth].token) : UB_TEXT_NONE;
	for (size_t i = (size_t)(token - p->tokens.items) + 1; open.len && i < p->tokens.n; i++) {
		if (p->tokens.items[i].kind == TOKEN_CLOSE &&
		    ub_text_eq(name_of(p, &p->tokens.items[i]), open))
			return true;
		if (opens(p->tokens.items[i].kind) && ub_text_eq(name_of(p, &p->tokens.items[i]), open))
			return false;
	}
	return false;
}

static void close(struct parser *p, const struct tmpl_token *token)
{
	struct ub_text name = name_of(p, token);
	if (p->lost) {
		p->lost--;
		return;
	}
	size_t match = p->depth;
	while (match > 0 && is_section(&p->stack[match]) && !closes(p, &p->stack[match], name))
		match--;
	if (!is_section(&p->stack[match]))
		match = 0;
	if (match == p->depth && match > 0) {
		p->depth--;
		return;
	}
	if (match == 0 && p->crossed.len && ub_text_eq(name, p->crossed)) {
		p->crossed = UB_TEXT_NONE;
		return;
	}
	report_wrong_close(p, token, name, match > 0);
	if (match > 0) {
		p->doubtful = true;
		p->crossed = name_of(p, &p->stack[p->depth].token);
		p->depth = match - 1;
	} else if (is_section(&p->stack[p->depth]) && !is_closed_later(p, token)) {
		p->depth--;
	}
}

/* Reports a word of Handlebars and its like. The section is read without the word. */
static void refuse_helper(struct parser *p, struct tmpl_node *node)
{
	static const char *const words[] = { "if", "unless", "each", "for", "foreach", "with" };
	struct container *section = &p->stack[p->depth];
	struct ub_text rest = node->text, word;
	ub_text_split(&rest, ' ', &word);
	for (size_t i = 0; rest.ptr && i < UB_COUNT(words); i++) {
		if (!ub_text_is(word, words[i]))
			continue;
		size_t skip =
		    word.len + leading_blanks(ub_text_sub(node->text, word.len, node->text.len)).len;
		struct ub_diag *diag = ub_error(p->diags, "syntax", tmpl_place(p->origin, node->at, word.len),
		    "a section has no `%.*s`", UB_ARGS(word));
		node->text = ub_text_sub(node->text, skip, node->text.len);
		node->at += skip;
		node->len = node->text.len;
		section->token.name_at += skip;
		section->token.name_len -= skip;
		section->helper = word;
		ub_diag_set_help(p->diags, diag, "it is over a condition or a list: `{{%c%.*s}}...{{/}}`",
		    ub_text_is(word, "unless") ? '^' : '#', UB_ARGS(node->text));
	}
}

static void add_tag(struct parser *p, const struct tmpl_token *token, const struct line *line, bool first)
{
	static const enum tmpl_node_kind kinds[] = {
		[TOKEN_VALUE] = NODE_VALUE,
		[TOKEN_RAW] = NODE_VALUE,
		[TOKEN_SECTION] = NODE_SECTION,
		[TOKEN_INVERTED] = NODE_INVERTED,
		[TOKEN_PARTIAL] = NODE_PARTIAL,
		[TOKEN_PARENT] = NODE_PARENT,
		[TOKEN_BLOCK] = NODE_BLOCK,
	};
	struct ub_text name = name_of(p, token);
	bool call = token->kind == TOKEN_PARTIAL || token->kind == TOKEN_PARENT;
	bool computed = call && name.len && name.ptr[0] == '*';
	if (computed) {
		name = ub_text_sub(name, 1, name.len);
		name = ub_text_sub(name, leading_blanks(name).len, name.len);
	}
	if (!name.len)
		ub_error(p->diags, "empty-tag", token_place(p, token),
		    "this tag names nothing; write what it shows, or take it out");
	struct tmpl_node *node = add(p, kinds[token->kind], name);
	node->raw = token->kind == TOKEN_RAW;
	node->computed = computed;
	node->standalone = line->standalone;
	if (first && (line->standalone || node->kind == NODE_BLOCK))
		node->blank = line->blank;
	if (!opens(token->kind))
		return;
	size_t depth = p->depth;
	push(p, node, token);
	if (p->depth > depth && (token->kind == TOKEN_SECTION || token->kind == TOKEN_INVERTED))
		refuse_helper(p, node);
}

/* A heading like `## Pressure test {weight=2}` begins at the very beginning of a line. */
static bool is_heading(struct ub_text text)
{
	size_t n = 0;
	while (n < text.len && text.ptr[n] == '#')
		n++;
	return n >= 1 && n <= 6 && n < text.len && text.ptr[n] == ' ';
}

/* Reports `##Agenda {weight=2}`, which is no heading. */
static void check_heading(struct parser *p, const struct tmpl_token *token, struct ub_text text)
{
	if (!p->headings || !text.len || text.ptr[0] != '#' || is_heading(text) ||
	    ub_text_find(text, UB_TEXT("{weight"), 0) == SIZE_MAX)
		return;
	struct ub_diag *diag = ub_error(p->diags, "bad-weight", token_place(p, token), "this is no heading");
	ub_diag_set_help(p->diags, diag, "a heading begins with one to six `#` and a blank");
}

static void close_heading(struct parser *p)
{
	while (p->depth > 0 && p->stack[p->depth].node->kind != NODE_HEADING)
		report_unclosed(p, &p->stack[p->depth--], "this section is not closed on the heading's line");
	if (p->depth > 0)
		tmpl_parse_weight(p->origin, p->stack[p->depth--].node, p->diags);
}

/* Begins a line: adds the mark of its beginning and perhaps a heading. Returns the rest of the
 * line's first text. */
static struct ub_text begin_line(
    struct parser *p, struct line *line, const struct tmpl_token *first, bool *heading)
{
	struct ub_text text =
	    first->kind == TOKEN_TEXT ? part(p, first->at, first->len) : part(p, first->at, 0);
	add(p, NODE_LINE, line->blank);
	text = ub_text_sub(text, line->blank.len, text.len);
	if (!line->blank.len)
		check_heading(p, first, text);
	*heading = p->headings && !line->blank.len && is_heading(text);
	if (*heading) {
		push(p, add(p, NODE_HEADING, text), first);
		while (text.len && (text.ptr[0] == '#' || text.ptr[0] == ' '))
			text = ub_text_sub(text, 1, text.len);
	}
	return text;
}

static void parse_inline(struct parser *p, struct line *line)
{
	bool heading = false, only_blanks = true;
	for (size_t i = line->from; i < line->to; i++) {
		const struct tmpl_token *token = &p->tokens.items[i];
		struct ub_text text = part(p, token->at, token->len);
		if (i == line->from && token->kind != TOKEN_NEWLINE) {
			struct ub_text rest = begin_line(p, line, token, &heading);
			text = token->kind == TOKEN_TEXT ? rest : text;
		}
		if (token->kind == TOKEN_NEWLINE && heading)
			close_heading(p);
		if (token->kind == TOKEN_TEXT || token->kind == TOKEN_NEWLINE) {
			only_blanks = only_blanks && all_blank(text);
			if (text.len)
				add(p, NODE_TEXT, text);
		} else if (token->kind == TOKEN_CLOSE) {
			close(p, token);
		} else if (token->kind != TOKEN_COMMENT && token->kind != TOKEN_DELIMITERS) {
			add_tag(p, token, line, only_blanks);
			only_blanks = only_blanks && opens(token->kind);
		}
	}
	if (heading && p->tokens.items[line->to - 1].kind != TOKEN_NEWLINE)
		close_heading(p);
}

static void parse_standalone(struct parser *p, const struct line *line)
{
	size_t parent_end = line->from; /* of a parent that begins and ends on this line */
	for (size_t i = line->from; i < line->to; i++) {
		const struct tmpl_token *token = &p->tokens.items[i];
		size_t closed = token->kind == TOKEN_PARENT ? closed_on_line(p, i, line->to) : SIZE_MAX;
		switch (token->kind) {
		case TOKEN_NEWLINE:
		case TOKEN_COMMENT:
		case TOKEN_DELIMITERS:
			break;
		case TOKEN_TEXT: /* the text that such a parent gives to a block counts, blanks too */
			if (i < parent_end && p->stack[p->depth].node->kind == NODE_BLOCK)
				add(p, NODE_TEXT, part(p, token->at, token->len));
			break;
		case TOKEN_CLOSE:
			close(p, token);
			break;
		default:
			if (closed != SIZE_MAX && i >= parent_end)
				parent_end = closed;
			add_tag(p, token, line, true);
		}
	}
}

static void parse_line(struct parser *p, size_t from, size_t to)
{
	const struct tmpl_token *first = &p->tokens.items[from];
	struct line line = { from, to, is_standalone(p, from, to), part(p, first->at, 0) };
	if (first->kind == TOKEN_TEXT)
		line.blank = leading_blanks(part(p, first->at, first->len));
	if (line.standalone)
		parse_standalone(p, &line);
	else
		parse_inline(p, &line);
}

bool tmpl_parse(const struct tmpl_origin *origin, size_t from, bool headings, struct tmpl_nodes *nodes,
    struct ub_diags *diags, struct ub_arena *arena)
{
	struct parser p = { .origin = origin, .diags = diags, .arena = arena, .headings = headings };
	p.stack[0].nodes = nodes;
	size_t errors = diags->errors;
	tmpl_scan(origin, from, &p.tokens, diags, arena);
	bool whole = diags->errors == errors; /* else the missing tags were reported already */
	for (size_t i = 0, to; i < p.tokens.n; i = to) {
		to = i;
		while (to < p.tokens.n && p.tokens.items[to].kind != TOKEN_NEWLINE)
			to++;
		to += to < p.tokens.n;
		parse_line(&p, i, to);
	}
	for (; whole && p.depth > 0; p.depth--)
		report_unclosed(&p, &p.stack[p.depth], "this section is not closed");
	return whole && !p.doubtful;
}
