/* SPDX-License-Identifier: Apache-2.0 */
#include "upstream-private.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct exchange {
	char head[16384], method[16], path[1024];
	char *body;
	size_t body_len;
};

struct object *upstream_find(struct upstream *up, const char *path)
{
	for (size_t i = 0; i < up->n_objects; i++)
		if (strcmp(up->objects[i].path, path) == 0)
			return &up->objects[i];
	return NULL;
}

unsigned upstream_next(struct upstream *up)
{
	return up->changes == UPSTREAM_GIVES_SECONDS ? up->clock : ++up->clock;
}

/* The time of the last one. */
static unsigned last(const struct upstream *up)
{
	unsigned found = 0;
	for (size_t i = 0; i < up->n_objects; i++)
		found = up->objects[i].changed > found ? up->objects[i].changed : found;
	for (size_t i = 0; i < up->n_gone; i++)
		found = up->gone[i].changed > found ? up->gone[i].changed : found;
	return found;
}

struct object *upstream_put(struct upstream *up, const char *path, const char *text)
{
	struct object *object = upstream_find(up, path);
	if (!object) {
		object = &up->objects[up->n_objects++];
		*object = (struct object){ .path = strdup(path) };
	}
	free(object->text);
	object->text = strdup(text);
	object->version++;
	object->changed = upstream_next(up);
	return object;
}

struct method_count *upstream_method(struct upstream *up, const char *name)
{
	size_t i = 0;
	while (up->methods[i].name[0] && strcmp(up->methods[i].name, name) != 0)
		i++;
	snprintf(up->methods[i].name, sizeof(up->methods[i].name), "%s", name);
	return &up->methods[i];
}

static bool read_request(int fd, struct exchange *x)
{
	size_t n = 0;
	char *end = NULL;
	while (!end && n < sizeof(x->head) - 1) {
		ssize_t got = read(fd, x->head + n, sizeof(x->head) - 1 - n);
		if (got <= 0)
			return false;
		n += (size_t)got;
		x->head[n] = '\0';
		end = strstr(x->head, "\r\n\r\n");
	}
	if (!end || sscanf(x->head, "%15s %1023s", x->method, x->path) != 2)
		return false;
	if (strncmp(x->path, UPSTREAM_ALIAS "/", sizeof(UPSTREAM_ALIAS)) == 0)
		memmove(x->path, x->path + sizeof(UPSTREAM_ALIAS) - 1,
		    strlen(x->path) + 2 - sizeof(UPSTREAM_ALIAS));
	const char *length = strcasestr(x->head, "\r\nContent-Length:");
	x->body_len = length ? strtoul(length + 17, NULL, 10) : 0;
	x->body = calloc(1, x->body_len + 1);
	size_t have = n - (size_t)(end + 4 - x->head);
	if (have > x->body_len)
		have = x->body_len;
	memcpy(x->body, end + 4, have);
	while (have < x->body_len) {
		ssize_t got = read(fd, x->body + have, x->body_len - have);
		if (got <= 0)
			return false;
		have += (size_t)got;
	}
	return true;
}

static void answer(int fd, int status, const char *fields, const char *body)
{
	if (fd < 0)
		return;
	dprintf(fd, "HTTP/1.1 %d X\r\nConnection: close\r\n%sContent-Length: %zu\r\n\r\n%s", status, fields,
	    strlen(body), body);
}

