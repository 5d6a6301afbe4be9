/* SPDX-License-Identifier: Apache-2.0 */
#include "cli-private.h"

#include <unistd.h>

#include "test-private.h"
#include "upbeat/settings.h"

enum { CONFIG, OVER, PICK, COVERAGE, VERBOSE, JSON };

static const struct ub_cli_option options[] = {
	[CONFIG] = { "config", 'c', "FILE", "the settings, whose rule directories are tested" },
	[OVER] = { "over", 0, "DIR", "a rule directory below the tested ones; may be repeated" },
	[PICK] = { "pick", 'k', "TEXT", "only tests with that text in their name or file" },
	[COVERAGE] = { "coverage", 0, NULL, "say what no test uses; that is a failure then" },
	[VERBOSE] = { "verbose", 'v', NULL, "show what passed, too" },
	[JSON] = { "json", 0, NULL, "for programs" },
};

struct directories {
	const char **items;
	size_t n, cap;
};

/* The path without a trailing slash, so that names of files read well. */
static const char *tidy(struct ub_arena *arena, const char *path)
{
	struct ub_text text = ub_text(path);
	while (text.len > 1 && text.ptr[text.len - 1] == '/')
		text.len--;
	return ub_text_cstr(arena, text);
}

/* The directories in the arguments lie over each other. Without arguments, the settings name the
 * directories. */
static void find_directories(
    struct ub_cli *cli, const struct ub_snapshot *snapshot, struct directories *directories)
{
	const struct ub_settings *settings = snapshot->settings;
	for (size_t i = 0; i < cli->n_arguments; i++)
		*ub_push(cli->arena, directories) = tidy(cli->arena, cli->arguments[i]);
	for (size_t i = 0; cli->n_arguments == 0 && i < settings->n_rules; i++)
		*ub_push(cli->arena, directories) =
		    tidy(cli->arena, ub_text_cstr(cli->arena, settings->rules[i].path));
}

static struct ub_snapshot *load(struct ub_cli *cli)
{
	static const char *const domains[] = { UB_RULETEST_DOMAIN };
	struct directories below = { 0 };
	struct ub_snapshot_input input = { .settings_path = cli_value(cli, CONFIG) };
	for (size_t i = 0; i < cli->values[OVER].n; i++)
		*ub_push(cli->arena, &below) = tidy(cli->arena, cli->values[OVER].items[i]);
	for (size_t i = 0; i + 1 < cli->n_arguments; i++)
		*ub_push(cli->arena, &below) = tidy(cli->arena, cli->arguments[i]);
	if (cli->n_arguments)
		input.rules_path = tidy(cli->arena, cli->arguments[cli->n_arguments - 1]);
	input.over = below.items;
	input.n_over = below.n;
	if (!input.settings_path) {
		input.domains = domains;
		input.n_domains = UB_COUNT(domains);
		input.time_zone = UB_RULETEST_ZONE;
	}
	return cli_load(cli, &input);
}

static void print(struct ub_cli *cli, const struct ub_test_report *report, struct ub_buf *out)
{
	if (cli_value(cli, JSON)) {
		cli_test_json(report, out);
		return;
	}
	ub_ruletest_print(report, cli_value(cli, VERBOSE) != NULL, out, cli_colour(STDOUT_FILENO));
	if (cli_value(cli, COVERAGE))
		ub_ruletest_print_unused(report, out);
	ub_buf_printf(out, "%zu passed, %zu failed\n", report->passed, report->failed);
}

static int run_tests(struct ub_cli *cli, const struct ub_snapshot *snapshot)
{
	struct ub_diags diags = UB_DIAGS(cli->arena);
	struct directories directories = { 0 };
	struct ub_test_report report;
	struct ub_buf out = UB_BUF(cli->arena);
	find_directories(cli, snapshot, &directories);
	struct ub_ruletest_input input = { .snapshot = snapshot,
		.directories = directories.items,
		.n_directories = directories.n,
		.watched = cli_watched(cli),
		.pattern = cli_value(cli, PICK) };
	bool ran = ub_ruletest_run(&input, &diags, &report, cli->arena);
	cli_print_diags(&diags);
	if (!ran)
		return UB_EXIT_FINDINGS;
	if (input.pattern && report.results.n == 0) {
		cli_complain("there is no test with `%s` in its name", input.pattern);
		return UB_EXIT_FINDINGS;
	}
	print(cli, &report, &out);
	bool uncovered = cli_value(cli, COVERAGE) && report.unused.n;
	return cli_write(STDOUT_FILENO, &out) && report.failed == 0 && !uncovered ? UB_EXIT_OK
										  : UB_EXIT_FINDINGS;
}

static int run(struct ub_cli *cli)
{
	if (cli->n_arguments == 0 && !cli_value(cli, CONFIG)) {
		cli_complain("test: which rules? (a directory, or -c FILE)");
		return UB_EXIT_USAGE;
	}
	if (cli->n_arguments == 0 && cli->values[OVER].n) {
		cli_complain("test: --over goes with a directory");
		return UB_EXIT_USAGE;
	}
	struct ub_snapshot *snapshot = load(cli);
	int status = snapshot ? run_tests(cli, snapshot) : UB_EXIT_FINDINGS;
	ub_snapshot_release(&snapshot);
	return status;
}

const struct ub_cli_command cli_test = {
	.name = "test",
	.synopsis = "[-c FILE] [OPTIONS] [DIR...]",
	.summary = "run the tests of a rule directory",
	.help = "Runs the tests in tests/*.yaml of rule directories, of which later ones stand over earlier\n"
		"ones, and shows what is not as expected. Ends with 1 if a test failed or has a mistake.\n",
	UB_CLI_OPTIONS(options),
	.max_arguments = UB_TEST_DIRECTORIES_MAX,
	.run = run,
};
