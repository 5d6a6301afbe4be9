/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CALENDAR_H
#define CALENDAR_H

/* A user's calendar with one object in it, and the items that the rules make beside it. */

#include "upbeat/decision.h"

extern struct ub_arena *arena;

/* In a folder of their own, with the rules that put_rules() wrote there. */
void calendar_set_up(void);
void calendar_tear_down(void);

/* Writes the file of rules, of which each text is one. */
void put_rules(const char *const *rules, size_t n);

/* A rule for customer meetings with one event an hour before; `more` are further keys of the event. */
#define RULE(name, more)                                                                                     \
	"  - name: " name "\n    for: meeting\n    when: meeting.customer\n"                                 \
	"    create:\n      - event: it\n        title: " name "\n        at: 1 hour before start\n"         \
	"        duration: 15m\n" more

/* Some time in October 2026; the series of the tests begin on 12 November. */
#define NOW INT64_C(1793000000)

struct calendar {
	struct ub_snapshot *snapshot;
	struct ub_existing *existing;
	size_t n_existing;
	ub_instant only_instance;
};

/* A calendar with these rules, or with the usual one. */
struct calendar calendar_open(void);
struct calendar calendar_with(const char *const *rules, size_t n);
/* The same for rules that may have a mistake. False: they have one. */
bool calendar_loads(struct calendar *calendar, const char *const *rules, size_t n);
void calendar_close(struct calendar *calendar);

/* Decides about an object of one VEVENT with these lines, and with more components. */
struct ub_decision decide_next(
    const struct calendar *calendar, const char *lines, const char *more, int64_t now);
/* The same about a whole object. */
struct ub_decision decide_object(const struct calendar *calendar, struct ub_text object, int64_t now);
/* What the plan does, and when its items are: "create 12T13 create 19T13". */
const char *steps(const struct ub_decision *decision);
/* Decides, and lets the plan be carried out. */
const char *store_series(struct calendar *calendar, const char *lines, const char *more, int64_t now);
const char *store_object(struct calendar *calendar, struct ub_text object, int64_t now);

#define WEEKLY(start) "DTSTART:" start "\nDURATION:PT1H\nRRULE:FREQ=WEEKLY\n"
/* The override of one instance; `people` stand in place of anna's invitation of the customer. */
#define INSTANCE_OF(id, start, people)                                                                       \
	"BEGIN:VEVENT\nUID:u\nDTSTAMP:20260101T000000Z\nRECURRENCE-ID" id "\nDTSTART" start                  \
	"\nDURATION:PT1H\n" people "END:VEVENT\n"
#define INVITED                   "ORGANIZER:mailto:anna@ours.example\nATTENDEE:mailto:cto@acme.example\n"
#define INSTANCE(id, start, more) INSTANCE_OF(":" id, ":" start, INVITED more)

#endif
