/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_STORE_H
#define UPBEAT_STORE_H

/*
 * store: what has to be remembered between passes, behind a table of functions: keys (what to look at
 * again), items (what was made), principals that the server knows, aliases of paths, and the last seen text
 * of customer meetings. A store holds no credential. What is said here holds for every store; one suite of
 * tests runs on all of them.
 *
 * Keys are levels, not edges: a key says "look here", never what was there. Putting a key that is there
 * already makes one pass of two; putting one while it is being worked on makes sure of a pass after that.
 *
 * Any number of threads may use a store at once. All times are an argument: milliseconds since
 * 1970-01-01T00:00:00Z. Texts that come out are copies in the arena given. Organisation and upstream are one
 * text each and mean whatever the caller keeps apart by them.
 */

#include "upbeat/base.h"

enum ub_store_result {
	UB_STORE_OK,
	UB_STORE_NONE,   /* there is no such thing */
	UB_STORE_BUSY,   /* somebody else holds the lease */
	UB_STORE_STALE,  /* the job's lease has run out and others may act: leave it alone */
	UB_STORE_FULL,   /* a limit of this store */
	UB_STORE_FAILED, /* ub_store_problem() says why */
};

/* ---- keys ---- */

enum ub_key_kind { UB_KEY_OBJECT, UB_KEY_COLLECTION, UB_KEY_ACCOUNT };

/*
 * How far a key is to be trusted. Anybody can send a write under any name; only an answer of the server tells
 * whether he is who he says (ub_http_proves_identity). A doubtful key is kept, but not for long and not among
 * too many: past UB_STORE_DOUBTFUL_OF_ONE of a principal and UB_STORE_DOUBTFUL_MAX in all, the oldest one
 * goes, strangers' keys first.
 */
enum ub_doubt {
	UB_DOUBT_NONE,   /* the server answered this write well, or Upbeat put the key by itself */
	UB_DOUBT_WRITE,  /* the principal is known (ub_store_knows), this write was not answered well */
	UB_DOUBT_CALLER, /* the principal is a stranger: the key lives no longer than his credentials */
};

/* Two keys are the same when all but `collection` and `doubt` are. */
struct ub_key {
	enum ub_key_kind kind;
	struct ub_text upstream;
	struct ub_text href;       /* canonical; of an account: its id */
	struct ub_text principal;  /* on whose behalf; empty: the service account */
	struct ub_text collection; /* href of the collection, where known */
	enum ub_doubt doubt;       /* of a key that is put again the lesser doubt holds */
};

enum ub_job_state {
	UB_JOB_QUEUED,  /* to be taken when due */
	UB_JOB_LEASED,  /* being worked on */
	UB_JOB_WAITING, /* for its principal's next authenticated request: ub_store_wake */
	UB_JOB_ASIDE,   /* given up for the reason that it has; put it again to have it tried again */
};

/* "queued", "leased", "waiting", "aside": for programs. */
const char *ub_job_state_word(enum ub_job_state state);

/* A key with its place in the queue. Given by ub_store_take, it is the right to work on the key until the
 * lease runs out. */
struct ub_job {
	uint64_t id, lease; /* which key; which taking of it */
	struct ub_key key;
	enum ub_job_state state;
	int64_t put;           /* last */
	int64_t due;           /* leased: when the lease runs out; waiting, set aside: INT64_MAX */
	unsigned attempts;     /* takings since it was last settled; one that waited begins again at 1 */
	unsigned crashes;      /* how often work on it came to no end since it was last settled */
	unsigned failures;     /* passes in a row that ended with the same refusal; the worker counts them */
	int64_t expires;       /* then it is forgotten, unless it is being worked on */
	struct ub_text reason; /* why it went back, waits or was set aside; empty: nothing to say */
};

struct ub_jobs {
	struct ub_job *items;
	size_t n, cap;
};

struct ub_principals {
	struct ub_text *items;
	size_t n, cap;
};

/* ---- items: what Upbeat made, and what users did to it ---- */

enum ub_item_state {
	UB_ITEM_EXISTS,
	UB_ITEM_UNCERTAIN, /* a PUT without an answer: look */
	UB_ITEM_DELETED,   /* by a user, when last looked: never again for this meeting */
	UB_ITEM_REMOVED,   /* by Upbeat; its UID is used up */
	UB_ITEM_REMOVING,  /* about to be removed: if it is gone, that was Upbeat */
};

struct ub_store_item {
	struct ub_text organization, meeting_uid;
	struct ub_text identity; /* struct ub_marks.item; with the two above the primary key */
	struct ub_text rule;     /* struct ub_marks.rule */
	struct ub_text id;       /* "rule/item", for people */
	struct ub_text owner;    /* address */
	unsigned generation;
	struct ub_text upstream, uid, href, etag;
	struct ub_text base; /* struct ub_marks.base as last written */
	enum ub_item_state state;
	int64_t changed; /* when this was last stored: what pruning goes by */
};

struct ub_store_items {
	struct ub_store_item *items;
	size_t n, cap;
};

/* ---- meetings as they were last seen ---- */

