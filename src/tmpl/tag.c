/* SPDX-License-Identifier: Apache-2.0 */
#include "tmpl-private.h"

/* One tag, with what the checks need. */
struct tag {
	struct tmpl_compiler *c;
	const struct tmpl_node *node;
	const struct tmpl_spot *spot;
	const struct ub_cel_program *program;
};

static const struct tmpl_origin *origin_of(const struct tag *tag)
{
	return &tag->spot->from->tmpl->origin;
}

static struct ub_place place_in(const struct tag *tag, size_t at, size_t len)
{
	bool whole = ub_text_is(tag->node->text, "."); /* "." stands for a longer name */
	return tmpl_place(origin_of(tag), tag->node->at + (whole ? 0 : at), whole ? tag->node->len : len);
}

static struct ub_place place_of(const struct tag *tag)
{
	return place_in(tag, 0, tag->node->len);
}

static bool same_place(struct ub_place a, struct ub_place b)
{
	return a.source == b.source && a.at == b.at && a.len == b.len;
}

/* A template that is included in many places reports each of its problems once. */
static bool already_said(const struct ub_diags *diags, struct ub_place place, struct ub_text message)
{
	for (size_t i = 0; i < diags->list.n; i++)
		if (same_place(diags->list.items[i].place, place) &&
		    ub_text_eq(diags->list.items[i].message, message))
			return true;
	return false;
}

static void say(const struct tag *tag, enum ub_severity severity, const char *code, struct ub_place place,
    struct ub_text message, struct ub_text help)
{
	struct ub_diags *diags = tag->c->diags;
	if (already_said(diags, place, message)) {
		diags->errors += severity == UB_ERROR; /* the template fails here too */
		return;
	}
	struct ub_diag *diag = ub_diag_add(diags, severity, code, place, "%.*s", UB_ARGS(message));
	diag->help = help;
}

static void report_issues(const struct tag *tag, const struct ub_cel_issues *issues)
{
	for (size_t i = 0; i < issues->n; i++) {
		const struct ub_cel_issue *issue = &issues->items[i];
		say(tag, UB_ERROR, issue->code, place_in(tag, issue->at, issue->len), issue->message,
		    issue->help);
	}
}

/* ---- what becomes text ---- */

/* Kinds of values that have no text: in a word, and how to make a text of such a value. `%.*s`
 * is the expression. */
static const struct {
	enum ub_cel_kind kind;
	const char *word, *how;
} textless[] = {
	{ UB_CEL_LIST, "a list",
	    "go through it with `{{#%.*s}}...{{/}}`, or join texts with `.join(\", \")`" },
	{ UB_CEL_MAP, "a map", "name one of its values: `%.*s.key`" },
	{ UB_CEL_TIMESTAMP, "a time", "say how: `date(%.*s, \"%%-d %%B, %%H:%%M\")`" },
	{ UB_CEL_DURATION, "a duration", "say how: `(%.*s).getMinutes()`" },
	{ UB_CEL_BYTES, "a string of bytes", "say how: `base64.encode(%.*s)`" },
	{ UB_CEL_TYPE, "a type", "name something that has a text" },
	{ UB_CEL_ABSTRACT, "a value of this type", "name something that has a text" },
};

/* Kinds of values that are no condition: in a word, and how to make one. `%.*s` is the expression. */
static const struct {
	enum ub_cel_kind kind;
	const char *word, *how;
} conditionless[] = {
	{ UB_CEL_INT, "a number", "write a condition: `{{#%.*s > 0}}`" },
	{ UB_CEL_UINT, "a number", "write a condition: `{{#%.*s > 0u}}`" },
	{ UB_CEL_DOUBLE, "a number", "write a condition: `{{#%.*s > 0.0}}`" },
	{ UB_CEL_TIMESTAMP, "a time", "write a condition that compares it" },
	{ UB_CEL_DURATION, "a duration", "write a condition: `{{#%.*s > duration(\"0s\")}}`" },
	{ UB_CEL_BYTES, "a string of bytes", "write a condition: `{{#size(%.*s) > 0}}`" },
	{ UB_CEL_TYPE, "a type", "write a condition that compares it" },
	{ UB_CEL_ABSTRACT, "a value of this type", "write a condition that compares it" },
};

