/* SPDX-License-Identifier: Apache-2.0 */
#include "directory-private.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "upbeat/sys.h"

struct state {
	const struct ub_settings_source *settings;
	const struct ub_zone *zone;
	char *stamp; /* of the last look, whether its result could be used or not; NULL: no look yet */
};

static void *open_source(const struct ub_settings_source *settings, const struct ub_zone *zone,
    const char *mark, struct ub_diags *diags)
{
	struct state *state = calloc(1, sizeof(*state));
	(void)mark, (void)diags;
	if (!state)
		abort();
	state->settings = settings;
	state->zone = zone;
	return state;
}

static void close_source(void *source)
{
	struct state *state = source;
	free(state->stamp);
	free(state);
}

/* The file's identity, size and times. Replacing or writing the file changes at least one of them. */
static const char *stamp(const struct ub_settings_source *settings, struct part *part)
{
	struct ub_arena *arena = part->arena;
	struct stat now;
	if (stat(ub_text_cstr(arena, settings->file.path), &now) < 0)
		return "";
	part->as_of = now.st_mtim.tv_sec;
	return ub_textf(arena, "%llu:%llu:%lld:%lld.%09ld:%lld.%09ld", (unsigned long long)now.st_dev,
	    (unsigned long long)now.st_ino, (long long)now.st_size, (long long)now.st_mtim.tv_sec,
	    now.st_mtim.tv_nsec, (long long)now.st_ctim.tv_sec, now.st_ctim.tv_nsec)
	    .ptr;
}

static bool has_news(struct state *state, struct part *part)
{
	const char *now = stamp(state->settings, part);
	if (state->stamp && strcmp(now, state->stamp) == 0)
		return false;
	free(state->stamp);
	state->stamp = strdup(now);
	if (!state->stamp)
		abort();
	return true;
}

static bool recall(const struct ub_settings_source *given, const struct ub_zone *zone, struct ub_text said,
    struct part *part, struct ub_diags *diags)
{
	const struct ub_settings_source *settings = part_settings(part, given);
	struct ub_source *source = UB_NEW(part->arena, struct ub_source);
	source->name = settings->file.path;
	source->text = ub_text_copy(part->arena, said);
	return directory_read_accounts(source, settings, zone, part, diags);
}

static bool read_source(const struct state *state, struct part *part, struct ub_diags *diags)
{
	const struct ub_settings_source *settings = part_settings(part, state->settings);
	struct ub_source *source = UB_NEW(part->arena, struct ub_source);
	source->name = settings->file.path;
	enum ub_file_result result = ub_sys_read_file(
	    part->arena, ub_text_cstr(part->arena, source->name), UB_YAML_BYTES_MAX, &source->text);
	if (result != UB_FILE_OK) {
		ub_error(diags, "cannot-read", settings->file.place, "cannot read the accounts in %.*s: %s",
		    UB_ARGS(source->name), ub_file_result_text(result));
		return false;
	}
	part_note(part, source->text);
	return directory_read_accounts(source, settings, state->zone, part, diags);
}

static void begin(void *source)
{
	(void)source;
}

/* A file is read at once. */
static enum look end(void *source, int64_t deadline, struct part **part, struct ub_diags *diags)
{
	struct state *state = source;
	(void)deadline;
	*part = part_new();
	if (has_news(state, *part))
		return read_source(state, *part, diags) ? LOOK_NEW : LOOK_FAILED;
	part_release(part);
	return LOOK_SAME;
}

static int64_t refresh(const void *source)
{
	(void)source;
	return 0;
}

const struct source_ops directory_yaml_source = { open_source, begin, end, close_source, refresh, recall };
