/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_PLAN_H
#define UPBEAT_PLAN_H

/*
 * plan: the decision as a value. One pure function turns rules, facts, busy times, what exists and the time
 * into a plan. `serve` applies the plan, `explain` prints it, tests compare it; there is no second path. The
 * same input gives the same plan. After a plan was applied, the next one is empty.
 */

#include "upbeat/base.h"
#include "upbeat/cal.h"
#include "upbeat/clients.h"
#include "upbeat/facts.h"
#include "upbeat/rules.h"

enum ub_item_kind { UB_ITEM_EVENT, UB_ITEM_TASK };

/*
 * The line down to which the description of an item is Upbeat's; below it the description is the user's. The
 * line stands at the end because calendars show the beginning of a description. A line of a template that
 * reads like this one, or like the next ones, is indented, so that each occurs once.
 */
#define UB_PLAN_TEXT_END "--- Kept up to date by Upbeat down to here; write your own notes below ---"
/* The lines around the text that is meant for the customer, above that line. */
#define UB_PLAN_MAIL_BEGIN "--- Mail to the customer ---"
#define UB_PLAN_MAIL_END   "--- End of mail ---"
/* The lines around the text that a rule adds to the description of the meeting itself. Everybody who is
 * invited reads that text. */
#define UB_PLAN_SHARED_BEGIN "--- Agenda ---"
#define UB_PLAN_SHARED_END   "--- End of the agenda ---"

/* Times at which something could not begin, all for one reason. */
struct ub_passed_over {
	ub_instant from, to; /* the first and the last time; UB_INSTANT_NONE: further ones, left untold */
	bool whole_day;      /* the reason holds for the whole day */
	struct ub_text why;  /* the reason, in words without a full stop */
};

/* The search for a time, step by step; UB_PLAN_CONSIDERED_MAX steps at most, and one that
 * tells of the rest. */
struct ub_considered {
	const struct ub_zone *zone; /* the owner's zone, whose clock tells the times */
	struct ub_passed_over *items;
	size_t n, cap;
};

/* Somebody who has declined an item: he is left off when it is next written, and not invited again. */
struct ub_decline {
	struct ub_text address; /* lower case */
	ub_instant at;          /* when that was first seen */
	bool left_off;          /* he is not among the attendees any more */
};

/* The decline of the item's own owner: the item is given another time once. */
struct ub_own_decline {
	ub_instant at;           /* when it was first seen; 0: he has not declined the item */
	struct ub_interval time; /* the item's, then: it counts as taken */
	bool answered;           /* the item has been given another time since */
	bool again;              /* he has declined that time, too, which is as if he had deleted the item */
};

struct ub_declines {
	struct ub_decline *items; /* of others */
	size_t n, cap;
	struct ub_own_decline own;
};

/* Whether one of the others has declined. Case does not count. */
bool ub_plan_has_declined(const struct ub_declines *declines, struct ub_text address);

/* An item that the rules want to exist beside a meeting. */
struct ub_item {
	enum ub_item_kind kind;
	struct ub_form form; /* in which it is written, if it does not stand yet or its kind is settled */
	/* "rule/item", as shown to people. Identity goes by the group instead of the rule. */
	struct ub_text id;
	struct ub_text instance; /* of a series, by its name; empty: no series */
	const struct ub_rule *rule;
	const struct ub_rule_item *source;

	/* Identity: UID and name derive from meeting UID, rule or group, item, owner and generation. An
	 * existing item keeps its own, which may have been made under an earlier name of the rule. */
	struct ub_text uid;  /* a UUID (RFC 9562 5.8), without anything of the meeting in it */
	struct ub_text name; /* of the resource in its collection: UID and ".ics" */
	unsigned generation;
	struct ub_marks marks; /* digests of item and rule, and generation; who writes the text sets base */

