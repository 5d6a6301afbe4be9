/* SPDX-License-Identifier: Apache-2.0 */
#include "refresh.h"

#include <stdlib.h>

#include "snapshot-private.h"
#include "upbeat/directory.h"
#include "upbeat/settings.h"

struct ub_refresher {
	struct ub_engine *engine;
	pthread_t thread;
};

static void log_diag(struct ub_log *log, const char *what, const struct ub_diag *diag)
{
	enum ub_log_level level = diag->severity == UB_ERROR ? UB_LOG_ERROR : UB_LOG_WARNING;
	size_t line, column;
	if (!diag->place.source) {
		ub_log(log, level, "%s: %.*s", what, UB_ARGS(diag->message));
		return;
	}
	ub_place_line_column(diag->place, &line, &column);
	ub_log(log, level, "%s: %.*s:%zu:%zu: %.*s", what, UB_ARGS(diag->place.source->name), line, column,
	    UB_ARGS(diag->message));
}

static void log_diags(struct ub_log *log, const char *what, const struct ub_diags *diags)
{
	for (size_t i = 0; i < diags->list.n; i++)
		log_diag(log, what, &diags->list.items[i]);
}

/* ---- reload ---- */

/* The relay listens, the store is open: these stay as they were, whatever the file says now. (So does the
 * upstream, by the input.) Nobody else has the new snapshot yet. */
static void keep_addresses(
    struct ub_snapshot *snapshot, const struct ub_snapshot *present, struct ub_diags *diags)
{
	const struct ub_settings *old = present->settings, *read = snapshot->settings;
	struct ub_arena *arena = snapshot->arena;
	struct ub_settings *kept = UB_NEW(arena, struct ub_settings);
	bool listen =
	    read->listen.port != old->listen.port || !ub_text_eq(read->listen.host, old->listen.host);
	bool store = read->store != old->store || !ub_text_eq(read->store_path, old->store_path);
	if (listen)
		ub_snapshot_needs_restart(diags, "listen");
	if (store)
		ub_snapshot_needs_restart(diags, "store");
	if (!ub_text_eq(read->control, old->control))
		ub_snapshot_needs_restart(diags, "control");
	*kept = *read;
	kept->listen = old->listen;
	kept->listen.host = ub_text_copy(arena, old->listen.host);
	kept->store = old->store;
	kept->store_path = ub_text_copy(arena, old->store_path);
	kept->control = ub_text_copy(arena, old->control);
	snapshot->settings = kept;
}

static struct ub_text printed(struct ub_arena *arena, const struct ub_diags *diags, bool colour)
{
	struct ub_buf out = UB_BUF(arena);
	for (size_t i = 0; i < diags->list.n; i++)
		ub_diag_print(&diags->list.items[i], &out, colour);
	return ub_buf_text(&out);
}

/* What is kept of the diagnostics points to no source, so that nothing of a snapshot is kept with them. */
static struct ub_reload outcome_of(struct ub_diags *diags)
{
	struct ub_arena *arena = ub_arena_new();
	ub_diags_sort(diags);
	json_t *findings = ub_json_findings(diags);
	return (struct ub_reload){ .arena = arena,
		.when = ub_sys_now(),
		.failed = diags->errors > 0,
		.plain = printed(arena, diags, false),
		.coloured = printed(arena, diags, true),
		.findings = findings };
}

static void forget(struct ub_reload *reload)
{
	json_decref(reload->findings);
	ub_arena_free(&reload->arena);
}

/* Whoever is at work with the snapshot before holds it, and frees it last. */
static void publish(struct ub_engine *engine, struct ub_snapshot **snapshot, const struct ub_reload *reload)
{
	struct ub_snapshot *unused = *snapshot;
	struct ub_reload before;
	*snapshot = NULL;
	pthread_mutex_lock(&engine->mutex);
	before = engine->reload;
	engine->reload = *reload;
	if (!reload->failed) {
		struct ub_snapshot *old = engine->snapshot;
		engine->snapshot = unused;
		unused = old;
	}
	pthread_mutex_unlock(&engine->mutex);
	ub_snapshot_release(&unused);
	if (before.arena)
		forget(&before);
	ub_engine_wake(engine);
}

