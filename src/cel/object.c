/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>

#include "cel-private.h"

/* Object types as declared, and their fields. */

void ub_cel_help_with_fields(struct ub_cel_env *env, const struct ub_cel_type *object, struct ub_text help)
{
	struct ub_cel_object_type *mine = ub_map_get(env->objects, object->name);
	assert(mine && &mine->type == object);
	mine->help = help;
}

const struct ub_cel_type *ub_cel_find_object(const struct ub_cel_env *env, struct ub_text name)
{
	for (; env; env = env->parent) {
		const struct ub_cel_object_type *object = ub_map_get(env->objects, name);
		if (object)
			return &object->type;
	}
	return NULL;
}

bool cel_type_refines(const struct ub_cel_type *type, const struct ub_cel_type *ancestor)
{
	for (const struct ub_cel_object_type *object = type->object; object; object = object->base)
		if (object == ancestor->object)
			return true;
	return false;
}

const struct field *cel_type_field(const struct ub_cel_type *object, struct ub_text name, size_t *index)
{
	const struct ub_cel_object_type *root = object->object->root;
	uintptr_t found = (uintptr_t)ub_map_get(root->by_name, name);
	if (found == 0)
		return NULL;
	*index = found - 1;
	return &root->fields.items[found - 1];
}

size_t ub_cel_field_count(const struct ub_cel_type *object)
{
	return object->object->root->fields.n;
}

size_t ub_cel_field_index(const struct ub_cel_type *object, struct ub_text name)
{
	size_t index = SIZE_MAX;
	cel_type_field(object, name, &index);
	return index;
}

struct ub_text ub_cel_field(const struct ub_cel_type *object, size_t i, const struct ub_cel_type **type,
    enum ub_cel_audience *audience)
{
	const struct field *field = &object->object->root->fields.items[i];
	if (type)
		*type = field->type;
	if (audience)
		*audience = field->audience;
	return field->name;
}
