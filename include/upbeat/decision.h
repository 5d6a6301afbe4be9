/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_DECISION_H
#define UPBEAT_DECISION_H

/*
 * decision: the one path from a calendar object's text to a plan, for the daemon and for `explain`, `test`
 * and `plan`; and the plan in words.
 */

#include <jansson.h>

#include "upbeat/configuration.h"
#include "upbeat/freebusy.h"
#include "upbeat/ical.h"
#include "upbeat/plan.h"

struct ub_accounts;
struct ub_store;
struct ub_store_meeting;
struct ub_watched;

/* One of ours who comes to a meeting by a copy of his own. */
struct ub_joined {
	struct ub_text address;
	/* He comes to what does not repeat; and to a series of which nobody can tell the instances. */
	bool comes;
	UB_VEC(ub_instant) instances; /* of a series: to which instances he comes (ub_event.instance) */
};

struct ub_decide_input {
	const struct ub_snapshot *snapshot;
	struct ub_text text; /* the calendar object (RFC 5545) */
	/* address of the calendar's owner; empty: ub_facts_default_owner() */
	struct ub_text owner;
	struct ub_text calendar; /* the collection's display name; may be empty */
	const struct ub_existing *existing;
	size_t n_existing;
	struct ub_texts former_uids; /* as in struct ub_plan_input */
	bool gone;                   /* the meeting does not stand any more: `text` is as it was last seen */
	ub_instant now;              /* seconds since 1970 */
	int64_t brought_forward;     /* as in struct ub_plan_input */
	/* Instead of what the snapshot's directory says of the customer: */
	/* accounts to find the guests' account in; NULL: the directory's */
	struct ub_accounts *accounts;
	const struct ub_account *account; /* the customer's account; NULL: the one that is found */
	const struct ub_team *team;       /* that it is about, without customers; NULL: none */
	/* the other meetings with that account; NULL: nobody knows */
	const struct ub_account_history *history;
	const struct ub_busy *busy;
	size_t n_busy;
	struct ub_texts left; /* addresses of guests who do not come, whatever the text says */
	/* Who comes, though the text, or what it says of an instance, may not name him. */
	UB_VEC(struct ub_joined) joined;
	UB_VEC(struct ub_double) doubles; /* as in struct ub_plan_input */
	struct ub_form form;              /* as in struct ub_plan_input */
	bool titles_ask_again;            /* as in struct ub_plan_input */
	bool explain;                     /* as in struct ub_plan_input */
	/* Of a series: only the instance on the day of this instant, in the owner's zone. 0: the next ones.
	 */
	ub_instant only_instance;
	/* The thread that decides: how long it reads the text is watched. NULL: it is not. */
	struct ub_watched *watched;
};

/* A period of a rule for accounts. */
struct ub_decided_period {
	struct ub_interval time;
	enum {
		UB_PERIOD_PLANNED,   /* it has its item */
		UB_PERIOD_SATISFIED, /* a meeting with the account takes the item's place */
		UB_PERIOD_EMPTY,     /* no item can be had: the plan's notes say why */
		UB_PERIOD_LATER,     /* its items are over, or made when it is one of the next periods */
		UB_PERIOD_UNDECIDED, /* nobody can tell */
	} state;
	struct ub_interval met; /* the meeting, of a satisfied one */
};

/* How often a rule for accounts or teams plans for one of them. */
struct ub_rhythm {
	struct ub_every every;  /* in force */
	struct ub_every former; /* in force before; n = 0: not known */
	ub_instant since;       /* when it took the place of the former one */
	struct ub_text wording; /* a digest of the conditions and rhythms of the rule's family */
};

/* What an object tells that cannot be read. */
struct ub_unread {
	struct ub_text uid;   /* empty: not known */
	struct ub_text title; /* empty: not known, or not public */
	/* UB_INSTANT_NONE: not known. A time in a zone that nobody knows is taken for one of ours. */
	ub_instant start, end;
};

