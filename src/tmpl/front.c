/* SPDX-License-Identifier: Apache-2.0 */
#include "tmpl-private.h"

struct front_parser {
	const struct tmpl_origin *origin;
	struct tmpl_front *front;
	struct ub_diags *diags;
};

/* The place of a key or value in the text. */
static struct ub_place place_of(struct front_parser *p, struct ub_text part)
{
	return tmpl_place(p->origin, (size_t)(part.ptr - p->origin->text.ptr), part.len);
}

/* The index of `value` among `words`. SIZE_MAX: `value` is none of them, which is reported. */
static size_t choose(
    struct front_parser *p, const char *what, struct ub_text value, const struct ub_text *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (ub_text_eq(value, words[i]))
			return i;
	struct ub_diag *diag =
	    ub_error(p->diags, "bad-value", place_of(p, value), "`%.*s` is no %s", UB_ARGS(value), what);
	ub_diag_set_help(p->diags, diag, "it is `%.*s` or `%.*s`", UB_ARGS(words[0]), UB_ARGS(words[n - 1]));
	return SIZE_MAX;
}

static void set_audience(struct front_parser *p, struct ub_text value)
{
	const struct ub_text words[] = { UB_TEXT("internal"), UB_TEXT("customer") };
	size_t i = choose(p, "audience", value, words, UB_COUNT(words));
	if (i != SIZE_MAX)
		p->front->audience = (enum ub_template_audience)i;
}

static void set_format(struct front_parser *p, struct ub_text value)
{
	const struct ub_text words[] = { UB_TEXT("text"), UB_TEXT("html") };
	size_t i = choose(p, "format", value, words, UB_COUNT(words));
	if (i != SIZE_MAX)
		p->front->format = (enum ub_template_format)i;
}

bool tmpl_is_language(struct ub_text value)
{
	struct ub_text rest = value, language;
	if (!ub_text_split(&rest, '-', &language) || language.len < 2 || language.len > 3)
		return false;
	for (size_t i = 0; i < value.len; i++) {
		char c = value.ptr[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		if (!letter && (i == 0 || ((c < '0' || c > '9') && c != '-')))
			return false;
	}
	return value.len <= 35;
}

static void set_language(struct front_parser *p, struct ub_text value)
{
	if (tmpl_is_language(value)) {
		p->front->language = value;
		p->front->language_at = place_of(p, value).at;
		return;
	}
	struct ub_diag *diag =
	    ub_error(p->diags, "bad-value", place_of(p, value), "`%.*s` is no language tag", UB_ARGS(value));
	ub_diag_set_help(p->diags, diag, "write it like `en`, `de` or `pt-BR`");
}

static const struct {
	struct ub_text key;
	void (*set)(struct front_parser *p, struct ub_text value);
} keys[] = { { { "audience", 8 }, set_audience }, { { "format", 6 }, set_format },
	{ { "language", 8 }, set_language } };

static void parse_pair(struct front_parser *p, struct ub_text key, struct ub_text value)
{
	struct ub_text names[UB_COUNT(keys)];
	for (size_t i = 0; i < UB_COUNT(keys); i++) {
		names[i] = keys[i].key;
		if (ub_text_eq(key, keys[i].key)) {
			keys[i].set(p, value);
			return;
		}
	}
	struct ub_diag *diag = ub_error(
	    p->diags, "unknown-key", place_of(p, key), "a template's head has no `%.*s`", UB_ARGS(key));
	struct ub_text near = ub_suggest(key, names, UB_COUNT(names));
	if (near.len)
		ub_diag_set_help(p->diags, diag, "did you mean `%.*s`?", UB_ARGS(near));
	else
		ub_diag_set_help(p->diags, diag, "it knows `audience`, `format` and `language`");
}

static void parse_line(struct front_parser *p, struct ub_text line)
{
	struct ub_text bare = ub_text_trim(line), rest = bare, key;
	if (!bare.len || bare.ptr[0] == '#')
		return;
	ub_text_split(&rest, ':', &key);
	if (!rest.ptr) {
		struct ub_diag *diag =
		    ub_error(p->diags, "syntax", place_of(p, bare), "this is no `key: value`");
		ub_diag_set_help(p->diags, diag, "the head of a template ends with a line `---`");
		return;
	}
	parse_pair(p, ub_text_trim(key), ub_text_trim(rest));
}

/* The line at `at` without its end. *next is where the next line begins. */
static struct ub_text cut_line(struct ub_text text, size_t at, size_t *next)
{
	size_t end = ub_text_find(text, UB_TEXT("\n"), at);
	*next = end == SIZE_MAX ? text.len : end + 1;
	struct ub_text line = ub_text_sub(text, at, end == SIZE_MAX ? text.len : end);
	if (line.len && line.ptr[line.len - 1] == '\r')
		line.len--;
	return line;
}

/* Blanks at the end of a fence are allowed, as nobody sees them. */
static bool is_fence(struct ub_text line)
{
	return ub_text_starts(line, UB_TEXT("---")) && ub_text_is(ub_text_trim(line), "---");
}

static bool is_dashes(struct ub_text line)
{
	line = ub_text_trim(line);
	for (size_t i = 0; i < line.len; i++)
		if (line.ptr[i] != '-')
			return false;
	return line.len >= 3;
}

/* Reports a head that would be shown as text: dashes and one of the head's keys, but not in the first lines,
 * or with more dashes. */
static void refuse_misplaced(struct front_parser *p, size_t at)
{
	struct ub_text text = p->origin->text, line, rest, key;
	size_t next = at;
	do {
		at = next;
		line = cut_line(text, at, &next);
	} while (next < text.len && ub_text_trim(line).len == 0);
	rest = cut_line(text, next, &next);
	if (!is_dashes(line) || !ub_text_split(&rest, ':', &key))
		return;
	for (size_t i = 0; i < UB_COUNT(keys); i++) {
		if (!ub_text_eq(ub_text_trim(key), keys[i].key))
			continue;
		struct ub_diag *diag = ub_error(p->diags, "misplaced-head",
		    tmpl_place(p->origin, at, line.len), "here begins no head, so this is shown as text");
		ub_diag_set_help(p->diags, diag, "a head begins with `---` in the first line of the file");
	}
}

void tmpl_parse_front(const struct tmpl_origin *origin, struct tmpl_front *front, struct ub_diags *diags)
{
	struct front_parser p = { origin, front, diags };
	struct ub_text text = origin->text;
	size_t first = ub_text_starts(text, UB_TEXT("\xEF\xBB\xBF")) ? 3 : 0; /* a byte order mark */
	size_t at;
	front->end = first;
	if (!is_fence(cut_line(text, first, &at))) {
		refuse_misplaced(&p, first);
		return;
	}
	size_t begin = at;
	front->end = 0;
	for (size_t next; at < text.len; at = next) {
		struct ub_text line = cut_line(text, at, &next);
		if (is_fence(line)) {
			front->end = next;
			break;
		}
	}
	if (!front->end) {
		struct ub_diag *diag = ub_error(diags, "unclosed-head", tmpl_place(origin, first, 3),
		    "the head that this line opens is not closed");
		ub_diag_set_help(diags, diag, "end it with a line `---`");
		front->end = text.len;
		return;
	}
	for (size_t next; begin < at; begin = next)
		parse_line(&p, cut_line(text, begin, &next));
}
