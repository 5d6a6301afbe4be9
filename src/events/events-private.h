/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_EVENTS_PRIVATE_H
#define UPBEAT_EVENTS_PRIVATE_H

#include "upbeat/events.h"
#include "upbeat/plugins.h"
#include "upbeat/settings.h"

/* ---- batch.c ---- */

/* Some events on their way to a sink, and what came of them. All is in the arena. */
struct batch {
	struct ub_arena *arena;
	struct ub_plugin_event *events;
	size_t n;       /* 0: the sink is only to be opened */
	uint64_t after; /* the number of the event before the first one */
	bool opened;    /* the sink is open */
	struct ub_plugin_answer answer;
	struct ub_diags diags;
};

/* The next events for the sink; of a full sink UB_EVENTS_BATCH. NULL: there are none, or the store fails. */
struct batch *batch_next(struct ub_store *store, struct ub_text sink);
struct batch *batch_empty(void);
void batch_free(void *batch);
/* How many events the sink is done with, and how many of these it has refused. */
size_t batch_done(const struct batch *batch, size_t *refused);

/* ---- sink.c ---- */

/* A plugin that takes events, in a thread of its own. */
struct sink;

struct sink_start {
	const char *mark;            /* the path of its mark; NULL: there is none */
	bool minds_mark;             /* a plugin that two processes have ended at is not opened */
	void (*done)(void *context); /* called when there is an answer. Any thread. NULL: nobody waits */
	void *context;
};

/* NULL: the sink cannot be used, which is reported. `settings` must outlive it. */
struct sink *sink_open(
    const struct ub_settings_sink *settings, const struct sink_start *start, struct ub_diags *diags);
void sink_close(struct sink **sink);
/* Has the batch delivered, which is the sink's until sink_take() gives it back. The sink is idle. */
void sink_deliver(struct sink *sink, struct batch *batch);
/* Takes the batch, waiting at most until `deadline`. UB_PLUGIN_LATE: reported. */
enum ub_plugin_call sink_take(
    struct sink *sink, int64_t deadline, struct batch **batch, struct ub_diags *diags);

#endif
