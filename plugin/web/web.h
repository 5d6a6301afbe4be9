/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_WEB_H
#define UPBEAT_WEB_H

/*
 * Requests over HTTP, as the plugins http, vcard and webhook make them: one at a time, encrypted or to this
 * machine, never to another server than the one that was named. It is compiled into each of them.
 */

#include <curl/curl.h>

#include "upbeat/plugin.h"

#define WEB_REDIRECTS_MAX 5

struct web_request {
	const char *url, *method;    /* method: NULL: GET, or POST with a body */
	const char *body;            /* NULL: none */
	const char *ca_file;         /* NULL: the system's */
	const char *user, *password; /* NULL: none, or they are among the lines */
	long authentication;         /* with user: CURLAUTH_BASIC or another */
	struct curl_slist *lines;
	size_t size_max; /* bytes of the answer */
};

struct web_answer {
	struct ub_plugin_host *host;
	char *bytes; /* NULL: none; else a NUL follows them */
	size_t len, cap, size_max;
	char *etag, *location, *content_type; /* NULL: not said */
	long status, retry_after;             /* seconds; 0: not said */
	bool too_large;
};

/* Makes the request. answer->host is set, and the rest is zeros. */
CURLcode web_perform(CURL *curl, const struct web_request *request, struct web_answer *answer);
/* Has the next request go to that address, and past every proxy if it is on this machine. */
void web_set_url(CURL *curl, const char *url);
/* Frees what is in the answer, which can be used again. */
void web_forget(struct web_answer *answer);
/* What a request failed of, and what to do about it. */
const char *web_error(CURLcode result, const struct web_answer *answer);
const char *web_help(CURLcode result, const struct web_answer *answer);
bool web_is_redirect(long status);

/* Adds a line to those of a request. Freeing wipes them: there may be secrets in them. */
struct curl_slist *web_add_line(struct curl_slist *lines, const char *name, const char *value);
void web_free_lines(struct curl_slist *lines);

/* ---- addresses (url.c) ---- */

/* Whether both addresses are of one server, so that one may see what the other one may. */
bool web_same_origin(const char *a, const char *b);
/* The address that `link` means on the page `base`. The caller frees it; NULL: none. */
char *web_resolve(const char *base, const char *link);
/* The query of an address, which the caller frees; NULL: none. */
char *web_query(const char *url);
/* Whether the address is one of HTTP. */
bool web_is_address(const char *url);
/* Whether a user's name or a password stands in the address, where messages and logs would show it. */
bool web_names_user(const char *url);
/* Whether nobody else can read along: encrypted, or without leaving this machine. */
bool web_is_private(const char *url);

/* ---- more (web.c) ---- */

/* Reads the one line of a file with a secret. False: there is none of printable characters. */
bool web_read_secret(const char *path, char *secret, size_t size);
/* Warns if other users can read the file. */
void web_check_secret(
    const char *path, struct ub_plugin_host *host, struct ub_plugin_place place, const char *what);
/* Reports a mistake. The message is that of printf. */
__attribute__((format(printf, 4, 5))) void web_fail(
    struct ub_plugin_host *host, struct ub_plugin_place place, const char *help, const char *message, ...);
/* By the monotonic clock. */
int64_t web_seconds(void);
/* Zeros, for free(). Running out of memory ends the process, as everywhere in Upbeat. */
void *web_memory(size_t size);

extern const char *const web_help_kept;

#endif
