/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_TESTS_TMPL_FIXTURE_H
#define UPBEAT_TESTS_TMPL_FIXTURE_H

#include "tmpl-private.h"

/* "2:5 unclosed-tag" for each diagnostic, in order of place, separated by ", ". */
const char *fixture_codes(struct ub_diags *diags);
/* The diagnostics as a user sees them. */
const char *fixture_messages(struct ub_diags *diags);
const struct ub_source *fixture_source(struct ub_arena *arena, const char *name, const char *text);
/* A text of `n` times `piece`. */
const char *fixture_repeat(struct ub_arena *arena, const char *piece, size_t n);

/*
 * Variables for expressions: title, n, yes, no, names, people (list(person): name, email, notes, and persona,
 * which is internal), none (no people), account (object: health, internal and possibly absent; name), and
 * has_account, which is false.
 */
struct fixture {
	struct ub_arena *arena;
	struct ub_cel_env *env;
	struct ub_template_set *set;
	struct ub_diags diags;
	struct ub_cel_activation *activation;
};

struct fixture fixture_new(void);
void fixture_free(struct fixture *f);
/* Sets the title, which stands for a stranger's text. */
void fixture_set_title(struct fixture *f, const char *title);
void fixture_set_names(struct fixture *f, const char *name, size_t n);   /* n times the same */
void fixture_add(struct fixture *f, const char *file, const char *text); /* "card.md" is template "card" */
/* Checks the set and finds the template. NULL: there are diagnostics. */
const struct ub_template *fixture_use(struct fixture *f, const char *name);
/* The rendered template with `minutes`, or "cannot tell: ...". */
const char *fixture_render(struct fixture *f, const struct ub_template *tmpl, int64_t minutes);
/* A place in the source `data`, as if the source were a rule file. */
struct ub_place fixture_place(void *data, size_t at, size_t len);
/* Compiles a one-line template. NULL: there are diagnostics. */
const struct ub_template *fixture_compile(struct fixture *f, const char *text);

#endif
