/* SPDX-License-Identifier: Apache-2.0 */
#include "yaml-private.h"

/*
 * What the author meant where YAML understood something else. A value that begins with one of YAML's
 * indicators is known by that first character, whatever libyaml stumbled over later. Other values are known
 * by libyaml's own words, which are stable since 2006.
 */

/* A longer text is not repeated in a help line. */
#define QUOTE_MAX 70

static size_t line_start(struct ub_text text, size_t at)
{
	while (at > 0 && text.ptr[at - 1] != '\n')
		at--;
	return at;
}

static size_t line_end(struct ub_text text, size_t at)
{
	while (at < text.len && text.ptr[at] != '\n' && text.ptr[at] != '\r')
		at++;
	return at;
}

static bool is_opening(char c)
{
	return c == '{' || c == '[';
}

static bool is_closing(char c)
{
	return c == '}' || c == ']';
}

/* Where the bracket at `from` is closed. SIZE_MAX: not before `end`. */
static size_t closing_bracket(struct ub_text text, size_t from, size_t end)
{
	size_t depth = 0;
	for (size_t i = from; i < end; i++) {
		depth += is_opening(text.ptr[i]);
		if (is_closing(text.ptr[i]) && --depth == 0)
			return i;
	}
	return SIZE_MAX;
}

/* Where the closing quote of the quoted text at `from` stands. SIZE_MAX: there is none. */
static size_t closing_quote(struct ub_text text, size_t from, size_t end)
{
	char quote = text.ptr[from];
	for (size_t i = from + 1; i < end; i++) {
		bool pair = i + 1 < end && (quote == '"' ? text.ptr[i] == '\\'
							 : text.ptr[i] == '\'' && text.ptr[i + 1] == '\'');
		if (pair)
			i++;
		else if (text.ptr[i] == quote)
			return i;
	}
	return SIZE_MAX;
}

static size_t skip_blanks(struct ub_text text, size_t at, size_t end)
{
	while (at < end && (text.ptr[at] == ' ' || text.ptr[at] == '\t'))
		at++;
	return at;
}

static size_t skip_white(struct ub_text text, size_t at, size_t end)
{
	while (at < end &&
	       (text.ptr[at] == ' ' || text.ptr[at] == '\t' || text.ptr[at] == '\r' || text.ptr[at] == '\n'))
		at++;
	return at;
}

/* The offset behind `key:` when the line has one at `at`, else `at`. */
static size_t skip_key(struct ub_text text, size_t at, size_t end)
{
	if (at == end || is_opening(text.ptr[at]))
		return at;
	size_t from = at;
	if (text.ptr[at] == '"' || text.ptr[at] == '\'') {
		from = closing_quote(text, at, end);
		if (from == SIZE_MAX || from + 1 >= end || text.ptr[from + 1] != ':')
			return at;
	}
	for (size_t i = from; i < end; i++)
		if (text.ptr[i] == ':' && (i + 1 == end || text.ptr[i + 1] == ' '))
			return skip_blanks(text, i + 1, end);
	return at;
}

/* The piece around `at` within the `{a: x, b: y}` or `[x, y]` that begins at `from`. */
static struct ub_place piece_around(const struct ub_source *source, size_t from, size_t at, size_t end)
{
	struct ub_text text = source->text;
	size_t start = at, stop = at;
	while (start > from && !is_opening(text.ptr[start - 1]) && text.ptr[start - 1] != ',' &&
	       !(text.ptr[start - 1] == ' ' && start > 1 && text.ptr[start - 2] == ':'))
		start--;
	while (stop < end && !is_closing(text.ptr[stop]) && text.ptr[stop] != ',')
		stop++;
	start = skip_blanks(text, start, stop);
	return (struct ub_place){ source, start, stop - start };
}

/* Whether as many brackets are closed as opened, and quotes come in pairs: then the text
 * may well be whole. */
static bool is_whole(struct ub_text text)
{
	int round = 0, quotes = 0;
	for (size_t i = 0; i < text.len; i++) {
		round += text.ptr[i] == '(' || is_opening(text.ptr[i]);
		round -= text.ptr[i] == ')' || is_closing(text.ptr[i]);
		quotes += text.ptr[i] == '"';
	}
	return round == 0 && quotes % 2 == 0;
}

