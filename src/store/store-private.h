/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_STORE_PRIVATE_H
#define UPBEAT_STORE_PRIVATE_H

/*
 * What the stores share: the table of their functions, and records in sorted sets.
 */

#include "upbeat/copies.h"
#include "upbeat/mails.h"
#include "upbeat/history.h"

#define UB_STORE_ASIDE_REASON "what worked on it did not come to an end, several times"

/* When a key that is put now expires, in milliseconds since 1970. */
int64_t store_expiry(enum ub_doubt doubt, int64_t now);

/* ---- the table: what a store can do, as ub_store_NAME() in its public headers says ---- */

typedef void store_close_fn(struct ub_store *store);
typedef const char *store_problem_fn(struct ub_store *store);
typedef enum ub_store_result store_keep_fn(struct ub_store *store);
typedef int64_t store_unkept_fn(struct ub_store *store);
typedef uint64_t store_losses_fn(const struct ub_store *store);
/* `hurry`: as ub_store_hurry(). */
typedef enum ub_store_result store_put_fn(
    struct ub_store *store, const struct ub_key *keys, size_t n, bool hurry, int64_t now, int64_t due);
typedef enum ub_store_result store_take_fn(
    struct ub_store *store, int64_t now, int64_t lease_ms, struct ub_arena *arena, struct ub_job *job);
typedef enum ub_store_result store_recover_fn(struct ub_store *store, bool crashed, int64_t now);
typedef enum ub_store_result store_blame_fn(
    struct ub_store *store, const struct ub_job *job, int64_t now, struct ub_text reason);
typedef enum ub_store_result store_reads_fn(
    struct ub_store *store, const struct ub_job *job, int64_t now, struct ub_text version);
typedef enum ub_store_result store_extend_fn(
    struct ub_store *store, const struct ub_job *job, int64_t now, int64_t lease_ms);
typedef enum ub_store_result store_claim_fn(struct ub_store *store, const struct ub_job *job, int64_t now,
    struct ub_text organization, struct ub_text meeting_uid);
typedef enum ub_store_result store_settle_fn(struct ub_store *store, const struct ub_job *job, int64_t now);
typedef enum ub_store_result store_requeue_fn(struct ub_store *store, const struct ub_job *job, int64_t now,
    enum ub_job_state state, int64_t due, struct ub_text reason);
typedef enum ub_store_result store_forget_fn(struct ub_store *store, const struct ub_job *job);
typedef enum ub_store_result store_hand_over_fn(struct ub_store *store, const struct ub_job *job, int64_t now,
    const struct ub_key *to, struct ub_text reason);
typedef enum ub_store_result store_expire_fn(
    struct ub_store *store, int64_t now, struct ub_arena *arena, struct ub_jobs *gone);
typedef enum ub_store_result store_strangers_fn(struct ub_store *store, size_t *n);
typedef enum ub_store_result store_heard_fn(
    struct ub_store *store, struct ub_text upstream, struct ub_text principal, int64_t now, size_t *woken);
typedef enum ub_store_result store_knows_fn(
    struct ub_store *store, struct ub_text upstream, struct ub_text principal);
typedef enum ub_store_result store_put_login_fn(
    struct ub_store *store, struct ub_text upstream, struct ub_text principal, struct ub_text href);
typedef enum ub_store_result store_login_fn(struct ub_store *store, struct ub_text upstream,
    struct ub_text href, struct ub_arena *arena, struct ub_text *principal);
typedef enum ub_store_result store_put_owner_fn(
    struct ub_store *store, struct ub_text upstream, const struct ub_store_owner *owner);
/* In any order. */
typedef enum ub_store_result store_owners_fn(struct ub_store *store, struct ub_text upstream,
    struct ub_text address, struct ub_arena *arena, struct ub_store_owners *owners);
typedef enum ub_store_result store_href_of_fn(struct ub_store *store, struct ub_text upstream,
    struct ub_text principal, struct ub_arena *arena, struct ub_text *href);
typedef enum ub_store_result store_wake_fn(struct ub_store *store, struct ub_text upstream, int64_t now);
typedef enum ub_store_result store_waiting_fn(
    struct ub_store *store, struct ub_text upstream, struct ub_arena *arena, struct ub_texts *principals);
typedef enum ub_store_result store_waits_fn(
    struct ub_store *store, struct ub_text upstream, struct ub_text principal);
typedef enum ub_store_result store_untried_fn(
    struct ub_store *store, const struct ub_job *job, int64_t until);
