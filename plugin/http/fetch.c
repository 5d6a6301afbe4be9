/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "http.h"

#define PAGE_MAX      (64u * 1024 * 1024)
#define TOKEN_MAX     8192
#define CONNECT_MS    10000
#define REQUEST_MS    45000
#define REDIRECTS_MAX 5
#define TRIES         3
#define PATIENCE      20   /* seconds that are waited within a reading, when the server asks for it */
#define RETRY_MAX     3600 /* seconds that a server may have us wait */
#define MESSAGE_MAX   500

int64_t http_seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

void http_fail(
    struct ub_plugin_host *host, struct ub_plugin_place place, const char *help, const char *message, ...)
{
	char text[MESSAGE_MAX];
	va_list args;
	va_start(args, message);
	vsnprintf(text, sizeof(text), message, args);
	va_end(args);
	host->error(host, place, text, help);
}

void http_forget(struct http_page *page)
{
	free(page->bytes);
	free(page->etag);
	free(page->location);
	free(page->content_type);
	page->bytes = page->etag = page->location = page->content_type = NULL;
	page->len = page->cap = 0;
	page->status = page->retry_after = 0;
}

/* ---- addresses ---- */

static char *url_part(const char *url, CURLUPart part, unsigned flags)
{
	CURLU *parsed = curl_url();
	char *text = NULL, *copy = NULL;
	if (parsed && curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK &&
	    curl_url_get(parsed, part, &text, flags) == CURLUE_OK)
		copy = strdup(text);
	curl_free(text);
	curl_url_cleanup(parsed);
	return copy;
}

static bool same_part(const char *a, const char *b, CURLUPart part)
{
	char *x = url_part(a, part, CURLU_DEFAULT_PORT), *y = url_part(b, part, CURLU_DEFAULT_PORT);
	bool same = x && y && strcasecmp(x, y) == 0;
	free(x);
	free(y);
	return same;
}

bool http_same_origin(const char *a, const char *b)
{
	return same_part(a, b, CURLUPART_SCHEME) && same_part(a, b, CURLUPART_HOST) &&
	       same_part(a, b, CURLUPART_PORT);
}

char *http_resolve(const char *base, const char *link)
{
	CURLU *url = curl_url();
	char *text = NULL, *copy = NULL;
	if (url && curl_url_set(url, CURLUPART_URL, base, 0) == CURLUE_OK &&
	    curl_url_set(url, CURLUPART_URL, link, 0) == CURLUE_OK &&
	    curl_url_get(url, CURLUPART_URL, &text, 0) == CURLUE_OK)
		copy = strdup(text);
	curl_free(text);
	curl_url_cleanup(url);
	return copy;
}

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
	char *query = url_part(url, CURLUPART_QUERY, 0), *kept = query_without(query ? query : "", name);
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

static size_t take_body(char *bytes, size_t size, size_t n, void *data)
{
	struct http_page *page = data;
	size_t len = size * n;
	if (len > PAGE_MAX - page->len) {
		page->too_large = true;
		return 0;
	}
	if (page->len + len + 1 > page->cap) {
		page->cap = (page->len + len + 1) * 2;
		page->bytes = realloc(page->bytes, page->cap);
		if (!page->bytes)
			abort();
	}
	memcpy(page->bytes + page->len, bytes, len);
	page->len += len;
	return len;
}

/* Keeps the value of the field if the line is of that name. */
static void keep_field(char **value, const char *line, size_t len, const char *name)
{
	size_t n = strlen(name);
	if (len <= n || strncasecmp(line, name, n) != 0 || line[n] != ':')
		return;
	for (n++; n < len && isspace((unsigned char)line[n]);)
		n++;
	while (len > n && isspace((unsigned char)line[len - 1]))
		len--;
	free(*value);
	*value = strndup(line + n, len - n);
}

static size_t take_field(char *line, size_t size, size_t n, void *data)
{
	struct http_page *page = data;
	char *retry = NULL;
	keep_field(&page->etag, line, size * n, "ETag");
	keep_field(&page->location, line, size * n, "Location");
	keep_field(&page->content_type, line, size * n, "Content-Type");
	keep_field(&retry, line, size * n, "Retry-After");
	if (retry) {
		long seconds = strtol(retry, NULL, 10);
		time_t date = isdigit((unsigned char)*retry) ? -1 : curl_getdate(retry, NULL);
		if (date >= 0)
			seconds = (long)(date - time(NULL));
		page->retry_after = seconds < 1 ? 1 : seconds > RETRY_MAX ? RETRY_MAX : seconds;
	}
	free(retry);
	return size * n;
}

static int is_given_up(void *data, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	struct http_page *page = data;
	(void)a, (void)b, (void)c, (void)d;
	return page->host->stopping(page->host);
}

/* Reads the token anew each time, as tokens are replaced. */
static bool read_token(const struct http_source *source, struct ub_plugin_host *host, char token[TOKEN_MAX])
{
	FILE *file = fopen(source->token_file, "re");
	size_t n = file ? fread(token, 1, TOKEN_MAX - 1, file) : 0;
	if (file)
		fclose(file);
	while (n > 0 && isspace((unsigned char)token[n - 1]))
		n--;
	token[n] = '\0';
	bool good = n > 0 && strlen(token) == n;
	for (size_t i = 0; i < n; i++)
		good &= token[i] > ' ' && token[i] < 0x7F;
	if (!good)
		http_fail(host, source->token_place, "the file has the token alone, in one line",
		    "there is no token in %s", source->token_file);
	return good;
}

