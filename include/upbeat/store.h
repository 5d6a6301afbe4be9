/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_STORE_H
#define UPBEAT_STORE_H

/*
 * store: keeps what has to be remembered between passes: keys (what to look at again), items (what was made),
 * principals that the server knows, aliases of paths, the last seen text of customer meetings, which meetings
 * there were with each account and how often there should be (upbeat/history.h), when our people are taken,
 * how far the changes of calendars were looked at, by which clients users come, colleagues' copies of items
 * (upbeat/copies.h) and mails on them (upbeat/mails.h), and events that are to be told to others. A store is
 * a table of functions, and holds no credential. What this header says holds for every store; one suite of
 * tests runs on all of them.
 *
 * Keys are levels, not edges: a key says "look here", never what was there. Putting a key that is there
 * already makes one pass of two. Putting a key while somebody works on it makes sure that another pass
 * follows.
 *
 * Any number of threads may use a store at once. Times are milliseconds since 1970-01-01T00:00:00Z, and
 * always an argument. Texts that go in are copied; texts that come out are copies in the arena given.
 * What one function changes, it changes as a whole, and every thread sees it at once. It is kept from the
 * next ub_store_keep() on, or whenever the store likes before: what was changed earlier is kept no later.
 * What is not kept goes when the process dies, as if the engine had died earlier: that costs one more pass. A
 * function that keeps says so. What is kept may go when the machine dies, unless it is said to be safe, which
 * makes all that was changed before as safe.
 *
 * Organization and upstream are one text each, and mean whatever the caller keeps apart by them. Every
 * function that returns enum ub_store_result may return UB_STORE_FAILED, and its other results are then not
 * to be used.
 */

#include "upbeat/base.h"

enum ub_store_result {
	UB_STORE_OK,
	UB_STORE_NONE,   /* there is no such thing */
	UB_STORE_BUSY,   /* somebody else has the lease */
	UB_STORE_STALE,  /* the job's lease has run out and others may act: leave the key alone */
	UB_STORE_FULL,   /* this store is at its limit */
	UB_STORE_FAILED, /* ub_store_problem() says why */
};

/* ---- keys ---- */

enum ub_key_kind {
	UB_KEY_OBJECT,
	UB_KEY_COLLECTION,
	UB_KEY_ACCOUNT, /* an account that the principal owns, or all of these */
	UB_KEY_ORDER,   /* something to be done once for all of the principal's calendars */
	UB_KEY_SYNC,    /* a calendar in which something may have changed */
	UB_KEY_COPY,    /* the copy of an item that the principal, by his address, is to have */
};

/*
 * How far a key is to be trusted. Anybody can send a write under any name. Only an answer of the server tells
 * whether the caller is who he says: ub_http_proves_identity(). A doubtful key is kept, but not for long and
 * not among too many: past UB_STORE_DOUBTFUL_OF_ONE of one principal the oldest goes, and past
 * UB_STORE_DOUBTFUL_MAX in all the oldest stranger's key or, without one, the oldest. A key that is being
 * worked on stays.
 */
enum ub_doubt {
	/* the server has answered this write well, or Upbeat has put the key by itself */
	UB_DOUBT_NONE,
	/* the principal is known (ub_store_knows), this write was not answered well */
	UB_DOUBT_WRITE,
	/* the principal is a stranger: the key lives no longer than his credentials */
	UB_DOUBT_CALLER,
};

/* Two keys are the same if all members but `collection` and `doubt` are. */
struct ub_key {
	enum ub_key_kind kind;
	struct ub_text upstream;
	/* canonical, a calendar's with its slash; of an order: its words; of an account: "accounts/ID"; of a
	 * copy: the item's */
	struct ub_text href;
	struct ub_text principal;  /* on whose behalf; empty: the service account */
	struct ub_text collection; /* href of the collection, where known */
	enum ub_doubt doubt;       /* if the key is put again, the lesser doubt holds */
};

/* A principal who was not heard of, and for whom the service account acts, is named by this and his address.
 * No user's name looks like that: a name in Basic has no colon (RFC 7617 2). */
#define UB_STORE_BY_ADDRESS "mailto:"