	struct ub_text title;
	struct ub_text description; /* plain text: agenda, mail and why between their lines */
	struct ub_text agenda;      /* the agenda of the description alone; empty: none */
	struct ub_text mail;        /* text meant for the customer, also in description; empty: none */
	int64_t start, end;         /* event */
	bool all_day;               /* event: start and end are midnights of `zone` */
	int64_t due;                /* task */
	const struct ub_zone *zone; /* the zone that start, end and due are written in */
	/* Event whose time is searched for: whose busy times count, and where the search may go. */
	struct ub_people free;
	struct ub_interval search;
	const struct ub_person *organizer; /* the owner; NULL for an item without attendees */
	struct ub_people attendees;        /* ours only, without the organizer; empty: the owner's alone */
	struct ub_declines declines;       /* who is not among them for that reason, and the owner's */
	bool busy;                         /* false: TRANSP:TRANSPARENT */
	enum ub_class class;               /* the meeting's */
	bool late;                         /* placed after its window had passed */
	/* Its user had moved it, and it is moved along with the meeting. Its time is still the user's. */
	bool along;
	/* Its owner has declined its time, and it is given another one, whatever he has made of it. */
	bool anew;
	struct ub_interval occasion; /* the meeting's, its instance's, or the period's */
	struct ub_text account;      /* id of the account; empty: none is known */
	const char *counts_as;       /* for reports: "prep"; "": as nothing */
	/* Seconds before start (events) or due (tasks); negative: after it. */
	int64_t *reminders;
	size_t n_reminders;
	/* In words why each reminder comes when it does ("8 minutes before end"), where that is no plain
	 * length of time before the item; as many as n_reminders, or none. */
	struct ub_texts reminder_words;
	struct ub_texts categories;
	bool unrelated; /* what it is made for stands on no server: a period of a rule for accounts */
	struct ub_text parent_uid;       /* RELATED-TO;RELTYPE=PARENT: the meeting */
	struct ub_considered considered; /* the search for its time, if asked for */
	struct ub_text why; /* one plain line for people: which rule, and that a late item is late */
};

/* The properties that are compared and written one by one, each as a bit: the user's hand wins
 * property by property. */
enum ub_property {
	UB_PROPERTY_TITLE = 1 << 0,
	UB_PROPERTY_TIME = 1 << 1, /* start, end or due as instants, and any recurrence */
	UB_PROPERTY_PLACE = 1 << 2,
	UB_PROPERTY_PEOPLE = 1 << 3, /* addresses of attendees without the organizer */
	UB_PROPERTY_AGENDA = 1 << 4, /* between the delimiter lines of the description */
	UB_PROPERTY_REMINDERS = 1 << 5,
	UB_PROPERTY_CATEGORIES = 1 << 6,
	UB_PROPERTY_STATE = 1 << 7, /* STATUS:CANCELLED, TRANSP, CLASS */
	UB_PROPERTY_ALL = (1 << 8) - 1
};

/* An item that was made before. Its name or its marks were found, or the store knows of it. */
struct ub_existing {
	struct ub_text uid, name;
	unsigned generation;
	/* struct ub_marks.item. Empty, or the UID: the UID alone tells which item it is. */
	struct ub_text item_mark;
	enum ub_existing_state {
		UB_EXISTING_STANDS,
		UB_EXISTING_DELETED, /* by the user: it is never made again for this meeting */
		UB_EXISTING_REMOVED, /* by Upbeat: if wanted again, one of the next generation is made */
	} state;
	struct ub_declines declines;
	/* Of an item that stands: */
	const struct ub_event *event; /* NULL: the object cannot be read, and is left alone */
	ub_instant start, end;        /* of the event */
	ub_instant due;               /* of the task, also where it had to be written as an all-day event */
	unsigned user_changed;        /* enum ub_property */
	bool has_notes; /* the user has written something above the text, or below the closing line */
	/* What is remembered of it; 0: nothing. When it began or was due, and when what it is made for began,
	 * as they were last seen together. */
	ub_instant last_time, last_occasion;
	bool moved_along; /* as struct ub_item.along says, when it was last written */
};

enum ub_action {
	UB_ACTION_CREATE,
	UB_ACTION_KEEP,   /* the item stands, and is brought up to date where it differs */
	UB_ACTION_REMOVE, /* the item stands, and is not wanted any more */
	/* The item stands and is left as it is, but hides less than the meeting: its CLASS alone is raised.
	 */
	UB_ACTION_HIDE,
};

/* What to do about one item. */
struct ub_step {
	enum ub_action action;
	const struct ub_item *item;         /* NULL for remove and hide */
	const struct ub_existing *existing; /* NULL for create */
	unsigned may_write;                 /* enum ub_property that is not the user's; keep only */
	enum ub_class class;                /* the meeting's */
	bool by_owner;                      /* remove: he has declined it for good, as if he had deleted it */
	struct ub_text why;
};

