/* SPDX-License-Identifier: Apache-2.0 */
#include "ast-private.h"

/* Type inference of the checker. Type variables are bound while arguments are matched with parameters. A
 * variable with one type may be widened to a more general type, as in [1, dyn(2)]. */

/* The most work on the types of one expression. Beyond it no type fits any more. Only an attack gets near. */
#define STEPS_MAX 200000

const struct ub_cel_type *cel_unify_fresh(struct check *check)
{
	size_t number = check->n_bound;
	if (check->n_bound == check->cap_bound)
		check->bound = ub_vec_grow(
		    check->arena, check->bound, &check->cap_bound, check->n_bound, sizeof(check->bound[0]));
	check->bound[check->n_bound++] = NULL;
	return cel_type_param(check->arena, number);
}

/* A copy of the type with each parameter replaced by its type in `map`. */
static const struct ub_cel_type *substitute(struct check *check, const struct ub_cel_type *type,
    const struct ub_cel_type *(*map)(struct check *check, const struct ub_cel_type *param, size_t data),
    size_t data)
{
	if (type->kind == UB_CEL_PARAM)
		return map(check, type, data);
	if (type->n_params == 0 || ++check->steps > STEPS_MAX)
		return type;
	const struct ub_cel_type **params =
	    UB_NEW_ARRAY(check->arena, const struct ub_cel_type *, type->n_params);
	bool changed = false;
	for (size_t i = 0; i < type->n_params; i++) {
		params[i] = substitute(check, type->params[i], map, data);
		changed |= params[i] != type->params[i];
	}
	if (!changed)
		return type;
	struct ub_cel_type *copy = UB_NEW(check->arena, struct ub_cel_type);
	*copy = *type;
	copy->params = params;
	return copy;
}

static const struct ub_cel_type *shifted(struct check *check, const struct ub_cel_type *param, size_t first)
{
	return cel_type_param(check->arena, first + param->variable);
}

const struct ub_cel_type *cel_unify_instance(
    struct check *check, const struct ub_cel_type *type, size_t first)
{
	return substitute(check, type, shifted, first);
}

const struct ub_cel_type *cel_unify_resolve(struct check *check, const struct ub_cel_type *type)
{
	while (type->kind == UB_CEL_PARAM && check->bound[type->variable])
		type = check->bound[type->variable];
	return type;
}

bool cel_unify_as_dyn(struct check *check, const struct ub_cel_type *type)
{
	bool is_free = type->kind == UB_CEL_PARAM;
	if (is_free)
		check->bound[type->variable] = &ub_cel_type_dyn;
	return is_free || cel_type_is_dyn(type);
}

static const struct ub_cel_type *finally(struct check *check, const struct ub_cel_type *param, size_t data)
{
	const struct ub_cel_type *type = cel_unify_resolve(check, param);
	return type->kind == UB_CEL_PARAM ? &ub_cel_type_dyn : substitute(check, type, finally, data);
}

const struct ub_cel_type *cel_unify_final(struct check *check, const struct ub_cel_type *type)
{
	return substitute(check, type, finally, 0);
}

static bool occurs(struct check *check, size_t variable, const struct ub_cel_type *type)
{
	type = cel_unify_resolve(check, type);
	if (type->kind == UB_CEL_PARAM)
		return type->variable == variable;
	if (++check->steps > STEPS_MAX)
		return true;
	for (size_t i = 0; i < type->n_params; i++)
		if (occurs(check, variable, type->params[i]))
			return true;
	return false;
}

/* Whether `a` is at most as specific as `b`: `a` is dyn, a variable or an ancestor, or has parameters of that
 * kind. */
static bool at_most_as_specific(struct check *check, const struct ub_cel_type *a, const struct ub_cel_type *b)
{
	a = cel_unify_resolve(check, a);
	b = cel_unify_resolve(check, b);
	if (a == b || cel_type_is_dyn(a) || a->kind == UB_CEL_PARAM)
		return true;
	if (a->kind == UB_CEL_OBJECT && b->kind == UB_CEL_OBJECT)
		return cel_type_refines(b, a);
	if (a->kind != b->kind || a->n_params != b->n_params || !ub_text_eq(a->name, b->name) ||
	    ++check->steps > STEPS_MAX)
		return false;
	for (size_t i = 0; i < a->n_params; i++)
		if (!at_most_as_specific(check, a->params[i], b->params[i]))
			return false;
	return true;
}

/* The more general one of two types that fit each other. If each is more general in one part, the result has
 * both of these parts. */
