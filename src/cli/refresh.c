/* SPDX-License-Identifier: Apache-2.0 */
#include "cli-private.h"

#include <unistd.h>

enum { CONFIG, CONTROL, FORCE, JSON };

static const struct ub_cli_option options[] = {
	[CONFIG] = { "config", 'c', "FILE", "the settings of the daemon, which say where its socket is" },
	[CONTROL] = { "control", 0, "SOCKET", "that socket itself" },
	[FORCE] = { "force", 0, NULL, "also where more accounts are gone than may go at once" },
	[JSON] = { "json", 0, NULL, "for programs" },
};

static int run(struct ub_cli *cli)
{
	if (!cli_value(cli, CONFIG) && !cli_value(cli, CONTROL)) {
		cli_complain("refresh: which daemon? -c FILE or --control SOCKET tells");
		return UB_EXIT_USAGE;
	}
	const char *control = cli_control(cli, cli_value(cli, CONFIG), cli_value(cli, CONTROL));
	const struct ub_wire_ask ask = { .ask = UB_ASK_REFRESH,
		.json = cli_value(cli, JSON) != NULL,
		.colour = cli_colour(STDOUT_FILENO),
		.subject = cli_value(cli, FORCE) ? UB_TEXT("force") : UB_TEXT_NONE };
	return control ? cli_ask(cli, control, &ask) : UB_EXIT_FINDINGS;
}

const struct ub_cli_command cli_refresh = {
	.name = "refresh",
	.synopsis = "-c FILE | --control SOCKET [--force] [--json]",
	.summary = "have the running daemon look at all account sources now",
	.help = "Tells the daemon that customers' data has changed, so that it need not find that out\n"
		"itself, and shows what came of it.\n",
	UB_CLI_OPTIONS(options),
	.run = run,
};
