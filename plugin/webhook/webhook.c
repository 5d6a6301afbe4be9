/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Events sent to an address, one POST each: upbeat.conf(5), "EVENTS".
 */
#include "webhook.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define REQUEST_SECONDS 30

static const struct ub_plugin_option options[] = {
	{ "url", UB_PLUGIN_OPTION_TEXT, true, "the address that takes events" },
	{ "token_file", UB_PLUGIN_OPTION_PATH, false, "the file with the bearer token" },
	{ "secret_file", UB_PLUGIN_OPTION_PATH, false, "the file with the secret that signs events" },
	{ "ca_file", UB_PLUGIN_OPTION_PATH, false, "the certificates of the authorities to trust" },
};

/* ---- open and close ---- */

static void close_sink(void *opened)
{
	struct webhook_sink *sink = opened;
	free(sink->url);
	free(sink->token_file);
	free(sink->secret_file);
	free(sink->ca_file);
	curl_easy_cleanup(sink->curl);
	free(sink);
	curl_global_cleanup();
}

static void keep(char **text, const char *value)
{
	*text = strdup(value);
	if (!*text)
		abort();
}

static void take_setting(struct webhook_sink *sink, const struct ub_plugin_setting *setting)
{
	const struct {
		const char *name;
		char **text;
		struct ub_plugin_place *place;
	} texts[] = {
		{ "url", &sink->url, &sink->url_place },
		{ "token_file", &sink->token_file, &sink->token_place },
		{ "secret_file", &sink->secret_file, &sink->secret_place },
		{ "ca_file", &sink->ca_file, NULL },
	};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (strcmp(setting->name, texts[i].name) != 0)
			continue;
		keep(texts[i].text, setting->value);
		if (texts[i].place)
			*texts[i].place = setting->place;
	}
	/* The request ends before the host stops to wait for it. */
	if (strcmp(setting->name, "timeout") == 0)
		sink->timeout = (strtol(setting->value, NULL, 10) + 1) / 2;
}

/* A file that cannot be read may be put there later. */
static void check_secret(
    struct ub_plugin_host *host, const char *path, struct ub_plugin_place place, const char *what)
{
	char *secret = path ? webhook_read_secret(host, path, place, what) : NULL;
	webhook_forget(secret);
	if (path)
		web_check_secret(path, host, place, what);
}

static bool check(const struct webhook_sink *sink, struct ub_plugin_host *host)
{
	if (strncasecmp(sink->url, "https://", 8) != 0 && strncasecmp(sink->url, "http://", 7) != 0) {
		web_fail(host, sink->url_place, "`url` is like `https://hooks.example/upbeat`",
		    "there is no address to send to");
		return false;
	}
	if (web_names_user(sink->url)) {
		web_fail(host, sink->url_place, "take it away; a token stands in the file of `token_file`",
		    "a name or a password stands in `url`, where everybody could read it");
		return false;
	}
	if (!web_is_private(sink->url)) {
		web_fail(
		    host, sink->url_place, "use `https://`", "events would be sent for everybody to read");
		return false;
	}
	check_secret(host, sink->token_file, sink->token_place, "token");
	check_secret(host, sink->secret_file, sink->secret_place, "secret");
	return true;
}

static void *open_sink(struct ub_plugin_host *host, const struct ub_plugin_setting *settings, size_t n)
{
	struct webhook_sink *sink = web_memory(sizeof(*sink));
	if (curl_global_init(CURL_GLOBAL_ALL) != 0 || !(sink->curl = curl_easy_init()))
		abort();
	sink->timeout = REQUEST_SECONDS;
	for (size_t i = 0; i < n; i++)
		take_setting(sink, &settings[i]);
	if (check(sink, host))
		return sink;
	close_sink(sink);
	return NULL;
}

/* ---- deliver ---- */

/* Sends what fits into half of the time limit, so that the last request has the other half. */
static struct ub_plugin_answer deliver(
    void *opened, struct ub_plugin_host *host, const struct ub_plugin_event *events, size_t n)
{
	struct webhook_sink *sink = opened;
	struct ub_plugin_answer answer = { .result = UB_PLUGIN_DELIVERED };
	const int64_t until = web_seconds() + sink->timeout;
	while (answer.delivered < n && (answer.delivered == 0 || web_seconds() < until)) {
		struct webhook_outcome outcome = webhook_post(sink, host, &events[answer.delivered]);
		answer.result = outcome.result;
		answer.seconds = outcome.seconds;
		if (outcome.result != UB_PLUGIN_DELIVERED)
			return answer;
		answer.delivered++;
	}
	return answer;
}

const struct ub_plugin_sink ub_plugin_sink = {
	.abi = UB_PLUGIN_ABI,
	.size = sizeof(struct ub_plugin_sink),
	.options = options,
	.n_options = sizeof(options) / sizeof(options[0]),
	.open = open_sink,
	.deliver = deliver,
	.close = close_sink,
};
