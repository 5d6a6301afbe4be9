/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Reads rule directories: which of their files are read, and which look as if they were meant to be.
 */
#include "configuration-private.h"

/* What is read of a rule directory: files of these folders with these ends. */
static const struct {
	const char *directory; /* below the rule directory, with its slash */
	const char *suffix;
} contents[] = {
	{ "", ".yaml" },
	{ "templates/", ".md" },
	{ "templates/", ".txt" },
	{ "templates/", ".html" },
	{ "holidays/", ".ics" },
};

/* Names that look as if the file was to be read, and yet is not: the rules report them. */
static const struct {
	const char *directory, *suffix; /* in upper or lower case */
} mistaken[] = {
	{ "", ".yaml" },
	{ "", ".yml" },
	{ "", ".yaml.txt" },
	{ "templates/", "" },
	{ "holidays/", ".ics" },
	{ "holidays/", ".ical" },
	{ "tests/", ".yml" },
};

const struct ub_source *ub_snapshot_read_source(
    struct ub_arena *arena, const char *path, size_t limit, struct ub_place place, struct ub_diags *diags)
{
	struct ub_source *source = UB_NEW(arena, struct ub_source);
	source->name = ub_text_copy(arena, ub_text(path));
	enum ub_file_result result = ub_sys_read_regular_file(arena, path, limit, &source->text);
	if (result == UB_FILE_OK)
		return source;
	struct ub_diag *diag =
	    ub_error(diags, "cannot-read", place, "cannot read %s: %s", path, ub_file_result_text(result));
	if (result == UB_FILE_TOO_LARGE)
		ub_diag_set_help(diags, diag, "a file may have up to %zu bytes", limit);
	return NULL;
}

/* A directory that is being read. */
struct reading {
	struct ub_arena *arena;
	const char *directory;
	struct ub_place place; /* where the directory is named */
	struct ub_diags *diags;
	bool lacks_a_file; /* a file is there but cannot be read */
	UB_VEC(struct ub_rule_file) files;
};

static const char *path_of(const struct reading *reading, const char *below, struct ub_text name)
{
	return ub_textf(reading->arena, "%s/%s%.*s", reading->directory, below, UB_ARGS(name)).ptr;
}

static void add_file(
    struct reading *reading, const char *below, struct ub_text name, struct ub_source source, const char *end)
{
	*ub_push(reading->arena, &reading->files) =
	    (struct ub_rule_file){ source, ub_textf(reading->arena, "%s%.*s%s", below, UB_ARGS(name), end) };
}

static bool is_read(const char *below, struct ub_text name)
{
	for (size_t i = 0; i < UB_COUNT(contents); i++)
		if (ub_text_is(ub_text(contents[i].directory), below) &&
		    ub_text_ends(name, ub_text(contents[i].suffix)))
			return true;
	return false;
}

/* Whether an editor has left the file, or somebody has put it aside. */
static bool is_leftover(struct ub_text name)
{
	return name.ptr[0] == '#' || ub_text_ends(name, UB_TEXT("~")) ||
	       ub_text_ends(name, UB_TEXT(".bak")) || ub_text_ends(name, UB_TEXT(".orig"));
}

static bool is_mistaken(const char *below, struct ub_text name)
{
	for (size_t i = 0; i < UB_COUNT(mistaken); i++)
		if (ub_text_is(ub_text(mistaken[i].directory), below) &&
		    ub_text_ends_nocase(name, ub_text(mistaken[i].suffix)))
			return !is_leftover(name);
	return false;
}

/* Whether a folder of another name has rules in it, or nearly the name of a folder that is read. */
static bool is_mistaken_folder(const struct reading *reading, struct ub_text name)
{
	static const struct ub_text known[] = { UB_TEXT("templates"), UB_TEXT("holidays"), UB_TEXT("tests") };
	const char *path = path_of(reading, "", name);
	struct ub_text *names;
	size_t n = 0;
	if (!ub_sys_is_directory(path))
		return false;
	for (size_t i = 0; i < UB_COUNT(known); i++)
		if (ub_text_eq(known[i], name))
			return false;
	return ub_suggest(ub_text_lower(reading->arena, name), known, UB_COUNT(known)).len ||
	       (ub_sys_list_directory(reading->arena, path, UB_TEXT(".yaml"), &names, &n) == UB_FILE_OK && n);
}

static void read_entry(struct reading *reading, const char *below, struct ub_text name)
{
	const char *path = path_of(reading, below, name);
	const struct ub_source unread = { ub_text(path), UB_TEXT_NONE };
	if (is_read(below, name)) {
		const struct ub_source *source = ub_snapshot_read_source(
		    reading->arena, path, UB_RULE_FILE_MAX, reading->place, reading->diags);
		if (source)
			add_file(reading, below, name, *source, "");
		else
			reading->lacks_a_file = true;
	} else if (!*below && is_mistaken_folder(reading, name)) {
		add_file(reading, below, name, unread, "/");
	} else if (is_mistaken(below, name)) {
		add_file(reading, below, name, unread, ub_sys_is_directory(path) ? "/" : "");
	}
}

/* Reads a folder of the rule directory. False: there is no rule directory to read on from. */
static bool read_folder(struct reading *reading, const char *below)
{
	const char *path = path_of(reading, below, UB_TEXT_NONE);
	struct ub_text *names;
	size_t n;
	enum ub_file_result result = ub_sys_list_directory(reading->arena, path, UB_TEXT_NONE, &names, &n);
	if (result == UB_FILE_MISSING && *below)
		return true;
	if (result != UB_FILE_OK) {
		ub_error(reading->diags, "cannot-read", reading->place,
		    "cannot read the rule directory %s: %s", *below ? path : reading->directory,
		    result == UB_FILE_MISSING ? "there is no such directory" : ub_file_result_text(result));
		return false;
	}
	for (size_t i = 0; i < n; i++)
		read_entry(reading, below, names[i]);
	return true;
}

bool snapshot_read_layer(struct ub_arena *arena, const char *directory, struct ub_place place,
    struct ub_rule_layer *layer, struct ub_diags *diags)
{
	struct reading reading = { .arena = arena, .directory = directory, .place = place, .diags = diags };
	size_t errors = diags->errors;
	static const char *const below[] = { "templates/", "holidays/", "tests/" };
	for (size_t i = 0, there = read_folder(&reading, ""); there && i < UB_COUNT(below); i++)
		read_folder(&reading, below[i]);
	if (reading.files.n == 0 && diags->errors == errors) {
		struct ub_diag *diag = ub_warning(
		    diags, "no-rules", place, "there is nothing of a rule directory in %s", directory);
		ub_diag_set_help(diags, diag, "rule files end in .yaml, texts are in templates/");
	}
	*layer = (struct ub_rule_layer){ ub_text(directory), reading.files.items, reading.files.n };
	return !reading.lacks_a_file;
}

const char *ub_snapshot_shipped_rules(struct ub_arena *arena)
{
	const char *top = ub_sys_build_tree(arena, "rules/templates");
	return top ? ub_textf(arena, "%s/rules", top).ptr : UB_RULES_DIR;
}
