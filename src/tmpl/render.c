/* SPDX-License-Identifier: Apache-2.0 */
#include "tmpl-private.h"

#include <string.h>

/* One rendering. */
struct rendering {
	const struct ub_template *tmpl; /* the template that was asked for */
	struct ub_buf *out;
	size_t start; /* where this rendering's bytes begin in out */
	struct ub_arena *arena;
	struct ub_buf indent; /* what every line begins with at present */
	size_t steps, depth;  /* steps so far; depth of the templates found while rendering */
	bool full;            /* a limit is reached: nothing more is added */
	bool failed;
	struct ub_text why;

	/* timed sections: the first pass finds their weights, the second one gives them their minutes */
	struct ub_cel_activation *root;
	int64_t total;
	unsigned weights[UB_TEMPLATE_TIMED_MAX];
	int64_t minutes[UB_TEMPLATE_TIMED_MAX];
	size_t n_timed, seen;
	bool second;
};

static void render_ops(
    struct rendering *r, const struct tmpl_ops *ops, struct ub_cel_activation *activation, bool html);

/* ---- output ---- */

static void put(struct rendering *r, struct ub_text text)
{
	size_t room = UB_TEMPLATE_OUTPUT_MAX - (r->out->len - r->start);
	if (text.len > room) {
		r->full = true;
		text.len = room;
		while (text.len && ((unsigned char)text.ptr[text.len] & 0xC0) == 0x80)
			text.len--;
	}
	ub_buf_add(r->out, text);
}

/* Values are data: none of their control characters reaches a calendar, but for line ends and tabs. C1
 * controls are C2 80 to C2 9F in UTF-8. */
static bool is_control(struct ub_text text, size_t i, size_t *len)
{
	unsigned char c = (unsigned char)text.ptr[i];
	bool c1 = c == 0xC2 && i + 1 < text.len && (unsigned char)text.ptr[i + 1] < 0xA0;
	*len = c1 ? 2 : 1;
	return c1 || (c < 0x20 && c != '\n' && c != '\t') || c == 0x7F;
}

static const char *html_entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

static void put_value(struct rendering *r, struct ub_text text, bool escape)
{
	struct ub_buf clean = UB_BUF(r->arena);
	for (size_t i = 0, len; i < text.len && clean.len <= UB_TEMPLATE_OUTPUT_MAX; i += len) {
		if (is_control(text, i, &len))
			continue;
		const char *entity = escape ? html_entity(text.ptr[i]) : NULL;
		if (entity)
			ub_buf_str(&clean, entity);
		else
			ub_buf_char(&clean, text.ptr[i]);
	}
	put(r, ub_buf_text(&clean));
}

/* ---- evaluation ---- */

static void fail(struct rendering *r, const struct tmpl_op *op, struct ub_text message)
{
	struct ub_place place = tmpl_place(op->origin, op->node->at, op->node->len);
	struct ub_buf why = UB_BUF(r->arena);
	ub_buf_printf(&why, "`%.*s`", UB_ARGS(op->node->text));
	if (place.source) {
		size_t line, column;
		ub_place_line_column(place, &line, &column);
		ub_buf_printf(&why, " (%.*s:%zu:%zu)", UB_ARGS(place.source->name), line, column);
	}
	ub_buf_printf(&why, ": %.*s", UB_ARGS(message));
	r->why = ub_buf_text(&why);
	r->failed = true;
}

/* Whether the text is a dotted name. That is Mustache's own way to name a value, and no other expression. */
static bool is_dotted_name(struct ub_text text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
		if (!letter && c != '.' && (c < '0' || c > '9'))
			return false;
	}
	return true;
}

/* In data of unknown shape a name that is not there shows nothing, as Mustache says. Where the shape is
 * known, the checker has refused such a name. */
static bool is_missing(const struct tmpl_op *op, struct ub_cel_value value)
{
	static const char *const codes[] = { "no-such-key", "no-such-field", "no-such-overload" };
	for (size_t i = 0; i < UB_COUNT(codes); i++)
		if (strcmp(value.error->code, codes[i]) == 0)
			return is_dotted_name(op->node->text);
	return false;
}

static struct ub_cel_value evaluate(
    struct rendering *r, const struct tmpl_op *op, struct ub_cel_activation *activation)
{
	struct ub_cel_value value = ub_cel_eval(op->program, activation, r->arena, NULL);
	if (value.kind != UB_CEL_ERROR)
		return value;
	if (!is_missing(op, value))
		fail(r, op, value.error->message);
	return ub_cel_null();
}

static struct ub_cel_value unwrap(struct ub_cel_value value)
{
	while (value.kind == UB_CEL_OPTIONAL)
		value = value.aux ? *value.optional : ub_cel_null();
	return value;
}