static void say_outcome(const struct ub_engine *engine, const struct ub_snapshot *snapshot, bool lacks_rules)
{
	if (snapshot)
		ub_log(engine->log, UB_LOG_INFO, "reload: done, %zu rules", snapshot->rules->n_rules);
	else
		ub_log(engine->log, UB_LOG_ERROR, "reload: failed, and %s; upbeat status shows all of it",
		    lacks_rules ? "there still are no rules" : "what was read before goes on");
}

/* Patient: nobody has asked for it, so that what is wrong as before is not said again. */
static void reload(struct ub_engine *engine, const struct ub_snapshot *present, bool patient)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_diags diags = UB_DIAGS(arena);
	struct ub_snapshot_input input = engine->options->input;
	enum ub_log_level level;
	input.may_lack_rules = false;
	struct ub_snapshot *snapshot = ub_snapshot_load(&input, &diags);
	if (snapshot)
		keep_addresses(snapshot, present, &diags);
	struct ub_reload outcome = outcome_of(&diags);
	/* Nobody but this thread writes the present one. */
	if (patient && !snapshot && ub_text_eq(outcome.plain, engine->reload.plain)) {
		forget(&outcome);
	} else {
		log_diags(engine->log, "reload", &diags);
		say_outcome(engine, snapshot, present->without_rules);
		if (snapshot && ub_log_level_parse(snapshot->settings->log_level, &level))
			ub_log_set_level(engine->log, level);
		publish(engine, &snapshot, &outcome);
	}
	ub_arena_free(&arena);
}

/* As status tells of a reload that failed. */
static void tell_of_start(struct ub_engine *engine)
{
	struct ub_diags *diags = engine->options->diags;
	engine->reload = outcome_of(diags);
	log_diags(engine->log, "start", diags);
	ub_log(engine->log, UB_LOG_ERROR,
	    "start: there are no rules until this is mended, and whatever is stored waits; upbeat status "
	    "shows "
	    "all of it");
}

/* ---- accounts ---- */

static void refresh(struct ub_engine *engine, const struct ub_snapshot *snapshot)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_diags diags = UB_DIAGS(arena);
	if (snapshot->directory && ub_directory_refresh(snapshot->directory, &diags))
		ub_log(engine->log, UB_LOG_INFO, "accounts: read again");
	log_diags(engine->log, "accounts", &diags);
	ub_arena_free(&arena);
}

/* ---- the thread ---- */

enum task {
	STOP,
	RELOAD,
	REFRESH,
};

static enum task wait_for_task(struct ub_engine *engine)
{
	pthread_mutex_lock(&engine->mutex);
	struct timespec until =
	    ub_sys_deadline(engine->snapshot->without_rules ? UB_MEND_MS : UB_ACCOUNTS_REFRESH_MS);
	while (!engine->stopping && !engine->reload_wanted &&
	       pthread_cond_timedwait(&engine->changed, &engine->mutex, &until) == 0)
		;
	enum task task = engine->stopping ? STOP : engine->reload_wanted ? RELOAD : REFRESH;
	engine->reload_wanted = false;
	pthread_mutex_unlock(&engine->mutex);
	return task;
}

static void *run(void *context)
{
	struct ub_refresher *refresher = context;
	struct ub_engine *engine = refresher->engine;
	enum task task;
	while ((task = wait_for_task(engine)) != STOP) {
		struct ub_snapshot *present = ub_engine_snapshot(engine);
		if (task == RELOAD || present->without_rules)
			reload(engine, present, task != RELOAD);
		else
			refresh(engine, present);
		ub_snapshot_release(&present);
	}
	return NULL;
}

struct ub_refresher *ub_refresher_start(struct ub_engine *engine)
{
	struct ub_refresher *refresher = calloc(1, sizeof(*refresher));
	if (!refresher)
		abort();
	refresher->engine = engine;
	if (engine->snapshot->without_rules)
		tell_of_start(engine);
	if (pthread_create(&refresher->thread, NULL, run, refresher) != 0)
		abort();
	return refresher;
}

void ub_refresher_reload(struct ub_engine *engine)
{
	pthread_mutex_lock(&engine->mutex);
	engine->reload_wanted = true;
	pthread_mutex_unlock(&engine->mutex);
	ub_engine_wake(engine);
}

void ub_refresher_join(struct ub_refresher **refresher)
{
	struct ub_refresher *mine = *refresher;
	*refresher = NULL;
	pthread_join(mine->thread, NULL);
	if (mine->engine->reload.arena)
		forget(&mine->engine->reload);
	free(mine);
}
