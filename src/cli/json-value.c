/* SPDX-License-Identifier: Apache-2.0 */
#include "json-value.h"

static struct ub_cel_value list_of(struct ub_arena *arena, const json_t *json)
{
	size_t n = json_array_size(json);
	struct ub_cel_value *items = UB_NEW_ARRAY(arena, struct ub_cel_value, n);
	for (size_t i = 0; i < n; i++)
		items[i] = cli_json_value(arena, json_array_get(json, i));
	return ub_cel_list(arena, items, n);
}

static struct ub_cel_value map_of(struct ub_arena *arena, json_t *json)
{
	struct ub_cel_entry *entries = UB_NEW_ARRAY(arena, struct ub_cel_entry, json_object_size(json));
	size_t n = 0;
	const char *name;
	json_t *value;
	json_object_foreach(json, name, value) entries[n++] =
	    (struct ub_cel_entry){ ub_cel_string(ub_text(name)), cli_json_value(arena, value) };
	return ub_cel_map(arena, entries, n);
}

struct ub_cel_value cli_json_value(struct ub_arena *arena, const json_t *json)
{
	switch (json_typeof(json)) {
	case JSON_OBJECT:
		return map_of(arena, (json_t *)json);
	case JSON_ARRAY:
		return list_of(arena, json);
	case JSON_STRING:
		return ub_cel_string(ub_text_n(json_string_value(json), json_string_length(json)));
	case JSON_INTEGER:
		return ub_cel_int(json_integer_value(json));
	case JSON_REAL:
		return ub_cel_double(json_real_value(json));
	case JSON_TRUE:
	case JSON_FALSE:
		return ub_cel_bool(json_is_true(json));
	default:
		return ub_cel_null();
	}
}