static void answer_propfind(struct upstream *up, int fd, const struct exchange *x)
{
	char body[2048], user[64] = "", owner[128] = "", inbox[256] = "", state[256] = "";
	sscanf(x->path, "/%63[^/]", user);
	if (strncmp(user, "%61", 3) == 0) /* an escape that the principal's path is written with */
		memmove(user, "a", 1), memmove(user + 1, user + 3, strlen(user + 3) + 1);
	if (!up->no_owner)
		snprintf(owner, sizeof(owner), "<owner><href>/%s/</href></owner>",
		    strstr(x->path, UPSTREAM_BOBS) ? "bob" : user);
	if (up->default_calendar)
		snprintf(inbox, sizeof(inbox),
		    "<C:schedule-inbox-URL><href>/alice/inbox/</href></C:schedule-inbox-URL>"
		    "<C:schedule-default-calendar-URL><href>%s</href></C:schedule-default-calendar-URL>",
		    up->default_calendar);
	if (up->changes == UPSTREAM_GIVES_TOKENS)
		snprintf(state, sizeof(state), "<sync-token>data:%u</sync-token>", up->clock);
	if (up->changes == UPSTREAM_GIVES_SECONDS)
		snprintf(state, sizeof(state), "<sync-token>%u</sync-token>", last(up));
	if (up->changes == UPSTREAM_GIVES_TAGS)
		snprintf(state, sizeof(state), "<getctag xmlns='http://calendarserver.org/ns/'>%u</getctag>",
		    up->clock);
	snprintf(body, sizeof(body),
	    "<multistatus xmlns='DAV:' "
	    "xmlns:C='urn:ietf:params:xml:ns:caldav'><response><href>%s</href><propstat><prop>"
	    "<current-user-principal><href>%s</href></current-user-principal>%s<displayname>Work</"
	    "displayname>"
	    "<resourcetype><collection/><C:calendar/></resourcetype>"
	    "<C:supported-calendar-component-set><C:comp "
	    "name='VEVENT'/>%s</C:supported-calendar-component-set>"
	    "<C:calendar-user-address-set><href>mailto:%s@ours.example</href></C:calendar-user-address-set>"
	    "<C:calendar-home-set><href>http://public.example/%s</href></C:calendar-home-set>%s%s"
	    "</prop><status>HTTP/1.1 200 OK</status></propstat></response></multistatus>",
	    x->path, up->served ? "/upbeat/" : "/%61lice", owner,
	    up->no_tasks ? "" : "<C:comp name='VTODO'/>", user, user, inbox, state);
	answer(fd, 207, "Content-Type: application/xml\r\n", body);
}

static bool is_collection(const char *path)
{
	size_t n = strlen(path);
	return n > 0 && path[n - 1] == '/';
}

/* `more`: further properties. */
static void add_object(FILE *out, const struct object *object, const char *more)
{
	fprintf(out,
	    "<response><href>%s</href><propstat><prop><getetag>\"%u\"</getetag>"
	    "<resourcetype>%s</resourcetype>%s</prop><status>HTTP/1.1 200 OK</status>"
	    "</propstat></response>",
	    object->path, object->version, is_collection(object->path) ? "<collection/><C:calendar/>" : "",
	    more);
}

static void add_response(FILE *out, const struct object *object)
{
	add_object(out, object, "");
}

static void add_with_text(FILE *out, const struct object *object)
{
	char *data = NULL;
	size_t n = 0;
	FILE *more = open_memstream(&data, &n);
	fprintf(more,
	    "<C:calendar-data xmlns:C='urn:ietf:params:xml:ns:caldav'><![CDATA[%s]]></C:calendar-data>",
	    object->text);
	fclose(more);
	add_object(out, object, data);
	free(data);
}

/* Answers with the objects below the path that have this in their text; NULL: all. */
static void answer_list(struct upstream *up, int fd, const struct exchange *x, const char *piece)
{
	char *body = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&body, &n);
	fputs("<multistatus xmlns='DAV:' xmlns:C='urn:ietf:params:xml:ns:caldav'>", out);
	for (size_t i = 0; i < up->n_objects && up->lies != UPSTREAM_DENIES_ALL; i++)
		if (strncmp(up->objects[i].path, x->path, strlen(x->path)) == 0 &&
		    (!piece || strstr(up->objects[i].text, piece)))
			add_response(out, &up->objects[i]);
	fputs("</multistatus>", out);
	fclose(out);
	answer(fd, 207, "Content-Type: application/xml\r\n", body);
	free(body);
}

/* A calendar-query by UID. As RFC 4791 9.7.5 has it, a part of the UID matches. */
static void answer_query(struct upstream *up, int fd, const struct exchange *x)
{
	char uid[256] = "";
	const char *match = strstr(x->body, "<C:text-match");
	if (match)
		sscanf(match, "%*[^>]>%255[^<]", uid);
	answer_list(up, fd, x, up->no_filters ? NULL : uid);
}

static void add_gone(FILE *out, const char *path)
{
	fprintf(out, "<response><href>%s</href><status>HTTP/1.1 404 Not Found</status></response>", path);
}

