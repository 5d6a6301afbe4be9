/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_COMMANDS_H
#define UPBEAT_COMMANDS_H

/*
 * commands: what administrators ask for: of the daemon that runs, over its control socket; and of calendars
 * and known meetings, without it.
 */

#include "upbeat/decision.h"

/* ---- the control socket ---- */

struct ub_queue;
struct ub_store;

struct ub_control_input {
	int fd; /* the listening socket */
	struct ub_configuration *configuration;
	struct ub_queue *queue;
	struct ub_store *store;
	struct ub_text upstream;   /* its base */
	const char *settings_path; /* for people */
	ub_instant started;        /* when this engine was */
};

struct ub_control;
/* The thread that answers what people ask: `upbeat status`, `upbeat explain UID`. `input` outlives it. NULL
 * when there is no control socket (fd -1). */
struct ub_control *ub_control_start(const struct ub_control_input *input);
/* At once; NULL is allowed. */
void ub_control_join(struct ub_control **control);

/* ---- other rules tried on known meetings ---- */

struct ub_replay_meeting {
	struct ub_text text;  /* the calendar object */
	struct ub_text owner; /* address of the calendar's owner; empty: as for a decision */
	struct ub_text uid;   /* of the meeting; may be empty where nothing is known of deletions */
	ub_instant then;      /* when it was last decided */
	struct ub_text where; /* its file or href, for people */
};

struct ub_replay_input {
	struct ub_snapshot *present, *changed;
	const struct ub_replay_meeting *meetings;
	size_t n_meetings;
	/* What users have deleted, or taken out of meetings themselves. */
	const struct ub_replay_deletion {
		struct ub_text uid, item_mark;
	} * deleted;
	size_t n_deleted;
	ub_instant now;
	bool json, colour;
	void (*progress)(size_t done, size_t all); /* NULL: nobody looks */
};

struct ub_replay_result {
	size_t counts[UB_CHANGE_LEFT + 1]; /* by enum ub_change_kind */
	size_t added;                      /* to meetings themselves, when they are stored next */
	size_t meetings_touched, people_touched;
	size_t refused; /* cannot be read */
};

/* What the changed rules would do otherwise to the items that the present ones have made, and what they would
 * add to the meetings themselves, in words like a diff or as JSON: upbeat(1). */
void ub_replay(const struct ub_replay_input *input, struct ub_replay_result *result, struct ub_buf *out);

/* ---- what rules have made, taken away ---- */

struct ub_store_item;

/* Somebody's own credentials. */
struct ub_login {
	struct ub_text user, password;
};

struct ub_undo_input {
	const struct ub_snapshot *snapshot;
	struct ub_login login;
	struct ub_text calendar;    /* the href of one calendar; empty: all that the user owns */
	struct ub_texts rule_marks; /* ub_plan_marks_of(); none: of all rules */
	bool force;                 /* also what the user has changed */
	bool dry_run, json;
	void (*progress)(size_t done, size_t all); /* NULL: nobody looks */
	/* Called before an item is removed and when it is known whether it was, with its state, for whoever
	 * remembers items. False: it was not remembered. NULL: nobody remembers any. */
	bool (*remember)(void *context, const struct ub_store_item *item);
	void *context;
};

struct ub_undo_result {
	size_t seen, removed, restored, kept, failed;
	size_t unremembered; /* of those removed: they will be taken for deleted by their user */
	size_t foreign;      /* bear marks, and are organized by somebody else: left alone */
	struct ub_text why;  /* when it could not be done, or not to the end */
};

/*
 * Removes the items of rules from the user's calendars, and what rules have added to meetings, by their marks
 * alone, where he is the organizer; each with If-Match. What it does goes to `out`, a line each and a sum; so
 * does what cannot be looked at, and that counts as failed. False: result->why. ub_dav_init() was called.
 */
UB_MUST_USE bool ub_undo(
    const struct ub_undo_input *input, struct ub_undo_result *result, struct ub_buf *out);

/* What becomes of an item, as undo's `remember` is told, into a store: what only the store knows of it stays.
 * False: ub_store_problem(). */
UB_MUST_USE bool ub_undo_remember(struct ub_store *store, const struct ub_store_item *item);

/* ---- what meetings miss ---- */

struct ub_backfill_input {
	const struct ub_snapshot *snapshot;
	struct ub_login login;
	struct ub_text calendar; /* the href of one calendar; empty: all that the user owns */
	bool dry_run;            /* tell what would be made */
	void (*progress)(size_t done, size_t all);
};

struct ub_backfill_result {
	struct ub_texts hrefs;  /* of events that are not over, for the daemon to look at */
	size_t seen;            /* objects */
	size_t items, meetings; /* that would be made, and for how many: for a dry run */
	size_t failed;          /* calendars and objects that could not be looked at: a line each in `out` */
	struct ub_text why;     /* when it could not be done */
};

/* Goes through the user's calendars. False: result->why. ub_dav_init() was called. */
UB_MUST_USE bool ub_backfill(
    const struct ub_backfill_input *input, struct ub_backfill_result *result, struct ub_buf *out);

#endif
