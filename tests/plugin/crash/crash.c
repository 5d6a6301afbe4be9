/* SPDX-License-Identifier: Apache-2.0 */
/* Ends the process that opens it. */
#include <stdlib.h>

#include "upbeat/plugin.h"

static void *open_source(struct ub_plugin_host *host, const struct ub_plugin_setting *settings, size_t n)
{
	(void)host, (void)settings, (void)n;
	abort();
}

static enum ub_plugin_result read_source(void *source, struct ub_plugin_host *host)
{
	(void)source, (void)host;
	return UB_PLUGIN_FAILED;
}

const struct ub_plugin ub_plugin = {
	.abi = UB_PLUGIN_ABI,
	.size = sizeof(struct ub_plugin),
	.open = open_source,
	.read = read_source,
	.close = free,
};
