/* SPDX-License-Identifier: Apache-2.0 */
#include "sql.h"

/* In place of postgresql.c, where libpq is not at hand. */

bool sql_check_connection(struct sql_source *source, struct ub_plugin_host *host)
{
	host->error(host, source->place, "this plugin was built without libpq, and knows SQLite alone",
	    "build it where libpq-dev is installed, or name a SQLite file in `path`");
	return false;
}

void sql_read_postgresql(struct sql_reading *reading)
{
	sql_fail(reading, NULL, "this plugin was built without libpq");
}
