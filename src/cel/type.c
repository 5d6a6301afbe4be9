/* SPDX-License-Identifier: Apache-2.0 */
#include "cel-private.h"

#include <string.h>

#define TYPE(k, text)                                                                                        \
	{                                                                                                    \
		.kind = (k), .name = {(text), sizeof(text) - 1 }                                             \
	}

const struct ub_cel_type ub_cel_type_dyn = TYPE(UB_CEL_DYN, "dyn");
const struct ub_cel_type ub_cel_type_null = TYPE(UB_CEL_NULL, "null_type");
const struct ub_cel_type ub_cel_type_bool = TYPE(UB_CEL_BOOL, "bool");
const struct ub_cel_type ub_cel_type_int = TYPE(UB_CEL_INT, "int");
const struct ub_cel_type ub_cel_type_uint = TYPE(UB_CEL_UINT, "uint");
const struct ub_cel_type ub_cel_type_double = TYPE(UB_CEL_DOUBLE, "double");
const struct ub_cel_type ub_cel_type_string = TYPE(UB_CEL_STRING, "string");
const struct ub_cel_type ub_cel_type_bytes = TYPE(UB_CEL_BYTES, "bytes");
const struct ub_cel_type ub_cel_type_duration = TYPE(UB_CEL_DURATION, "google.protobuf.Duration");
const struct ub_cel_type ub_cel_type_timestamp = TYPE(UB_CEL_TIMESTAMP, "google.protobuf.Timestamp");

/* The type of a failed check. It fits everywhere, so that one mistake gives one issue. */
const struct ub_cel_type cel_type_failed = TYPE(UB_CEL_ERROR, "*error*");

static const struct ub_cel_type *const two_dyn[] = { &ub_cel_type_dyn, &ub_cel_type_dyn };

#define GENERIC(k, text, n)                                                                                  \
	{                                                                                                    \
		.kind = (k), .name = { (text), sizeof(text) - 1 }, .params = two_dyn, .n_params = (n)        \
	}

const struct ub_cel_type cel_type_type = GENERIC(UB_CEL_TYPE, "type", 1);
const struct ub_cel_type cel_type_any_list = GENERIC(UB_CEL_LIST, "list", 1);
const struct ub_cel_type cel_type_any_map = GENERIC(UB_CEL_MAP, "map", 2);
const struct ub_cel_type cel_type_any_optional = GENERIC(UB_CEL_OPTIONAL, "optional_type", 1);

static const struct ub_cel_type *generic(struct ub_arena *arena, const struct ub_cel_type *model,
    const struct ub_cel_type *first, const struct ub_cel_type *second)
{
	struct ub_cel_type *type = UB_NEW(arena, struct ub_cel_type);
	const struct ub_cel_type **params = UB_NEW_ARRAY(arena, const struct ub_cel_type *, 2);
	*type = *model;
	params[0] = first;
	params[1] = second;
	type->params = params;
	return type;
}

const struct ub_cel_type *cel_type_list(struct ub_arena *arena, const struct ub_cel_type *element)
{
	return generic(arena, &cel_type_any_list, element, NULL);
}

const struct ub_cel_type *cel_type_map(
    struct ub_arena *arena, const struct ub_cel_type *key, const struct ub_cel_type *value)
{
	return generic(arena, &cel_type_any_map, key, value);
}

const struct ub_cel_type *cel_type_optional(struct ub_arena *arena, const struct ub_cel_type *value)
{
	return generic(arena, &cel_type_any_optional, value, NULL);
}

const struct ub_cel_type *cel_type_of(struct ub_arena *arena, const struct ub_cel_type *type)
{
	return generic(arena, &cel_type_type, type, NULL);
}

const struct ub_cel_type *cel_type_param(struct ub_arena *arena, size_t number)
{
	struct ub_cel_type *type = UB_NEW(arena, struct ub_cel_type);
	*type = (struct ub_cel_type){ .kind = UB_CEL_PARAM, .name = UB_TEXT("T"), .variable = number };
	return type;
}

bool cel_type_is_dyn(const struct ub_cel_type *type)
{
	return type->kind == UB_CEL_DYN || type->kind == UB_CEL_ERROR;
}

bool cel_type_contains_dyn(const struct ub_cel_type *type)
{
	if (type->kind == UB_CEL_DYN)
		return true;
	for (size_t i = 0; i < type->n_params; i++)
		if (cel_type_contains_dyn(type->params[i]))
			return true;
	return false;
}

/* ---- reading ---- */