enum ub_job_state {
	UB_JOB_QUEUED, /* to be taken when due */
	UB_JOB_LEASED, /* somebody works on it */
	/* to be taken after its principal's next authenticated request: ub_store_heard() */
	UB_JOB_WAITING,
	UB_JOB_ASIDE, /* given up for the reason that it has, until it is put again */
};

/* "queued", "leased", "waiting", "aside": for programs. A literal. */
const char *ub_store_job_state_word(enum ub_job_state state);

/* A copy of the key, with its texts in `arena`. */
struct ub_key ub_store_key_copied(const struct ub_key *key, struct ub_arena *arena);
/* The key of an account, on behalf of a user; with an empty `id`, of all accounts that concern him. Texts are
 * in `arena`, or those given. */
struct ub_key ub_store_account_key(
    struct ub_text upstream, struct ub_text principal, struct ub_text id, struct ub_arena *arena);
/* The account's id of a key UB_KEY_ACCOUNT. Empty: the key is of all accounts. */
struct ub_text ub_store_account_of(const struct ub_key *key);

/* The key of the copy that somebody has of an item, by the item's href and his address. Texts are in `arena`,
 * or those given. */
struct ub_key ub_store_copy_key(
    struct ub_text upstream, struct ub_text item, struct ub_text person, struct ub_arena *arena);
/* The address of whose copy a key UB_KEY_COPY is. */
struct ub_text ub_store_copy_person(const struct ub_key *key);

/* A key with its place in the queue. A job that ub_store_take() has given is the right to work on the key
 * until the lease runs out. */
struct ub_job {
	uint64_t id, lease; /* which key; which taking of the key */
	struct ub_key key;
	enum ub_job_state state;
	int64_t put; /* when the key was last put */
	int64_t due; /* leased: when the lease runs out; waiting, set aside: INT64_MAX */
	/* how often the key was taken since it was last settled; a key that has waited begins again at 1 */
	unsigned attempts;
	/* how often a lease ran out, or its engine died, since the key was last settled */
	unsigned crashes;
	/* passes in a row that ended with the same refusal; the worker counts them */
	unsigned failures;
	int64_t expires; /* when the key is forgotten, unless somebody works on it then */
	/* why the key went back, waits or was set aside; empty: nothing to say */
	struct ub_text reason;
	/* With crashes: the ETag of the object as it is read now, or a digest of it where the server gives
	 * none. Without: as it was when the key was set aside because engines died. Empty: not known. */
	struct ub_text version;
};

struct ub_jobs {
	struct ub_job *items;
	size_t n, cap;
};

/* ---- owners: in whose calendars accounts can be planned ---- */

struct ub_store_owner {
	struct ub_text address, href, principal; /* `href`: as of ub_store_put_login() */
	int64_t claimed;                         /* since when the principal has the address */
	int64_t heard;                           /* when he was last heard of */
};

struct ub_store_owners {
	struct ub_store_owner *items;
	size_t n, cap;
};

/* ---- items: what Upbeat made, and what users did to it ---- */

enum ub_item_state {
	UB_ITEM_EXISTS,
	UB_ITEM_UNCERTAIN, /* its PUT had no answer: look */
	/* a user has deleted it, when last looked: never made again for this meeting */
	UB_ITEM_DELETED,
	UB_ITEM_REMOVED,  /* Upbeat has removed it; its UID is used up */
	UB_ITEM_REMOVING, /* Upbeat is about to remove it: if it is gone, that was Upbeat */
};

/* The base of an item that stands without marks, and of which nobody knows what it was when last written. */
#define UB_STORE_BASE_LOST "lost"

/*
 * What became of an item: for reports. A time is 0 and a text empty where nobody knows, as for items that an
 * earlier version has made, or of which only the marks tell.
 */
struct ub_store_outcome {
	enum ub_outcome_kind {
		UB_OUTCOME_UNKNOWN,
		UB_OUTCOME_EVENT,
		UB_OUTCOME_TASK,
		UB_OUTCOME_DAY, /* a to-do that stands as an all-day event: nobody can complete it */
	} kind;
	struct ub_text counts_as;             /* the word of the rule's item: "prep" */
	struct ub_text account;               /* id; empty: none */
	int64_t occasion_start, occasion_end; /* of the meeting, its instance, or the account's period */
	int64_t start, end;                   /* the event's; of a to-do `end` is when it is due */
	int64_t made;                         /* when it was put, under its present UID */
	int64_t completed;                    /* the to-do was completed then; 0: it is not */
	int64_t gone; /* its user has deleted it, or Upbeat has removed it; UB_ITEM_EXISTS: it is missing */
	int64_t moved_along;     /* its user had moved it, and it went along with the meeting */
	struct ub_text declined; /* who has declined it: ub_remember_declines() */
};

