/* SPDX-License-Identifier: Apache-2.0 */
#include "tmpl-private.h"

static void compile_nodes(struct tmpl_compiler *c, const struct tmpl_nodes *nodes,
    const struct tmpl_spot *spot, bool inline_start, struct tmpl_ops *ops);

static struct tmpl_op *add(struct tmpl_compiler *c, struct tmpl_ops *ops, enum tmpl_op_kind kind,
    const struct tmpl_node *node, const struct tmpl_spot *spot)
{
	struct tmpl_op *op = UB_NEW(c->arena, struct tmpl_op);
	op->kind = kind;
	op->text = UB_TEXT_NONE;
	op->node = node;
	op->origin = &spot->from->tmpl->origin;
	*ub_push(c->arena, ops) = op;
	return op;
}

static struct ub_text dedent(struct ub_text blank, size_t by)
{
	return ub_text_sub(blank, by < blank.len ? by : blank.len, blank.len);
}

static struct ub_diag *report(struct tmpl_compiler *c, const char *code, const struct tmpl_node *node,
    const struct tmpl_expansion *from, const char *message)
{
	struct ub_place place = tmpl_place(&from->tmpl->origin, node->at, node->len);
	return ub_error(c->diags, code, place, message, UB_ARGS(node->text));
}

/* ---- values and sections ---- */

static void compile_value(
    struct tmpl_compiler *c, const struct tmpl_node *node, const struct tmpl_spot *spot, struct tmpl_ops *ops)
{
	struct tmpl_op *op = add(c, ops, OP_VALUE, node, spot);
	op->program = tmpl_compile_tag(c, node, spot, true);
	op->raw = node->raw;
}

static void compile_section(
    struct tmpl_compiler *c, const struct tmpl_node *node, const struct tmpl_spot *spot, struct tmpl_ops *ops)
{
	bool inverted = node->kind == NODE_INVERTED;
	struct tmpl_op *op = add(c, ops, inverted ? OP_INVERTED : OP_SECTION, node, spot);
	struct tmpl_spot inner = *spot;
	struct tmpl_guard guard = { spot->guards, node->text };
	op->program = tmpl_compile_tag(c, node, spot, false);
	if (!op->program || !tmpl_check_section(c, node, op->program, spot))
		return; /* the contents cannot be judged */
	if (!inverted) {
		op->scope = tmpl_open_scope(c, op->program, spot->scope);
		inner.scope = op->scope ? op->scope : spot->scope;
		inner.guards = &guard;
	}
	compile_nodes(c, &node->kids, &inner, false, &op->kids);
}

static void compile_heading(
    struct tmpl_compiler *c, const struct tmpl_node *node, const struct tmpl_spot *spot, struct tmpl_ops *ops)
{
	struct tmpl_op *op = add(c, ops, OP_HEADING, node, spot);
	compile_nodes(c, &node->kids, spot, false, &op->kids);
}

/* ---- blocks ---- */

static const struct tmpl_node *find_block(const struct tmpl_nodes *blocks, struct ub_text name)
{
	for (size_t i = 0; i < blocks->n; i++)
		if (blocks->items[i]->kind == NODE_BLOCK && ub_text_eq(blocks->items[i]->text, name))
			return blocks->items[i];
	return NULL;
}

/* The contents that the outermost parent gives to the block. NULL: no parent gives any. */
static const struct tmpl_node *find_override(
    const struct tmpl_overrides *overrides, struct ub_text name, const struct tmpl_expansion **from)
{
	const struct tmpl_node *found = NULL;
	for (; overrides; overrides = overrides->outer) {
		const struct tmpl_node *block = find_block(overrides->blocks, name);
		if (!block)
			continue;
		found = block;
		*from = overrides->from;
	}
	return found;
}

/* The blanks that the first line of a block's contents begins with. False: the contents have no
 * line of their own. */
static bool first_indent(const struct tmpl_nodes *nodes, struct ub_text *blank)
{
	for (size_t i = 0; i < nodes->n; i++) {
		const struct tmpl_node *node = nodes->items[i];
		if (node->kind == NODE_LINE) {
			*blank = node->text;
			return true;
		}
		if (node->standalone && node->kind != NODE_SECTION && node->kind != NODE_INVERTED) {
			*blank = node->blank;
			return true;
		}
		if ((node->kind == NODE_SECTION || node->kind == NODE_INVERTED) &&
		    first_indent(&node->kids, blank))
			return true;
	}
	return false;
}

/* Indentation is taken off where a block's contents are defined, and put on where the contents are used
 * (mustache/spec, ~inheritance, "Block reindentation" and its neighbours). */
