/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_COMMANDS_H
#define UPBEAT_COMMANDS_H

/*
 * commands: what administrators ask: the daemon that runs, over its control socket; and, without the daemon,
 * calendars and known meetings.
 */

#include "upbeat/decision.h"

/* ---- the control socket ---- */

struct ub_events;
struct ub_mailer;
struct ub_queue;
struct ub_store;

struct ub_control_input {
	int fd; /* the listening socket */
	struct ub_configuration *configuration;
	struct ub_queue *queue;
	struct ub_store *store;
	struct ub_events *events;  /* NULL: nobody is told */
	struct ub_mailer *mailer;  /* NULL: nobody sends mails */
	struct ub_watch *watch;    /* ends the engine when a reading takes too long; NULL: nothing does */
	struct ub_log *log;        /* that is told so */
	struct ub_text upstream;   /* the base of its URL */
	const char *settings_path; /* the path of the settings file, to be shown; may be NULL */
	ub_instant started;        /* when this engine was started, in seconds since 1970 */
};

struct ub_control;
/* Starts the thread that answers `upbeat status`, `upbeat explain UID` and others. `input` must outlive it.
 * NULL: there is no control socket (fd -1). */
struct ub_control *ub_control_start(const struct ub_control_input *input);
/* Ends the thread after the question at hand. Sets *control to NULL; NULL is allowed. */
void ub_control_join(struct ub_control **control);

/* ---- what the rules make of an account ---- */

struct ub_account_question {
	const struct ub_snapshot *snapshot;
	/* What was made, whom meetings take, and which were held; NULL: nobody knows. */
	struct ub_store *store;
	const struct ub_account *account;
	struct ub_text owner; /* of the calendar */
	ub_instant now;
	bool json, colour;
};

/* Writes what the rules for accounts plan, why, and what was made: upbeat(1). False: the store cannot tell,
 * and ub_store_problem() says why. */
UB_MUST_USE bool ub_explain_account(const struct ub_account_question *question, struct ub_buf *out);

/* ---- other rules tried on known meetings ---- */

struct ub_replay_meeting {
	struct ub_text text;  /* the calendar object */
	struct ub_text owner; /* address of the calendar's owner; empty: as for a decision */
	struct ub_text uid;   /* of the meeting; may be empty if no deletions are known */
	ub_instant then;      /* when the meeting was last decided, in seconds since 1970 */
	struct ub_text where; /* the meeting's file or href, to be shown */
};

struct ub_replay_input {
	struct ub_snapshot *present, *changed;
	const struct ub_replay_meeting *meetings;
	size_t n_meetings;
	/* What users have deleted, or have taken out of meetings themselves. */
	const struct ub_replay_deletion {
		struct ub_text uid, item_mark;
	} * deleted;
	size_t n_deleted;
	struct ub_store *store; /* that knows when people are taken; NULL: nobody does */
	ub_instant now;
	bool json, colour;
	void (*progress)(size_t done, size_t all); /* NULL: nobody looks */
};

struct ub_replay_result {
	size_t counts[UB_CHANGE_LEFT + 1]; /* by enum ub_change_kind */
	/* additions to meetings themselves, made when those are stored next */
	size_t added;
	size_t meetings_touched, accounts_touched, people_touched;
	size_t refused; /* meetings that cannot be read */
};

/* Writes what the changed rules would do otherwise to the items that the present rules have made, for the
 * meetings and for the accounts of input->present, and what they would add to the meetings themselves: in
 * words like a diff, or as JSON (upbeat(1)). Runs threads of its own and waits for them. */
void ub_replay(const struct ub_replay_input *input, struct ub_replay_result *result, struct ub_buf *out);

/* ---- what rules have made, taken away ---- */

struct ub_store_item;

/* A user's own credentials. */
struct ub_login {
	struct ub_text user, password;
};

/* What the daemon has of a user instead of a login. */
struct ub_walk_access {
	const struct ub_caller *caller; /* but for the client: the walk has its own */
	bool (*goes_on)(void *context); /* asked before each request */
	void *context;
};

struct ub_undo_input {
	const struct ub_snapshot *snapshot;
	struct ub_login login;
	const struct ub_walk_access *access; /* instead of the login; NULL: the login */
	struct ub_watched *watched;          /* the thread, while it reads objects; may be NULL */
	struct ub_text calendar;             /* the href of one calendar; empty: all that the user owns */
	struct ub_texts rule_marks;          /* the rules' marks by ub_plan_marks_of(); none: of all rules */
	bool force;                          /* also what the user has changed */
	bool dry_run, json;
	void (*progress)(size_t done, size_t all); /* NULL: nobody looks */
	/* Called before an item is removed, and again when its state is known, so that whoever remembers
	 * items may remember that. False: the state was not remembered. NULL: nobody remembers items. */
	bool (*remember)(void *context, const struct ub_store_item *item);
	void *context;
};

struct ub_undo_result {
	size_t seen, removed, restored, kept, failed;
	/* removed items that were not remembered: they will be taken for deleted by their user */
	size_t unremembered;
	size_t foreign;     /* objects with marks that somebody else organizes: left alone */
	struct ub_text why; /* why nothing could be done, or not everything */
};

/*
 * Removes the items of rules from the user's calendars, and takes out of meetings what rules have added; each
 * by a request with If-Match (RFC 9110 13.1.1). Goes by the marks alone, and touches only what the user
 * organizes. Each object makes a line in `out`, and the sum another; what cannot be looked at counts as
 * failed. ub_dav_init() was called before. Blocks while the server is asked. False: result->why says why.
 */
UB_MUST_USE bool ub_undo(
    const struct ub_undo_input *input, struct ub_undo_result *result, struct ub_buf *out);

/* Remembers in a store what becomes of an item, as undo's `remember` is told. What only the store knows of
 * the item stays: also of which account it is, if its meeting's UID is empty. False: ub_store_problem() says
 * why. */
UB_MUST_USE bool ub_undo_remember(struct ub_store *store, const struct ub_store_item *item);

/* ---- what meetings miss ---- */

struct ub_backfill_input {
	const struct ub_snapshot *snapshot;
	struct ub_login login;
	const struct ub_walk_access *access; /* instead of the login; NULL: the login */
	struct ub_watched *watched;          /* the thread, while it reads objects; may be NULL */
	struct ub_text calendar;             /* the href of one calendar; empty: all that the user owns */
	bool dry_run;                        /* only tell what would be made */
	void (*progress)(size_t done, size_t all); /* NULL: nobody looks */
};

struct ub_backfill_result {
	/* of events that are not over: the daemon is to look at them; in the arena of `out` */
	struct ub_texts hrefs;
	size_t seen;   /* objects that were looked at */
	bool accounts; /* the daemon is to look at the user's accounts, too */
	/* for a dry run: items that would be made, and for how many meetings and accounts */
	size_t items, meetings, accounts_missing;
	/* calendars and objects that could not be looked at: a line each in `out` */
	size_t failed;
	struct ub_text why; /* why nothing could be done */
};

/* Goes through the user's calendars. ub_dav_init() was called before. Blocks while the server is asked.
 * False: result->why says why. */
UB_MUST_USE bool ub_backfill(
    const struct ub_backfill_input *input, struct ub_backfill_result *result, struct ub_buf *out);

/* ---- for users who give no password ---- */

struct ub_order;
/* Carries out what `undo` or `backfill` has ordered of the daemon, for one user: for
 * struct ub_queue_input. */
bool ub_order_carry_out(const struct ub_order *order, struct ub_text *why);

#endif
