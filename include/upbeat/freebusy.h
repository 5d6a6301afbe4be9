/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_FREEBUSY_H
#define UPBEAT_FREEBUSY_H

/*
 * freebusy: when people are busy, as the CalDAV server tells a caller. The owner of a calendar is looked at
 * in his own calendars (RFC 4791 7.8), whose objects are expanded here: they say what is Upbeat's own. What
 * cannot be learnt is unknown, which is not the same as free.
 */

#include "upbeat/identity.h"

struct ub_watched;

/* A time at which somebody is busy. */
struct ub_busy_time {
	ub_instant start, end;
	struct ub_text uid;    /* of the event; empty: the server has told the time alone */
	struct ub_text parent; /* the UID of the meeting whose item of Upbeat's it is; empty: it is none */
};

/* What is known of one person. */
struct ub_busy_person {
	struct ub_text address; /* lower case */
	enum {
		UB_FREEBUSY_KNOWN,
		UB_FREEBUSY_UNKNOWN, /* the server does not tell, or not all; `times` are what it told */
		UB_FREEBUSY_AGAIN,   /* the same, and the reason may pass soon */
	} state;
	UB_VEC(struct ub_busy_time) times; /* in no order */
	/* Where the times were learnt, or why they are not known: words for people, without a full stop. */
	struct ub_text words;
	struct ub_interval range; /* what was asked for; nothing is known of other times */
	ub_instant asked;         /* when */
};

struct ub_busy_people {
	struct ub_busy_person *items;
	size_t n, cap;
};

/* Answers, remembered for those who ask next; and what was found out of the server's ways. Any thread. */
struct ub_freebusy;

/* Never NULL. */
struct ub_freebusy *ub_freebusy_new(void);
/* Sets *freebusy to NULL; NULL is allowed. No other thread may use it any more. */
void ub_freebusy_free(struct ub_freebusy **freebusy);

struct ub_freebusy_question {
	const struct ub_caller *caller;     /* whose credentials are used */
	const struct ub_identity *identity; /* of the calendar whose owner wants to know */
	struct ub_text collection;          /* that calendar's href */
	const struct ub_org *org;
	struct ub_texts people;     /* addresses in lower case */
	struct ub_interval range;   /* UB_FREEBUSY_REACH of it are looked at, at most */
	int64_t since;              /* how old an answer may be: on the monotonic clock, in milliseconds */
	struct ub_watched *watched; /* the thread, whose reading of objects is watched; NULL: it is not */
};

/*
 * Asks when the people are busy. *answers has each of them once, in `arena`. One look at a time is made for a
 * caller; whoever comes meanwhile waits for it, and asks only what it did not tell. Blocks for
 * UB_FREEBUSY_LOOK_MS at most, and for as long while another look is waited for.
 */
void ub_freebusy_ask(struct ub_freebusy *freebusy, const struct ub_freebusy_question *question,
    struct ub_busy_people *answers, struct ub_arena *arena);

/*
 * Whether the server sends invitations to those who are named in an event (RFC 6638 3.2.1), as far as was
 * found out while its owners' outboxes were asked: what schedules answers there, and has inboxes, too. The
 * service account may not see them: where its own principal has calendars and lacks one of the two, nobody
 * has both. The DAV header is not believed: Cyrus sends none, and DAViCal's leaves out what it can.
 */
enum ub_invites {
	UB_INVITES_UNKNOWN, /* nobody was asked about since the snapshot was made */
	UB_INVITES_SENT,
	UB_INVITES_NONE, /* colleagues do not see what they are invited to */
};

/* *news: whether the answer is another one than at the last call; NULL is allowed, and leaves it news. */
enum ub_invites ub_freebusy_invites(struct ub_freebusy *freebusy, bool *news);

/* What was last told to the principal of that person, however long ago. False: nothing that is still
 * remembered. *answer is in `arena`. */
UB_MUST_USE bool ub_freebusy_known(struct ub_freebusy *freebusy, struct ub_text principal,
    struct ub_text address, struct ub_busy_person *answer, struct ub_arena *arena);

#endif
