/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"

#include <unistd.h>

#include "upbeat/configuration.h"
#include "upbeat/events.h"
#include "upbeat/json.h"
#include "upbeat/ruletest.h"
#include "upbeat/settings.h"

enum { CONFIG, EXPLAIN, JSON, SCHEMA, STRICT };

static const struct ub_cli_option options[] = {
	[CONFIG] = { "config", 'c', "FILE", "the settings, and all that they name" },
	[EXPLAIN] = { "explain", 0, NULL, "what the code of a finding means; without one, all codes" },
	[JSON] = { "json", 0, NULL, "one JSON object, for editors and other programs" },
	[SCHEMA] = { "schema", 0, NULL,
	    "a JSON Schema for editors: of `rules`, `tests`, `settings` or `accounts`" },
	[STRICT] = { "strict", 0, NULL, "end with 1 for warnings, too" },
};

static void add_count(struct ub_buf *out, size_t n, const char *what)
{
	ub_buf_printf(out, "%s%zu %s%s", out->len ? ", " : "", n, what, n == 1 ? "" : "s");
}

/* The number of files with findings. The list is sorted by the files' names. */
static size_t count_files(const struct ub_diags *diags)
{
	const struct ub_source *last = NULL;
	size_t n = 0;
	for (size_t i = 0; i < diags->list.n; i++) {
		const struct ub_source *source = diags->list.items[i].place.source;
		n += source && (!last || !ub_text_eq(last->name, source->name));
		last = source ? source : last;
	}
	return n;
}

static struct ub_text summary(const struct ub_diags *diags, const struct ub_snapshot *snapshot)
{
	struct ub_buf out = UB_BUF(diags->arena);
	size_t files = count_files(diags);
	if (snapshot)
		add_count(&out, ub_rules_number(snapshot->rules), "rule");
	if (diags->errors)
		add_count(&out, diags->errors, "error");
	if (diags->warnings)
		add_count(&out, diags->warnings, "warning");
	if (files)
		ub_buf_printf(&out, " in %zu file%s", files, files == 1 ? "" : "s");
	if (diags->errors + diags->warnings == 0)
		ub_buf_str(&out, ", no problems");
	return ub_buf_text(&out);
}

/* Checks the tests of the last directory only. Earlier directories' tests do not know what the last one
 * changes. */
static void check_tests(struct ub_cli *cli, const struct ub_snapshot *snapshot, struct ub_diags *diags)
{
	const struct ub_settings *settings = snapshot->settings;
	struct ub_text path = ub_text(cli->n_arguments ? cli->arguments[0] : "");
	if (!cli->n_arguments)
		path = settings->n_rules ? settings->rules[settings->n_rules - 1].path
					 : ub_text(ub_snapshot_shipped_rules(cli->arena));
	while (path.len > 1 && path.ptr[path.len - 1] == '/')
		path.len--;
	ub_ruletest_check(snapshot, ub_text_cstr(cli->arena, path), diags);
}

static int check(struct ub_cli *cli)
{
	struct ub_snapshot_input input = { .settings_path = cli_value(cli, CONFIG),
		.rules_path = cli->n_arguments ? cli->arguments[0] : NULL,
		.find_idle = true,
		.looks_at_secrets = true,
		.looks_at_certificates = true };
	struct ub_diags diags = UB_DIAGS(cli->arena);
	struct ub_snapshot *snapshot = ub_snapshot_load(&input, &diags);
	struct ub_buf out = UB_BUF(cli->arena);
	if (snapshot) {
		ub_events_check(snapshot, &diags);
		check_tests(cli, snapshot, &diags);
	}
	bool clean = diags.errors + (cli_value(cli, STRICT) ? diags.warnings : 0) == 0;
	ub_diags_sort(&diags);
	if (cli_value(cli, JSON)) {
		ub_json_print_findings(&diags, &out);
	} else {
		ub_diags_print(&diags, &out, cli_colour(STDOUT_FILENO));
		ub_buf_printf(&out, "%.*s\n", UB_ARGS(summary(&diags, snapshot)));
	}
	ub_snapshot_release(&snapshot);
	return cli_write(STDOUT_FILENO, &out) && clean ? UB_EXIT_OK : UB_EXIT_FINDINGS;
}

static int run(struct ub_cli *cli)
{
	if (cli_value(cli, SCHEMA))
		return cli_check_schema(cli);
	return cli_value(cli, EXPLAIN) ? cli_check_explain(cli) : check(cli);
}

const struct ub_cli_command cli_check = {
	.name = "check",
	.synopsis = "[--json] [--strict] [-c FILE] [DIR] | --explain [CODE] | --schema [KIND]",
	.summary = "find mistakes in settings, rules, templates, holidays and accounts",
	.help = "Reads a rule directory (by default the shipped one) or, with -c, the settings and all that\n"
		"they name, and shows all that is wrong at once. Ends with 1 if there was an error.\n",
	UB_CLI_OPTIONS(options),
	.max_arguments = 1,
	.run = run,
};
