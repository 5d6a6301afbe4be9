/* SPDX-License-Identifier: Apache-2.0 */
#include "dav-private.h"
#include "upbeat/dav.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

struct server {
	char *base;   /* as connections are checked: with the name that the certificate has to be of */
	char *socket; /* NULL: there is no unix socket in the place of an address */
	struct curl_slist *connect_to; /* where that name leads; NULL: where names lead */
};

struct ub_client {
	CURL *curl;
	struct server servers[UB_SERVERS_MAX];
	size_t n, current; /* which server was last reached */
	char *ca;          /* NULL: the system's */
	char *root;
	bool follows;
};

void ub_dav_init(void)
{
	if (curl_global_init(CURL_GLOBAL_ALL) != 0)
		abort();
	dav_init_xml();
}

void ub_dav_cleanup(void)
{
	curl_global_cleanup();
	dav_cleanup_xml();
}

static const char *const outcome_texts[] = {
	[UB_OUTCOME_OK] = "done",
	[UB_OUTCOME_GONE] = "not there",
	[UB_OUTCOME_CONFLICT] = "in conflict with what is there",
	[UB_OUTCOME_DENIED] = "credentials not accepted",
	[UB_OUTCOME_REFUSED] = "refused",
	[UB_OUTCOME_AGAIN] = "server not reached or busy",
	[UB_OUTCOME_UNCERTAIN] = "not known whether it was done",
};

const char *ub_outcome_text(enum ub_outcome outcome)
{
	return outcome_texts[outcome];
}

static char *copy_of(const char *text)
{
	char *copy = strdup(text);
	if (!copy)
		abort();
	return copy;
}

struct ub_client *ub_client_new(const char *base)
{
	struct ub_client *client = calloc(1, sizeof(*client));
	if (!client || !(client->curl = curl_easy_init()))
		abort();
	client->root = copy_of("/");
	ub_client_add(client, base);
	return client;
}

void ub_client_add(struct ub_client *client, const char *base)
{
	static const char local[] = "http://unix:";
	struct server *server = &client->servers[client->n++];
	bool is_local = strncmp(base, local, sizeof(local) - 1) == 0;
	server->base = copy_of(is_local ? "http://localhost" : base);
	server->socket = is_local ? copy_of(base + sizeof(local) - 1) : NULL;
}

void ub_client_free(struct ub_client **client)
{
	struct ub_client *mine = *client;
	*client = NULL;
	if (!mine)
		return;
	curl_easy_cleanup(mine->curl);
	for (size_t i = 0; i < mine->n; i++) {
		curl_slist_free_all(mine->servers[i].connect_to);
		free(mine->servers[i].base);
		free(mine->servers[i].socket);
	}
	free(mine->ca);
	free(mine->root);
	free(mine);
}

/* The connection leads to where the base says, and is checked by the name. */
static void name_server(struct server *server, const char *name)
{
	char *base, *to;
	const char *authority = strstr(server->base, "://") + 3, *port = strrchr(server->base, ':') + 1;
	const char *form = strchr(name, ':') ? "[%s]:%s" : "%s:%s";
	char *own;
	if (asprintf(&own, form, name, port) < 0 || asprintf(&base, "https://%s", own) < 0 ||
	    asprintf(&to, "%s:%s", own, authority) < 0 || !(server->connect_to = curl_slist_append(NULL, to)))
		abort();
	free(server->base);
	server->base = base;
	free(own);
	free(to);
}

void ub_client_trust(struct ub_client *client, const char *name, const char *ca)
{
	client->ca = ca ? copy_of(ca) : NULL;
	for (size_t i = 0; name && i < client->n; i++)
		name_server(&client->servers[i], name);
}

void ub_client_under(struct ub_client *client, struct ub_text path)
{
	free(client->root);
	if (asprintf(&client->root, "%.*s/", UB_ARGS(path)) < 0)
		abort();
}

struct ub_text ub_client_root(const struct ub_client *client)
{
	return ub_text(client->root);
}

/* What has arrived of an answer, and whether it was too much. */
struct reception {
	struct ub_arena *arena;
	struct ub_response *response;
	struct ub_buf body;
	bool too_large;
};

static size_t take_body(char *bytes, size_t size, size_t n, void *data)
{
	struct reception *reception = data;
	if (n * size > UB_CLIENT_BODY_MAX - reception->body.len) {
		reception->too_large = true;
		return 0;
	}
	ub_buf_add(&reception->body, ub_text_n(bytes, n * size));
	return n * size;
}

