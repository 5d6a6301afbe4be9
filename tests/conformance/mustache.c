/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mustache DIR: runs the cases of DIR's *.json files, in the format of mustache/spec, through the template
 * engine. DIR/cel-conflicts.json, if there is one, lists cases that meet the rule that a tag's name is a CEL
 * expression; those of kind "stop" cannot all hold and are counted apart.
 *
 * Prints each failure, a line a file, and last "N passed, N failed"; the status is 1 when something failed.
 */
#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "upbeat/tmpl.h"

struct totals {
	size_t passed, failed, listed, listed_passed;
};

struct outcome {
	bool passed;
	struct ub_text got, why;
};

static struct ub_cel_value value_of(json_t *json, struct ub_arena *arena);

static struct ub_cel_value list_of(json_t *json, struct ub_arena *arena)
{
	size_t n = json_array_size(json);
	struct ub_cel_value *items = UB_NEW_ARRAY(arena, struct ub_cel_value, n);
	for (size_t i = 0; i < n; i++)
		items[i] = value_of(json_array_get(json, i), arena);
	return ub_cel_list(arena, items, n);
}

static struct ub_cel_value map_of(json_t *json, struct ub_arena *arena)
{
	struct ub_cel_entry *entries = UB_NEW_ARRAY(arena, struct ub_cel_entry, json_object_size(json));
	size_t n = 0;
	const char *key;
	json_t *value;
	json_object_foreach(json, key, value) entries[n++] =
	    (struct ub_cel_entry){ ub_cel_string(ub_text(key)), value_of(value, arena) };
	return ub_cel_map(arena, entries, n);
}

static struct ub_cel_value value_of(json_t *json, struct ub_arena *arena)
{
	switch (json_typeof(json)) {
	case JSON_OBJECT:
		return map_of(json, arena);
	case JSON_ARRAY:
		return list_of(json, arena);
	case JSON_STRING:
		return ub_cel_string(ub_text_n(json_string_value(json), json_string_length(json)));
	case JSON_INTEGER:
		return ub_cel_int(json_integer_value(json));
	case JSON_REAL:
		return ub_cel_double(json_real_value(json));
	case JSON_TRUE:
	case JSON_FALSE:
		return ub_cel_bool(json_is_true(json));
	default:
		return ub_cel_null();
	}
}

static struct ub_text text_of(json_t *test, const char *key)
{
	return ub_text(json_string_value(json_object_get(test, key)));
}

static void add_template(struct ub_template_set *set, struct ub_text name, struct ub_text text,
    struct ub_arena *arena, struct ub_diags *diags)
{
	struct ub_source *source = UB_NEW(arena, struct ub_source);
	source->name = ub_textf(arena, "%.*s.html", UB_ARGS(name));
	source->text = text;
	ub_template_set_add(set, name, source, diags);
}

static void add_all(struct ub_template_set *set, json_t *test, struct ub_arena *arena, struct ub_diags *diags)
{
	const char *name;
	json_t *text;
	add_template(set, UB_TEXT("(template)"), text_of(test, "template"), arena, diags);
	json_object_foreach(json_object_get(test, "partials"), name, text)
	    add_template(set, ub_text(name), ub_text(json_string_value(text)), arena, diags);
}

/* The data are the outermost context, of unknown shape: what names mean is found out when they are read. */
static struct outcome run(json_t *test, struct ub_arena *arena)
{
	struct outcome outcome = { false, UB_TEXT_NONE, UB_TEXT_NONE };
	struct ub_diags diags = UB_DIAGS(arena);
	struct ub_cel_env *env = ub_cel_env_new(arena, NULL);
	size_t data = ub_cel_declare(env, &(struct ub_cel_decl){ .name = UB_TEMPLATE_ITEM, .type = "dyn" });
	ub_cel_open_fields(env, data);
	struct ub_template_set *set = ub_template_set_new(env, arena);
	ub_template_set_open(set);
	add_all(set, test, arena, &diags);
	ub_template_set_check(set, &diags);
	const struct ub_template *tmpl =
	    ub_template_use(set, UB_TEXT("(template)"), (struct ub_place){ 0 }, &diags);
	if (!tmpl || diags.errors) {
		struct ub_buf messages = UB_BUF(arena);
		ub_diags_print(&diags, &messages, false);
		outcome.why = ub_buf_text(&messages);
		return outcome;
	}
	struct ub_cel_activation *activation = ub_cel_activation_new(arena, env);
	ub_cel_bind(activation, data, value_of(json_object_get(test, "data"), arena));
	struct ub_buf out = UB_BUF(arena);
	if (ub_template_render(tmpl, NULL, 0, 0, activation, &out, &outcome.why))
		outcome.got = ub_buf_text(&out);
	outcome.passed = !outcome.why.len && ub_text_eq(outcome.got, text_of(test, "expected"));
	return outcome;
}

