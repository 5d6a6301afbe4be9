/* SPDX-License-Identifier: Apache-2.0 */
#include "yaml-private.h"

#include <string.h>

static struct ub_place at(const struct ub_source *source, size_t from, size_t len)
{
	return (struct ub_place){ source, from, len };
}

/* The offset of the first byte that is no part of valid UTF-8 (RFC 3629). */
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

/* NEL, LINE SEPARATOR and PARAGRAPH SEPARATOR end a line to YAML 1.1, and are invisible to the author. ZERO
 * WIDTH SPACE, WORD JOINER, and a byte order mark that is not the first character are no blank to YAML, and
 * are invisible too. */
static const struct ub_text hidden[] = {
	{ "\xc2\x85", 2 },
	{ "\xe2\x80\xa8", 3 },
	{ "\xe2\x80\xa9", 3 },
	{ "\xe2\x80\x8b", 3 },
	{ "\xe2\x81\xa0", 3 },
	{ "\xef\xbb\xbf", 3 },
};

static size_t hidden_at(struct ub_text text, size_t at)
{
	for (size_t i = 0; i < UB_COUNT(hidden); i++)
		if (ub_text_starts(ub_text_sub(text, at, text.len), hidden[i]))
			return at == 0 && hidden[i].ptr[0] == '\xef' ? 0 : hidden[i].len;
	return 0;
}

/* Whether a no-break space (U+00A0) stands where YAML wants a blank: before a line's text, or after
 * the colon of a key. */
static size_t false_blank_at(struct ub_text text, size_t at)
{
	if (at + 1 >= text.len || text.ptr[at + 1] != '\xa0')
		return 0;
	size_t start = at;
	while (start > 0 && (text.ptr[start - 1] == ' ' || text.ptr[start - 1] == '-'))
		start--;
	bool indents = start == 0 || text.ptr[start - 1] == '\n';
	return indents || text.ptr[at - 1] == ':' ? 2 : 0;
}

/* The length of the character at `i` when the character has no place in a file, else 0. */
static size_t refused(struct ub_text text, size_t i)
{
	unsigned char c = (unsigned char)text.ptr[i];
	if (c == '\r')
		return i + 1 == text.len || text.ptr[i + 1] != '\n';
	if (c < 0x20)
		return c != '\n' && c != '\t';
	if (c == 0xC2 && false_blank_at(text, i))
		return 2;
	if (c == 0xC2 || c == 0xE2 || c == 0xEF)
		return hidden_at(text, i);
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
		if (false_blank_at(source->text, i))
			ub_diag_set_help(diags, diag, "it is a no-break space; write an ordinary blank");
		else
			ub_diag_set_help(diags, diag,
			    "take it out; if it is meant, write an escape such as \"\\u2028\" in double "
			    "quotes");
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