struct ub_decision {
	const char *refused;          /* why the text cannot be read, a code of the reader; NULL: it can */
	struct ub_text refused_text;  /* the same in words */
	struct ub_unread unread;      /* of what is refused */
	const struct ub_event *event; /* NULL: refused */
	/* NULL: refused, or the object has no start or is no event. Of a series: those of the next instance.
	 */
	const struct ub_facts *facts;
	const struct ub_plan *plan; /* never NULL; its not_eligible says why nothing is planned */
	struct ub_turns turns;      /* of a series: the instances that items may be made for */
	/* Of a series: its next instances that are not called off: those within UB_SERIES_HORIZON,
	 * UB_SERIES_TAKEN at most, and the first one after them. */
	UB_VEC(const struct ub_facts *) ahead;
	/* Of a rule for accounts: */
	UB_VEC(struct ub_decided_period) periods; /* those that were looked at */
	/* Whether there is a rhythm. UB_CANNOT_TELL: the one in force goes on, and what is planned stays. */
	enum ub_verdict recurs;
	struct ub_rhythm rhythm; /* UB_YES: how often, to be known to the next decision */
	struct ub_every waiting; /* the rhythm that the rule asks for but that has to wait; n = 0: none has */
	ub_instant waits_until;
	ub_instant look_again; /* of a series: when its next instance is due; UB_INSTANT_NONE: no need */
};

/* Decides. Pure, but for the files of time zones, which are read when they are first needed. Texts of
 * *decision are in `arena`, or in what `input` points to. */
void ub_decide(const struct ub_decide_input *input, struct ub_decision *decision, struct ub_arena *arena);

/* ---- rules for accounts and teams ----
 *
 * A rhythm that the rule asks for is taken at once, but for one: a return to the former one, if that is the
 * slower one, waits for org->rhythm_hold_days from the day on which the present one began. So an account that
 * is well and ill by turns keeps the quicker rhythm. It is planned anew twice in that time at most: when it
 * is well for long enough, and when it is ill the next time, as whoever is ill does not wait. A third rhythm
 * is no return, and neither is what an administrator has written: another wording of the rule holds at once.
 */

/* A meeting with the account that the store knows, held or to come. */
struct ub_met {
	ub_instant start, end;
	struct ub_text text;         /* the calendar object; empty: not known */
	struct ub_text guests, ours; /* who comes, as in struct ub_store_meeting */
};

struct ub_cadence_input {
	const struct ub_snapshot *snapshot;
	const struct ub_account *account; /* NULL: it is about a team */
	const struct ub_team *team;       /* NULL: it is about an account */
	/* of snapshot->rules->account_rules, or .team_rules; NULL: there is none any more */
	const struct ub_rule *rule;
	struct ub_text uid;   /* of the series; empty: ub_cadence_uid() */
	struct ub_text owner; /* address of who has the items */
	const struct ub_existing *existing;
	size_t n_existing;
	const struct ub_met *met;
	size_t n_met;
	const struct ub_busy *busy;
	size_t n_busy;
	/* when the owner's events of rules for accounts begin that are not in `existing` */
	const ub_instant *reviews;
	size_t n_reviews;
	const struct ub_rhythm *rhythm; /* as the last decision left it; NULL: not known */
	ub_instant now;
	/* the account or team is gone or somebody else's, or the rule is no more: what is ahead goes */
	bool gone;
	struct ub_form form;        /* as in struct ub_plan_input */
	bool titles_ask_again;      /* as in struct ub_plan_input */
	bool explain;               /* as in struct ub_plan_input */
	struct ub_watched *watched; /* as in struct ub_decide_input */
};

/* With which the UIDs of these series begin. */
#define UB_CADENCE_PREFIX "cadence/"
/* The UID of the virtual series of a rule's periods for an account, by its id, or for a team, by its name. It
 * stands on no server. */
struct ub_text ub_cadence_uid(const struct ub_rule *rule, struct ub_text id, struct ub_arena *arena);
/* The UIDs that the series had under earlier names (`was`) of the rules of this rule's family. `rule` may be
 * NULL: there are none. */
struct ub_texts ub_cadence_former_uids(
    const struct ub_ruleset *rules, const struct ub_rule *rule, struct ub_text id, struct ub_arena *arena);
/* Whether `uid` is the UID of the rule's series, or one that it had. */
bool ub_cadence_makes(const struct ub_ruleset *rules, const struct ub_rule *rule, struct ub_text id,
    struct ub_text uid, struct ub_arena *arena);
/* The first rule that makes what has the UID, or has made it under an earlier name. NULL: none does. */
const struct ub_rule *ub_cadence_maker(
    const struct ub_ruleset *rules, struct ub_text uid, struct ub_arena *arena);
/* Whether the UID has the form of those. Anybody may write one into an invitation. */
bool ub_cadence_is_uid(struct ub_text uid);
/* The id of the account, or the name of the team, that such a UID is made for. Empty: the UID is none. */
struct ub_text ub_cadence_id(struct ub_text uid);
/* Whether decisions are asked for by this rule: its family makes items, and no rule before it is of that
 * family. */
