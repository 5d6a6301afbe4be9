/* SPDX-License-Identifier: Apache-2.0 */
#include "cli-private.h"

#include <unistd.h>

#include "upbeat/engine.h"

enum { CONFIG };

static const struct ub_cli_option options[] = {
	[CONFIG] = { "config", 'c', "FILE", "the settings, and all that they name" },
};

static void add_count(struct ub_buf *out, size_t n, const char *what)
{
	ub_buf_printf(out, "%s%zu %s%s", out->len ? ", " : "", n, what, n == 1 ? "" : "s");
}

static struct ub_text summary(const struct ub_diags *diags, const struct ub_snapshot *snapshot)
{
	struct ub_buf out = UB_BUF(diags->arena);
	if (snapshot)
		add_count(&out, snapshot->rules->n_rules, "rule");
	if (diags->errors)
		add_count(&out, diags->errors, "error");
	if (diags->warnings)
		add_count(&out, diags->warnings, "warning");
	if (diags->errors + diags->warnings == 0)
		ub_buf_str(&out, ", no problems");
	return ub_buf_text(&out);
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
	ub_buf_printf(&out, "%.*s\n", UB_ARGS(summary(&diags, snapshot)));
	ub_snapshot_release(&snapshot);
	return ub_cli_write(STDOUT_FILENO, &out) && diags.errors == 0 ? UB_EXIT_OK : UB_EXIT_FINDINGS;
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
