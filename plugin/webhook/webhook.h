/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_WEBHOOK_H
#define UPBEAT_WEBHOOK_H

/* What the files of this plugin share. */

#include <curl/curl.h>

#include "../web/web.h"
#include "upbeat/plugin.h"

struct webhook_sink {
	char *url, *token_file, *secret_file, *ca_file;
	long timeout; /* seconds that one request may take */
	struct ub_plugin_place url_place, token_place, secret_place;
	CURL *curl;
};

/* ---- secrets.c ---- */

/* The file's contents without the line end. It is read anew each time, as secrets are replaced. NULL:
 * reported; otherwise webhook_forget() frees it. */
char *webhook_read_secret(
    struct ub_plugin_host *host, const char *path, struct ub_plugin_place place, const char *what);
void webhook_forget(char *secret);
/* The value of `webhook-signature` for the event (Standard Webhooks 1.0): "v1,BASE64". The caller frees it.
 * NULL: the secret is of no use, which is reported. */
char *webhook_sign(const struct webhook_sink *sink, struct ub_plugin_host *host,
    const struct ub_plugin_event *event, const char *timestamp);

/* ---- post.c ---- */

/* What became of one event. */
struct webhook_outcome {
	enum ub_plugin_delivery result;
	unsigned seconds; /* as in struct ub_plugin_answer */
};

/* Sends the event, and reports what fails. */
struct webhook_outcome webhook_post(
    struct webhook_sink *sink, struct ub_plugin_host *host, const struct ub_plugin_event *event);

#endif
