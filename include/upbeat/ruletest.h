/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_RULETEST_H
#define UPBEAT_RULETEST_H

/*
 * ruletest: the tests of a rule directory, upbeat-rules(5) "RULE TESTS". A test is a meeting, what is known
 * beside it, and what is to stand in the calendar after each step. A test takes the path that `serve` takes:
 * ub_decide() decides on the meeting's text, and items are written to text and read again before the next
 * step.
 */

#include "upbeat/base.h"
#include "upbeat/decision.h"

/* The organization of tests that name none. It serves to load a snapshot where there are no settings. */
#define UB_RULETEST_DOMAIN "ours.example"
#define UB_RULETEST_ZONE   "Europe/Berlin"

struct ub_test_difference {
	struct ub_text property; /* "start" */
	struct ub_text expected, got;
};

/* Something that differs from what the test expects. */
struct ub_test_failure {
	struct ub_place place; /* place of the expectation */
	size_t step;           /* from 1; 0: the test has no steps */
	struct ub_text at;     /* the time of the decision */
	struct ub_text item;   /* the item as expected, or as it stands */
	struct ub_text text;   /* one plain sentence; empty: the differences say all */
	struct ub_text why;    /* what the rules say of the item; may be empty */
	UB_VEC(struct ub_test_difference) differences;
};

struct ub_test_result {
	struct ub_text name;
	struct ub_place place;
	UB_VEC(struct ub_test_failure) failures; /* none: passed */
};

/* What no test has used: a rule that never applied, an item that never stood, an addition that no meeting
 * got, a template that was never rendered. */
struct ub_test_unused {
	const char *what; /* "rule", "item", "addition", "template" */
	struct ub_text name;
	struct ub_place place; /* a template has its file */
};

struct ub_test_report {
	UB_VEC(struct ub_test_result) results; /* in the order of files and tests */
	size_t passed, failed;
	UB_VEC(struct ub_test_unused) unused;
};

/* The type of a file of tests, for its schema. */
struct ub_yaml_type;
extern const struct ub_yaml_type ub_ruletest_file_type;

struct ub_ruletest_input {
	const struct ub_snapshot *snapshot;
	const char *const *directories; /* directories whose `tests` are read */
	size_t n_directories;
	const char *pattern; /* in the name or file of the tests to run; NULL: all tests */
	/* The thread that tests: how long it reads an object is watched. NULL: it is not. */
	struct ub_watched *watched;
};

/* Reads all tests, and runs them when none has a mistake. All problems go to `diags`. False: there
 * was an error, and no test was run. Texts of the report live in the arena, sources in the arena
 * of the diagnostics. */
UB_MUST_USE bool ub_ruletest_run(const struct ub_ruletest_input *input, struct ub_diags *diags,
    struct ub_test_report *report, struct ub_arena *arena);

/* Reads the tests of a directory, if it has any, and warns of rules of the directory that no test names. */
void ub_ruletest_check(const struct ub_snapshot *snapshot, const char *directory, struct ub_diags *diags);

/* Prints a line for each failed test, with its differences; with `passed` also one for each that passed. */
void ub_ruletest_print(const struct ub_test_report *report, bool passed, struct ub_buf *out, bool colour);

/* Prints a line for each thing that no test has used. */
void ub_ruletest_print_unused(const struct ub_test_report *report, struct ub_buf *out);

#endif
