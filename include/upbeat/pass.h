/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_PASS_H
#define UPBEAT_PASS_H

/*
 * pass: looks at a calendar object and at the items beside it, decides, and acts. A pass goes by the present
 * state only. So a lost or doubled wake-up costs one more pass, and a second pass writes nothing.
 */

#include <pthread.h>

#include "upbeat/configuration.h"
#include "upbeat/copies.h"
#include "upbeat/identity.h"
#include "upbeat/mails.h"
#include "upbeat/store.h"
#include "upbeat/wire.h"

/* Versions of objects that passes have looked at lately: what a client has changed through Upbeat need not be
 * looked at once more when the server tells of it. Any thread. */
struct ub_looks;

/* Never NULL. */
struct ub_looks *ub_looks_new(void);
/* Sets *looks to NULL. No other thread may use it any more. */
void ub_looks_free(struct ub_looks **looks);
/* The object was looked at in this version; empty: nobody knows which it is. That is forgotten when the store
 * loses what it was told. */
void ub_looks_note(
    struct ub_looks *looks, const struct ub_store *store, struct ub_text href, struct ub_text etag);

/* A meeting that was looked at and gets nothing, and that the store does not remember. */
struct ub_passed_meeting {
	struct ub_text uid; /* empty: not known, as the object cannot be read */
	struct ub_text owner, href;
	struct ub_text title;  /* empty: it has none, or is not public */
	ub_instant start, end; /* UB_INSTANT_NONE: not known */
	struct ub_text why;    /* one sentence, no full stop */
};

/* One pass over one key. What the members point to must outlive the pass. */
struct ub_pass {
	struct ub_snapshot *snapshot;
	struct ub_store *store; /* where items and meetings are remembered */
	struct ub_store *queue; /* the store that gave the job: its lease is there */
	/* in memory: meetings that get items while the store cannot keep them; NULL: nobody remembers them */
	struct ub_store *shelter;
	/* the key is an object's, an account's, of changes in a calendar, or of a copy */
	const struct ub_job *job;
	struct ub_looks *looks; /* NULL: nobody remembers */
	const struct ub_caller *caller;
	struct ub_log *log;
	pthread_mutex_t *times;         /* held while the times of items are chosen; all passes share it */
	struct ub_log_pace *store_pace; /* the pace at which the store's problems are logged */
	ub_instant now;                 /* the beginning of the pass, in seconds since 1970 */
	int64_t monotonic;              /* the same in milliseconds on the monotonic clock */
	/* milliseconds since 1970 at the moment of the call: for the lease */
	int64_t (*clock)(void);
	/* The thread of the pass: how long it reads an object is watched. NULL: it is not. */
	struct ub_watched *watched;
	struct ub_arena *arena;
	/* Set by the pass; texts are in `arena`: */
	struct ub_identity identity;
	struct ub_text collection; /* the href of the collection, with its slash */
	struct ub_text account;    /* the id of the meeting's account; empty: it has none */
	/* The meeting, if it gets nothing and the store remembers nothing of it. */
	const struct ub_passed_meeting *passed;
	/* The copies that colleagues have of the meeting's items, once they were asked for. */
	struct ub_store_copies copies;
	bool knows_copies;
	/* The mails to colleagues on the meeting's items, likewise. */
	struct ub_store_mails mails;
	bool knows_mails;
	/* What the store was told of the meeting, and what it had lost before. NULL: nothing yet. */
	const struct ub_store_seen *remembered;
	uint64_t losses;
	bool unkept;    /* the store has not taken it */
	bool kept;      /* what is remembered of the meeting was kept before its first item was written */
	bool forbidden; /* the server has refused the service account something */
	bool unsaid;    /* the server does not say to the user whose calendar it is, nor whether it is one */
	bool moved;     /* the event takes people at another time than when it was last seen */
	/* When an item's new agenda is due, in milliseconds since 1970; 0: none waits. */
	int64_t look_again;
	/* With UB_PASS_AGAIN: when to try again, in milliseconds since 1970; 0: in a moment. */
	int64_t again;
	/* With UB_PASS_NOT_OWNER: the principal that the owner logs in as; empty: not known. */
	struct ub_text owner_login;
	/* when the lease was last taken or extended, in milliseconds since 1970 */
	int64_t held;
};

enum ub_pass_end {
	UB_PASS_SETTLED, /* nothing is left to do */
	/* the server cannot be reached or is busy, or somebody else works on the meeting: in a moment */
	UB_PASS_AGAIN,
	/* the server does not take it as things stand: in a moment, but not for ever */
	UB_PASS_CONFLICT,
	/* these credentials are not good (any more): at the principal's next request */
	UB_PASS_DENIED,
	/* the calendar is not the caller's: its owner has to come by, or a service account */
	UB_PASS_NOT_OWNER,
	/* the service account may not, or finds nobody: at the principal's next request */
	UB_PASS_FORBIDDEN,
	/* engines have died of the object as it is: when it is another one */
	UB_PASS_FATAL,
};

/* Runs a pass; asks the server and the store, and blocks meanwhile. *why says in `arena` what the pass came
 * to: one line for the log and for `status`, without secrets and contents. */