bool ub_cadence_leads(const struct ub_ruleset *rules, const struct ub_rule *rule);
/* The rules for accounts, or for teams, of the same family, those that add to its items, and nothing else;
 * NULL has no family. With the UID, the owner and decision->turns they give the names of the items, by
 * ub_plan_names(). */
const struct ub_ruleset *ub_cadence_rules(
    const struct ub_ruleset *rules, const struct ub_rule *rule, struct ub_arena *arena);
/*
 * Decides what a rule for accounts makes of an account, or a rule for teams of a team. A cadence is a virtual
 * series: decision->event is the series, and each period is an instance, which begins and ends with the
 * period. decision->facts are those of the next period with an item, decision->turns the periods that items
 * may be made for, decision->look_again the time at which time alone may change the plan. Pure, as
 * ub_decide() is. Rules of one group give one decision, by whichever of them it is asked for.
 */
void ub_decide_cadence(
    const struct ub_cadence_input *input, struct ub_decision *decision, struct ub_arena *arena);

/* Why an internal meeting gets nothing, for people. */
#define UB_DECIDED_INTERNAL "it is an internal meeting: nobody from outside takes part"

/* A lone object (ub_ical_lone()). */
struct ub_lone {
	struct ub_text uid, title; /* title: empty if it is not public */
	bool meets;                /* it is an event with a time of day */
	bool takes_time;           /* its owner is taken from start to end, and not only in the past */
	ub_instant start, end;     /* UB_INSTANT_NONE: it has none, or days */
	const struct ub_client_family *product; /* what has made it; NULL: unknown */
};

/*
 * Whether an object in the owner's calendar is a lone one, and no rule wants it: its bytes alone tell, in a
 * fraction of the time that a decision takes. What is known of other objects does not count here. The texts
 * of *lone are in `text` and in `arena`. False: it may be wanted.
 */
UB_MUST_USE bool ub_decide_lone(const struct ub_snapshot *snapshot, struct ub_text text, struct ub_text owner,
    ub_instant now, struct ub_lone *lone, struct ub_arena *arena);

struct ub_key;

/*
 * The form of items in the calendar of the key's principal: by the settings, and by the clients that the
 * store has seen him come by at the key's upstream. `now`: milliseconds since 1970. False: the store cannot
 * tell, and the form is the one of whom nothing is known.
 */
bool ub_decide_form(const struct ub_settings *settings, struct ub_store *store, const struct ub_key *key,
    int64_t now, struct ub_form *form, struct ub_arena *arena);

/* Where it is looked up when people are taken, and which other meetings there are. */
struct ub_taken {
	struct ub_store *store;
	/* For many decisions: what the store has said of each person and each account, in that arena. NULL:
	 * the store is asked each time. */
	struct ub_map *known;
	struct ub_arena *arena;
	const struct ub_busy_people *server; /* what the server has said besides; NULL: it was not asked */
};

/*
 * Sets input->doubles to what stands already beside another meeting that is this one under another UID: it
 * begins and ends at the same time, has the same people from outside, takes one of ours who comes to this
 * one, and stands with this one's owner or names him. Nobody can be at two meetings at once. Titles may
 * differ, as a system for customers has its own; but only what the same rule makes, or the same group, is
 * there twice. What was made first stays. Where the other one is a series, its instances get theirs in their
 * turn; and with the same title, what they do not get this one does not get either. What is shown as free is
 * not found. False: the store cannot tell, and ub_store_problem() says why.
 */
UB_MUST_USE bool ub_decide_doubles(const struct ub_taken *taken, const struct ub_decision *decision,
    struct ub_decide_input *input, struct ub_arena *arena);
/* A name for each time at which the decision plans something for guests, with these guests: doubles have the
 * same names, in the same order. They are in the arena. */
struct ub_texts ub_decide_occasions(
    const struct ub_decision *decision, const struct ub_org *org, struct ub_arena *arena);

/*
 * Decides once more about what was decided without the store, now with what it knows and with what the server
 * has said: the account's other meetings, doubles, who comes, and when people are taken. `input`: that of
 * *decision, with the items that were found. False: the store cannot tell, and ub_store_problem() says why.
 */
UB_MUST_USE bool ub_decide_as_known(const struct ub_taken *taken, struct ub_decide_input *input,
    struct ub_decision *decision, struct ub_arena *arena);

