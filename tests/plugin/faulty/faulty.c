/* SPDX-License-Identifier: Apache-2.0 */
/* An event sink with faults: `fault` says which. Without one it takes all events. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "upbeat/plugin.h"

static const struct ub_plugin_option options[] = {
	{ "fault", UB_PLUGIN_OPTION_TEXT, false, "which fault" },
};

static void *open_sink(struct ub_plugin_host *host, const struct ub_plugin_setting *settings, size_t n)
{
	const char *fault = n && strcmp(settings[0].name, "fault") == 0 ? settings[0].value : "none";
	if (strcmp(fault, "shut") == 0)
		return NULL;
	if (strcmp(fault, "closed") == 0) {
		host->error(host, settings[0].place, "it is closed today", "come back tomorrow");
		return NULL;
	}
	if (strcmp(fault, "place") == 0)
		host->error(host, (struct ub_plugin_place){ 7, 1, 1 }, "somewhere\033[31m", NULL);
	if (strcmp(fault, "source") == 0) {
		host->map_begin(host, settings[0].place);
		host->document(host, "x", "y", 1);
		host->as_of(host, 1);
	}
	return strdup(fault);
}

static struct ub_plugin_answer deliver(
    void *sink, struct ub_plugin_host *host, const struct ub_plugin_event *events, size_t n)
{
	const char *fault = sink;
	struct ub_plugin_answer answer = { .delivered = n, .result = UB_PLUGIN_DELIVERED };
	(void)events;
	if (strcmp(fault, "crash") == 0)
		abort();
	if (strcmp(fault, "slow") == 0)
		sleep(3);
	if (strcmp(fault, "mute") == 0)
		answer = (struct ub_plugin_answer){ 0, UB_PLUGIN_LATER, 0 };
	if (strcmp(fault, "idle") == 0)
		answer.delivered = 0;
	if (strcmp(fault, "eager") == 0)
		answer.delivered = n + 100;
	if (strcmp(fault, "refuse") == 0) {
		host->error(host, (struct ub_plugin_place){ 0, 0, 0 }, "never that one", NULL);
		answer = (struct ub_plugin_answer){ n - 1, UB_PLUGIN_REFUSED, 0 };
	}
	return answer;
}

const struct ub_plugin_sink ub_plugin_sink = {
	.abi = UB_PLUGIN_ABI,
	.size = sizeof(struct ub_plugin_sink),
	.options = options,
	.n_options = 1,
	.open = open_sink,
	.deliver = deliver,
	.close = free,
};
