/* SPDX-License-Identifier: Apache-2.0 */
/* Takes its time for each reading: so many seconds as the file at `path` says. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "upbeat/plugin.h"

#define NOWHERE ((struct ub_plugin_place){ 0, 0, 0 })

static const struct ub_plugin_option options[] = {
	{ "path", UB_PLUGIN_OPTION_PATH, true, "the file that says how long" },
};

static void *open_source(struct ub_plugin_host *host, const struct ub_plugin_setting *settings, size_t n)
{
	(void)host;
	return n ? strdup(settings[0].value) : NULL;
}

static double seconds_in(const char *path)
{
	double seconds = 0;
	FILE *file = fopen(path, "r");
	if (file && fscanf(file, "%lf", &seconds) != 1)
		seconds = 0;
	if (file)
		fclose(file);
	return seconds;
}

static void give(struct ub_plugin_host *host, const char *key, const char *text)
{
	host->key(host, key, strlen(key), NOWHERE);
	host->text(host, text, strlen(text), NOWHERE);
}

static enum ub_plugin_result read_source(void *source, struct ub_plugin_host *host)
{
	double seconds = seconds_in(source);
	usleep((useconds_t)(seconds * 1000000));
	host->map_begin(host, NOWHERE);
	give(host, "id", "slow");
	give(host, "name", seconds > 0 ? "Slow" : "Fast");
	host->map_end(host);
	return UB_PLUGIN_DONE;
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
