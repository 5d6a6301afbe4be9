/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_PLAN_PRIVATE_H
#define UPBEAT_PLAN_PRIVATE_H

#include "upbeat/cel.h"
#include "upbeat/plan.h"

/* ---- identity.c: what an item is called ---- */

struct ub_item_key {
	struct ub_text meeting_uid, owner;
	struct ub_text family;   /* of the rule, or an earlier name of it */
	struct ub_text item;     /* name of the item within its rule */
	struct ub_text instance; /* of a series, as ub_plan_instance_name() gives it; empty: no series */
};

/* The mark says which item of which meeting this is, and after a full stop for which instance the item was
 * made. The item of an instance keeps that when the series is moved, and may come to serve another one. */
struct ub_text plan_item_mark(const struct ub_item_key *key, struct ub_arena *arena);
/* The mark of an addition to the meeting. key->item is the addition's id. */
struct ub_text plan_amend_mark(const struct ub_item_key *key, struct ub_arena *arena);
struct ub_text plan_uid(const struct ub_item_key *key, unsigned generation, struct ub_arena *arena);
struct ub_text plan_name(struct ub_text uid, struct ub_arena *arena);
/* Makes of the item's present key the i-th one under which it may have been made, by the earlier names of its
 * rule and the UIDs that its series had then; the present one is the first. False: there are no more. */
bool plan_former_key(
    struct ub_item_key *key, const struct ub_rule *rule, struct ub_texts former_uids, size_t i);

/* ---- slots.c: where an event fits ---- */

struct ub_slot_request {
	struct ub_interval window;
	ub_instant now;
	ub_instant useful_until; /* from then on the item is of no use, as the meeting begins */
	bool before;             /* the item prepares something that begins at useful_until */
	int64_t duration;        /* seconds, > 0 */
	enum ub_prefer prefer;
	enum ub_late late;
	enum ub_full full;
	int32_t same_time; /* the meeting's time of day: seconds after the owner's midnight */
	bool all_day;      /* the meeting has no time of day */
	const struct ub_work_calendar *people; /* the owner first */
	size_t n_people;
	struct ub_intervals busy;
	int64_t gap; /* seconds to keep from busy times where there is room */
	/* Days on which the owner has as many reviews as a day may have. Nothing is put there, whatever
	 * `full` says. */
	struct ub_intervals full_days;
	/* The time that the owner has declined. Nothing is put there either. */
	struct ub_intervals declined;
};

/* One try of the search: the window, the end from which the search begins, and the people who must be at
 * work. */
struct ub_slot_try {
	struct ub_interval window; /* may be too short for any slot */
	enum ub_prefer prefer;     /* UB_PREFER_SAME_TIME: at that time of day only */
	size_t n_people;           /* the first so many of the request's people */
	bool ignore_busy;
	bool apart;       /* with the gap */
	ub_instant start; /* the slot that was found; UB_INSTANT_NONE: none */
};
enum { UB_SLOT_TRIES_MAX = 28 }; /* by everybody's hours and by the owner's: in time, else, and late */

struct ub_slot {
	bool found, late;
	ub_instant start;
	const char *remark; /* for people: what is special about the slot, or why there is none; or NULL */
	/* The tries in their order. All failed but the last one. The last one failed, too, where no slot was
	 * found, or only one right before the meeting or at the meeting's own time of day. */
	struct ub_slot_try tries[UB_SLOT_TRIES_MAX];
	size_t n_tries;
};

struct ub_slot plan_find_slot(const struct ub_slot_request *request, struct ub_arena *arena);
/* The rest of the window after `now`, in which the first try searches. */
struct ub_interval plan_left_of_window(const struct ub_slot_request *request);
/* The busy times, each with the gap before and after it. */
struct ub_intervals plan_busy_and_gap(const struct ub_slot_request *request, struct ub_arena *arena);
/* Whether somebody is busy while the item would stand there. */
bool plan_is_busy(const struct ub_slot_request *request, ub_instant start);
/* Whether the item may not stand there, as it would overlap with what it is not to overlap with. */
bool plan_collides(const struct ub_slot_request *request, ub_instant start);
/* The instant of request->same_time on that day of the owner's. */
ub_instant plan_same_time(const struct ub_slot_request *request, ub_day day);
/* The first moment from `from` on at which somebody works, on a full step. Without any within UB_PLAN_SEARCH:
 * `from` itself. */
