/* SPDX-License-Identifier: Apache-2.0 */
#include "cli-private.h"

#include <string.h>
#include <unistd.h>

/* What a shell has to know to complete a command line, made of the commands' own tables. The build writes the
 * files that are installed by this command. */

/* How the value of an option, or an argument, is completed. */
enum kind {
	ANYTHING, /* not at all */
	FILES,
	FOLDERS,
};

static enum kind kind_of(const struct ub_cli_option *option)
{
	if (strcmp(option->argument, "DIR") == 0)
		return FOLDERS;
	return strcmp(option->argument, "FILE") == 0 || strcmp(option->argument, "SOCKET") == 0 ? FILES
												: ANYTHING;
}

/* The commands, and the one for which there is no table. */
struct all {
	const struct ub_cli_command *const *commands;
	size_t n;
	struct ub_text topics; /* of `upbeat help`, with spaces between */
};

static const char help_summary[] = "show a manual";
static const char option_summary[] = "show this help";

/* Text in single quotes. Within them, `escaped` get a backslash. */
static void put_quoted(struct ub_buf *out, const char *text, const char *escaped)
{
	ub_buf_char(out, '\'');
	for (; *text; text++) {
		if (strchr(escaped, *text))
			ub_buf_char(out, '\\');
		if (*text == '\'' && !strchr(escaped, '\''))
			ub_buf_str(out, "'\\'");
		ub_buf_char(out, *text);
	}
	ub_buf_char(out, '\'');
}

/* ---- bash ---- */

static void put_bash_options(struct ub_buf *out, const struct ub_cli_command *command)
{
	ub_buf_printf(out, "\t%s) options='", command->name);
	for (size_t i = 0; i < command->n_options; i++)
		ub_buf_printf(out, "--%s ", command->options[i].name);
	ub_buf_str(out, "--help' ;;\n");
}

/* The patterns of a command's options whose values are of the kind: "test:--over | ". */
static void put_bash_values(struct ub_buf *out, const struct ub_cli_command *command, enum kind kind)
{
	for (size_t i = 0; i < command->n_options; i++) {
		const struct ub_cli_option *option = &command->options[i];
		if (!option->argument || kind_of(option) != kind)
			continue;
		ub_buf_printf(out, "%s:--%s | ", command->name, option->name);
		if (option->letter)
			ub_buf_printf(out, "%s:-%c | ", command->name, option->letter);
	}
}

static void put_bash(struct ub_buf *out, const struct all *all)
{
	static const char *const values[] = { [ANYTHING] = "\treturn",
		[FILES] = "\t_upbeat_paths -f \"$2\"\n\t\treturn",
		[FOLDERS] = "\t_upbeat_paths -d \"$2\"\n\t\treturn" };
	ub_buf_str(out, "# Completion of upbeat(1) for bash; written by upbeat completion bash.\n"
			"_upbeat_paths()\n{\n\tcompopt -o filenames\n"
			"\tmapfile -t COMPREPLY < <(compgen \"$1\" -- \"$2\")\n}\n\n"
			"_upbeat()\n{\n\tlocal command=${COMP_WORDS[1]} options=\n\tCOMPREPLY=()\n"
			"\tif [[ $COMP_CWORD -eq 1 ]]; then\n\t\tmapfile -t COMPREPLY < <(compgen -W '");
	for (size_t i = 0; i < all->n; i++)
		ub_buf_printf(out, "%s ", all->commands[i]->name);
	ub_buf_str(out, "help --help --version' -- \"$2\")\n\t\treturn\n\tfi\n\tcase $command:$3 in\n");
	for (size_t kind = 0; kind < UB_COUNT(values); kind++) {
		ub_buf_char(out, '\t');
		for (size_t i = 0; i < all->n; i++)
			put_bash_values(out, all->commands[i], (enum kind)kind);
		ub_buf_printf(out, "-)\n\t%s ;;\n", values[kind]);
	}
	ub_buf_str(out, "\tesac\n\tcase $command in\n");
	for (size_t i = 0; i < all->n; i++)
		put_bash_options(out, all->commands[i]);
	ub_buf_printf(out, "\thelp) options='%.*s' ;;\n\tesac\n", UB_ARGS(all->topics));
	ub_buf_str(out, "\tif [[ $2 == -* || $command == help ]]; then\n"
			"\t\tmapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$2\")\n"
			"\telse\n\t\t_upbeat_paths -f \"$2\"\n\tfi\n}\n\ncomplete -F _upbeat upbeat\n");
}

/* ---- zsh ---- */

static void put_zsh_option(struct ub_buf *out, const struct ub_cli_option *option)
{
	static const char *const actions[] = {
		[ANYTHING] = " ", [FILES] = "_files", [FOLDERS] = "_files -/"
	};
	struct ub_buf text = UB_BUF(out->arena);
	ub_buf_printf(&text, "[%s]", option->help);
	if (option->argument)
		ub_buf_printf(&text, ":%s:%s", option->argument, actions[kind_of(option)]);
	ub_buf_str(out, " \\\n\t\t\t");
	if (option->letter)
		ub_buf_printf(out, "'*'{-%c,--%s}", option->letter, option->name);
	else
		ub_buf_printf(out, "'*--%s'", option->name);
	put_quoted(out, ub_buf_cstr(&text), "");
}

