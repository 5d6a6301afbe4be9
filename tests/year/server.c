/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "report.h"

/*
 * A CalDAV server without a network: the linker puts this in the place of ub_client_send(). Each collection
 * is a calendar of the user whom the first segment of its path names.
 */

static struct {
	struct ub_arena *arena;
	struct ub_map *by_href;
	UB_VEC(struct object *) list;
} server;

enum ub_outcome __wrap_ub_client_send(struct ub_client *client, const struct ub_request *request,
    struct ub_response *response, struct ub_arena *arena);

void server_begin(void)
{
	memset(&server, 0, sizeof(server));
	server.arena = ub_arena_new();
	server.by_href = ub_map_new(server.arena);
}

void server_end(void)
{
	ub_arena_free(&server.arena);
}

size_t server_count(void)
{
	return server.list.n;
}

const struct object *server_at(size_t i)
{
	return server.list.items[i];
}

void server_put(struct ub_text href, struct ub_text text)
{
	struct object *object = ub_map_get(server.by_href, href);
	if (!object) {
		object = UB_NEW(server.arena, struct object);
		object->href = ub_text_copy(server.arena, href);
		ub_map_put(server.by_href, object->href, object);
		*ub_push(server.arena, &server.list) = object;
	}
	object->text = ub_text_copy(server.arena, text);
	object->version++;
}

static struct ub_text etag_of(const struct object *object, struct ub_arena *arena)
{
	return ub_textf(arena, "\"%u\"", object->version);
}

static struct ub_text properties(struct ub_text href, struct ub_arena *arena)
{
	struct ub_text rest = ub_text_sub(href, 1, href.len), user;
	if (!ub_text_split(&rest, '/', &user))
		abort();
	return ub_textf(arena,
	    "<multistatus xmlns='DAV:' xmlns:C='urn:ietf:params:xml:ns:caldav'><response><href>%.*s</href>"
	    "<propstat><prop><current-user-principal><href>/%.*s/</href></current-user-principal>"
	    "<owner><href>/%.*s/</href></owner><displayname>Work</displayname>"
	    "<resourcetype><collection/><C:calendar/></resourcetype>"
	    "<C:supported-calendar-component-set><C:comp name='VEVENT'/><C:comp name='VTODO'/>"
	    "</C:supported-calendar-component-set><C:calendar-user-address-set>"
	    "<href>mailto:%.*s@ours.example</href></C:calendar-user-address-set>"
	    "<C:calendar-home-set><href>/%.*s/</href></C:calendar-home-set>"
	    "</prop><status>HTTP/1.1 200 OK</status></propstat></response></multistatus>",
	    UB_ARGS(href), UB_ARGS(user), UB_ARGS(user), UB_ARGS(user), UB_ARGS(user));
}

static enum ub_outcome write_object(
    const struct ub_request *request, const struct object *object, struct ub_arena *arena)
{
	bool there = object && object->text.len;
	if ((request->create_only && there) ||
	    (request->if_match.len && (!there || !ub_text_eq(request->if_match, etag_of(object, arena)))))
		return UB_OUTCOME_CONFLICT;
	server_put(request->target, request->body); /* that of a DELETE is empty */
	return UB_OUTCOME_OK;
}

enum ub_outcome __wrap_ub_client_send(struct ub_client *client, const struct ub_request *request,
    struct ub_response *response, struct ub_arena *arena)
{
	const struct object *object = ub_map_get(server.by_href, request->target);
	bool there = object && object->text.len, reads = strcmp(request->method, "GET") == 0;
	(void)client;
	*response = (struct ub_response){ .status = 200 };
	if (strcmp(request->method, "PROPFIND") == 0) {
		response->body = properties(request->target, arena);
		return UB_OUTCOME_OK;
	}
	bool puts = strcmp(request->method, "PUT") == 0, deletes = strcmp(request->method, "DELETE") == 0;
	if (!reads && !puts && !deletes) /* it does not tell when people are busy */
		return UB_OUTCOME_REFUSED;
	if (!there && !puts)
		return UB_OUTCOME_GONE;
	if (!reads)
		return write_object(request, object, arena);
	response->body = ub_text_copy(arena, object->text);
	response->etag = etag_of(object, arena);
	return UB_OUTCOME_OK;
}
