/* SPDX-License-Identifier: Apache-2.0 */
#include "facts-private.h"

/*
 * HTML in a text property, as Google's calendar writes it, read as text. This is no reader of documents: tags
 * go, those of blocks end a line, a point of a list begins with a dash, entities become characters. A text in
 * which no tag or entity stands is left alone, and so is whatever only looks like a tag, such as
 * "<https://acme.example>" or "a < b". Of the links, which tags hide, those to a conference are kept.
 */

static const struct tag {
	const char *name;
	enum { INLINE, GAP, BLOCK, POINT, SILENT } kind; /* silent: what is inside is not shown either */
} tags[] = { { "a", INLINE }, { "abbr", INLINE }, { "b", INLINE }, { "body", BLOCK }, { "blockquote", BLOCK },
	{ "br", BLOCK }, { "center", BLOCK }, { "code", INLINE }, { "dd", BLOCK }, { "div", BLOCK },
	{ "dl", BLOCK }, { "dt", BLOCK }, { "em", INLINE }, { "font", INLINE }, { "h1", BLOCK },
	{ "h2", BLOCK }, { "h3", BLOCK }, { "h4", BLOCK }, { "h5", BLOCK }, { "h6", BLOCK },
	{ "head", SILENT }, { "hr", BLOCK }, { "html", BLOCK }, { "html-blob", BLOCK }, { "i", INLINE },
	{ "img", INLINE }, { "li", POINT }, { "meta", INLINE }, { "ol", BLOCK }, { "p", BLOCK },
	{ "pre", BLOCK }, { "s", INLINE }, { "script", SILENT }, { "small", INLINE }, { "span", INLINE },
	{ "strike", INLINE }, { "strong", INLINE }, { "style", SILENT }, { "sub", INLINE }, { "sup", INLINE },
	{ "table", BLOCK }, { "tbody", BLOCK }, { "td", GAP }, { "th", GAP }, { "thead", BLOCK },
	{ "title", SILENT }, { "tr", BLOCK }, { "tt", INLINE }, { "u", INLINE }, { "ul", BLOCK },
	{ "wbr", INLINE } };

static const struct entity {
	const char *name;
	uint32_t point;
} entities[] = { { "amp", '&' }, { "lt", '<' }, { "gt", '>' }, { "quot", '"' }, { "apos", '\'' },
	{ "nbsp", ' ' }, { "auml", 0xE4 }, { "ouml", 0xF6 }, { "uuml", 0xFC }, { "Auml", 0xC4 },
	{ "Ouml", 0xD6 }, { "Uuml", 0xDC }, { "szlig", 0xDF }, { "agrave", 0xE0 }, { "aacute", 0xE1 },
	{ "ccedil", 0xE7 }, { "egrave", 0xE8 }, { "eacute", 0xE9 }, { "ecirc", 0xEA }, { "ntilde", 0xF1 },
	{ "oacute", 0xF3 }, { "ndash", 0x2013 }, { "mdash", 0x2014 }, { "lsquo", 0x2018 },
	{ "rsquo", 0x2019 }, { "ldquo", 0x201C }, { "rdquo", 0x201D }, { "bdquo", 0x201E },
	{ "bull", 0x2022 }, { "middot", 0xB7 }, { "hellip", 0x2026 }, { "euro", 0x20AC }, { "copy", 0xA9 },
	{ "reg", 0xAE }, { "laquo", 0xAB }, { "raquo", 0xBB }, { "zwnj", 0x200C }, { "shy", 0xAD } };

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

/* The end of the name that begins at `at`. */
static size_t name_end(struct ub_text text, size_t at)
{
	while (at < text.len && is_name(text.ptr[at]))
		at++;
	return at;
}

/* The tag that begins at `at`, and where it ends. A tag that is cut off ends with the text. NULL: there is
 * none. */
static const struct tag *find_tag(struct ub_text text, size_t at, size_t *end, bool *closing)
{
	*closing = at + 1 < text.len && text.ptr[at + 1] == '/';
	size_t from = at + 1 + *closing, to = name_end(text, from);
	char after = to < text.len ? text.ptr[to] : '>';
	if (after != '>' && after != '/' && after != ' ' && after != '\n' && after != '\t' && after != '\r')
		return NULL;
	for (size_t i = 0; i < UB_COUNT(tags); i++) {
		if (!ub_text_eq_nocase(ub_text_sub(text, from, to), ub_text(tags[i].name)))
			continue;
		size_t close = ub_text_find(text, UB_TEXT(">"), to);
		*end = close == SIZE_MAX ? text.len : close + 1;
		return &tags[i];
	}
	return NULL;
}

