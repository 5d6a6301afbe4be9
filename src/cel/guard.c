/* SPDX-License-Identifier: Apache-2.0 */
#include "code-private.h"

/* Finds unguarded reads of values that may be absent. A read is guarded if the whole expression can depend on
 * it only when the value is present. `&&` and `||` drop an error when another operand decides. So the guard
 * may stand on either side. */

/* Facts that are true wherever a node counts. */
struct fact {
	const struct node *present;     /* a path with a value; each beginning of the path has one, too */
	const struct variable *is_true; /* a variable with the value true */
	const struct fact *outer;
};

/* The most conditions of one program that are searched for facts. Definitions that use each other can double
 * their number at each step. Further conditions give no facts. */
#define ASSUMPTIONS_MAX 10000

struct guard {
	struct ub_arena *arena;
	struct ub_cel_program *program;
	UB_VEC(struct ub_cel_read) reads;
	UB_VEC(const struct variable *) used;
	size_t assumptions;
};

static bool same_path(const struct node *a, const struct node *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == NODE_SELECT)
		return ub_text_eq(a->name, b->name) && same_path(a->args[0], b->args[0]);
	if (a->kind != NODE_NAME || a->name_kind != b->name_kind)
		return false;
	if (a->name_kind == NAME_LOCAL)
		return a->definition == b->definition && a->local == b->local;
	return a->variable == b->variable;
}

static bool is_present(const struct fact *facts, const struct node *path)
{
	for (; facts; facts = facts->outer)
		for (const struct node *known = facts->present; known;
		     known = known->kind == NODE_SELECT ? known->args[0] : NULL)
			if (same_path(known, path))
				return true;
	return false;
}

static bool is_true(const struct fact *facts, struct ub_text variable)
{
	for (; facts; facts = facts->outer)
		if (facts->is_true && ub_text_eq(facts->is_true->name, variable))
			return true;
	return false;
}

static const struct fact *add_fact(struct guard *guard, const struct fact *facts, struct fact fact)
{
	struct fact *added = UB_NEW(guard->arena, struct fact);
	*added = fact;
	added->outer = facts;
	return added;
}

/* Adds the facts that follow if the node is true (or false). */
static const struct fact *assume(
    struct guard *guard, const struct fact *facts, const struct node *node, bool value)
{
	if (++guard->assumptions > ASSUMPTIONS_MAX)
		return facts;
	if (node->kind == (value ? NODE_AND : NODE_OR)) {
		for (size_t i = 0; i < node->n_args; i++)
			facts = assume(guard, facts, node->args[i], value);
	} else if (node->kind == NODE_CALL && ub_text_is(node->name, "!_") && node->n_args == 1) {
		facts = assume(guard, facts, node->args[0], !value);
	} else if (node->kind == NODE_NAME && node->name_kind == NAME_VARIABLE) {
		if (value)
			facts = add_fact(guard, facts, (struct fact){ .is_true = node->variable });
		if (node->variable->lazy)
			facts = assume(guard, facts, node->variable->lazy->root, value);
	} else if (node->kind == NODE_SELECT && node->test && value) {
		facts = add_fact(guard, facts, (struct fact){ .present = node });
	}
	return facts;
}

static struct ub_text path_text(struct ub_arena *arena, const struct node *node)
{
	if (node->kind == NODE_NAME)
		return node->name;
	if (node->kind != NODE_SELECT)
		return UB_TEXT("(...)");
	struct ub_text operand = path_text(arena, node->args[0]);
	return ub_textf(arena, "%.*s.%.*s", UB_ARGS(operand), UB_ARGS(node->name));
}

static void report(struct guard *guard, const struct node *node, struct ub_text guarded_by)
{
	*ub_push(guard->arena, &guard->reads) = (struct ub_cel_read){ .program = guard->program,
		.at = node->at,
		.len = node->len,
		.outer_at = node->at,
		.outer_len = node->len,
		.path = path_text(guard->arena, node),
		.guard = guarded_by,
		.key = node };
}

