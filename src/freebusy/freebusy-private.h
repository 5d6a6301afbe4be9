/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_FREEBUSY_PRIVATE_H
#define UPBEAT_FREEBUSY_PRIVATE_H

/*
 * What the files of freebusy share, from the lowest one up.
 */

#include "upbeat/dav.h"
#include "upbeat/freebusy.h"

/* A way to learn something. It is shut for UB_FREEBUSY_SHUT_MS after a refusal, and when the server has not
 * answered for UB_FREEBUSY_WAIT_MS. Times are on the monotonic clock, in milliseconds. */
struct way {
	int64_t failing_since; /* the first of the failures in a row; 0: it did not fail */
	int64_t shut_since;    /* 0: it is open */
	struct ub_text why;    /* why it was shut, for people */
};

/* What was found out for one caller and one owner. */
struct ways {
	/* The owner's calendars that take up his time: hrefs with their slashes. None: nobody has looked. */
	struct ub_texts calendars;
	int64_t calendars_since; /* when they were looked for */
	struct way own, outbox;
};

/* One look at the server. */
struct look {
	const struct ub_freebusy_question *question;
	struct ub_interval range; /* whole weeks */
	int64_t begun, until;     /* on the monotonic clock, in milliseconds */
	struct ub_arena *arena;
	struct ways ways;
	bool knows_invites;      /* somebody has found that out */
	enum ub_invites invites; /* what this look found out */
};

/* ---- look.c: how the server is asked ---- */

/* Whether the look may go on. */
bool look_has_time(const struct look *look);
/* Sends a request as the caller. UB_OUTCOME_AGAIN without sending: the look has taken all of its time. */
UB_MUST_USE enum ub_outcome look_send(
    struct look *look, const struct ub_request *request, struct ub_response *response);
/* What an outcome means: "the server does not say (403)". */
struct ub_text look_why(struct look *look, enum ub_outcome outcome, const struct ub_response *response);
/* Whether the outcome may soon be another. */
bool look_may_pass(enum ub_outcome outcome);
/* Whether the way is shut. */
bool look_is_shut(const struct look *look, const struct way *way);
/* Notes that the way was good. */
void look_went(struct way *way);
/* Notes why it was not. `passing`: that may pass soon. */
void look_failed(const struct look *look, struct way *way, bool passing, struct ub_text why);
/* What a server has written, as it may stand in a line for people; a long text is cut. */
struct ub_text look_shown(struct look *look, struct ub_text said);
/* "20261123T000000Z" */
struct ub_text look_time(struct look *look, ub_instant instant);
/* The range as an element of a report's body. */
struct ub_text look_range_element(struct look *look);

/* ---- expand.c ---- */

/* Adds the times at which an object of his calendar takes the person of these addresses. False: nobody can
 * tell them all. */
UB_MUST_USE bool look_expand(
    struct look *look, struct ub_text data, struct ub_texts addresses, struct ub_busy_person *person);
/* Takes the times from an answer that has them alone (RFC 5545 3.6.4), and sets the state. False: it cannot
 * be used, and person->words says why. */
bool look_read_busy(struct look *look, struct ub_text data, struct ub_busy_person *person);

/* ---- calendars.c ---- */

/* Looks at the owner's own calendars. */
void look_at_own(struct look *look, struct ub_busy_person *person);
/* Looks at those of a colleague, where the server lets us. If nothing comes of it, the person is as before.
 */
void look_at_colleague(struct look *look, struct ub_busy_person *person);

/* ---- outbox.c ---- */

/* Asks about all of the people but the owner. */
void look_at_outbox(struct look *look, struct ub_busy_people *people);

#endif
