/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Accounts from a server that answers in JSON, page by page: upbeat.conf(5), "HTTP".
 */
#include "http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct ub_plugin_option options[] = {
	{ "url", UB_PLUGIN_OPTION_TEXT, false, "the address of the first page" },
	{ "preset", UB_PLUGIN_OPTION_TEXT, false, "the system that answers: `hubspot` or `salesforce`" },
	{ "token_file", UB_PLUGIN_OPTION_PATH, false, "the file with the bearer token" },
	{ "ca_file", UB_PLUGIN_OPTION_PATH, false, "the certificates of the authorities to trust" },
	{ "accounts", UB_PLUGIN_OPTION_TEXT, false, "the JSON Pointer of the list of records" },
	{ "map", UB_PLUGIN_OPTION_MAP, false, "the JSON Pointer of each field in a record" },
	{ "health_words", UB_PLUGIN_OPTION_MAP, false, "what their words for health mean" },
	{ "next", UB_PLUGIN_OPTION_TEXT, false, "the JSON Pointer of the next page's address" },
	{ "cursor", UB_PLUGIN_OPTION_TEXT, false, "the JSON Pointer of what to ask for the next page" },
	{ "cursor_parameter", UB_PLUGIN_OPTION_TEXT, false, "the parameter that takes the cursor" },
	{ "offset_parameter", UB_PLUGIN_OPTION_TEXT, false,
	    "the parameter that says how many records to leave out" },
	{ "page_size", UB_PLUGIN_OPTION_TEXT, false,
	    "how many records a full page has, with offset_parameter" },
	{ "total", UB_PLUGIN_OPTION_TEXT, false, "the JSON Pointer of the number of all records" },
};

#define PAGES_MAX 10000

/* ---- open and close ---- */

static char *copy(const char *text)
{
	char *same = text ? strdup(text) : NULL;
	if (text && !same)
		abort();
	return same;
}

static void close_source(void *opened)
{
	struct http_source *source = opened;
	char *const texts[] = { source->url, source->token_file, source->ca_file, source->accounts,
		source->next, source->cursor, source->cursor_parameter, source->total, source->done,
		source->offset_parameter, source->etag };
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		free(texts[i]);
	for (size_t i = 0; i < source->n_map; i++) {
		free(source->map[i].field);
		free(source->map[i].pointer);
	}
	for (size_t i = 0; i < source->n_healths; i++) {
		free(source->healths[i].theirs);
		free(source->healths[i].ours);
	}
	free(source->map);
	free(source->healths);
	curl_easy_cleanup(source->curl);
	free(source);
	curl_global_cleanup();
}

static struct http_mapped *mapped(struct http_source *source, const char *field)
{
	for (size_t i = 0; i < source->n_map; i++)
		if (strcmp(source->map[i].field, field) == 0)
			return &source->map[i];
	source->map = reallocarray(source->map, source->n_map + 1, sizeof(*source->map));
	if (!source->map)
		abort();
	source->map[source->n_map] = (struct http_mapped){ .field = copy(field) };
	return &source->map[source->n_map++];
}

static void map_field(struct http_source *source, const char *field, const char *pointer)
{
	struct http_mapped *known = mapped(source, field);
	free(known->pointer);
	known->pointer = copy(pointer);
	known->date = strcmp(field, "renewal") == 0;
}

static void take_shape(struct http_source *source, const struct http_shape *shape)
{
	source->url = copy(shape->url);
	source->accounts = copy(shape->accounts);
	source->next = copy(shape->next);
	source->cursor = copy(shape->cursor);
	source->cursor_parameter = copy(shape->cursor_parameter);
	source->total = copy(shape->total);
	source->done = copy(shape->done);
	for (const struct http_mapping *each = shape->map; each->field; each++)
		map_field(source, each->field, each->pointer);
}

static bool take_preset(struct http_source *source, struct ub_plugin_host *host,
    const struct ub_plugin_setting *settings, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(settings[i].name, "preset") != 0)
			continue;
		const struct http_shape *shape = http_preset(settings[i].value);
		if (!shape) {
			web_fail(host, settings[i].place, "it can be `hubspot` or `salesforce`",
			    "there is no preset `%s`", settings[i].value);
			return false;
		}
		take_shape(source, shape);
	}
	return true;
}

