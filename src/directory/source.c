/* SPDX-License-Identifier: Apache-2.0 */

/*
 * One source of the settings: when it is looked at, which of its readings is used, and what is said of it.
 */
#include "directory-private.h"

#include <stdio.h>
#include <stdlib.h>

#include "upbeat/sys.h"

/* So many accounts at least have to be gone until somebody is asked. One may go at any time. */
#define LOSS_MIN 2

/* What the settings say of the source. Equal words mean the same source. */
static struct ub_text words_of(const struct ub_settings_source *settings)
{
	struct ub_place place = settings->place;
	return place.source ? ub_text_sub(place.source->text, place.at, place.at + place.len) : UB_TEXT_NONE;
}

/* ---- what is said of it ---- */

/* The first error of a look, with its place and remedy, as the log has it. */
static struct ub_text first_problem(const struct ub_diags *diags, size_t from, struct ub_arena *arena)
{
	for (size_t i = from; i < diags->list.n; i++)
		if (diags->list.items[i].severity == UB_ERROR)
			return ub_diag_line(&diags->list.items[i], arena);
	return UB_TEXT("it cannot be read");
}

static void note_failure(struct source *source, const struct ub_diags *diags, size_t from)
{
	ub_instant since = source->report.failed ? source->report.failed_since : ub_sys_now();
	ub_arena_free(&source->said);
	source->said = ub_arena_new();
	source->report.failed = true;
	source->report.failed_since = since;
	source->report.problem = first_problem(diags, from, source->said);
}

/* A date to come, as a wrong clock gives files, would never become too old. */
static void note_success(struct source *source)
{
	ub_instant now = ub_sys_now();
	ub_arena_free(&source->said);
	source->report.failed = false;
	source->report.problem = UB_TEXT_NONE;
	source->report.as_of = source->as_of != UB_INSTANT_NONE && source->as_of < now ? source->as_of : now;
}

static bool is_stale(const struct source *source)
{
	int64_t limit = source->settings->max_age;
	return limit > 0 && source->report.as_of != UB_INSTANT_NONE &&
	       ub_sys_now() - source->report.as_of > limit;
}

/* Looking and finding nothing new is as good as reading. */
static void note(struct source *source, enum look look, const struct ub_diags *diags, size_t from)
{
	if (look == LOOK_FAILED)
		note_failure(source, diags, from);
	else if (look == LOOK_NEW || look == LOOK_CONFIRMED || (look == LOOK_SAME && !source->report.failed))
		note_success(source);
	source->report.accounts = source->part ? source->part->accounts.n : 0;
	source->report.people = source->part ? source->part->people.n : 0;
	source->report.kept = source->kept;
	source->report.stale = is_stale(source);
}

/* ---- which reading is used ---- */

static void release_held(void *held)
{
	struct part *part = held;
	part_release(&part);
}

void part_keep(struct ub_diags *diags, struct part *part)
{
	ub_arena_defer(diags->arena, release_held, part_hold(part));
}

static size_t count_lost(const struct part *before, const struct part *now, struct ub_arena *arena)
{
	struct ub_map *ids = ub_map_new(arena);
	size_t lost = 0;
	for (size_t i = 0; i < now->accounts.n; i++)
		ub_map_put(ids, now->accounts.items[i].id, &now->accounts.items[i]);
	for (size_t i = 0; i < before->accounts.n; i++)
		lost += ub_map_get(ids, before->accounts.items[i].id) == NULL;
	/* People count by the first address of each entry. */
	for (size_t i = 0; i < now->people.n; i++)
		ub_map_put(ids, now->people.items[i].items[0].email, &now->people.items[i]);
	for (size_t i = 0; i < before->people.n; i++)
		lost += ub_map_get(ids, before->people.items[i].items[0].email) == NULL;
	return lost;
}

/* Whether so many accounts are gone that the source is more likely broken than its customers have left.
 * Reported. */
static bool lacks_too_many(const struct source *source, const struct part *part, struct ub_diags *diags)
{
	if (!source->good)
		return false;
	size_t before = source->part->accounts.n + source->part->people.n;
	size_t lost = count_lost(source->part, part, diags->arena);
	if (lost < LOSS_MIN || lost * 100 <= before * (size_t)source->settings->max_loss)
		return false;
	struct ub_diag *diag = ub_error(diags, "accounts-lost", source->settings->source_place,
	    "%zu of %zu %s are gone, so what was read before stays", lost, before,
	    source->part->accounts.n ? "accounts" : "people");
	ub_diag_set_help(diags, diag,
	    "if they are meant to be gone, say `upbeat refresh --force`; `max_loss` says how many may go");
	return true;
}

