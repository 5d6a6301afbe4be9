/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_FACTS_H
#define UPBEAT_FACTS_H

/*
 * facts: what is known, as plain structs. `struct ub_event` is what a calendar object says; `struct ub_org`
 * is what the settings say of the organization; `struct ub_account` is what an account source says of a
 * customer. `struct ub_facts` is made of the three: who is ours, who is a guest, whether this is a customer
 * meeting. Rules and templates see the facts (bound to CEL), and `explain` prints them. No fact is an opinion
 * of a rule.
 *
 * Instants are seconds since 1970-01-01T00:00:00Z. All texts live in the arena that the struct was made in.
 */

#include "upbeat/base.h"
#include "upbeat/cal.h"

struct ub_cel_env;
struct ub_cel_activation;
struct ub_cel_value;

/* ---- what a calendar object resource says (RFC 5545), read by ical ---- */

enum ub_component { UB_COMPONENT_EVENT, UB_COMPONENT_TASK, UB_COMPONENT_OTHER };
enum ub_cutype {
	UB_CUTYPE_INDIVIDUAL,
	UB_CUTYPE_GROUP,
	UB_CUTYPE_RESOURCE,
	UB_CUTYPE_ROOM,
	UB_CUTYPE_UNKNOWN
};
enum ub_role { UB_ROLE_REQUIRED, UB_ROLE_CHAIR, UB_ROLE_OPTIONAL, UB_ROLE_NONE };
enum ub_partstat {
	UB_PARTSTAT_NEEDS_ACTION,
	UB_PARTSTAT_ACCEPTED,
	UB_PARTSTAT_DECLINED,
	UB_PARTSTAT_TENTATIVE,
	UB_PARTSTAT_DELEGATED
};
enum ub_status { UB_STATUS_NONE, UB_STATUS_TENTATIVE, UB_STATUS_CONFIRMED, UB_STATUS_CANCELLED };
/* In the order of how much is hidden. RFC 5545 knows no order; servers show others of a confidential event
 * that there is something, and of a private one nothing. */
enum ub_class { UB_CLASS_PUBLIC, UB_CLASS_CONFIDENTIAL, UB_CLASS_PRIVATE };
enum ub_repeats {
	UB_REPEATS_NOT,
	UB_REPEATS_DAY,
	UB_REPEATS_WEEK,
	UB_REPEATS_MONTH,
	UB_REPEATS_YEAR,
	UB_REPEATS_OTHER /* RDATE, or a rule finer than a day */
};

/* ORGANIZER or ATTENDEE. */
struct ub_party {
	/* Lower case, without mailto:, and what else clients write around it. Empty: none. */
	struct ub_text address;
	struct ub_text unread; /* the value, where no address can be read from the line */
	size_t line;           /* the line's number in the object, from 1 */
	struct ub_text name;   /* CN */
	enum ub_cutype cutype;
	enum ub_role role;
	enum ub_partstat partstat;
	struct ub_texts delegates; /* addresses of DELEGATED-TO */
};

/* DTSTART, DTEND, DUE: what a wall clock shows, and the clock's zone. */
struct ub_when {
	bool given;
	bool date;                  /* VALUE=DATE */
	struct ub_civil civil;      /* as written; in UTC when zone is UTC */
	const struct ub_zone *zone; /* NULL: floating; a date is floating too */
};

/* The X-UPBEAT properties, which make an object one of Upbeat's items. */
struct ub_marks {
	struct ub_text item; /* opaque identity; empty: not marked */
	struct ub_text rule; /* digest of the rule's or group's name */
	unsigned generation; /* how often the item was made anew under a new UID; the first is 1 */
	struct ub_text base; /* one digest per property, as last written */
	/* When a task is due that is written as an all-day event; 0: not said. */
	int64_t due;
};

