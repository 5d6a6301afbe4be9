/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "web.h"

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

bool web_same_origin(const char *a, const char *b)
{
	return same_part(a, b, CURLUPART_SCHEME) && same_part(a, b, CURLUPART_HOST) &&
	       same_part(a, b, CURLUPART_PORT);
}

char *web_resolve(const char *base, const char *link)
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

char *web_query(const char *url)
{
	return url_part(url, CURLUPART_QUERY, 0);
}

bool web_is_address(const char *url)
{
	return strncasecmp(url, "https://", 8) == 0 || strncasecmp(url, "http://", 7) == 0;
}

bool web_names_user(const char *url)
{
	char *user = url_part(url, CURLUPART_USER, 0), *password = url_part(url, CURLUPART_PASSWORD, 0);
	bool names = user || password;
	free(user);
	free(password);
	return names;
}

static bool is_one_of(const char *text, const char *const *words, size_t n)
{
	bool is = false;
	for (size_t i = 0; text && i < n; i++)
		is |= strcasecmp(text, words[i]) == 0;
	return is;
}

bool web_is_private(const char *url)
{
	static const char *const secure[] = { "https" };
	static const char *const here[] = { "127.0.0.1", "localhost", "[::1]" };
	char *scheme = url_part(url, CURLUPART_SCHEME, 0), *host = url_part(url, CURLUPART_HOST, 0);
	bool is = is_one_of(scheme, secure, 1) || is_one_of(host, here, sizeof(here) / sizeof(here[0]));
	free(scheme);
	free(host);
	return is;
}
