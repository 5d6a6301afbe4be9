/* SPDX-License-Identifier: Apache-2.0 */
#include "cli-private.h"

#include <string.h>
#include <unistd.h>

#include "upbeat/ical.h"

/* All commands, in the order of the help. */
static const struct ub_cli_command *const commands[] = {
	&cli_serve,
	&cli_check,
	&cli_test,
	&cli_explain,
	&cli_plan,
	&cli_undo,
	&cli_backfill,
	&cli_doctor,
	&cli_init,
	&cli_status,
	&cli_report,
	&cli_refresh,
	&cli_eval,
	&cli_completion,
};

static bool print_help(struct ub_arena *arena)
{
	struct ub_buf out = UB_BUF(arena);
	ub_buf_str(&out,
	    "Usage: upbeat COMMAND [OPTIONS]\n\n"
	    "A transparent CalDAV proxy: when somebody's calendar client stores a customer meeting,\n"
	    "the events that follow from it by your rules (prep call, to-dos, wrap-up) appear beside it.\n\n"
	    "Commands:\n");
	for (size_t i = 0; i < UB_COUNT(commands); i++)
		ub_buf_printf(&out, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
	ub_buf_str(&out,
	    "\n"
	    "  upbeat COMMAND --help tells more; upbeat --version the version.\n"
	    "  upbeat help TOPIC shows a manual: commands, settings, servers, rules, diagnostics or\n"
	    "  plugins, which are upbeat(1), upbeat.conf(5), upbeat-servers(7), upbeat-rules(5),\n"
	    "  upbeat-diagnostics(7) and upbeat-plugin(3).\n");
	return cli_write(STDOUT_FILENO, &out);
}

static const struct ub_cli_command *find_command(const char *name)
{
	if (strcmp(name, cli_engine.name) == 0)
		return &cli_engine;
	for (size_t i = 0; i < UB_COUNT(commands); i++)
		if (strcmp(name, commands[i]->name) == 0)
			return commands[i];
	return NULL;
}

static int unknown_command(struct ub_arena *arena, const char *name)
{
	struct ub_text names[UB_COUNT(commands)];
	for (size_t i = 0; i < UB_COUNT(commands); i++)
		names[i] = ub_text(commands[i]->name);
	struct ub_text meant = ub_suggest(ub_text(name), names, UB_COUNT(commands));
	struct ub_buf hint = UB_BUF(arena);
	if (meant.len)
		ub_buf_printf(&hint, "; did you mean `%.*s`?", UB_ARGS(meant));
	cli_complain("there is no command `%s`%s (upbeat --help lists them)", name, ub_buf_cstr(&hint));
	return UB_EXIT_USAGE;
}

static bool is(const char *word, const char *a, const char *b)
{
	return strcmp(word, a) == 0 || strcmp(word, b) == 0;
}

/* `upbeat help`, with a topic or without. A command's name is a topic, too. */
static int help(struct ub_arena *arena, int argc, char **argv)
{
	char option[] = "--help";
	char *asked[] = { argc > 2 ? argv[2] : NULL, option, NULL };
	struct ub_cli cli = { .arena = arena, .command = asked[0] ? find_command(asked[0]) : NULL };
	int status = UB_EXIT_OK;
	if (argc > 3) {
		cli_complain("usage: upbeat help [TOPIC]");
		return UB_EXIT_USAGE;
	}
	if (!asked[0])
		return print_help(arena) ? UB_EXIT_OK : UB_EXIT_FINDINGS;
	if (!cli.command)
		return cli_manual(arena, asked[0]);
	(void)cli_read(&cli, 2, asked, &status);
	return status;
}

static int run(struct ub_arena *arena, int argc, char **argv)
{
	if (argc < 2) {
		cli_complain("usage: upbeat COMMAND [OPTIONS] (more with --help)");
		return UB_EXIT_USAGE;
	}
	if (strcmp(argv[1], "help") == 0)
		return help(arena, argc, argv);
	if (is(argv[1], "--help", "-h"))
		return print_help(arena) ? UB_EXIT_OK : UB_EXIT_FINDINGS;
	if (is(argv[1], "--version", "-V")) {
		struct ub_buf out = UB_BUF(arena);
		ub_buf_str(&out, "upbeat " PACKAGE_VERSION "\n");
		return cli_write(STDOUT_FILENO, &out) ? UB_EXIT_OK : UB_EXIT_FINDINGS;
	}
	struct ub_cli cli = { .arena = arena,
		.command = find_command(argv[1]),
		.commands = commands,
		.n_commands = UB_COUNT(commands) };
	int status;
	if (!cli.command)
		return unknown_command(arena, argv[1]);
	if (cli_read(&cli, argc - 1, argv + 1, &status))
		status = cli.command->run(&cli);
	cli_unwatched(&cli);
	return status;
}

int cli_main(int argc, char **argv)
{
	struct ub_arena *arena = ub_arena_new();
	ub_ical_init();
	int status = run(arena, argc, argv);
	ub_arena_free(&arena);
	return status;
}