static bool is_truthy(struct ub_cel_value value)
{
	switch (value.kind) {
	case UB_CEL_NULL:
	case UB_CEL_ABSENT:
		return false;
	case UB_CEL_BOOL:
		return value.b;
	case UB_CEL_LIST:
		return value.list->n > 0;
	case UB_CEL_STRING:
		return value.aux > 0;
	case UB_CEL_INT:
		return value.i != 0;
	case UB_CEL_UINT:
		return value.u != 0;
	case UB_CEL_DOUBLE:
		return value.d != 0;
	default:
		return true;
	}
}

/* ---- operations ---- */

static void render_value(
    struct rendering *r, const struct tmpl_op *op, struct ub_cel_activation *activation, bool html)
{
	struct ub_buf text = UB_BUF(r->arena);
	struct ub_cel_value value = unwrap(evaluate(r, op, activation));
	ub_cel_print(&text, value);
	put_value(r, ub_buf_text(&text), html && !op->raw);
}

static void render_section(
    struct rendering *r, const struct tmpl_op *op, struct ub_cel_activation *activation, bool html)
{
	struct ub_cel_value value = unwrap(evaluate(r, op, activation));
	bool truthy = is_truthy(value);
	if (r->failed || truthy == (op->kind == OP_INVERTED))
		return;
	if (!op->scope) {
		render_ops(r, &op->kids, activation, html);
		return;
	}
	struct ub_cel_activation *inner = ub_cel_activation_child(r->arena, activation, op->scope->env);
	size_t n = value.kind == UB_CEL_LIST ? value.list->n : 1;
	for (size_t i = 0; i < n && !r->failed && !r->full; i++) {
		ub_cel_bind(inner, op->scope->item, value.kind == UB_CEL_LIST ? value.list->items[i] : value);
		r->full = r->full || ++r->steps > UB_TEMPLATE_STEPS_MAX;
		render_ops(r, &op->kids, inner, html);
	}
}

static void render_indented(
    struct rendering *r, const struct tmpl_op *op, struct ub_cel_activation *activation, bool html)
{
	size_t before = r->indent.len;
	ub_buf_add(&r->indent, op->text);
	render_ops(r, &op->kids, activation, html);
	r->indent.len = before;
}

/* Finds and compiles the partial now. Only open sets have such calls. */
static void render_call(
    struct rendering *r, const struct tmpl_op *op, struct ub_cel_activation *activation, bool html)
{
	struct ub_text name = op->node->text;
	struct ub_cel_value value = op->program ? evaluate(r, op, activation) : ub_cel_null();
	if (op->program)
		name = value.kind == UB_CEL_STRING ? ub_cel_text(value) : UB_TEXT_NONE;
	const struct ub_template *tmpl = tmpl_find(r->tmpl->set, name, UB_TEXT_NONE);
	if (r->failed || !tmpl || tmpl->broken)
		return;
	struct ub_diags diags = UB_DIAGS(r->arena);
	struct ub_template root = { .set = r->tmpl->set, .name = UB_TEXT_NONE };
	struct tmpl_compiler c = { .set = root.set, .root = &root, .arena = r->arena, .diags = &diags };
	struct tmpl_ops ops = { 0 };
	tmpl_compile_call(&c, op->node, tmpl, &op->spot, &ops);
	if (diags.errors || r->depth == UB_TEMPLATE_DEPTH_MAX) {
		fail(r, op,
		    diags.errors ? diags.list.items[0].message
				 : UB_TEXT("templates include each other too deep"));
		return;
	}
	r->depth++;
	render_ops(r, &ops, activation, html);
	r->depth--;
}

static void bind_minutes(struct rendering *r, int64_t minutes)
{
	if (r->tmpl->set->minutes != SIZE_MAX)
		ub_cel_bind(r->root, r->tmpl->set->minutes, ub_cel_int(minutes));
}

/* The minutes of the section that begins; 0: the section is not timed. */
static int64_t begin_section(struct rendering *r, unsigned weight)
{
	bool timed = weight && r->total > 0 && r->seen < UB_TEMPLATE_TIMED_MAX;
	if (!timed)
		return 0;
	size_t i = r->seen++;
	if (r->second)
		return i < r->n_timed ? r->minutes[i] : 0;
	r->weights[i] = weight;
	return 0;
}

static void render_heading(
    struct rendering *r, const struct tmpl_op *op, struct ub_cel_activation *activation, bool html)
{
	int64_t minutes = begin_section(r, op->node->weight);
	bind_minutes(r, op->node->weight ? minutes : r->total);
	put(r, html ? UB_TEXT("<h2>") : UB_TEXT_NONE);
	render_ops(r, &op->kids, activation, html);
	if (minutes > 0)
		put(r, ub_textf(r->arena, " (%lld min)", (long long)minutes));
	put(r, html ? UB_TEXT("</h2>") : UB_TEXT_NONE);
}

