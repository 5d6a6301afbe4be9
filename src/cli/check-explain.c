/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"

#include <unistd.h>

#include "codes.h"

/* Puts sentences into lines that fit a terminal. */
static void print_wrapped(struct ub_buf *out, struct ub_text text)
{
	struct ub_text word;
	for (size_t column = 0; ub_text_split(&text, ' ', &word);) {
		bool fits = column + 1 + word.len <= 78;
		if (column)
			ub_buf_char(out, fits ? ' ' : '\n');
		column = (column && fits ? column + 1 : 0) + word.len;
		ub_buf_add(out, word);
	}
	ub_buf_char(out, '\n');
}

static void print_example(struct ub_buf *out, const char *title, const char *example)
{
	if (!example)
		return;
	struct ub_text rest = ub_text(example), line;
	ub_buf_printf(out, "\n%s:\n", title);
	while (ub_text_split(&rest, '\n', &line))
		ub_buf_printf(out, "    %.*s\n", UB_ARGS(line));
}

static void print_code(struct ub_buf *out, const struct ub_code *code)
{
	ub_buf_printf(out, "%s: %s\n\n", code->code, code->title);
	print_wrapped(out, ub_text(code->text));
	print_example(out, "Wrong", code->wrong);
	print_example(out, "Right", code->right);
}

static int complain(struct ub_arena *arena, const struct ub_code *const *codes, size_t n, struct ub_text word)
{
	struct ub_text *names = UB_NEW_ARRAY(arena, struct ub_text, n);
	for (size_t i = 0; i < n; i++)
		names[i] = ub_text(codes[i]->code);
	struct ub_text meant = ub_suggest(word, names, n);
	if (meant.len)
		cli_complain("there is no code `%.*s`; did you mean `%.*s`?", UB_ARGS(word), UB_ARGS(meant));
	else
		cli_complain("there is no code `%.*s`; `upbeat check --explain` lists all", UB_ARGS(word));
	return UB_EXIT_USAGE;
}

int cli_check_explain(struct ub_cli *cli)
{
	size_t n;
	const struct ub_code **codes = cli_codes_all(cli->arena, &n);
	struct ub_text word = cli->n_arguments ? ub_text(cli->arguments[0]) : UB_TEXT_NONE;
	struct ub_buf out = UB_BUF(cli->arena);
	for (size_t i = 0; i < n; i++) {
		if (!cli->n_arguments)
			ub_buf_printf(&out, "%-22s %s\n", codes[i]->code, codes[i]->title);
		else if (ub_text_is(word, codes[i]->code))
			print_code(&out, codes[i]);
	}
	if (out.len == 0)
		return complain(cli->arena, codes, n, word);
	return cli_write(STDOUT_FILENO, &out) ? UB_EXIT_OK : UB_EXIT_FINDINGS;
}
