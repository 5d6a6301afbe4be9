/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_DECISION_PRIVATE_H
#define UPBEAT_DECISION_PRIVATE_H

#include "upbeat/decision.h"

struct ub_store_appointments;

/* ---- comes.c ---- */

/* The event, on which those who have left have declined, and which names those who have joined. */
const struct ub_event *decision_with_who_comes(
    const struct ub_decide_input *input, const struct ub_event *event, struct ub_arena *arena);

/* ---- meeting.c ---- */

const struct ub_facts *decision_find_facts(
    const struct ub_decide_input *input, const struct ub_event *event, struct ub_arena *arena);
/* The zone of times that have none of their own. */
const struct ub_zone *decision_owner_zone(const struct ub_decide_input *input, const struct ub_event *event);
struct ub_plan_input decision_plan_input(const struct ub_decide_input *input, const struct ub_facts *facts);
/* Decides about an event that is one meeting. Sets facts, plan and what follows from them. */
void decide_meeting(const struct ub_decide_input *input, const struct ub_event *event,
    struct ub_decision *decision, struct ub_arena *arena);

/* ---- history.c ---- */

/* What the n meetings with the account come to. */
struct ub_account_history *decision_history_of(const struct ub_account *account, const struct ub_met *met,
    size_t n, ub_instant now, struct ub_arena *arena);
/* The meeting without its text. */
struct ub_met decision_met_of(const struct ub_store_meeting *meeting);

/* ---- busy.c ---- */

/* When the person is taken, as the store knows, at least within `reach`. NULL: the store cannot tell. */
const struct ub_store_appointments *decision_find_taken(
    const struct ub_taken *taken, struct ub_text address, struct ub_interval reach, struct ub_arena *arena);
/* Sets input->reviews to what the store knows of the owner's events of rules for accounts, in the calendar
 * whose path is `collection` (empty: in all), besides those in input->existing. False: the store cannot tell,
 * and ub_store_problem() says why. */
UB_MUST_USE bool decision_find_reviews(const struct ub_taken *taken, struct ub_text collection,
    struct ub_cadence_input *input, struct ub_arena *arena);

/* ---- existing.c ---- */

/* `floating`: the zone of times without one. UB_INSTANT_NONE: no time is given. */
ub_instant decision_instant_in(const struct ub_when *when, const struct ub_zone *floating);

/* ---- met.c ---- */

/* A meeting with an account that takes place: one that stands alone, or an instance of a series. */
struct meeting_met {
	ub_instant start, end;
	const struct ub_met *met;
	const struct ub_event *instance; /* NULL: it stands alone, or its series cannot be expanded */
};

struct meetings_met {
	struct meeting_met *items;
	size_t n, cap;
};

/* Of series the instances within UB_CADENCE_REACH. `floating`: the zone of times without one. */
struct meetings_met decision_list_met(
    const struct ub_cadence_input *input, const struct ub_zone *floating, struct ub_arena *arena);
/* Whether the condition holds of the meeting. Without a condition each meeting with the account counts. */
enum ub_verdict decision_ask_of_met(const struct ub_decide_input *asked, const struct ub_conditions *parts,
    const struct meeting_met *met, struct ub_arena *arena);
/* What the meetings come to, for `account.last_meeting` and the like. */
const struct ub_account_history *decision_history_of_met(const struct ub_account *account,
    const struct meetings_met *meetings, ub_instant now, struct ub_arena *arena);

/* ---- serving.c ---- */

/* What an existing item serves, besides the number of an instance. */
#define SERVES_NOTHING SIZE_MAX       /* the series has no instance for it any more */
#define SERVES_PAST    (SIZE_MAX - 1) /* an instance that is over: it stays as it is */

struct series {
	const struct ub_decide_input *input;
	const struct ub_ruleset *rules;
	struct ub_decision *decision;
	struct ub_plan *plan;
	bool planned; /* there is something in the plan */
	bool any;     /* an instance was found that is asked for */
	struct ub_instances instances;
	const struct ub_zone *floating;
	const struct ub_facts **facts; /* of each instance, where they have been asked for */
	size_t *serves;                /* of each existing item */
	const struct ub_text *marks;   /* of each existing item, as ub_plan_present_marks() */
	/* Of each rule, how many instances have got something so far. NULL: that does not count. */
	size_t *before;
	UB_VEC(struct ub_busy) busy; /* the input's, with instances to which the owner does not come */
	UB_VEC(ub_instant) reviews;  /* as in struct ub_plan_input */
	struct ub_arena *arena;
};

/* What series->marks are, for the series' UID. */
const struct ub_text *series_present_marks(const struct series *series, struct ub_text uid);
ub_instant series_start(const struct series *series, size_t i);
ub_instant series_end(const struct series *series, size_t i);
/* Whether the instance is not over. */
bool series_is_ahead(const struct series *series, size_t i);
/* Sets series->serves. */
void series_assign(struct series *series);
bool series_has_items(const struct series *series, size_t instance);

/* ---- series.c ---- */

/* Whether the event is a series, or there are items of the time when it was one. */
bool decision_is_series(const struct ub_decide_input *input, const struct ub_event *event);
const struct ub_facts *series_facts(struct series *series, size_t i);
/* What is planned for an instance, or with SERVES_NOTHING for what has none. `unwanted`: as in struct
 * ub_plan_input. */
struct ub_plan *series_plan(
    struct series *series, const struct ub_facts *facts, size_t instance, const char *unwanted);
void series_join(struct series *series, const struct ub_plan *plan);
/* Decides about the instances of decision->event. */
void decide_series(const struct ub_decide_input *input, const struct ub_ical *ical,
    struct ub_decision *decision, struct ub_arena *arena);

/* ---- periods.c ---- */

struct cadence {
	const struct ub_cadence_input *input;
	struct ub_decide_input asked; /* the same, as it is asked of a meeting */
	struct ub_decision *decision;
	struct series series;
	const struct ub_zone *zone;        /* the owner's */
	const struct ub_rule *rule;        /* the one of its group that applies */
	struct ub_every every;             /* in force */
	struct ub_decided_period *periods; /* one for each instance */
	size_t open;                       /* periods that have an item so far */
	struct meetings_met met;
	struct ub_arena *arena;
};

/* Whether what begins then is planned for now. */
bool cadence_is_near(const struct cadence *cadence, ub_instant start);
bool decision_makes_events(const struct ub_ruleset *rules);
/* The end of an event, or the due time of a task. */
ub_instant existing_own_time(const struct ub_existing *existing);
/* Sets series.serves. A period whose item its user has moved away becomes empty. */
void cadence_assign_periods(struct cadence *cadence);

/* ---- rhythm.c ---- */

/* Whether the rules are of one family. */
bool decision_is_akin(const struct ub_rule *rule, const struct ub_rule *other);
/* Takes the rhythm that the rule asks for, or has it wait. Sets what the decision says of it. */
void cadence_take_rhythm(struct cadence *cadence, struct ub_every wanted);

#endif
