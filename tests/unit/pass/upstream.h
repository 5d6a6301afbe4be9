/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_TESTS_UPSTREAM_H
#define UPBEAT_TESTS_UPSTREAM_H

/*
 * A CalDAV server of a few lines, on a thread: collections below /alice/ and /bob/, each owned by that user,
 * objects kept in memory. It can be told to answer the nth request of a method badly.
 */

#include "upbeat/base.h"

struct upstream;

struct upstream *upstream_start(void);
void upstream_stop(struct upstream **upstream);
/* "http://127.0.0.1:PORT" */
const char *upstream_base(const struct upstream *upstream);
/* Stores an object without a request. One whose path ends in a slash is a calendar among those below a home.
 */
void upstream_store(struct upstream *upstream, const char *path, const char *text);
/* The object's text, or NULL; valid until it is stored anew. */
const char *upstream_object(struct upstream *upstream, const char *path);
/* Number of objects whose path starts so. */
size_t upstream_count(struct upstream *upstream, const char *prefix);
/* Number of objects whose text contains this. */
size_t upstream_containing(struct upstream *upstream, const char *piece);
/* Takes away the objects below a path whose text contains this. */
void upstream_delete(struct upstream *upstream, const char *prefix, const char *piece);
/* Requests of a method that arrived. */
size_t upstream_requests(struct upstream *upstream, const char *method);
/* The nth request of `method` from now (1 is the next one) is answered with `status`; 0 closes the connection
 * after the request was carried out, so that its answer is lost. */
void upstream_fail(struct upstream *upstream, const char *method, size_t nth, int status);
/* Collections below /USER/ say no DAV:owner. */
void upstream_hide_owners(struct upstream *upstream);
/* Collections take events only. */
void upstream_refuse_tasks(struct upstream *upstream);

#endif
