/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_TESTS_DRIVER_H
#define UPBEAT_TESTS_DRIVER_H

/*
 * What the runners of conformance data share. A runner's program takes a folder of *.json files; a file's
 * `tests` are its cases, and a file whose `tier` is "later" is counted, not run. Each failure is printed,
 * then a line a file, and last "N passed, N failed"; the exit status is 1 when something failed, 3 when there
 * is nothing to run.
 */
#include <jansson.h>

#include "upbeat/base.h"

struct outcome {
	bool passed;
	struct ub_text got, why; /* why: it failed before there was anything */
};

struct suite {
	const char *name;  /* of the program */
	const char *apart; /* what cases are called that need not hold and are counted apart */
	const char *list;  /* a file of the folder that is no file of cases but lists those; NULL: none */
	void *context;
	struct outcome (*run)(void *context, struct ub_arena *arena, json_t *test);
	/* `list`: what the list's file has, NULL: there is none. `file` is without its ending. */
	bool (*is_apart)(json_t *list, const char *file, json_t *test);
	void (*print_failure)(const char *file, json_t *test, const struct outcome *outcome);
};

/* All of main(). */
int run_suite(const struct suite *suite, int argc, char **argv);

/* A line of a failure's print: the value as JSON, so that blanks and line ends are seen. */
void print_json(const char *label, json_t *value);

#endif
