/* SPDX-License-Identifier: Apache-2.0 */
#include "accounts.h"

#include <stdlib.h>

#include "upbeat/directory.h"

struct ub_refresher {
	struct ub_engine *engine;
	pthread_t thread;
};

static void log_diag(struct ub_log *log, const struct ub_diag *diag)
{
	size_t line, column;
	if (!diag->place.source) {
		ub_log(log, UB_LOG_WARNING, "accounts: %.*s", UB_ARGS(diag->message));
		return;
	}
	ub_place_line_column(diag->place, &line, &column);
	ub_log(log, UB_LOG_WARNING, "accounts: %.*s:%zu:%zu: %.*s", UB_ARGS(diag->place.source->name), line,
	    column, UB_ARGS(diag->message));
}

static void refresh(struct ub_engine *engine)
{
	struct ub_snapshot *snapshot = ub_engine_snapshot(engine);
	struct ub_arena *arena = ub_arena_new();
	struct ub_diags diags = UB_DIAGS(arena);
	if (snapshot->directory && ub_directory_refresh(snapshot->directory, &diags))
		ub_log(engine->log, UB_LOG_INFO, "accounts: read again");
	for (size_t i = 0; i < diags.list.n; i++)
		log_diag(engine->log, &diags.list.items[i]);
	ub_arena_free(&arena);
	ub_snapshot_release(&snapshot);
}

/* False: it is time to stop. */
static bool wait_out(struct ub_engine *engine)
{
	struct timespec until = ub_sys_deadline(UB_ACCOUNTS_REFRESH_MS);
	pthread_mutex_lock(&engine->mutex);
	while (!engine->stopping && pthread_cond_timedwait(&engine->changed, &engine->mutex, &until) == 0)
		;
	bool go_on = !engine->stopping;
	pthread_mutex_unlock(&engine->mutex);
	return go_on;
}

static void *run(void *context)
{
	struct ub_refresher *refresher = context;
	while (wait_out(refresher->engine))
		refresh(refresher->engine);
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

void ub_refresher_join(struct ub_refresher **refresher)
{
	pthread_join((*refresher)->thread, NULL);
	free(*refresher);
	*refresher = NULL;
}
