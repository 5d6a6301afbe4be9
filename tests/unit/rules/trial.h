/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_TESTS_RULES_TRIAL_H
#define UPBEAT_TESTS_RULES_TRIAL_H

/* Rule directories written into a test, and the results of loading them. */

#include "upbeat/rules.h"

#define TRIAL_FILES_MAX  16
#define TRIAL_LAYERS_MAX 4

struct trial {
	struct ub_arena *arena;
	struct ub_diags diags;
	struct ub_rule_layer layers[TRIAL_LAYERS_MAX];
	struct ub_rule_file files[TRIAL_LAYERS_MAX][TRIAL_FILES_MAX];
	size_t n_layers;
	const struct ub_account_field_decl *fields;
	size_t n_fields; /* SIZE_MAX unless set: checked without settings */
	const struct ub_ruleset *rules;
};

struct trial *trial_new(void);
void trial_free(struct trial **trial);
/* Begins a further directory. The first one is there from the start. */
void trial_directory(struct trial *trial);
void trial_file(struct trial *trial, const char *path, const char *text);
void trial_load(struct trial *trial);
/* Loads a rule file "a.yaml" of `format: 1` and the text, with an internal template `prep-call`, and `fact`
 * for customers. */
struct trial *trial_of(const char *text);
/* All diagnostics. */
const char *trial_printed(struct trial *trial);
/* The codes of all diagnostics, separated by blanks. */
const char *trial_codes(struct trial *trial);
/* Loads one rule, named r, with an event. The text has the event's further lines, indented for an item. */
struct trial *trial_of_item(const char *lines);
/* The match of a rule of the loaded set with a meeting of these people. The account may be NULL. */
struct ub_match *trial_match(struct trial *trial, const char *people, const struct ub_account *account);

#endif
