/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_QUEUE_POLLER_H
#define UPBEAT_QUEUE_POLLER_H

/*
 * Which of the calendars that the settings name for the service account is to be looked at for changes next.
 * Each is looked at again and again; one that cannot be, after pauses that grow. Only
 * UB_SERVICE_POLLS_AT_ONCE are looked at at once: they leave workers to all else. Any number of threads may
 * use one. Times are milliseconds on the monotonic clock.
 */

#include "upbeat/queue.h"
#include "upbeat/sys.h"

struct ub_poller;

/* Never NULL. */
struct ub_poller *queue_poller_new(struct ub_log *log);
/* Sets *poller to NULL; NULL is allowed. */
void queue_poller_free(struct ub_poller **poller);
/* From now on these calendars are meant, hrefs as the settings have them. What is known of one that was meant
 * before stays. */
void queue_poller_set(struct ub_poller *poller, struct ub_texts calendars);
/* The canonical href, with its slash, of the calendar that is due longest, in `arena`: it is being looked at
 * from now on. Empty: none is due, or enough are being looked at. */
struct ub_text queue_poller_next(struct ub_poller *poller, int64_t now, struct ub_arena *arena);
/* A look at the calendar has ended. `why`: what kept it from being one; empty: nothing. `every`: the time
 * between two looks. A calendar that is not meant is left. */
void queue_poller_done(
    struct ub_poller *poller, struct ub_text calendar, struct ub_text why, int64_t every, int64_t now);
/* The texts are in `arena`. */
struct ub_queue_polled queue_poller_state(struct ub_poller *poller, struct ub_arena *arena);

#endif