static void compile_override(struct tmpl_compiler *c, const struct tmpl_node *place,
    const struct tmpl_node *block, const struct tmpl_expansion *from, const struct tmpl_spot *spot,
    struct tmpl_ops *ops)
{
	struct tmpl_expansion expansion = { spot->from, from->tmpl, spot->from->depth + 1 };
	if (expansion.depth > UB_TEMPLATE_DEPTH_MAX) {
		report(c, "too-deep", block, from, "block `%.*s` is put into itself");
		return;
	}
	struct tmpl_spot inner = *spot;
	struct ub_text blank = place->blank, own = UB_TEXT_NONE;
	if (place->standalone)
		first_indent(&place->kids, &blank);
	bool lines = first_indent(&block->kids, &own) && block->standalone;
	struct tmpl_op *op = add(c, ops, OP_INDENT, place, spot);
	op->text = dedent(blank, spot->dedent);
	inner.from = &expansion;
	inner.dedent = lines ? own.len : 0;
	if (place->standalone && !lines && block->kids.n)
		add(c, &op->kids, OP_LINE, place, spot);
	compile_nodes(c, &block->kids, &inner, !place->standalone, &op->kids);
}

static void compile_block(
    struct tmpl_compiler *c, const struct tmpl_node *node, const struct tmpl_spot *spot, struct tmpl_ops *ops)
{
	const struct tmpl_expansion *from = NULL;
	const struct tmpl_node *block = find_override(spot->overrides, node->text, &from);
	if (block)
		compile_override(c, node, block, from, spot, ops);
	else
		compile_nodes(c, &node->kids, spot, false, ops);
}

/* ---- partials and parents ---- */

static bool is_being_expanded(const struct tmpl_expansion *from, const struct ub_template *tmpl)
{
	for (; from; from = from->outer)
		if (from->tmpl == tmpl)
			return true;
	return false;
}

static void report_unknown(
    struct tmpl_compiler *c, const struct tmpl_node *node, const struct tmpl_spot *spot)
{
	struct ub_diag *diag = report(c, "unknown-template", node, spot->from, "there is no template `%.*s`");
	tmpl_help_with_name(c->set, c->diags, diag, node->text);
}

/* The partial is found and compiled when the template is rendered. What the compiler needs to
 * know then is kept. */
static void defer_call(
    struct tmpl_compiler *c, const struct tmpl_node *node, const struct tmpl_spot *spot, struct tmpl_ops *ops)
{
	struct tmpl_op *op = add(c, ops, OP_CALL, node, spot);
	struct tmpl_expansion *from = UB_NEW(c->arena, struct tmpl_expansion);
	from->tmpl = spot->from->tmpl;
	op->spot = *spot;
	op->spot.from = from;
	op->spot.guards = NULL;
	op->spot.overrides = NULL;
	const struct tmpl_overrides **link = &op->spot.overrides;
	for (const struct tmpl_overrides *o = spot->overrides; o; o = o->outer) {
		struct tmpl_overrides *copy = UB_NEW(c->arena, struct tmpl_overrides);
		*copy = (struct tmpl_overrides){ NULL, o->blocks, from };
		from = UB_NEW(c->arena, struct tmpl_expansion);
		from->tmpl = o->from->tmpl;
		copy->from = from;
		*link = copy;
		link = &copy->outer;
	}
	if (node->computed)
		op->program = tmpl_compile_tag(c, node, spot, true);
}

/* A circle is reported once, wherever the compiler enters it. */
static void report_circle(struct tmpl_compiler *c, const struct tmpl_node *node, struct ub_template *tmpl,
    const struct tmpl_expansion *from)
{
	if (tmpl->circular)
		return;
	ub_diag_set_help(c->diags,
	    report(c, "includes-itself", node, from, "template `%.*s` includes itself"),
	    "it would never end: take this tag out");
	tmpl->circular = true;
	for (; from && from->tmpl != tmpl; from = from->outer)
		((struct ub_template *)ub_map_get(c->set->templates, from->tmpl->name))->circular = true;
}

static void compile_call_node(
    struct tmpl_compiler *c, const struct tmpl_node *node, const struct tmpl_spot *spot, struct tmpl_ops *ops)
{
	if (node->computed && !c->set->open) {
		struct ub_diag *diag =
		    report(c, "computed-name", node, spot->from, "a template cannot be named by a value");
		ub_diag_set_help(c->diags, diag,
		    "name the template itself, in a section for each case: `{{#condition}}{{>name}}{{/}}`");
		return;
	}
	if (node->computed) {
		defer_call(c, node, spot, ops);
		return;
	}
	struct ub_template *tmpl = tmpl_find(c->set, node->text, spot->from->tmpl->front.language);
	if (!tmpl && !c->set->open)
		report_unknown(c, node, spot);
	if (!tmpl || tmpl->broken)
		return;
	tmpl->reached = true;
	if (!is_being_expanded(spot->from, tmpl))
		tmpl_compile_call(c, node, tmpl, spot, ops);
	else if (c->set->open)
		defer_call(c, node, spot, ops);
	else
		report_circle(c, node, tmpl, spot->from);
}