typedef enum ub_store_result store_next_due_fn(struct ub_store *store, int64_t *due);
typedef enum ub_store_result store_jobs_fn(
    struct ub_store *store, struct ub_arena *arena, struct ub_jobs *jobs);
typedef enum ub_store_result store_put_item_fn(
    struct ub_store *store, const struct ub_store_item *item, const struct ub_store_event *event);
typedef enum ub_store_result store_items_fn(struct ub_store *store, struct ub_text organization,
    struct ub_text meeting_uid, struct ub_arena *arena, struct ub_store_items *items);
typedef enum ub_store_result store_item_uids_fn(struct ub_store *store, struct ub_text organization,
    struct ub_text prefix, struct ub_text owner, struct ub_arena *arena, struct ub_texts *uids);
typedef enum ub_store_result store_item_at_fn(struct ub_store *store, struct ub_text organization,
    struct ub_text upstream, struct ub_text href, struct ub_arena *arena, struct ub_store_item *item);
typedef enum ub_store_result store_put_alias_fn(
    struct ub_store *store, struct ub_text upstream, struct ub_text from, struct ub_text to, int64_t now);
typedef enum ub_store_result store_alias_fn(struct ub_store *store, struct ub_text upstream,
    struct ub_text from, struct ub_arena *arena, struct ub_text *to);
typedef enum ub_store_result store_put_seen_fn(struct ub_store *store, const struct ub_store_seen *seen);
typedef enum ub_store_result store_seen_fn(struct ub_store *store, struct ub_text organization,
    struct ub_text upstream, struct ub_text href, struct ub_arena *arena, struct ub_store_seen *seen);
typedef enum ub_store_result store_forget_seen_fn(
    struct ub_store *store, struct ub_text organization, struct ub_text upstream, struct ub_text href);
typedef enum ub_store_result store_seens_fn(struct ub_store *store, struct ub_text organization,
    struct ub_text meeting_uid, struct ub_arena *arena, struct ub_store_seens *seens);
typedef enum ub_store_result store_seens_due_fn(
    struct ub_store *store, int64_t now, struct ub_arena *arena, struct ub_store_seens *seens);
typedef enum ub_store_result store_seen_looked_fn(struct ub_store *store, const struct ub_store_seen *seen);
/* The meetings of a UID, or those with an account that stand, by what ends first; with both texts empty all
 * of the organization, in the order of UID and instance. */
typedef enum ub_store_result store_meetings_fn(struct ub_store *store, struct ub_text organization,
    struct ub_text meeting_uid, struct ub_text account, struct ub_arena *arena,
    struct ub_store_meetings *meetings);
/* Takes some meetings out and stores others, or replaces those of the same key: all or none. */
typedef enum ub_store_result store_change_meetings_fn(
    struct ub_store *store, const struct ub_store_meetings *out, const struct ub_store_meetings *in);
typedef enum ub_store_result store_put_period_fn(struct ub_store *store, struct ub_text organization,
    struct ub_text uid, const struct ub_store_period *period, int64_t now);
typedef enum ub_store_result store_rename_series_fn(
    struct ub_store *store, struct ub_text organization, struct ub_text from, struct ub_text to);
typedef enum ub_store_result store_periods_fn(struct ub_store *store, struct ub_text organization,
    struct ub_arena *arena, struct ub_store_periods *periods);
/* Stores, or replaces what has the same key. */
typedef enum ub_store_result store_put_rhythm_fn(
    struct ub_store *store, const struct ub_store_rhythm *rhythm);
typedef enum ub_store_result store_rhythm_fn(struct ub_store *store, struct ub_text organization,
    struct ub_text uid, struct ub_arena *arena, struct ub_store_rhythm *rhythm);
typedef enum ub_store_result store_forget_rhythm_fn(
    struct ub_store *store, struct ub_text organization, struct ub_text uid);
/* The appointments by an event, in any order. */
typedef enum ub_store_result store_event_appointments_fn(struct ub_store *store, struct ub_text organization,
    struct ub_text uid, struct ub_arena *arena, struct ub_store_appointments *appointments);
/* Takes some appointments out and stores others, or replaces those of the same key: all or none. */
typedef enum ub_store_result store_change_appointments_fn(
    struct ub_store *store, const struct ub_store_appointments *out, const struct ub_store_appointments *in);
typedef enum ub_store_result store_appointments_fn(struct ub_store *store, struct ub_text organization,
    struct ub_text person, int64_t from, int64_t to, struct ub_arena *arena,
    struct ub_store_appointments *appointments);
