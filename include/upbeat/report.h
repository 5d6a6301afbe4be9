/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_REPORT_H
#define UPBEAT_REPORT_H

/*
 * report: numbers that show whether the practice of customer meetings is kept, made of what the store
 * remembers. The figures are a pure function of the records, the organization's work calendars and two times;
 * the writers show them in four formats. A figure that cannot be told for lack of records says so.
 *
 * To check the figures against another count, fill a store by ub_store_put_meetings(), ub_store_put_item()
 * and ub_store_put_period() with what ub_remember_meetings(), ub_remember_item() and ub_remember_period()
 * give of each decision (decision.h), read it back by the three ub_store_ functions below, and call
 * ub_report_make(). upbeat(1), "REPORT", says what each figure counts.
 */

#include "upbeat/facts.h"
#include "upbeat/history.h"

/* ---- what is counted ---- */

enum ub_figure {
	UB_FIGURE_PREP,
	UB_FIGURE_AGENDA,
	UB_FIGURE_NEXT_STEP,
	UB_FIGURE_EXECUTIVES,
	UB_FIGURE_FOLLOW_UP,
	UB_FIGURE_CADENCE_RED,
	UB_FIGURE_CADENCE_YELLOW,
	UB_FIGURE_CADENCE_GREEN,
	UB_FIGURE_CADENCE_UNKNOWN, /* of accounts whose health is not known */
	UB_FIGURES
};

#define UB_FIGURE_PARTS 5 /* at most */

/* What one thing that is counted came to. The first part of a figure is what is wanted. */
struct ub_figure_part {
	const char *name;  /* for programs, in snake case; NULL: there is no such part */
	const char *title; /* for people */
	bool untold;       /* not among those of which the share is taken */
};

struct ub_figure_kind {
	const char *name, *title;
	const char *things;     /* what is counted, in the plural */
	const char *definition; /* sentences */
	unsigned target;        /* percent; 0: none */
	struct ub_figure_part parts[UB_FIGURE_PARTS];
};

/* By enum ub_figure. */
extern const struct ub_figure_kind ub_figure_kinds[UB_FIGURES];

/* The parts of UB_FIGURE_PREP, for each meeting that is over. */
enum { UB_PREP_AHEAD, UB_PREP_LATE, UB_PREP_DELETED, UB_PREP_BEHIND, UB_PREP_NONE };
/* Of UB_FIGURE_AGENDA, for each to-do whose due time has come. */
enum { UB_AGENDA_IN_TIME, UB_AGENDA_LATE, UB_AGENDA_OPEN, UB_AGENDA_UNTOLD };
/* Of UB_FIGURE_NEXT_STEP, for each meeting that is over. */
enum { UB_NEXT_BOOKED, UB_NEXT_NOT_BOOKED, UB_NEXT_UNTOLD };
/* Of UB_FIGURE_EXECUTIVES, for each executive of an account who was met. */
enum { UB_EXECUTIVE_AGAIN, UB_EXECUTIVE_ONCE };
/* Of UB_FIGURE_FOLLOW_UP, for each to-do whose day is over, or that is done. */
enum { UB_FOLLOW_UP_SAME_DAY, UB_FOLLOW_UP_LATER, UB_FOLLOW_UP_OPEN, UB_FOLLOW_UP_UNTOLD };
/* Of UB_FIGURE_CADENCE_..., for each period that is over. */
enum { UB_CADENCE_KEPT, UB_CADENCE_NOT_KEPT, UB_CADENCE_UNTOLD };

struct ub_counts {
	size_t meetings; /* held */
	size_t parts[UB_FIGURES][UB_FIGURE_PARTS];
};

/* How many things there are of which a share can be taken. */
size_t ub_counts_told(const struct ub_counts *counts, enum ub_figure figure);
/* The share of the first part among those, in percent and rounded down. False: there are none, so that nobody
 * can tell. */
bool ub_counts_share(const struct ub_counts *counts, enum ub_figure figure, unsigned *percent);

/* ---- the report ---- */

enum ub_report_by { UB_REPORT_BY_QUARTER, UB_REPORT_BY_ACCOUNT, UB_REPORT_BY_OWNER };

struct ub_report_input {
	const struct ub_org *org; /* whose work calendars count */
	struct ub_store_meetings meetings;
	struct ub_store_items items;
	struct ub_store_periods periods;
	ub_instant since, now; /* what ended between these */
	enum ub_report_by by;
};

struct ub_report_group {
	struct ub_text key;  /* "2026-Q4", an account's id, an address; empty: what belongs to none */
	struct ub_text name; /* for people; the account's name where one is known */
	struct ub_counts counts;
};

/* A meeting to come whose prep was deleted by a user. */
struct ub_report_unprepared {
	struct ub_text account, name, owner; /* account and name may be empty */
	ub_instant start;
};

/* An account with which nobody has met for longer than its rhythm. */
struct ub_report_unmet {
	struct ub_text account, name, owner, health;
	ub_instant last; /* when the last meeting or review began; UB_INSTANT_NONE: none is known of */
	int64_t rhythm;  /* seconds of a period */
};

struct ub_report {
	ub_instant since, now;
	const struct ub_zone *zone; /* the organization's */
	enum ub_report_by by;
	struct ub_counts total;
	UB_VEC(struct ub_report_group) groups;          /* quarters in their order, others by name */
	UB_VEC(struct ub_report_unprepared) unprepared; /* by start */
	UB_VEC(struct ub_report_unmet) unmet;           /* who was not met for longest comes first */
};

/* Makes the report in the arena. Pure. Texts are those of the input. */
struct ub_report *ub_report_make(const struct ub_report_input *input, struct ub_arena *arena);

/* ---- the writers ---- */

/* "by quarter" */
const char *ub_report_by_words(enum ub_report_by by);

/* Lines for a terminal. */
void ub_report_text(const struct ub_report *report, struct ub_buf *out, bool colour);
/* One page that needs nothing else, and no script. */
void ub_report_html(const struct ub_report *report, struct ub_buf *out);
/* RFC 4180, a row for each part of each figure of each group. A text that a spreadsheet would take for a
 * formula begins with an apostrophe. */
void ub_report_csv(const struct ub_report *report, struct ub_buf *out);
/* One object: upbeat(1), "JSON". */
void ub_report_json(const struct ub_report *report, struct ub_buf *out);

#endif
