/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <criterion/redirect.h>

#include <stdio.h>
#include <unistd.h>

#include "cli-private.h"
#include "leaks.h"

static FILE *file;

static void set_up(void)
{
	file = tmpfile();
	cr_assert_not_null(file);
	cr_redirect_stdout();
	cr_redirect_stderr();
}

static void tear_down(void)
{
	fclose(file);
	ub_leak_check();
}

TestSuite(input, .init = set_up, .fini = tear_down);

/* The status of evaluating an expression of `size` zero bytes. */
static int evaluate(off_t size)
{
	cr_assert_eq(ftruncate(fileno(file), size), 0);
	rewind(file);
	cr_assert_eq(dup2(fileno(file), STDIN_FILENO), STDIN_FILENO);
	char words[3][8] = { "upbeat", "eval", "-" };
	char *argv[] = { words[0], words[1], words[2], NULL };
	return cli_main(3, argv);
}

/* The reader says what it makes of so much, the program that it is too much. */
Test(input, is_read_up_to_its_limit)
{
	cr_expect_eq(evaluate(UB_CLI_INPUT_MAX), UB_EXIT_FINDINGS);
	cr_expect_eq(evaluate((off_t)UB_CLI_INPUT_MAX + 1), UB_EXIT_FINDINGS);
	FILE *said = cr_get_redirected_stderr();
	char first[400] = "", line[400] = "";
	cr_assert_not_null(fgets(first, sizeof(first), said));
	cr_expect(ub_text_starts(ub_text(first), UB_TEXT("<stdin>:1:1: error[")), "%s", first);
	while (!ub_text_starts(ub_text(line), UB_TEXT("upbeat: standard input: ")))
		cr_assert_not_null(fgets(line, sizeof(line), said));
}
