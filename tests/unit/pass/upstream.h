/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_TESTS_UPSTREAM_H
#define UPBEAT_TESTS_UPSTREAM_H

/*
 * A small CalDAV server on a thread: collections below /alice/ and /bob/, each owned by that user, and
 * objects in memory. A test can make the server answer the nth request of a method badly.
 */

#include "upbeat/base.h"

struct upstream;

/* Everything has a second path, which begins so. */
#define UPSTREAM_ALIAS "/dav"
/* In a path: what bob shares with the user, and owns. */
#define UPSTREAM_BOBS "/of-bob/"

struct upstream *upstream_start(void);
void upstream_stop(struct upstream **upstream);
/* "http://127.0.0.1:PORT" */
const char *upstream_base(const struct upstream *upstream);
/* Stores an object without a request. A path that ends in a slash is a calendar in its home. */
void upstream_store(struct upstream *upstream, const char *path, const char *text);
/* The object's text, or NULL. The text is valid until the object is stored again. */
const char *upstream_object(struct upstream *upstream, const char *path);
/* The number of objects with a path that begins so. */
size_t upstream_count(struct upstream *upstream, const char *prefix);
/* The number of objects with this in their text. */
size_t upstream_containing(struct upstream *upstream, const char *piece);
/* Drops the lines that begin so from all objects. */
void upstream_drop_lines(struct upstream *upstream, const char *beginning);
/* Removes the objects below a path with this in their text. */
void upstream_delete(struct upstream *upstream, const char *prefix, const char *piece);
/* The number of requests of that method so far. Here and below, a REPORT that asks for objects' texts is a
 * "multiget". */
size_t upstream_requests(struct upstream *upstream, const char *method);
/* The nth request of `method` from now (1: the next one) gets `status`. 0: the server carries the request
 * out, and closes the connection without an answer. */
void upstream_fail(struct upstream *upstream, const char *method, size_t nth, int status);
/* Whoever asks dies at the nth request from now: before it, or after it was carried out. Then dying() is
 * called, and nothing more is carried out. */
void upstream_die_at(struct upstream *upstream, size_t nth, bool after, void (*dying)(void));
bool upstream_dead(struct upstream *upstream);
/* There is somebody who asks again. Returns whether anybody has died. */
bool upstream_revive(struct upstream *upstream);
/* From now on, collections below /USER/ have no DAV:owner. */
void upstream_hide_owners(struct upstream *upstream);
/* From now on, a GET is answered without an ETag. */
void upstream_give_no_etags(struct upstream *upstream);
/* Whether the service account asks from now on, not alice. */
void upstream_serve(struct upstream *upstream, bool served);
/* From now on, collections take events only. */
void upstream_refuse_tasks(struct upstream *upstream);

/* From now on, the text that a PUT changes an object to is stored as what `stored` makes of it. */
typedef const char *upstream_stored_fn(const char *before, const char *text);
void upstream_store_as(struct upstream *upstream, upstream_stored_fn *stored);

/* From now on, a calendar-query finds all that is in the calendar. */
void upstream_ignore_filters(struct upstream *upstream);

/* How the server tells of changes; it does not at first. */
enum upstream_changes {
	UPSTREAM_TELLS_NOTHING,
	UPSTREAM_GIVES_TOKENS,  /* sync-collection */
	UPSTREAM_GIVES_SECONDS, /* the same, with the seconds of the last changes as tokens */
	UPSTREAM_GIVES_TAGS,    /* getctag */
};
void upstream_tell_changes(struct upstream *upstream, enum upstream_changes how);
/* A second passes. */
void upstream_tick(struct upstream *upstream);
/* From now on, so many invented objects have changed since each token, and tokens count them. */
void upstream_invent_changes(struct upstream *upstream, size_t n);
/* From now on, answers to sync-collection are not cut where the client asks for it. */
void upstream_ignore_limits(struct upstream *upstream);
/* How it answers what is asked about objects, but for GET. */
enum upstream_lies {
	UPSTREAM_LIES_NOT,
	UPSTREAM_DENIES_ALL, /* nothing is there */
	UPSTREAM_BABBLES,    /* a web page */
};
void upstream_lie(struct upstream *upstream, enum upstream_lies how);

/* From now on, inboxes name that calendar as the one for invitations. */
void upstream_set_default_calendar(struct upstream *upstream, const char *path);

#endif
