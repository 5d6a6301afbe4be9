/* SPDX-License-Identifier: Apache-2.0 */
#include "directory-private.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static const struct source_ops *const kinds[] = { &yaml_source };

struct source {
	const struct source_ops *ops;
	const struct ub_settings_source *settings;
	struct part *part; /* the last one that could be used */
	char *stamp;       /* of the last look, whether its result could be used or not; NULL: no look yet */
};

struct ub_directory {
	const struct ub_zone *zone;
	struct source *sources;
	size_t n_sources;
	pthread_mutex_t lock; /* over `current` */
	struct ub_accounts *current;
};

/* ---- reading ---- */

static const struct source_ops *find_kind(struct ub_text name)
{
	for (size_t i = 0; i < UB_COUNT(kinds); i++)
		if (ub_text_is(name, kinds[i]->name))
			return kinds[i];
	return NULL;
}

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

static bool has_news(struct source *source, struct ub_arena *arena)
{
	const char *stamp = source->ops->stamp(source->settings, arena);
	if (source->stamp && strcmp(stamp, source->stamp) == 0)
		return false;
	free(source->stamp);
	source->stamp = strdup(stamp);
	if (!source->stamp)
		abort();
	return true;
}

/* Reads the source if there are news. True: the source has a new part. At first, even an unusable part is
 * better than none. */
static bool read_source(struct ub_directory *directory, struct source *source, struct ub_diags *diags)
{
	struct part *part = part_new();
	bool given = has_news(source, part->arena);
	size_t before = diags->errors + diags->warnings;
	if (given)
		given = source->ops->read(source->settings, directory->zone, part, diags) || !source->part;
	if (diags->errors + diags->warnings > before)
		keep_part(diags, part);
	if (given) {
		part_release(&source->part);
		source->part = part_hold(part);
	}
	part_release(&part);
	return given;
}

static void index_sources(struct ub_directory *directory, struct ub_diags *diags)
{
	size_t before = diags->errors + diags->warnings;
	struct part **parts = calloc(directory->n_sources + 1, sizeof(*parts));
	if (!parts)
		abort();
	for (size_t i = 0; i < directory->n_sources; i++)
		parts[i] = directory->sources[i].part;
	struct ub_accounts *accounts = index_accounts(parts, directory->n_sources, diags);
	for (size_t i = 0; i < directory->n_sources && diags->errors + diags->warnings > before; i++)
		keep_part(diags, parts[i]);
	free(parts);
	pthread_mutex_lock(&directory->lock);
	struct ub_accounts *replaced = directory->current;
	directory->current = accounts;
	pthread_mutex_unlock(&directory->lock);
	ub_accounts_release(&replaced);
}

bool ub_directory_refresh(struct ub_directory *directory, struct ub_diags *diags)
{
	bool news = false;
	for (size_t i = 0; i < directory->n_sources; i++)
		news |= read_source(directory, &directory->sources[i], diags);
	if (news || !directory->current)
		index_sources(directory, diags);
	return news;
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
	for (size_t i = 0; i < settings->n_sources; i++) {
		sources[i].settings = &settings->sources[i];
		sources[i].ops = find_kind(settings->sources[i].source);
		assert(sources[i].ops); /* the settings allow only these names */
	}
	ub_directory_refresh(directory, diags);
	return directory;
}

void ub_directory_close(struct ub_directory **directory)
{
	struct ub_directory *mine = *directory;
	*directory = NULL;
	if (!mine)
		return;
	for (size_t i = 0; i < mine->n_sources; i++) {
		part_release(&mine->sources[i].part);
		free(mine->sources[i].stamp);
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