static const struct ub_cel_type *most_general(
    struct check *check, const struct ub_cel_type *a, const struct ub_cel_type *b)
{
	a = cel_unify_resolve(check, a);
	b = cel_unify_resolve(check, b);
	if (a->kind == UB_CEL_NULL)
		return b; /* b takes null, as otherwise the two would not fit */
	if (b->kind == UB_CEL_NULL || at_most_as_specific(check, a, b))
		return a;
	if (a->kind != b->kind || a->n_params == 0 || a->n_params != b->n_params ||
	    at_most_as_specific(check, b, a))
		return b;
	struct ub_cel_type *both = UB_NEW(check->arena, struct ub_cel_type);
	const struct ub_cel_type **params =
	    UB_NEW_ARRAY(check->arena, const struct ub_cel_type *, a->n_params);
	for (size_t i = 0; i < a->n_params; i++)
		params[i] = most_general(check, a->params[i], b->params[i]);
	*both = *a;
	both->params = params;
	return both;
}

static bool fits(struct check *check, const struct ub_cel_type *to, const struct ub_cel_type *from);

static void set(struct check *check, size_t variable, const struct ub_cel_type *type)
{
	*ub_push(check->arena, &check->trail) =
	    (struct binding){ .variable = variable, .before = check->bound[variable] };
	check->bound[variable] = type;
}

/* Binds the variable to `type`, too, if that is allowed. */
static bool bind(struct check *check, size_t variable, const struct ub_cel_type *type)
{
	const struct ub_cel_type *now = check->bound[variable];
	if (!now) {
		if (type->kind == UB_CEL_PARAM && type->variable == variable)
			return true;
		if (occurs(check, variable, type))
			return false;
		set(check, variable, type);
		return true;
	}
	if (!fits(check, now, type) && !fits(check, type, now))
		return false;
	const struct ub_cel_type *general = most_general(check, type, now);
	if (general != now && !occurs(check, variable, general))
		set(check, variable, general);
	return true;
}

/* null is allowed for times and objects (langdef.md, "Booleans and Null"). The reference checker is as
 * lenient. */
static bool takes_null(const struct ub_cel_type *type)
{
	return type->kind == UB_CEL_NULL || type->kind == UB_CEL_OBJECT || type->kind == UB_CEL_DURATION ||
	       type->kind == UB_CEL_TIMESTAMP || type->kind == UB_CEL_ABSTRACT ||
	       type->kind == UB_CEL_OPTIONAL;
}

static bool fits(struct check *check, const struct ub_cel_type *to, const struct ub_cel_type *from)
{
	if (to == from)
		return true;
	if (++check->steps > STEPS_MAX)
		return false;
	if (to->kind == UB_CEL_PARAM)
		return bind(check, to->variable, from);
	if (from->kind == UB_CEL_PARAM)
		return bind(check, from->variable, to);
	if (cel_type_is_dyn(to) || cel_type_is_dyn(from))
		return true;
	if (to->kind == UB_CEL_NULL || from->kind == UB_CEL_NULL)
		return takes_null(to->kind == UB_CEL_NULL ? from : to);
	if (to->kind != from->kind)
		return false;
	if (to->kind == UB_CEL_OBJECT)
		return cel_type_refines(from, to);
	if (to->kind == UB_CEL_TYPE)
		return true;
	if (to->n_params != from->n_params || !ub_text_eq(to->name, from->name))
		return false;
	for (size_t i = 0; i < to->n_params; i++)
		if (!fits(check, to->params[i], from->params[i]))
			return false;
	return true;
}

/* Undoes the bindings since the trail had that length. */
static void undo(struct check *check, size_t length)
{
	while (check->trail.n > length) {
		struct binding last = check->trail.items[--check->trail.n];
		check->bound[last.variable] = last.before;
	}
}

bool cel_unify_fits(struct check *check, const struct ub_cel_type *to, const struct ub_cel_type *from)
{
	size_t before = check->trail.n;
	if (fits(check, to, from))
		return true;
	undo(check, before);
	return false;
}

bool cel_unify_list(
    struct check *check, const struct ub_cel_type *const *to, const struct node *const *from, size_t n)
{
	size_t before = check->trail.n;
	for (size_t i = 0; i < n; i++) {
		if (!fits(check, to[i], from[i]->type)) {
			undo(check, before);
			return false;
		}
	}
	return true;
}

const struct ub_cel_type *cel_unify_join(
    struct check *check, const struct ub_cel_type *a, const struct ub_cel_type *b)
{
	if (cel_unify_fits(check, a, b) || cel_unify_fits(check, b, a))
		return most_general(check, a, b);
	return &ub_cel_type_dyn;
}
