/* SPDX-License-Identifier: Apache-2.0 */
#include "tmpl-private.h"

struct ub_template_set *ub_template_set_new(struct ub_cel_env *env, struct ub_arena *arena)
{
	struct ub_template_set *set = UB_NEW(arena, struct ub_template_set);
	set->arena = arena;
	set->env = env;
	set->templates = ub_map_new(arena);
	return set;
}

void ub_template_set_open(struct ub_template_set *set)
{
	set->open = true;
}

static struct ub_template *template_new(struct ub_template_set *set, struct tmpl_origin origin)
{
	struct ub_template *tmpl = UB_NEW(set->arena, struct ub_template);
	tmpl->set = set;
	tmpl->name = tmpl->front.language = UB_TEXT_NONE;
	tmpl->origin = origin;
	return tmpl;
}

static bool check_text(const struct tmpl_origin *origin, struct ub_diags *diags)
{
	if (origin->text.len > UB_TEMPLATE_SIZE_MAX) {
		ub_error(diags, "too-big", tmpl_place(origin, 0, 0),
		    "a template has at most %u bytes, this one has %zu", UB_TEMPLATE_SIZE_MAX,
		    origin->text.len);
		return false;
	}
	if (!ub_text_utf8_valid(origin->text) ||
	    ub_text_find(origin->text, ub_text_n("", 1), 0) != SIZE_MAX) {
		ub_diag_set_help(diags,
		    ub_error(diags, "not-utf-8", tmpl_place(origin, 0, 0),
			"a template is UTF-8 text without NUL, this one is not"),
		    "save the file in UTF-8");
		return false;
	}
	return true;
}

/* The length of `{ meeting.title }` at the beginning of `text`. 0: no variable in single braces stands
 * there. */
static size_t braced(const struct ub_template_set *set, struct ub_text text)
{
	size_t from = 1, to, end = ub_text_find(text, UB_TEXT("}"), 0);
	while (from < text.len && text.ptr[from] == ' ')
		from++;
	for (to = from;
	     to < text.len && ((text.ptr[to] >= 'a' && text.ptr[to] <= 'z') || text.ptr[to] == '_');)
		to++;
	bool known = to > from && ub_cel_variable(set->env, ub_text_sub(text, from, to)) != SIZE_MAX;
	return known && end != SIZE_MAX && (text.ptr[to] == '.' || text.ptr[to] == ' ' || to == end) ? end + 1
												     : 0;
}

static void warn_single_braces(
    const struct ub_template *tmpl, const struct tmpl_nodes *nodes, struct ub_diags *diags)
{
	for (size_t i = 0; i < nodes->n; i++) {
		const struct tmpl_node *node = nodes->items[i];
		struct ub_text text = node->kind == NODE_TEXT ? node->text : UB_TEXT_NONE;
		warn_single_braces(tmpl, &node->kids, diags);
		for (size_t at = 0; (at = ub_text_find(text, UB_TEXT("{"), at)) != SIZE_MAX; at++) {
			struct ub_text rest = ub_text_sub(text, at, text.len);
			size_t len = braced(tmpl->set, rest);
			if (!len)
				continue;
			struct ub_diag *diag =
			    ub_warning(diags, "single-brace", tmpl_place(&tmpl->origin, node->at + at, len),
				"in one brace this is text, and shown as it is");
			ub_diag_set_help(diags, diag, "for the value, write `{%.*s}`", (int)len, rest.ptr);
		}
	}
}

static void parse(struct ub_template *tmpl, struct ub_diags *diags)
{
	size_t errors = diags->errors;
	bool headings = tmpl->name.len && !tmpl->set->open;
	if (check_text(&tmpl->origin, diags)) {
		if (tmpl->name.len && !tmpl->set->open)
			tmpl_parse_front(&tmpl->origin, &tmpl->front, diags);
		bool head = diags->errors == errors;
		tmpl->readable = tmpl_parse(&tmpl->origin, tmpl->front.end, headings, &tmpl->nodes, diags,
				     tmpl->set->arena) &&
				 head;
		if (!tmpl->set->open)
			warn_single_braces(tmpl, &tmpl->nodes, diags);
	}
	tmpl->broken = diags->errors > errors;
}

/* The position of the language in "upfront-contract.de". SIZE_MAX: the name has none. */
static size_t language_at(struct ub_text name)
{
	for (size_t i = name.len; i > 1; i--)
		if (name.ptr[i - 1] == '.')
			return i < name.len ? i : SIZE_MAX;
	return SIZE_MAX;
}

