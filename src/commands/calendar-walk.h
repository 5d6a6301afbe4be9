/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_COMMANDS_CALENDAR_WALK_H
#define UPBEAT_COMMANDS_CALENDAR_WALK_H

/*
 * Goes through a user's calendars with his own credentials: for the commands that look at everything in them.
 */

#include "upbeat/commands.h"
#include "upbeat/identity.h"

/* A walk through the calendars of one user. */
struct ub_walk {
	const struct ub_snapshot *snapshot;
	struct ub_caller caller;
	const struct ub_walk_access *access; /* NULL: a login */
	struct ub_text why;                  /* what went wrong, in `arena` */
	struct ub_arena *arena;
};

/* Begins a walk. What is made lives in `arena`, the password too: the process does nothing else. */
void walk_begin(struct ub_walk *walk, const struct ub_snapshot *snapshot, const struct ub_login *login,
    const struct ub_walk_access *access, struct ub_arena *arena);
void walk_end(struct ub_walk *walk);

/* One of the user's calendars. */
struct ub_walk_calendar {
	struct ub_text href; /* with its trailing slash */
	struct ub_identity identity;
	struct ub_dav_members members; /* what is in the calendar: set by walk_through() */
	struct ub_text why;            /* why the calendar cannot be looked at; empty: it can */
};

struct ub_walk_calendars {
	struct ub_walk_calendar *items;
	size_t n, cap;
};

/*
 * Finds the calendars that are the user's own: those of his calendar-home-sets (RFC 4791 6.2.1), or the one
 * at `only`. A calendar that cannot be looked at does not end the walk. False: walk->why.
 */
UB_MUST_USE bool walk_calendars(
    struct ub_walk *walk, struct ub_text only, struct ub_walk_calendars *calendars);

struct ub_walk_visit {
	/* Looks at one object. What is made in walk->arena is gone afterwards. False: the server does not
	 * accept the password any more, and the walk ends. */
	bool (*look)(
	    void *context, const struct ub_walk_calendar *calendar, const struct ub_dav_member *object);
	/* Tells of a calendar that cannot be looked at; the walk goes on with the others. */
	void (*fail)(void *context, struct ub_text href, struct ub_text why);
	void (*progress)(size_t done, size_t all); /* NULL: nobody looks */
	void *context;
};
/* Goes through everything in the calendars. False: walk->why, and the rest was not looked at. */
UB_MUST_USE bool walk_through(
    struct ub_walk *walk, struct ub_walk_calendars *calendars, const struct ub_walk_visit *visit);
/* Sends a request as the user. Texts of *response are in walk->arena. */
UB_MUST_USE enum ub_outcome walk_send(
    struct ub_walk *walk, struct ub_request request, struct ub_response *response);
/* What went wrong with a request, for people; in walk->arena. */
struct ub_text walk_why_not(
    struct ub_walk *walk, enum ub_outcome outcome, const struct ub_response *response);

#endif
