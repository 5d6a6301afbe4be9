/* SPDX-License-Identifier: Apache-2.0 */
#include "code-private.h"

#include <assert.h>
#include <string.h>

struct ub_cel_env *cel_env_new(struct ub_arena *arena, const struct ub_cel_config *config)
{
	struct ub_cel_env *env = UB_NEW(arena, struct ub_cel_env);
	env->arena = arena;
	env->variables_by_name = ub_map_new(arena);
	env->functions = ub_map_new(arena);
	env->objects = ub_map_new(arena);
	if (config)
		env->config = *config;
	if (!env->config.container.ptr)
		env->config.container = UB_TEXT_NONE;
	return env;
}

struct ub_cel_env *ub_cel_env_child(struct ub_arena *arena, const struct ub_cel_env *parent)
{
	struct ub_cel_env *env = cel_env_new(arena, &parent->config);
	env->parent = parent;
	env->level = parent->level + 1;
	return env;
}

/* ---- variables ---- */

const struct variable *cel_env_variable(const struct ub_cel_env *env, struct ub_text name)
{
	return ub_map_get(env->variables_by_name, name);
}

size_t ub_cel_variable(const struct ub_cel_env *env, struct ub_text name)
{
	const struct variable *variable = cel_env_variable(env, name);
	return variable ? variable->number : SIZE_MAX;
}

static const struct ub_cel_type *must_parse(const struct ub_cel_env *env, const char *text)
{
	const struct ub_cel_type *type = ub_cel_type_parse(env, env->arena, ub_text(text));
	assert(type);
	return type;
}

static size_t add_variable(struct ub_cel_env *env, struct variable variable)
{
	struct variable *kept = ub_map_get(env->variables_by_name, variable.name);
	if (!kept) {
		kept = UB_NEW(env->arena, struct variable);
		variable.number = env->variables.n;
		*ub_push(env->arena, &env->variables) = kept;
		ub_map_put(env->variables_by_name, variable.name, kept);
	} else {
		variable.number = kept->number;
	}
	*kept = variable;
	kept->env = env;
	return kept->number;
}

size_t ub_cel_declare(struct ub_cel_env *env, const struct ub_cel_decl *decl)
{
	return add_variable(env, (struct variable){ .name = ub_text_copy(env->arena, ub_text(decl->name)),
				     .type = must_parse(env, decl->type),
				     .audience = decl->audience,
				     .may_be_absent = decl->may_be_absent,
				     .guard = ub_text_copy(env->arena, ub_text(decl->guard)) });
}

size_t ub_cel_declare_lazy(struct ub_cel_env *env, struct ub_text name, const struct ub_cel_program *program)
{
	return add_variable(env, (struct variable){ .name = name,
				     .type = program->root->type,
				     .audience = program->root->audience,
				     .guard = UB_TEXT_NONE,
				     .lazy = program });
}

void ub_cel_open_fields(struct ub_cel_env *env, size_t variable)
{
	assert(variable < env->variables.n);
	*ub_push(env->arena, &env->opened) = env->variables.items[variable];
}

/* ---- object types ---- */

const struct ub_cel_type *ub_cel_declare_object(
    struct ub_cel_env *env, const char *name, const struct ub_cel_type *base, const char *shown)
{
	struct ub_cel_object_type *object = UB_NEW(env->arena, struct ub_cel_object_type);
	object->type = (struct ub_cel_type){
		.kind = UB_CEL_OBJECT, .name = ub_text_copy(env->arena, ub_text(name)), .object = object
	};
	object->base = base ? base->object : NULL;
	object->root = base ? base->object->root : object;
	object->by_name = ub_map_new(env->arena);
	object->shown = ub_text_copy(env->arena, ub_text(shown));
	ub_map_put(env->objects, object->type.name, object);
	return &object->type;
}

void ub_cel_declare_fields(
    struct ub_cel_env *env, const struct ub_cel_type *type, const struct ub_cel_decl *fields, size_t n)
{
	/* The env's own object, looked up again: all others only have the type as a constant. */
	struct ub_cel_object_type *object = ub_map_get(env->objects, type->name);
	assert(object && &object->type == type && object->root == object);
	for (size_t i = 0; i < n; i++) {
		struct field *field = ub_push(env->arena, &object->fields);
		*field = (struct field){ .name = ub_text_copy(env->arena, ub_text(fields[i].name)),
			.type = must_parse(env, fields[i].type),
			.audience = fields[i].audience,
			.may_be_absent = fields[i].may_be_absent,
			.guard = ub_text_copy(env->arena, ub_text(fields[i].guard)),
			.words = ub_text_copy(env->arena, ub_text(fields[i].words)) };
		ub_map_put(object->by_name, field->name, (void *)(uintptr_t)object->fields.n);
	}
}

/* ---- functions ---- */

const struct function *cel_env_function(const struct ub_cel_env *env, struct ub_text name)
{
	for (; env; env = env->parent) {
		const struct function *function = ub_map_get(env->functions, name);
		if (function)
			return function;
	}
	return NULL;
}

/* The env's own function of that name. A new one begins with the overloads of the parent's. */
static struct function *own_function(struct ub_cel_env *env, struct ub_text name)
{
	struct function *own = ub_map_get(env->functions, name);
	if (own)
		return own;
	const struct function *outer = env->parent ? cel_env_function(env->parent, name) : NULL;
	own = UB_NEW(env->arena, struct function);
	own->name = name;
	for (size_t i = 0; outer && i < outer->overloads.n; i++)
		*ub_push(env->arena, &own->overloads) = outer->overloads.items[i];
	ub_map_put(env->functions, name, own);
	return own;
}

static void expect(struct ub_text text, size_t *at, const char *token)
{
	while (*at < text.len && text.ptr[*at] == ' ')
		++*at;
	assert(ub_text_starts(ub_text_sub(text, *at, text.len), ub_text(token)));
	*at += strlen(token);
}

/* "receiver.(params) -> result" */
static void parse_signature(const struct ub_cel_env *env, struct overload *overload, struct ub_text text)
{
	UB_VEC(const struct ub_cel_type *) params = { 0 };
	struct type_names names = { .n = 0 };
	size_t at = 0;
	if (text.ptr[0] != '(') {
		*ub_push(env->arena, &params) = cel_type_parse_at(env, env->arena, text, &at, &names);
		expect(text, &at, ".");
		overload->receiver = true;
	}
	for (expect(text, &at, "("); text.ptr[at] != ')'; at += text.ptr[at] == ',')
		*ub_push(env->arena, &params) = cel_type_parse_at(env, env->arena, text, &at, &names);
	expect(text, &at, ")");
	expect(text, &at, "->");
	overload->result = cel_type_parse_at(env, env->arena, text, &at, &names);
	overload->params = params.items;
	overload->n_params = params.n;
	overload->n_type_params = names.n;
	assert(overload->result && at == text.len);
	for (size_t i = 0; i < params.n; i++)
		assert(params.items[i]);
}

void ub_cel_declare_functions(struct ub_cel_env *env, const struct ub_cel_function *functions, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct function *function = own_function(env, ub_text(functions[i].name));
		struct overload *overload = UB_NEW(env->arena, struct overload);
		*overload = (struct overload){ .name = function->name,
			.function = functions[i].function,
			.user = functions[i].user,
			.check = functions[i].check,
			.audience = functions[i].audience,
			.shallow = functions[i].shallow,
			.not_constant = functions[i].not_constant };
		parse_signature(env, overload, ub_text(functions[i].signature));
		*ub_push(env->arena, &function->overloads) = overload;
	}
}