struct ub_store_item {
	struct ub_text organization, meeting_uid;
	struct ub_text identity; /* struct ub_marks.item; with the two above the primary key */
	struct ub_text rule;     /* struct ub_marks.rule */
	struct ub_text id;       /* "rule/item", for people */
	struct ub_text owner;    /* address */
	unsigned generation;
	struct ub_text upstream, uid, href, etag;
	/* struct ub_marks.base as last written, or UB_STORE_BASE_LOST. Empty: an earlier version wrote it. */
	struct ub_text base;
	enum ub_item_state state;
	int64_t changed; /* when this was last stored: pruning goes by it */
	struct ub_store_outcome outcome;
};

struct ub_store_items {
	struct ub_store_item *items;
	size_t n, cap;
};

/* ---- meetings as they were last seen ---- */

struct ub_store_seen {
	struct ub_text organization, meeting_uid;
	struct ub_text upstream, href; /* with `organization` the primary key */
	struct ub_text collection, principal, owner;
	struct ub_text etag, schedule_tag;
	struct ub_text text; /* the calendar object, at most UB_STORE_TEXT_MAX bytes */
	/* The id of the account with which the meeting counts as one; empty: with none. */
	struct ub_text account;
	int64_t start;
	int64_t end;     /* when the meeting ends: pruning goes by it */
	int64_t changed; /* when this was last stored */
	/* Of a series: when it is to be looked at again, as its next instance comes near; 0: it need not. */
	int64_t look_again;
};

struct ub_store_seens {
	struct ub_store_seen *items;
	size_t n, cap;
};

/* ---- appointments: when people are taken ---- */

/* A time at which one of our people is taken by an event: by a meeting of any kind, or by an item of ours.
 * Nothing else of the event is kept. */
struct ub_store_appointment {
	struct ub_text organization, uid; /* of the event */
	struct ub_text person;            /* address, lower case; with the two above the primary key */
	struct ub_text meeting_uid;       /* of an item: the meeting's that it belongs to; otherwise `uid` */
	struct ub_text upstream, href;    /* of the copy of the event that says so */
	bool item;                        /* the event is an item of ours */
	int64_t start, end;
};

struct ub_store_appointments {
	struct ub_store_appointment *items;
	size_t n, cap;
};

/* ---- changes that went past Upbeat ---- */

/* How far the changes of a calendar were looked at: by a token, or, where there is none, by lists. */
struct ub_store_sync {
	struct ub_text upstream, collection; /* its href, with the slash; together the primary key */
	struct ub_text token;                /* DAV:sync-token (RFC 6578 4); empty: none */
	struct ub_text tag;                  /* the state in which the calendar was listed; empty: unknown */
	struct ub_text known;                /* what need not be looked at: see pass/sync.c */
	unsigned refused;                    /* how many times in a row the server has refused a token */
	int64_t looked;                      /* pruning goes by it */
};

/* An object of which something is remembered. */
struct ub_store_place {
	struct ub_text href, etag; /* etag: as Upbeat last read or wrote it; empty: not known */
};
struct ub_store_places {
	struct ub_store_place *items;
	size_t n, cap;
};

/* ---- the calendar clients of users ---- */

/* A family of clients by which a principal has come. */
struct ub_store_client {
	struct ub_text upstream, principal, client; /* client: an id of upbeat/clients.h; together the key */
	int64_t seen;                               /* when he last came by it; may be some hours old */
};
struct ub_store_clients {
	struct ub_store_client *items;
	size_t n, cap;
};

/* ---- events: what event sinks are to be told ---- */

struct ub_store_event {
	uint64_t number;         /* given by the store: one more than the number of the event before */
	struct ub_text id, text; /* text: the event as its receivers get it */
};

struct ub_store_events {
	struct ub_store_event *items;
	size_t n, cap;
};

