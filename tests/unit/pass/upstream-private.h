/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_TESTS_UPSTREAM_PRIVATE_H
#define UPBEAT_TESTS_UPSTREAM_PRIVATE_H

/* What serving and what tests make of the server share. All but the base belongs to whoever has the mutex. */

#include <pthread.h>

#include "upstream.h"

struct object {
	char *path, *text;
	unsigned version;
	unsigned changed; /* when, on up->clock */
};

struct method_count {
	char name[16];
	size_t seen, fail_at;
	int fail_status;
};

struct upstream {
	int listener;
	pthread_t thread;
	char base[64];
	pthread_mutex_t mutex;
	struct object objects[1024];
	struct object gone[256]; /* their paths, and when */
	size_t n_objects, n_gone, invented;
	unsigned clock; /* counts changes, or seconds */
	enum upstream_changes changes;
	enum upstream_lies lies;
	struct method_count methods[16];
	const char *default_calendar; /* NULL: inboxes name none */
	bool served, no_etags, no_owner, no_tasks, no_filters, no_limits, dies_after, dead;
	size_t dies_in; /* requests; 0: it does not */
	void (*dying)(void);
	upstream_stored_fn *stored; /* NULL: a PUT is stored as it came */
};

/* The object with that path, or NULL. */
struct object *upstream_find(struct upstream *up, const char *path);
/* Stores an object, which is returned. */
struct object *upstream_put(struct upstream *up, const char *path, const char *text);
/* Removes an object; the last one takes its place. */
void upstream_drop(struct upstream *up, struct object *object);
/* The time of a change that is made now. */
unsigned upstream_next(struct upstream *up);
/* What is counted of a method's requests. */
struct method_count *upstream_method(struct upstream *up, const char *name);

#endif