/* Fields that may come several times are lists (RFC 9110 5.3). */
static void take_list(struct reception *reception, struct ub_text name, struct ub_text value)
{
	struct ub_text *list = ub_text_eq_nocase(name, UB_TEXT("dav")) ? &reception->response->dav
			       : ub_text_eq_nocase(name, UB_TEXT("www-authenticate"))
				   ? &reception->response->authenticate
				   : NULL;
	if (list)
		*list = ub_textf(
		    reception->arena, "%.*s%s%.*s", UB_ARGS(*list), list->len ? ", " : "", UB_ARGS(value));
}

static void take_date(struct reception *reception, struct ub_text name, struct ub_text value)
{
	if (!ub_text_eq_nocase(name, UB_TEXT("date")))
		return;
	time_t date = curl_getdate(ub_text_cstr(reception->arena, value), NULL);
	reception->response->date = date > 0 ? date : 0;
}

static size_t take_field(char *bytes, size_t size, size_t n, void *data)
{
	struct reception *reception = data;
	struct ub_response *response = reception->response;
	struct {
		const char *name;
		struct ub_text *value;
	} const wanted[] = {
		{ "etag", &response->etag },
		{ "content-type", &response->content_type },
		{ "location", &response->location },
		{ "schedule-tag", &response->schedule_tag },
	};
	struct ub_text line = ub_text_n(bytes, n * size);
	size_t colon = ub_text_find(line, UB_TEXT(":"), 0);
	/* Fields of an interim answer (1xx) are not fields of the answer. */
	if (ub_text_starts(line, UB_TEXT("HTTP/"))) {
		for (size_t i = 0; i < UB_COUNT(wanted); i++)
			*wanted[i].value = UB_TEXT_NONE;
		response->dav = response->authenticate = UB_TEXT_NONE;
	}
	if (colon == SIZE_MAX)
		return n * size;
	struct ub_text name = ub_text_sub(line, 0, colon);
	struct ub_text value = ub_text_trim(ub_text_sub(line, colon + 1, line.len));
	for (size_t i = 0; i < UB_COUNT(wanted); i++)
		if (ub_text_eq_nocase(name, ub_text(wanted[i].name)))
			*wanted[i].value = ub_text_copy(reception->arena, value);
	take_list(reception, name, value);
	take_date(reception, name, value);
	return n * size;
}

static void add_field(
    struct curl_slist **fields, const char *name, struct ub_text value, struct ub_arena *arena)
{
	struct ub_text line = ub_textf(arena, "%s: %.*s", name, UB_ARGS(value));
	struct curl_slist *grown = curl_slist_append(*fields, line.ptr);
	if (!grown)
		abort();
	*fields = grown;
	explicit_bzero((char *)line.ptr, line.len);
}

static struct curl_slist *request_fields(const struct ub_request *request, struct ub_arena *arena)
{
	/* 100 Continue is not waited for. A coding is not asked for, as the ETag may be another then (nginx,
	 * Apache). */
	struct curl_slist *fields = curl_slist_append(NULL, "Expect:");
	if (!fields)
		abort();
	add_field(&fields, "User-Agent", UB_TEXT("upbeat"), arena);
	if (request->host.len)
		add_field(&fields, "Host", request->host, arena);
	if (request->authorization.len)
		add_field(&fields, "Authorization", request->authorization, arena);
	if (request->depth)
		add_field(&fields, "Depth", ub_text(request->depth), arena);
	if (request->content_type)
		add_field(&fields, "Content-Type", ub_text(request->content_type), arena);
	if (request->create_only)
		add_field(&fields, "If-None-Match", UB_TEXT("*"), arena);
	if (request->if_match.len)
		add_field(&fields, "If-Match", request->if_match, arena);
	return fields;
}

static void free_fields(struct curl_slist *fields)
{
	for (struct curl_slist *field = fields; field; field = field->next)
		explicit_bzero(field->data, strlen(field->data));
	curl_slist_free_all(fields);
}

static void prepare(const struct ub_client *client, const char *url, const struct ub_request *request,
    struct reception *reception, struct curl_slist *fields)
{
	CURL *curl = client->curl;
	const struct server *server = &client->servers[client->current];
	curl_easy_reset(curl); /* the connection stays open */
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECT_TO, server->connect_to);
	curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, server->socket);
	if (client->ca) {
		curl_easy_setopt(curl, CURLOPT_CAINFO, client->ca);
		curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
	}
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)UB_CLIENT_CONNECT_MS);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS,
	    request->timeout_ms ? (long)request->timeout_ms : (long)UB_CLIENT_TIMEOUT_MS);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, fields);
	if (request->body.len) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body.ptr);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.len);
	}
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, reception);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_field);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, reception);
}

