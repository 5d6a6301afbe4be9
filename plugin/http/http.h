/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_HTTP_SOURCE_H
#define UPBEAT_HTTP_SOURCE_H

/* What the files of this plugin share. */

#include <jansson.h>

#include "../web/web.h"

/* ---- presets.c ---- */

/* A field, and the JSON Pointer (RFC 6901) of its value in a record. */
struct http_mapping {
	const char *field, *pointer;
};

/* What a system is known to answer. Pointers are NULL where it has no such thing. */
struct http_shape {
	const char *name;
	const char *url;
	const char *accounts;                  /* of the list of records in a page; "": the page itself */
	const char *next;                      /* of the next page's address */
	const char *cursor, *cursor_parameter; /* of what to say for the next page, and under which name */
	const char *total, *done; /* of the number of all records; of whether this page is the last one */
	const struct http_mapping *map; /* up to one without field */
};

/* NULL: there is none. */
const struct http_shape *http_preset(const char *name);

/* ---- what the settings say ---- */

struct http_mapped {
	char *field, *pointer;
	bool declared, date; /* one of `fields`; its value is a date */
};

struct http_word {
	char *theirs, *ours;
};

struct http_source {
	char *url, *token_file, *ca_file;
	char *accounts, *next, *cursor, *cursor_parameter, *total, *done;
	char *offset_parameter;
	long page_size;
	struct http_mapped *map;
	size_t n_map;
	struct http_word *healths;
	size_t n_healths;
	struct ub_plugin_place url_place, token_place;
	CURL *curl;
	char *etag; /* of the only page of the last reading; NULL: there were several, or it has none */
	int64_t not_before; /* seconds of the monotonic clock: the server wants no request until then */
};

/* ---- fetch.c ---- */

struct http_page {
	struct ub_plugin_host *host;
	char *url;
	size_t number; /* from 1 */
	struct web_answer answer;
	size_t seen;   /* behind the id of the last record that was found in the answer */
	size_t missed; /* records whose ids were not found */
};

enum http_fetched { HTTP_FETCHED, HTTP_NOT_MODIFIED, HTTP_FAILED };

/* Gets page->url, with patience where the server asks for some. What fails is reported. */
enum http_fetched http_fetch(struct http_source *source, struct http_page *page);
/* The address with a parameter in place of the one of that name. The caller frees it. */
char *http_with_parameter(const char *url, const char *name, const char *value);

/* ---- values.c ---- */

/* The value at the pointer. NULL: there is none. */
json_t *http_at(json_t *root, const char *pointer);
/* Gives the record's account to the host. Records come in the order of the page. */
void http_give_record(
    const struct http_source *source, struct http_page *page, json_t *record, size_t document);

#endif
