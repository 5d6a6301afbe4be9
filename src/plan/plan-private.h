/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_PLAN_PRIVATE_H
#define UPBEAT_PLAN_PRIVATE_H

#include "upbeat/cel.h"
#include "upbeat/plan.h"

/* ---- identity.c: what an item is called ---- */

/* The rule's group, else its name: what the identity of its items goes by. */
struct ub_text ub_plan_family(const struct ub_rule *rule);

struct ub_item_key {
	struct ub_text meeting_uid, owner;
	struct ub_text family; /* of the rule, or an earlier name of it */
	struct ub_text item;   /* name of the item within its rule */
};

struct ub_text ub_plan_item_mark(const struct ub_item_key *key, struct ub_arena *arena);
/* Of an addition to the meeting; key->item is its id. */
struct ub_text ub_plan_amend_mark(const struct ub_item_key *key, struct ub_arena *arena);
struct ub_text ub_plan_rule_mark(struct ub_text family, struct ub_arena *arena);
struct ub_text ub_plan_uid(const struct ub_item_key *key, unsigned generation, struct ub_arena *arena);
struct ub_text ub_plan_name(struct ub_text uid, struct ub_arena *arena);

/* ---- slots.c: where an event fits ---- */

struct ub_slot_request {
	struct ub_interval window;
	ub_instant now;
	ub_instant useful_until; /* from then on the item is of no use: the meeting begins */
	bool before;             /* there is something at useful_until that it prepares */
	int64_t duration;        /* seconds, > 0 */
	enum ub_prefer prefer;
	enum ub_late late;
	enum ub_full full;
	int32_t same_time;                     /* UB_PREFER_SAME_TIME: seconds after the owner's midnight */
	const struct ub_work_calendar *people; /* the owner first */
	size_t n_people;
	struct ub_intervals busy;
};

/* One try of the search: where, from which end, and who must be at work. */
struct ub_slot_try {
	struct ub_interval window; /* may be too short for anything */
	enum ub_prefer prefer;     /* UB_PREFER_SAME_TIME: then and at no other time of a day */
	size_t n_people;           /* of the request's, from the first on */
	bool ignore_busy;
	ub_instant start; /* what it found; UB_INSTANT_NONE: nothing */
};
enum { UB_SLOT_TRIES_MAX = 10 }; /* by everybody's hours and by the owner's: in time, else, and late */

struct ub_slot {
	bool found, late;
	ub_instant start;
	const char *remark; /* what people should know of the place, or why there is none; NULL: nothing */
	/* As they were made: all failed but the last one, and that one too where nothing was found or it
	 * comes right before the meeting. */
	struct ub_slot_try tries[UB_SLOT_TRIES_MAX];
	size_t n_tries;
};

struct ub_slot ub_plan_find_slot(const struct ub_slot_request *request, struct ub_arena *arena);
/* What is left of the window: where its first try looks. */
struct ub_interval ub_plan_left_of_window(const struct ub_slot_request *request);
/* request->same_time of that day of the owner's. */
ub_instant ub_plan_same_time(const struct ub_slot_request *request, ub_day day);
/* The first moment from `from` on at which somebody works, on a full step; `from` itself where there is none
 * within UB_PLAN_SEARCH. */
ub_instant ub_plan_working_moment(
    const struct ub_work_calendar *calendar, ub_instant from, struct ub_arena *arena);

/* ---- the making of one plan ---- */

/* Words of a rule item, as they hold for this meeting. */
struct ub_wishes {
	int prefer, late, full, free; /* enum ub_prefer, ... */
};

/* One item of a rule on its way into the plan. */
struct ub_draft {
	const struct ub_rule *rule;
	const struct ub_rule_item *source;
	enum ub_draft_state {
		UB_DRAFT_NEW,
		UB_DRAFT_BEING_MADE,
		UB_DRAFT_MADE,
		UB_DRAFT_DROPPED,  /* it is not to be */
		UB_DRAFT_UNDECIDED /* cannot tell */
	} state;
	struct ub_wishes wishes;
	struct ub_item item;
	const struct ub_existing *existing; /* NULL: it was never made, or not kept in mind */
	/* What other rules and its own sections add, contribute.c. */
	struct ub_bodies sections;
	UB_VEC(const struct ub_cel_program *) invites; /* lists of people */
	int64_t longer;                                /* seconds */
	unsigned undecided; /* enum ub_property: cannot be told, so what stands of it stays */
};