static void use(struct source *source, struct part *part, bool good)
{
	part_hold(part);
	part_release(&source->part);
	part_release(&source->refused);
	source->part = part;
	source->good = source->own = good;
	source->kept = false;
	source->as_of = part->as_of;
}

/* Whether a new reading says what is known already, so that nobody has to look at each account for nothing.
 */
static bool is_no_news(const struct source *source, const struct part *part)
{
	return source->good && source->own && part_says_same(source->part, part);
}

/* What a look tells of the reading that was refused. Nothing new since a failure is the failure still, unless
 * the source itself says that its last whole reading holds. No answer says nothing. */
static void judge_refused(struct source *source, enum look look, const struct part *part)
{
	if (look == LOOK_FAILED && part)
		source->refused_holds = false;
	else if (look == LOOK_CONFIRMED)
		source->refused_holds = true;
}

/* Uses the reading if it may be used. Even the remains of a reading that failed are better than none. */
static enum look judge(
    struct source *source, enum look look, struct part *part, bool force, struct ub_diags *diags)
{
	if (look == LOOK_NEW && is_no_news(source, part)) {
		source->as_of = part->as_of;
		part_release(&source->refused);
		return LOOK_CONFIRMED;
	}
	if (look == LOOK_NEW && !force && lacks_too_many(source, part, diags)) {
		part_release(&source->refused);
		source->refused = part_hold(part);
		source->refused_holds = true;
		return LOOK_FAILED;
	}
	if (look == LOOK_NEW || (look == LOOK_FAILED && part && !source->good))
		use(source, part, look == LOOK_NEW);
	judge_refused(source, look, part);
	bool unchanged = look == LOOK_NONE || look == LOOK_SAME || look == LOOK_CONFIRMED;
	if (!unchanged || !source->refused)
		return look;
	if (!force || look == LOOK_NONE || !source->refused_holds)
		return LOOK_SAME;
	use(source, source->refused, true);
	return LOOK_NEW;
}

/* ---- looking ---- */

void source_begin(struct source *source, bool all)
{
	int64_t now = ub_sys_monotonic_ms();
	if (!source->state || (!all && source->due > now))
		return;
	int64_t seconds =
	    source->settings->refresh ? source->settings->refresh : source->ops->refresh(source->state);
	source->due = now + (seconds ? seconds * 1000 : UB_ACCOUNTS_REFRESH_MS);
	source->ops->begin(source->state);
}

/* ---- what is kept for the next process ---- */

static void keep_new(struct source *source, struct ub_diags *diags)
{
	const struct kept kept = { source->part->said, source->report.as_of };
	enum ub_file_result result = kept_write(source->kept_path, words_of(source->settings), &kept);
	source->keeps = result == UB_FILE_OK;
	source->kept_as_of = kept.as_of;
	if (source->keeps)
		return;
	struct ub_diag *diag = ub_warning(diags, "cannot-keep", source->settings->source_place,
	    "what was read cannot be kept in %s: %s", source->kept_path, ub_file_result_text(result));
	ub_diag_set_help(diags, diag,
	    "make room, and let this program write there: after a restart, the accounts are not known before "
	    "the source answers");
}

/* Times are not noted at each look. */
static void keep(struct source *source, enum look look, struct ub_diags *diags)
{
	if (source->kept_path && look == LOOK_NEW) {
		keep_new(source, diags);
	} else if (source->keeps && !source->report.failed &&
		   source->report.as_of >= source->kept_as_of + UB_KEPT_SECONDS) {
		kept_confirm(source->kept_path, source->report.as_of);
		source->kept_as_of = source->report.as_of;
	}
	if (look == LOOK_NEW)
		part_drop_said(source->part);
}

/* Uses what was read once, if it can be read again. Nothing of it is told: it was then. */
static bool use_kept(struct source *source, const struct kept *kept, const struct ub_zone *zone)
{
	struct part *part = part_new();
	struct ub_diags unheard = UB_DIAGS(part->arena);
	bool whole = source->ops->recall(source->settings, zone, kept->said, part, &unheard);
	part_drop_said(part);
	if (whole) {
		ub_instant now = ub_sys_now();
		use(source, part, true);
		source->own = false;
		source->kept = true;
		source->report.as_of = kept->as_of < now ? kept->as_of : now;
	}
	part_release(&part);
	return whole;
}

