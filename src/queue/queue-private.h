/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_QUEUE_PRIVATE_H
#define UPBEAT_QUEUE_PRIVATE_H

/*
 * What the files of the queue share. The other headers of the folder declare parts that need no queue, or
 * little of it.
 */

#include <pthread.h>
#include <stdatomic.h>

#include "alias.h"
#include "credentials.h"
#include "lone.h"
#include "open-writes.h"
#include "passed.h"
#include "poller.h"
#include "service.h"
#include "unusable.h"
#include "upbeat/clients.h"
#include "upbeat/pass.h"
#include "upbeat/queue.h"
#include "upbeat/wire.h"
#include "upkeep.h"

/* By which the relay, or one of its loops, tells of writes, and is answered. */
struct queue_socket {
	int fd;
	bool ended;                /* the other side is gone; the file stays open, as writes may name it */
	bool owes_heard;           /* writes that went ahead were heard in this turn */
	struct ub_wire_outbox out; /* what goes there at the end of the turn */
};

/* When an href was last written to. */
struct latest_write {
	int64_t announced; /* on the monotonic clock */
	uint32_t tag;      /* of the href */
};

/* What the queue's threads share. */
struct ub_queue {
	struct ub_queue_input input;
	/* in memory: keys that the store has not taken, and most keys of strangers */
	struct ub_store *shelter;
	struct ub_store *polls; /* in memory: calendars that are to be looked at for changes */
	struct ub_looks *looks;
	struct ub_writes *writes;
	struct ub_credentials *credentials;
	struct ub_service *service;
	struct ub_poller *poller;
	struct ub_unusable *unusable;
	struct ub_open_additions *additions;
	struct ub_wire_memory *memory; /* what the relay sees; NULL: it sees nothing */
	_Atomic size_t objects_added;  /* since all were taken out */
	struct ub_passed *passed;
	struct ub_log_pace store_pace, relay_pace, owner_pace;
	struct ub_workers *workers;
	struct ub_amender *amender;
	pthread_mutex_t mutex;
	pthread_mutex_t times;       /* as in struct ub_pass */
	pthread_cond_t changed;      /* keys may have become due, or it is time to stop */
	bool stopping;               /* guarded by the mutex */
	struct ub_queue_relay relay; /* guarded by the mutex */
	char *tls_problem;           /* of the relay, guarded by the mutex; NULL: there is none */
	/* counts the signals of `changed`, so that a worker misses none between looking and waiting */
	uint64_t wakeups;
	unsigned busy; /* workers that work on a key */
	/* Only for the thread that hears the relay: */
	struct queue_socket sockets[1 + UB_WIRE_FILES_MAX]; /* the first is input.relay_fd */
	size_t n_sockets;
	struct ub_redirects *redirects;
	struct ub_upkeep upkeep;
	/* when to tell the relay next for whom keys wait, on the monotonic clock */
	int64_t tell_waiting;
	int64_t tend_stores; /* when to look at the stores next, on the monotonic clock */
	struct ub_tended *tended;
	struct ub_map *known; /* principals who were heard of: they need not be looked for in the store */
	struct ub_arena *known_arena;
	/* when the calendars of a principal were last looked at for changes, on the monotonic clock */
	struct ub_map *polled;
	struct ub_arena *polled_arena;
	struct ub_map *clients; /* when clients of principals were last noted, in milliseconds since 1970 */
	struct ub_arena *clients_arena;
	size_t objects_most;                      /* so many are added before all are taken out */
	struct stored_lone *stored, *last_stored; /* lone objects that are to be settled */
	int64_t settle_stored;                    /* when, on the monotonic clock */
	struct latest_write latest[UB_LATEST_WRITES];
	unsigned told_polls;               /* what the relay was last told of polls */
	bool told_waiting;                 /* the relay was last told that keys wait for somebody */
	struct ub_wire_bodies told_bodies; /* what the relay was last told of bodies */
	unsigned char *in, *out;           /* room for one message each */
	struct ub_arena *arena;            /* of one turn: reset after each ub_queue_hear() */
};

/* ---- accounts.c ---- */

/* What is known of users' keys for their accounts. Never NULL. */
struct ub_tended *queue_tended_new(void);
/* Sets *tended to NULL; NULL is allowed. */
void queue_tended_free(struct ub_tended **tended);
/* Puts the keys of users whose accounts are to be looked at. Only for the thread that hears the relay. `now`:
 * milliseconds since 1970. */
void queue_tend_accounts(struct ub_queue *queue, int64_t now);

