/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_STORE_MEMORY_PRIVATE_H
#define UPBEAT_STORE_MEMORY_PRIVATE_H

#include <pthread.h>

#include "store-private.h"

/* A store of sorted sets behind one lock. The records are copies of its own. */
struct memory {
	struct ub_store store;
	pthread_mutex_t lock;
	uint64_t last_id, last_lease;
	struct set keys;        /* of struct entry, by key */
	struct set queue;       /* the same entries, by when they are due or their lease runs out */
	struct set leases;      /* the leased entries, in the same order */
	struct set owned;       /* the same entries, by principal */
	struct set expiring;    /* the same entries, by when they expire */
	struct set doubtful;    /* the doubtful entries; the first one goes first */
	struct set doubtful_of; /* the doubtful entries, by principal and age */
	struct set principals;  /* of struct known: the principals that were heard of */
	struct set claims;      /* of struct claim, by organization and meeting UID */
	struct set items, aliases;
	struct set item_places;  /* the items, by organization, upstream, href */
	struct set seen;         /* by organization, upstream, href */
	size_t seen_bytes;       /* of their texts */
	struct set meetings;     /* the same, by organization, meeting UID, href */
	struct set met;          /* meetings with accounts: by organization, meeting UID, instance */
	struct set met_with;     /* the same, by organization, account, end */
	struct set periods;      /* by organization, UID, start */
	struct set rhythms;      /* by organization, UID */
	struct set appointments; /* by organization, UID, person */
	struct set taken;        /* the same, by organization, person, end */
	struct set syncs;        /* by upstream, collection */
	struct set clients;      /* by upstream, principal, client */
	struct set copies;       /* by organization, upstream, item, person */
	struct set mails;        /* the same */
	struct set events;       /* by number */
	struct set sinks;        /* by name */
	uint64_t last_event;     /* the number of the last one */
};

/* memory-lock.c: takes the lock, and gives it back. */
struct memory *memory_lock(struct ub_store *store);
void memory_unlock(struct memory *memory);

/* ---- memory-orders.c ---- */

/* A key in the queue. Its member `key` begins a record, so that the texts stand behind the entry. */
struct entry {
	struct ub_key key;
	uint64_t id, lease;
	enum ub_job_state state;
	int64_t put;
	int64_t due;   /* queued: when; leased: when the lease runs out; otherwise INT64_MAX */
	int64_t again; /* leased and put again meanwhile: due then; otherwise INT64_MAX */
	int64_t expires;
	unsigned attempts, crashes, failures;
	char *reason, *version; /* NULL: none */
};

int memory_compare_keys(const void *a, const void *b);
int memory_compare_queue(const void *a, const void *b);
int memory_compare_owned(const void *a, const void *b);
int memory_compare_expiring(const void *a, const void *b);
int memory_compare_doubtful(const void *a, const void *b);
int memory_compare_doubtful_of(const void *a, const void *b);
/* Takes an entry out of the queue; moves it into another state. The queue is ordered by `due`, so that
 * nothing else may set it. */
void memory_queue_leave(struct memory *memory, struct entry *entry);
void memory_queue_move(struct memory *memory, struct entry *entry, enum ub_job_state state, int64_t due);
/* A put changes what these orders go by. So an entry leaves them before, and joins them after. */
void memory_queue_leave_orders(struct memory *memory, struct entry *entry);
void memory_queue_join_orders(struct memory *memory, struct entry *entry);
/* Where the principal's entries begin in an order by principal; whether the i-th one is his. */
size_t memory_queue_first_of(const struct set *set, struct ub_text upstream, struct ub_text principal);
bool memory_queue_is_of(const struct set *set, size_t i, struct ub_text upstream, struct ub_text principal);

/* ---- memory-queue.c ---- */

int memory_compare_claims(const void *a, const void *b);
void memory_queue_free(struct memory *memory);
store_put_fn memory_put;
store_take_fn memory_take;
store_recover_fn memory_recover;
store_blame_fn memory_blame;
store_reads_fn memory_reads;
store_extend_fn memory_extend;
store_claim_fn memory_claim;
store_settle_fn memory_settle;
store_requeue_fn memory_requeue;
store_forget_fn memory_forget;
store_hand_over_fn memory_hand_over;
store_expire_fn memory_expire;
store_strangers_fn memory_strangers;
store_waiting_fn memory_principals;
store_waiting_fn memory_waiting;
store_waits_fn memory_waits;
store_untried_fn memory_untried;
store_next_due_fn memory_next_due;
store_jobs_fn memory_jobs;
store_wake_fn memory_wake;
/* Makes the principal's waiting keys due, and returns how many. Takes his keys for a stranger's no longer. */
size_t memory_queue_wake(
    struct memory *memory, struct ub_text upstream, struct ub_text principal, int64_t now);