struct ub_store_seen {
	struct ub_text organization, meeting_uid;
	struct ub_text upstream, href; /* with organization the primary key */
	struct ub_text collection, principal, owner;
	struct ub_text etag, schedule_tag;
	struct ub_text text; /* the calendar object, at most UB_STORE_TEXT_MAX bytes */
	int64_t end;         /* of the meeting: what pruning goes by */
	int64_t changed;
};

struct ub_store_seens {
	struct ub_store_seen *items;
	size_t n, cap;
};

/* ---- the store ---- */

struct ub_store {
	const struct ub_store_ops *ops; /* what a store's own struct begins with */
};

/* ---- what callers use ---- */

/* A store that forgets all when it is closed. Never NULL. */
struct ub_store *ub_store_memory_open(void);
/*
 * A store in the SQLite file at `path`, which is made when it is not there. Another daemon that has it is
 * waited for at most `patience` milliseconds. NULL: *why says in the arena why it cannot be opened.
 */
UB_MUST_USE struct ub_store *ub_store_sqlite_open(
    const char *path, int64_t patience, struct ub_arena *arena, struct ub_text *why);
/* The same to read in only, beside a daemon that may have it. What would change it fails. */
UB_MUST_USE struct ub_store *ub_store_sqlite_read(
    const char *path, struct ub_arena *arena, struct ub_text *why);
/* Sets *store to NULL; NULL is allowed. No other thread may use it any more. */
void ub_store_close(struct ub_store **store);
/* What went wrong when this thread was last told UB_STORE_FAILED or UB_STORE_FULL, as a line for the log. */
const char *ub_store_problem(struct ub_store *store);

/*
 * Puts n keys, to be looked at from `due` on. When it returns UB_STORE_OK they are as safe as this store can
 * make them, all or none. A key that is queued already keeps the earlier due time; one that is being worked
 * on is queued again when that ends; one that waits or was set aside is queued. It expires UB_WAIT_MS from
 * now; a stranger's key after UB_CREDENTIAL_MS.
 */
UB_MUST_USE enum ub_store_result ub_store_put(
    struct ub_store *store, const struct ub_key *keys, size_t n, int64_t now, int64_t due);
/*
 * Takes the key that is due longest, for lease_ms. UB_STORE_NONE: none may be taken now. A key whose lease
 * ran out is due; after UB_STORE_CRASHES_MAX times it is set aside instead, unless it was put again
 * meanwhile. One with crashes is worked on alone: not while another is leased, and no other while it is; so
 * that if there is another crash it is known which key it was.
 */
UB_MUST_USE enum ub_store_result ub_store_take(
    struct ub_store *store, int64_t now, int64_t lease_ms, struct ub_arena *arena, struct ub_job *job);
/*
 * To be called once, before anything is taken: what an earlier daemon left queued or leased is due, since
 * what it was waiting for went with it. Crashed: it died by itself and maybe at one of the keys that are
 * leased, so that it counts like a lease that ran out; otherwise it went with the machine, which says nothing
 * about any key.
 */
UB_MUST_USE enum ub_store_result ub_store_recover(struct ub_store *store, bool crashed, int64_t now);
/* More time: the lease, and what it claimed, run out at now + lease_ms. OK or STALE. */
UB_MUST_USE enum ub_store_result ub_store_extend(
    struct ub_store *store, const struct ub_job *job, int64_t now, int64_t lease_ms);
/*
 * The lease on a meeting: from now on nobody else gets it until the job is settled, goes back, or its lease
 * runs out. For the UID learnt by looking; a job may claim several. BUSY: send the job back for a moment.
 */
UB_MUST_USE enum ub_store_result ub_store_claim(struct ub_store *store, const struct ub_job *job, int64_t now,
    struct ub_text organization, struct ub_text meeting_uid);
/* Done. The key is gone unless it was put again meanwhile. STALE: it was not ours any more. */
UB_MUST_USE enum ub_store_result ub_store_settle(
    struct ub_store *store, const struct ub_job *job, int64_t now);
/* Back into the queue until `due`, with the reason as `status` shows it (no secret, no contents). This and
 * the next two store job->failures. */
UB_MUST_USE enum ub_store_result ub_store_retry(
    struct ub_store *store, const struct ub_job *job, int64_t now, int64_t due, struct ub_text reason);
/* Until the key's principal is heard of again. */
UB_MUST_USE enum ub_store_result ub_store_wait(
    struct ub_store *store, const struct ub_job *job, int64_t now, struct ub_text reason);
/* Given up for that reason, until it is put again. */
UB_MUST_USE enum ub_store_result ub_store_set_aside(
    struct ub_store *store, const struct ub_job *job, int64_t now, struct ub_text reason);
/* The job is done, and a key of another principal waits for him instead, with that reason. One that is there
 * already is looked at anew when he is next heard of. */
UB_MUST_USE enum ub_store_result ub_store_hand_over(struct ub_store *store, const struct ub_job *job,
    int64_t now, struct ub_text principal, struct ub_text reason);
