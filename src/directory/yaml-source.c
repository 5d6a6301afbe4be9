/* SPDX-License-Identifier: Apache-2.0 */
#include "directory-private.h"

#include <sys/stat.h>

#include "upbeat/sys.h"

/* The file's identity, size and times. Replacing or writing the file changes at least one of them. */
static const char *stamp(const struct ub_settings_source *settings, struct ub_arena *arena)
{
	struct stat now;
	if (stat(ub_text_cstr(arena, settings->file.path), &now) < 0)
		return "";
	return ub_textf(arena, "%llu:%llu:%lld:%lld.%09ld:%lld.%09ld", (unsigned long long)now.st_dev,
	    (unsigned long long)now.st_ino, (long long)now.st_size, (long long)now.st_mtim.tv_sec,
	    now.st_mtim.tv_nsec, (long long)now.st_ctim.tv_sec, now.st_ctim.tv_nsec)
	    .ptr;
}

static bool read_source(const struct ub_settings_source *settings, const struct ub_zone *zone,
    struct part *part, struct ub_diags *diags)
{
	struct ub_source *source = UB_NEW(part->arena, struct ub_source);
	source->name = settings->file.path;
	enum ub_file_result result = ub_sys_read_file(
	    part->arena, ub_text_cstr(part->arena, source->name), UB_YAML_BYTES_MAX, &source->text);
	if (result != UB_FILE_OK) {
		ub_error(diags, "cannot-read", settings->file.place, "cannot read the accounts in %.*s: %s",
		    UB_ARGS(source->name), ub_file_result_text(result));
		return false;
	}
	return read_accounts(source, settings, zone, part, diags);
}

const struct source_ops yaml_source = { .name = "yaml", .stamp = stamp, .read = read_source };
