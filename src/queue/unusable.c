/* SPDX-License-Identifier: Apache-2.0 */
#include "unusable.h"

#include <pthread.h>
#include <stdlib.h>

#include "upbeat/http.h"

struct ub_unusable {
	pthread_mutex_t mutex;
	struct ub_arena *arena;
	struct ub_map *names; /* each to itself */
	size_t more;          /* writes of callers who are not among them */
};

struct ub_unusable *queue_unusable_new(void)
{
	struct ub_unusable *unusable = calloc(1, sizeof(*unusable));
	if (!unusable || pthread_mutex_init(&unusable->mutex, NULL) != 0)
		abort();
	unusable->arena = ub_arena_new();
	unusable->names = ub_map_new(unusable->arena);
	return unusable;
}

void queue_unusable_free(struct ub_unusable **unusable)
{
	struct ub_unusable *mine = *unusable;
	*unusable = NULL;
	if (!mine)
		return;
	ub_arena_free(&mine->arena);
	pthread_mutex_destroy(&mine->mutex);
	free(mine);
}

/* ---- who it is ---- */

/* The user of a Digest Authorization value (RFC 7616 3.4), as far as it is a plain quoted string. */
static struct ub_text digest_user(struct ub_text parameters)
{
	const struct ub_text name = UB_TEXT("username=\"");
	size_t at = ub_text_find(parameters, name, 0);
	if (at == SIZE_MAX)
		return UB_TEXT_NONE;
	struct ub_text rest = ub_text_sub(parameters, at + name.len, parameters.len), user;
	return ub_text_split(&rest, '"', &user) && rest.ptr ? user : UB_TEXT_NONE;
}

/* A scheme's name, and nothing that may be a secret. */
static struct ub_text scheme_of(struct ub_text authorization, struct ub_text *rest)
{
	struct ub_text scheme;
	*rest = authorization;
	if (authorization.len == 0 || !ub_text_split(rest, ' ', &scheme) || !rest->ptr ||
	    scheme.len > UB_SCHEME_SHOWN)
		return UB_TEXT_NONE;
	return scheme;
}

struct ub_text queue_unusable_name(const struct ub_wire_write *write, struct ub_arena *arena)
{
	struct ub_text parameters, scheme = scheme_of(write->authorization, &parameters);
	struct ub_text user =
	    ub_text_eq_nocase(scheme, UB_TEXT("Digest")) ? digest_user(parameters) : UB_TEXT_NONE;
	struct ub_text way = scheme;
	if (way.len == 0)
		way = write->certified         ? UB_TEXT("by certificate")
		      : write->remote_user.len ? UB_TEXT("named by a front")
					       : UB_TEXT("no Authorization");
	if (user.len == 0)
		user = write->remote_user;
	user = ub_text_sub(user, 0, user.len < UB_UNUSABLE_NAME_MAX ? user.len : UB_UNUSABLE_NAME_MAX);
	struct ub_text place = ub_http_href_collection(write->href);
	place = ub_text_sub(place, 0, place.len < UB_UNUSABLE_NAME_MAX ? place.len : UB_UNUSABLE_NAME_MAX);
	return user.len ? ub_textf(arena, "%.*s (%.*s)", UB_ARGS(user), UB_ARGS(way))
			: ub_textf(arena, "somebody in %.*s (%.*s)", UB_ARGS(place), UB_ARGS(way));
}

/* ---- who there was ---- */

bool queue_unusable_note(struct ub_unusable *unusable, struct ub_text name)
{
	pthread_mutex_lock(&unusable->mutex);
	bool known = ub_map_get(unusable->names, name) != NULL;
	bool first = !known && ub_map_size(unusable->names) < UB_UNUSABLE_MAX;
	if (first)
		ub_map_put(unusable->names, ub_text_copy(unusable->arena, name), unusable);
	else if (!known)
		unusable->more++;
	pthread_mutex_unlock(&unusable->mutex);
	return first;
}

struct ub_queue_unusable queue_unusable_list(struct ub_unusable *unusable, struct ub_arena *arena)
{
	struct ub_queue_unusable list = { .more = 0 };
	pthread_mutex_lock(&unusable->mutex);
	for (size_t i = 0; i < ub_map_size(unusable->names); i++) {
		struct ub_text name;
		(void)ub_map_at(unusable->names, i, &name);
		*ub_push(arena, &list.names) = ub_text_copy(arena, name);
	}
	list.more = unusable->more;
	pthread_mutex_unlock(&unusable->mutex);
	return list;
}
