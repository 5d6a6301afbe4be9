/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http.h"

#define NESTED_MAX 8
#define MISSED_MAX 20 /* records of a page that are not found in it; no more are looked for then */

/* ---- JSON Pointer (RFC 6901) ---- */

/* One part of the pointer, with ~1 for / and ~0 for ~. */
static char *unescaped(const char *part, size_t len)
{
	char *text = malloc(len + 1);
	size_t n = 0;
	if (!text)
		abort();
	for (size_t i = 0; i < len; i++) {
		bool escape = part[i] == '~' && i + 1 < len;
		text[n++] = escape && part[i + 1] == '1' ? '/' : part[i];
		i += escape;
	}
	text[n] = '\0';
	return text;
}

static json_t *step(json_t *value, const char *name)
{
	char *end;
	if (json_is_object(value))
		return json_object_get(value, name);
	unsigned long index = strtoul(name, &end, 10);
	return json_is_array(value) && *name && *end == '\0' ? json_array_get(value, index) : NULL;
}

json_t *http_at(json_t *root, const char *pointer)
{
	while (root && pointer && *pointer == '/') {
		size_t len = strcspn(++pointer, "/");
		char *name = unescaped(pointer, len);
		root = step(root, name);
		free(name);
		pointer += len;
	}
	return json_is_null(root) ? NULL : root;
}

/* ---- values ---- */

struct giving {
	struct ub_plugin_host *host;
	struct ub_plugin_place place;
};

static void give_text(const struct giving *giving, const char *text, size_t len)
{
	giving->host->text(giving->host, text, len, giving->place);
}

static void give_key(const struct giving *giving, const char *name)
{
	giving->host->key(giving->host, name, strlen(name), giving->place);
}

static void give_scalar(const struct giving *giving, const json_t *value)
{
	char number[64];
	if (json_is_string(value)) {
		give_text(giving, json_string_value(value), json_string_length(value));
		return;
	}
	if (json_is_integer(value))
		snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(value));
	else if (json_is_real(value))
		snprintf(number, sizeof(number), "%.15g", json_real_value(value));
	else
		snprintf(number, sizeof(number), "%s", json_is_true(value) ? "true" : "false");
	give_text(giving, number, strlen(number));
}

static bool says_nothing(const json_t *value)
{
	return !value || json_is_null(value) || (json_is_string(value) && json_string_length(value) == 0);
}

/* Any value, as it is. */
static void give_value(const struct giving *giving, json_t *value, unsigned depth)
{
	size_t i;
	const char *name;
	json_t *each;
	if (json_is_array(value) && depth < NESTED_MAX) {
		giving->host->list_begin(giving->host, giving->place);
		json_array_foreach(value, i, each) if (!says_nothing(each))
		    give_value(giving, each, depth + 1);
		giving->host->list_end(giving->host);
	} else if (json_is_object(value) && depth < NESTED_MAX) {
		giving->host->map_begin(giving->host, giving->place);
		json_object_foreach(value, name, each)
		{
			if (says_nothing(each))
				continue;
			give_key(giving, name);
			give_value(giving, each, depth + 1);
		}
		giving->host->map_end(giving->host);
	} else {
		give_scalar(giving, value);
	}
}

/* The domain of what may be a web address: no scheme, no "www.", no path. */
static void give_domain(const struct giving *giving, const char *text, size_t len)
{
	const char *scheme = memmem(text, len, "://", 3);
	if (scheme) {
		len -= (size_t)(scheme + 3 - text);
		text = scheme + 3;
	}
	if (len > 4 && strncasecmp(text, "www.", 4) == 0) {
		text += 4;
		len -= 4;
	}
	for (size_t i = 0; i < len; i++)
		if (strchr("/:?#", text[i]))
			len = i;
	if (len > 0)
		give_text(giving, text, len);
}