ub_instant plan_working_moment(
    const struct ub_work_calendar *calendar, ub_instant from, struct ub_arena *arena);

/* ---- the making of one plan ---- */

/* Words of a rule item, evaluated for this meeting. */
struct ub_wishes {
	int prefer, late, full, free; /* enum ub_prefer, ... */
};

/* One item of a rule on its way into the plan. */
struct ub_draft {
	const struct ub_rule *rule;
	const struct ub_rule_item *source;
	struct ub_drafts *of_rule; /* those of the rule's items, of which this is one */
	enum ub_draft_state {
		UB_DRAFT_NEW,
		UB_DRAFT_BEING_MADE,
		UB_DRAFT_MADE,
		UB_DRAFT_DROPPED,  /* not to be made */
		UB_DRAFT_UNDECIDED /* cannot tell */
	} state;
	struct ub_wishes wishes;
	struct ub_item item;
	const struct ub_existing *existing; /* NULL: never made, or forgotten */
	bool declined_for_good;             /* by the owner, whether it stands yet or not */
	const struct ub_double *elsewhere;  /* the other meeting that has it; NULL: none */
	/* Contributions of other rules and of the item's own sections, contribute.c. */
	struct ub_bodies sections;
	UB_VEC(const struct ub_cel_program *) invites; /* lists of people */
	int64_t longer;                                /* seconds */
	unsigned undecided;            /* enum ub_property: cannot tell, so an existing item keeps them */
	struct ub_reminders reminders; /* what the rule says; the item's own are computed of it */
};

/* The items of one rule. One may be placed relative to another. */
struct ub_drafts {
	struct ub_draft *items;
	size_t n;
};

/* An activation of its own for another language or time zone, since values of definitions hold dates, too. */
struct ub_translation {
	struct ub_text language;
	const struct ub_zone *zone;
	struct ub_cel_activation *activation;
};

struct ub_making {
	const struct ub_plan_input *input;
	struct ub_arena *arena;
	struct ub_cel_activation *activation; /* dates in the organization's language and the owner's zone */
	UB_VEC(struct ub_translation) translations;
	struct ub_plan *plan;
	const struct ub_person *owner;
	const struct ub_org_person *owner_settings;
	struct ub_work_calendar calendar; /* the owner's */
	bool called_off;                  /* the meeting does not take place, or wants no items */
	struct ub_drafts *drafts; /* one for each of plan->matches; without items unless the verdict is yes */
	UB_VEC(struct ub_text) left; /* marks of undecided items: the existing ones stay */
};

/* note.c */
void plan_note(struct ub_making *making, enum ub_note_kind kind, struct ub_text item, const char *format, ...)
    UB_FORMAT(4, 5);
/* Notes why the draft becomes no item. False, so that the caller can return the result. */
bool plan_drop(struct ub_making *making, struct ub_draft *draft, enum ub_note_kind kind, const char *format,
    ...) UB_FORMAT(4, 5);
/* Finds the case that holds. UB_NO: no case does. UB_CANNOT_TELL: the draft has been dropped. */
enum ub_verdict plan_case(struct ub_making *making, struct ub_draft *draft, struct ub_cases cases,
    const char *field, const struct ub_case **chosen);

/* language.c */
/* The variant of the text in which its reader gets it: the customer's language if it is for customers, else
 * the owner's. */
const struct ub_template *plan_translated(struct ub_making *making, const struct ub_template *text);
/* The activation for rendering the text: its dates are in the text's language. */
struct ub_cel_activation *plan_activation_for(struct ub_making *making, const struct ub_template *text);

/* existing.c: the existing item of this rule item, also under earlier names of the rule; or NULL. */
const struct ub_existing *plan_existing(
    const struct ub_making *making, const struct ub_rule *rule, const struct ub_rule_item *source);