/* "#228" and "#xE4". */
static uint32_t numbered(struct ub_text name)
{
	bool hex = name.len > 1 && (name.ptr[1] == 'x' || name.ptr[1] == 'X');
	uint32_t point = 0;
	for (size_t i = hex ? 2 : 1; i < name.len; i++) {
		char c = name.ptr[i];
		uint32_t digit = c <= '9' ? (uint32_t)(c - '0') : (uint32_t)((c | 0x20) - 'a') + 10;
		if (digit >= (hex ? 16 : 10) || point > 0x10FFFF)
			return 0;
		point = point * (hex ? 16 : 10) + digit;
	}
	return point > 0x10FFFF || (point >= 0xD800 && point < 0xE000) ? 0 : point;
}

/* The character of the entity that begins at `at`, and where the entity ends. 0: there is none. */
static uint32_t find_entity(struct ub_text text, size_t at, size_t *end)
{
	size_t from = at + 1, to = name_end(text, from + (from < text.len && text.ptr[from] == '#'));
	if (to >= text.len || text.ptr[to] != ';' || to - from > 10)
		return 0;
	struct ub_text name = ub_text_sub(text, from, to);
	*end = to + 1;
	if (name.len > 1 && name.ptr[0] == '#')
		return numbered(name);
	for (size_t i = 0; i < UB_COUNT(entities); i++)
		if (ub_text_is(name, entities[i].name))
			return entities[i].point;
	return 0;
}

static void put_point(struct ub_buf *out, uint32_t c)
{
	unsigned rest = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
	static const unsigned char first[] = { 0, 0xC0, 0xE0, 0xF0 };
	ub_buf_char(out, (char)(first[rest] | c >> (6 * rest)));
	while (rest-- > 0)
		ub_buf_char(out, (char)(0x80 | (c >> (6 * rest) & 0x3F)));
}

/* Where the contents of a silent tag end: at its closing tag, which is then read by itself. */
static size_t skip_contents(struct ub_text text, size_t at, const struct tag *tag)
{
	for (size_t end; (at = ub_text_find(text, UB_TEXT("</"), at)) != SIZE_MAX; at += 2) {
		bool closing;
		if (find_tag(text, at, &end, &closing) == tag)
			return at;
	}
	return text.len;
}

/* Whether the text ends with the dash of a point, which has no words yet. */
static bool begins_point(const struct ub_buf *out)
{
	return ub_text_ends(ub_buf_text(out), UB_TEXT("\n- ")) || ub_text_is(ub_buf_text(out), "- ");
}

static void put_break(struct ub_buf *out, char c)
{
	if (out->len && !begins_point(out) && out->ptr[out->len - 1] != '\n' &&
	    (c == '\n' || out->ptr[out->len - 1] != ' '))
		ub_buf_char(out, c);
}

/* Reads what begins with `<` at `at`. Returns where it ends; `at`: it is no tag. */
static size_t read_tag(struct ub_text text, size_t at, struct ub_buf *out)
{
	size_t end;
	bool closing;
	if (ub_text_starts(ub_text_sub(text, at, text.len), UB_TEXT("<!--"))) {
		end = ub_text_find(text, UB_TEXT("-->"), at);
		return end == SIZE_MAX ? text.len : end + 3;
	}
	const struct tag *tag = find_tag(text, at, &end, &closing);
	if (!tag)
		return at;
	if (tag->kind == SILENT && !closing)
		return skip_contents(text, end, tag);
	struct ub_text link = closing ? UB_TEXT_NONE : facts_find_conference(ub_text_sub(text, at, end));
	if (link.len) {
		put_break(out, '\n');
		ub_buf_printf(out, "%.*s\n", UB_ARGS(link));
	}
	if (tag->kind != INLINE && tag->kind != SILENT)
		put_break(out, tag->kind == GAP ? ' ' : '\n');
	if (tag->kind == POINT && !closing && !begins_point(out))
		ub_buf_str(out, "- ");
	return end;
}

struct ub_text facts_html_to_text(struct ub_text text, struct ub_arena *arena)
{
	if (ub_text_find(text, UB_TEXT("<"), 0) == SIZE_MAX &&
	    ub_text_find(text, UB_TEXT("&"), 0) == SIZE_MAX)
		return text;
	struct ub_buf out = UB_BUF(arena);
	for (size_t at = 0, end; at < text.len; at = end) {
		char c = text.ptr[at];
		end = c == '<' ? read_tag(text, at, &out) : at;
		if (end != at)
			continue;
		uint32_t point = c == '&' ? find_entity(text, at, &end) : 0;
		if (point) {
			put_point(&out, point);
		} else {
			ub_buf_char(&out, c);
			end = at + 1;
		}
	}
	return ub_text_trim(ub_buf_text(&out));
}
