/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_RELAY_RUN_H
#define UPBEAT_RELAY_RUN_H

#include "relay-private.h"

/* ---- a new program in the place of this one: handover.c ---- */

struct successor {
	int fd;               /* -1: there is none */
	int host_fd;          /* by which sockets to its engine come; -1: there is none */
	pid_t pid;            /* 0: none was started */
	bool accepts, served; /* clients; and the engine of this relay has ended */
	int64_t engine_until;
};

/* Starts the successor and gives it the sockets. Not NULL: why that cannot be done. */
const char *relay_successor_start(
    struct successor *successor, const struct shared *shared, int (*fds)[UB_LISTENS_MAX], unsigned n);
/* Takes what the successor says; `scratch` as in ub_wire_hear(). OK: it accepts clients, which it says once.
 * CLOSED: it has ended, or gone on by itself. */
enum ub_wire_result relay_successor_hear(struct successor *successor, unsigned char *scratch);
/* The sockets to the successor's engine, one for each of n loops, which are the caller's. OK, NONE or CLOSED.
 */
enum ub_wire_result relay_successor_engine(
    struct successor *successor, int *fds, unsigned n, unsigned char *scratch);

struct inherited_place {
	struct ub_text name;
	int fds[UB_RELAY_THREADS_MAX];
	unsigned n; /* 0: taken */
};

struct inherited {
	struct inherited_place places[UB_LISTENS_MAX];
	size_t n;
	unsigned range; /* of the predecessor's ids */
	struct ub_arena *arena;
};

/* Takes the sockets of the predecessor, for relay_inherited_close() in either case. False: it does not give
 * them. */
UB_MUST_USE bool relay_inherit(struct inherited *inherited, int predecessor, unsigned char *scratch);
/* How many threads the sockets are for; 0: there are none. */
unsigned relay_inherited_threads(const struct inherited *inherited);
/* As relay_listen(), by inherited sockets. False: there are none for the place. */
bool relay_inherited_take(
    struct inherited *inherited, const struct ub_relay_listen *place, unsigned n, int *fds);
/* Closes what nobody has taken. */
void relay_inherited_close(struct inherited *inherited);
/* Tells the predecessor that clients are accepted. Returns a socket to it, for relay_guests_take(); -1: there
 * is none. */
int relay_successor_ready(int predecessor);
/* The predecessor's loops get these sockets to the engine, which are closed here. False: it is gone. */
bool relay_guests_take(int guests_fd, int *fds, unsigned n);

struct engine {
	const struct ub_relay_options *options;
	struct ub_log *log;
	struct shared *shared;
	int fd; /* the main thread's socket; -1: there is none */
	/* Those of the loops, and behind them those of its guests, that were not taken; -1: taken. */
	int loop_fds[UB_WIRE_FILES_MAX];
	unsigned n_loops;
	unsigned n_guests; /* loops of the relay before this one, which has no engine any more */
	int control_fd;    /* 0: there is none */
	int memory_fd;     /* of shared->memory; -1: there is none */
	pid_t pid;         /* 0: no engine runs */
	uint32_t count;    /* how many engines were started */
	bool ready;        /* it has said so */
	bool crashed;      /* an engine died by itself, and none was ready since */
	bool last;         /* another relay has taken over: there is no engine after this one */
	ub_instant relay_started;
	int64_t started, start_at;
	int64_t back_off;
};

void relay_engine_init(struct engine *engine, unsigned n_loops);
/* No engine runs any more. */
void relay_engine_free(struct engine *engine);
void relay_engine_start(struct engine *engine);
/* The engine has said that it is ready. If it dies from now on, it has crashed. */
void relay_engine_ready(struct engine *engine);
/* What the engine wants to see of bodies. */
void relay_engine_wants(struct shared *shared, const struct ub_wire_bodies *bodies);
/* The socket to the engine of the loop with this index, which is the caller's; -1: it was taken before. */
int relay_engine_take_socket(struct engine *engine, unsigned loop);
/* After SIGCHLD. True: the engine has ended. */
bool relay_engine_reap(struct engine *engine);
/* Asks the engine to end, and kills it if it has not ended after UB_RELAY_DRAIN_MS. Blocks until then. */
void relay_engine_stop(struct engine *engine);

/* ---- the main thread ---- */

/* The main thread starts and ends the loops and the engine, and hands on what the engine says. */
struct relay {
	const struct ub_relay_options *options;
	struct ub_log *log;
	int signals;
	struct shared shared;
	struct engine engine;
	struct health *health;
	struct inherited inherited;
	struct successor successor;
	int predecessor; /* -1: there is none, or it has let go */
	/* When to try again to have what it has let go, on the monotonic clock; 0: that was not tried yet. */
	int64_t claim_at;
	int guests_fd; /* by which its loops get sockets to our engine; -1: there are none */
	struct loop *loops[UB_RELAY_THREADS_MAX];
	int listen_fds[UB_RELAY_THREADS_MAX][UB_LISTENS_MAX];
	unsigned n, finished;
	bool ready, stopping;
	char *tls_problem; /* why certificates are used that were read before; NULL: those of the files are */
	unsigned char *wire;
};

/* ---- what the main thread hears: hear.c ---- */

/* Tells all loops that have begun. */
void relay_tell_all(struct relay *relay, enum note_kind kind);
/* Each loop gets its socket to the engine, if that is ready. */
void relay_give_engine(struct relay *relay);
/* Starts the engine, or lets it go so that a successor may have one, when it is time for that. Returns the
 * milliseconds until it may be time; -1: for ever. `now` is on the monotonic clock. */
int relay_tend_engine(struct relay *relay, int64_t now);
/* Waits for the first thing that is to be heard, so many milliseconds at most (-1: for ever), and does what
 * is due then. */
void relay_hear(struct relay *relay, int patience);

#endif