static void render_op(
    struct rendering *r, const struct tmpl_op *op, struct ub_cel_activation *activation, bool html)
{
	switch (op->kind) {
	case OP_LINE:
		put(r, ub_buf_text(&r->indent));
		put(r, op->text);
		break;
	case OP_TEXT:
		put(r, op->text);
		break;
	case OP_VALUE:
		render_value(r, op, activation, html);
		break;
	case OP_SECTION:
	case OP_INVERTED:
		render_section(r, op, activation, html);
		break;
	case OP_INDENT:
		render_indented(r, op, activation, html);
		break;
	case OP_CALL:
		render_call(r, op, activation, html);
		break;
	case OP_HEADING:
		render_heading(r, op, activation, html);
		break;
	}
}

static void render_ops(
    struct rendering *r, const struct tmpl_ops *ops, struct ub_cel_activation *activation, bool html)
{
	for (size_t i = 0; i < ops->n && !r->failed && !r->full; i++) {
		r->full = ++r->steps > UB_TEMPLATE_STEPS_MAX;
		if (!r->full)
			render_op(r, ops->items[i], activation, html);
	}
}

/* ---- the whole ---- */

/* Puts a blank line between a template and the one that is appended to it. */
static void put_gap(struct rendering *r)
{
	struct ub_text so_far = ub_text_sub(ub_buf_text(r->out), r->start, r->out->len);
	if (so_far.len && !ub_text_ends(so_far, UB_TEXT("\n")))
		put(r, UB_TEXT("\n"));
	if (so_far.len && !ub_text_ends(so_far, UB_TEXT("\n\n")))
		put(r, UB_TEXT("\n"));
}

static void render_all(struct rendering *r, const struct ub_template *const *extra, size_t n_extra)
{
	r->out->len = r->start;
	r->indent.len = r->steps = r->seen = 0;
	r->full = false;
	bind_minutes(r, r->total);
	render_ops(r, &r->tmpl->ops, r->root, r->tmpl->front.format == UB_FORMAT_HTML);
	for (size_t i = 0; i < n_extra && !r->failed; i++) {
		put_gap(r);
		bind_minutes(r, r->total);
		render_ops(r, &extra[i]->ops, r->root, extra[i]->front.format == UB_FORMAT_HTML);
	}
}

/* The length of the blank, line end or separator at `i`, however it is written; 0: there is none. */
static size_t blank_at(struct ub_text text, size_t i)
{
	unsigned char c = (unsigned char)text.ptr[i];
	if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
		return 1;
	struct ub_text rest = ub_text_sub(text, i, text.len);
	bool separator = ub_text_starts(rest, UB_TEXT("\xE2\x80\xA8")) || /* U+2028, U+2029 */
			 ub_text_starts(rest, UB_TEXT("\xE2\x80\xA9"));
	return separator ? 3 : 0;
}

/* A title is one line, and not too long, whatever the values hold. */
static void make_one_line(struct rendering *r)
{
	struct ub_text text = ub_text_copy(r->arena, ub_text_sub(ub_buf_text(r->out), r->start, r->out->len));
	bool gap = false;
	r->out->len = r->start;
	for (size_t i = 0, blank; i < text.len; i += blank ? blank : 1) {
		blank = blank_at(text, i);
		if (!blank && gap && r->out->len > r->start)
			ub_buf_char(r->out, ' ');
		if (!blank)
			ub_buf_char(r->out, text.ptr[i]);
		gap = blank > 0;
	}
	const struct ub_text dots = UB_TEXT("\xE2\x80\xA6");
	size_t end = r->start + UB_TEMPLATE_LINE_MAX - dots.len;
	if (r->out->len - r->start <= UB_TEMPLATE_LINE_MAX)
		return;
	while (end > r->start && ((unsigned char)r->out->ptr[end] & 0xC0) == 0x80)
		end--;
	r->out->len = end;
	ub_buf_add(r->out, dots);
}

bool ub_template_render(const struct ub_template *tmpl, const struct ub_template *const *extra,
    size_t n_extra, int64_t minutes, struct ub_cel_activation *activation, struct ub_buf *out,
    struct ub_text *why)
{
	struct ub_arena *arena = out->arena;
	struct rendering *r = UB_NEW(arena, struct rendering);
	r->tmpl = tmpl;
	r->out = out;
	r->start = out->len;
	r->arena = arena;
	r->indent = UB_BUF(arena);
	r->root = ub_cel_activation_child(arena, activation, tmpl->set->scope->env);
	r->total = minutes;
	render_all(r, extra, n_extra);
	if (r->seen && !r->failed) {
		r->n_timed = r->seen;
		ub_template_share(minutes, r->weights, r->minutes, r->n_timed);
		r->second = true;
		render_all(r, extra, n_extra);
	}
	if (r->failed) {
		out->len = r->start;
		*why = r->why;
		return false;
	}
	if (!tmpl->name.len)
		make_one_line(r);
	else if (r->full)
		ub_buf_str(out, "\n[...]\n");
	return true;
}
