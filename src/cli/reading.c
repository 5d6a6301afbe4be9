/* SPDX-License-Identifier: Apache-2.0 */
#include "cli-private.h"

#include <unistd.h>

#include "upbeat/sys.h"

static void overrun(void *context)
{
	const struct ub_cli *cli = context;
	cli_complain("%s: %s: reading it took more than a second of processor time; given up",
	    cli->command->name, cli->reads ? cli->reads : "a calendar object");
	_exit(UB_EXIT_FINDINGS);
}

struct ub_watched *cli_watched(struct ub_cli *cli)
{
	const struct ub_watch_limit limit = { UB_READING_MS, overrun, cli };
	if (!cli->watch) {
		cli->watch = ub_sys_watch_start();
		cli->watched = ub_sys_watch_join(cli->watch, &limit);
	}
	return cli->watched;
}

void cli_unwatched(struct ub_cli *cli)
{
	ub_sys_watch_leave(&cli->watched);
	ub_sys_watch_stop(&cli->watch);
}