/* How far a sink is. Counts are since it was first set. */
struct ub_store_sink {
	struct ub_text name;
	uint64_t position;           /* the number of the last event that it is done with */
	uint64_t delivered, refused; /* events that it has taken, and that it will never take */
	uint64_t dropped;            /* that were too old, as more than UB_EVENTS_MAX waited */
	uint64_t waiting;            /* not stored, but told */
};

struct ub_store_sinks {
	struct ub_store_sink *items;
	size_t n, cap;
};

/* ---- the store ---- */

/* Is told of an object of which something is remembered. `uid`: the meeting's; empty: it is not known. */
typedef void ub_store_object_fn(void *context, struct ub_text href, struct ub_text uid);

struct ub_store {
	const struct ub_store_ops *ops; /* a store's own struct begins with this one */
	ub_store_object_fn *tell;       /* NULL: nobody is told */
	void *told;                     /* the context */
};

/* ---- what callers use ---- */

/* A store in memory, which forgets all when it is closed. Never NULL. */
struct ub_store *ub_store_memory_open(void);
/* A store in the SQLite file at `path`, which is made if there is none. If another daemon has the file, it is
 * waited for, at most `patience` milliseconds. NULL: *why says in the arena why the file cannot be opened,
 * and errno is ENOSPC if it is there, and the disk is full. */
UB_MUST_USE struct ub_store *ub_store_sqlite_open(
    const char *path, int64_t patience, struct ub_arena *arena, struct ub_text *why);
/* The same file, to be read only, beside a daemon that may have it. Functions that would change the store
 * fail. */
UB_MUST_USE struct ub_store *ub_store_sqlite_read(
    const char *path, struct ub_arena *arena, struct ub_text *why);
/* Closes and frees a store. Sets *store to NULL; NULL is allowed. No other thread may use it any more. */
void ub_store_close(struct ub_store **store);
/* What went wrong when this thread was last told UB_STORE_FAILED or UB_STORE_FULL, as a line for the log. The
 * text lasts until this thread's next failure. */
const char *ub_store_problem(struct ub_store *store);

/* Keeps what was changed. FAILED: some of that may be lost. */
UB_MUST_USE enum ub_store_result ub_store_keep(struct ub_store *store);
/* In how many milliseconds what was changed is to be kept; at most 0: now. INT64_MAX: all is kept. */
int64_t ub_store_unkept(struct ub_store *store);
/* Grows when changes are lost, as the disk is full: all that were not kept by then. Waits for nobody. */
uint64_t ub_store_losses(const struct ub_store *store);

/*
 * Puts n keys, to be looked at from `due` on: all or none. After UB_STORE_OK they are as safe as this store
 * can make them. A queued key keeps the earlier due time. A key that is being worked on is queued again when
 * that ends. A key that waits or was set aside is queued. A key expires UB_WAIT_MS from now, a stranger's key
 * UB_CREDENTIAL_MS from now. FULL: none was put.
 */
UB_MUST_USE enum ub_store_result ub_store_put(
    struct ub_store *store, const struct ub_key *keys, size_t n, int64_t now, int64_t due);
/* The same for keys that this store should have already: they are not kept at once, as they come up somewhat
 * later anyway. A key that is new, a stranger's or was set aside is put as by ub_store_put(). */
UB_MUST_USE enum ub_store_result ub_store_hurry(
    struct ub_store *store, const struct ub_key *keys, size_t n, int64_t now, int64_t due);
/*
 * Takes the key that is due longest, for lease_ms; however this process ends, the next one knows of it, but
 * nothing else need be kept thereby. UB_STORE_NONE: no key may be taken now. A key whose lease has run out is
 * due; after UB_STORE_CRASHES_MAX times it is set aside instead, unless it was put again meanwhile; even
 * then it has no more crashes if the version is known. A key with crashes is worked on alone: not while
 * another key is leased, and no other key while this one is. So another crash shows which key it was.
 */
UB_MUST_USE enum ub_store_result ub_store_take(
    struct ub_store *store, int64_t now, int64_t lease_ms, struct ub_arena *arena, struct ub_job *job);
/*
 * To be called once, before anything is taken. The keys that an earlier daemon left queued or leased are due
 * at once, since what they were waiting for went with that daemon; strangers' keys get their time anew.
 * `crashed`: the daemon died by itself, maybe at one of the leased keys, so that each of them counts like a
 * lease that has run out. Otherwise the daemon went with the machine, which says nothing about any key.
 */