/*
 * Sets input->busy to the times at which the people whom the decision concerns are taken, as the store knows
 * and the server has said: our people of the meeting, the calendar's owner, and everybody on the plan's
 * items. The meeting itself and its items do not count. Only what lies within UB_PLAN_BUSY_REACH of the
 * meeting and is not over is looked at. False: the store cannot tell, and ub_store_problem() says why.
 */
UB_MUST_USE bool ub_decide_busy(const struct ub_taken *taken, const struct ub_decision *decision,
    struct ub_decide_input *input, struct ub_arena *arena);

/* Whose busy times the plan's items went by, in lower case and each once, and between which times. */
struct ub_sought {
	struct ub_texts people;
	struct ub_interval range;
};
struct ub_sought ub_decide_sought(const struct ub_plan *plan, struct ub_arena *arena);

/* Sets input->rhythm to what the store knows of it. False: the store cannot tell, and ub_store_problem() says
 * why. */
UB_MUST_USE bool ub_cadence_recall(
    struct ub_store *store, struct ub_cadence_input *input, struct ub_arena *arena);
/* Decides about an account with what the store knows: sets what *input says of meetings, of the rhythm, of
 * when people are taken, and of the owner's other events of rules for accounts, in the calendar whose path is
 * `collection`; empty: in all. False: the store cannot tell, and ub_store_problem() says why; *decision is
 * then of no use. */
UB_MUST_USE bool ub_decide_cadence_as_known(const struct ub_taken *taken, struct ub_text collection,
    struct ub_cadence_input *input, struct ub_decision *decision, struct ub_arena *arena);

/*
 * The account with which the meeting counts as one. That is a meeting with customers of one account, not
 * private, to which somebody of ours comes, which is or was eligible, and to which some rule applies while
 * nothing is known of other meetings; so that it does not depend on them whether a meeting counts. Empty: it
 * counts with none. `decision` is one without input->history.
 */
struct ub_text ub_decide_account(
    const struct ub_snapshot *snapshot, const struct ub_decision *decision, struct ub_arena *arena);
/*
 * Sets input->history to what the store knows of the other meetings with the account of the decision's
 * facts, or to NULL if no rule reads it. A meeting is held when it is over, and to come until then. The
 * meeting itself counts among those to come, at its present time. False: the store cannot tell, and
 * ub_store_problem() says why.
 */
UB_MUST_USE bool ub_decide_history(const struct ub_taken *taken, const struct ub_decision *decision,
    struct ub_decide_input *input, struct ub_arena *arena);

/* ---- owners of accounts ---- */

struct ub_store_owner;
struct ub_store_owners;

/* Who of these has the address, and with it the reviews of its accounts: the first one who was heard of
 * within UB_CLAIM_MS, or else the first one. `now`: milliseconds since 1970. NULL: nobody has it. */
const struct ub_store_owner *ub_owners_holder(
    const struct ub_store_owners *owners, struct ub_text address, int64_t now);

/* What keeps accounts from being planned, or has them planned in another calendar than meant. */
struct ub_owner_finding {
	enum {
		UB_OWNER_UNSEEN,  /* nobody with the owner's address has been seen */
		UB_OWNER_MISSING, /* accounts have no owner */
		UB_OWNER_SHARED,  /* two users have the address */
	} kind;
	struct ub_text owner; /* address; empty: none */
	size_t accounts;      /* how many it is about; UB_OWNER_SHARED: not counted */
	struct ub_text text;  /* a line: what, where, and the remedy */
};

struct ub_owner_findings {
	struct ub_owner_finding *items;
	size_t n, cap;
};

/* Looks at the owners of all accounts, and at the users who were seen at the upstream. `now`: milliseconds
 * since 1970. Texts are in the arena. False: the store cannot tell, and ub_store_problem() says why. */
UB_MUST_USE bool ub_owners_look(const struct ub_snapshot *snapshot, struct ub_store *store,
    struct ub_text upstream, int64_t now, struct ub_owner_findings *findings, struct ub_arena *arena);

/*
 * Sets input->left to those who have had the meeting's items, but for the calendar's owner, and have deleted
 * or declined their copies of the meeting; and input->joined to those of ours whom this copy does not name,
 * or not for all instances of a series, and who are invited by their own. False: the store cannot tell, and
 * ub_store_problem() says why.
 */
UB_MUST_USE bool ub_decide_left(const struct ub_taken *taken, const struct ub_decision *decision,
    struct ub_decide_input *input, struct ub_arena *arena);

/* ---- before an item is sent ---- */

/*
 * Who is not one of ours and would be invited to an item by sending this text; `before`: the item as it
 * stands, so that whom its user has invited is nobody new; NULL: there is none yet. Empty: nobody.
 */
