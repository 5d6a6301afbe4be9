/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_STORE_MEMORY_PRIVATE_H
#define UPBEAT_STORE_MEMORY_PRIVATE_H

#include <pthread.h>

#include "store-private.h"

/* A store of sorted sets behind one lock. Records are its own copies. */
struct memory {
	struct ub_store store;
	pthread_mutex_t lock;
	uint64_t last_id, last_lease;
	struct set keys;        /* of struct entry, by key */
	struct set queue;       /* the same entries, by when they are due or their lease runs out */
	struct set leases;      /* those of them that are leased, in the same order */
	struct set owned;       /* the same entries, by principal */
	struct set expiring;    /* the same entries, by when they expire */
	struct set doubtful;    /* those of them that are doubtful, the first to go first */
	struct set doubtful_of; /* the same, by principal and age */
	struct set principals;  /* of struct known: those who were heard of */
	struct set claims;      /* of struct claim, by organisation and meeting UID */
	struct set items, aliases;
	struct set seen;     /* by organisation, upstream, href */
	struct set meetings; /* the same, by organisation, meeting UID, href */
};

/* memory-lock.c: the store, its lock taken. */
struct memory *memory_lock(struct ub_store *store);
void memory_unlock(struct memory *memory);

/* ---- memory-orders.c ---- */

/* A key in the queue. Its own struct ub_key is the record that the texts stand behind. */
struct entry {
	struct ub_key key;
	uint64_t id, lease;
	enum ub_job_state state;
	int64_t put;
	int64_t due;   /* queued: when; leased: when the lease runs out; else INT64_MAX */
	int64_t again; /* leased: put again meanwhile, due then; INT64_MAX: not */
	int64_t expires;
	unsigned attempts, crashes, failures;
	char *reason; /* NULL: none */
};

int compare_keys(const void *a, const void *b);
int compare_queue(const void *a, const void *b);
int compare_owned(const void *a, const void *b);
int compare_expiring(const void *a, const void *b);
int compare_doubtful(const void *a, const void *b);
int compare_doubtful_of(const void *a, const void *b);
int compare_principals(const void *a, const void *b);
/* Out of the queue; into another state of it: it is ordered by `due`, so this is the only place that sets it.
 */
void queue_leave(struct memory *memory, struct entry *entry);
void queue_move(struct memory *memory, struct entry *entry, enum ub_job_state state, int64_t due);
/* The orders that go by what a put changes: an entry leaves them before, and comes back after. */
void queue_leave_orders(struct memory *memory, struct entry *entry);
void queue_join_orders(struct memory *memory, struct entry *entry);
/* Where the principal's entries begin in one of the orders by principal; whether one is his. */
size_t queue_first_of(const struct set *set, struct ub_text upstream, struct ub_text principal);
bool queue_is_of(const struct set *set, size_t i, struct ub_text upstream, struct ub_text principal);

/* ---- memory-queue.c ---- */

int compare_claims(const void *a, const void *b);
void queue_free(struct memory *memory);
store_put_fn memory_put;
store_take_fn memory_take;
store_recover_fn memory_recover;
store_extend_fn memory_extend;
store_claim_fn memory_claim;
store_settle_fn memory_settle;
store_requeue_fn memory_requeue;
store_forget_fn memory_forget;
store_hand_over_fn memory_hand_over;
store_expire_fn memory_expire;
store_strangers_fn memory_strangers;
store_waiting_fn memory_waiting;
store_waits_fn memory_waits;
store_untried_fn memory_untried;
store_next_due_fn memory_next_due;
store_jobs_fn memory_jobs;
/* Those who waited for the principal are due; the strangers among his keys are none any more. */
size_t queue_wake(struct memory *memory, struct ub_text upstream, struct ub_text principal, int64_t now);
void queue_vouch(struct memory *memory, struct ub_text upstream, struct ub_text principal);

/* memory-principals.c */
store_heard_fn memory_heard;
store_knows_fn memory_knows;
store_put_login_fn memory_put_login;
store_login_fn memory_login;
void principals_prune(struct memory *memory, int64_t before);

#endif