static void add_use(struct guard *guard, const struct variable *variable)
{
	for (size_t i = 0; i < guard->used.n; i++)
		if (guard->used.items[i] == variable)
			return;
	*ub_push(guard->arena, &guard->used) = variable;
}

/* Each read is reported once, however many uses of a definition lead to it. */
static bool is_reported(const struct guard *guard, const struct node *node)
{
	for (size_t i = 0; i < guard->reads.n; i++)
		if (guard->reads.items[i].key == node)
			return true;
	return false;
}

static void visit_variable(struct guard *guard, const struct node *node, const struct fact *facts)
{
	const struct variable *variable = node->variable;
	add_use(guard, variable);
	for (size_t i = 0; variable->lazy && i < variable->lazy->n_used; i++)
		add_use(guard, variable->lazy->used[i]);
	if (variable->may_be_absent && !is_true(facts, variable->guard) && !is_present(facts, node))
		report(guard, node, variable->guard);
	for (size_t i = 0; variable->lazy && i < variable->lazy->n_unguarded; i++) {
		struct ub_cel_read read = variable->lazy->unguarded[i];
		if (is_true(facts, read.guard) || is_present(facts, read.key) || is_reported(guard, read.key))
			continue;
		read.outer_at = node->at;
		read.outer_len = node->len;
		*ub_push(guard->arena, &guard->reads) = read;
	}
}

static void visit(struct guard *guard, const struct node *node, const struct fact *facts);

static void visit_select(struct guard *guard, const struct node *node, const struct fact *facts)
{
	size_t index;
	visit(guard, node->args[0], facts);
	const struct ub_cel_type *type = node->args[0]->type;
	if (node->test || node->optional || type->kind != UB_CEL_OBJECT)
		return;
	const struct field *field = cel_type_field(type, node->name, &index);
	if (field && field->may_be_absent && !is_true(facts, field->guard) && !is_present(facts, node))
		report(guard, node, field->guard);
}

/* An operand counts only if all others are true (in `&&`) or false (in `||`). In a longer chain only the
 * operands to the left give facts, as the work would grow with the square of the length. */
#define BOTH_SIDES_MAX 32

static void visit_logic(struct guard *guard, const struct node *node, const struct fact *facts)
{
	bool value = node->kind == NODE_AND;
	for (size_t i = 0; i < node->n_args; i++) {
		const struct fact *others = facts;
		for (size_t j = i + 1; j < node->n_args && node->n_args <= BOTH_SIDES_MAX; j++)
			others = assume(guard, others, node->args[j], value);
		visit(guard, node->args[i], others);
		facts = assume(guard, facts, node->args[i], value);
	}
}

static void visit(struct guard *guard, const struct node *node, const struct fact *facts)
{
	switch (node->kind) {
	case NODE_NAME:
		if (node->name_kind == NAME_VARIABLE)
			visit_variable(guard, node, facts);
		return;
	case NODE_SELECT:
		visit_select(guard, node, facts);
		return;
	case NODE_AND:
	case NODE_OR:
		visit_logic(guard, node, facts);
		return;
	case NODE_COND:
		visit(guard, node->args[0], facts);
		visit(guard, node->args[1], assume(guard, facts, node->args[0], true));
		visit(guard, node->args[2], assume(guard, facts, node->args[0], false));
		return;
	default:
		for (size_t i = 0; i < node->n_args; i++)
			visit(guard, node->args[i], facts);
	}
}

void cel_find_unguarded(struct ub_cel_program *program, struct ub_arena *arena)
{
	struct guard guard = { .arena = arena, .program = program };
	visit(&guard, program->root, NULL);
	program->unguarded = guard.reads.items;
	program->n_unguarded = guard.reads.n;
	program->used = guard.used.items;
	program->n_used = guard.used.n;
}

size_t ub_cel_program_unguarded(const struct ub_cel_program *program, const struct ub_cel_read **reads)
{
	*reads = program->unguarded;
	return program->n_unguarded;
}

bool ub_cel_program_uses(const struct ub_cel_program *program, struct ub_text name)
{
	for (size_t i = 0; i < program->n_used; i++)
		if (ub_text_eq(program->used[i]->name, name))
			return true;
	return false;
}
