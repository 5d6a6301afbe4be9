/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_TMPL_H
#define UPBEAT_TMPL_H

/*
 * tmpl: Mustache (https://github.com/mustache/spec, with inheritance and dynamic names) whose tag names are
 * CEL expressions, whose types are checked when templates are loaded. A template file may be made of
 * sections, each opened by a heading line with its weight. `minutes` within a section is the section's share
 * of the given length; the shares are whole minutes that add up. See upbeat-rules(5), "TEMPLATES".
 *
 *	struct ub_template_set *set = ub_template_set_new(env, arena);
 *	ub_template_set_add(set, UB_TEXT("prep-call"), source, &diags);
 *	ub_template_set_check(set, &diags);
 *	const struct ub_template *agenda = ub_template_use(set, UB_TEXT("prep-call"), place, &diags);
 *	ub_template_render(agenda, NULL, 0, 15, activation, &out, &why);
 *
 * A set is changed while rules are loaded and read only afterwards: any number of threads may render.
 */

#include "upbeat/base.h"
#include "upbeat/cel.h"

enum ub_template_format { UB_FORMAT_TEXT, UB_FORMAT_HTML };
enum ub_template_audience { UB_AUDIENCE_INTERNAL, UB_AUDIENCE_CUSTOMER };

struct ub_template;

/* The templates of a rule set, by name. */
struct ub_template_set;

/* All variables of `env` must be declared before the first ub_template_compile() or
 * ub_template_set_check(). */
struct ub_template_set *ub_template_set_new(struct ub_cel_env *env, struct ub_arena *arena);

/* Adds the file templates/NAME.md|txt|html (front matter, sections). The format follows from the source's
 * name unless the front matter gives another. A name replaces the same name of an earlier layer. Problems of
 * the front matter and of the tags' syntax go to diags. Names are NAME or NAME.LANGUAGE. */
void ub_template_set_add(
    struct ub_template_set *set, struct ub_text name, const struct ub_source *source, struct ub_diags *diags);

/* To be called after all templates were added. It finds partials (a template may not include itself),
 * checks the types of every tag, and proves that customer texts are free of internal data. A template that
 * others include need not stand on its own: it is checked where it is included, and by ub_template_use()
 * where a rule names it. */
void ub_template_set_check(struct ub_template_set *set, struct ub_diags *diags);

/* The template that a rule names at `place`, after ub_template_set_check(). NULL: there is none of that name,
 * or it cannot stand on its own; either is reported. */
const struct ub_template *ub_template_use(
    struct ub_template_set *set, struct ub_text name, struct ub_place place, struct ub_diags *diags);

/* Whether a rule (by ub_template_use()) or another template names the template of this source, in
 * whatever language. */
bool ub_template_is_named(const struct ub_template_set *set, const struct ub_source *source);
/* Whether an expression of any template reads the variable, itself or through lazy variables. */
bool ub_template_set_reads(const struct ub_template_set *set, struct ub_text variable);
/* Whether the template reads it, with all that the template includes, in any language. *place is a tag's. */
bool ub_template_reads(const struct ub_template *tmpl, struct ub_text variable, struct ub_place *place);

/* The variant for a reader's language ("de-AT": NAME.de-AT, then NAME.de), else `tmpl` itself. */
const struct ub_template *ub_template_in_language(const struct ub_template *tmpl, struct ub_text language);

/* A one-line template out of a rule (a title): no headings, no front matter. `map` gives the place in the
 * rule file of a byte range of `text`. NULL: diags got an error. */
const struct ub_template *ub_template_compile(struct ub_template_set *set, struct ub_text text,
    struct ub_place (*map)(void *data, size_t at, size_t len), void *data, struct ub_diags *diags);

/* Template i of the set, in the order in which the names first came. NULL: i is past the last one. */
const struct ub_template *ub_template_at(const struct ub_template_set *set, size_t i);
/* The template's file. NULL: a one-line template. */
const struct ub_source *ub_template_source(const struct ub_template *tmpl);
/* Whether the text of `part` is put into the text of `tmpl`, directly or by way of other templates. */
bool ub_template_includes(const struct ub_template *tmpl, const struct ub_template *part);

struct ub_text ub_template_name(const struct ub_template *tmpl); /* empty: a one-line template */
/* The language that the file's name or front matter gives. Empty: neither does. */
struct ub_text ub_template_language(const struct ub_template *tmpl);
enum ub_template_format ub_template_format(const struct ub_template *tmpl);
/* The audience that the front matter gives, else internal. A one-line template has the audience of the data
 * that it depends on. */
enum ub_template_audience ub_template_audience(const struct ub_template *tmpl);
/* Why a one-line template is internal. *why is one sentence: the tag and the way to the internal data; *place
 * is the tag's. False: the template is not internal. */
bool ub_template_why_internal(const struct ub_template *tmpl, struct ub_place *place, struct ub_text *why);

/*
 * Renders onto `out`. `minutes` is the length that is shared out over the weighted sections (0: none is
 * timed). `extra` are further templates, appended as sections and timed with the others. `activation` is one
 * of the set's env.
 *
 * Values are text: they are never read as templates, and their control characters are dropped. A one-line
 * template gives one line of at most UB_TEMPLATE_LINE_MAX bytes. The output of other templates ends with a
 * mark where it would pass UB_TEMPLATE_OUTPUT_MAX or UB_TEMPLATE_STEPS_MAX.
 *
 * False: an expression failed ("cannot tell"). *why says which one, and where; `out` is as it was.
 */
bool ub_template_render(const struct ub_template *tmpl, const struct ub_template *const *extra,
    size_t n_extra, int64_t minutes, struct ub_cel_activation *activation, struct ub_buf *out,
    struct ub_text *why) UB_MUST_USE;

/* ---- Mustache for data of unknown shape ---- */

/*
 * Lifts the limits that rule directories have beyond the specification. A partial that does not exist is
 * empty, names of partials may be computed, a template may include itself, and `#` opens no heading. A
 * variable UB_TEMPLATE_ITEM of the set's env is the outermost context, `.` outside of sections.
 */
void ub_template_set_open(struct ub_template_set *set);
#define UB_TEMPLATE_ITEM "__item"

/* Shares `total` whole minutes out by weight (largest remainder, the earlier first when equal). The minutes
 * add up, and each share is at least one if there are enough. Weights are positive; n > 0. */
void ub_template_share(int64_t total, const unsigned *weights, int64_t *minutes, size_t n);

#endif
