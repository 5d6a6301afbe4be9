/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <criterion/redirect.h>

#include <stdlib.h>
#include <unistd.h>

#include "cli-private.h"
#include "leaks.h"

static struct ub_arena *arena;

static void set_up(void)
{
	arena = ub_arena_new();
	cr_redirect_stdout();
	cr_redirect_stderr();
}

static void tear_down(void)
{
	ub_arena_free(&arena);
	ub_leak_check();
}

TestSuite(options, .init = set_up, .fini = tear_down);

enum { CONFIG, DOMAIN, JSON };

static const struct ub_cli_option table[] = {
	[CONFIG] = { "config", 'c', "FILE", "the settings" },
	[DOMAIN] = { "domain", 0, "DOMAIN", "one of ours" },
	[JSON] = { "json", 0, NULL, "for programs" },
};

static const struct ub_cli_command command = {
	.name = "try",
	.synopsis = "[-c FILE] THING",
	.help = "Tries a thing.\n",
	UB_CLI_OPTIONS(table),
	.min_arguments = 1,
	.max_arguments = 2,
};

#define READ(cli, status, ...) read_options(&(cli), &(status), (const char *[]){ "try", __VA_ARGS__, NULL })

static bool read_options(struct ub_cli *cli, int *status, const char **words)
{
	int n = 0;
	while (words[n])
		n++;
	char **argv = UB_NEW_ARRAY(arena, char *, (size_t)n + 1);
	for (int i = 0; i < n; i++)
		argv[i] = ub_text_cstr(arena, ub_text(words[i]));
	*cli = (struct ub_cli){ .command = &command, .arena = arena };
	return cli_read(cli, n, argv, status);
}

Test(options, reads_values_flags_and_arguments_in_any_order)
{
	struct ub_cli cli;
	int status;
	cr_assert(
	    READ(cli, status, "one", "-c", "a.yaml", "--domain=x.example", "--domain", "y.example", "two"));
	cr_assert_str_eq(cli_value(&cli, CONFIG), "a.yaml");
	cr_assert_str_eq(cli_value(&cli, DOMAIN), "y.example");
	cr_assert_eq(cli.values[DOMAIN].n, 2);
	cr_assert_str_eq(cli.values[DOMAIN].items[0], "x.example");
	cr_assert_null(cli_value(&cli, JSON));
	cr_assert_eq(cli.n_arguments, 2);
	cr_assert_str_eq(cli.arguments[0], "one");
	cr_assert_str_eq(cli.arguments[1], "two");
}

Test(options, takes_what_follows_two_dashes_as_it_is)
{
	struct ub_cli cli;
	int status;
	cr_assert(READ(cli, status, "--json", "--", "-1 + 2"));
	cr_assert_str_eq(cli_value(&cli, JSON), "");
	cr_assert_str_eq(cli.arguments[0], "-1 + 2");
}

Test(options, refuses_what_it_does_not_know)
{
	struct ub_cli cli;
	int status;
	cr_assert(!READ(cli, status, "--colour", "x"));
	cr_assert_eq(status, UB_EXIT_USAGE);
	cr_assert_stderr_eq_str("upbeat: try: there is no option --colour\n"
				"upbeat: usage: upbeat try [-c FILE] THING (more with --help)\n");
}

Test(options, wants_the_value_of_an_option)
{
	struct ub_cli cli;
	int status;
	cr_assert(!READ(cli, status, "x", "-c"));
	cr_assert_eq(status, UB_EXIT_USAGE);
	cr_assert_stderr_eq_str("upbeat: try: -c needs a value\n"
				"upbeat: usage: upbeat try [-c FILE] THING (more with --help)\n");
}

Test(options, counts_the_arguments)
{
	struct ub_cli cli;
	int status;
	cr_assert(READ(cli, status, "1", "2"));
	cr_assert(!READ(cli, status, "--json"));
	cr_assert_eq(status, UB_EXIT_USAGE);
	cr_assert(!READ(cli, status, "1", "2", "3"));
	cr_assert_eq(status, UB_EXIT_USAGE);
}

Test(options, help_tells_all_of_the_table)
{
	struct ub_cli cli;
	int status;
	cr_assert(!READ(cli, status, "--help"));
	cr_assert_eq(status, UB_EXIT_OK);
	cr_assert_stdout_eq_str("Usage: upbeat try [-c FILE] THING\n\n"
				"Tries a thing.\n\n"
				"Options:\n"
				"  -c, --config FILE        the settings\n"
				"      --domain DOMAIN      one of ours\n"
				"      --json               for programs\n"
				"  -h, --help               show this help\n");
}

Test(options, colour_is_for_terminals)
{
	int pipe_ends[2];
	cr_assert_eq(pipe(pipe_ends), 0);
	cr_assert(!cli_colour(pipe_ends[1]));
	close(pipe_ends[0]);
	close(pipe_ends[1]);
	int terminal = posix_openpt(2);
	if (terminal < 0 || !isatty(terminal))
		return; /* no terminals here */
	unsetenv("NO_COLOR");
	setenv("TERM", "xterm", 1);
	cr_assert(cli_colour(terminal));
	setenv("NO_COLOR", "", 1);
	cr_assert(cli_colour(terminal), "empty means not set");
	setenv("NO_COLOR", "1", 1);
	cr_assert(!cli_colour(terminal));
	unsetenv("NO_COLOR");
	setenv("TERM", "dumb", 1);
	cr_assert(!cli_colour(terminal));
	close(terminal);
}
