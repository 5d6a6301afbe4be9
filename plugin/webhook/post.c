/* SPDX-License-Identifier: Apache-2.0 */

/*
 * One event, sent by POST, and what the answer means for it.
 */
#include "webhook.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define CONNECT_MS 10000
#define PAUSE_MAX  3600 /* seconds that a receiver may have us wait */

struct exchange {
	struct ub_plugin_host *host;
	unsigned retry_after; /* seconds; 0: not said */
};

/* ---- the request ---- */

static bool add_token(const struct webhook_sink *sink, struct ub_plugin_host *host, struct curl_slist **lines)
{
	char *value = NULL;
	if (!sink->token_file)
		return true;
	char *token = webhook_read_secret(host, sink->token_file, sink->token_place, "token");
	if (!token)
		return false;
	if (asprintf(&value, "Bearer %s", token) < 0)
		abort();
	*lines = web_add_line(*lines, "Authorization", value);
	webhook_forget(value);
	webhook_forget(token);
	return true;
}

static bool add_signature(const struct webhook_sink *sink, struct ub_plugin_host *host,
    const struct ub_plugin_event *event, struct curl_slist **lines)
{
	char timestamp[32];
	if (!sink->secret_file)
		return true;
	snprintf(timestamp, sizeof(timestamp), "%lld", (long long)time(NULL));
	char *value = webhook_sign(sink, host, event, timestamp);
	if (!value)
		return false;
	*lines = web_add_line(*lines, "webhook-timestamp", timestamp);
	*lines = web_add_line(*lines, "webhook-signature", value);
	free(value);
	return true;
}

/* The body of an answer says nothing to us. */
static size_t skip_body(char *bytes, size_t size, size_t n, void *data)
{
	(void)bytes, (void)data;
	return size * n;
}

static size_t take_field(char *line, size_t size, size_t n, void *data)
{
	static const char name[] = "Retry-After:";
	struct exchange *exchange = data;
	char value[64] = "";
	size_t at = sizeof(name) - 1, len = size * n;
	if (len <= at || len - at >= sizeof(value) || strncasecmp(line, name, at) != 0)
		return len;
	memcpy(value, line + at, len - at);
	const char *said = value + strspn(value, " \t");
	long long seconds = strtoll(said, NULL, 10);
	time_t date = isdigit((unsigned char)*said) ? -1 : curl_getdate(said, NULL);
	if (date >= 0)
		seconds = (long long)date - time(NULL);
	exchange->retry_after = seconds < 1 ? 1 : seconds > PAUSE_MAX ? PAUSE_MAX : (unsigned)seconds;
	return len;
}

static int is_given_up(void *data, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct exchange *exchange = data;
	(void)a, (void)b, (void)c, (void)d;
	return exchange->host->stopping(exchange->host);
}

static void prepare(const struct webhook_sink *sink, const struct ub_plugin_event *event,
    struct exchange *exchange, struct curl_slist *lines)
{
	CURL *curl = sink->curl;
	curl_easy_reset(curl); /* the connection stays open */
	web_set_url(curl, sink->url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, sink->timeout);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)event->len);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, event->json);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, lines);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, skip_body);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_field);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, exchange);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, is_given_up);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, exchange);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	if (sink->ca_file)
		curl_easy_setopt(curl, CURLOPT_CAINFO, sink->ca_file);
}

/* ---- what the answer means ---- */

static void report_transport(const struct webhook_sink *sink, struct ub_plugin_host *host, CURLcode result)
{
	const char *help = "the events wait, and it is tried again";
	if (result == CURLE_PEER_FAILED_VERIFICATION || result == CURLE_SSL_CACERT_BADFILE)
		help = "a certificate of your own authority can be named in `ca_file`; the events wait";
	web_fail(host, sink->url_place, help, "the receiver is not reached: %s", curl_easy_strerror(result));
}

/* Whether the receiver has read this event and does not want it. The others say something of the address, of
 * the token, or of the receiver's state, and so of all events. */
static bool is_refusal(long status)
{
	return status == 400 || status == 406 || status == 409 || status == 411 || status == 412 ||
	       status == 413 || status == 415 || status == 422;
}

static void report_refusal(
    const struct webhook_sink *sink, struct ub_plugin_host *host, const char *id, long status)
{
	web_fail(host, sink->url_place, "look into the receiver's own log for the reason",
	    "the receiver answers to the event %s with status %ld", id, status);
}

static void report_status(const struct webhook_sink *sink, struct ub_plugin_host *host, long status)
{
	const char *help = "the events wait, and it is tried again";
	if (status == 401 || status == 403)
		help =
		    "the receiver does not accept the token in `token_file`, or wants one; the events wait";
	else if (status == 404 || status == 405 || status == 410)
		help = "correct `url`; the events wait";
	else if (status >= 300 && status < 400)
		help = "redirects are not followed: if you trust the new address, give it as `url`";
	web_fail(host, sink->url_place, help, "the receiver answers with status %ld", status);
}

static struct webhook_outcome judge(const struct webhook_sink *sink, const struct exchange *exchange,
    const struct ub_plugin_event *event, long status)
{
	if (status >= 200 && status < 300)
		return (struct webhook_outcome){ UB_PLUGIN_DELIVERED, 0 };
	if (is_refusal(status)) {
		report_refusal(sink, exchange->host, event->id, status);
		return (struct webhook_outcome){ UB_PLUGIN_REFUSED, 0 };
	}
	report_status(sink, exchange->host, status);
	return (struct webhook_outcome){ UB_PLUGIN_LATER, exchange->retry_after };
}

struct webhook_outcome webhook_post(
    struct webhook_sink *sink, struct ub_plugin_host *host, const struct ub_plugin_event *event)
{
	struct webhook_outcome outcome = { UB_PLUGIN_LATER, 0 };
	struct exchange exchange = { .host = host };
	struct curl_slist *lines = web_add_line(NULL, "Content-Type", "application/json");
	lines = web_add_line(lines, "User-Agent", "upbeat");
	lines = web_add_line(lines, "webhook-id", event->id);
	lines = web_add_line(lines, "Expect", ""); /* nobody is asked beforehand */
	if (add_token(sink, host, &lines) && add_signature(sink, host, event, &lines)) {
		long status = 0;
		prepare(sink, event, &exchange, lines);
		CURLcode result = curl_easy_perform(sink->curl);
		curl_easy_getinfo(sink->curl, CURLINFO_RESPONSE_CODE, &status);
		if (result == CURLE_OK)
			outcome = judge(sink, &exchange, event, status);
		else
			report_transport(sink, host, result);
	}
	web_free_lines(lines);
	return outcome;
}