typedef enum ub_store_result store_item_stands_fn(
    struct ub_store *store, struct ub_text organization, struct ub_text person, int64_t from, int64_t to);
typedef enum ub_store_result store_copy_appointments_fn(struct ub_store *store, struct ub_text organization,
    struct ub_text upstream, struct ub_text href, struct ub_arena *arena,
    struct ub_store_appointments *appointments);
typedef enum ub_store_result store_forget_appointments_fn(
    struct ub_store *store, struct ub_text organization, struct ub_text upstream, struct ub_text href);
typedef enum ub_store_result store_put_sync_fn(struct ub_store *store, const struct ub_store_sync *sync);
typedef enum ub_store_result store_sync_fn(struct ub_store *store, struct ub_text upstream,
    struct ub_text collection, struct ub_arena *arena, struct ub_store_sync *sync);
/* In any order, and an object as often as something is remembered of it. */
typedef enum ub_store_result store_places_fn(struct ub_store *store, struct ub_text organization,
    struct ub_text upstream, struct ub_text collection, int64_t since, struct ub_arena *arena,
    struct ub_store_places *places);
typedef enum ub_store_result store_note_client_fn(
    struct ub_store *store, const struct ub_store_client *client);
typedef enum ub_store_result store_clients_fn(struct ub_store *store, struct ub_text upstream,
    struct ub_text principal, int64_t since, struct ub_arena *arena, struct ub_store_clients *clients);
typedef enum ub_store_result store_put_copy_fn(struct ub_store *store, const struct ub_store_copy *copy);
typedef enum ub_store_result store_copy_fn(struct ub_store *store, const struct ub_store_copy *like,
    struct ub_arena *arena, struct ub_store_copy *copy);
typedef enum ub_store_result store_remembers_fn(struct ub_store *store, const struct ub_store_object *object);
/* Tells of what is remembered already. */
typedef enum ub_store_result store_objects_fn(struct ub_store *store);
typedef enum ub_store_result store_copy_at_fn(struct ub_store *store, struct ub_text organization,
    struct ub_text upstream, struct ub_text href, struct ub_arena *arena, struct ub_store_copy *copy);
typedef enum ub_store_result store_copies_fn(struct ub_store *store, struct ub_text organization,
    struct ub_text meeting_uid, struct ub_arena *arena, struct ub_store_copies *copies);
typedef enum ub_store_result store_put_mail_fn(struct ub_store *store, const struct ub_store_mail *mail);
typedef enum ub_store_result store_note_mail_fn(struct ub_store *store, const struct ub_store_mail *mail);
typedef enum ub_store_result store_mails_fn(struct ub_store *store, struct ub_text organization,
    struct ub_text meeting_uid, struct ub_arena *arena, struct ub_store_mails *mails);
typedef enum ub_store_result store_mails_due_fn(
    struct ub_store *store, int64_t now, size_t max, struct ub_arena *arena, struct ub_store_mails *mails);
typedef enum ub_store_result store_count_mails_fn(struct ub_store *store, struct ub_mail_counts *counts);
typedef enum ub_store_result store_set_sinks_fn(
    struct ub_store *store, const struct ub_text *names, size_t n, struct ub_arena *arena);
typedef enum ub_store_result store_sinks_fn(
    struct ub_store *store, struct ub_arena *arena, struct ub_store_sinks *sinks);
typedef enum ub_store_result store_events_fn(struct ub_store *store, struct ub_text sink, size_t max,
    struct ub_arena *arena, struct ub_store_events *events);
typedef enum ub_store_result store_events_done_fn(
    struct ub_store *store, struct ub_text sink, uint64_t after, uint64_t until, uint64_t refused);
typedef enum ub_store_result store_prune_fn(
    struct ub_store *store, int64_t now, int64_t before, int64_t history);
typedef bool store_is_lost_fn(struct ub_store *store);

struct ub_store_ops {
	const char *name; /* "memory" */
	store_close_fn *close;
	store_problem_fn *problem;
	store_keep_fn *keep;
	store_unkept_fn *unkept;
	store_losses_fn *losses;