static bool is_name_char(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || c == '.' ||
	       c == '$';
}

static void skip_space(struct ub_text text, size_t *at)
{
	while (*at < text.len && text.ptr[*at] == ' ')
		++*at;
}

static const struct ub_cel_type *named_parameter(struct ub_arena *arena, size_t number, struct ub_text name)
{
	struct ub_cel_type *type = UB_NEW(arena, struct ub_cel_type);
	*type = (struct ub_cel_type){
		.kind = UB_CEL_PARAM, .name = ub_text_copy(arena, name), .variable = number
	};
	return type;
}

static const struct ub_cel_type *parameter(
    struct ub_arena *arena, struct type_names *params, struct ub_text name)
{
	for (size_t i = 0; i < params->n; i++)
		if (ub_text_eq(params->names[i], name))
			return named_parameter(arena, i, name);
	if (params->n == UB_COUNT(params->names))
		return NULL;
	params->names[params->n++] = name;
	return named_parameter(arena, params->n - 1, name);
}

const struct ub_cel_type *cel_type_named(const struct ub_cel_env *env, struct ub_text name)
{
	static const struct {
		const char *name;
		const struct ub_cel_type *type;
	} names[] = {
		{ "null_type", &ub_cel_type_null },
		{ "bool", &ub_cel_type_bool },
		{ "int", &ub_cel_type_int },
		{ "uint", &ub_cel_type_uint },
		{ "double", &ub_cel_type_double },
		{ "string", &ub_cel_type_string },
		{ "bytes", &ub_cel_type_bytes },
		{ "google.protobuf.Duration", &ub_cel_type_duration },
		{ "google.protobuf.Timestamp", &ub_cel_type_timestamp },
		{ "list", &cel_type_any_list },
		{ "map", &cel_type_any_map },
		{ "optional_type", &cel_type_any_optional },
		{ "type", &cel_type_type },
	};
	for (size_t i = 0; i < UB_COUNT(names); i++)
		if (ub_text_is(name, names[i].name))
			return names[i].type;
	return ub_cel_find_object(env, name);
}

/* The type of that name with these parameters. NULL: the type cannot have them. */
static const struct ub_cel_type *apply(const struct ub_cel_env *env, struct ub_arena *arena,
    struct ub_text name, const struct ub_cel_type *const *params, size_t n)
{
	static const struct ub_cel_type *const generics[] = { &cel_type_any_list, &cel_type_any_map,
		&cel_type_any_optional, &cel_type_type };
	for (size_t i = 0; i < UB_COUNT(generics); i++) {
		if (!ub_text_eq(name, generics[i]->name))
			continue;
		if (n == 0)
			return generics[i];
		return n == generics[i]->n_params
			   ? generic(arena, generics[i], params[0], n > 1 ? params[1] : NULL)
			   : NULL;
	}
	if (n == 0) {
		if (ub_text_is(name, "dyn"))
			return &ub_cel_type_dyn;
		if (ub_text_is(name, "duration"))
			return &ub_cel_type_duration;
		if (ub_text_is(name, "timestamp"))
			return &ub_cel_type_timestamp;
		return cel_type_named(env, name);
	}
	struct ub_cel_type *type = UB_NEW(arena, struct ub_cel_type);
	const struct ub_cel_type **copy = UB_NEW_ARRAY(arena, const struct ub_cel_type *, n);
	memcpy(copy, params, n * sizeof(params[0]));
	*type = (struct ub_cel_type){
		.kind = UB_CEL_ABSTRACT, .name = ub_text_copy(arena, name), .params = copy, .n_params = n
	};
	return type;
}

static const struct ub_cel_type *parse_at(const struct ub_cel_env *env, struct ub_arena *arena,
    struct ub_text text, size_t *at, struct type_names *names, unsigned depth)
{
	const struct ub_cel_type *params[8];
	size_t n = 0;
	skip_space(text, at);
	size_t from = *at;
	while (*at < text.len && is_name_char(text.ptr[*at]))
		++*at;
	/* A dot and a parenthesis follow the type of a receiver. */
	if (*at > from && *at < text.len && text.ptr[*at] == '(' && text.ptr[*at - 1] == '.')
		--*at;
	struct ub_text name = ub_text_sub(text, from, *at);
	if (name.len == 0 || depth > 32)
		return NULL;
	if (name.ptr[0] == '$')
		return parameter(arena, names, ub_text_sub(name, 1, name.len));
	if (*at < text.len && text.ptr[*at] == '(') {
		do {
			++*at;
			if (n == UB_COUNT(params) ||
			    !(params[n++] = parse_at(env, arena, text, at, names, depth + 1)))
				return NULL;
			skip_space(text, at);
		} while (*at < text.len && text.ptr[*at] == ',');
		if (*at >= text.len || text.ptr[*at] != ')')
			return NULL;
		++*at;
	}
	return apply(env, arena, name, params, n);
}

