/* SPDX-License-Identifier: Apache-2.0 */
#include "ical-private.h"

#include <string.h>

/*
 * A description as HTML, for clients that show it in place of the plain one. Nothing is added to it but
 * what the plain text already says by its lines: lists, headings in capitals, and links.
 */

static bool is_one_of(const char *chars, char c)
{
	return c != '\0' && strchr(chars, c) != NULL;
}

static void put_escaped(struct ub_buf *out, struct ub_text text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		if (c == '<' || c == '>' || c == '&' || c == '"')
			ub_buf_str(out, c == '<'   ? "&lt;"
					: c == '>' ? "&gt;"
					: c == '&' ? "&amp;"
						   : "&quot;");
		else if (c != '\r')
			ub_buf_char(out, c);
	}
}

/* Where the link that begins here ends. A stop or a bracket at the end belongs to the sentence. */
static size_t end_of_link(struct ub_text text, size_t at)
{
	size_t end = at;
	while (end < text.len && !is_one_of(" \t\r<>\"'", text.ptr[end]))
		end++;
	while (end > at && is_one_of(".,;:!?)]}", text.ptr[end - 1]))
		end--;
	return end;
}

static size_t next_link(struct ub_text text, size_t from)
{
	size_t secure = ub_text_find(text, UB_TEXT("https://"), from);
	size_t plain = ub_text_find(text, UB_TEXT("http://"), from);
	return secure < plain ? secure : plain;
}

static void put_line(struct ub_buf *out, struct ub_text line)
{
	size_t done = 0;
	for (size_t at; (at = next_link(line, done)) != SIZE_MAX;) {
		size_t end = end_of_link(line, at);
		put_escaped(out, ub_text_sub(line, done, at));
		ub_buf_str(out, "<a href=\"");
		put_escaped(out, ub_text_sub(line, at, end));
		ub_buf_str(out, "\">");
		put_escaped(out, ub_text_sub(line, at, end));
		ub_buf_str(out, "</a>");
		done = end;
	}
	put_escaped(out, ub_text_sub(line, done, line.len));
}

/* Whether the line is a heading: some capitals, and nothing small but what stands in brackets. */
static bool is_heading(struct ub_text line)
{
	size_t capitals = 0, brackets = 0;
	for (size_t i = 0; i < line.len; i++) {
		char c = line.ptr[i];
		brackets += c == '(';
		brackets -= c == ')' && brackets;
		capitals += c >= 'A' && c <= 'Z';
		if (c >= 'a' && c <= 'z' && !brackets)
			return false;
	}
	return capitals > 3;
}

/* Opens or closes the list, and says whether the line is an entry of it or goes on with one. */
static bool in_list(struct ub_buf *out, struct ub_text line, bool *open)
{
	bool entry = ub_text_starts(line, UB_TEXT("- "));
	bool goes_on = *open && ub_text_starts(line, UB_TEXT("  "));
	if (entry && !*open)
		ub_buf_str(out, "<ul>");
	if (*open && !entry && !goes_on)
		ub_buf_str(out, "</ul>");
	*open = entry || goes_on;
	if (entry || goes_on)
		ub_buf_str(out, entry ? "<li>" : "<br>");
	return *open;
}

static struct ub_text html_of(struct ub_text text, struct ub_arena *arena)
{
	struct ub_buf out = UB_BUF(arena);
	struct ub_text rest = text, line;
	bool list = false;
	while (rest.len && ub_text_split(&rest, '\n', &line)) {
		if (in_list(&out, line, &list)) {
			put_line(&out, ub_text_sub(line, 2, line.len));
			continue;
		}
		bool heading = is_heading(line);
		ub_buf_str(&out, heading ? "<b>" : "");
		put_line(&out, line);
		ub_buf_str(&out, heading ? "</b><br>" : "<br>");
	}
	ub_buf_str(&out, list ? "</ul>" : "");
	return ub_buf_text(&out);
}

/* As a data URI (RFC 2397), with all percent-encoded that RFC 3986 does not let stand in one. */
static struct ub_text data_uri(struct ub_text html, struct ub_arena *arena)
{
	static const char hex[] = "0123456789ABCDEF";
	static const char stand[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~!*()";
	struct ub_buf out = UB_BUF(arena);
	ub_buf_str(&out, UB_ICAL_DATA_HTML);
	for (size_t i = 0; i < html.len; i++) {
		unsigned char c = (unsigned char)html.ptr[i];
		if (is_one_of(stand, (char)c)) {
			ub_buf_char(&out, (char)c);
			continue;
		}
		ub_buf_char(&out, '%');
		ub_buf_char(&out, hex[c >> 4]);
		ub_buf_char(&out, hex[c & 15]);
	}
	return ub_buf_text(&out);
}

/* A line's parameters are read up to a length, and some servers have one. */
struct ub_text ub_ical_altrep(struct ub_text text, unsigned html, struct ub_arena *arena)
{
	if (!(html & UB_HTML_ALTREP) || ub_text_trim(text).len == 0 || text.len > UB_ICAL_HTML_MAX)
		return UB_TEXT_NONE;
	struct ub_text uri = data_uri(html_of(text, arena), arena);
	return uri.len <= UB_ICAL_HTML_MAX ? uri : UB_TEXT_NONE;
}

struct ub_text ub_ical_x_alt_desc(struct ub_text text, unsigned html, struct ub_arena *arena)
{
	if (!(html & UB_HTML_X_ALT_DESC) || ub_text_trim(text).len == 0 || text.len > UB_ICAL_HTML_MAX)
		return UB_TEXT_NONE;
	struct ub_text page =
	    ub_textf(arena, "<html><body>%.*s</body></html>", UB_ARGS(html_of(text, arena)));
	return page.len <= UB_ICAL_HTML_MAX ? page : UB_TEXT_NONE;
}

struct ub_text ub_ical_described(struct ub_text value, unsigned html, struct ub_arena *arena)
{
	struct ub_text text = ub_libical_unescaped(value, arena);
	struct ub_text altrep = ub_ical_altrep(text, html, arena);
	struct ub_buf line = UB_BUF(arena), out = UB_BUF(arena);
	if (value.len == 0)
		return UB_TEXT_NONE;
	ub_buf_str(&line, "DESCRIPTION");
	if (altrep.len)
		ub_buf_printf(&line, ";ALTREP=\"%.*s\"", UB_ARGS(altrep));
	ub_buf_printf(&line, ":%.*s", UB_ARGS(value));
	ub_ical_fold(&out, ub_buf_text(&line));
	ub_ical_put_text(&out, "X-ALT-DESC;FMTTYPE=text/html", ub_ical_x_alt_desc(text, html, arena));
	return ub_buf_text(&out);
}

unsigned ub_ical_html(const struct ub_ical *ical)
{
	size_t master = ub_ical_master(ical);
	if (master == NO_COMPONENT)
		return 0;
	const struct line *description = ub_ical_line(ical, master, "DESCRIPTION", NULL);
	struct ub_text altrep = description ? ub_ical_raw_param(description, "ALTREP") : UB_TEXT_NONE;
	return (ub_text_starts(altrep, UB_TEXT(UB_ICAL_DATA_HTML)) ? UB_HTML_ALTREP : 0) |
	       (ub_ical_line(ical, master, "X-ALT-DESC", NULL) ? UB_HTML_X_ALT_DESC : 0);
}