struct ub_text ub_decide_outsider(
    struct ub_text text, const struct ub_ical *before, const struct ub_org *org, struct ub_arena *arena);

/* ---- what is remembered of a decision: store.h ---- */

struct ub_store_outcome;
struct ub_store_period;
struct ub_store_rhythm;

/*
 * The meetings with an account that the decision is about, for ub_store_put_meetings(): the one meeting, or
 * the next instances of a series. `account`: as ub_decide_account() gives it. Returns how many; they are in
 * the arena.
 */
size_t ub_remember_meetings(const struct ub_decision *decision, struct ub_text account,
    struct ub_text calendar_owner, struct ub_store_meeting **meetings, struct ub_arena *arena);
/* What is known of an item of a plan, as if it stood so. `day`: its to-do stands as an all-day event. */
struct ub_store_outcome ub_remember_item(const struct ub_item *item, bool day, struct ub_arena *arena);
/* What an item that was read says of itself, put into *outcome; `now` in seconds is when it was read. */
void ub_remember_standing(const struct ub_existing *existing, ub_instant now,
    struct ub_store_outcome *outcome, struct ub_arena *arena);
/* Who has declined an item, as struct ub_store_outcome has it. `written`: the item is, without them. */
struct ub_text ub_remember_declines(const struct ub_declines *declines, bool written, struct ub_arena *arena);

/* What is to be told the store of an account's or a team's open period, or of its rhythm. */
enum ub_remember {
	UB_REMEMBER_LEAVE, /* nothing: nobody can tell, or somebody else tells */
	UB_REMEMBER_NONE,  /* there is none */
	UB_REMEMBER_THIS   /* this one; its texts are in the arena */
};
/* Of periods only those of rules that count as a review are remembered. */
enum ub_remember ub_remember_period(const struct ub_cadence_input *input, const struct ub_decision *decision,
    struct ub_store_period *period, struct ub_arena *arena);
enum ub_remember ub_remember_rhythm(const struct ub_cadence_input *input, const struct ub_decision *decision,
    struct ub_store_rhythm *rhythm, struct ub_arena *arena);
/* The rhythm that was remembered so. False: it was not written by this version, and is not known. */
bool ub_recall_rhythm(
    const struct ub_store_rhythm *remembered, struct ub_rhythm *rhythm, struct ub_arena *arena);

/* Writes the decision in words, for people, and as one JSON object: upbeat(1), "JSON". Both end their last
 * line. */
void ub_decision_print(const struct ub_decision *decision, struct ub_buf *out, bool colour);
void ub_decision_json(const struct ub_decision *decision, struct ub_buf *out);

/* The same of a decision about an account, by a rule, and of the account itself. `owner`: of the calendar;
 * may be empty. The caller owns the objects. */
void ub_cadence_print(
    const struct ub_rule *rule, const struct ub_decision *decision, struct ub_buf *out, bool colour);
void ub_cadence_print_account(
    const struct ub_account *account, struct ub_text owner, struct ub_buf *out, bool colour);
json_t *ub_cadence_object(
    const struct ub_rule *rule, const struct ub_decision *decision, struct ub_arena *arena);
json_t *ub_cadence_account(const struct ub_account *account, struct ub_text owner);

/* What stands once a plan was carried out: *n existing items in `arena`, for another decision without a
 * server. */
struct ub_existing *ub_existing_after(const struct ub_snapshot *snapshot, const struct ub_plan *plan,
    ub_instant now, size_t *n, struct ub_arena *arena);

/* A decision as a JSON object, and what is added to a meeting itself as a list. The caller owns both. */
json_t *ub_decision_object(const struct ub_decision *decision, struct ub_arena *arena);
json_t *ub_decision_amendments(const struct ub_amendments *amendments);

/* Who has declined an item, by what is remembered of that, and by the item itself, if it was read. `owner`:
 * of the item, who is not among the others. `now` in seconds is when it was read. */
struct ub_declines ub_existing_declines(const struct ub_existing *existing, struct ub_text remembered,
    struct ub_text owner, ub_instant now, struct ub_arena *arena);

/* Fills in *existing what the text of an item says. Times without a zone are in `floating`. NULL: the text
 * cannot be read, and *existing is as it was. */
const struct ub_ical *ub_existing_read(struct ub_text text, const struct ub_zones *zones,
    const struct ub_zone *floating, struct ub_existing *existing, struct ub_arena *arena);

#endif