enum ub_pass_end ub_pass_run(struct ub_pass *pass, struct ub_text *why);

/* The same as ub_pass_run() for a key UB_KEY_ACCOUNT: what rules for accounts ask for stands in the calendar
 * of the account's owner. The key of all accounts puts the key of each one that the principal owns, or has
 * items of. On nobody's behalf, it puts such a key for each owner, lead, and who has been one, by the
 * address. */
enum ub_pass_end ub_pass_account(struct ub_pass *pass, struct ub_text *why);

/* The same for a key UB_KEY_SYNC: asks the server what has changed in the calendar since that was last asked,
 * and puts the keys of objects that Upbeat has not looked at as they are now. */
enum ub_pass_end ub_pass_sync(struct ub_pass *pass, struct ub_text *why);

/* The same for a key UB_KEY_COPY: takes the colleague's answer over into the item, and brings his copy into
 * step with it. Only the service account sees both. */
enum ub_pass_end ub_pass_copy(struct ub_pass *pass, struct ub_text *why);

/* ---- whom the service account acts for ---- */

struct ub_behalf {
	const struct ub_snapshot *snapshot;
	struct ub_store *store;
	const struct ub_key *key; /* it belongs to no object */
	int64_t monotonic;        /* as in struct ub_pass */
};

/*
 * Sets caller->behalf, where the caller is the service account, to the principal of whom the key is on
 * behalf: as it was when he was last there, or else by a search. Asks the server, and blocks meanwhile.
 * SETTLED and nobody to act for: nothing is left to do, as he has keys under his own name; but a key on
 * nobody's behalf needs none. *why is in `arena`.
 */
UB_MUST_USE enum ub_pass_end ub_pass_find_behalf(
    const struct ub_behalf *search, struct ub_caller *caller, struct ub_text *why, struct ub_arena *arena);

/* ---- what rules add to meetings ---- */

/*
 * What was made of writes that the server has not answered yet: what rules have added to them, and what their
 * clients have taken away. Anybody may send a write, so that only what the server carries out counts.
 * Additions of the last such writes are kept: a client may store the meeting again before a pass has looked
 * at it. Any thread.
 */

struct ub_open_additions;

/* Never NULL. */
struct ub_open_additions *ub_open_additions_new(void);
/* Sets *open_additions to NULL. No other thread may use it any more. */
void ub_open_additions_free(struct ub_open_additions **open_additions);

/* What was made of one write. */
struct ub_additions {
	UB_VEC(uint64_t) additions; /* a digest of each line that rules have added */
	/* items that the client has taken away, as the store gets them */
	struct ub_store_items taken;
};

/* Remembers a copy of `write`. An earlier one with the same id is forgotten, and so is the oldest of more
 * than UB_AMENDED_OPEN. */
void ub_open_additions_note(
    struct ub_open_additions *open_additions, struct ub_wire_id id, const struct ub_additions *write);

/* The server has answered a write. Only a write that it says it has carried out (2xx) counts: what its
 * client has taken away goes into the store. False: the store has not taken that, and ub_store_problem()
 * says why. */
UB_MUST_USE bool ub_open_additions_answered(struct ub_open_additions *open_additions, struct ub_wire_id write,
    const struct ub_wire_answered *answered, struct ub_store *store);

/* Whether this addition is one of the last UB_AMENDED_LATELY. */
UB_MUST_USE bool ub_open_additions_lately(struct ub_open_additions *open_additions, uint64_t addition);

/*
 * What the rules add to a meeting while its client stores it. Upbeat does this one thing to an object of the
 * user's own, and does it once: what the user takes away stays away.
 */

struct ub_meeting_put {
	const struct ub_snapshot *snapshot;
	struct ub_store *store;
	struct ub_log *log;
	struct ub_log_pace *pace; /* the pace at which the store's problems are logged */
	ub_instant now;           /* seconds since 1970 */
	/* on the monotonic clock, in milliseconds: later than that, the relay would wait too long */
	int64_t until;
	struct ub_text href; /* canonical href of the meeting */
	struct ub_text body; /* the calendar object as the client has sent it */
	/* The value of If-Match (RFC 9110 13.1.1); empty: none. If-Schedule-Tag-Match does not count: its
	 * sender has not seen the body that stands (RFC 6638 3.2.10). */
	struct ub_text if_match;
	struct ub_text principal, user, host; /* who stores the meeting, as in struct ub_caller */
	struct ub_open_additions *earlier;    /* what was made of earlier writes */
	/* as in struct ub_pass */
	struct ub_watched *watched;
};

/*
 * Returns the body with what the rules add. Empty: the meeting goes on as it came, which is so when nothing
 * is to be added, when time is up, and when nobody knows whose calendar it goes to.
 *
 * An addition that is missing in the body counts as taken away by the user if the meeting had it when it was
 * last seen, or has just got it, and If-Match names a version: the server then carries out the write only if
 * that version stands, so that the user knew it.
 *
 * *write is for ub_open_additions_note(). The text and *write are in the arena. Reads the store, asks no
 * server, may take until `until` and a little longer.
 */
UB_MUST_USE struct ub_text ub_pass_add_to_meeting(
    const struct ub_meeting_put *put, struct ub_additions *write, struct ub_arena *arena);

#endif
