/* SPDX-License-Identifier: Apache-2.0 */
#include "web.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>

#define CONNECT_MS  10000
#define REQUEST_MS  45000
#define RETRY_MAX   3600 /* seconds that a server may have us wait */
#define MESSAGE_MAX 500

const char *const web_help_kept = "what was read before stays, and it is tried again";

int64_t web_seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

void *web_memory(size_t size)
{
	void *memory = calloc(1, size ? size : 1);
	if (!memory)
		abort();
	return memory;
}

void web_fail(
    struct ub_plugin_host *host, struct ub_plugin_place place, const char *help, const char *message, ...)
{
	char text[MESSAGE_MAX];
	va_list args;
	va_start(args, message);
	vsnprintf(text, sizeof(text), message, args);
	va_end(args);
	host->error(host, place, text, help);
}

bool web_read_secret(const char *path, char *secret, size_t size)
{
	FILE *file = fopen(path, "re");
	size_t n = file ? fread(secret, 1, size - 1, file) : 0;
	if (file)
		fclose(file);
	while (n > 0 && isspace((unsigned char)secret[n - 1]))
		n--;
	secret[n] = '\0';
	bool good = n > 0 && strlen(secret) == n;
	for (size_t i = 0; i < n; i++)
		good &= (unsigned char)secret[i] >= ' ' && secret[i] != 0x7F;
	return good;
}

void web_check_secret(
    const char *path, struct ub_plugin_host *host, struct ub_plugin_place place, const char *what)
{
	char message[100];
	struct stat file;
	if (stat(path, &file) < 0 || !(file.st_mode & (S_IRWXG | S_IRWXO)))
		return;
	snprintf(message, sizeof(message), "other users can read the %s", what);
	host->warning(host, place, message, "chmod 600 the file");
}

/* ---- the answer ---- */

void web_forget(struct web_answer *answer)
{
	free(answer->bytes);
	free(answer->etag);
	free(answer->location);
	free(answer->content_type);
	answer->bytes = answer->etag = answer->location = answer->content_type = NULL;
	answer->len = answer->cap = 0;
	answer->status = answer->retry_after = 0;
}

static size_t take_body(char *bytes, size_t size, size_t n, void *data)
{
	struct web_answer *answer = data;
	size_t len = size * n;
	if (len > answer->size_max - answer->len) {
		answer->too_large = true;
		return 0;
	}
	if (answer->len + len + 1 > answer->cap) {
		answer->cap = (answer->len + len + 1) * 2;
		answer->bytes = realloc(answer->bytes, answer->cap);
		if (!answer->bytes)
			abort();
	}
	memcpy(answer->bytes + answer->len, bytes, len);
	answer->len += len;
	answer->bytes[answer->len] = '\0';
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
	struct web_answer *answer = data;
	char *retry = NULL;
	keep_field(&answer->etag, line, size * n, "ETag");
	keep_field(&answer->location, line, size * n, "Location");
	keep_field(&answer->content_type, line, size * n, "Content-Type");
	keep_field(&retry, line, size * n, "Retry-After");
	if (retry) {
		long seconds = strtol(retry, NULL, 10);
		time_t date = isdigit((unsigned char)*retry) ? -1 : curl_getdate(retry, NULL);
		if (date >= 0)
			seconds = (long)(date - time(NULL));
		answer->retry_after = seconds < 1 ? 1 : seconds > RETRY_MAX ? RETRY_MAX : seconds;
	}
	free(retry);
	return size * n;
}

static int is_given_up(void *data, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	struct web_answer *answer = data;
	(void)a, (void)b, (void)c, (void)d;
	return answer->host->stopping(answer->host);
}

const char *web_error(CURLcode result, const struct web_answer *answer)
{
	return answer->too_large ? "the answer is too long" : curl_easy_strerror(result);
}

const char *web_help(CURLcode result, const struct web_answer *answer)
{
	if (result == CURLE_PEER_FAILED_VERIFICATION || result == CURLE_SSL_CACERT_BADFILE)
		return "a certificate of your own authority can be named in `ca_file`";
	return answer->too_large ? "ask for less at a time" : web_help_kept;
}

bool web_is_redirect(long status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* ---- the request ---- */

struct curl_slist *web_add_line(struct curl_slist *lines, const char *name, const char *value)
{
	char *line = NULL;
	if (asprintf(&line, "%s: %s", name, value) < 0)
		abort();
	struct curl_slist *grown = curl_slist_append(lines, line);
	explicit_bzero(line, strlen(line));
	free(line);
	if (!grown)
		abort();
	return grown;
}

void web_free_lines(struct curl_slist *lines)
{
	for (struct curl_slist *line = lines; line; line = line->next)
		explicit_bzero(line->data, strlen(line->data));
	curl_slist_free_all(lines);
}

void web_set_url(CURL *curl, const char *url)
{
	curl_easy_setopt(curl, CURLOPT_URL, url);
	/* What is private without being encrypted would not be, with a proxy that the environment names. */
	if (strncasecmp(url, "http://", 7) == 0 && web_is_private(url))
		curl_easy_setopt(curl, CURLOPT_PROXY, "");
}

static void prepare(CURL *curl, const struct web_request *request, struct web_answer *answer)
{
	curl_easy_reset(curl); /* connections stay open */
	web_set_url(curl, request->url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)REQUEST_MS);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, request->lines);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_field);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, answer);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, is_given_up);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, answer);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	if (request->ca_file)
		curl_easy_setopt(curl, CURLOPT_CAINFO, request->ca_file);
	if (request->body)
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body);
	if (request->method)
		curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
}

CURLcode web_perform(CURL *curl, const struct web_request *request, struct web_answer *answer)
{
	prepare(curl, request, answer);
	if (request->user) {
		curl_easy_setopt(curl, CURLOPT_HTTPAUTH, request->authentication);
		curl_easy_setopt(curl, CURLOPT_USERNAME, request->user);
		curl_easy_setopt(curl, CURLOPT_PASSWORD, request->password);
	}
	answer->size_max = request->size_max;
	CURLcode result = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer->status);
	return result;
}