UB_MUST_USE enum ub_store_result ub_store_recover(struct ub_store *store, bool crashed, int64_t now);
/* To be called when the engine is about to end because of this job, and of no other: the key counts like one
 * whose lease has run out. When it is set aside, that is for this reason. The leases of other keys then say
 * nothing about them. STALE: the lease is over. */
UB_MUST_USE enum ub_store_result ub_store_blame(
    struct ub_store *store, const struct ub_job *job, int64_t now, struct ub_text reason);
/* To be called before the object of a key with crashes is read: keeps which version it is, by its ETag or
 * a digest. With an empty one: once it was read, so that another crash says nothing about the version; or
 * before another version is read than the one at which the key was set aside. STALE: the lease is over. */
UB_MUST_USE enum ub_store_result ub_store_reads(
    struct ub_store *store, const struct ub_job *job, int64_t now, struct ub_text version);
/* Extends the lease, and the job's claims on meetings, to now + lease_ms. OK or STALE. */
UB_MUST_USE enum ub_store_result ub_store_extend(
    struct ub_store *store, const struct ub_job *job, int64_t now, int64_t lease_ms);
/*
 * Claims a meeting: nobody else gets it until the job is settled, goes back, or its lease runs out. For the
 * UID that the pass has learnt by looking; a job may claim several. BUSY: another job has the meeting; send
 * this one back for a moment. STALE: the lease is over.
 */
UB_MUST_USE enum ub_store_result ub_store_claim(struct ub_store *store, const struct ub_job *job, int64_t now,
    struct ub_text organization, struct ub_text meeting_uid);
/* The work is done. The key is gone, unless it was put again meanwhile: then it is queued. STALE: the lease
 * is over. */
UB_MUST_USE enum ub_store_result ub_store_settle(
    struct ub_store *store, const struct ub_job *job, int64_t now);
/* Puts the key back into the queue until `due`, with the reason as `status` shows it (no secret, no
 * contents); one with the version at which it was set aside keeps that reason. This function and the next two
 * store job->failures. A key that was put again meanwhile is queued instead. STALE: the lease is over. */
UB_MUST_USE enum ub_store_result ub_store_retry(
    struct ub_store *store, const struct ub_job *job, int64_t now, int64_t due, struct ub_text reason);
/* Lets the key wait until its principal is heard of again. */
UB_MUST_USE enum ub_store_result ub_store_wait(
    struct ub_store *store, const struct ub_job *job, int64_t now, struct ub_text reason);
/* Gives the key up for that reason, until it is put again. */
UB_MUST_USE enum ub_store_result ub_store_set_aside(
    struct ub_store *store, const struct ub_job *job, int64_t now, struct ub_text reason);
/* Hands the job over to another principal: the job is done, and the same key of his waits instead, with that
 * reason. A key of his that is there already is looked at anew when he is next heard of. STALE: the lease is
 * over. */
UB_MUST_USE enum ub_store_result ub_store_hand_over(struct ub_store *store, const struct ub_job *job,
    int64_t now, struct ub_text principal, struct ub_text reason);
/* Forgets a key as ub_store_jobs() gave it. NONE: somebody works on the key, or it was taken or put since. */
UB_MUST_USE enum ub_store_result ub_store_forget(struct ub_store *store, const struct ub_job *job);
/* Forgets the keys that have expired, except leased ones. *gone: those keys, in the arena. */
UB_MUST_USE enum ub_store_result ub_store_expire(
    struct ub_store *store, int64_t now, struct ub_arena *arena, struct ub_jobs *gone);
/* *n: how many keys are strangers'. */
UB_MUST_USE enum ub_store_result ub_store_strangers(struct ub_store *store, size_t *n);

/* The server has answered a request of the principal well. He is known from now on: his keys are no
 * stranger's any more, and those that wait are due. *woken (may be NULL): how many those are. */
UB_MUST_USE enum ub_store_result ub_store_heard(
    struct ub_store *store, struct ub_text upstream, struct ub_text principal, int64_t now, size_t *woken);
/* OK: the principal was heard of within UB_REMEMBER_MS. NONE: he is a stranger. */
UB_MUST_USE enum ub_store_result ub_store_knows(
    struct ub_store *store, struct ub_text upstream, struct ub_text principal);