/* The master component of an object, or the object's first component if there is no master. */
struct ub_event {
	enum ub_component component;
	struct ub_text uid, method, prodid;
	struct ub_text summary, description, location, url;
	struct ub_text conference; /* CONFERENCE, else a vendor's property; not guessed from text */
	/* The end is DTEND, DTSTART + DURATION, or what RFC 5545 3.6.1 says without either; of a task DUE. */
	struct ub_when start, end;
	enum ub_status status;
	enum ub_class class;
	bool transparent;
	bool completed;       /* a task's STATUS or PERCENT-COMPLETE */
	int64_t completed_at; /* the time of COMPLETED, if it is one of UTC; 0: not said */
	int64_t sequence;
	enum ub_repeats repeats;
	bool override_only;  /* nothing but RECURRENCE-ID components: an invitation to single instances */
	size_t overrides;    /* components with RECURRENCE-ID */
	bool is_instance;    /* one instance of a series, as ub_ical_instances() gives it */
	int64_t instance;    /* when the series has this instance, moved or not (RECURRENCE-ID) */
	bool first_instance; /* the first one that takes place */
	int64_t previous;    /* start of the one before that takes place; INT64_MIN: none */
	struct ub_texts categories;
	const struct ub_party *organizer; /* NULL: none */
	struct ub_party *attendees;
	size_t n_attendees;
	struct ub_text related_to; /* the parent's UID */
	struct ub_texts faults;    /* sentences: which properties cannot be read as they should */
	struct ub_marks marks;
};

/* ---- the organization, from the settings ---- */

struct ub_org_person {
	struct ub_text match; /* an address, or a pattern with `*`; lower case */
	const struct ub_zone *zone;
	const struct ub_working_hours *hours;
	const struct ub_holidays *holidays;
	struct ub_text language;
};

struct ub_team {
	struct ub_text name;
	struct ub_texts members; /* addresses */
};

/* Who counts as a customer. The shipped rules ask this. */
enum ub_customers { UB_CUSTOMERS_ANYBODY, UB_CUSTOMERS_KNOWN_ACCOUNTS };
/* How much the shipped rules do for a meeting. */
enum ub_profile { UB_PROFILE_STANDARD, UB_PROFILE_LIGHT, UB_PROFILE_FULL };

struct ub_org {
	struct ub_texts domains; /* ours: an address in or below one of them is internal */
	/* People and machines that are neither inside nor outside. Domains are those of contractors, who are
	 * people. Address patterns are those of machines that take notes or record; a person whose address
	 * matches is of kind "bot". These texts go before `domains`. */
	struct ub_texts not_customers;
	struct ub_text users;    /* "{user}@ours.example"; empty: not given */
	struct ub_text language; /* default "en" */
	/* The language of texts for customers whose account names none. Empty: by the country of their
	 * domain, else `language`. */
	struct ub_text customer_language;
	enum ub_customers customers;
	enum ub_profile profile;
	const struct ub_zones *zones;
	struct ub_org_person standard; /* what holds for everybody; its match is "*" */
	struct ub_org_person *people;  /* the first match wins; each is completed from `standard` */
	size_t n_people;
	struct ub_team *teams;
	size_t n_teams;
	/* events of rules for accounts that somebody may have in a day; 0: any number */
	int64_t reviews_a_day;
	/* days for which a rhythm of such a rule is kept before it returns to the slower one that was before
	 */
	int64_t rhythm_hold_days;
	/* seconds between an event of ours and whatever else its people have, if there is room */
	int64_t gap;
};

/* Whether a rule for accounts has to ask for this field, such as `account.tier`, before it reads it: accounts
 * may be without. Others are there, if only as an empty list, or say by their absence that nobody can tell
 * how the customer is doing. */
bool ub_facts_account_may_lack(struct ub_text path);
/* Whether the text is one local part, one @ and one domain, with nothing in it that could end or
 * split a line or a list. */
bool ub_facts_is_address(struct ub_text address);
/* `pattern` is an address in which `*` stands for anything ("*@us.ours.example"), or a domain, which stands
 * for the domains below it too. Upper and lower case are the same. */
bool ub_facts_address_matches(struct ub_text address, struct ub_text pattern);
/* Whether the domain, in lower case, is that of a provider of mailboxes for everybody. Such a domain says
 * nothing about who somebody works for. */