static bool wants_texts(const struct exchange *x)
{
	return strstr(x->body, "<C:calendar-data/>");
}

static void answer_multiget(struct upstream *up, int fd, const struct exchange *x)
{
	char *body = NULL, path[256];
	size_t n = 0;
	FILE *out = open_memstream(&body, &n);
	fputs("<multistatus xmlns='DAV:'>", out);
	for (const char *at = strstr(x->body, "<href>"); at; at = strstr(at + 1, "<href>")) {
		sscanf(at, "<href>%255[^<]", path);
		const struct object *object =
		    up->lies == UPSTREAM_DENIES_ALL ? NULL : upstream_find(up, path);
		if (!object)
			add_gone(out, path);
		else if (wants_texts(x))
			add_with_text(out, object);
		else
			add_response(out, object);
	}
	fputs("</multistatus>", out);
	fclose(out);
	answer(fd, 207, "Content-Type: application/xml\r\n", body);
	free(body);
}

/* Objects and deletions after the token; deletions count as later than all that stands. */
static void add_changes(const struct upstream *up, const char *below, unsigned since, FILE *out)
{
	for (size_t i = 0; i < up->n_objects; i++)
		if (up->objects[i].changed > since && strncmp(up->objects[i].path, below, strlen(below)) == 0)
			add_response(out, &up->objects[i]);
	for (size_t i = 0; i < up->n_gone; i++)
		if (up->gone[i].changed > since)
			add_gone(out, up->gone[i].path);
}

static unsigned add_invented(
    const struct upstream *up, const char *below, unsigned since, unsigned most, FILE *out)
{
	unsigned i = since;
	for (; i < up->invented && i - since < most; i++)
		fprintf(out,
		    "<response><href>%sx%u.ics</href><propstat><prop><getetag>\"1\"</getetag></prop>"
		    "<status>HTTP/1.1 200 OK</status></propstat></response>",
		    below, i);
	if (i < up->invented)
		fprintf(out,
		    "<response><href>%s</href><status>HTTP/1.1 507 Insufficient Storage</status></response>",
		    below);
	return i;
}

/* Numbers of seconds, as SOGo gives them: none that says that this second is over. */
static unsigned second_until(const struct upstream *up, unsigned since)
{
	unsigned until = last(up) < up->clock ? last(up) : up->clock - 1;
	return until > since ? until : since;
}

static void answer_changes(struct upstream *up, int fd, const struct exchange *x)
{
	char *body = NULL;
	size_t n = 0;
	unsigned since = 0, most = 0, until = up->clock;
	bool seconds = up->changes == UPSTREAM_GIVES_SECONDS;
	const char *form = seconds ? "" : "data:";
	const char *token = strstr(x->body, "<sync-token>"), *limit = strstr(x->body, "<nresults>");
	if (token)
		since = (unsigned)strtoul(token + 12 + strlen(form), NULL, 10);
	if (seconds)
		until = second_until(up, since);
	if (limit)
		most = (unsigned)strtoul(limit + 10, NULL, 10);
	FILE *out = open_memstream(&body, &n);
	fputs("<multistatus xmlns='DAV:'>", out);
	if (up->invented)
		until = add_invented(up, x->path, since, up->no_limits ? UINT32_MAX : most, out);
	else
		add_changes(up, x->path, since, out);
	fprintf(out, "<sync-token>%s%u</sync-token></multistatus>", form, until);
	fclose(out);
	answer(fd, 207, "Content-Type: application/xml\r\n", body);
	free(body);
}

static void answer_report(struct upstream *up, int fd, const struct exchange *x)
{
	if (up->lies == UPSTREAM_BABBLES)
		answer(fd, 200, "Content-Type: text/html\r\n", "<html><body>Welcome</body></html>");
	else if (strstr(x->body, "<sync-collection"))
		answer_changes(up, fd, x);
	else if (strstr(x->body, "<C:calendar-multiget"))
		answer_multiget(up, fd, x);
	else
		answer_query(up, fd, x);
}

static bool precondition_holds(const struct exchange *x, const struct object *object)
{
	const char *match = strcasestr(x->head, "\r\nIf-Match: \"");
	return !match || (object && (unsigned)strtoul(match + 13, NULL, 10) == object->version);
}

