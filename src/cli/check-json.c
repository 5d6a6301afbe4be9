/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"

#include <jansson.h>
#include <stdlib.h>

/* jansson refuses what is no UTF-8; so it is shown as a terminal would show it. */
static json_t *text_of(struct ub_arena *arena, struct ub_text text)
{
	struct ub_buf shown = UB_BUF(arena);
	if (!ub_text_utf8_valid(text)) {
		ub_buf_shown(&shown, text);
		text = ub_buf_text(&shown);
	}
	return json_stringn(text.len ? text.ptr : "", text.len);
}

static void set_position(
    json_t *object, struct ub_place place, const char *line_name, const char *column_name)
{
	size_t line, column;
	ub_place_line_column(place, &line, &column);
	json_object_set_new(object, line_name, json_integer((json_int_t)line));
	json_object_set_new(object, column_name, json_integer((json_int_t)column));
}

/* Nothing for what is about no file. */
static void set_place(struct ub_arena *arena, json_t *object, struct ub_place place)
{
	if (!place.source)
		return;
	json_object_set_new(object, "file", text_of(arena, place.source->name));
	set_position(object, place, "line", "column");
	place.at += place.len;
	set_position(object, place, "end_line", "end_column");
}

static json_t *finding(struct ub_arena *arena, const struct ub_diag *diag)
{
	json_t *object = json_object(), *related = json_array();
	set_place(arena, object, diag->place);
	json_object_set_new(
	    object, "severity", json_string(diag->severity == UB_ERROR ? "error" : "warning"));
	json_object_set_new(object, "code", json_string(diag->code));
	json_object_set_new(object, "message", text_of(arena, diag->message));
	json_object_set_new(object, "help", text_of(arena, diag->help));
	if (diag->related.source) {
		json_t *other = json_object();
		set_place(arena, other, diag->related);
		json_object_set_new(other, "message", text_of(arena, diag->related_message));
		json_array_append_new(related, other);
	}
	json_object_set_new(object, "related", related);
	return object;
}

void ub_check_json(const struct ub_diags *diags, struct ub_buf *out)
{
	json_t *object = json_object(), *list = json_array();
	for (size_t i = 0; i < diags->list.n; i++)
		json_array_append_new(list, finding(diags->arena, &diags->list.items[i]));
	json_object_set_new(object, "findings", list);
	json_object_set_new(object, "errors", json_integer((json_int_t)diags->errors));
	json_object_set_new(object, "warnings", json_integer((json_int_t)diags->warnings));
	char *text = json_dumps(object, JSON_INDENT(2));
	ub_buf_str(out, text);
	ub_buf_char(out, '\n');
	free(text);
	json_decref(object);
}