static char **text_of(struct http_source *source, const char *name)
{
	const struct {
		const char *name;
		char **text;
	} texts[] = {
		{ "url", &source->url },
		{ "token_file", &source->token_file },
		{ "ca_file", &source->ca_file },
		{ "accounts", &source->accounts },
		{ "next", &source->next },
		{ "cursor", &source->cursor },
		{ "cursor_parameter", &source->cursor_parameter },
		{ "offset_parameter", &source->offset_parameter },
		{ "total", &source->total },
	};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strcmp(texts[i].name, name) == 0)
			return texts[i].text;
	return NULL;
}

static bool is_pointer_option(const char *name)
{
	return strcmp(name, "accounts") == 0 || strcmp(name, "next") == 0 || strcmp(name, "cursor") == 0 ||
	       strcmp(name, "total") == 0 || strcmp(name, "map") == 0;
}

static void add_health(struct http_source *source, const char *theirs, const char *ours)
{
	source->healths = reallocarray(source->healths, source->n_healths + 1, sizeof(*source->healths));
	if (!source->healths)
		abort();
	source->healths[source->n_healths++] = (struct http_word){ copy(theirs), copy(ours) };
}

static bool take_page_size(
    struct http_source *source, struct ub_plugin_host *host, const struct ub_plugin_setting *setting)
{
	char *end;
	source->page_size = strtol(setting->value, &end, 10);
	if (*end == '\0' && source->page_size > 0)
		return true;
	web_fail(host, setting->place, "it is the number of records of a full page", "this is no page size");
	return false;
}

static bool take_setting(
    struct http_source *source, struct ub_plugin_host *host, const struct ub_plugin_setting *setting)
{
	const char *name = setting->name;
	char **text = text_of(source, name);
	if (is_pointer_option(name) && setting->value[0] != '/') {
		web_fail(host, setting->place, "write it like `/results` or `/properties/name` (RFC 6901)",
		    "this is no JSON Pointer: it has to begin with a slash");
		return false;
	}
	if (strcmp(name, "page_size") == 0)
		return take_page_size(source, host, setting);
	if (strcmp(name, "url") == 0)
		source->url_place = setting->place;
	if (strcmp(name, "token_file") == 0)
		source->token_place = setting->place;
	if (strcmp(name, "map") == 0)
		map_field(source, setting->key, setting->value);
	else if (strcmp(name, "health_words") == 0)
		add_health(source, setting->key, setting->value);
	if (text) {
		free(*text);
		*text = copy(setting->value);
	}
	return true;
}

/* Declared fields that the map names go below `fields`. */
static void declare(struct http_source *source, const struct ub_plugin_setting *setting)
{
	for (size_t i = 0; i < source->n_map; i++) {
		if (strcmp(source->map[i].field, setting->key) != 0)
			continue;
		source->map[i].declared = true;
		source->map[i].date = strcmp(setting->value, "date") == 0;
	}
}

static bool check(struct http_source *source, struct ub_plugin_host *host)
{
	bool has_id = false, good = true;
	for (size_t i = 0; i < source->n_map; i++)
		has_id |= strcmp(source->map[i].field, "id") == 0;
	if (!source->url || !web_is_address(source->url)) {
		web_fail(host, source->url_place, "`url` is like `https://crm.example/companies`",
		    "there is no address to ask");
		return false;
	}
	if (web_names_user(source->url)) {
		good = false;
		web_fail(host, source->url_place, "take it away; a token stands in the file of `token_file`",
		    "a name or a password stands in `url`, where everybody could read it");
	}
	if (!has_id) {
		good = false;
		web_fail(host, source->url_place, "say it in `map`, like `map: {id: /id, name: /name}`",
		    "it is not said where the id of an account stands");
	}
	if (source->token_file && !web_is_private(source->url)) {
		good = false;
		web_fail(host, source->url_place, "use `https://`",
		    "the token would be sent for everybody to read");
	}
	if (source->token_file)
		web_check_secret(source->token_file, host, source->token_place, "token");
	return good;
}