/* What a rule adds to the user's own meeting. Everybody who is invited sees it. */
struct ub_amendment {
	enum ub_amend_kind kind;
	struct ub_text id;        /* "rule/id", for people */
	struct ub_text mark;      /* opaque: says which addition to which meeting this is */
	struct ub_text rule_mark; /* as struct ub_marks.rule: undoing goes by this mark */
	struct ub_text text;      /* attendee: the address, lower case; category; agenda: plain text */
	int64_t seconds;          /* reminder: before the start */
	const struct ub_rule_amend *source;
	struct ub_texts was; /* the marks that the amendment had under earlier names of its rule */
};

struct ub_amendments {
	struct ub_amendment *items;
	size_t n, cap;
};

enum ub_note_kind {
	UB_NOTE_REMARK,    /* the item is planned, and people should know something about it */
	UB_NOTE_SKIPPED,   /* the item is not to be, and that is decided */
	UB_NOTE_UNDECIDED, /* the rules cannot tell: nothing is created, and nothing that exists is touched */
	UB_NOTE_REFUSED,   /* what the rule asks for must not be: somebody outside would see it */
};

/* Something that people should know of an item, or, with an empty `item`, of the whole plan. */
struct ub_note {
	enum ub_note_kind kind;
	struct ub_text item;     /* id */
	struct ub_text instance; /* as in struct ub_item */
	struct ub_text text;     /* one plain sentence, no full stop */
	/* As in struct ub_item, of an item for which no time was found. */
	struct ub_considered considered;
};

struct ub_plan {
	/* the word of ub_facts_not_eligible(): only steps and notes are there then */
	const char *not_eligible;
	struct ub_match *matches; /* one for each rule, in rule order: verdict and reason (rules.h) */
	size_t n_matches;
	/* For each rule: something of its family is there, or was deleted by hand. NULL: of no rule. */
	bool *gets;
	UB_VEC(struct ub_item) items; /* by time */
	UB_VEC(struct ub_step) steps; /* as they are to be done: items that others are placed by come first */
	struct ub_amendments amendments; /* what the meeting itself gets, in rule order */
	UB_VEC(struct ub_note) notes;
};

/* When somebody is busy, as far as that is known. */
struct ub_busy {
	struct ub_text address;
	struct ub_intervals times;
	/* Why not all of the times are known, in words without a full stop; empty: they are, or nobody has
	 * asked. */
	struct ub_text unknown;
};

/*
 * What a rule makes stands beside another meeting already, which is this one under another UID: a client has
 * given a new one to an invitation, a system for customers has written a copy of its own, or the user has
 * copied the event.
 */
struct ub_double {
	struct ub_text rule_mark;    /* struct ub_marks.rule of what stands there */
	struct ub_interval occasion; /* of this meeting, or of its instance */
	struct ub_text which;        /* the other meeting, in words */
};

struct ub_plan_input {
	const struct ub_ruleset *rules;
	const struct ub_facts *facts;
	const struct ub_existing *existing;
	size_t n_existing;
	struct ub_texts former_uids; /* that the meeting had when some of these were made */
	/* Of a series: the instance that each existing item serves, by any number; only those of `instance`
	 * count. NULL: all count. */
	const size_t *serves;
	size_t instance;
	/* Of a series: for each rule, by its index, how many earlier instances have got something of its
	 * family. An item is made for so many as its rule says. NULL: for any. */
	const size_t *before;
	bool tell_turns;           /* what is not made yet for this instance is planned, and told to be so */
	struct ub_intervals taken; /* of a series: when everybody is taken by its other instances */
	bool gone; /* the meeting does not stand any more; the facts are those last seen of it */
	/* Why nothing is wanted for this, though all rules may match: what users have not changed goes. NULL:
	 * the rules decide. */
	const char *unwanted;
	/* By how many seconds the meeting's end was brought forward since the meeting was last seen. */
	int64_t brought_forward;
	const struct ub_busy *busy; /* for `free: attendees|owner`; whoever is not listed counts as free */
	size_t n_busy;
	/* Of a rule for accounts: when the other events of such rules begin that the owner has. */
	const ub_instant *reviews;
	size_t n_reviews;
	const struct ub_double *doubles;
	size_t n_doubles;
	struct ub_form form;   /* by the settings and the owner's clients, for what the rules leave open */
	bool titles_ask_again; /* at another title the server asks those anew who have answered */
	bool explain;          /* the plan tells the search for each item's time */
};

/* Makes the plan, in `arena`. The input must outlive the arena. The time is facts->now. Items of a rule in
 * audit mode are in `items`, but have no step. */
