/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The snapshot that is in force, and the thread that puts another one in its place.
 */
#include "configuration-private.h"

#include <pthread.h>
#include <stdlib.h>

#include "upbeat/directory.h"
#include "upbeat/json.h"
#include "upbeat/settings.h"

struct ub_configuration {
	const struct ub_configuration_input *input;
	pthread_t thread;
	bool started;
	pthread_mutex_t mutex; /* guards all members below */
	pthread_cond_t told;   /* signals a reload, or that it is time to stop */
	struct ub_snapshot *snapshot;
	struct ub_reload reload;
	bool reload_wanted, stopping;
	pthread_cond_t refreshed; /* signals the end of a refresh that was asked for */
	enum ub_refresh refresh_wanted;
	uint64_t asked, done; /* how many were, and how many of these are done */
};

static void log_diag(struct ub_log *log, const char *what, const struct ub_diag *diag)
{
	enum ub_log_level level = diag->severity == UB_ERROR ? UB_LOG_ERROR : UB_LOG_WARNING;
	struct ub_arena *arena = ub_arena_new();
	ub_log(log, level, "%s: %.*s", what, UB_ARGS(ub_diag_line(diag, arena)));
	ub_arena_free(&arena);
}

static void log_diags(struct ub_log *log, const char *what, const struct ub_diags *diags)
{
	for (size_t i = 0; i < diags->list.n; i++)
		log_diag(log, what, &diags->list.items[i]);
}

/* ---- reload ---- */

static struct ub_text printed(struct ub_arena *arena, const struct ub_diags *diags, bool colour)
{
	struct ub_buf out = UB_BUF(arena);
	for (size_t i = 0; i < diags->list.n; i++)
		ub_diag_print(&diags->list.items[i], &out, colour);
	return ub_buf_text(&out);
}

/* The diagnostics that are kept point to no source, so that nothing of the snapshot is kept with them. */
static struct ub_reload outcome_of(struct ub_diags *diags, size_t allowed)
{
	struct ub_arena *arena = ub_arena_new();
	ub_diags_sort(diags);
	json_t *findings = ub_json_findings(diags);
	return (struct ub_reload){ .arena = arena,
		.when = ub_sys_now(),
		.failed = diags->errors > allowed,
		.plain = printed(arena, diags, false),
		.coloured = printed(arena, diags, true),
		.findings = findings };
}

static void forget(struct ub_reload *reload)
{
	json_decref(reload->findings);
	ub_arena_free(&reload->arena);
}

/* Puts a snapshot in force. Those who work with the one before hold it, and free it last. */
static void publish(
    struct ub_configuration *configuration, struct ub_snapshot **snapshot, const struct ub_reload *reload)
{
	struct ub_snapshot *unused = *snapshot;
	struct ub_reload before;
	*snapshot = NULL;
	pthread_mutex_lock(&configuration->mutex);
	before = configuration->reload;
	configuration->reload = *reload;
	if (!reload->failed) {
		struct ub_snapshot *old = configuration->snapshot;
		configuration->snapshot = unused;
		unused = old;
	}
	pthread_mutex_unlock(&configuration->mutex);
	ub_snapshot_release(&unused);
	if (before.arena)
		forget(&before);
	configuration->input->changed(configuration->input->context);
}

static void say_outcome(
    const struct ub_configuration *configuration, const struct ub_snapshot *snapshot, bool lacks_rules)
{
	if (snapshot)
		ub_log(configuration->input->log, UB_LOG_INFO, "reload: done, %zu rules",
		    ub_rules_number(snapshot->rules));
	else
		ub_log(configuration->input->log, UB_LOG_ERROR,
		    "reload: failed, and %s; upbeat status shows all of it",
		    lacks_rules ? "there still are no rules" : "what was read before goes on");
}

