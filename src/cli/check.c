/* SPDX-License-Identifier: Apache-2.0 */
#include "cli-private.h"

#include <unistd.h>

#include "upbeat/engine.h"

enum { CONFIG };

static const struct ub_cli_option options[] = {
	[CONFIG] = { "config", 'c', "FILE", "the settings, and all that they name" },
};

static void print_count(struct ub_buf *out, size_t n, const char *what)
{
	ub_buf_printf(out, "%zu %s%s", n, what, n == 1 ? "" : "s");
}

static void print_summary(
    struct ub_buf *out, const struct ub_diags *diags, const struct ub_snapshot *snapshot)
{
	if (snapshot) {
		print_count(out, snapshot->rules->n_rules, "rule");
		ub_buf_str(out, diags->warnings ? ", " : ", no problems\n");
	}
	if (diags->errors) {
		print_count(out, diags->errors, "error");
		ub_buf_str(out, diags->warnings ? ", " : "\n");
	}
	if (diags->warnings) {
		print_count(out, diags->warnings, "warning");
		ub_buf_char(out, '\n');
	}
}

static int run(struct ub_cli *cli)
{
	struct ub_snapshot_input input = { .settings_path = ub_cli_value(cli, CONFIG),
		.rules_path = cli->n_arguments ? cli->arguments[0] : NULL };
	struct ub_diags diags = UB_DIAGS(cli->arena);
	struct ub_snapshot *snapshot = ub_snapshot_load(&input, &diags);
	struct ub_buf out = UB_BUF(cli->arena);
	ub_diags_sort(&diags);
	ub_diags_print(&diags, &out, ub_cli_colour(STDOUT_FILENO));
	print_summary(&out, &diags, snapshot);
	bool good = snapshot && diags.errors == 0;
	ub_snapshot_release(&snapshot);
	return ub_cli_write(STDOUT_FILENO, &out) && good ? UB_EXIT_OK : UB_EXIT_FINDINGS;
}

const struct ub_cli_command ub_cli_check = {
	.name = "check",
	.synopsis = "[-c FILE] [DIR]",
	.summary = "find mistakes in settings, rules, templates, holidays and accounts",
	.help = "Reads a rule directory (by default the shipped one) or, with -c, the settings and all that\n"
		"they name, and shows all that is wrong at once. Ends with 1 if there was an error.\n",
	UB_CLI_OPTIONS(options),
	.max_arguments = 1,
	.run = run,
};
