/* SPDX-License-Identifier: Apache-2.0 */
#include "cel-private.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* ---- making ---- */

struct ub_cel_value ub_cel_list(struct ub_arena *arena, const struct ub_cel_value *items, size_t n)
{
	struct ub_cel_list *list = UB_NEW(arena, struct ub_cel_list);
	*list = (struct ub_cel_list){ .n = n, .items = items };
	return (struct ub_cel_value){ .kind = UB_CEL_LIST, .list = list };
}

struct ub_cel_value ub_cel_object(
    struct ub_arena *arena, const struct ub_cel_type *type, const struct ub_cel_value *fields)
{
	struct ub_cel_object *object = UB_NEW(arena, struct ub_cel_object);
	assert(type->kind == UB_CEL_OBJECT);
	*object = (struct ub_cel_object){ .type = type->object, .fields = fields };
	return (struct ub_cel_value){ .kind = UB_CEL_OBJECT, .object = object };
}

struct ub_cel_value ub_cel_optional(struct ub_arena *arena, struct ub_cel_value value)
{
	struct ub_cel_value *kept = UB_NEW(arena, struct ub_cel_value);
	*kept = value;
	return (struct ub_cel_value){ .kind = UB_CEL_OPTIONAL, .aux = 1, .optional = kept };
}

struct ub_cel_value ub_cel_optional_none(void)
{
	return (struct ub_cel_value){ .kind = UB_CEL_OPTIONAL };
}

struct ub_cel_value ub_cel_type_value(const struct ub_cel_type *type)
{
	return (struct ub_cel_value){ .kind = UB_CEL_TYPE, .type = type };
}

struct ub_cel_value ub_cel_error(struct ub_arena *arena, const char *code, const char *format, ...)
{
	struct ub_buf message = UB_BUF(arena);
	va_list args;
	va_start(args, format);
	ub_buf_vprintf(&message, format, args);
	va_end(args);
	struct ub_cel_error *error = UB_NEW(arena, struct ub_cel_error);
	*error = (struct ub_cel_error){ .code = code, .message = ub_buf_text(&message) };
	return (struct ub_cel_value){ .kind = UB_CEL_ERROR, .error = error };
}

/* ---- comparing ---- */

bool cel_value_is_number(struct ub_cel_value value)
{
	return value.kind == UB_CEL_INT || value.kind == UB_CEL_UINT || value.kind == UB_CEL_DOUBLE;
}

static int sign(bool less, bool greater)
{
	return greater - less;
}

static int compare_doubles(double a, double b)
{
	return isnan(a) || isnan(b) ? 2 : sign(a<b, a> b);
}

/* An integer beyond the 53 bits of a double is compared as the nearest double, as the reference
 * implementation does. */
static int compare_numbers(struct ub_cel_value a, struct ub_cel_value b)
{
	if (a.kind == UB_CEL_DOUBLE || b.kind == UB_CEL_DOUBLE) {
		double x = a.kind == UB_CEL_DOUBLE ? a.d : a.kind == UB_CEL_INT ? (double)a.i : (double)a.u;
		double y = b.kind == UB_CEL_DOUBLE ? b.d : b.kind == UB_CEL_INT ? (double)b.i : (double)b.u;
		return compare_doubles(x, y);
	}
	if (a.kind == b.kind)
		return a.kind == UB_CEL_INT ? sign(a.i<b.i, a.i> b.i) : sign(a.u<b.u, a.u> b.u);
	if (a.kind == UB_CEL_INT)
		return a.i < 0 ? -1 : sign((uint64_t)a.i<b.u, (uint64_t)a.i> b.u);
	return b.i < 0 ? 1 : sign(a.u<(uint64_t)b.i, a.u>(uint64_t) b.i);
}

bool cel_value_compare(struct ub_cel_value a, struct ub_cel_value b, int *order)
{
	if (cel_value_is_number(a) && cel_value_is_number(b)) {
		*order = compare_numbers(a, b);
		return true;
	}
	if (a.kind != b.kind)
		return false;
	switch (a.kind) {
	case UB_CEL_BOOL:
		*order = a.b - b.b;
		return true;
	case UB_CEL_STRING:
	case UB_CEL_BYTES:
		*order = ub_text_cmp(ub_cel_text(a), ub_cel_text(b));
		return true;
	case UB_CEL_DURATION:
	case UB_CEL_TIMESTAMP:
		*order = a.i != b.i
			     ? sign(a.i<b.i, a.i> b.i)
			     : sign(ub_cel_nanos(a) < ub_cel_nanos(b), ub_cel_nanos(a) > ub_cel_nanos(b));
		return true;
	default:
		return false;
	}
}

