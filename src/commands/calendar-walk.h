/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_COMMANDS_CALENDAR_WALK_H
#define UPBEAT_COMMANDS_CALENDAR_WALK_H

/*
 * A user's calendars and what is in them, found with his own credentials: for commands that go through all of
 * it.
 */

#include "upbeat/commands.h"
#include "upbeat/identity.h"

struct ub_walk {
	const struct ub_snapshot *snapshot;
	struct ub_caller caller;
	struct ub_text why; /* what went wrong */
	struct ub_arena *arena;
};

/* What is made lives in `arena`, the password too: it belongs to a process that does nothing else. */
void ub_walk_begin(struct ub_walk *walk, const struct ub_snapshot *snapshot, const struct ub_login *login,
    struct ub_arena *arena);
void ub_walk_end(struct ub_walk *walk);

/* One of his calendars. */
struct ub_walk_calendar {
	struct ub_text href; /* with its slash */
	struct ub_identity identity;
	struct ub_dav_members members; /* what is in it: by ub_walk_through() */
	struct ub_text why;            /* it cannot be looked at, and why; empty: it can */
};

struct ub_walk_calendars {
	struct ub_walk_calendar *items;
	size_t n, cap;
};

/*
 * The calendars that are his own: those of his calendar-home-sets (RFC 4791 6.2.1), or the one at `only`. One
 * that cannot be looked at does not end the walk. False: why.
 */
UB_MUST_USE bool ub_walk_calendars(
    struct ub_walk *walk, struct ub_text only, struct ub_walk_calendars *calendars);

struct ub_walk_visit {
	/* One object. False: the password is not accepted any more. What is made in walk->arena goes with it.
	 */
	bool (*look)(
	    void *context, const struct ub_walk_calendar *calendar, const struct ub_dav_member *object);
	/* A calendar that cannot be looked at; the others are all the same. */
	void (*fail)(void *context, struct ub_text href, struct ub_text why);
	void (*progress)(size_t done, size_t all); /* NULL: nobody looks */
	void *context;
};
/* Goes through all that is in the calendars. False: why, and the rest was not looked at. */
UB_MUST_USE bool ub_walk_through(
    struct ub_walk *walk, struct ub_walk_calendars *calendars, const struct ub_walk_visit *visit);
/* Sends a request as the user. */
UB_MUST_USE enum ub_outcome ub_walk_send(
    struct ub_walk *walk, struct ub_request request, struct ub_response *response);
/* What went wrong with it, for people; in walk->arena. */
struct ub_text ub_walk_why_not(
    struct ub_walk *walk, enum ub_outcome outcome, const struct ub_response *response);

#endif
