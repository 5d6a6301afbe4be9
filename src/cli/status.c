/* SPDX-License-Identifier: Apache-2.0 */
#include "cli-private.h"

#include <unistd.h>

enum { CONFIG, CONTROL, JSON };

static const struct ub_cli_option options[] = {
	[CONFIG] = { "config", 'c', "FILE", "the settings of the daemon, which say where its socket is" },
	[CONTROL] = { "control", 0, "SOCKET", "that socket itself" },
	[JSON] = { "json", 0, NULL, "for programs" },
};

static int run(struct ub_cli *cli)
{
	if (!cli_value(cli, CONFIG) && !cli_value(cli, CONTROL)) {
		cli_complain("status: which daemon? -c FILE or --control SOCKET tells");
		return UB_EXIT_USAGE;
	}
	const char *control = cli_control(cli, cli_value(cli, CONFIG), cli_value(cli, CONTROL));
	const struct ub_wire_ask ask = { .ask = UB_ASK_STATUS,
		.json = cli_value(cli, JSON) != NULL,
		.colour = cli_colour(STDOUT_FILENO) };
	return control ? cli_ask(cli, control, &ask) : UB_EXIT_FINDINGS;
}

const struct ub_cli_command cli_status = {
	.name = "status",
	.synopsis = "-c FILE | --control SOCKET [--json]",
	.summary = "show how the running daemon is doing, and what waits for whom",
	.help = "Asks the daemon that runs with these settings: its rules, what the last reload came to,\n"
		"what is still to be looked at, and for whose next request it waits.\n",
	UB_CLI_OPTIONS(options),
	.run = run,
};