void source_recall(
    struct source *source, const char *prefix, const struct ub_zone *zone, struct ub_diags *diags)
{
	struct kept kept;
	if (!prefix)
		return;
	if (asprintf(&source->kept_path, "%s-%zu", prefix, source->number) < 0)
		abort();
	if (source->part)
		return;
	struct ub_arena *arena = ub_arena_new();
	enum kept_found found = kept_read(source->kept_path, words_of(source->settings), arena, &kept);
	if (found == KEPT_BROKEN || (found == KEPT_FOUND && !use_kept(source, &kept, zone))) {
		struct ub_diag *diag = ub_warning(diags, "kept-broken", source->settings->source_place,
		    "what an earlier process has kept of the source in %s cannot be used", source->kept_path);
		ub_diag_set_help(diags, diag,
		    "it is written anew when the source answers; until then its accounts are not known");
	}
	ub_arena_free(&arena);
}

/* ---- ending a look ---- */

bool source_end(
    struct source *source, pthread_mutex_t *lock, bool force, int64_t deadline, struct ub_diags *diags)
{
	struct part *part = NULL;
	size_t before = diags->errors + diags->warnings, from = diags->list.n;
	struct part *old = source->part;
	if (!source->state) {
		pthread_mutex_lock(lock);
		note(source, LOOK_NONE, diags, from);
		pthread_mutex_unlock(lock);
		return false;
	}
	enum look look = source->ops->end(source->state, deadline, &part, diags);
	if (part && diags->errors + diags->warnings > before)
		part_keep(diags, part);
	source->pending = look == LOOK_PENDING;
	pthread_mutex_lock(lock);
	look = judge(source, look, part, force, diags);
	note(source, look, diags, from);
	pthread_mutex_unlock(lock);
	keep(source, look, diags);
	if (part && part != source->refused)
		part_drop_said(part);
	part_release(&part);
	return source->part != old;
}

int64_t source_wait(const struct source *source)
{
	if (!source->state)
		return INT64_MAX;
	return source->pending ? UB_SOURCE_PENDING_MS : source->due - ub_sys_monotonic_ms();
}

/* ---- from opening to closing ---- */

bool source_is_like(const struct source *source, const struct source *other)
{
	struct ub_text words = words_of(source->settings);
	return words.len && ub_text_eq(words, words_of(other->settings));
}

void source_take_over(struct source *source, const struct source *from, pthread_mutex_t *lock)
{
	pthread_mutex_lock(lock);
	if (from->good) {
		source->part = part_hold(from->part);
		source->good = true;
		source->kept = source->report.kept = from->kept;
		source->report.as_of = from->report.as_of;
		source->report.accounts = from->report.accounts;
		source->report.people = from->report.people;
	}
	pthread_mutex_unlock(lock);
}

void source_init(struct source *source, const struct ub_settings_source *settings, size_t number)
{
	source->number = number;
	source->settings = settings;
	source->report.source = settings->source;
	source->report.as_of = source->as_of = UB_INSTANT_NONE;
	source->ops =
	    ub_text_is(settings->source, "yaml") ? &directory_yaml_source : &directory_plugin_source;
}

void source_open(struct source *source, const struct ub_zone *zone, const struct ub_directory_start *start,
    struct ub_diags *diags)
{
	size_t from = diags->list.n;
	bool plugin = source->ops == &directory_plugin_source;
	const char *mark = plugin && start->marks
			       ? ub_textf(diags->arena, "%s-%zu", start->marks, source->number).ptr
			       : NULL;
	unsigned ended = ub_plugins_ended(mark, !start->minds_marks);
	if (plugin && start->without_plugins)
		return;
	if (ended >= UB_STORE_CRASHES_MAX)
		ub_plugins_tell_of_crashes(source->settings->source, source->settings->source_place, diags);
	else
		source->state = source->ops->open(source->settings, zone, mark, diags);
	if (!source->state)
		note(source, LOOK_FAILED, diags, from);
}

void source_close(struct source *source)
{
	if (source->state)
		source->ops->close(source->state);
	part_release(&source->part);
	part_release(&source->refused);
	ub_arena_free(&source->said);
	free(source->kept_path);
}