bool ub_facts_free_mail(struct ub_text domain);

/* The team of that name. NULL: there is none. */
const struct ub_team *ub_org_team(const struct ub_org *org, struct ub_text name);
/* Who leads the team: the first of its members who is one of ours. Empty: none is. */
struct ub_text ub_org_lead(const struct ub_org *org, const struct ub_team *team);

/* The work calendar and language of an address. Never NULL. */
const struct ub_org_person *ub_org_person(const struct ub_org *org, struct ub_text address);
/* Whether the address is in one of our domains, and not listed in not_customers. */
bool ub_org_is_ours(const struct ub_org *org, struct ub_text address);
/* The same for the last check before something goes to the address: it is one as we write them ourselves, and
 * none with a %, so that nobody has to guess what a server makes of it. */
bool ub_org_is_plainly_ours(const struct ub_org *org, struct ub_text address);
/* Whether the address is neither one of ours nor listed in not_customers. */
bool ub_org_is_guest(const struct ub_org *org, struct ub_text address);
/* The address of an authenticated user by org->users. Empty: no pattern is set. */
struct ub_text ub_org_user_address(const struct ub_org *org, struct ub_text user, struct ub_arena *arena);
/* The user whose address that is, by the same pattern. Empty: no pattern is set, or the address is not of it.
 */
struct ub_text ub_org_address_user(const struct ub_org *org, struct ub_text address);

/* ---- an account, from a source ---- */

enum ub_health { UB_HEALTH_UNKNOWN, UB_HEALTH_GREEN, UB_HEALTH_YELLOW, UB_HEALTH_RED };

struct ub_stakeholder {
	struct ub_text email, name, title, persona;
	struct ub_texts concerns;
	bool executive, champion, economic_buyer;
};

/* Tickets, feature requests, actions, risks and insights all have a title, and some have the rest. */
struct ub_account_note {
	struct ub_text id, title, severity, owner, status;
	int64_t date;    /* opened, since or due: midnight in the organization's zone; INT64_MIN: not given */
	bool shared;     /* texts for customers may tell of it */
	int64_t carried; /* of an action: how many meetings have passed it on; -1: not said */
};

struct ub_account_notes {
	struct ub_account_note *items;
	size_t n, cap;
};

enum ub_field_type { UB_FIELD_STRING, UB_FIELD_INT, UB_FIELD_DOUBLE, UB_FIELD_BOOL, UB_FIELD_DATE };

/* A field that the settings declare for a source (`fields:`). */
struct ub_account_field_decl {
	struct ub_text name;
	enum ub_field_type type;
	bool customer; /* audience: customer */
};

struct ub_account_field {
	const struct ub_account_field_decl *decl;
	bool given;
	struct ub_text string;
	int64_t integer; /* int, bool (0, 1), date as an instant */
	double number;
};

/* What calendars say of past and coming meetings with an account. */
struct ub_account_history {
	int64_t last_meeting, next_meeting; /* when they begin; INT64_MIN: none */
	int64_t meetings;                   /* held so far */
	/* Addresses of guests met; of executives among those who came within UB_HISTORY_EXECUTIVES_DAYS; and
	 * of ours who were there. */
	struct ub_texts people, executives, colleagues;
};

struct ub_account {
	struct ub_text id, name;
	struct ub_text parent; /* the id of the account that this one is part of; empty: none */
	struct ub_texts domains;
	enum ub_health health;
	int64_t health_since; /* midnight of the day since which health is what it is; INT64_MIN: not said */
	bool health_stale;    /* health and score are unknown, as what the source says is too old */
	bool has_score;
	double score;
	struct ub_text tier, stage; /* empty: absent */
	struct ub_text language;    /* of texts for the customer; empty: not said */
	/* What they are and how it came about; the product that we take the place of; who else is in talks.
	 */
	struct ub_text background, incumbent;
	struct ub_texts competitors;
	int64_t renewal;        /* INT64_MIN: absent */
	struct ub_text owner;   /* address; empty: absent */
	struct ub_texts team;   /* addresses */
	struct ub_text manager; /* address of who coaches the owner; empty: absent */
	int64_t load;           /* how many accounts the owner has; 0: nobody has counted */
	struct ub_stakeholder *stakeholders;
	size_t n_stakeholders;
	struct ub_account_notes tickets, feature_requests, insights, actions, risks;
	/* Only a rule test says it with the account; calendars are asked for it anew each time. NULL: not
	 * said. */
	const struct ub_account_history *history;
	int64_t as_of; /* midnight of the day that health and score are of, or else the rest; INT64_MIN: not
			  said */
	struct ub_account_field *fields; /* one per declared field, in the order of the declarations */
	size_t n_fields;
};

