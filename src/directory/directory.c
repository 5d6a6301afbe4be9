/* SPDX-License-Identifier: Apache-2.0 */
#include "directory-private.h"

#include <pthread.h>
#include <stdlib.h>

#include "upbeat/sys.h"

struct source {
	const struct source_ops *ops;
	const struct ub_settings_source *settings;
	void *state;       /* NULL: the source cannot be opened */
	struct part *part; /* the last one that could be used; NULL: there is none */
	bool good;         /* the part is the whole of what the source gave, and no remains of it */
	int64_t due;       /* when to look again, by the monotonic clock */
	bool pending;
	/* For people; in the report's arena, which is NULL while all is well. */
	struct ub_source_report report;
	struct ub_arena *arena;
};

struct ub_directory {
	const struct ub_zone *zone;
	struct source *sources;
	size_t n_sources;
	pthread_mutex_t lock; /* over `current` and the sources' reports */
	struct ub_accounts *current;
};

/* ---- what is said of a source ---- */

/* The first error of a look, with its place, as the log has it. */
static struct ub_text first_problem(const struct ub_diags *diags, size_t from, struct ub_arena *arena)
{
	for (size_t i = from; i < diags->list.n; i++) {
		const struct ub_diag *diag = &diags->list.items[i];
		size_t line, column;
		if (diag->severity != UB_ERROR)
			continue;
		if (!diag->place.source)
			return ub_text_copy(arena, diag->message);
		ub_place_line_column(diag->place, &line, &column);
		return ub_textf(arena, "%.*s:%zu:%zu: %.*s", UB_ARGS(diag->place.source->name), line, column,
		    UB_ARGS(diag->message));
	}
	return UB_TEXT("it cannot be read");
}

static void note_failure(struct source *source, const struct ub_diags *diags, size_t from)
{
	ub_instant since = source->report.failed ? source->report.failed_since : ub_sys_now();
	ub_arena_free(&source->arena);
	source->arena = ub_arena_new();
	source->report.failed = true;
	source->report.failed_since = since;
	source->report.problem = first_problem(diags, from, source->arena);
}

static void note_success(struct source *source)
{
	ub_arena_free(&source->arena);
	source->report.failed = false;
	source->report.problem = UB_TEXT_NONE;
	source->report.read = ub_sys_now();
}

/* Notes what a look came to. Looking and finding nothing new is as good as reading. */
static void note(struct ub_directory *directory, struct source *source, enum look look,
    const struct ub_diags *diags, size_t from)
{
	pthread_mutex_lock(&directory->lock);
	if (look == LOOK_FAILED)
		note_failure(source, diags, from);
	else if (look == LOOK_NEW || look == LOOK_CONFIRMED || (look == LOOK_SAME && !source->report.failed))
		note_success(source);
	source->report.accounts = source->part ? source->part->accounts.n : 0;
	pthread_mutex_unlock(&directory->lock);
}

size_t ub_directory_reports(
    struct ub_directory *directory, struct ub_arena *arena, struct ub_source_report **reports)
{
	*reports = UB_NEW_ARRAY(arena, struct ub_source_report, directory->n_sources);
	pthread_mutex_lock(&directory->lock);
	for (size_t i = 0; i < directory->n_sources; i++) {
		struct ub_source_report *report = &(*reports)[i];
		*report = directory->sources[i].report;
		report->source = ub_text_copy(arena, report->source);
		report->problem = ub_text_copy(arena, report->problem);
	}
	pthread_mutex_unlock(&directory->lock);
	return directory->n_sources;
}

/* ---- reading ---- */

static void release_held(void *held)
{
	struct part *part = held;
	part_release(&part);
}

/* Keeps the part as long as the diagnostics, which point into its files. */
static void keep_part(struct ub_diags *diags, struct part *part)
{
	ub_arena_defer(diags->arena, release_held, part_hold(part));
}

/* Whether the part goes in place of the one before. Even the remains of a part that could not be read whole
 * are better than none. */
static bool is_better(const struct source *source, enum look look, const struct part *part)
{
	return part && (look == LOOK_NEW || (look == LOOK_FAILED && !source->good));
}

/* Takes what a look came to. True: the source has a new part. */
static bool take_look(
    struct ub_directory *directory, struct source *source, int64_t deadline, struct ub_diags *diags)
{
	struct part *part = NULL;
	size_t before = diags->errors + diags->warnings, from = diags->list.n;
	if (!source->state)
		return false;
	enum look look = source->ops->end(source->state, deadline, &part, diags);
	if (part && diags->errors + diags->warnings > before)
		keep_part(diags, part);
	bool better = is_better(source, look, part);
	if (better) {
		part_release(&source->part);
		source->part = part_hold(part);
		source->good = look == LOOK_NEW;
	}
	part_release(&part);
	source->pending = look == LOOK_PENDING;
	note(directory, source, look, diags, from);
	return better;
}

static void begin_look(struct source *source, bool all)
{
	int64_t now = ub_sys_monotonic_ms();
	if (!source->state || (!all && source->due > now))
		return;
	int64_t seconds =
	    source->settings->refresh ? source->settings->refresh : source->ops->refresh(source->state);
	source->due = now + (seconds ? seconds * 1000 : UB_ACCOUNTS_REFRESH_MS);
	source->ops->begin(source->state);
}

