/* SPDX-License-Identifier: Apache-2.0 */
#include "directory-private.h"

#include <stdlib.h>

#include "upbeat/sys.h"

struct ub_directory {
	const struct ub_zone *zone;
	struct source *sources;
	size_t n_sources;
	pthread_mutex_t lock; /* over `current`, and the reports and parts of sources */
	struct ub_accounts *current;
};

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

/* ---- one snapshot of all sources ---- */

/* What a source has to offer. */
static struct offer offer_of(const struct ub_directory *directory, const struct source *source)
{
	ub_instant as_of = source->report.as_of;
	struct offer offer = {
		.part = source->part, .as_of = UB_INSTANT_NONE, .stale = source->report.stale
	};
	if (as_of != UB_INSTANT_NONE)
		offer.as_of = ub_cal_day_start(directory->zone, ub_cal_local_day(directory->zone, as_of));
	return offer;
}

/* The sources' offers, the one of the highest priority first, and of equals the first in the settings.
 * Returns how many there are; the caller frees the array. */
static size_t make_offers(const struct ub_directory *directory, struct offer **offers)
{
	size_t n = 0;
	*offers = calloc(directory->n_sources + 1, sizeof(**offers));
	int64_t *priorities = calloc(directory->n_sources + 1, sizeof(*priorities));
	if (!*offers || !priorities)
		abort();
	for (size_t i = 0; i < directory->n_sources; i++) {
		const struct source *source = &directory->sources[i];
		size_t at = n;
		if (!source->part)
			continue;
		for (; at > 0 && priorities[at - 1] < source->settings->priority; at--) {
			(*offers)[at] = (*offers)[at - 1];
			priorities[at] = priorities[at - 1];
		}
		(*offers)[at] = offer_of(directory, source);
		priorities[at] = source->settings->priority;
		n++;
	}
	free(priorities);
	return n;
}

/* Whether the present snapshot was made of these offers. The age of a source alone changes its accounts, too:
 * by the day. */
static bool is_current(const struct ub_directory *directory, const struct offer *offers, size_t n)
{
	const struct ub_accounts *current = directory->current;
	if (!current || current->n_offers != n)
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct offer *old = &current->offers[i];
		if (old->part != offers[i].part || old->as_of != offers[i].as_of ||
		    old->stale != offers[i].stale)
			return false;
	}
	return true;
}

static bool are_whole(const struct ub_directory *directory)
{
	bool whole = true;
	for (size_t i = 0; i < directory->n_sources; i++) {
		const struct source *source = &directory->sources[i];
		whole &= source->part && source->good && !source->part->faulty;
	}
	return whole;
}

static bool index_sources(struct ub_directory *directory, struct ub_diags *diags)
{
	size_t before = diags->errors + diags->warnings;
	struct offer *offers;
	size_t n = make_offers(directory, &offers);
	if (is_current(directory, offers, n)) {
		free(offers);
		return false;
	}
	struct ub_accounts *accounts = directory_index_accounts(offers, n, diags);
	directory_add_people(accounts, diags);
	for (size_t i = 0; i < n && diags->errors + diags->warnings > before; i++)
		part_keep(diags, offers[i].part);
	free(offers);
	accounts->whole = are_whole(directory);
	pthread_mutex_lock(&directory->lock);
	struct ub_accounts *replaced = directory->current;
	directory->current = accounts;
	pthread_mutex_unlock(&directory->lock);
	ub_accounts_release(&replaced);
	return true;
}

static bool look_at_sources(
    struct ub_directory *directory, enum ub_refresh refresh, int64_t patience, struct ub_diags *diags)
{
	for (size_t i = 0; i < directory->n_sources; i++)
		source_begin(&directory->sources[i], refresh != UB_REFRESH_DUE);
	int64_t deadline = ub_sys_monotonic_ms() + patience;
	for (size_t i = 0; i < directory->n_sources; i++)
		source_end(
		    &directory->sources[i], &directory->lock, refresh == UB_REFRESH_FORCED, deadline, diags);
	return index_sources(directory, diags);
}