/* Where a comment begins that the text before it can do without. `end`: there is none. */
static size_t comment_start(struct ub_text text, size_t from, size_t end)
{
	size_t at = ub_text_find(ub_text_sub(text, 0, end), UB_TEXT(" #"), from);
	bool quoted = from < end && text.ptr[from] == '\'';
	if (at == SIZE_MAX || quoted || !is_whole(ub_text_sub(text, from, at)))
		return end;
	return at;
}

struct ub_place ub_yaml_value_on_line(const struct ub_source *source, size_t at)
{
	struct ub_text text = source->text;
	size_t end = line_end(text, at), i = skip_blanks(text, line_start(text, at), end);
	while (i + 1 < end && text.ptr[i] == '-' && text.ptr[i + 1] == ' ')
		i = skip_blanks(text, i + 1, end);
	i = skip_key(text, i, end);
	end = comment_start(text, i, end);
	while (end > i && text.ptr[end - 1] == ' ')
		end--;
	bool braces = i + 1 < end && text.ptr[i] == '{' && text.ptr[i + 1] == '{';
	if (i < end && i < at && is_opening(text.ptr[i]) && !braces &&
	    closing_bracket(text, i, at) == SIZE_MAX)
		return piece_around(source, i, at, end);
	return (struct ub_place){ source, i, end - i };
}

static struct ub_text text_at(struct ub_place place)
{
	return ub_text_sub(place.source->text, place.at, place.at + place.len);
}

static bool has(struct ub_text text, const char *needle)
{
	return ub_text_find(text, ub_text(needle), 0) != SIZE_MAX;
}

void ub_yaml_help_to_quote(struct ub_diags *diags, struct ub_diag *diag, struct ub_text value)
{
	const char *how = "'";
	if (has(value, "'"))
		how = has(value, "\"") || has(value, "\\") ? NULL : "\"";
	if (value.len > QUOTE_MAX || !how)
		ub_diag_set_help(diags, diag, "write the text as a block: `|` here, the text indented below");
	else
		ub_diag_set_help(diags, diag, "quote it: %s%.*s%s", how, UB_ARGS(value), how);
}

/* ---- values that begin with an indicator ---- */

struct indicator {
	char first;
	const char *code, *message;
};

static const struct indicator indicators[] = {
	{ '!', "yaml-tag", "unquoted, `!` starts a YAML tag" },
	{ '&', "yaml-anchor", "unquoted, `&` starts a YAML anchor" },
	{ '*', "yaml-alias", "unquoted, `*` starts a YAML alias" },
	{ '{', "yaml-braces", "unquoted, `{` starts a YAML map" },
	{ '[', "yaml-brackets", "unquoted, `[` starts a YAML list" },
	{ '@', "yaml-reserved", "an unquoted text cannot start with `@`" },
	{ '`', "yaml-reserved", "an unquoted text cannot start with a backquote" },
	{ '%', "yaml-reserved", "an unquoted text cannot start with `%`" },
	{ '|', "yaml-block", "after `|`, the text of a block begins on the next line" },
	{ '>', "yaml-block", "after `>`, the text of a block begins on the next line" },
	{ '"', "yaml-quotes", "the text goes on after its closing quote" },
	{ '\'', "yaml-quotes", "the text goes on after its closing quote" },
};

/* Whether text follows the end of the bracket or quote that the value begins with. */
static bool goes_on(struct ub_text value)
{
	bool bracket = is_opening(value.ptr[0]);
	size_t close = bracket ? closing_bracket(value, 0, value.len) : closing_quote(value, 0, value.len);
	if (close == SIZE_MAX)
		return false;
	size_t next = skip_blanks(value, close + 1, value.len);
	return next < value.len && value.ptr[next] != '#' && value.ptr[next] != ':';
}

