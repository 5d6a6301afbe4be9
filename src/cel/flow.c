/* SPDX-License-Identifier: Apache-2.0 */
#include "code-private.h"

/* The flow of internal data into a result. */

enum ub_cel_audience ub_cel_program_audience(const struct ub_cel_program *program)
{
	return program->root->audience;
}

enum ub_cel_audience ub_cel_program_shown_audience(const struct ub_cel_program *program)
{
	return program->root->audience | ub_cel_type_audience(program->root->type);
}

struct walk {
	struct ub_arena *arena;
	const struct ub_cel_program *program;
	struct ub_cel_flow flow;
};

static struct ub_cel_flow_step *add_step(struct walk *walk, const struct node *node)
{
	struct ub_cel_flow_step *step = ub_push(walk->arena, &walk->flow);
	*step = (struct ub_cel_flow_step){ .program = walk->program, .at = node->at, .len = node->len };
	return step;
}

static struct ub_text shown(const struct walk *walk, const struct node *node)
{
	return ub_text_sub(walk->program->text, node->at, node->at + node->len);
}

/* Adds the node as a source of internal data, as the label is the node's own. */
static void add_source(struct walk *walk, const struct node *node)
{
	struct ub_text text = shown(walk, node);
	const char *why = "is internal";
	for (size_t i = 0; i < node->n_args && node->kind == NODE_CALL; i++)
		if (ub_cel_type_audience(node->args[i]->type) == UB_CEL_INTERNAL)
			why = "looks at values that have internal fields";
	add_step(walk, node)->text = ub_textf(walk->arena, "`%.*s` %s", UB_ARGS(text), why);
}

static void follow(struct walk *walk, const struct node *node)
{
	for (;;) {
		const struct node *blame = node->blame;
		if (node->kind == NODE_NAME && node->name_kind == NAME_VARIABLE && node->variable->lazy) {
			add_step(walk, node)->text =
			    ub_textf(walk->arena, "`%.*s` depends on internal data", UB_ARGS(node->name));
			walk->program = node->variable->lazy;
			node = walk->program->root;
			continue;
		}
		if (!blame || blame == node) {
			add_source(walk, node);
			return;
		}
		node = blame;
	}
}

struct ub_cel_flow ub_cel_program_flow(const struct ub_cel_program *program, struct ub_arena *arena)
{
	struct walk walk = { .arena = arena, .program = program };
	if (program->root->audience == UB_CEL_INTERNAL)
		follow(&walk, program->root);
	else if (ub_cel_type_audience(program->root->type) == UB_CEL_INTERNAL)
		add_step(&walk, program->root)->text =
		    ub_textf(arena, "values of type %.*s have internal fields",
			UB_ARGS(ub_cel_type_text(arena, program->root->type)));
	return walk.flow;
}
