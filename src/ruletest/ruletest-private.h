/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_RULETEST_PRIVATE_H
#define UPBEAT_RULETEST_PRIVATE_H

#include "upbeat/directory.h"
#include "upbeat/ruletest.h"
#include "upbeat/yaml.h"

/* ---- what a test file says ---- */

/* A person at a meeting. */
struct guest {
	struct ub_text address, name;
	int kind, role, status; /* enum ub_cutype, ub_role, ub_partstat */
};

struct guests {
	struct guest *items;
	size_t n, cap;
};

/* One instance of a series that is not like the others. */
struct instance {
	ub_day on; /* where the series has it */
	const struct meeting *meeting;
};

/* A meeting as written. A later step starts with a copy and writes over it. */
struct meeting {
	struct ub_text title, description, location, url, conference, uid;
	struct ub_text start, end; /* times, valid ones; empty: not given */
	int64_t length;            /* seconds; 0: not given */
	const struct ub_zone *zone;
	struct guests internal, external;
	struct guest organizer; /* address empty: the first of ours */
	struct ub_text owner;   /* address, or empty */
	struct ub_text calendar;
	struct ub_texts categories;
	int repeats;                          /* enum ub_repeats */
	UB_VEC(ub_day) except;                /* days of instances that are left out */
	const struct ub_yaml_node *instances; /* as written; each begins as a copy of the meeting */
	UB_VEC(struct instance) changed;
	int status; /* enum ub_status */
	bool all_day, private;
};

/* Properties that can be expected of an item and seen of one. An addition to the meeting itself looks like an
 * item with one property. */
enum property {
	PROPERTY_KIND,
	PROPERTY_TITLE,
	PROPERTY_START,
	PROPERTY_END,
	PROPERTY_DURATION,
	PROPERTY_DUE,
	PROPERTY_INSTANCE,
	PROPERTY_ATTENDEES,
	PROPERTY_AGENDA,
	PROPERTY_MAIL,
	PROPERTY_DESCRIPTION,
	PROPERTY_REMINDERS,
	PROPERTY_CATEGORIES,
	PROPERTY_BUSY,
	PROPERTY_LATE,
	PROPERTY_AUDIT,
	PROPERTY_WHY,
	N_PROPERTIES
};

extern const char *const ruletest_property_names[N_PROPERTIES];

/* One expected property, in the form in which it is seen. */
struct wish {
	enum how {
		WISH_NONE,
		WISH_IS,        /* values, as a set */
		WISH_COUNT,     /* so many values */
		WISH_HOLDS,     /* a text that contains all of `values` and none of `lacks` */
		WISH_REMINDERS, /* as WISH_IS, each told by its length or by its time */
	} how;
	struct ub_texts values, lacks;
	int64_t count;
};

struct expectation {
	struct ub_place place;
	struct ub_text item;
	int64_t times; /* how many such items there are, of any period; 0: one of them is meant */
	struct wish wishes[N_PROPERTIES];
};

struct expectations {
	struct expectation *items;
	size_t n, cap;
};

/* An item or a pattern of items, and its place in the file. */
struct named {
	struct ub_text id;
	struct ub_text instance; /* the day of its instance or period, as seen; empty: any */
	struct ub_place place;
};

struct named_list {
	struct named *items;
	size_t n, cap;
};

/* A change that a user makes by hand before the step. */
struct move {
	struct ub_text item; /* as written: `cadence/review on 2026-11-09`, or without the day */
	ub_instant start;
};

struct hand {
	struct named_list deletes;
	UB_VEC(struct move) moves;
};

struct busy_person {
	struct ub_text address;
	struct ub_intervals times;
};