struct ub_plan *ub_plan_make(const struct ub_plan_input *input, struct ub_arena *arena);

/* Adds what `more` plans to `plan`, whose rules and verdicts stay. */
void ub_plan_join(struct ub_plan *plan, const struct ub_plan *more, struct ub_arena *arena);

/* ---- two plans compared ---- */

enum ub_change_kind {
	UB_CHANGE_CREATED,
	UB_CHANGE_MOVED, /* another time, and maybe more */
	UB_CHANGE_CHANGED,
	UB_CHANGE_REMOVED,
	/* The item was kept up to date, and will be no more: its rule is gone or cannot tell. */
	UB_CHANGE_LEFT,
};

struct ub_change {
	enum ub_change_kind kind;
	const struct ub_item *before, *after; /* NULL: the item is not there */
	unsigned differ;                      /* enum ub_property, where both items are there */
};

struct ub_changes {
	struct ub_change *items;
	size_t n, cap;
};

/* What the plan `after` does otherwise than the plan `before`. Both were made of the same `existing` items.
 * Their steps are compared, so that what is only watched does not count. */
struct ub_changes ub_plan_compare(const struct ub_plan *before, const struct ub_plan *after,
    const struct ub_existing *existing, size_t n_existing, struct ub_arena *arena);
/* Prints the change as some lines of a diff. */
void ub_plan_print_change(const struct ub_change *change, struct ub_buf *out, bool colour);
/* Prints what would be added to the meeting itself, in the same way. */
void ub_plan_print_addition(const struct ub_amendment *amendment, struct ub_buf *out, bool colour);

/* The rule's group, else the rule's name: the first part of the identity of the rule's items. */
struct ub_text ub_plan_family(const struct ub_rule *rule);
/* The mark (struct ub_marks.rule) of a family. */
struct ub_text ub_plan_rule_mark(struct ub_text family, struct ub_arena *arena);
/* The marks that items of a rule or group bear. If the rule is known, the marks of its
 * earlier names are among them. */
struct ub_texts ub_plan_marks_of(const struct ub_ruleset *rules, struct ub_text name, struct ub_arena *arena);

/* An instance of a series, by its name, and for each rule how many earlier instances have got something. */
struct ub_turn {
	struct ub_text instance;
	const size_t *before;
};

struct ub_turns {
	struct ub_turn *items;
	size_t n, cap;
};

/* Whether some item may be made for an instance so far ahead. */
bool ub_plan_is_a_turn(const struct ub_ruleset *rules, const size_t *before);

/* The names under which the items of a meeting may stand, for looking before deciding. Each is the name that
 * a rule's item has in its first generation for this meeting and owner, whether the item is wanted now or
 * not; of a series, for each of the instances whose turn it is. Names by earlier names of a rule (`was`) are
 * among them. */
struct ub_texts ub_plan_names(const struct ub_ruleset *rules, struct ub_text meeting_uid,
    struct ub_text owner, struct ub_turns turns, struct ub_arena *arena);
/* The name of an instance in marks, UIDs and names: its RECURRENCE-ID as a time of UTC. Empty: the event is
 * no instance of a series. */
struct ub_text ub_plan_instance_name(const struct ub_event *event, struct ub_arena *arena);
/* Whether both marks are of the same item of the same meeting, for whatever instances. */
bool ub_plan_same_item(struct ub_text mark, struct ub_text other);
/*
 * The marks of the n existing items without what they say of instances, each as it would be now: under the
 * present names of the rules, and without the UIDs that the meeting had before. Two items are the same for
 * different instances if these marks are the same.
 */
struct ub_text *ub_plan_present_marks(const struct ub_ruleset *rules, struct ub_text meeting_uid,
    struct ub_texts former_uids, struct ub_text owner, const struct ub_existing *existing, size_t n,
    struct ub_arena *arena);
/* The instance for which the item with this mark was made. Empty: for no series. */
struct ub_text ub_plan_mark_instance(struct ub_text mark);
/* The same as an instant. False: for no series. */
bool ub_plan_mark_instant(struct ub_text mark, ub_instant *at);

/* Prints the plan in words, for people: the facts (NULL: there are none to tell of), each rule with its
 * verdict and why, each item as it would look in a calendar, and the notes. */
void ub_plan_print(const struct ub_plan *plan, const struct ub_facts *facts, struct ub_buf *out, bool colour);

#endif
