/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_ENGINE_H
#define UPBEAT_ENGINE_H

/*
 * engine: the process beside the relay. The engine hears what clients write, and does what follows from that.
 */

#include "upbeat/configuration.h"

struct ub_store;

/* Opens the store of the settings. Another daemon that still has it is waited for. NULL: *why says in the
 * arena why the store cannot be opened, and errno is ENOSPC as of ub_store_sqlite_open(). */
UB_MUST_USE struct ub_store *ub_engine_store_open(
    const struct ub_settings *settings, struct ub_arena *arena, struct ub_text *why);

/* Opens the same store to read only, beside a daemon that may have it. NULL: *why says in the arena why not,
 * or that nothing is kept. */
UB_MUST_USE struct ub_store *ub_engine_store_read(
    const struct ub_settings *settings, struct ub_arena *arena, struct ub_text *why);

struct ub_engine_options {
	int fd;           /* the relay's socket */
	int control_fd;   /* the listening control socket; -1: none */
	int memory_fd;    /* of the memory that the relay sees (struct ub_wire_memory); -1: none */
	int signals;      /* a signalfd: ub_sys_signals_open() */
	bool after_crash; /* this engine takes the place of one that died by itself */
	/* what the snapshot was loaded from, and is again at SIGHUP */
	struct ub_snapshot_input input;
	/* problems of the snapshot; looked at when it is without_rules */
	struct ub_diags *diags;
};

/* Runs the engine until the other end of the relay's socket is closed or SIGTERM comes. Takes over one hold
 * of the snapshot. While the snapshot is without_rules, all keys stay queued, and the engine looks again and
 * again whether the rules are mended. ub_dav_init() was called before. Returns the exit status of the
 * process. */
int ub_engine_run(const struct ub_engine_options *options, struct ub_snapshot *snapshot, struct ub_log *log);

#endif