/* One look at the meeting: the state of things, and the expected result. */
struct step {
	struct ub_place place;
	struct ub_text at; /* a valid time; empty: not given */
	struct meeting meeting;
	struct ub_text event; /* the text of a file, in place of `meeting`; or empty */
	const struct ub_account *account;
	bool no_account;
	const struct ub_team *team; /* in place of a meeting; NULL: none */
	UB_VEC(struct busy_person) busy;
	UB_VEC(struct meeting) met; /* of an account: the meetings with it */
	bool gone;
	struct hand user;
	bool expects, only; /* `expect` or `expect_only` is given; `expect_only` is */
	struct expectations expect;
	struct named_list reject, undecided;
};

struct test {
	struct ub_text name;
	struct ub_place place;
	const struct test_file *file;
	bool numbered; /* it has `steps` */
	UB_VEC(struct step) steps;
};

struct test_file {
	const struct ub_source *source;
	struct ub_snapshot snapshot;  /* the rules, with the file's organization */
	struct ub_accounts *accounts; /* or NULL */
	struct ub_watched *watched;   /* or NULL */
};

/* The state of reading, which is the context of the readers. */
struct loading {
	struct ub_arena *arena;
	struct ub_diags *diags;
	const struct ub_ruletest_input *input;
	struct ub_yaml_reader reader;
	struct test_file *file; /* that is being read */
	struct step *step;      /* that is being read */
	struct ub_text domain;  /* for names such as `anna` without a domain */
	UB_VEC(struct test *) tests;
};

/* False: a mistake was reported. */
bool ruletest_load_tests(struct loading *loading);

/* ---- values.c, account.c, clock.c, meeting.c, names.c, expect.c: types for tables ---- */

extern const struct ub_yaml_type ruletest_type_time;    /* struct ub_text, a valid one */
extern const struct ub_yaml_type ruletest_type_day;     /* ub_day */
extern const struct ub_yaml_type ruletest_type_length;  /* int64_t, seconds */
extern const struct ub_yaml_type ruletest_type_zone;    /* const struct ub_zone * */
extern const struct ub_yaml_type ruletest_type_address; /* struct ub_text: an address, or a name of ours */
extern const struct ub_yaml_type ruletest_type_guest;   /* struct guest */
extern const struct ub_yaml_type ruletest_type_ours, ruletest_type_guests; /* struct guests */
extern const struct ub_yaml_type ruletest_type_busy;                       /* struct step.busy */
extern const struct ub_yaml_type ruletest_type_meeting;                    /* struct meeting */
extern const struct ub_yaml_type ruletest_type_met;                        /* struct step.met */
extern const struct ub_yaml_type ruletest_type_account;                    /* struct step, its account */
extern const struct ub_yaml_type ruletest_type_team;                       /* struct step, its team */
extern const struct ub_yaml_type ruletest_type_on, ruletest_type_after;    /* struct step, its time */
extern const struct ub_yaml_type ruletest_type_made;  /* struct ub_text: the id of an item or an addition */
extern const struct ub_yaml_type ruletest_type_items; /* struct named_list */
extern const struct ub_yaml_type
    ruletest_type_patterns;                           /* struct named_list: `*`, `RULE/` and `*`, or an id */
extern const struct ub_yaml_type ruletest_type_moves; /* struct hand.moves */
extern const struct ub_yaml_type ruletest_type_expectations; /* struct expectations */

bool ruletest_pattern_fits(struct ub_text pattern, struct ub_text id);
/* Takes the day off `cadence/review on 2026-11-09`. What is no such day is left. */
struct ub_text ruletest_take_instance(struct ub_text *id, struct ub_arena *arena);
/* Checks what only two steps together show. False: a mistake was reported. */
bool ruletest_check_clock(struct loading *loading, const struct step *before, const struct step *step);
/* The rule in an id or pattern: `prep` of `prep/prep`. */
struct ub_text ruletest_rule_part(struct ub_text id);

/* The zone in which the file's times are read and shown. */
const struct ub_zone *ruletest_zone(const struct test_file *file);
struct ub_text ruletest_shown_time(struct ub_arena *arena, const struct ub_zone *zone, ub_instant instant);
struct ub_text ruletest_shown_day(struct ub_arena *arena, ub_day day);
struct ub_text ruletest_shown_length(struct ub_arena *arena, int64_t seconds);

