/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_PASS_H
#define UPBEAT_PASS_H

/*
 * pass: look at a calendar object and at what stands beside it, decide, act. It looks at the present
 * state only, so that a lost or doubled wake-up costs one more pass and a second pass writes nothing.
 */

#include "upbeat/configuration.h"
#include "upbeat/identity.h"
#include "upbeat/store.h"
#include "upbeat/wire.h"

struct ub_pass {
	struct ub_snapshot *snapshot;
	struct ub_store *store;   /* items and meetings */
	struct ub_store *queue;   /* that gave the job */
	const struct ub_job *job; /* its key is an object's */
	const struct ub_caller *caller;
	struct ub_log *log;
	struct ub_log_pace *store_pace; /* of what the store refuses */
	ub_instant now;
	int64_t monotonic;      /* milliseconds */
	int64_t (*clock)(void); /* milliseconds since 1970, as they go by: for the lease */
	struct ub_arena *arena;
	/* made by the pass */
	struct ub_identity identity;
	struct ub_text collection;  /* href, with its slash */
	int64_t again;              /* with UB_PASS_AGAIN: when, in milliseconds since 1970; 0: in a moment */
	struct ub_text owner_login; /* with UB_PASS_NOT_OWNER: the owner's principal; empty: not known */
	int64_t held;               /* when the lease was last taken or extended */
};

enum ub_pass_end {
	UB_PASS_SETTLED,   /* nothing is left to do */
	UB_PASS_AGAIN,     /* not now: in a moment, by itself */
	UB_PASS_CONFLICT,  /* the server did not take it as things stand: in a moment, but not for ever */
	UB_PASS_DENIED,    /* these credentials are not good (any more): the principal's next request */
	UB_PASS_NOT_OWNER, /* the calendar's owner has to come by, or a service account */
};

/* *why: one line for the log and for `status`; no secret and no contents. */
enum ub_pass_end ub_pass_run(struct ub_pass *pass, struct ub_text *why);

/* ---- what rules add to meetings ---- */

/*
 * What was made of writes that the server has not answered yet: what was added to them, and what their client
 * has taken away. Anybody may send a write; only what the server carries out counts. What was added in the
 * last ones is kept, as a client may store the meeting again before anybody has looked at it. Any thread.
 */

struct ub_open_additions;

struct ub_open_additions *ub_open_additions_new(void);
void ub_open_additions_free(struct ub_open_additions **open_additions);

/* What was made of one write. */
struct ub_additions {
	UB_VEC(uint64_t) additions;  /* a digest of each line that was added */
	struct ub_store_items taken; /* what its client has taken away, to be stored */
};

/* Remembers a copy; one with the same id is forgotten, and so is the oldest of more than UB_AMENDED_OPEN. */
void ub_open_additions_note(
    struct ub_open_additions *open_additions, struct ub_wire_id id, const struct ub_additions *write);

/* The server has answered. Only what it says that it carried out (2xx) counts. False: the store does not take
 * what was taken away. */
UB_MUST_USE bool ub_open_additions_answered(struct ub_open_additions *open_additions, struct ub_wire_id write,
    const struct ub_wire_answered *answered, struct ub_store *store);

/* Whether that was added in one of the last UB_AMENDED_LATELY additions. */
UB_MUST_USE bool ub_open_additions_lately(struct ub_open_additions *open_additions, uint64_t addition);

/*
 * What the rules add to a meeting while its client stores it: the one thing that is done to an object of the
 * user's own, and it is done once. What the user takes away stays away.
 */

struct ub_meeting_put {
	const struct ub_snapshot *snapshot;
	struct ub_store *store;
	struct ub_log *log;
	struct ub_log_pace *pace; /* of what the store does not take */
	ub_instant now;
	int64_t
	    until; /* on the monotonic clock, in milliseconds: later than that, the relay is kept waiting */
	struct ub_text href; /* canonical */
	struct ub_text body; /* as the client sent it */
	/* Of If-Match (RFC 9110 13.1.1); empty: none. If-Schedule-Tag-Match does not count: whoever sends it
	 * has not seen the body that stands (RFC 6638 3.2.10). */
	struct ub_text if_match;
	struct ub_text principal, user, host; /* who stores it, as in struct ub_caller */
	struct ub_open_additions *earlier;    /* of earlier writes */
};

/*
 * The body with what the rules add; empty: it is to go as it came. So it is when time is up, and where it is
 * not known whose calendar it goes to. An addition that is not in the body counts as taken away by the user
 * when the meeting had it when last seen, or has just got it, and If-Match names a version: a server carries
 * out the write only if it is the one that stands, so that he knew it. *write: for ub_open_additions_note(),
 * in the arena. Looks at the store, asks no server.
 */
UB_MUST_USE struct ub_text ub_pass_add_to_meeting(
    const struct ub_meeting_put *put, struct ub_additions *write, struct ub_arena *arena);

#endif