/* ---- shared.c ---- */

/* Milliseconds since 1970. */
int64_t queue_now(void);
/* The snapshot in force, held for the caller. */
struct ub_snapshot *queue_snapshot(struct ub_queue *queue);
/* Whether it is time to stop. */
bool queue_is_stopping(struct ub_queue *queue);
/* Logs the problem of a store; no more than once a minute, as a full disk refuses much. */
void queue_complain(struct ub_queue *queue, struct ub_store *store);
/* The same, if this result of it is a problem. */
void queue_note_result(struct ub_queue *queue, struct ub_store *store, enum ub_store_result result);
/* Keeps n keys in memory. What is too much is lost, which the log is told. `due`: milliseconds since 1970. */
void queue_shelter(struct ub_queue *queue, const struct ub_key *keys, size_t n, int64_t due);
/* Puts n keys into the store; those that it does not take are kept in memory. `again`: the store should have
 * them already. `due`: as above. */
void queue_put(struct ub_queue *queue, const struct ub_key *keys, size_t n, bool again, int64_t due);
/* Tells the relay, by this socket of it, that a write may go on: with `body` or, if that is empty, as the
 * write came. `scratch`: UB_WIRE_FRAME_MAX bytes, as of ub_wire_send(). Any thread. */
void queue_let_go(
    struct ub_queue *queue, int fd, struct ub_wire_id id, struct ub_text body, unsigned char *scratch);
/* Logs that the relay does not read; no more than once a minute. */
void queue_complain_of_relay(struct ub_queue *queue);

/* ---- intake.c: what the relay tells ---- */

void queue_close_sockets(struct ub_queue *queue);

/* ---- worker.c: the threads that take keys from the store and put each through a pass ---- */

/* Never NULL. The queue must outlive the workers. */
struct ub_workers *queue_workers_start(struct ub_queue *queue);
/* Waits for the workers to end, after queue->stopping was set and signalled. Sets *workers to NULL. */
void queue_workers_join(struct ub_workers **workers);

/* ---- objects.c ---- */

/* Shows the relay of which objects something is remembered. Only for the thread that hears the relay, and at
 * first before there are others. */
void queue_show_objects(struct ub_queue *queue);
/* Shows them again when there are too many of which nothing is remembered any more. Only for that thread. */
void queue_tend_objects(struct ub_queue *queue);
/* Whether something may be remembered of an object. False: nothing is. Any thread. */
bool queue_knows_object(const struct ub_queue *queue, struct ub_text href, struct ub_text uid);

/* ---- known.c ---- */

/* Whether the principal was heard of. A store that cannot tell makes nobody a stranger. By the thread that
 * hears the relay. */
bool queue_knows(struct ub_queue *queue, struct ub_text principal);
/* The principal was heard of; the store knows already. */
void queue_know(struct ub_queue *queue, struct ub_text principal);

/* ---- polls.c ---- */

/* Tells the relay how often it is to tell of polls, if that is something else than before. Both only for the
 * thread that hears the relay. */
void queue_tell_polls(struct ub_queue *queue);
/* A user has polled what may be a calendar: it is looked at for changes, unless that was done a moment ago.
 */
void queue_polled(struct ub_queue *queue, const struct ub_wire_principal *heard);
/* Puts the keys of calendars that the settings name for the service account to look at. Any thread. */
void queue_feed_polls(struct ub_queue *queue);
/* The service account has looked at a calendar. `why`: what kept it from that; empty: nothing. Any thread. */
void queue_served_poll(struct ub_queue *queue, struct ub_text calendar, struct ub_text why);

/* ---- clients.c ---- */

/* A principal whom the server knows has come by this client, or with NULL by one that does not say what it
 * is. Only for the thread that hears the relay. */
void queue_note_client(
    struct ub_queue *queue, struct ub_text principal, const struct ub_client_family *client);

/* ---- waiting.c: keys that wait for their principal ---- */

/* Tells the relay for whom keys wait, at most once in UB_SWEEP_MS. Only for the thread that hears the
 * relay. */
void queue_tell_waiting(struct ub_queue *queue);
/* The server has answered a request of this caller well. If keys of his wait, they are woken and his
 * credentials are kept; otherwise nothing of him is kept. */
void queue_heard(struct ub_queue *queue, const struct ub_wire_principal *heard);
/* Keeps the credentials of a principal whom the server knows, and makes the keys due that wait for him. */
void queue_wake_principal(
    struct ub_queue *queue, struct ub_text principal, struct ub_text authorization, struct ub_text host);

#endif
