/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_QUEUE_H
#define UPBEAT_QUEUE_H

/*
 * queue: makes keys of what the relay tells of clients' writes, and passes of keys. A key is in the store
 * before its write goes on to the server, so that a crash loses none. What no rule can want has no key: its
 * bytes tell that here, or told the relay. The callers' credentials are in memory only. A key whose object
 * takes too long to read ends the engine, and is set aside as after a crash.
 */

#include "upbeat/configuration.h"
#include "upbeat/identity.h"
#include "upbeat/pass.h"
#include "upbeat/store.h"
#include "upbeat/wire.h"

/* Something to be done once for all calendars of one user. */
struct ub_order {
	const struct ub_key *key; /* its href is the order's words */
	struct ub_snapshot *snapshot;
	struct ub_store *store;
	const struct ub_caller *caller; /* the user, or the service account on his behalf */
	/* To be asked before each request: whether the order may go on. */
	bool (*goes_on)(void *context);
	void *context;
	/* The thread that carries out the order: how long it reads an object is watched. NULL: it is not. */
	struct ub_watched *watched;
	struct ub_arena *arena;
};

struct ub_queue_input {
	/* Carries out an order, and says in one line what came of it. False: to be tried again. NULL: orders
	 * are left. Called by several threads at once. */
	bool (*carry_out)(const struct ub_order *order, struct ub_text *why);
	struct ub_configuration *configuration;
	struct ub_store *store;
	/* the base of its URL, NUL-terminated; a reload does not change the upstream */
	struct ub_text upstream;
	int relay_fd;  /* the relay's socket; the caller closes it */
	int memory_fd; /* of the memory that it sees (struct ub_wire_memory); -1: it sees none */
	struct ub_log *log;
	/* Watches how long a thread reads an object. NULL: nobody does. */
	struct ub_watch *watch;
};

struct ub_queue;

/* Never NULL. `input` is copied; what its members point to must outlive the queue. No thread runs yet. */
struct ub_queue *ub_queue_new(const struct ub_queue_input *input);
/* Starts the workers, which work on keys, and the amender. Called once. */
void ub_queue_start(struct ub_queue *queue);
/* Ends these threads, logs which keys are lost with the memory, frees the queue and sets *queue to NULL. What
 * the store has stays there. */
void ub_queue_stop(struct ub_queue **queue);
/* Tells the workers that keys may have become due or that other rules are in force. `queue` is a struct
 * ub_queue. Any thread. */
void ub_queue_wake(void *queue);

/* ---- by the thread that hears the relay ---- */

struct pollfd;
/* Waits for frames, at most `wait` milliseconds, or until something else happens: `other` is polled along
 * (NULL: nothing is). Takes the frames that have come, up to UB_BATCH_MAX of each socket, and answers them.
 * False: the relay is gone. */
UB_MUST_USE bool ub_queue_hear(struct ub_queue *queue, struct pollfd *other, int64_t wait);
/* Does what is to be done from time to time. Returns after how many milliseconds, at the latest, the caller
 * has to call again. */
UB_MUST_USE int64_t ub_queue_tend(struct ub_queue *queue);

/* ---- for those who ask; any thread ---- */

/* A key and where it is: in the store, or in memory only. */
struct ub_known_job {
	struct ub_job job;
	bool sheltered; /* the store has not taken this key: it is in memory only */
};
struct ub_known_jobs {
	struct ub_known_job *items;
	size_t n, cap;
};
/* All keys, those of the store first. Their texts are copies in `arena`. A store that cannot be read gives
 * none. Any thread. */
struct ub_known_jobs ub_queue_jobs(struct ub_queue *queue, struct ub_arena *arena);

struct ub_passed_meetings {
	struct ub_passed_meeting *items;
	size_t n, cap;
};
/* The last UB_PASSED_MAX of those since the engine was started. Their texts are copies in `arena`. Any
 * thread. */
struct ub_passed_meetings ub_queue_passed(struct ub_queue *queue, struct ub_arena *arena);

/* How the service account is doing. */
enum ub_service_word {
	UB_SERVICE_NONE,       /* the settings name none */
	UB_SERVICE_UNREADABLE, /* there is no secret in its file */
	UB_SERVICE_UNTRIED,    /* the server has not judged it yet */
	UB_SERVICE_ACCEPTED,
	UB_SERVICE_REFUSED,
};
/* "accepted" and the like: for people and programs. A literal. */
const char *ub_queue_service_word_text(enum ub_service_word word);
struct ub_queue_service {
	enum ub_service_word word;
	struct ub_text name; /* empty: it signs in with a token */
	struct ub_text why;  /* what is wrong; empty: nothing */
};
/* The texts are copies in `arena`. Any thread. */
struct ub_queue_service ub_queue_service(struct ub_queue *queue, struct ub_arena *arena);

/* The calendars that the settings name for the service account to look at. */
struct ub_queue_failing {
	struct ub_text calendar, why;
};
struct ub_queue_polled {
	size_t calendars;                        /* all */
	UB_VEC(struct ub_queue_failing) failing; /* those that could not be looked at last */
};
/* The texts are copies in `arena`. Any thread. */
struct ub_queue_polled ub_queue_polled(struct ub_queue *queue, struct ub_arena *arena);

/* Callers whose sign-in cannot be used again, and whose writes the server has accepted, since the engine was
 * started. */
struct ub_queue_unusable {
	struct ub_texts names; /* "alice (Digest)"; UB_UNUSABLE_MAX at most */
	size_t more;           /* writes of further ones */
};
/* The texts are copies in `arena`. Any thread. */
struct ub_queue_unusable ub_queue_unusable(struct ub_queue *queue, struct ub_arena *arena);

/* What the relay has said of itself. */
struct ub_queue_relay {
	uint32_t predecessors; /* engines of this relay that ended before this one */
	ub_instant started;    /* when the relay was started; 0: not known yet */
};
/* Any thread. */
struct ub_queue_relay ub_queue_relay(struct ub_queue *queue);
/* Why the relay uses certificates that it has read before, in the arena; empty: it uses those of the files.
 * Any thread. */
struct ub_text ub_queue_tls_problem(struct ub_queue *queue, struct ub_arena *arena);
/* How many requests wait, and were refused, as the relay tells. Any thread. */
struct ub_wire_crowd ub_queue_crowd(const struct ub_queue *queue, size_t upstream);

/*
 * Puts n keys for a user of the machine, due at once. He has just used these credentials himself, so that
 * they count as proven. With n = 0 he only waits for his keys: that renews his credentials if they still are
 * the ones kept, but brings back none that the server has refused meanwhile. Not OK: the key is not put, and
 * ub_store_problem() of the store says why. `keys` and `authorization` are copied. Any thread.
 */
UB_MUST_USE enum ub_store_result ub_queue_put(
    struct ub_queue *queue, const struct ub_key *keys, size_t n, struct ub_text authorization);

#endif