/* Remembers that the principal is the one at `href` (DAV:current-user-principal, RFC 5397), which is
 * canonical. NONE: the principal is a stranger, and nothing is remembered. */
UB_MUST_USE enum ub_store_result ub_store_put_login(
    struct ub_store *store, struct ub_text upstream, struct ub_text principal, struct ub_text href);
/* Which principal logs in as the one at `href`; of several the one last heard of, and never one whom
 * UB_STORE_BY_ADDRESS names. NONE: nobody knows. */
UB_MUST_USE enum ub_store_result ub_store_login(struct ub_store *store, struct ub_text upstream,
    struct ub_text href, struct ub_arena *arena, struct ub_text *principal);
/* Remembers that accounts are planned in the calendar of the principal owner->principal if their owner is at
 * owner->address. `owner->heard` does not count, and owner->claimed is when: of an address that the principal
 * has already, the earlier time stays. NONE: the principal is a stranger, and nothing is remembered. */
UB_MUST_USE enum ub_store_result ub_store_put_owner(
    struct ub_store *store, struct ub_text upstream, const struct ub_store_owner *owner);
/* The principals with the address, or with an empty `address` all that have one, in the order of addresses;
 * of one address, who has claimed it first comes first. */
UB_MUST_USE enum ub_store_result ub_store_owners(struct ub_store *store, struct ub_text upstream,
    struct ub_text address, struct ub_arena *arena, struct ub_store_owners *owners);
/* The href by which that was remembered of the principal. NONE: none was. */
UB_MUST_USE enum ub_store_result ub_store_href_of(struct ub_store *store, struct ub_text upstream,
    struct ub_text principal, struct ub_arena *arena, struct ub_text *href);
/* All keys that wait are due, whoever they wait for, but those of strangers: others' credentials are good for
 * them now. */
UB_MUST_USE enum ub_store_result ub_store_wake(struct ub_store *store, struct ub_text upstream, int64_t now);
/* The principals who were heard of within UB_REMEMBER_MS. Each once, in any order. */
UB_MUST_USE enum ub_store_result ub_store_principals(
    struct ub_store *store, struct ub_text upstream, struct ub_arena *arena, struct ub_texts *principals);
/* The principals for whom keys wait, or are queued and may come to wait: their credentials are of use. Each
 * once, in any order. */
UB_MUST_USE enum ub_store_result ub_store_waiting(
    struct ub_store *store, struct ub_text upstream, struct ub_arena *arena, struct ub_texts *principals);
/* OK: one of these keys is the principal's. NONE: none is. */
UB_MUST_USE enum ub_store_result ub_store_waits(
    struct ub_store *store, struct ub_text upstream, struct ub_text principal);
/* OK: the job's principal has another key at its upstream that was put by `until` and nobody has looked at
 * yet. NONE: he has none. */
UB_MUST_USE enum ub_store_result ub_store_untried(
    struct ub_store *store, const struct ub_job *job, int64_t until);
/* *due: when the next key is due or the next lease runs out. INT64_MAX: none, or nothing can be kept. */
UB_MUST_USE enum ub_store_result ub_store_next_due(struct ub_store *store, int64_t *due);
/* All keys, in the order in which they are due. */
UB_MUST_USE enum ub_store_result ub_store_jobs(
    struct ub_store *store, struct ub_arena *arena, struct ub_jobs *jobs);

/* Stores an item, or replaces the one of the same organization, meeting UID and identity. FULL: not
 * stored. */
UB_MUST_USE enum ub_store_result ub_store_put_item(struct ub_store *store, const struct ub_store_item *item);
/* The same together with an event that is to be told to each sink: both or none. Without sinks the event is
 * left. Both may be NULL. */
UB_MUST_USE enum ub_store_result ub_store_put_item_event(
    struct ub_store *store, const struct ub_store_item *item, const struct ub_store_event *event);
/* The meeting UIDs, each once, that begin with `prefix` and of which `owner` has items that may stand. */
UB_MUST_USE enum ub_store_result ub_store_item_uids(struct ub_store *store, struct ub_text organization,
    struct ub_text prefix, struct ub_text owner, struct ub_arena *arena, struct ub_texts *uids);