/* ---- the facts ---- */

struct ub_person {
	struct ub_text email, name, domain;
	struct ub_text position; /* a role that the display name tells, such as "CFO" */
	bool internal;           /* one of ours */
	bool outside; /* counts as a guest: a person who is neither ours nor listed in not_customers */
	enum ub_role role;
	enum ub_partstat status;
	struct ub_text kind; /* person, room, resource, group, bot */
	struct ub_texts teams;
	const struct ub_stakeholder *stakeholder; /* the account's data on this person, or NULL */
};

struct ub_people {
	const struct ub_person **items;
	size_t n, cap;
};

struct ub_meeting {
	const struct ub_event *event;
	/* The texts of the event without control characters; each is one line, but for the
	 * description, whose HTML is read. The conference is the event's, else the first link to a known
	 * video service in location or description. */
	struct ub_text title, description, location, conference, url;
	struct ub_text own_text; /* the description without what a video service wrote */
	struct ub_texts categories;
	int64_t start, end;
	const struct ub_zone *zone;        /* the event's; for a floating or all-day event the owner's */
	const struct ub_person *organizer; /* NULL: none */
	const struct ub_person *owner;     /* the calendar's owner; NULL: not known */
	struct ub_texts unread;            /* what stands on the event instead of somebody's address */
	struct ub_people attendees;        /* as listed, without those whose address reads as none */
	/* Among organizer, attendees, owner, and those to whom one of these has delegated the meeting: who
	 * comes. That is whoever has neither declined nor delegated, and is not only told of it. */
	struct ub_people internal; /* ours */
	struct ub_people external; /* persons from outside */
	bool customer; /* somebody from outside comes, and one person is ours, who may have declined */
	bool organized_by_us;
	struct ub_text calendar; /* the collection's display name, or empty */
};

struct ub_facts {
	struct ub_meeting meeting;
	/* NULL: none was found, or the guests belong to several, whose data must not be mixed up. */
	const struct ub_account *account;
	const struct ub_account_history *history; /* of `account`; NULL: not known */
	const struct ub_team *team;               /* NULL: these are no facts of a team */
	/* All accounts that guests belong to, the one of most guests first. */
	const struct ub_account **accounts;
	size_t n_accounts;
	/* Name and domains are always there: the account's, else made from the guests' domain
	 * ("acme.example" gives "Acme"). */
	struct ub_text account_name;
	struct ub_texts account_domains;
	const struct ub_org *org;
	struct ub_text customer_language; /* of texts for the customer */
	struct ub_text language; /* of dates in texts: the organization's, until a text has its own */
	/* Of times in texts: the owner's, as his calendar shows them; for customers the meeting's own. */
	const struct ub_zone *zone;
	struct ub_map *people; /* everybody on the event, and the owner, by address: struct ub_person * */
	int64_t now;
	int64_t today; /* midnight of the decision's day in the organization's zone */
};

struct ub_facts_input {
	const struct ub_event *event; /* a VEVENT with a start */
	const struct ub_org *org;
	const struct ub_account *account;       /* that of most guests, or NULL */
	const struct ub_account *const *others; /* further accounts that guests belong to */
	size_t n_others;
	const struct ub_account_history *history; /* of `account`; NULL: what the account says itself */
	const struct ub_team *team;               /* that it is about, or NULL */
	struct ub_text owner;                     /* address of the calendar's owner, or empty */
	struct ub_text calendar;
	int64_t now;
};