/* Writes the calendar object of a meeting. */
struct ub_text ruletest_meeting_text(
    const struct meeting *meeting, const struct ub_zone *zone, struct ub_arena *arena);
/* The meeting's length in seconds, as written. */
int64_t ruletest_meeting_length(const struct meeting *meeting, const struct ub_zone *zone);

/* ---- seen.c: what stands ---- */

/* An item that exists in the calendar of a test. */
struct standing {
	struct ub_text id;
	struct ub_item item;         /* as last wanted, with the times that were last written */
	struct ub_text text;         /* the calendar object */
	const struct ub_ical *ical;  /* of the text; NULL: not read yet */
	struct ub_existing existing; /* for the next decision */
	struct ub_text owner;        /* of the calendar that it is in, in tests of accounts and teams */
	bool given_up;               /* the owner has changed since, and what was to go has gone */
	bool audit;                  /* the item would exist if its rule were enforced */
};

/* The rhythm of a rule or group for the account or team of a test. */
struct kept_rhythm {
	struct ub_text uid; /* ub_cadence_uid() */
	struct ub_rhythm rhythm;
};

struct calendar {
	struct ub_arena *arena;
	const struct test_file *file;
	ub_instant now;
	struct ub_text owner; /* whose items are looked at; empty: all are one owner's */
	UB_VEC(struct standing) standing;
	UB_VEC(struct kept_rhythm) rhythms;
};

void ruletest_calendar_apply_hand(struct calendar *calendar, const struct hand *hand);
/* Forgets the items that would only have existed. */
void ruletest_calendar_forget_audit(struct calendar *calendar);
/* Carries out the plan, as the engine would do on a server. */
void ruletest_calendar_apply_plan(struct calendar *calendar, const struct ub_plan *plan);

/* An item, or an addition to the meeting, in the form in which it is compared. */
struct seen {
	struct ub_text id;
	bool added;
	struct ub_texts values[N_PROPERTIES];
	bool taken; /* by an expectation */
};

struct all_seen {
	struct seen *items;
	size_t n, cap;
};

/* All existing items, and the plan's additions to the meeting. */
struct all_seen ruletest_calendar_seen(const struct calendar *calendar, const struct ub_plan *plan);

/* The owner's existing items of a family of rules, for a decision; empty: of all families. */
struct ub_existing *ruletest_calendar_existing(
    const struct calendar *calendar, struct ub_text family, size_t *n);

/* ---- cadence.c: a step with an account or a team in place of a meeting ---- */

bool ruletest_is_by_period(const struct step *step);
struct coverage;
/* Decides by all rules for accounts, or for teams, and carries out what they plan. */
void ruletest_decide_by_period(struct calendar *calendar, const struct step *step, struct coverage *coverage,
    struct ub_decision *decision);
/* Decides once a day after the step, as the daemon does, until right before the time. */
void ruletest_live_on(
    struct calendar *calendar, const struct step *step, ub_instant until, struct coverage *coverage);

/* ---- compare.c ---- */

struct comparing {
	struct ub_arena *arena; /* of the report */
	const struct step *step;
	const struct ub_decision *decision;
	struct all_seen seen;
	struct ub_test_failure base; /* the common part of all failures of the step */
	struct ub_test_result *result;
};

void ruletest_compare_step(struct comparing *comparing);

/* ---- coverage.c ---- */

struct coverage;
struct coverage *ruletest_coverage_new(const struct ub_ruleset *rules, struct ub_arena *arena);
void ruletest_coverage_add(
    struct coverage *coverage, const struct ub_decision *decision, struct ub_arena *arena);
void ruletest_coverage_report(const struct coverage *coverage, const struct ub_ruletest_input *input,
    struct ub_test_report *report, struct ub_arena *arena);

#endif