/* A list that may be one text with semicolons. */
static void give_list(const struct giving *giving, json_t *value, bool domains)
{
	const char *text = json_string_value(value);
	size_t i;
	json_t *each;
	giving->host->list_begin(giving->host, giving->place);
	json_array_foreach(value, i, each)
	{
		if (domains && json_is_string(each))
			give_domain(giving, json_string_value(each), json_string_length(each));
		else if (!says_nothing(each))
			give_value(giving, each, 1);
	}
	while (text && *text) {
		size_t len = strcspn(text, ";"), skip = strspn(text, " ");
		if (domains && len > skip)
			give_domain(giving, text + skip, len - skip);
		else if (len > skip)
			give_text(giving, text + skip, len - skip);
		text += len + (text[len] == ';');
	}
	giving->host->list_end(giving->host);
}

static void give_health(const struct http_source *source, const struct giving *giving, const json_t *value)
{
	const char *said = json_is_string(value) ? json_string_value(value) : "";
	char lower[16] = "";
	for (size_t i = 0; i < source->n_healths; i++)
		if (strcasecmp(source->healths[i].theirs, said) == 0) {
			give_text(giving, source->healths[i].ours, strlen(source->healths[i].ours));
			return;
		}
	for (size_t i = 0; said[i] && strlen(said) < sizeof(lower); i++)
		lower[i] = said[i] >= 'A' && said[i] <= 'Z' ? (char)(said[i] - 'A' + 'a') : said[i];
	if (*lower)
		give_text(giving, lower, strlen(lower));
	else
		give_scalar(giving, value);
}

static void give_field(const struct http_source *source, const struct giving *giving,
    const struct http_mapped *mapped, json_t *value)
{
	const char *name = mapped->field;
	bool list =
	    strcmp(name, "domains") == 0 || strcmp(name, "team") == 0 || strcmp(name, "competitors") == 0;
	give_key(giving, name);
	if (!mapped->declared && list)
		give_list(giving, value, strcmp(name, "domains") == 0);
	else if (!mapped->declared && strcmp(name, "health") == 0)
		give_health(source, giving, value);
	else if (mapped->date && json_is_string(value) && json_string_length(value) > 10 &&
		 json_string_value(value)[10] == 'T')
		give_text(giving, json_string_value(value), 10);
	else
		give_value(giving, value, 0);
}

/* ---- records ---- */

/* Where the record stands in the page: jansson does not tell, but its id is there, behind that of the record
 * before. */
static struct ub_plugin_place place_of(
    const struct http_source *source, json_t *record, struct http_page *page, size_t document)
{
	const struct web_answer *answer = &page->answer;
	const char *pointer = NULL;
	for (size_t i = 0; i < source->n_map; i++)
		if (strcmp(source->map[i].field, "id") == 0)
			pointer = source->map[i].pointer;
	char *id = page->missed < MISSED_MAX ? json_dumps(http_at(record, pointer), JSON_ENCODE_ANY) : NULL;
	size_t len = id ? strlen(id) : 0;
	const char *at = id ? memmem(answer->bytes + page->seen, answer->len - page->seen, id, len) : NULL;
	free(id);
	page->missed += !at;
	if (!at)
		return (struct ub_plugin_place){ document, 0, 0 };
	struct ub_plugin_place place = { document, (size_t)(at - answer->bytes), len };
	page->seen = place.at + len;
	return place;
}

static void give_fields(
    const struct http_source *source, const struct giving *giving, json_t *record, bool declared)
{
	for (size_t i = 0; i < source->n_map; i++) {
		json_t *value = http_at(record, source->map[i].pointer);
		if (source->map[i].declared == declared && !says_nothing(value))
			give_field(source, giving, &source->map[i], value);
	}
}

void http_give_record(
    const struct http_source *source, struct http_page *page, json_t *record, size_t document)
{
	struct ub_plugin_host *host = page->host;
	const struct giving giving = { host, place_of(source, record, page, document) };
	host->map_begin(host, giving.place);
	give_fields(source, &giving, record, false);
	give_key(&giving, "fields");
	host->map_begin(host, giving.place);
	give_fields(source, &giving, record, true);
	host->map_end(host);
	host->map_end(host);
}