/* Whether the existing item is one of this rule item, also under earlier names of the rule. */
bool plan_belongs(const struct ub_making *making, const struct ub_existing *existing,
    const struct ub_rule *rule, const struct ub_rule_item *source);
/* Whether an existing item's time is not to be touched: the item is over, or the user has moved the item to a
 * time at which it is of use. From `useful_until` on the item is of no use. */
bool plan_is_pinned(
    const struct ub_making *making, const struct ub_existing *existing, ub_instant useful_until);
/* The properties of an existing item that may be written. */
unsigned plan_may_write(struct ub_making *making, const struct ub_draft *draft);
/* Whether it is history, which is not rewritten: over or done. An overdue task is not over. */
bool plan_is_over(const struct ub_making *making, const struct ub_existing *existing);
/* Whether an item that no rule wants any more stays all the same: it is over, or was changed by hand. */
bool plan_outlasts_rule(const struct ub_making *making, const struct ub_existing *existing);
/* Adds the steps that take away existing items that no rule wants any more. */
void plan_remove_rest(struct ub_making *making);
/* Steps for what stays, is in no step, and hides less than the meeting does. */
void plan_hide_rest(struct ub_making *making);

/* draft.c: makes draft->item, adds the item to the plan and sets the state. Items on which its time depends
 * come first. */
void plan_draft(struct ub_making *making, struct ub_draft *draft);

/* points.c */

/* The instant from which the draft's point counts. UB_NO: the point refers to an item that is not made.
 * UB_CANNOT_TELL: nobody can tell whether that item is made. */
enum ub_verdict plan_anchor(
    struct ub_making *making, const struct ub_draft *draft, const struct ub_point *point, ub_instant *anchor);
/* The instant of the point. UB_NO: as above, or there is no such time. */
enum ub_verdict plan_instant(struct ub_making *making, const struct ub_draft *draft,
    const struct ub_point *point, ub_instant *instant);
/* Drops the draft, as its point has no instant. `verdict` is the reason. False. */
bool plan_no_time(
    struct ub_making *making, struct ub_draft *draft, const struct ub_point *point, enum ub_verdict verdict);

/* occasion.c */

/* What a task prepares or follows: the meeting; of a rule for accounts its event, or else the period's end.
 */
struct ub_interval plan_occasion(const struct ub_making *making, const struct ub_draft *draft);
/* The first event that the rule has in the plan so far. NULL: none. */
const struct ub_item *plan_event_of(const struct ub_making *making, const struct ub_rule *rule);

/* due.c: sets a task's due time, and late. False: the draft has been dropped. */
bool plan_place_task(struct ub_making *making, struct ub_draft *draft);

/* form.c */

/* Sets the form of the draft's item. False: the draft has been dropped. */
bool plan_choose_form(struct ub_making *making, struct ub_draft *draft);
/* Notes which clients have decided on the form of what is planned. */
void plan_note_form(struct ub_making *making);

/* remind.c: computes when the items of a rule remind. All of them are made, or are not to be. */
void plan_remind(struct ub_making *making, struct ub_drafts *drafts);

/* search.c */

/* The work calendars of the owner and the attendees, the owner's first, each person once. */
struct ub_work_calendar *plan_calendars(
    struct ub_making *making, const struct ub_people *attendees, size_t *n);
/* Busy times: the meeting itself, the items that this plan has placed already, and the times that `free`
 * names. */
struct ub_intervals plan_busy_times(struct ub_making *making, const struct ub_draft *draft);
/* The time that the owner has declined. */
struct ub_intervals plan_declined_times(const struct ub_making *making, const struct ub_draft *draft);
/* Of an event of a rule for accounts: the days that are full by `reviews_a_day`. */
struct ub_intervals plan_full_days(const struct ub_making *making, const struct ub_draft *draft);
/* Sets whose busy times count for the event, and where the search by this request may go. Notes whose busy
 * times are not known. */
