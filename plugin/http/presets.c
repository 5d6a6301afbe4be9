/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "http.h"

static const struct http_mapping hubspot[] = {
	{ "id", "/id" },
	{ "name", "/properties/name" },
	{ "domains", "/properties/domain" },
	{ NULL, NULL },
};

static const struct http_mapping salesforce[] = {
	{ "id", "/Id" },
	{ "name", "/Name" },
	{ "domains", "/Website" },
	{ NULL, NULL },
};

static const struct http_shape presets[] = {
	/* Companies: one page of objects with their properties, and what to ask for the next page. */
	{ .name = "hubspot",
	    .url = "https://api.hubapi.com/crm/v3/objects/companies?limit=100&properties=name,domain",
	    .accounts = "/results",
	    .cursor = "/paging/next/after",
	    .cursor_parameter = "after",
	    .map = hubspot },
	/* The answer to a query: records, how many there are in all, and where the next ones are. */
	{ .name = "salesforce",
	    .accounts = "/records",
	    .next = "/nextRecordsUrl",
	    .total = "/totalSize",
	    .done = "/done",
	    .map = salesforce },
};

const struct http_shape *http_preset(const char *name)
{
	for (size_t i = 0; i < sizeof(presets) / sizeof(presets[0]); i++)
		if (strcmp(presets[i].name, name) == 0)
			return &presets[i];
	return NULL;
}
