/* SPDX-License-Identifier: Apache-2.0 */
#include "driver.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char ending[] = ".json";

struct totals {
	size_t passed, failed, apart, apart_passed;
};

struct folder {
	const struct suite *suite;
	const char *path;
	json_t *list;
	struct totals totals;
	bool unreadable; /* some file of it */
};

void print_json(const char *label, json_t *value)
{
	char *dump = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
	printf("  %-10s %s\n", label, dump ? dump : "(not UTF-8)");
	free(dump);
}

static void run_case(const struct folder *folder, const char *file, json_t *test, struct totals *totals)
{
	const struct suite *suite = folder->suite;
	struct ub_arena *arena = ub_arena_new();
	struct outcome outcome = suite->run(suite->context, arena, test);
	if (suite->is_apart(folder->list, file, test)) {
		totals->apart++;
		totals->apart_passed += outcome.passed;
	} else if (outcome.passed) {
		totals->passed++;
	} else {
		totals->failed++;
		suite->print_failure(file, test, &outcome);
	}
	ub_arena_free(&arena);
}

static void run_cases(struct folder *folder, const char *file, json_t *tests)
{
	struct totals totals = { 0 };
	size_t i;
	json_t *test;
	json_array_foreach(tests, i, test) run_case(folder, file, test, &totals);
	printf("%s: %zu passed, %zu failed", file, totals.passed, totals.failed);
	if (totals.apart)
		printf(
		    ", %zu %s (%zu of them hold)", totals.apart, folder->suite->apart, totals.apart_passed);
	printf("\n");
	folder->totals.passed += totals.passed;
	folder->totals.failed += totals.failed;
}

static json_t *load(const struct folder *folder, const char *file, json_error_t *error)
{
	struct ub_arena *arena = ub_arena_new();
	const char *path = ub_textf(arena, "%s/%s", folder->path, file).ptr;
	json_t *json = json_load_file(path, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, error);
	ub_arena_free(&arena);
	return json;
}

static void run_file(struct folder *folder, const char *file)
{
	json_error_t error;
	json_t *json = load(folder, file, &error), *tests = json_object_get(json, "tests");
	const char *tier = json_string_value(json_object_get(json, "tier"));
	char *name = strndup(file, strlen(file) - strlen(ending));
	if (!json) {
		fprintf(stderr, "%s/%s:%d: %s\n", folder->path, file, error.line, error.text);
		folder->unreadable = true;
	} else if (tier && strcmp(tier, "later") == 0) {
		printf("%s: %zu for later\n", name, json_array_size(tests));
	} else {
		run_cases(folder, name, tests);
	}
	free(name);
	json_decref(json);
}

static int is_json(const struct dirent *entry)
{
	return ub_text_ends(ub_text(entry->d_name), ub_text(ending));
}

int run_suite(const struct suite *suite, int argc, char **argv)
{
	struct dirent **files = NULL;
	int n = argc == 2 ? scandir(argv[1], &files, is_json, alphasort) : -1;
	if (n <= 0) {
		fprintf(stderr, "usage: %s DIR, which holds *.json files of cases\n", suite->name);
		free(files);
		return 3;
	}
	struct folder folder = { .suite = suite, .path = argv[1] };
	json_error_t error;
	if (suite->list)
		folder.list = load(&folder, suite->list, &error);
	for (int i = 0; i < n; i++) {
		if (!suite->list || strcmp(files[i]->d_name, suite->list) != 0)
			run_file(&folder, files[i]->d_name);
		free(files[i]);
	}
	free(files);
	json_decref(folder.list);
	printf("%zu passed, %zu failed\n", folder.totals.passed, folder.totals.failed);
	return folder.totals.failed || folder.unreadable;
}
