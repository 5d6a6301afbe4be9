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
}

static void reload(struct ub_engine *engine)
{
	struct ub_snapshot *present = ub_engine_snapshot(engine);
	struct ub_arena *arena = ub_arena_new();
	struct ub_diags diags = UB_DIAGS(arena);
	enum ub_log_level level;
	struct ub_snapshot *snapshot = ub_snapshot_load(&engine->options->input, &diags);
	if (snapshot)
		keep_addresses(snapshot, present, &diags);
	const struct ub_reload outcome = outcome_of(&diags);
	log_diags(engine->log, "reload", &diags);
	if (outcome.failed)
		ub_log(engine->log, UB_LOG_ERROR,
		    "reload: failed, and what was read before goes on; upbeat status shows all of it");
	else
		ub_log(engine->log, UB_LOG_INFO, "reload: done, %zu rules", snapshot->rules->n_rules);
	if (!outcome.failed && ub_log_level_parse(snapshot->settings->log_level, &level))
		ub_log_set_level(engine->log, level);
	publish(engine, &snapshot, &outcome);
	ub_arena_free(&arena);
	ub_snapshot_release(&present);
}

/* ---- accounts ---- */

static void refresh(struct ub_engine *engine)
{
	struct ub_snapshot *snapshot = ub_engine_snapshot(engine);
	struct ub_arena *arena = ub_arena_new();
	struct ub_diags diags = UB_DIAGS(arena);
	if (snapshot->directory && ub_directory_refresh(snapshot->directory, &diags))
		ub_log(engine->log, UB_LOG_INFO, "accounts: read again");
	log_diags(engine->log, "accounts", &diags);
	ub_arena_free(&arena);
	ub_snapshot_release(&snapshot);
}

/* ---- the thread ---- */

enum task {
	STOP,
	RELOAD,
	REFRESH,
};

static enum task wait_for_task(struct ub_engine *engine)
{
	struct timespec until = ub_sys_deadline(UB_ACCOUNTS_REFRESH_MS);
	pthread_mutex_lock(&engine->mutex);
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
	enum task task;
	while ((task = wait_for_task(refresher->engine)) != STOP) {
		if (task == RELOAD)
			reload(refresher->engine);
		else
			refresh(refresher->engine);
	}
	return NULL;
}

struct ub_refresher *ub_refresher_start(struct ub_engine *engine)
{
	struct ub_refresher *refresher = calloc(1, sizeof(*refresher));
	if (!refresher)
		abort();
	refresher->engine = engine;
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