/* Forgets a key as ub_store_jobs() gave it; NONE: it is being worked on, or was taken or put since. */
UB_MUST_USE enum ub_store_result ub_store_forget(struct ub_store *store, const struct ub_job *job);
/* Forgets what has expired. *gone: those keys. */
UB_MUST_USE enum ub_store_result ub_store_expire(
    struct ub_store *store, int64_t now, struct ub_arena *arena, struct ub_jobs *gone);
/* How many keys are strangers'. */
UB_MUST_USE enum ub_store_result ub_store_strangers(struct ub_store *store, size_t *n);

/* The server has answered a request of the principal well. He is known from now on, so that his keys are no
 * stranger's; and what waits for him is due. *woken (may be NULL) says how many keys. */
UB_MUST_USE enum ub_store_result ub_store_heard(
    struct ub_store *store, struct ub_text upstream, struct ub_text principal, int64_t now, size_t *woken);
/* OK: the principal was heard of within UB_REMEMBER_MS. NONE: a stranger. */
UB_MUST_USE enum ub_store_result ub_store_knows(
    struct ub_store *store, struct ub_text upstream, struct ub_text principal);
/* The principal is the one at `href` (DAV:current-user-principal, RFC 5397), canonical. For one who is
 * known. */
UB_MUST_USE enum ub_store_result ub_store_put_login(
    struct ub_store *store, struct ub_text upstream, struct ub_text principal, struct ub_text href);
/* Which principal logs in as the one at `href`: the one last heard of. NONE: nobody knows. */
UB_MUST_USE enum ub_store_result ub_store_login(struct ub_store *store, struct ub_text upstream,
    struct ub_text href, struct ub_arena *arena, struct ub_text *principal);
/* For whom keys wait, or are queued and may come to wait: whose credentials are of use. Each once, in any
 * order. */
UB_MUST_USE enum ub_store_result ub_store_waiting(struct ub_store *store, struct ub_text upstream,
    struct ub_arena *arena, struct ub_principals *principals);
/* OK: one of these keys is the principal's. NONE: not. */
UB_MUST_USE enum ub_store_result ub_store_waits(
    struct ub_store *store, struct ub_text upstream, struct ub_text principal);
/* OK: the job's principal has another key at its upstream that was put by `until` and is still to be looked
 * at for the first time. NONE: not. */
UB_MUST_USE enum ub_store_result ub_store_untried(
    struct ub_store *store, const struct ub_job *job, int64_t until);
/* When the next key is due or the next lease runs out; INT64_MAX: nothing is queued. */
UB_MUST_USE enum ub_store_result ub_store_next_due(struct ub_store *store, int64_t *due);
/* All keys, in the order in which they are due. */
UB_MUST_USE enum ub_store_result ub_store_jobs(
    struct ub_store *store, struct ub_arena *arena, struct ub_jobs *jobs);

/* Stores or replaces by organisation, meeting UID and identity. */
UB_MUST_USE enum ub_store_result ub_store_put_item(struct ub_store *store, const struct ub_store_item *item);
/* All of a meeting; an empty meeting UID: all of the organisation. By meeting UID and identity. */
UB_MUST_USE enum ub_store_result ub_store_items(struct ub_store *store, struct ub_text organization,
    struct ub_text meeting_uid, struct ub_arena *arena, struct ub_store_items *items);

/* `from` has moved to `to` for good: both are canonical hrefs. */
UB_MUST_USE enum ub_store_result ub_store_put_alias(
    struct ub_store *store, struct ub_text upstream, struct ub_text from, struct ub_text to, int64_t now);
/* Where an href has moved to, following at most UB_STORE_ALIAS_HOPS moves; NONE: it has not. */
UB_MUST_USE enum ub_store_result ub_store_alias(struct ub_store *store, struct ub_text upstream,
    struct ub_text from, struct ub_arena *arena, struct ub_text *to);

/* Stores or replaces by organisation, upstream and href. FULL also when the text is too long. */
UB_MUST_USE enum ub_store_result ub_store_put_seen(struct ub_store *store, const struct ub_store_seen *seen);
UB_MUST_USE enum ub_store_result ub_store_seen(struct ub_store *store, struct ub_text organization,
    struct ub_text upstream, struct ub_text href, struct ub_arena *arena, struct ub_store_seen *seen);
UB_MUST_USE enum ub_store_result ub_store_forget_seen(
    struct ub_store *store, struct ub_text organization, struct ub_text upstream, struct ub_text href);
/* Every copy of a meeting; an empty meeting UID: all of the organisation. By meeting UID and href. */
UB_MUST_USE enum ub_store_result ub_store_seens(struct ub_store *store, struct ub_text organization,
    struct ub_text meeting_uid, struct ub_arena *arena, struct ub_store_seens *seens);

/* Its file was deleted or moved away: what is remembered works on, and ends with this process. */
UB_MUST_USE bool ub_store_is_lost(struct ub_store *store);
/* Forgets what was last seen of meetings that ended before `before`, items that changed last before then and
 * belong to no meeting that is still remembered, and principals and aliases not heard of since then. */
UB_MUST_USE enum ub_store_result ub_store_prune(struct ub_store *store, int64_t before);

#endif
