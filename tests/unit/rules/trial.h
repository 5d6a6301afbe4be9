/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_TESTS_RULES_TRIAL_H
#define UPBEAT_TESTS_RULES_TRIAL_H

/* Rule directories written into a test, and what comes of them. */

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
/* Begins a further directory; the first one is there. */
void trial_directory(struct trial *trial);
void trial_file(struct trial *trial, const char *path, const char *text);
void trial_load(struct trial *trial);
/* A rule file "a.yaml" of `format: 1` and the text, loaded; with an internal template `prep-call` and one for
 * customers, `fact`. */
struct trial *trial_of(const char *text);
/* All diagnostics. */
const char *trial_printed(struct trial *trial);
/* The codes of all diagnostics with a blank between. */
const char *trial_codes(struct trial *trial);
/* One rule, named r, with an event of the text's further lines, indented for an item. */
struct trial *trial_of_item(const char *lines);
/* What a rule of the loaded set says of a meeting of people; the account may be NULL. */
struct ub_match *trial_match(struct trial *trial, const char *people, const struct ub_account *account);

#endif
