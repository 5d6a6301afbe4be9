/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot-private.h"

#include <limits.h>
#include <unistd.h>

/* What is read of a rule directory: where, and files of which ends. The last ones are mistaken for those that
 * have a meaning: rules know, and say so. */
static const struct {
	const char *directory; /* below the rule directory, with its slash */
	const char *suffix;
} contents[] = {
	{ "", ".yaml" },
	{ "templates/", ".md" },
	{ "templates/", ".txt" },
	{ "templates/", ".html" },
	{ "holidays/", ".ics" },
	{ "", ".yml" },
	{ "templates/", ".yaml" },
	{ "templates/", ".markdown" },
	{ "templates/", ".mustache" },
	{ "templates/", ".htm" },
};

const struct ub_source *ub_snapshot_read_source(
    struct ub_arena *arena, const char *path, size_t limit, struct ub_place place, struct ub_diags *diags)
{
	struct ub_source *source = UB_NEW(arena, struct ub_source);
	source->name = ub_text_copy(arena, ub_text(path));
	enum ub_file_result result = ub_sys_read_file(arena, path, limit, &source->text);
	if (result == UB_FILE_OK)
		return source;
	struct ub_diag *diag =
	    ub_error(diags, "cannot-read", place, "cannot read %s: %s", path, ub_file_result_text(result));
	if (result == UB_FILE_TOO_LARGE)
		ub_diag_set_help(diags, diag, "a file may have up to %zu bytes", limit);
	return NULL;
}

typedef UB_VEC(struct ub_rule_file) rule_files;

static void read_files(struct ub_arena *arena, const char *directory, size_t of_contents,
    struct ub_place place, rule_files *files, struct ub_diags *diags)
{
	const char *below = contents[of_contents].directory;
	const char *path = ub_textf(arena, "%s/%s", directory, below).ptr;
	struct ub_text *names;
	size_t n;
	enum ub_file_result result =
	    ub_sys_list_directory(arena, path, ub_text(contents[of_contents].suffix), &names, &n);
	if (result == UB_FILE_MISSING && *below)
		return;
	if (result != UB_FILE_OK) {
		ub_error(diags, "cannot-read", place, "cannot read the rule directory %s: %s",
		    *below ? path : directory,
		    result == UB_FILE_MISSING ? "there is no such directory" : ub_file_result_text(result));
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const char *file = ub_textf(arena, "%s/%s%.*s", directory, below, UB_ARGS(names[i])).ptr;
		const struct ub_source *source =
		    ub_snapshot_read_source(arena, file, UB_RULE_FILE_MAX, place, diags);
		if (source)
			*ub_push(arena, files) = (struct ub_rule_file){ *source,
				ub_textf(arena, "%s%.*s", below, UB_ARGS(names[i])) };
	}
}

void ub_snapshot_read_layer(struct ub_arena *arena, const char *directory, struct ub_place place,
    struct ub_rule_layer *layer, struct ub_diags *diags)
{
	rule_files files = { 0 };
	size_t errors = diags->errors;
	for (size_t i = 0; i < UB_COUNT(contents); i++) {
		read_files(arena, directory, i, place, &files, diags);
		if (i == 0 && diags->errors > errors)
			break; /* the directory itself: once is enough */
	}
	if (files.n == 0 && diags->errors == errors) {
		struct ub_diag *diag = ub_warning(
		    diags, "no-rules", place, "there is nothing of a rule directory in %s", directory);
		ub_diag_set_help(diags, diag, "rule files end in .yaml, texts are in templates/");
	}
	*layer = (struct ub_rule_layer){ ub_text(directory), files.items, files.n };
}

static bool exists(struct ub_arena *arena, const char *directory, const char *name)
{
	return access(ub_textf(arena, "%s/%s", directory, name).ptr, F_OK) == 0;
}

/* A build tree has the program in src/ or tests/, and configure's traces above. */
const char *ub_snapshot_shipped_rules(struct ub_arena *arena)
{
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe));
	struct ub_text path = ub_text_n(exe, n > 0 ? (size_t)n : 0);
	for (int up = 0; up < 2; up++)
		while (path.len && path.ptr[--path.len] != '/')
			continue;
	const char *top = ub_text_cstr(arena, path);
	if (exists(arena, top, "config.status") && exists(arena, top, "rules/templates"))
		return ub_textf(arena, "%s/rules", top).ptr;
	return UB_RULES_DIR;
}