/* The items of one rule, which may be placed relative to each other. */
struct ub_drafts {
	struct ub_draft *items;
	size_t n;
};

struct ub_making {
	const struct ub_plan_input *input;
	struct ub_arena *arena;
	struct ub_cel_activation *activation;
	struct ub_plan *plan;
	const struct ub_person *owner;
	const struct ub_org_person *owner_settings;
	struct ub_work_calendar calendar; /* the owner's */
	UB_VEC(struct ub_text) left;      /* marks of items that could not be decided: what stands stays */
};

/* note.c */
void ub_plan_note(struct ub_making *making, enum ub_note_kind kind, struct ub_text item, const char *format,
    ...) UB_FORMAT(4, 5);
/* Notes why the draft becomes no item; false, for the caller to return. */
bool ub_plan_drop(struct ub_making *making, struct ub_draft *draft, enum ub_note_kind kind,
    const char *format, ...) UB_FORMAT(4, 5);
/* The case that holds. UB_NO: none does; UB_CANNOT_TELL: the draft has been dropped. */
enum ub_verdict ub_plan_case(struct ub_making *making, struct ub_draft *draft, struct ub_cases cases,
    const char *field, const struct ub_case **chosen);

/* existing.c: what was made before of this rule item, also under earlier names of the rule; or NULL. */
const struct ub_existing *ub_plan_existing(
    const struct ub_making *making, const struct ub_rule *rule, const struct ub_rule_item *source);
/* It stands, and its time is not to be touched: it is over, or the user has moved it to where it is of use.
 * `useful_until`: when it has to be over. */
bool ub_plan_is_pinned(
    const struct ub_making *making, const struct ub_existing *existing, ub_instant useful_until);
/* What of an item that stands may be written. */
unsigned ub_plan_may_write(struct ub_making *making, const struct ub_draft *draft);
/* Steps that take away what stands and is wanted no more. */
void ub_plan_remove_rest(struct ub_making *making);

/* draft.c: makes draft->item, adds it to the plan and sets the state; items that it is placed by come first.
 */
void ub_plan_draft(struct ub_making *making, struct ub_drafts *drafts, struct ub_draft *draft);

/* place.c: sets start and end, or due, and late. False: dropped. */
bool ub_plan_place(struct ub_making *making, struct ub_drafts *drafts, struct ub_draft *draft);

/* search-trace.c */

/* Somebody whom a time has to suit. */
struct ub_seeker {
	struct ub_text name;
	struct ub_work_calendar calendar;
	struct ub_intervals busy; /* as far as it counts */
};

/* What the search that led to `slot` passed over. The owner is the first seeker; together they have the
 * request's people and, but for what else is made of the meeting, its busy times. */
struct ub_considered ub_plan_tell_search(const struct ub_slot_request *request, const struct ub_slot *slot,
    const struct ub_seeker *seekers, size_t n_seekers, struct ub_arena *arena);
/* The same into draft->item.considered, where that was asked for. */
void ub_plan_consider(struct ub_making *making, struct ub_draft *draft, const struct ub_slot_request *request,
    const struct ub_slot *slot);

/* people.c: the attendees a program names, ours only, without the owner. False: dropped. */
bool ub_plan_people(struct ub_making *making, struct ub_draft *draft, const struct ub_cel_program *program);
/* Whether `free` means this person, too. */
bool ub_plan_counts_as_busy(
    const struct ub_making *making, const struct ub_draft *draft, struct ub_text address);

/* contribute.c: sets what the draft gets besides. */
void ub_plan_contributions(struct ub_making *making, struct ub_draft *draft);

/* additions.c: what the rule adds to the meeting itself. */
void ub_plan_amend(struct ub_making *making, const struct ub_rule *rule);

/* text.c: lines end in LF alone; what reads like a delimiter (a guest may have written it) is quoted. */
struct ub_text ub_plan_tidy(struct ub_text text, struct ub_arena *arena);

/* text.c: title, agenda, mail, why, description. False: dropped. */
bool ub_plan_texts(struct ub_making *making, struct ub_draft *draft);

#endif
