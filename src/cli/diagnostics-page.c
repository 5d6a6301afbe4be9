/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "codes.h"

/* Writes upbeat-diagnostics(7), in mdoc, with the texts of `upbeat check --explain`. The build runs this
 * program. */

/* Bytes of a line of the page; mandoc frowns at more than 80. */
#define PAGE_LINE_MAX 78

static const char head[] =
    ".\\\" SPDX-License-Identifier: Apache-2.0\n"
    ".\\\" Written by src/cli/diagnostics-page.c from the tables in src/cli/codes-*.c.\n"
    ".Dd November 29, 2026\n"
    ".Dt UPBEAT-DIAGNOSTICS 7\n"
    ".Os\n"
    ".Sh NAME\n"
    ".Nm upbeat-diagnostics\n"
    ".Nd what Upbeat finds wrong, and what helps\n"
    ".Sh DESCRIPTION\n"
    ".Xr upbeat 1\n"
    "gives a code to each kind of mistake in settings, rules, templates, tests,\n"
    "holidays and accounts.\n"
    "The code stands in brackets before the text:\n"
    ".Bd -literal -offset indent\n"
    "rules/prep.yaml:4:5: error[unknown-key]: unknown key \\(gawhem\\(ga\n"
    ".Ed\n"
    ".Pp\n"
    "Codes stay the same from version to version; the words may change.\n"
    ".Ql upbeat check --explain CODE\n"
    "shows the entry of a code.\n"
    "Each entry below has the code, the kind of mistake, what helps, and in most\n"
    "cases an example.\n"
    ".Sh CODES\n"
    ".Bl -tag -width Ds\n";

static const char tail[] = ".El\n"
			   ".Sh SEE ALSO\n"
			   ".Xr upbeat 1 ,\n"
			   ".Xr upbeat-rules 5 ,\n"
			   ".Xr upbeat.conf 5\n";

/* The escape of a character that roff would change or take for a command. NULL: roff shows the character as
 * it is. */
static const char *escape_of(char c, bool *quoted)
{
	switch (c) {
	case '\\':
		return "\\e";
	case '`': /* in a sentence: the beginning or end of code */
		if (!quoted)
			return "\\(ga";
		*quoted = !*quoted;
		return *quoted ? "\\(oq" : "\\(cq";
	case '\'':
		return quoted ? NULL : "\\(aq";
	case '^':
		return "\\(ha";
	case '~':
		return "\\(ti";
	default:
		return NULL;
	}
}

/* Puts text that may begin a line. A full stop or an apostrophe there would be a request to roff. */
static void put_text(struct ub_buf *out, struct ub_text text, bool *quoted)
{
	if (text.len && (text.ptr[0] == '.' || text.ptr[0] == '\''))
		ub_buf_str(out, "\\&");
	for (size_t i = 0; i < text.len; i++) {
		const char *escape = escape_of(text.ptr[i], quoted);
		if (escape)
			ub_buf_str(out, escape);
		else
			ub_buf_char(out, text.ptr[i]);
	}
}

/* mandoc takes the end of a line for the end of a sentence, and wants each sentence to end there. */
static bool ends_sentence(struct ub_text word)
{
	char last = word.len ? word.ptr[word.len - 1] : 0;
	return last == '.' || last == '?' || last == '!';
}

static void put_sentences(struct ub_arena *arena, struct ub_buf *out, const char *sentences)
{
	struct ub_text rest = ub_text(sentences), word;
	bool quoted = false;
	for (size_t column = 0; ub_text_split(&rest, ' ', &word);) {
		struct ub_buf shown = UB_BUF(arena);
		put_text(&shown, word, &quoted);
		bool fits = column + 1 + shown.len <= PAGE_LINE_MAX;
		if (column)
			ub_buf_char(out, fits ? ' ' : '\n');
		column = (column && fits ? column + 1 : 0) + shown.len;
		ub_buf_add(out, ub_buf_text(&shown));
		if ((!quoted && ends_sentence(word)) || !rest.ptr) {
			ub_buf_char(out, '\n');
			column = 0;
		}
	}
}

static void put_example(struct ub_buf *out, const char *title, const char *example)
{
	if (!example)
		return;
	struct ub_text rest = ub_text(example), line;
	ub_buf_printf(out, ".Pp\n%s:\n.Bd -literal -offset indent -compact\n", title);
	while (ub_text_split(&rest, '\n', &line)) {
		put_text(out, line, NULL);
		ub_buf_char(out, '\n');
	}
	ub_buf_str(out, ".Ed\n");
}

int main(void)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_buf out = UB_BUF(arena);
	size_t n;
	const struct ub_code **codes = cli_codes_all(arena, &n);
	ub_buf_str(&out, head);
	for (size_t i = 0; i < n; i++) {
		struct ub_text code = ub_text(codes[i]->code), title = ub_text(codes[i]->title);
		bool quoted = false;
		ub_buf_printf(&out, ".It Sy %.*s\n.Em \"", UB_ARGS(code));
		put_text(&out, title, &quoted);
		ub_buf_str(&out, "\"\n.Pp\n");
		put_sentences(arena, &out, codes[i]->text);
		put_example(&out, "Wrong", codes[i]->wrong);
		put_example(&out, "Right", codes[i]->right);
	}
	ub_buf_str(&out, tail);
	bool written = fwrite(out.ptr, 1, out.len, stdout) == out.len && fflush(stdout) == 0;
	ub_arena_free(&arena);
	return written ? EXIT_SUCCESS : EXIT_FAILURE;
}
