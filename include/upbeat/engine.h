/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_ENGINE_H
#define UPBEAT_ENGINE_H

/*
 * engine: look, decide, act. The snapshot is everything that is configured, read once; the decision is the
 * one path from a calendar object's text to a plan, for `serve` as for `explain`; ub_engine_run() is the
 * process beside the relay that carries plans out.
 */

#include "upbeat/base.h"
#include "upbeat/facts.h"
#include "upbeat/plan.h"
#include "upbeat/rules.h"
#include "upbeat/sys.h"

/* ---- snapshot: settings, rules, holidays, zones, accounts; immutable, counted, swapped whole ---- */

struct ub_accounts;
struct ub_settings;
struct ub_directory;
struct ub_store;

struct ub_snapshot {
	const struct ub_settings *settings; /* never NULL: without a file, what holds by default */
	const struct ub_org *org;
	const struct ub_ruleset *rules;
	struct ub_directory *directory;     /* accounts; NULL when no source is configured */
	const struct ub_rule_layer *layers; /* the rule directories as they were read */
	size_t n_layers;
	/* They have a mistake, and `rules` is empty: a plan made with it would take away what stands. */
	bool without_rules;
	ub_instant loaded;
	/* the rest is the engine's own */
	struct ub_arena *arena;
	struct ub_zones *zones;
	struct ub_identities *identities; /* found out with these settings: they go with them */
	_Atomic unsigned holders;
};

struct ub_snapshot_input {
	const char *settings_path; /* NULL: no settings file */
	const char
	    *rules_path; /* instead of what the settings say; NULL: those, else the shipped directory */
	const char *last_rules_path; /* instead of the last directory of those; NULL: they stay */
	/* The base of the upstream that stays, whatever the settings say by now: of a relay that runs, whose
	 * clients' credentials are for that one alone. NULL: as the settings say. */
	const char *upstream;
	/* Directories below rules_path, the lowest first. */
	const char *const *over;
	size_t n_over;
	/* Of the organisation, where no settings file says it: */
	const char *const *domains;
	size_t n_domains;
	const char *time_zone; /* NULL: UTC */
	bool find_idle;        /* as in struct ub_rules_input */
	/* A mistake in rules or holidays makes a snapshot without_rules, rather than none. */
	bool may_lack_rules;
};

/*
 * Reads everything. All problems of all files go to `diags`; the sources that they point to last as long as
 * the arena of the diagnostics. NULL when there was an error: nothing half-loaded; but for the accounts, of
 * which what is sound is used, and for what input->may_lack_rules allows. The caller holds it once.
 */
UB_MUST_USE struct ub_snapshot *ub_snapshot_load(
    const struct ub_snapshot_input *input, struct ub_diags *diags);
struct ub_snapshot *ub_snapshot_hold(struct ub_snapshot *snapshot);
/* The last holder frees it; sets *snapshot to NULL. */
void ub_snapshot_release(struct ub_snapshot **snapshot);

/* The directory of the shipped rules: that of the build tree when the program is run from one, else where
 * they were installed. */
const char *ub_snapshot_shipped_rules(struct ub_arena *arena);

/* Diagnostics as one JSON object: upbeat(1), "JSON". Ends its line. */
void ub_findings_json(const struct ub_diags *diags, struct ub_buf *out);
/* Reads a file; NULL: reported at `place`, which may be of no source. */
const struct ub_source *ub_snapshot_read_source(
    struct ub_arena *arena, const char *path, size_t limit, struct ub_place place, struct ub_diags *diags);

/* ---- the decision ---- */

struct ub_decide_input {
	const struct ub_snapshot *snapshot;
	struct ub_text text;     /* the calendar object */
	struct ub_text owner;    /* address of the calendar's owner; empty: ub_facts_default_owner() */
	struct ub_text calendar; /* the collection's display name, or empty */
	const struct ub_existing *existing;
	size_t n_existing;
	bool gone; /* `text` is what was last seen of a meeting that does not stand any more */
	ub_instant now;
	/* Instead of what the snapshot's directory says of the customer: */
	struct ub_accounts *accounts;     /* to find the guests' one in; NULL: the directory's */
	const struct ub_account *account; /* this one; NULL: the one found */
	const struct ub_busy *busy;
	size_t n_busy;
	bool explain; /* as in struct ub_plan_input */
};

struct ub_decision {
	const char *refused; /* the reader's diagnosis: not a calendar object that we can read; or NULL */
	struct ub_text refused_text;  /* the same in words */
	const struct ub_event *event; /* NULL when refused */
	const struct ub_facts *facts; /* NULL when refused, and when the event has no start or is none */
	const struct ub_plan *plan;   /* never NULL; its not_eligible says why there is nothing */
};

/* Pure but for the files of the time zones, read when first needed. Everything is made in `arena`. */
void ub_decide(const struct ub_decide_input *input, struct ub_decision *decision, struct ub_arena *arena);

/* The decision in words, for people, and as one JSON object: upbeat(1), "JSON". Both end their last line. */
void ub_explain_print(const struct ub_decision *decision, struct ub_buf *out, bool colour);
void ub_explain_json(const struct ub_decision *decision, struct ub_buf *out);

/* What stands once a plan was carried out, for deciding once more without a server. */
struct ub_existing *ub_standing(const struct ub_snapshot *snapshot, const struct ub_plan *plan,
    ub_instant now, size_t *n, struct ub_arena *arena);

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

/* ---- the process ---- */

/* The organisation, as the store keeps what belongs to it apart. */
extern const struct ub_text ub_organization;

/* The store of the settings. NULL: *why says in the arena why it cannot be opened; a daemon that still has it
 * was waited for. */
UB_MUST_USE struct ub_store *ub_engine_store_open(
    const struct ub_settings *settings, struct ub_arena *arena, struct ub_text *why);

/* The same to read in beside a daemon, which may have it. NULL: *why says why not, or that nothing is kept.
 */
UB_MUST_USE struct ub_store *ub_engine_store_read(
    const struct ub_settings *settings, struct ub_arena *arena, struct ub_text *why);

struct ub_engine_options {
	int fd;                         /* the relay's socket */
	int control_fd;                 /* the listening control socket; -1: none */
	int signals;                    /* a signalfd: ub_sys_signals_open() */
	bool after_crash;               /* in the place of an engine that died by itself */
	struct ub_snapshot_input input; /* what the snapshot was loaded from, and is again at SIGHUP */
	struct ub_diags *diags;         /* what was wrong with it; looked at when it is without_rules */
};

/* Runs the engine until the other end of the relay's socket is closed or SIGTERM. Takes over one hold of the
 * snapshot. While it is without_rules all keys stay queued; it is looked again and again whether the rules
 * are mended. ub_dav_init() was called. The exit status of the process. */
int ub_engine_run(const struct ub_engine_options *options, struct ub_snapshot *snapshot, struct ub_log *log);

#endif