static bool is_listed(json_t *conflicts, const char *file, const char *name)
{
	size_t i;
	json_t *entry;
	json_array_foreach(conflicts, i,
	    entry) if (strcmp(json_string_value(json_object_get(entry, "kind")), "stop") == 0 &&
		       strcmp(json_string_value(json_object_get(entry, "file")), file) == 0 &&
		       strcmp(json_string_value(json_object_get(entry, "name")), name) == 0) return true;
	return false;
}

/* Texts as JSON strings, so that blanks and line ends are seen. */
static void print_text(const char *label, struct ub_text text)
{
	json_t *json = json_stringn(text.ptr, text.len);
	char *dump = json_dumps(json, JSON_ENCODE_ANY);
	printf("  %-9s %s\n", label, dump ? dump : "(not UTF-8)");
	free(dump);
	json_decref(json);
}

static void print_failure(json_t *test, const char *file, const struct outcome *outcome)
{
	printf("FAILED %s: %s\n", file, json_string_value(json_object_get(test, "name")));
	print_text("template", text_of(test, "template"));
	print_text("expected", text_of(test, "expected"));
	if (outcome->why.len)
		printf("  error     %.*s\n", UB_ARGS(outcome->why));
	else
		print_text("got", outcome->got);
}

static void run_case(json_t *test, const char *file, json_t *conflicts, struct totals *totals)
{
	struct ub_arena *arena = ub_arena_new();
	struct outcome outcome = run(test, arena);
	if (is_listed(conflicts, file, json_string_value(json_object_get(test, "name")))) {
		totals->listed++;
		totals->listed_passed += outcome.passed;
	} else if (outcome.passed) {
		totals->passed++;
	} else {
		totals->failed++;
		print_failure(test, file, &outcome);
	}
	ub_arena_free(&arena);
}

static json_t *load(const char *directory, const char *file)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/%s", directory, file);
	json_error_t error;
	json_t *json = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
	if (!json)
		fprintf(stderr, "%s:%d: %s\n", path, error.line, error.text);
	return json;
}

static bool run_file(const char *directory, const char *file, json_t *conflicts, struct totals *all)
{
	struct totals totals = { 0 };
	json_t *json = load(directory, file), *test;
	size_t i;
	char *name = strndup(file, strlen(file) - strlen(".json"));
	json_array_foreach(json_object_get(json, "tests"), i, test) run_case(test, name, conflicts, &totals);
	printf("%s: %zu passed, %zu failed", name, totals.passed, totals.failed);
	if (totals.listed)
		printf(
		    ", %zu on the list of conflicts (%zu of them hold)", totals.listed, totals.listed_passed);
	printf("\n");
	all->passed += totals.passed;
	all->failed += totals.failed;
	free(name);
	bool good = json != NULL;
	json_decref(json);
	return good;
}

static int is_cases(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);
	return len > 5 && strcmp(entry->d_name + len - 5, ".json") == 0 &&
	       strcmp(entry->d_name, "cel-conflicts.json") != 0;
}

int main(int argc, char **argv)
{
	struct dirent **entries;
	int n = argc == 2 ? scandir(argv[1], &entries, is_cases, alphasort) : -1;
	if (n <= 0) {
		fprintf(stderr, argc == 2 ? "mustache: no cases in %s\n" : "usage: mustache DIR\n", argv[1]);
		return 3;
	}
	struct totals all = { 0 };
	bool good = true;
	char path[4096];
	snprintf(path, sizeof path, "%s/cel-conflicts.json", argv[1]);
	json_t *conflicts = json_load_file(path, 0, NULL); /* NULL: there is no list */
	for (int i = 0; i < n; i++) {
		good = run_file(argv[1], entries[i]->d_name, conflicts, &all) && good;
		free(entries[i]);
	}
	free(entries);
	json_decref(conflicts);
	printf("%zu passed, %zu failed\n", all.passed, all.failed);
	return all.failed || !good;
}