/* ---- the tree ---- */

static void compile_node(
    struct tmpl_compiler *c, const struct tmpl_node *node, const struct tmpl_spot *spot, struct tmpl_ops *ops)
{
	switch (node->kind) {
	case NODE_TEXT:
		add(c, ops, OP_TEXT, node, spot)->text = node->text;
		break;
	case NODE_LINE:
		add(c, ops, OP_LINE, node, spot)->text = dedent(node->text, spot->dedent);
		break;
	case NODE_VALUE:
		compile_value(c, node, spot, ops);
		break;
	case NODE_SECTION:
	case NODE_INVERTED:
		compile_section(c, node, spot, ops);
		break;
	case NODE_PARTIAL:
	case NODE_PARENT:
		compile_call_node(c, node, spot, ops);
		break;
	case NODE_BLOCK:
		compile_block(c, node, spot, ops);
		break;
	case NODE_HEADING:
		compile_heading(c, node, spot, ops);
		break;
	}
}

/* With `inline_start` the line is begun already, so that the first node begins none. */
static void compile_nodes(struct tmpl_compiler *c, const struct tmpl_nodes *nodes,
    const struct tmpl_spot *spot, bool inline_start, struct tmpl_ops *ops)
{
	for (size_t i = 0; i < nodes->n; i++) {
		if (c->nodes++ == UB_TEMPLATE_NODES_MAX)
			report(c, "too-big", nodes->items[i], spot->from,
			    "a template with all that it includes is too big");
		if (c->nodes > UB_TEMPLATE_NODES_MAX)
			return;
		compile_node(c, nodes->items[i], spot, ops);
		if (i == 0 && inline_start && nodes->items[0]->kind == NODE_LINE)
			ops->items[ops->n - 1]->kind = OP_TEXT;
	}
}

/* Compiles a template where it stands, at `spot`. spot.from is the expansion that the template is put into.
 */
static void compile_template(struct tmpl_compiler *c, const struct ub_template *tmpl, struct tmpl_spot spot,
    bool inline_start, struct tmpl_ops *ops)
{
	struct tmpl_expansion expansion = { spot.from, tmpl, spot.from ? spot.from->depth + 1 : 0 };
	spot.from = &expansion;
	spot.dedent = 0;
	compile_nodes(c, &tmpl->nodes, &spot, inline_start, ops);
}

void tmpl_compile_call(struct tmpl_compiler *c, const struct tmpl_node *node, const struct ub_template *tmpl,
    const struct tmpl_spot *spot, struct tmpl_ops *ops)
{
	struct tmpl_overrides overrides = { spot->overrides, &node->kids, spot->from };
	struct tmpl_spot inner = *spot;
	if (spot->from->depth >= UB_TEMPLATE_DEPTH_MAX) {
		report(c, "too-deep", node, spot->from, "templates include each other too deep at `%.*s`");
		return;
	}
	if (c->root->front.audience == UB_AUDIENCE_CUSTOMER && tmpl->front.audience == UB_AUDIENCE_INTERNAL)
		report(c, "internal-data", node, spot->from,
		    "a text for customers includes `%.*s`, which is internal");
	struct tmpl_op *op = add(c, ops, OP_INDENT, node, spot);
	op->text = node->standalone ? dedent(node->blank, spot->dedent) : UB_TEXT_NONE;
	inner.overrides = node->kind == NODE_PARENT ? &overrides : NULL;
	compile_template(c, tmpl, inner, !node->standalone, &op->kids);
}

static const struct tmpl_scope *root_scope(struct ub_template_set *set)
{
	if (set->scope)
		return set->scope;
	struct ub_cel_env *env = ub_cel_env_child(set->arena, set->env);
	struct tmpl_scope *scope = UB_NEW(set->arena, struct tmpl_scope);
	set->minutes = SIZE_MAX;
	if (!set->open)
		set->minutes = ub_cel_declare(env, &(struct ub_cel_decl){ .name = "minutes", .type = "int" });
	*scope = (struct tmpl_scope){ NULL, env, ub_cel_variable(set->env, UB_TEXT(UB_TEMPLATE_ITEM)) };
	set->scope = scope;
	return scope;
}

void tmpl_compile_root(struct ub_template *tmpl, struct ub_diags *diags)
{
	struct ub_template_set *set = tmpl->set;
	struct tmpl_compiler c = { .set = set, .root = tmpl, .arena = set->arena, .diags = diags };
	struct tmpl_spot spot = { .scope = root_scope(set) };
	size_t errors = diags->errors;
	tmpl->compiled = true;
	if (!tmpl->broken || tmpl->readable)
		compile_template(&c, tmpl, spot, false, &tmpl->ops);
	tmpl->usable = !tmpl->broken && diags->errors == errors;
}