void plan_seek(struct ub_making *making, struct ub_draft *draft, const struct ub_slot_request *request);
/* Seconds after midnight. */
int32_t plan_time_of_day(const struct ub_zone *zone, ub_instant instant);
/* Sets the event's time. True, so that the caller can return the result. */
bool plan_stand(struct ub_draft *draft, ub_instant start, ub_instant end);
/* Whether everybody has time then. */
bool plan_fits(struct ub_making *making, const struct ub_slot_request *request, ub_instant start);
/* Finds a time for the event. If all days of the request are full, one in all the time `all` is taken, and if
 * these are full, too, one of the least full. False: the draft has been dropped. */
bool plan_search(struct ub_making *making, struct ub_draft *draft, const struct ub_slot_request *request,
    struct ub_interval all);

/* period.c: sets start and end of an event from the account's own day in the period on, then before that day.
 * Nobody is called to anything on the day of the decision. False: the draft has been dropped. */
bool plan_place_in_period(struct ub_making *making, struct ub_draft *draft, int64_t duration);

/* along.c */

/* Places an event that its user has moved, and that the meeting has moved away from. The request is one for
 * any time of the event: its window may be empty. False: the event is placed otherwise. */
bool plan_goes_along(struct ub_making *making, struct ub_draft *draft, const struct ub_slot_request *request);
/* The same for the due time of a task that is of use until then. */
bool plan_task_goes_along(const struct ub_making *making, struct ub_draft *draft, ub_instant useful_until);
/* Whether the item stands where it was moved along to, now or before. */
bool plan_went_along(const struct ub_draft *draft);

/* place.c: sets start and end, or due, and late. False: the draft has been dropped. */
bool plan_place(struct ub_making *making, struct ub_draft *draft);

/* search-trace.c */

/* A person whom the time has to suit. */
struct ub_seeker {
	struct ub_text name;
	struct ub_work_calendar calendar;
	struct ub_intervals busy; /* the busy times that count */
};

/* The times that the search for `slot` passed over. The owner is the first seeker. Together the seekers have
 * the request's people. Together they have the request's busy times, too, but for the times of other items of
 * the meeting. */
struct ub_considered plan_tell_search(const struct ub_slot_request *request, const struct ub_slot *slot,
    const struct ub_seeker *seekers, size_t n_seekers, struct ub_arena *arena);
/* Puts the same into draft->item.considered, if the caller of the plan has asked for that. */
void plan_consider(struct ub_making *making, struct ub_draft *draft, const struct ub_slot_request *request,
    const struct ub_slot *slot);

/* needs.c: whether all that the item needs is there. False: the draft has been dropped. */
bool plan_has_needs(struct ub_making *making, struct ub_draft *draft);

/* people.c: the attendees that the program names. Only our people count, and neither the owner nor who has
 * declined. False: the draft has been dropped. */
bool plan_people(struct ub_making *making, struct ub_draft *draft, const struct ub_cel_program *program);
/* Whether the owner has declined the item as it stands, and it has got no other time yet. */
bool plan_is_declined(const struct ub_existing *existing);
/* Whether he has done so twice, or where there is no other time: as if he had deleted the item. */
bool plan_is_declined_for_good(const struct ub_rule_item *source, const struct ub_declines *declines);
/* Notes who has declined. */
void plan_note_declines(struct ub_making *making, const struct ub_draft *draft);
/* Whether `free` means this person, too. An event that is shown as free may stand anywhere. */
bool plan_counts_as_busy(
    const struct ub_making *making, const struct ub_draft *draft, struct ub_text address);

/* contribute.c: sets the draft's contributions. */
void plan_contributions(struct ub_making *making, struct ub_draft *draft);

/* additions.c: adds the rule's additions to the meeting itself. */
void plan_amend(struct ub_making *making, const struct ub_rule *rule);

/* text.c: gives lines that end in LF alone. A line that looks like a delimiter is quoted, as a guest may have
 * written it. */
struct ub_text plan_tidy(struct ub_text text, struct ub_arena *arena);

/* text.c: title, agenda, mail, why, description. False: the draft has been dropped. */
bool plan_texts(struct ub_making *making, struct ub_draft *draft);

#endif