static struct ub_text how(const struct tag *tag, const char *format)
{
	struct ub_buf text = UB_BUF(tag->c->arena);
	ub_buf_printf(&text, format, UB_ARGS(tag->node->text));
	return ub_buf_text(&text);
}

static bool check_shown(const struct tag *tag)
{
	const struct ub_cel_type *type = ub_cel_program_type(tag->program);
	while (type->kind == UB_CEL_OPTIONAL)
		type = type->params[0];
	for (size_t i = 0; i < UB_COUNT(textless); i++) {
		if (textless[i].kind != type->kind)
			continue;
		say(tag, UB_ERROR, "no-text", place_of(tag),
		    ub_textf(tag->c->arena, "%s has no text of its own", textless[i].word),
		    how(tag, textless[i].how));
		return false;
	}
	return true;
}

bool tmpl_check_section(struct tmpl_compiler *c, const struct tmpl_node *node,
    const struct ub_cel_program *program, const struct tmpl_spot *spot)
{
	enum ub_cel_kind kind = ub_cel_program_type(program)->kind;
	struct tag tag = { c, node, spot, program };
	for (size_t i = 0; i < UB_COUNT(conditionless); i++) {
		if (conditionless[i].kind != kind)
			continue;
		say(&tag, UB_ERROR, "no-condition", place_of(&tag),
		    ub_textf(c->arena, "a section cannot be over %s", conditionless[i].word),
		    how(&tag, conditionless[i].how));
		return false;
	}
	return true;
}

/* ---- audience ---- */

/* Where the internal data enters the expression, and the way that the data takes from there. */
struct way {
	struct ub_place place;
	struct ub_text text;
};

static struct way find_way(const struct tag *tag)
{
	struct ub_cel_flow flow = ub_cel_program_flow(tag->program, tag->c->arena);
	struct ub_buf text = UB_BUF(tag->c->arena);
	struct way way = { .place = place_of(tag) };
	if (flow.n && flow.items[0].program == tag->program)
		way.place = place_in(tag, flow.items[0].at, flow.items[0].len);
	for (size_t i = 0; i < flow.n; i++)
		ub_buf_printf(&text, "%s%.*s", i ? ", " : "", UB_ARGS(flow.items[i].text));
	way.text = ub_buf_text(&text);
	return way;
}

static bool check_audience(const struct tag *tag, bool shown)
{
	enum ub_cel_audience audience =
	    shown ? ub_cel_program_shown_audience(tag->program) : ub_cel_program_audience(tag->program);
	struct ub_template *root = tag->c->root;
	if (audience == UB_CEL_PUBLIC)
		return true;
	struct way way = find_way(tag);
	if (!root->name.len && !root->internal) {
		root->internal = true;
		root->internal_place = way.place;
		root->internal_why = way.text;
	}
	if (root->front.audience != UB_AUDIENCE_CUSTOMER)
		return true;
	struct ub_text message = shown ? UB_TEXT("a text for customers shows internal data")
				       : UB_TEXT("a text for customers depends on internal data");
	if (tag->spot->from->tmpl != root)
		message = ub_textf(
		    tag->c->arena, "%.*s: `%.*s` includes this", UB_ARGS(message), UB_ARGS(root->name));
	say(tag, UB_ERROR, "internal-data", way.place, message, way.text);
	return false;
}

/* ---- what may be absent ---- */

/* Whether the two are equal but for blanks and the question marks of `.?`. */
static bool same_path(struct ub_text condition, struct ub_text path)
{
	size_t at = 0;
	for (size_t i = 0; i < condition.len; i++) {
		if (condition.ptr[i] == '?' || condition.ptr[i] == ' ')
			continue;
		if (at == path.len || condition.ptr[i] != path.ptr[at])
			return false;
		at++;
	}
	return at == path.len;
}

/* Whether a part of a condition, one side of `&&`, promises that the value is there: `has_account`,
 * `has(account.tier)`, `account.?tier`. */