/* `patient`: nobody has asked for this reload, so that problems are logged only when they are new. */
static void reload(struct ub_configuration *configuration, const struct ub_snapshot *present, bool patient)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_diags diags = UB_DIAGS(arena);
	struct ub_snapshot_input input = configuration->input->snapshot;
	enum ub_log_level level;
	input.may_lack_rules = false;
	input.present = present;
	input.minds_marks = false; /* somebody may have mended the plugin */
	struct ub_snapshot *snapshot = ub_snapshot_load(&input, &diags);
	if (snapshot)
		snapshot_keep_started(snapshot, present, &diags);
	/* New rules do not wait until a source can be read again, whose accounts are kept, nor until the
	 * service account's secret can. */
	struct ub_reload outcome =
	    outcome_of(&diags, snapshot ? snapshot->account_errors + snapshot->secret_errors : 0);
	if (outcome.failed && snapshot)
		ub_snapshot_release(&snapshot);
	/* Only this thread changes the last reload, so that it may read it without the lock. */
	if (patient && !snapshot && ub_text_eq(outcome.plain, configuration->reload.plain)) {
		forget(&outcome);
	} else {
		log_diags(configuration->input->log, "reload", &diags);
		say_outcome(configuration, snapshot, present->without_rules);
		if (snapshot && ub_log_level_parse(snapshot->settings->log_level, &level))
			ub_log_set_level(configuration->input->log, level);
		publish(configuration, &snapshot, &outcome);
	}
	ub_arena_free(&arena);
}

/* Notes the problems of the start as those of a failed reload, for `status`. */
static void tell_of_start(struct ub_configuration *configuration)
{
	struct ub_diags *diags = configuration->input->diags;
	configuration->reload = outcome_of(diags, 0);
	log_diags(configuration->input->log, "start", diags);
	ub_log(configuration->input->log, UB_LOG_ERROR,
	    "start: there are no rules until this is mended, and whatever is stored waits; upbeat status "
	    "shows "
	    "all of it");
}

/* ---- accounts ---- */

static void refresh(
    struct ub_configuration *configuration, const struct ub_snapshot *snapshot, enum ub_refresh how)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_diags diags = UB_DIAGS(arena);
	if (snapshot->directory && ub_directory_refresh(snapshot->directory, how, &diags))
		ub_log(configuration->input->log, UB_LOG_INFO, "accounts: read again");
	log_diags(configuration->input->log, "accounts", &diags);
	ub_arena_free(&arena);
}

/* ---- the thread ---- */

enum task {
	STOP,
	RELOAD,
	REFRESH,
};

struct wanted_refresh {
	enum ub_refresh how;
	uint64_t asked; /* how many have asked for it, and earlier ones */
};

/* Tells those who have asked for it. */
static void finish_refresh(struct ub_configuration *configuration, uint64_t asked)
{
	pthread_mutex_lock(&configuration->mutex);
	configuration->done = asked;
	pthread_cond_broadcast(&configuration->refreshed);
	pthread_mutex_unlock(&configuration->mutex);
}

/* Only the thread itself puts another snapshot in place of this one. */
static int64_t time_to_wait(const struct ub_snapshot *snapshot)
{
	int64_t wait = snapshot->directory ? ub_directory_wait(snapshot->directory) : UB_ACCOUNTS_REFRESH_MS;
	return snapshot->without_rules && wait > UB_MEND_MS ? UB_MEND_MS : wait;
}

static enum task wait_for_task(struct ub_configuration *configuration, struct wanted_refresh *refresh)
{
	pthread_mutex_lock(&configuration->mutex);
	struct timespec until = ub_sys_deadline(time_to_wait(configuration->snapshot));
	while (!configuration->stopping && !configuration->reload_wanted &&
	       configuration->refresh_wanted == UB_REFRESH_DUE &&
	       pthread_cond_timedwait(&configuration->told, &configuration->mutex, &until) == 0)
		;
	enum task task = configuration->stopping ? STOP : configuration->reload_wanted ? RELOAD : REFRESH;
	configuration->reload_wanted = false;
	*refresh = (struct wanted_refresh){ configuration->refresh_wanted, configuration->asked };
	configuration->refresh_wanted = UB_REFRESH_DUE;
	pthread_mutex_unlock(&configuration->mutex);
	return task;
}

static void *run(void *context)
{
	struct ub_configuration *configuration = context;
	struct wanted_refresh wanted;
	enum task task;
	while ((task = wait_for_task(configuration, &wanted)) != STOP) {
		struct ub_snapshot *present = ub_configuration_snapshot(configuration);
		if (task == RELOAD || present->without_rules)
			reload(configuration, present, task != RELOAD);
		else
			refresh(configuration, present, wanted.how);
		finish_refresh(configuration, wanted.asked);
		ub_snapshot_release(&present);
	}
	return NULL;
}

