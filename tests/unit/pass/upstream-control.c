/* SPDX-License-Identifier: Apache-2.0 */

/* What tests see of the server and have it do, between its requests. */
#include <string.h>

#include "upstream-private.h"

void upstream_store(struct upstream *upstream, const char *path, const char *text)
{
	pthread_mutex_lock(&upstream->mutex);
	upstream_put(upstream, path, text);
	pthread_mutex_unlock(&upstream->mutex);
}

const char *upstream_object(struct upstream *upstream, const char *path)
{
	pthread_mutex_lock(&upstream->mutex);
	struct object *object = upstream_find(upstream, path);
	pthread_mutex_unlock(&upstream->mutex);
	return object ? object->text : NULL;
}

size_t upstream_count(struct upstream *upstream, const char *prefix)
{
	size_t n = 0;
	pthread_mutex_lock(&upstream->mutex);
	for (size_t i = 0; i < upstream->n_objects; i++)
		n += strncmp(upstream->objects[i].path, prefix, strlen(prefix)) == 0;
	pthread_mutex_unlock(&upstream->mutex);
	return n;
}

size_t upstream_containing(struct upstream *upstream, const char *piece)
{
	size_t n = 0;
	pthread_mutex_lock(&upstream->mutex);
	for (size_t i = 0; i < upstream->n_objects; i++)
		n += strstr(upstream->objects[i].text, piece) != NULL;
	pthread_mutex_unlock(&upstream->mutex);
	return n;
}

void upstream_drop_lines(struct upstream *upstream, const char *beginning)
{
	pthread_mutex_lock(&upstream->mutex);
	for (size_t i = 0; i < upstream->n_objects; i++) {
		struct object *object = &upstream->objects[i];
		for (char *line = object->text, *end; *line; line = end) {
			end = strchr(line, '\n');
			end = end ? end + 1 : line + strlen(line);
			if (strncmp(line, beginning, strlen(beginning)) != 0)
				continue;
			memmove(line, end, strlen(end) + 1);
			end = line;
		}
		object->version++;
		object->changed = upstream_next(upstream);
	}
	pthread_mutex_unlock(&upstream->mutex);
}

void upstream_delete(struct upstream *upstream, const char *prefix, const char *piece)
{
	pthread_mutex_lock(&upstream->mutex);
	for (size_t i = upstream->n_objects; i > 0; i--) {
		struct object *object = &upstream->objects[i - 1];
		if (strncmp(object->path, prefix, strlen(prefix)) != 0 || !strstr(object->text, piece))
			continue;
		upstream_drop(upstream, object);
	}
	pthread_mutex_unlock(&upstream->mutex);
}

size_t upstream_requests(struct upstream *upstream, const char *name)
{
	pthread_mutex_lock(&upstream->mutex);
	size_t seen = upstream_method(upstream, name)->seen;
	pthread_mutex_unlock(&upstream->mutex);
	return seen;
}

void upstream_fail(struct upstream *upstream, const char *name, size_t nth, int status)
{
	pthread_mutex_lock(&upstream->mutex);
	struct method_count *count = upstream_method(upstream, name);
	count->fail_at = count->seen + nth;
	count->fail_status = status;
	pthread_mutex_unlock(&upstream->mutex);
}

void upstream_die_at(struct upstream *upstream, size_t nth, bool after, void (*dying)(void))
{
	pthread_mutex_lock(&upstream->mutex);
	upstream->dies_in = nth;
	upstream->dies_after = after;
	upstream->dying = dying;
	pthread_mutex_unlock(&upstream->mutex);
}

bool upstream_dead(struct upstream *upstream)
{
	pthread_mutex_lock(&upstream->mutex);
	bool dead = upstream->dead;
	pthread_mutex_unlock(&upstream->mutex);
	return dead;
}

bool upstream_revive(struct upstream *upstream)
{
	pthread_mutex_lock(&upstream->mutex);
	bool dead = upstream->dead;
	upstream->dead = false;
	upstream->dies_in = 0;
	pthread_mutex_unlock(&upstream->mutex);
	return dead;
}

static void set(struct upstream *upstream, bool *flag)
{
	pthread_mutex_lock(&upstream->mutex);
	*flag = true;
	pthread_mutex_unlock(&upstream->mutex);
}

void upstream_hide_owners(struct upstream *upstream)
{
	set(upstream, &upstream->no_owner);
}

void upstream_give_no_etags(struct upstream *upstream)
{
	set(upstream, &upstream->no_etags);
}

void upstream_serve(struct upstream *upstream, bool served)
{
	pthread_mutex_lock(&upstream->mutex);
	upstream->served = served;
	pthread_mutex_unlock(&upstream->mutex);
}

void upstream_refuse_tasks(struct upstream *upstream)
{
	set(upstream, &upstream->no_tasks);
}

void upstream_ignore_filters(struct upstream *upstream)
{
	set(upstream, &upstream->no_filters);
}

void upstream_store_as(struct upstream *upstream, upstream_stored_fn *stored)
{
	pthread_mutex_lock(&upstream->mutex);
	upstream->stored = stored;
	pthread_mutex_unlock(&upstream->mutex);
}

void upstream_tell_changes(struct upstream *upstream, enum upstream_changes how)
{
	pthread_mutex_lock(&upstream->mutex);
	upstream->changes = how;
	upstream->clock += 1000;
	pthread_mutex_unlock(&upstream->mutex);
}

void upstream_tick(struct upstream *upstream)
{
	pthread_mutex_lock(&upstream->mutex);
	upstream->clock++;
	pthread_mutex_unlock(&upstream->mutex);
}

void upstream_invent_changes(struct upstream *upstream, size_t n)
{
	pthread_mutex_lock(&upstream->mutex);
	upstream->invented = n;
	upstream->clock = 0;
	pthread_mutex_unlock(&upstream->mutex);
}

void upstream_ignore_limits(struct upstream *upstream)
{
	set(upstream, &upstream->no_limits);
}

void upstream_lie(struct upstream *upstream, enum upstream_lies how)
{
	pthread_mutex_lock(&upstream->mutex);
	upstream->lies = how;
	pthread_mutex_unlock(&upstream->mutex);
}

void upstream_set_default_calendar(struct upstream *upstream, const char *path)
{
	pthread_mutex_lock(&upstream->mutex);
	upstream->default_calendar = path;
	pthread_mutex_unlock(&upstream->mutex);
}