static bool promises(struct ub_text part, const struct ub_cel_read *read)
{
	part = ub_text_trim(part);
	if (read->guard.len && ub_text_eq(part, read->guard))
		return true;
	if (ub_text_starts(part, UB_TEXT("has(")) && ub_text_ends(part, UB_TEXT(")")))
		part = ub_text_sub(part, 4, part.len - 1);
	return same_path(part, read->path);
}

static bool is_guarded(const struct tmpl_guard *guard, const struct ub_cel_read *read)
{
	for (; guard; guard = guard->outer)
		for (size_t at = 0, end; at <= guard->condition.len; at = end + 2) {
			end = ub_text_find(guard->condition, UB_TEXT("&&"), at);
			end = end == SIZE_MAX ? guard->condition.len : end;
			if (promises(ub_text_sub(guard->condition, at, end), read))
				return true;
		}
	return false;
}

static void warn_unguarded(const struct tag *tag)
{
	const struct ub_cel_read *reads;
	size_t n = ub_cel_program_unguarded(tag->program, &reads);
	for (size_t i = 0; i < n; i++) {
		const struct ub_cel_read *read = &reads[i];
		if (is_guarded(tag->spot->guards, read))
			continue;
		struct ub_arena *arena = tag->c->arena;
		say(tag, UB_WARNING, "unguarded", place_in(tag, read->outer_at, read->outer_len),
		    ub_textf(arena, "`%.*s` may be absent, and then there is no item", UB_ARGS(read->path)),
		    ub_textf(arena, "put it between `{{#has(%.*s)}}` and `{{/}}`", UB_ARGS(read->path)));
	}
}

/* ---- the tag ---- */

static bool has_name(const struct tag *tag)
{
	if (!ub_text_is(tag->node->text, ".") || tag->spot->scope->item != SIZE_MAX)
		return tag->node->text.len > 0; /* an empty tag was reported when parsed */
	say(tag, UB_ERROR, "no-item", place_of(tag), UB_TEXT("there is no current item outside of a section"),
	    UB_TEXT("`.` is the item of the list or object that a section is over"));
	return false;
}

const struct ub_cel_program *tmpl_compile_tag(
    struct tmpl_compiler *c, const struct tmpl_node *node, const struct tmpl_spot *spot, bool shown)
{
	struct tag tag = { c, node, spot, NULL };
	if (!has_name(&tag))
		return NULL;
	struct ub_text text = ub_text_is(node->text, ".") ? UB_TEXT(UB_TEMPLATE_ITEM) : node->text;
	struct ub_cel_issues issues = { 0 };
	tag.program = ub_cel_compile(spot->scope->env, c->arena, text, NULL, &issues);
	if (!tag.program) {
		report_issues(&tag, &issues);
		return NULL;
	}
	*ub_push(c->set->arena, &c->set->readings) =
	    (struct tmpl_reading){ tag.program, c->root, place_of(&tag) };
	bool good = !shown || check_shown(&tag);
	if (!check_audience(&tag, shown) || !good)
		return NULL;
	warn_unguarded(&tag);
	return tag.program;
}

const struct tmpl_scope *tmpl_open_scope(
    struct tmpl_compiler *c, const struct ub_cel_program *program, const struct tmpl_scope *outer)
{
	const struct ub_cel_type *type = ub_cel_program_type(program);
	if (type->kind == UB_CEL_LIST || type->kind == UB_CEL_OPTIONAL)
		type = type->params[0];
	else if (type->kind == UB_CEL_BOOL || type->kind == UB_CEL_NULL)
		return NULL;
	struct ub_cel_env *env = ub_cel_env_child(c->arena, outer->env);
	struct tmpl_scope *scope = UB_NEW(c->arena, struct tmpl_scope);
	const char *name = ub_text_cstr(c->arena, ub_cel_type_text(c->arena, type));
	scope->outer = outer;
	scope->env = env;
	scope->item = ub_cel_declare(
	    env, &(struct ub_cel_decl){
		     .name = UB_TEMPLATE_ITEM, .type = name, .audience = ub_cel_program_audience(program) });
	if (type->kind == UB_CEL_OBJECT || type->kind == UB_CEL_MAP || type->kind == UB_CEL_DYN)
		ub_cel_open_fields(env, scope->item);
	return scope;
}