/* All items of a meeting, or with an empty UID of the organization, by meeting UID and identity. */
UB_MUST_USE enum ub_store_result ub_store_items(struct ub_store *store, struct ub_text organization,
    struct ub_text meeting_uid, struct ub_arena *arena, struct ub_store_items *items);

/* The item that stands or stood at `href`; of several the one stored last. NONE: there is none. */
UB_MUST_USE enum ub_store_result ub_store_item_at(struct ub_store *store, struct ub_text organization,
    struct ub_text upstream, struct ub_text href, struct ub_arena *arena, struct ub_store_item *item);

/* Remembers that `from` has moved to `to` for good; both are canonical hrefs. FULL: not stored. */
UB_MUST_USE enum ub_store_result ub_store_put_alias(
    struct ub_store *store, struct ub_text upstream, struct ub_text from, struct ub_text to, int64_t now);
/* Where an href has moved to, after at most UB_STORE_ALIAS_HOPS moves. NONE: it has not moved. */
UB_MUST_USE enum ub_store_result ub_store_alias(struct ub_store *store, struct ub_text upstream,
    struct ub_text from, struct ub_arena *arena, struct ub_text *to);

/* Stores a meeting, or replaces the one there. FULL: not stored, as of a text beyond UB_STORE_TEXT_MAX. */
UB_MUST_USE enum ub_store_result ub_store_put_seen(struct ub_store *store, const struct ub_store_seen *seen);
/* NONE: no such meeting is remembered. */
UB_MUST_USE enum ub_store_result ub_store_seen(struct ub_store *store, struct ub_text organization,
    struct ub_text upstream, struct ub_text href, struct ub_arena *arena, struct ub_store_seen *seen);
/* NONE: no such meeting was remembered. */
UB_MUST_USE enum ub_store_result ub_store_forget_seen(
    struct ub_store *store, struct ub_text organization, struct ub_text upstream, struct ub_text href);
/* All copies of a meeting; with an empty meeting UID, all of the organization. In the order of meeting UID
 * and href. */
UB_MUST_USE enum ub_store_result ub_store_seens(struct ub_store *store, struct ub_text organization,
    struct ub_text meeting_uid, struct ub_arena *arena, struct ub_store_seens *seens);
/* The meetings whose time to be looked at again has come by `now`, UB_STORE_LOOKS of them at most, in any
 * order. */
UB_MUST_USE enum ub_store_result ub_store_seens_due(
    struct ub_store *store, int64_t now, struct ub_arena *arena, struct ub_store_seens *seens);
/* Forgets seen->look_again of the meeting, as it is looked at again. NONE: a pass has said another time
 * since, or the meeting is forgotten. */
UB_MUST_USE enum ub_store_result ub_store_seen_looked(
    struct ub_store *store, const struct ub_store_seen *seen);

/*
 * Stores whom an event takes, as a copy of the event says in the calendar of event->person: the n people, at
 * the time of `event`; n = 0: nobody, as after a refusal or when the event is shown as free. What the copy
 * has said before goes, and so does what other copies have said of these people and of event->person.
 * `whole`: the copy is the one of the event's organizer, and what other copies have said goes altogether.
 * Only what differs is written; *changed: somebody is taken at another time than before. FULL: not stored.
 */
UB_MUST_USE enum ub_store_result ub_store_put_appointment(struct ub_store *store,
    const struct ub_store_appointment *event, const struct ub_text *people, size_t n, bool whole,
    struct ub_arena *arena, bool *changed);
/* When the person is taken between two times, by what ends first. Each event counts once. */
UB_MUST_USE enum ub_store_result ub_store_appointments(struct ub_store *store, struct ub_text organization,
    struct ub_text person, int64_t from, int64_t to, struct ub_arena *arena,
    struct ub_store_appointments *appointments);
/* Whether an item of ours takes the person between two times. NONE: none does. */
UB_MUST_USE enum ub_store_result ub_store_item_stands(
    struct ub_store *store, struct ub_text organization, struct ub_text person, int64_t from, int64_t to);
/* What the copy at `href` has said, in any order. */
UB_MUST_USE enum ub_store_result ub_store_copy_appointments(struct ub_store *store,
    struct ub_text organization, struct ub_text upstream, struct ub_text href, struct ub_arena *arena,
    struct ub_store_appointments *appointments);
