/* SPDX-License-Identifier: Apache-2.0 */
#include "code-private.h"

#include <assert.h>

struct ub_cel_activation *ub_cel_activation_new(struct ub_arena *arena, const struct ub_cel_env *env)
{
	struct ub_cel_activation *activation = UB_NEW(arena, struct ub_cel_activation);
	activation->arena = arena;
	activation->env = env;
	activation->n = env->variables.n;
	activation->values = UB_NEW_ARRAY(arena, struct ub_cel_value, activation->n);
	for (size_t i = 0; i < activation->n; i++)
		activation->values[i].kind = env->variables.items[i]->lazy ? KIND_LAZY : KIND_UNBOUND;
	return activation;
}

struct ub_cel_activation *ub_cel_activation_child(
    struct ub_arena *arena, struct ub_cel_activation *parent, const struct ub_cel_env *env)
{
	assert(env->parent == parent->env);
	struct ub_cel_activation *activation = ub_cel_activation_new(arena, env);
	activation->parent = parent;
	activation->context = parent->context;
	return activation;
}

void ub_cel_bind(struct ub_cel_activation *activation, size_t variable, struct ub_cel_value value)
{
	assert(variable < activation->n);
	activation->values[variable] = value;
}

bool ub_cel_bind_name(struct ub_cel_activation *activation, struct ub_text name, struct ub_cel_value value)
{
	size_t variable = ub_cel_variable(activation->env, name);
	if (variable == SIZE_MAX)
		return false;
	ub_cel_bind(activation, variable, value);
	return true;
}

void ub_cel_activation_set_context(struct ub_cel_activation *activation, void *context)
{
	activation->context = context;
}

struct ub_arena *ub_cel_activation_arena(const struct ub_cel_activation *activation)
{
	return activation->arena;
}

const struct ub_cel_env *ub_cel_activation_env(const struct ub_cel_activation *activation)
{
	return activation->env;
}