static bool equal(struct ub_cel_value a, struct ub_cel_value b, unsigned depth);

static bool equal_lists(const struct ub_cel_list *a, const struct ub_cel_list *b, unsigned depth)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!equal(a->items[i], b->items[i], depth))
			return false;
	return true;
}

static bool equal_maps(struct ub_cel_value a, struct ub_cel_value b, unsigned depth)
{
	if (a.map->n != b.map->n)
		return false;
	for (size_t i = 0; i < a.map->n; i++) {
		struct ub_cel_value other = ub_cel_map_get(b, a.map->entries[i].key);
		if (other.kind == UB_CEL_ABSENT || !equal(a.map->entries[i].value, other, depth))
			return false;
	}
	return true;
}

static bool equal_objects(const struct ub_cel_object *a, const struct ub_cel_object *b, unsigned depth)
{
	if (a == b || a->fields == b->fields)
		return true;
	if (a->type->root != b->type->root)
		return false;
	for (size_t i = 0; i < a->type->root->fields.n; i++)
		if (!equal(a->fields[i], b->fields[i], depth))
			return false;
	return true;
}

static bool equal(struct ub_cel_value a, struct ub_cel_value b, unsigned depth)
{
	int order;
	if (cel_value_compare(a, b, &order))
		return order == 0;
	if (a.kind != b.kind || ++depth > UB_CEL_NESTING_MAX)
		return false;
	switch (a.kind) {
	case UB_CEL_NULL:
	case UB_CEL_ABSENT:
		return true;
	case UB_CEL_LIST:
		return equal_lists(a.list, b.list, depth);
	case UB_CEL_MAP:
		return equal_maps(a, b, depth);
	case UB_CEL_OBJECT:
		return equal_objects(a.object, b.object, depth);
	case UB_CEL_OPTIONAL:
		return a.aux == b.aux && (!a.aux || equal(*a.optional, *b.optional, depth));
	case UB_CEL_TYPE:
		return a.type->kind == b.type->kind && ub_text_eq(a.type->name, b.type->name);
	default:
		return false;
	}
}

bool ub_cel_equal(struct ub_cel_value a, struct ub_cel_value b)
{
	return equal(a, b, 0);
}

bool cel_value_is_zero(struct ub_cel_value value)
{
	switch (value.kind) {
	case UB_CEL_NULL:
	case UB_CEL_ABSENT:
		return true;
	case UB_CEL_BOOL:
		return !value.b;
	case UB_CEL_INT:
	case UB_CEL_UINT:
		return value.u == 0;
	case UB_CEL_DOUBLE:
		return value.d == 0;
	case UB_CEL_STRING:
	case UB_CEL_BYTES:
		return value.aux == 0;
	case UB_CEL_DURATION:
	case UB_CEL_TIMESTAMP:
		return value.i == 0 && value.aux == 0;
	case UB_CEL_LIST:
		return value.list->n == 0;
	case UB_CEL_MAP:
		return value.map->n == 0;
	case UB_CEL_OPTIONAL:
		return !value.aux;
	default:
		return false;
	}
}

/* ---- maps ---- */

/* A map of up to so many entries is searched one by one, which is faster than hashing. */
#define SMALL_MAP 8

bool cel_value_is_key(struct ub_cel_value value)
{
	return value.kind == UB_CEL_BOOL || value.kind == UB_CEL_INT || value.kind == UB_CEL_UINT ||
	       value.kind == UB_CEL_STRING;
}

/* 1, 1u and 1.0 are the same key. A whole number in the range of int is hashed as that int. */
static struct ub_cel_value normal_key(struct ub_cel_value key)
{
	if (key.kind == UB_CEL_UINT && key.u <= INT64_MAX)
		return ub_cel_int(key.i);
	if (key.kind != UB_CEL_DOUBLE)
		return key;
	int64_t whole;
	uint64_t large;
	if (cel_number_double_to_int(key.d, &whole) && (double)whole == key.d)
		return ub_cel_int(whole);
	if (cel_number_double_to_uint(key.d, &large) && (double)large == key.d)
		return ub_cel_uint(large);
	return ub_cel_absent();
}

static bool same_key(struct ub_cel_value a, struct ub_cel_value b)
{
	if (a.kind != b.kind)
		return false;
	if (a.kind == UB_CEL_STRING)
		return a.aux == b.aux && memcmp(a.bytes, b.bytes, a.aux) == 0;
	return a.kind == UB_CEL_BOOL ? a.b == b.b : a.u == b.u;
}