static struct ub_text base_name(struct ub_text name)
{
	size_t at = language_at(name);
	return at == SIZE_MAX ? name : ub_text_sub(name, 0, at - 1);
}

static void set_language(struct ub_template *tmpl, struct ub_diags *diags)
{
	size_t at = language_at(tmpl->name);
	if (at == SIZE_MAX)
		return;
	struct ub_text language = ub_text_sub(tmpl->name, at, tmpl->name.len);
	struct ub_text said = tmpl->front.language;
	if (said.len && !ub_text_eq_nocase(said, language))
		ub_error(diags, "bad-value", tmpl_place(&tmpl->origin, tmpl->front.language_at, said.len),
		    "the file's name says that its language is `%.*s`", UB_ARGS(language));
	tmpl->front.language = language;
	if (tmpl->set->open || tmpl_is_language(language))
		return;
	struct ub_diag *diag = ub_error(diags, "bad-value", tmpl_place(&tmpl->origin, 0, 0),
	    "`%.*s` in the file's name is no language tag", UB_ARGS(language));
	ub_diag_set_help(
	    diags, diag, "a text in another language is named like `agenda.de.md`; else take out the dot");
}

void ub_template_set_add(
    struct ub_template_set *set, struct ub_text name, const struct ub_source *source, struct ub_diags *diags)
{
	struct tmpl_origin origin = { .text = source->text, .source = source };
	struct ub_template *tmpl = template_new(set, origin);
	tmpl->name = name;
	if (ub_text_ends_nocase(source->name, UB_TEXT(".html")))
		tmpl->front.format = UB_FORMAT_HTML;
	parse(tmpl, diags);
	set_language(tmpl, diags);
	ub_map_put(set->templates, name, tmpl);
}

/* ---- checking ---- */

static void mark_included(struct ub_template *tmpl, const struct tmpl_nodes *nodes)
{
	for (size_t i = 0; i < nodes->n; i++) {
		const struct tmpl_node *node = nodes->items[i];
		mark_included(tmpl, &node->kids);
		if ((node->kind != NODE_PARTIAL && node->kind != NODE_PARENT) || node->computed)
			continue;
		struct ub_template *other = tmpl_find(tmpl->set, node->text, tmpl->front.language);
		if (other)
			other->included = true;
	}
}

/* Both languages of a text must have the same audience. Otherwise customers could read one of them by
 * mistake. */
static void check_variant(const struct ub_template *tmpl, struct ub_diags *diags)
{
	const struct ub_template *base = ub_map_get(tmpl->set->templates, base_name(tmpl->name));
	if (!base || base == tmpl || base->front.audience == tmpl->front.audience)
		return;
	struct ub_diag *diag = ub_error(diags, "mixed-audience", tmpl_place(&tmpl->origin, 0, 0),
	    "`%.*s` and `%.*s` are one text in two languages, but for different audiences",
	    UB_ARGS(base->name), UB_ARGS(tmpl->name));
	ub_diag_set_help(diags, diag, "say the same `audience:` in the heads of both");
}

void ub_template_set_check(struct ub_template_set *set, struct ub_diags *diags)
{
	size_t n = ub_map_size(set->templates);
	for (size_t i = 0; i < n; i++)
		mark_included(tmpl_at(set, i), &tmpl_at(set, i)->nodes);
	for (size_t i = 0; i < n; i++) {
		check_variant(tmpl_at(set, i), diags);
		if (!tmpl_at(set, i)->included)
			tmpl_compile_root(tmpl_at(set, i), diags);
	}
	/* templates that include each other in a circle */
	for (size_t i = 0; i < n; i++)
		if (!tmpl_at(set, i)->compiled && !tmpl_at(set, i)->reached)
			tmpl_compile_root(tmpl_at(set, i), diags);
}

static void report_unknown(
    const struct ub_template_set *set, struct ub_text name, struct ub_place place, struct ub_diags *diags)
{
	struct ub_diag *diag =
	    ub_error(diags, "unknown-template", place, "there is no template `%.*s`", UB_ARGS(name));
	tmpl_help_with_name(set, diags, diag, name);
}

