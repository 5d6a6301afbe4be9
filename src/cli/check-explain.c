/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "codes.h"

typedef UB_VEC(const struct ub_code *) code_list;

static void add_codes(struct ub_arena *arena, code_list *list, const struct ub_code *codes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		*ub_push(arena, list) = &codes[i];
}

static int compare(const void *left, const void *right)
{
	const struct ub_code *const *a = left, *const *b = right;
	return strcmp((*a)->code, (*b)->code);
}

static code_list all_codes(struct ub_arena *arena)
{
	code_list list = { 0 };
	add_codes(arena, &list, ub_codes_files, ub_n_codes_files);
	add_codes(arena, &list, ub_codes_rules, ub_n_codes_rules);
	add_codes(arena, &list, ub_codes_language, ub_n_codes_language);
	add_codes(arena, &list, ub_codes_tests, ub_n_codes_tests);
	qsort(list.items, list.n, sizeof(*list.items), compare);
	return list;
}

/* Sentences in lines that fit a terminal. */
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

static int complain(struct ub_arena *arena, const code_list *codes, struct ub_text word)
{
	struct ub_text *names = UB_NEW_ARRAY(arena, struct ub_text, codes->n);
	for (size_t i = 0; i < codes->n; i++)
		names[i] = ub_text(codes->items[i]->code);
	struct ub_text meant = ub_suggest(word, names, codes->n);
	if (meant.len)
		ub_cli_complain(
		    "there is no code `%.*s`; did you mean `%.*s`?", UB_ARGS(word), UB_ARGS(meant));
	else
		ub_cli_complain("there is no code `%.*s`; `upbeat check --explain` lists all", UB_ARGS(word));
	return UB_EXIT_USAGE;
}

int ub_check_explain(struct ub_cli *cli)
{
	code_list codes = all_codes(cli->arena);
	struct ub_text word = cli->n_arguments ? ub_text(cli->arguments[0]) : UB_TEXT_NONE;
	struct ub_buf out = UB_BUF(cli->arena);
	for (size_t i = 0; i < codes.n; i++) {
		if (!cli->n_arguments)
			ub_buf_printf(&out, "%-22s %s\n", codes.items[i]->code, codes.items[i]->title);
		else if (ub_text_is(word, codes.items[i]->code))
			print_code(&out, codes.items[i]);
	}
	if (out.len == 0)
		return complain(cli->arena, &codes, word);
	return ub_cli_write(STDOUT_FILENO, &out) ? UB_EXIT_OK : UB_EXIT_FINDINGS;
}