const struct ub_cel_type *cel_type_parse_at(const struct ub_cel_env *env, struct ub_arena *arena,
    struct ub_text text, size_t *at, struct type_names *params)
{
	return parse_at(env, arena, text, at, params, 0);
}

const struct ub_cel_type *ub_cel_type_parse(
    const struct ub_cel_env *env, struct ub_arena *arena, struct ub_text text)
{
	size_t at = 0;
	struct type_names params = { .n = 0 };
	const struct ub_cel_type *type = cel_type_parse_at(env, arena, text, &at, &params);
	return at == text.len ? type : NULL;
}

/* ---- writing ---- */

static void print(struct ub_buf *out, const struct ub_cel_type *type, bool shown)
{
	if (shown && (type->kind == UB_CEL_DURATION || type->kind == UB_CEL_TIMESTAMP))
		ub_buf_str(out, type->kind == UB_CEL_DURATION ? "duration" : "timestamp");
	else
		ub_buf_add(out, type->name);
	for (size_t i = 0; i < type->n_params; i++) {
		ub_buf_str(out, i ? ", " : "(");
		print(out, type->params[i], shown);
	}
	if (type->n_params)
		ub_buf_char(out, ')');
}

void cel_type_show(struct ub_buf *out, const struct ub_cel_type *type)
{
	print(out, type, true);
}

struct ub_text cel_type_shown(struct ub_arena *arena, const struct ub_cel_type *type)
{
	struct ub_buf out = UB_BUF(arena);
	cel_type_show(&out, type);
	return ub_buf_text(&out);
}

struct ub_text ub_cel_type_text(struct ub_arena *arena, const struct ub_cel_type *type)
{
	struct ub_buf out = UB_BUF(arena);
	print(&out, type, false);
	return ub_buf_text(&out);
}

/* ---- comparing ---- */

bool cel_type_same(const struct ub_cel_type *a, const struct ub_cel_type *b)
{
	if (a == b)
		return true;
	if (a->kind != b->kind || a->n_params != b->n_params || a->object != b->object ||
	    (a->kind == UB_CEL_PARAM && a->variable != b->variable) ||
	    (a->kind != UB_CEL_PARAM && !ub_text_eq(a->name, b->name)))
		return false;
	for (size_t i = 0; i < a->n_params; i++)
		if (!cel_type_same(a->params[i], b->params[i]))
			return false;
	return true;
}

bool ub_cel_type_known(const struct ub_cel_type *to, const struct ub_cel_type *from)
{
	if (to == from || to->kind == UB_CEL_DYN)
		return true;
	if (to->kind != from->kind || to->n_params != from->n_params ||
	    !(to->object || ub_text_eq(to->name, from->name)))
		return false;
	if (to->kind == UB_CEL_OBJECT)
		return cel_type_refines(from, to);
	if (to->kind == UB_CEL_TYPE)
		return true;
	for (size_t i = 0; i < to->n_params; i++)
		if (!ub_cel_type_known(to->params[i], from->params[i]))
			return false;
	return true;
}

/* ---- audience ---- */

/* The objects above this one, so that a type that contains itself comes to an end. */
struct seen {
	const struct ub_cel_object_type *object;
	const struct seen *outer;
};

static enum ub_cel_audience reach(const struct ub_cel_type *type, const struct seen *seen)
{
	enum ub_cel_audience all = UB_CEL_PUBLIC;
	for (size_t i = 0; i < type->n_params && type->kind != UB_CEL_TYPE; i++)
		all |= reach(type->params[i], seen);
	if (type->kind != UB_CEL_OBJECT)
		return all;
	const struct ub_cel_object_type *root = type->object->root;
	for (const struct seen *s = seen; s; s = s->outer)
		if (s->object == root)
			return all;
	struct seen here = { .object = root, .outer = seen };
	for (size_t i = 0; i < root->fields.n && all == UB_CEL_PUBLIC; i++)
		all |= root->fields.items[i].audience | reach(root->fields.items[i].type, &here);
	return all;
}

enum ub_cel_audience ub_cel_type_audience(const struct ub_cel_type *type)
{
	return reach(type, NULL);
}
