/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_QUEUE_AMENDER_H
#define UPBEAT_QUEUE_AMENDER_H

/*
 * The thread on which rules add to meetings. The keys of these writes are put before, on the thread that
 * confirms everybody's writes. So slow rules hold up nobody else's write, and the meeting itself for no
 * longer than UB_AMEND_MS.
 */

#include "upbeat/wire.h"

/* A write that the relay holds until it is told how to go on. */
struct ub_amender_write {
	int fd; /* the socket by which the relay is told how the write goes on */
	struct ub_wire_id id;
	/* when the write goes on as it came, at the latest; milliseconds on the monotonic clock */
	int64_t until;
	struct ub_text href, body, if_match;
	struct ub_text principal, user, host;
};

struct ub_queue;
struct ub_amender;
/* Never NULL. The queue must outlive the amender. */
struct ub_amender *queue_amender_start(struct ub_queue *queue);
/* Ends the thread. Writes that still wait go on as they came. Sets *amender to NULL. */
void queue_amender_join(struct ub_amender **amender);

/* Hands a write over; the texts are copied. The relay is told of the write exactly once: at `until` at the
 * latest, if somebody calls queue_amender_overdue() then. If UB_AMENDED_OPEN writes wait already, this one
 * goes on at once, as it came. */
void queue_amender_give(struct ub_amender *amender, const struct ub_amender_write *write);
/* Lets all writes go on whose time is up. `now` is on the monotonic clock. Returns after how many
 * milliseconds to call again: at most `longest`. */
UB_MUST_USE int64_t queue_amender_overdue(struct ub_amender *amender, int64_t now, int64_t longest);

#endif
