/* SPDX-License-Identifier: Apache-2.0 */
#include "upbeat/json.h"

#include <stdlib.h>

/* NULL is what Jansson returns when the memory is used up. */
static json_t *must(json_t *json)
{
	if (!json)
		abort();
	return json;
}

json_t *ub_json_object(void)
{
	return must(json_object());
}

json_t *ub_json_array(void)
{
	return must(json_array());
}

json_t *ub_json_null(void)
{
	return must(json_null());
}

json_t *ub_json_copy(json_t *json)
{
	return must(json_deep_copy(json));
}

json_t *ub_json_word(const char *word)
{
	return must(json_string(word));
}

json_t *ub_json_text(struct ub_text value)
{
	json_t *json = json_stringn(value.len ? value.ptr : "", value.len);
	if (json)
		return json;
	struct ub_arena *arena = ub_arena_new();
	struct ub_buf shown = UB_BUF(arena);
	ub_buf_shown(&shown, value);
	json = must(json_stringn(ub_buf_cstr(&shown), shown.len));
	ub_arena_free(&arena);
	return json;
}

json_t *ub_json_number(int64_t value)
{
	return must(json_integer(value));
}

json_t *ub_json_flag(bool value)
{
	return must(json_boolean(value));
}

json_t *ub_json_instant(struct ub_arena *arena, const struct ub_zone *zone, ub_instant value)
{
	struct ub_buf out = UB_BUF(arena);
	ub_cal_print_rfc3339(&out, zone, value);
	return ub_json_text(ub_buf_text(&out));
}

void ub_json_set(json_t *object, const char *name, json_t *value)
{
	if (json_object_set_new(object, name, value))
		abort();
}

void ub_json_add(json_t *array, json_t *value)
{
	if (json_array_append_new(array, value))
		abort();
}

void ub_json_print(json_t *json, struct ub_buf *out)
{
	char *dump = json_dumps(json, JSON_INDENT(2));
	if (!dump)
		abort();
	ub_buf_printf(out, "%s\n", dump);
	free(dump);
	json_decref(json);
}

struct ub_text ub_json_line(json_t *json, struct ub_arena *arena)
{
	char *dump = json_dumps(json, JSON_COMPACT);
	if (!dump)
		abort();
	struct ub_text line = ub_textf(arena, "%s", dump);
	free(dump);
	json_decref(json);
	return line;
}