const struct ub_template *ub_template_use(
    struct ub_template_set *set, struct ub_text name, struct ub_place place, struct ub_diags *diags)
{
	struct ub_template *found = ub_map_get(set->templates, name);
	for (size_t i = 0; i < ub_map_size(set->templates); i++) {
		struct ub_template *tmpl = tmpl_at(set, i);
		bool meant = tmpl == found || ub_text_eq(base_name(tmpl->name), name);
		tmpl->named |= meant;
		if (meant && !tmpl->compiled)
			tmpl_compile_root(tmpl, diags);
	}
	if (!found)
		report_unknown(set, name, place, diags);
	return found && found->usable ? found : NULL;
}

bool ub_template_is_named(const struct ub_template_set *set, const struct ub_source *source)
{
	for (size_t i = 0; i < ub_map_size(set->templates); i++) {
		const struct ub_template *tmpl = tmpl_at(set, i);
		if (tmpl->origin.source == source)
			return tmpl->named || tmpl->included;
	}
	return true; /* another template has its name */
}

bool ub_template_set_reads(const struct ub_template_set *set, struct ub_text variable)
{
	for (size_t i = 0; i < set->readings.n; i++)
		if (ub_cel_program_uses(set->readings.items[i].program, variable))
			return true;
	return false;
}

/* Whether both are one text, in whatever languages. */
static bool same_text(const struct ub_template *a, const struct ub_template *b)
{
	return a == b || (a->name.len && ub_text_eq(base_name(a->name), base_name(b->name)));
}

bool ub_template_reads(const struct ub_template *tmpl, struct ub_text variable, struct ub_place *place)
{
	for (size_t i = 0; i < tmpl->set->readings.n; i++) {
		const struct tmpl_reading *reading = &tmpl->set->readings.items[i];
		if (!same_text(reading->root, tmpl) || !ub_cel_program_uses(reading->program, variable))
			continue;
		*place = reading->place;
		return true;
	}
	return false;
}

const struct ub_template *ub_template_in_language(const struct ub_template *tmpl, struct ub_text language)
{
	const struct ub_template *found = tmpl_find(tmpl->set, tmpl->name, language);
	return found && found->usable ? found : tmpl;
}

const struct ub_source *ub_template_source(const struct ub_template *tmpl)
{
	return tmpl->origin.source;
}

/* The recursion ends, as no template includes itself (ub_template_set_check). */
static bool nodes_include(
    const struct tmpl_nodes *nodes, struct ub_text language, const struct ub_template *part)
{
	for (size_t i = 0; i < nodes->n; i++) {
		const struct tmpl_node *node = nodes->items[i];
		bool names = (node->kind == NODE_PARTIAL || node->kind == NODE_PARENT) && !node->computed;
		const struct ub_template *named = names ? tmpl_find(part->set, node->text, language) : NULL;
		if (named == part || (named && nodes_include(&named->nodes, language, part)) ||
		    nodes_include(&node->kids, language, part))
			return true;
	}
	return false;
}

bool ub_template_includes(const struct ub_template *tmpl, const struct ub_template *part)
{
	return nodes_include(&tmpl->nodes, tmpl->front.language, part);
}

/* ---- one-line templates ---- */

const struct ub_template *ub_template_compile(struct ub_template_set *set, struct ub_text text,
    struct ub_place (*map)(void *data, size_t at, size_t len), void *data, struct ub_diags *diags)
{
	struct tmpl_origin origin = { .text = text, .map = map, .data = data };
	struct ub_template *tmpl = template_new(set, origin);
	parse(tmpl, diags);
	tmpl_compile_root(tmpl, diags);
	return tmpl->usable ? tmpl : NULL;
}

bool ub_template_why_internal(const struct ub_template *tmpl, struct ub_place *place, struct ub_text *why)
{
	*place = tmpl->internal_place;
	*why = tmpl->internal_why;
	return tmpl->internal;
}

struct ub_text ub_template_name(const struct ub_template *tmpl)
{
	return tmpl->name;
}

struct ub_text ub_template_language(const struct ub_template *tmpl)
{
	return tmpl->front.language;
}

enum ub_template_format ub_template_format(const struct ub_template *tmpl)
{
	return tmpl->front.format;
}

enum ub_template_audience ub_template_audience(const struct ub_template *tmpl)
{
	if (tmpl->name.len)
		return tmpl->front.audience;
	return tmpl->internal ? UB_AUDIENCE_INTERNAL : UB_AUDIENCE_CUSTOMER;
}
