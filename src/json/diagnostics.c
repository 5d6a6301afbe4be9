/* SPDX-License-Identifier: Apache-2.0 */
#include "upbeat/json.h"

static void set_position(
    json_t *object, struct ub_place place, const char *line_name, const char *column_name)
{
	size_t line, column;
	ub_place_line_column(place, &line, &column);
	ub_json_set(object, line_name, ub_json_number(line));
	ub_json_set(object, column_name, ub_json_number(column));
}

/* Sets nothing for a place in no file. */
static void set_place(json_t *object, struct ub_place place)
{
	if (!place.source)
		return;
	ub_json_set(object, "file", ub_json_text(place.source->name));
	set_position(object, place, "line", "column");
	place.at += place.len;
	set_position(object, place, "end_line", "end_column");
}

static json_t *finding(const struct ub_diag *diag)
{
	json_t *object = ub_json_object(), *related = ub_json_array();
	set_place(object, diag->place);
	ub_json_set(object, "severity", ub_json_word(diag->severity == UB_ERROR ? "error" : "warning"));
	ub_json_set(object, "code", ub_json_word(diag->code));
	ub_json_set(object, "message", ub_json_text(diag->message));
	ub_json_set(object, "help", ub_json_text(diag->help));
	if (diag->related.source) {
		json_t *other = ub_json_object();
		set_place(other, diag->related);
		ub_json_set(other, "message", ub_json_text(diag->related_message));
		ub_json_add(related, other);
	}
	ub_json_set(object, "related", related);
	return object;
}

json_t *ub_json_findings(const struct ub_diags *diags)
{
	json_t *object = ub_json_object(), *list = ub_json_array();
	for (size_t i = 0; i < diags->list.n; i++)
		ub_json_add(list, finding(&diags->list.items[i]));
	ub_json_set(object, "findings", list);
	ub_json_set(object, "errors", ub_json_number(diags->errors));
	ub_json_set(object, "warnings", ub_json_number(diags->warnings));
	return object;
}

void ub_json_print_findings(const struct ub_diags *diags, struct ub_buf *out)
{
	ub_json_print(ub_json_findings(diags), out);
}