void memory_queue_vouch(struct memory *memory, struct ub_text upstream, struct ub_text principal);

/* memory-principals.c */
int memory_compare_principals(const void *a, const void *b);
store_heard_fn memory_heard;
store_knows_fn memory_knows;
store_put_login_fn memory_put_login;
store_login_fn memory_login;
store_put_owner_fn memory_put_owner;
store_owners_fn memory_owners;
store_href_of_fn memory_href_of;
void memory_prune_principals(struct memory *memory, int64_t before);

/* memory-meetings.c */
int memory_compare_met(const void *a, const void *b);
int memory_compare_met_with(const void *a, const void *b);
int memory_compare_periods(const void *a, const void *b);
int memory_compare_rhythms(const void *a, const void *b);
store_meetings_fn memory_meetings;
store_change_meetings_fn memory_change_meetings;
store_put_period_fn memory_put_period;
store_periods_fn memory_periods;
store_put_rhythm_fn memory_put_rhythm;
store_rhythm_fn memory_rhythm;
store_forget_rhythm_fn memory_forget_rhythm;
/* Let what is known of the series `from` go by the UID `to`. */
void memory_rename_periods(
    struct memory *memory, struct ub_text organization, struct ub_text from, struct ub_text to);
void memory_rename_rhythm(
    struct memory *memory, struct ub_text organization, struct ub_text from, struct ub_text to);
void memory_prune_meetings(struct memory *memory, int64_t before);

/* memory-appointments.c */
int memory_compare_appointments(const void *a, const void *b);
int memory_compare_taken(const void *a, const void *b);
store_event_appointments_fn memory_event_appointments;
store_change_appointments_fn memory_change_appointments;
store_appointments_fn memory_appointments;
store_item_stands_fn memory_item_stands;
store_copy_appointments_fn memory_copy_appointments;
store_forget_appointments_fn memory_forget_appointments;
/* Lets what is known of the series `from` go by the UID `to`. */
void memory_rename_appointments(
    struct memory *memory, struct ub_text organization, struct ub_text from, struct ub_text to);
void memory_prune_appointments(struct memory *memory, int64_t now);

/* memory-syncs.c */
int memory_compare_syncs(const void *a, const void *b);
store_put_sync_fn memory_put_sync;
store_sync_fn memory_sync;
store_places_fn memory_places;
void memory_prune_syncs(struct memory *memory, int64_t before);

/* memory-clients.c */
int memory_compare_clients(const void *a, const void *b);
store_note_client_fn memory_note_client;
store_clients_fn memory_clients;
/* Forgets clients that were last seen before then. */
void memory_prune_clients(struct memory *memory, int64_t before);

/* memory-remembers.c */
store_remembers_fn memory_remembers;
store_objects_fn memory_objects;

/* memory-copies.c */
int memory_compare_copies(const void *a, const void *b);
store_put_copy_fn memory_put_copy;
store_copy_fn memory_copy;
store_copy_at_fn memory_copy_at;
store_copies_fn memory_copies;
void memory_prune_copies(struct memory *memory, int64_t before);

/* memory-mails.c */
int memory_compare_mails(const void *a, const void *b);
store_put_mail_fn memory_put_mail;
store_note_mail_fn memory_note_mail;
store_mails_fn memory_mails;
store_mails_due_fn memory_mails_due;
store_count_mails_fn memory_count_mails;
void memory_prune_mails(struct memory *memory, int64_t before);

/* memory-events.c */
int memory_compare_events(const void *a, const void *b);
int memory_compare_sinks(const void *a, const void *b);
/* With the lock. */
void memory_add_event(struct memory *memory, const struct ub_store_event *event);
store_set_sinks_fn memory_set_sinks;
store_sinks_fn memory_sinks;
store_events_fn memory_events;
store_events_done_fn memory_events_done;

#endif
