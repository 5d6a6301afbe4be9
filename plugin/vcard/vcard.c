/* SPDX-License-Identifier: Apache-2.0 */

/*
 * People from vCards: upbeat.conf(5), "vCard". A card knows no account. It says by which addresses and which
 * organisation the host may find it.
 */
#include "vcard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MISTAKES_MAX 20 /* cards that are told one by one */

static const struct ub_plugin_option options[] = {
	{ "path", UB_PLUGIN_OPTION_PATH, true, "the folder of .vcf files, or one such file" },
};

void *vcard_memory(size_t size)
{
	void *memory = calloc(1, size ? size : 1);
	if (!memory)
		abort();
	return memory;
}

/* ---- open and close ---- */

static void close_source(void *opened)
{
	struct vcard_source *source = opened;
	free(source->path);
	free(source);
}

static void *open_source(struct ub_plugin_host *host, const struct ub_plugin_setting *settings, size_t n)
{
	struct vcard_source *source = vcard_memory(sizeof(*source));
	(void)host;
	for (size_t i = 0; i < n; i++) {
		if (strcmp(settings[i].name, "path") != 0)
			continue;
		source->path = strdup(settings[i].value);
		source->place = settings[i].place;
	}
	return source;
}

/* ---- reading ---- */

static bool has_changed(void *opened)
{
	const struct vcard_source *source = opened;
	return source->seen == 0 || vcard_look(source) != source->seen;
}

static void report_rest(const struct vcard_reading *reading)
{
	char message[100];
	if (reading->mistakes <= MISTAKES_MAX)
		return;
	snprintf(message, sizeof(message), "%zu more cards are left out", reading->mistakes - MISTAKES_MAX);
	reading->host->error(reading->host, reading->source->place, message, NULL);
}

static enum ub_plugin_result read_source(void *opened, struct ub_plugin_host *host)
{
	struct vcard_source *source = opened;
	struct vcard_reading reading = { .source = source, .host = host };
	source->seen = vcard_look(source);
	const bool good = vcard_read_path(&reading);
	report_rest(&reading);
	if (good)
		return UB_PLUGIN_DONE;
	source->seen = 0;
	return UB_PLUGIN_FAILED;
}

const struct ub_plugin ub_plugin = {
	.abi = UB_PLUGIN_ABI,
	.size = sizeof(struct ub_plugin),
	.options = options,
	.n_options = sizeof(options) / sizeof(options[0]),
	.refresh = 300,
	.open = open_source,
	.changed = has_changed,
	.read = read_source,
	.close = close_source,
};