/* What was wrong with accounts that the relay did not read, and so has not told. */
static void tell_of_accounts(const struct ub_configuration *configuration)
{
	const struct ub_snapshot *snapshot = configuration->snapshot;
	const struct ub_diags *diags = configuration->input->diags;
	bool plugins = false;
	for (size_t i = 0; i < snapshot->settings->n_sources; i++)
		plugins |= !ub_text_is(snapshot->settings->sources[i].source, "yaml");
	for (size_t i = snapshot->account_findings[0]; plugins && diags && i < snapshot->account_findings[1];
	     i++)
		log_diag(configuration->input->log, "accounts", &diags->list.items[i]);
}

void ub_configuration_start(struct ub_configuration *configuration)
{
	if (!configuration->snapshot->without_rules)
		tell_of_accounts(configuration);
	if (configuration->snapshot->without_rules)
		tell_of_start(configuration);
	if (pthread_create(&configuration->thread, NULL, run, configuration) != 0)
		abort();
	configuration->started = true;
}

void ub_configuration_stop(struct ub_configuration *configuration)
{
	pthread_mutex_lock(&configuration->mutex);
	configuration->stopping = true;
	pthread_cond_signal(&configuration->told);
	pthread_mutex_unlock(&configuration->mutex);
	if (configuration->started)
		pthread_join(configuration->thread, NULL);
	configuration->started = false;
}

void ub_configuration_reload(struct ub_configuration *configuration)
{
	pthread_mutex_lock(&configuration->mutex);
	configuration->reload_wanted = true;
	pthread_cond_signal(&configuration->told);
	pthread_mutex_unlock(&configuration->mutex);
}

bool ub_configuration_refresh(struct ub_configuration *configuration, bool force, int64_t milliseconds)
{
	struct timespec until = ub_sys_deadline(milliseconds);
	pthread_mutex_lock(&configuration->mutex);
	uint64_t mine = ++configuration->asked;
	if (configuration->refresh_wanted != UB_REFRESH_FORCED)
		configuration->refresh_wanted = force ? UB_REFRESH_FORCED : UB_REFRESH_ALL;
	pthread_cond_signal(&configuration->told);
	while (configuration->done < mine &&
	       pthread_cond_timedwait(&configuration->refreshed, &configuration->mutex, &until) == 0)
		;
	bool done = configuration->done >= mine;
	pthread_mutex_unlock(&configuration->mutex);
	return done;
}

/* ---- what is in force ---- */

struct ub_configuration *ub_configuration_new(
    struct ub_snapshot *snapshot, const struct ub_configuration_input *input)
{
	struct ub_configuration *configuration = calloc(1, sizeof(*configuration));
	pthread_condattr_t monotonic;
	if (!configuration || pthread_condattr_init(&monotonic) != 0 ||
	    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) != 0 ||
	    pthread_cond_init(&configuration->told, &monotonic) != 0 ||
	    pthread_cond_init(&configuration->refreshed, &monotonic) != 0 ||
	    pthread_mutex_init(&configuration->mutex, NULL) != 0)
		abort();
	pthread_condattr_destroy(&monotonic);
	configuration->input = input;
	configuration->snapshot = snapshot;
	return configuration;
}

void ub_configuration_free(struct ub_configuration **configuration)
{
	struct ub_configuration *mine = *configuration;
	*configuration = NULL;
	ub_snapshot_release(&mine->snapshot);
	if (mine->reload.arena)
		forget(&mine->reload);
	pthread_cond_destroy(&mine->told);
	pthread_cond_destroy(&mine->refreshed);
	pthread_mutex_destroy(&mine->mutex);
	free(mine);
}

struct ub_snapshot *ub_configuration_snapshot(struct ub_configuration *configuration)
{
	pthread_mutex_lock(&configuration->mutex);
	struct ub_snapshot *snapshot = ub_snapshot_hold(configuration->snapshot);
	pthread_mutex_unlock(&configuration->mutex);
	return snapshot;
}

void ub_configuration_show_reload(struct ub_configuration *configuration,
    void (*show)(void *context, const struct ub_reload *reload), void *context)
{
	pthread_mutex_lock(&configuration->mutex);
	show(context, &configuration->reload);
	pthread_mutex_unlock(&configuration->mutex);
}
