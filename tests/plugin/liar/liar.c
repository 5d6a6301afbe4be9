/* SPDX-License-Identifier: Apache-2.0 */
/* Gives trees that are none: `fault` says which. */
#include <stdlib.h>
#include <string.h>

#include "upbeat/plugin.h"

#define NOWHERE ((struct ub_plugin_place){ 0, 0, 0 })

static const struct ub_plugin_option options[] = {
	{ "fault", UB_PLUGIN_OPTION_TEXT, true, "which fault" },
};

static void *open_source(struct ub_plugin_host *host, const struct ub_plugin_setting *settings, size_t n)
{
	(void)host;
	return n ? strdup(settings[0].value) : NULL;
}

static void give(struct ub_plugin_host *host, const char *text, bool key)
{
	if (key)
		host->key(host, text, strlen(text), NOWHERE);
	else
		host->text(host, text, strlen(text), NOWHERE);
}

static void begin_account(struct ub_plugin_host *host)
{
	host->map_begin(host, NOWHERE);
	give(host, "id", true);
	give(host, "x", false);
	give(host, "name", true);
	give(host, "X", false);
}

static void nest(struct ub_plugin_host *host)
{
	give(host, "domains", true);
	for (int i = 0; i < 100; i++)
		host->list_begin(host, NOWHERE);
}

static void give_fault(struct ub_plugin_host *host, const char *fault)
{
	if (strcmp(fault, "open") == 0)
		host->map_begin(host, NOWHERE);
	else if (strcmp(fault, "end") == 0)
		host->map_end(host);
	else if (strcmp(fault, "cross") == 0)
		host->list_end(host);
	else if (strcmp(fault, "value") == 0)
		give(host, "a value", false);
	else if (strcmp(fault, "key-twice") == 0)
		give(host, "id", true);
	else if (strcmp(fault, "deep") == 0)
		nest(host);
	else if (strcmp(fault, "bytes") == 0)
		give(host, "\xFF", true);
	else if (strcmp(fault, "place") == 0)
		host->error(
		    host, (struct ub_plugin_place){ 1000, 1000, 1000 }, "in no document\033[31m", NULL);
	else if (strcmp(fault, "beyond") == 0)
		host->error(host, (struct ub_plugin_place){ 1, 1000000, 1000 }, "beyond the end", "a remedy");
}

static enum ub_plugin_result read_source(void *source, struct ub_plugin_host *host)
{
	begin_account(host);
	give_fault(host, source);
	host->map_end(host);
	return strcmp(source, "silent") == 0 ? UB_PLUGIN_FAILED : UB_PLUGIN_DONE;
}

const struct ub_plugin ub_plugin = {
	.abi = UB_PLUGIN_ABI,
	.size = sizeof(struct ub_plugin),
	.options = options,
	.n_options = 1,
	.open = open_source,
	.read = read_source,
	.close = free,
};