void upstream_drop(struct upstream *up, struct object *object)
{
	up->gone[up->n_gone++] = (struct object){ .path = object->path, .changed = upstream_next(up) };
	free(object->text);
	*object = up->objects[--up->n_objects];
}

static void carry_out(struct upstream *up, int fd, const struct exchange *x)
{
	struct object *object = upstream_find(up, x->path);
	char etag[64];
	if (strcmp(x->method, "PROPFIND") == 0 && strcasestr(x->head, "\r\nDepth: 1")) {
		answer_list(up, fd, x, NULL);
	} else if (strcmp(x->method, "REPORT") == 0) {
		answer_report(up, fd, x);
	} else if (strcmp(x->method, "PROPFIND") == 0) {
		answer_propfind(up, fd, x);
	} else if (strcmp(x->method, "GET") == 0 && object) {
		snprintf(etag, sizeof(etag), "ETag: \"%u\"\r\n", object->version);
		answer(fd, 200, up->no_etags ? "" : etag, object->text);
	} else if (!precondition_holds(x, object)) {
		answer(fd, 412, "", "");
	} else if (strcmp(x->method, "DELETE") == 0 && object) {
		upstream_drop(up, object);
		answer(fd, 204, "", "");
	} else if (strcmp(x->method, "PUT") == 0) {
		bool only_new = strcasestr(x->head, "\r\nIf-None-Match: *");
		if (!(object && only_new))
			upstream_put(
			    up, x->path, object && up->stored ? up->stored(object->text, x->body) : x->body);
		answer(fd, object ? (only_new ? 412 : 204) : 201, "", "");
	} else {
		answer(fd, 404, "", "");
	}
}

/* The last request of somebody who dies at it, and those that he does not send any more. */
static void answer_nobody(struct upstream *up, int fd, const struct exchange *x)
{
	if (!up->dead && up->dies_after)
		carry_out(up, -1, x);
	if (!up->dead)
		up->dying();
	up->dead = true;
	answer(fd, 503, "", "");
}

static void serve(struct upstream *up, int fd)
{
	struct exchange x = { .body = NULL };
	if (read_request(fd, &x)) {
		pthread_mutex_lock(&up->mutex);
		struct method_count *count = upstream_method(up, wants_texts(&x) ? "multiget" : x.method);
		bool fail = ++count->seen == count->fail_at;
		if (up->dead || (up->dies_in && --up->dies_in == 0))
			answer_nobody(up, fd, &x);
		else if (!fail)
			carry_out(up, fd, &x);
		else if (count->fail_status)
			answer(fd, count->fail_status, "", "");
		else
			carry_out(up, -1, &x); /* nobody hears of it */
		pthread_mutex_unlock(&up->mutex);
	}
	free(x.body);
	close(fd);
}

static void *run(void *data)
{
	struct upstream *up = data;
	for (int fd; (fd = accept(up->listener, NULL, NULL)) >= 0;)
		serve(up, fd);
	return NULL;
}

struct upstream *upstream_start(void)
{
	struct upstream *up = calloc(1, sizeof(*up));
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(address);
	up->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(up->listener, (struct sockaddr *)&address, length) != 0 || listen(up->listener, 64) != 0 ||
	    getsockname(up->listener, (struct sockaddr *)&address, &length) != 0)
		abort();
	snprintf(up->base, sizeof(up->base), "http://127.0.0.1:%d", ntohs(address.sin_port));
	pthread_mutex_init(&up->mutex, NULL);
	if (pthread_create(&up->thread, NULL, run, up) != 0)
		abort();
	return up;
}

void upstream_stop(struct upstream **upstream)
{
	struct upstream *up = *upstream;
	shutdown(up->listener, SHUT_RDWR);
	pthread_join(up->thread, NULL);
	close(up->listener);
	for (size_t i = 0; i < up->n_objects; i++) {
		free(up->objects[i].path);
		free(up->objects[i].text);
	}
	for (size_t i = 0; i < up->n_gone; i++)
		free(up->gone[i].path);
	pthread_mutex_destroy(&up->mutex);
	free(up);
	*upstream = NULL;
}

const char *upstream_base(const struct upstream *upstream)
{
	return upstream->base;
}
