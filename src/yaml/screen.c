/* SPDX-License-Identifier: Apache-2.0 */
#include "yaml-private.h"

#include <string.h>

static struct ub_place at(const struct ub_source *source, size_t from, size_t len)
{
	return (struct ub_place){ source, from, len };
}

/* The first byte that is no part of valid UTF-8 (RFC 3629). */
static size_t first_bad_byte(struct ub_text text)
{
	size_t good = 0, len = 1;
	while (good < text.len && len <= 4) {
		bool whole = ub_text_utf8_valid(ub_text_sub(text, good, good + len));
		good += whole ? len : 0;
		len = whole ? 1 : len + 1;
	}
	return good;
}

static bool screen_encoding(const struct ub_source *source, struct ub_diags *diags)
{
	if (ub_text_utf8_valid(source->text))
		return true;
	struct ub_diag *diag = ub_error(diags, "not-utf-8", at(source, first_bad_byte(source->text), 1),
	    "the file is not UTF-8 text here");
	ub_diag_set_help(diags, diag, "save the file in UTF-8");
	return false;
}

/* NEL, LINE SEPARATOR, PARAGRAPH SEPARATOR: line ends to YAML 1.1, invisible to the author. */
static const struct ub_text hidden_breaks[] = {
	{ "\xc2\x85", 2 },
	{ "\xe2\x80\xa8", 3 },
	{ "\xe2\x80\xa9", 3 },
};

static size_t hidden_break(struct ub_text rest)
{
	for (size_t i = 0; i < UB_COUNT(hidden_breaks); i++)
		if (ub_text_starts(rest, hidden_breaks[i]))
			return hidden_breaks[i].len;
	return 0;
}

/* Length of the character at `i` when it has no place in a file, else 0. */
static size_t refused(struct ub_text text, size_t i)
{
	unsigned char c = (unsigned char)text.ptr[i];
	if (c == '\r')
		return i + 1 == text.len || text.ptr[i + 1] != '\n';
	if (c < 0x20)
		return c != '\n' && c != '\t';
	if (c == 0xC2 || c == 0xE2)
		return hidden_break(ub_text_sub(text, i, text.len));
	return c == 0x7F;
}

static bool screen_characters(const struct ub_source *source, struct ub_diags *diags)
{
	for (size_t i = 0; i < source->text.len; i++) {
		size_t len = refused(source->text, i);
		if (len == 0)
			continue;
		struct ub_diag *diag = ub_error(diags, "control-character", at(source, i, len),
		    "an invisible character (byte 0x%02x) that has no place in this file",
		    (unsigned)(unsigned char)source->text.ptr[i]);
		ub_diag_set_help(diags, diag,
		    "take it out; if it is meant, write an escape such as \"\\u2028\" in double quotes");
		return false;
	}
	return true;
}

bool ub_yaml_screen(const struct ub_source *source, struct ub_diags *diags)
{
	if (source->text.len > UB_YAML_BYTES_MAX) {
		struct ub_diag *diag = ub_error(diags, "file-too-large", at(source, 0, 0),
		    "the file has %zu bytes; %u are allowed", source->text.len, UB_YAML_BYTES_MAX);
		ub_diag_set_help(diags, diag, "split it into several files");
		return false;
	}
	return screen_encoding(source, diags) && screen_characters(source, diags);
}

void ub_yaml_replace_tabs(const struct ub_source *source, char *text, struct ub_diags *diags)
{
	size_t first = 0, n = 0;
	for (size_t i = 0; i < source->text.len; i++) {
		if (text[i] != '\t')
			continue;
		if (n++ == 0)
			first = i;
		text[i] = ' ';
	}
	if (n == 0)
		return;
	struct ub_diag *diag =
	    ub_error(diags, "tab", at(source, first, 1), "a tab%s", n > 1 ? ", the first of several" : "");
	ub_diag_set_help(diags, diag, "use blanks; in a text, write \"\\t\" in double quotes");
}