/* Pure. The result refers to the structs of the input. */
const struct ub_facts *ub_facts_make(const struct ub_facts_input *input, struct ub_arena *arena);

/* The addresses of the guests who come. They serve to find the account, which the facts name later. */
struct ub_texts ub_facts_guests(
    const struct ub_event *event, const struct ub_org *org, struct ub_arena *arena);

/* The addresses of everybody from outside who is on the event, each once, whatever the answer was. */
struct ub_texts ub_facts_outsiders(
    const struct ub_event *event, const struct ub_org *org, struct ub_arena *arena);

/* Whether the person comes, as far as is known: has neither declined nor delegated the meeting, and does not
 * get a copy for information alone (NON-PARTICIPANT, RFC 5545 3.2.16). */
bool ub_facts_comes(const struct ub_person *person);

/* The attendee with that address, as the event names him. NULL: it does not. */
const struct ub_party *ub_facts_attendee(const struct ub_event *event, struct ub_text address);
/* Whether the event names that address as attendee or organizer. */
bool ub_facts_names(const struct ub_event *event, struct ub_text address);

/* The owner that `explain` takes if none is given: the internal organizer, else the first internal attendee.
 * Empty: nobody is ours. */
struct ub_text ub_facts_default_owner(const struct ub_event *event, const struct ub_org *org);

/*
 * Why the rules have nothing to do with an event, as a stable word in kebab case. NULL: the event is one for
 * the rules. The words are "task", "not-an-event", "no-uid", "no-start", "cancelled", "generated" (our own
 * marks), "past", "recurring", "single-instance", "no-instance",
 * "no-such-instance", "opted-out" (category no-upbeat or noprep, #noprep in title or description).
 */
const char *ub_facts_not_eligible(const struct ub_event *event, const struct ub_org *org, int64_t now);
/* The reason as a sentence for people: "the event is cancelled". */
const char *ub_facts_not_eligible_text(const char *reason);

/* ---- facts for CEL ---- */

/* Declares in `env` the variables meeting, account, has_account, accounts, team, today and org, the types of
 * a person and of a colleague, and the functions days, businessDays, date, team and ours. A colleague is a
 * person who is ours: whoever uses a list(colleague) need not think of guests. `fields` are the declared
 * account fields. With n_fields SIZE_MAX they are not known (rules are checked without settings), and any
 * name is allowed, of type dyn. The arena must outlive the env. */
void ub_facts_declare(struct ub_cel_env *env, const struct ub_account_field_decl *fields, size_t n_fields,
    struct ub_arena *arena);
/* Binds the variables that ub_facts_declare() declared, and makes the facts the activation's context. The
 * facts must outlive the activation. */
void ub_facts_bind(struct ub_cel_activation *activation, const struct ub_facts *facts);
/* The people of a list(person) that an expression gave, each person once, in the order of the list. */
struct ub_people ub_facts_people(
    const struct ub_facts *facts, struct ub_cel_value list, struct ub_arena *arena);

/* One fact, by the name that rules know it by, for showing. */
struct ub_fact {
	const char *name; /* "meeting.title" */
	enum { UB_FACT_TEXT, UB_FACT_FLAG, UB_FACT_LIST } kind;
	struct ub_text text; /* times in the organization's zone, RFC 3339 */
	bool flag;
	struct ub_texts list; /* people by address */
};

struct ub_fact_list {
	struct ub_fact *items;
	size_t n, cap;
};

/* All facts but what an account says beyond its name and other meetings. Empty texts and lists are among
 * them, but no unknown time. */
struct ub_fact_list ub_facts_list(const struct ub_facts *facts, struct ub_arena *arena);
/* "green", "yellow", "red"; "" when unknown. */
const char *ub_facts_health_word(enum ub_health health);
/* The word of CLASS, in lower case. */
const char *ub_facts_class_word(enum ub_class class);
/* The facts as `explain` prints them, one `name: value` a line, without the empty ones. */
void ub_facts_dump(const struct ub_facts *facts, struct ub_buf *out);

#endif