bool ub_directory_refresh(struct ub_directory *directory, enum ub_refresh refresh, struct ub_diags *diags)
{
	return look_at_sources(directory, refresh, UB_SOURCE_WAIT_MS, diags);
}

int64_t ub_directory_wait(const struct ub_directory *directory)
{
	int64_t wait = UB_ACCOUNTS_REFRESH_MS;
	for (size_t i = 0; i < directory->n_sources; i++) {
		int64_t due = source_wait(&directory->sources[i]);
		wait = due < wait ? due : wait;
	}
	return wait > 0 ? wait : 0;
}

/* ---- from opening to closing ---- */

static void tell_of_pending(const struct source *source, struct ub_diags *diags)
{
	if (!source->pending)
		return;
	struct ub_diag *diag = ub_warning(diags, "source-late", source->settings->source_place,
	    "the source has not answered within %d s", UB_SOURCE_OPEN_MS / 1000);
	ub_diag_set_help(diags, diag,
	    source->part ? "until it does, what was read before stays"
			 : "its accounts are not known before it does");
}

/* That decisions go by what may have changed since. */
static void tell_of_kept(const struct source *source, const struct ub_zone *zone, struct ub_diags *diags)
{
	struct ub_buf when = UB_BUF(diags->arena);
	if (!source->report.kept)
		return;
	ub_cal_format(&when, UB_TEXT("%F %T %Z"), zone, source->report.as_of, UB_ENGLISH);
	struct ub_diag *diag = ub_warning(diags, "source-kept", source->settings->source_place,
	    "the accounts of the source are those of %.*s, from before the start",
	    UB_ARGS(ub_buf_text(&when)));
	ub_diag_set_help(diags, diag, "`upbeat status` tells when the source has answered");
}

/* A source that the settings have as before keeps what it had, in case that it fails now. */
static void take_over(struct source *source, struct ub_directory *present)
{
	for (size_t i = 0; present && i < present->n_sources; i++) {
		if (source_is_like(source, &present->sources[i])) {
			source_take_over(source, &present->sources[i], &present->lock);
			return;
		}
	}
}

struct ub_directory *ub_directory_open(const struct ub_settings *settings, const struct ub_zone *zone,
    const struct ub_directory_start *given, struct ub_diags *diags)
{
	const struct ub_directory_start start = given ? *given : (struct ub_directory_start){ 0 };
	struct ub_directory *directory = calloc(1, sizeof(*directory));
	struct source *sources = calloc(settings->n_sources + 1, sizeof(*sources));
	if (!directory || !sources || pthread_mutex_init(&directory->lock, NULL))
		abort();
	directory->zone = zone;
	directory->sources = sources;
	directory->n_sources = settings->n_sources;
	for (size_t i = 0; i < settings->n_sources; i++) {
		source_init(&sources[i], &settings->sources[i], i);
		take_over(&sources[i], start.present);
		source_recall(&sources[i], start.kept, zone, diags);
		source_open(&sources[i], zone, &start, diags);
	}
	ub_directory_forget(start.kept, settings->n_sources);
	look_at_sources(directory, UB_REFRESH_ALL, UB_SOURCE_OPEN_MS, diags);
	for (size_t i = 0; i < settings->n_sources; i++) {
		tell_of_pending(&sources[i], diags);
		tell_of_kept(&sources[i], zone, diags);
	}
	return directory;
}

void ub_directory_forget(const char *kept, size_t from)
{
	if (kept)
		kept_forget(kept, from);
}

void ub_directory_close(struct ub_directory **directory)
{
	struct ub_directory *mine = *directory;
	*directory = NULL;
	if (!mine)
		return;
	for (size_t i = 0; i < mine->n_sources; i++)
		source_close(&mine->sources[i]);
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
	for (size_t i = 0; i < mine->n_offers; i++)
		part_release(&mine->offers[i].part);
	struct ub_arena *arena = mine->arena; /* the snapshot itself is in this arena */
	ub_arena_free(&arena);
}
