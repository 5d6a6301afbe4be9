/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_REPORT_PRIVATE_H
#define UPBEAT_REPORT_PRIVATE_H

#include "upbeat/report.h"

/* ---- learn.c: the report while it is made; times are those of the records, in milliseconds ---- */

/* When an account was met: the beginning of each meeting that was held, and of each review. */
struct account {
	struct ub_text name;                                /* the latest that is known; may be empty */
	int64_t named;                                      /* since when */
	UB_VEC(const struct ub_store_meeting *) standing;   /* by start */
	UB_VEC(const struct ub_store_meeting *) called_off; /* in any order */
	UB_VEC(int64_t) met;                                /* in order */
};

struct making {
	const struct ub_report_input *input;
	struct ub_report *report;
	int64_t since, now;
	struct ub_map *groups;   /* by key: size_t *, the place in report->groups */
	struct ub_map *accounts; /* by id: struct account * */
	struct ub_map *meetings; /* by UID and instance: struct ub_store_meeting * */
	struct ub_arena *arena;
};

/* What a thing belongs to. */
struct belonging {
	struct ub_text account, owner;
	int64_t at; /* its quarter */
};

/* Finds out when each account was met, and what it is called. */
void report_learn(struct making *making);
/* Counts one thing, in all and in its group. */
void report_count(
    struct making *making, const struct belonging *belonging, enum ub_figure figure, size_t part);
/* The place in report->groups of the group of that thing, which is made if there is none. */
size_t report_group_of(struct making *making, const struct belonging *belonging);
/* The account of that id, which is made if there is none. */
struct account *report_account_of(struct making *making, struct ub_text id);
/* NULL: the item belongs to no meeting that is known. */
const struct ub_store_meeting *report_meeting_of(struct making *making, const struct ub_store_item *item);
bool report_is_held(const struct making *making, const struct ub_store_meeting *meeting);
/* Whether that time is one that the report is about. */
bool report_is_within(const struct making *making, int64_t at);
struct ub_work_calendar report_calendar_of(const struct making *making, struct ub_text owner);

/* ---- items.c ---- */

void report_count_items(struct making *making);

/* ---- met.c ---- */

void report_count_next_steps(struct making *making);
void report_count_executives(struct making *making);
void report_count_periods(struct making *making);

/* ---- the writers ---- */

/* "83 %", or "cannot be told". */
struct ub_text report_share_text(
    const struct ub_counts *counts, enum ub_figure figure, struct ub_arena *arena);
/* "2026-11-12", or "never" for UB_INSTANT_NONE. */
struct ub_text report_date_text(const struct ub_zone *zone, ub_instant at, struct ub_arena *arena);
/* "Acme", or what stands for what belongs to none. */
struct ub_text report_group_text(const struct ub_report *report, const struct ub_report_group *group);
/* The first `most` characters of a name; all of it if that has no more. */
struct ub_text report_beginning_of(struct ub_text name, size_t most);
/* The rhythm in whole days. */
int64_t report_rhythm_days(const struct ub_report_unmet *unmet);
/* The name of an account, its id, or "no account". */
struct ub_text report_account_text(struct ub_text id, struct ub_text name);

#endif
