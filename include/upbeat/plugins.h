/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_PLUGINS_H
#define UPBEAT_PLUGINS_H

/*
 * plugins: loads the modules that upbeat/plugin.h describes, reads their settings, and calls them in threads
 * of their own, for which nobody waits without end.
 */

#include "upbeat/base.h"
#include "upbeat/plugin.h"

struct ub_yaml_node;

/* ---- loading ---- */

/* Both load the plugin of the name, which stays loaded. NULL: reported at `place`. Any thread. */
const struct ub_plugin *ub_plugins_source(struct ub_text name, struct ub_place place, struct ub_diags *diags);
const struct ub_plugin_sink *ub_plugins_sink(
    struct ub_text name, struct ub_place place, struct ub_diags *diags);

/* ---- settings ---- */

struct ub_plugin_settings {
	struct ub_plugin_setting *items;
	size_t n, cap;
};

/* The keys that a map of the settings may have. */
struct ub_plugin_keys {
	const char *owner; /* whose they are, for messages: "source" */
	const struct ub_plugin_option *options;
	size_t n_options;
	/* Key i of those that are read elsewhere; NULL: there are no more. */
	const char *(*common)(size_t i);
};

/* The place of the node in document 1, the settings. */
struct ub_plugin_place ub_plugins_place(const struct ub_yaml_node *node);
/* Reads the map by its options, into *read and `arena`. False: something is wrong, which is reported. */
bool ub_plugins_read_settings(const struct ub_plugin_keys *keys, const struct ub_yaml_node *map,
    struct ub_arena *arena, struct ub_plugin_settings *read, struct ub_diags *diags);

/* Reports that a plugin is left out, as engines have ended at it. `place`: where the settings name it. */
void ub_plugins_tell_of_crashes(struct ub_text name, struct ub_place place, struct ub_diags *diags);

/* Reports what a plugin says, in its own words, which may hold anything. `help` may be NULL. */
void ub_plugins_report(struct ub_diags *diags, enum ub_severity severity, const char *code,
    struct ub_place place, const char *message, const char *help);

/* ---- the file that says that a plugin is at work ---- */

/* How many processes in a row have ended while it was at work. `forget`: none that matters. NULL is
 * allowed. */
unsigned ub_plugins_ended(const char *mark, bool forget);

/* ---- a thread that calls a plugin ---- */

/*
 * The worker waits until it is to begin, makes one call, and keeps the answer until that is taken. An answer
 * is whatever the work makes of it. Who closes a worker leaves it behind if it is inside the plugin: what the
 * work's functions do with the lock held is not done then, or not any more.
 */
struct ub_plugin_work {
	void *(*prepare)(void *state); /* the lock is held: makes the answer to be filled */
	/* Calls the plugin, without the lock. False: that was no work yet, so that it says nothing of whether
	 * the plugin ends processes. */
	bool (*call)(void *state, void *answer);
	void (*finish)(void *state, void *answer); /* the lock is held */
	void (*drop)(void *answer);                /* frees an answer that nobody takes */
	void (*end)(void *state);                  /* closes the plugin's own state, without the lock */
	void (*free)(void *state);                 /* by whoever lets go last */
};

struct ub_plugin_worker_input {
	const struct ub_plugin_work *work;
	void *state;
	const char *mark; /* the path of the mark; NULL: there is none */
	int64_t timeout;  /* milliseconds that one call may take */
};

struct ub_plugin_worker;

/* Makes a worker and starts its thread. Never NULL; `input` and the path are copied. */
struct ub_plugin_worker *ub_plugins_start(const struct ub_plugin_worker_input *input);
/* Has the next call made, unless one is being made or its answer was not taken. */
void ub_plugins_begin(struct ub_plugin_worker *worker);

enum ub_plugin_call {
	UB_PLUGIN_IDLE,     /* no call was begun */
	UB_PLUGIN_ANSWERED, /* *answer is the caller's */
	UB_PLUGIN_PENDING,  /* there is no answer yet */
	UB_PLUGIN_LATE,     /* the same, and just now the time limit has passed */
};
/* Takes the answer to the call, and waits for it at most until `deadline` (ub_sys_monotonic_ms). */
enum ub_plugin_call ub_plugins_take(struct ub_plugin_worker *worker, int64_t deadline, void **answer);
/* For what the plugin calls: takes the lock. False: the worker was closed, and the lock is not held. */
UB_MUST_USE bool ub_plugins_enter(struct ub_plugin_worker *worker);
void ub_plugins_leave(struct ub_plugin_worker *worker);
/* Ends the worker, and waits a moment for its thread. What the work's functions use under the lock may be
 * freed then; the state is freed by work->free(). */
void ub_plugins_close(struct ub_plugin_worker *worker);

#endif
