/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_RELAY_RUN_H
#define UPBEAT_RELAY_RUN_H

#include "relay-private.h"

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
	int guests_fd;   /* by which its loops get sockets to our engine; -1: there are none */
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
