/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_TMPL_H
#define UPBEAT_TMPL_H

/*
 * tmpl: Mustache (the published specification) whose tag names are CEL expressions, type-checked when loaded.
 * A template file may be made of sections, each opened by a heading line with its weight; `minutes` within
 * one is its share of the given length, whole minutes that add up. See upbeat-rules(5), "Templates".
 */

#include "upbeat/base.h"
#include "upbeat/cel.h"

enum ub_template_format { UB_FORMAT_TEXT, UB_FORMAT_HTML };
enum ub_template_audience { UB_AUDIENCE_INTERNAL, UB_AUDIENCE_CUSTOMER };

struct ub_template;

/* The templates of a rule set, by name, for partials and sections. */
struct ub_template_set;

struct ub_template_set *ub_template_set_new(struct ub_cel_env *env, struct ub_arena *arena);
/* Adds templates/NAME.md (front matter, sections). The same name replaces an earlier one (a later layer).
 * Problems of the front matter and of the tags' syntax go to diags. Names are NAME or NAME.LANGUAGE. */
void ub_template_set_add(
    struct ub_template_set *set, struct ub_text name, const struct ub_source *source, struct ub_diags *diags);
/* After all were added: partials resolved (a template may not include itself), every tag type-checked. */
void ub_template_set_check(struct ub_template_set *set, struct ub_diags *diags);
/* NULL when there is none of that name. `language`: NAME.LANGUAGE is taken where there is one. */
const struct ub_template *ub_template_get(
    const struct ub_template_set *set, struct ub_text name, struct ub_text language);
/* All names, for suggestions. */
size_t ub_template_names(const struct ub_template_set *set, struct ub_text *out, size_t most);

/* A one-line template out of a rule (a title): no sections, no front matter. `map` carries a byte offset of
 * `text` to its place in the rule file. NULL when diags got an error. */
const struct ub_template *ub_template_compile(struct ub_template_set *set, struct ub_text text,
    struct ub_place (*map)(void *data, size_t at, size_t len), void *data, struct ub_diags *diags);

enum ub_template_audience ub_template_audience(const struct ub_template *tmpl);

/* Renders. `minutes`: the length shared out over the sections (0: no sections are timed). `extra`: further
 * templates appended as sections. False when an expression failed ("cannot tell"): *why says which and where.
 */
bool ub_template_render(const struct ub_template *tmpl, const struct ub_template *const *extra,
    size_t n_extra, int64_t minutes, struct ub_cel_activation *activation, struct ub_buf *out,
    struct ub_text *why);

#endif
