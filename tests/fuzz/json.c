/* SPDX-License-Identifier: Apache-2.0 */

/* Has the plugin `http` read pages of any bytes, which a NUL byte separates. The first byte says which
 * settings. Nothing is asked of a server: http_fetch is the fuzzer's. */
#include "../../plugin/http/http.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "plugin.h"

static struct {
	const uint8_t *bytes;
	size_t left;
} pages;

enum http_fetched http_fetch(struct http_source *source, struct http_page *page)
{
	(void)source;
	const uint8_t *end = pages.left ? memchr(pages.bytes, '\0', pages.left) : NULL;
	const size_t len = end ? (size_t)(end - pages.bytes) : pages.left;
	web_forget(&page->answer);
	page->answer.bytes = malloc(len + 1);
	if (!page->answer.bytes)
		abort();
	if (len > 0)
		memcpy(page->answer.bytes, pages.bytes, len);
	page->answer.bytes[len] = '\0';
	page->answer.len = len;
	pages.bytes += len + (end != NULL);
	pages.left -= len + (end != NULL);
	return HTTP_FETCHED;
}

char *http_with_parameter(const char *url, const char *name, const char *value)
{
	char *made = NULL;
	(void)name;
	if (asprintf(&made, "%.*s?%s", (int)strcspn(url, "?"), url, value) < 0)
		abort();
	return made;
}

#define AT                                                                                                   \
	{                                                                                                    \
		0, 0, 0                                                                                      \
	}

static const struct ub_plugin_setting hubspot[] = {
	{ "preset", NULL, "hubspot", AT },
	{ "url", NULL, "http://127.0.0.1/", AT },
	{ "map", "health", "/properties/health", AT },
	{ "map", "renewal", "/properties/renewal", AT },
	{ "health_words", "At Risk", "red", AT },
};
static const struct ub_plugin_setting salesforce[] = {
	{ "preset", NULL, "salesforce", AT },
	{ "url", NULL, "http://127.0.0.1/", AT },
	{ "map", "stakeholders", "/people", AT },
	{ "map", "seats", "/a~1b/0", AT },
	{ "fields", "seats", "int", AT },
};
static const struct ub_plugin_setting plain[] = {
	{ "url", NULL, "http://127.0.0.1/", AT },
	{ "map", "id", "/id", AT },
	{ "map", "team", "/team", AT },
	{ "map", "tickets", "/tickets", AT },
	{ "offset_parameter", NULL, "skip", AT },
	{ "page_size", NULL, "2", AT },
};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const struct {
		const struct ub_plugin_setting *items;
		size_t n;
	} settings[] = { { hubspot, 5 }, { salesforce, 5 }, { plain, 6 } };
	if (size < 1)
		return 0;
	struct ub_plugin_host *host = fuzz_host();
	pages.bytes = bytes + 1;
	pages.left = size - 1;
	void *source = ub_plugin.open(host, settings[bytes[0] % 3].items, settings[bytes[0] % 3].n);
	if (!source)
		abort();
	fuzz_check(ub_plugin.read(source, host));
	ub_plugin.close(source);
	return 0;
}
