/* SPDX-License-Identifier: Apache-2.0 */
#include "cli-private.h"

#include <unistd.h>

#include "upbeat/commands.h"
#include "upbeat/dav.h"
#include "upbeat/doctor.h"
#include "upbeat/http.h"
#include "upbeat/json.h"
#include "upbeat/sys.h"

enum { CONFIG, USER, PASSWORD, TRY, JSON };

static const struct ub_cli_option options[] = {
	[CONFIG] = { "config", 'c', "FILE", "the settings; required" },
	[USER] = { "user", 'u', "NAME", "a user of the server, to learn what it can do for users" },
	[PASSWORD] = { "password-file", 0, "FILE", "his password, its first line" },
	[TRY] = { "try", 0, NULL, "store something in his calendar, see what comes of it, and take it away" },
	[JSON] = { "json", 0, NULL, "for programs" },
};

static const struct {
	const char *word, *colour;
} words[] = {
	[UB_DOCTOR_GOOD] = { "good", "\033[32m" },
	[UB_DOCTOR_NOTE] = { "note", "\033[36m" },
	[UB_DOCTOR_WARNING] = { "warning", "\033[33m" },
	[UB_DOCTOR_BAD] = { "bad", "\033[31m" },
};

static void print_line(const struct ub_doctor_line *line, bool colour, struct ub_buf *out)
{
	ub_buf_printf(out, "%s%-7s%s  %s: ", colour ? words[line->word].colour : "", words[line->word].word,
	    colour ? "\033[0m" : "", line->what);
	ub_buf_shown(out, line->text); /* with the server's own words */
	ub_buf_char(out, '\n');
	if (line->help && line->word != UB_DOCTOR_GOOD)
		ub_buf_printf(out, "         help: %s\n", line->help);
}

static void print_json(const struct ub_doctor_lines *lines, struct ub_buf *out)
{
	json_t *list = ub_json_array(), *object = ub_json_object();
	for (size_t i = 0; i < lines->n; i++) {
		const struct ub_doctor_line *line = &lines->items[i];
		json_t *entry = ub_json_object();
		ub_json_set(entry, "word", ub_json_text(ub_text(words[line->word].word)));
		ub_json_set(entry, "what", ub_json_text(ub_text(line->what)));
		ub_json_set(entry, "text", ub_json_text(line->text));
		if (line->help && line->word != UB_DOCTOR_GOOD)
			ub_json_set(entry, "help", ub_json_text(ub_text(line->help)));
		ub_json_add(list, entry);
	}
	ub_json_set(object, "findings", list);
	ub_json_print(object, out);
}

static size_t count(const struct ub_doctor_lines *lines, enum ub_doctor_word word)
{
	size_t n = 0;
	for (size_t i = 0; i < lines->n; i++)
		n += lines->items[i].word == word;
	return n;
}

static int print(struct ub_cli *cli, const struct ub_doctor_lines *lines)
{
	struct ub_buf out = UB_BUF(cli->arena);
	size_t bad = count(lines, UB_DOCTOR_BAD), warnings = count(lines, UB_DOCTOR_WARNING);
	bool colour = cli_colour(STDOUT_FILENO);
	if (cli_value(cli, JSON))
		print_json(lines, &out);
	for (size_t i = 0; i < lines->n && !cli_value(cli, JSON); i++)
		print_line(&lines->items[i], colour, &out);
	if (!cli_value(cli, JSON))
		ub_buf_printf(
		    &out, "%zu bad, %zu %s\n", bad, warnings, warnings == 1 ? "warning" : "warnings");
	return cli_write(STDOUT_FILENO, &out) && bad == 0 ? UB_EXIT_OK : UB_EXIT_FINDINGS;
}

static int examine(struct ub_cli *cli, const struct ub_login *login)
{
	struct ub_doctor_lines lines = { 0 };
	struct ub_diags diags = UB_DIAGS(cli->arena);
	const struct ub_snapshot_input load = { .settings_path = cli_value(cli, CONFIG) };
	struct ub_snapshot *snapshot = ub_snapshot_load(&load, &diags);
	if (diags.errors)
		cli_print_diags(&diags);
	if (!snapshot)
		return UB_EXIT_FINDINGS;
	struct ub_doctor_input input = {
		.snapshot = snapshot, .now = ub_sys_now(), .warnings = diags.warnings
	};
	if (login->user.len) {
		input.user = login->user;
		input.authorization = ub_http_basic(login->user, login->password, cli->arena);
		input.tries = cli_value(cli, TRY) != NULL;
	}
	ub_dav_init();
	ub_doctor(&input, &lines, cli->arena);
	ub_dav_cleanup();
	ub_snapshot_release(&snapshot);
	return print(cli, &lines);
}

static int run(struct ub_cli *cli)
{
	struct ub_login login = { 0 };
	if (!cli_value(cli, CONFIG)) {
		cli_complain("doctor: the settings are missing: -c FILE");
		return UB_EXIT_USAGE;
	}
	if (cli_value(cli, TRY) && !cli_value(cli, USER)) {
		cli_complain("doctor: --try: in whose calendar? --user NAME and --password-file FILE tell");
		return UB_EXIT_USAGE;
	}
	if ((cli_value(cli, USER) || cli_value(cli, PASSWORD)) &&
	    !cli_login(cli, cli_value(cli, USER), cli_value(cli, PASSWORD), &login))
		return UB_EXIT_USAGE;
	return examine(cli, &login);
}

const struct ub_cli_command cli_doctor = {
	.name = "doctor",
	.synopsis = "-c FILE [--user NAME --password-file FILE [--try]] [--json]",
	.summary = "look whether all that Upbeat needs is there",
	.help =
	    "Reads settings and rules, looks at certificates, clock, store and daemon, and asks the\n"
	    "CalDAV server what it can do, and the service account what it may. Says of all that is not\n"
	    "good what to do. Nothing is changed anywhere, but by --try. Ends with 1 if something is bad.\n",
	UB_CLI_OPTIONS(options),
	.run = run,
};
