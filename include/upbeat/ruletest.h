/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_RULETEST_H
#define UPBEAT_RULETEST_H

/*
 * ruletest: the tests of a rule directory, upbeat-rules(5) "RULE TESTS". A test is a meeting, what is known
 * beside it, and what is to stand in the calendar after each step. It takes the path that `serve` takes: the
 * meeting's text is decided on by ub_decide(), items are written to text and read again before the next step.
 */

#include "upbeat/base.h"
#include "upbeat/decision.h"

/* The organisation of tests that say none, to load a snapshot with where there are no settings. */
#define UB_RULETEST_DOMAIN "ours.example"
#define UB_RULETEST_ZONE   "Europe/Berlin"

struct ub_test_difference {
	struct ub_text property; /* "start" */
	struct ub_text expected, got;
};

/* Something that is not as expected. */
struct ub_test_failure {
	struct ub_place place; /* of what is not met */
	size_t step;           /* from 1; 0: the test has no steps */
	struct ub_text at;     /* the time of the decision */
	struct ub_text item;   /* as expected, or as it stands */
	struct ub_text text;   /* one plain sentence; empty: the differences say it */
	struct ub_text why;    /* what the rules say of the item; may be empty */
	UB_VEC(struct ub_test_difference) differences;
};

struct ub_test_result {
	struct ub_text name;
	struct ub_place place;
	UB_VEC(struct ub_test_failure) failures; /* none: passed */
};

/* What no test has used: a rule that never applied, an item that never stood, what was never added to a
 * meeting, a template never rendered. */
struct ub_test_unused {
	const char *what; /* "rule", "item", "addition", "template" */
	struct ub_text name;
	struct ub_place place; /* of a template: its file */
};

struct ub_test_report {
	UB_VEC(struct ub_test_result) results; /* in the order of files and tests */
	size_t passed, failed;
	UB_VEC(struct ub_test_unused) unused;
};

/* A file of tests, for its schema. */
struct ub_yaml_type;
extern const struct ub_yaml_type ub_ruletest_file_type;

struct ub_ruletest_input {
	const struct ub_snapshot *snapshot;
	const char *const *directories; /* whose `tests` are read */
	size_t n_directories;
	const char *pattern; /* only tests whose name or file holds it; NULL: all */
};

/* Reads all tests; runs them when none has a mistake. All problems go to `diags`. False: there was an error
 * and nothing was run. Texts of the report live in the arena, sources in that of the diagnostics. */
UB_MUST_USE bool ub_ruletest_run(const struct ub_ruletest_input *input, struct ub_diags *diags,
    struct ub_test_report *report, struct ub_arena *arena);

/* Reads the tests of a directory, if it has any, and warns of its rules that none of them names. */
void ub_ruletest_check(const struct ub_snapshot *snapshot, const char *directory, struct ub_diags *diags);

/* One line a failed test and its differences; with `passed` the passed ones too. */
void ub_ruletest_print(const struct ub_test_report *report, bool passed, struct ub_buf *out, bool colour);

/* One line for each thing that no test has used. */
void ub_ruletest_print_unused(const struct ub_test_report *report, struct ub_buf *out);

#endif
