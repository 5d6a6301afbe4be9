/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http.h"

#define PAGE_MAX  (64u * 1024 * 1024)
#define TOKEN_MAX 8192
#define TRIES     3
#define PATIENCE  20 /* seconds that are waited within a reading, when the server asks for it */

/* ---- addresses ---- */

/* The query without parameters of that name. */
static char *query_without(const char *query, const char *name)
{
	char *kept = calloc(1, strlen(query) + 1);
	size_t len = strlen(name);
	for (const char *at = query; kept && *at;) {
		size_t n = strcspn(at, "&");
		if (!(n > len && strncmp(at, name, len) == 0 && at[len] == '=')) {
			if (*kept)
				strcat(kept, "&");
			strncat(kept, at, n);
		}
		at += n + (at[n] == '&');
	}
	return kept;
}

char *http_with_parameter(const char *url, const char *name, const char *value)
{
	CURLU *parsed = curl_url();
	char *query = web_query(url), *kept = query_without(query ? query : "", name);
	char *escaped = curl_easy_escape(NULL, value, 0), *added = NULL, *text = NULL, *copy = NULL;
	if (asprintf(&added, "%s%s%s=%s", kept, *kept ? "&" : "", name, escaped) < 0)
		abort();
	if (parsed && curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK &&
	    curl_url_set(parsed, CURLUPART_QUERY, added, 0) == CURLUE_OK &&
	    curl_url_get(parsed, CURLUPART_URL, &text, 0) == CURLUE_OK)
		copy = strdup(text);
	curl_free(text);
	curl_free(escaped);
	free(added);
	free(kept);
	free(query);
	curl_url_cleanup(parsed);
	return copy;
}

/* ---- one request ---- */

/* Adds the token, which is read anew each time, as tokens are replaced. */
static bool add_token(
    const struct http_source *source, struct ub_plugin_host *host, struct curl_slist **lines)
{
	char token[TOKEN_MAX], *value = NULL;
	const bool good = web_read_secret(source->token_file, token, sizeof(token)) && !strchr(token, ' ');
	if (!good)
		web_fail(host, source->token_place, "the file has the token alone, in one line",
		    "there is no token in %s", source->token_file);
	if (asprintf(&value, "Bearer %s", token) < 0)
		abort();
	if (good)
		*lines = web_add_line(*lines, "Authorization", value);
	explicit_bzero(value, strlen(value));
	explicit_bzero(token, sizeof(token));
	free(value);
	return good;
}

static bool request(struct http_source *source, struct http_page *page)
{
	struct web_request request = { .url = page->url, .ca_file = source->ca_file, .size_max = PAGE_MAX };
	CURLcode result = CURLE_OK;
	request.lines =
	    web_add_line(web_add_line(NULL, "User-Agent", "upbeat"), "Accept", "application/json");
	if (source->etag && page->number == 1)
		request.lines = web_add_line(request.lines, "If-None-Match", source->etag);
	const bool good = !source->token_file || add_token(source, page->host, &request.lines);
	if (good)
		result = web_perform(source->curl, &request, &page->answer);
	web_free_lines(request.lines);
	if (result != CURLE_OK)
		web_fail(page->host, source->url_place, web_help(result, &page->answer), "page %zu: %s",
		    page->number, web_error(result, &page->answer));
	return good && result == CURLE_OK;
}

/* ---- what the answer means ---- */

/* Goes on at the place that the server names, if it is the same server. */
static bool follow(const struct http_source *source, struct http_page *page)
{
	char *target = page->answer.location ? web_resolve(page->url, page->answer.location) : NULL;
	if (target && web_same_origin(page->url, target)) {
		free(page->url);
		page->url = target;
		return true;
	}
	web_fail(page->host, source->url_place,
	    "it is not followed, and nothing was sent there; if you trust it, give it as `url`",
	    "page %zu: the server redirects to %s", page->number, target ? target : "nowhere");
	free(target);
	return false;
}

static void report_status(const struct http_source *source, const struct http_page *page)
{
	const char *help = web_help_kept;
	if (page->answer.status == 401 || page->answer.status == 403)
		help = "the token in `token_file` is not accepted: it may have run out, or lack a permission";
	else if (page->answer.status == 404 || page->answer.status == 410)
		help = "correct `url`";
	web_fail(page->host, source->url_place, help, "page %zu: the server answers with status %ld",
	    page->number, page->answer.status);
}

/* Waits as the server asks, if that is not too long. */
static bool wait_for_server(struct http_source *source, struct http_page *page, unsigned tries)
{
	long seconds = page->answer.retry_after ? page->answer.retry_after : 1L << tries;
	if (tries < TRIES && seconds <= PATIENCE) {
		for (long i = 0; i < seconds * 10 && !page->host->stopping(page->host); i++)
			usleep(100000);
		return true;
	}
	source->not_before = web_seconds() + seconds;
	web_fail(page->host, source->url_place, "what was read before stays until then",
	    "page %zu: the server answers with status %ld, and wants to be left alone for %ld s",
	    page->number, page->answer.status, seconds);
	return false;
}

enum http_fetched http_fetch(struct http_source *source, struct http_page *page)
{
	for (unsigned tries = 0, redirects = 0;;) {
		web_forget(&page->answer);
		page->answer.host = page->host;
		if (page->host->stopping(page->host) || !request(source, page))
			return HTTP_FAILED;
		if (page->answer.status == 200)
			return HTTP_FETCHED;
		if (page->answer.status == 304 && source->etag && page->number == 1)
			return HTTP_NOT_MODIFIED;
		if (web_is_redirect(page->answer.status) && redirects++ < WEB_REDIRECTS_MAX) {
			if (!follow(source, page))
				return HTTP_FAILED;
		} else if (page->answer.status == 429 || page->answer.status == 503) {
			if (!wait_for_server(source, page, tries++))
				return HTTP_FAILED;
		} else {
			report_status(source, page);
			return HTTP_FAILED;
		}
	}
}