static size_t hash_key(struct ub_cel_value key)
{
	if (key.kind == UB_CEL_STRING)
		return (size_t)ub_text_hash(ub_cel_text(key));
	uint64_t h = (key.kind == UB_CEL_BOOL ? key.b : key.u) * UINT64_C(0x9e3779b97f4a7c15);
	return (size_t)(h ^ h >> 32);
}

/* The entry with that normal key, or SIZE_MAX. *free_slot is the place for a new entry. */
static size_t find_entry(const struct ub_cel_map *map, struct ub_cel_value key, size_t *free_slot)
{
	if (!map->slots) {
		for (size_t i = 0; i < map->n; i++)
			if (same_key(normal_key(map->entries[i].key), key))
				return i;
		return SIZE_MAX;
	}
	size_t slot = hash_key(key) & map->mask;
	for (; map->slots[slot]; slot = (slot + 1) & map->mask)
		if (same_key(normal_key(map->entries[map->slots[slot] - 1].key), key))
			return map->slots[slot] - 1;
	*free_slot = slot;
	return SIZE_MAX;
}

struct ub_cel_value ub_cel_map(struct ub_arena *arena, const struct ub_cel_entry *entries, size_t n)
{
	struct ub_cel_map *map = UB_NEW(arena, struct ub_cel_map);
	struct ub_cel_entry *kept = UB_NEW_ARRAY(arena, struct ub_cel_entry, n);
	map->entries = kept;
	if (n > SMALL_MAP) {
		size_t size = 32;
		while (size < n * 2)
			size *= 2;
		map->slots = UB_NEW_ARRAY(arena, uint32_t, size);
		map->mask = size - 1;
	}
	for (size_t i = 0; i < n; i++) {
		size_t slot = 0, found = find_entry(map, normal_key(entries[i].key), &slot);
		if (found != SIZE_MAX) {
			kept[found].value = entries[i].value;
			continue;
		}
		kept[map->n++] = entries[i];
		if (map->slots)
			map->slots[slot] = (uint32_t)map->n;
	}
	return (struct ub_cel_value){ .kind = UB_CEL_MAP, .map = map };
}

size_t ub_cel_map_size(struct ub_cel_value map)
{
	return map.map->n;
}

struct ub_cel_entry ub_cel_map_at(struct ub_cel_value map, size_t i)
{
	return map.map->entries[i];
}

struct ub_cel_value ub_cel_map_get(struct ub_cel_value map, struct ub_cel_value key)
{
	size_t slot, found = find_entry(map.map, normal_key(key), &slot);
	return found == SIZE_MAX ? ub_cel_absent() : map.map->entries[found].value;
}

struct ub_cel_value cel_value_select(struct ub_cel_value value, struct ub_text name)
{
	if (value.kind == UB_CEL_MAP)
		return ub_cel_map_get(value, ub_cel_string(name));
	if (value.kind != UB_CEL_OBJECT)
		return ub_cel_absent();
	size_t index = ub_cel_field_index(&value.object->type->type, name);
	return index == SIZE_MAX ? ub_cel_absent() : value.object->fields[index];
}

/* ---- types of values ---- */

const struct ub_cel_type *cel_type_of_value(struct ub_cel_value value)
{
	static const struct ub_cel_type *const types[] = {
		[UB_CEL_NULL] = &ub_cel_type_null,
		[UB_CEL_BOOL] = &ub_cel_type_bool,
		[UB_CEL_INT] = &ub_cel_type_int,
		[UB_CEL_UINT] = &ub_cel_type_uint,
		[UB_CEL_DOUBLE] = &ub_cel_type_double,
		[UB_CEL_STRING] = &ub_cel_type_string,
		[UB_CEL_BYTES] = &ub_cel_type_bytes,
		[UB_CEL_DURATION] = &ub_cel_type_duration,
		[UB_CEL_TIMESTAMP] = &ub_cel_type_timestamp,
		[UB_CEL_LIST] = &cel_type_any_list,
		[UB_CEL_MAP] = &cel_type_any_map,
		[UB_CEL_OPTIONAL] = &cel_type_any_optional,
		[UB_CEL_TYPE] = &cel_type_type,
		[UB_CEL_ERROR] = &cel_type_failed,
	};
	if (value.kind == UB_CEL_OBJECT)
		return &value.object->type->root->type;
	return value.kind <= UB_CEL_ERROR ? types[value.kind] : &ub_cel_type_null;
}

const char *cel_value_kind_name(struct ub_cel_value value)
{
	/* Names of types end in a NUL: they are literals, or copies of the env. */
	return cel_type_of_value(value)->name.ptr;
}