static bool applies(const struct indicator *indicator, struct ub_text value, struct ub_text problem)
{
	if (value.len == 0 || indicator->first != value.ptr[0])
		return false;
	switch (indicator->first) {
	case '{':
	case '[':
		return ub_text_starts(value, UB_TEXT("{{")) || goes_on(value);
	case '"':
	case '\'':
		return !has(problem, "escape") && goes_on(value);
	case '|':
	case '>':
		return has(problem, "comment or line break") || has(problem, "indentation indicator");
	default:
		return true;
	}
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* 'it's' has a quote within the text. An expression that begins with a string has not. */
static bool has_inner_quote(struct ub_text value)
{
	if (value.ptr[0] != '"' && value.ptr[0] != '\'')
		return false;
	size_t close = closing_quote(value, 0, value.len);
	return close != SIZE_MAX && close + 1 < value.len && is_letter(value.ptr[close + 1]) &&
	       value.ptr[value.len - 1] == value.ptr[0];
}

static bool explain_indicator(struct ub_place place, struct ub_text problem, struct ub_diags *diags)
{
	for (size_t i = 0; i < UB_COUNT(indicators); i++) {
		if (!applies(&indicators[i], text_at(place), problem))
			continue;
		struct ub_diag *diag =
		    ub_error(diags, indicators[i].code, place, "%s", indicators[i].message);
		if (has_inner_quote(text_at(place)))
			ub_diag_set_help(diags, diag, "a quote within the text is written %s",
			    indicators[i].first == '"' ? "\\\"" : "twice: ''");
		else
			ub_yaml_help_to_quote(diags, diag, text_at(place));
		return true;
	}
	return false;
}

/* ---- libyaml's own words ---- */

struct known {
	const char *problem; /* libyaml's words */
	const char *code, *message;
	const char *help; /* NULL: the help is to quote the value */
	bool at_context;  /* the fault is where libyaml began to read the value */
	bool mendable;    /* without this value, the rest can be read */
};

static const struct known known[] = {
	{ "unexpected end of stream", "yaml-unclosed", "this quote is never closed",
	    "close it on the same line", true, true },
	{ "unexpected document indicator", "yaml-unclosed", "this quote is never closed",
	    "close it on the same line", true, true },
	{ "unknown escape character", "yaml-escape", "no such escape in double quotes",
	    "use single quotes, in which a backslash is a backslash", false, true },
	{ "hexdecimal number", "yaml-escape", "no such escape in double quotes",
	    "use single quotes, in which a backslash is a backslash", false, true },
	{ "Unicode character escape", "yaml-escape", "no such character", NULL, false, true },
	{ "block sequence entries are not allowed", "yaml-list", "a list begins on the line after its key",
	    "put `- ...` on a line of its own", false, false },
	{ "could not find expected ':'", "yaml-key", "expected `key: value`",
	    "put a colon and a blank after the key; a text that goes on over lines needs a `|` block", true,
	    false },
	{ "did not find expected ',' or", "yaml-unclosed", "this bracket is never closed",
	    "close it, with a comma between the parts", true, false },
	{ "expected '-' indicator", "yaml-indentation", "this line does not fit the list it stands in",
	    "begin it with `- `, or indent it as deep as the keys of the item above", false, false },
	{ "did not find expected key", "yaml-indentation", "this line does not fit the map it stands in",
	    "keys of a map begin in the same column; a text that goes on over lines needs a `|` block", false,
	    false },
	{ "mapping values are not allowed", "yaml-indentation",
	    "this line is indented more than the one before", "keys of a map begin in the same column", false,
	    false },
	{ "expected <document start>", "yaml-indentation", "this line does not fit what stands before",
	    "keys of a map begin in the same column", false, false },
	{ "expected node content", "yaml-value", "a value is missing here", NULL, false, false },
};

static const struct known *find_known(struct ub_text problem)
{
	for (size_t i = 0; i < UB_COUNT(known); i++)
		if (has(problem, known[i].problem))
			return &known[i];
	return NULL;
}

/* In `title: Prep: x`, libyaml sees a second key on the line. */
static bool explain_colon(struct ub_place value, const struct event *event, struct ub_diags *diags)
{
	bool quoted = value.len &&
		      (value.source->text.ptr[value.at] == '"' || value.source->text.ptr[value.at] == '\'');
	if (!has(event->problem, "mapping values are not allowed") || !has(text_at(value), ": ") || quoted)
		return false;
	struct ub_diag *diag = ub_error(
	    diags, "yaml-colon", value, "unquoted, a colon and a blank make the text before them a key");
	ub_yaml_help_to_quote(diags, diag, text_at(value));
	return true;
}

static size_t line_before(struct ub_text text, size_t start)
{
	return start > 0 ? line_start(text, start - 1) : 0;
}

static bool is_comment(struct ub_text text, size_t start)
{
	size_t end = line_end(text, start), from = skip_blanks(text, start, end);
	return from < end && text.ptr[from] == '#';
}

/* The last line before that is no comment. */
static size_t said_before(struct ub_text text, size_t start)
{
	do
		start = line_before(text, start);
	while (start > 0 && is_comment(text, start));
	return start;
}

static size_t indentation(struct ub_text text, size_t start)
{
	return skip_blanks(text, start, line_end(text, start)) - start;
}

/* In `listen:127.0.0.1` the line is a text, and the next key does not fit. */
static bool explain_no_key(const struct ub_source *source, const struct event *event, struct ub_diags *diags)
{
	struct ub_text text = source->text;
	size_t start = line_start(text, event->from), before = said_before(text, start);
	size_t end = line_end(text, before), from = before + indentation(text, before);
	if (!has(event->problem, "mapping values are not allowed") || start == 0 || from == end ||
	    indentation(text, start) > from - before || skip_key(text, from, end) != from)
		return false;
	struct ub_place place = { source, from, end - from };
	struct ub_diag *diag = ub_error(diags, "yaml-key", place, "expected `key: value`");
	ub_diag_set_help(diags, diag, "put a colon and a blank after the key");
	return true;
}

/* In `-name: prep` a key begins with the dash, and the rest does not fit. */
static bool explain_dash(const struct ub_source *source, const struct event *event, struct ub_diags *diags)
{
	struct ub_text text = source->text;
	size_t start = line_start(text, event->from), before = said_before(text, start);
	size_t end = line_end(text, before), dash = skip_blanks(text, before, end);
	if (!has(event->problem, "mapping values are not allowed") || start == 0 || dash + 1 >= end ||
	    text.ptr[dash] != '-' || !is_letter(text.ptr[dash + 1]))
		return false;
	struct ub_place place = { source, dash, end - dash };
	struct ub_diag *diag = ub_error(diags, "yaml-list", place, "a blank is missing after the `-`");
	ub_diag_set_help(diags, diag, "an entry of a list begins with `- `");
	return true;
}

static bool explain_comment_before(
    const struct ub_source *source, const struct event *event, struct ub_diags *diags)
{
	size_t start = line_start(source->text, event->from);
	if (start == 0 || !has(event->problem, "did not find expected key"))
		return false;
	size_t before = line_before(source->text, start);
	struct ub_text line = ub_text_sub(source->text, before, line_end(source->text, before));
	size_t hash = ub_text_starts(ub_text_trim(line), UB_TEXT("#")) ? ub_text_find(line, UB_TEXT("#"), 0)
								       : ub_text_find(line, UB_TEXT(" #"), 0);
	if (hash == SIZE_MAX)
		return false;
	hash += line.ptr[hash] == ' ';
	struct ub_place place = { source, before + hash, line.len - hash };
	struct ub_diag *diag = ub_error(diags, "yaml-comment", place,
	    "a comment ends an unquoted text, and the next line goes on with it");
	ub_diag_set_help(
	    diags, diag, "write the text as a `|` block; comments in an expression begin with `//`");
	return true;
}

/* Where nothing stands, there is nothing to quote: at a comma of a list, or where the file ends within a
 * bracket. */
static bool explain_nothing(const struct ub_source *source, const struct event *event, struct ub_diags *diags)
{
	struct ub_text text = source->text, rest = ub_text_trim(ub_text_sub(text, event->from, text.len));
	bool ends = rest.len == 0;
	if (!has(event->problem, "expected node content") || !(ends || rest.ptr[0] == ','))
		return false;
	struct ub_text said = ub_text_trim(ub_text_sub(text, 0, event->from));
	size_t end = ends ? (size_t)(said.ptr + said.len - text.ptr) : event->from;
	size_t start = ends ? line_start(text, end) + indentation(text, line_start(text, end)) : event->from;
	struct ub_place place = { source, start, line_end(text, end) - start };
	struct ub_diag *diag = ends
				   ? ub_error(diags, "yaml-unclosed", place, "the file ends within a bracket")
				   : ub_error(diags, "yaml-value", place, "a value is missing here");
	ub_diag_set_help(diags, diag, "%s",
	    ends ? "close it, with a comma between the parts" : "write one, or take the comma out");
	return true;
}

static struct ub_place explain_known(
    const struct ub_source *source, const struct event *event, struct ub_diags *diags)
{
	const struct known *entry = find_known(event->problem);
	bool at_context = entry && entry->at_context && event->context != SIZE_MAX;
	size_t at = at_context ? event->context : event->from;
	struct ub_place value = ub_yaml_value_on_line(source, at);
	struct ub_place place = { source, at, line_end(source->text, at) - at };
	struct ub_diag *diag;
	if (!entry) {
		diag = ub_error(diags, "yaml-syntax", place, "not YAML: %.*s", UB_ARGS(event->problem));
		ub_yaml_help_to_quote(diags, diag, text_at(value));
	} else {
		diag = ub_error(diags, entry->code, place, "%s", entry->message);
		if (entry->help)
			ub_diag_set_help(diags, diag, "%s", entry->help);
		else
			ub_yaml_help_to_quote(diags, diag, text_at(value));
	}
	if (!entry || !entry->mendable)
		value.len = 0;
	return value;
}

struct ub_place ub_yaml_explain(
    const struct ub_source *source, const struct event *event, struct ub_diags *diags)
{
	struct ub_place none = { source, event->from, 0 };
	struct ub_place value = ub_yaml_value_on_line(source, event->from);
	if (explain_comment_before(source, event, diags) || explain_dash(source, event, diags) ||
	    explain_no_key(source, event, diags) || explain_nothing(source, event, diags))
		return none;
	if (explain_indicator(value, event->problem, diags) || explain_colon(value, event, diags))
		return value;
	return explain_known(source, event, diags);
}

/* ---- a comment that cuts a text ---- */

bool ub_yaml_check_comment(const struct ub_yaml_node *scalar, struct ub_diags *diags)
{
	struct ub_text text = scalar->place.source->text;
	size_t end = scalar->place.at + scalar->place.len;
	size_t stop = line_end(text, end), hash = skip_blanks(text, end, stop);
	if (hash == stop || text.ptr[hash] != '#' || is_whole(scalar->text))
		return true;
	struct ub_text all = ub_text_trim(ub_text_sub(text, scalar->place.at, stop));
	if (!is_whole(all))
		return true;
	struct ub_place place = { scalar->place.source, hash, stop - hash };
	struct ub_diag *diag = ub_error(
	    diags, "yaml-comment", place, "unquoted, a blank and `#` start a comment, which cuts the text");
	ub_yaml_help_to_quote(diags, diag, all);
	return false;
}

bool ub_yaml_check_dashes(const struct ub_yaml_node *scalar, struct ub_diags *diags)
{
	const struct ub_source *source = scalar->place.source;
	size_t end = scalar->place.at + scalar->place.len, stop;
	for (size_t at = line_end(source->text, scalar->place.at); at < end; at = stop) {
		size_t start = skip_white(source->text, at, end);
		stop = line_end(source->text, start);
		if (!ub_text_starts(ub_text_sub(source->text, start, end), UB_TEXT("- ")))
			continue;
		struct ub_place place = { source, start, stop - start };
		struct ub_diag *diag = ub_error(diags, "yaml-indentation", place,
		    "indented so, this line goes on with the text above it");
		ub_diag_set_help(diags, diag,
		    "begin all items of a list in the same column; a text over lines needs quotes");
		return false;
	}
	return true;
}