static struct curl_slist *add_line(struct curl_slist *lines, const char *name, const char *value)
{
	char *line = NULL;
	if (asprintf(&line, "%s: %s", name, value) < 0)
		abort();
	struct curl_slist *grown = curl_slist_append(lines, line);
	explicit_bzero(line, strlen(line));
	free(line);
	return grown;
}

static void free_lines(struct curl_slist *lines)
{
	for (struct curl_slist *line = lines; line; line = line->next)
		explicit_bzero(line->data, strlen(line->data));
	curl_slist_free_all(lines);
}

static void prepare(struct http_source *source, struct http_page *page, struct curl_slist *lines)
{
	CURL *curl = source->curl;
	curl_easy_reset(curl); /* connections stay open */
	curl_easy_setopt(curl, CURLOPT_URL, page->url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)REQUEST_MS);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, lines);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, page);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_field);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, page);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, is_given_up);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, page);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	if (source->ca_file)
		curl_easy_setopt(curl, CURLOPT_CAINFO, source->ca_file);
}

static void report_transport(const struct http_source *source, struct http_page *page, CURLcode result)
{
	const char *help = "what was read before stays, and it is tried again";
	if (result == CURLE_PEER_FAILED_VERIFICATION || result == CURLE_SSL_CACERT_BADFILE)
		help = "a certificate of your own authority can be named in `ca_file`";
	else if (result == CURLE_WRITE_ERROR && page->too_large)
		help = "ask for smaller pages";
	http_fail(page->host, source->url_place, help, "page %zu: %s", page->number,
	    page->too_large ? "the answer is longer than 64 MiB" : curl_easy_strerror(result));
}

static bool request(struct http_source *source, struct http_page *page)
{
	char token[TOKEN_MAX];
	struct curl_slist *lines = add_line(NULL, "User-Agent", "upbeat");
	lines = add_line(lines, "Accept", "application/json");
	if (source->token_file) {
		char *value = NULL;
		if (!read_token(source, page->host, token)) {
			free_lines(lines);
			return false;
		}
		if (asprintf(&value, "Bearer %s", token) < 0)
			abort();
		lines = add_line(lines, "Authorization", value);
		explicit_bzero(value, strlen(value));
		explicit_bzero(token, sizeof(token));
		free(value);
	}
	if (source->etag && page->number == 1)
		lines = add_line(lines, "If-None-Match", source->etag);
	prepare(source, page, lines);
	CURLcode result = curl_easy_perform(source->curl);
	curl_easy_getinfo(source->curl, CURLINFO_RESPONSE_CODE, &page->status);
	free_lines(lines);
	if (result != CURLE_OK)
		report_transport(source, page, result);
	return result == CURLE_OK;
}

/* ---- what the answer means ---- */

/* Goes on at the place that the server names, if it is the same server. */
static bool follow(const struct http_source *source, struct http_page *page)
{
	char *target = page->location ? http_resolve(page->url, page->location) : NULL;
	if (target && http_same_origin(page->url, target)) {
		free(page->url);
		page->url = target;
		return true;
	}
	http_fail(page->host, source->url_place,
	    "it is not followed, and nothing was sent there; if you trust it, give it as `url`",
	    "page %zu: the server redirects to %s", page->number, target ? target : "nowhere");
	free(target);
	return false;
}

static void report_status(const struct http_source *source, const struct http_page *page)
{
	const char *help = "what was read before stays, and it is tried again";
	if (page->status == 401 || page->status == 403)
		help = "the token in `token_file` is not accepted: it may have run out, or lack a permission";
	else if (page->status == 404 || page->status == 410)
		help = "correct `url`";
	http_fail(page->host, source->url_place, help, "page %zu: the server answers with status %ld",
	    page->number, page->status);
}

/* Waits as the server asks, if that is not too long. */
static bool wait_for_server(struct http_source *source, struct http_page *page, unsigned tries)
{
	long seconds = page->retry_after ? page->retry_after : 1L << tries;
	if (tries < TRIES && seconds <= PATIENCE) {
		for (long i = 0; i < seconds * 10 && !page->host->stopping(page->host); i++)
			usleep(100000);
		return true;
	}
	source->not_before = http_seconds() + seconds;
	http_fail(page->host, source->url_place, "what was read before stays until then",
	    "page %zu: the server answers with status %ld, and wants to be left alone for %ld s",
	    page->number, page->status, seconds);
	return false;
}

static bool is_redirect(long status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

enum http_fetched http_fetch(struct http_source *source, struct http_page *page)
{
	for (unsigned tries = 0, redirects = 0;;) {
		http_forget(page);
		if (page->host->stopping(page->host) || !request(source, page))
			return HTTP_FAILED;
		if (page->status == 200)
			return HTTP_FETCHED;
		if (page->status == 304 && source->etag && page->number == 1)
			return HTTP_NOT_MODIFIED;
		if (is_redirect(page->status) && redirects++ < REDIRECTS_MAX) {
			if (!follow(source, page))
				return HTTP_FAILED;
		} else if (page->status == 429 || page->status == 503) {
			if (!wait_for_server(source, page, tries++))
				return HTTP_FAILED;
		} else {
			report_status(source, page);
			return HTTP_FAILED;
		}
	}
}
