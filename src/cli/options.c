/* SPDX-License-Identifier: Apache-2.0 */
#include "cli-private.h"

#include <getopt.h>
#include <unistd.h>

#include "upbeat/facts.h"
#include "upbeat/sys.h"

#define HELP 256 /* the value of --help for getopt_long; the command's options follow */

const char *cli_value(const struct ub_cli *cli, size_t option)
{
	const struct ub_cli_values *values = &cli->values[option];
	return values->n ? values->items[values->n - 1] : NULL;
}

bool cli_time(const char *given, const struct ub_org *org, ub_instant *time)
{
	*time = ub_sys_now();
	if (!given || ub_cal_parse_time(ub_text(given), org->standard.zone, time))
		return true;
	cli_complain("--at %s: this is no time such as 2026-11-02 09:00 or 2026-11-02T09:00:00+01:00", given);
	return false;
}

/* Prints "  -c, --config FILE" and the option's meaning, in columns. */
static void print_option(struct ub_buf *out, const struct ub_cli_option *option)
{
	struct ub_buf left = UB_BUF(out->arena);
	if (option->letter)
		ub_buf_printf(&left, "-%c, ", option->letter);
	else
		ub_buf_str(&left, "    ");
	ub_buf_printf(&left, "--%s", option->name);
	if (option->argument)
		ub_buf_printf(&left, " %s", option->argument);
	ub_buf_printf(out, "  %-24s %s\n", ub_buf_cstr(&left), option->help);
}

static bool print_help(const struct ub_cli *cli)
{
	const struct ub_cli_command *command = cli->command;
	const struct ub_cli_option help = { "help", 'h', NULL, "show this help" };
	struct ub_buf out = UB_BUF(cli->arena);
	ub_buf_printf(
	    &out, "Usage: upbeat %s %s\n\n%s\nOptions:\n", command->name, command->synopsis, command->help);
	for (size_t i = 0; i < command->n_options; i++)
		print_option(&out, &command->options[i]);
	print_option(&out, &help);
	return cli_write(STDOUT_FILENO, &out);
}

static int usage_error(const struct ub_cli *cli, const char *problem)
{
	if (problem)
		cli_complain("%s: %s", cli->command->name, problem);
	cli_complain("usage: upbeat %s %s (more with --help)", cli->command->name, cli->command->synopsis);
	return UB_EXIT_USAGE;
}

/* Makes both of getopt's lists of options from the command's table. */
static struct option *long_options(const struct ub_cli *cli, struct ub_buf *letters)
{
	const struct ub_cli_command *command = cli->command;
	struct option *longs = UB_NEW_ARRAY(cli->arena, struct option, command->n_options + 2);
	ub_buf_str(letters, ":h");
	for (size_t i = 0; i < command->n_options; i++) {
		const struct ub_cli_option *option = &command->options[i];
		longs[i] = (struct option){ option->name, option->argument ? required_argument : no_argument,
			NULL, HELP + 1 + (int)i };
		if (option->letter)
			ub_buf_printf(letters, "%c%s", option->letter, option->argument ? ":" : "");
	}
	longs[command->n_options] = (struct option){ "help", no_argument, NULL, HELP };
	return longs;
}

static size_t option_of(const struct ub_cli_command *command, int value)
{
	if (value > HELP)
		return (size_t)(value - HELP - 1);
	size_t i = 0;
	while (command->options[i].letter != value)
		i++;
	return i;
}

bool cli_read(struct ub_cli *cli, int argc, char **argv, int *status)
{
	const struct ub_cli_command *command = cli->command;
	struct ub_buf letters = UB_BUF(cli->arena);
	struct option *longs = long_options(cli, &letters);
	cli->values = UB_NEW_ARRAY(cli->arena, struct ub_cli_values, command->n_options);
	optind = 0; /* glibc: begin anew, and determine the order of arguments anew */
	for (int value; (value = getopt_long(argc, argv, ub_buf_cstr(&letters), longs, NULL)) != -1;) {
		if (value == '?' || value == ':') {
			struct ub_text given = ub_text(argv[optind - 1]);
			*status = usage_error(
			    cli, ub_textf(cli->arena,
				     value == ':' ? "%.*s needs a value" : "there is no option %.*s",
				     UB_ARGS(given))
				     .ptr);
			return false;
		}
		if (value == HELP || value == 'h') {
			*status = print_help(cli) ? UB_EXIT_OK : UB_EXIT_FINDINGS;
			return false;
		}
		*ub_push(cli->arena, &cli->values[option_of(command, value)]) = optarg ? optarg : "";
	}
	cli->arguments = argv + optind;
	cli->n_arguments = (size_t)(argc - optind);
	if (cli->n_arguments >= command->min_arguments && cli->n_arguments <= command->max_arguments)
		return true;
	*status = usage_error(
	    cli, cli->n_arguments > command->max_arguments ? "too many arguments" : "an argument is missing");
	return false;
}