	store_put_fn *put;
	store_take_fn *take;
	store_recover_fn *recover;
	store_blame_fn *blame;
	store_reads_fn *reads;
	store_extend_fn *extend;
	store_claim_fn *claim;
	store_settle_fn *settle;
	store_requeue_fn *requeue;
	store_forget_fn *forget;
	store_hand_over_fn *hand_over;
	store_expire_fn *expire;
	store_strangers_fn *strangers;
	store_heard_fn *heard;
	store_knows_fn *knows;
	store_put_login_fn *put_login;
	store_login_fn *login;
	store_put_owner_fn *put_owner;
	store_owners_fn *owners;
	store_href_of_fn *href_of;
	store_wake_fn *wake;
	store_waiting_fn *principals;
	store_waiting_fn *waiting;
	store_waits_fn *waits;
	store_untried_fn *untried;
	store_next_due_fn *next_due;
	store_jobs_fn *jobs;

	store_put_item_fn *put_item;
	store_items_fn *items;
	store_item_uids_fn *item_uids;
	store_item_at_fn *item_at;

	store_put_alias_fn *put_alias;
	store_alias_fn *alias;

	store_put_seen_fn *put_seen;
	store_seen_fn *seen;
	store_forget_seen_fn *forget_seen;
	store_seens_fn *seens;
	store_seens_due_fn *seens_due;
	store_seen_looked_fn *seen_looked;

	store_meetings_fn *meetings;
	store_change_meetings_fn *change_meetings;
	store_put_period_fn *put_period;
	store_periods_fn *periods;
	store_rename_series_fn *rename_series;
	store_put_rhythm_fn *put_rhythm;
	store_rhythm_fn *rhythm;
	store_forget_rhythm_fn *forget_rhythm;

	store_event_appointments_fn *event_appointments;
	store_change_appointments_fn *change_appointments;
	store_appointments_fn *appointments;
	store_item_stands_fn *item_stands;
	store_copy_appointments_fn *copy_appointments;
	store_forget_appointments_fn *forget_appointments;

	store_put_sync_fn *put_sync;
	store_sync_fn *sync;
	store_note_client_fn *note_client;
	store_clients_fn *clients;
	store_put_copy_fn *put_copy;
	store_copy_fn *copy;
	store_copy_at_fn *copy_at;
	store_copies_fn *copies;
	store_put_mail_fn *put_mail;
	store_note_mail_fn *note_mail;
	store_mails_fn *mails;
	store_mails_due_fn *mails_due;
	store_count_mails_fn *count_mails;
	store_places_fn *places;
	store_remembers_fn *remembers;
	store_objects_fn *objects;

	store_set_sinks_fn *set_sinks;
	store_sinks_fn *sinks;
	store_events_fn *events;
	store_events_done_fn *events_done;

	store_prune_fn *prune;
	store_is_lost_fn *is_lost;
};

/* ---- mails.c ---- */

/* What is in the place of `former` (NULL: nothing) when `mail` is put. False: nothing new is. */
bool store_next_mail(
    const struct ub_store_mail *former, const struct ub_store_mail *mail, struct ub_store_mail *next);

/* ---- records.c: structs with texts, copied whole; sorted sets of them ---- */

/* Where a struct has its texts: `texts` are offsets of struct ub_text. */
struct shape {
	size_t size;
	const size_t *texts;
	size_t n;
};

extern const struct shape record_key_shape, record_item_shape, record_seen_shape, record_meeting_shape,
    record_period_shape, record_rhythm_shape, record_appointment_shape;

/* A copy of the struct and its texts in one piece of memory, for free(). `extra` bytes of zeros stand between
 * them. */
void *record_new(const struct shape *shape, const void *from, size_t extra);
/* Copies the struct to *out, and its texts into the arena. */
void record_out(const struct shape *shape, const void *from, struct ub_arena *arena, void *out);

/* A sorted array of pointers. Who adds them owns them, but for record_set_free(). */
struct set {
	void **items;
	size_t n, cap;
	int (*compare)(const void *a, const void *b);
};

/* The place where something equal to `like` stands or would stand. *found (may be NULL): whether it is
 * there. */
size_t record_set_find(const struct set *set, const void *like, bool *found);
void *record_set_get(const struct set *set, const void *like); /* NULL: it is not there */
void record_set_add(struct set *set, void *item);
/* Takes out what is equal to `like`, and does not free it. False: it is not there. */
bool record_set_remove(struct set *set, const void *like);
/* Takes out the first n, and does not free them. */
void record_set_remove_first(struct set *set, size_t n);
/* Frees the set and everything in it. */
void record_set_free(struct set *set);

/* Whether a text is one of n. */
bool record_is_among(const struct ub_text *texts, size_t n, struct ub_text text);
/* Compares n pairs of texts: the first pair that differs decides. */
int record_compare_texts(const struct ub_text *const *a, const struct ub_text *const *b, size_t n);

#endif
