/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_ENGINE_H
#define UPBEAT_ENGINE_H

/*
 * engine: the process beside the relay. It hears what clients write, and does what follows from it.
 */

#include "upbeat/configuration.h"

struct ub_store;

/* The store of the settings. NULL: *why says in the arena why it cannot be opened; a daemon that still has it
 * was waited for. */
UB_MUST_USE struct ub_store *ub_engine_store_open(
    const struct ub_settings *settings, struct ub_arena *arena, struct ub_text *why);

/* The same to read in beside a daemon, which may have it. NULL: *why says why not, or that nothing is kept.
 */
UB_MUST_USE struct ub_store *ub_engine_store_read(
    const struct ub_settings *settings, struct ub_arena *arena, struct ub_text *why);

struct ub_engine_options {
	int fd;                         /* the relay's socket */
	int control_fd;                 /* the listening control socket; -1: none */
	int signals;                    /* a signalfd: ub_sys_signals_open() */
	bool after_crash;               /* in the place of an engine that died by itself */
	struct ub_snapshot_input input; /* what the snapshot was loaded from, and is again at SIGHUP */
	struct ub_diags *diags;         /* what was wrong with it; looked at when it is without_rules */
};

/* Runs the engine until the other end of the relay's socket is closed or SIGTERM. Takes over one hold of the
 * snapshot. While it is without_rules all keys stay queued; it is looked again and again whether the rules
 * are mended. ub_dav_init() was called. The exit status of the process. */
int ub_engine_run(const struct ub_engine_options *options, struct ub_snapshot *snapshot, struct ub_log *log);

#endif