static void *open_source(struct ub_plugin_host *host, const struct ub_plugin_setting *settings, size_t n)
{
	struct http_source *source = web_memory(sizeof(*source));
	if (curl_global_init(CURL_GLOBAL_ALL) != 0 || !(source->curl = curl_easy_init()))
		abort();
	bool good = take_preset(source, host, settings, n);
	for (size_t i = 0; good && i < n; i++)
		good = take_setting(source, host, &settings[i]);
	for (size_t i = 0; good && i < n; i++)
		if (strcmp(settings[i].name, "fields") == 0)
			declare(source, &settings[i]);
	if (good && check(source, host))
		return source;
	close_source(source);
	return NULL;
}

/* ---- pages ---- */

struct reading {
	struct http_source *source;
	struct http_page page;
	size_t records; /* of all pages so far */
	json_int_t total;
};

/* The address without what was asked for, which may be long. */
static size_t register_page(struct http_page *page)
{
	char *name = NULL;
	if (asprintf(&name, "%.*s (page %zu)", (int)strcspn(page->url, "?"), page->url, page->number) < 0)
		abort();
	size_t document = page->host->document(page->host, name, page->answer.bytes, page->answer.len);
	free(name);
	return document;
}

/* A byte order mark may stand before the text, and is no part of it (RFC 8259 8.1). */
static json_t *parse(struct http_page *page, size_t document)
{
	static const char mark[] = "\xEF\xBB\xBF";
	json_error_t error;
	const char *bytes = page->answer.bytes ? page->answer.bytes : "";
	const size_t before = strncmp(bytes, mark, sizeof(mark) - 1) == 0 ? sizeof(mark) - 1 : 0;
	json_t *root = json_loadb(bytes + before, page->answer.len - before, JSON_DECODE_ANY, &error);
	if (root)
		return root;
	const struct ub_plugin_place place = { document,
		before + (error.position > 0 ? (size_t)error.position : 0), 0 };
	if (bytes[before + strspn(bytes + before, " \t\r\n")] == '<')
		web_fail(page->host, place, "this is a page for people: maybe the address wants a login",
		    "page %zu is HTML, and no JSON", page->number);
	else
		web_fail(
		    page->host, place, web_help_kept, "page %zu is no JSON: %s", page->number, error.text);
	return NULL;
}

static bool give_records(struct reading *reading, json_t *root, size_t document)
{
	struct http_source *source = reading->source;
	json_t *list = http_at(root, source->accounts ? source->accounts : "");
	size_t i;
	json_t *record;
	if (!json_is_array(list)) {
		web_fail(reading->page.host, (struct ub_plugin_place){ document, 0, 0 },
		    "`accounts` is the JSON Pointer of the list of records", "page %zu has no list at `%s`",
		    reading->page.number, source->accounts ? source->accounts : "");
		return false;
	}
	reading->page.seen = reading->page.missed = 0;
	json_array_foreach(list, i, record) http_give_record(source, &reading->page, record, document);
	reading->records += json_array_size(list);
	json_t *total = source->total ? http_at(root, source->total) : NULL;
	if (json_is_integer(total))
		reading->total = json_integer_value(total);
	return true;
}

/* What the page says of the next one. NULL: nothing, as some say by `false` or an empty text. */
static json_t *said(json_t *root, const char *pointer)
{
	json_t *value = pointer ? http_at(root, pointer) : NULL;
	bool empty = json_is_string(value) && json_string_length(value) == 0;
	return empty || json_is_false(value) ? NULL : value;
}

/* The address of the page after this one, which has so many records. NULL: there is none, or nobody can tell
 * it of what is said. */
static char *next_of(struct reading *reading, json_t *root, size_t records)
{
	const struct http_source *source = reading->source;
	const char *url = reading->page.url;
	json_t *next = said(root, source->next), *cursor = said(root, source->cursor);
	char number[32];
	if (next)
		return json_is_string(next) ? web_resolve(url, json_string_value(next)) : NULL;
	if (source->cursor_parameter && (json_is_string(cursor) || json_is_integer(cursor))) {
		snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(cursor));
		return http_with_parameter(url, source->cursor_parameter,
		    json_is_string(cursor) ? json_string_value(cursor) : number);
	}
	if (source->offset_parameter && records > 0 && records >= (size_t)source->page_size) {
		snprintf(number, sizeof(number), "%zu", reading->records);
		return http_with_parameter(url, source->offset_parameter, number);
	}
	return NULL;
}

