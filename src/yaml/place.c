/* SPDX-License-Identifier: Apache-2.0 */
#include "yaml-private.h"

/*
 * Where a byte of a decoded scalar stands in its file. The walk goes through the source and the decoded text
 * side by side, one unit at a time. A unit is the source from `from` to `to` and the `bytes` of text that it
 * stands for: a character, an escape, a line break folded to a blank. The walk is done only when a place is
 * asked for, so that loading pays nothing. The decoded text settles what the source alone leaves open, such
 * as how many line breaks a block keeps.
 */
struct walk {
	struct ub_text source, text;
	enum ub_yaml_style style;
	size_t at, done; /* the next byte of source and text */
	size_t indent;   /* the indentation of a block's lines */
};

struct unit {
	size_t from, to, bytes;
};

static char look(const struct walk *walk, size_t at)
{
	return at < walk->source.len ? walk->source.ptr[at] : '\0';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_break(char c)
{
	return c == '\r' || c == '\n';
}

/* The offset behind blanks and line breaks. *breaks counts the line breaks. */
static size_t skip_white(const struct walk *walk, size_t at, size_t *breaks)
{
	for (*breaks = 0; is_blank(look(walk, at)) || is_break(look(walk, at)); at++)
		*breaks += look(walk, at) == '\n';
	return at;
}

/* The number of bytes of the decoded character at `done`. */
static size_t character_length(const struct walk *walk)
{
	unsigned char c = walk->done < walk->text.len ? (unsigned char)walk->text.ptr[walk->done] : 0;
	return c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
}

static struct unit escape(const struct walk *walk)
{
	size_t breaks, at = walk->at, end;
	char c = look(walk, at + 1);
	if (is_break(c)) { /* an escaped line break gives nothing; empty lines after it give line breaks */
		end = skip_white(walk, at + 1, &breaks);
		return (struct unit){ at, end, breaks - (breaks > 0) };
	}
	end = at + (c == 'x' ? 4 : c == 'u' ? 6 : c == 'U' ? 10 : 2);
	return (struct unit){ at, end, character_length(walk) };
}

/* In plain and quoted text one line break is a blank, and n line breaks are n - 1. */
static struct unit flow_unit(const struct walk *walk)
{
	size_t at = walk->at, breaks;
	char c = look(walk, at);
	if (walk->style == UB_YAML_DOUBLE_QUOTED && c == '\\')
		return escape(walk);
	if (walk->style == UB_YAML_SINGLE_QUOTED && c == '\'')
		return (struct unit){ at, at + 2, 1 };
	size_t end = skip_white(walk, at, &breaks);
	if (breaks)
		return (struct unit){ at, end, breaks > 1 ? breaks - 1 : 1 };
	return (struct unit){ at, at + 1, 1 };
}

static size_t skip_indent(const struct walk *walk, size_t at)
{
	size_t end = at + walk->indent;
	while (at < end && is_blank(look(walk, at)))
		at++;
	return at;
}

/* The line breaks up to the next line with text, and as many bytes as the text kept of them. */
static struct unit block_breaks(const struct walk *walk)
{
	size_t at = walk->at, bytes = 0;
	while (is_break(look(walk, at)))
		at = look(walk, at) == '\n' ? skip_indent(walk, at + 1) : at + 1;
	while (walk->done + bytes < walk->text.len && walk->text.ptr[walk->done + bytes] == '\n')
		bytes++;
	return (struct unit){ walk->at, at, bytes ? bytes : 1 };
}

static struct unit block_unit(const struct walk *walk)
{
	if (is_break(look(walk, walk->at)))
		return block_breaks(walk);
	return (struct unit){ walk->at, walk->at + 1, 1 };
}

static struct unit next_unit(struct walk *walk)
{
	bool block = walk->style == UB_YAML_LITERAL || walk->style == UB_YAML_FOLDED;
	struct unit unit = block ? block_unit(walk) : flow_unit(walk);
	walk->at = unit.to;
	walk->done += unit.bytes;
	return unit;
}

/* How many blanks stand before the first line that has more than blanks. SIZE_MAX: there is no such line.
 * *line is where that line begins. */
static size_t first_indent(struct ub_text text, size_t at, size_t *line)
{
	size_t start = at;
	for (; at < text.len; at++) {
		if (text.ptr[at] == '\n')
			start = at + 1;
		else if (!is_blank(text.ptr[at]) && text.ptr[at] != '\r')
			break;
	}
	*line = start;
	return at < text.len ? at - start : SIZE_MAX;
}

/* Goes to the first byte of a block's text, behind the header and the line breaks that the text begins with.
 * The block's indentation is what the first line of the source has more than the first line of the text. */
static void enter_block(struct walk *walk)
{
	size_t line, text_line;
	while (walk->at < walk->source.len && look(walk, walk->at) != '\n')
		walk->at++;
	walk->at += walk->at < walk->source.len;
	size_t in_source = first_indent(walk->source, walk->at, &line);
	size_t in_text = first_indent(walk->text, 0, &text_line);
	if (in_source == SIZE_MAX || in_text == SIZE_MAX || in_text > in_source)
		return;
	walk->indent = in_source - in_text;
	walk->at = line + walk->indent;
	walk->done = text_line;
}

static struct walk walk_start(const struct ub_yaml_node *scalar)
{
	struct walk walk = { .source = scalar->place.source->text,
		.text = scalar->text,
		.style = scalar->style,
		.at = scalar->place.at };
	if (scalar->style == UB_YAML_SINGLE_QUOTED || scalar->style == UB_YAML_DOUBLE_QUOTED)
		walk.at++;
	else if (scalar->style != UB_YAML_PLAIN)
		enter_block(&walk);
	return walk;
}

/* The unit that the text's byte `at` belongs to. */
static struct unit unit_of(const struct ub_yaml_node *scalar, size_t at)
{
	struct walk walk = walk_start(scalar);
	struct unit unit = { walk.at, walk.at, 0 };
	while (walk.done <= at && walk.at < walk.source.len)
		unit = next_unit(&walk);
	return unit;
}

static size_t end_of_line(struct ub_text text, size_t at)
{
	while (at < text.len && !is_break(text.ptr[at]))
		at++;
	return at;
}

struct ub_place ub_yaml_place(const struct ub_yaml_node *scalar, size_t from, size_t to)
{
	const struct ub_source *source = scalar->place.source;
	size_t len = ub_text_trim(scalar->text).len ? scalar->text.len : 0;
	while (len > 0 && (is_break(scalar->text.ptr[len - 1]) || is_blank(scalar->text.ptr[len - 1])))
		len--;
	if (len == 0)
		return scalar->place;
	bool past = from >= len;
	size_t at = past ? unit_of(scalar, len - 1).to : unit_of(scalar, from).from;
	size_t end = past || to <= from ? at : unit_of(scalar, (to < len ? to : len) - 1).to;
	size_t line_end = end_of_line(source->text, at);
	if (end > line_end)
		end = line_end;
	return (struct ub_place){ source, at, end > at ? end - at : 0 };
}

struct ub_place ub_yaml_first_line(const struct ub_yaml_node *node)
{
	struct ub_place place = node->place;
	struct ub_text text = ub_text_sub(place.source->text, place.at, place.at + place.len);
	size_t newline = ub_text_find(text, UB_TEXT("\n"), 0);
	if (newline != SIZE_MAX)
		place.len = newline;
	return place;
}