/* Forgets what the copy at `href`, which is gone, has said. OK also if that is nothing. */
UB_MUST_USE enum ub_store_result ub_store_forget_appointments(
    struct ub_store *store, struct ub_text organization, struct ub_text upstream, struct ub_text href);

/* Stores how far a calendar's changes were looked at, or replaces that. FULL: not stored. */
UB_MUST_USE enum ub_store_result ub_store_put_sync(struct ub_store *store, const struct ub_store_sync *sync);
/* NONE: the calendar was not looked at yet. */
UB_MUST_USE enum ub_store_result ub_store_sync(struct ub_store *store, struct ub_text upstream,
    struct ub_text collection, struct ub_arena *arena, struct ub_store_sync *sync);
/* Up to UB_STORE_PLACES objects in the calendar, by href, of which something is remembered that may end after
 * `since`: meetings, items, copies of these, and what else takes people's time. */
UB_MUST_USE enum ub_store_result ub_store_places(struct ub_store *store, struct ub_text organization,
    struct ub_text upstream, struct ub_text collection, int64_t since, struct ub_arena *arena,
    struct ub_store_places *places);

/* An object as a client stores it. */
struct ub_store_object {
	struct ub_text organization, upstream, href, uid;
};
/* Whether an object that is stored there may change anything that is remembered: a meeting or an item there
 * or of this UID, a colleague's copy there, or a key that is to be worked on. When people are taken does not
 * count. NONE: it changes nothing. */
UB_MUST_USE enum ub_store_result ub_store_remembers(
    struct ub_store *store, const struct ub_store_object *object);
/* Has `tell` told of all objects that ub_store_remembers() knows, some more than once; and from now on of
 * each further one, by the thread that has it remembered. The first time, no other may use the store yet. */
UB_MUST_USE enum ub_store_result ub_store_tell_objects(
    struct ub_store *store, ub_store_object_fn *tell, void *context);

/* Remembers when a principal has come by a client, unless that was less than UB_CLIENT_NOTED_MS after what is
 * remembered. FULL: not stored. */
UB_MUST_USE enum ub_store_result ub_store_note_client(
    struct ub_store *store, const struct ub_store_client *client);
/* The clients of a principal that were seen since then, in any order. */
UB_MUST_USE enum ub_store_result ub_store_clients(struct ub_store *store, struct ub_text upstream,
    struct ub_text principal, int64_t since, struct ub_arena *arena, struct ub_store_clients *clients);

/* Says which sinks there are, by distinct names. A new one begins with the next event. One that is no more is
 * forgotten, and so are events that wait for nobody. `arena`: for a while. */
UB_MUST_USE enum ub_store_result ub_store_set_sinks(
    struct ub_store *store, const struct ub_text *names, size_t n, struct ub_arena *arena);
/* All sinks, by name. */
UB_MUST_USE enum ub_store_result ub_store_sinks(
    struct ub_store *store, struct ub_arena *arena, struct ub_store_sinks *sinks);
/* The next events for a sink, `max` at most, in their order. They are kept. */
UB_MUST_USE enum ub_store_result ub_store_events(struct ub_store *store, struct ub_text sink, size_t max,
    struct ub_arena *arena, struct ub_store_events *events);
/* The sink is done with the events whose numbers are greater than `after`, up to `until`; so many of them it
 * has refused. Events that all sinks are done with are forgotten. Keeps that. NONE: there is no such sink. */
UB_MUST_USE enum ub_store_result ub_store_events_done(
    struct ub_store *store, struct ub_text sink, uint64_t after, uint64_t until, uint64_t refused);

/* Whether the store's file was deleted or moved away: what is remembered works on, and ends with this
 * process. */
UB_MUST_USE bool ub_store_is_lost(struct ub_store *store);
/* Forgets the texts of meetings that ended before `before`, and principals, clients, aliases and calendars
 * not heard of since then; the memory of meetings and periods that ended before `history`, items last stored
 * before then that belong to no meeting whose text is remembered, and rhythms that are older, which those who
 * need them store anew; and appointments that are over. */
UB_MUST_USE enum ub_store_result ub_store_prune(
    struct ub_store *store, int64_t now, int64_t before, int64_t history);

#endif