/* Goes on to the next page. False: it may not be asked for, which is reported. */
static bool turn(struct reading *reading, char *next)
{
	struct http_page *page = &reading->page;
	const char *fault = NULL;
	if (!web_same_origin(page->url, next))
		fault = "is on another server, which gets no token of ours";
	else if (strcmp(page->url, next) == 0 || page->number >= PAGES_MAX)
		fault = "is one that was read already";
	if (fault) {
		web_fail(page->host, reading->source->url_place,
		    "this is a fault of the server, or of `next`", "the page after page %zu %s: %s",
		    page->number, fault, next);
		free(next);
		return false;
	}
	free(page->url);
	page->url = next;
	page->number++;
	return true;
}

/* Whether the last page was the last one: half of the customers look like all. */
static bool is_whole(struct reading *reading, json_t *root)
{
	const struct http_source *source = reading->source;
	struct http_page *page = &reading->page;
	bool more = source->done && json_is_false(http_at(root, source->done));
	if (more || said(root, source->next) || said(root, source->cursor)) {
		web_fail(page->host, source->url_place, web_help_kept,
		    "page %zu says that there is more, and not where", page->number);
		return false;
	}
	if (reading->total < 0 || (size_t)reading->total <= reading->records)
		return true;
	web_fail(page->host, source->url_place, web_help_kept,
	    "there are %zu records on %zu page%s, and %lld are there in all", reading->records, page->number,
	    page->number == 1 ? "" : "s", (long long)reading->total);
	return false;
}

enum step { STEP_ON, STEP_DONE, STEP_UNCHANGED, STEP_FAILED };

static enum step read_page(struct reading *reading)
{
	struct http_page *page = &reading->page;
	enum http_fetched fetched = http_fetch(reading->source, page);
	enum step step = STEP_FAILED;
	if (fetched != HTTP_FETCHED)
		return fetched == HTTP_NOT_MODIFIED ? STEP_UNCHANGED : STEP_FAILED;
	size_t document = register_page(page), before = reading->records;
	json_t *root = parse(page, document);
	if (root && give_records(reading, root, document)) {
		char *next = next_of(reading, root, reading->records - before);
		if (next)
			step = turn(reading, next) ? STEP_ON : STEP_FAILED;
		else
			step = is_whole(reading, root) ? STEP_DONE : STEP_FAILED;
	}
	json_decref(root);
	return step;
}

static enum ub_plugin_result read_source(void *opened, struct ub_plugin_host *host)
{
	struct http_source *source = opened;
	struct reading reading = { .source = source, .total = -1 };
	enum step step;
	reading.page = (struct http_page){ .host = host, .url = copy(source->url), .number = 1 };
	while ((step = read_page(&reading)) == STEP_ON)
		continue;
	if (step == STEP_DONE) {
		/* The ETag of the first page says nothing of the others. */
		free(source->etag);
		source->etag = reading.page.number == 1 ? copy(reading.page.answer.etag) : NULL;
	}
	web_forget(&reading.page.answer);
	free(reading.page.url);
	return step == STEP_DONE        ? UB_PLUGIN_DONE
	       : step == STEP_UNCHANGED ? UB_PLUGIN_UNCHANGED
					: UB_PLUGIN_FAILED;
}

static bool has_changed(void *opened)
{
	const struct http_source *source = opened;
	return web_seconds() >= source->not_before;
}

const struct ub_plugin ub_plugin = {
	.abi = UB_PLUGIN_ABI,
	.size = sizeof(struct ub_plugin),
	.options = options,
	.n_options = sizeof(options) / sizeof(options[0]),
	.refresh = 300,
	.open = open_source,
	.changed = has_changed,
	.read = read_source,
	.close = close_source,
};