static void index_sources(struct ub_directory *directory, struct ub_diags *diags)
{
	size_t before = diags->errors + diags->warnings, n = 0;
	struct part **parts = calloc(directory->n_sources + 1, sizeof(*parts));
	if (!parts)
		abort();
	for (size_t i = 0; i < directory->n_sources; i++)
		if (directory->sources[i].part)
			parts[n++] = directory->sources[i].part;
	struct ub_accounts *accounts = index_accounts(parts, n, diags);
	for (size_t i = 0; i < n && diags->errors + diags->warnings > before; i++)
		keep_part(diags, parts[i]);
	free(parts);
	pthread_mutex_lock(&directory->lock);
	struct ub_accounts *replaced = directory->current;
	directory->current = accounts;
	pthread_mutex_unlock(&directory->lock);
	ub_accounts_release(&replaced);
}

static bool look_at_sources(
    struct ub_directory *directory, bool all, int64_t patience, struct ub_diags *diags)
{
	bool news = false;
	for (size_t i = 0; i < directory->n_sources; i++)
		begin_look(&directory->sources[i], all);
	int64_t deadline = ub_sys_monotonic_ms() + patience;
	for (size_t i = 0; i < directory->n_sources; i++)
		news |= take_look(directory, &directory->sources[i], deadline, diags);
	if (news || !directory->current)
		index_sources(directory, diags);
	return news;
}

bool ub_directory_refresh(struct ub_directory *directory, bool all, struct ub_diags *diags)
{
	return look_at_sources(directory, all, UB_SOURCE_WAIT_MS, diags);
}

int64_t ub_directory_wait(const struct ub_directory *directory)
{
	int64_t now = ub_sys_monotonic_ms(), wait = UB_ACCOUNTS_REFRESH_MS;
	for (size_t i = 0; i < directory->n_sources; i++) {
		const struct source *source = &directory->sources[i];
		int64_t due = source->pending ? UB_SOURCE_PENDING_MS : source->due - now;
		if (source->state && due < wait)
			wait = due;
	}
	return wait > 0 ? wait : 0;
}

/* ---- from opening to closing ---- */

static void open_source(struct ub_directory *directory, struct source *source,
    const struct ub_settings_source *settings, struct ub_diags *diags)
{
	size_t from = diags->list.n;
	source->settings = settings;
	source->report = (struct ub_source_report){ .source = settings->source, .read = UB_INSTANT_NONE };
	source->ops = ub_text_is(settings->source, "yaml") ? &yaml_source : &plugin_source;
	source->state = source->ops->open(settings, directory->zone, diags);
	if (!source->state)
		note(directory, source, LOOK_FAILED, diags, from);
}

static void tell_of_pending(const struct source *source, struct ub_diags *diags)
{
	if (!source->pending)
		return;
	struct ub_diag *diag = ub_warning(diags, "source-late", source->settings->source_place,
	    "the source has not answered within %d s", UB_SOURCE_OPEN_MS / 1000);
	ub_diag_set_help(diags, diag, "its accounts are not known before it does");
}

struct ub_directory *ub_directory_open(
    const struct ub_settings *settings, const struct ub_zone *zone, struct ub_diags *diags)
{
	struct ub_directory *directory = calloc(1, sizeof(*directory));
	struct source *sources = calloc(settings->n_sources + 1, sizeof(*sources));
	if (!directory || !sources || pthread_mutex_init(&directory->lock, NULL))
		abort();
	directory->zone = zone;
	directory->sources = sources;
	directory->n_sources = settings->n_sources;
	for (size_t i = 0; i < settings->n_sources; i++)
		open_source(directory, &sources[i], &settings->sources[i], diags);
	look_at_sources(directory, true, UB_SOURCE_OPEN_MS, diags);
	for (size_t i = 0; i < settings->n_sources; i++)
		tell_of_pending(&sources[i], diags);
	return directory;
}

void ub_directory_close(struct ub_directory **directory)
{
	struct ub_directory *mine = *directory;
	*directory = NULL;
	if (!mine)
		return;
	for (size_t i = 0; i < mine->n_sources; i++) {
		if (mine->sources[i].state)
			mine->sources[i].ops->close(mine->sources[i].state);
		part_release(&mine->sources[i].part);
		ub_arena_free(&mine->sources[i].arena);
	}
	ub_accounts_release(&mine->current);
	pthread_mutex_destroy(&mine->lock);
	free(mine->sources);
	free(mine);
}

/* ---- snapshots ---- */

struct ub_accounts *ub_directory_accounts(struct ub_directory *directory)
{
	pthread_mutex_lock(&directory->lock);
	struct ub_accounts *accounts = directory->current;
	accounts->holders++;
	pthread_mutex_unlock(&directory->lock);
	return accounts;
}

void ub_accounts_release(struct ub_accounts **accounts)
{
	struct ub_accounts *mine = *accounts;
	*accounts = NULL;
	if (!mine || --mine->holders > 0)
		return;
	for (size_t i = 0; i < mine->n_parts; i++)
		part_release(&mine->parts[i]);
	struct ub_arena *arena = mine->arena; /* the snapshot itself is in this arena */
	ub_arena_free(&arena);
}