static bool is_write(const char *method)
{
	return strcmp(method, "GET") != 0 && strcmp(method, "PROPFIND") != 0 && strcmp(method, "REPORT") != 0;
}

static enum ub_outcome outcome_of_status(int status, bool write)
{
	if (status >= 200 && status < 300)
		return UB_OUTCOME_OK;
	switch (status) {
	case 404:
	case 410:
		return UB_OUTCOME_GONE;
	case 409:
	case 412:
	case 423:
		return UB_OUTCOME_CONFLICT;
	case 401:
		return UB_OUTCOME_DENIED;
	case 429:
	case 503:
		return UB_OUTCOME_AGAIN;
	}
	if (status >= 500)
		return write ? UB_OUTCOME_UNCERTAIN : UB_OUTCOME_AGAIN;
	return UB_OUTCOME_REFUSED;
}

/* *reached: a server was sent some of the request. */
static enum ub_outcome send_to_one(struct ub_client *client, const struct ub_request *request,
    struct ub_response *response, bool *reached, struct ub_arena *arena)
{
	*response = (struct ub_response){ .error = UB_TEXT_NONE };
	*reached = true;
	/* Any other target would become part of the authority: "http://server" and "@elsewhere". */
	if (!ub_text_starts(request->target, UB_TEXT("/"))) {
		response->error = UB_TEXT("the target is no path");
		return UB_OUTCOME_REFUSED;
	}
	struct reception reception = { .arena = arena, .response = response, .body = UB_BUF(arena) };
	struct ub_text url =
	    ub_textf(arena, "%s%.*s", client->servers[client->current].base, UB_ARGS(request->target));
	struct curl_slist *fields = request_fields(request, arena);
	prepare(client, url.ptr, request, &reception, fields);
	CURLcode code = curl_easy_perform(client->curl);
	long status = 0, sent = 0;
	curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(client->curl, CURLINFO_REQUEST_SIZE, &sent);
	curl_easy_setopt(client->curl, CURLOPT_HTTPHEADER, NULL);
	free_fields(fields);
	response->body = ub_buf_text(&reception.body);
	if (code == CURLE_OK) {
		response->status = (int)status;
		return outcome_of_status(response->status, is_write(request->method));
	}
	*reached = sent > 0;
	response->error = ub_text(reception.too_large ? "the answer is too large" : curl_easy_strerror(code));
	if (reception.too_large)
		return UB_OUTCOME_REFUSED;
	return sent > 0 && is_write(request->method) ? UB_OUTCOME_UNCERTAIN : UB_OUTCOME_AGAIN;
}

/* Whoever has taken nothing of the request cannot have done it: the next server is asked. */
static enum ub_outcome send_once(struct ub_client *client, const struct ub_request *request,
    struct ub_response *response, struct ub_arena *arena)
{
	bool reached;
	enum ub_outcome outcome = send_to_one(client, request, response, &reached, arena);
	for (size_t tried = 1; !reached && tried < client->n; tried++) {
		client->current = (client->current + 1) % client->n;
		outcome = send_to_one(client, request, response, &reached, arena);
	}
	return outcome;
}

void ub_client_follow(struct ub_client *client, bool follows)
{
	client->follows = follows;
}

/* The path of a Location, whatever name the server gives itself. Empty: there is none. */
static struct ub_text path_of(struct ub_text location)
{
	size_t scheme = ub_text_find(location, UB_TEXT("://"), 0);
	if (ub_text_starts(location, UB_TEXT("/")) || scheme == SIZE_MAX)
		return ub_text_starts(location, UB_TEXT("//")) ? UB_TEXT_NONE : location;
	size_t path = ub_text_find(location, UB_TEXT("/"), scheme + 3);
	return path == SIZE_MAX ? UB_TEXT_NONE : ub_text_sub(location, path, location.len);
}

enum ub_outcome ub_client_send(struct ub_client *client, const struct ub_request *request,
    struct ub_response *response, struct ub_arena *arena)
{
	enum ub_outcome outcome = send_once(client, request, response, arena);
	bool moved = response->status == 301 || response->status == 308;
	struct ub_request again = *request;
	again.target = path_of(response->location);
	if (!client->follows || !moved || again.target.len == 0)
		return outcome;
	return send_once(client, &again, response, arena);
}