static void put_zsh_word(struct ub_buf *out, const char *name, const char *summary)
{
	ub_buf_str(out, "\t\t\t");
	put_quoted(out, ub_textf(out->arena, "%s:%s", name, summary).ptr, "");
	ub_buf_char(out, '\n');
}

static void put_zsh(struct ub_buf *out, const struct all *all)
{
	static const struct ub_cli_option help = { "help", 'h', NULL, option_summary };
	ub_buf_str(out,
	    "#compdef upbeat\n# Completion of upbeat(1) for zsh; written by upbeat completion zsh.\n"
	    "_upbeat()\n{\n\tlocal -a commands\n\tif (( CURRENT == 2 )); then\n\t\tcommands=(\n");
	for (size_t i = 0; i < all->n; i++)
		put_zsh_word(out, all->commands[i]->name, all->commands[i]->summary);
	put_zsh_word(out, "help", help_summary);
	ub_buf_str(out, "\t\t)\n\t\t_describe command commands\n\t\treturn\n\tfi\n"
			"\tshift words\n\t(( CURRENT-- ))\n\tcase $words[1] in\n");
	for (size_t i = 0; i < all->n; i++) {
		ub_buf_printf(out, "\t%s)\n\t\t_arguments -s", all->commands[i]->name);
		for (size_t k = 0; k < all->commands[i]->n_options; k++)
			put_zsh_option(out, &all->commands[i]->options[k]);
		put_zsh_option(out, &help);
		ub_buf_str(
		    out, all->commands[i]->max_arguments ? " \\\n\t\t\t'*:file:_files' ;;\n" : " ;;\n");
	}
	ub_buf_printf(
	    out, "\thelp)\n\t\t_values topic %.*s ;;\n\tesac\n}\n\n_upbeat \"$@\"\n", UB_ARGS(all->topics));
}

/* ---- fish ---- */

static void put_fish_command(struct ub_buf *out, const char *name, const char *summary)
{
	ub_buf_printf(out, "complete -c upbeat -n __fish_use_subcommand -f -a %s -d ", name);
	put_quoted(out, summary, "'\\");
	ub_buf_char(out, '\n');
}

static void put_fish_option(struct ub_buf *out, const char *command, const struct ub_cli_option *option)
{
	static const char *const actions[] = {
		[ANYTHING] = " -x", [FILES] = " -r -F", [FOLDERS] = " -x -a '(__fish_complete_directories)'"
	};
	ub_buf_printf(
	    out, "complete -c upbeat -n '__fish_seen_subcommand_from %s' -l %s", command, option->name);
	if (option->letter)
		ub_buf_printf(out, " -s %c", option->letter);
	ub_buf_printf(out, "%s -d ", option->argument ? actions[kind_of(option)] : "");
	put_quoted(out, option->help, "'\\");
	ub_buf_char(out, '\n');
}

static void put_fish(struct ub_buf *out, const struct all *all)
{
	ub_buf_str(out, "# Completion of upbeat(1) for fish; written by upbeat completion fish.\n");
	for (size_t i = 0; i < all->n; i++) {
		put_fish_command(out, all->commands[i]->name, all->commands[i]->summary);
		for (size_t k = 0; k < all->commands[i]->n_options; k++)
			put_fish_option(out, all->commands[i]->name, &all->commands[i]->options[k]);
	}
	put_fish_command(out, "help", help_summary);
	ub_buf_printf(out, "complete -c upbeat -n '__fish_seen_subcommand_from help' -f -a '%.*s'\n",
	    UB_ARGS(all->topics));
	ub_buf_printf(out, "complete -c upbeat -l help -s h -d '%s'\n", option_summary);
}

/* ---- the command ---- */

static const struct {
	const char *name;
	void (*put)(struct ub_buf *out, const struct all *all);
} shells[] = { { "bash", put_bash }, { "zsh", put_zsh }, { "fish", put_fish } };

static int run(struct ub_cli *cli)
{
	struct ub_buf out = UB_BUF(cli->arena), topics = UB_BUF(cli->arena);
	struct all all = { .commands = cli->commands, .n = cli->n_commands };
	for (size_t i = 0; i < all.n; i++)
		ub_buf_printf(&topics, "%s ", all.commands[i]->name);
	cli_topics(&topics);
	all.topics = ub_text_trim(ub_buf_text(&topics));
	for (size_t i = 0; i < UB_COUNT(shells); i++)
		if (strcmp(cli->arguments[0], shells[i].name) == 0)
			shells[i].put(&out, &all);
	if (out.len)
		return cli_write(STDOUT_FILENO, &out) ? UB_EXIT_OK : UB_EXIT_FINDINGS;
	cli_complain("completion: nothing is known of `%s`, only of bash, zsh and fish", cli->arguments[0]);
	return UB_EXIT_USAGE;
}

const struct ub_cli_command cli_completion = {
	.name = "completion",
	.synopsis = "bash|zsh|fish",
	.summary = "print what a shell needs to complete upbeat's command lines",
	.help = "Prints a file for the shell; packages have it installed where the shell finds it.\n"
		"Elsewhere, for bash: source <(upbeat completion bash)\n",
	.min_arguments = 1,
	.max_arguments = 1,
	.run = run,
};
